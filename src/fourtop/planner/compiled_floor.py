"""A floor compiled for the planner: masks and plain numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from heapq import nlargest

import attrs

from fourtop.adjacency import JoinGraph
from fourtop.adjacency.enumeration import walk
from fourtop.model.floor import Floor, bits
from fourtop.model.planning_rules import Scarcity
from fourtop.model.request import Preference
from fourtop.model.set_capacity import SetCapacity
from fourtop.planner.candidate import Candidate


def _scarcities(floor: Floor, given: Iterable[Scarcity]) -> tuple[float, ...]:
    # A table out of service is not an alternative, so it does not make its kind less scarce.
    offered = Counter(table.kind for table in floor.tables if table.is_offered)
    by_kind: dict[tuple[int, str, str], float] = {
        table.kind: 1 / max(offered[table.kind], 1) for table in floor.tables
    }
    by_kind |= {each.kind: each.value for each in given}
    return tuple(by_kind[table.kind] for table in floor.tables)


@attrs.frozen(eq=False)
class CompiledFloor:
    """The facts of a floor for measuring and searching.

    Args:
        floor: The floor.
        graph: Its joins.
        offered: Mask of the tables that are active and in service.
        mergeable: Of those, the ones that can be moved.
        zones: For each zone that has tables, its mask; in the floor's order of zones.
        scarcities: For each table the value that the house gave its kind, or 1 / the number of
            offered tables of the kind.
        losses: Each loss of seats on this floor, ascending, with the neighbour masks of all joins
            that cost less; the last entry's loss ends them. The least loss is left out if it is 0.
        given: The capacities that the house set by hand, by the mask of the tables.
    """

    floor: Floor
    graph: JoinGraph
    offered: int
    mergeable: int
    zones: tuple[int, ...]
    scarcities: tuple[float, ...]
    losses: tuple[tuple[int, tuple[int, ...]], ...]
    given: Mapping[int, SetCapacity]

    @classmethod
    def of(cls, floor: Floor, scarcities: Iterable[Scarcity] = ()) -> CompiledFloor:
        """Compile a floor. O(tables + joins · different losses).

        Args:
            floor: The floor.
            scarcities: How scarce some kinds of tables are by the rules of the house.
        """
        offered = floor.mask(table.id for table in floor.tables if table.is_offered)
        by_zone = {zone.id: 0 for zone in floor.zones}
        for bit, table in enumerate(floor.tables):
            by_zone[table.zone_id] |= 1 << bit
        return cls(
            floor=floor,
            graph=JoinGraph.of(floor),
            offered=offered,
            mergeable=offered & floor.mask(table.id for table in floor.tables if table.is_movable),
            zones=tuple(mask for mask in by_zone.values() if mask),
            scarcities=_scarcities(floor, scarcities),
            losses=_losses(floor),
            given={floor.mask(each.tables): each for each in floor.set_capacities},
        )

    @cached_property
    def zone_losses(self) -> Mapping[int, tuple[int, ...]]:
        """The different losses of the joins inside a zone, ascending, by the zone's mask.

        A zone without joins has the one loss 0.
        """
        found: dict[int, set[int]] = {zone: set() for zone in self.zones}
        for join in self.floor.joins:
            mask = self.floor.mask(join.tables)
            for zone in self.zones:
                if not mask & ~zone:
                    found[zone].add(join.seat_loss)
        return {zone: tuple(sorted(losses or {0})) for zone, losses in found.items()}

    @cached_property
    def capacities(self) -> tuple[int, ...]:
        """The capacity of each table."""
        return tuple(table.capacity for table in self.floor.tables)

    @cached_property
    def partners(self) -> tuple[int, ...]:
        """For each table the tables that it can be pushed together with, as a mask.

        These are its neighbours in its zone. A table that is fixed or not offered has none.
        """
        found = [0] * len(self.floor.tables)
        for zone in self.zones:
            pool = zone & self.mergeable
            for bit in bits(pool):
                found[bit] = self.graph.neighbours[bit] & pool
        return tuple(found)

    # ---- upper bounds

    def most_seats(self, zone: int, pool: int, max_tables: int) -> int:
        """Return an upper bound for the seats of a set of at most ``max_tables`` tables.

        It is the sum of the largest capacities in the pool and, for each joint, of the most seats
        that a join of the zone wins. No set of the pool seats more, unless the house laid its
        capacity down. O(n log n) for n tables.

        Args:
            zone: A zone.
            pool: Tables of the zone.
            max_tables: Most tables in a set.
        """
        largest = nlargest(max_tables, (self.floor.tables[bit].capacity for bit in bits(pool)))
        won = max(-self.zone_losses[zone][0], 0)
        return sum(largest) + max(len(largest) - 1, 0) * won

    def largest_party(self, max_tables: int) -> int:
        """Return an upper bound for the party that this floor seats in an empty house.

        It is the largest of: the largest party of a single table, the bound of ``most_seats`` for
        the movable tables of each zone, and the capacities set by hand.
        """
        sizes = [self.floor.tables[bit].largest_party for bit in bits(self.offered)]
        if max_tables > 1:
            sizes += [
                self.most_seats(zone, zone & self.mergeable, max_tables) for zone in self.zones
            ]
            sizes += [each.capacity for each in self.given.values()]
        return max(sizes, default=0)

    # ---- conditions

    def meeting(self, must: Preference) -> int:
        """Return the offered tables that meet all conditions, as a mask."""
        if not must.kinds:
            return self.offered
        unmet = self.unmet(must)
        return sum(1 << bit for bit in bits(self.offered) if not unmet[bit])

    def unmet(self, preference: Preference) -> tuple[int, ...]:
        """Return for each table how many kinds of conditions it does not meet."""
        return tuple(len(kinds) for kinds in self.unmet_kinds(preference))

    def unmet_kinds(self, preference: Preference) -> tuple[tuple[str, ...], ...]:
        """Return for each table the kinds of conditions that it does not meet."""
        zones = {zone.id: zone for zone in self.floor.zones}
        return tuple(preference.unmet(table, zones[table.zone_id]) for table in self.floor.tables)

    # ---- sets

    def single(self, bit: int) -> Candidate:
        """Measure one table."""
        table = self.floor.tables[bit]
        return Candidate(
            mask=1 << bit,
            size=1,
            seats=table.capacity,
            smallest=table.min_party,
            largest=table.largest_party,
            capacity=table.capacity,
            biggest=table.capacity,
            depth=0,
            scarcity=self.scarcities[bit],
            joins=self.partners[bit].bit_count(),
        )

    def combination(self, mask: int) -> Candidate:
        """Measure a set of two or more, as ``Floor.seats`` and ``Floor.smallest_party`` do."""
        members = tuple(bits(mask))
        tables = [self.floor.tables[bit] for bit in members]
        capacities = [table.capacity for table in tables]
        total = sum(capacities)
        given = self.given.get(mask)
        seats = max(total - self.loss(mask), 0) if given is None else given.capacity
        minimum = None if given is None else given.min_party
        return Candidate(
            mask=mask,
            size=len(members),
            seats=seats,
            smallest=max(table.min_party for table in tables) if minimum is None else minimum,
            largest=seats,
            capacity=total,
            biggest=max(capacities),
            depth=self.graph.depth(mask),
            scarcity=math.fsum(self.scarcities[bit] for bit in members),
            joins=sum((self.partners[bit] & ~mask).bit_count() for bit in members),
        )

    def loss(self, mask: int) -> int:
        """Return the seats that joining costs a set: the loss of its cheapest spanning forest.

        ``Floor.seats`` finds the same by Kruskal's rule on ids. On masks the joins are counted: in
        ascending order of losses, each join of loss x in the forest reduces by one the components
        that the cheaper joins leave.
        """
        if not self.losses:
            return 0
        counts = [_components(neighbours, mask) for _, neighbours in self.losses]
        fewer = zip(counts, [*counts[1:], _components(self.graph.neighbours, mask)], strict=True)
        return sum(
            loss * (before - after)
            for (loss, _), (before, after) in zip(self.losses, fewer, strict=True)
        )


def _losses(floor: Floor) -> tuple[tuple[int, tuple[int, ...]], ...]:
    found = []
    losses = sorted({join.seat_loss for join in floor.joins})
    for loss in losses[1:] if losses[:1] == [0] else losses:
        joins = [join for join in floor.joins if join.seat_loss < loss]
        cheaper = attrs.evolve(floor, joins=joins)
        found.append((loss, JoinGraph.of(cheaper).neighbours))
    return tuple(found)


def _components(neighbours: tuple[int, ...], mask: int) -> int:
    count = 0
    while mask:
        mask ^= sum(walk(neighbours, mask))
        count += 1
    return count
