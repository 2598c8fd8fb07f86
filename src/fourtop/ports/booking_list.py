"""Listings: some bookings of a restaurant in order, from a place on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import attrs

from fourtop.model.booking import Booking, BookingStatus

_FIRST: Final = (-1, "")


@attrs.frozen
class Listing:
    """The first bookings after a place, by start, then id, that meet all conditions.

    Args:
        start_us: The first start, in microseconds.
        end_us: The end of the starts, which it excludes.
        limit: The most bookings.
        statuses: One of these statuses; none admits all.
        reference: The host's own id; ``None`` admits all.
        after: Start and id of a place in the order: only bookings after it.
    """

    start_us: int
    end_us: int
    limit: int
    statuses: frozenset[BookingStatus] = frozenset()
    reference: str | None = None
    after: tuple[int, str] = _FIRST

    @property
    def first_us(self) -> int:
        """The first start that a booking of the listing may have."""
        return max(self.start_us, self.after[0])

    def has(self, booking: Booking) -> bool:
        """Tell whether a booking meets all conditions."""
        start_us = booking.stay.dining.start_us
        return (
            self.start_us <= start_us < self.end_us
            and (start_us, booking.id) > self.after
            and (not self.statuses or booking.status in self.statuses)
            and self.reference in (None, booking.reference)
        )

    def of(self, bookings: Iterable[Booking]) -> Iterator[Booking]:
        """Return those of some bookings, which are in order, that it lists."""
        return islice(filter(self.has, bookings), self.limit)
