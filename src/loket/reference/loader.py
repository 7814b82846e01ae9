# SPDX-License-Identifier: EUPL-1.2
"""Reads the JSON files of this folder into `Reference`.

Conditions name concepts by label or short code; reading resolves them to URIs and fails loudly
(KeyError or ValueError) on a name, datatype, rule or key that does not exist, so that a slip in
the data never reaches a decision.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from loket.reference.conditions import Condition
from loket.reference.dossiertypes import dossiertypes
from loket.reference.feestdagen import Feestdag, Kalender
from loket.reference.model import (
    Bestuur,
    Codelijst,
    Concept,
    Orgaanregel,
    Reference,
    Route,
    Veld,
    Verwijsregel,
)
from loket.reference.reading import KLASSEN, Json, condition, resolve, validity
from loket.reference.relaties import SOORTEN, Relatie, Relaties
from loket.reference.routering import ROLLEN
from loket.reference.termijnen import Plicht, Termijnregel
from loket.reference.werkverdeling import Team, Toezichtsvorm

FILES = (
    "codelijsten",
    "dossiertypes",
    "organen",
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
    return Reference(
        version=digest(data),
        codelijsten=lists,
        dossiertypes=dossiertypes(content["dossiertypes"], lists),
        organen=tuple(_organen(r, lists) for r in content["organen"]["organen"]),
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
        "geldig": validity(data),
        "plicht": plicht and _plicht(plicht, lists),
    }
    return Termijnregel(**{**own, **changed})


def _plicht(data: Json, lists: Mapping[str, Codelijst]) -> Plicht:
    als = condition(data.get("als"), {"dossiertype": DOSSIERTYPE}, lists[KLASSEN])
    return Plicht(data["begint"], data["voldaan"], als)


def _kalender(raw: bytes) -> Kalender:
    days = (
        Feestdag(d["naam"], d.get("maand", 0), d.get("dag", 0), d.get("na_pasen"), validity(d))
        for d in json.loads(raw)["feestdagen"]
    )
    kalender = Kalender(hashlib.sha256(raw).hexdigest()[:16], tuple(days))
    for jaar in (2023, 2024):  # A common year and a leap year: a wrong date fails here.
        for feestdag in kalender.feestdagen:
            feestdag.in_jaar(jaar)
    return kalender


def _codelist(data: Json) -> Codelijst:
    concepts = [
        Concept(c["uri"], c["label"], c.get("notatie", ""), validity(c)) for c in data["concepten"]
    ]
    return Codelijst(data["sleutel"], data["uri"], data["label"], {c.uri: c for c in concepts})


def _organen(data: Json, lists: Mapping[str, Codelijst]) -> Orgaanregel:
    return Orgaanregel(
        id=data["id"],
        klassen=resolve(data["klassen"], lists[KLASSEN]),
        organen=resolve(data["organen"], lists["bestuursorgaan-classificatie"]),
        geldig=validity(data),
    )


def _route(data: Json, lists: Mapping[str, Codelijst]) -> Route:
    roles = (*data["ontvangers"], *data.get("indien_bekend", ()))
    if unknown := set(roles) - set(ROLLEN):
        raise ValueError(f"geen rol: {sorted(unknown)}")
    if (over := data.get("over", "verzender")) not in {"verzender", "eenheid"}:
        raise ValueError(f"geen onderwerp: {over}")
    return Route(
        id=data["id"],
        omschrijving=data["omschrijving"],
        geldig=validity(data),
        rollen=tuple(data["ontvangers"]),
        als=condition(data.get("als"), {"dossiertype": DOSSIERTYPE}, lists[KLASSEN]),
        indien_bekend=tuple(data.get("indien_bekend", ())),
        over=over,
        centraal_bestuur=data.get("centraal_bestuur"),
        met_verwijzingen=data.get("met_verwijzingen", False),
        subgroepen=tuple(data.get("subgroepen", ())),
    )


def _verwijsregel(data: Json, klassen: Codelijst) -> Verwijsregel:
    if (relatie := data["relatie"]) not in {"deelbestuur", "betrokken"}:
        raise ValueError(f"geen relatie: {relatie}")
    [klasse] = resolve([data["naar"]["klasse"]], klassen)
    return Verwijsregel(
        id=data["id"],
        omschrijving=data["omschrijving"],
        geldig=validity(data),
        dossiertype=data["van"]["dossiertype"],
        klassen=resolve(data["van"]["klassen"], klassen),
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
    return condition(data.get("als"), {veld.naam: veld for veld in known}, lists[KLASSEN])


def _team(data: Json, lists: Mapping[str, Codelijst]) -> Team:
    als = _case_condition(data, lists)
    return Team(data["id"], data["label"], data["bestuur"], validity(data), als)


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
            geldig=validity(form),
            als=_case_condition(form, lists),
            regel=form.get("regel", ""),
            vraag=form["vraag"],
        )
        for form in data
    )
