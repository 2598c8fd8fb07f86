"""Status: cancel a booking, and end one that has not been completed."""

from __future__ import annotations

import attrs

from fourtop.engine.allocations import release_from, released_for
from fourtop.engine.dispatch.requests import Caller, Command, optional_version, with_expected
from fourtop.engine.events import status_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_booking
from fourtop.engine.steps import after_step
from fourtop.errors import IllegalTransition
from fourtop.model import validators
from fourtop.model.allocation import OwnerKind
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.window import Window
from fourtop.ports import Changes, Decision, Scope, View


def cancel(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command that cancels a booking.

    Raises:
        InvalidInput: If the version is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    arguments = with_expected({"booking_id": booking_id}, optional_version(expected))
    invocation = caller.invocation("cancel", key, arguments)
    validators.check_identifier("booking_id", booking_id)
    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=frozenset((booking_id,))),
        lambda view, _: cancel_booking(invocation, view, get_booking(view, booking_id, expected)),
    )


def cancel_booking(invocation: Invocation, view: View, booking: Booking) -> Decision[Booking]:
    """Decide that a party does not come. Its tables are free from now on.

    A booking that is cancelled already is not changed.
    """
    target = BookingStatus.CANCELLED
    if booking.status is target:
        return Decision(booking)
    if not booking.status.may_become(target):
        raise IllegalTransition(booking.id, booking.status.value, target.value)
    return end_booking(invocation, view, booking, target)


def end_booking(
    invocation: Invocation, view: View, booking: Booking, target: BookingStatus
) -> Decision[Booking]:
    """Decide the end of a booking: its holds end, and its tables are free from now on."""
    changes = released_for(invocation, view, booking.id)
    changes += release_from(view.allocations_of(OwnerKind.BOOKING, booking.id), view.now_us)
    assignment = _shortened(booking.assignment, view.now_us)
    ended = after_step(invocation, view, booking, target, assignment=assignment)
    event = status_event(invocation, ended, booking.status)
    return Decision(ended, changes + Changes(bookings=(ended,), events=(event,)))


def _shortened(assignment: Assignment | None, now_us: int) -> Assignment | None:
    if assignment is None or not assignment.window.start_us < now_us < assignment.window.end_us:
        return assignment
    return attrs.evolve(assignment, window=Window.of_micros(assignment.window.start_us, now_us))
