# SPDX-License-Identifier: EUPL-1.2
"""From when to when something holds: inclusive at both ends, an absent date leaves it open."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Geldigheid:
    """The days on which something holds."""

    van: date | None = None
    tot: date | None = None

    def op(self, dag: date) -> bool:
        """True when it holds on this day."""
        return (self.van is None or self.van <= dag) and (self.tot is None or dag <= self.tot)


ALTIJD = Geldigheid()
"""Whenever."""
