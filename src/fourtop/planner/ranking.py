"""Rankings: all plans for one party size, in order, ready for questions about what is free."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs

from fourtop.model.floor import bits
from fourtop.model.plan import Plan
from fourtop.planner.candidate import Candidate

_MAX_KEPT = 128
_PLAN_BYTES = 2_048


@attrs.frozen(eq=False)
class Ranking:
    """Candidates from the best to the worst, and for each table which of them do without it.

    Args:
        candidates: The best first. Bit ``i`` of a mask of ranks is ``candidates[i]``.
        everything: Mask of all ranks.
        tables: Mask of the tables that some candidate needs.
        sparing: For each table the mask of the ranks that do without it.
    """

    candidates: tuple[Candidate, ...]
    everything: int
    tables: int
    sparing: tuple[int, ...]
    _plans: dict[int, Plan] = attrs.field(factory=dict, init=False)
    _others: dict[int, int] = attrs.field(factory=dict, init=False)

    @classmethod
    def of(cls, candidates: Sequence[Candidate], tables_on_floor: int) -> Ranking:
        """Make the ranking of candidates that are in order. O(tables in all candidates)."""
        # Bits are set in bytearrays: setting them in an int would copy it each time.
        rows: dict[int, bytearray] = {}
        width = len(candidates) // 8 + 1
        for rank, candidate in enumerate(candidates):
            for place in bits(candidate.mask):
                row = rows.get(place)
                if row is None:
                    row = rows[place] = bytearray(width)
                row[rank >> 3] |= 1 << (rank & 7)
        everything = (1 << len(candidates)) - 1
        sparing = tuple(
            everything ^ int.from_bytes(rows[place], "little") if place in rows else everything
            for place in range(tables_on_floor)
        )
        return cls(tuple(candidates), everything, sum(1 << place for place in rows), sparing)

    @property
    def size_bytes(self) -> int:
        """Its memory without the candidates, which rankings share: about right, never far below."""
        count = len(self.candidates)
        kept = min(count, _MAX_KEPT)
        masks = (self.tables.bit_count() + kept) * (40 + count // 7)
        return 256 + kept * _PLAN_BYTES + 16 * count + 8 * len(self.sparing) + masks

    def available(self, free: int) -> int:
        """Return the ranks whose tables are all in the mask ``free``. One AND for each table that is not."""
        return self._without(self.everything, self.tables & ~free)

    def _without(self, ranks: int, taken: int) -> int:
        sparing = self.sparing
        while taken and ranks:
            low = taken & -taken
            ranks &= sparing[low.bit_length() - 1]
            taken ^= low
        return ranks

    def first(self, ranks: int) -> Candidate:
        """Return the best candidate of a mask of ranks, which is not empty."""
        return self.candidates[(ranks & -ranks).bit_length() - 1]

    def in_order(self, ranks: int) -> Iterator[Candidate]:
        """Yield the candidates of a mask of ranks, the best first."""
        return (self.candidates[rank] for rank in bits(ranks))

    def count(self, free: int, limit: int) -> int:
        """Count, up to a limit, how often in turn the best candidate that is left can take its tables.

        One AND for each table that is busy or taken.
        """
        others = self._others
        ranks = self.available(free)
        count = 0
        while ranks and count < limit:
            best = (ranks & -ranks).bit_length() - 1
            ranks &= others.get(best) or self._beside(best)
            count += 1
        return count

    def _beside(self, rank: int) -> int:
        """Return the ranks that share no table with one of them; the last 128 that were asked for are kept."""
        if len(self._others) >= _MAX_KEPT:
            self._others.clear()
        ranks = self._others[rank] = self._without(self.everything, self.candidates[rank].mask)
        return ranks

    def plan(self, candidate: Candidate, make: Callable[[Candidate], Plan]) -> Plan:
        """Return the plan of one of the candidates; the last 128 that were made are kept."""
        plan = self._plans.get(candidate.mask)
        if plan is None:
            if len(self._plans) >= _MAX_KEPT:
                self._plans.clear()
            plan = self._plans[candidate.mask] = make(candidate)
        return plan
