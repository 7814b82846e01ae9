# SPDX-License-Identifier: EUPL-1.2
"""The decisions on what somebody tells of themselves.

Whoever says something for the first time becomes known to their colleagues by it.
"""

import re
from datetime import date

from loket.bounds import is_text
from loket.domain.medewerkers.refusals import (
    NietAfwezig,
    NietUwGegevens,
    OnbekendeMedewerker,
    OnbekendeZoekopdracht,
    OnbekendTeam,
    OngeldigeAfwezigheid,
    OngeldigeVoorkeur,
    OngeldigeZoekopdracht,
    TeVeelZoekopdrachten,
)
from loket.domain.medewerkers.state import Medewerker
from loket.domain.medewerkers.words import (
    SOORTEN,
    WIJZEN,
    AfwezigheidBeeindigd,
    AfwezigheidBeeindigen,
    AfwezigheidGemeld,
    AfwezigheidMelden,
    Command,
    Event,
    MailvoorkeurIngesteld,
    MailvoorkeurInstellen,
    ProfielBijgewerkt,
    ProfielBijwerken,
    ZoekopdrachtBewaard,
    ZoekopdrachtBewaren,
    ZoekopdrachtVerwijderd,
    ZoekopdrachtVerwijderen,
    stream_of,
)
from loket.kernel import Actor, Context, Finding
from loket.reference import Reference, belgian_day

