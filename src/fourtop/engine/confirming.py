"""The decision to confirm: a hold's tables become a booking's, once; every failure leaves evidence."""

from __future__ import annotations

import hashlib

import attrs

from fourtop.engine.call import Call, Failed, as_replay
from fourtop.engine.holding import as_request, get_booking, get_live_hold
from fourtop.engine.placing import hold_event, place, reaped
from fourtop.engine.rules import Rules
from fourtop.engine.seating import Judge, Own, Seating, find_rivals
from fourtop.errors import (
    FourtopError,
    HoldMismatch,
    IllegalTransition,
    NotFound,
    PolicyDrift,
    Refusal,
    Refused,
)
from fourtop.model.allocation import Owner, OwnerKind, ResourceType
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.calendar import Stay
from fourtop.model.confirmation import ConfirmationResult, Rival, TableSnapshot
from fourtop.model.event import Event, EventType
from fourtop.model.hold import Hold, HoldState, fingerprint_of
from fourtop.model.outcome import Confirmed
from fourtop.ports import Changes, Decision, Need, Scope, View


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
        seating = _requoted(call, view, rules, hold)
    except FourtopError as error:
        evidence = _Evidence(call, view, rules, hold).of_failure(error)
        return Decision(Failed(error), Changes(confirmations=(evidence,)))
    if isinstance(seating, Need):
        return seating
    target = booking.id if booking is not None else call.request["booking_id"] or call.id
    given = _passed_on(view, hold, target) if seating is None else _placed(call, view, hold, (target, seating))
    return _confirmed(call, view, rules, hold, (_booking(call, hold, booking, given, view.now_us), given.changes))


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


def _requoted(call: Call, view: View, rules: Rules, hold: Hold) -> Seating | Need | None:
    """Return another seating if what the hold relied on has changed and a new quote was asked for.

    Raises:
        PolicyDrift: If it has changed and no new quote was asked for.
        Refused: If today's rules or tables have no place for the party.
    """
    house = rules.house
    start_us = hold.stay.dining.start_us
    service = rules.calendar.find_service(start_us)
    stay = rules.calendar.stay(start_us, hold.party, hold.stay.occasion)
    terms = (service.period, stay) if service is not None and isinstance(stay, Stay) else None
    now = fingerprint_of(house.floor, house.policy.planning, hold.tables, terms=terms, party=hold.party)
    if now.digest == hold.fingerprint.digest:
        return None
    if not call.request["requote"]:
        raise PolicyDrift(hold.id, hold.fingerprint.changed(now))
    own = Own((Owner(OwnerKind.HOLD, hold.id),), booking_id=hold.booking_id, hold_id=hold.id)
    seating = Judge(view, rules, own).admit(as_request(hold))
    if isinstance(seating, Refusal):
        raise Refused(seating)
    return seating


# ---- the tables that the booking gets: the hold's rows, or new ones


@attrs.frozen
class _Given:
    """What a booking is given, and the changes of allocations that give it."""

    stay: Stay
    tables: tuple[str, ...]
    merge_group_id: str | None
    changes: Changes


def _passed_on(view: View, hold: Hold, booking_id: str) -> _Given:
    rows = view.allocations_of(OwnerKind.HOLD, hold.id)
    handle = tuple(row for row in rows if row.resource_type is ResourceType.HOLD)
    others = tuple(row for row in rows if row.resource_type is not ResourceType.HOLD)
    group = next((row.resource_id for row in others if row.resource_type is ResourceType.MERGE_GROUP), None)
    replaced = tuple((row, attrs.evolve(row, owner_kind=OwnerKind.BOOKING, owner_id=booking_id)) for row in others)
    return _Given(hold.stay, hold.tables, group, Changes(removed=handle, replaced=replaced))


def _placed(call: Call, view: View, hold: Hold, what: tuple[str, Seating]) -> _Given:
    booking_id, seating = what
    rows = view.allocations_of(OwnerKind.HOLD, hold.id)
    placing = place(call, (OwnerKind.BOOKING, booking_id), seating.plan.tables, seating.stay.block)
    swept = reaped(call, view, seating.stay.block)
    changes = Changes(removed=rows) + swept + Changes(added=placing.rows)
    return _Given(seating.stay, seating.plan.tables, placing.merge_group_id, changes)


