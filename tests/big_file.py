# SPDX-License-Identifier: EUPL-1.2
"""One gibibyte up and down through the real server; prints how many MiB of memory that took.

Its own process, so that the memory measured is that of the server and nothing else.
"""

import asyncio
import resource
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx2
import uvicorn

sys.path.insert(0, str(Path(__file__).with_name("api")))

from office import BESLUITENLIJST, SENDER, settings

from loket.api.app import create_app
from loket.devissuer import DevIssuer, find_bestuur
from loket.reference import load
from loket.wiring import build

SIZE = 1 << 30
PIECE = bytes(1 << 20)


async def zeros() -> AsyncIterator[bytes]:
    for _ in range(SIZE // len(PIECE)):
        yield PIECE


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def story(url: str, token: str) -> float:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=90) as http:
        small = await http.post("/bestanden", content=b"klein")
        assert small.status_code == 201, small.text
        before = peak()
        answer = await http.post("/bestanden", content=zeros())
        digest = answer.json()["sha256"]
        stream = f"/toezicht/{uuid4()}"
        body: dict[str, object] = {"dossiertype": BESLUITENLIJST}
        assert (await http.post(f"{stream}/besluit-opstellen", json=body)).status_code == 201
        body = {"sha256": digest, "naam": "groot.bin", "formaat": "application/octet-stream"}
        assert (await http.post(f"{stream}/bestand-toevoegen", json=body)).status_code == 201
        size = 0
        async with http.stream("GET", f"{stream}/bestanden/{digest}") as download:
            assert download.headers["content-length"] == str(SIZE)
            async for piece in download.aiter_raw():
                assert piece == PIECE[: len(piece)]
                size += len(piece)
        assert size == SIZE
        return peak() - before


async def main(database: str, directory: Path) -> None:
    loket = build(settings(database, directory), besturen=load().besturen)
    issuer = DevIssuer(loket.settings.keys_dir, loket.settings.audience, embedded=True)
    bestuur = find_bestuur(loket.reference, "Gemeente Aalst")
    token = issuer.issue(bestuur, [SENDER], now=int(loket.now().timestamp()))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(loket), log_level="error"))
        serving = asyncio.create_task(server.serve([listener]))
        print(await story(f"http://127.0.0.1:{listener.getsockname()[1]}", token))
        server.should_exit = True
        await serving
    loket.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
