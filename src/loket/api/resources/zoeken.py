# SPDX-License-Identifier: EUPL-1.2
"""What searching finds; `loket.api.searching` runs the search itself."""

from loket.api.jsonapi.kinds import MOMENT, OBJECTS, TEXT, TEXTS, URI, choice
from loket.api.jsonapi.resource import (
    Attribute,
    Filter,
    Relationship,
    Resource,
    between,
    one_of,
)
from loket.domain.besturen import stream_of
from loket.projections.zoeken.bronnen import BRONNEN, SOORTEN

FILE = {
    "type": "object",
    "properties": {
        "sha256": {"type": "string"},
        "naam": {"type": "string"},
        "fragment": {"type": "string", "description": "HTML, met `mark` rond wat past."},
    },
    "required": ["sha256", "naam", "fragment"],
}


def searched(module: str) -> Filter:
    """Rows (`r`) that are streams of this module in which the reader can find these words."""
    found = (
        "SELECT z.stream FROM zoeken AS z WHERE z.voor @> ARRAY[%(bestuur)s::text]"
        f" AND z.module = '{module}' AND z.alles @@ websearch_to_tsquery('nederlands', {{value}})"
    )
    return Filter(f"('{module}/' || r.id) IN ({found})", TEXT, "Woorden, zoals in /zoeken.")


ZOEKRESULTATEN = Resource(
    type="zoekresultaten",
    title="Zoekresultaten",
    module="toezicht",
    roles=frozenset(),
    catalog=lambda _reference, _ids: (),
    attributes={
        "stroom": Attribute(TEXT, "De stroom waarin dit staat, als `toezicht/…`."),
        "module": Attribute(choice(*BRONNEN)),
        "soort": Attribute(choice(*SOORTEN)),
        "typering": Attribute(TEXT, "URI van het dossiertype of het type communicatie."),
        "typering_naam": Attribute(TEXT),
        "bestuur_naam": Attribute(TEXT, "Naam van wie het opstelde."),
        "moment": Attribute(MOMENT, "Wanneer het verzonden of het laatst gewijzigd is."),
        "fragmenten": Attribute(
            TEXTS, "Wat past in zijn omgeving: HTML, met `mark` rond de woorden."
        ),
        "bestanden": Attribute(
            OBJECTS, "Bijlagen waarin woorden gevonden zijn.",
            schema={"type": "array", "items": FILE},
        ),
    },
    relationships={"bestuur": Relationship("besturen", "Wie het opstelde.", identify=stream_of)},
    filters={
        "module": one_of("r.module", choice(*BRONNEN), "Waarin gezocht wordt."),
        "soort": one_of("r.soort", choice(*SOORTEN), "Wat gezocht wordt."),
        "typering": one_of("r.type", URI, "URI van het dossiertype of het type communicatie."),
        "bestuur": one_of("r.bestuur", URI, "URI van wie het opstelde."),
        **between("moment", "r.moment", "Verzonden of gewijzigd"),
    },
)  # fmt: skip

RESOURCES = (ZOEKRESULTATEN,)
