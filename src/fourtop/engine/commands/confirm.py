"""Confirm: turn a live hold into a confirmed booking, once. A failure leaves evidence.

The steps, in order, each with the function that takes it:

1. ``command`` checks the arguments. Its scope names the hold and the booking.
2. ``confirm_hold`` returns the stored booking if the hold was confirmed before (``_again``).
3. ``ConfirmationChecks.missing`` asks for the records that the scope lacks: the hold's booking,
   and, if the house was edited or the hold has expired, the records of its window.
4. ``_Attempt.decided`` runs the checks. ``preconditions.check_alive``: the hold is alive.
   ``target``: the booking waits for this party size and start. ``admitted_again``: if the house
   was edited since the hold was made, ``Admission`` runs the list of checks again, and the facts
   of the hold are compared.
5. ``_passed_on`` gives the hold's rows to the booking. If a fact has changed and the caller asked
   for a new quote, ``_placed`` removes the rows and makes new ones.
6. ``_booking`` confirms the waiting booking, or makes one (``engine/confirmed_hold.py``).
7. ``_Attempt.decided`` writes all of it at once: the rows, the booking, the end of the hold and of
   the booking's other holds (``allocations.released_for``), the evidence, the stored result and
   the events.

``_Attempt.failed`` writes the evidence of a failed check; the executor then raises its error. If
the store refuses the changes after the last retry, ``evidence_of_loss`` decides the evidence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

import attrs

from fourtop.engine.admitted_party import Seating
from fourtop.engine.allocations import allocate, expire_holds, in_state, released_for
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.confirmation_checks import Confirmation, ConfirmationChecks
from fourtop.engine.confirmed_hold import GivenTables, confirmed, new_booking
from fourtop.engine.dispatch.requests import (
    Caller,
    Command,
    one_or_none,
    optional_id,
    optional_version,
    with_expected,
)
from fourtop.engine.events import assignment_event, created_event, hold_event, status_event
from fourtop.engine.invocation import FailedWithEvidence, Invocation, as_replay
from fourtop.engine.preconditions import check_alive
from fourtop.engine.rivals import find_rivals
from fourtop.errors import FourtopError, HoldEnded, HoldMismatch, NotFound
from fourtop.formats.results import to_data
from fourtop.model import validators
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.booking import Assignment, Booking
from fourtop.model.confirmation import ConfirmationResult, Rival, TableSnapshot
from fourtop.model.direct_init import direct_init
from fourtop.model.event import EventType
from fourtop.model.hold import HoldState
from fourtop.ports import NO_CHANGES, Changes, Decision, Need, Scope, View


def command(caller: Caller, wanted: Confirmation, *, key: str | None) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidInput: If ``requote`` is not a bool.
        InvalidIdentifier: If an id or the key is malformed.
    """
    validators.check_instance("requote", wanted.requote, bool)
    booking_id = optional_id("booking_id", wanted.booking_id)
    expected = optional_version(wanted.expected)
    invocation = caller.invocation("confirm", key, with_expected(_arguments(wanted), expected))
    hold_id = validators.check_identifier("hold_id", wanted.hold_id)
    scope = Scope(
        caller.restaurant_id, holds=frozenset((hold_id,)), bookings=one_or_none(booking_id)
    )

    def on_lost(view: View, compiled: CompiledHouse, error: FourtopError) -> Decision[None] | Need:
        hold = view.find_hold(hold_id)
        if hold is None:
            return Decision(None)
        return evidence_of_loss(_Attempt(invocation, view, compiled, wanted, hold), error)

    return Command(
        invocation,
        scope,
        lambda view, compiled: confirm_hold(invocation, view, compiled, wanted),
        on_lost,
    )


def _arguments(wanted: Confirmation) -> dict[str, Any]:
    """Return the arguments that tell one request under a key from another.

    The version has a place of its own, so that the keys of earlier releases still replay.
    """
    hold_id, booking_id, requote = wanted.hold_id, wanted.booking_id, wanted.requote
    return {"wanted": {"hold_id": hold_id, "booking_id": booking_id, "requote": requote}}


