"""Undo: take back the last step of status of a booking, while its tables are free."""

from __future__ import annotations

from typing import Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.allocations import allocate, expire_holds
from fourtop.engine.alternatives import TableSearch, occupied
from fourtop.engine.caps import recount
from fourtop.engine.checks.distance import Parties, has_distances, reasons_against
from fourtop.engine.checks.promised import refuse_starving
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import BookingCall, Caller, Command, booking_command
from fourtop.engine.events import assignment_event, status_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.promises import missing_horizon
from fourtop.engine.rivals import find_rivals
from fourtop.engine.steps import current_rows, in_window, own, with_window
from fourtop.engine.usage import Released
from fourtop.errors import NothingToUndo, Proof, Refusal, Refused
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.booking import Assignment, Booking, BookingStatus, Step
from fourtop.model.window import Window
from fourtop.ports import NO_CHANGES, Changes, Decision, Need, Scope, View

_UNDONE: Final = frozenset(
    {
        BookingStatus.CHECKED_IN,
        BookingStatus.COMPLETED,
        BookingStatus.NO_SHOW,
        BookingStatus.CANCELLED,
    }
)


def command(
    caller: Caller, booking_id: str, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidIdentifier: If the id or the key is malformed.
        InvalidInput: If the version is out of range.
    """
    call = BookingCall(booking_id, expected, key)
    return booking_command(caller, "undo", call, undo_step)


def undo_step(
    invocation: Invocation, view: View, compiled: CompiledHouse, booking: Booking
) -> Decision[Booking] | Need:
    """Decide that a booking returns to the status and the tables that it had before its last step.

    Holds that ended with the step stay ended.
    """
    step = booking.last_step
    if step is None or booking.status not in _UNDONE:
        raise NothingToUndo(booking.id, booking.status.value)
    if step.status.counts_covers and not booking.status.counts_covers:
        found = recount(view, compiled, invocation.actor, booking, booking.party_size)
        if isinstance(found, Need):
            return found
        if isinstance(found, Refusal):
            raise Refused(found)
        booking = attrs.evolve(booking, would_refuse=found)
    return _Undoing(invocation, view, compiled, booking, step).decide()


@attrs.frozen
class _Undoing:
    """The decision that a booking returns to the state before a step."""

    invocation: Invocation
    view: View
    compiled: CompiledHouse
    booking: Booking
    step: Step

    def decide(self) -> Decision[Booking] | Need:
        given, changes = self.booking.assignment, NO_CHANGES
        if self.step.status.occupies and self.step.window is not None and given is not None:
            window, now_us = self.step.window, self.view.now_us
            needed = (window, Window.of_micros(now_us, now_us + 1))
            missing = tuple(each for each in needed if not self.view.scope.covers(each))
            if missing:
                return Need(Scope(self.view.scope.restaurant_id, windows=missing))
            need = self._refuse_taken(given, window) or self._refuse_newcomer(given, window)
            if need is not None:
                return need
            given, changes = self._restored(given, window)
        restored = self._before(given)
        events = [status_event(self.invocation, restored, self.booking.status)]
        if changes is not NO_CHANGES:
            events.append(assignment_event(self.invocation, restored))
        return Decision(restored, changes + Changes(bookings=(restored,), events=tuple(events)))

    def _refuse_taken(self, given: Assignment, window: Window) -> Need | None:
        """Refuse to return to tables that another party has by now, or sits at."""
        view, without = self.view, own(self.booking.id)
        rivals = find_rivals(view, given.tables, window, without)
        if not rivals and self.step.status is BookingStatus.CHECKED_IN:
            moment = Window.of_micros(view.now_us, view.now_us + 1)
            seated = {party.booking.id for party in view.seated_parties()}
            found = find_rivals(view, given.tables, moment, without)
            rivals = tuple(row for row in found if row.owner_id in seated)
        if not rivals:
            return None
        search = TableSearch(self.compiled, self.invocation.actor)
        instead = search.find(view, self.booking, window)
        if isinstance(instead, Need):
            return instead
        raise Refused(occupied(view, given.tables, rivals, instead))

    def _refuse_newcomer(self, given: Assignment, window: Window) -> Need | None:
        """Refuse a party that is expected again if it comes too near, or starves a promise."""
        if self.booking.status.occupies or self.step.status is BookingStatus.CHECKED_IN:
            return None
        view, floor, without = self.view, self.compiled.house.floor, own(self.booking.id)
        if not floor.positions.keys() >= set(given.tables):
            # The store refuses tables that the house has no longer.
            return None
        if has_distances(self.compiled.house):
            reasons = reasons_against(floor, Parties(view, without), given.tables, window)
            if reasons:
                raise Refused(Refusal(reasons, Proof.NAMED_TABLES))
        if not view.has_promises:
            return None
        released = Released(without, self.booking.id)
        admission = Admission(view, self.compiled, self.invocation.actor, released)
        need = missing_horizon(admission, (window,))
        if need is not None:
            return need
        taken = ((floor.mask(given.tables), window),)
        refusal = refuse_starving(admission, self.booking.party_size, taken)
        if refusal is not None:
            raise Refused(refusal)
        return None

    def _restored(self, given: Assignment, window: Window) -> tuple[Assignment, Changes]:
        """Return the assignment and the rows as they were before the step."""
        rows: tuple[Allocation, ...] = current_rows(self.view, self.booking)
        expired = expire_holds(self.invocation, self.view, window)
        before = self._rows_of(window)
        if before:
            # The step has added rows of its own; those of before are still there.
            groups = [row for row in before if row.resource_type is ResourceType.MERGE_GROUP]
            group_id = groups[0].resource_id if groups else None
            again = attrs.evolve(given, window=window, merge_group_id=group_id)
            kept = {row.id for row in before}
            gone = tuple(row for row in rows if row.id not in kept)
            return again, expired + (Changes(removed=gone) if gone else NO_CHANGES)
        if rows:
            return in_window(given, window), expired + with_window(rows, window)
        owner = (OwnerKind.BOOKING, self.booking.id)
        placing = allocate(self.invocation, owner, given.tables, window)
        again = attrs.evolve(given, window=window, merge_group_id=placing.merge_group_id)
        return again, expired + Changes(added=placing.rows)

    def _rows_of(self, window: Window) -> tuple[Allocation, ...]:
        """Return the rows of the booking that have exactly a window."""
        rows = self.view.allocations_of(OwnerKind.BOOKING, self.booking.id)
        return tuple(row for row in rows if row.window == window and not row.shadow)

    def _before(self, given: Assignment | None) -> Booking:
        status = self.step.status
        is_seated = status is BookingStatus.CHECKED_IN
        return attrs.evolve(
            self.booking,
            status=status,
            assignment=given,
            seated_us=self.booking.seated_us if is_seated else None,
            left_us=None,
            last_step=None,
            version=self.booking.version + 1,
            updated_us=self.view.now_us,
            actor=self.invocation.actor,
        )
