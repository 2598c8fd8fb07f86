"""The decision to confirm: a hold's tables become a booking's, once; every failure leaves evidence."""

from __future__ import annotations

import hashlib

import attrs

from fourtop.errors import (
    FourtopError,
    HoldMismatch,
    IllegalTransition,
    NotFound,
    PolicyDrift,
)
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.calendar import Stay
from fourtop.model.confirmation import ConfirmationResult, Rival, TableSnapshot
from fourtop.model.event import Event, EventType
from fourtop.model.hold import Hold, HoldState, fingerprint_of
from fourtop.model.outcome import Confirmed
from fourtop.ports import Changes, Decision, Need, Scope, View
from fourtop.engine.call import Call, Failed, as_replay
from fourtop.engine.holding import get_booking, get_live_hold
from fourtop.engine.placing import hold_event
from fourtop.engine.rules import Rules
from fourtop.engine.seating import find_rivals


def confirm_hold(
    call: Call, view: View, rules: Rules, hold_id: str, booking_id: str | None
) -> Decision[Confirmed | Failed] | Need:
    """Decide a confirmation.

    A hold that was confirmed before gives the stored success, whatever the key. A failed check writes its
    evidence and raises.
    """
    result = view.find_confirmation(hold_id)
    if result is not None:
        return _again(call, view, result, booking_id)
    hold = view.find_hold(hold_id)
    if hold is None:
        raise NotFound("hold", hold_id)
    target_id = booking_id if hold.booking_id is None else hold.booking_id
    need = _missing(view, hold, target_id)
    if need is not None:
        return need
    try:
        get_live_hold(view, hold_id)
        booking = _target(view, hold, booking_id)
        _check_drift(rules, hold)
    except FourtopError as error:
        evidence = failure(call, view, rules, hold, error)
        return Decision(Failed(error), Changes(confirmations=(evidence,)))
    return _confirmed(call, view, rules, hold, booking)


def _key(call: Call, hold_id: str) -> str:
    """Return the call's key, or the one that follows from the hold."""
    return call.key or f"hold-{hashlib.sha256(hold_id.encode()).hexdigest()[:40]}"


def _again(
    call: Call, view: View, result: ConfirmationResult, booking_id: str | None
) -> Decision[Confirmed | Failed] | Need:
    if booking_id is not None and booking_id != result.booking_id:
        raise HoldMismatch(result.hold_id, booking_id)
    asked = (call.command, result.key)
    if asked not in view.scope.answers:
        return Need(Scope(call.restaurant_id, answers=frozenset({asked})))
    answer = view.find_answer(*asked)
    assert answer is not None, "a confirmation's answer is kept as long as its result"
    return Decision(as_replay(answer.outcome), Changes())


def _missing(view: View, hold: Hold, booking_id: str | None) -> Need | None:
    scope = view.scope
    windows = () if scope.covers(hold.stay.block) else (hold.stay.block,)
    bookings = frozenset() if booking_id is None else frozenset({booking_id}) - scope.bookings
    if windows or bookings:
        return Need(Scope(scope.restaurant_id, windows=windows, bookings=bookings))
    return None


def _target(view: View, hold: Hold, booking_id: str | None) -> Booking | None:
    """Return the booking to confirm; ``None``: a new one is made."""
    if hold.booking_id is not None:
        if booking_id not in (None, hold.booking_id):
            assert booking_id is not None, "None is among them"
            raise HoldMismatch(hold.id, booking_id)
        booking = get_booking(view, hold.booking_id)
    else:
        found = None if booking_id is None else view.find_booking(booking_id)
        if found is None:
            return None
        booking = found
        if (booking.party, booking.stay.dining.start_us) != (hold.party, hold.stay.dining.start_us):
            raise HoldMismatch(hold.id, booking.id)
    # A no-show may come back to life, but not through somebody's hold.
    if booking.status not in (BookingStatus.PENDING, BookingStatus.PENDING_ALLOCATION):
        raise IllegalTransition(booking.id, booking.status.value, BookingStatus.CONFIRMED.value)
    return booking


def _check_drift(rules: Rules, hold: Hold) -> None:
    house = rules.house
    service = rules.calendar.find_service(hold.stay.dining.start_us)
    stay = rules.calendar.stay(hold.stay.dining.start_us, hold.party, hold.stay.occasion)
    terms = (service.period, stay) if service is not None and isinstance(stay, Stay) else None
    now = fingerprint_of(house.floor, house.policy.planning, hold.tables, terms=terms, party=hold.party)
    if now.digest != hold.fingerprint.digest:
        raise PolicyDrift(hold.id, hold.fingerprint.changed(now))


