"""Assign: give tables to a booking that waits for them, and confirm it."""

from __future__ import annotations

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.admitted_party import Seating
from fourtop.engine.allocations import expire_holds, released_for, with_receipt
from fourtop.engine.commands.book import assigned, assignment_of, place
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import (
    BookingCall,
    Caller,
    Command,
    optional_version,
    with_expected,
)
from fourtop.engine.events import status_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.permits import unneeded
from fourtop.engine.preconditions import check_awaits_confirmation, get_booking, owners_for
from fourtop.engine.usage import Released
from fourtop.errors import Refusal, Refused
from fourtop.model import validators
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.booking_change import request_of
from fourtop.model.override import (
    Override,
    as_overrides,
    check_may_override,
    check_named,
    merged,
)
from fourtop.model.receipt import Receipt
from fourtop.model.request import as_table_ids
from fourtop.ports import Changes, Decision, Need, Scope, View


@attrs.frozen
class Wanted:
    """The tables that a booking is to get.

    Args:
        tables: Table ids; empty: the planner chooses.
        overrides: The rules of the house that staff break for them.
    """

    tables: tuple[str, ...] = attrs.field(default=(), converter=as_table_ids)
    overrides: tuple[Override, ...] = attrs.field(default=(), converter=as_overrides)

    @overrides.validator
    def _are_named(self, _attribute: object, overrides: tuple[Override, ...]) -> None:
        check_named(overrides, self.tables)


def command(caller: Caller, call: BookingCall, wanted: Wanted) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidIdentifier: If the id or the key is malformed.
        InvalidInput: If the version is out of range, or a guest overrides a rule.
    """
    check_may_override(caller.actor, wanted.overrides)
    booking_id, expected = call.booking_id, optional_version(call.expected)
    arguments = with_expected({"booking_id": booking_id, "wanted": wanted}, expected)
    invocation = caller.invocation("assign", call.key, arguments)
    validators.check_identifier("booking_id", booking_id)

    def decide(view: View, compiled: CompiledHouse) -> Decision[Booking] | Need:
        booking = get_booking(view, booking_id, expected)
        return assign_tables(invocation, view, compiled, booking, wanted)

    return Command(
        invocation, Scope(caller.restaurant_id, bookings=frozenset((booking_id,))), decide
    )


def assign_tables(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    booking: Booking,
    wanted: Wanted,
) -> Decision[Booking] | Need:
    """Decide the tables of a booking that waits for them. Its holds end.

    A booking that has the tables already is not changed.
    """
    has_them = not wanted.tables or set(wanted.tables) == set(booking.tables)
    if booking.status is BookingStatus.CONFIRMED and has_them:
        return Decision(booking)
    check_awaits_confirmation(booking)
    released = Released(owners_for(view, booking.id), booking.id, minutes=booking.minutes)
    admission = Admission(view, compiled, invocation.actor, released)
    request = request_of(booking).replaced(tables=wanted.tables, overrides=wanted.overrides)
    # The party was promised its start, and may be late; one that is over gets no tables.
    is_held = booking.stay.occupied.end_us > view.now_us
    seating = admission.admit(request, counts=True, is_held=is_held)
    if isinstance(seating, Need):
        return seating
    if isinstance(seating, Refusal):
        raise Refused(seating)
    return _decided(invocation, view, booking, wanted, seating)


def _decided(
    invocation: Invocation, view: View, booking: Booking, wanted: Wanted, seating: Seating
) -> Decision[Booking]:
    named = attrs.evolve(booking, names_tables=bool(wanted.tables))
    given, changes = give_tables(invocation, view, named, seating)
    ended = {hold.id for hold in changes.holds_changed}
    changes += expire_holds(invocation, view, seating.stay.occupied, kept=ended)
    rules = unneeded(wanted.overrides, seating.overrides)
    return Decision(with_receipt(given, Receipt(plan=seating.chosen, unneeded=rules)), changes)


def give_tables(
    invocation: Invocation, view: View, booking: Booking, seating: Seating
) -> tuple[Booking, Changes]:
    """Return a booking that waited for tables at its seating, and the changes; its holds end.

    The expired holds of other bookings at these tables are left to the caller.
    """
    placing = place(invocation, booking.id, seating)
    given = attrs.evolve(
        booking,
        status=BookingStatus.CONFIRMED,
        stay=seating.stay,
        assignment=assignment_of(invocation, view, seating, placing),
        overrides=merged(booking.overrides, seating.overrides),
        last_step=None,
        version=booking.version + 1,
        updated_us=view.now_us,
        actor=invocation.actor,
    )
    events = (status_event(invocation, given, booking.status), *assigned(invocation, given))
    changes = released_for(invocation, view, booking.id)
    return given, changes + Changes(added=placing.rows, bookings=(given,), events=events)
