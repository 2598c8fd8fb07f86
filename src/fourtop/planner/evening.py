"""The evening around a party: the stays beside its own, and what a plan costs by them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from fourtop.model.direct_init import direct_init
from fourtop.model.floor import bits
from fourtop.model.plan import Term
from fourtop.model.planning_rules import Weights
from fourtop.planner.compiled_floor import CompiledFloor

_MINUTE_US: Final = 60_000_000

# The dead and the other idle time beside a stay at a table with no other stay; and the bit of each
# free table that has another one, with these times of its own. In microseconds.
TimesBeside = tuple[tuple[int, int], Sequence[tuple[int, int, int]]]
# The free tables, the length of the stay, and the times beside it.
EveningKey = tuple[int, int, TimesBeside]


@direct_init
@attrs.frozen(eq=False)
class EveningPart:
    """A stay at some tables, with the stays before and after it. Times are in microseconds.

    Args:
        tables: Mask of the tables.
        start_us: The start of the stay.
        end_us: Its end.
        ends_before: The ends of the last stays before, by the bit of the table. A table without one
            is left out.
        starts_after: The starts of the next stays, likewise.
    """

    tables: int
    start_us: int
    end_us: int
    ends_before: Mapping[int, int] = attrs.field(repr=False)
    starts_after: Mapping[int, int] = attrs.field(repr=False)

    @property
    def minutes(self) -> float:
        """The length of the stay."""
        return (self.end_us - self.start_us) / _MINUTE_US


@direct_init
@attrs.frozen(eq=False)
class Evening:
    """The evening around a party, for the terms of the score that depend on it.

    Args:
        parts: The stay at the tables. Each table is in one part; no plan has tables of two, or the
            longest stay of them counts. Empty: the score is for one minute, and of the terms of the
            evening it has only that of the starved parties.
        free: Mask of the tables that are free for the stay, whoever may have them.
        opens_us: The start of the service, or now if that is later, in microseconds.
        closes_us: The end of the service, in microseconds.
        shortest_us: The shortest stay of the service, in microseconds. A time between two stays
            that is shorter is dead.
        starved: Counts the parties that the tables of a mask would leave without tables; ``None``:
            no party waits for any. Equal masks have equal counts.
    """

    parts: tuple[EveningPart, ...]
    free: int
    opens_us: int
    closes_us: int
    shortest_us: int
    starved: Callable[[int], int] | None = None

    @property
    def key(self) -> EveningKey | None:
        """What the costs depend on: evenings of a house with equal keys have equal scores.

        ``None``: they depend on more, on parties that wait or on stays of several lengths.
        """
        if self.starved is not None or len(self.parts) != 1:
            return None
        part = self.parts[0]
        beside = (self.time_beside(part, 0, None), tuple(self.times_beside(part)))
        return (self.free, part.end_us - part.start_us, beside)

    @property
    def least_minutes(self) -> float:
        """The shortest of the stays of the parts; 1 without parts."""
        parts = self.parts
        if len(parts) == 1:
            return parts[0].minutes
        return min([part.minutes for part in parts], default=1)

    def minutes(self, mask: int) -> float:
        """Return the length of the stay at the tables of a mask."""
        return max(part.minutes for part in self.parts if part.tables & mask)

    def beside(self, bit: int) -> tuple[int, int]:
        """Return the dead and the other idle time beside the stay at a table, in microseconds."""
        part = self.parts[0]
        if not part.tables >> bit & 1:
            part = next(each for each in self.parts if each.tables >> bit & 1)
        return self.time_beside(part, part.ends_before.get(bit, 0), part.starts_after.get(bit))

    def time_beside(
        self, part: EveningPart, before_us: int, after_us: int | None
    ) -> tuple[int, int]:
        """Return the dead and the other idle time beside a stay, in microseconds.

        Args:
            part: The stay.
            before_us: The end of the last stay before; 0: there is none.
            after_us: The start of the next stay; ``None``: there is none.
        """
        ((_, dead, idle),) = self._times(part, ((0, before_us, after_us),))
        return dead, idle

    def times_beside(self, part: EveningPart) -> list[tuple[int, int, int]]:
        """Return the times beside the stay at each free table that has another stay beside it.

        They are the bit of the table, and the dead and the other idle time, in microseconds.
        """
        before, after, free = part.ends_before, part.starts_after, part.tables & self.free
        if not (before or after):
            return []
        stays = [
            (bit, before.get(bit, 0), after.get(bit))
            for bit in {**before, **after}
            if free >> bit & 1
        ]
        return self._times(part, stays)

    def _times(
        self, part: EveningPart, stays: Sequence[tuple[int, int, int | None]]
    ) -> list[tuple[int, int, int]]:
        """Return the times beside the stay at some tables, each with the stays beside it."""
        opens_us, closes_us, shortest_us = self.opens_us, self.closes_us, self.shortest_us
        start_us, end_us, found = part.start_us, part.end_us, []
        for bit, before_us, after_us in stays:
            dead = idle = 0
            # The time before begins at a stay, unless the house opened later or that is past.
            if before_us >= opens_us:
                gap_us = start_us - before_us
                if gap_us < shortest_us:
                    dead = gap_us
                else:
                    idle = gap_us
            elif start_us > opens_us:
                idle = start_us - opens_us
            if after_us is not None and after_us < closes_us:
                gap_us = after_us - end_us
                if gap_us < shortest_us:
                    dead += gap_us
                else:
                    idle += gap_us
            elif closes_us > end_us:
                idle += closes_us - end_us
            found.append((bit, dead, idle))
        return found


# Makes the evening around a party; ``None``: its stays are not loaded. Reading the stays costs more
# than choosing, and a refusal does not depend on them: a compiled ranking without a free plan never
# calls it.
EveningMaker = Callable[[], Evening | None]


class EveningCosts:
    """What the tables of a plan cost by the evening, in seat-minutes. Tables are measured once.

    Nearly all tables that are free for a stay have no other stay in the evening: they cost the same
    for each seat, and only the others are measured one by one.

    Args:
        compiled_floor: The floor.
        weights: The weights of the house.
        max_tables: Most tables of a set; 1: no join is ever made, so that none is closed.
        evening: The evening.
        key: Its key, if it is known.
    """

    __slots__ = (
        *("_all_minutes", "_by_table", "_capacities", "_evening", "_free", "_key", "_least"),
        *("_partners", "_starved", "_weights", "alone", "closing", "least_minutes"),
    )

    def __init__(
        self,
        compiled_floor: CompiledFloor,
        weights: Weights,
        max_tables: int,
        evening: Evening,
        key: EveningKey | None = None,
    ) -> None:
        self._key = key
        self._capacities = compiled_floor.capacities
        self._weights = weights
        self._evening = evening
        self._free = evening.free
        self._partners = compiled_floor.partners
        # Measured when they are first needed: the terms of one plan do not need them.
        self._by_table: list[float] = []
        self._least = 0.0
        # For each seat of a table without another stay, in the last of the parts.
        self.alone = 0.0
        self.closing: float = weights.joins_closed if max_tables > 1 else 0
        self.least_minutes: float = evening.least_minutes
        # Nearly always the stay is as long at all tables; 0: it is not.
        self._all_minutes = self.least_minutes if len(evening.parts) <= 1 else 0
        # Nearly always no party waits for tables.
        self._starved = evening.starved

    def minutes(self, mask: int) -> float:
        """Return the length of the stay at the tables of a plan."""
        return self._all_minutes or self._evening.minutes(mask)

    def terms(self, mask: int) -> tuple[Term, ...]:
        """Return the terms of the evening for a plan."""
        count = 0 if self._starved is None else self._starved(mask)
        starved = Term("parties_starved", count, count * self._starving(mask))
        if not self._evening.parts:
            return (starved,)
        dead_us = idle_us = 0
        for bit in bits(mask):
            dead, idle = self._evening.beside(bit)
            dead_us += self._capacities[bit] * dead
            idle_us += self._capacities[bit] * idle
        dead_time, idle_time = dead_us / _MINUTE_US, idle_us / _MINUTE_US
        weights, joins = self._weights, self._joins_closed(mask) if self.closing else 0
        return (
            Term("joins_closed", joins, joins * self.closing * self.minutes(mask)),
            Term("dead_time", dead_time, dead_time * weights.dead_time),
            Term("idle_time", idle_time, idle_time * weights.idle_time),
            starved,
        )

    def _starving(self, mask: int) -> float:
        """Return the cost of each party that a plan starves."""
        return self._weights.parties_starved * self.minutes(mask)

    def _joins_closed(self, mask: int) -> int:
        """Count the joins from tables of a plan to free tables outside of it."""
        others = self._free & ~mask
        return sum((self._partners[bit] & others).bit_count() for bit in bits(mask))

    def by_table(self, bit: int) -> float:
        """Return the cost of the time beside the stay at one free table."""
        return (self._by_table or self._measure())[bit]

    def joins(self) -> list[int]:
        """Return for each table the number of joins to free tables."""
        free = self._free
        return [(partners & free).bit_count() for partners in self._partners]

    def beside(self, usable: int) -> list[float]:
        """Return the cost of the time beside the stay at each table of a mask.

        It is infinite for the others.
        """
        costs = [*(self._by_table or self._measure())]
        others = ((1 << len(costs)) - 1) & ~usable
        while others:
            bit = others.bit_length() - 1
            costs[bit] = math.inf
            others ^= 1 << bit
        return costs

    def least_for_each_seat(self) -> float:
        """Return the least cost of the time beside the stay for a seat of the free tables.

        A set of such tables costs at least so much for each seat of its capacity.
        """
        self._measure()
        return self._least

    def _measure(self) -> list[float]:
        """Find the cost of the time beside the stay at each free table, and the least for a seat.

        O(tables), and more only for those with another stay in the evening.
        """
        capacities, parts, alone = self._capacities, self._evening.parts, 0.0
        costs, least = [0.0] * len(capacities), math.inf
        for part in parts:
            usual, beside = self._times_beside(part)
            alone = self._for_each_seat(*usual)
            free = part.tables & self._free
            if len(parts) == 1:
                costs = [seats * alone for seats in capacities]
            else:
                for bit in bits(free):
                    costs[bit] = capacities[bit] * alone
            for bit, dead, idle in beside:
                cost = self._for_each_seat(dead, idle)
                costs[bit] = capacities[bit] * cost
                least = min(least, cost)
                free ^= 1 << bit
            if free:
                least = min(least, alone)
        self.alone = alone
        self._by_table, self._least = costs, 0.0 if least == math.inf else least
        return costs

    def _times_beside(self, part: EveningPart) -> TimesBeside:
        if self._key is not None:
            return self._key[2]
        return self._evening.time_beside(part, 0, None), self._evening.times_beside(part)

    def _for_each_seat(self, dead: int, idle: int) -> float:
        """Return the cost of the time between a stay and those beside it, for each seat."""
        return (dead * self._weights.dead_time + idle * self._weights.idle_time) / _MINUTE_US

    def total(self, mask: int, for_each_minute: float, most: float = math.inf) -> float:
        """Return the cost of a plan of free tables, or more than ``most`` if it costs more.

        Args:
            mask: Its tables.
            for_each_minute: Its cost for each minute of the stay without the evening.
            most: The cost from which on the rest does not matter.
        """
        minutes = self._all_minutes or self._evening.minutes(mask)
        others, partners = self._free & ~mask, self._partners
        by_table = self._by_table or self._measure()
        joins, beside, left = 0, 0.0, mask
        while left:
            bit = left.bit_length() - 1
            joins += (partners[bit] & others).bit_count()
            beside += by_table[bit]
            left ^= 1 << bit
        cost = (for_each_minute + joins * self.closing) * minutes + beside
        if self._starved is not None and cost <= most:
            cost += self._starved(mask) * self._starving(mask)
        return cost

    def fewest_closed(self, bit: int, size: int) -> int:
        """Return a lower bound for the joins that one table of a set of ``size`` tables closes.

        At most ``size - 1`` of its free partners are in the set.
        """
        return max((self._partners[bit] & self._free).bit_count() - (size - 1), 0)
