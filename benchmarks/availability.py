"""How much an evening's availability costs, in units of one question for the best plan.

python -m benchmarks.availability
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from statistics import fmean
from typing import Final

import attrs

from benchmarks.bar import HEADING, ROUNDS, Bar, race
from benchmarks.planner import MAX_TABLES, grid
from fourtop import (
    BookingRequest,
    Calendar,
    CountedIds,
    Desk,
    Engine,
    House,
    ManualClock,
    MemoryStore,
    Planning,
    Refused,
    Stay,
    Window,
    sketch_house,
)
from fourtop.planner import Planner, PlanRequest

DAY: Final = date(2026, 5, 1)
PARTIES: Final = range(1, 13)
STARTS: Final = 20
SITTINGS: Final = (17, 19, 21)
QUARTERS: Final = (0, 15, 30, 45)


def grid_house() -> House:
    """Return a house with the planner's floor: dinner with 20 starts, stays of 90 to 150 min."""
    house = sketch_house(
        "Grid",
        grid(),
        timezone="UTC",
        periods={"dinner": "17:00-23:45"},
        turn_minutes={2: 90, 4: 105, 6: 120, None: 150},
    )
    return attrs.evolve(
        house, policy=attrs.evolve(house.policy, planning=Planning(max_tables=MAX_TABLES))
    )


def at(hour: int, minute: int) -> datetime:
    """Return an instant of the evening."""
    return datetime.combine(DAY, time(hour, minute), UTC)


def filled(share: float) -> Desk:
    """Return a desk of that house where each sitting of each table is taken with some chance."""
    house = grid_house()
    desk = Engine(MemoryStore(ManualClock(at(12, 0))), ids=CountedIds("n")).add_restaurant(house)
    draw = random.Random(1)
    for table in house.floor.tables:
        for hour in SITTINGS:
            if draw.random() < share:
                try:
                    desk.book(BookingRequest(2, at(hour, draw.choice(QUARTERS)), tables=[table.id]))
                except Refused:
                    continue  # the sitting before lasts too long
    return desk


@attrs.frozen
class Questions:
    """The planner's questions for the same evening, with the free tables computed beforehand."""

    planner: Planner
    asks: Sequence[tuple[PlanRequest, int]]

    @classmethod
    def of(cls, desk: Desk) -> Questions:
        """Lay out the free tables of each start and party."""
        house = desk.house()
        calendar = Calendar(house.restaurant, house.policy)
        tables = [table.id for table in house.floor.tables]
        taken = desk.allocations(Window(at(12, 0), at(23, 59)))
        asks = []
        for slot in desk.availability(DAY, PARTIES).slots:
            stay = calendar.stay(slot.start_us, slot.party_size)
            assert isinstance(stay, Stay), "every start on offer leaves time for a stay"
            busy = {row.resource_id for row in taken if row.window.overlaps(stay.occupied)}
            free = sum(1 << place for place, table_id in enumerate(tables) if table_id not in busy)
            asks.append((PlanRequest(slot.party_size), free))
        return cls(Planner(house.floor, house.policy.planning), asks)

    def put(self) -> None:
        """Ask for the best plan of each."""
        choose = self.planner.choose
        for ask, free in self.asks:
            choose(ask, free)

    @property
    def busy_share(self) -> float:
        """How many of the tables are busy, on average over the questions."""
        count = len(self.planner.floor.tables)
        return fmean(1 - free.bit_count() / count for _, free in self.asks)


def evening(share: float, *, rounds: int) -> Bar:
    """Compare the availability of one evening with the questions for the best plans."""
    desk = filled(share)
    questions = Questions.of(desk)
    slots = desk.availability(DAY, PARTIES).slots
    assert len(slots) == STARTS * len(PARTIES) == len(questions.asks)
    refused = sum(not slot.is_bookable for slot in slots)
    availability, best = race(lambda: desk.availability(DAY, PARTIES), questions.put, rounds=rounds)
    name = f"availability: a pair / best plan, {questions.busy_share:.0%} busy"
    name += f", {refused} of {len(slots)} pairs refused" if refused else ""
    return Bar(name, availability, best, len(slots), at_most=3)


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Measure evenings with none, about 30 %, about 60 % and nearly all of the tables busy."""
    rounds = 9 if is_quick else ROUNDS
    return (evening(share, rounds=rounds) for share in (0.0, 0.23, 0.5, 0.95))


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
