# SPDX-License-Identifier: EUPL-1.2
"""Facts and actors as canonical bytes, under names that outlive any Python path.

Canonical is RFC 8785 on the domain we allow: ASCII keys, no floats, integers below 2^53, no NUL
and no lone surrogates. On that domain sorted JSON equals RFC 8785 (a test keeps the oracle).
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

import msgspec

from loket.kernel import Actor, Document, Invalid, Module

_encoder = msgspec.json.Encoder(order="sorted")
_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG = b"0" * 16
_SAFE = 2**53


class OngeldigTeken(Invalid):
    """Een tekst bevat een teken dat niet bewaard kan worden."""


class OngeldigGetal(Invalid):
    """Een getal is te groot om exact bewaard te worden."""


def encode(value: Any) -> bytes:
    """Canonical bytes of a fact or plain value.

    Raises OngeldigTeken for NUL or a lone surrogate and OngeldigGetal for integers beyond 2^53.
    """
    try:
        data = _encoder.encode(value)
    except UnicodeEncodeError as error:
        raise OngeldigTeken("Een tekst bevat een half teken (lone surrogate).") from error
    if b"\\u0000" in data and "\0" in _texts(msgspec.to_builtins(value)):
        raise OngeldigTeken("Een tekst bevat het teken NUL.")
    if _LONG in data.translate(_ZEROS):
        for number in _integers(msgspec.to_builtins(value)):
            if abs(number) >= _SAFE:
                raise OngeldigGetal(f"{number} is groter dan 2^53.")
    return data


def _texts(value: Any) -> str:
    match value:
        case str():
            return value
        case dict():
            return "".join(_texts(k) + _texts(v) for k, v in value.items())
        case list() | tuple():
            return "".join(map(_texts, value))
        case _:
            return ""


def _integers(value: Any) -> Iterator[int]:
    match value:
        case int():
            yield value
        case dict():
            for item in value.values():
                yield from _integers(item)
        case list() | tuple():
            for item in value:
                yield from _integers(item)


@lru_cache(maxsize=4096)
def encode_actor(actor: Actor) -> bytes:
    """The actor record of a leaf: person, role, organisation, on whose behalf, assurance."""
    return encode(
        {
            "bestuur": actor.bestuur,
            "email": actor.email,
            "klasse": actor.klasse,
            "naam": actor.naam,
            "namens": actor.namens,
            "niveau": actor.niveau,
            "persoon": actor.persoon,
            "rollen": sorted(actor.rollen),
        }
    )


@lru_cache(maxsize=4096)
@lru_cache(maxsize=4096)
def decode_actor(data: str) -> Actor:
    """The actor of a decrypted record."""
    return msgspec.json.decode(data, type=Actor)


def documents_in(value: Any) -> Iterator[Document]:
    """Every document a fact mentions, in the order of its fields."""
    if isinstance(value, Document):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from documents_in(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from documents_in(item)


class UnknownType(Exception):
    """The log holds an event under a name that no module knows."""


class Codec:
    """Names and bytes of every fact of a set of modules."""

    def __init__(self, modules: Mapping[str, Module[Any, Any, Any]]) -> None:
        self._names: dict[type[Any], str] = {}
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}
        self._upcasts: dict[str, Any] = {}
        self._documents: dict[type[Any], tuple[str, ...]] = {}
        for module in modules.values():
            for event in module.events:
                name = f"{module.name}.{event.__name__}"
                self._names[event] = name
                self._decoders[name] = msgspec.json.Decoder(event)
                self._documents[event] = tuple(
                    field.name for field in fields(event) if "Document" in str(field.type)
                )
            for old, upcast in module.upcasts.items():
                self._upcasts[f"{module.name}.{old}"] = (module.name, upcast)

    def name(self, event: type[Any]) -> str:
        """The stable name of an event class: `module.Class`."""
        return self._names[event]

    def encode(self, fact: Any) -> bytes:
        """Canonical bytes of a fact; raises as `encode`."""
        return encode(fact)

    def documents(self, fact: Any) -> list[tuple[str, int]]:
        """SHA-256 and size of every document the fact mentions."""
        return [
            (document.sha256, document.size)
            for name in self._documents[type(fact)]
            for document in documents_in(getattr(fact, name))
        ]

    def decode(self, name: str, data: str) -> Any:
        """The fact in these bytes, upcast when its name is an old one.

        Raises UnknownType for a name no module knows.
        """
        decoder = self._decoders.get(name)
        if decoder is not None:
            return decoder.decode(data)
        if name in self._upcasts:
            module, upcast = self._upcasts[name]
            current, values = upcast(msgspec.json.decode(data))
            return msgspec.convert(values, self._decoders[f"{module}.{current}"].type)
        raise UnknownType(name)
