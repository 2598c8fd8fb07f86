"""Reschedule: change a booking's time, party size or conditions, and give it tables for them."""

from __future__ import annotations

from functools import partial

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.admitted_party import Seating
from fourtop.engine.allocations import expire_holds, released_for, with_receipt
from fourtop.engine.candidacy import Inquiry
from fourtop.engine.commands.book import assigned, assignment_of, place
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, optional_version, with_expected
from fourtop.engine.events import rescheduled_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.needed_records import expected_windows
from fourtop.engine.permits import unneeded
from fourtop.engine.preconditions import check_pin, get_booking, released_with
from fourtop.engine.relaxation import check_may_relax
from fourtop.errors import IllegalTransition, Refusal, Refused
from fourtop.model import validators
from fourtop.model.allocation import OwnerKind
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.booking_change import BookingChange, Keep, request_of, seats_alike
from fourtop.model.override import check_may_override, merged, without_tables
from fourtop.model.receipt import NO_RECEIPT, Receipt
from fourtop.model.request import ANY_TABLE, BookingRequest
from fourtop.model.window import Window
from fourtop.ports import NO_CHANGES, Changes, Decision, Need, Scope, View

_MAY_BE_RESCHEDULED = (
    BookingStatus.PENDING,
    BookingStatus.PENDING_ALLOCATION,
    BookingStatus.CONFIRMED,
)


def command(
    caller: Caller,
    booking_id: str,
    change: BookingChange,
    expected: int | None,
    *,
    key: str | None,
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidInput: If the change is of the wrong type, the version is out of range, or a guest
            lifts or overrides a rule.
        InvalidIdentifier: If the id or the key is malformed.
    """
    checked = validators.check_instance("change", change, BookingChange)
    if not isinstance(checked.relax, Keep):
        check_may_relax(caller.actor, checked.relax)
    if not isinstance(checked.overrides, Keep):
        check_may_override(caller.actor, checked.overrides)
    version = optional_version(expected)
    arguments = {"booking_id": booking_id, "change": checked.given}
    invocation = caller.invocation("reschedule", key, with_expected(arguments, version))
    validators.check_identifier("booking_id", booking_id)

    def decide(view: View, compiled: CompiledHouse) -> Decision[Booking] | Need:
        booking = get_booking(view, booking_id, version)
        if booking.status not in _MAY_BE_RESCHEDULED:
            raise IllegalTransition(booking_id, booking.status.value, "rescheduled")
        return reschedule_booking(invocation, view, compiled, booking, checked)

    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=frozenset((booking_id,))),
        decide,
        prefetch=partial(_expected_windows, checked),
    )


def _expected_windows(
    change: BookingChange, compiled: CompiledHouse
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Return the windows that a change with a time and a size reads, if it has the usual stay."""
    start_us, party_size = change.start_us, change.party_size
    if isinstance(start_us, Keep) or isinstance(party_size, Keep):
        return (), ()
    occasion = None if isinstance(change.occasion, Keep) else change.occasion
    minutes = None if isinstance(change.minutes, Keep) else change.minutes
    party = Inquiry(party_size, start_us, ANY_TABLE, occasion=occasion, minutes=minutes)
    return expected_windows(party, compiled, counts=True)


def reschedule_booking(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    booking: Booking,
    change: BookingChange,
) -> Decision[Booking] | Need:
    """Decide a change of a booking. Its tables are free for it; its holds end.

    A change that changes nothing writes nothing. One that changes only the reference moves nothing.
    """
    before, request = request_of(booking), change.applied_to(booking)
    check_pin(booking, request.tables)
    if request.replaced(overrides=before.overrides, relax=()) == before:
        return Decision(booking)
    changed = _described(invocation, view, booking, request)
    if seats_alike(request, before):
        return _decided(invocation, changed, booking, NO_CHANGES)
    seating = _seated(invocation, view, compiled, booking, request)
    if isinstance(seating, Need):
        return seating
    overrides = merged(without_tables(booking.overrides), seating.overrides)
    given = () if isinstance(change.overrides, Keep) else change.overrides
    changed = attrs.evolve(
        changed, stay=seating.stay, overrides=overrides, would_refuse=seating.would_refuse
    )
    if request.start_us != before.start_us:
        told = compiled.calendar.local_text(request.start_us)
        changed = attrs.evolve(changed, local_start=told)
    changes = released_for(invocation, view, booking.id)
    if seating.chosen is not None and not _stays(booking, seating):
        placing = place(invocation, booking.id, seating)
        assignment = assignment_of(invocation, view, seating, placing)
        changed = attrs.evolve(changed, assignment=assignment)
        ended = {hold.id for hold in changes.holds_changed}
        changes += expire_holds(invocation, view, seating.stay.occupied, kept=ended)
        rows = view.allocations_of(OwnerKind.BOOKING, booking.id)
        changes += Changes(removed=rows, added=placing.rows)
    receipt = Receipt(relaxed=seating.relaxed, unneeded=unneeded(given, seating.overrides))
    return _decided(invocation, with_receipt(changed, receipt), booking, changes)


def _described(
    invocation: Invocation, view: View, booking: Booking, request: BookingRequest
) -> Booking:
    """Return the booking with the new request; its stay and its tables are still the old ones."""
    return attrs.evolve(
        booking,
        party_size=request.party_size,
        version=booking.version + 1,
        updated_us=view.now_us,
        actor=invocation.actor,
        past_reason=request.past_reason,
        must=request.must,
        wish=request.wish,
        # A pinned booking keeps tables that were not promised.
        names_tables=bool(request.tables) and (booking.names_tables or not booking.is_pinned),
        occasion=request.occasion,
        channel=request.channel,
        minutes=request.minutes,
        reference=request.reference,
    )


def _seated(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    booking: Booking,
    request: BookingRequest,
) -> Seating | Need:
    has_tables = booking.assignment is not None
    if request.tables and not has_tables:
        raise IllegalTransition(booking.id, booking.status.value, "given named tables")
    admission = Admission(view, compiled, invocation.actor, released_with(view, booking.id))
    # The party was promised its start; a change of its size may come late.
    is_held = request.start_us == booking.stay.dining.start_us
    seating = admission.admit(request, with_tables=has_tables, counts=True, is_held=is_held)
    if isinstance(seating, Refusal):
        raise Refused(seating)
    return seating


def _stays(booking: Booking, seating: Seating) -> bool:
    """Tell whether the booking has these tables for this time already."""
    has, gets = booking.assignment, seating.plan.tables
    return has is not None and (has.tables, has.window) == (gets, seating.stay.occupied)


def _decided(
    invocation: Invocation, changed: Booking, before: Booking, changes: Changes
) -> Decision[Booking]:
    events = [rescheduled_event(invocation, changed, before)]
    if changed.assignment is not before.assignment:
        events += assigned(invocation, changed)
    stored = with_receipt(changed, NO_RECEIPT)
    return Decision(changed, changes + Changes(bookings=(stored,), events=tuple(events)))
