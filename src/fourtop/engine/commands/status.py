"""Status: the steps of a booking's life. Cancel, check in, complete, no-show."""

from __future__ import annotations

import attrs

from fourtop.engine.allocations import release_from, released_for
from fourtop.engine.dispatch.requests import Caller, Command, optional_version, with_expected
from fourtop.engine.events import status_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_booking
from fourtop.errors import IllegalTransition
from fourtop.model import validators
from fourtop.model.allocation import OwnerKind
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.window import Window
from fourtop.ports import NO_CHANGES, Changes, Decision, Scope, View


def cancel(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command that cancels a booking.

    Raises:
        InvalidInput: If the version is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    return _command(caller, "cancel", booking_id, (BookingStatus.CANCELLED, expected), key)


def check_in(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command that seats a party.

    Raises:
        InvalidInput: If the version is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    return _command(caller, "check_in", booking_id, (BookingStatus.CHECKED_IN, expected), key)


def complete(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command that ends a stay.

    Raises:
        InvalidInput: If the version is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    return _command(caller, "complete", booking_id, (BookingStatus.COMPLETED, expected), key)


def no_show(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command that marks a party as absent.

    Raises:
        InvalidInput: If the version is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    return _command(caller, "no_show", booking_id, (BookingStatus.NO_SHOW, expected), key)


def _command(
    caller: Caller,
    name: str,
    booking_id: str,
    step: tuple[BookingStatus, int | None],
    key: str | None,
) -> Command[Booking]:
    target, expected = step
    arguments = with_expected({"booking_id": booking_id}, optional_version(expected))
    invocation = caller.invocation(name, key, arguments)
    validators.check_identifier("booking_id", booking_id)
    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=frozenset((booking_id,))),
        lambda view, _: change_status(
            invocation, view, get_booking(view, booking_id, expected), target
        ),
    )


def change_status(
    invocation: Invocation, view: View, booking: Booking, target: BookingStatus
) -> Decision[Booking]:
    """Decide a step of the life cycle. A step that ends the stay frees the tables from now on.

    A step that was taken already changes nothing.
    """
    if booking.status is target:
        return Decision(booking)
    booking_id = booking.id
    seats_without_tables = target is BookingStatus.CHECKED_IN and booking.assignment is None
    if seats_without_tables or not booking.status.may_become(target):
        raise IllegalTransition(booking_id, booking.status.value, target.value)
    changes, assignment = NO_CHANGES, booking.assignment
    if not target.occupies:
        changes = released_for(invocation, view, booking_id)
        changes += release_from(view.allocations_of(OwnerKind.BOOKING, booking_id), view.now_us)
        assignment = _shortened(assignment, view.now_us)
    changed = attrs.evolve(
        booking,
        status=target,
        assignment=assignment,
        version=booking.version + 1,
        updated_us=view.now_us,
        actor=invocation.actor,
    )
    event = status_event(invocation, changed, booking.status)
    return Decision(changed, changes + Changes(bookings=(changed,), events=(event,)))


def _shortened(assignment: Assignment | None, now_us: int) -> Assignment | None:
    if assignment is None or not assignment.window.start_us < now_us < assignment.window.end_us:
        return assignment
    return attrs.evolve(assignment, window=Window.of_micros(assignment.window.start_us, now_us))
