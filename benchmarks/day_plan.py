"""Measure how far the day plan of a full house is below its bound.

Run ``python -m benchmarks --only day-plan`` or ``python -m benchmarks.day_plan`` at the project's
root. It needs the extra ``optimize``.

The house is the brasserie: 40 tables in a grid of five rows of 2, 2, 2, 4, 4, 6, 2 and 4 seats that
are joined with their neighbours, up to four in a set. Each day has 150 requests with the party
sizes and start times of the sample pub, about 1.7 times the people that fit. All of them wait for
tables. The plan is compared with the bound of the linear programme, which no plan can exceed. Each
day is planned with several seeds, at the default node budget (about a second) and at ten times as
much.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from statistics import fmean, median
from time import thread_time
from typing import Final

import attrs

from benchmarks.bar import HEADING, Bar, Note
from fourtop import BookingRequest, DayPlan, Desk, Engine, Floor, ManualClock, MemoryStore, sample
from fourtop.model.day_plan import NODE_BUDGET
from fourtop.testing import floors

DAY: Final = date(2030, 5, 3)
NOON: Final = datetime(2030, 5, 3, 12, tzinfo=UTC)
REQUESTS: Final = 150
DAYS: Final = range(1, 7)
QUICK_DAYS: Final = range(1, 3)
SEEDS: Final = (1, 2)
QUICK_SEEDS: Final = (1,)
SEATS: Final = (2, 2, 2, 4, 4, 6, 2, 4)
MAX_TABLES: Final = 4
# A node budget, its time, and the most percent below the bound.
BARS: Final = ((NODE_BUDGET, "a second", 4.5), (10 * NODE_BUDGET, "ten seconds", 3.5))


@attrs.frozen
class Run:
    """A plan of a day.

    Args:
        plan: The plan.
        seconds: How long it took this thread, with the read and the bound.
    """

    plan: DayPlan
    seconds: float

    @property
    def gap(self) -> float:
        """How far it is below the bound, in percent."""
        found = self.plan.gap_percent
        assert found is not None, "the extra optimize is installed"
        return found


def brasserie_floor() -> Floor:
    """Return 40 tables in five rows, each table joined to its neighbours."""
    return floors.grid(5, 8, seats=SEATS)


def brasserie() -> Desk:
    """Return the desk of the empty house."""
    house = floors.a_house(brasserie_floor())
    planning = attrs.evolve(house.policy.planning, max_tables=MAX_TABLES)
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, planning=planning))
    return Engine(MemoryStore(ManualClock(NOON))).add_restaurant(house)


def full(seed: int) -> Desk:
    """Return the house with the requests of a day; all of them wait for tables."""
    desk, draw, demand = brasserie(), random.Random(seed), sample.pub_demand()
    sizes, size_weights = zip(*demand.party_weights, strict=True)
    starts, start_weights = zip(*demand.starts, strict=True)
    parties = draw.choices(sizes, size_weights, k=REQUESTS)
    times = draw.choices(starts, start_weights, k=REQUESTS)
    for number, (size, at) in enumerate(zip(parties, times, strict=True)):
        request = BookingRequest(size, datetime.combine(DAY, at, UTC))
        desk.book(request, booking_id=f"b{number:03}", tables="later")
    return desk


def planned(desk: Desk, nodes: int, seed: int) -> Run:
    """Plan a day."""
    begun = thread_time()
    plan = desk.plan_day(DAY, node_budget=nodes, seed=seed)
    return Run(plan, thread_time() - begun)


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Measure the gaps."""
    days = [full(seed) for seed in (QUICK_DAYS if is_quick else DAYS)]
    seeds = QUICK_SEEDS if is_quick else SEEDS
    first = [planned(desk, 1, 0) for desk in days]
    asked = fmean(
        sum(each.party_size for each in run.plan.moves)
        + sum(each.party_size for each in run.plan.left)
        for run in first
    )
    bound = fmean(run.plan.bound or 0 for run in first)
    yield Note(
        f"{len(days)} days of {REQUESTS} requests: {asked:.0f} people ask, the bound is {bound:.0f}"
        f" covers; in order of start {fmean(run.gap for run in first):.2f} % below it"
    )
    for nodes, words, most in BARS:
        runs = [planned(desk, nodes, seed) for desk in days for seed in seeds]
        gaps = [run.gap for run in runs]
        yield Bar(
            f"percent below the bound at {nodes:,} nodes, about {words}, {len(runs)} plans",
            gaps,
            [1.0] * len(gaps),
            calls=0,
            at_most=most,
        )
        yield Note(
            f"mean {fmean(gaps):.2f} %, worst {max(gaps):.2f} %, with"
            f" {fmean(run.plan.value for run in runs):.1f} covers; a plan takes"
            f" {median(run.seconds for run in runs):.1f} s with the bound"
        )


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
