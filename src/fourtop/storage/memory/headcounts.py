"""Heads: how many sit down at each instant, counted as bookings are written."""

from __future__ import annotations

from collections.abc import Iterator

from sortedcontainers import SortedDict

from fourtop.model.booking import Booking
from fourtop.model.window import Window
from fourtop.ports import Headcount


class HeadcountIndex:
    """The head counts of one restaurant. Not safe for threads: the store's lock is held around every call."""

    def __init__(self) -> None:
        self._counts: SortedDict[int, Headcount] = SortedDict()

    def add(self, booking: Booking) -> None:
        """Count a booking, if its status counts. O(log n)."""
        self._count(booking, 1)

    def remove(self, booking: Booking) -> None:
        """Count a booking no longer, as it was when it was added. O(log n)."""
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
