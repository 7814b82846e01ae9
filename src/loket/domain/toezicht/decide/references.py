# SPDX-License-Identifier: EUPL-1.2
"""What a dossier says of other dossiers and besturen: may it refer to them?

A finding names the field, the rule, which reference breaks it and how to meet it. What the sender
may not see answers as what does not exist.
"""

from collections.abc import Iterator, Mapping

from loket.domain.toezicht.state import Dossier, Fase, scope
from loket.kernel import Context, Finding, StreamId, Value
from loket.reference import Dossiertype, Reference, Verwijsregel, belgian_day
from loket.reference.relaties import BETROKKEN, CENTRAAL_BESTUUR, REPRESENTATIEF_ORGAAN
from loket.reference.values import DATATYPES, dossiers_in

MAX_VERWIJZINGEN = 200
"""Dossiers that one dossier refers to, at most."""

_ENDED = {
    Fase.CONCEPT: "is heropend en niet opnieuw verzonden",
    Fase.INGETROKKEN: "is ingetrokken",
    Fase.VERBETERD: "is vervangen door een verbeterd dossier",
    Fase.VERWORPEN: "is verworpen",
}
_TIE = {"GEM": BETROKKEN, "PROV": BETROKKEN, "RO": (REPRESENTATIEF_ORGAAN,)}
"""What a sender is to the worship bodies its dossiers are about, by class."""


def named(velden: Mapping[str, Value]) -> tuple[StreamId, ...]:
    """The dossiers that any of these values names, whatever the form: a bounded number."""
    lists = [value for value in velden.values() if isinstance(value, tuple)]
    if not lists:
        return ()
    found = dict.fromkeys(
        key for value in lists for key in dossiers_in("artikels_zonder_type", value)
    )
    return tuple(StreamId(key) for key in found)[: MAX_VERWIJZINGEN + 1]


def there(stream: StreamId, ctx: Context) -> Dossier:
    """Another dossier as it is: empty for what does not exist, or is no dossier by its own id."""
    related = None if "/" in stream else ctx.related.get(stream)
    found: Dossier = related.state if related else Dossier()
    return found


def authors(ids: tuple[str, ...], ctx: Context) -> tuple[str, ...]:
    """The besturen (URIs) that sent these dossiers, each once."""
    states = (ctx.related[key].state for key in ids if key in ctx.related)
    return tuple(dict.fromkeys(state.bestuur for state in states if state.bestuur))


def judged(form: Dossiertype, state: Dossier, ctx: Context) -> list[Finding]:
    """The rules that the references of this dossier break."""
    uses = {
        veld.naam: veld.datatype for veld in form.velden if DATATYPES[veld.datatype].verwijst_naar
    }
    if not uses:
        return []
    return [*_dossiers(form, uses, state, ctx), *_besturen(uses, state, ctx)]


def _dossiers(
    form: Dossiertype, uses: Mapping[str, str], state: Dossier, ctx: Context
) -> Iterator[Finding]:
    told = {
        key: naam
        for naam, datatype in uses.items()
        for key in dossiers_in(datatype, state.velden.get(naam))
    }
    if len(told) > MAX_VERWIJZINGEN:
        melding = f"Verwijs naar hoogstens {MAX_VERWIJZINGEN} dossiers."
        yield Finding(next(iter(told.values())), "aantal-verwijzingen", melding)
        return
    seen = {key: _seen(key, ctx) for key in told}
    judge = _Judge(form, seen, ctx)
    for key, veld in told.items():
        if problem := judge.problem(key):
            regel, melding = problem
            yield Finding(veld, regel, f"Dossier {key}: {melding}")


def _seen(key: str, ctx: Context) -> Dossier:
    """A dossier as the sender may know it: empty when it is out of sight."""
    related = ctx.related.get(key)
    found: Dossier = related.state if related else Dossier()
    return found if scope(found).may_see(ctx.actor.bestuur) else Dossier()


Problem = tuple[str, str]
"""The rule that is broken, and how to meet it."""


