"""How fast the planner chooses: the best plan of the planner, against two ways of searching anew.

The floor is 8 by 5 tables, each joined to its four neighbours, with capacities cycling 2, 2, 2, 4,
4, 6. Up to four tables may be joined, and 30 % of the tables are busy. All ways give the same
plans; that is checked.

Run ``python -m benchmarks.planner`` at the project's root.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations

import attrs

from benchmarks.bar import HEADING, Bar, taken
from fourtop.adjacency import JoinGraph, SubsetEnumerator
from fourtop.model.floor import Floor, Join
from fourtop.model.planning_rules import AdjacencyMode, Planning
from fourtop.model.restaurant import Zone
from fourtop.model.table import Table
from fourtop.planner import Planner, PlanRequest
from fourtop.planner.compiled_floor import CompiledFloor
from fourtop.planner.cost import Key, ScoreModel

WIDTH, HEIGHT = 8, 5
CAPACITIES = (2, 2, 2, 4, 4, 6)
MAX_TABLES = 4
BUSY_SHARE = 0.3
PARTIES = (2, 5, 7, 9, 12)
ROUNDS = 9
REPEATS = 200

Way = Callable[[int, int], tuple[str, ...] | None]


@attrs.frozen
class Sample:
    """What a way of choosing took in one round, in seconds for one request."""

    planner: float
    anew: float
    naive: float


def grid() -> Floor:
    """Return the floor."""
    count = WIDTH * HEIGHT
    tables = [
        Table(f"t{place}", str(place), CAPACITIES[place % 6], "hall") for place in range(count)
    ]
    across = [(place, place + 1) for place in range(count) if (place + 1) % WIDTH]
    down = [(place, place + WIDTH) for place in range(count - WIDTH)]
    joins = [Join((f"t{first}", f"t{second}")) for first, second in across + down]
    return Floor(tables, zones=[Zone("hall", "Hall")], joins=joins)


def search_anew(floor: Floor, planning: Planning) -> Way:
    """Return the search that grows all sets of free tables as bit masks for each request."""
    layout = CompiledFloor.of(floor)
    score_model = ScoreModel(planning.weights, demand=planning.demand_multiplier)
    mode = planning.adjacency_mode
    capacities = [table.capacity for table in floor.tables]
    budget = planning.slack_budget or 0

    def fitting(party_size: int, free: int) -> Iterator[int]:
        for mask in SubsetEnumerator(
            neighbours=layout.graph.neighbours, candidates=free, largest=planning.max_tables
        ).sets(mode):
            seats = 0
            left = mask
            while left:
                low = left & -left
                seats += capacities[low.bit_length() - 1]
                left ^= low
            if party_size <= seats and (seats - party_size <= budget or not mask & (mask - 1)):
                yield mask

    def best(party_size: int, free: int) -> tuple[str, ...] | None:
        keyed = []
        for mask in fitting(party_size, free):
            single = not mask & (mask - 1)
            place = mask.bit_length() - 1
            candidate = layout.single(place) if single else layout.combination(mask)
            keyed.append(
                (score_model.key(candidate, party_size=party_size, unmet=0), floor.ids(mask))
            )
        ids = floor.positions
        return min(
            keyed, key=lambda pair: (pair[0], [ids[each] for each in pair[1]]), default=(None, None)
        )[1]

    return best


def search_naively(floor: Floor, planning: Planning) -> Way:
    """Return the search that asks networkx about each combination of free tables with enough seats.

    It looks at capacities first, so that networkx is asked as seldom as possible.
    """
    import networkx as nx

    graph = JoinGraph.of(floor).to_networkx()
    layout = CompiledFloor.of(floor)
    score_model = ScoreModel(planning.weights, demand=planning.demand_multiplier)
    budget = planning.slack_budget or 0
    seats = {table.id: table.capacity for table in floor.tables}

    def adjacent(names: Sequence[str]) -> bool:
        part = graph.subgraph(names)
        if planning.adjacency_mode is AdjacencyMode.CONNECTED:
            return bool(nx.is_connected(part))
        degrees = [degree for _, degree in part.degree]
        if planning.adjacency_mode is AdjacencyMode.PAIRWISE:
            return bool(min(degrees) == len(names) - 1)
        return bool(max(degrees) == len(names) - 1)

    def best(party_size: int, free: int) -> tuple[str, ...] | None:
        names = floor.ids(free)
        keyed: list[tuple[Key, tuple[str, ...]]] = []
        for name in names:
            if party_size <= seats[name]:
                place = floor.positions[name]
                one = layout.single(place)
                keyed.append((score_model.key(one, party_size=party_size, unmet=0), (name,)))
        for size in range(2, planning.max_tables + 1):
            for members in combinations(names, size):
                if party_size <= sum(
                    map(seats.__getitem__, members)
                ) <= party_size + budget and adjacent(members):
                    candidate = layout.combination(floor.mask(members))
                    keyed.append(
                        (score_model.key(candidate, party_size=party_size, unmet=0), members)
                    )
        ids = floor.positions
        return min(
            keyed, key=lambda pair: (pair[0], [ids[each] for each in pair[1]]), default=(None, None)
        )[1]

    return best


@attrs.frozen
class Ways:
    """The three ways of choosing on the same floor by the same rules."""

    planner: Planner
    anew: Way
    naive: Way

    @classmethod
    def of(cls, floor: Floor, planning: Planning) -> Ways:
        """Make them ready."""
        return cls(
            Planner(floor, planning), search_anew(floor, planning), search_naively(floor, planning)
        )

    def race(self, free: int, party_size: int) -> Sample:
        """Let all three answer for one state of the floor; the slow way only for one party."""
        asks = [PlanRequest(each) for each in PARTIES]
        for ask in asks:
            assert self.anew(ask.party_size, free) == self.planned(ask, free)
        assert self.naive(party_size, free) == self.planned(PlanRequest(party_size), free)
        mine = taken(lambda: [self.planner.best(ask, free) for ask in asks], REPEATS)
        theirs = taken(lambda: [self.anew(ask.party_size, free) for ask in asks])
        naive = taken(lambda: self.naive(party_size, free))
        return Sample(mine / len(asks), theirs / len(asks), naive)

    def planned(self, ask: PlanRequest, free: int) -> tuple[str, ...] | None:
        """Return the planner's tables."""
        plan = self.planner.best(ask, free)
        return None if plan is None else plan.tables


