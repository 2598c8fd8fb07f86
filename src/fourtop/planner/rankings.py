"""Rankings: all plans for one party size in order, filtered by the free tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial

import attrs

from fourtop.model.floor import bits
from fourtop.model.plan import Plan
from fourtop.planner.candidate import Candidate

_MAX_KEPT = 128
_PLAN_BYTES = 2_048
_ANSWER_BYTES = 192


@attrs.frozen(eq=False)
class Ranking:
    """Candidates from the best to the worst, and for each table the candidates without it.

    Args:
        candidates: The best first. Bit ``i`` of a mask of ranks is ``candidates[i]``.
        everything: Mask of all ranks.
        tables: Mask of the tables that some candidate uses.
        sparing: For each table the mask of the ranks that do not use it.
    """

    candidates: tuple[Candidate, ...]
    everything: int
    tables: int
    sparing: tuple[int, ...]
    _make: Callable[[Candidate], Plan]
    plan: Callable[[Candidate], Plan] = attrs.field(init=False)
    _beside: Callable[[int], int] = attrs.field(init=False)
    _best: Callable[[int], Candidate | None] = attrs.field(init=False)

    @plan.default
    def _keep_plans(self) -> Callable[[Candidate], Plan]:
        return lru_cache(maxsize=_MAX_KEPT)(self._make)

    @_beside.default
    def _keep_others(self) -> Callable[[int], int]:
        # Not bound to the ranking: a cycle would keep its memory until the next collection.
        others = partial(_ranks_beside, self.candidates, self.everything, self.sparing)
        return lru_cache(maxsize=_MAX_KEPT)(others)

    @_best.default
    def _keep_answers(self) -> Callable[[int], Candidate | None]:
        found = partial(_best_without, self.candidates, self.everything, self.sparing)
        return lru_cache(maxsize=_MAX_KEPT)(found)

    @classmethod
    def of(
        cls,
        candidates: Sequence[Candidate],
        tables_on_floor: int,
        make: Callable[[Candidate], Plan],
    ) -> Ranking:
        """Make the ranking of candidates that are in order. O(tables in all candidates).

        Args:
            candidates: The best first.
            tables_on_floor: How many tables the floor has.
            make: Makes the plan of a candidate; the last 128 plans are kept.
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
        return cls(tuple(candidates), everything, sum(1 << bit for bit in rows), sparing, make)

    @property
    def size_bytes(self) -> int:
        """Estimate of its memory without the shared candidates; never far too low."""
        count = len(self.candidates)
        kept = min(count, _MAX_KEPT)
        masks = (self.tables.bit_count() + kept) * (40 + count // 7)
        answers = _MAX_KEPT * (_ANSWER_BYTES + len(self.sparing) // 7)
        return 256 + kept * _PLAN_BYTES + 16 * count + 8 * len(self.sparing) + masks + answers

    def best(self, free: int) -> Candidate | None:
        """Return the best candidate whose tables are all in the mask ``free``, or ``None``.

        One AND a busy table. The last 128 answers are kept: the evenings of a house are alike.
        """
        return self._best(self.tables & ~free)

    def available(self, free: int, barred: Sequence[int] = ()) -> int:
        """Return the ranks whose tables are all in the mask ``free``. One AND a busy table.

        Args:
            free: The free tables.
            barred: Sets of tables that no candidate may have all of; one AND for each table.
        """
        ranks = _without(self.sparing, self.everything, self.tables & ~free)
        for each in barred:
            ranks &= ~self._containing(each)
        return ranks

    def _containing(self, mask: int) -> int:
        """Return the ranks that use all tables of a set."""
        ranks = self.everything
        for bit in bits(mask):
            ranks &= self.everything ^ self.sparing[bit]
        return ranks

    def in_order(self, ranks: int) -> Iterator[Candidate]:
        """Yield the candidates of a mask of ranks, the best first."""
        while ranks:
            lowest = ranks & -ranks
            yield self.candidates[lowest.bit_length() - 1]
            ranks ^= lowest

    def count(self, free: int, limit: int) -> int:
        """Count how often the best remaining candidate can take its tables, up to a limit.

        One AND for each busy table and each count.
        """
        ranks = self.available(free)
        count = 0
        while ranks and count < limit:
            best = (ranks & -ranks).bit_length() - 1
            ranks &= self._beside(best)
            count += 1
        return count


def _without(sparing: Sequence[int], ranks: int, taken: int) -> int:
    while taken and ranks:
        low = taken & -taken
        ranks &= sparing[low.bit_length() - 1]
        taken ^= low
    return ranks


def _best_without(
    candidates: Sequence[Candidate], everything: int, sparing: Sequence[int], taken: int
) -> Candidate | None:
    """Return the best candidate that uses none of the taken tables, or ``None``."""
    ranks = _without(sparing, everything, taken)
    return candidates[(ranks & -ranks).bit_length() - 1] if ranks else None


def _ranks_beside(
    candidates: Sequence[Candidate], everything: int, sparing: Sequence[int], rank: int
) -> int:
    """Return the ranks that share no table with one of them."""
    return _without(sparing, everything, candidates[rank].mask)
