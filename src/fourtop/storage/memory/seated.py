"""Seated bookings: those that are checked in, noted as bookings are written."""

from __future__ import annotations

from collections.abc import Collection

from fourtop.model.booking import Booking, BookingStatus


class SeatedIndex:
    """The bookings of one restaurant that are checked in. The store holds its lock."""

    def __init__(self) -> None:
        self._bookings: dict[str, Booking] = {}

    def note(self, booking: Booking) -> None:
        """Keep a booking that is checked in, and drop one that is no longer. O(1)."""
        if booking.status is BookingStatus.CHECKED_IN:
            self._bookings[booking.id] = booking
        else:
            self.forget(booking.id)

    def forget(self, booking_id: str) -> None:
        """Drop a booking that is removed, if it is here. O(1)."""
        self._bookings.pop(booking_id, None)

    def bookings(self) -> Collection[Booking]:
        """Return them by start, then id. O(k log k) for k bookings."""
        found = self._bookings.values()
        return sorted(found, key=lambda each: (each.stay.dining.start_us, each.id)) if found else ()
