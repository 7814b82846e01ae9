# SPDX-License-Identifier: EUPL-1.2
"""What waits for someone: `GET /te-doen`, drawn together from the lists of all modules.

Each kind of work is a `Bron`, data: which rows of which table wait for the reader, since when and
until when. Its conditions stand on an index, so that a list of work stays as fast as what it is
drawn from.
"""

from dataclasses import dataclass

from loket.api.jsonapi.kinds import BOOLEAN, MOMENT, TEXT, choice
from loket.api.jsonapi.resource import (
    Attribute,
    Relationship,
    Resource,
    between,
    empty_last,
    holds,
    one_of,
)
from loket.api.parts import Parts, roles_of
from loket.api.resources.behandelingen import MIJN, OPEN, VERVANGEN
from loket.domain import MODULES
from loket.domain.besturen import stream_of

SOON = "interval '7 days'"
"""A term that ends within this time is work."""


@dataclass(frozen=True, slots=True)
class Bron:
    """A kind of work, in SQL as that of a resource: `r` is a row of `table`, which waits for the
    reader when `waits` holds. `stroom` is the stream to act on, `wie` the bestuur it concerns
    (URI), `wat` what it is about; work is `persoonlijk` when it waits for the reader alone."""

    soort: str
    label: str
    module: str
    table: str
    waits: str
    stroom: str
    sinds: str
    wie: str = "''"
    wat: str = "''"
    uiterlijk: str = "NULL::timestamptz"
    persoonlijk: bool = False


_MIJN_CONCEPT = "r.bestuur = %(bestuur)s AND r.toestand IN ('concept', 'heropend')"
_REACTIE = """(SELECT t.vervalt_op FROM termijnen AS t
    WHERE t.stroom = 'berichten/' || r.gesprek AND t.sleutel = 'reactie/' || r.nummer
    ORDER BY t.nummer DESC LIMIT 1)"""
_WACHT = """NOT EXISTS (SELECT FROM termijnen AS t
    WHERE t.stroom = 'berichten/' || r.gesprek AND t.sleutel = 'reactie/' || r.nummer
        AND t.toestand <> 'lopend')"""
"""Nothing ended its term, such as an answer by post."""
_GESPREK = "(SELECT g.onderwerp FROM gesprekken AS g WHERE g.id = r.gesprek)"
_OPEN_BERICHT = "r.naar = %(bestuur)s AND r.afgeleverd_op IS NOT NULL AND r.ingetrokken_op IS NULL"
_TERMIJN = """r.bestuur = %(bestuur)s AND r.toestand = 'lopend'
    AND split_part(r.stroom, '/', 1) = 'toezicht'"""
"""Terms of messages and treatments are told by the work that they are of."""
_MIJN_TEAMS = """r.team = '' OR r.team IN (SELECT unnest(m.teams) FROM medewerkers AS m
    WHERE m.bestuur = %(bestuur)s AND m.persoon = %(persoon)s)"""

BRONNEN = (
    Bron(
        soort="concept",
        label="Concept dat nog niet verzonden is",
        module="toezicht",
        table="inzendingen",
        waits=f"{_MIJN_CONCEPT} AND r.bevindingen = 0",
        stroom="'toezicht/' || r.id",
        sinds="r.gewijzigd_op",
        wie="r.bestuur",
        wat="r.dossiertype",
    ),
    Bron(
        soort="bevindingen",
        label="Concept met bevindingen: vul het aan of verbeter het",
        module="toezicht",
        table="inzendingen",
        waits=f"{_MIJN_CONCEPT} AND r.bevindingen > 0",
        stroom="'toezicht/' || r.id",
        sinds="r.gewijzigd_op",
        wie="r.bestuur",
        wat="r.dossiertype",
    ),
    Bron(
        soort="ongelezen",
        label="Bericht dat u nog niet las",
        module="berichten",
        table="berichten",
        waits=f"{_OPEN_BERICHT} AND NOT %(persoon)s = ANY(r.gelezen_door)",
        stroom="'berichten/' || r.gesprek",
        sinds="r.afgeleverd_op",
        wie="r.van",
        wat=_GESPREK,
        persoonlijk=True,
    ),
    Bron(
        soort="onbeantwoord",
        label="Bericht dat op antwoord wacht",
        module="berichten",
        table="berichten",
        waits=f"{_OPEN_BERICHT} AND r.reactietermijn > 0 AND r.beantwoord_door = 0 AND {_WACHT}",
        stroom="'berichten/' || r.gesprek",
        sinds="r.afgeleverd_op",
        wie="r.van",
        wat=_GESPREK,
        uiterlijk=_REACTIE,
    ),
    Bron(
        soort="termijn",
        label="Termijn die binnen een week eindigt",
        module="toezicht",
        table="termijnen",
        waits=f"{_TERMIJN} AND r.vervalt_op > %(nu)s AND r.vervalt_op <= %(nu)s + {SOON}",
        stroom="r.stroom",
        sinds="r.sinds",
        wie="r.bestuur",
        wat="r.regel",
        uiterlijk="r.vervalt_op",
    ),
    Bron(
        soort="termijn-voorbij",
        label="Termijn die voorbij is",
        module="toezicht",
        table="termijnen",
        waits=f"{_TERMIJN} AND r.vervalt_op <= %(nu)s",
        stroom="r.stroom",
        sinds="r.sinds",
        wie="r.bestuur",
        wat="r.regel",
        uiterlijk="r.vervalt_op",
    ),
    Bron(
        soort="behandeling",
        label="Dossier dat aan u toegewezen is",
        module="behandelingen",
        table="behandelingen",
        waits=f"{MIJN} AND {OPEN} AND r.persoon = %(persoon)s",
        stroom="'behandelingen/' || r.id",
        sinds="r.afgeleverd_op",
        wie="r.bestuur",
        wat="r.dossiertype",
        uiterlijk="r.vervalt_op",
        persoonlijk=True,
    ),
    Bron(
        soort="vervanging",
        label="Dossier van een afwezige collega die u vervangt",
        module="behandelingen",
        table="behandelingen",
        waits=f"{MIJN} AND {OPEN} AND {VERVANGEN}",
        stroom="'behandelingen/' || r.id",
        sinds="r.afgeleverd_op",
        wie="r.bestuur",
        wat="r.dossiertype",
        uiterlijk="r.vervalt_op",
        persoonlijk=True,
    ),
    Bron(
        soort="toe-te-wijzen",
        label="Dossier van uw team dat aan niemand toegewezen is",
        module="behandelingen",
        table="behandelingen",
        waits=f"{MIJN} AND {OPEN} AND r.persoon = '' AND ({_MIJN_TEAMS})",
        stroom="'behandelingen/' || r.id",
        sinds="r.afgeleverd_op",
        wie="r.bestuur",
        wat="r.dossiertype",
        uiterlijk="r.vervalt_op",
    ),
)
"""All kinds of work. One more is one more entry."""

