# SPDX-License-Identifier: EUPL-1.2
"""Good acts: per module, in short scripts, what is accepted when it is done in this order.

`acts/<module>.py` holds its `SCRIPTS`, which together give every event of the module. The tests of
every module play them as they are, and change them in every way to look for what breaks. A module
without such a file is tried with arbitrary commands only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from loket.kernel import Actor

SHA = "a" * 64
STREAM = "11111111-1111-1111-1111-111111111111"
FILES: Mapping[str, int] = {SHA: 12, **{f"{n:064x}": n + 1 for n in range(250)}}
"""Sizes of what everybody uploaded."""


@dataclass(frozen=True, slots=True)
class Act:
    """A command and who gives it, so long after the act before."""

    command: Any
    by: Actor
    after: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Script:
    """Acts on one stream, and what other streams (by their names in commands) hold meanwhile."""

    acts: tuple[Act, ...] = ()
    stream: str = STREAM
    related: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


def script(*acts: tuple[Any, ...], **world: Any) -> Script:
    """A script of (command, actor) or (command, actor, how long after)."""
    return Script(tuple(Act(*each) for each in acts), **world)


def scripts_of(module: str) -> tuple[Script, ...]:
    """The scripts of a module; one that is empty when nobody wrote any."""
    if find_spec(f"{__name__}.{module}") is None:
        return (Script(),)
    found: tuple[Script, ...] = import_module(f"{__name__}.{module}").SCRIPTS
    return found
