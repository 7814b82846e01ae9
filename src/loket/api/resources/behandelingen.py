# SPDX-License-Identifier: EUPL-1.2
"""Reading treatments: the queue of a supervisor, and for a sender how its dossiers are treated.

Who treats a dossier, its team, notes and hand-overs are the recipient's own. What an opvraging or
a decision says, the sender reads in the conversation that brings it, where its opening is
registered.
"""

from typing import Any
from uuid import UUID

import msgspec

from loket.api.jsonapi import fetch
from loket.api.jsonapi.kinds import (
    BOOLEAN,
    ID,
    INTEGER,
    MOMENT,
    OBJECT,
    OBJECTS,
    TEXT,
    URI,
    choice,
)
from loket.api.jsonapi.query import Query
from loket.api.jsonapi.resource import (
    Attribute,
    Filter,
    Relationship,
    Resource,
    Single,
    Sort,
    between,
    contains,
    empty_last,
    holds,
    one_of,
)
from loket.api.parts import Parts
from loket.api.refusals import NietGevonden
from loket.domain.behandelingen import MODULE
from loket.domain.behandelingen.state import UITKOMSTEN, Behandeling, Fase
from loket.domain.besturen import stream_of
from loket.evidence.entry import Recorded
from loket.evidence.read import Question
from loket.kernel import Actor
from loket.projections.tijdlijn import label
from loket.reference.termijnen import Berekening

STATUSSEN = ("toegewezen", *(fase.value for fase in Fase if fase is not Fase.LEEG))
MIJN = "r.ontvanger = %(bestuur)s"
STATUS = (
    f"CASE WHEN r.status = 'ontvangen' AND r.persoon <> '' AND {MIJN}"
    " THEN 'toegewezen' ELSE r.status END"
)
OPEN = "r.status NOT IN ('afgesloten', 'ingetrokken', 'teruggegeven', 'verbeterd')"
VANDAAG = "(%(nu)s::timestamptz AT TIME ZONE 'Europe/Brussels')::date"
VERVANGEN = f"""r.persoon IN (
    WITH RECURSIVE afwezig AS (
        SELECT persoon, vervanger FROM medewerkers
        WHERE bestuur = %(bestuur)s AND vervanger <> ''
            AND {VANDAAG} BETWEEN afwezig_van AND afwezig_tot
    ), vervangen AS (
        SELECT persoon FROM afwezig WHERE vervanger = %(persoon)s
        UNION SELECT a.persoon FROM afwezig AS a JOIN vervangen AS v ON a.vervanger = v.persoon
    ) SELECT persoon FROM vervangen WHERE persoon <> %(persoon)s)"""
"""Assigned to a colleague who is absent and whose work the reader sees meanwhile."""

_REVIEW = "http://lblod.data.gift/concepts/"
TE_BEHANDELEN = f"{_REVIEW}d72999bf-2ef4-4332-bd6e-49c8a9e2498e"
AFGEHANDELD = f"{_REVIEW}5b36ed48-491c-4177-ae31-31338dc46de1"


async def behandeling(here: Parts, actor: Actor, key: UUID) -> Single:
    """A treatment with all that happened to it. Raises NietGevonden."""
    row = await fetch.one(here, BEHANDELINGEN, Query(), actor, str(key))
    if row is None:
        raise NietGevonden
    name = f"{MODULE.name}/{key}"
    history = (await here.write.read(Question((name,)))).streams[name]
    facts = [recorded for recorded in history if recorded.fact is not None]
    state: Behandeling = MODULE.replay([recorded.fact for recorded in facts])
    owner = actor.bestuur == state.ontvanger
    told = [r for r in facts if owner or type(r.fact) not in MODULE.internal]
    details = {
        "termijn": _term(state, here),
        "verloop": [_told(recorded, state, actor, here) for recorded in told],
    }
    return Single({**row, **details}, version=len(history) if owner else None)


def _term(state: Behandeling, here: Parts) -> dict[str, Any] | None:
    """The term as it was computed, and whether it runs by the clock of now."""
    if not state.termijn:
        return {"regel": state.regel, "toestand": "gestuit"} if state.lopend else None
    over = state.verstreken or Berekening.from_record(state.termijn).verstreken(here.loket.now())
    return {**state.termijn, "toestand": "verstreken" if over else "lopend"}


