"""News: the events of holds and bookings, one way to write each."""

from __future__ import annotations

from collections.abc import Mapping

from fourtop.engine.invocation import Invocation
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.event import Event, EventType
from fourtop.model.hold import Hold


def hold_event(
    call: Invocation, kind: EventType, hold: Hold, now_us: int, booking_id: str | None = None
) -> Event:
    """Return an event about a hold, with its tables, window and expiry, and its booking if it has one by now."""
    data = {
        "tables": list(hold.tables),
        "window": str(hold.stay.occupied),
        "party_size": hold.party_size,
        "expires_at": hold.expires_at.isoformat(),
    }
    return call.event(
        kind, hold.id, now_us, hold_id=hold.id, booking_id=booking_id or hold.booking_id, data=data
    )


def created_event(call: Invocation, booking: Booking) -> Event:
    """Return the event that a booking has been made."""
    data = {
        "status": booking.status.value,
        "party_size": booking.party_size,
        "start": booking.start.isoformat(),
        "past_reason": booking.past_reason,
    }
    return call.event(
        EventType.BOOKING_CREATED, booking.id, booking.created_us, booking_id=booking.id, data=data
    )


def status_event(call: Invocation, booking: Booking, previous: BookingStatus) -> Event:
    """Return the event that a booking has taken a step of its life."""
    data = {"status": booking.status.value, "previous": previous.value, "version": booking.version}
    return _versioned(call, EventType.BOOKING_STATUS, booking, data)


def rescheduled_event(call: Invocation, booking: Booking, before: Booking) -> Event:
    """Return the event that a booking has another time or party."""
    data = {
        "party_size": booking.party_size,
        "start": booking.start.isoformat(),
        "previous_party_size": before.party_size,
        "previous_start": before.start.isoformat(),
        "version": booking.version,
    }
    return _versioned(call, EventType.BOOKING_RESCHEDULED, booking, data)


def assignment_event(call: Invocation, booking: Booking) -> Event:
    """Return the event that a booking's tables are now these."""
    assignment = booking.assignment
    assert assignment is not None, "an assignment was just made"
    data = {
        "tables": list(assignment.tables),
        "window": str(assignment.window),
        "version": booking.version,
    }
    return _versioned(call, EventType.ASSIGNMENT_SYNC, booking, data)


def _versioned(
    call: Invocation, kind: EventType, booking: Booking, data: Mapping[str, object]
) -> Event:
    subject = f"{booking.id}:{booking.version}"
    return call.event(kind, subject, booking.updated_us, booking_id=booking.id, data=data)