LABELS = {bron.soort: bron.label for bron in BRONNEN}


def _select(bron: Bron) -> str:
    """The work of one kind, for who has a role in its module."""
    roles = ", ".join(f"'{role}'" for role in sorted(roles_of(MODULES[bron.module])))
    return f"""SELECT md5('{bron.soort}/' || r.id)::uuid AS id, '{bron.soort}' AS soort,
        '{bron.module}' AS module, {bron.stroom} AS stroom, {bron.wie} AS wie, {bron.wat} AS wat,
        {bron.sinds} AS sinds, {bron.uiterlijk} AS uiterlijk, {bron.persoonlijk} AS persoonlijk
        FROM {bron.table} AS r WHERE {bron.waits} AND %(rollen)s::text[] && ARRAY[{roles}]"""


def _named(uri: str, here: Parts) -> str:
    """The name of what has a URI; a text stays what it is."""
    return here.loket.reference.label(uri)


TE_DOEN = Resource(
    type="te-doen",
    title="Te doen",
    description="Wat op u of uw bestuur wacht, uit alle modules samen: het dringendste eerst.",
    module="",
    path="/te-doen",
    table=f"({' UNION ALL '.join(map(_select, BRONNEN))})",
    roles=frozenset(),
    attributes={
        "soort": Attribute(choice(*LABELS)),
        "omschrijving": Attribute(TEXT, sql="r.soort", show=lambda soort, _: LABELS[soort]),
        "module": Attribute(TEXT),
        "stroom": Attribute(TEXT, "Waarop het wacht."),
        "adres": Attribute(TEXT, "Waar u het leest.", sql="'/' || r.stroom"),
        "wat": Attribute(TEXT, "Onderwerp, dossiertype of termijn.", show=_named),
        "sinds": Attribute(MOMENT, nullable=True),
        "uiterlijk": Attribute(MOMENT, "Tegen wanneer, als er een termijn is.", nullable=True),
        "te_laat": Attribute(BOOLEAN, sql="coalesce(r.uiterlijk <= %(nu)s, false)"),
        "persoonlijk": Attribute(BOOLEAN, "Het wacht op u, niet op uw hele bestuur."),
    },
    relationships={
        "wie": Relationship("besturen", "Het bestuur waarover het gaat.", identify=stream_of)
    },
    filters={
        "soort": one_of("r.soort", choice(*LABELS), "Soort werk."),
        "module": one_of("r.module", choice(*sorted({b.module for b in BRONNEN})), "Module."),
        "persoonlijk": holds("r.persoonlijk", BOOLEAN, "Wat op u alleen wacht."),
        "te_laat": holds("coalesce(r.uiterlijk <= %(nu)s, false)", BOOLEAN, "Wat te laat is."),
        **between("uiterlijk", "r.uiterlijk", "Te doen"),
    },
    sorts={"uiterlijk": empty_last("r.uiterlijk"), "sinds": empty_last("r.sinds")},
    order="uiterlijk",
)

RESOURCES = (TE_DOEN,)
