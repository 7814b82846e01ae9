# SPDX-License-Identifier: EUPL-1.2
"""The routes of resources: a list at the path of each, and one of them by its id."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response

from loket.api.identity import Wie
from loket.api.jsonapi import describe, document, fetch
from loket.api.jsonapi.export import PARAMETER, asked_sheet, respond_sheet
from loket.api.jsonapi.media import MEDIA_TYPE, negotiate
from loket.api.jsonapi.query import Query, Resources, parse
from loket.api.jsonapi.resource import Resource, Single
from loket.api.parts import Parts, parts, roles_of
from loket.api.refusals import NietGevonden
from loket.kernel import Actor
from loket.submit import GeenRecht

PROFILED = f'{MEDIA_TYPE};profile="{document.PROFILE}"'


def routers(resources: Resources) -> Iterable[APIRouter]:
    """The routes of all resources that have a path."""
    for resource in resources.values():
        if resource.path:
            yield _router(resource, resources)


def _router(resource: Resource, resources: Resources) -> APIRouter:
    router = APIRouter(tags=[resource.module or resource.type])

    async def listed(request: Request, wie: Wie) -> Response:
        return await _list(request, wie, resource)

    async def one(request: Request, wie: Wie) -> Response:
        return await _one(request, wie, resource)

    listed.__doc__ = one.__doc__ = resource.description or resource.title
    common: dict[str, Any] = {"response_class": Response}
    name = resource.type.replace("-", "_")
    if resource.sorts:
        router.get(
            resource.path,
            summary=resource.title,
            operation_id=f"{name}_lijst",
            responses=describe.list_responses(resource),
            openapi_extra={"parameters": describe.list_parameters(resource, resources)},
            **common,
        )(listed)
    router.get(
        f"{resource.path}/{{id}}",
        summary=f"{resource.title}: één ervan",
        operation_id=f"{name}_een",
        responses=describe.one_responses(resource),
        openapi_extra={"parameters": describe.one_parameters(resource, resources)},
        **common,
    )(one)
    return router


async def _list(request: Request, wie: Actor, resource: Resource) -> Response:
    _, query = asked_of(request, wie, resource, single=False)
    return await respond_list(request, wie, resource, query)


async def respond_list(request: Request, wie: Actor, resource: Resource, query: Query) -> Response:
    """The answer with a page of a list, or with all of it as a table."""
    here = parts(request)
    if sheet := asked_sheet(request):
        return await respond_sheet(request, here, wie, resource, query, sheet)
    async with here.connection() as conn:
        page = await fetch.page(conn, resource, query, wie)
        included = await fetch.included(conn, here, resource, query, wie, page.rows)
    asked = request.query_params.multi_items()
    return answer(document.listed(here, resource, query, page, included, asked), PROFILED)


async def _one(request: Request, wie: Actor, resource: Resource) -> Response:
    here, query = asked_of(request, wie, resource, single=True)
    key = identifier(request.path_params["id"])
    if resource.one and query.op is None:
        found = await resource.one(here, wie, key)
    else:
        alone = await fetch.single(here, resource, query, wie, str(key))
        if alone is None:
            raise NietGevonden
        found = alone
    return await respond(request, wie, resource, query, found)


async def respond(
    request: Request, wie: Actor, resource: Resource, query: Query, found: Single
) -> Response:
    """The answer with one thing and what is asked to be included."""
    here = parts(request)
    included: document.Included = ()
    if query.include:
        async with here.connection() as conn:
            included = await fetch.included(conn, here, resource, query, wie, (found.row,))
    asked = request.query_params.multi_items()
    address = document.address(f"{resource.path}/{found.row['id']}", asked)
    body = document.single(here, resource, query, found, included, address)
    return answer(body, MEDIA_TYPE, found.version)


def asked_of(
    request: Request, wie: Actor, resource: Resource, *, single: bool
) -> tuple[Parts, Query]:
    """What is asked, by someone who may ask."""
    here = parts(request)
    negotiate(request.headers.get("content-type"), request.headers.get("accept"))
    may_ask(here, resource, wie)
    items = request.query_params.multi_items()
    if not single:
        items = [item for item in items if item[0] != PARAMETER]
    query = parse(resource, here.resources, items, single=single)
    return here, replace(query, nu=here.loket.now())


def may_ask(here: Parts, resource: Resource, actor: Actor) -> None:
    """Raises GeenRecht for who has none of the roles that a resource needs."""
    roles = roles_of(here.modules[resource.module]) if resource.roles is None else resource.roles
    if roles and not roles & actor.rollen:
        raise GeenRecht(f"Nodig: {' of '.join(sorted(roles))}.")


def identifier(text: str) -> UUID:
    """The id in a path. Raises NietGevonden when it is none."""
    try:
        key = UUID(text)
    except ValueError:
        raise NietGevonden from None
    if str(key) != text:
        raise NietGevonden
    return key


def answer(body: document.Document, media_type: str, version: int | None = None) -> Response:
    """A JSON:API document as an answer; `version` is that of the stream it shows."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    return Response(msgspec.json.encode(body), 200, headers, media_type)
