"""Candidates: sets of tables with all facts that do not depend on the party."""

from __future__ import annotations

from typing import NamedTuple


class Candidate(NamedTuple):
    """A set of tables with its measures. A named tuple: a floor has up to 20,000 of them.

    Args:
        mask: The tables.
        size: How many they are.
        seats: Seats of the set, less the loss of joining.
        smallest: The smallest party allowed.
        largest: The largest party allowed.
        capacity: The plain sum of the capacities.
        biggest: The capacity of its largest table.
        depth: Joins from its first table to its farthest.
        scarcity: The sum of its tables' scarcities.
        joins: Joins from its tables to other tables that can be moved, in their zone.
    """

    mask: int
    size: int
    seats: int
    smallest: int
    largest: int
    capacity: int
    biggest: int
    depth: int
    scarcity: float
    joins: int

    @property
    def fragmentation(self) -> int:
        """Seats of the set beyond its largest table."""
        return max(self.seats - self.biggest, 0)

    @property
    def order_of_equals(self) -> tuple[int, int, int, int, int, int, int]:
        """Its place among plans of one party that cost the same; table order decides after it.

        A single table before a combination, then fewest joins, seats and tables, then the sum of
        capacities, fragmentation and depth.
        """
        return (
            int(self.size > 1),
            self.joins,
            self.seats,
            self.size,
            self.capacity,
            max(self.seats - self.biggest, 0),
            self.depth,
        )

    def fits(self, party_size: int, slack_budget: int | None) -> bool:
        """Tell whether a party fits within both limits, and a combination within the budget."""
        if not self.smallest <= party_size <= self.largest:
            return False
        return self.size == 1 or slack_budget is None or self.seats - party_size <= slack_budget
