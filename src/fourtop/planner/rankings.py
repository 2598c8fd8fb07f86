"""Rankings: all plans for one party size in order, filtered by the free tables."""

from __future__ import annotations

import math
from array import array
from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import accumulate

import attrs

from fourtop.model.floor import bits
from fourtop.model.plan import SCORE_DECIMALS, Plan
from fourtop.planner.blocks import Block, blocks_of
from fourtop.planner.candidate import Candidate
from fourtop.planner.evening import EveningCosts

_MAX_KEPT = 128
_PLAN_BYTES = 2_048
_ANSWER_BYTES = 192
_COUNT_BYTES = 288

_EVENING_BYTES = 512

# Most candidates of an answer for an evening that is kept.
_MAX_SHORT = 16

# Static costs that differ by less are in the order of equals.
_ROUNDING = 10**-SCORE_DECIMALS

# Sums in another order differ by a smaller part.
_ROUNDING_UP = 1e-12
_MOST = 1e300

_Place = tuple[float, tuple[int, ...], int]
_Key = tuple[int, tuple[int, ...]]


@attrs.frozen(eq=False)
class Ranking:
    """Candidates from the best to the worst, and for each table the candidates without it.

    Args:
        candidates: The best first. Bit ``i`` of a mask of ranks is ``candidates[i]``.
        costs: For each candidate its cost for each minute of the stay, without the evening.
        everything: Mask of all ranks.
        tables: Mask of the tables that some candidate uses.
        sparing: For each table the mask of the ranks that do not use it.
    """

    candidates: tuple[Candidate, ...]
    costs: array[float]
    everything: int
    tables: int
    sparing: tuple[int, ...]
    _make: Callable[[Candidate], Plan]
    _blocks: Callable[[], tuple[tuple[Block, ...], ...]]
    plan: Callable[[Candidate], Plan] = attrs.field(init=False)
    _beside: Callable[[int], int] = attrs.field(init=False)
    _ranks: Callable[[int], int] = attrs.field(init=False)
    _counts: Callable[[int, int], int] = attrs.field(init=False)
    _least_capacities: array[int] = attrs.field(init=False)
    _evenings: dict[_Key, tuple[int, Sequence[int]]] = attrs.field(factory=dict, init=False)

    @plan.default
    def _keep_plans(self) -> Callable[[Candidate], Plan]:
        return lru_cache(maxsize=_MAX_KEPT)(self._make)

    @_beside.default
    def _keep_others(self) -> Callable[[int], int]:
        # Not bound to the ranking: a cycle would keep its memory until the next collection.
        others = partial(_ranks_beside, self.candidates, self.everything, self.sparing)
        return lru_cache(maxsize=_MAX_KEPT)(others)

    @_ranks.default
    def _keep_answers(self) -> Callable[[int], int]:
        return lru_cache(maxsize=_MAX_KEPT)(partial(_without, self.sparing, self.everything))

    @_counts.default
    def _keep_counts(self) -> Callable[[int, int], int]:
        return lru_cache(maxsize=_MAX_KEPT)(partial(_count, self._ranks, self._beside))

    @_least_capacities.default
    def _find_least_capacities(self) -> array[int]:
        """Find for each rank the least sum of capacities of its candidate and those after it."""
        found = accumulate((each.capacity for each in reversed(self.candidates)), min)
        return array("q", [*found][::-1])

    @classmethod
    def of(
        cls,
        candidates: Sequence[Candidate],
        costs: Sequence[float],
        tables_on_floor: int,
        make: Callable[[Candidate], Plan],
        joins: tuple[Sequence[int], float],
    ) -> Ranking:
        """Make the ranking of candidates that are in order. O(tables in all candidates).

        Args:
            candidates: The best first.
            costs: What each costs for each minute of the stay.
            tables_on_floor: How many tables the floor has.
            make: Makes the plan of a candidate; the last 128 plans are kept.
            joins: For each table the tables that it can be pushed together with; and the cost of a
                join that is closed, for each minute of the stay.
        """
        # Bits are set in bytearrays: setting them in an int would copy it each time.
        rows: dict[int, bytearray] = {}
        width = len(candidates) // 8 + 1
        for rank, candidate in enumerate(candidates):
            for bit in bits(candidate.mask):
                row = rows.get(bit)
                if row is None:
                    row = rows[bit] = bytearray(width)
                row[rank >> 3] |= 1 << (rank & 7)
        everything = (1 << len(candidates)) - 1
        sparing = tuple(
            everything ^ int.from_bytes(rows[bit], "little") if bit in rows else everything
            for bit in range(tables_on_floor)
        )
        tables = sum(1 << bit for bit in rows)
        # Compiled on first use: the static order does not need them.
        blocks = lru_cache(maxsize=1)(partial(blocks_of, tuple(candidates), costs, *joins))
        return cls(tuple(candidates), array("d", costs), everything, tables, sparing, make, blocks)

    @property
    def size_bytes(self) -> int:
        """Estimate of its memory without the shared candidates; never far too low."""
        count = len(self.candidates)
        kept = min(count, _MAX_KEPT)
        masks = (self.tables.bit_count() + kept) * (40 + count // 7)
        answers = _MAX_KEPT * (_ANSWER_BYTES + (count + len(self.sparing)) // 7)
        answers += _MAX_KEPT * (_COUNT_BYTES + len(self.sparing) // 7)
        answers += _MAX_KEPT * (_EVENING_BYTES + count // 7 + 32 * len(self.sparing))
        return 256 + kept * _PLAN_BYTES + 32 * count + 8 * len(self.sparing) + masks + answers

    def available(self, free: int, barred: Sequence[int] = ()) -> int:
        """Return the ranks whose tables are all in the mask ``free``. One AND a busy table.

        The last 128 answers are kept: the evenings of a house are alike.

        Args:
            free: The free tables.
            barred: Sets of tables that no candidate may have all of; one AND for each table.
        """
        ranks = self._ranks(self.tables & ~free)
        for each in barred:
            ranks &= ~self._containing(each)
        return ranks

    def _containing(self, mask: int) -> int:
        """Return the ranks that use all tables of a set."""
        ranks = self.everything
        for bit in bits(mask):
            ranks &= self.everything ^ self.sparing[bit]
        return ranks

    def first(self, ranks: int) -> Candidate:
        """Return the best candidate of a mask of ranks, which is not empty."""
        return self.candidates[(ranks & -ranks).bit_length() - 1]

    def in_order(self, ranks: int) -> Iterator[Candidate]:
        """Yield the candidates of a mask of ranks, the best first."""
        while ranks:
            lowest = ranks & -ranks
            yield self.candidates[lowest.bit_length() - 1]
            ranks ^= lowest

    def first_in_evening(
        self, ranks: int, evening: EveningCosts, usable: int | None = None
    ) -> Candidate:
        """Return the first of ``in_evening``; the mask is not empty."""
        return self.candidates[self._ranks_in_evening(ranks, evening, 1, usable)[0]]

    def in_evening(
        self,
        ranks: int,
        evening: EveningCosts,
        limit: int | None = None,
        usable: int | None = None,
    ) -> list[Candidate]:
        """Return the candidates of a mask of ranks in the order of an evening, the best first.

        The last 128 short answers are kept: a hold asks what its quote has asked.

        Args:
            ranks: The candidates.
            evening: The costs of the evening.
            limit: Most candidates to return; ``None``: all.
            usable: Mask of tables; the candidates are all whose tables are in it. ``None``: they
                are fewer.
        """
        found = self._ranks_in_evening(ranks, evening, limit, usable)
        return [self.candidates[rank] for rank in found]

    def _ranks_in_evening(
        self, ranks: int, evening: EveningCosts, limit: int | None, usable: int | None
    ) -> Sequence[int]:
        """Return the ranks of ``in_evening``, from the answers that are kept if one is enough."""
        key = evening.key if limit is not None and limit <= _MAX_SHORT else None
        if limit is None or key is None:
            return self._walk(ranks, evening, limit)
        # Removed and added again, so that the least recently used answer is the first.
        kept = self._evenings.pop((ranks, key), None)
        if kept is None or kept[0] < limit:
            if usable is None:
                kept = limit, self._walk(ranks, evening, limit)
            else:
                kept = limit, self._first_in_blocks(usable, evening, limit)
            while len(self._evenings) >= _MAX_KEPT:
                self._evenings.pop(next(iter(self._evenings)), None)
        self._evenings[ranks, key] = kept
        return kept[1][:limit]

    def _first_in_blocks(self, usable: int, evening: EveningCosts, limit: int) -> Sequence[int]:
        """Return the first ranks with usable tables in the order of an evening, the best first.

        Blocks are summed as a whole, unless a bound shows that they are too dear. The sums tell
        which candidates may be among the first: these few are measured exactly. The stay is as long
        at all tables, and no party waits.
        """
        minutes, by_table = evening.least_minutes, evening.parts(usable)
        for_each_table = evening.fewest_joins() * evening.closing * minutes
        for_each_seat = evening.least_for_each_seat()
        summed: list[tuple[Block, list[float]]] = []
        least: list[float] = []
        # No plan costs so much, apart from those of tables that are not usable.
        most = _MOST
        for blocks in self._blocks():
            for block in blocks:
                beside = block.size * for_each_table + block.least_capacity * for_each_seat
                if block.costs[0] * minutes + beside > most:
                    break
                totals = block.totals(minutes, by_table)
                summed.append((block, totals))
                least = sorted(least + totals)[:limit]
                if len(least) == limit:
                    most = min(least[-1] * (1 + _ROUNDING_UP) + 2 * _ROUNDING, _MOST)
        kept: list[_Place] = []
        for block, totals in summed:
            for rank, total in zip(block.ranks, totals, strict=True):
                if total <= most:
                    candidate = self.candidates[rank]
                    exact = evening.total(candidate.mask, self.costs[rank])
                    kept.append((round(exact, SCORE_DECIMALS), candidate.order_of_equals, rank))
        kept.sort()
        return [rank for _, _, rank in kept[:limit]]

    def _walk(self, ranks: int, evening: EveningCosts, limit: int | None) -> Sequence[int]:
        """Return the first ranks of some in the order of an evening, the best first.

        They are walked in the static order. No term of the evening is negative, so the walk stops
        at the first with a static cost that, with the least cost of the time beside a stay, exceeds
        that of the last one kept: the answer is exact. O(candidates walked), at worst all.
        """
        kept: list[_Place] = []
        costs, candidates, capacities = self.costs, self.candidates, self._least_capacities
        minutes, for_each_seat = evening.least_minutes, evening.least_for_each_seat()
        margin, most, total_of = (minutes + 1) * _ROUNDING, math.inf, evening.total
        while ranks:
            low = ranks & -ranks
            rank = low.bit_length() - 1
            cost = costs[rank]
            if cost * minutes + capacities[rank] * for_each_seat > most:
                break
            ranks ^= low
            candidate = candidates[rank]
            total = total_of(candidate.mask, cost, most)
            if total > most:
                continue
            insort(kept, (round(total, SCORE_DECIMALS), candidate.order_of_equals, rank))
            if limit is not None and len(kept) >= limit:
                del kept[limit:]
                most = kept[-1][0] + margin
        return [rank for _, _, rank in kept]

    def count(self, free: int, limit: int) -> int:
        """Count how often the best remaining candidate can take its tables, up to a limit.

        One AND for each busy table and each count. The last 128 answers are kept.
        """
        return self._counts(self.tables & ~free, limit)


def _without(sparing: Sequence[int], ranks: int, taken: int) -> int:
    while taken and ranks:
        low = taken & -taken
        ranks &= sparing[low.bit_length() - 1]
        taken ^= low
    return ranks


def _ranks_beside(
    candidates: Sequence[Candidate], everything: int, sparing: Sequence[int], rank: int
) -> int:
    """Return the ranks that share no table with one of them."""
    return _without(sparing, everything, candidates[rank].mask)


def _count(
    ranks_of: Callable[[int], int], beside: Callable[[int], int], taken: int, limit: int
) -> int:
    """Count the candidates that the best one leaves, one after another, beside taken tables."""
    ranks, count = ranks_of(taken), 0
    while ranks and count < limit:
        ranks &= beside((ranks & -ranks).bit_length() - 1)
        count += 1
    return count
