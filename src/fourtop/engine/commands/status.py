"""Status: cancel a booking, and end one that has not been completed."""

from __future__ import annotations

import attrs

from fourtop.engine.allocations import release_from, released_for
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import BookingCall, Caller, Command, booking_command
from fourtop.engine.events import status_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.steps import after_step
from fourtop.errors import IllegalTransition
from fourtop.model.allocation import OwnerKind
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.window import Window
from fourtop.ports import Changes, Decision, View


def cancel(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command that cancels a booking.

    Raises:
        InvalidInput: If the version is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    call = BookingCall(booking_id, expected, key)
    return booking_command(caller, "cancel", call, _cancel)


def _cancel(
    invocation: Invocation, view: View, _compiled: CompiledHouse, booking: Booking
) -> Decision[Booking]:
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
