# SPDX-License-Identifier: EUPL-1.2
"""The timeline of a stream of any module: `GET /{module}/{stream}/tijdlijn`."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from loket.api.identity import Wie
from loket.api.jsonapi import describe
from loket.api.jsonapi.fetch import followed
from loket.api.jsonapi.kinds import TEXT
from loket.api.jsonapi.query import Resources
from loket.api.jsonapi.resource import Filter
from loket.api.jsonapi.routes import asked_of, identifier, respond_list
from loket.api.resources.tijdlijn import GEBEURTENISSEN
from loket.kernel import Module

OF_STREAM = Filter("r.stream = {value}", TEXT)


def timeline(module: Module[Any, Any, Any], resources: Resources) -> APIRouter:
    """The route of the timelines of a module."""
    router = APIRouter(tags=[module.name])

    async def listed(request: Request, wie: Wie) -> Response:
        here, query = asked_of(request, wie, GEBEURTENISSEN, single=False)
        stream = await here.stream(module.name, identifier(request.path_params["id"]), wie)
        async with here.connection() as conn:
            await followed(conn, "tijdlijn", stream.name)
        mine = replace(query, filters=(*query.filters, (OF_STREAM, (stream.name,))))
        there = replace(GEBEURTENISSEN, path=f"/{stream.name}/tijdlijn")
        return await respond_list(request, wie, there, mine)

    listed.__doc__ = GEBEURTENISSEN.description
    parameters = [describe.ID_PARAMETER, *describe.list_parameters(GEBEURTENISSEN, resources)]
    router.get(
        f"/{module.name}/{{id}}/tijdlijn",
        summary=f"Tijdlijn: {module.title}",
        operation_id=f"{module.name}_tijdlijn",
        response_class=Response,
        responses=describe.list_responses(GEBEURTENISSEN),
        openapi_extra={"parameters": parameters},
    )(listed)
    return router
