# SPDX-License-Identifier: EUPL-1.2
"""What a module offers to be found, and how its facts become that."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from loket.evidence.entry import Recorded
from loket.kernel import Document
from loket.reference import load

Staat = dict[str, Any]
"""What is remembered of a stream: anything JSON can hold; empty before its first fact."""

_CONTROLS = dict.fromkeys((*range(32), *range(0x7F, 0xA0)), " ")
_BETWEEN = re.compile(r"[._\-]+")


@dataclass(frozen=True, slots=True)
class Vondst:
    """Something that can be found, in the form that the besturen in `voor` (URIs) may see.

    `deel` tells it from the others of its stream. `type` and `bestuur` are URIs to filter on;
    `moment` is when it came to be what it is (UTC, ISO 8601). `namen`, `titel` and `tekst` weigh
    less in this order; `bestanden` are digests and names of files whose text counts too.
    """

    deel: str
    soort: str
    type: str
    bestuur: str
    moment: str
    voor: tuple[str, ...]
    namen: str
    titel: str = ""
    tekst: str = ""
    bestanden: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Bron:
    """A module as a source: `fold` changes what is remembered by one fact, `show` makes of it what
    can be found. Both are pure."""

    fold: Callable[[Staat, Recorded], None]
    show: Callable[[Staat], Iterable[Vondst]]


@cache
def label(uri: str) -> str:
    """The name that the reference data shipped with us give a URI; empty when they have none."""
    found = load().label(uri)
    return "" if found == uri else found


def words(*values: object) -> str:
    """The words of these values, one value a line: concepts by their names, the rest as it is."""
    return "\n".join(text for value in values if (text := _words(value)))


def _words(value: object) -> str:
    match value:
        case str() if value.startswith(("http://", "https://")):
            return label(value) or value
        case str():
            return value.translate(_CONTROLS)
        case bool() | None:
            return ""
        case Mapping():
            return words(*value.values())
        case list() | tuple():
            return words(*value)
        case _:
            return str(value)


def file_names(files: Iterable[Sequence[str]]) -> str:
    """The names of files with their words apart."""
    return "\n".join(f"{name} {_BETWEEN.sub(' ', name)}" for _, name in files)


def files(documents: Iterable[Document]) -> list[list[str]]:
    """Digest and name of each document."""
    return [[document.sha256, document.naam] for document in documents]
