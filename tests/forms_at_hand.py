# SPDX-License-Identifier: EUPL-1.2
"""The reference data that ships, and short words for judging its forms in tests."""

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Any

from loket.kernel import Value
from loket.reference import (
    Bijlagen,
    Dossiertype,
    Veld,
    load,
    validate,
)
from loket.reference.loader import FILES
from loket.reference.model import Bijlagenregel

REFERENCE = load()
OP = date(2026, 3, 2)
TYPES = {t.label: t for t in REFERENCE.dossiertypes.values()}
ABB = "http://data.lblod.info/id/bestuurseenheden/141d9d6b-54af-4d17-b313-8d1c30bc3f5b"


def uri(lijst: str, name: str) -> str:
    concept = REFERENCE.codelijsten[lijst].find(name)
    assert concept, name
    return concept.uri


def klasse(notatie: str) -> str:
    return uri("bestuurseenheid-classificatie", notatie)


def raw() -> dict[str, bytes]:
    return {name: (files("loket.reference") / f"{name}.json").read_bytes() for name in FILES}


def rules(form: Dossiertype, values: Mapping[str, Value], **more: Any) -> set[tuple[str, str]]:
    """Field and rule of every finding; a gemeente with one link unless told otherwise."""
    context = {"klasse": klasse("GEM"), "bijlagen": Bijlagen(links=1), "op": OP, **more}
    return {(f.veld, f.regel) for f in validate(form, values, **context)}


ID, OTHER_ID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "0a9619ff-8b86-d011-b42d-00cf4fc964ff"
DOSSIER = f"http://data.lblod.info/submissions/{ID}"
OTHER = f"http://data.lblod.info/submissions/{OTHER_ID}"


def small_form(*velden: Veld, bijlagen: tuple[Bijlagenregel, ...] = ()) -> Dossiertype:
    return Dossiertype("http://type", "Type", (), velden, bijlagen)
