"""Events: one function writes each event of a hold, a booking or a block."""

from __future__ import annotations

from collections.abc import Mapping

from fourtop.engine.invocation import Invocation
from fourtop.model.block import Block
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.event import Event, EventType
from fourtop.model.hold import Hold
from fourtop.model.window import iso


def hold_event(
    invocation: Invocation, kind: EventType, hold: Hold, now_us: int, booking_id: str | None = None
) -> Event:
    """Return an event of a hold; it names the booking that the hold is for, or has become."""
    data = {
        "tables": list(hold.tables),
        "window": str(hold.stay.occupied),
        "party_size": hold.party_size,
        "expires_at": iso(hold.expires_us),
    }
    return invocation.event(
        kind, hold.id, now_us, hold_id=hold.id, booking_id=booking_id or hold.booking_id, data=data
    )


def created_event(invocation: Invocation, booking: Booking) -> Event:
    """Return the event of a new booking."""
    data = {
        "status": booking.status.value,
        "party_size": booking.party_size,
        "start": iso(booking.stay.dining.start_us),
        "past_reason": booking.past_reason,
    }
    return invocation.event(
        EventType.BOOKING_CREATED, booking.id, booking.created_us, booking_id=booking.id, data=data
    )


def imported_event(invocation: Invocation, booking: Booking) -> Event:
    """Return the event of an imported booking: the first one of this booking."""
    data = {
        "status": booking.status.value,
        "party_size": booking.party_size,
        "start": iso(booking.stay.dining.start_us),
        "tables": list(booking.tables),
    }
    return invocation.event(
        EventType.BOOKING_IMPORTED,
        booking.id,
        booking.created_us,
        booking_id=booking.id,
        data=data,
    )


def status_event(invocation: Invocation, booking: Booking, previous: BookingStatus) -> Event:
    """Return the event of a step in a booking's life."""
    data = {"status": booking.status.value, "previous": previous.value, "version": booking.version}
    return _versioned(invocation, EventType.BOOKING_STATUS, booking, data)


def rescheduled_event(invocation: Invocation, booking: Booking, before: Booking) -> Event:
    """Return the event of a booking's new time or party size."""
    data = {
        "party_size": booking.party_size,
        "start": iso(booking.stay.dining.start_us),
        "previous_party_size": before.party_size,
        "previous_start": iso(before.stay.dining.start_us),
        "version": booking.version,
    }
    return _versioned(invocation, EventType.BOOKING_RESCHEDULED, booking, data)


def assignment_event(invocation: Invocation, booking: Booking) -> Event:
    """Return the event of a booking's new tables."""
    assignment = booking.assignment
    assert assignment is not None, "the booking was just given tables"
    data = {
        "tables": list(assignment.tables),
        "window": str(assignment.window),
        "version": booking.version,
    }
    return _versioned(invocation, EventType.ASSIGNMENT_SYNC, booking, data)


def block_event(invocation: Invocation, kind: EventType, block: Block, now_us: int) -> Event:
    """Return an event of a block. Its reason is for the staff only."""
    data = {"block_id": block.id, "tables": list(block.tables), "window": str(block.window)}
    return invocation.event(kind, block.id, now_us, data=data)


def _versioned(
    invocation: Invocation, kind: EventType, booking: Booking, data: Mapping[str, object]
) -> Event:
    subject = f"{booking.id}:{booking.version}"
    return invocation.event(kind, subject, booking.updated_us, booking_id=booking.id, data=data)
