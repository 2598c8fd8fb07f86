"""The evening around a party: the stays beside its own, and what a plan costs by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from fourtop.model.floor import bits
from fourtop.model.plan import Term
from fourtop.model.planning_rules import Weights
from fourtop.planner.compiled_floor import CompiledFloor

_MINUTE_US: Final = 60_000_000


@attrs.frozen(eq=False)
class EveningPart:
    """A stay at some tables, with the stays before and after it. Times are in microseconds.

    Args:
        tables: Mask of the tables.
        start_us: The start of the stay.
        end_us: Its end.
        ends_before: For each table of the floor the end of the last stay before; 0: there is none.
        starts_after: For each table of the floor the start of the next stay; ``None``: there is
            none.
    """

    tables: int
    start_us: int
    end_us: int
    ends_before: Sequence[int] = attrs.field(repr=False)
    starts_after: Sequence[int | None] = attrs.field(repr=False)

    @property
    def minutes(self) -> float:
        """The length of the stay."""
        return (self.end_us - self.start_us) / _MINUTE_US


@attrs.frozen(eq=False)
class Evening:
    """The evening around a party, for the terms of the score that depend on it.

    Args:
        parts: The stay at the tables. Each table is in one part; no plan has tables of two, or the
            longest stay of them counts.
        free: Mask of the tables that are free for the stay, whoever may have them.
        opens_us: The start of the service, or now if that is later, in microseconds.
        closes_us: The end of the service, in microseconds.
        shortest_us: The shortest stay of the service, in microseconds. A time between two stays
            that is shorter is dead.
    """

    parts: tuple[EveningPart, ...]
    free: int
    opens_us: int
    closes_us: int
    shortest_us: int

    @property
    def least_minutes(self) -> float:
        """The shortest of the stays of the parts."""
        return min([part.minutes for part in self.parts])

    def minutes(self, mask: int) -> float:
        """Return the length of the stay at the tables of a mask."""
        return max(part.minutes for part in self.parts if part.tables & mask)

    def beside(self, bit: int) -> tuple[float, float]:
        """Return the dead and the other idle minutes beside the stay at a table."""
        part = self.parts[0]
        if not part.tables >> bit & 1:
            part = next(each for each in self.parts if each.tables >> bit & 1)
        dead = idle = 0
        before_us, after_us = part.ends_before[bit], part.starts_after[bit]
        # The time before begins at a stay, unless the house opened later or that is past already.
        gap_us = part.start_us - max(before_us, self.opens_us)
        if gap_us > 0:
            if before_us >= self.opens_us and gap_us < self.shortest_us:
                dead = gap_us
            else:
                idle = gap_us
        if after_us is None or after_us >= self.closes_us:
            idle += max(self.closes_us - part.end_us, 0)
        elif after_us - part.end_us < self.shortest_us:
            dead += after_us - part.end_us
        else:
            idle += after_us - part.end_us
        return dead / _MINUTE_US, idle / _MINUTE_US


@attrs.frozen(eq=False)
class EveningCosts:
    """What the tables of a plan cost by the evening, in seat-minutes. Tables are measured once.

    Args:
        compiled_floor: The floor.
        weights: The weights of the house.
        evening: The evening.
        max_tables: Most tables of a set; 1: no join is ever made, so that none is closed.
    """

    compiled_floor: CompiledFloor
    weights: Weights
    evening: Evening
    max_tables: int
    least_minutes: float = attrs.field(init=False)
    _is_one_stay: bool = attrs.field(init=False)
    _partners: tuple[int, ...] = attrs.field(init=False)
    _by_table: dict[int, float] = attrs.field(factory=dict, init=False)

    @least_minutes.default
    def _find_least(self) -> float:
        return self.evening.least_minutes

    @_is_one_stay.default
    def _count_stays(self) -> bool:
        return len(self.evening.parts) == 1

    @_partners.default
    def _find_partners(self) -> tuple[int, ...]:
        if self.max_tables == 1:
            return (0,) * len(self.compiled_floor.floor.tables)
        return self.compiled_floor.partners

    def amounts(self, mask: int) -> tuple[int, float, float]:
        """Return the joins that a plan closes, and the dead and the idle seat-minutes beside it."""
        dead = idle = 0.0
        for bit in bits(mask):
            dead_minutes, idle_minutes = self.evening.beside(bit)
            capacity = self.compiled_floor.floor.tables[bit].capacity
            dead += capacity * dead_minutes
            idle += capacity * idle_minutes
        return self.joins_closed(mask), dead, idle

    def terms(self, mask: int) -> tuple[Term, Term, Term]:
        """Return the terms of the evening for a plan."""
        joins, dead, idle = self.amounts(mask)
        weights = self.weights
        return (
            Term("joins_closed", joins, joins * weights.joins_closed * self.minutes(mask)),
            Term("dead_time", dead, dead * weights.dead_time),
            Term("idle_time", idle, idle * weights.idle_time),
        )

    def minutes(self, mask: int) -> float:
        """Return the length of the stay at the tables of a plan."""
        return self.least_minutes if self._is_one_stay else self.evening.minutes(mask)

    def joins_closed(self, mask: int) -> int:
        """Count the joins from tables of a plan to free tables outside of it."""
        others, partners = self.evening.free & ~mask, self._partners
        return sum((partners[bit] & others).bit_count() for bit in bits(mask))

    def by_table(self, bit: int) -> float:
        """Return the cost of the time beside the stay at one table."""
        found = self._by_table.get(bit)
        if found is None:
            dead, idle = self.evening.beside(bit)
            weights = self.weights
            cost = dead * weights.dead_time + idle * weights.idle_time
            capacity = self.compiled_floor.floor.tables[bit].capacity
            found = self._by_table[bit] = capacity * cost
        return found

    def total(self, mask: int, for_each_minute: float) -> float:
        """Return the cost of a plan.

        Args:
            mask: Its tables.
            for_each_minute: Its cost for each minute of the stay without the evening.
        """
        minutes = self.minutes(mask)
        others, partners = self.evening.free & ~mask, self._partners
        cost, joins, left = for_each_minute * minutes, 0, mask
        while left:
            low = left & -left
            bit = low.bit_length() - 1
            cost += self.by_table(bit)
            joins += (partners[bit] & others).bit_count()
            left ^= low
        return cost + joins * self.weights.joins_closed * minutes

    def fewest_closed(self, bit: int, size: int) -> int:
        """Return a lower bound for the joins that one table of a set of ``size`` tables closes.

        At most ``size - 1`` of its free partners are in the set.
        """
        return max((self._partners[bit] & self.evening.free).bit_count() - (size - 1), 0)
