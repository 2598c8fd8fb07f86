"""The waitlist of a date: the bookings that wait, and the records that offers depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.calendar import Calendar
from fourtop.model.hold import Hold
from fourtop.model.waitlist_terms import Waiting
from fourtop.model.window import Window
from fourtop.ports import Listing, View

# More parties than any house lets wait for one date.
MOST_WAITING: Final = 100_000


def sittings_of(calendar: Calendar, on: date) -> Window:
    """Return the time in which the parties of a date sit down: the day and its services."""
    services = calendar.services_on(on)
    midnights = [calendar.midnight_us(day) for day in (on, on + timedelta(days=1))]
    starts = (midnights[0], *(each.window.start_us for each in services))
    ends = (midnights[1], *(each.window.end_us for each in services))
    return Window.of_micros(min(starts), max(ends))


def waiting_listing(calendar: Calendar, on: date) -> Listing:
    """Return the listing of the parties that wait for a date: no booking of another status."""
    sittings = sittings_of(calendar, on)
    waiting = frozenset((BookingStatus.WAITLISTED,))
    return Listing(sittings.start_us, sittings.end_us, MOST_WAITING, waiting)


def waiting_parties(view: View, compiled: CompiledHouse, on: date) -> tuple[Booking, ...]:
    """Return the bookings on the waitlist of a date: the first to join first, then by id.

    The view has the listing of the date.
    """
    found = (
        booking
        for booking in view.listed(waiting_listing(compiled.calendar, on))
        if booking.stay.service_date == on
    )
    return tuple(sorted(found, key=lambda each: (each.created_us, each.id)))


def waiting_of(booking: Booking) -> Waiting:
    """Return what a booking on the waitlist waits for."""
    assert booking.waiting is not None, "a party on the waitlist waits"
    return booking.waiting


def open_offer(view: View, booking: Booking) -> Hold | None:
    """Return the live hold for a booking, if any. The view covers the booking."""
    alive = (each for each in view.active_holds_for(booking.id) if each.is_alive(view.now_us))
    return next(alive, None)


def starts_of(calendar: Calendar, booking: Booking, now_us: int) -> Iterator[int]:
    """Yield the starts ahead that a party takes: its own, then those on offer, nearest first."""
    waiting, wished_us = waiting_of(booking), booking.stay.dining.start_us
    if wished_us >= now_us:
        yield wished_us
    if waiting.earliest_us == waiting.latest_us:
        return
    found = [
        start_us
        for start_us in _starts_between(calendar, waiting)
        if start_us >= now_us and start_us != wished_us
    ]
    yield from sorted(found, key=lambda start_us: (abs(start_us - wished_us), start_us))


def _starts_between(calendar: Calendar, waiting: Waiting) -> Iterable[int]:
    # A service may begin on the evening before.
    day = calendar.local_date(waiting.earliest_us) - timedelta(days=1)
    last = calendar.local_date(waiting.latest_us)
    while day <= last:
        for start_us, _ in calendar.starts_on(day):
            if waiting.takes(start_us):
                yield start_us
        day += timedelta(days=1)
