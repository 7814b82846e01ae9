# SPDX-License-Identifier: EUPL-1.2
"""Asking the time: failover over real HTTP on 127.0.0.1, and nothing but NoTimestamp on failure."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
import uvicorn

from loket.evidence.devtsa import POLICY, App, DevTsa, asgi_app
from loket.evidence.timestamp import MAX_RESPONSE, Failure, NoTimestamp, Stamped, Tsa, stamp
from loket.evidence.token import Code, check

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
DATA = b"loket.example/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
NONCE = 0xC0FFEE5EED5EED01
TYPE = "application/timestamp-reply"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n"

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> DevTsa:
    return DevTsa.create(tmp_path_factory.mktemp("tsa"), NOW)


def trusting(dev: DevTsa, name: str, url: str, seconds: float = 8.0) -> Tsa:
    return Tsa(name, url, (dev.root,), frozenset({POLICY}), seconds)


@asynccontextmanager
async def http_server(app: App) -> AsyncIterator[str]:
    """An ASGI application behind uvicorn, in this process."""
    config = uvicorn.Config(app, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def raw_server(serve: Serve) -> AsyncIterator[str]:
    """A server that reads a whole query and then does as `serve` likes."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


def saying(*parts: bytes, pause: float = 0.0) -> Serve:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    return serve


async def ask(*tsas: Tsa) -> Stamped:
    async with httpx2.AsyncClient() as client:
        return await stamp(DATA, tsas, client=client, nonce=NONCE)


async def nobody_listens() -> str:
    """An address where a server was a moment ago."""
    async with raw_server(saying(b"")) as url:
        return url


def test_the_first_good_answer_counts(dev: DevTsa) -> None:
    async def scenario() -> Stamped:
        async with AsyncExitStack() as stack:
            app = asgi_app(dev, lambda: NOW)
            down = await nobody_listens()
            garbage = await stack.enter_async_context(raw_server(saying(REPLY, b"\r\nrommel")))
            fine = await stack.enter_async_context(http_server(app))
            spare = await stack.enter_async_context(http_server(app))
            urls = {"dood": down, "rommel": garbage, "goed": fine, "reserve": spare}
            return await ask(*(trusting(dev, name, url) for name, url in urls.items()))

    answer = asyncio.run(scenario())

    assert answer.tsa == "goed"
    assert [(failure.tsa, failure.code) for failure in answer.failures] == [
        ("dood", Code.TSA_ONBEREIKBAAR),
        ("rommel", Code.TOKEN_ONLEESBAAR),
    ]
    again = check(answer.response, answer.query, DATA, [dev.root], {POLICY})
    assert again == answer.stamp
    assert answer.stamp.gen_time == NOW


def failure_of(serve: Serve, dev: DevTsa, *, seconds: float = 8.0) -> Failure:
    async def scenario() -> Failure:
        async with raw_server(serve) as url:
            with pytest.raises(NoTimestamp) as none:
                await ask(trusting(dev, "enige", url, seconds))
            (failure,) = none.value.failures
            return failure

    return asyncio.run(scenario())


CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"

