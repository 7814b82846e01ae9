# SPDX-License-Identifier: EUPL-1.2
"""Reading dossiers of toezicht.

The list is a read model; a dossier itself is replayed from its stream and so always current. A
recipient reads what was sent, never the draft, and only once the opvraging is registered.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from loket.api.jsonapi.kinds import INTEGER, MOMENT, OBJECT, TEXT, URI, choice
from loket.api.jsonapi.resource import (
    Attribute,
    Relationship,
    Resource,
    Row,
    Single,
    Sort,
    between,
    empty_last,
    one_of,
    overlaps,
)
from loket.api.parts import Parts, Stream
from loket.api.resources.tijdlijn import status
from loket.api.resources.zoeken import searched
from loket.api.watch import Status
from loket.domain.besturen import stream_of
from loket.domain.toezicht.state import Dossier, Fase
from loket.domain.toezicht.words import BesluitAfgeleverd, BesluitGeopend, BesluitVerzonden
from loket.evidence.entry import Recorded
from loket.kernel import Actor
from loket.reference import Reference

MODULE = "toezicht"
TOESTANDEN = ("concept", "verzonden", "ingetrokken", "verbeterd", "heropend", "verworpen")


async def dossier(here: Parts, actor: Actor, key: UUID) -> Single:
    """The dossier as it stands; a recipient sees the envelope until it is opened.

    Raises GeenRecht, NietGevonden.
    """
    stream = await here.stream(MODULE, key, actor)
    state: Dossier = stream.state
    number = _last_known(state, actor)
    sent = sending(stream, number)
    row = {
        "id": str(key),
        **_moments(stream.history, number),
        "bestuur": state.bestuur,
        "bestuur_naam": here.loket.reference.label(state.bestuur),
        "klasse": state.klasse,
        "dossiertype": state.dossiertype,
        "toestand": _toestand(state),
        "ontvangers": sorted(state.ontvangers),
        "geopend_door": sorted(state.geopend),
        "verbetert": state.verbetert,
        "verbeterd_door": sorted(state.verbeterd_door),
        "verzending": number,
        "routeringsregel": sent.routeringsregel if sent else "",
        "routering": _explained(sent, here.loket.reference),
        "doorgestuurd_door": sorted(state.doorgestuurd),
        "dubbel_van": sorted(state.dubbel_van),
        "versie": len(stream.history),
        "status": stream.history[-1].position,
        **_dates(sent or state),
        "inhoud": _content(stream, actor),
        "controle": _checked(state) if actor.bestuur == state.bestuur else None,
    }
    closed = actor.bestuur != state.bestuur and state.leest(actor.bestuur) != number
    links = {"openen": f"/{stream.name}/besluit-openen" if closed else None}
    return Single(row, links, len(stream.history))


def _last_known(state: Dossier, actor: Actor) -> int:
    """The number of the last sending: of all for the sender, of its own for a recipient."""
    return state.bezorgd.get(actor.bestuur, state.verzendingen)


def _moments(history: list[Recorded], number: int) -> Row:
    """The three moments of a sending, as the log registered them."""
    found: dict[str, Any] = dict.fromkeys(("verzonden_op", "afgeleverd_op", "geopend_op"))
    names = {
        BesluitVerzonden: "verzonden_op",
        BesluitAfgeleverd: "afgeleverd_op",
        BesluitGeopend: "geopend_op",
    }
    for recorded in history:
        name = names.get(type(recorded.fact))
        if name and recorded.fact.verzending == number:
            found[name] = found[name] or recorded.registered
    return found


def _explained(sent: BesluitVerzonden | None, reference: Reference) -> str:
    """What the rule says that chose the recipients, as far as it is known."""
    rules = (rule for rule in reference.routering if sent and rule.id == sent.routeringsregel)
    return next((rule.omschrijving for rule in rules), "")


def _toestand(state: Dossier) -> str:
    if state.fase is Fase.CONCEPT and state.verzendingen:
        return "heropend"
    return state.fase.value


def sending(stream: Stream, number: int) -> BesluitVerzonden | None:
    """The sending with this number, or None."""
    facts = (r.fact for r in stream.history if isinstance(r.fact, BesluitVerzonden))
    return next((fact for fact in facts if fact.verzending == number), None)


def visible(stream: Stream, actor: Actor) -> Dossier | BesluitVerzonden | None:
    """The content this actor may read: the draft of its own dossier, the last sending it opened
    of those it received, or nothing yet."""
    state: Dossier = stream.state
    if actor.bestuur == state.bestuur:
        return state
    return sending(stream, state.leest(actor.bestuur))


def _dates(content: Dossier | BesluitVerzonden) -> Row:
    """The dates on the envelope: once sent, as they were sent."""
    names = ("zittingsdatum", "publicatiedatum")
    return {n: v if isinstance(v := content.velden.get(n), str) else "" for n in names}


def _content(stream: Stream, actor: Actor) -> dict[str, Any] | None:
    content = visible(stream, actor)
    if content is None:
        return None
    return {
        "velden": dict(content.velden),
        "bestanden": [
            {
                "sha256": d.sha256,
                "naam": d.naam,
                "formaat": d.formaat,
                "grootte": d.size,
                "adres": f"/{stream.name}/bestanden/{d.sha256}",
            }
            for d in content.documenten
        ],
        "weblinks": list(content.links),
    }


def _checked(state: Dossier) -> dict[str, Any] | None:
    outcome = state.validatie
    if outcome is None:
        return None
    return {
        "bevindingen": [dict(found) for found in outcome.bevindingen],
        "waarschuwingen": [dict(found) for found in outcome.waarschuwingen],
    }


def _concept(uri: str) -> str:
    """The id of a concept: what its URI ends with."""
    return uri.rpartition("/")[2]


INZENDINGEN = Resource(
    type="inzendingen",
    title="Inzendingen",
    description="Uw eigen dossiers en die u afgeleverd zijn; een concept is enkel voor wie het "
    "opstelt. Wat erin staat leest een ontvanger pas als de opvraging geregistreerd is.",
    module=MODULE,
    path=f"/{MODULE}",
    table="inzendingen",
    projection="inzendingen",
    scope=(
        "r.bestuur = %(bestuur)s",
        "r.ontvangers @> ARRAY[%(bestuur)s::text] AND r.bestuur <> %(bestuur)s",
    ),
    attributes={
        "bestuur_naam": Attribute(TEXT, "Naam van de verzender."),
        "klasse": Attribute(URI, "Klasse van de verzender bij het opstellen."),
        "toestand": Attribute(choice(*TOESTANDEN)),
        "zittingsdatum": Attribute(TEXT, "Zoals de verzender die schreef."),
        "publicatiedatum": Attribute(TEXT, "Zoals de verzender die schreef."),
        "verzonden_op": Attribute(MOMENT, "De laatste verzending.", nullable=True),
        "afgeleverd_op": Attribute(MOMENT, "Bij de eerste ontvanger.", nullable=True),
        "geopend_op": Attribute(MOMENT, "Door de eerste ontvanger.", nullable=True),
        "versie": Attribute(INTEGER, "Aantal gebeurtenissen in de stroom; ook de ETag."),
        "status": Attribute(
            choice(*Status), "Hoe ver het bewezen is.", sql="r.position", show=status
        ),
        "verzending": Attribute(INTEGER, "Hoe vaak het verzonden is.", detail=True),
        "routeringsregel": Attribute(
            TEXT, "Id van de regel die de ontvangers bepaalde.", detail=True
        ),
        "routering": Attribute(TEXT, "Wat die regel zegt.", detail=True),
        "inhoud": Attribute(
            OBJECT, "Leeg voor wie het nog niet geopend heeft.", nullable=True, detail=True
        ),
        "controle": Attribute(
            OBJECT, "De laatste controle van uw concept.", nullable=True, detail=True
        ),
    },
    relationships={
        "bestuur": Relationship("besturen", "De verzender.", identify=stream_of),
        "dossiertype": Relationship("dossiertypes", identify=_concept),
        "ontvangers": Relationship("besturen", many=True, identify=stream_of),
        "geopend_door": Relationship("besturen", many=True, identify=stream_of, detail=True),
        "verbetert": Relationship("inzendingen", "Wat dit dossier vervangt."),
        "verbeterd_door": Relationship("inzendingen", "Wat dit dossier verving.", many=True),
        "doorgestuurd_door": Relationship(
            "inzendingen", "Wat dit dossier mee bezorgde.", many=True, detail=True
        ),
        "dubbel_van": Relationship(
            "inzendingen", "Wat eerder met dezelfde inhoud verzonden is.", many=True, detail=True
        ),
    },
    filters={
        "bestuur": one_of("r.bestuur", URI, "URI van de verzender."),
        "klasse": one_of("r.klasse", URI, "URI van de klasse van de verzender."),
        "dossiertype": one_of("r.dossiertype", URI, "URI van het dossiertype."),
        "toestand": one_of("r.toestand", choice(*TOESTANDEN), "Toestand van het dossier."),
        "ontvanger": overlaps("r.ontvangers", URI, "URI van een ontvanger."),
        **between("verzonden", "r.verzonden_op", "Verzonden"),
        **between("afgeleverd", "r.afgeleverd_op", "Afgeleverd"),
        "q": searched(MODULE),
    },
    sorts={
        "verzonden": empty_last("r.verzonden_op"),
        "gewijzigd": Sort("r.position", INTEGER),
        "zittingsdatum": Sort("r.zittingsdatum", TEXT),
        "bestuur": Sort("r.bestuur_naam", TEXT),
    },
    order="-verzonden",
    links={
        "tijdlijn": "/toezicht/{id}/tijdlijn",
        "bewijs": "/bewijs/toezicht/{id}",
        "behandelingen": "/behandelingen?filter[dossier]={id}",
    },
    one=dossier,
)


def _types(reference: Reference, ids: Iterable[str]) -> Iterator[Row]:
    wanted = set(ids)
    for form in reference.dossiertypes.values():
        if (key := _concept(form.uri)) in wanted:
            yield {
                "id": key,
                "uri": form.uri,
                "label": form.label,
                "formulier": f"/{MODULE}/dossiertypes/{key}",
            }


DOSSIERTYPES = Resource(
    type="dossiertypes",
    title="Dossiertypes",
    module=MODULE,
    attributes={
        "uri": Attribute(URI),
        "label": Attribute(TEXT),
        "formulier": Attribute(TEXT, "Adres van het formulier."),
    },
    catalog=_types,
)

RESOURCES = (INZENDINGEN, DOSSIERTYPES)
