"""Headcounts: covers and parties by start, counted as bookings are written."""

from __future__ import annotations

from collections.abc import Iterator

from sortedcontainers import SortedDict

from fourtop.model.booking import Booking
from fourtop.model.window import Window
from fourtop.ports import Headcount


class HeadcountIndex:
    """The headcounts of one restaurant. Not thread-safe: the store holds its lock."""

    def __init__(self) -> None:
        self._counts: SortedDict[int, Headcount] = SortedDict()

    def add(self, booking: Booking) -> None:
        """Count a booking, if its status counts. O(log n)."""
        self._count(booking, 1)

    def remove(self, booking: Booking) -> None:
        """Stop counting a booking, given as it was added. O(log n)."""
        self._count(booking, -1)

    def within(self, window: Window) -> Iterator[Headcount]:
        """Yield the head counts inside a window, by their instant. O(log n + k)."""
        for start_us in self._counts.irange(
            window.start_us, window.end_us, inclusive=(True, False)
        ):
            yield self._counts[start_us]

    def _count(self, booking: Booking, sign: int) -> None:
        if not booking.status.counts_covers:
            return
        start_us = booking.stay.dining.start_us
        before = self._counts.pop(start_us, None) or Headcount(start_us, 0, 0)
        parties = before.parties + sign
        if parties:
            self._counts[start_us] = Headcount(
                start_us, before.covers + sign * booking.party_size, parties
            )
