"""The best candidates seen so far."""

from __future__ import annotations

from bisect import insort

import attrs

from fourtop.model.floor import bits
from fourtop.planner.candidate import Candidate
from fourtop.planner.cost import Key

Place = tuple[Key, tuple[int, ...]]


@attrs.define(eq=False)
class Shortlist:
    """At most ``limit`` candidates, the best first; ``None``: all of them.

    Args:
        limit: How many to keep; at least 1.
    """

    limit: int | None
    _entries: list[tuple[Place, Candidate]] = attrs.field(factory=list, init=False)

    @property
    def worst(self) -> Place | None:
        """The entry that a further candidate must beat; ``None`` while the list is not full."""
        return self._entries[-1][0] if len(self._entries) == self.limit else None

    def offer(self, key: Key, candidate: Candidate) -> None:
        """Keep a candidate if it is among the best. O(limit)."""
        place = (key, tuple(bits(candidate.mask)))
        worst = self.worst
        if worst is not None:
            if place >= worst:
                return
            self._entries.pop()
        if self.limit is None:
            self._entries.append((place, candidate))
        else:
            insort(self._entries, (place, candidate))

    def candidates(self) -> tuple[Candidate, ...]:
        """Return the kept candidates, the best first."""
        return tuple(candidate for _, candidate in sorted(self._entries))
