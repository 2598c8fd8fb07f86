"""Rankings: all plans for one party size in order, filtered by the free tables."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial

import attrs

from fourtop.model.floor import bits
from fourtop.model.plan import Plan
from fourtop.planner.blocks import Joins
from fourtop.planner.candidate import Candidate
from fourtop.planner.evening_rankings import EveningRanking, Measure
from fourtop.planner.plan_maker import PlanMaker

_MAX_KEPT = 128
_PLAN_BYTES = 2_048
_ANSWER_BYTES = 192
_COUNT_BYTES = 288


@attrs.frozen(eq=False)
class Ranking:
    """Candidates from the best to the worst, and for each table the candidates without it.

    Args:
        candidates: The best first. Bit ``i`` of a mask of ranks is ``candidates[i]``.
        everything: Mask of all ranks.
        tables: Mask of the tables that some candidate uses.
        sparing: For each table the mask of the ranks that do not use it.
        maker: Makes the plans of the static order.
        evening: The candidates in the order of an evening.
    """

    candidates: tuple[Candidate, ...]
    everything: int
    tables: int
    sparing: tuple[int, ...]
    maker: PlanMaker
    evening: EveningRanking
    plan: Callable[[Candidate], Plan] = attrs.field(init=False)
    _beside: Callable[[int], int] = attrs.field(init=False)
    _ranks: Callable[[int], int] = attrs.field(init=False)
    _counts: Callable[[int, int], int] = attrs.field(init=False)

    @plan.default
    def _keep_plans(self) -> Callable[[Candidate], Plan]:
        return lru_cache(maxsize=_MAX_KEPT)(self.maker.plan)

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

    @classmethod
    def of(
        cls,
        candidates: Sequence[Candidate],
        costs: Sequence[float],
        maker: PlanMaker,
        joins: Joins,
        measure: Measure,
    ) -> Ranking:
        """Make the ranking of candidates that are in order. O(tables in all candidates).

        Args:
            candidates: The best first.
            costs: What each costs for each minute of the stay.
            maker: Makes the plan of a candidate; the last 128 plans are kept.
            joins: The joins of the floor.
            measure: Measures an evening.
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
            for bit in range(len(joins.counts))
        )
        tables = sum(1 << bit for bit in rows)
        in_order = tuple(candidates)
        evening = EveningRanking(in_order, array("d", costs), maker, joins, measure)
        return cls(in_order, everything, tables, sparing, maker, evening)

    @property
    def size_bytes(self) -> int:
        """Estimate of its memory without the shared candidates; never far too low."""
        count = len(self.candidates)
        kept = min(count, _MAX_KEPT)
        masks = (self.tables.bit_count() + kept) * (40 + count // 7)
        answers = _MAX_KEPT * (_ANSWER_BYTES + (count + len(self.sparing)) // 7)
        answers += _MAX_KEPT * (_COUNT_BYTES + len(self.sparing) // 7)
        answers += self.evening.size_bytes
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
