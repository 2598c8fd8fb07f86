"""Day search: assign the parties of a day to tables by ruin and recreate, on bit masks.

The search takes some parties that sit near each other in time from their tables (*ruin*), gives
tables to them and to the waiting parties of that time in another order (*recreate*), and keeps the
result if it is worth more, or hardly less: less and less, as in simulated annealing. After
Schrimpf, Schneider, Stamm-Wilbrandt and Dueck, "Record breaking optimization results using the ruin
and recreate principle", Journal of Computational Physics 159 (2000).

Time is cut at the starts and ends of the stays, so that nothing is rounded. Each piece of time has
a mask of the tables in use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log
from typing import Final

import attrs

from fourtop.planner.day_problem import DayAssignment, DayParty, DayProblem, Option

# Tuned on the days of benchmarks/day_plan.py. The first two are shares of the mean value of a
# party.
_FIRST_TEMPERATURE: Final = 0.25
_LAST_TEMPERATURE: Final = 0.05
_FEWEST_REMOVED: Final = 2
_MOST_REMOVED: Final = 8
# A free option is passed over so often, or else the same parties would get the same tables.
_SKIPPED_SHARE: Final = 0.02
# So often a party that must get tables looks for others than those that it loses first.
_TABU_SHARE: Final = 0.3
# So often the parties that must get tables come first.
_SEATED_FIRST: Final = 0.5
# How parties are ordered: so often by value, by value for their time, by start, else by chance.
_BY_VALUE: Final = 0.1
_BY_VALUE_FOR_TIME: Final = 0.75
_BY_START: Final = 0.85

# One window of a party: the pieces of time, all its resources, and its options.
_Group = tuple[int, int, int, tuple[tuple[int, int], ...]]


def assign_day(problem: DayProblem, node_budget: int, draw: Callable[[], float]) -> DayAssignment:
    """Assign the parties of a day: the most value that the search finds, then the fewest moves.

    It begins with every party at its present tables and the waiting parties in order of start, and
    never ends worse. It ends at the bound of nodes, or once all parties have tables and none moves.
    The same numbers from ``draw`` give the same answer.

    Args:
        problem: The parties.
        node_budget: How many times it may look for tables of a party; at least once for each.
        draw: Returns the next random number of ``[0, 1)``.
    """
    search = _Search(problem)
    search.take([party.present for party in problem.parties])
    search.fill()
    found = search.improve(node_budget, draw)
    return fill_day(problem, found)


def fill_day(problem: DayProblem, found: DayAssignment) -> DayAssignment:
    """Return an assignment that also gives tables to parties that add nothing to its value."""
    search = _Search(problem)
    search.take(found.chosen)
    return attrs.evolve(search.fill(), nodes=found.nodes)


@attrs.frozen
class _Compiled:
    """A party with its options by window.

    Args:
        score: Its value in points; an option that it has already is worth one point more.
        present: The place of that option, if any. The party must get tables then.
        options: The resources of each option, its pieces of time, and its uses of limits.
        groups: The options by window.
        first: The first piece of time of all its options.
        last: The piece of time after the last one.
        length: The pieces of time of its first option.
        kind: Parties of one kind have the same options.
    """

    score: int
    present: int | None
    options: tuple[tuple[int, int, int, tuple[tuple[int, int], ...]], ...]
    groups: tuple[_Group, ...]
    first: int
    last: int
    length: int
    kind: int


class _Search:
    """The state of a search: which option each party has, and which resources are in use.

    Args:
        problem: The parties.
    """

    def __init__(self, problem: DayProblem) -> None:
        self._problem = problem
        options = [option for party in problem.parties for option in party.options]
        rows = [*options, *problem.taken]
        bounds = sorted({each for row in rows for each in (row.start_us, row.end_us)})
        self._pieces = {bound: piece for piece, bound in enumerate(bounds)}
        # A point less than a unit of value for all moves together.
        self._points = 1 + sum(party.present is not None for party in problem.parties)
        kinds: dict[tuple[Option, ...], int] = {}
        self._parties = [self._compiled(party, kinds) for party in problem.parties]
        self._active = [place for place, party in enumerate(problem.parties) if party.options]
        self._busy = [0] * len(bounds)
        self._left = list(problem.limits)
        self._chosen: list[int | None] = [None] * len(problem.parties)
        self._score = 0
        self._nodes = 0
        for row in problem.taken:
            for piece in range(self._pieces[row.start_us], self._pieces[row.end_us]):
                self._busy[piece] |= row.resources

    def _compiled(self, party: DayParty, kinds: dict[tuple[Option, ...], int]) -> _Compiled:
        places = list(range(len(party.options)))
        if party.present is not None:
            # A party that may stay where it is is not moved.
            places.remove(party.present)
            places.insert(0, party.present)
        options = tuple(
            (each.resources, self._pieces[each.start_us], self._pieces[each.end_us], each.uses)
            for each in party.options
        )
        windows: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for place in places:
            resources, first, last, _ = options[place]
            windows.setdefault((first, last), []).append((resources, place))
        groups = []
        for (first, last), found in windows.items():
            union = 0
            for resources, _ in found:
                union |= resources
            groups.append((first, last, union, tuple(found)))
        return _Compiled(
            party.value * self._points,
            party.present,
            options,
            tuple(groups),
            min((group[0] for group in groups), default=0),
            max((group[1] for group in groups), default=0),
            groups[0][1] - groups[0][0] if groups else 1,
            kinds.setdefault(party.options, len(kinds)),
        )

    # ---- changes

    def _place(self, number: int, place: int) -> None:
        party, busy = self._parties[number], self._busy
        resources, first, last, uses = party.options[place]
        for piece in range(first, last):
            busy[piece] |= resources
        for limit, amount in uses:
            self._left[limit] -= amount
        self._chosen[number] = place
        self._score += party.score + (place == party.present)

    def _remove(self, number: int) -> None:
        party, place, busy = self._parties[number], self._chosen[number], self._busy
        assert place is not None, "only a party with tables is removed"
        resources, first, last, uses = party.options[place]
        for piece in range(first, last):
            busy[piece] &= ~resources
        for limit, amount in uses:
            self._left[limit] += amount
        self._chosen[number] = None
        self._score -= party.score + (place == party.present)

    def _find(
        self,
        number: int,
        memo: dict[tuple[int, int], int],
        draw: Callable[[], float] | None,
        tabu: int | None = None,
    ) -> int | None:
        """Return the place of the first free option of a party; ``None``: it has none.

        Args:
            number: The party.
            memo: The resources in use by window, since the last change.
            draw: With it, a free option is sometimes passed over.
            tabu: The place of an option that it may not have.
        """
        limits = self._problem.limits
        for first, last, union, options in self._parties[number].groups:
            self._nodes += 1
            busy = memo.get((first, last))
            if busy is None:
                busy = 0
                for mask in self._busy[first:last]:
                    busy |= mask
                memo[first, last] = busy
            if not union & ~busy:
                continue
            for resources, place in options:
                if resources & busy or (limits and not self._is_within(number, place)):
                    continue
                if place != tabu and (draw is None or draw() >= _SKIPPED_SHARE):
                    return place
        return None

    def _is_within(self, number: int, place: int) -> bool:
        uses = self._parties[number].options[place][3]
        return all(amount <= self._left[limit] for limit, amount in uses)

    # ---- search

    def take(self, chosen: Sequence[int | None]) -> None:
        """Give some parties the tables of an assignment."""
        for number, place in enumerate(chosen):
            if place is not None:
                self._place(number, place)

    def fill(self) -> DayAssignment:
        """Give the parties without tables the best that are free, in order of their starts."""
        waiting = [number for number in self._active if self._chosen[number] is None]
        waiting.sort(key=lambda each: (self._parties[each].first, -self._parties[each].score))
        for number in waiting:
            place = self._find(number, {}, None)
            if place is not None:
                self._place(number, place)
        return DayAssignment(tuple(self._chosen), self._nodes)

    def improve(self, node_budget: int, draw: Callable[[], float]) -> DayAssignment:
        """Ruin and recreate up to the bound of nodes; return the best assignment that was met."""
        best, found = self._score, list(self._chosen)
        most = sum(self._parties[each].score for each in self._active) + self._points - 1
        mean = most / max(len(self._active), 1)
        neighbours = self._neighbours()
        while best < most and self._nodes < node_budget:
            progress = self._nodes / node_budget
            share = _FIRST_TEMPERATURE * (_LAST_TEMPERATURE / _FIRST_TEMPERATURE) ** progress
            before = self._score
            removed, added = self._step(neighbours, draw)
            # 1 - draw() is never 0.
            if self._score >= before + share * mean * log(1 - draw()):
                if self._score > best:
                    best, found = self._score, list(self._chosen)
                continue
            for number in added:
                self._remove(number)
            for number, place in removed:
                self._place(number, place)
        return DayAssignment(tuple(found), self._nodes)

    def _neighbours(self) -> dict[int, list[int]]:
        """Return for each party those whose options may overlap it in time, itself included."""
        return {
            one: [
                other
                for other in self._active
                if self._parties[other].first < self._parties[one].last
                and self._parties[one].first < self._parties[other].last
            ]
            for one in self._active
        }

    def _step(
        self, neighbours: dict[int, list[int]], draw: Callable[[], float]
    ) -> tuple[list[tuple[int, int]], list[int]]:
        """Ruin and recreate once; return the parties removed with their options, and those added.

        If a party that must have tables has none at the end, the step is taken back.
        """
        seed = self._active[int(draw() * len(self._active))]
        removed = self._ruin(neighbours[seed], seed, draw)
        first = min([self._parties[seed].first, *(self._parties[n].first for n, _ in removed)])
        last = max([self._parties[seed].last, *(self._parties[n].last for n, _ in removed)])
        waiting = [
            number
            for number in self._active
            if self._chosen[number] is None
            and self._parties[number].first < last
            and first < self._parties[number].last
        ]
        tabu = {
            number: place
            for number, place in removed
            if self._parties[number].present is not None and draw() < _TABU_SHARE
        }
        added = self._recreate(self._ordered(waiting, draw), tabu, draw)
        for number, _ in removed:
            if self._parties[number].present is not None and self._chosen[number] is None:
                for each in added:
                    self._remove(each)
                for each, place in removed:
                    self._place(each, place)
                return [], []
        return removed, added

    def _ruin(self, near: list[int], seed: int, draw: Callable[[], float]) -> list[tuple[int, int]]:
        """Take tables from the parties in the way of one option of a party, and some near it."""
        count = _FEWEST_REMOVED + int(draw() * (_MOST_REMOVED - _FEWEST_REMOVED + 1))
        options = self._parties[seed].options
        resources, first, last, _ = options[int(draw() * len(options))]
        placed, gone = [], []
        for number in near:
            place = self._chosen[number]
            if place is not None:
                placed.append(number)
                row = self._parties[number].options[place]
                if row[0] & resources and row[1] < last and first < row[2]:
                    gone.append(number)
        del gone[count:]
        for _ in range(count - len(gone) if placed else 0):
            number = placed[int(draw() * len(placed))]
            if number not in gone:
                gone.append(number)
        removed = []
        for number in gone:
            place = self._chosen[number]
            assert place is not None, "it was placed"
            removed.append((number, place))
            self._remove(number)
        return removed

    def _ordered(self, waiting: list[int], draw: Callable[[], float]) -> list[int]:
        """Return the parties in the order in which they get tables.

        In some steps those that must get some come first. Of equal ones the order is by chance.
        """
        rule, comes_first = draw(), draw() < _SEATED_FIRST
        keyed = []
        for number in waiting:
            party = self._parties[number]
            if rule < _BY_VALUE:
                key = -party.score * (0.7 + 0.6 * draw())
            elif rule < _BY_VALUE_FOR_TIME:
                key = -party.score / party.length * (0.7 + 0.6 * draw())
            elif rule < _BY_START:
                key = party.first + draw()
            else:
                key = draw()
            keyed.append((comes_first and party.present is None, key, number))
        return [number for _, _, number in sorted(keyed)]

    def _recreate(
        self, waiting: list[int], tabu: dict[int, int], draw: Callable[[], float]
    ) -> list[int]:
        """Give tables to parties in order; return those that got some.

        Args:
            waiting: The parties.
            tabu: The options that parties get back only if they find no other.
            draw: Returns the next random number.
        """
        added = []
        failed = set[int]()
        memo: dict[tuple[int, int], int] = {}
        for number in waiting:
            kind = self._parties[number].kind
            # Tables only fill up: where one party found none, another of its kind finds none.
            if kind in failed:
                continue
            place = self._find(number, memo, draw, tabu.get(number))
            if place is not None:
                self._place(number, place)
                memo.clear()
                added.append(number)
            elif number not in tabu:
                failed.add(kind)
        for number in tabu:
            if self._chosen[number] is None:
                place = self._find(number, memo, None)
                if place is not None:
                    self._place(number, place)
                    memo.clear()
                    added.append(number)
        return added
