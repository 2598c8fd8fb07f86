"""Seated parties: they keep their tables until they leave, also beyond the end of their rows."""

from __future__ import annotations

from typing import Final

import attrs

from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking import Booking
from fourtop.model.window import MICROSECONDS_PER_MINUTE

# A seated party keeps its tables for at most 600 minutes of overstay and a buffer of 120 minutes
# beyond now. A question about a later time does not depend on the parties that are seated now.
SEATED_REACH_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE


@attrs.frozen
class SeatedParty:
    """A party at its tables, and the time until which they count as taken.

    Args:
        booking: A booking that is checked in; it has tables.
        until_us: The earliest time at which its tables may be free again, in microseconds: the end
            of its rows, or the margin for overstays and the buffer after now, whichever is later.
    """

    booking: Booking
    until_us: int

    @classmethod
    def of(cls, booking: Booking, now_us: int, overstay_minutes: int) -> SeatedParty:
        """Return the seated party of a booking at a time.

        Args:
            booking: A booking that is checked in, with tables.
            now_us: The time, in microseconds.
            overstay_minutes: How long a party is expected to stay beyond now.
        """
        assert booking.assignment is not None, "a seated party has tables"
        margin_us = overstay_minutes * MICROSECONDS_PER_MINUTE
        # It sits there now, even where the policy expects it to leave at once.
        leaves_us = now_us + max(margin_us + buffer_after_us(booking), 1)
        return cls(booking, max(booking.assignment.window.end_us, leaves_us))

    @property
    def tables(self) -> tuple[str, ...]:
        """Its table ids, in table order."""
        return self.booking.tables

    @property
    def owner(self) -> Owner:
        """Its booking as the owner of allocations."""
        return Owner(OwnerKind.BOOKING, self.booking.id)

    @property
    def end_us(self) -> int:
        """The end of its rows, in microseconds."""
        assert self.booking.assignment is not None, "a seated party has tables"
        return self.booking.assignment.window.end_us


def buffer_after_us(booking: Booking) -> int:
    """Return how long the tables of a booking stay taken after the party has left."""
    return booking.stay.occupied.end_us - booking.stay.dining.end_us
