"""Reschedule: give a booking another time, party size or wish, and tables for it."""

from __future__ import annotations

from functools import partial

import attrs

from fourtop.engine.admission import Admission, expected_windows
from fourtop.engine.allocations import expire_holds, released_for, with_receipt
from fourtop.engine.commands.book import assigned, assignment_of, place
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, check_request
from fourtop.engine.events import rescheduled_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_booking, owners_for
from fourtop.engine.usage import Released
from fourtop.errors import IllegalTransition, Refusal, Refused
from fourtop.model import validators
from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.receipt import Receipt
from fourtop.model.request import BookingRequest
from fourtop.ports import Changes, Decision, Need, Scope, View

_MAY_BE_RESCHEDULED = (
    BookingStatus.PENDING,
    BookingStatus.PENDING_ALLOCATION,
    BookingStatus.CONFIRMED,
)


def command(
    caller: Caller, booking_id: str, request: BookingRequest, *, key: str | None
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidInput: If the request is of the wrong type.
        InvalidIdentifier: If the id or the key is malformed.
    """
    check_request(request)
    arguments = {"booking_id": booking_id, "request": request}
    invocation = caller.invocation("reschedule", key, arguments)
    validators.check_identifier("booking_id", booking_id)
    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=frozenset((booking_id,))),
        lambda view, compiled: reschedule_booking(invocation, view, compiled, booking_id, request),
        prefetch=partial(expected_windows, request, counts=True),
    )


def reschedule_booking(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    booking_id: str,
    request: BookingRequest,
) -> Decision[Booking] | Need:
    """Decide another time, size or wish. The booking's tables are free for it; its holds end."""
    booking = get_booking(view, booking_id)
    if booking.status not in _MAY_BE_RESCHEDULED:
        raise IllegalTransition(booking_id, booking.status.value, "rescheduled")
    owners = (Owner(OwnerKind.BOOKING, booking_id), *owners_for(view, booking_id))
    released = Released(owners, booking_id)
    admission = Admission(view, compiled, invocation.actor, released)
    with_tables = booking.assignment is not None
    seating = admission.admit(request, with_tables=with_tables, counts=True)
    if isinstance(seating, Need):
        return seating
    if isinstance(seating, Refusal):
        raise Refused(seating)
    changed = attrs.evolve(
        booking,
        party_size=request.party_size,
        stay=seating.stay,
        version=booking.version + 1,
        updated_us=view.now_us,
        actor=invocation.actor,
        past_reason=request.past_reason,
    )
    changes = released_for(invocation, view, booking_id)
    if with_tables:
        placing = place(invocation, booking_id, seating)
        assignment = assignment_of(invocation, view, seating, placing)
        changed = attrs.evolve(changed, status=BookingStatus.CONFIRMED, assignment=assignment)
        ended = {hold.id for hold in changes.holds_changed}
        changes += expire_holds(invocation, view, seating.stay.occupied, kept=ended)
        rows = view.allocations_of(OwnerKind.BOOKING, booking_id)
        changes += Changes(removed=rows, added=placing.rows)
    events = (rescheduled_event(invocation, changed, booking), *assigned(invocation, changed))
    answer = changed
    if seating.relaxed:
        answer = with_receipt(changed, Receipt(plan=seating.chosen, relaxed=seating.relaxed))
    return Decision(answer, changes + Changes(bookings=(changed,), events=events))