def _booking(call: Call, hold: Hold, known: Booking | None, given: _Given, now_us: int) -> Booking:
    assignment = Assignment(given.tables, given.stay.block, given.merge_group_id, now_us, call.actor)
    if known is not None:
        return attrs.evolve(
            known,
            status=BookingStatus.CONFIRMED,
            stay=given.stay,
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
        stay=given.stay,
        assignment=assignment,
        version=1,
        created_us=now_us,
        updated_us=now_us,
        actor=call.actor,
        past_reason=hold.past_reason,
    )


def _confirmed(
    call: Call, view: View, rules: Rules, hold: Hold, booked: tuple[Booking, Changes]
) -> Decision[Confirmed | Failed]:
    now_us = view.now_us
    booking, changes = booked
    outcome = Confirmed(booking, hold.id)
    changes += Changes(
        bookings=(booking,),
        holds_changed=(attrs.evolve(hold, state=HoldState.CONFIRMED),),
        confirmations=(_Evidence(call, view, rules, hold).of_success(booking.id),),
        events=(hold_event(call, EventType.HOLD_CONFIRMED, hold, now_us), assignment_event(call, booking)),
    )
    return Decision(outcome, changes + call.answered(outcome, now_us, key=_key(call, hold.id)))


def assignment_event(call: Call, booking: Booking) -> Event:
    """Return the event that a booking's tables are now these."""
    assignment = booking.assignment
    assert assignment is not None, "an assignment was just made"
    data = {"tables": list(assignment.tables), "window": str(assignment.window), "version": booking.version}
    subject = f"{booking.id}:{booking.version}"
    return call.event(EventType.ASSIGNMENT_SYNC, subject, booking.updated_us, booking_id=booking.id, data=data)


# ---- evidence


class _Evidence:
    """Writes down one attempt to confirm a hold: its tables as they are now, and what is in their way."""

    def __init__(self, call: Call, view: View, rules: Rules, hold: Hold) -> None:
        self._call = call
        self._view = view
        self._floor = rules.house.floor
        self._hold = hold

    def of_success(self, booking_id: str) -> ConfirmationResult:
        """Return the result of an attempt that succeeded."""
        return self._result(booking_id, None)

    def of_failure(self, error: FourtopError) -> ConfirmationResult:
        """Return the result of an attempt that failed."""
        return self._result(self._call.request["booking_id"] or self._hold.booking_id, error)

    def _result(self, booking_id: str | None, error: FourtopError | None) -> ConfirmationResult:
        call, hold = self._call, self._hold
        return ConfirmationResult(
            id=call.row_id("result"),
            restaurant_id=call.restaurant_id,
            hold_id=hold.id,
            booking_id=booking_id,
            key=_key(call, hold.id),
            confirmed=error is None,
            checked_us=self._view.now_us,
            tables=self._tables(),
            rivals=self._rivals(),
            code=None if error is None else error.code.value,
            details={} if error is None else error.details,
            actor=call.actor,
        )

    def _tables(self) -> tuple[TableSnapshot, ...]:
        found = [(table_id, self._floor.find_table(table_id)) for table_id in self._hold.tables]
        return tuple(TableSnapshot(table_id, None if table is None else table.capacity) for table_id, table in found)

    def _rivals(self) -> tuple[Rival, ...]:
        own = [Owner(OwnerKind.HOLD, self._hold.id)]
        rows = find_rivals(self._view, self._hold.tables, self._hold.stay.block, own)
        return tuple(Rival(row.id, row.resource_id, row.window, row.owner_kind.value, row.owner_id) for row in rows)


def evidence_of_loss(call: Call, view: View, rules: Rules, hold_id: str, error: FourtopError) -> Decision[None] | Need:
    """Decide the evidence of a confirmation that the store refused to the last."""
    hold = view.find_hold(hold_id)
    if hold is None:
        return Decision(None)
    need = _missing(view, hold, None)
    if need is not None:
        return need
    return Decision(None, Changes(confirmations=(_Evidence(call, view, rules, hold).of_failure(error),)))
