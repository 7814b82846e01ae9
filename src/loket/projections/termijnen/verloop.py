# SPDX-License-Identifier: EUPL-1.2
"""What starts, interrupts, restarts and ends a term: one row for each event that does.

A module that records its terms as computations (a field `termijn`) needs no more than its rows.
"""

from collections.abc import Callable, Mapping
from typing import Any

from loket.domain.behandelingen.state import UITKOMSTEN
from loket.domain.behandelingen.words import (
    AntwoordOntvangen,
    BehandelingGestart,
    OpvragingGesteld,
    ToezichtsbesluitGenomen,
)
from loket.domain.berichten.words import (
    BerichtAfgeleverd,
    BerichtIngetrokken,
    BerichtVerzonden,
    GesprekGestart,
    UitstelToegestaan,
)
from loket.evidence.entry import Recorded
from loket.projections.termijnen import plichten
from loket.projections.termijnen.plichten import Stap
from loket.projections.termijnen.rows import (
    BEEINDIGD,
    GESTUIT,
    LOPEND,
    NAGELEEFD,
    TE_LAAT,
    VERVALLEN,
    Stroom,
    Wie,
    begin,
    herbereken,
    voldaan,
    zet,
)
from loket.reference import Reference
from loket.reference.termijnen import LANGSTE, Berekening, bereken

TOEZICHT, REACTIE = "toezicht", "reactie"

# The building blocks


def begint(sleutel: str, wie: Callable[[Mapping[str, Any]], Wie], verplicht: bool = True) -> Stap:
    """A term of this name begins, as the event computed it; one that still ran is done with.

    Of an event that is not `verplicht` to have a term, an empty one changes nothing.
    """

    def step(stroom: Stroom, recorded: Recorded, _: Reference) -> None:
        if not recorded.fact.termijn and not verplicht:
            return
        if running := stroom.laatste(sleutel):
            running.vast_te_stellen = False
            if running.toestand == LOPEND:
                zet(running, recorded, BEEINDIGD)
        if recorded.fact.termijn:
            berekening = Berekening.from_record(recorded.fact.termijn)
            who = wie(stroom.gegevens)
            termijn = begin(stroom, recorded, sleutel, TOEZICHT, berekening, who)
            termijn.vast_te_stellen = True

    return step


def eindigt(sleutel: str, toestand: str) -> Stap:
    """The term of this name, whatever its state, is in this one from now on, and settled."""

    def step(stroom: Stroom, recorded: Recorded, _: Reference) -> None:
        if (termijn := stroom.laatste(sleutel)) and (termijn.open or termijn.vast_te_stellen):
            zet(termijn, recorded, toestand)
            termijn.vast_te_stellen = False

    return step


def rust(sleutel: str, van: frozenset[str], naar: str) -> Stap:
    """The term of this name goes from one of these states to another; its end is still to be
    established."""

    def step(stroom: Stroom, recorded: Recorded, _: Reference) -> None:
        termijn = stroom.laatste(sleutel)
        if termijn and termijn.vast_te_stellen and termijn.toestand in van:
            zet(termijn, recorded, naar)

    return step


def _na(*steps: Stap) -> Stap:
    def step(stroom: Stroom, recorded: Recorded, reference: Reference) -> None:
        for each in steps:
            each(stroom, recorded, reference)

    return step


# Behandelingen: the supervisor's own term


def _behandeling(stroom: Stroom, recorded: Recorded, _: Reference) -> None:
    fact: BehandelingGestart = recorded.fact
    stroom.gegevens = {
        "dossier": f"toezicht/{fact.dossier}",
        "ontvanger": fact.ontvanger,
        "bestuur": fact.bestuur,
    }


def _toezichthouder(known: Mapping[str, Any]) -> Wie:
    if not known:  # The opening was destroyed: nobody is known any more.
        return Wie("", ())
    return Wie(known["ontvanger"], (known["ontvanger"], known["bestuur"]), known["dossier"])


def _opgevraagd(stroom: Stroom, recorded: Recorded, reference: Reference) -> None:
    """A request interrupts the term, if its rule says so: then the fact names what it did."""
    fact: OpvragingGesteld = recorded.fact
    if fact.gestuit:
        eindigt(TOEZICHT, GESTUIT)(stroom, recorded, reference)


def _besloten(stroom: Stroom, recorded: Recorded, _: Reference) -> None:
    """A measure settles the term. Another outcome meets it, but that there was no measure is only
    certain at its end; after a remark the supervisor may still decide."""
    fact: ToezichtsbesluitGenomen = recorded.fact
    termijn = stroom.laatste(TOEZICHT)
    if termijn is None or fact.uitkomst == "opmerking":
        return
    if UITKOMSTEN[fact.uitkomst].maatregel:
        termijn.vast_te_stellen = False
    if termijn.open:
        zet(termijn, recorded, voldaan(termijn, recorded.registered))


# Berichten: the reaction term of a message


