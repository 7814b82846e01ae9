# SPDX-License-Identifier: EUPL-1.2
"""What this process knows of the streams it wrote to last.

A stream only grows, so what is known of it is never wrong, at most old; and a decision on old
knowledge cannot be appended, because its place in the stream is taken. So memory may be tried
first, as long as whatever it does not settle is asked of the log.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loket.evidence.append import Placed
from loket.evidence.entry import Recorded
from loket.evidence.keys import DataKey
from loket.kernel import Module

STREAMS = 2_000
"""Streams remembered at most, those written to longest ago forgotten first."""


@dataclass(frozen=True, slots=True)
class Known:
    """A stream as far as it is known: number of events, state, hash of its last leaf, data key.

    `key` is None for a stream without events, and for one whose content has been destroyed.
    """

    version: int
    state: Any
    prev: bytes | None = None
    key: DataKey | None = None

    @classmethod
    def of(cls, module: Module[Any, Any, Any], past: Sequence[Recorded]) -> "Known":
        """What the history of a stream tells."""
        facts = [recorded.fact for recorded in past if recorded.fact is not None]
        last = past[-1] if past else None
        if last is None:
            return cls(0, module.initial)
        return cls(len(past), module.replay(facts), last.leaf_hash, last.key)

    def after(
        self,
        module: Module[Any, Any, Any],
        facts: Sequence[Any],
        placed: Sequence[Placed],
        key: DataKey,
    ) -> "Known":
        """What is known once these facts have been placed."""
        state = module.replay(list(facts), self.state)
        return Known(self.version + len(facts), state, placed[-1].leaf_hash, key)


class Recent:
    """The streams this process wrote to last."""

    def __init__(self, limit: int = STREAMS) -> None:
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._limit = limit

    def get(self, stream: str) -> Known | None:
        """What is known of a stream, perhaps no longer all there is."""
        return self._known.get(stream)

    def put(self, stream: str, known: Known) -> None:
        """Remember a stream."""
        self._known[stream] = known
        self._known.move_to_end(stream)
        if len(self._known) > self._limit:
            self._known.popitem(last=False)

    def forget(self, stream: str) -> None:
        """Forget a stream: what was known of it proved old."""
        self._known.pop(stream, None)
