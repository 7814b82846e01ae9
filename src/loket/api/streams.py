# SPDX-License-Identifier: EUPL-1.2
"""Reading a stream of any module: what a module gets without writing a view of its own."""

from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response

from loket.api import models
from loket.api.identity import Wie
from loket.api.parts import parts
from loket.kernel import Module


def view(module: Module[Any, Any, Any]) -> APIRouter:
    """`GET /{module}/{stream}`: the state of a stream by replay."""
    router = APIRouter(prefix=f"/{module.name}", tags=[module.name])

    async def stream(request: Request, response: Response, wie: Wie, stroom: UUID) -> models.Stroom:
        """The stream as it stands; who may not read the content sees that it exists."""
        here = parts(request)
        found = await here.stream(module.name, stroom, wie)
        response.headers["ETag"] = f'"{len(found.history)}"'
        response.headers["Cache-Control"] = "no-store"
        # A state cannot be told apart into what is internal and what is not.
        readable = found.scope.may_read(wie.bestuur) and not module.internal
        return models.Stroom(
            stroom=found.name,
            versie=len(found.history),
            status=here.watch.status(found.history[-1].position),
            toestand=msgspec.to_builtins(found.state) if readable else None,
        )

    router.get("/{stroom}", summary=module.title, operation_id=f"{module.name}_stroom")(stream)
    return router
