"""Plans by brute force, and random floors for them. They use fourtop's values and nothing else.

Every subset is looked at, joints are chosen by trying all subsets of joins, and scores are exact
fractions.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

import attrs

from fourtop.model.floor import Floor, Join
from fourtop.model.planning_rules import AdjacencyMode, Planning, Weights
from fourtop.model.request import Preference
from fourtop.model.restaurant import Zone
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Table

TERMS = ("overage", "table_count", "adjacency", "fragmentation", "scarcity", "wishes")


@attrs.frozen
class Case:
    """A floor, its rules, and one request."""

    floor: Floor
    planning: Planning
    party_size: int
    must: Preference
    wish: Preference
    free: frozenset[str]


@attrs.frozen
class Answer:
    """A plan as brute force found it."""

    tables: tuple[str, ...]
    seats: int
    costs: tuple[Fraction, ...]
    order: tuple[object, ...]


# ---- brute force


def answers(case: Case) -> list[Answer]:
    """Return all plans of free tables, the best first."""
    found = [answer for answer in possible(case) if case.free.issuperset(answer.tables)]
    return sorted(found, key=lambda answer: answer.order)


def possible(case: Case) -> Iterator[Answer]:
    """Yield the plans that an empty house has."""
    mode = mode_of(case)
    for names in structural(case, mode):
        members = [table for table in case.floor.tables if table.id in names]
        if any(unmet(case, table, case.must) for table in members):
            continue
        seats = seats_of(case.floor, names)
        if fits(case, members, seats):
            yield measured(case, members, seats)


def mode_of(case: Case) -> AdjacencyMode | None:
    planning = case.planning
    if not planning.adjacency_required or case.party_size < (planning.adjacency_min_party or 0):
        return None
    return planning.adjacency_mode


def structural(case: Case, mode: AdjacencyMode | None) -> list[tuple[str, ...]]:
    """Return the sets that may be used together, whoever comes; in table order."""
    offered = [table for table in case.floor.tables if table.active and not table.out_of_service]
    found: list[tuple[str, ...]] = [(table.id,) for table in offered]
    for size in range(2, case.planning.max_tables + 1):
        for members in combinations(offered, size):
            names = tuple(table.id for table in members)
            if (
                all(table.mobility.value == "movable" for table in members)
                and len({table.zone_id for table in members}) == 1
                and (mode is None or adjacent(case.floor, names, mode))
            ):
                found.append(names)
    return found


def edges(floor: Floor, names: tuple[str, ...]) -> list[Join]:
    return [join for join in floor.joins if set(join.tables) <= set(names)]


def adjacent(floor: Floor, names: tuple[str, ...], mode: AdjacencyMode) -> bool:
    pairs = {frozenset(join.tables) for join in edges(floor, names)}
    if mode is AdjacencyMode.PAIRWISE:
        return all(frozenset(pair) in pairs for pair in combinations(names, 2))
    if mode is AdjacencyMode.NEIGHBORS:
        return any(
            all(frozenset((hub, name)) in pairs for name in names if name != hub) for hub in names
        )
    return parts(names, edges(floor, names)) == 1


def parts(names: tuple[str, ...], joins: list[Join]) -> int:
    """Count the parts that the joins leave, by merging groups."""
    groups = [{name} for name in names]
    for join in joins:
        touched = [group for group in groups if group & set(join.tables)]
        groups = [group for group in groups if group not in touched]
        groups.append(set().union(*touched))
    return len(groups)


def seats_of(floor: Floor, names: tuple[str, ...]) -> int:
    for given in floor.set_capacities:
        if given.tables == set(names):
            return given.capacity
    joins = edges(floor, names)
    fewest = parts(names, joins)
    # A tree has no circle: where joins win seats, each further one would win more.
    losses = [
        sum(join.seat_loss for join in chosen)
        for chosen in combinations(joins, len(names) - fewest)
        if parts(names, list(chosen)) == fewest
    ]
    return max(sum(table.capacity for table in floor.tables if table.id in names) - min(losses), 0)


def fits(case: Case, members: list[Table], seats: int) -> bool:
    party_size = case.party_size
    if len(members) == 1:
        (table,) = members
        top = table.capacity if table.max_party is None else min(table.max_party, table.capacity)
        return table.min_party <= party_size <= top
    least = max(table.min_party for table in members)
    for given in case.floor.set_capacities:
        if given.tables == {table.id for table in members} and given.min_party is not None:
            least = given.min_party
    budget = case.planning.slack_budget
    return least <= party_size <= seats and (budget is None or seats - party_size <= budget)


def unmet(case: Case, table: Table, preference: Preference) -> int:
    zone = next(zone for zone in case.floor.zones if zone.id == table.zone_id)
    return sum(
        (
            bool(preference.zones) and table.zone_id not in preference.zones,
            bool(preference.seatings) and table.seating not in preference.seatings,
            bool(preference.areas) and zone.area not in preference.areas,
            bool(preference.features) and not preference.features <= table.features,
        )
    )


def depth_of(floor: Floor, names: tuple[str, ...]) -> int:
    joins = edges(floor, names)
    depths = {names[0]: 0}
    for step in range(1, len(names)):
        near = {name for join in joins for name in join.tables if depths.keys() & set(join.tables)}
        for name in near - depths.keys():
            depths[name] = step
    farthest = max(depths.values())
    return farthest if len(depths) == len(names) else max(farthest, len(names))


def measured(case: Case, members: list[Table], seats: int) -> Answer:
    names = tuple(table.id for table in members)
    weights = {
        field: Fraction(str(value)) for field, value in attrs.asdict(case.planning.weights).items()
    }
    demand = Fraction(str(case.planning.demand_multiplier))
    size = len(members)
    slack = seats - case.party_size
    depth = depth_of(case.floor, names)
    scarcity = sum((scarcity_of(case.floor, table) for table in members), Fraction(0))
    amplified = Fraction(1)
    if size > 1 and weights["scarcity"] > 0:
        amplified = min(Fraction(3), 1 + scarcity / size)
    fragmentation = max(seats - max(table.capacity for table in members), 0)
    costs = (
        slack * weights["overage"] * demand,
        (size - 1) * weights["table_count"] * amplified,
        depth * weights["adjacency"] * amplified,
        fragmentation * weights["fragmentation"],
        scarcity * weights["scarcity"],
        sum(unmet(case, table, case.wish) for table in members) * weights["wish"],
    )
    joins = len(joins_outward(case.floor, names))
    bits = tuple(place for place, table in enumerate(case.floor.tables) if table.id in names)
    capacity = sum(table.capacity for table in members)
    ties = (size > 1, joins, slack, size, capacity, fragmentation, depth, bits)
    order = (round(sum(costs), 6), *ties)
    return Answer(names, seats, costs, order)


def joins_outward(floor: Floor, names: tuple[str, ...]) -> list[str]:
    """Return the tables at the other ends of the joins that lead out of a set."""
    by_id = {table.id: table for table in floor.tables}
    found = []
    for join in floor.joins:
        one, other = (by_id[each] for each in sorted(join.tables, key=lambda each: each in names))
        can_join = all(
            table.mobility.value == "movable" and table.active and not table.out_of_service
            for table in (one, other)
        )
        is_outward = one.id not in names and other.id in names
        if can_join and is_outward and one.zone_id == other.zone_id:
            found.append(one.id)
    return found


def scarcity_of(floor: Floor, table: Table) -> Fraction:
    same = [
        other
        for other in floor.tables
        if (other.capacity, other.category, other.seating)
        == (table.capacity, table.category, table.seating)
        and other.active
        and not other.out_of_service
    ]
    return Fraction(1, len(same))


# ---- random floors


def case_of(seed: int) -> Case:
    """Make a case of at most eight tables; the same for the same seed."""
    draw = random.Random(seed)
    floor = floor_of(draw)
    return Case(
        floor=floor,
        planning=planning_of(draw),
        party_size=draw.randint(1, 14),
        must=preference_of(draw, chance=0.08),
        wish=preference_of(draw, chance=0.15),
        free=frozenset(table.id for table in floor.tables if draw.random() < 0.8),
    )


def floor_of(draw: random.Random) -> Floor:
    zones = [Zone(name, name, area=draw.choice(("indoor", "outdoor"))) for name in ("main", "bar")]
    tables = [table_of(draw, place) for place in range(draw.randint(1, 8))]
    density = draw.choice((0.0, 0.3, 0.6, 1.0))
    losses = draw.choice(((0,), (0, 1), (0, 1, 2), (1,), (0, 3, 9), (-2, 0, 1), (-1,)))
    joins = [
        Join((first.id, second.id), seat_loss=draw.choice(losses))
        for first, second in combinations(tables, 2)
        if draw.random() < density
    ]
    given: dict[frozenset[str], SetCapacity] = {}
    for _ in range(draw.choice((0, 0, 1, 3))):
        names = frozenset(
            draw.sample([table.id for table in tables], min(len(tables), draw.randint(2, 4)))
        )
        if len(names) > 1:
            capacity = draw.randint(1, 16)
            given[names] = SetCapacity(
                names, capacity, draw.choice((None, draw.randint(1, capacity)))
            )
    return Floor(tables, zones=zones, joins=joins, set_capacities=list(given.values()))


def table_of(draw: random.Random, place: int) -> Table:
    smallest = draw.choice((1, 1, 1, 2, 3))
    return Table(
        # Ids that sort otherwise than the numbers: table order is by number.
        f"t{draw.randint(0, 9)}-{place}",
        str(draw.randint(0, 9) * 10 + place),
        draw.choice((2, 2, 4, 4, 4, 5, 6)),
        draw.choice(("main", "main", "main", "bar")),
        min_party=smallest,
        max_party=draw.choice((None, None, smallest + draw.randint(0, 3))),
        seating=draw.choice(("standard", "standard", "booth")),
        mobility=draw.choice(("movable", "movable", "movable", "movable", "fixed")),
        out_of_service=draw.random() < 0.06,
        active=draw.random() < 0.95,
        features=draw.choice(((), ("window",), ("window", "step-free"))),
    )


def planning_of(draw: random.Random) -> Planning:
    kind = draw.random()
    return Planning(
        adjacency_mode=draw.choice(list(AdjacencyMode)),
        adjacency_required=draw.random() < 0.8,
        adjacency_min_party=draw.choice((None, None, 6)),
        max_tables=draw.randint(1, 4),
        slack_budget=draw.choice((None, 0, 1, 4, 4)),
        weights=Weights()
        if kind < 0.4
        else Weights.reference()
        if kind < 0.6
        else Weights(
            **{field.name: draw.choice((0, 0.5, 1, 7)) for field in attrs.fields(Weights)}
        ),
        demand_multiplier=draw.choice((1, 1, 0.5, 1.35)),
    )


def preference_of(draw: random.Random, *, chance: float) -> Preference:
    return Preference(
        zones=("main",) if draw.random() < chance else (),
        seatings=("booth",) if draw.random() < chance else (),
        areas=("outdoor",) if draw.random() < chance else (),
        features=("window",) if draw.random() < chance else (),
    )
