"""Move: give bookings other tables, several in one command, checked as a whole at its end."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from fourtop.engine.allocations import (
    Placing,
    allocate,
    expire_holds,
    release_from,
    with_receipt,
)
from fourtop.engine.checks.distance import Parties, has_distances, reasons_against
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, optional_version, with_expected
from fourtop.engine.events import assignment_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.permits import Permits, unneeded
from fourtop.engine.preconditions import check_pin, get_booking
from fourtop.engine.reassignment import Judgement, Reassignment
from fourtop.engine.rivals import refuse_shared, refuse_taken
from fourtop.errors import IllegalTransition, InvalidInput, Proof, Refusal, Refused, safe_repr
from fourtop.errors.display import brief, some
from fourtop.model import validators
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.floor import Floor
from fourtop.model.override import (
    Override,
    as_overrides,
    check_may_override,
    merged,
    standing,
    without_tables,
)
from fourtop.model.receipt import Receipt
from fourtop.model.window import Window
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
        overrides: The rules of the house that staff break for the tables, each with a reason. The
            booking keeps those that were needed.
        expected: The version of the booking that the caller saw; ``None``: any.

    Raises:
        InvalidInput: If no table is named, the version is out of range, or two overrides name one
            rule.
        InvalidIdentifier: If an id is malformed.

    >>> Move("b1", ["t2", "t1"]).tables
    ('t1', 't2')
    """

    booking_id: str = attrs.field(validator=validators.identifier)
    tables: tuple[str, ...] = attrs.field(converter=_tables)
    overrides: tuple[Override, ...] = attrs.field(default=(), kw_only=True, converter=as_overrides)
    expected: int | None = attrs.field(default=None, kw_only=True, converter=optional_version)

    def __repr__(self) -> str:
        return brief(self, f"{self.booking_id} to {some(self.tables, separator='+')}")


def command(
    caller: Caller, moves: Iterable[Move], *, key: str | None
) -> Command[tuple[Booking, ...]]:
    """Build the command.

    Raises:
        InvalidInput: If moves are missing, more than 100, or two of one booking, or a guest
            overrides a rule.
        InvalidIdentifier: If the key is malformed.
    """
    checked = _check_moves(validators.as_instances("moves", moves, Move))
    for move in checked:
        check_may_override(caller.actor, move.overrides)
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
    window: Window
    given: tuple[Override, ...]
    judgement: Judgement


def move_bookings(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    moves: tuple[Move, ...],
    *,
    asks_promises: bool = True,
) -> Decision[tuple[Booking, ...]] | Need:
    """Decide a batch of moves. Only the end of the batch must be free of overlaps.

    A move to the tables that a booking has already changes nothing.

    Args:
        invocation: The call.
        view: The restaurant at this moment.
        compiled: The rules of the house.
        moves: The moves.
        asks_promises: Whether the new tables must leave enough for promised parties.
    """
    bookings = [get_booking(view, move.booking_id, move.expected) for move in moves]
    for booking, move in zip(bookings, moves, strict=True):
        check_pin(booking, move.tables)
    tables = {move.booking_id: move.tables for move in moves}
    reassignment = Reassignment(view, compiled, invocation.actor, tables)
    need = _missing(view, bookings, reassignment)
    if need is not None:
        return need
    found = [
        _step(reassignment, booking, move) for booking, move in zip(bookings, moves, strict=True)
    ]
    steps = [step for step in found if step is not None]
    need = reassignment.missing_promises([step.window for step in steps]) if asks_promises else None
    if need is not None:
        return need
    owners = tuple(Owner(OwnerKind.BOOKING, step.booking.id) for step in steps)
    for step in steps:
        refusal = refuse_taken(view, step.judgement.plan.tables, step.window, owners)
        if refusal is not None:
            raise Refused(refusal)
    placings = [
        allocate(
            invocation,
            (OwnerKind.BOOKING, step.booking.id),
            step.judgement.plan.tables,
            step.window,
            part=f"{number}.",
        )
        for number, step in enumerate(steps, 1)
    ]
    refusal = refuse_shared(row for each in placings for row in each.rows)
    if refusal is not None:
        raise Refused(refusal)
    if has_distances(compiled.house):
        steps = _apart_from_others(view, compiled.house.floor, steps, placings)
    if asks_promises:
        steps = _beside_promises(reassignment, steps)
    changes, moved = NO_CHANGES, {booking.id: booking for booking in bookings}
    for step, placing in zip(steps, placings, strict=True):
        booking = _moved(invocation, step, placing, view.now_us)
        moved[booking.id] = _reported(booking, step)
        # A seated party keeps the history of its old tables and takes the new ones from now on.
        changes += release_from(step.rows, view.now_us)
        changes += Changes(
            added=placing.rows,
            bookings=(booking,),
            events=(assignment_event(invocation, booking, step.judgement.conditions),),
        )
    expired = expire_holds(invocation, view, *(step.window for step in steps))
    return Decision(tuple(moved.values()), expired + changes)


