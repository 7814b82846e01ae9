# SPDX-License-Identifier: EUPL-1.2
"""The OpenAPI document: what FastAPI knows, plus the commands, plus the errors of both."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from loket.api import models
from loket.api.commands import MAX_WAIT, Opdracht, opdrachten
from loket.api.examples import example
from loket.api.identity import SCHEME
from loket.api.jsonapi import describe
from loket.api.jsonapi.query import Resources
from loket.api.problems import MEDIA_TYPE, PIPELINE, Catalogue
from loket.kernel import SYSTEM_ROLE, Module

REF = "#/components/schemas/{model}"
SCHEMAS = "#/components/schemas"
STREAM = {
    "name": "stroom",
    "in": "path",
    "required": True,
    "description": "Id van de stroom, in kleine letters; een nieuw dossier krijgt er een van u.",
    "schema": {
        "type": "string",
        "format": "uuid",
        "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    },
    "example": "2f0c8d6e-6f6b-4f0a-9d53-8f1f0c1b7a11",
}
HEADERS = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Uw eigen kenmerk: dezelfde aanvraag geeft voor altijd hetzelfde antwoord.",
        "schema": {"type": "string", "maxLength": 255, "pattern": "^[!-~]+$"},
        "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
    },
    {
        "name": "If-Match",
        "in": "header",
        "description": "Enkel als de stroom nog op deze versie staat.",
        "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
        "example": '"3"',
    },
    {
        "name": "Prefer",
        "in": "header",
        "description": f"`wait=N`: wacht ten hoogste N seconden (tot {MAX_WAIT}) op het "
        "tijdstempel.",
        "schema": {"type": "string", "pattern": "^wait=[0-9]{1,2}$"},
        "example": "wait=10",
    },
]
_PUBLIC = {401, 403}
_METHODS = ("get", "post", "put", "patch", "delete")


def document(
    app: FastAPI,
    modules: Mapping[str, Module[Any, Any, Any]],
    catalogue: Catalogue,
    resources: Resources,
) -> dict[str, Any]:
    """The whole document, with the shape of every answer and every error."""
    spec = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    schemas: dict[str, Any] = spec.setdefault("components", {}).setdefault("schemas", {})
    for path in spec["paths"].values():
        for method in set(path) & set(_METHODS):
            _errors(path[method], catalogue, PIPELINE)
    for opdracht in opdrachten(modules):
        path, operation, found = _command(opdracht, catalogue)
        spec["paths"][path] = {"post": operation}
        schemas.update(found)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _, shared = models_json_schema(
        [(models.Probleem, "serialization"), (models.Ontvangst, "serialization")],
        ref_template=REF,
    )
    schemas.update(shared["$defs"])
    schemas.update(describe.schemas(resources))
    return spec


def _command(
    opdracht: Opdracht, catalogue: Catalogue
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    module, kind = opdracht.module, opdracht.kind
    schema = opdracht.body.adapter.json_schema(ref_template=REF)
    found = schema.pop("$defs", {})
    found[kind.__name__] = {**schema, "additionalProperties": False}
    roles = sorted(module.rights[kind] - {SYSTEM_ROLE})
    optional = all(
        f.default is not MISSING or f.default_factory is not MISSING for f in fields(kind)
    )
    operation: dict[str, Any] = {
        "tags": [module.name],
        "summary": words(kind.__name__),
        "description": f"{' '.join((kind.__doc__ or '').split())}\n\n"
        f"Nodig: {' of '.join(f'`{role}`' for role in roles)}.",
        "operationId": f"{module.name}_{opdracht.name.replace('-', '_')}",
        "security": [{SCHEME: []}],
        "parameters": [STREAM, *HEADERS],
        "requestBody": {
            "required": not optional,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"{SCHEMAS}/{kind.__name__}"},
                    "example": example(kind),
                }
            },
        },
        "responses": {
            "201": _receipt("Geregistreerd; `status` zegt hoe ver het bewijs is."),
            "200": _receipt("Er veranderde niets: het was al zo."),
        },
    }
    _errors(operation, catalogue, PIPELINE, module.name)
    return f"/{module.name}/{{stroom}}/{opdracht.name}", operation, found


def _receipt(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "headers": {
            "ETag": {"schema": {"type": "string"}, "description": "Versie van de stroom."},
            "Location": {"schema": {"type": "string"}, "description": "Adres van de stroom."},
            "Preference-Applied": {"schema": {"type": "string"}},
        },
        "content": {
            "application/json": {
                "schema": {"$ref": f"{SCHEMAS}/Ontvangst"},
                "example": RECEIPT,
            }
        },
    }


def _errors(operation: dict[str, Any], catalogue: Catalogue, *modules: str) -> None:
    """Document the problems this operation can answer, by status, in place of FastAPI's own."""
    responses = operation["responses"]
    for status, lines in _by_status(catalogue, modules):
        if status in _PUBLIC and not operation.get("security"):
            continue
        if status in (409, 412, 415) and "requestBody" not in operation and status != 409:
            continue
        if str(status) in responses and status != 422:
            continue
        responses[str(status)] = {
            "description": "\n".join(lines),
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"{SCHEMAS}/Probleem"}}},
        }


def _by_status(catalogue: Catalogue, modules: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    found: dict[int, list[str]] = {}
    for problem in catalogue:
        if problem.module in modules:
            found.setdefault(problem.status, []).append(f"- `{problem.type}`: {problem.title}")
    return iter(sorted(found.items()))


def words(name: str) -> str:
    """`BesluitVerzenden` → `Besluit verzenden`."""
    return " ".join(re.findall(r"[A-Z][a-z0-9]*", name)).capitalize()


RECEIPT = {
    "stroom": "toezicht/2f0c8d6e-6f6b-4f0a-9d53-8f1f0c1b7a11",
    "versie": 6,
    "status": "geregistreerd",
    "volgnummer": 5,
    "positie": 1043,
    "leaf_hash": "5b1f0f6c0c2bd3e1b7a6c7f3f4c7a1f29f0b59a1c9a8a7f5f4a6f0b2d3c4e5f6",
    "geregistreerd": "2026-11-23T14:03:07.512345Z",
    "gebeurtenissen": [
        {
            "type": "toezicht.BesluitVerzonden",
            "volgnummer": 4,
            "positie": 1042,
            "leaf_hash": "0a4d3b0c9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a392817060504",
            "geregistreerd": "2026-11-23T14:03:07.512344Z",
        },
        {
            "type": "toezicht.BesluitAfgeleverd",
            "volgnummer": 5,
            "positie": 1043,
            "leaf_hash": "5b1f0f6c0c2bd3e1b7a6c7f3f4c7a1f29f0b59a1c9a8a7f5f4a6f0b2d3c4e5f6",
            "geregistreerd": "2026-11-23T14:03:07.512345Z",
        },
    ],
    "bewijs": "/bewijs/toezicht/2f0c8d6e-6f6b-4f0a-9d53-8f1f0c1b7a11",
}
