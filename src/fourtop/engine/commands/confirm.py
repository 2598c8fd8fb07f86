"""The decision to confirm: a hold's tables become a booking's, once; every failure leaves evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from functools import cached_property

import attrs

from fourtop.engine.admission import Admission, Released, Seating, find_rivals
from fourtop.engine.allocations import allocate, expire_holds, released_for
from fourtop.engine.commands.hold import as_request
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.events import assignment_event, created_event, hold_event, status_event
from fourtop.engine.invocation import FailedWithEvidence, Invocation, as_replay
from fourtop.engine.preconditions import (
    check_awaits_confirmation,
    differences,
    get_booking,
    get_live_hold,
    owners_for,
)
from fourtop.errors import (
    FourtopError,
    HoldEnded,
    HoldMismatch,
    NotFound,
    PolicyDrift,
    Refusal,
    Refused,
)
from fourtop.formats.results import to_data
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.calendar import Stay
from fourtop.model.confirmation import ConfirmationResult, Rival, TableSnapshot
from fourtop.model.event import EventType
from fourtop.model.hold import Fingerprint, Hold, HoldState, fingerprint_of
from fourtop.ports import NO_CHANGES, Changes, Decision, Need, Scope, View


@attrs.frozen
class Confirmation:
    """What a confirmation is asked for.

    Args:
        hold_id: The hold.
        booking_id: The pending booking, or the id of a new one; ``None``: the hold's, or a new id.
        requote: Whether to quote anew where what the hold relied on has changed.
    """

    hold_id: str
    booking_id: str | None
    requote: bool


def confirm_hold(
    call: Invocation, view: View, rules: CompiledHouse, wanted: Confirmation
) -> Decision[Booking] | Decision[FailedWithEvidence] | Need:
    """Decide a confirmation.

    A hold that was confirmed before gives the stored success, whatever the key. A failed check
    writes its evidence and raises.
    """
    result = view.find_confirmation(wanted.hold_id)
    if result is not None and wanted.booking_id in (None, result.booking_id):
        return _again(call, view, result)
    hold = view.find_hold(wanted.hold_id)
    if hold is None:
        raise NotFound("hold", wanted.hold_id)
    attempt = _Attempt(call, view, rules, hold, wanted)
    need = attempt.missing()
    if need is not None:
        return need
    if result is not None:
        return attempt.failed(HoldMismatch(hold.id, str(wanted.booking_id)))
    return attempt.decided()


def evidence_of_loss(
    call: Invocation, view: View, rules: CompiledHouse, wanted: Confirmation, error: FourtopError
) -> Decision[None] | Need:
    """Decide the evidence of a confirmation that the store refused to the last."""
    hold = view.find_hold(wanted.hold_id)
    if hold is None:
        return Decision(None)
    if not view.scope.covers(hold.stay.occupied):
        return Need(Scope(call.restaurant_id, windows=(hold.stay.occupied,)))
    evidence = _Attempt(call, view, rules, hold, wanted).evidence(
        wanted.booking_id or hold.booking_id, error
    )
    return Decision(None, Changes(confirmations=(evidence,)))


def _again(call: Invocation, view: View, result: ConfirmationResult) -> Decision[Booking] | Need:
    asked = (call.command, result.key)
    if asked not in view.scope.stored_results:
        return Need(Scope(call.restaurant_id, stored_results=frozenset({asked})))
    answer = view.find_stored_result(*asked)
    if answer is None:
        # Their time is over: the result was deleted since this transaction has read it, and then
        # the answer.
        raise HoldEnded(result.hold_id, HoldState.CONFIRMED.value)
    return Decision(as_replay(answer.result))


@attrs.frozen
class _Given:
    """What a booking is given, and the changes of allocations that give it."""

    stay: Stay
    tables: tuple[str, ...]
    merge_group_id: str | None
    changes: Changes


@attrs.frozen
class _Attempt:
    """One attempt to confirm a hold that is on record."""

    call: Invocation
    view: View
    rules: CompiledHouse
    hold: Hold
    wanted: Confirmation

    def decided(self) -> Decision[Booking] | Decision[FailedWithEvidence]:
        """Return the confirmation, or the failure with its evidence."""
        hold = self.hold
        try:
            get_live_hold(self.view, hold.id)
            known = self._target()
            seating = self._requoted(known)
        except FourtopError as error:
            return self.failed(error)
        booking_id = self.wanted.booking_id or self.call.id if known is None else known.id
        others = (
            NO_CHANGES
            if known is None
            else released_for(self.call, self.view, known.id, kept=hold.id)
        )
        kept = {hold.id, *(each.id for each in others.holds_changed)}
        given = (
            self._passed_on(booking_id)
            if seating is None
            else self._placed(booking_id, seating, kept)
        )
        booking = self._booking(booking_id, known, given)
        outcome = booking
        changes = (
            others
            + given.changes
            + Changes(
                bookings=(booking,),
                holds_changed=(attrs.evolve(hold, state=HoldState.CONFIRMED),),
                confirmations=(self.evidence(booking_id),),
                events=(
                    hold_event(
                        self.call, EventType.HOLD_CONFIRMED, hold, self.view.now_us, booking_id
                    ),
                    created_event(self.call, booking)
                    if known is None
                    else status_event(self.call, booking, known.status),
                    assignment_event(self.call, booking),
                ),
            )
        )
        return Decision(
            outcome, changes + self.call.answered(outcome, self.view.now_us, key=self._key)
        )

    def failed(self, error: FourtopError) -> Decision[FailedWithEvidence]:
        """Return the failure, with its evidence."""
        evidence = self.evidence(self.wanted.booking_id or self.hold.booking_id, error)
        return Decision(FailedWithEvidence(error), Changes(confirmations=(evidence,)))

    def missing(self) -> Need | None:
        """Return what has to be loaded besides the hold: nothing, where it is alive and its tables are passed on."""
        hold, scope = self.hold, self.view.scope
        booking_id = hold.booking_id or self.wanted.booking_id
        bookings = frozenset() if booking_id is None else frozenset({booking_id}) - scope.bookings
        more = Scope(scope.restaurant_id, bookings=bookings)
        has_drifted = self._fingerprint_now.digest != hold.fingerprint.digest
        if (has_drifted or not hold.is_alive(self.view.now_us)) and not scope.covers(
            hold.stay.occupied
        ):
            more |= Scope(scope.restaurant_id, windows=(hold.stay.occupied,))
            if has_drifted and self.wanted.requote:
                more |= self._looked_at_to_requote()
        return Need(more) if more.bookings or more.windows else None

    def _looked_at_to_requote(self) -> Scope:
        judge = Admission(self.view, self.rules)
        stay = judge.stay(as_request(self.hold))
        need = None if isinstance(stay, Refusal) else judge.missing(stay)
        return Scope(self.call.restaurant_id) if need is None else need.scope

    @property
    def _key(self) -> str:
        """The call's key, or the one that follows from the hold."""
        return self.call.key or f"hold-{hashlib.sha256(self.hold.id.encode()).hexdigest()[:40]}"

    # ---- the checks

    def _target(self) -> Booking | None:
        """Return the booking to confirm; ``None``: a new one is made."""
        hold, booking_id = self.hold, self.wanted.booking_id
        if hold.booking_id is not None:
            if booking_id is not None and booking_id != hold.booking_id:
                raise HoldMismatch(hold.id, booking_id)
            booking = get_booking(self.view, hold.booking_id)
        else:
            found = None if booking_id is None else self.view.find_booking(booking_id)
            if found is None:
                return None
            booking = found
        differs = differences(booking, hold.party_size, hold.stay.dining.start_us)
        if differs:
            raise HoldMismatch(hold.id, booking.id, differs=differs)
        check_awaits_confirmation(booking)
        return booking

    def _requoted(self, known: Booking | None) -> Seating | None:
        """Return another seating if what the hold relied on has changed and a new quote was asked for.

        Neither the hold nor the booking that it is confirmed for, nor the booking's other holds,
        are in the party's way: it is the same party.

        Raises:
            PolicyDrift: If it has changed and no new quote was asked for.
            Refused: If today's rules or tables have no place for the party.
        """
        hold = self.hold
        now = self._fingerprint_now
        if now.digest == hold.fingerprint.digest:
            return None
        if not self.wanted.requote:
            raise PolicyDrift(hold.id, hold.fingerprint.changed(now))
        booking_id = None if known is None else known.id
        others = () if known is None else owners_for(self.view, known.id)
        own = Released(
            (Owner(OwnerKind.HOLD, hold.id), *others), booking_id=booking_id, hold_id=hold.id
        )
        seating = Admission(self.view, self.rules, own).admit(as_request(hold))
        assert not isinstance(seating, Need), (
            "what another quote looks at is loaded with the hold's own"
        )
        if isinstance(seating, Refusal):
            raise Refused(seating)
        return seating

    @cached_property
    def _fingerprint_now(self) -> Fingerprint:
        hold, house = self.hold, self.rules.house
        start_us = hold.stay.dining.start_us
        service = self.rules.calendar.find_service(start_us)
        stay = self.rules.calendar.stay(start_us, hold.party_size, hold.stay.occasion)
        terms = (service.period, stay) if service is not None and isinstance(stay, Stay) else None
        return fingerprint_of(
            house.floor, house.policy.planning, hold.tables, terms=terms, party_size=hold.party_size
        )

    # ---- the tables that the booking gets: the hold's rows, or new ones

    def _passed_on(self, booking_id: str) -> _Given:
        rows = self.view.allocations_of(OwnerKind.HOLD, self.hold.id)
        handle = tuple(row for row in rows if row.resource_type is ResourceType.HOLD)
        others = tuple(row for row in rows if row.resource_type is not ResourceType.HOLD)
        tables = {row.resource_id for row in others if row.resource_type is ResourceType.TABLE}
        assert tables == set(self.hold.tables), "a live hold has lost its tables"
        group = next(
            (row.resource_id for row in others if row.resource_type is ResourceType.MERGE_GROUP),
            None,
        )
        replaced = tuple(
            (row, attrs.evolve(row, owner_kind=OwnerKind.BOOKING, owner_id=booking_id))
            for row in others
        )
        return _Given(
            self.hold.stay, self.hold.tables, group, Changes(removed=handle, replaced=replaced)
        )

    def _placed(self, booking_id: str, seating: Seating, kept: Collection[str]) -> _Given:
        rows = self.view.allocations_of(OwnerKind.HOLD, self.hold.id)
        placing = allocate(
            self.call, (OwnerKind.BOOKING, booking_id), seating.plan.tables, seating.stay.occupied
        )
        swept = expire_holds(self.call, self.view, seating.stay.occupied, kept=kept)
        changes = Changes(removed=rows) + swept + Changes(added=placing.rows)
        return _Given(seating.stay, seating.plan.tables, placing.merge_group_id, changes)

    def _booking(self, booking_id: str, known: Booking | None, given: _Given) -> Booking:
        hold, now_us = self.hold, self.view.now_us
        return Booking(
            id=booking_id,
            restaurant_id=hold.restaurant_id,
            party_size=hold.party_size,
            status=BookingStatus.CONFIRMED,
            stay=given.stay,
            assignment=Assignment(
                given.tables, given.stay.occupied, given.merge_group_id, now_us, self.call.actor
            ),
            version=1 if known is None else known.version + 1,
            created_us=now_us if known is None else known.created_us,
            updated_us=now_us,
            actor=self.call.actor,
            past_reason=(None if known is None else known.past_reason) or hold.past_reason,
        )

    # ---- the evidence

    def evidence(
        self, booking_id: str | None, error: FourtopError | None = None
    ) -> ConfirmationResult:
        """Write down this attempt: its tables as they are now, and what is in their way."""
        call, hold = self.call, self.hold
        found = [
            (table_id, self.rules.house.floor.find_table(table_id)) for table_id in hold.tables
        ]
        tables = [
            TableSnapshot(table_id, None if table is None else table.capacity)
            for table_id, table in found
        ]
        return ConfirmationResult(
            id=call.row_id("result"),
            restaurant_id=call.restaurant_id,
            hold_id=hold.id,
            booking_id=booking_id,
            key=self._key,
            confirmed=error is None,
            checked_us=self.view.now_us,
            tables=tuple(tables),
            rivals=tuple(
                Rival(row.id, row.resource_id, row.window, row.owner_kind.value, row.owner_id)
                for row in self._rivals()
            ),
            code=None if error is None else error.code.value,
            details={} if error is None else to_data(error.details),
            actor=call.actor,
            window=hold.stay.occupied,
        )

    def _rivals(self) -> tuple[Allocation, ...]:
        hold = self.hold
        if not self.view.scope.covers(hold.stay.occupied):
            assert hold.is_alive(self.view.now_us), (
                "whose tables may be another's by now is looked up"
            )
            return ()
        return find_rivals(
            self.view, hold.tables, hold.stay.occupied, [Owner(OwnerKind.HOLD, hold.id)]
        )
