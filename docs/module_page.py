# SPDX-License-Identifier: EUPL-1.2
"""The page of one module, from its `MODULE`: roles, reads, commands, events, terms, rules."""

from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import Any

from loket.api.resources import RESOURCES
from loket.kernel import SYSTEM_ROLE, Conflict, Invalid, Module, NotAllowed, NotFound, kebab
from loket.projections.termijnen.verloop import VERLOOP

STATUS = {Invalid: 422, NotAllowed: 403, NotFound: 404, Conflict: 409}


def module_page(module: Module[Any, Any, Any]) -> Iterator[str]:
    yield f"# {module.name}\n"
    yield f"{module.title}.\n"
    yield from _roles(module)
    yield from _reads(module)
    yield "## Commands\n"
    for command in module.commands:
        yield f"### {command.__name__}\n"
        yield f"{_sentence(command)}\n"
        people = sorted(module.rights[command] - {SYSTEM_ROLE})
        roles = ", ".join(f"`{role}`" for role in people)
        path = f"`POST /{module.name}/{{stroom}}/{kebab(command.__name__)}`, for: {roles}.\n"
        yield path if people else "Given by the machine only.\n"
        yield from _fields(command)
    yield "## Events\n"
    for event in module.events:
        yield f"### {event.__name__}\n"
        legal = (
            " Has legal effect: sealed and time-stamped at once." if event in module.legal else ""
        )
        if event in module.internal:
            legal = " Internal: only the bestuur that caused it sees it."
        yield f"{_sentence(event)}{legal} Term: <{module.terms[event.__name__]}>\n"
        yield from _fields(event, module)
    yield from _terms(module)
    yield "## Rules\n"
    yield "What is refused, and with which status.\n"
    for refusal in module.refusals:
        kind = next(k for k in STATUS if issubclass(refusal, k))
        yield f"### {refusal.__name__}\n"
        yield f"{refusal.title()} ({STATUS[kind]})\n"


def _roles(module: Module[Any, Any, Any]) -> Iterator[str]:
    """Who may do what."""
    yield "## Roles\n"
    roles: dict[str, list[str]] = {role: [] for role in sorted(module.readers)}
    for command in module.commands:
        for role in sorted(module.rights[command]):
            roles.setdefault(role, []).append(command.__name__)
    for role in sorted(roles):
        given = ", ".join(f"`{name}`" for name in roles[role])
        yield f"- `{role}`: {given or 'reads only'}"
    yield ""


def _reads(module: Module[Any, Any, Any]) -> Iterator[str]:
    """What can be read of it."""
    yield "## Reads\n"
    for resource in RESOURCES.values():
        if resource.module == module.name and resource.path:
            filters = ", ".join(f"`{name}`" for name in resource.filters)
            yield f"- `GET {resource.path}` ({resource.title}), filters: {filters}"
    yield f"- `GET /{module.name}/{{stroom}}`, `GET /{module.name}/{{stroom}}/tijdlijn`"
    yield f"- `GET /bewijs/{module.name}/{{stroom}}`: the proof\n"


def _terms(module: Module[Any, Any, Any]) -> Iterator[str]:
    """What starts, interrupts and ends a term."""
    events = [event for event in VERLOOP if event.startswith(f"{module.name}.")]
    if not events:
        return
    yield "## Terms\n"
    yield "These events start, interrupt or end a term (see [the rules](../termijnen.md)):\n"
    for event in events:
        yield f"- `{event.removeprefix(f'{module.name}.')}`"
    yield ""


def _sentence(kind: type[Any]) -> str:
    return " ".join((kind.__doc__ or "").split())


def _fields(kind: type[Any], module: Module[Any, Any, Any] | None = None) -> Iterator[str]:
    for field in fields(kind):
        optional = field.default is not MISSING or field.default_factory is not MISSING
        text = f"- `{field.name}`: {getattr(field.type, '__name__', field.type)}"
        if optional:
            text += ", optional"
        if module is not None:
            term = module.terms.get(f"{kind.__name__}.{field.name}", module.terms.get(field.name))
            text += f", <{term}>"
        yield text
    yield ""