def confirm_hold(
    invocation: Invocation, view: View, compiled: CompiledHouse, wanted: Confirmation
) -> Decision[Booking] | Decision[FailedWithEvidence] | Need:
    """Decide a confirmation.

    A hold that was confirmed before returns the stored success, with any key. A failed check writes
    its evidence and raises.
    """
    result = view.find_confirmation(wanted.hold_id)
    if result is not None and wanted.booking_id in (None, result.booking_id):
        return _again(invocation, view, result)
    hold = view.find_hold(wanted.hold_id)
    if hold is None:
        raise NotFound("hold", wanted.hold_id)
    attempt = _Attempt(invocation, view, compiled, wanted, hold)
    need = attempt.missing()
    if need is not None:
        return need
    if result is not None:
        return attempt.failed(HoldMismatch(wanted.hold_id, str(wanted.booking_id)))
    return attempt.decided()


def evidence_of_loss(attempt: _Attempt, error: FourtopError) -> Decision[None] | Need:
    """Decide the evidence of a confirmation that lost its last race in the store."""
    view, occupied = attempt.view, attempt.hold.stay.occupied
    if not view.scope.covers(occupied):
        return Need(Scope(view.scope.restaurant_id, windows=(occupied,)))
    evidence = attempt.evidence(attempt.wanted.booking_id or attempt.hold.booking_id, error)
    return Decision(None, Changes(confirmations=(evidence,)))


def _again(
    invocation: Invocation, view: View, result: ConfirmationResult
) -> Decision[Booking] | Need:
    asked = (invocation.command, result.key)
    if asked not in view.scope.stored_results:
        return Need(Scope(invocation.restaurant_id, stored_results=frozenset({asked})))
    answer = view.find_stored_result(*asked)
    if answer is None:
        # The retention job deleted the result and its answer since this transaction read it.
        raise HoldEnded(result.hold_id, HoldState.CONFIRMED.value)
    return Decision(as_replay(answer.result))


def _key_of(hold_id: str) -> str:
    """Return the key of a confirmation without a key: it follows from the hold.

    No key of a host contains a slash, so that neither can ever be taken for the other.
    """
    return f"hold/{hashlib.sha256(hold_id.encode()).hexdigest()[:40]}"


