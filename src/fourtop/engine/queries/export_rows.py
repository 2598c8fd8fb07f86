"""Export: the bookings of a restaurant as rows, and those of a day as a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.queries.records import check_windows, real_bookings
from fourtop.formats.booking_row import BookingRow, removed_number
from fourtop.formats.icalendar import dumps_icalendar
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.calendar import Calendar
from fourtop.model.service_period import check_date
from fourtop.model.window import Window
from fourtop.ports import Scope, View

# A service date may begin or end up to a day away from the same date in UTC.
_MARGIN: Final = timedelta(days=1)
_ENDED_EARLY: Final = frozenset({BookingStatus.CANCELLED, BookingStatus.NO_SHOW})


def rows(caller: Caller, windows: tuple[Window, ...]) -> Query[tuple[BookingRow, ...]]:
    """Build the query for the bookings that start inside some windows, as rows.

    Raises:
        InvalidInput: If there is no window, or a value is not a window.
    """
    checked = check_windows(windows)

    def ask(view: View, compiled: CompiledHouse) -> tuple[BookingRow, ...]:
        labels = compiled.house.floor.labels
        found = real_bookings(view, checked)
        return tuple(row_of(each, compiled.calendar, labels) for each in found)

    return Query(Scope(caller.restaurant_id, sittings=checked), ask, name="export_rows")


def icalendar(caller: Caller, on: date) -> Query[str]:
    """Build the query for the bookings of a service date, as an iCalendar text.

    Raises:
        InvalidInput: If it is not a date.
    """
    day = check_date("on", on)
    start = datetime.combine(day, time(), UTC)
    around = Window(start - _MARGIN, start + 3 * _MARGIN)

    def ask(view: View, _: CompiledHouse) -> str:
        found = [each for each in view.bookings_starting(around) if each.stay.service_date == day]
        return dumps_icalendar(found, view.house)

    return Query(Scope(caller.restaurant_id, sittings=(around,)), ask, name="icalendar")


def row_of(booking: Booking, calendar: Calendar, labels: Mapping[str, str]) -> BookingRow:
    """Return a booking as a row from which an import makes an equal booking.

    Args:
        booking: The booking; not a shadow.
        calendar: For its local times.
        labels: The labels of the tables of the floor by id.
    """
    text, stay, given = calendar.local_text, booking.stay, booking.assignment

    def optional(at_us: int | None) -> str | None:
        return None if at_us is None else text(at_us)

    waiting = booking.waiting
    step = booking.last_step if booking.status in _ENDED_EARLY else None
    return BookingRow(
        booking.id,
        booking.party_size,
        text(stay.dining.start_us),
        end=text(stay.dining.end_us),
        tables=[labels.get(each) or removed_number(each) for each in booking.tables],
        status=booking.status,
        occasion=booking.occasion,
        reference=booking.reference,
        channel=booking.channel,
        seated=optional(booking.seated_us),
        left=optional(booking.left_us),
        ended=None if step is None else text(step.at_us),
        created=text(booking.created_us),
        minutes=booking.minutes,
        must=booking.must,
        wish=booking.wish,
        names_tables=booking.names_tables,
        past_reason=booking.past_reason,
        local_start=booking.local_start or text(stay.dining.start_us),
        period=stay.period,
        service_date=stay.service_date,
        stay_occasion=stay.occasion,
        turn_minutes=stay.turn_minutes,
        is_clamped=stay.is_clamped,
        occupied_start=text(stay.occupied.start_us),
        occupied_end=text(stay.occupied.end_us),
        tables_start=None if given is None else text(given.window.start_us),
        tables_end=None if given is None else text(given.window.end_us),
        is_pinned=booking.is_pinned,
        overrides=booking.overrides,
        would_refuse=booking.would_refuse,
        waits_from=None if waiting is None else text(waiting.earliest_us),
        waits_to=None if waiting is None else text(waiting.latest_us),
        waits_until=None if waiting is None else text(waiting.until_us),
        offers=0 if waiting is None else waiting.offers,
    )