def _confirmed(
    call: Call, view: View, rules: Rules, hold: Hold, known: Booking | None
) -> Decision[Confirmed | Failed]:
    now_us = view.now_us
    rows = view.allocations_of(OwnerKind.HOLD, hold.id)
    handle = tuple(row for row in rows if row.resource_type is ResourceType.HOLD)
    passed_on = [row for row in rows if row.resource_type is not ResourceType.HOLD]
    booking = _booking(call, hold, known, _merge_group(passed_on), now_us)
    replaced = tuple(
        (row, attrs.evolve(row, owner_kind=OwnerKind.BOOKING, owner_id=booking.id)) for row in passed_on
    )
    outcome = Confirmed(booking, hold.id)
    changes = Changes(
        removed=handle,
        replaced=replaced,
        bookings=(booking,),
        holds_changed=(attrs.evolve(hold, state=HoldState.CONFIRMED),),
        confirmations=(_result(call, view, rules, hold, booking_id=booking.id),),
        events=(hold_event(call, EventType.HOLD_CONFIRMED, hold, now_us), assignment_event(call, booking)),
    )
    return Decision(outcome, changes + call.answered(outcome, now_us, key=_key(call, hold.id)))


def _merge_group(rows: list[Allocation]) -> str | None:
    return next((row.resource_id for row in rows if row.resource_type is ResourceType.MERGE_GROUP), None)


def _booking(call: Call, hold: Hold, known: Booking | None, merge_group_id: str | None, now_us: int) -> Booking:
    assignment = Assignment(hold.tables, hold.stay.block, merge_group_id, now_us, call.actor)
    if known is not None:
        return attrs.evolve(
            known,
            status=BookingStatus.CONFIRMED,
            stay=hold.stay,
            assignment=assignment,
            version=known.version + 1,
            updated_us=now_us,
            actor=call.actor,
        )
    return Booking(
        id=call.request["booking_id"] or call.id,
        restaurant_id=call.restaurant_id,
        party=hold.party,
        status=BookingStatus.CONFIRMED,
        stay=hold.stay,
        assignment=assignment,
        version=1,
        created_us=now_us,
        updated_us=now_us,
        actor=call.actor,
        past_reason=hold.past_reason,
    )


def assignment_event(call: Call, booking: Booking) -> Event:
    """Return the event that a booking's tables are now these."""
    assignment = booking.assignment
    assert assignment is not None, "an assignment was just made"
    data = {"tables": list(assignment.tables), "window": str(assignment.window), "version": booking.version}
    subject = f"{booking.id}:{booking.version}"
    return call.event(EventType.ASSIGNMENT_SYNC, subject, booking.updated_us, booking_id=booking.id, data=data)


# ---- evidence


def failure(call: Call, view: View, rules: Rules, hold: Hold, error: FourtopError) -> ConfirmationResult:
    """Return the evidence of a confirmation that failed: the error, the tables, and what is in their way."""
    booking_id = call.request["booking_id"] or hold.booking_id
    return _result(call, view, rules, hold, booking_id=booking_id, error=error)


def evidence_of_loss(
    call: Call, view: View, rules: Rules, hold_id: str, error: FourtopError
) -> Decision[None] | Need:
    """Decide the evidence of a confirmation that the store refused to the last."""
    hold = view.find_hold(hold_id)
    if hold is None:
        return Decision(None)
    need = _missing(view, hold, None)
    if need is not None:
        return need
    return Decision(None, Changes(confirmations=(failure(call, view, rules, hold, error),)))


def _result(  # noqa: PLR0913  # a row of evidence has as many sources as columns
    call: Call, view: View, rules: Rules, hold: Hold, *, booking_id: str | None, error: FourtopError | None = None
) -> ConfirmationResult:
    floor = rules.house.floor
    found = [(table_id, floor.find_table(table_id)) for table_id in hold.tables]
    known = [table_id for table_id, table in found if table is not None]
    rivals = find_rivals(view, known, hold.stay.block, [Owner(OwnerKind.HOLD, hold.id)])
    return ConfirmationResult(
        id=call.row_id("result"),
        restaurant_id=call.restaurant_id,
        hold_id=hold.id,
        booking_id=booking_id,
        key=_key(call, hold.id),
        confirmed=error is None,
        checked_us=view.now_us,
        tables=tuple(TableSnapshot(table_id, None if table is None else table.capacity) for table_id, table in found),
        rivals=tuple(
            Rival(row.id, row.resource_id, row.window, row.owner_kind.value, row.owner_id) for row in rivals
        ),
        code=None if error is None else error.code.value,
        details={} if error is None else error.details,
        actor=call.actor,
    )


