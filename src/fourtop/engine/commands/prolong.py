"""Prolong: a seated party stays longer, up to the next row of its tables."""

from __future__ import annotations

from datetime import datetime

import attrs

from fourtop.engine.allocations import expire_holds
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, optional_version
from fourtop.engine.events import assignment_event, prolonged_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_booking
from fourtop.engine.rivals import describe, find_rivals
from fourtop.engine.steps import lengthened, own
from fourtop.errors import (
    Code,
    IllegalTransition,
    InvalidInput,
    Proof,
    Reason,
    Refusal,
    Refused,
    safe_repr,
)
from fourtop.model import validators
from fourtop.model.allocation import Allocation
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.request import STAY_MINUTES
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window, to_micros
from fourtop.ports import NO_CHANGES, Changes, Decision, Need, Scope, View, buffer_after_us

_LONGEST_US = 24 * 60 * MICROSECONDS_PER_MINUTE


@attrs.frozen
class Longer:
    """How much longer a party stays: until a time, or by some minutes.

    Args:
        until: The new end of the stay: an aware datetime, or a local time as text.
        minutes: How much later than the present end; later than now, if the end has passed.
    """

    until: datetime | str | None
    minutes: int | None


def command(
    caller: Caller, booking_id: str, longer: Longer, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidInput: If not exactly one of ``until`` and ``minutes`` is given, or one is malformed.
        InvalidIdentifier: If the id or the key is malformed.
    """
    if (longer.until is None) == (longer.minutes is None):
        given = "neither" if longer.until is None else "both"
        raise InvalidInput("until, minutes", "give exactly one of them", given)
    if longer.minutes is not None:
        validators.check_integer("minutes", longer.minutes, *STAY_MINUTES)
    elif isinstance(longer.until, datetime):
        to_micros(longer.until, "until")
    elif not isinstance(longer.until, str):
        rule = "must be an aware datetime or a local time as text"
        raise InvalidInput("until", rule, safe_repr(longer.until))
    arguments = {
        "booking_id": booking_id,
        "until": str(longer.until) if longer.until is not None else None,
        "minutes": longer.minutes,
        "expected": optional_version(expected),
    }
    invocation = caller.invocation("prolong", key, arguments)
    validators.check_identifier("booking_id", booking_id)
    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=frozenset((booking_id,))),
        lambda view, compiled: _Prolonging(invocation, view, compiled, longer).decide(
            booking_id, expected
        ),
    )


@attrs.frozen
class _Prolonging:
    """The decision that a party stays longer."""

    invocation: Invocation
    view: View
    compiled: CompiledHouse
    longer: Longer

    def decide(self, booking_id: str, expected: int | None) -> Decision[Booking] | Need:
        booking = get_booking(self.view, booking_id, expected)
        given = booking.assignment
        if booking.status is not BookingStatus.CHECKED_IN or given is None:
            raise IllegalTransition(booking_id, booking.status.value, "prolonged")
        base_us = max(booking.stay.dining.end_us, self.view.now_us)
        end_us = self._end_us(base_us)
        if end_us == booking.stay.dining.end_us:
            return Decision(booking)
        self._check_end(booking, end_us)
        taken_us = end_us + buffer_after_us(booking)
        assignment, changes = given, NO_CHANGES
        if taken_us > given.window.end_us:
            more = Window.of_micros(given.window.end_us, taken_us)
            if not self.view.scope.covers(more):
                return Need(Scope(self.view.scope.restaurant_id, windows=(more,)))
            ahead = Window.of_micros(max(more.start_us, self.view.now_us), taken_us)
            rivals = find_rivals(self.view, given.tables, ahead, own(booking_id))
            if rivals:
                raise Refused(_refusal(booking, rivals, base_us))
            changes = expire_holds(self.invocation, self.view, more)
            assignment, longer = lengthened(self.invocation, self.view, booking, taken_us)
            changes += longer
        prolonged = self._prolonged(booking, end_us, assignment)
        events = [prolonged_event(self.invocation, prolonged, booking)]
        if assignment != given:
            events.append(assignment_event(self.invocation, prolonged))
        changes += Changes(bookings=(prolonged,), events=tuple(events))
        return Decision(prolonged, changes)

    def _end_us(self, base_us: int) -> int:
        """Return the new end of the stay, in microseconds."""
        if self.longer.minutes is not None:
            return base_us + self.longer.minutes * MICROSECONDS_PER_MINUTE
        assert self.longer.until is not None, "one of the two was given"
        return self.compiled.calendar.instant(self.longer.until, "until")

    def _check_end(self, booking: Booking, end_us: int) -> None:
        text = self.compiled.calendar.local_text
        latest_us = self.view.now_us + _LONGEST_US
        if not booking.stay.dining.end_us < end_us <= latest_us or end_us <= self.view.now_us:
            rule = "must lie ahead, after the end of the stay and within 24 hours"
            raise InvalidInput("until", rule, text(end_us))

    def _prolonged(self, booking: Booking, end_us: int, assignment: Assignment) -> Booking:
        dining, occupied = booking.stay.dining, booking.stay.occupied
        taken_us = end_us + buffer_after_us(booking)
        return attrs.evolve(
            booking,
            stay=attrs.evolve(
                booking.stay,
                dining=Window.of_micros(dining.start_us, end_us),
                occupied=Window.of_micros(occupied.start_us, taken_us),
            ),
            assignment=assignment,
            last_step=None,
            version=booking.version + 1,
            updated_us=self.view.now_us,
            actor=self.invocation.actor,
        )


def _refusal(booking: Booking, rivals: tuple[Allocation, ...], base_us: int) -> Refusal:
    """Refuse a stay that runs into the next row, and say how much longer it may be."""
    next_us = min(row.window.start_us for row in rivals)
    left_us = next_us - buffer_after_us(booking) - base_us
    facts = {
        "tables": list(booking.tables),
        "in_the_way": [describe(row) for row in rivals],
        "minutes": max(left_us // MICROSECONDS_PER_MINUTE, 0),
    }
    return Refusal((Reason(Code.NEEDED_NEXT, facts),), Proof.NAMED_TABLES)
