# SPDX-License-Identifier: EUPL-1.2
"""Reads dossiertypes: what they are made of is defined once, and named by the types.

A type names its fields by the code of their family, with `*` when required; `groepen` are fields
that apply under a condition. Three codes are no fields but ask for attachments: `LINK` (a link to
the publication), `FILE` (files may be added) and `LINKorFILE`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from loket.reference.conditions import Condition
from loket.reference.model import (
    Bijlagenregel,
    Codelijst,
    Dossiertype,
    Meldingsregel,
    Regel,
    Veld,
    Verbod,
    Vlaggen,
)
from loket.reference.reading import KLASSEN, Json, condition, resolve, validity
from loket.reference.values import DATATYPES, RULES

ATTACHMENTS = frozenset({"LINK", "FILE", "LINKorFILE"})
_FLAGS = {"K": "kalliope", "P": "openbaar", "W": "erediensten"}


@dataclass(frozen=True, slots=True)
class _Parts:
    """What types are made of: field families, named conditions, named rules, classes."""

    families: Mapping[str, Veld]
    voorwaarden: Mapping[str, Any]
    regels: Mapping[str, Json]
    klassen: Codelijst


def dossiertypes(content: Json, lists: Mapping[str, Codelijst]) -> dict[str, Dossiertype]:
    """All types by URI, from the content of their file and the code lists."""
    families = {
        code: _veld(veld, content["prefixen"], lists) for code, veld in content["velden"].items()
    }
    named = content.get("voorwaarden", {}), content.get("regels", {})
    parts = _Parts(families, *named, lists[KLASSEN])
    return {data["uri"]: _dossiertype(data, parts) for data in content["dossiertypes"]}


def _veld(data: Json, prefixes: Mapping[str, str], lists: Mapping[str, Codelijst]) -> Veld:
    if data["datatype"] not in DATATYPES:
        raise ValueError(f"geen datatype: {data['datatype']}")
    return Veld(
        naam=data["naam"],
        label=data["label"],
        datatype=data["datatype"],
        pad=tuple(_iri(step, prefixes) for step in data["pad"]),
        codelijst=lists[data["codelijst"]] if "codelijst" in data else None,
        regels=tuple(_regel(r, data["datatype"], lists[KLASSEN]) for r in data.get("regels", ())),
    )


def _regel(data: Json, datatype: str, klassen: Codelijst) -> Regel:
    waarde = data.get("waarde", "")
    if data["soort"] == "klasse_van":
        waarde = sorted(resolve(waarde, klassen))
    regel = Regel(**{**data, "waarde": tuple(waarde) if isinstance(waarde, list) else waarde})
    if datatype not in RULES[regel.soort].datatypes:
        raise ValueError(f"{regel.soort} past niet bij {datatype}")
    return regel


def _iri(step: str, prefixes: Mapping[str, str]) -> str:
    prefix, local = step.removeprefix("^").split(":", 1)
    return ("^" if step.startswith("^") else "") + prefixes[prefix] + local


def _dossiertype(data: Json, parts: _Parts) -> Dossiertype:
    uses = list(_uses(data))
    fields = [use for use in uses if use.code not in ATTACHMENTS]
    by_name = {parts.families[use.code].naam: parts.families[use.code] for use in fields}

    def als(part: Any) -> Condition:
        return condition(part, by_name, parts.klassen, parts.voorwaarden)

    return Dossiertype(
        uri=data["uri"],
        label=data["label"],
        meldingsregels=tuple(_meldingsregel(r, parts.klassen) for r in data["meldingsregels"]),
        velden=tuple(
            replace(parts.families[use.code], verplicht=use.verplicht, als=als(use.als))
            for use in fields
        ),
        bijlagen=tuple(
            Bijlagenregel(b["vereist"], b["bestanden"], als(b.get("als")))
            for b in (*_attachments(data), *data.get("bijlagen", ()))
        ),
        regels=tuple(
            _verbod(rule, by_name, als(rule["als"])) for rule in _rules(data, parts, by_name)
        ),
        vlaggen=_vlaggen(data.get("vlaggen", {}), parts.klassen),
        formulier=data.get("formulier", True),
        te_bevestigen=data.get("te_bevestigen", ""),
    )


@dataclass(frozen=True, slots=True)
class _Use:
    """A field family as one type uses it."""

    code: str
    verplicht: bool
    als: Any = None


def _uses(data: Json) -> Iterator[_Use]:
    for use in data["velden"]:
        if isinstance(use, str):
            yield _Use(use.rstrip("*"), use.endswith("*"))
        else:
            yield _Use(use["veld"], use.get("verplicht", False), use.get("als"))
    for groep in data.get("groepen", ()):
        for code in groep["velden"]:
            yield _Use(code.rstrip("*"), code.endswith("*"), groep["als"])


def _attachments(data: Json) -> Iterator[Json]:
    """What the codes for attachments of a type, and of its groups, come down to."""
    base = (code for code in data["velden"] if isinstance(code, str))
    yield from _asked(base, None)
    for groep in data.get("groepen", ()):
        yield from _asked(groep["velden"], groep["als"])


def _asked(codes: Iterable[str], als: Any) -> Iterator[Json]:
    found = {code.rstrip("*") for code in codes} & ATTACHMENTS
    if "LINKorFILE" in found:
        yield {"vereist": "link_of_bestand", "bestanden": True, "als": als}
    elif found:
        vereist = "link" if "LINK" in found else ""
        yield {"vereist": vereist, "bestanden": "FILE" in found, "als": als}


def _rules(data: Json, parts: _Parts, by_name: Mapping[str, Veld]) -> Iterator[Json]:
    """The rules of a type: those that hold wherever their fields are, those it names, its own."""
    for key, rule in parts.regels.items():
        if rule.get("overal") and {*rule["velden"], *rule.get("met", ())} <= by_name.keys():
            yield {"regel": key, **rule}
    for rule in data.get("regels", ()):
        yield {"regel": rule, **parts.regels[rule]} if isinstance(rule, str) else rule


def _verbod(data: Json, velden: Mapping[str, Veld], als: Condition) -> Verbod:
    names = tuple(velden[naam].naam for naam in data["velden"])
    return Verbod(data["regel"], als, names, data["melding"], data.get("ernst", "fout"))


def _meldingsregel(data: Json, klassen: Codelijst) -> Meldingsregel:
    return Meldingsregel(
        uri=data["uri"],
        klassen=resolve(data["klassen"], klassen),
        geldig=validity(data),
        statussen=frozenset(data.get("statussen", ())),
        meldplicht=data.get("meldplicht", True),
        kanalen=frozenset(data.get("kanalen", ("loket", "centrale-vindplaats"))),
    )


def _vlaggen(data: Json, klassen: Codelijst) -> Vlaggen:
    excluded = data.get("X", ())
    known = frozenset(klassen.concepten) if excluded == ["alle"] else resolve(excluded, klassen)
    if unknown := data.keys() - {*_FLAGS, "X"}:
        raise ValueError(f"geen vlag: {sorted(unknown)}")
    return Vlaggen(
        **{_FLAGS[code]: data[code] for code in data if code != "X"}, buiten_export=known
    )
