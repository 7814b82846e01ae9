# SPDX-License-Identifier: EUPL-1.2
"""The sealer of an installation: its keys, its TSAs, and how it reports to the log."""

import asyncio
import secrets
import threading
from contextlib import aclosing, suppress
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from loket.domain import MODULES
from loket.evidence.published import Published
from loket.evidence.seal import Sealer
from loket.evidence.stamper import Report
from loket.evidence.timestamp import Stamped, stamp
from loket.kernel import SYSTEM
from loket.submit import Submission, WriteSide, submit
from loket.wiring import Loket

NONCE_BITS = 128


def run(loket: Loket, stop: threading.Event) -> None:
    """Seal until told to stop; raises GateClosed when nothing may be signed."""
    asyncio.run(_run(loket, stop))


async def _run(loket: Loket, stop: threading.Event) -> None:
    async with loket.tsa_client() as client, aclosing(loket.write_side()) as write:
        tsas = loket.tsas()

        async def token(note: bytes) -> Stamped:
            return await stamp(note, tsas, client=client, nonce=secrets.randbits(NONCE_BITS))

        sealer = Sealer(
            loket.dsn,
            loket.signer,
            Published(loket.checkpoint_file),
            token,
            _reporter(loket, write),
            loket.now,
        )
        task = asyncio.create_task(sealer.run())
        while not stop.is_set() and not task.done():
            await asyncio.wait([task], timeout=0.2)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _reporter(loket: Loket, write: WriteSide) -> Report:
    module = MODULES["tijdstempels"]
    stream = uuid5(NAMESPACE_URL, loket.signer.name)

    async def report(command: Any) -> None:
        await submit(write, Submission(module, stream, command, SYSTEM))

    return report