MAX_NAAM = 200
MAX_VRAAG = 4_000
MAX_ZOEKOPDRACHTEN = 100
_BRON = re.compile(r"[a-z][a-z-]{0,39}")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f]*")
_ADRES = re.compile(r"[^\s\x00-\x1f\x7f<>\"(),:;\\\[\]@]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
MAX_ADRES = 254


def decide(command: Command, state: Medewerker, ctx: Context) -> list[Event]:
    """Facts, nothing when it was already so, or a refusal of this module."""
    _own(state, ctx)
    if isinstance(command, ProfielBijwerken):
        profile = _profile(ctx.actor, _teams(command, ctx))
        return [] if profile == _known(state) else [profile]
    facts = _told(command, state, ctx)
    if facts and not state.persoon:
        return [_profile(ctx.actor, ()), *facts]
    return facts


def _own(state: Medewerker, ctx: Context) -> None:
    """Raises NietUwGegevens to all but the person itself and the machine."""
    actor = ctx.actor
    if actor.is_system:
        if not state.persoon:
            raise OnbekendeMedewerker
        return
    if state.persoon and (state.bestuur, state.persoon) != (actor.bestuur, actor.persoon):
        raise NietUwGegevens
    own = stream_of(actor.bestuur, actor.persoon)
    if ctx.stream and ctx.stream != own:
        raise NietUwGegevens(f"Uw eigen gegevens staan in stroom {own}.")


def _told(command: Command, state: Medewerker, ctx: Context) -> list[Event]:
    match command:
        case AfwezigheidMelden():
            return _absent(command, state, ctx)
        case AfwezigheidBeeindigen():
            return _back(state, ctx)
        case ZoekopdrachtBewaren(naam, bron, vraag):
            return _kept(ZoekopdrachtBewaard(naam, bron, vraag), state)
        case ZoekopdrachtVerwijderen(naam):
            if naam not in state.zoekopdrachten:
                raise OnbekendeZoekopdracht
            return [ZoekopdrachtVerwijderd(naam)]
        case MailvoorkeurInstellen(soort, wijze, adres):
            return _preferred(MailvoorkeurIngesteld(soort, wijze, adres), state, ctx)
        case ProfielBijwerken():
            return []


def _profile(actor: Actor, teams: tuple[str, ...]) -> ProfielBijgewerkt:
    return ProfielBijgewerkt(actor.bestuur, actor.persoon, actor.naam, actor.email, teams)


def _known(state: Medewerker) -> ProfielBijgewerkt:
    return ProfielBijgewerkt(
        state.bestuur, state.persoon, state.persoon_naam, state.email, state.teams
    )


def _teams(command: ProfielBijwerken, ctx: Context) -> tuple[str, ...]:
    reference: Reference = ctx.reference
    own = {t.id for t in reference.teams.values() if t.bestuur == ctx.actor.bestuur}
    if unknown := sorted(set(command.teams) - own):
        choices = f"Kies uit: {', '.join(sorted(own))}." if own else "Uw bestuur heeft geen teams."
        raise OnbekendTeam(
            f"Onbekend: {', '.join(unknown)}.", Finding("teams", "bekend-team", choices)
        )
    return tuple(sorted(set(command.teams)))


# Absence


def _absent(command: AfwezigheidMelden, state: Medewerker, ctx: Context) -> list[Event]:
    van, tot = _day(command.van), _day(command.tot)
    findings = [
        Finding(name, "datum", "Geef een datum als 2026-01-31.")
        for name, day in (("van", van), ("tot", tot))
        if day is None
    ]
    if van and tot and tot < van:
        findings.append(Finding("tot", "volgorde", "De laatste dag komt niet voor de eerste."))
    if tot and tot < belgian_day(ctx.at):
        findings.append(Finding("tot", "voorbij", "Deze afwezigheid is al voorbij."))
    persoon, naam = _substitute(command, ctx, findings)
    if findings:
        raise OngeldigeAfwezigheid("", *findings)
    told = AfwezigheidGemeld(command.van, command.tot, persoon, naam)
    return [] if told == state.afwezigheid else [told]


def _substitute(
    command: AfwezigheidMelden, ctx: Context, findings: list[Finding]
) -> tuple[str, str]:
    if not command.vervanger:
        return "", ""
    related = ctx.related.get(command.vervanger)
    state = related.state if related else None
    other = state if isinstance(state, Medewerker) else Medewerker()
    if other.bestuur != ctx.actor.bestuur or not other.persoon:
        melding = "Kies een collega uit de lijst van medewerkers van uw bestuur."
        findings.append(Finding("vervanger", "bekende-collega", melding))
    elif other.persoon == ctx.actor.persoon:
        findings.append(Finding("vervanger", "zichzelf", "Kies iemand anders dan uzelf."))
    return other.persoon, other.persoon_naam


def _back(state: Medewerker, ctx: Context) -> list[Event]:
    today = belgian_day(ctx.at)
    if state.afwezigheid is None or date.fromisoformat(state.afwezigheid.tot) < today:
        raise NietAfwezig
    return [AfwezigheidBeeindigd(today.isoformat())]


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


# Searches and mail


def _kept(search: ZoekopdrachtBewaard, state: Medewerker) -> list[Event]:
    if state.zoekopdrachten.get(search.naam) == search:
        return []
    rules = [
        ("naam", is_text(search.naam, MAX_NAAM), f"Geef een naam van 1 tot {MAX_NAAM} tekens."),
        ("bron", bool(_BRON.fullmatch(search.bron)), "Geef de naam van een lijst."),
        (
            "vraag",
            len(search.vraag) <= MAX_VRAAG and bool(_PRINTABLE.fullmatch(search.vraag)),
            f"Geef de vraag uit de adresbalk, van hoogstens {MAX_VRAAG} tekens.",
        ),
    ]
    if findings := [Finding(veld, "vorm", melding) for veld, fits, melding in rules if not fits]:
        raise OngeldigeZoekopdracht("", *findings)
    if search.naam not in state.zoekopdrachten and len(state.zoekopdrachten) >= MAX_ZOEKOPDRACHTEN:
        raise TeVeelZoekopdrachten
    return [search]


def _preferred(wanted: MailvoorkeurIngesteld, state: Medewerker, ctx: Context) -> list[Event]:
    if state.voorkeuren.get(wanted.soort) == wanted:
        return []
    findings = [
        Finding(veld, "keuze", f"Kies uit: {', '.join(choices)}.")
        for veld, value, choices in (
            ("soort", wanted.soort, SOORTEN),
            ("wijze", wanted.wijze, WIJZEN),
        )
        if value not in choices
    ]
    if wanted.adres and not is_adres(wanted.adres):
        findings.append(Finding("adres", "e-mailadres", "Geef een adres als an@aalst.example."))
    elif wanted.wijze != "geen" and not (wanted.adres or state.email or ctx.actor.email):
        findings.append(
            Finding("adres", "verplicht", "Geef een adres: uw aanmelding noemt er geen.")
        )
    if findings:
        raise OngeldigeVoorkeur("", *findings)
    return [wanted]


def is_adres(text: str) -> bool:
    """True for an address that mail can be sent to."""
    return len(text) <= MAX_ADRES and bool(_ADRES.fullmatch(text))
