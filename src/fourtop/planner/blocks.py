"""Blocks: the candidates of a ranking in columns, so that an evening is added to many at once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from operator import add, itemgetter
from typing import Any, NamedTuple

import attrs

from fourtop.model.floor import bits
from fourtop.planner.candidate import Candidate

# A block is skipped as a whole.
_ROWS = 32

# The cost of a candidate where all tables are free, its rank, and its cost without joins inside.
_Row = tuple[float, int, float]


class Joins(NamedTuple):
    """The joins of a floor.

    Args:
        counts: The number of tables that each table can be pushed together with.
        closing: The cost of a join that is closed, for each minute of the stay.
        capacities: The capacity of each table.
    """

    counts: Sequence[int]
    closing: float
    capacities: Sequence[int]


@attrs.frozen(eq=False)
class Block:
    """Some candidates with the same number of tables.

    The cost of a plan by the evening is a sum over its tables, less what each join inside of it
    would cost if it were closed at both of its ends.

    Args:
        size: The number of tables of each candidate.
        ranks: The candidates, by rank.
        places: For each candidate its place among plans that cost the same.
        costs: For each candidate its cost for each minute of the stay, less that of the joins
            inside of it.
        least_cost: The least of these costs.
        least_whole: The least cost of a candidate for each minute where all tables are free: with
            that of all joins that it closes then.
        least_capacity: The least sum of capacities of a candidate.
        pickers: For each place in a candidate, a function that picks from a list with one entry a
            table the entries of the candidates' tables at that place.
    """

    size: int
    ranks: array[int]
    places: array[int]
    costs: array[float]
    least_cost: float
    least_whole: float
    least_capacity: int
    pickers: tuple[Callable[[Sequence[Any]], tuple[Any, ...]], ...]

    def of_tables(
        self, minutes: float, joins: Sequence[int], closing: float, beside: Sequence[float]
    ) -> list[float]:
        """Return the exact cost of each candidate of one table.

        Args:
            minutes: The length of the stay.
            joins: For each table the number of joins that it closes.
            closing: The cost of one of them, for each minute.
            beside: For each table the cost of the time beside the stay.
        """
        (pick,) = self.pickers
        rows = zip(self.costs, pick(joins), pick(beside), strict=False)
        return [(cost + count * closing) * minutes + time for cost, count, time in rows]

    def totals(self, minutes: float, by_table: Sequence[float]) -> list[float]:
        """Return the cost of each candidate, apart from rounding.

        Args:
            minutes: The length of the stay.
            by_table: For each table what it adds to the cost of a plan.
        """
        totals = [cost * minutes for cost in self.costs]
        for pick in self.pickers:
            totals = list(map(add, totals, pick(by_table)))
        return totals


def blocks_of(
    candidates: Sequence[Candidate],
    costs: Sequence[float],
    joins: Joins,
    places: Sequence[int],
) -> tuple[Block, ...]:
    """Return the blocks of some candidates: by the number of tables, the cheapest first.

    Args:
        candidates: The candidates, by rank.
        costs: What each costs for each minute of the stay.
        joins: The joins of the floor.
        places: For each rank its place among plans that cost the same.
    """
    by_size: dict[int, list[_Row]] = {}
    for rank, (candidate, cost) in enumerate(zip(candidates, costs, strict=True)):
        inside = sum(joins.counts[bit] for bit in bits(candidate.mask)) - candidate.joins
        whole = cost + candidate.joins * joins.closing
        row = (whole, rank, cost - inside * joins.closing)
        by_size.setdefault(candidate.size, []).append(row)
    return tuple(
        block
        for size in sorted(by_size)
        for block in _blocks_of_size(candidates, places, size, sorted(by_size[size]))
    )


def places_of(candidates: Sequence[Candidate]) -> array[int]:
    """Return for each rank its place among plans that cost the same."""
    ranks = range(len(candidates))
    places = array("q", ranks)
    # The sort is stable, so the rank decides ties.
    in_order = sorted(ranks, key=lambda rank: candidates[rank].order_of_equals)
    for place, rank in enumerate(in_order):
        places[rank] = place
    return places


def _blocks_of_size(
    candidates: Sequence[Candidate],
    places: Sequence[int],
    size: int,
    rows: Sequence[_Row],
) -> Iterator[Block]:
    for first in range(0, len(rows), _ROWS):
        part = rows[first : first + _ROWS]
        columns = zip(*(bits(candidates[rank].mask) for _, rank, _ in part), strict=True)
        yield Block(
            size,
            array("q", [rank for _, rank, _ in part]),
            array("q", [places[rank] for _, rank, _ in part]),
            array("d", [cost for _, _, cost in part]),
            min(cost for _, _, cost in part),
            part[0][0],
            min(candidates[rank].capacity for _, rank, _ in part),
            # The first entry comes twice: of one entry alone a getter would make no tuple.
            tuple(itemgetter(*column, column[0]) for column in columns),
        )