def measure(mode: AdjacencyMode, draw: random.Random, rounds: int) -> list[Sample]:
    """Measure one mode: the three ways in turn, in each round on the same requests."""
    floor = grid()
    ways = Ways.of(floor, Planning(adjacency_mode=mode, max_tables=MAX_TABLES))
    count = len(floor.tables)
    samples = []
    for _ in range(rounds):
        free = sum(
            1 << place for place in draw.sample(range(count), round(count * (1 - BUSY_SHARE)))
        )
        samples.append(ways.race(free, draw.choice(PARTIES)))
    return samples


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Measure all modes."""
    draw = random.Random(20)
    for mode in AdjacencyMode:
        samples = measure(mode, draw, 3 if is_quick else ROUNDS)
        ours = [each.planner for each in samples]
        what = f"best plan, {mode.value}"
        yield Bar(
            f"{what}: combinations + networkx / ours",
            [each.naive for each in samples],
            ours,
            at_least=1_000,
        )
        yield Bar(
            f"{what}: bit masks grown anew / ours",
            [each.anew for each in samples],
            ours,
            at_least=10,
        )


def cold_start() -> str:
    """Say what the first request costs, and a request on a floor with too many sets."""
    floor = grid()
    everything = (1 << len(floor.tables)) - 1
    first = [
        taken(lambda: Planner(floor, Planning(max_tables=4)).best(PlanRequest(7), everything))
        for _ in range(ROUNDS)
    ]
    exploding = Planner(floor, Planning(max_tables=8, adjacency_required=False))
    exploding.best(PlanRequest(7), everything)
    bounded = [
        taken(partial(exploding.best, PlanRequest(party_size), everything))
        for party_size in (2, 7, 12, 20, 30)
    ]
    return (
        f"first request, compiling: {spread([1e3 * each for each in first], ' ms')}; "
        f"any 8 of the 40 tables (100 million sets), by search, parties of 2 to 30: "
        f"{spread([1e3 * each for each in bounded], ' ms')}"
    )


def spread(values: Sequence[float], unit: str = "") -> str:
    """Write a median with its range."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.1f}{unit} [{low:,.1f}..{high:,.1f}]"


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
    print(cold_start())
