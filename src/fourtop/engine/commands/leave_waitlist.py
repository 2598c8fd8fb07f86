"""Leave waitlist: cancel the booking of a party that waits no longer."""

from __future__ import annotations

from fourtop.engine.commands.status import end_booking
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import BookingCall, Caller, Command, booking_command
from fourtop.engine.invocation import Invocation
from fourtop.errors import IllegalTransition
from fourtop.model.booking import Booking, BookingStatus
from fourtop.ports import Decision, View


def command(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidInput: If the version is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    call = BookingCall(booking_id, expected, key)
    return booking_command(caller, "leave_waitlist", call, _leave)


def _leave(
    invocation: Invocation, view: View, _compiled: CompiledHouse, booking: Booking
) -> Decision[Booking]:
    """Decide that a party waits no longer; its open offer ends.

    One that has left already is not changed.
    """
    target = BookingStatus.CANCELLED
    if booking.status is target:
        return Decision(booking)
    if booking.status is not BookingStatus.WAITLISTED:
        raise IllegalTransition(booking.id, booking.status.value, target.value)
    return end_booking(invocation, view, booking, target)
