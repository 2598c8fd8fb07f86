"""Headcounts: the covers and parties that count towards caps, without their records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from fourtop.model.booking import Booking
from fourtop.model.hold import Hold


@attrs.frozen
class Headcount:
    """The covers and parties of the counted bookings that start at one instant.

    Args:
        start_us: The instant.
        covers: How many people.
        parties: How many bookings.
    """

    start_us: int
    covers: int
    parties: int


@attrs.frozen
class HeldCover:
    """The facts of a live hold that caps count.

    Args:
        start_us: Start of its dining window.
        hold_id: Its id.
        party_size: How many people.
        counted_us: Start of the booking that the hold was made for, if that booking counts: the
            party may be counted already. Otherwise ``None``.
    """

    start_us: int
    hold_id: str
    party_size: int
    counted_us: int | None = None


def headcounts_of(bookings: Iterable[Booking]) -> list[Headcount]:
    """Return the headcounts of bookings, ascending. A booking counts by its status."""
    counted: dict[int, tuple[int, int]] = {}
    for booking in bookings:
        if booking.status.counts_covers:
            covers, parties = counted.get(booking.stay.dining.start_us, (0, 0))
            counted[booking.stay.dining.start_us] = covers + booking.party_size, parties + 1
    return [Headcount(start_us, *counted[start_us]) for start_us in sorted(counted)]


def held_covers_of(
    holds: Iterable[Hold], bookings: Mapping[str, Booking], now_us: int
) -> Iterator[HeldCover]:
    """Yield the held covers of live holds.

    Args:
        holds: The holds.
        bookings: By id, the bookings that they were made for.
        now_us: The time, in microseconds.
    """
    for hold in holds:
        if hold.is_alive(now_us):
            booking = None if hold.booking_id is None else bookings.get(hold.booking_id)
            counts = booking is not None and booking.status.counts_covers
            counted_us = booking.stay.dining.start_us if booking is not None and counts else None
            yield HeldCover(hold.stay.dining.start_us, hold.id, hold.party_size, counted_us)
