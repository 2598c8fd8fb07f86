"""Pin: keep a booking at its tables, or let it move again."""

from __future__ import annotations

from functools import partial

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import BookingCall, Caller, Command, booking_command
from fourtop.engine.events import pinned_event
from fourtop.engine.invocation import Invocation
from fourtop.errors import IllegalTransition
from fourtop.model.booking import Booking
from fourtop.ports import Changes, Decision, View


def command(caller: Caller, call: BookingCall, *, is_pinned: bool) -> Command[Booking]:
    """Build the command that pins a booking, or takes its pin away.

    Raises:
        InvalidIdentifier: If the id or the key is malformed.
        InvalidInput: If the version is out of range.
    """
    name = "pin" if is_pinned else "unpin"
    return booking_command(caller, name, call, partial(pin_booking, is_pinned))


def pin_booking(
    is_pinned: bool,  # noqa: FBT001  # The first argument is bound in advance.
    invocation: Invocation,
    view: View,
    _compiled: CompiledHouse,
    booking: Booking,
) -> Decision[Booking]:
    """Decide that a booking stays at its tables, or may move. A repeated one changes nothing."""
    if booking.is_pinned is is_pinned:
        return Decision(booking)
    if is_pinned and not booking.status.occupies:
        raise IllegalTransition(booking.id, booking.status.value, "pinned")
    changed = attrs.evolve(
        booking,
        is_pinned=is_pinned,
        version=booking.version + 1,
        updated_us=view.now_us,
        actor=invocation.actor,
    )
    event = pinned_event(invocation, changed)
    return Decision(changed, Changes(bookings=(changed,), events=(event,)))
