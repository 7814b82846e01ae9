# SPDX-License-Identifier: EUPL-1.2
"""Reading conversations and their messages.

Both sides see that a message exists, from whom and about what; its content is its sender's, and
its addressee's from opvraging until it is recalled. Notes and read marks are told to their own
side only.
"""

from loket.api.jsonapi.kinds import BOOLEAN, ID, INTEGER, MOMENT, OBJECTS, TEXT, URI, choice
from loket.api.jsonapi.resource import (
    Attribute,
    Filter,
    Relationship,
    Resource,
    Sort,
    between,
    contains,
    holds,
    one_of,
)
from loket.api.parts import Parts
from loket.api.watch import Status
from loket.domain.besturen import stream_of

MODULE = "berichten"
TERMIJN = ("geen", "lopend", "verstreken")
ANTWOORD = ("geen", "lopend", "verstreken", "beantwoord", "ingetrokken")

_READS = "(b.van = %(bestuur)s OR (b.geopend_op IS NOT NULL AND b.ingetrokken_op IS NULL))"
_MINE = _READS.replace("b.", "r.")
_STANDS = "b.naar = %(bestuur)s AND b.ingetrokken_op IS NULL"
_NEW = f"{_STANDS} AND NOT b.gelezen_door @> ARRAY[%(persoon)s::text]"
_RECEIVED = f"b.gesprek = r.id AND {_STANDS}"
_UNREAD = f"b.gesprek = r.id AND {_NEW}"
_UNOPENED = f"{_RECEIVED} AND b.geopend_op IS NULL"
_BEHIND = """coalesce(NOT (CASE WHEN r.van = %(bestuur)s THEN r.bij_van ELSE r.bij_naar END)
                 @> ARRAY[%(persoon)s::text], false)"""
_DUE = """(SELECT min(t.vervalt_op) FROM termijnen AS t
           WHERE t.stroom = 'berichten/' || r.id::text AND t.toestand = 'lopend')"""
_RUNNING = """SELECT substr(t.stroom, 11) FROM termijnen AS t
    WHERE t.toestand = 'lopend' AND t.soort = 'reactie'
      AND t.partijen @> ARRAY[%(bestuur)s::text]"""
_OVER = f"{_RUNNING} AND t.vervalt_op <= %(nu)s::timestamptz"
_HAS_STATE = f"""(CASE WHEN r.id::text IN ({_OVER}) THEN 'verstreken'
    WHEN r.id::text IN ({_RUNNING}) THEN 'lopend' ELSE 'geen' END)"""
_STATE = f"""(CASE WHEN {_DUE} IS NULL THEN 'geen'
              WHEN {_DUE} <= %(nu)s::timestamptz THEN 'verstreken' ELSE 'lopend' END)"""
_NOTES = """(SELECT coalesce(jsonb_agg(jsonb_build_object(
        'tekst', n.tekst, 'wie', n.wie, 'gemaakt_op', n.gemaakt_op) ORDER BY n.gemaakt_op), '[]')
    FROM gesprekken_notities AS n WHERE n.gesprek = r.id AND n.bestuur = %(bestuur)s)"""
_MESSAGES = """(SELECT array_agg(b.id::text ORDER BY b.nummer)
                FROM berichten AS b WHERE b.gesprek = r.id)"""


def _label(uri: str, here: Parts) -> str:
    return here.loket.reference.label(uri)


def _status(position: int, here: Parts) -> Status:
    return here.watch.status(position)


def _plain(stream: str) -> str:
    """`toezicht/<id>` → `<id>`."""
    return stream.rpartition("/")[2]


def _names(column: str, module: str, description: str) -> Filter:
    """The column names one of these streams of a module."""
    streams = f"SELECT '{module}/' || key::text FROM unnest({{values}}) AS key"
    return Filter(f"{column} = ANY({streams})", ID, description)


