# SPDX-License-Identifier: EUPL-1.2
"""Group commit, in general: do together what queued up while the previous batch was in flight."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

Work = Callable[[Sequence[Item]], Awaitable[Sequence[Answer | BaseException]]]


class Batcher(Generic[Item, Answer]):
    """Hands what concurrent callers ask to one `work` at a time, at most `limit` items a turn.

    `work` answers every item with a result or an exception, in order; if it raises, all items of
    the turn get that exception.
    """

    def __init__(self, work: Work[Item, Answer], limit: int = 512) -> None:
        self._work = work
        self._limit = limit
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, item: Item) -> Answer:
        """The answer to one item; a caller that is cancelled does not disturb the others."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            turn, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
            try:
                answers = await self._work([item for item, _ in turn])
            except Exception as error:
                answers = [error] * len(turn)
            for (_, future), answer in zip(turn, answers, strict=True):
                if future.done():
                    continue
                if isinstance(answer, BaseException):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