class _Judge:
    """Applies the cross-reference rules of one type to all that one dossier refers to."""

    def __init__(self, form: Dossiertype, seen: Mapping[str, Dossier], ctx: Context) -> None:
        self._reference: Reference = ctx.reference
        self._sender = ctx.actor.bestuur
        self._day = belgian_day(ctx.at)
        self._seen = seen
        self._rules = [
            rule
            for rule in self._reference.verwijsregels
            if rule.dossiertype == form.uri
            and ctx.actor.klasse in rule.klassen
            and rule.geldig.op(self._day)
        ]

    def problem(self, key: str) -> Problem | None:
        """What is wrong with a reference to this dossier, if anything."""
        other = self._seen[key]
        if other.fase is Fase.LEEG:
            return (
                "verwijzing-onbekend",
                "bestaat niet of is niet aan uw bestuur bezorgd; kies een dossier dat u ziet.",
            )
        if other.fase is not Fase.VERZONDEN:
            ended = _ENDED[other.fase] if other.verzendingen else "is nog niet verzonden"
            return "verwijzing-niet-verzonden", f"{ended}; kies een dossier dat verzonden is."
        return self._unfit(other) or self._untied(key, other)

    def _unfit(self, other: Dossier) -> Problem | None:
        """The type and the class of the author fit a rule."""
        allowed = ", ".join(
            f"{self._reference.label(rule.naar)} van een {self._reference.label(rule.klasse)}"
            for rule in self._rules
        )
        hint = f"verwijs naar: {allowed}." if allowed else "dit dossiertype verwijst niet."
        if not any(rule.naar == other.dossiertype for rule in self._rules):
            label = self._reference.label(other.dossiertype)
            return "verwijzing-type", f"is van type {label}; {hint}"
        if self._rule(other) is None:
            label = self._reference.label(other.klasse)
            return "verwijzing-klasse", f"is van een {label}; {hint}"
        return None

    def _rule(self, other: Dossier) -> Verwijsregel | None:
        fitting = (
            r for r in self._rules if (r.naar, r.klasse) == (other.dossiertype, other.klasse)
        )
        return next(fitting, None)

    def _untied(self, key: str, other: Dossier) -> Problem | None:
        """The sender is what the rule asks to the author, and the way to it is the right one."""
        rule, reference = self._rule(other), self._reference
        if rule is None:
            return None
        naam, anderen = reference.label(other.bestuur), reference.relaties.anderen
        if rule.relatie == "deelbestuur":
            if self._sender not in anderen(other.bestuur, self._day, CENTRAAL_BESTUUR):
                melding = f"{naam} valt vandaag niet onder uw centraal bestuur (regel {rule.id})."
                return "verwijzing-deelbestuur", melding
        elif self._sender not in anderen(other.bestuur, self._day, *BETROKKEN):
            melding = f"uw bestuur is vandaag niet betrokken bij {naam} (regel {rule.id})."
            return "verwijzing-betrokken", melding
        central = reference.centraal_bestuur(other.bestuur, self._day)
        if rule.langs_centraal_bestuur and central and not self._bundled(key, central):
            melding = (
                f"{naam} heeft een centraal bestuur: verwijs ook naar het dossier van "
                f"{reference.label(central)} waarin dit opgenomen is (regel {rule.id})."
            )
            return "verwijzing-langs-centraal-bestuur", melding
        return None

    def _bundled(self, key: str, central: str) -> bool:
        """True when a dossier of the central board, also referred to, holds this one."""
        return any(
            each.bestuur == central and key in each.verwijzingen for each in self._seen.values()
        )


def _besturen(uses: Mapping[str, str], state: Dossier, ctx: Context) -> Iterator[Finding]:
    """The dossier is about worship bodies that the sender has to do with."""
    reference: Reference = ctx.reference
    tie = _TIE.get(reference.klassecode(ctx.actor.klasse))
    for naam, datatype in uses.items():
        value = state.velden.get(naam)
        if DATATYPES[datatype].verwijst_naar != "bestuur" or tie is None or not value:
            continue
        for uri in value if isinstance(value, tuple) else (str(value),):
            if ctx.actor.bestuur not in reference.relaties.anderen(uri, belgian_day(ctx.at), *tie):
                melding = f"{reference.label(uri)}: uw bestuur is daar vandaag niet bij betrokken."
                yield Finding(naam, "betrokken-bestuur", melding)
