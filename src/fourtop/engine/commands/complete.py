"""Complete: a party leaves; its tables are free again after the buffer for cleaning."""

from __future__ import annotations

from fourtop.engine.allocations import expire_holds, released_for
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import BookingCall, Caller, Command, booking_command
from fourtop.engine.events import status_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.rivals import find_rivals
from fourtop.engine.steps import (
    after_step,
    current_rows,
    in_window,
    lengthened,
    own,
    with_window,
)
from fourtop.errors import IllegalTransition
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.window import MAX_WINDOW_US, Window
from fourtop.ports import NO_CHANGES, Changes, Decision, Need, Scope, View, buffer_after_us


def command(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidIdentifier: If the id or the key is malformed.
        InvalidInput: If the version is out of range.
    """
    call = BookingCall(booking_id, expected, key)
    return booking_command(caller, "complete", call, complete_stay)


def complete_stay(
    invocation: Invocation, view: View, _compiled: CompiledHouse, booking: Booking
) -> Decision[Booking] | Need:
    """Decide that a party has left.

    Its rows end when its tables are clean: after the buffer, or at the next row of one of them.
    """
    given, target = booking.assignment, BookingStatus.COMPLETED
    if booking.status is target:
        return Decision(booking)
    if given is None or not booking.status.may_become(target):
        raise IllegalTransition(booking.id, booking.status.value, target.value)
    clean_us = min(view.now_us + buffer_after_us(booking), given.window.start_us + MAX_WINDOW_US)
    changes = NO_CHANGES
    if clean_us > given.window.end_us:
        longer = Window.of_micros(given.window.end_us, clean_us)
        if not view.scope.covers(longer):
            return Need(Scope(view.scope.restaurant_id, windows=(longer,)))
        clean_us = _clean_until(view, booking, longer)
        changes = expire_holds(invocation, view, longer)
    changes += released_for(invocation, view, booking.id)
    if clean_us > given.window.end_us:
        given, more = lengthened(invocation, view, booking, clean_us)
        changes += more
    elif clean_us > given.window.start_us:
        window = Window.of_micros(given.window.start_us, clean_us)
        changes += with_window(current_rows(view, booking), window)
        given = in_window(given, window)
    else:
        # It left in its first instant: nothing remains.
        changes += Changes(removed=current_rows(view, booking))
    facts = {"assignment": given, "left_us": view.now_us}
    left = after_step(invocation, view, booking, target, **facts)
    event = status_event(invocation, left, booking.status)
    return Decision(left, changes + Changes(bookings=(left,), events=(event,)))


def _clean_until(view: View, booking: Booking, longer: Window) -> int:
    """Return the end of the longer stay, or the start of the next row of one of its tables."""
    since_us = max(longer.start_us, view.now_us)
    if since_us >= longer.end_us:
        return longer.end_us
    ahead = Window.of_micros(since_us, longer.end_us)
    rivals = find_rivals(view, booking.tables, ahead, own(booking.id))
    next_us = min((row.window.start_us for row in rivals), default=longer.end_us)
    return max(next_us, since_us)
