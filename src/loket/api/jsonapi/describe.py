# SPDX-License-Identifier: EUPL-1.2
"""Resources in the OpenAPI document: their parameters, and the shapes of their documents."""

from collections.abc import Iterator, Mapping
from typing import Any

from loket.api.jsonapi.kinds import BOOLEAN, ID, MOMENT, Json
from loket.api.jsonapi.media import MEDIA_TYPE
from loket.api.jsonapi.query import MAX_SIZE, SIZE, Resources, filters_of, paths, types
from loket.api.jsonapi.resource import Attribute, Relationship, Resource
from loket.api.jsonapi.sheets import SHEETS

Schema = dict[str, Any]

_TABLE = "Heel de lijst als tabel, ook te vragen met `Accept`; zonder bladzijden of `include`."

ID_PARAMETER: Schema = {"name": "id", "in": "path", "required": True, "schema": ID.schema}

_REF = "#/components/schemas/{}"
_BOOKMARK = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,1000}$"}
_LINK: Schema = {"type": ["string", "null"]}
_LINKS: Schema = {"type": "object", "additionalProperties": _LINK}
_JSONAPI: Schema = {
    "type": "object",
    "properties": {
        "version": {"const": "1.1"},
        "profile": {"type": "array", "items": {"type": "string", "format": "uri"}},
    },
    "required": ["version"],
}


def list_parameters(resource: Resource, resources: Resources) -> list[Schema]:
    """The parameters of a list."""
    found = [
        _parameter(
            name, _several(each.kind.schema) if each.many else each.kind.schema, each.description
        )
        for name, each in filters_of(resource).items()
    ]
    orders = [sign + name for name in resource.sorts for sign in ("", "-")]
    order = f"Volgorde; `-` ervoor: van hoog naar laag. Anders `{resource.order}`."
    size = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": SIZE}
    return [
        *found,
        _parameter("sort", _several({"type": "string", "enum": orders}), order),
        _parameter("page[size]", size, "Hoeveel op een bladzijde."),
        _parameter("page[after]", _BOOKMARK, "Wat na deze bladwijzer komt."),
        _parameter("page[before]", _BOOKMARK, "Wat voor deze bladwijzer komt."),
        _parameter("page[total]", BOOLEAN.schema, "Tel ook hoeveel er in totaal zijn."),
        _parameter("formaat", {"type": "string", "enum": list(SHEETS)}, _TABLE),
        *_common(resource, resources),
    ]


def one_parameters(resource: Resource, resources: Resources) -> list[Schema]:
    """The parameters of a single read."""
    key = {**ID_PARAMETER, "schema": resource.identity.schema}
    return [key, *_common(resource, resources)]


def _common(resource: Resource, resources: Resources) -> Iterator[Schema]:
    if includable := paths(resource, resources):
        schema = _several({"type": "string", "enum": includable})
        yield _parameter("include", schema, "Neem op wat hieraan verbonden is.")
    for kind, each in types(resource, resources).items():
        schema = _several({"type": "string", "enum": list(each.names)})
        yield _parameter(f"fields[{kind}]", schema, f"Enkel deze velden van `{kind}`.")
    if resource.history:
        yield _parameter("op", MOMENT.schema, "Zoals het loket het op dit moment wist.")


def _parameter(name: str, schema: Json, description: str) -> Schema:
    return {
        "name": name,
        "in": "query",
        "description": description,
        "schema": schema,
        "style": "form",
        "explode": False,
    }


def _several(schema: Json) -> Schema:
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": MAX_SIZE}


def page_responses(resource: Resource) -> dict[int | str, dict[str, Any]]:
    """A page of a list."""
    return _response(f"{resource.type}.lijst", "Een bladzijde van de lijst.")


def list_responses(resource: Resource) -> dict[int | str, dict[str, Any]]:
    """The answer of a list: a page, or all of it as a table."""
    found = page_responses(resource)
    binary = {"schema": {"type": "string", "format": "binary"}}
    found[200]["content"] |= {sheet.bare: binary for sheet in SHEETS.values()}
    return found


def one_responses(resource: Resource) -> dict[int | str, dict[str, Any]]:
    """The answer of a single read."""
    return _response(f"{resource.type}.document", "Wat u vroeg.")


def _response(schema: str, description: str) -> dict[int | str, dict[str, Any]]:
    content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(schema)}}}
    return {200: {"description": description, "content": content}}


def schemas(resources: Resources) -> dict[str, Schema]:
    """The shapes of all resources and of the documents they are in."""
    found: dict[str, Schema] = {}
    for kind, resource in resources.items():
        reference = {"$ref": _REF.format(f"{kind}.resource")}
        others = types(resource, resources)
        linked = [{"$ref": _REF.format(f"{other}.resource")} for other in others]
        found[f"{kind}.resource"] = _object(resource)
        found[f"{kind}.document"] = _document(reference, linked)
        found[f"{kind}.lijst"] = _document({"type": "array", "items": reference}, linked)
    return found


def _document(data: Schema, linked: list[Schema]) -> Schema:
    return _closed(
        {
            "jsonapi": _JSONAPI,
            "links": _LINKS,
            "data": data,
            "included": {"type": "array", "items": {"anyOf": linked}},
            "meta": _closed({"page": _closed({"total": {"type": "integer", "minimum": 0}})}),
        },
        "jsonapi",
        "links",
        "data",
    )


def _object(resource: Resource) -> Schema:
    attributes = {name: _attribute(each) for name, each in resource.attributes.items()}
    relationships = {name: _relationship(each) for name, each in resource.relationships.items()}
    found = _closed(
        {
            "type": {"const": resource.type},
            "id": {"type": "string"},
            "attributes": _closed(attributes),
            "relationships": _closed(relationships),
            "links": _LINKS,
            "meta": {"type": "object"},
        },
        "type",
        "id",
    )
    return {"title": resource.title, **found}


def _attribute(attribute: Attribute) -> Schema:
    schema: Schema = dict(attribute.schema or attribute.kind.schema)
    schema.pop("minLength", None)
    schema.pop("maxLength", None)
    schema.pop("pattern", None)
    if attribute.nullable or attribute.visible:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return schema | ({"description": attribute.description} if attribute.description else {})


def _relationship(relationship: Relationship) -> Schema:
    linkage = _closed(
        {"type": {"const": relationship.type}, "id": {"type": "string"}}, "type", "id"
    )
    data = {"type": "array", "items": linkage} if relationship.many else {
        "anyOf": [linkage, {"type": "null"}]
    }  # fmt: skip
    found = _closed({"data": data, "links": _LINKS})
    if relationship.description:
        found["description"] = relationship.description
    return found


def _closed(properties: Mapping[str, Any], *required: str) -> Schema:
    found: Schema = {
        "type": "object", "properties": dict(properties), "additionalProperties": False,
    }  # fmt: skip
    return found | ({"required": list(required)} if required else {})
