"""Rankings: all plans for one party size, in order, ready for questions about what is free."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs

from fourtop.model.floor import places
from fourtop.model.plan import Plan
from fourtop.planner.candidate import Candidate

_MAX_PLANS = 128
_PLAN_BYTES = 2_048


@attrs.frozen(eq=False)
class Ranking:
    """Candidates from the best to the worst, and for each table which of them need it.

    Args:
        candidates: The best first. Bit ``i`` of a mask of ranks is ``candidates[i]``.
        everything: Mask of all ranks.
        tables: Mask of the tables that some candidate needs.
        needing: For each table the mask of the ranks that need it.
    """

    candidates: tuple[Candidate, ...]
    everything: int
    tables: int
    needing: tuple[int, ...]
    _plans: dict[int, Plan] = attrs.field(factory=dict, init=False)

    @classmethod
    def of(cls, candidates: Sequence[Candidate], tables_on_floor: int) -> Ranking:
        """Make the ranking of candidates that are in order. O(tables in all candidates)."""
        # Bits are set in bytearrays: setting them in an int would copy it each time.
        rows: dict[int, bytearray] = {}
        width = len(candidates) // 8 + 1
        for rank, candidate in enumerate(candidates):
            for place in places(candidate.mask):
                row = rows.get(place)
                if row is None:
                    row = rows[place] = bytearray(width)
                row[rank >> 3] |= 1 << (rank & 7)
        needing = tuple(int.from_bytes(rows.get(place, b""), "little") for place in range(tables_on_floor))
        everything = (1 << len(candidates)) - 1
        return cls(tuple(candidates), everything, sum(1 << place for place in rows), needing)

    @property
    def size_bytes(self) -> int:
        """Its memory without the candidates, which rankings share: about right, never far below."""
        plans = min(len(self.candidates), _MAX_PLANS) * _PLAN_BYTES
        return 256 + plans + 16 * len(self.candidates) + sum(40 + row.bit_length() // 7 for row in self.needing)

    def available(self, free: int) -> int:
        """Return the ranks whose tables are all in the mask ``free``. One OR for each table that is not."""
        needing = self.needing
        busy = self.tables & ~free
        blocked = 0
        while busy:
            low = busy & -busy
            blocked |= needing[low.bit_length() - 1]
            busy ^= low
        return self.everything & ~blocked

    def without(self, ranks: int, taken: int) -> int:
        """Return those of the ranks that need none of the tables in the mask ``taken``."""
        for place in places(taken):
            ranks &= ~self.needing[place]
        return ranks

    def in_order(self, ranks: int) -> Iterator[Candidate]:
        """Yield the candidates of a mask of ranks, the best first."""
        return (self.candidates[rank] for rank in places(ranks))

    def plan(self, candidate: Candidate, make: Callable[[Candidate], Plan]) -> Plan:
        """Return the plan of one of the candidates; the last 128 that were made are kept."""
        plan = self._plans.get(candidate.mask)
        if plan is None:
            if len(self._plans) >= _MAX_PLANS:
                self._plans.clear()
            plan = self._plans[candidate.mask] = make(candidate)
        return plan
