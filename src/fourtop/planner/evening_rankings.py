"""Candidates in the order of an evening: the static order with the terms of the evening."""

from __future__ import annotations

import math
from array import array
from bisect import insort
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import accumulate
from typing import Final

import attrs

from fourtop.model.plan import SCORE_DECIMALS, Plan
from fourtop.planner.blocks import Block, Joins, blocks_of, places_of
from fourtop.planner.candidate import Candidate
from fourtop.planner.evening import Evening, EveningCosts, EveningKey
from fourtop.planner.plan_maker import PlanMaker

# Most answers that are kept, and most plans of one.
_MAX_ANSWERS = 32
_MAX_SHORT = 16

# A walk through fewer candidates takes less time than sums of blocks.
MIN_SUMMED: Final = 50

# Estimates of the memory of an answer with its plan, and of each table with another stay.
_ANSWER_BYTES = 2_816
_STAY_BYTES = 320

# Costs that round alike differ by no more.
_ROUNDING = 10**-SCORE_DECIMALS

# Sums of the same costs in another order differ by a smaller part.
_OTHER_ORDER = 1e-12

# No plan costs so much, apart from those of tables that are not usable.
_DEAREST = 1e300

# The cost of a candidate, its place among those that cost the same, and its rank.
_Place = tuple[float, int, int]


# Measures an evening; ``None``: its key is not known.
Measure = Callable[[Evening, EveningKey | None], EveningCosts]

# The first ranks of an evening, how many at most, and the plan of the first.
_Answer = tuple[Sequence[int], int, Plan]


