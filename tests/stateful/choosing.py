"""The model's own choice of tables: every subset is looked at, and all of them are put in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction
from itertools import combinations
from typing import Any

import attrs

from fourtop.errors import Code
from fourtop.model.floor import Floor
from fourtop.model.planning_rules import Planning
from fourtop.model.request import Preference
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Table

KINDS = ("zones", "seatings", "areas", "features")
NO_CONDITION = Preference()
RULES = (
    Code.TABLE_OUT_OF_SERVICE,
    Code.TABLE_INACTIVE,
    Code.PARTY_BELOW_MINIMUM,
    Code.PARTY_ABOVE_MAXIMUM,
    Code.TABLE_NOT_MOVABLE,
    Code.ADJACENCY_MODE_MISMATCH,
    Code.ADJACENCY_MISMATCH,
    Code.ZONE_MISMATCH,
    Code.TOO_MANY_TABLES,
    Code.SLACK_EXCEEDED,
)
OF_THE_ROOM = (Code.TABLE_NOT_MOVABLE, Code.ADJACENCY_MISMATCH, Code.ZONE_MISMATCH)
MOST_TABLES = 8

Ties = tuple[bool, int, int, int, int, int, int, tuple[int, ...]]


@attrs.frozen
class Choice:
    """A set of tables for a party."""

    tables: tuple[str, ...]
    seats: int
    slack: int
    exact: Fraction
    ties: Ties

    @property
    def cost(self) -> Fraction:
        """Its cost, rounded as plans are compared."""
        return round(self.exact, 6)


@attrs.define(eq=False)
class Chooser:
    """Brute force on one floor by one set of rules.

    It keeps its lists for an empty house; they do not depend on the free tables.
    """

    floor: Floor
    planning: Planning
    _sets: dict[str | None, list[tuple[Table, ...]]] = attrs.field(factory=dict)
    _ranked: dict[tuple[int, Preference, Preference], list[Choice]] = attrs.field(factory=dict)

    def first(
        self, ask: tuple[int, Preference, Preference], free: Collection[str]
    ) -> Choice | None:
        """Return the best set whose tables are all free."""
        return next(
            (each for each in self.ranked(*ask) if all(table in free for table in each.tables)),
            None,
        )

    def free(self, ask: tuple[int, Preference, Preference], free: Collection[str]) -> list[Choice]:
        """Return all sets whose tables are all free, the best first."""
        return [each for each in self.ranked(*ask) if all(table in free for table in each.tables)]

    def count(
        self, ask: tuple[int, Preference, Preference], free: Iterable[str], limit: int
    ) -> int:
        """Seat such parties one after another, each as well as can be, and count them."""
        left = set(free)
        seated = 0
        while seated < limit:
            choice = self.first(ask, left)
            if choice is None:
                break
            left.difference_update(choice.tables)
            seated += 1
        return seated

    def ranked(self, party_size: int, must: Preference, wish: Preference) -> list[Choice]:
        """Return all sets that an empty house has for a party, the best first."""
        key = (party_size, must, wish)
        if key not in self._ranked:
            self._ranked[key] = self._rank(party_size, must, wish)
        return self._ranked[key]

    def missing_kinds(self, party_size: int, must: Preference) -> list[str]:
        """Return the kinds of conditions that are enough to drop alone; without one, all named."""
        named = [kind for kind in KINDS if getattr(must, kind)]
        enough = [
            kind
            for kind in named
            if self.ranked(party_size, attrs.evolve(must, **{kind: frozenset()}), NO_CONDITION)
        ]
        return sorted(enough or named)

    def unmet_kinds(self, table_ids: Collection[str], must: Preference) -> list[str]:
        """Return the kinds of conditions that one of some tables does not meet."""
        tables = [table for table in self.floor.tables if table.id in table_ids]
        return sorted(
            kind
            for kind in KINDS
            if any(self.unmet(table, Preference(**{kind: getattr(must, kind)})) for table in tables)
        )

    def causes(self, party_size: int) -> list[Code]:
        """Return the codes of the rules that keep a party from every set of an empty house."""
        alone = self.causes_alone(party_size, NO_CONDITION)
        if alone:
            return alone
        lifted = [rule for rule in RULES if rule not in OF_THE_ROOM]
        if not self._is_seated_without(lifted, party_size):
            return [Code.PARTY_NEVER_FITS]
        for rule in tuple(lifted):
            fewer = [each for each in lifted if each is not rule]
            if self._is_seated_without(fewer, party_size):
                lifted = fewer
        return lifted

    def causes_alone(self, party_size: int, must: Preference) -> list[Code]:
        """Return the codes of the rules that are enough to lift alone."""
        alone = [rule for rule in RULES if self._is_seated_without([rule], party_size, must)]
        if Code.ADJACENCY_MODE_MISMATCH in alone and Code.ADJACENCY_MISMATCH in alone:
            alone.remove(Code.ADJACENCY_MISMATCH)
        return alone

    def _is_seated_without(
        self, rules: Collection[Code], party_size: int, must: Preference = NO_CONDITION
    ) -> bool:
        relaxed = Chooser(relaxed_floor(self.floor, rules), relaxed_rules(self.planning, rules))
        meeting = [table.id for table in self.floor.tables if not self.unmet(table, must)]
        return relaxed.first((party_size, NO_CONDITION, NO_CONDITION), meeting) is not None

    # ---- sets

    def mode(self, party_size: int) -> str | None:
        planning = self.planning
        from_party = planning.adjacency_min_party
        if not planning.adjacency_required or (from_party is not None and party_size < from_party):
            return None
        return planning.adjacency_mode.value

    def sets(self, mode: str | None) -> list[tuple[Table, ...]]:
        """Return the sets that may be pushed together, whoever comes; single tables among them."""
        if mode not in self._sets:
            offered = [table for table in self.floor.tables if is_offered(table)]
            found: list[tuple[Table, ...]] = [(table,) for table in offered]
            for size in range(2, self.planning.max_tables + 1):
                found.extend(
                    each for each in combinations(offered, size) if self.is_joined(each, mode)
                )
            self._sets[mode] = found
        return self._sets[mode]

    def is_joined(self, members: tuple[Table, ...], mode: str | None) -> bool:
        movable = all(table.mobility.value == "movable" for table in members)
        return (
            movable
            and len({table.zone_id for table in members}) == 1
            and self.is_adjacent(members, mode)
        )

    def is_adjacent(self, members: tuple[Table, ...], mode: str | None) -> bool:
        ids = [table.id for table in members]
        joined = [set(join.tables) for join in self.floor.joins]
        if mode is None or len(ids) == 1:
            return True
        if mode == "pairwise":
            return all({first, second} in joined for first, second in combinations(ids, 2))
        if mode == "neighbors":
            return any(all({hub, other} in joined for other in ids if other != hub) for hub in ids)
        reached = {ids[0]}
        for _ in ids:
            reached |= {
                each for pair in joined if pair & reached and pair <= set(ids) for each in pair
            }
        return len(reached) == len(ids)

    # ---- seats

    def seats(self, members: tuple[Table, ...]) -> int:
        given = self.given(members)
        if given is not None:
            return given.capacity
        return max(sum(table.capacity for table in members) - self.loss(members), 0)

    def given(self, members: tuple[Table, ...]) -> SetCapacity | None:
        ids = {table.id for table in members}
        return next((each for each in self.floor.set_capacities if set(each.tables) == ids), None)

    def loss(self, members: tuple[Table, ...]) -> int:
        """Return the cost of joining: grow a tree from each part, always by the cheapest joint."""
        left = {table.id for table in members}
        joints = [join for join in self.floor.joins if set(join.tables) <= left]
        total = 0
        while left:
            tree = {min(left)}
            while True:
                growing = [join for join in joints if len(tree.intersection(join.tables)) == 1]
                if not growing:
                    break
                cheapest = min(growing, key=lambda join: join.seat_loss)
                total += cheapest.seat_loss
                tree.update(cheapest.tables)
            left -= tree
        return total

    def limits(self, members: tuple[Table, ...]) -> tuple[int, int]:
        """Return the smallest and the largest party that a set takes."""
        if len(members) == 1:
            (table,) = members
            return table.min_party, table.capacity if table.max_party is None else min(
                table.capacity, table.max_party
            )
        given = self.given(members)
        if given is not None and given.min_party is not None:
            return given.min_party, given.capacity
        return max(table.min_party for table in members), self.seats(members)

    # ---- judging named tables

    def broken_rules(
        self, party_size: int, must: Preference, table_ids: Collection[str]
    ) -> list[Code]:
        """Return the codes of all rules that a set of named tables breaks."""
        members = tuple(table for table in self.floor.tables if table.id in table_ids)
        smallest, largest = self.limits(members)
        budget = self.planning.slack_budget
        several = len(members) > 1
        checks = (
            (party_size < smallest, Code.PARTY_BELOW_MINIMUM),
            (party_size > largest, Code.PARTY_ABOVE_MAXIMUM),
            (
                several and budget is not None and self.seats(members) - party_size > budget,
                Code.SLACK_EXCEEDED,
            ),
            (any(table.out_of_service for table in members), Code.TABLE_OUT_OF_SERVICE),
            (not all(table.active for table in members), Code.TABLE_INACTIVE),
            (any(self.unmet(table, must) for table in members), Code.NO_TABLES_MATCH),
            (several and len(members) > self.planning.max_tables, Code.TOO_MANY_TABLES),
            (
                several and any(table.mobility.value == "fixed" for table in members),
                Code.TABLE_NOT_MOVABLE,
            ),
            (len({table.zone_id for table in members}) > 1, Code.ZONE_MISMATCH),
            (
                not self.is_adjacent(members, self.mode(party_size))
                and not self.is_adjacent(members, "connected"),
                Code.ADJACENCY_MISMATCH,
            ),
            (
                not self.is_adjacent(members, self.mode(party_size))
                and self.is_adjacent(members, "connected"),
                Code.ADJACENCY_MODE_MISMATCH,
            ),
        )
        return [code for is_broken, code in checks if is_broken]

    def unmet(self, table: Table, preference: Preference) -> int:
        """Count the kinds of conditions that a table does not meet."""
        zone = next(zone for zone in self.floor.zones if zone.id == table.zone_id)
        return sum(
            (
                bool(preference.zones) and table.zone_id not in preference.zones,
                bool(preference.seatings) and table.seating not in preference.seatings,
                bool(preference.areas) and zone.area not in preference.areas,
                bool(preference.features - table.features),
            )
        )

    # ---- the order

    def _rank(self, party_size: int, must: Preference, wish: Preference) -> list[Choice]:
        sets = self.sets(self.mode(party_size))
        budget = self.planning.slack_budget
        found: list[Choice] = []
        for members in sets:
            smallest, largest = self.limits(members)
            seats = self.seats(members)
            fits = smallest <= party_size <= largest
            is_tight = len(members) == 1 or budget is None or seats - party_size <= budget
            if fits and is_tight and not any(self.unmet(table, must) for table in members):
                found.append(self._choice(party_size, wish, members))
        return sorted(found, key=lambda each: (each.cost, each.ties))

    def _choice(self, party_size: int, wish: Preference, members: tuple[Table, ...]) -> Choice:
        size = len(members)
        seats = self.seats(members)
        slack = seats - party_size
        depth = self.depth(members)
        beyond = max(seats - max(table.capacity for table in members), 0)
        cost = self.cost(members, slack=slack, depth=depth, beyond=beyond, wish=wish)
        tables = tuple(table.id for table in members)
        joins = len(joins_outward(self.floor, tables))
        bits = tuple(place for place, table in enumerate(self.floor.tables) if table in members)
        capacity = sum(table.capacity for table in members)
        ties = (size > 1, joins, slack, size, capacity, beyond, depth, bits)
        return Choice(tables, seats, slack, cost, ties)

    def cost(
        self, members: tuple[Table, ...], *, slack: int, depth: int, beyond: int, wish: Preference
    ) -> Fraction:
        weights = {
            name: Fraction(str(value))
            for name, value in attrs.asdict(self.planning.weights).items()
        }
        size = len(members)
        scarcity = sum((self.scarcity(table) for table in members), Fraction(0))
        dearer = (
            min(Fraction(3), 1 + scarcity / size)
            if size > 1 and weights["scarcity"] > 0
            else Fraction(1)
        )
        return (
            slack * weights["overage"] * Fraction(str(self.planning.demand_multiplier))
            + ((size - 1) * weights["table_count"] + depth * weights["adjacency"]) * dearer
            + beyond * weights["fragmentation"]
            + scarcity * weights["scarcity"]
            + sum(self.unmet(table, wish) for table in members) * weights["wish"]
        )

    def scarcity(self, table: Table) -> Fraction:
        alike = [
            other
            for other in self.floor.tables
            if (other.capacity, other.category, other.seating)
            == (table.capacity, table.category, table.seating)
            and is_offered(other)
        ]
        return Fraction(1, len(alike))

    def depth(self, members: tuple[Table, ...]) -> int:
        """Return the joins from the first table to the farthest, or more if one is out of reach."""
        ids = {table.id for table in members}
        reached, steps = {members[0].id}, 0
        while True:
            near = {
                each
                for join in self.floor.joins
                if reached.intersection(join.tables) and ids.issuperset(join.tables)
                for each in join.tables
            } - reached
            if not near:
                break
            reached |= near
            steps += 1
        return steps if reached == ids else max(steps, len(ids))


def joins_outward(floor: Floor, tables: Collection[str]) -> list[str]:
    """Return the tables at the other ends of the joins that lead out of a set."""
    by_id = {table.id: table for table in floor.tables}
    found = []
    for join in floor.joins:
        for one, other in (join.tables, join.tables[::-1]):
            pair = (by_id[one], by_id[other])
            if (
                one in tables
                and other not in tables
                and pair[0].zone_id == pair[1].zone_id
                and all(each.mobility.value == "movable" and is_offered(each) for each in pair)
            ):
                found.append(other)
    return found


def is_offered(table: Table) -> bool:
    return table.active and not table.out_of_service


def relaxed_floor(floor: Floor, rules: Collection[Code]) -> Floor:
    """Return a floor whose tables some rules do not bind."""
    changes: dict[Code, dict[str, Any]] = {
        Code.TABLE_OUT_OF_SERVICE: {"out_of_service": False},
        Code.TABLE_INACTIVE: {"active": True},
        Code.PARTY_BELOW_MINIMUM: {"min_party": 1},
        Code.PARTY_ABOVE_MAXIMUM: {"max_party": None},
        Code.TABLE_NOT_MOVABLE: {"mobility": "movable"},
        Code.ZONE_MISMATCH: {"zone_id": floor.zones[0].id if floor.zones else ""},
    }
    changed: dict[str, Any] = {}
    for rule in rules:
        changed |= changes.get(rule, {})
    given = floor.set_capacities
    if Code.PARTY_BELOW_MINIMUM in rules:
        given = tuple(SetCapacity(each.tables, each.capacity) for each in given)
    tables = [attrs.evolve(table, **changed) for table in floor.tables]
    return attrs.evolve(floor, tables=tables, set_capacities=given)


def relaxed_rules(planning: Planning, rules: Collection[Code]) -> Planning:
    """Return the rules of planning without some of them."""
    if Code.ADJACENCY_MODE_MISMATCH in rules:
        planning = attrs.evolve(planning, adjacency_mode="connected")
    if Code.ADJACENCY_MISMATCH in rules:
        planning = attrs.evolve(planning, adjacency_required=False)
    if Code.TOO_MANY_TABLES in rules:
        planning = attrs.evolve(planning, max_tables=MOST_TABLES)
    if Code.SLACK_EXCEEDED in rules:
        planning = attrs.evolve(planning, slack_budget=None)
    return planning