GESPREKKEN = Resource(
    type="gesprekken",
    title="Gesprekken",
    description="De gesprekken van uw bestuur met zijn toezichthouder of met wie het toezicht op "
    "houdt; `include=berichten` geeft de berichten, die u pas leest als u het gesprek opent.",
    module=MODULE,
    path=f"/{MODULE}",
    table="gesprekken",
    projection="gesprekken",
    scope=("r.van = %(bestuur)s", "r.naar = %(bestuur)s AND r.van <> %(bestuur)s"),
    attributes={
        "onderwerp": Attribute(TEXT),
        "type_communicatie": Attribute(URI, "Type waarmee het gesprek begon."),
        "type_naam": Attribute(TEXT, sql="r.type_communicatie", show=_label),
        "dossier": Attribute(TEXT, "Stroom van het dossier waarover het gaat."),
        "behandeling": Attribute(TEXT, "Stroom van de behandeling waaruit het volgt."),
        "omzendbrief": Attribute(TEXT, "Stroom van de omzendbrief waaruit het volgt."),
        "gestart_op": Attribute(MOMENT),
        "laatste_bericht_op": Attribute(MOMENT),
        "laatste_van": Attribute(URI, "Wie het laatste bericht stuurde."),
        "laatste_type": Attribute(URI, "Type van het laatste bericht."),
        "aantal": Attribute(INTEGER, "Aantal berichten.", sql="r.berichten"),
        "ongeopend": Attribute(
            INTEGER, "Ontvangen berichten die uw bestuur nog niet opende.",
            sql=f"(SELECT count(*) FROM berichten AS b WHERE {_UNOPENED})",
        ),
        "ongelezen": Attribute(
            INTEGER, "Ontvangen berichten die uzelf nog niet las.",
            sql=f"(SELECT count(*) FROM berichten AS b WHERE {_UNREAD})",
        ),
        "gesloten": Attribute(BOOLEAN),
        "termijn": Attribute(choice(*TERMIJN), "De reactietermijnen samen.", sql=_STATE),
        "uiterlijk": Attribute(
            MOMENT, "Einde van de eerste reactietermijn die loopt.", sql=_DUE, nullable=True
        ),
        "notities": Attribute(OBJECTS, "Interne notities van uw bestuur.", sql=_NOTES),
        "versie": Attribute(INTEGER, "Aantal gebeurtenissen in de stroom."),
        "status": Attribute(
            choice(*Status), "Hoe ver het bewezen is.", sql="r.position", show=_status
        ),
    },
    relationships={
        "van": Relationship("besturen", "Wie het gesprek startte.", identify=stream_of),
        "naar": Relationship("besturen", identify=stream_of),
        "inzending": Relationship("inzendingen", sql="r.dossier", identify=_plain),
        "berichten": Relationship(
            "berichten", sql=_MESSAGES, many=True, related="/postvak?filter[gesprek]={id}"
        ),
    },
    filters={
        "type": one_of("r.type_communicatie", URI, "URI van het type communicatie."),
        "dossier": _names("r.dossier", "toezicht", "Id van het dossier."),
        "behandeling": _names("r.behandeling", "behandelingen", "Id van de behandeling."),
        "omzendbrief": _names(
            "r.van = %(bestuur)s AND r.omzendbrief", "omzendbrieven", "Id van uw omzendbrief."
        ),
        "bestuur": Filter(
            "(r.van = ANY({values}) OR r.naar = ANY({values}))", URI, "URI van de andere kant."
        ),
        "ongelezen": holds(
            _BEHIND, BOOLEAN,
            "Met iets dat uzelf nog niet las.",
        ),
        "ongeopend": holds(
            f"r.id IN (SELECT b.gesprek FROM berichten AS b WHERE {_STANDS}"
            " AND b.geopend_op IS NULL)", BOOLEAN,
            "Met iets dat uw bestuur nog niet opende.",
        ),
        "gesloten": holds("r.gesloten", BOOLEAN, "Gesloten of niet."),
        "termijn": one_of(_HAS_STATE, choice(*TERMIJN), "Toestand van de reactietermijnen."),
        "tekst": Filter(
            "(r.onderwerp ILIKE ANY({values}) OR EXISTS (SELECT 1 FROM berichten AS b"
            f" WHERE b.gesprek = r.id AND {_READS} AND b.tekst ILIKE ANY({{values}})))",
            TEXT, "Deel van het onderwerp of van een bericht dat u mag lezen.",
            contains("").wrap,
        ),
        **between("gestart", "r.gestart_op", "Gestart"),
        **between("laatste", "r.laatste_bericht_op", "Laatste bericht"),
    },
    sorts={
        "laatste_bericht": Sort("r.laatste_bericht_op", MOMENT),
        "gestart": Sort("r.gestart_op", MOMENT),
        "onderwerp": Sort("r.onderwerp", TEXT),
    },
    order="-laatste_bericht",
    links={
        "openen": "/berichten/{id}/gesprek-openen",
        "tijdlijn": "/berichten/{id}/tijdlijn",
        "bewijs": "/bewijs/berichten/{id}",
    },
)  # fmt: skip

_TERM = """(SELECT {what} FROM termijnen AS t WHERE t.stroom = 'berichten/' || r.gesprek::text
            AND t.sleutel = 'reactie/' || r.nummer::text ORDER BY t.nummer DESC LIMIT 1)"""
_ENDS = _TERM.format(what="t.vervalt_op")
_ANSWER = f"""(CASE WHEN r.reactietermijn = 0 THEN 'geen'
    WHEN r.ingetrokken_op IS NOT NULL THEN 'ingetrokken'
    WHEN r.beantwoord_door > 0 THEN 'beantwoord'
    WHEN {_ENDS} <= %(nu)s::timestamptz THEN 'verstreken' ELSE 'lopend' END)"""
