# SPDX-License-Identifier: EUPL-1.2
"""What the endpoints share."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool
from starlette.requests import HTTPConnection

from loket.api.changes import Changes
from loket.api.problems import Catalogue
from loket.api.refusals import NietGevonden
from loket.api.watch import SealWatch
from loket.auth import Authenticator
from loket.evidence.entry import Recorded
from loket.evidence.read import Question
from loket.evidence.store import ROLE
from loket.kernel import SYSTEM_ROLE, Actor, Context, Module, Scope
from loket.projections.behandelingen.volledigheid import Logboek
from loket.submit import GeenRecht, WriteSide
from loket.wiring import Loket


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream as it stands: its module and name, facts, their state and who may read it."""

    module: str
    name: str
    history: list[Recorded]
    state: Any
    scope: Scope


@dataclass(frozen=True)
class Parts:
    """All an endpoint may reach; one for each application."""

    loket: Loket
    modules: Mapping[str, Module[Any, Any, Any]]
    catalogue: Catalogue
    authenticate: Authenticator
    write: WriteSide
    pool: "AsyncConnectionPool[AsyncConnection[TupleRow]]"
    watch: SealWatch
    changes: Changes
    resources: Mapping[str, Any]
    """What can be read (`jsonapi.resource.Resource`), by type."""

    @cached_property
    def scoped(self) -> Mapping[str, Module[Any, Any, Any]]:
        """The modules, deciding as if a stream that the actor may not see were empty."""
        return {name: scoped(module) for name, module in self.modules.items()}

    @cached_property
    def afleveringen(self) -> Logboek:
        """What the log says was delivered, remembered by this process."""
        return Logboek(self.loket.dsn, self.loket.mapper)

    async def stream(self, module: str, stream: UUID, actor: Actor) -> Stream:
        """A stream this actor may see, by replay of its facts.

        Raises GeenRecht without a role for the module, NietGevonden when there is nothing or
        nothing this actor may see.
        """
        declared = self.modules[module]
        name = f"{module}/{stream}"
        history = (await self.write.read(Question((name,)))).streams[name]
        facts = [recorded.fact for recorded in history if recorded.fact is not None]
        state = declared.replay(facts)
        scope = declared.scope(state)
        if not scope.public:
            may_enter(declared, actor)
        if not history or not (scope.may_see(actor.bestuur) and scope.is_for(actor.persoon)):
            raise NietGevonden
        return Stream(module, name, history, state, scope)

    @asynccontextmanager
    async def connection(self) -> "AsyncIterator[AsyncConnection[TupleRow]]":
        """A connection for reads."""
        async with self.pool.connection() as conn:
            yield conn


def parts(connection: HTTPConnection) -> Parts:
    """The parts of the application that serves this request."""
    found: Parts = connection.app.state.parts
    return found


LISTING = f"{ROLE} -c plan_cache_mode=force_custom_plan"
"""A list is planned for what is asked: one plan for every reader and filter would suit none."""


def new_pool(dsn: str) -> "AsyncConnectionPool[AsyncConnection[TupleRow]]":
    """A small pool for reads, still closed; connections have the application's rights only."""
    return AsyncConnectionPool(
        dsn,
        min_size=1,
        max_size=4,
        open=False,
        kwargs={"autocommit": True, "options": LISTING},
        check=AsyncConnectionPool.check_connection,
    )


def roles_of(module: Module[Any, Any, Any]) -> frozenset[str]:
    """The roles for which this module means anything."""
    return module.readers.union(*module.rights.values()) - {SYSTEM_ROLE}


def may_enter(module: Module[Any, Any, Any], actor: Actor) -> None:
    """Raises GeenRecht for who has no role in this module at all."""
    roles = roles_of(module)
    if not roles & actor.rollen:
        raise GeenRecht(f"Nodig: {' of '.join(sorted(roles))}.")


def scoped(module: Module[Any, Any, Any]) -> Module[Any, Any, Any]:
    """The same module, for actors who may only touch what they may see.

    A stream out of sight answers as one that does not exist.
    """

    def decide(command: Any, state: Any, ctx: Context) -> list[Any]:
        if state == module.initial or sees(module, state, ctx.actor):
            return module.decide(command, state, ctx)
        module.decide(command, module.initial, ctx)
        raise NietGevonden

    return replace(module, decide=decide)


def sees(module: Module[Any, Any, Any], state: Any, actor: Actor) -> bool:
    """True when this actor may know of a stream in this state."""
    scope = module.scope(state)
    return actor.is_system or (scope.may_see(actor.bestuur) and scope.is_for(actor.persoon))
