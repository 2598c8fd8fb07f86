"""Measure how many covers the default ranking seats more than other orders of tables.

Run ``python -m benchmarks --only seating-quality`` or ``python -m benchmarks.seating_quality`` at
the project's root. ``--evenings`` sets the evenings of a cell, ``--part`` chooses the pub, the
floors or the random floors.

Each evening is played by the laboratory: its guests book through the real engine, on a memory store
and a manual clock. All orders of tables meet the same guests, so that a difference is paired, and
its interval of 95 % is that of the mean of the paired differences. Guests neither cancel nor come
late, and nobody takes another time.

The other orders are

- *former*: the default before this one, by the score of the reference system;
- *reference*: the preset ``Weights.reference()``, the same score with the present order of equals;
- *alphabetical*: the set with the fewest seats, then the fewest tables, then in table order;
- *islands*: a table that is joined to none first, then the fewest seats, then in table order.

All but the preset are no weights: a party gets the first free set of a fixed list (``TableOrder``).

A cell is a floor, a mix of parties, a load and an order of the requests: in advance (at random), or
at the door (by start). A load is the number of requests with which the alphabetical order loses 5,
15 or 35 % of the covers that fit an empty house; a plain loop finds it. The pub has 15, 20 and 30
requests of its own demand.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import Any, Final

import attrs

from benchmarks.bar import HEADING, Bar, Note
from fourtop import Floor, House, Join, Planning, Table, TableOrder, Weights, Zone, sample
from fourtop.model.floor import bits
from fourtop.model.plan import SCORE_DECIMALS
from fourtop.planner import Planner, PlanRequest
from fourtop.planner.candidate import Candidate
from fourtop.simulation import Behaviour, Demand, Scenario, simulate_evening

SEED: Final = 2_030
PUB_EVENINGS: Final = 1_500
CELL_EVENINGS: Final = 150
RANDOM_FLOORS: Final = 20
QUICK_EVENINGS: Final = 10
LOADS: Final = (5, 15, 35)
LARGE: Final = 7
ORDERS: Final = ("alphabetical", "islands", "former", "reference")
_HALF_WIDTH: Final = 1.96
# The loop that finds the loads looks at so many evenings.
_LOOKED_AT: Final = 40
_MOST_REQUESTS: Final = 400

# Shares of party sizes from 1 on.
MIXES: Final = {
    "pub": (),
    "couples": (5, 62, 10, 14, 4, 3, 1, 1),
    "groups": (4, 30, 14, 20, 8, 8, 6, 5, 2, 2, 0, 1),
}


# ---- floors


def floor_of(capacities: Sequence[int], joins: Sequence[tuple[int, int]] = ()) -> Floor:
    """Return a floor of one room with tables in the given order."""
    tables = [
        Table(f"t{place:02}", str(place + 1), seats, "main")
        for place, seats in enumerate(capacities)
    ]
    pairs = [Join((f"t{one:02}", f"t{two:02}")) for one, two in joins]
    return Floor(tables, zones=[Zone("main", "Main")], joins=pairs)


def row(first: int, count: int) -> list[tuple[int, int]]:
    """Return the joins of a row of tables."""
    return [(place, place + 1) for place in range(first, first + count - 1)]


def floors() -> dict[str, tuple[Floor, int]]:
    """Return the eight floors, each with the most tables of a set."""
    across = [(place, place + 1) for place in range(40) if (place + 1) % 8]
    down = [(place, place + 8) for place in range(32)]
    bar = [1] * 8 + [4] * 4 + [2, 2, 6, 8]
    ring = [*row(8, 4), (8, 11)]
    hall = [2] * 8 + [4] * 12 + [6] * 6 + [8] * 3 + [10]
    return {
        "pub": (sample.pub().floor, 5),
        "bistro": (floor_of([2, 2, 4] * 6, row(0, 18)), 4),
        "banquette": (floor_of([2] * 10 + [4] * 6, row(0, 10)), 5),
        "brasserie": (floor_of([2, 2, 2, 4, 4, 6, 2, 4] * 5, across + down), 4),
        "four tables": (floor_of([2, 4, 4, 4]), 1),
        "six tables": (floor_of([2, 2, 4, 4, 4, 6], row(0, 6)), 3),
        "bar and rooms": (floor_of(bar, row(0, 8) + ring), 4),
        "hall": (floor_of(hall, [(8, 9), (10, 11), (12, 13), (20, 21)]), 2),
    }


def random_floor(number: int) -> tuple[Floor, int]:
    """Draw a floor of 6 to 30 tables with some joins."""
    draw = random.Random(f"floor {number}")
    count = draw.randint(6, 30)
    capacities = [draw.choice((2, 2, 2, 4, 4, 4, 6, 8)) for _ in range(count)]
    chance = draw.choice((0.0, 0.4, 0.8))
    joins = [pair for pair in row(0, count) if draw.random() < chance]
    joins += [(place, place + 5) for place in range(count - 5) if draw.random() < chance / 3]
    return floor_of(capacities, joins), draw.choice((2, 3, 4))


def house_of(floor: Floor, max_tables: int) -> House:
    """Return a house with the hours and stays of the pub."""
    pub = sample.pub()
    planning = Planning(max_tables=max_tables, slack_budget=None)
    return attrs.evolve(pub, floor=floor, policy=attrs.evolve(pub.policy, planning=planning))


def demand_of(mix: str, requests: int, *, is_walk_in: bool) -> Demand:
    """Return the demand of a cell."""
    demand = sample.pub_demand()
    shares = MIXES[mix]
    sizes = dict(enumerate(shares, start=1)) if shares else dict(demand.party_weights)
    return demand.replaced(
        requests=requests,
        party_weights=sizes,
        channels={"walk_in": 1} if is_walk_in else {"web": 1},
        cancel_share=0,
        no_show_share=0,
    )


# ---- orders of tables


Key = Callable[[TableOrder, Candidate], Any]


def _former(_order: TableOrder, candidate: Candidate) -> tuple[Any, ...]:
    """Return the place of a set in the former default, among the sets for one party."""
    weights = Weights.reference()
    score = (
        weights.overage * candidate.seats
        + weights.table_count * (candidate.size - 1)
        + weights.fragmentation * candidate.fragmentation
        + weights.adjacency * candidate.depth
        + weights.scarcity * candidate.scarcity
    )
    return (
        round(score, SCORE_DECIMALS),
        2 if candidate.size > 1 else int(candidate.joins > 0),
        candidate.seats,
        candidate.size,
        candidate.capacity,
        candidate.fragmentation,
        candidate.depth,
        tuple(bits(candidate.mask)),
    )


def play_by(key: Key, house: House, demand: Demand, count: int) -> Evenings:
    """Play the evenings of a cell in an order that the package does not have."""
    as_it_was = TableOrder.key
    TableOrder.key = key  # type: ignore[method-assign,assignment]  # While evenings are played.
    try:
        return play(house, demand, count, TableOrder.ALPHABETICAL)
    finally:
        TableOrder.key = as_it_was  # type: ignore[method-assign]  # The key of before.


def with_reference(house: House) -> House:
    """Return the house with the weights of the reference system."""
    planning = attrs.evolve(house.policy.planning, weights=Weights.reference())
    return attrs.evolve(house, policy=attrs.evolve(house.policy, planning=planning))


# ---- evenings


@attrs.frozen
class Evenings:
    """The evenings of one order of tables: covers, and lost parties of seven or more."""

    covers: tuple[int, ...]
    lost: tuple[int, ...]


def play(house: House, demand: Demand, count: int, order: TableOrder | None = None) -> Evenings:
    """Play the evenings of a cell."""
    scenario = Scenario(house, demand, Behaviour(table_order=order))
    results = [simulate_evening(scenario, each + 1, seed=SEED) for each in range(count)]
    lost = [
        sum(visit.party_size >= LARGE and visit.start_us is None for visit in each.visits)
        for each in results
    ]
    return Evenings(tuple(each.covers for each in results), tuple(lost))


def play_all(house: House, demand: Demand, count: int) -> dict[str, Evenings]:
    """Play the same evenings with all orders of tables."""
    return {
        "default": play(house, demand, count),
        "former": play_by(_former, house, demand, count),
        "reference": play(with_reference(house), demand, count),
        "alphabetical": play(house, demand, count, TableOrder.ALPHABETICAL),
        "islands": play(house, demand, count, TableOrder.ISLANDS_FIRST),
    }


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """Return the mean of paired differences and half the width of its interval."""
    return fmean(differences), _HALF_WIDTH * stdev(differences) / sqrt(len(differences))


# ---- loads


def requests_for(house: House, mix: str, percent: int) -> int:
    """Return the number of requests with which the alphabetical order loses so many covers."""
    planner = Planner(house.floor, house.policy.planning, order=TableOrder.ALPHABETICAL)
    least, most = 1, _MOST_REQUESTS
    while least < most:
        middle = (least + most) // 2
        if _lost_percent(planner, mix, middle) >= percent:
            most = middle
        else:
            least = middle + 1
    return least


def _masks(planner: Planner, party_size: int) -> list[int]:
    """Return all sets for a party in the order of a planner."""
    everything = (1 << len(planner.floor.tables)) - 1
    plans = planner.plans(PlanRequest(party_size), everything)
    return [planner.floor.mask(each.tables) for each in plans]


def _lost_percent(planner: Planner, mix: str, requests: int) -> float:
    demand = demand_of(mix, requests, is_walk_in=False)
    sizes, weights = zip(*demand.party_weights, strict=True)
    lists = {size: _masks(planner, size) for size in sizes}
    asked = seated = 0
    starts, shares = [at for at, _ in demand.starts], demand.start_weights
    for number in range(_LOOKED_AT):
        draw = random.Random(f"{mix} {number}")
        busy: list[tuple[int, int, int]] = []
        for _ in range(requests):
            (size,) = draw.choices(sizes, weights)
            (at,) = draw.choices(starts, shares)
            start = at.hour * 60 + at.minute
            end = start + (90 if size <= 2 else 105 if size <= 4 else 120 if size <= 6 else 150)
            if not lists[size]:
                continue
            asked += size
            taken = 0
            for mask, one, two in busy:
                if one < end and start < two:
                    taken |= mask
            mask = next((each for each in lists[size] if not each & taken), 0)
            if mask:
                busy.append((mask, start, end))
                seated += size
    return 100 * (1 - seated / asked) if asked else 0.0


# ---- figures

_PUB_BARS: Final = {
    "former": (0.5, 0.75, 0.95),
    "alphabetical": (0.25, 0.42, 0.65),
    "islands": (0.07, 0.33, 0.55),
}
_LOST_BARS: Final = (-0.02, -0.03, -0.04)


def pub_bars(evenings: int) -> Iterator[Bar | Note]:
    """Yield the figures of the pub: bounds of the differences in covers an evening."""
    for place, requests in enumerate((15, 20, 30)):
        demand = demand_of("pub", requests, is_walk_in=False)
        played = play_all(sample.pub(), demand, evenings)
        for name in ORDERS:
            gain, half = interval(_differences(played, name))
            yield Note(
                f"the pub, {requests} requests: default - {name} {gain:+.2f} ± {half:.2f} covers"
                f" ({evenings:,} evenings, seed {SEED})"
            )
            if name in _PUB_BARS:
                yield Bar(
                    f"the pub, {requests} requests: default - {name}, lower bound in covers",
                    [gain - half],
                    [1.0],
                    calls=0,
                    at_least=_PUB_BARS[name][place],
                )
        lost = _lost(played, "alphabetical")
        gain, half = interval(lost)
        yield Bar(
            f"the pub, {requests} requests: lost parties of {LARGE}+ against alphabetical",
            [gain + half],
            [1.0],
            calls=0,
            at_most=_LOST_BARS[place],
        )


def _differences(played: dict[str, Evenings], name: str) -> list[float]:
    pairs = zip(played["default"].covers, played[name].covers, strict=True)
    return [one - two for one, two in pairs]


def _lost(played: dict[str, Evenings], name: str) -> list[float]:
    return [one - two for one, two in zip(played["default"].lost, played[name].lost, strict=True)]


@attrs.frozen
class Cell:
    """The result of one cell: the gain over each order in percent of its covers.

    Args:
        floor: The floor.
        mix: The mix of parties.
        load: The covers that the alphabetical order loses, in percent.
        requests: The number of requests.
        is_walk_in: Whether the parties come by their starts.
        gains: For each order the mean gain and half the width of its interval, in percent.
    """

    floor: str
    mix: str
    load: int
    requests: int
    is_walk_in: bool
    gains: dict[str, tuple[float, float]]

    def __str__(self) -> str:
        how = "at the door" if self.is_walk_in else "in advance"
        gains = ", ".join(
            f"{name} {gain:+.2f} ± {half:.2f} %" for name, (gain, half) in self.gains.items()
        )
        return f"{self.floor}, {self.mix}, {self.requests} requests {how}: {gains}"


def cells(
    places: dict[str, tuple[Floor, int]],
    evenings: int,
    *,
    mixes: Sequence[str] = tuple(MIXES),
    loads: Sequence[int] = LOADS,
) -> Iterator[Cell]:
    """Play each cell of some floors."""
    for name, (floor, max_tables) in places.items():
        house = house_of(floor, max_tables)
        for mix in mixes:
            for place, load in enumerate(loads):
                is_pub = name == mix == "pub"
                requests = (15, 20, 30)[place] if is_pub else requests_for(house, mix, load)
                for is_walk_in in (False, True):
                    demand = demand_of(mix, requests, is_walk_in=is_walk_in)
                    played = play_all(house, demand, evenings)
                    gains = {}
                    for other in ORDERS:
                        mean, half = interval(_differences(played, other))
                        base = fmean(played[other].covers) or 1.0
                        gains[other] = 100 * mean / base, 100 * half / base
                    yield Cell(name, mix, load, requests, is_walk_in, gains)


_FLOOR_BARS: Final = {
    False: {"alphabetical": 1.4, "islands": 2.2, "former": 1.55},
    True: {"alphabetical": 0.8, "islands": 1.1},
}
_NO_BARS: Final[dict[bool, dict[str, float]]] = {False: {}, True: {}}
# A cell is worse than alphabetical if its gain is so many standard errors below 0.
_WORST: Final = -3.7


def floor_bars(evenings: int) -> Iterator[Bar | Note]:
    """Yield the figures of the eight floors: lower bounds of the mean gain over all cells."""
    found: list[Cell] = []
    places = floors()
    for cell in cells(places, evenings):
        found.append(cell)
        yield Note(str(cell))
    for name in places:
        yield from _mean_bars(name, [each for each in found if each.floor == name], _NO_BARS)
    yield from _mean_bars("eight floors", found, _FLOOR_BARS)
    worse = [
        cell
        for cell in found
        if cell.gains["alphabetical"][0] < _WORST * cell.gains["alphabetical"][1] / _HALF_WIDTH
    ]
    for cell in worse:
        yield Note(f"worse than alphabetical: {cell}")
    yield Bar("cells worse than alphabetical", [len(worse)], [1.0], calls=0, at_most=0)


def random_bars(evenings: int) -> Iterator[Bar | Note]:
    """Yield the figures of random floors, and list those that lose."""
    places = {f"random floor {each}": random_floor(each) for each in range(1, RANDOM_FLOORS + 1)}
    found = list(cells(places, evenings, mixes=("pub",), loads=(15,)))
    for cell in found:
        if cell.gains["alphabetical"][0] < 0:
            yield Note(f"loses against alphabetical: {cell}")
    bars = {False: {"alphabetical": 0.5}, True: {"alphabetical": 0.0}}
    yield from _mean_bars(f"{RANDOM_FLOORS} random floors", found, bars)


def _mean_bars(
    name: str, found: Sequence[Cell], bars: dict[bool, dict[str, float]]
) -> Iterator[Bar | Note]:
    for is_walk_in, against in bars.items():
        how = "at the door" if is_walk_in else "in advance"
        for other in ORDERS:
            gains = [each.gains[other] for each in found if each.is_walk_in is is_walk_in]
            mean = fmean(gain for gain, _ in gains)
            half = sqrt(sum(half * half for _, half in gains)) / len(gains)
            yield Note(
                f"{name}, {how}: default - {other} {mean:+.2f} ± {half:.2f} %"
                f" on the mean of {len(gains)} cells"
            )
            if other in against:
                yield Bar(
                    f"{name}, {how}: default - {other}, lower bound in %",
                    [mean - half],
                    [1.0],
                    calls=0,
                    at_least=against[other],
                )


PARTS: Final = {
    "pub": (pub_bars, PUB_EVENINGS),
    "floors": (floor_bars, CELL_EVENINGS),
    "random": (random_bars, CELL_EVENINGS),
}


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Measure all parts."""
    for measure, evenings in PARTS.values():
        yield from measure(QUICK_EVENINGS if is_quick else evenings)


def main() -> None:
    """Print the figures of some parts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seating_quality")
    parser.add_argument("--part", choices=[*PARTS], action="append", help="only this part")
    parser.add_argument("--evenings", type=int, help="evenings of a cell")
    chosen = parser.parse_args()
    print(HEADING, flush=True)
    for name in chosen.part or PARTS:
        measure, evenings = PARTS[name]
        for each in measure(chosen.evenings or evenings):
            print(each, flush=True)


if __name__ == "__main__":
    main()
