# SPDX-License-Identifier: EUPL-1.2
"""Documents of JSON:API 1.1: resources, how they are linked, and pages of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from loket.api.jsonapi.fetch import Page, linked
from loket.api.jsonapi.query import Query
from loket.api.jsonapi.resource import Relationship, Resource, Row, Single

if TYPE_CHECKING:
    from loket.api.parts import Parts

PROFILE = "https://jsonapi.org/profiles/ethanresnick/cursor-pagination"
"""The profile by which lists are paged."""

Document = dict[str, Any]
Included = Sequence[tuple[Resource, Row]]
Asked = Sequence[tuple[str, str]]


def single(
    here: "Parts", resource: Resource, query: Query, found: Single, included: Included, address: str
) -> Document:
    """The document of one thing."""
    data = thing(here, resource, query, found.row)
    if found.links:
        data["links"] = {**data.get("links", {}), **found.links}
    return _document({"self": address}, data, _included(here, query, included))


def listed(
    here: "Parts", resource: Resource, query: Query, page: Page, included: Included, asked: Asked
) -> Document:
    """The document of a page, with links to the pages beside it."""
    data = [
        {**thing(here, resource, query, row), "meta": {"page": {"cursor": mark}}}
        for row, mark in zip(page.rows, page.marks, strict=True)
    ]
    links = {
        "self": address(resource.path, asked),
        "prev": _turned(resource.path, asked, "page[before]", page.before),
        "next": _turned(resource.path, asked, "page[after]", page.after),
    }
    document = _document(links, data, _included(here, query, included))
    document["jsonapi"]["profile"] = [PROFILE]
    if page.total is not None:
        document["meta"] = {"page": {"total": page.total}}
    return document


def _document(links: Mapping[str, Any], data: Any, included: list[Document] | None) -> Document:
    document: Document = {"jsonapi": {"version": "1.1"}, "links": links, "data": data}
    if included is not None:
        document["included"] = included
    return document


def _included(here: "Parts", query: Query, included: Included) -> list[Document] | None:
    """The included resources; none at all when nothing was asked, so that the member is absent."""
    if not query.include:
        return None
    return [thing(here, resource, query, row) for resource, row in included]


def thing(here: "Parts", resource: Resource, query: Query, row: Row) -> Document:
    """One resource object, with the fields that are asked."""
    wanted = query.fields.get(resource.type)
    names: Iterable[str] = resource.names
    if wanted is not None:
        names = [name for name in names if name in wanted]
    attributes, relationships = {}, {}
    for name in names:
        if (attribute := resource.attributes.get(name)) is None:
            if linkage := _linkage(resource.relationships[name], row, name):
                relationships[name] = linkage
        elif name in row:
            value = row[name]
            show = attribute.show
            if show is not None:
                value = show(value, here)
            attributes[name] = None if value is None else attribute.kind.show(value)
    found: Document = {"type": resource.type, "id": row["id"]}
    if attributes:
        found["attributes"] = attributes
    if relationships:
        found["relationships"] = relationships
    if links := _links(resource, row["id"]):
        found["links"] = links
    return found


def _linkage(relationship: Relationship, row: Row, name: str) -> Document:
    """A relationship object; nothing when the row does not tell."""
    found: Document = {}
    if name in row:
        ids = [{"type": relationship.type, "id": key} for key in linked(relationship, row, name)]
        found["data"] = ids if relationship.many else next(iter(ids), None)
    if relationship.related:
        found["links"] = {"related": relationship.related.format(id=row["id"])}
    return found


def _links(resource: Resource, key: str) -> dict[str, str]:
    own = {"self": f"{resource.path}/{key}"} if resource.path else {}
    return own | {name: address.format(id=key) for name, address in resource.links.items()}


def address(path: str, asked: Asked) -> str:
    """A path with these query parameters."""
    return f"{path}?{urlencode(asked, safe='[],:/')}" if asked else path


def _turned(path: str, asked: Asked, name: str, mark: str | None) -> str | None:
    if mark is None:
        return None
    kept = [(k, v) for k, v in asked if k not in ("page[after]", "page[before]")]
    return address(path, [*kept, (name, mark)])
