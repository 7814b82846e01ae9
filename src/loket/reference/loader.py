# SPDX-License-Identifier: EUPL-1.2
"""Reads the JSON files of this folder into `Reference`.

Conditions name concepts by label or short code; reading resolves them to URIs and fails loudly
(KeyError or ValueError) on a name, datatype, rule or key that does not exist, so that a slip in
the data never reaches a decision.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from loket.reference.conditions import (
    ALWAYS,
    Alle,
    Condition,
    EenVan,
    Ingevuld,
    KlasseIn,
    Niet,
    VeldIn,
    Voor,
)
from loket.reference.feestdagen import Feestdag, Kalender
from loket.reference.geldigheid import Geldigheid
from loket.reference.model import (
    Bestuur,
    Bijlagenregel,
    Codelijst,
    Concept,
    Dossiertype,
    Meldingsregel,
    Reference,
    Regel,
    Route,
    Veld,
    Verbod,
    Verwijsregel,
)
from loket.reference.relaties import SOORTEN, Relatie, Relaties
from loket.reference.routering import ROLLEN
from loket.reference.termijnen import Plicht, Termijnregel
from loket.reference.values import DATATYPES, RULES
from loket.reference.werkverdeling import Team, Toezichtsvorm

Json = Mapping[str, Any]
KLASSEN = "bestuurseenheid-classificatie"
FILES = (
    "codelijsten",
    "dossiertypes",
    "routering",
    "verwijsregels",
    "besturen",
    "termijnregels",
    "feestdagen",
    "werkverdeling",
    "toezichtsvormen",
)
"""The files of this folder, by name."""

DOSSIERTYPE = Veld("dossiertype", "Dossiertype", "uri", ())
"""What conditions of routes and terms may ask besides the class of the sender."""


@cache
def load() -> Reference:
    """The reference data shipped with the product."""
    folder = files("loket.reference")
    return parse({name: (folder / f"{name}.json").read_bytes() for name in FILES})


def digest(data: Mapping[str, bytes]) -> str:
    """The version of these files: it names what decides, and so not the besturen."""
    whole = hashlib.sha256()
    for name in sorted(set(data) - {"besturen"}):
        whole.update(hashlib.sha256(name.encode() + b"\0" + data[name]).digest())
    return whole.hexdigest()[:16]


def parse(data: Mapping[str, bytes]) -> Reference:
    """Reference data from the content of these `FILES`, by name.

    The version is the first half of the SHA-256 of what decides (the besturen are facts of
    their own register and not part of it).
    """
    content = {name: json.loads(raw) for name, raw in data.items()}
    lists = {c["sleutel"]: _codelist(c) for c in content["codelijsten"]["codelijsten"]}
    forms = content["dossiertypes"]
    families = {key: _veld(v, forms["prefixen"], lists) for key, v in forms["velden"].items()}
    types = [_dossiertype(t, families, lists[KLASSEN]) for t in forms["dossiertypes"]]
    return Reference(
        version=digest(data),
        codelijsten=lists,
        dossiertypes={t.uri: t for t in types},
        routering=tuple(_route(r, lists) for r in content["routering"]["regels"]),
        besturen={b["uri"]: Bestuur(**b) for b in content["besturen"]["besturen"]},
        termijnregels={
            r["id"]: _termijnregel(r, lists) for r in content["termijnregels"]["regels"]
        },
        kalender=_kalender(data["feestdagen"]),
        teams={t["id"]: _team(t, lists) for t in content["werkverdeling"]["teams"]},
        toezichttermijnen=_limited(content, lists),
        goedkeuringen=_forms(content["toezichtsvormen"]["goedkeuring"], lists),
        bron=dict(data),
        relaties=Relaties.of(
            {
                uri: map(_relatie, relaties)
                for uri, relaties in content["besturen"].get("relaties", {}).items()
            }
        ),
        verwijsregels=tuple(
            _verwijsregel(r, lists[KLASSEN]) for r in content["verwijsregels"]["regels"]
        ),
    )


def _termijnregel(data: Json, lists: Mapping[str, Codelijst]) -> Termijnregel:
    own = {name: data[name] for name in data if name not in {"geldig_van", "geldig_tot"}}
    plicht = data.get("plicht")
    changed = {
        "schuift": frozenset(data["schuift"]),
        "herinneringen": tuple(data["herinneringen"]),
        "geldig": _validity(data),
        "plicht": plicht and _plicht(plicht, lists),
    }
    return Termijnregel(**{**own, **changed})


def _plicht(data: Json, lists: Mapping[str, Codelijst]) -> Plicht:
    als = _condition(data.get("als"), {"dossiertype": DOSSIERTYPE}, lists[KLASSEN])
    return Plicht(data["begint"], data["voldaan"], als)


def _kalender(raw: bytes) -> Kalender:
    days = (
        Feestdag(d["naam"], d.get("maand", 0), d.get("dag", 0), d.get("na_pasen"), _validity(d))
        for d in json.loads(raw)["feestdagen"]
    )
    kalender = Kalender(hashlib.sha256(raw).hexdigest()[:16], tuple(days))
    for jaar in (2023, 2024):  # A common year and a leap year: a wrong date fails here.
        for feestdag in kalender.feestdagen:
            feestdag.in_jaar(jaar)
    return kalender


def _validity(data: Json) -> Geldigheid:
    van, tot = data.get("geldig_van"), data.get("geldig_tot")
    return Geldigheid(
        date.fromisoformat(van) if van else None, date.fromisoformat(tot) if tot else None
    )


def _codelist(data: Json) -> Codelijst:
    concepts = [
        Concept(c["uri"], c["label"], c.get("notatie", ""), _validity(c)) for c in data["concepten"]
    ]
    return Codelijst(data["sleutel"], data["uri"], data["label"], {c.uri: c for c in concepts})


def _resolve(names: list[Any], lijst: Codelijst | None) -> frozenset[Any]:
    """The URIs of these labels or codes; values of a field without code list as they are."""
    if lijst is None:
        return frozenset(names)
    found = {name: lijst.find(name) for name in names}
    if missing := [name for name, concept in found.items() if concept is None]:
        raise ValueError(f"{lijst.sleutel} heeft geen {missing}")
    return frozenset(concept.uri for concept in found.values() if concept)


def _condition(data: Json | None, velden: Mapping[str, Veld], klassen: Codelijst) -> Condition:
    match data:
        case None:
            return ALWAYS
        case {"alle": [*parts]}:
            return Alle(tuple(_condition(p, velden, klassen) for p in parts))
        case {"een_van": [*parts]}:
            return EenVan(tuple(_condition(p, velden, klassen) for p in parts))
        case {"niet": dict() as part}:
            return Niet(_condition(part, velden, klassen))
        case {"klasse_in": [*names]}:
            return KlasseIn(_resolve(names, klassen))
        case {"klasse_niet_in": [*names]}:
            return KlasseIn(_resolve(names, klassen), wel=False)
        case _:
            return _field_condition(data, velden)


def _field_condition(data: Json, velden: Mapping[str, Veld]) -> Condition:
    match data:
        case {"veld": str(veld), "in": [*names]}:
            return VeldIn(veld, _resolve(names, velden[veld].codelijst))
        case {"veld": str(veld), "niet_in": [*names]}:
            return VeldIn(veld, _resolve(names, velden[veld].codelijst), wel=False)
        case {"veld": str(veld), "ingevuld": bool(wel)}:
            return Ingevuld(velden[veld].naam, wel)
        case {"veld": str(veld), "voor": str(ander)}:
            return Voor(velden[veld].naam, velden[ander].naam)
        case _:
            raise ValueError(f"geen voorwaarde: {data}")


def _dossiertype(data: Json, families: Mapping[str, Veld], klassen: Codelijst) -> Dossiertype:
    used = [(use, families[use["veld"]]) for use in data["velden"]]
    by_name = {veld.naam: veld for _, veld in used}

    def condition(part: Json) -> Condition:
        return _condition(part.get("als"), by_name, klassen)

    return Dossiertype(
        uri=data["uri"],
        label=data["label"],
        meldingsregels=tuple(_meldingsregel(r, klassen) for r in data["meldingsregels"]),
        velden=tuple(
            replace(veld, verplicht=use.get("verplicht", False), als=condition(use))
            for use, veld in used
        ),
        bijlagen=tuple(
            Bijlagenregel(b["vereist"], b["bestanden"], condition(b)) for b in data["bijlagen"]
        ),
        regels=tuple(_verbod(r, by_name, condition(r)) for r in data["regels"]),
    )


def _veld(data: Json, prefixes: Mapping[str, str], lists: Mapping[str, Codelijst]) -> Veld:
    if data["datatype"] not in DATATYPES:
        raise ValueError(f"geen datatype: {data['datatype']}")
    rules = tuple(Regel(**rule) for rule in data.get("regels", ()))
    for rule in rules:
        if data["datatype"] not in RULES[rule.soort].datatypes:
            raise ValueError(f"{rule.soort} past niet bij {data['datatype']}")
    return Veld(
        naam=data["naam"],
        label=data["label"],
        datatype=data["datatype"],
        pad=tuple(_iri(step, prefixes) for step in data["pad"]),
        codelijst=lists[data["codelijst"]] if "codelijst" in data else None,
        regels=rules,
    )


def _iri(step: str, prefixes: Mapping[str, str]) -> str:
    prefix, local = step.removeprefix("^").split(":", 1)
    return ("^" if step.startswith("^") else "") + prefixes[prefix] + local


def _meldingsregel(data: Json, klassen: Codelijst) -> Meldingsregel:
    return Meldingsregel(
        data["uri"],
        _resolve(data["klassen"], klassen),
        _validity(data),
        frozenset(data.get("statussen", ())),
    )


def _verbod(data: Json, velden: Mapping[str, Veld], als: Condition) -> Verbod:
    names = tuple(velden[naam].naam for naam in data["velden"])
    return Verbod(data["regel"], als, names, data["melding"], data.get("ernst", "fout"))


def _route(data: Json, lists: Mapping[str, Codelijst]) -> Route:
    roles = (*data["ontvangers"], *data.get("indien_bekend", ()))
    if unknown := set(roles) - set(ROLLEN):
        raise ValueError(f"geen rol: {sorted(unknown)}")
    if (over := data.get("over", "verzender")) not in {"verzender", "eenheid"}:
        raise ValueError(f"geen onderwerp: {over}")
    return Route(
        id=data["id"],
        omschrijving=data["omschrijving"],
        geldig=_validity(data),
        rollen=tuple(data["ontvangers"]),
        als=_condition(data.get("als"), {"dossiertype": DOSSIERTYPE}, lists[KLASSEN]),
        indien_bekend=tuple(data.get("indien_bekend", ())),
        over=over,
        centraal_bestuur=data.get("centraal_bestuur"),
        met_verwijzingen=data.get("met_verwijzingen", False),
        subgroepen=tuple(data.get("subgroepen", ())),
    )


def _verwijsregel(data: Json, klassen: Codelijst) -> Verwijsregel:
    if (relatie := data["relatie"]) not in {"deelbestuur", "betrokken"}:
        raise ValueError(f"geen relatie: {relatie}")
    [klasse] = _resolve([data["naar"]["klasse"]], klassen)
    return Verwijsregel(
        id=data["id"],
        omschrijving=data["omschrijving"],
        geldig=_validity(data),
        dossiertype=data["van"]["dossiertype"],
        klassen=_resolve(data["van"]["klassen"], klassen),
        naar=data["naar"]["dossiertype"],
        klasse=klasse,
        relatie=relatie,
        langs_centraal_bestuur=data.get("langs_centraal_bestuur", False),
    )


def _relatie(data: Json) -> Relatie:
    if data["soort"] not in SOORTEN:
        raise ValueError(f"geen relatiesoort: {data['soort']}")
    return Relatie(**data)


def _case_condition(data: Json, lists: Mapping[str, Codelijst]) -> Condition:
    known = [Veld(name, name, "uri", ()) for name in ("dossiertype", "provincie")]
    known.append(Veld("ontvanger_klasse", "", "uri", (), lists[KLASSEN]))
    return _condition(data.get("als"), {veld.naam: veld for veld in known}, lists[KLASSEN])


def _team(data: Json, lists: Mapping[str, Codelijst]) -> Team:
    als = _case_condition(data, lists)
    return Team(data["id"], data["label"], data["bestuur"], _validity(data), als)


def _limited(content: Json, lists: Mapping[str, Codelijst]) -> tuple[Toezichtsvorm, ...]:
    """The forms of supervision that are limited in time, each by a rule that exists."""
    rules = {rule["id"] for rule in content["termijnregels"]["regels"]}
    forms = _forms(content["toezichtsvormen"]["termijnen"], lists)
    if missing := sorted({form.regel for form in forms} - rules):
        raise ValueError(f"geen termijnregel: {missing}")
    return forms


def _forms(data: list[Json], lists: Mapping[str, Codelijst]) -> tuple[Toezichtsvorm, ...]:
    return tuple(
        Toezichtsvorm(
            omschrijving=form["omschrijving"],
            bron=form["bron"],
            geldig=_validity(form),
            als=_case_condition(form, lists),
            regel=form.get("regel", ""),
            vraag=form["vraag"],
        )
        for form in data
    )
