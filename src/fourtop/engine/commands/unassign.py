"""Unassign: take the tables from a booking, which waits for others from then on."""

from __future__ import annotations

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import BookingCall, Caller, Command, booking_command
from fourtop.engine.events import status_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import check_pin
from fourtop.errors import IllegalTransition
from fourtop.model.allocation import OwnerKind
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.override import without_tables
from fourtop.ports import Changes, Decision, View


def command(caller: Caller, call: BookingCall) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidIdentifier: If the id or the key is malformed.
        InvalidInput: If the version is out of range.
    """
    return booking_command(caller, "unassign", call, unassign_tables)


def unassign_tables(
    invocation: Invocation, view: View, _compiled: CompiledHouse, booking: Booking
) -> Decision[Booking]:
    """Decide that a booking has no tables for now. It still counts towards the capacity rules.

    A booking that waits for tables already is not changed.
    """
    target = BookingStatus.PENDING_ALLOCATION
    if booking.status is target:
        return Decision(booking)
    if not booking.status.may_become(target) or booking.assignment is None:
        raise IllegalTransition(booking.id, booking.status.value, target.value)
    check_pin(booking, ())
    without = attrs.evolve(
        booking,
        status=target,
        assignment=None,
        names_tables=False,
        overrides=without_tables(booking.overrides),
        last_step=None,
        version=booking.version + 1,
        updated_us=view.now_us,
        actor=invocation.actor,
    )
    rows = view.allocations_of(OwnerKind.BOOKING, booking.id)
    event = status_event(invocation, without, booking.status)
    return Decision(without, Changes(removed=rows, bookings=(without,), events=(event,)))
