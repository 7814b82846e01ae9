# SPDX-License-Identifier: EUPL-1.2
"""Dossiers: the draft for its sender, each sending for who opened it last, the envelope for who
opened none."""

from collections.abc import Iterator, Mapping
from typing import Any

from loket.domain.toezicht.words import (
    BesluitAfgeleverd,
    BesluitGeopend,
    BesluitOpgesteld,
    BesluitVerzonden,
    BestandToegevoegd,
    BestandVerwijderd,
    LinkToegevoegd,
    LinkVerwijderd,
    VeldenGewijzigd,
)
from loket.evidence.entry import Recorded
from loket.projections.zoeken.vondst import Bron, Staat, Vondst, file_names, files, label, words

SOORT = "dossier"
TITLES = frozenset({"onderwerp", "titel", "naam", "beschrijving", "besluittype", "bestuursorgaan"})
"""Fields that say what a dossier is about."""


def fold(staat: Staat, recorded: Recorded) -> None:
    """Remembers the draft, what was sent, and who received and opened it."""
    fact = recorded.fact
    if isinstance(fact, BesluitOpgesteld):
        staat.update(
            bestuur=fact.bestuur, type=fact.dossiertype, velden=dict(fact.velden), bestanden=[],
            links=[], bezorgd={}, gelezen={}, verzonden={},
            moment=recorded.registered.isoformat(),
        )  # fmt: skip
    elif staat:
        _edit(staat, recorded)
        _deliver(staat, recorded)


def _edit(staat: Staat, recorded: Recorded) -> None:
    match recorded.fact:
        case VeldenGewijzigd(velden):
            staat["velden"] |= velden
        case BestandToegevoegd(document):
            staat["bestanden"] += files([document])
        case BestandVerwijderd(sha256):
            staat["bestanden"] = [file for file in staat["bestanden"] if file[0] != sha256]
        case LinkToegevoegd(url):
            staat["links"].append(url)
        case LinkVerwijderd(url):
            staat["links"] = [link for link in staat["links"] if link != url]
        case _:
            return
    staat["moment"] = recorded.registered.isoformat()


def _deliver(staat: Staat, recorded: Recorded) -> None:
    match recorded.fact:
        case BesluitVerzonden() as sent:
            staat["moment"] = moment = recorded.registered.isoformat()
            staat["verzonden"][str(sent.verzending)] = {
                "type": sent.dossiertype, "moment": moment, "velden": dict(sent.velden),
                "bestanden": files(sent.documenten), "links": list(sent.links),
            }  # fmt: skip
        case BesluitAfgeleverd(verzending, ontvanger):
            staat["bezorgd"][ontvanger] = str(verzending)
        case BesluitGeopend(verzending, ontvanger):
            staat["gelezen"][ontvanger] = str(verzending)


def show(staat: Staat) -> Iterator[Vondst]:
    """The forms in which this dossier can be found."""
    owner = staat["bestuur"]
    yield _whole("eigen", (owner,), owner, staat)
    for number, sent in staat["verzonden"].items():
        readers = tuple(u for u, n in staat["gelezen"].items() if n == number and u != owner)
        if readers:
            yield _whole(f"verzonden.{number}", readers, owner, sent)
        others = tuple(
            u for u, n in staat["bezorgd"].items()
            if n == number and u != owner and u not in staat["gelezen"]
        )  # fmt: skip
        if others:
            kind, moment = sent["type"], sent["moment"]
            yield Vondst(f"omslag.{number}", SOORT, kind, owner, moment, others, label(kind))


def _whole(deel: str, voor: tuple[str, ...], bestuur: str, content: Mapping[str, Any]) -> Vondst:
    velden = content["velden"]
    titles = [value for name, value in velden.items() if name in TITLES]
    others = [value for name, value in velden.items() if name not in TITLES]
    return Vondst(
        deel=deel,
        soort=SOORT,
        type=content["type"],
        bestuur=bestuur,
        moment=content["moment"],
        voor=voor,
        namen=label(content["type"]),
        titel="\n".join(filter(None, (words(titles), file_names(content["bestanden"])))),
        tekst=words(others, content["links"]),
        bestanden=content["bestanden"],
    )


BRON = Bron(fold, show)
