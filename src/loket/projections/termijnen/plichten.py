# SPDX-License-Identifier: EUPL-1.2
"""The duties of the sender of a dossier: which there are follows from the rules, as data.

They are counted from what the sender claims in the form, from the first draft on. Once sent, they
stay as they were sent until the dossier is sent again; a reporting duty is met by the first
sending. A dossier that corrects an earlier one has no duties of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitOpgesteld,
    BesluitVerzonden,
    VeldenGewijzigd,
)
from loket.evidence.entry import Recorded
from loket.kernel import Value
from loket.projections.termijnen.rows import (
    BEEINDIGD,
    LOPEND,
    NAGELEEFD,
    TE_LAAT,
    Stroom,
    Wie,
    begin,
    herbereken,
    voldaan,
    zet,
)
from loket.reference import Reference
from loket.reference.termijnen import (
    Berekening,
    Kalender,
    OnberekenbareTermijn,
    Plicht,
    Termijnregel,
    bereken,
)

Stap = Callable[[Stroom, Recorded, Reference], None]
DATATYPES = frozenset({"datum", "datumtijd", "concept"})
"""What is remembered of a form: enough to know its duties, and no free text."""


def _opgesteld(stroom: Stroom, recorded: Recorded, reference: Reference) -> None:
    fact: BesluitOpgesteld = recorded.fact
    stroom.gegevens = {
        "bestuur": fact.bestuur,
        "klasse": fact.klasse,
        "dossiertype": fact.dossiertype,
        "verbetert": fact.verbetert,
        "velden": _kept(fact.dossiertype, fact.velden, reference),
        "verzonden_op": "",
        "afgeleverd": [],
    }
    _duties(stroom, recorded, reference)


def _gewijzigd(stroom: Stroom, recorded: Recorded, reference: Reference) -> None:
    fact: VeldenGewijzigd = recorded.fact
    known = stroom.gegevens
    if known and not known["verzonden_op"]:
        changed = {**known["velden"], **_kept(known["dossiertype"], fact.velden, reference)}
        known["velden"] = {name: value for name, value in changed.items() if value is not None}
        _duties(stroom, recorded, reference)


def _verzonden(stroom: Stroom, recorded: Recorded, reference: Reference) -> None:
    fact: BesluitVerzonden = recorded.fact
    known = stroom.gegevens
    if known:
        known["velden"] = _kept(known["dossiertype"], fact.velden, reference)
        known["verzonden_op"] = known["verzonden_op"] or recorded.registered.isoformat()
        _duties(stroom, recorded, reference)


def _afgeleverd(stroom: Stroom, recorded: Recorded, _: Reference) -> None:
    fact: BesluitAfgeleverd = recorded.fact
    known = stroom.gegevens
    if known and fact.ontvanger not in known["afgeleverd"]:
        known["afgeleverd"].append(fact.ontvanger)
        for termijn in stroom.termijnen:
            termijn.partijen = sorted({*termijn.partijen, fact.ontvanger})


def _gedaan(stroom: Stroom, recorded: Recorded, _: Reference) -> None:
    for termijn in stroom.termijnen:
        if termijn.open:
            zet(termijn, recorded, BEEINDIGD)


VERLOOP: Mapping[str, Stap] = {
    "toezicht.BesluitOpgesteld": _opgesteld,
    "toezicht.VeldenGewijzigd": _gewijzigd,
    "toezicht.BesluitVerzonden": _verzonden,
    "toezicht.BesluitAfgeleverd": _afgeleverd,
    "toezicht.BesluitIngetrokken": _gedaan,
    "toezicht.BesluitVerbeterd": _gedaan,
    "toezicht.BesluitVerworpen": _gedaan,
}
"""What an event of a dossier means for the duties of its sender."""


def _kept(dossiertype: str, velden: Mapping[str, Value], reference: Reference) -> dict[str, Any]:
    form = reference.dossiertypes.get(dossiertype)
    known = {veld.naam for veld in form.velden if veld.datatype in DATATYPES} if form else ()
    return {name: value for name, value in velden.items() if name in known}


def _duties(stroom: Stroom, recorded: Recorded, reference: Reference) -> None:
    known = stroom.gegevens
    if known["verbetert"]:
        return
    for regel in reference.termijnregels.values():
        if regel.plicht and _falls_under(regel.plicht, known, reference):
            _duty(stroom, recorded, regel, regel.plicht, reference.kalender)


def begonnen(
    known: Mapping[str, Any], reference: Reference
) -> Iterator[tuple[Termijnregel, Berekening]]:
    """The duties of who sends this: their rules, and the terms as counted."""
    for regel in reference.termijnregels.values():
        if regel.plicht and _falls_under(regel.plicht, known, reference):
            start = known["velden"].get(regel.plicht.begint)
            if berekening := _counted(regel, start, reference.kalender):
                yield regel, berekening


def _falls_under(plicht: Plicht, known: Mapping[str, Any], reference: Reference) -> bool:
    """The condition holds, and the form asks this sender for the days it needs."""
    dossiertype, klasse = known["dossiertype"], known["klasse"]
    form = reference.dossiertypes.get(dossiertype)
    if form is None or not plicht.als.holds({"dossiertype": dossiertype}, klasse):
        return False
    asked = {veld.naam for veld in form.velden if veld.als.holds(known["velden"], klasse)}
    return {plicht.begint, plicht.voldaan} - {"verzending"} <= asked


def _duty(
    stroom: Stroom, recorded: Recorded, regel: Termijnregel, plicht: Plicht, kalender: Kalender
) -> None:
    known = stroom.gegevens
    termijn = stroom.laatste(regel.id)
    berekening = _counted(regel, known["velden"].get(plicht.begint), kalender)
    if berekening is None:
        if termijn is not None:
            zet(termijn, recorded, BEEINDIGD)
        return
    if termijn is None:
        partijen = (known["bestuur"], *known["afgeleverd"])
        wie = Wie(known["bestuur"], partijen, dossier=stroom.stroom)
        termijn = begin(stroom, recorded, regel.id, regel.soort, berekening, wie)
    herbereken(termijn, recorded, berekening)
    if plicht.voldaan == "verzending":
        sent = known["verzonden_op"]
        zet(termijn, recorded, voldaan(termijn, datetime.fromisoformat(sent)) if sent else LOPEND)
    elif (met := _day(known["velden"].get(plicht.voldaan), kalender)) is None:
        zet(termijn, recorded, LOPEND)
    else:
        late = met > berekening.vervaldag
        zet(termijn, recorded, TE_LAAT if late else NAGELEEFD, opgegeven=met.isoformat())


def _counted(regel: Termijnregel, value: Value, kalender: Kalender) -> Berekening | None:
    """The term from what the field holds; None where no term follows from it."""
    start, day = _moment(value), _day(value, kalender)
    try:
        if start is None or day is None or not regel.geldig.op(day):
            return None
        return bereken(regel, start, kalender)
    except OnberekenbareTermijn:
        return None


def _day(value: Value, kalender: Kalender) -> date | None:
    moment = _moment(value)
    if not isinstance(moment, datetime):
        return moment
    try:
        return kalender.dag(moment)
    except OverflowError:
        return None


def _moment(value: Value) -> datetime | date | None:
    """The moment or day in a field; None for what is neither, as a draft may hold."""
    if not isinstance(value, str):
        return None
    try:
        if "T" not in value:
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