def _told(recorded: Recorded, state: Behandeling, actor: Actor, here: Parts) -> dict[str, Any]:
    """One event as this reader may know it."""
    owner = actor.bestuur == state.ontvanger
    by = recorded.actor
    return {
        "volgnummer": recorded.seq,
        "gebeurtenis": type(recorded.fact).__name__,
        "omschrijving": label(recorded.type),
        "geregistreerd": recorded.registered.isoformat().replace("+00:00", "Z"),
        "intern": type(recorded.fact) in MODULE.internal,
        "bestuur": by.bestuur if by else "",
        "bestuur_naam": here.loket.reference.label(by.bestuur) if by and by.bestuur else "",
        "door": by.naam or by.persoon if by and owner else None,
        "gegevens": _fields(recorded, state, actor),
    }


def _fields(recorded: Recorded, state: Behandeling, actor: Actor) -> dict[str, Any]:
    """The fields of a fact; without what its reader reads in a conversation."""
    found: dict[str, Any] = msgspec.to_builtins(recorded.fact)
    if not MODULE.discloses(state, recorded.fact, actor.bestuur):
        return {k: v for k, v in found.items() if k not in {"tekst", "motivering", "documenten"}}
    for document in found.get("documenten", ()):
        document["adres"] = f"/{recorded.stream}/bestanden/{document['sha256']}"
    return found


def _concept(uri: str) -> str:
    return uri.rpartition("/")[2]


def _team(key: str | None, here: Parts) -> str | None:
    team = here.loket.reference.teams.get(key or "")
    return team.label if team else key


def _own(column: str) -> str:
    """The column for its recipient, null for the sender."""
    return f"CASE WHEN {MIJN} THEN {column} END"


_VAN = f"""({MIJN} AND (
    ('mij' = ANY({{values}}) AND r.persoon = %(persoon)s)
    OR ('vervanging' = ANY({{values}}) AND {VERVANGEN})
    OR ('niemand' = ANY({{values}}) AND r.persoon = '')))"""

_TERMIJNEN = """ARRAY(SELECT t.id::text FROM termijnen AS t
    WHERE t.stroom = 'behandelingen/' || r.id::text ORDER BY t.dag, t.nummer)"""