_FILES = """(SELECT coalesce(jsonb_agg(d || jsonb_build_object('adres',
        '/berichten/' || r.gesprek::text || '/bestanden/' || (d ->> 'sha256'))), '[]')
    FROM jsonb_array_elements(r.documenten) AS d)"""

BERICHTEN = Resource(
    type="berichten",
    title="Postvak: berichten uit alle gesprekken",
    description="Wat uw bestuur verzond en ontving, over alle gesprekken heen. Inhoud en bijlagen "
    "van een ontvangen bericht zijn leeg tot u het gesprek opent, en na een intrekking.",
    module=MODULE,
    path="/postvak",
    table="berichten",
    projection="gesprekken",
    scope=("r.van = %(bestuur)s", "r.naar = %(bestuur)s AND r.van <> %(bestuur)s"),
    attributes={
        "nummer": Attribute(INTEGER, "Volgnummer in het gesprek."),
        "onderwerp": Attribute(
            TEXT, sql="(SELECT g.onderwerp FROM gesprekken AS g WHERE g.id = r.gesprek)"
        ),
        "type_communicatie": Attribute(URI),
        "type_naam": Attribute(TEXT, sql="r.type_communicatie", show=_label),
        "tekst": Attribute(
            TEXT, "Leeg voor wie het niet mag lezen.", nullable=True, visible=_MINE
        ),
        "bestanden": Attribute(
            OBJECTS, "Leeg voor wie het niet mag lezen.", sql=_FILES, nullable=True, visible=_MINE
        ),
        "verzonden_op": Attribute(MOMENT),
        "afgeleverd_op": Attribute(MOMENT, nullable=True),
        "geopend_op": Attribute(MOMENT, "De opvraging.", nullable=True),
        "ingetrokken_op": Attribute(MOMENT, nullable=True),
        "ingetrokken_reden": Attribute(TEXT),
        "gelezen": Attribute(
            BOOLEAN, "Of uzelf het las; leeg voor wat uw bestuur verzond.", nullable=True,
            sql="(r.gelezen_door @> ARRAY[%(persoon)s::text])", visible="r.naar = %(bestuur)s",
        ),
        "reactietermijn": Attribute(INTEGER, "In dagen vanaf de aflevering; 0 is geen."),
        "verlengd": Attribute(INTEGER, "Dagen uitstel die toegestaan zijn."),
        "uitstel": Attribute(INTEGER, "Dagen uitstel die gevraagd zijn en op beslissing wachten."),
        "termijn": Attribute(choice(*ANTWOORD), "Toestand van de reactietermijn.", sql=_ANSWER),
        "uiterlijk": Attribute(MOMENT, "Einde van de termijn.", sql=_ENDS, nullable=True),
        "beantwoord_op": Attribute(MOMENT, nullable=True),
        "beantwoord_door": Attribute(INTEGER, "Nummer van het antwoord; 0 zonder."),
        "status": Attribute(
            choice(*Status), "Hoe ver het bewezen is.", sql="r.position", show=_status
        ),
    },
    relationships={
        "gesprek": Relationship("gesprekken", sql="r.gesprek::text"),
        "van": Relationship("besturen", "De verzender.", identify=stream_of),
        "naar": Relationship("besturen", "De ontvanger.", identify=stream_of),
    },
    filters={
        "gesprek": one_of("r.gesprek", ID, "Id van het gesprek."),
        "type": one_of("r.type_communicatie", URI, "URI van het type communicatie."),
        "van": one_of("r.van", URI, "URI van de verzender."),
        "naar": one_of("r.naar", URI, "URI van de ontvanger."),
        "ongelezen": holds(
            f"EXISTS (SELECT 1 FROM berichten AS b WHERE b.id = r.id AND {_NEW})",
            BOOLEAN,
            "Ontvangen en door uzelf nog niet gelezen.",
        ),
        "termijn": one_of(_ANSWER, choice(*ANTWOORD), "Toestand van de reactietermijn."),
        "tekst": Filter(
            "EXISTS (SELECT 1 FROM berichten AS b"
            f" WHERE b.id = r.id AND {_READS} AND b.tekst ILIKE ANY({{values}}))",
            TEXT,
            "Deel van een bericht dat u mag lezen.",
            contains("").wrap,
        ),
        **between("verzonden", "r.verzonden_op", "Verzonden"),
    },
    sorts={"verzonden": Sort("r.verzonden_op", MOMENT)},
    order="-verzonden",
)  # fmt: skip

RESOURCES = (GESPREKKEN, BERICHTEN)
