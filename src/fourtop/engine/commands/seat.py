"""Seat: a party sits down, and its tables are taken until it leaves."""

from __future__ import annotations

from fourtop.engine.allocations import expire_holds
from fourtop.engine.alternatives import TableSearch, occupied
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import BookingCall, Caller, Command, booking_command
from fourtop.engine.events import assignment_event, status_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.rivals import find_rivals
from fourtop.engine.steps import after_step, current_rows, in_window, own, with_window
from fourtop.errors import Code, IllegalTransition, Refusal, Refused
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import Changes, Decision, Need, Scope, View


def command(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidIdentifier: If the id or the key is malformed.
        InvalidInput: If the version is out of range.
    """
    call = BookingCall(booking_id, expected, key)
    return booking_command(caller, "seat", call, seat_party)


def seat_party(
    invocation: Invocation, view: View, compiled: CompiledHouse, booking: Booking
) -> Decision[Booking] | Need:
    """Decide that a party sits down now, at the tables of its booking.

    A party that comes early takes them from now on. If another party has them, the refusal names it
    and the best other tables.
    """
    given, target = booking.assignment, BookingStatus.CHECKED_IN
    if booking.status is target:
        return Decision(booking)
    if given is None or not booking.status.may_become(target):
        raise IllegalTransition(booking.id, booking.status.value, target.value)
    refusal = _refuse_time(view, compiled, booking)
    if refusal is not None:
        raise Refused(refusal)
    ahead = Window.of_micros(view.now_us, given.window.end_us)
    if not view.scope.covers(ahead):
        return Need(Scope(view.scope.restaurant_id, windows=(ahead,)))
    rivals = find_rivals(view, given.tables, ahead, own(booking.id))
    if rivals:
        instead = TableSearch(compiled, invocation.actor).find(view, booking, ahead)
        if isinstance(instead, Need):
            return instead
        raise Refused(occupied(view, given.tables, rivals, instead))
    window = Window.of_micros(min(view.now_us, given.window.start_us), given.window.end_us)
    rows = with_window(current_rows(view, booking), window)
    facts = {"assignment": in_window(given, window), "seated_us": view.now_us}
    seated = after_step(invocation, view, booking, target, **facts)
    events = [status_event(invocation, seated, booking.status)]
    if window != given.window:
        events.append(assignment_event(invocation, seated))
        rows = expire_holds(invocation, view, ahead) + rows
    return Decision(seated, rows + Changes(bookings=(seated,), events=tuple(events)))


def _refuse_time(view: View, compiled: CompiledHouse, booking: Booking) -> Refusal | None:
    """Refuse a party that comes too early or too late, by the policy of the house."""
    rules, dining = compiled.house.policy.seating, booking.stay.dining
    earliest_us = dining.start_us - rules.early_minutes * MICROSECONDS_PER_MINUTE
    latest_us = dining.end_us
    if rules.late_minutes is not None:
        late_us = dining.start_us + rules.late_minutes * MICROSECONDS_PER_MINUTE
        latest_us = min(latest_us, late_us + 1)
    text = compiled.calendar.local_text
    start, now = text(dining.start_us), text(view.now_us)
    if view.now_us < earliest_us:
        return Refusal.by_rule(
            Code.TOO_EARLY_TO_SEAT, start=start, earliest=text(earliest_us), now=now
        )
    if view.now_us >= latest_us:
        return Refusal.by_rule(Code.TOO_LATE_TO_SEAT, start=start, latest=text(latest_us), now=now)
    return None