MISCHIEF: dict[str, tuple[tuple[bytes, ...], Code]] = {
    "nothing": ((b"",), Code.TSA_ONBEREIKBAAR),
    "not HTTP": ((b"220 smtp.example ESMTP\r\n",), Code.TSA_ONBEREIKBAAR),
    "binary": ((bytes(range(256)) * 9,), Code.TSA_ONBEREIKBAAR),
    "endless headers": ((b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 200_000), Code.TSA_ONBEREIKBAAR),
    "server error": ((b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",), Code.TSA_ONBEREIKBAAR),
    "redirect": (
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",),
        Code.TSA_ONBEREIKBAAR,
    ),
    "empty answer": ((REPLY, b"Content-Length: 0\r\n\r\n"), Code.TOKEN_ONLEESBAAR),
    "web page": (
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nrust",),
        Code.TOKEN_ONLEESBAAR,
    ),
    "odd type": (
        (b"HTTP/1.1 200 OK\r\nContent-Type: \xff\xfe\r\nContent-Length: 1\r\n\r\nx",),
        Code.TOKEN_ONLEESBAAR,
    ),
    "less than promised": ((REPLY, b"Content-Length: 1000\r\n\r\n0"), Code.TSA_ONBEREIKBAAR),
    "bad chunk": ((REPLY, CHUNKED, b"zz\r\n"), Code.TSA_ONBEREIKBAAR),
    "huge answer": (
        (REPLY, b"Content-Length: 900000000\r\n\r\n", *[bytes(1 << 20)] * 8),
        Code.TOKEN_ONLEESBAAR,
    ),
    "compressed": (
        (REPLY, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(bytes(1 << 24))),
        Code.TOKEN_ONLEESBAAR,
    ),
}


@pytest.mark.parametrize("mischief", MISCHIEF)
def test_network_rubbish_is_a_failure_like_any_other(dev: DevTsa, mischief: str) -> None:
    parts, code = MISCHIEF[mischief]

    assert failure_of(saying(*parts), dev).code == code


def test_an_answer_in_drips_is_cut_off(dev: DevTsa) -> None:
    drips = (REPLY, CHUNKED, *[b"1\r\n0\r\n"] * 1000)

    failure = failure_of(saying(*drips, pause=0.01), dev, seconds=0.2)

    assert failure == Failure("enige", Code.TSA_ONBEREIKBAAR, "TimeoutError")


def test_the_size_limit_is_far_above_any_token() -> None:
    assert MAX_RESPONSE >= 32 * 1024


@pytest.mark.parametrize(
    "url", ["", "geen url", "ftp://127.0.0.1/", "http://[::", "http://127.0.0.1:99999/"]
)
def test_an_impossible_address_is_a_failure_like_any_other(dev: DevTsa, url: str) -> None:
    with pytest.raises(NoTimestamp) as none:
        asyncio.run(ask(trusting(dev, "onmogelijk", url)))

    assert none.value.failures[0].code == Code.TSA_ONBEREIKBAAR


def test_all_failures_are_told_in_order(dev: DevTsa, tmp_path: Path) -> None:
    stranger = DevTsa.create(tmp_path, NOW)

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "stuk":
            raise httpx2.ConnectError("geen verbinding", request=request)
        content = stranger.respond(request.read(), NOW, 1)
        return httpx2.Response(200, headers={"Content-Type": TYPE}, content=content)

    async def scenario() -> None:
        tsas = [trusting(dev, name, f"http://{name}/") for name in ("stuk", "vreemd")]
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
            await stamp(DATA, tsas, client=client, nonce=NONCE)

    with pytest.raises(NoTimestamp, match=r"stuk: .* vreemd: TSA_ONBEKEND") as none:
        asyncio.run(scenario())
    assert none.value.failures == (
        ("stuk", Code.TSA_ONBEREIKBAAR, "ConnectError: geen verbinding"),
        ("vreemd", Code.TSA_ONBEKEND, "certificaat van een onbekende uitgever"),
    )


def test_without_any_tsa_there_is_no_time_stamp() -> None:
    with pytest.raises(NoTimestamp, match="geen enkele TSA") as none:
        asyncio.run(ask())
    assert none.value.failures == ()


def test_a_query_is_sent_as_rfc_3161_says(dev: DevTsa) -> None:
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        content = dev.respond(request.read(), NOW, 1)
        return httpx2.Response(200, headers={"Content-Type": TYPE}, content=content)

    async def scenario() -> Stamped:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
            tsa = trusting(dev, "dev", "http://tsa.example/")
            return await stamp(DATA, [tsa], client=client, nonce=NONCE)

    answered = asyncio.run(scenario())

    (request,) = seen
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/timestamp-query"
    assert request.read() == answered.query
    assert request.extensions["timeout"] == {"connect": 3.0, "read": 5.0, "write": 5.0, "pool": 3.0}


def test_one_connection_serves_many_queries(dev: DevTsa) -> None:
    async def scenario() -> set[int]:
        ports: set[int] = set()
        app = asgi_app(dev, lambda: NOW)

        async def noting(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
            if scope["type"] == "http":
                ports.add(scope["client"][1])
            await app(scope, receive, send)

        async with http_server(noting) as url, httpx2.AsyncClient() as client:
            tsa = trusting(dev, "dev", url)
            for turn in range(5):
                await stamp(DATA, [tsa], client=client, nonce=NONCE + turn)
        return ports

    assert len(asyncio.run(scenario())) == 1


def test_a_cancelled_question_stays_cancelled(dev: DevTsa) -> None:
    async def scenario() -> None:
        async with raw_server(saying(b"", pause=60)) as url:
            asking = asyncio.create_task(ask(trusting(dev, "traag", url)))
            await asyncio.sleep(0.05)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking

    asyncio.run(asyncio.wait_for(scenario(), 5))
