"""Waiting: the parties that wait for tables without a promise of some."""

from __future__ import annotations

from typing import Final

from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window

# A party takes starts within a day, and stays fourteen hours at most, buffers included.
WAITING_REACH_US: Final = 38 * 60 * MICROSECONDS_PER_MINUTE

# The statuses of parties that would like tables and have none.
WAITING: Final = frozenset(
    {BookingStatus.PENDING, BookingStatus.WAITLISTED, BookingStatus.PRIORITY_WAITLIST}
)


def waits_in(booking: Booking, window: Window) -> bool:
    """Tell whether a party waits for tables and could sit at some in a window.

    It is pending, on the waitlist or an imported party that lost its table, and has no tables. One
    of the starts that it takes, with its stay and the buffers, overlaps the window. Its own start
    lies within ``WAITING_REACH_US`` of the window.
    """
    if booking.status not in WAITING or booking.assignment is not None:
        return False
    stay, waiting = booking.stay, booking.waiting
    start_us = stay.dining.start_us
    if not (window.start_us - WAITING_REACH_US < start_us < window.end_us + WAITING_REACH_US):
        return False
    first_us, last_us = stay.occupied.start_us, stay.occupied.end_us
    if waiting is not None:
        first_us += waiting.earliest_us - start_us
        last_us += waiting.latest_us - start_us
    return first_us < window.end_us and window.start_us < last_us
