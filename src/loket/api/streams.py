# SPDX-License-Identifier: EUPL-1.2
"""Reading a stream of any module: what a module gets without writing a resource of its own."""

from typing import Any
from uuid import UUID

import msgspec

from loket.api.jsonapi.kinds import INTEGER, OBJECT, choice
from loket.api.jsonapi.resource import Attribute, Resource, Single
from loket.api.parts import Parts
from loket.api.resources.tijdlijn import status
from loket.api.watch import Status
from loket.kernel import Actor, Module


def general(module: Module[Any, Any, Any]) -> Resource:
    """`GET /{module}/{stream}`: the state of a stream by replay.

    Who may not read the content sees that it exists.
    """

    async def one(here: Parts, actor: Actor, key: UUID) -> Single:
        found = await here.stream(module.name, key, actor)
        # A state cannot be told apart into what is internal and what is not.
        readable = found.scope.may_read(actor.bestuur) and not module.internal
        row = {
            "id": str(key),
            "versie": len(found.history),
            "status": found.history[-1].position,
            "toestand": msgspec.to_builtins(found.state) if readable else None,
        }
        return Single(row, version=len(found.history))

    return Resource(
        type=module.name,
        title=module.title,
        module=module.name,
        path=f"/{module.name}",
        roles=frozenset(),
        attributes={
            "versie": Attribute(INTEGER, "Aantal gebeurtenissen in de stroom; ook de ETag."),
            "status": Attribute(choice(*Status), "Hoe ver het bewezen is.", show=status),
            "toestand": Attribute(
                OBJECT, "Leeg voor wie de inhoud niet mag lezen.", nullable=True, detail=True
            ),
        },
        links={
            "tijdlijn": f"/{module.name}/{{id}}/tijdlijn",
            "bewijs": f"/bewijs/{module.name}/{{id}}",
        },
        one=one,
    )
