# SPDX-License-Identifier: EUPL-1.2
"""Reading the people of the own bestuur, and what somebody keeps for themselves."""

from loket.api.jsonapi.kinds import BOOLEAN, INTEGER, OBJECTS, TEXT, TEXTS
from loket.api.jsonapi.resource import Attribute, Resource, Sort, contains, holds, one_of, overlaps
from loket.api.resources.behandelingen import VANDAAG

ZELF = "r.persoon = %(persoon)s"
AFWEZIG = f"coalesce({VANDAAG} BETWEEN r.afwezig_van AND r.afwezig_tot, false)"
_VOORKEUREN = """(SELECT coalesce(jsonb_agg(jsonb_build_object(
    'soort', v.soort, 'wijze', v.wijze, 'adres', coalesce(nullif(v.adres, ''), r.email)
) ORDER BY v.soort), '[]'::jsonb) FROM mailvoorkeuren AS v WHERE v.medewerker = r.id)"""

_EIGEN = """r.medewerker IN (SELECT m.id FROM medewerkers AS m
    WHERE m.bestuur = %(bestuur)s AND m.persoon = %(persoon)s)"""

MEDEWERKERS = Resource(
    type="medewerkers",
    title="Medewerkers van uw bestuur",
    description="Naam, teams en afwezigheid van wie bij uw bestuur met het loket werkt. E-mail en "
    "voorkeuren ziet u enkel van uzelf; uw eigen rij is ook `/medewerkers/mij`.",
    module="medewerkers",
    path="/medewerkers",
    table="medewerkers",
    projection="medewerkers",
    scope=("r.bestuur = %(bestuur)s",),
    attributes={
        "persoon": Attribute(TEXT, "Id van de persoon in het toegangstoken."),
        "naam": Attribute(TEXT),
        "teams": Attribute(TEXTS),
        "afwezig": Attribute(BOOLEAN, "Vandaag afwezig.", sql=AFWEZIG),
        "afwezig_van": Attribute(TEXT, "Eerste dag.", sql="r.afwezig_van::text", nullable=True),
        "afwezig_tot": Attribute(TEXT, "Laatste dag.", sql="r.afwezig_tot::text", nullable=True),
        "vervanger": Attribute(TEXT, "Id van wie vervangt."),
        "vervanger_naam": Attribute(TEXT),
        "zelf": Attribute(BOOLEAN, "Dit bent u.", sql=f"({ZELF})"),
        "email": Attribute(TEXT, "Enkel van uzelf.", nullable=True, visible=ZELF),
        "mailvoorkeuren": Attribute(
            OBJECTS, "Enkel van uzelf.", sql=_VOORKEUREN, nullable=True, visible=ZELF
        ),
        "versie": Attribute(INTEGER, "Enkel van uzelf.", nullable=True, visible=ZELF),
    },
    filters={
        "naam": contains("r.naam", "Deel van de naam."),
        "persoon": one_of("r.persoon", TEXT, "Id van de persoon."),
        "team": overlaps("r.teams", TEXT, "Id van een team."),
        "afwezig": holds(AFWEZIG, BOOLEAN, "Vandaag afwezig."),
    },
    sorts={"naam": Sort("r.naam", TEXT)},
    order="naam",
)

ZOEKOPDRACHTEN = Resource(
    type="zoekopdrachten",
    title="Uw bewaarde zoekopdrachten",
    description="Enkel de uwe. `adres` voert de zoekopdracht uit.",
    module="medewerkers",
    path="/zoekopdrachten",
    table="zoekopdrachten",
    scope=(_EIGEN,),
    attributes={
        "naam": Attribute(TEXT),
        "bron": Attribute(TEXT, "De lijst waarin gezocht wordt."),
        "vraag": Attribute(TEXT),
        "adres": Attribute(
            TEXT, sql="'/' || r.bron || CASE WHEN r.vraag <> '' THEN '?' || r.vraag ELSE '' END"
        ),
    },
    filters={"bron": one_of("r.bron", TEXT, "De lijst."), "naam": contains("r.naam")},
    sorts={"naam": Sort("r.naam", TEXT)},
    order="naam",
)

RESOURCES = (MEDEWERKERS, ZOEKOPDRACHTEN)
