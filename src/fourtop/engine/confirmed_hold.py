"""The fields that a hold hands on: to its request, and to the booking that it confirms."""

from __future__ import annotations

import attrs

from fourtop.errors import Code
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.calendar import Calendar
from fourtop.model.hold import Hold
from fourtop.model.override import Override, merged
from fourtop.model.request import ANY_TABLE, BookingRequest
from fourtop.model.stay import Stay
from fourtop.ports import Changes


@attrs.frozen
class GivenTables:
    """The stay and tables of the confirmed booking, and the changes of allocations."""

    stay: Stay
    tables: tuple[str, ...]
    merge_group_id: str | None
    changes: Changes
    overrides: tuple[Override, ...]
    would_refuse: tuple[Code, ...]


def confirmed(
    known: Booking, hold: Hold, given: GivenTables, assignment: Assignment, calendar: Calendar
) -> Booking:
    """Return a waiting booking as a hold confirms it, at the time and by the actor of its tables.

    Args:
        known: The booking.
        hold: The hold.
        given: The stay and the tables.
        assignment: The tables, assigned.
        calendar: Formats the start that the party was told.
    """
    # A hold that was made for the booking has the conditions of both.
    is_own = hold.booking_id is not None
    return attrs.evolve(
        known,
        status=BookingStatus.CONFIRMED,
        stay=given.stay,
        assignment=assignment,
        version=known.version + 1,
        updated_us=assignment.assigned_us,
        actor=assignment.assigned_by,
        past_reason=known.past_reason or hold.past_reason,
        must=hold.must if is_own or known.must == ANY_TABLE else known.must,
        wish=hold.wish if is_own or known.wish == ANY_TABLE else known.wish,
        names_tables=hold.names_tables,
        occasion=hold.occasion,
        channel=hold.channel or known.channel,
        minutes=hold.minutes,
        reference=hold.reference or known.reference,
        local_start=_told(known, given, calendar),
        overrides=merged(known.overrides, given.overrides),
        would_refuse=given.would_refuse,
    )


def new_booking(
    booking_id: str, hold: Hold, given: GivenTables, assignment: Assignment, calendar: Calendar
) -> Booking:
    """Return the booking that a hold without one becomes.

    Args:
        booking_id: Its id.
        hold: The hold.
        given: The stay and the tables.
        assignment: The tables, assigned.
        calendar: Formats the start that the party was told.
    """
    return Booking(
        id=booking_id,
        restaurant_id=hold.restaurant_id,
        party_size=hold.party_size,
        status=BookingStatus.CONFIRMED,
        stay=given.stay,
        assignment=assignment,
        version=1,
        created_us=assignment.assigned_us,
        updated_us=assignment.assigned_us,
        actor=assignment.assigned_by,
        past_reason=hold.past_reason,
        must=hold.must,
        wish=hold.wish,
        names_tables=hold.names_tables,
        occasion=hold.occasion,
        channel=hold.channel,
        minutes=hold.minutes,
        reference=hold.reference,
        local_start=calendar.local_text(given.stay.dining.start_us),
        overrides=given.overrides,
        would_refuse=given.would_refuse,
    )


def as_request(hold: Hold) -> BookingRequest:
    """Return the request of a hold, to check it again.

    The hold was admitted once, which is reason enough for a start in the past.
    """
    return BookingRequest(
        hold.party_size,
        hold.stay.dining.start,
        occasion=hold.occasion,
        must=hold.must,
        wish=hold.wish,
        tables=hold.tables if hold.names_tables else (),
        channel=hold.channel,
        minutes=hold.minutes,
        reference=hold.reference,
        past_reason=hold.past_reason or "held",
        overrides=hold.overrides,
    )


def _told(known: Booking, given: GivenTables, calendar: Calendar) -> str:
    """Return the local start that the party was told; an offer may be for another start."""
    is_same = known.stay.dining.start_us == given.stay.dining.start_us
    told = known.local_start if is_same else ""
    return told or calendar.local_text(given.stay.dining.start_us)
