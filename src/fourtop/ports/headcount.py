"""Head counts: who counts towards the caps of a service, and how many, without the records themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from fourtop.model.booking import Booking
from fourtop.model.hold import Hold


@attrs.frozen
class Headcount:
    """How many sit down at one instant, of the bookings whose status counts.

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
    """A live hold, as far as it counts.

    Args:
        start_us: When its party would sit down.
        hold_id: Its id.
        party_size: How many people.
        counted_us: When the booking that it was made for sits down, if there is one and its status
            counts: that party may be counted already.
    """

    start_us: int
    hold_id: str
    party_size: int
    counted_us: int | None = None


def headcounts_of(bookings: Iterable[Booking]) -> list[Headcount]:
    """Count the bookings whose status counts, by when they sit down; increasing."""
    counted: dict[int, tuple[int, int]] = {}
    for booking in bookings:
        if booking.status.counts_covers:
            covers, parties = counted.get(booking.stay.dining.start_us, (0, 0))
            counted[booking.stay.dining.start_us] = covers + booking.party_size, parties + 1
    return [Headcount(start_us, *counted[start_us]) for start_us in sorted(counted)]


def held_covers_of(
    holds: Iterable[Hold], bookings: Mapping[str, Booking], now_us: int
) -> Iterator[HeldCover]:
    """Yield the claims of those holds that are alive, given the bookings that they were made for, by id."""
    for hold in holds:
        if hold.is_alive(now_us):
            booking = None if hold.booking_id is None else bookings.get(hold.booking_id)
            counts = booking is not None and booking.status.counts_covers
            counted_us = booking.stay.dining.start_us if booking is not None and counts else None
            yield HeldCover(hold.stay.dining.start_us, hold.id, hold.party_size, counted_us)
