# SPDX-License-Identifier: EUPL-1.2
"""The keys that tokens are verified with: a JSON Web Key Set (RFC 7517) from a file or URL.

Every key is pinned to one algorithm that suits its type, so that a token can neither choose `none`
nor have a public key taken for a shared secret. Symmetric keys are never used.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import jwt

ALGORITHMS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("RSA", ""): ("RS256", "PS256", "RS384", "PS384", "RS512", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
"""Per key type and curve what it may be used with; the first when the key does not say."""

MIN_RSA_BITS = 2048
MAX_AGE = 600.0
"""Seconds after which the set is read again, so that a withdrawn key falls away."""
MIN_AGE = 10.0
"""Seconds between two readings because of an unknown key."""
MAX_STALE = 24 * 3600.0
"""Seconds for which an old set serves when a new one cannot be read."""
MAX_BYTES = 1 << 20
TIMEOUT = 5.0


class KeysUnavailable(Exception):
    """The key set cannot be read."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and the one algorithm it may be used with."""

    kid: str | None
    algorithm: str
    key: Any


Load = Callable[[], Awaitable[bytes]]


class KeySet:
    """A key set that is read again when it is old, or when a token names an unknown key.

    `load` gives the JSON; `clock` is monotonic seconds.
    """

    def __init__(self, load: Load, clock: Callable[[], float] = time.monotonic) -> None:
        self._load = load
        self._clock = clock
        self._keys: list[Key] = []
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def find(self, kid: str | None, algorithm: str) -> Key | None:
        """The key with this id and algorithm; without an id, the only one with the algorithm.

        Raises KeysUnavailable when no set could be read (lately enough).
        """
        if self._older_than(MAX_AGE):
            await self._refresh(MAX_AGE)
        found = self._find(kid, algorithm)
        if found is None and kid is not None and self._older_than(MIN_AGE):
            await self._refresh(MIN_AGE)
            found = self._find(kid, algorithm)
        return found

    def _find(self, kid: str | None, algorithm: str) -> Key | None:
        fitting = [
            key
            for key in self._keys
            if key.algorithm == algorithm and (kid is None or key.kid == kid)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _older_than(self, age: float) -> bool:
        now = self._clock()
        recently = self._tried_at is not None and now - self._tried_at < MIN_AGE
        return not recently and (self._read_at is None or now - self._read_at >= age)

    async def _refresh(self, age: float) -> None:
        async with self._lock:
            if self._older_than(age):
                self._tried_at = self._clock()
                try:
                    self._keys = parse(await self._load())
                    self._read_at = self._clock()
                except (OSError, ValueError, httpx2.HTTPError) as error:
                    if self._useless():
                        raise KeysUnavailable(str(error)) from error
        if self._useless():
            raise KeysUnavailable("no key set was read")

    def _useless(self) -> bool:
        return self._read_at is None or self._clock() - self._read_at > MAX_STALE


def parse(data: bytes) -> list[Key]:
    """The usable keys of a JSON Web Key Set; others (symmetric, weak, unknown) are left out.

    Raises ValueError when it is not a key set.
    """
    content = json.loads(data)
    if not isinstance(content, dict) or not isinstance(content.get("keys"), list):
        raise ValueError("not a JSON Web Key Set")
    return [key for entry in content["keys"] if (key := _key(entry)) is not None]


def _key(entry: Any) -> Key | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    fitting = ALGORITHMS.get((str(entry.get("kty")), str(entry.get("crv", ""))))
    if fitting is None:
        return None
    algorithm = str(entry.get("alg", fitting[0]))
    if algorithm not in fitting:
        return None
    public = {name: value for name, value in entry.items() if name != "d"}
    try:
        key = jwt.PyJWK(public, algorithm=algorithm).key
    except jwt.PyJWTError:
        return None
    if entry["kty"] == "RSA" and key.key_size < MIN_RSA_BITS:
        return None
    kid = entry.get("kid")
    return Key(kid if isinstance(kid, str) else None, algorithm, key)


def from_file(path: Path) -> Load:
    """Reads a key set from a file."""

    async def load() -> bytes:
        return await asyncio.to_thread(path.read_bytes)

    return load


def fixed(key_set: Mapping[str, Any]) -> Load:
    """Gives a key set that is already here."""

    async def load() -> bytes:
        return json.dumps(key_set).encode()

    return load


def from_url(url: str, transport: httpx2.AsyncBaseTransport | None = None) -> Load:
    """Reads a key set from a URL: five seconds, one megabyte, no redirects."""

    async def load() -> bytes:
        async with (
            httpx2.AsyncClient(transport=transport, timeout=TIMEOUT) as client,
            client.stream("GET", url, headers={"Accept": "application/json"}) as response,
        ):
            response.raise_for_status()
            data = bytearray()
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > MAX_BYTES:
                    raise ValueError("the key set is too large")
        return bytes(data)

    return load
