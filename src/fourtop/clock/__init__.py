"""Clocks: the time of a store."""

from __future__ import annotations

import time
from datetime import datetime

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.model.window import (
    LATEST_US,
    MICROSECONDS_PER_SECOND,
    brief_iso,
    from_micros,
    to_micros,
)

__all__ = ["ManualClock", "SystemClock"]


class SystemClock:
    """The machine's own clock."""

    __slots__ = ()

    def __repr__(self) -> str:
        return brief(self)

    def now_us(self) -> int:
        """Return the time in microseconds since 1970 (UTC)."""
        return time.time_ns() // 1_000


class ManualClock:
    """A clock that stands still until it is told to move: for tests and simulations.

    Args:
        now: Where it stands. An aware datetime.

    Raises:
        NaiveDatetime: If the datetime has no time zone.

    >>> from datetime import UTC, datetime
    >>> clock = ManualClock(datetime(2026, 5, 1, 18, tzinfo=UTC))
    >>> clock.advance(seconds=90)
    >>> clock.now.isoformat()
    '2026-05-01T18:01:30+00:00'
    """

    __slots__ = ("_now_us",)

    def __init__(self, now: datetime) -> None:
        self._now_us = to_micros(now, "now")

    def __repr__(self) -> str:
        return brief(self, f"at {brief_iso(self._now_us)}")

    def now_us(self) -> int:
        """Return the time in microseconds since 1970 (UTC)."""
        return self._now_us

    @property
    def now(self) -> datetime:
        """Where it stands, in UTC."""
        return from_micros(self._now_us)

    def advance(self, *, seconds: float = 0, minutes: float = 0) -> None:
        """Move forward.

        Raises:
            InvalidInput: If it would move back, or beyond 2199.
        """
        try:
            step = round((seconds + 60 * minutes) * MICROSECONDS_PER_SECOND)
        except (ArithmeticError, TypeError, ValueError):
            step = -1
        if step < 0 or self._now_us + step >= LATEST_US:
            raise InvalidInput(
                "seconds",
                "and minutes must move the clock forward, and not beyond 2199",
                safe_repr(seconds),
            )
        self._now_us += step

    def move_to(self, now: datetime) -> None:
        """Jump to a moment, also to an earlier one, as a real clock may.

        Raises:
            NaiveDatetime: If the datetime has no time zone.
        """
        self._now_us = to_micros(now, "now")
