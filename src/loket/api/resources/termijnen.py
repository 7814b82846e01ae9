# SPDX-License-Identifier: EUPL-1.2
"""Reading terms: the same rows for both sides, with how each was counted.

Whether a term that runs is over is for the server's clock to say. Who may read a term follows from
the roles of the module of its stream.
"""

from typing import Any

from loket.api.jsonapi.kinds import (
    BOOLEAN,
    DAY,
    ID,
    INTEGER,
    MOMENT,
    OBJECT,
    OBJECTS,
    TEXT,
    URI,
    choice,
)
from loket.api.jsonapi.resource import (
    Attribute,
    Filter,
    Relationship,
    Resource,
    Sort,
    between,
    holds,
    one_of,
)
from loket.api.parts import Parts, roles_of
from loket.domain import MODULES
from loket.domain.besturen import stream_of
from loket.projections.termijnen.rows import TOESTANDEN
from loket.reference.termijnen import SOORTEN, Berekening

OPEN = "r.toestand = 'lopend'"
VERSTREKEN = f"{OPEN} AND r.vervalt_op <= %(nu)s"
TOESTAND = f"""CASE WHEN {VERSTREKEN}
    THEN CASE WHEN r.soort = 'toezicht' THEN 'vervallen' ELSE 'te_laat' END
    ELSE r.toestand END"""
IN_TOESTAND = f"""(
    'lopend' = ANY({{values}}) AND {OPEN} AND r.vervalt_op > %(nu)s
    OR 'te_laat' = ANY({{values}}) AND {VERSTREKEN} AND r.soort <> 'toezicht'
    OR 'vervallen' = ANY({{values}}) AND {VERSTREKEN} AND r.soort = 'toezicht'
    OR r.toestand = ANY(array_remove({{values}}, 'lopend')))"""
"""The same as a condition, in parts that an index knows."""

DAGEN = "r.vervaldag - (%(nu)s::timestamptz AT TIME ZONE 'Europe/Brussels')::date"
HERINNERINGEN = """(
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'dagen', h.dagen, 'toestand', h.toestand, 'op', h.gewijzigd) ORDER BY h.gewijzigd), '[]')
    FROM herinneringen AS h WHERE h.termijn = r.id AND h.bestuur = %(bestuur)s)"""
_SOURCES = ("toezicht", "behandelingen", "berichten")
_ROLES = {name: sorted(roles_of(MODULES[name])) for name in _SOURCES}


def _visible() -> str:
    """That the reader has a role in the module of the stream; no condition for an index."""
    cases = " ".join(
        f"WHEN '{name}' THEN %(rollen)s::text[] && ARRAY[{', '.join(map(repr, roles))}]"
        for name, roles in _ROLES.items()
    )
    return f"CASE split_part(r.stroom, '/', 1) {cases} ELSE false END"


def _label(regel: str, here: Parts) -> str:
    found = here.loket.reference.termijnregels.get(regel)
    return found.label if found else regel


def _counted(record: dict[str, str], _: Parts) -> dict[str, Any]:
    """A computation with lists as lists."""
    counted = Berekening.from_record(record)
    shifts = [{"dag": s.dag.isoformat(), "reden": s.reden} for s in counted.verschuivingen]
    return {
        **record,
        "dagen": counted.dagen,
        "verschuivingen": shifts,
        "stappen": list(counted.stappen),
        "jurist": bool(counted.vraag),
    }


