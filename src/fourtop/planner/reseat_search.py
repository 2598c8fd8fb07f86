"""Re-seating: the fewest moves of parties that have not arrived, to make room for one more.

The search is exact. It places the newcomer first. Each party whose tables the newcomer takes is
*displaced*: it must move, and may displace others in turn. A solution with the fewest moves
displaces every party that it moves, so no other party has to be tried; where a further rule decides
about the whole seating (``accepts``), each other party is tried, too. The number of moves grows by
one until a solution is found. Among the solutions with the fewest moves, the search returns the one
with the least total cost.

The time is exponential in the number of moves and bounded by ``NodeBudget``. Source: R. E. Korf,
"Depth-first iterative-deepening: an optimal admissible tree search", 1985.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from math import inf
from typing import Final, Self

import attrs

from fourtop.model.floor import bits
from fourtop.model.window import Window
from fourtop.planner.least_sets import least_sets
from fourtop.planner.node_budget import NodeBudget

MAX_RESEATING_NODES: Final = 100_000
"""Most placements of parties that one search makes."""

_ROUNDING: Final = 1e-9
NO_TIME: Final = Window.of_micros(0, 1)


@attrs.frozen
class Placement:
    """Some tables for a time.

    Args:
        tables: Mask of the tables.
        window: The time.
        cost: The cost of the plan for the party; lower is better.
    """

    tables: int
    window: Window
    cost: float


@attrs.frozen(eq=False)
class RankedSets:
    """Sets of tables that fit a party, each with the cost of its plan.

    A party that gets by with some tables leaves the others to the rest, so the *least* sets, those
    that contain no other one, decide whether a solution exists.

    Args:
        every: All of them, as pairs of mask and cost, by cost.
        least: The least of them, in the same order.
    """

    every: tuple[tuple[int, float], ...]
    least: tuple[tuple[int, float], ...]

    @classmethod
    def of(cls, sets: Iterable[tuple[int, float]]) -> Self:
        """Rank sets of tables; each mask comes once. O(sets · 2^tables of a set)."""
        every = tuple(sorted(sets, key=_cost))
        least = frozenset(least_sets(mask for mask, _ in every))
        return cls(every, tuple(each for each in every if each[0] in least))


def _cost(pair: tuple[int, float]) -> float:
    return pair[1]


@attrs.frozen(eq=False)
class Options:
    """The placements that a party may have beside the parties that never move.

    Args:
        sets: The sets of tables that fit the party.
        free: Mask of the tables that it may have.
        window_at: Returns the time at some tables, given as a mask.
        barred: Masks of tables that it may not have all of.
        is_complete: Whether the sets are all that fit the party.
    """

    sets: RankedSets
    free: int
    window_at: Callable[[int], Window]
    barred: tuple[int, ...] = ()
    is_complete: bool = True

    def among(self, sets: Iterable[tuple[int, float]]) -> Iterator[Placement]:
        """Yield the placements at those of some sets that the party may have."""
        taken = ~self.free
        for mask, cost in sets:
            if not mask & taken and all(each & ~mask for each in self.barred):
                yield Placement(mask, self.window_at(mask), cost)


NO_OPTIONS: Final = Options(RankedSets((), ()), 0, lambda _: NO_TIME)


@attrs.frozen(eq=False)
class MovableParty:
    """A party that may get other tables for its time.

    Args:
        present: Its placement now.
        find_options: Returns its options, all at the time of the present placement. The present
            tables may be among them.
    """

    present: Placement
    find_options: Callable[[], Options]


@attrs.frozen
class Reseated:
    """A solution.

    Args:
        newcomer: The placement of the newcomer.
        moves: The new placement of each moved party, by the party's number, ascending.
    """

    newcomer: Placement
    moves: tuple[tuple[int, Placement], ...]


def _same_tables(tables: int) -> int:
    return tables


@attrs.frozen(eq=False)
class ReseatingProblem:
    """A newcomer and the parties that may move for it.

    Args:
        newcomer: The options of the newcomer.
        parties: The parties.
        keeps_from: Returns the tables that a party at some tables keeps from all others at the same
            time: its own, and those that are too close.
        accepts: A further rule for a solution; ``None``: there is none.
    """

    newcomer: Options
    parties: Sequence[MovableParty]
    keeps_from: Callable[[int], int] = attrs.field(default=_same_tables, kw_only=True)
    accepts: Callable[[Reseated], bool] | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class ReseatingAnswer:
    """The answer of a search.

    Args:
        solution: The best solution; ``None`` without one.
        nodes: How many placements the search made.
        is_proven: With a solution: no solution has fewer moves, or as many at a lower cost. Without
            one: none has as few moves as were allowed.
        is_final: Without a solution: none exists with any number of moves.
    """

    solution: Reseated | None
    nodes: int
    is_proven: bool = attrs.field(kw_only=True)
    is_final: bool = attrs.field(default=False, kw_only=True)


def find_reseating(
    problem: ReseatingProblem, most_moves: int, max_nodes: int = MAX_RESEATING_NODES
) -> ReseatingAnswer:
    """Return the solution with the fewest moves, then the least cost.

    The order of parties and options decides between equal costs.

    Args:
        problem: The newcomer and the parties.
        most_moves: Most moves of a solution.
        max_nodes: Most placements that the search makes.
    """
    budget = NodeBudget(max_nodes)
    parties = _Parties(problem)
    for moves in range(most_moves + 1):
        first = _Search(parties, moves, budget, least_only=True)
        first.place_newcomer()
        if first.best is not None:
            return _best_of_level(parties, first, budget)
        if budget.is_exhausted:
            break
        if not first.is_cut:
            return _refusal(parties, budget, is_final=True)
    return _refusal(parties, budget, is_final=False)


def _best_of_level(parties: _Parties, first: _Search, budget: NodeBudget) -> ReseatingAnswer:
    """Return the cheapest solution with as few moves as the first one that was found."""
    assert first.best is not None, "the level has a solution"
    every = _Search(parties, len(first.best.moves), budget, least_only=False)
    every.best, every.best_cost = first.best, first.best_cost
    every.place_newcomer()
    is_proven = not budget.is_exhausted and parties.are_complete
    return ReseatingAnswer(every.best, budget.used, is_proven=is_proven)


def _refusal(parties: _Parties, budget: NodeBudget, *, is_final: bool) -> ReseatingAnswer:
    is_proven = not budget.is_exhausted and parties.are_complete
    return ReseatingAnswer(None, budget.used, is_proven=is_proven, is_final=is_final and is_proven)


@attrs.frozen(eq=False)
class _Choice:
    """A placement of one party, with its effect on the others.

    Args:
        placement: The placement.
        keeps: The tables that it keeps from others at its time.
        displaces: The parties that cannot stay beside it, as a mask of their numbers.
    """

    placement: Placement
    keeps: int
    displaces: int


@attrs.define(eq=False)
class _Choices:
    """The choices of one party: those of the least sets, and all, which are found when needed.

    Args:
        options: The options of the party.
        present: Its tables now, which are no choice; 0 for the newcomer.
        make: Makes a choice of a placement.
    """

    options: Options
    present: int
    make: Callable[[Placement], _Choice]
    _every: tuple[_Choice, ...] | None = attrs.field(default=None, init=False)
    _least: tuple[_Choice, ...] | None = attrs.field(default=None, init=False)

    @property
    def least(self) -> tuple[_Choice, ...]:
        if self._least is None:
            self._least = self._made(self.options.sets.least)
        return self._least

    @property
    def every(self) -> tuple[_Choice, ...]:
        if self._every is None:
            self._every = self._made(self.options.sets.every)
        return self._every

    @cached_property
    def least_cost(self) -> float:
        found = self.options.among(self.options.sets.every)
        return next((each.cost for each in found if each.tables != self.present), inf)

    def _made(self, sets: Iterable[tuple[int, float]]) -> tuple[_Choice, ...]:
        found = self.options.among(sets)
        return tuple(self.make(each) for each in found if each.tables != self.present)


class _Parties:
    """The parties of a problem, with their choices, which are found once."""

    def __init__(self, problem: ReseatingProblem) -> None:
        self.problem = problem
        self.are_complete = problem.newcomer.is_complete
        self._keeps_from = problem.keeps_from
        self._choices: dict[int, _Choices] = {}
        self._overlapping: dict[Window, int] = {}
        # For each table the parties that have it, and those that keep it from others.
        self._at: dict[int, int] = {}
        self._near: dict[int, int] = {}
        for number, party in enumerate(problem.parties):
            tables = party.present.tables
            for found, mask in ((self._at, tables), (self._near, self._keeps_from(tables))):
                for bit in bits(mask):
                    found[bit] = found.get(bit, 0) | 1 << number
        self.newcomer = _Choices(problem.newcomer, 0, partial(self._choice, 0))

    def choices(self, number: int) -> _Choices:
        """Return the choices of a party."""
        found = self._choices.get(number)
        if found is None:
            party = self.problem.parties[number]
            make = partial(self._choice, 1 << number)
            found = _Choices(party.find_options(), party.present.tables, make)
            self._choices[number] = found
        return found

    def least_change(self, number: int) -> float:
        """Return the least change of the total cost that a move of a party can make."""
        return self.choices(number).least_cost - self.problem.parties[number].present.cost

    def _choice(self, own: int, placement: Placement) -> _Choice:
        keeps = self._keeps_from(placement.tables)
        met = 0
        for bit in bits(keeps):
            met |= self._at.get(bit, 0)
        for bit in bits(placement.tables):
            met |= self._near.get(bit, 0)
        return _Choice(placement, keeps, met & self._at_time(placement.window) & ~own)

    def _at_time(self, window: Window) -> int:
        found = self._overlapping.get(window)
        if found is None:
            found = 0
            for number, party in enumerate(self.problem.parties):
                if party.present.window.overlaps(window):
                    found |= 1 << number
            self._overlapping[window] = found
        return found


class _Search:
    """The search for a solution with some number of moves at most."""

    def __init__(
        self, parties: _Parties, most_moves: int, budget: NodeBudget, *, least_only: bool
    ) -> None:
        self._parties = parties
        self._most = most_moves
        self._budget = budget
        self._least_only = least_only
        self._placed: list[tuple[int, _Choice]] = []
        self.best: Reseated | None = None
        self.best_cost = 0.0
        # Whether a branch ended only because it would need more moves.
        self.is_cut = False
        self._least_further = 0.0
        if not least_only:
            changes = map(parties.least_change, range(len(parties.problem.parties)))
            self._least_further = min(0.0, min(changes, default=0.0))

    def place_newcomer(self) -> None:
        """Try each placement of the newcomer."""
        choices = self._parties.newcomer
        self._try_all(-1, choices.least if self._least_only else choices.every, moved=0, cost=0.0)

    @property
    def _is_done(self) -> bool:
        return self._budget.is_exhausted or (self._least_only and self.best is not None)

    def _try_all(
        self, number: int, choices: tuple[_Choice, ...], moved: int, cost: float, pending: int = 0
    ) -> None:
        """Try each choice of a party beside the parties that are placed."""
        kept, taken = self._beside(choices)
        for each in choices:
            if self._is_too_dear(moved, pending, cost + each.placement.cost):
                # The next ones are at least as dear.
                return
            if each.placement.tables & kept or each.keeps & taken:
                continue
            displaced = each.displaces & ~moved
            if (moved | displaced).bit_count() > self._most:
                self.is_cut = True
                continue
            total = cost + each.placement.cost
            if self._is_too_dear(moved | displaced, pending | displaced, total):
                continue
            if not self._budget.spend():
                return
            self._placed.append((number, each))
            self._go_on(moved | displaced, pending | displaced, total)
            self._placed.pop()
            if self._is_done:
                return

    def _beside(self, choices: tuple[_Choice, ...]) -> tuple[int, int]:
        """Return the tables that placed parties keep from a party, and those that they have."""
        kept = taken = 0
        for _, other in self._placed if choices else ():
            # All choices of a party that moves are at one time.
            if other.placement.window.overlaps(choices[0].placement.window):
                kept |= other.keeps
                taken |= other.placement.tables
        return kept, taken

    def _is_too_dear(self, moved: int, pending: int, cost: float) -> bool:
        if self._least_only or self.best is None:
            return False
        bound = cost + (self._most - moved.bit_count()) * self._least_further
        bound += sum(self._parties.least_change(number) for number in bits(pending))
        return bound >= self.best_cost - _ROUNDING

    def _go_on(self, moved: int, pending: int, cost: float) -> None:
        if not pending:
            self._end(moved, cost)
            return
        number = min(bits(pending), key=self._number_of_choices)
        self._move(number, moved, pending, cost)

    def _number_of_choices(self, number: int) -> int:
        return len(self._parties.choices(number).least)

    def _move(self, number: int, moved: int, pending: int, cost: float) -> None:
        choices = self._parties.choices(number)
        if not choices.options.is_complete:
            self._parties.are_complete = False
        present = self._parties.problem.parties[number].present
        self._try_all(
            number,
            choices.least if self._least_only else choices.every,
            moved,
            cost - present.cost,
            pending & ~(1 << number),
        )

    def _end(self, moved: int, cost: float) -> None:
        newcomer, *others = self._placed
        moves = sorted((number, each.placement) for number, each in others)
        solution = Reseated(newcomer[1].placement, tuple(moves))
        accepts = self._parties.problem.accepts
        if accepts is None or accepts(solution):
            # A dearer one than the best so far was not placed.
            self.best, self.best_cost = solution, cost
            return
        # More moves may satisfy the rule, also those of parties that the problem does not know.
        self.is_cut = True
        if moved.bit_count() >= self._most:
            return
        for number in range(len(self._parties.problem.parties)):
            if not moved >> number & 1:
                self._move(number, moved | 1 << number, 0, cost)
                if self._is_done:
                    return
