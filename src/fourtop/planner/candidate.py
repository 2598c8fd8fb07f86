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
        is_joinable: For a single table: whether it is part of some combination.
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
    is_joinable: bool

    @property
    def fragmentation(self) -> int:
        """Seats of the set beyond its largest table."""
        return max(self.seats - self.biggest, 0)

    @property
    def rank_class(self) -> int:
        """Its class in the order of plans: unjoinable table 0, joinable table 1, combination 2."""
        return 2 if self.size > 1 else int(self.is_joinable)

    def fits(self, party_size: int, slack_budget: int | None) -> bool:
        """Tell whether a party fits within both limits, and a combination within the budget."""
        if not self.smallest <= party_size <= self.largest:
            return False
        return self.size == 1 or slack_budget is None or self.seats - party_size <= slack_budget
