"""Free and block: move the bookings in the way of a block to other tables, and make the block."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.alternatives import TableSearch
from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.engine.checks.distance import Parties, close_tables, has_distances
from fourtop.engine.checks.tables import (
    ask_of,
    barred_sets,
    excluded_from,
    free_tables,
    planner_of,
)
from fourtop.engine.commands.block import BlockCall, end_in_future, put_in_place, tables_of_block
from fourtop.engine.commands.move import MAX_MOVES, Move, move_bookings
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command
from fourtop.engine.invocation import Invocation
from fourtop.engine.promises import (
    Promise,
    Taken,
    can_seat_all,
    missing_horizon,
    protected_parties,
    seated_together,
)
from fourtop.engine.rivals import describe, find_all_rivals
from fourtop.engine.usage import Released
from fourtop.errors import Code, InvalidInput, Proof, Reason, Refusal, Refused
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.block import Block, FreedBlock
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.plan import Plan
from fourtop.model.window import Window
from fourtop.planner.node_budget import NodeBudget
from fourtop.ports import Decision, Need, Scope, View

# For each booking the search tries so many of its best plans, and for all of them so many in all.
MOST_PLANS: Final = 8
MAX_NODES: Final = 1_000

_NO_TABLES: Final = "no_tables"


def command(caller: Caller, call: BlockCall) -> Command[FreedBlock]:
    """Build the command.

    Raises:
        InvalidInput: If an argument is of the wrong type.
        InvalidIdentifier: If an id or the key is malformed.
    """
    (invocation, block), zone_id = call.begin(caller, "free_and_block"), call.zone_id
    return Command(
        invocation,
        Scope(caller.restaurant_id, windows=(call.window,)),
        lambda view, compiled: free_and_block(invocation, view, compiled, block, zone_id=zone_id),
    )


def free_and_block(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    block: Block,
    *,
    zone_id: str | None,
) -> Decision[FreedBlock] | Need:
    """Decide a block together with the moves that free its tables.

    A hold, another block, a seated party, a pinned booking and one that was promised its tables are
    not moved. The others get the best other tables that a bounded search finds for all of them; a
    larger party chooses first. Parties that were promised tables and can be seated beside the block
    keep their promise if the search finds such tables; the block itself asks for no promise.
    """
    tables = tables_of_block(compiled.house.floor, block.tables, zone_id)
    window = end_in_future(block.window, view.now_us)
    rivals = find_all_rivals(view, tables, window)
    booking_ids = frozenset(row.owner_id for row in rivals if row.owner_kind is OwnerKind.BOOKING)
    if not booking_ids <= view.scope.bookings:
        windows = tuple(dict.fromkeys(row.window for row in rivals))
        return Need(Scope(view.scope.restaurant_id, bookings=booking_ids, windows=windows))
    if len(booking_ids) > MAX_MOVES:
        rule_text = f"must have at most {MAX_MOVES} bookings in its way"
        raise InvalidInput("window", rule_text, str(len(booking_ids)))
    search = TableSearch(compiled, invocation.actor)
    freed = _Freed(view, compiled, search, tables, window, rivals)
    moves = freed.moves()
    if isinstance(moves, Need):
        return moves
    made = attrs.evolve(block, tables=tables, window=window)
    moved = move_bookings(invocation, view, compiled, moves, asks_promises=False)
    assert isinstance(moved, Decision), "the search has read what the moves read"
    kept = {hold.id for hold in moved.changes.holds_changed}
    changes = moved.changes + put_in_place(invocation, view, made, kept)
    return Decision(FreedBlock(made, moved.result), changes)


@attrs.frozen
class _Wish:
    """A booking that must get other tables: what it may have, and when."""

    booking: Booking
    candidacy: Candidacy
    window: Window
    excluded: tuple[Excluded, ...]


@attrs.frozen
class _Search:
    """A search for tables of several bookings, and those that have some by now.

    Args:
        wishes: The bookings, in the order in which they choose.
        promised: The parties that were promised tables and must still get some.
    """

    wishes: tuple[_Wish, ...]
    promised: tuple[Promise, ...] = ()
    budget: NodeBudget = attrs.field(factory=lambda: NodeBudget(MAX_NODES), init=False)
    placed: list[tuple[_Wish, Plan]] = attrs.field(factory=list, init=False)


@attrs.frozen
class _Freed:
    """The search for other tables of the bookings in the way of a block."""

    view: View
    compiled: CompiledHouse
    search: TableSearch
    tables: tuple[str, ...]
    window: Window
    rivals: tuple[Allocation, ...]

    @property
    def owners(self) -> tuple[Owner, ...]:
        """The owners of the rows in the way."""
        return tuple(dict.fromkeys(row.owner for row in self.rivals))

    def moves(self) -> tuple[Move, ...] | Need:
        """Return the moves that free the tables, or the records that are missing.

        Raises:
            Refused: If a party cannot be moved; it names each of them.
        """
        stuck = dict(self._stuck())
        wishes: list[_Wish] = []
        needs: list[Scope] = []
        for booking in self._bookings():
            found = self._wish(booking) if booking.id not in stuck else None
            if isinstance(found, Need):
                needs.append(found.scope)
            elif isinstance(found, Refusal):
                stuck[booking.id] = _NO_TABLES
            elif found is not None:
                wishes.append(found)
        if needs:
            return Need(reduce(or_, needs))
        promised = self._promised(wishes)
        if isinstance(promised, Need):
            return promised
        stuck |= {each.booking.id: _NO_TABLES for each in wishes if not self._plans(each, ())}
        if stuck:
            raise Refused(self._refusal(stuck, Proof.NAMED_TABLES))
        wishes.sort(key=lambda each: (-each.booking.party_size, each.window, each.booking.id))
        search = _Search(tuple(wishes), promised)
        if not self._place(search) and promised:
            search = _Search(tuple(wishes))
            self._place(search)
        if len(search.placed) < len(wishes):
            proof = Proof.NOT_PROVEN if search.budget.is_exhausted else Proof.NAMED_TABLES
            raise Refused(self._refusal({each.booking.id: _NO_TABLES for each in wishes}, proof))
        return tuple(Move(wish.booking.id, plan.tables) for wish, plan in search.placed)

    def _bookings(self) -> Iterator[Booking]:
        for owner in self.owners:
            if owner.kind is OwnerKind.BOOKING:
                booking = self.view.find_booking(owner.id)
                assert booking is not None, "a row has its owner"
                yield booking

    def _stuck(self) -> Iterator[tuple[str, str]]:
        """Yield each party that is not moved, and why."""
        for owner in self.owners:
            if owner.kind is not OwnerKind.BOOKING:
                yield owner.id, owner.kind.value
        for booking in self._bookings():
            if booking.status is not BookingStatus.CONFIRMED:
                yield booking.id, booking.status.value
            elif booking.is_pinned:
                yield booking.id, "pinned"
            elif booking.names_tables:
                yield booking.id, "promised"

    def _wish(self, booking: Booking) -> _Wish | Refusal | Need:
        assert booking.assignment is not None, "a booking with rows has tables"
        given = booking.assignment.window
        # The rows of a party that was moved late begin after its stay does.
        occupied = booking.stay.occupied
        window = Window.of_micros(max(given.start_us, self.view.now_us), given.end_us)
        if not self.view.scope.covers(occupied):
            need = Scope(booking.restaurant_id, windows=(occupied,))
            return self.search.need_with(need, self.view, booking, window)
        candidacy = self.search.candidacy(self.view, booking, window, others=self.owners)
        if isinstance(candidacy, Candidacy):
            return _Wish(booking, candidacy, window, excluded_from(candidacy))
        return candidacy

    def _plans(self, wish: _Wish, placed: tuple[tuple[_Wish, Plan], ...]) -> tuple[Plan, ...]:
        """Return the best plans of a booking beside the block and the bookings placed before."""
        floor = self.compiled.house.floor
        beside = [pair for pair in placed if pair[0].window.overlaps(wish.window)]
        excluded = wish.excluded
        if beside and has_distances(self.compiled.house):
            rows = tuple(row for each, plan in beside for row in _rows(each, plan))
            parties = Parties(self.view, self.owners, rows)
            excluded = (*excluded, *close_tables(floor, parties, lambda _: wish.window))
        free = free_tables(wish.candidacy, excluded) & ~floor.mask(self.tables)
        for _, plan in beside:
            free &= ~floor.mask(plan.tables)
        planner, ask = planner_of(wish.candidacy), ask_of(wish.candidacy)
        return planner.plans(ask, free, MOST_PLANS, barred_sets(excluded))

    def _place(self, search: _Search) -> bool:
        """Give each booking tables, the best first; tell whether all of them have some."""
        placed = search.placed
        if len(placed) == len(search.wishes):
            return self._keeps(search.promised, placed)
        wish = search.wishes[len(placed)]
        for plan in self._plans(wish, tuple(placed)):
            if not search.budget.spend():
                return False
            placed.append((wish, plan))
            if self._place(search):
                return True
            placed.pop()
        return False

    # ---- promises of tables

    def _promised(self, wishes: list[_Wish]) -> tuple[Promise, ...] | Need:
        """Return the promised parties that can be seated beside the block, or what is missing."""
        if not self.view.has_promises:
            return ()
        released = Released(self.owners)
        admission = Admission(self.view, self.compiled, self.search.actor, released)
        windows = (self.window, *(each.window for each in wishes))
        need = missing_horizon(admission, windows)
        if need is not None:
            return need
        promised = protected_parties(admission, windows)
        return seated_together(self.compiled.planner, promised, (self._blocked(),))

    def _keeps(self, promised: tuple[Promise, ...], placed: list[tuple[_Wish, Plan]]) -> bool:
        """Tell whether promised parties can be seated beside the block and all moved parties."""
        floor, planner = self.compiled.house.floor, self.compiled.planner
        moved = tuple((floor.mask(plan.tables), wish.window) for wish, plan in placed)
        return can_seat_all(planner, promised, (self._blocked(), *moved)) is True

    def _blocked(self) -> Taken:
        return self.compiled.house.floor.mask(self.tables), self.window

    def _refusal(self, stuck: dict[str, str], proof: Proof) -> Refusal:
        facts = {
            "tables": list(self.tables),
            "causes": {each: stuck[each] for each in sorted(stuck)},
            "in_the_way": [describe(row) for row in self.rivals if row.owner_id in stuck],
        }
        return Refusal((Reason(Code.CANNOT_BE_FREED, facts),), proof)


def _rows(wish: _Wish, plan: Plan) -> Iterator[Allocation]:
    booking = wish.booking
    for table_id in plan.tables:
        yield Allocation(
            f"{booking.id}.{table_id}",
            booking.restaurant_id,
            ResourceType.TABLE,
            table_id,
            wish.window,
            OwnerKind.BOOKING,
            booking.id,
        )