def _gesprek(stroom: Stroom, recorded: Recorded, _: Reference) -> None:
    fact: GesprekGestart = recorded.fact
    stroom.gegevens = {
        "dossier": fact.dossier,
        "behandeling": fact.behandeling,
        "berichten": {},
    }


def _bericht(stroom: Stroom, recorded: Recorded, _: Reference) -> None:
    """A message is remembered when it has a reaction term, and may end others."""
    fact: BerichtVerzonden = recorded.fact
    for number in fact.beantwoordt:
        if (termijn := stroom.laatste(f"{REACTIE}/{number}")) and termijn.open:
            zet(termijn, recorded, voldaan(termijn, recorded.registered))
    if stroom.gegevens:
        stroom.gegevens["berichten"][str(fact.bericht)] = {
            "van": fact.van,
            "dagen": fact.reactietermijn,
            "beantwoordt": list(fact.beantwoordt),
        }


def _afgeleverd(stroom: Stroom, recorded: Recorded, reference: Reference) -> None:
    fact: BerichtAfgeleverd = recorded.fact
    bericht = _remembered(stroom, fact.bericht)
    if not bericht or not bericht["dagen"]:
        return
    regel = reference.termijnregels[REACTIE].met_dagen(min(bericht["dagen"], LANGSTE))
    berekening = bereken(regel, recorded.registered, reference.kalender)
    wie = Wie(
        fact.ontvanger,
        (fact.ontvanger, bericht["van"]),
        stroom.gegevens["dossier"],
        str(fact.bericht),
    )
    begin(stroom, recorded, f"{REACTIE}/{fact.bericht}", REACTIE, berekening, wie)


def _uitgesteld(stroom: Stroom, recorded: Recorded, reference: Reference) -> None:
    fact: UitstelToegestaan = recorded.fact
    termijn = stroom.laatste(f"{REACTIE}/{fact.bericht}")
    if termijn is None:
        return
    known = Berekening.from_record(termijn.berekening)
    regel = reference.termijnregels[REACTIE].met_dagen(min(known.dagen + fact.dagen, LANGSTE))
    herbereken(termijn, recorded, bereken(regel, known.moment or known.dag, reference.kalender))


def _ingetrokken(stroom: Stroom, recorded: Recorded, _: Reference) -> None:
    """Its own term is of no more concern, and what it answered waits for an answer again."""
    fact: BerichtIngetrokken = recorded.fact
    if (termijn := stroom.laatste(f"{REACTIE}/{fact.bericht}")) and termijn.open:
        zet(termijn, recorded, BEEINDIGD)
    bericht = _remembered(stroom, fact.bericht)
    for number in bericht["beantwoordt"] if bericht else ():
        if (answered := stroom.laatste(f"{REACTIE}/{number}")) and not answered.open:
            zet(answered, recorded, LOPEND)


def per_post(gesprek: Stroom, recorded: Recorded) -> None:
    """An answer that came another way ends what the bestuur was asked for in a conversation."""
    fact: AntwoordOntvangen = recorded.fact
    for termijn in gesprek.termijnen:
        if termijn.open:
            day = fact.ontvangen_op[:10]
            late = day > termijn.vervaldag.isoformat()
            zet(termijn, recorded, TE_LAAT if late else NAGELEEFD, opgegeven=day)


def _remembered(stroom: Stroom, bericht: int) -> dict[str, Any] | None:
    found: dict[str, Any] | None = stroom.gegevens.get("berichten", {}).get(str(bericht))
    return found


VERLOOP: Mapping[str, Stap] = {
    **plichten.VERLOOP,
    "behandelingen.BehandelingGestart": _na(_behandeling, begint(TOEZICHT, _toezichthouder)),
    "behandelingen.NieuweVerzendingOntvangen": begint(TOEZICHT, _toezichthouder),
    "behandelingen.OpvragingGesteld": _opgevraagd,
    "behandelingen.AntwoordOntvangen": begint(TOEZICHT, _toezichthouder, verplicht=False),
    "behandelingen.ToezichtsbesluitGenomen": _besloten,
    "behandelingen.GeenMaatregelVastgesteld": eindigt(TOEZICHT, VERVALLEN),
    "behandelingen.BehandelingAfgesloten": rust(TOEZICHT, frozenset({LOPEND}), BEEINDIGD),
    "behandelingen.BehandelingHeropend": rust(
        TOEZICHT, frozenset({NAGELEEFD, TE_LAAT, BEEINDIGD}), LOPEND
    ),
    "behandelingen.DossierIngetrokken": eindigt(TOEZICHT, BEEINDIGD),
    "behandelingen.DossierTeruggegeven": eindigt(TOEZICHT, BEEINDIGD),
    "behandelingen.DossierVerbeterd": eindigt(TOEZICHT, BEEINDIGD),
    "berichten.GesprekGestart": _gesprek,
    "berichten.BerichtVerzonden": _bericht,
    "berichten.BerichtAfgeleverd": _afgeleverd,
    "berichten.UitstelToegestaan": _uitgesteld,
    "berichten.BerichtIngetrokken": _ingetrokken,
}
"""What an event means for the terms of its stream."""
