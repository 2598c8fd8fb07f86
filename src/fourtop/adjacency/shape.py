"""The shape of a set of tables: the properties of the joins inside it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

from fourtop.model.planning_rules import AdjacencyMode


class Label(StrEnum):
    """One word for a shape: the strictest that is true of it."""

    SINGLE = "single"
    PAIRWISE = "pairwise"
    NEIGHBORS = "neighbors"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


@attrs.frozen
class Shape:
    """The properties of the joins inside a set of tables.

    Args:
        connected: One can walk from each member to each other along joins inside the set.
        pairwise: Every two members are joined.
        neighbors: Some member is joined to all the others.
        label: The strictest of these.
        depths: Joins to walk from the set's first table (in table order) to each table that one can
            reach, in table order. A table that is missing here cannot be reached.

    >>> every = {"connected": True, "pairwise": True, "neighbors": True}
    >>> Shape(**every, label=Label.SINGLE, depths={"t1": 0}).satisfies(AdjacencyMode.PAIRWISE)
    True
    """

    connected: bool = attrs.field(kw_only=True)
    pairwise: bool = attrs.field(kw_only=True)
    neighbors: bool = attrs.field(kw_only=True)
    label: Label = attrs.field(kw_only=True)
    depths: Mapping[str, int] = attrs.field(kw_only=True, hash=False)

    def satisfies(self, mode: AdjacencyMode) -> bool:
        """Tell whether a set of this shape counts as pushed together in that mode."""
        if mode is AdjacencyMode.CONNECTED:
            return self.connected
        return self.pairwise if mode is AdjacencyMode.PAIRWISE else self.neighbors
