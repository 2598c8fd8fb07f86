"""The graph of a floor: tables, and the joins between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from fourtop.adjacency.enumeration import hubs, walk
from fourtop.adjacency.shape import Label, Shape
from fourtop.errors import InvalidInput
from fourtop.model.floor import Floor, bits
from fourtop.model.planning_rules import AdjacencyMode

if TYPE_CHECKING:
    import networkx as nx


@attrs.frozen(eq=False)
class JoinGraph:
    """The undirected graph of the tables of a floor that can be pushed together.

    In the methods on masks, bit ``i`` is ``floor.tables[i]``.

    Args:
        floor: The floor.
        neighbours: For each table, in table order, the mask of the tables it is joined to.

    >>> from fourtop.model.floor import Floor, Join
    >>> from fourtop.model.restaurant import Zone
    >>> from fourtop.model.table import Table
    >>> tables = [Table(id_, id_, 4, "main") for id_ in ("a", "b", "c")]
    >>> joins = [Join(("a", "b")), Join(("b", "c"))]
    >>> floor = Floor(tables, zones=[Zone("main", "Main")], joins=joins)
    >>> graph = JoinGraph.of(floor)
    >>> graph.shape(["c", "a", "b"]).label.value, graph.shape(["a", "c"]).label.value
    ('neighbors', 'disconnected')
    """

    floor: Floor
    neighbours: tuple[int, ...]

    @classmethod
    def of(cls, floor: Floor) -> JoinGraph:
        """Make the graph of a floor. O(tables + joins)."""
        neighbours = [0] * len(floor.tables)
        for join in floor.joins:
            first, second = (floor.positions[table_id] for table_id in join.tables)
            neighbours[first] |= 1 << second
            neighbours[second] |= 1 << first
        return cls(floor, tuple(neighbours))

    def shape(self, table_ids: Iterable[str]) -> Shape:
        """Return the shape of a set of tables; order and duplicates do not matter.

        Raises:
            InvalidInput: If no table is named.
            NotFound: If a table is unknown.
        """
        mask = self.mask(table_ids)
        levels = tuple(walk(self.neighbours, mask))
        depths = {bit: depth for depth, level in enumerate(levels) for bit in bits(level)}
        flags = {
            "connected": len(depths) == mask.bit_count(),
            "pairwise": self.is_pairwise(mask),
            "neighbors": self.has_hub(mask),
        }
        return Shape(
            **flags,
            label=Label.SINGLE if mask.bit_count() == 1 else _strictest(**flags),
            depths={self.floor.tables[bit].id: depths[bit] for bit in sorted(depths)},
        )

    def satisfies(self, table_ids: Iterable[str], mode: AdjacencyMode) -> bool:
        """Tell whether a set of tables counts as pushed together in that mode.

        A single table always does.

        Raises:
            InvalidInput: If no table is named.
            NotFound: If a table is unknown.
        """
        return self.holds(self.mask(table_ids), mode)

    def mask(self, table_ids: Iterable[str]) -> int:
        """Turn table ids into a mask of at least one table.

        Raises:
            InvalidInput: If no table is named.
            NotFound: If a table is unknown.
        """
        mask = self.floor.mask(table_ids)
        if not mask:
            raise InvalidInput("tables", "must name at least one table", "none")
        return mask

    def to_networkx(self) -> nx.Graph[str]:
        """Return the graph for networkx.

        Nodes are table ids in table order; edges carry ``seat_loss``.
        """
        import networkx as nx

        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(table.id for table in self.floor.tables)
        graph.add_edges_from(
            (*join.tables, {"seat_loss": join.seat_loss}) for join in self.floor.joins
        )
        return graph

    # ---- on masks of at least one table

    def holds(self, mask: int, mode: AdjacencyMode | None) -> bool:
        """Tell whether a set counts as pushed together in that mode; ``None``: always."""
        if mode is None:
            return True
        if mode is AdjacencyMode.CONNECTED:
            return sum(walk(self.neighbours, mask)) == mask
        return self.is_pairwise(mask) if mode is AdjacencyMode.PAIRWISE else self.has_hub(mask)

    def is_pairwise(self, mask: int) -> bool:
        """Tell whether every two members are joined."""
        return sum(1 for _ in hubs(self.neighbours, mask)) == mask.bit_count()

    def has_hub(self, mask: int) -> bool:
        """Tell whether some member is joined to all the others."""
        return next(hubs(self.neighbours, mask), None) is not None

    def depth(self, mask: int) -> int:
        """Return the number of joins from the first member, in table order, to the farthest.

        If a member cannot be reached, it is at least the number of tables.
        """
        reached = depth = 0
        for depth, level in enumerate(walk(self.neighbours, mask)):  # noqa: B007  # Last depth.
            reached |= level
        return depth if reached == mask else max(depth, mask.bit_count())


def _strictest(*, connected: bool, pairwise: bool, neighbors: bool) -> Label:
    if pairwise:
        return Label.PAIRWISE
    if neighbors:
        return Label.NEIGHBORS
    return Label.CONNECTED if connected else Label.DISCONNECTED
