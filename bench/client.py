# SPDX-License-Identifier: EUPL-1.2
"""A lean HTTP client in a process of its own: `python -m bench.client < job.json > answer.json`.

Closed loop: every connection asks again once it is answered. Open loop (`rate`): requests leave
at fixed moments, whatever the server does, and each is timed from the moment it should have left.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from bench.server import run

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Job:
    """Requests (path, and the JSON body to POST or None to GET) by `clients` connections, or at
    `rate` a second."""

    port: int
    requests: Sequence[tuple[str, Any]]
    clients: int = 32
    rate: float = 0
    headers: Mapping[str, str] = field(default_factory=dict)

    def bytes(self) -> list[bytes]:
        """The requests as they go over the line."""
        host = f"{HOST}:{self.port}"
        common = {"Host": host, "Content-Type": "application/json", **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in common.items())
        return [_request(path, body, lines) for path, body in self.requests]


def _request(path: str, content: Any, lines: str) -> bytes:
    if content is None:
        return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()
    body = json.dumps(content).encode()
    head = f"POST {path} HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@dataclass(slots=True)
class Answers:
    """What came back: seconds in all, seconds of each, and how often each status and state."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Seconds within which this share (0 to 1) was answered."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def together(parts: Sequence[Answers]) -> Answers:
    """The answers to jobs that were done one after another."""
    return Answers(
        sum(part.seconds for part in parts),
        [latency for part in parts for latency in part.latencies],
        sum((part.statuses for part in parts), Counter()),
    )


def ask(job: Job, expect: str) -> Answers:
    """Run a job in a process of its own; every answer starts with `expect` ("201 gestempeld")."""
    command = [sys.executable, "-m", "bench.client"]
    content = json.dumps(asdict(job))
    done = subprocess.run(command, input=content, stdout=subprocess.PIPE, text=True, check=True)
    seconds, latencies, statuses = json.loads(done.stdout)
    answers = Answers(seconds, latencies, Counter(statuses))
    assert all(status.startswith(expect) for status in answers.statuses), answers.statuses
    return answers


class Connection(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._data = b""
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the line."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells who waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        """Completes the answer once head and body are here."""
        self._data += data
        head, found, body = self._data.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"\ncontent-length:")[2].partition(b"\r")[0] or 0)
        if len(body) >= length and self._answer is not None:
            self._answer.set_result(self._data)

    @property
    def alive(self) -> bool:
        """False once the server has ended an idle connection."""
        return self._transport is not None and not self._transport.is_closing()

    async def post(self, request: bytes) -> bytes:
        """The whole answer."""
        assert self._transport is not None
        self._data = b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer


def _status(answer: bytes) -> str:
    """Status and, of a receipt, its state."""
    state = answer.partition(b'"status":"')[2].partition(b'"')[0].decode()
    return f"{answer[9:12].decode()} {state}"


async def _connect(port: int) -> Connection:
    _, connection = await asyncio.get_running_loop().create_connection(Connection, HOST, port)
    return connection


async def _closed(job: Job) -> Answers:
    waiting = deque(job.bytes())
    connections = [await _connect(job.port) for _ in range(job.clients)]
    answers = Answers()

    async def work(connection: Connection) -> None:
        while waiting:
            request = waiting.popleft()
            began = time.perf_counter()
            answer = await connection.post(request)
            answers.latencies.append(time.perf_counter() - began)
            answers.statuses[_status(answer)] += 1

    began = time.perf_counter()
    await asyncio.gather(*map(work, connections))
    answers.seconds = time.perf_counter() - began
    return answers


async def _open(job: Job) -> Answers:
    idle = [await _connect(job.port) for _ in range(job.clients)]
    answers = Answers()
    began = time.perf_counter()

    async def take() -> Connection:
        while idle:
            if (connection := idle.pop()).alive:
                return connection
        return await _connect(job.port)

    async def one(request: bytes, due: float) -> None:
        connection = await take()
        answer = await connection.post(request)
        answers.latencies.append(time.perf_counter() - due)
        answers.statuses[_status(answer)] += 1
        idle.append(connection)

    async with asyncio.TaskGroup() as tasks:
        for number, request in enumerate(job.bytes()):
            due = began + number / job.rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.create_task(one(request, due))
    answers.seconds = time.perf_counter() - began
    return answers


def main() -> None:
    """Read a job, do it, write what came back."""
    job = Job(**json.load(sys.stdin))
    answers = run(_open(job) if job.rate else _closed(job))
    json.dump([answers.seconds, answers.latencies, answers.statuses], sys.stdout)


if __name__ == "__main__":
    main()