TERMIJNEN = Resource(
    type="termijnen",
    title="Termijnen",
    description="Wat wanneer moet gebeuren, en wat gebeurd is: voor beide partijen hetzelfde, met "
    "de berekening. Te doen: `filter[open]=true&filter[aan_zet]=true`; wat over tijd is: "
    "`filter[verstreken]=true`.",
    module="",
    path="/termijnen",
    table="termijnen",
    scope=(f"r.partijen @> ARRAY[%(bestuur)s::text] AND {_visible()}",),
    roles=frozenset(role for roles in _ROLES.values() for role in roles),
    attributes={
        "regel": Attribute(TEXT, "Id van de termijnregel."),
        "label": Attribute(TEXT, "Naam van de regel.", sql="r.regel", show=_label),
        "soort": Attribute(choice(*SOORTEN)),
        "toestand": Attribute(
            choice(*TOESTANDEN),
            "Volgens de klok van de server: een lopende termijn waarvan de laatste dag om is, is "
            "te_laat, of vervallen als het die van een toezichthouder is.",
            sql=TOESTAND,
        ),
        "dag": Attribute(DAY, "Dag van de handeling waarmee ze begint.", sql="r.dag::text"),
        "vervaldag": Attribute(DAY, "De laatste dag.", sql="r.vervaldag::text"),
        "vervalt_op": Attribute(MOMENT, "Vanaf dan is ze om."),
        "dagen_over": Attribute(INTEGER, "Tot de laatste dag; negatief erna.", sql=DAGEN),
        "opgegeven": Attribute(TEXT, "Dag waarop ze volgens de verzender nageleefd is."),
        "beeindigd_op": Attribute(MOMENT, "Wanneer dat geregistreerd is.", nullable=True),
        "berekening": Attribute(OBJECT, "Elke stap, en waarop ze steunt.", show=_counted),
        "stroom": Attribute(TEXT, "De stroom waarin ze loopt; het bewijs staat onder /bewijs."),
        "bericht": Attribute(TEXT, "Nummer van het bericht waarover ze gaat.", sql="r.verwijzing"),
        "nummer": Attribute(INTEGER, "De hoeveelste van haar soort in die stroom."),
        "versie": Attribute(INTEGER, "Hoe vaak ze wijzigde."),
        "herinneringen": Attribute(
            OBJECTS, "Die uw bestuur kreeg: dagen vooraf, toestand, moment.", sql=HERINNERINGEN
        ),
    },
    relationships={
        "bestuur": Relationship("besturen", "Wie moet handelen.", identify=stream_of),
        "wederpartijen": Relationship(
            "besturen",
            "Wie er nog van weet.",
            sql="array_remove(r.partijen, r.bestuur)",
            many=True,
            identify=stream_of,
        ),
        "dossier": Relationship(
            "inzendingen",
            sql="CASE WHEN starts_with(r.dossier, 'toezicht/') THEN substr(r.dossier, 10) END",
        ),
    },
    filters={
        "soort": one_of("r.soort", choice(*SOORTEN), "Soort termijn."),
        "regel": one_of("r.regel", TEXT, "Id van een termijnregel."),
        "toestand": Filter(IN_TOESTAND, choice(*TOESTANDEN), "Toestand, volgens de klok van nu."),
        "open": holds(OPEN, BOOLEAN, "Niet nageleefd, gestuit of afgesloten; ook over tijd."),
        "verstreken": holds(VERSTREKEN, BOOLEAN, "Over tijd en niet nageleefd."),
        "aan_zet": holds("r.bestuur = %(bestuur)s", BOOLEAN, "Uw bestuur moet handelen."),
        "bestuur": one_of("r.bestuur", URI, "URI van wie moet handelen."),
        "dossier": Filter("r.dossier = 'toezicht/' || {value}::text", ID, "Id van een dossier."),
        "stroom": one_of("r.stroom", TEXT, "Stroom, als behandelingen/<id>."),
        "vervaldag.van": Filter("r.vervaldag >= {value}::date", DAY, "Laatste dag vanaf dan."),
        "vervaldag.tot": Filter("r.vervaldag < {value}::date", DAY, "Laatste dag voor dan."),
        **between("vervalt", "r.vervalt_op", "Om"),
    },
    sorts={
        "vervalt": Sort("r.vervalt_op", MOMENT),
        "gewijzigd": Sort("r.position", INTEGER),
    },
    order="vervalt",
)

RESOURCES = (TERMIJNEN,)
