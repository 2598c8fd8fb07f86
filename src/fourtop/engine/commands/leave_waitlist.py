"""Leave waitlist: cancel the booking of a party that waits no longer."""

from __future__ import annotations

from fourtop.engine.commands.status import cancel_booking
from fourtop.engine.dispatch.requests import Caller, Command, optional_version, with_expected
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_booking
from fourtop.errors import IllegalTransition
from fourtop.model import validators
from fourtop.model.booking import Booking, BookingStatus
from fourtop.ports import Decision, Scope, View


def command(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidInput: If the version is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    arguments = with_expected({"booking_id": booking_id}, optional_version(expected))
    invocation = caller.invocation("leave_waitlist", key, arguments)
    validators.check_identifier("booking_id", booking_id)
    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=frozenset((booking_id,))),
        lambda view, _: leave(invocation, view, get_booking(view, booking_id, expected)),
    )


def leave(invocation: Invocation, view: View, booking: Booking) -> Decision[Booking]:
    """Decide that a party waits no longer; its open offer ends.

    One that has left already is not changed.
    """
    if booking.status not in (BookingStatus.WAITLISTED, BookingStatus.CANCELLED):
        target = BookingStatus.CANCELLED.value
        raise IllegalTransition(booking.id, booking.status.value, target)
    return cancel_booking(invocation, view, booking)
