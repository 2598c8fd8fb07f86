"""Growing sets of tables, one table at a time, so that each set comes exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs

from fourtop.model.floor import bits
from fourtop.model.planning_rules import AdjacencyMode

Prune = Callable[[int, int], bool]


@attrs.frozen(eq=False)
class SubsetEnumerator:
    """All sets of tables, of one to ``largest`` tables, that satisfy a mode; as masks.

    Args:
        neighbours: For each table the mask of the tables it is joined to.
        candidates: The tables to choose from.
        largest: Most tables in a set; at least 1.
        prune: Called as ``prune(chosen, reach)`` before ``chosen`` is grown by tables of the mask
            ``reach``; every set grown from it lies inside ``chosen | reach``. If it returns true,
            the set is not grown. ``None``: grow every set.

    >>> sets = SubsetEnumerator(neighbours=(0b010, 0b101, 0b010), candidates=0b111, largest=2)
    >>> [bin(mask) for mask in sets.connected()]
    ['0b1', '0b11', '0b10', '0b110', '0b100']
    """

    neighbours: Sequence[int] = attrs.field(kw_only=True)
    candidates: int = attrs.field(kw_only=True)
    largest: int = attrs.field(kw_only=True)
    prune: Prune | None = attrs.field(default=None, kw_only=True)

    def sets(self, mode: AdjacencyMode | None) -> Iterator[int]:
        """Yield every set that satisfies the mode, each exactly once; ``None``: every set.

        The order depends on the bits of the tables alone: a set comes before the sets grown from
        it, and lower bits are tried first.
        """
        if mode is None:
            return self.anyhow()
        if mode is AdjacencyMode.CONNECTED:
            return self.connected()
        return self.pairwise() if mode is AdjacencyMode.PAIRWISE else self.around_a_hub()

    def connected(self) -> Iterator[int]:
        """Yield the connected sets, those of the lowest first table first.

        Time is proportional to the number of sets, memory to ``largest``. Source: S. Wernicke,
        "Efficient detection of network motifs", 2006 (ESU): a set grows only from its first table,
        and only by tables that no earlier member was joined to.
        """
        for root in bits(self.candidates):
            above = self.candidates & (-2 << root)
            near = self.neighbours[root] & above
            yield from self._spread(1 << root, near, above & ~near)

    def pairwise(self) -> Iterator[int]:
        """Yield the sets in which every two tables are joined, in lexicographic order."""
        for root in bits(self.candidates):
            yield from self._narrow(
                1 << root, self.neighbours[root] & self.candidates & (-2 << root), self.neighbours
            )

    def around_a_hub(self) -> Iterator[int]:
        """Yield the sets with a hub: a table that is joined to all others of the set.

        A set with j hubs is met j times, and yielded when it is grown from its first hub; j is at
        most ``largest``.
        """
        every = (-1,) * len(self.neighbours)
        for root in bits(self.candidates):
            for mask in self._narrow(1 << root, self.neighbours[root] & self.candidates, every):
                if next(hubs(self.neighbours, mask)) == root:
                    yield mask

    def anyhow(self) -> Iterator[int]:
        """Yield all sets, in lexicographic order."""
        every = (-1,) * len(self.neighbours)
        for root in bits(self.candidates):
            yield from self._narrow(1 << root, self.candidates & (-2 << root), every)

    def _grows(self, chosen: int, reach: int) -> bool:
        if not reach or chosen.bit_count() >= self.largest:
            return False
        return self.prune is None or not self.prune(chosen, reach)

    def _spread(self, chosen: int, frontier: int, unseen: int) -> Iterator[int]:
        # Tables are in exactly one of: chosen, frontier (joined to a chosen one), unseen, or passed
        # over.
        yield chosen
        if not frontier or not self._grows(chosen, frontier | unseen):
            return
        while frontier:
            bit = frontier & -frontier
            frontier ^= bit
            near = self.neighbours[bit.bit_length() - 1] & unseen
            yield from self._spread(chosen | bit, frontier | near, unseen & ~near)

    def _narrow(self, chosen: int, frontier: int, keep: Sequence[int]) -> Iterator[int]:
        yield chosen
        if not self._grows(chosen, frontier):
            return
        while frontier:
            bit = frontier & -frontier
            frontier ^= bit
            yield from self._narrow(chosen | bit, frontier & keep[bit.bit_length() - 1], keep)


def hubs(neighbours: Sequence[int], mask: int) -> Iterator[int]:
    """Yield the members of a set that are joined to all other members, lowest bit first."""
    for bit in bits(mask):
        if not mask & ~(neighbours[bit] | 1 << bit):
            yield bit


def walk(neighbours: Sequence[int], mask: int) -> Iterator[int]:
    """Yield the tables of a set by their distance from its first table, as masks.

    The first mask holds the first table, the next the tables one join away, and so on.

    Source: breadth-first search, E. F. Moore, "The shortest path through a maze", 1959.
    """
    level = mask & -mask
    left = mask ^ level
    while level:
        yield level
        near = 0
        for bit in bits(level):
            near |= neighbours[bit]
        level = near & left
        left ^= level
