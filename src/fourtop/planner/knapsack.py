"""Bounds for the search: the seats and costs that further tables can add to a set."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence

import attrs

from fourtop.model.floor import bits

MAX_LEVELS = 64


@attrs.frozen
class Item:
    """The contribution of a table to a set: seats, scarcity, and the cost of its own."""

    capacity: int
    scarcity: float
    cost: float


@attrs.frozen(eq=False)
class SuffixBounds:
    """Bounds of the contribution of ``m`` tables out of one suffix of the pool.

    Args:
        cheapest: ``cheapest[m][c]`` is the least cost of m tables with c seats in all; the last
            entry of a row stands for that many seats or more. Infinite if no such tables exist.
        commonest: The same for the least scarcity.
        smallest: Least capacity of a table in it.
        biggest: Largest capacity of a table in it.
    """

    cheapest: tuple[array[float], ...]
    commonest: tuple[array[float], ...]
    smallest: int
    biggest: int


@attrs.frozen(eq=False)
class KnapsackBounds:
    """Levels for the suffixes of a pool of tables, at most 64 of them however large the pool.

    A knapsack table by dynamic programming (R. Bellman, "Dynamic programming", 1957), filled from
    the last table to the first: O(tables · picks · seats) time, O(64 · picks · seats) memory.

    Args:
        pool: The tables, as a mask.
        levels: One for every ``stride`` tables of the pool.
        stride: Distance of the levels.
    """

    pool: int
    levels: tuple[SuffixBounds, ...]
    stride: int

    @classmethod
    def of(cls, pool: int, pieces: Sequence[Item], *, picks: int, ceiling: int) -> KnapsackBounds:
        """Fill the levels.

        Args:
            pool: The tables.
            pieces: The contribution of each table of the floor.
            picks: Most tables that will be added.
            ceiling: Number of seats from which on all numbers are treated alike.
        """
        order = list(bits(pool))
        stride = 1 + len(order) // MAX_LEVELS
        costs, scarcities = _empty(picks, ceiling), _empty(picks, ceiling)
        smallest = biggest = pieces[order[-1]].capacity
        levels: list[SuffixBounds] = []
        for index in reversed(range(len(order))):
            piece = pieces[order[index]]
            smallest = min(smallest, piece.capacity)
            biggest = max(biggest, piece.capacity)
            _add(costs, piece.capacity, piece.cost)
            _add(scarcities, piece.capacity, piece.scarcity)
            if index % stride == 0:
                levels.append(SuffixBounds(_kept(costs), _kept(scarcities), smallest, biggest))
        return cls(pool, tuple(reversed(levels)), stride)

    def level(self, reach: int) -> SuffixBounds:
        """Return the level of the shortest kept suffix that holds all the tables of ``reach``."""
        below = self.pool & ((reach & -reach) - 1)
        return self.levels[below.bit_count() // self.stride]


def _empty(picks: int, ceiling: int) -> list[list[float]]:
    rows = [[math.inf] * (ceiling + 1) for _ in range(picks + 1)]
    rows[0][0] = 0.0
    return rows


def _kept(rows: list[list[float]]) -> tuple[array[float], ...]:
    return tuple(array("d", row) for row in rows)


def _add(rows: list[list[float]], capacity: int, price: float) -> None:
    # Most picks first, so that a table is picked once.
    for fewer, more in zip(rows[-2::-1], rows[:0:-1], strict=True):
        top = len(more) - 1
        split = min(capacity, top)
        lumped = min(fewer[top - split :]) + price
        more[split:top] = map(
            min, more[split:top], [before + price for before in fewer[: top - split]]
        )
        more[top] = min(more[top], lumped)


def finite(row: array[float], start: int, stop: int) -> Iterator[tuple[int, float]]:
    """Yield the seats in ``[start, stop)`` that a row can reach, with their cost, ascending."""
    for seats in range(max(start, 0), min(stop, len(row))):
        if row[seats] < math.inf:
            yield seats, row[seats]
