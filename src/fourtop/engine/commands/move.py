"""Move: give bookings other tables, several in one command, checked as a whole at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import attrs

from fourtop.engine.allocations import Placing, allocate, expire_holds, release_from
from fourtop.engine.checks.distance import Parties, has_distances, reasons_against
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, optional_version, with_expected
from fourtop.engine.enforcement import planner_at
from fourtop.engine.events import assignment_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_booking
from fourtop.engine.rivals import refuse_taken, taken
from fourtop.errors import IllegalTransition, InvalidInput, Proof, Refusal, Refused, safe_repr
from fourtop.errors.display import brief, some
from fourtop.model import validators
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.floor import Floor
from fourtop.model.plan import Plan
from fourtop.model.window import Window
from fourtop.planner import PlanRequest
from fourtop.ports import (
    NO_CHANGES,
    Changes,
    Decision,
    Need,
    Scope,
    SeatedParty,
    View,
)

MAX_MOVES = 100


def _tables(value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidInput("tables", "must be a collection of table ids", safe_repr(value))
    tables = tuple(sorted({validators.check_identifier("tables", each) for each in value}))
    if not tables:
        raise InvalidInput("tables", "must name at least one table", safe_repr(value))
    return tables


@attrs.frozen(repr=False)
class Move:
    """A booking, and the tables that it gets instead of its own.

    Args:
        booking_id: The booking.
        tables: One table id or more. A promise of tables moves with the party.
        override: The host's code (an id) for tables that do not meet the required conditions of
            the booking; only for staff. The event of the move records it.
        expected: The version of the booking that the caller saw; ``None``: any.

    Raises:
        InvalidInput: If no table is named, or the version is out of range.
        InvalidIdentifier: If an id or the code is malformed.

    >>> Move("b1", ["t2", "t1"]).tables
    ('t1', 't2')
    """

    booking_id: str = attrs.field(validator=validators.identifier)
    tables: tuple[str, ...] = attrs.field(converter=_tables)
    override: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    expected: int | None = attrs.field(default=None, kw_only=True, converter=optional_version)

    def __repr__(self) -> str:
        return brief(self, f"{self.booking_id} to {some(self.tables, separator='+')}")


def command(
    caller: Caller, moves: Iterable[Move], *, key: str | None
) -> Command[tuple[Booking, ...]]:
    """Build the command.

    Raises:
        InvalidInput: If moves are missing, more than 100, or two of one booking.
        InvalidIdentifier: If the key is malformed.
    """
    checked = _check_moves(validators.as_instances("moves", moves, Move))
    expected = [move.expected for move in checked if move.expected is not None]
    arguments = with_expected({"moves": checked}, expected or None)
    invocation = caller.invocation("move", key, arguments)
    booking_ids = frozenset(each.booking_id for each in checked)
    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=booking_ids),
        lambda view, compiled: move_bookings(invocation, view, compiled, checked),
    )


def _check_moves(moves: tuple[Move, ...]) -> tuple[Move, ...]:
    if not 1 <= len(moves) <= MAX_MOVES:
        raise InvalidInput("moves", f"must be 1 to {MAX_MOVES} moves", safe_repr(moves))
    booking_ids = [move.booking_id for move in moves]
    if len(set(booking_ids)) < len(moves):
        raise InvalidInput("moves", "must not name a booking twice", safe_repr(booking_ids))
    return moves


@attrs.frozen
class _Step:
    """One booking of the command: its rows, and its new tables with their window."""

    booking: Booking
    rows: tuple[Allocation, ...]
    plan: Plan
    window: Window
    overrides: Mapping[str, object]


def move_bookings(
    invocation: Invocation, view: View, compiled: CompiledHouse, moves: tuple[Move, ...]
) -> Decision[tuple[Booking, ...]] | Need:
    """Decide a batch of moves. Only the end of the batch must be free of overlaps.

    A move to the tables that a booking has already changes nothing.
    """
    overrides = [move.override for move in moves if move.override is not None]
    if overrides and invocation.actor.is_guest:
        raise InvalidInput("override", "must be left to the staff", safe_repr(overrides[0]))
    bookings = [get_booking(view, move.booking_id, move.expected) for move in moves]
    need = _missing(view, bookings)
    if need is not None:
        return need
    found = [
        _step(view, compiled, booking, move) for booking, move in zip(bookings, moves, strict=True)
    ]
    steps = [step for step in found if step is not None]
    owners = tuple(Owner(OwnerKind.BOOKING, step.booking.id) for step in steps)
    for step in steps:
        refusal = refuse_taken(view, step.plan.tables, step.window, owners)
        if refusal is not None:
            raise Refused(refusal)
    placings = [
        allocate(
            invocation,
            (OwnerKind.BOOKING, step.booking.id),
            step.plan.tables,
            step.window,
            part=f"{number}.",
        )
        for number, step in enumerate(steps, 1)
    ]
    _check_apart(placings)
    if has_distances(compiled.house):
        _check_distances(view, compiled.house.floor, steps, placings)
    changes, moved = NO_CHANGES, {booking.id: booking for booking in bookings}
    for step, placing in zip(steps, placings, strict=True):
        booking = _moved(invocation, step, placing, view.now_us)
        moved[booking.id] = booking
        # A seated party keeps the history of its old tables and takes the new ones from now on.
        changes += release_from(step.rows, view.now_us)
        changes += Changes(
            added=placing.rows,
            bookings=(booking,),
            events=(assignment_event(invocation, booking, step.overrides),),
        )
    expired = expire_holds(invocation, view, *(step.window for step in steps))
    return Decision(tuple(moved.values()), expired + changes)


def _missing(view: View, bookings: list[Booking]) -> Need | None:
    windows = tuple(
        window
        for booking in bookings
        for window in _needed(view, booking)
        if not view.scope.covers(window)
    )
    return Need(Scope(view.scope.restaurant_id, windows=windows)) if windows else None


def _needed(view: View, booking: Booking) -> tuple[Window, ...]:
    """Return the windows that a move of a booking may read and allocate."""
    given, overstay = booking.assignment, _overstay(view, booking)
    windows = (booking.stay.occupied, *([] if given is None else [given.window]))
    return windows if overstay is None else (*windows, overstay)


def _step(view: View, compiled: CompiledHouse, booking: Booking, move: Move) -> _Step | None:
    rows = view.allocations_of(OwnerKind.BOOKING, booking.id)
    now_us = view.now_us
    ahead = [
        row
        for row in rows
        if row.window.end_us > now_us and row.resource_type is ResourceType.TABLE
    ]
    overstay = _overstay(view, booking)
    if not booking.status.occupies or not (ahead or overstay):
        raise IllegalTransition(booking.id, booking.status.value, "moved")
    if set(move.tables) == set(booking.tables):
        return None
    plan, overrides = _judged(compiled, booking, move)
    if overstay is not None:
        return _Step(booking, rows, plan, overstay, overrides)
    last = max(ahead, key=lambda row: row.window.end_us).window
    window = Window.of_micros(max(last.start_us, now_us), last.end_us)
    return _Step(booking, rows, plan, window, overrides)


def _judged(
    compiled: CompiledHouse, booking: Booking, move: Move
) -> tuple[Plan, Mapping[str, object]]:
    """Return the plan of the new tables, and what the event of the move says of an override.

    Raises:
        Refused: If they do not suit the party, or break a condition that is not overridden.
    """
    planner = planner_at(compiled, booking.stay)
    plan = planner.judge(PlanRequest(booking.party_size, must=booking.must), move.tables)
    if not isinstance(plan, Refusal):
        return plan, {}
    if move.override is None:
        raise Refused(plan)
    without = planner.judge(PlanRequest(booking.party_size), move.tables)
    if isinstance(without, Refusal):
        raise Refused(without)
    conditions = [kind for reason in plan.reasons for kind in reason.details["conditions"]]
    return without, {"override": move.override, "conditions": conditions}


def _overstay(view: View, booking: Booking) -> Window | None:
    """Return the time for which a party that overstays still needs tables; ``None``: it does not.

    Its rows have ended. At its new tables it gets rows for as long as it is expected to stay.
    """
    given = booking.assignment
    if booking.status is not BookingStatus.CHECKED_IN or given is None:
        return None
    if given.window.end_us > view.now_us:
        return None
    minutes = view.house.policy.seating.overstay_minutes
    party = SeatedParty.of(booking, view.now_us, minutes)
    return Window.of_micros(view.now_us, party.until_us)


def _check_apart(placings: list[Placing]) -> None:
    for one, other in combinations(placings, 2):
        for first in one.rows:
            for second in other.rows:
                is_same = (first.resource_type, first.resource_id) == (
                    second.resource_type,
                    second.resource_id,
                )
                if is_same and first.window.overlaps(second.window):
                    raise Refused(taken([first.resource_id], [second]))


def _check_distances(view: View, floor: Floor, steps: list[_Step], placings: list[Placing]) -> None:
    """Check the distances of each booking from all others, at the end of the batch."""
    owners = tuple(Owner(OwnerKind.BOOKING, step.booking.id) for step in steps)
    for step, placing in zip(steps, placings, strict=True):
        others = tuple(row for each in placings if each is not placing for row in each.rows)
        parties = Parties(view, owners, others)
        reasons = reasons_against(floor, parties, step.plan.tables, step.window)
        if reasons:
            raise Refused(Refusal(reasons, Proof.NAMED_TABLES))


def _moved(invocation: Invocation, step: _Step, placing: Placing, now_us: int) -> Booking:
    assignment = Assignment(
        step.plan.tables, step.window, placing.merge_group_id, now_us, invocation.actor
    )
    return attrs.evolve(
        step.booking,
        assignment=assignment,
        last_step=None,
        version=step.booking.version + 1,
        updated_us=now_us,
        actor=invocation.actor,
    )
