"""Commit a day plan: give all its bookings their tables, in one command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.admitted_party import Seating
from fourtop.engine.allocations import expire_holds
from fourtop.engine.checks.distance import Parties, has_distances, reasons_against
from fourtop.engine.commands.assign import give_tables
from fourtop.engine.commands.move import Move, move_bookings
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.composition import composition_of
from fourtop.engine.dispatch.requests import Caller, Command
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import (
    check_awaits_confirmation,
    check_house_versions,
    get_booking,
    owners_for,
)
from fourtop.engine.promises import can_seat_all, protected_parties
from fourtop.engine.queries.availability import missing_from
from fourtop.engine.queries.day_parties import expected_windows, reach_of
from fourtop.engine.rivals import refuse_shared
from fourtop.engine.usage import Released
from fourtop.errors import Code, InvalidInput, Proof, Reason, Refusal, Refused
from fourtop.errors.display import safe_repr
from fourtop.model import validators
from fourtop.model.allocation import Allocation, Owner, OwnerKind
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.booking_change import request_of
from fourtop.model.day_plan import DayPlan
from fourtop.model.window import Window
from fourtop.ports import NO_CHANGES, Changes, Decision, Need, Scope, View


def command(caller: Caller, plan: DayPlan, *, key: str | None) -> Command[tuple[Booking, ...]]:
    """Build the command.

    Raises:
        InvalidInput: If it is not a day plan of this restaurant.
        InvalidIdentifier: If the key is malformed.
    """
    validators.check_instance("plan", plan, DayPlan)
    if plan.restaurant_id != caller.restaurant_id:
        rule = "must be a plan of this restaurant"
        raise InvalidInput("plan", rule, safe_repr(plan.restaurant_id))
    # Named like the version of a single booking: a stale plan is not decided again.
    arguments = {"moves": plan.moves, "expected": plan.versions}
    invocation = caller.invocation("commit_day_plan", key, arguments)
    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=frozenset(each.booking_id for each in plan.moves)),
        lambda view, compiled: commit_plan(invocation, view, compiled, plan),
        prefetch=partial(expected_windows, plan.on),
    )


def commit_plan(
    invocation: Invocation, view: View, compiled: CompiledHouse, plan: DayPlan
) -> Decision[tuple[Booking, ...]] | Need:
    """Decide all moves of a day plan; only their end must be in order.

    The plan is stale if the floor, the policy or one of its bookings has changed. Parties that have
    arrived or are late by now stay, as in a new plan. All rules run again. The plan itself keeps
    the promises of tables to its own bookings; those to others bind.
    """
    check_house_versions(view, plan.versions)
    bookings = {
        each.booking_id: get_booking(view, each.booking_id, each.version) for each in plan.moves
    }
    _check_ahead(view, bookings.values())
    need = missing_from(Admission(view, compiled, invocation.actor), reach_of(compiled, plan.on))
    if need is not None:
        return need
    moves = tuple(Move(each.booking_id, each.tables) for each in plan.moves if each.before)
    moved = _moved(invocation, view, compiled, moves)
    work = _Work(
        invocation, view, compiled, plan, bookings, {each.id: each for each in moved.result}
    )
    given, changes = work.give(moved.changes)
    assert not changes.replaced, "no party that has begun its stay moves"
    work.check_end(given, changes.added)
    ended = {hold.id for hold in changes.holds_changed}
    windows = [row.window for row in changes.added]
    changes = expire_holds(invocation, view, *windows, kept=ended) + changes
    return Decision(tuple(given[each.booking_id] for each in plan.moves), changes)


def _check_ahead(view: View, bookings: Iterable[Booking]) -> None:
    """Check that no party with tables has begun its stay: it may stand in the door.

    Raises:
        Refused: If a party has arrived or is late.
    """
    tables: list[str] = []
    stuck: dict[str, str] = {}
    for booking in bookings:
        why = _why_it_stays(booking, view.now_us)
        if why is not None:
            tables += booking.tables
            stuck[booking.id] = why
    if stuck:
        facts = {"tables": tables, "causes": stuck, "in_the_way": []}
        raise Refused(Refusal((Reason(Code.CANNOT_BE_FREED, facts),), Proof.NAMED_TABLES))


def _why_it_stays(booking: Booking, now_us: int) -> str | None:
    """Return why a party stays, of the causes that the time brings; ``None``: none of them."""
    if booking.status is BookingStatus.CHECKED_IN:
        return booking.status.value
    given = booking.assignment
    is_late = given is not None and given.window.start_us < now_us
    return "late" if is_late and booking.status is BookingStatus.CONFIRMED else None


def _moved(
    invocation: Invocation, view: View, compiled: CompiledHouse, moves: tuple[Move, ...]
) -> Decision[tuple[Booking, ...]]:
    if not moves:
        return Decision((), NO_CHANGES)
    decided = move_bookings(invocation, view, compiled, moves, asks_promises=False)
    assert isinstance(decided, Decision), "the view covers the date of the plan"
    return decided


@attrs.frozen
class _Work:
    """The bookings of a plan that is being committed.

    Args:
        invocation: The call.
        view: The restaurant at this moment; it covers the date.
        compiled: The rules of the house.
        plan: The plan.
        bookings: Its bookings as they are, by id.
        moved: Those that had tables, at their new ones, by id.
    """

    invocation: Invocation
    view: View
    compiled: CompiledHouse
    plan: DayPlan
    bookings: dict[str, Booking]
    moved: dict[str, Booking]

    @property
    def owners(self) -> tuple[Owner, ...]:
        """The bookings of the plan, as owners of allocations."""
        return tuple(Owner(OwnerKind.BOOKING, each) for each in self.bookings)

    def give(self, changes: Changes) -> tuple[dict[str, Booking], Changes]:
        """Return all bookings at their tables, and the changes with those of the first tables."""
        given = dict(self.moved)
        waiting = [each for each in self.plan.moves if each.booking_id not in given]
        planned = given | {
            each.booking_id: self._planned(self.bookings[each.booking_id], each.tables)
            for each in waiting
        }
        for number, each in enumerate(waiting, len(given) + 1):
            booking = self.bookings[each.booking_id]
            check_awaits_confirmation(booking)
            seating = self._seating(booking, each.tables, planned)
            part = attrs.evolve(self.invocation, id=self.invocation.row_id(number))
            given[booking.id], more = give_tables(part, self.view, booking, seating)
            changes += more
        return given, changes

    def _planned(self, booking: Booking, tables: tuple[str, ...]) -> Booking:
        """Return a booking as it counts in the caps of zones once it has its tables."""
        window, actor = booking.stay.occupied, self.invocation.actor
        assignment = Assignment(tables, window, None, self.view.now_us, actor)
        return attrs.evolve(booking, assignment=assignment)

    def _seating(
        self, booking: Booking, tables: tuple[str, ...], planned: dict[str, Booking]
    ) -> Seating:
        """Return the seating of a booking that waits, beside all others at their new tables."""
        others = tuple(each for each in planned.values() if each.id != booking.id)
        released = Released(
            (*self.owners, *owners_for(self.view, booking.id)),
            booking.id,
            minutes=booking.minutes,
            moved=others,
        )
        admission = Admission(self.view, self.compiled, self.invocation.actor, released)
        # The promises are checked once all parties have their tables.
        admission.composition = composition_of(self.compiled)
        admission.protected_parties = None
        request = request_of(booking).replaced(tables=tables)
        # The party may be late. One that is over gets no tables, as with ``assign``.
        is_over = booking.stay.occupied.end_us <= self.view.now_us
        seating = admission.admit(request) if is_over else admission.admit_again(request)
        assert not isinstance(seating, Need), "the view covers the date of the plan"
        if isinstance(seating, Refusal):
            raise Refused(seating)
        return seating

    # ---- the end of the command

    def check_end(self, given: dict[str, Booking], rows: Sequence[Allocation]) -> None:
        """Check the new rows beside each other, and the promises to parties outside the plan.

        Raises:
            Refused: If two parties share a table or do not keep a distance, or if a party that was
                promised tables could get none.
        """
        refusal = refuse_shared(rows)
        if refusal is not None:
            raise Refused(refusal)
        if has_distances(self.compiled.house):
            self._check_distances(given, rows)
        self._check_promises(given)

    def _check_distances(self, given: dict[str, Booking], rows: Sequence[Allocation]) -> None:
        floor = self.compiled.house.floor
        for booking in given.values():
            others = tuple(row for row in rows if row.owner_id != booking.id)
            parties = Parties(self.view, self.owners, others)
            window = _window_of(booking)
            reasons = reasons_against(floor, parties, booking.tables, window)
            if reasons:
                raise Refused(Refusal(reasons, Proof.NAMED_TABLES))

    def _check_promises(self, given: dict[str, Booking]) -> None:
        known = {*given, *(each.booking_id for each in self.plan.left)}
        windows = [_window_of(booking) for booking in given.values()]
        if all(booking.id in known for each in windows for booking in self.view.promised(each)):
            return
        floor, planner = self.compiled.house.floor, self.compiled.planner
        released = Released(self.owners)
        admission = Admission(self.view, self.compiled, self.invocation.actor, released)
        promised = tuple(
            each for each in protected_parties(admission, windows) if each.booking_id not in known
        )
        tables = tuple((floor.mask(each.tables), _window_of(each)) for each in given.values())
        found = can_seat_all(planner, promised, tables)
        if found is not True:
            guests = sum(each.party_size for each in given.values())
            facts = {"party_size": guests, "promised": [each.booking_id for each in promised]}
            proof = Proof.NOT_PROVEN if found is None else Proof.NAMED_TABLES
            raise Refused(Refusal((Reason(Code.TABLES_PROMISED, facts),), proof))


def _window_of(booking: Booking) -> Window:
    assert booking.assignment is not None, "the plan has given it tables"
    return booking.assignment.window
