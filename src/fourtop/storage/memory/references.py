"""References: the bookings of each reference of the host, noted as bookings are written."""

from __future__ import annotations

from collections.abc import Collection

from fourtop.model.booking import Booking


class ReferenceIndex:
    """The bookings of one restaurant that have a reference. The store holds its lock."""

    def __init__(self) -> None:
        self._bookings: dict[str, dict[str, Booking]] = {}

    def note(self, booking: Booking) -> None:
        """Keep a booking with a reference. O(1)."""
        assert booking.reference is not None, "a booking without a reference is in no list of one"
        self._bookings.setdefault(booking.reference, {})[booking.id] = booking

    def forget(self, booking: Booking) -> None:
        """Drop a booking that was noted with this reference. O(1)."""
        assert booking.reference is not None, "a booking without a reference was not noted"
        noted = self._bookings[booking.reference]
        del noted[booking.id]
        if not noted:
            del self._bookings[booking.reference]

    def of(self, reference: str) -> Collection[Booking]:
        """Return the bookings of a reference by start, then id. O(k log k) for k bookings."""
        found = self._bookings.get(reference, {}).values()
        return sorted(found, key=lambda each: (each.stay.dining.start_us, each.id))
