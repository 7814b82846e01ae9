# SPDX-License-Identifier: EUPL-1.2
"""The HTTP application: `create_app(loket)`."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from loket.api import (
    agenda,
    docs,
    dossier_zip,
    errors,
    explain,
    files,
    forms,
    formulier,
    health,
    live,
    log,
    proof,
    reference,
    searching,
    supervision,
    validatie,
)
from loket.api.changes import Changes
from loket.api.commands import Commands
from loket.api.identity import authenticator
from loket.api.jsonapi.resource import Resource
from loket.api.jsonapi.routes import routers
from loket.api.openapi import document
from loket.api.parts import Parts, new_pool
from loket.api.problems import Catalogue
from loket.api.resources import RESOURCES
from loket.api.streams import general
from loket.api.timeline import timeline
from loket.api.watch import SealWatch
from loket.domain import MODULES
from loket.evidence.read import StreamReader
from loket.evidence.store import GroupCommit
from loket.kernel import Module
from loket.submit import WriteSide
from loket.wiring import Loket

VIEWS = (
    forms.router, formulier.router, validatie.router, supervision.router, reference.router,
)  # fmt: skip
"""Views written for one module; any other module gets the general one."""
COMMON = (
    files.router, proof.router, log.router, health.router, explain.router, docs.router,
    searching.router, dossier_zip.router, live.router, agenda.router,
)  # fmt: skip

DESCRIPTION = """
Loket voor lokale besturen: verzenden, afleveren en opvragen met bewijs.

Een opdracht is `POST /{module}/{stroom}/{opdracht}`. Het antwoord zegt waar de gebeurtenissen in
het logboek staan; `/bewijs/…` geeft het bewijs, dat u zonder ons kan controleren. Fouten zijn
problemen volgens RFC 9457, elk met een vast type dat zichzelf uitlegt.
"""


class Application(FastAPI):
    """FastAPI, with the commands in front of it."""

    def __init__(self, *, commands: Commands, **settings: Any) -> None:
        super().__init__(**settings)
        self._commands = commands

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "http" and (found := self._commands.find(scope["path"])):
            await self._commands.serve(found, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(loket: Loket, modules: Mapping[str, Module[Any, Any, Any]] = MODULES) -> FastAPI:
    """The API of one process over this installation.

    Its connections open when the application starts (ASGI lifespan) and close when it stops.
    """
    catalogue = Catalogue(modules)
    resources = _resources(modules)
    pool = new_pool(loket.dsn)
    reader = StreamReader(loket.dsn, loket.mapper)
    writer = GroupCommit(loket.dsn, loket.signer.name, loket.clock)
    parts = Parts(
        loket=loket,
        modules=modules,
        catalogue=catalogue,
        authenticate=authenticator(loket),
        write=WriteSide(
            read=reader.read,
            append=writer.append,
            mapper=loket.mapper,
            files=loket.files,
            reference=loket.references,
            now=loket.now,
            modules=modules,
        ),
        pool=pool,
        watch=SealWatch(loket.dsn),
        changes=Changes(loket.dsn, pool),
        resources=resources,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loket.files.sweep()
        await parts.pool.open()
        parts.watch.start()
        parts.changes.start()
        try:
            yield
        finally:
            for each in (parts.changes, parts.watch, parts.pool, loket.files, writer, reader):
                await each.close()

    app = Application(
        commands=Commands(parts),
        title="Loket",
        description=DESCRIPTION,
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        openapi_tags=[{"name": m.name, "description": m.title} for m in modules.values()],
    )
    app.state.parts = parts
    errors.install(app, catalogue)
    for router in (*VIEWS, *routers(resources), *COMMON):
        app.include_router(router)
    for module in modules.values():
        app.include_router(timeline(module, resources))
    app.openapi = lambda: _cached(app, parts)  # type: ignore[method-assign]
    return app


def _resources(modules: Mapping[str, Module[Any, Any, Any]]) -> dict[str, Resource]:
    """What can be read of these modules; one without a resource of its own gets the general one."""
    found = {kind: each for kind, each in RESOURCES.items() if each.module in ("", *modules)}
    seen = {resource.path for resource in found.values()}
    missing = [module for module in modules.values() if f"/{module.name}" not in seen]
    return found | {module.name: general(module) for module in missing}


def _cached(app: FastAPI, parts: Parts) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = document(app, parts.modules, parts.catalogue, parts.resources)
    return app.openapi_schema