@direct_init
@attrs.frozen(eq=False)
class _Attempt(ConfirmationChecks):
    """One attempt to confirm a hold that exists: its checks, and what they lead to.

    Args:
        key: The invocation's key, or the one that follows from the hold.
    """

    key: str = attrs.field(init=False)

    @key.default
    def _name_it(self) -> str:
        return self.invocation.key or _key_of(self.hold.id)

    def decided(self) -> Decision[Booking] | Decision[FailedWithEvidence]:
        """Return the confirmation, or the failure with its evidence."""
        hold, view, invocation = self.hold, self.view, self.invocation
        try:
            check_alive(hold, view.now_us)
            known = self.target()
            seating = self.admitted_again(known)
        except FourtopError as error:
            return self.failed(error)
        booking_id = self.wanted.booking_id or invocation.id if known is None else known.id
        others = NO_CHANGES
        if known is not None:
            others = released_for(invocation, view, known.id, kept=hold.id)
        if seating is None:
            given = self._passed_on(booking_id)
        else:
            kept = {hold.id, *(each.id for each in others.holds_changed)}
            given = self._placed(booking_id, seating, kept)
        booking = self._booking(booking_id, known, given)
        stored = invocation.stored(booking, view.now_us, self.key)
        changes = Changes(
            removed=given.changes.removed,
            replaced=given.changes.replaced,
            added=given.changes.added,
            bookings=(booking,),
            holds_changed=(*given.changes.holds_changed, in_state(hold, HoldState.CONFIRMED)),
            confirmations=(self.evidence(booking_id),),
            stored_results=(stored,),
            events=(
                *given.changes.events,
                hold_event(invocation, EventType.HOLD_CONFIRMED, hold, view.now_us, booking_id),
                created_event(invocation, booking)
                if known is None
                else status_event(invocation, booking, known.status),
                assignment_event(invocation, booking),
            ),
        )
        return Decision(booking, others + changes)

    def failed(self, error: FourtopError) -> Decision[FailedWithEvidence]:
        """Return the failure, with its evidence."""
        evidence = self.evidence(self.wanted.booking_id or self.hold.booking_id, error)
        return Decision(FailedWithEvidence(error), Changes(confirmations=(evidence,)))

    # ---- the tables of the booking: the hold's rows, or new ones

    def _passed_on(self, booking_id: str) -> GivenTables:
        rows = self.view.allocations_of(OwnerKind.HOLD, self.hold.id)
        tables: set[str] = set()
        group: str | None = None
        handle: list[Allocation] = []
        replaced: list[tuple[Allocation, Allocation]] = []
        for row in rows:
            if row.resource_type is ResourceType.HOLD:
                handle.append(row)
                continue
            replaced.append((row, _owned_by(row, booking_id)))
            if row.resource_type is ResourceType.TABLE:
                tables.add(row.resource_id)
            else:
                group = row.resource_id
        assert tables == set(self.hold.tables), "a live hold has lost its tables"
        changes = Changes(removed=tuple(handle), replaced=tuple(replaced))
        hold = self.hold
        return GivenTables(
            hold.stay, hold.tables, group, changes, hold.overrides, hold.would_refuse
        )

    def _placed(self, booking_id: str, seating: Seating, kept: Collection[str]) -> GivenTables:
        rows = self.view.allocations_of(OwnerKind.HOLD, self.hold.id)
        tables, occupied = seating.plan.tables, seating.stay.occupied
        placing = allocate(self.invocation, (OwnerKind.BOOKING, booking_id), tables, occupied)
        expired = expire_holds(self.invocation, self.view, occupied, kept=kept)
        changes = Changes(removed=rows) + expired + Changes(added=placing.rows)
        group = placing.merge_group_id
        return GivenTables(
            seating.stay, tables, group, changes, seating.overrides, seating.would_refuse
        )

    def _booking(self, booking_id: str, known: Booking | None, given: GivenTables) -> Booking:
        calendar, group = self.compiled.calendar, given.merge_group_id
        now_us, actor = self.view.now_us, self.invocation.actor
        assignment = Assignment(given.tables, given.stay.occupied, group, now_us, actor)
        if known is None:
            return new_booking(booking_id, self.hold, given, assignment, calendar)
        return confirmed(known, self.hold, given, assignment, calendar)

    # ---- the evidence

    def evidence(
        self, booking_id: str | None, error: FourtopError | None = None
    ) -> ConfirmationResult:
        """Record this attempt: the state of its tables now, and the rivals on them."""
        invocation, hold = self.invocation, self.hold
        floor = self.compiled.house.floor
        found = [(table_id, floor.find_table(table_id)) for table_id in hold.tables]
        tables = [
            TableSnapshot(table_id, None if table is None else table.capacity)
            for table_id, table in found
        ]
        rivals = [
            Rival(row.id, row.resource_id, row.window, row.owner_kind.value, row.owner_id)
            for row in self._rivals()
        ]
        return ConfirmationResult(
            id=invocation.row_id("result"),
            restaurant_id=invocation.restaurant_id,
            hold_id=hold.id,
            booking_id=booking_id,
            key=self.key,
            confirmed=error is None,
            checked_us=self.view.now_us,
            tables=tuple(tables),
            rivals=tuple(rivals),
            code=None if error is None else error.code.value,
            details={} if error is None else to_data(error.details),
            actor=invocation.actor,
            window=hold.stay.occupied,
        )

    def _rivals(self) -> tuple[Allocation, ...]:
        hold = self.hold
        if not self.view.scope.covers(hold.stay.occupied):
            assert hold.is_alive(self.view.now_us), "the tables of a dead hold are looked up"
            return ()
        own = [Owner(OwnerKind.HOLD, hold.id)]
        return find_rivals(self.view, hold.tables, hold.stay.occupied, own)


def _owned_by(row: Allocation, booking_id: str) -> Allocation:
    return Allocation(
        row.id,
        row.restaurant_id,
        row.resource_type,
        row.resource_id,
        row.window,
        OwnerKind.BOOKING,
        booking_id,
    )
