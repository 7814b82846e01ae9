# SPDX-License-Identifier: EUPL-1.2
"""Runs reactions in this process: dispatcher, queue and an event loop for the actors."""

from collections.abc import Awaitable, Callable, Sequence
from threading import Event

import dramatiq
from dramatiq.asyncio import get_event_loop_thread
from dramatiq.broker import Broker
from dramatiq.middleware import AsyncIO

from loket.tasks.broker import close_broker, declare, make_broker
from loket.tasks.dead import DeadLetters
from loket.tasks.dispatch import Dispatcher
from loket.tasks.reaction import Reaction, Tools

THREADS = 4
WAKE = 200
"""Milliseconds within which an idle thread notices that it must stop."""

Closing = Callable[[], Awaitable[None]]


class Loop(AsyncIO):
    """The event loop of the actors; what they opened in it is closed before it ends."""

    def __init__(self, closing: Sequence[Closing]) -> None:
        super().__init__()
        self._closing = closing

    def after_worker_shutdown(self, broker: Broker, worker: dramatiq.Worker) -> None:
        """Closes, then stops the loop."""
        thread = get_event_loop_thread()
        if thread is not None:
            for close in self._closing:
                thread.run_coroutine(close())
        super().after_worker_shutdown(broker, worker)  # type: ignore[no-untyped-call]


class Worker:
    """One worker a process: dramatiq keeps its event loop in a global variable.

    `closing` is awaited in that loop at the end. Raises BrokerUnavailable.
    """

    def __init__(
        self,
        dsn: str,
        tools: Tools,
        reactions: Sequence[Reaction],
        broker_url: str = "",
        closing: Sequence[Closing] = (),
        threads: int = THREADS,
    ) -> None:
        middleware = (DeadLetters(dsn), Loop(closing))
        self.broker = make_broker(dsn, broker_url, middleware)
        for reaction in reactions:
            declare(self.broker, reaction, tools)
        self._dispatcher = Dispatcher(dsn, self.broker, reactions)
        self._worker = dramatiq.Worker(self.broker, worker_threads=threads, worker_timeout=WAKE)

    def run(self, stop: Event) -> None:
        """Works until `stop` is set, then finishes what is in hand."""
        self._worker.start()
        try:
            self._dispatcher.run(stop)
        finally:
            self._worker.stop()
            close_broker(self.broker)
