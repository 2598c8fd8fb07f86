"""References: the bookings of each reference of the host, noted as bookings are written."""

from __future__ import annotations

from collections.abc import Collection

from fourtop.model.booking import Booking


class ReferenceIndex:
    """The ids of the bookings of one restaurant, by reference. The store holds its lock."""

    def __init__(self) -> None:
        self._ids: dict[str, set[str]] = {}

    def note(self, booking: Booking) -> None:
        """Keep the reference of a booking. O(1)."""
        if booking.reference is not None:
            self._ids.setdefault(booking.reference, set()).add(booking.id)

    def forget(self, booking: Booking) -> None:
        """Drop the reference of a booking that was noted, unchanged. O(1)."""
        if booking.reference is None:
            return
        ids = self._ids[booking.reference]
        ids.discard(booking.id)
        if not ids:
            del self._ids[booking.reference]

    def of(self, reference: str) -> Collection[str]:
        """Return the ids of the bookings of a reference. O(1)."""
        return self._ids.get(reference, ())
