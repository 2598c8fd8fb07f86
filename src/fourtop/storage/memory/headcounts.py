"""Headcounts: covers and parties by start, counted as bookings are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Final

from fourtop.model.booking import Booking
from fourtop.model.hold import Hold
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import CountedParty, Headcount, HeldCover, counted_parties_of, held_covers_of

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

    def within(self, window: Window) -> list[Headcount]:
        """Return the headcounts inside a window, by their instant.

        It looks at every instant of the days that the window touches.
        """
        first_us, end_us = window.start_us, window.end_us
        found: list[Headcount] = []
        for number in range(first_us // _DAY_US, (end_us - 1) // _DAY_US + 1):
            day = self._days.get(number)
            if day is not None:
                found += [day[each] for each in sorted(day) if first_us <= each < end_us]
        return found

    def _count(self, booking: Booking, sign: int) -> None:
        if not booking.status.counts_covers:
            return
        start_us = booking.stay.dining.start_us
        day = self._days.setdefault(start_us // _DAY_US, {})
        before = day.get(start_us)
        covers, parties = sign * booking.party_size, sign
        if before is not None:
            covers, parties = covers + before.covers, parties + before.parties
        if parties:
            day[start_us] = Headcount(start_us, covers, parties)
            return
        day.pop(start_us, None)
        if not day:
            del self._days[start_us // _DAY_US]


def held_within(
    window: Window, holds: Iterable[Hold], bookings: Mapping[str, Booking], now_us: int
) -> list[HeldCover]:
    """Return the held covers of live holds that start inside a window, in the holds' order."""
    found = held_covers_of(holds, bookings, now_us)
    return [each for each in found if window.start_us <= each.start_us < window.end_us]


def parties_within(
    window: Window,
    holds: Iterable[Hold],
    booked: Iterable[Booking],
    now_us: int,
    bookings: Mapping[str, Booking],
) -> list[CountedParty]:
    """Return the counted parties that start inside a window, by their ``order_key``.

    O(bookings of the window): only a house with a rule that needs each party by itself asks.

    Args:
        window: The window.
        holds: The active holds of the window.
        booked: The bookings that start inside it.
        now_us: The time, in microseconds.
        bookings: All bookings by id, those included that the holds were made for.
    """
    holds = tuple(holds)
    known = {each.id: each for each in booked}
    for hold in holds:
        if hold.booking_id is not None and hold.booking_id in bookings:
            known[hold.booking_id] = bookings[hold.booking_id]
    found = counted_parties_of(holds, known, now_us)
    inside = (each for each in found if window.start_us <= each.start_us < window.end_us)
    return sorted(inside, key=attrgetter("order_key"))
