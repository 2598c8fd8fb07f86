"""Headcounts: covers and parties by start, counted as bookings are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fourtop.model.booking import Booking
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import Headcount

_DAY_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE


class HeadcountIndex:
    """The headcounts of one restaurant. Not thread-safe: the store holds its lock."""

    def __init__(self) -> None:
        # By day in UTC, then by instant: a service lies in one day or two.
        self._days: dict[int, dict[int, Headcount]] = {}

    def add(self, booking: Booking) -> None:
        """Count a booking, if its status counts. O(1)."""
        self._count(booking, 1)

    def remove(self, booking: Booking) -> None:
        """Stop counting a booking that was added, unchanged. O(1)."""
        self._count(booking, -1)

    def within(self, window: Window) -> Iterator[Headcount]:
        """Yield the headcounts inside a window, by their instant.

        It looks at every instant of the days that the window touches.
        """
        for number in range(window.start_us // _DAY_US, (window.end_us - 1) // _DAY_US + 1):
            day = self._days.get(number, {})
            for start_us in sorted(day):
                if window.start_us <= start_us < window.end_us:
                    yield day[start_us]

    def _count(self, booking: Booking, sign: int) -> None:
        if not booking.status.counts_covers:
            return
        start_us = booking.stay.dining.start_us
        day = self._days.setdefault(start_us // _DAY_US, {})
        before = day.pop(start_us, None) or Headcount(start_us, 0, 0)
        parties = before.parties + sign
        if parties:
            covers = before.covers + sign * booking.party_size
            day[start_us] = Headcount(start_us, covers, parties)
        if not day:
            del self._days[start_us // _DAY_US]
