# SPDX-License-Identifier: EUPL-1.2
"""Ask the time: an RFC 3161 token over some bytes, from the first TSA that gives a good one.

RFC 3161 section 3.4 (HTTP). TSAs are tried in order with the same query; every answer is verified
before it is returned. The caller owns the HTTP client, and so its connections, transport and TLS.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import httpx2
from cryptography import x509

from .token import Code, Stamp, TokenRefused, build_query, check

CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 5.0
MAX_RESPONSE: Final = 64 * 1024
"""Bytes; a token with a long RSA chain has about 8,000."""

_TIMEOUT: Final = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)
_HEADERS: Final = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class Tsa:
    """A time-stamping authority we may ask: where, under which roots, with which policies (OIDs).

    `policies` None accepts any. `total_seconds` bounds one whole exchange, so that a server which
    drips its answer byte by byte costs no more than one that is silent.
    """

    name: str
    url: str
    roots: tuple[x509.Certificate, ...]
    policies: frozenset[str] | None = None
    total_seconds: float = CONNECT_SECONDS + READ_SECONDS


class Failure(NamedTuple):
    """Why one TSA gave us nothing: its name, a code for machines, a reason for people (Dutch)."""

    tsa: str
    code: Code
    reason: str


class NoTimestamp(Exception):
    """No TSA gave a good token; `failures` holds one entry for each, in the order asked."""

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        told = "; ".join(f"{tsa}: {code} ({reason})" for tsa, code, reason in failures)
        super().__init__(told or "geen enkele TSA is ingesteld")
        self.failures = failures


class Stamped(NamedTuple):
    """A verified answer: query and response (DER, keep both), what it proves, and who gave it.

    `failures` are the TSAs that were asked before it and gave nothing.
    """

    query: bytes
    response: bytes
    stamp: Stamp
    tsa: str
    failures: tuple[Failure, ...]


async def stamp(
    data: bytes, tsas: Sequence[Tsa], *, client: httpx2.AsyncClient, nonce: int
) -> Stamped:
    """A token over `data` from the first of `tsas` whose answer verifies.

    `nonce`: 64 random bits or more, new for every call. Raises NoTimestamp, and nothing else,
    whatever the network does.
    """
    query = build_query(data, nonce)
    failures: list[Failure] = []
    for tsa in tsas:
        try:
            response = await _ask(client, tsa, query)
            proof = check(response, query, data, tsa.roots, tsa.policies)
        except TokenRefused as refused:
            failures.append(Failure(tsa.name, refused.code, refused.reason))
        else:
            return Stamped(query, response, proof, tsa.name, tuple(failures))
    raise NoTimestamp(tuple(failures))


async def _ask(client: httpx2.AsyncClient, tsa: Tsa, query: bytes) -> bytes:
    try:
        async with asyncio.timeout(tsa.total_seconds):
            return await _exchange(client, tsa.url, query)
    except TokenRefused:
        raise
    # Beside httpx2's own errors come OSError, InvalidURL and, for a port past 65535, an
    # ExceptionGroup: whatever it is, this TSA did not answer and the next one may.
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise TokenRefused(Code.TSA_ONBEREIKBAAR, reason) from error


async def _exchange(client: httpx2.AsyncClient, url: str, query: bytes) -> bytes:
    async with client.stream(
        "POST", url, content=query, headers=_HEADERS, timeout=_TIMEOUT, follow_redirects=False
    ) as response:
        if response.status_code != httpx2.codes.OK:
            raise TokenRefused(Code.TSA_ONBEREIKBAAR, f"HTTP {response.status_code}")
        media_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
        if media_type != "application/timestamp-reply":
            raise TokenRefused(Code.TOKEN_ONLEESBAAR, f"antwoord van type {media_type!r:.60}")
        # We asked for none, and an answer must not grow in our memory by being unpacked.
        if response.headers.get("content-encoding", "identity") != "identity":
            raise TokenRefused(Code.TOKEN_ONLEESBAAR, "gecomprimeerd antwoord")
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_RESPONSE:
                raise TokenRefused(Code.TOKEN_ONLEESBAAR, f"antwoord groter dan {MAX_RESPONSE}")
        return bytes(body)