@attrs.frozen(eq=False)
class EveningRanking:
    """The candidates of a ranking in the order of an evening.

    Args:
        candidates: The candidates in the static order, by rank.
        costs: What each costs for each minute of the stay, without the evening.
        maker: Makes their plans.
        joins: The joins of the floor.
        measure: Measures an evening.
    """

    candidates: tuple[Candidate, ...]
    costs: array[float]
    maker: PlanMaker
    joins: Joins
    measure: Measure
    _least_capacities: array[int] = attrs.field(init=False)
    _places: Callable[[], array[int]] = attrs.field(init=False)
    _blocks: Callable[[], tuple[Block, ...]] = attrs.field(init=False)
    _answers: dict[tuple[int, EveningKey], _Answer] = attrs.field(factory=dict, init=False)

    @_least_capacities.default
    def _find_least_capacities(self) -> array[int]:
        """Find for each rank the least sum of capacities of its candidate and those after it."""
        found = accumulate((each.capacity for each in reversed(self.candidates)), min)
        return array("q", [*found][::-1])

    @_places.default
    def _keep_places(self) -> Callable[[], array[int]]:
        # Found on first use, as the blocks: the static order does not need them.
        return lru_cache(maxsize=1)(partial(places_of, self.candidates))

    @_blocks.default
    def _keep_blocks(self) -> Callable[[], tuple[Block, ...]]:
        made = partial(_made_blocks, self.candidates, self.costs, self.joins, self._places)
        return lru_cache(maxsize=1)(made)

    @property
    def size_bytes(self) -> int:
        """Estimate of its memory without the shared candidates; never far too low."""
        rows = sum(each.size + 5 for each in self.candidates)
        tables = len(self.joins.counts)
        return 16 * rows + _MAX_ANSWERS * (_ANSWER_BYTES + _STAY_BYTES * tables)

    def plans(
        self, ranks: int, evening: Evening, usable: int | None, limit: int | None
    ) -> tuple[Plan, ...]:
        """Return the plans of a mask of ranks in the order of an evening, the best first.

        The last 32 short answers are kept: a hold asks what its quote has asked.

        Args:
            ranks: The candidates.
            evening: The evening.
            usable: A mask of tables that are free in the evening; the candidates are all with no
                other table. ``None``: they are fewer.
            limit: Most plans to return; ``None``: all.
        """
        candidates = self.candidates
        key = None if limit is None or limit > _MAX_SHORT else evening.key
        if limit is None or key is None:
            costs = self.measure(evening, None)
            found = self._walk(ranks, costs, limit)
            return self.maker.in_evening(costs).plans([candidates[rank] for rank in found])
        # Removed and added again, so that the least recently used answer is the first.
        answer = self._answers.pop((ranks, key), None)
        if answer is not None and answer[1] >= limit:
            self._answers[ranks, key] = answer
            found, _, best = answer
            if limit == 1:
                return (best,)
            costs = self.measure(evening, key)
            others = [candidates[rank] for rank in found[1:limit]]
            return (best, *self.maker.in_evening(costs).plans(others))
        costs = self.measure(evening, key)
        if usable is None or ranks.bit_count() < MIN_SUMMED:
            found = self._walk(ranks, costs, limit)
        else:
            found = self._first_in_blocks(usable, costs, limit)
        plans = self.maker.in_evening(costs).plans([candidates[rank] for rank in found])
        while len(self._answers) >= _MAX_ANSWERS:
            self._answers.pop(next(iter(self._answers)), None)
        self._answers[ranks, key] = (found, limit, plans[0])
        return plans

    def _walk(self, ranks: int, evening: EveningCosts, limit: int | None) -> Sequence[int]:
        """Return the first ranks of some in the order of an evening, the best first.

        They are walked in the static order. No term of the evening is negative, so the walk stops
        at the first with a static cost that, with the least cost of the time beside a stay, exceeds
        that of the last one kept: the answer is exact. O(candidates walked), at worst all.
        """
        kept: list[_Place] = []
        places, capacities = self._places(), self._least_capacities
        costs, candidates = self.costs, self.candidates
        minutes, for_each_seat = evening.least_minutes, evening.least_for_each_seat()
        # Static costs that differ by less are in the order of equals.
        margin, most, total_of = (minutes + 1) * _ROUNDING, math.inf, evening.total
        while ranks:
            low = ranks & -ranks
            rank = low.bit_length() - 1
            cost = costs[rank]
            if cost * minutes + capacities[rank] * for_each_seat > most:
                break
            ranks ^= low
            total = total_of(candidates[rank].mask, cost, most)
            if total > most:
                continue
            insort(kept, (round(total, SCORE_DECIMALS), places[rank], rank))
            if limit is not None and len(kept) >= limit:
                del kept[limit:]
                most = kept[-1][0] + margin
        return [rank for _, _, rank in kept]

    def _first_in_blocks(self, usable: int, evening: EveningCosts, limit: int) -> Sequence[int]:
        """Return the first ranks with usable tables in the order of an evening, the best first.

        Sums tell which candidates may be among the first. Those of one table are exact; the few
        others are measured again. The stay is as long at all tables, and no party waits.
        """
        summed, most = self._sum_blocks(usable, evening, limit)
        found: list[_Place] = []
        for block, totals in summed:
            rows = zip(totals, block.places, block.ranks, strict=True)
            near = [(total, place, rank) for total, place, rank in rows if total <= most]
            if block.size > 1:
                near = [
                    (evening.total(self.candidates[rank].mask, self.costs[rank]), place, rank)
                    for _, place, rank in near
                ]
            found += [(round(total, SCORE_DECIMALS), place, rank) for total, place, rank in near]
        found.sort()
        return [rank for _, _, rank in found[:limit]]

    def _sum_blocks(
        self, usable: int, evening: EveningCosts, limit: int
    ) -> tuple[list[tuple[Block, list[float]]], float]:
        """Return the blocks that may have one of the first candidates, and the cost of the last.

        The costs of a block are summed as a whole, unless a bound shows that it is too dear.
        """
        minutes, for_each_seat = evening.least_minutes, evening.least_for_each_seat()
        joins, beside, closing = evening.joins(), evening.beside(usable), evening.closing
        closed_minute = closing * minutes
        for_each_table = min(joins) * closed_minute
        by_table: list[float] = []
        least_of: list[float] = []
        summed: list[tuple[Block, list[float]]] = []
        least: list[float] = []
        most = _DEAREST
        for block in self._blocks():
            size, cost = block.size, block.least_cost * minutes
            if cost + size * for_each_table + block.least_capacity * for_each_seat > most:
                continue
            if size == 1:
                totals = block.of_tables(minutes, joins, closing, beside)
            else:
                if not by_table:
                    rows = zip(joins, beside, strict=True)
                    by_table = [count * closed_minute + time for count, time in rows]
                    least_of = self._least_extras(evening, by_table)
                whole = block.least_whole * minutes + block.least_capacity * evening.alone
                if whole * (1 - _OTHER_ORDER) + least_of[size] > most:
                    continue
                totals = block.totals(minutes, by_table)
            if min(totals) <= most:
                summed.append((block, totals))
                least = sorted(least + totals)[:limit]
                if len(least) == limit:
                    most = min(least[-1] * (1 + _OTHER_ORDER) + 2 * _ROUNDING, _DEAREST)
        return summed, most

    def _least_extras(self, evening: EveningCosts, by_table: Sequence[float]) -> list[float]:
        """Return for each number of tables the least that a set may cost more than usually.

        Usually all tables are free, and none has another stay beside the party's. It may be less.
        """
        alone, closed = evening.alone, evening.closing * evening.least_minutes
        usual = zip(by_table, self.joins.capacities, self.joins.counts, strict=True)
        extras = [cost - seats * alone - count * closed for cost, seats, count in usual]
        return [0.0, *accumulate(sorted(extras))]


def _made_blocks(
    candidates: Sequence[Candidate],
    costs: Sequence[float],
    joins: Joins,
    places: Callable[[], array[int]],
) -> tuple[Block, ...]:
    return blocks_of(candidates, costs, joins, places())
