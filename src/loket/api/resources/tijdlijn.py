# SPDX-License-Identifier: EUPL-1.2
"""The events of a stream, as its timeline tells them: no content, no persons."""

from loket.api.jsonapi.kinds import BOOLEAN, INTEGER, MOMENT, TEXT, choice
from loket.api.jsonapi.resource import Attribute, Relationship, Resource, Sort, one_of
from loket.api.parts import Parts
from loket.api.watch import Status
from loket.domain.besturen import stream_of
from loket.projections.tijdlijn import label

MOMENTEN = choice("verzending", "aflevering", "opvraging")
_STAMPED = """(SELECT t.gen_time FROM timestamps AS t WHERE t.size > r.position
               ORDER BY t.size, t.gen_time LIMIT 1)"""
_HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def status(position: int, here: Parts) -> Status:
    """How far the event at a position is proven."""
    return here.watch.status(position)


def _label(kind: str, _: Parts) -> str:
    return label(kind)


GEBEURTENISSEN = Resource(
    type="gebeurtenissen",
    title="Gebeurtenissen van een stroom",
    description="Alles wat er in een stroom gebeurde, met de tijd van het logboek en de tijd die "
    "het tijdstempel bewijst. Voor alle partijen gelijk, op wat intern is na.",
    module="",
    table="tijdlijn",
    key="r.position",
    identity=INTEGER,
    scope=("r.voor IN ('', %(bestuur)s)",),
    roles=frozenset(),
    attributes={
        "volgnummer": Attribute(INTEGER, "Plaats in de stroom, vanaf 0.", sql="r.seq"),
        "positie": Attribute(INTEGER, "Plaats in het logboek, vanaf 0.", sql="r.position"),
        "gebeurtenis": Attribute(TEXT, "Naam van de gebeurtenis.", sql="r.type"),
        "omschrijving": Attribute(TEXT, "Wat er gebeurde.", sql="r.type", show=_label),
        "moment": Attribute(
            MOMENTEN, "Een van de drie momenten van het besluit van 20 april 2018.", nullable=True
        ),
        "intern": Attribute(BOOLEAN, "Enkel voor uw bestuur.", sql="r.voor <> ''"),
        "geregistreerd": Attribute(MOMENT, "Tijd van het logboek.", sql="r.registered"),
        "gestempeld": Attribute(
            MOMENT,
            "Tijd van het eerste tijdstempel (RFC 3161) dat deze gebeurtenis dekt.",
            sql=_STAMPED,
            nullable=True,
        ),
        "status": Attribute(
            choice(*Status), "Hoe ver het bewezen is.", sql="r.position", show=status
        ),
        "leaf_hash": Attribute(
            TEXT, "SHA-256 van de leaf.", sql="encode(r.leaf_hash, 'hex')", schema=_HASH
        ),
    },
    relationships={
        "wie": Relationship("besturen", "Het bestuur waarover het gaat.", identify=stream_of)
    },
    filters={"moment": one_of("r.moment", MOMENTEN, "Een van de drie momenten.")},
    sorts={"positie": Sort("r.position", INTEGER)},
    order="positie",
)

RESOURCES = (GEBEURTENISSEN,)
