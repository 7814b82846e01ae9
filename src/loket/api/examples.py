# SPDX-License-Identifier: EUPL-1.2
"""An example of every command: what a field of that name usually holds, else one of its type."""

from dataclasses import MISSING, Field, fields
from typing import Any

EXAMPLES: dict[str, Any] = {
    "adres_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "datum": "2027-01-01",
    "door": "b7a6c7f3-4c7a-41f2-9f0b-59a1c9a8a7f5",
    "dossiertype": "https://data.vlaanderen.be/id/concept/BesluitDocumentType/"
    "3fa67785-ffdc-4b30-8880-2b99d97b4dee",
    "formaat": "application/pdf",
    "kbo": "0207437468",
    "klasse": "http://data.vlaanderen.be/id/concept/BestuurseenheidClassificatieCode/"
    "5ab0e9b8a3b2ca7c5e000001",
    "naam": "besluitenlijst.pdf",
    "opvolger": "http://data.lblod.info/id/bestuurseenheden/"
    "974816591f269bb7d74aa1720922651529f3d3b2a787f5c60b73e5a0384950a4",
    "reden": "De bijlage van agendapunt 3 ontbrak.",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "uri": "http://data.lblod.info/id/bestuurseenheden/"
    "974816591f269bb7d74aa1720922651529f3d3b2a787f5c60b73e5a0384950a4",
    "url": "https://www.aalst.be/besluiten/2026-11-17",
    "velden": {"zittingsdatum": "2026-11-17T20:00:00+01:00", "publicatiedatum": "2026-11-20"},
    "verbetert": "b7a6c7f3-4c7a-41f2-9f0b-59a1c9a8a7f5",
}


def example(kind: type[Any]) -> dict[str, Any]:
    """The JSON of a command of this class: its required fields, and `velden`."""
    return {f.name: _value(f) for f in fields(kind) if _required(f) or f.name == "velden"}


def _required(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _value(field: "Field[Any]") -> Any:
    if field.name in EXAMPLES:
        return EXAMPLES[field.name]
    kinds = {int: 1, bool: True, str: field.name}
    return next((value for kind, value in kinds.items() if field.type is kind), field.name)
