"""Visits: the fate of each party of an evening."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from fourtop.errors.display import brief, tables_of
from fourtop.model.booking_rules import WALK_IN
from fourtop.model.window import MICROSECONDS_PER_MINUTE, brief_iso, from_micros


class Outcome(StrEnum):
    """How a visit ended.

    ``SEATED``: the party sat down. ``REFUSED``: the house said no, and the party took nothing else.
    ``GAVE_UP``: it waited at the door or for its booked table, and left. ``CANCELLED``: it
    cancelled. ``NO_SHOW``: it did not come. ``RELEASED``: it came after its table had been given
    away.
    """

    SEATED = "seated"
    REFUSED = "refused"
    GAVE_UP = "gave_up"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    RELEASED = "released"


TURNED_AWAY: Final = (Outcome.REFUSED, Outcome.GAVE_UP, Outcome.RELEASED)
"""The outcomes of parties that wanted a table and got none."""


@attrs.frozen(repr=False)
class Visit:
    """A party of an evening, from its request to its end. Times are in microseconds.

    Args:
        number: The number of the guest.
        channel: The channel of the request.
        party_size: The number of people.
        wished_us: The start that it wished, or when it came to the door.
        asked_us: The time of the request.
        outcome: How the visit ended.
        code: The code of the refusal; empty without one.
        start_us: The start that was booked; ``None`` without a booking.
        tables: The ids of its tables, in table order.
        arrived_us: When it came; ``None``: it did not.
        seated_us: When it sat down; ``None``: it did not.
        left_us: When it left; ``None``: it did not sit down.
        was_at_risk: Whether another party still sat at its table shortly before it came.
        moves: How often staff gave it other tables than the booked ones.
        overstay_us: How much longer it stayed than planned.
        revenue: The revenue of the party; 0 unless it sat down.
        booking_id: The id of its booking; empty without one.
    """

    number: int
    channel: str
    party_size: int
    wished_us: int
    asked_us: int
    outcome: Outcome
    code: str = ""
    start_us: int | None = None
    tables: tuple[str, ...] = ()
    arrived_us: int | None = None
    seated_us: int | None = None
    left_us: int | None = None
    was_at_risk: bool = False
    moves: int = 0
    overstay_us: int = 0
    revenue: float = 0.0
    booking_id: str = ""

    @property
    def wished(self) -> datetime:
        """The start that it wished, in UTC."""
        return from_micros(self.wished_us)

    @property
    def wait_minutes(self) -> float:
        """How long it waited for its table: from its arrival, or its start if it came early."""
        if self.seated_us is None or self.arrived_us is None:
            return 0.0
        booked_us = 0 if self.channel == WALK_IN else self.start_us or 0
        ready_us = max(self.arrived_us, booked_us)
        return max(self.seated_us - ready_us, 0) / MICROSECONDS_PER_MINUTE

    @property
    def is_late(self) -> bool:
        """Whether it had a booking, came in time and had to wait for its table."""
        return self.channel != WALK_IN and self.wait_minutes > 0

    @property
    def took_alternative(self) -> bool:
        """Whether it booked another start than it wished."""
        return self.channel != WALK_IN and self.start_us not in (None, self.wished_us)

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.number} {self.channel}",
            f"{self.party_size} at {brief_iso(self.wished_us)}",
            tables_of(self.tables) if self.tables else "",
            self.outcome.value,
            self.code,
        )
