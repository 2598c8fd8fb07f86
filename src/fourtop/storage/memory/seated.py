"""Bookings of two statuses, noted as they are written: the seated and the promised ones."""

from __future__ import annotations

from collections.abc import Collection

from fourtop.model.booking import Booking, BookingStatus


class SeatedIndex:
    """The bookings of one restaurant that are checked in. The store holds its lock.

    Args:
        promised: Receives the bookings that wait for promised tables, by id.
    """

    def __init__(self, promised: dict[str, Booking]) -> None:
        self._bookings: dict[str, Booking] = {}
        self._promised = promised

    def note(self, booking: Booking) -> None:
        """Keep a booking of the two statuses, and drop one that is no longer. O(1)."""
        # Nearly always there is none to drop.
        if self._bookings or self._promised:
            self.forget(booking.id)
        if booking.status is BookingStatus.CHECKED_IN:
            self._bookings[booking.id] = booking
        elif booking.status is BookingStatus.PENDING_ALLOCATION:
            self._promised[booking.id] = booking

    def forget(self, booking_id: str) -> None:
        """Drop a booking that is removed, if it is here. O(1)."""
        self._bookings.pop(booking_id, None)
        self._promised.pop(booking_id, None)

    def bookings(self) -> Collection[Booking]:
        """Return those that are checked in, by start, then id. O(k log k) for k bookings."""
        found = self._bookings.values()
        return sorted(found, key=lambda each: (each.stay.dining.start_us, each.id)) if found else ()
