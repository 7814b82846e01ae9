# SPDX-License-Identifier: EUPL-1.2
"""Treatments: what the supervisor asked, decided and noted, for its own side.

The bestuur finds what it was asked and told in the conversation that brought it.
"""

from collections.abc import Iterator

from loket.domain.behandelingen.words import (
    AntwoordOntvangen,
    BehandelingAfgesloten,
    BehandelingGestart,
    NotitieGemaakt,
    OpvragingGesteld,
    ToezichtsbesluitGenomen,
)
from loket.evidence.entry import Recorded
from loket.projections.zoeken.vondst import Bron, Staat, Vondst, file_names, files, label, words


def fold(staat: Staat, recorded: Recorded) -> None:
    """Remembers texts and files, and notes."""
    fact, moment = recorded.fact, recorded.registered.isoformat()
    if isinstance(fact, BehandelingGestart):
        staat.update(
            ontvanger=fact.ontvanger, bestuur=fact.bestuur, type=fact.dossiertype, uitkomst="",
            teksten=[], bestanden=[], notities=[], moment=moment,
        )  # fmt: skip
    if not staat:
        return
    match fact:
        case OpvragingGesteld():
            staat["teksten"].append(fact.tekst)
            staat["bestanden"] += files(fact.documenten)
        case AntwoordOntvangen():
            staat["teksten"].append(fact.toelichting)
        case ToezichtsbesluitGenomen():
            staat["uitkomst"] = fact.uitkomst.replace("-", " ")
            staat["teksten"].append(fact.motivering)
            staat["bestanden"] += files(fact.documenten)
        case BehandelingAfgesloten():
            staat["teksten"].append(fact.reden)
        case NotitieGemaakt():
            staat["notities"].append([fact.tekst, moment])
            return
        case _:
            return
    staat["moment"] = moment


def show(staat: Staat) -> Iterator[Vondst]:
    """The treatment and its notes."""
    kind, owner, bestuur = staat["type"], staat["ontvanger"], staat["bestuur"]
    attached: dict[str, str] = dict(staat["bestanden"])
    yield Vondst(
        deel="behandeling",
        soort="behandeling",
        type=kind,
        bestuur=bestuur,
        moment=staat["moment"],
        voor=(owner,),
        namen=label(kind),
        titel="\n".join(filter(None, (staat["uitkomst"], file_names(attached.items())))),
        tekst=words(staat["teksten"]),
        bestanden=[[sha256, naam] for sha256, naam in attached.items()],
    )
    for number, (tekst, moment) in enumerate(staat["notities"]):
        deel = f"notitie.{number}"
        yield Vondst(
            deel, "notitie", kind, bestuur, moment, (owner,), label(kind), "", words(tekst)
        )


BRON = Bron(fold, show)
