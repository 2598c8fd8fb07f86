"""Decisions about bookings: book in one step, reschedule, and the steps of their life."""

from __future__ import annotations

import attrs

from fourtop.engine.admission import Admission, Released, Seating
from fourtop.engine.allocations import allocate, expire_holds, release_from, released_for
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.events import assignment_event, created_event, rescheduled_event, status_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_booking, owners_for
from fourtop.errors import AlreadyExists, IllegalTransition, Refusal, Refused
from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.calendar import Stay
from fourtop.model.event import Event
from fourtop.model.receipt import Receipt, Usage
from fourtop.model.request import BookingRequest
from fourtop.model.window import Window
from fourtop.ports import NO_CHANGES, Changes, Decision, Need, View

_MAY_BE_RESCHEDULED = (
    BookingStatus.PENDING,
    BookingStatus.PENDING_ALLOCATION,
    BookingStatus.CONFIRMED,
)


@attrs.frozen
class Terms:
    """On what terms a booking is made.

    Args:
        booking_id: Its id.
        tables_later: Whether it waits for tables.
    """

    booking_id: str
    tables_later: bool


def make_booking(
    call: Invocation, view: View, rules: CompiledHouse, request: BookingRequest, terms: Terms
) -> Decision[Booking] | Need:
    """Decide a booking in one step: caps, choice of tables and confirmation; or caps alone, and tables later."""
    booking_id = terms.booking_id
    # An id that was drawn for this call is new; should it not be, the store says so.
    if booking_id in view.scope.bookings and view.find_booking(booking_id) is not None:
        raise AlreadyExists("booking", booking_id)
    judge = Admission(view, rules)
    seated = _judged(judge, request, tables_later=terms.tables_later)
    if isinstance(seated, Need):
        return seated
    if isinstance(seated, Refusal):
        raise Refused(seated)
    stay = seated.stay if isinstance(seated, Seating) else seated
    booking = Booking(
        id=booking_id,
        restaurant_id=call.restaurant_id,
        party_size=request.party_size,
        status=BookingStatus.PENDING_ALLOCATION,
        stay=stay,
        assignment=None,
        version=1,
        created_us=view.now_us,
        updated_us=view.now_us,
        actor=call.actor,
        past_reason=request.past_reason,
    )
    changes = NO_CHANGES
    if isinstance(seated, Seating):
        booking, placed = _given_tables(call, view, booking, seated)
        changes = expire_holds(call, view, seated.stay.occupied) + placed
    usage = _usage_with(judge, rules, stay, request.party_size)
    changes += Changes(
        bookings=(booking,), events=(created_event(call, booking), *_assigned(call, booking))
    )
    receipt = Receipt(usage=usage, plan=seated.plan if isinstance(seated, Seating) else None)
    return Decision(attrs.evolve(booking, receipt=receipt), changes)


def _judged(
    judge: Admission, request: BookingRequest, *, tables_later: bool
) -> Seating | Stay | Refusal | Need:
    stay = judge.stay(request)
    if isinstance(stay, Refusal):
        return stay
    need = judge.missing(stay, counts=True)
    if need is not None:
        return need
    if tables_later:
        over = judge.over_cap(stay, request.party_size)
        return stay if over is None else over
    return judge.admit(request)


def _usage_with(judge: Admission, rules: CompiledHouse, stay: Stay, party_size: int) -> Usage:
    service = rules.calendar.find_service(stay.dining.start_us)
    assert service is not None, "an admitted party sits down in a service"
    before = judge.usage(service)
    return attrs.evolve(
        before,
        booked_covers=before.booked_covers + party_size,
        booked_parties=before.booked_parties + 1,
    )


def _given_tables(
    call: Invocation, view: View, booking: Booking, seating: Seating
) -> tuple[Booking, Changes]:
    placing = allocate(
        call, (OwnerKind.BOOKING, booking.id), seating.plan.tables, seating.stay.occupied
    )
    assignment = Assignment(
        seating.plan.tables, seating.stay.occupied, placing.merge_group_id, view.now_us, call.actor
    )
    confirmed = attrs.evolve(booking, status=BookingStatus.CONFIRMED, assignment=assignment)
    return confirmed, Changes(added=placing.rows)


def _assigned(call: Invocation, booking: Booking) -> tuple[Event, ...]:
    return () if booking.assignment is None else (assignment_event(call, booking),)


# ---- another time, another party


def reschedule_booking(
    call: Invocation, view: View, rules: CompiledHouse, booking_id: str, request: BookingRequest
) -> Decision[Booking] | Need:
    """Decide another time, size or wish for a booking; its own tables are not in its way, its holds end."""
    booking = get_booking(view, booking_id)
    if booking.status not in _MAY_BE_RESCHEDULED:
        raise IllegalTransition(booking_id, booking.status.value, "rescheduled")
    judge = Admission(
        view,
        rules,
        Released((Owner(OwnerKind.BOOKING, booking_id), *owners_for(view, booking_id)), booking_id),
    )
    seated = _judged(judge, request, tables_later=booking.assignment is None)
    if isinstance(seated, Need):
        return seated
    if isinstance(seated, Refusal):
        raise Refused(seated)
    changed = attrs.evolve(
        booking,
        party_size=request.party_size,
        stay=seated.stay if isinstance(seated, Seating) else seated,
        version=booking.version + 1,
        updated_us=view.now_us,
        actor=call.actor,
        past_reason=request.past_reason,
    )
    changes = released_for(call, view, booking_id)
    if isinstance(seated, Seating):
        changed, placed = _given_tables(call, view, changed, seated)
        swept = expire_holds(
            call, view, seated.stay.occupied, kept={hold.id for hold in changes.holds_changed}
        )
        changes += (
            swept + Changes(removed=view.allocations_of(OwnerKind.BOOKING, booking_id)) + placed
        )
    events = (rescheduled_event(call, changed, booking), *_assigned(call, changed))
    return Decision(changed, changes + Changes(bookings=(changed,), events=events))


# ---- the steps of a life


def change_status(
    call: Invocation, view: View, booking_id: str, target: BookingStatus
) -> Decision[Booking]:
    """Decide a step of the life cycle; one that ends the stay frees the tables from now on."""
    booking = get_booking(view, booking_id)
    seats_without_tables = target is BookingStatus.CHECKED_IN and booking.assignment is None
    if seats_without_tables or not booking.status.may_become(target):
        raise IllegalTransition(booking_id, booking.status.value, target.value)
    changed = attrs.evolve(
        booking,
        status=target,
        version=booking.version + 1,
        updated_us=view.now_us,
        actor=call.actor,
    )
    changes = NO_CHANGES
    if not target.occupies:
        changes = released_for(call, view, booking_id)
        changes += release_from(view.allocations_of(OwnerKind.BOOKING, booking_id), view.now_us)
        changed = attrs.evolve(changed, assignment=_cut(booking.assignment, view.now_us))
    event = status_event(call, changed, booking.status)
    return Decision(changed, changes + Changes(bookings=(changed,), events=(event,)))


def _cut(assignment: Assignment | None, now_us: int) -> Assignment | None:
    if assignment is None or not assignment.window.start_us < now_us < assignment.window.end_us:
        return assignment
    return attrs.evolve(assignment, window=Window.of_micros(assignment.window.start_us, now_us))