def _reported(booking: Booking, step: _Step) -> Booking:
    """Return a moved booking with the overrides that were not needed, if there are any."""
    rules = unneeded(step.given, step.judgement.overrides)
    return with_receipt(booking, Receipt(unneeded=rules)) if rules else booking


def _missing(view: View, bookings: list[Booking], reassignment: Reassignment) -> Need | None:
    windows = tuple(
        window
        for booking in bookings
        for window in _needed(view, booking)
        if not view.scope.covers(window)
    )
    counts = reassignment.missing()
    if not windows and counts is None:
        return None
    need = Scope(view.scope.restaurant_id, windows=windows)
    return Need(need if counts is None else need | counts)


def _needed(view: View, booking: Booking) -> tuple[Window, ...]:
    """Return the windows that a move of a booking may read and allocate."""
    given, overstay = booking.assignment, _overstay(view, booking)
    windows = (booking.stay.occupied, *([] if given is None else [given.window]))
    return windows if overstay is None else (*windows, overstay)


def _step(reassignment: Reassignment, booking: Booking, move: Move) -> _Step | None:
    view = reassignment.view
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
    window = overstay
    if window is None:
        last = max(ahead, key=lambda row: row.window.end_us).window
        window = Window.of_micros(max(last.start_us, now_us), last.end_us)
    judgement = reassignment.judge(booking, window, move.overrides)
    if isinstance(judgement, Refusal):
        raise Refused(judgement)
    return _Step(booking, rows, window, move.overrides, judgement)


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


def _apart_from_others(
    view: View, floor: Floor, steps: list[_Step], placings: list[Placing]
) -> list[_Step]:
    """Return the bookings with the distances that staff had to override, at the end of the batch.

    Raises:
        Refused: If a booking does not keep a distance from the others that is not overridden.
    """
    found = []
    owners = tuple(Owner(OwnerKind.BOOKING, step.booking.id) for step in steps)
    for step, placing in zip(steps, placings, strict=True):
        others = tuple(row for each in placings if each is not placing for row in each.rows)
        parties = Parties(view, owners, others)
        judgement, permits = step.judgement, Permits(step.given)
        reasons = reasons_against(floor, parties, judgement.plan.tables, step.window)
        left = permits.left_of(reasons)
        if left:
            raise Refused(Refusal(left, Proof.NAMED_TABLES))
        found.append(_with_overrides(step, permits.needed))
    return found


def _beside_promises(reassignment: Reassignment, steps: list[_Step]) -> list[_Step]:
    """Return the bookings; those that staff let break a promise of tables keep the override.

    Raises:
        Refused: If promised parties need the new tables, and no move overrides that.
    """
    floor = reassignment.compiled.house.floor
    taken = tuple((floor.mask(step.judgement.plan.tables), step.window) for step in steps)
    refusal = reassignment.refuse_starving([step.booking for step in steps], taken)
    if refusal is None:
        return steps
    permits = [Permits(step.given) for step in steps]
    allowed = [each.allow(refusal) for each in permits]
    if not any(allowed):
        raise Refused(refusal)
    return [_with_overrides(step, each.needed) for step, each in zip(steps, permits, strict=True)]


def _with_overrides(step: _Step, needed: tuple[Override, ...]) -> _Step:
    overrides = merged(step.judgement.overrides, needed)
    return attrs.evolve(step, judgement=attrs.evolve(step.judgement, overrides=overrides))


def _moved(invocation: Invocation, step: _Step, placing: Placing, now_us: int) -> Booking:
    needed = step.judgement.overrides
    tables = step.judgement.plan.tables
    assignment = Assignment(tables, step.window, placing.merge_group_id, now_us, invocation.actor)
    return attrs.evolve(
        step.booking,
        assignment=assignment,
        # The planner would not find tables that break a rule again.
        names_tables=step.booking.names_tables or bool(standing(needed, is_same_size=True)),
        overrides=merged(without_tables(step.booking.overrides), needed),
        last_step=None,
        version=step.booking.version + 1,
        updated_us=now_us,
        actor=invocation.actor,
    )
