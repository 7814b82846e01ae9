# SPDX-License-Identifier: EUPL-1.2
"""Reactions: what follows from a fact outside its own stream, by mail or by a new command.

The log is the outbox: a cursor for each reaction walks it and enqueues ids (dispatch), dramatiq
runs the actors with retries and back-off (broker, worker), and what is given up can be seen and
tried again (dead). The map from fact to reaction is `table.REACTIONS`. What time alone brings about
is the work of the clock (klok).
"""

import asyncio
from threading import Event
from urllib.parse import urlsplit
from uuid import UUID

from loket.evidence.store import connect_async
from loket.extraction.store import Texts
from loket.mail import Mailer, NoMail, Smtp
from loket.projections import meldingen
from loket.projections.meldingen import Abonnee
from loket.settings import ConfigurationError, Settings
from loket.tasks import klok
from loket.tasks.broker import close_broker, make_broker
from loket.tasks.dead import Letter, letters, raise_letters
from loket.tasks.dubbels import Inhouden
from loket.tasks.reaction import Stamp, Tools
from loket.tasks.table import REACTIONS
from loket.tasks.worker import Worker
from loket.wiring import Loket

__all__ = ["Letter", "dead_letters", "keep_time", "replay", "run"]

_STAMP = """SELECT tsa, gen_time, size FROM timestamps WHERE size > %s
            ORDER BY size, gen_time LIMIT 1"""


def run(loket: Loket, stop: Event) -> None:
    """Reacts to facts until `stop` is set. Raises ConfigurationError, BrokerUnavailable."""
    loket.references.refresh()
    loket.references.follow()
    used = tools(loket)
    broker_url, closing = loket.settings.broker_url, (used.write.aclose,)
    Worker(loket.dsn, used, REACTIONS, broker_url, closing).run(stop)


def keep_time(loket: Loket, stop: Event) -> None:
    """Does what is due because time passes, until `stop` is set. Raises ConfigurationError."""
    loket.references.refresh()
    loket.references.follow()

    async def keep() -> None:
        used = tools(loket)
        try:
            await klok.keep(loket.dsn, used, stop)
        finally:
            await used.write.aclose()

    asyncio.run(keep())


def dead_letters(loket: Loket) -> list[Letter]:
    """The reactions that were given up, oldest first."""
    return letters(loket.dsn)


def replay(loket: Loket, which: str) -> int:
    """Tries a dead letter (by id), or `all`, again; answers how many.

    Raises ValueError for what is no id.
    """
    chosen = None if which == "all" else UUID(which)
    broker = make_broker(loket.dsn, loket.settings.broker_url, ())
    try:
        return raise_letters(loket.dsn, broker, chosen)
    finally:
        close_broker(broker)


def tools(loket: Loket) -> Tools:
    """What reactions use, for one event loop. Raises ConfigurationError."""

    async def stamp(position: int) -> Stamp | None:
        async with await connect_async(loket.dsn) as conn:
            found = await (await conn.execute(_STAMP, (position,))).fetchone()
        return Stamp(*found) if found else None

    async def subscribers(bestuur: str, soort: str, position: int) -> list[Abonnee] | None:
        async with await connect_async(loket.dsn) as conn:
            return await meldingen.subscribers(conn, bestuur, soort, position)

    settings = loket.settings
    return Tools(
        write=loket.write_side(),
        stamp=stamp,
        mailer=mailer(settings),
        url=settings.url,
        sender=settings.smtp_from,
        host=urlsplit(f"//{settings.origin}").hostname or "localhost",
        qualified=bool(settings.tsas),
        texts=Texts(loket.dsn, loket.files.path),
        subscribers=subscribers,
        earlier=Inhouden(loket.dsn).earlier,
    )


def mailer(settings: Settings) -> Mailer:
    """The mail server that is set. Raises ConfigurationError."""
    if not settings.smtp_host:
        return NoMail()
    password = ""
    if settings.smtp_password_file is not None:
        try:
            password = settings.smtp_password_file.read_text().strip()
        except OSError as error:
            raise ConfigurationError(f"LOKET_SMTP_PASSWORD_FILE: {error.strerror}") from None
    return Smtp(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_user,
        password,
    )
