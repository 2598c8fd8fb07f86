"""No-show: a party did not come; its tables are free from now on."""

from __future__ import annotations

from fourtop.engine.commands.status import end_booking
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, optional_version, with_expected
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_booking
from fourtop.errors import Code, IllegalTransition, Refusal, Refused
from fourtop.model import validators
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.ports import Decision, Scope, View


def command(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidIdentifier: If the id or the key is malformed.
        InvalidInput: If the version is out of range.
    """
    arguments = with_expected({"booking_id": booking_id}, optional_version(expected))
    invocation = caller.invocation("no_show", key, arguments)
    validators.check_identifier("booking_id", booking_id)
    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=frozenset((booking_id,))),
        lambda view, compiled: mark_absent(invocation, view, compiled, booking_id, expected),
    )


def mark_absent(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    booking_id: str,
    expected: int | None,
) -> Decision[Booking]:
    """Decide that a party did not come. It may still come until the policy gives it up."""
    booking = get_booking(view, booking_id, expected)
    target = BookingStatus.NO_SHOW
    if booking.status is target:
        return Decision(booking)
    if not booking.status.may_become(target):
        raise IllegalTransition(booking_id, booking.status.value, target.value)
    start_us = booking.stay.dining.start_us
    minutes = compiled.house.policy.seating.no_show_after_minutes
    earliest_us = start_us + minutes * MICROSECONDS_PER_MINUTE
    if view.now_us < earliest_us:
        text = compiled.calendar.local_text
        facts = {"start": text(start_us), "earliest": text(earliest_us), "now": text(view.now_us)}
        raise Refused(Refusal.by_rule(Code.TOO_EARLY_FOR_NO_SHOW, **facts))
    return end_booking(invocation, view, booking, target)
