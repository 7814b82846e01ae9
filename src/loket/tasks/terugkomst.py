# SPDX-License-Identifier: EUPL-1.2
"""Mail came back: the fact that it was sent gets a fact that it did not arrive.

Nothing is lost: what cannot be matched yet is given back to the mail server, which tries again;
what cannot be read is kept for a person.
"""

import hashlib
from enum import Enum
from uuid import UUID

from loket.bounces import Bounce, Unreadable, parse
from loket.domain import MODULES
from loket.domain.meldingen import TerugkomstRegistreren
from loket.domain.toezicht.words import OntvangstbewijsTerugkomst
from loket.evidence.store import connect_async
from loket.kernel import SYSTEM
from loket.projections.meldingen import stream_of_mail
from loket.submit import Submission, WriteSide, submit

_REMINDER = """UPDATE herinneringen SET toestand = 'mislukt', reden = %s, gewijzigd = now()
               WHERE bericht = %s AND toestand IN ('verstuurd', 'mislukt')"""
_KEEP = """INSERT INTO onleesbare_bounces (sha256, reden, bericht) VALUES (%s, %s, %s)
           ON CONFLICT DO NOTHING"""


class Uitkomst(Enum):
    """What became of a notification."""

    GEREGISTREERD = "geregistreerd"
    GEEN_FOUT = "geen fout: niets te registreren"
    ONBEKEND = "onbekend bericht: later opnieuw"
    ONLEESBAAR = "onleesbaar: bewaard voor nazicht"


async def take(write: WriteSide, dsn: str, raw: bytes) -> tuple[Uitkomst, str]:
    """Takes in one notification; what became of it, and why."""
    try:
        bounce = parse(raw)
    except Unreadable as why:
        await _keep(dsn, raw, str(why))
        return Uitkomst.ONLEESBAAR, str(why)
    if not bounce.failed:
        return Uitkomst.GEEN_FOUT, ""
    async with await connect_async(dsn) as conn:
        stream = await stream_of_mail(conn, bounce.message_id)
    if stream is not None:
        await _record(write, stream, bounce)
        return Uitkomst.GEREGISTREERD, stream
    if await _reminder(dsn, bounce):
        return Uitkomst.GEREGISTREERD, "herinnering"
    return Uitkomst.ONBEKEND, ""


async def _record(write: WriteSide, stream: str, bounce: Bounce) -> None:
    name, _, key = stream.partition("/")
    kind = {"meldingen": TerugkomstRegistreren, "toezicht": OntvangstbewijsTerugkomst}[name]
    command = kind(bounce.message_id, bounce.status)
    await submit(write, Submission(MODULES[name], UUID(key), command, SYSTEM))


async def _reminder(dsn: str, bounce: Bounce) -> bool:
    """Marks a reminder of a term as failed, if that is what came back."""
    try:
        bericht = UUID(bounce.message_id.partition("@")[0])
    except ValueError:
        return False
    async with await connect_async(dsn) as conn:
        reason = f"Teruggekomen ({bounce.status or 'zonder statuscode'})."
        return bool((await conn.execute(_REMINDER, (reason, bericht))).rowcount)


async def _keep(dsn: str, raw: bytes, why: str) -> None:
    async with await connect_async(dsn) as conn:
        await conn.execute(_KEEP, (hashlib.sha256(raw).hexdigest(), why, raw))
