"""No-show: a party did not come; its tables are free from now on."""

from __future__ import annotations

from fourtop.engine.commands.status import end_booking
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import BookingCall, Caller, Command, booking_command
from fourtop.engine.invocation import Invocation
from fourtop.errors import Code, IllegalTransition, Refusal, Refused
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.ports import Decision, View


def command(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidIdentifier: If the id or the key is malformed.
        InvalidInput: If the version is out of range.
    """
    call = BookingCall(booking_id, expected, key)
    return booking_command(caller, "no_show", call, mark_absent)


def mark_absent(
    invocation: Invocation, view: View, compiled: CompiledHouse, booking: Booking
) -> Decision[Booking]:
    """Decide that a party did not come. It may still come until the policy gives it up."""
    target = BookingStatus.NO_SHOW
    if booking.status is target:
        return Decision(booking)
    if not booking.status.may_become(target):
        raise IllegalTransition(booking.id, booking.status.value, target.value)
    start_us = booking.stay.dining.start_us
    minutes = compiled.house.policy.seating.no_show_after_minutes
    earliest_us = start_us + minutes * MICROSECONDS_PER_MINUTE
    if view.now_us < earliest_us:
        text = compiled.calendar.local_text
        facts = {"start": text(start_us), "earliest": text(earliest_us), "now": text(view.now_us)}
        raise Refused(Refusal.by_rule(Code.TOO_EARLY_FOR_NO_SHOW, **facts))
    return end_booking(invocation, view, booking, target)
