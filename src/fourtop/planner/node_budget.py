"""The number of sets that one search may look at."""

from __future__ import annotations

from typing import Final

import attrs

MAX_SEARCH_NODES: Final = 20_000


@attrs.define(eq=False)
class NodeBudget:
    """Count the nodes of a search: every set of tables that it measures or considers growing.

    The bound counts nodes and never reads a clock, so that the same question has the same answer
    on every machine.

    Args:
        limit: Most nodes.
        used: Nodes visited so far; never more than ``limit``.
        is_exhausted: Whether the search needed a further node. Then neither "no plan" nor "the best
            plan" is proven.
    """

    limit: int
    used: int = attrs.field(default=0, init=False)
    is_exhausted: bool = attrs.field(default=False, init=False)

    def spend(self) -> bool:
        """Take one node from the budget; false if none is left, and the search must stop."""
        if self.used >= self.limit:
            self.is_exhausted = True
            return False
        self.used += 1
        return True
