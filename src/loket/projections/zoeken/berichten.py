# SPDX-License-Identifier: EUPL-1.2
"""Messages: for their sender, for their addressee once opened, by their subject until then; and
the notes of each side for itself. What was recalled is its sender's only."""

from collections.abc import Iterator

from loket.domain.berichten.words import (
    BerichtGeopend,
    BerichtIngetrokken,
    BerichtVerzonden,
    GesprekGestart,
    NotitieGemaakt,
)
from loket.evidence.entry import Recorded
from loket.projections.zoeken.vondst import Bron, Staat, Vondst, file_names, files, label, words


def fold(staat: Staat, recorded: Recorded) -> None:
    """Remembers messages with who may read them, and notes."""
    fact, moment = recorded.fact, recorded.registered.isoformat()
    if isinstance(fact, GesprekGestart):
        staat.update(onderwerp=fact.onderwerp, berichten={}, notities=[])
    if not staat:
        return
    match fact:
        case BerichtVerzonden():
            staat["berichten"][str(fact.bericht)] = {
                "van": fact.van, "naar": fact.naar, "type": fact.type_communicatie,
                "tekst": fact.tekst, "bestanden": files(fact.documenten), "moment": moment,
                "geopend": False, "ingetrokken": False,
            }  # fmt: skip
        case BerichtGeopend(bericht):
            staat["berichten"][str(bericht)]["geopend"] = True
        case BerichtIngetrokken(bericht):
            staat["berichten"][str(bericht)]["ingetrokken"] = True
        case NotitieGemaakt(bestuur, tekst):
            staat["notities"].append([bestuur, tekst, moment])


def show(staat: Staat) -> Iterator[Vondst]:
    """The forms in which the messages and notes can be found."""
    subject = words(staat["onderwerp"])
    for number, each in staat["berichten"].items():
        van, naar, soort = each["van"], each["naar"], each["type"]
        open_to = (naar,) if each["geopend"] and not each["ingetrokken"] else ()
        yield Vondst(
            deel=number,
            soort="bericht",
            type=soort,
            bestuur=van,
            moment=each["moment"],
            voor=(van, *open_to),
            namen=label(soort),
            titel="\n".join(filter(None, (subject, file_names(each["bestanden"])))),
            tekst=words(each["tekst"]),
            bestanden=each["bestanden"],
        )
        if not each["geopend"] and not each["ingetrokken"]:
            yield Vondst(
                f"{number}.omslag", "bericht", soort, van, each["moment"], (naar,),
                label(soort), subject,
            )  # fmt: skip
    for number, (bestuur, tekst, moment) in enumerate(staat["notities"]):
        deel = f"notitie.{number}"
        yield Vondst(deel, "notitie", "", bestuur, moment, (bestuur,), "", subject, words(tekst))


BRON = Bron(fold, show)