BEHANDELINGEN = Resource(
    type="behandelingen",
    title="Behandelingen",
    description="Wat uw bestuur als toezichthouder ontving, vanaf de aflevering; en hoe wat u zelf "
    "verzond behandeld wordt. Wie behandelt en interne notities ziet enkel de ontvanger.",
    module=MODULE.name,
    path=f"/{MODULE.name}",
    table="behandelingen",
    projection="behandelingen",
    scope=(MIJN, "r.bestuur = %(bestuur)s AND r.ontvanger <> %(bestuur)s"),
    attributes={
        "bestuur_naam": Attribute(TEXT, "Naam van de verzender."),
        "klasse": Attribute(URI, "Klasse van de verzender."),
        "klasse_naam": Attribute(
            TEXT, sql="r.klasse", show=lambda uri, here: here.loket.reference.label(uri)
        ),
        "provincie": Attribute(TEXT, "URI van de provincie van de verzender, als die gekend is."),
        "dossiertype_naam": Attribute(
            TEXT, sql="r.dossiertype", show=lambda uri, here: here.loket.reference.label(uri)
        ),
        "status": Attribute(choice(*STATUSSEN), sql=STATUS),
        "review": Attribute(
            URI,
            "Te behandelen of afgehandeld, als concept.",
            sql=f"CASE WHEN {OPEN} THEN '{TE_BEHANDELEN}' ELSE '{AFGEHANDELD}' END",
        ),
        "verzending": Attribute(INTEGER, "De hoeveelste verzending van het dossier."),
        "afgeleverd_op": Attribute(MOMENT, "Tijd van het logboek."),
        "geopend_op": Attribute(MOMENT, "Door de ontvanger geopend.", nullable=True),
        "team": Attribute(TEXT, "Id van het team.", sql=_own("r.team"), nullable=True),
        "team_naam": Attribute(TEXT, sql=_own("r.team"), nullable=True, show=_team),
        "behandelaar_naam": Attribute(TEXT, sql=_own("r.persoon_naam"), nullable=True),
        "namens": Attribute(
            TEXT,
            "Naam van de afwezige collega die u vervangt.",
            sql=f"CASE WHEN {MIJN} AND {VERVANGEN} THEN r.persoon_naam END",
            nullable=True,
        ),
        "opvragingen": Attribute(INTEGER, "Hoeveel er gesteld zijn."),
        "opvraging_gesteld_op": Attribute(
            MOMENT,
            "De opvraging die op antwoord wacht.",
            sql="CASE WHEN r.lopend > 0 THEN r.gesteld_op END",
            nullable=True,
        ),
        "termijnregel": Attribute(TEXT, "Leeg als er geen termijn loopt.", sql="r.regel"),
        "vervaldag": Attribute(TEXT, "Laatste dag van de termijn."),
        "vervalt_op": Attribute(MOMENT, "Einde van de termijn.", nullable=True),
        "gestuit": Attribute(BOOLEAN, "Een opvraging stuit de termijn."),
        "verstreken": Attribute(BOOLEAN, "Vastgesteld: geen maatregel binnen de termijn."),
        "uitkomst": Attribute(choice("", *UITKOMSTEN), "Leeg zolang er geen is."),
        "beslist_op": Attribute(MOMENT, nullable=True),
        "afgesloten_op": Attribute(MOMENT, nullable=True),
        "geopend": Attribute(BOOLEAN, "De behandeling zelf is geopend.", sql="r.versie > 0"),
        "versie": Attribute(
            INTEGER, "Aantal gebeurtenissen in de stroom.", sql=_own("r.versie"), nullable=True
        ),
        "termijn": Attribute(OBJECT, "De termijn met zijn berekening.", nullable=True, detail=True),
        "verloop": Attribute(OBJECTS, "Al wat gebeurde, voor zover u het mag zien.", detail=True),
    },
    relationships={
        "inzending": Relationship("inzendingen", "Het dossier.", sql="r.dossier"),
        "bestuur": Relationship("besturen", "De verzender.", identify=stream_of),
        "ontvanger": Relationship("besturen", "De toezichthouder.", identify=stream_of),
        "dossiertype": Relationship("dossiertypes", identify=_concept),
        "behandelaar": Relationship("medewerkers", sql=_own("r.medewerker")),
        "termijnen": Relationship(
            "termijnen",
            "De termijnen die in deze behandeling lopen of liepen.",
            sql=_TERMIJNEN,
            many=True,
        ),
    },
    filters={
        "rol": one_of(
            f"CASE WHEN {MIJN} THEN 'ontvanger' ELSE 'verzender' END",
            choice("ontvanger", "verzender"),
            "Als toezichthouder of als verzender.",
        ),
        "team": Filter(f"({MIJN} AND r.team = ANY({{values}}))", TEXT, "Id van het team."),
        "provincie": one_of("r.provincie", URI, "URI van de provincie."),
        "dossiertype": one_of("r.dossiertype", URI, "URI van het dossiertype."),
        "klasse": one_of("r.klasse", URI, "URI van de klasse van de verzender."),
        "bestuur": one_of("r.bestuur", URI, "URI van de verzender."),
        "bestuur_naam": contains("r.bestuur_naam", "Deel van de naam van de verzender."),
        "ontvanger": one_of("r.ontvanger", URI, "URI van de toezichthouder."),
        "dossier": one_of("r.dossier", ID, "Id van het dossier."),
        "status": one_of(STATUS, choice(*STATUSSEN), "Status."),
        "uitkomst": one_of("r.uitkomst", choice(*UITKOMSTEN), "Uitkomst."),
        "van": Filter(
            _VAN,
            choice("mij", "vervanging", "niemand"),
            "Aan u toegewezen, aan een afwezige collega die u vervangt, of aan niemand.",
        ),
        "behandelaar": Filter(
            f"({MIJN} AND r.medewerker = ANY({{values}}))", ID, "Id van een medewerker."
        ),
        "open": holds(OPEN, BOOLEAN, "Nog te behandelen."),
        "gestuit": holds("r.gestuit", BOOLEAN, "Een opvraging stuit de termijn."),
        "verstreken": holds("r.verstreken", BOOLEAN, "Vastgesteld verstreken."),
        **between("afgeleverd", "r.afgeleverd_op", "Afgeleverd"),
        **between("vervalt", "r.vervalt_op", "De termijn vervalt"),
    },
    sorts={
        "afgeleverd": Sort("r.afgeleverd_op", MOMENT),
        "vervalt": empty_last("r.vervalt_op"),
        "bestuur": Sort("r.bestuur_naam", TEXT),
    },
    order="-afgeleverd",
    links={
        "tijdlijn": "/behandelingen/{id}/tijdlijn",
        "bewijs": "/bewijs/behandelingen/{id}",
        "gesprekken": "/berichten?filter[behandeling]={id}",
    },
    one=behandeling,
)

RESOURCES = (BEHANDELINGEN,)
