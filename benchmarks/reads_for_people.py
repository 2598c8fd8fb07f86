"""Measure the feed, the month and the day: what people and programs read all day.

Run ``python -m benchmarks --only reads-for-people`` or ``python -m benchmarks.reads_for_people`` at
the project's root.

The house has 40 tables and 20 starts a day. The first 14 days have bookings that fill about two
thirds of each evening. All reads run in memory on a warm desk, each beside its yardstick, so that
the load of the machine weighs on both:

- A feed of 14 days × 12 sizes × 20 starts, in plain quotes per cell; at most 1.2.
- A month for a party of four, in quotes of a yes. The target is 60 ms on a machine where a quote
  takes 0.1 ms, so that the bar is 600 quotes.
- A month in which each evening is full, against the same bar.

``python -m tests.sql.statements`` counts the statements on databases, and a test of the day counts
them for 150 bookings.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from time import thread_time
from typing import Final

import attrs

from benchmarks.bar import HEADING, Bar
from fourtop import (
    Actor,
    BookingRequest,
    Desk,
    Engine,
    FeedTerms,
    House,
    ManualClock,
    MemoryStore,
    Refused,
    Window,
    sketch_floor,
    sketch_house,
)

FIRST: Final = date(2030, 5, 1)
MORNING: Final = datetime(2030, 5, 1, 8, tzinfo=UTC)
DAYS: Final = 14
SIZES: Final = range(1, 13)
STARTS: Final = 20
QUOTES: Final = 50
PARTIES: Final = (2, 2, 2, 3, 4, 4, 5, 6, 8)


def house_of_40() -> House:
    """Return a house of 40 tables in five rows, and 20 starts a day."""
    seats = {"a": 2, "b": 2, "c": 4, "d": 4, "e": 6}
    tables = {f"{row}{column}": seats[row] for row in seats for column in range(8)}
    joins = ["-".join(f"{row}{column}" for column in range(8)) for row in seats]
    floor = sketch_floor(tables, joins=joins)
    house = sketch_house("Hall", floor, timezone="UTC", periods={"dinner": "17:00-23:45"})
    return attrs.evolve(
        house, restaurant=attrs.evolve(house.restaurant, reservation_interval_minutes=15)
    )


def busy_desk(days: int, parties: int, seed: int = 7) -> Desk:
    """Return the desk of a house with bookings on its first days."""
    draw = random.Random(seed)
    store = MemoryStore(ManualClock(MORNING))
    desk = Engine(store).add_restaurant(house_of_40(), actor=Actor("u17", "staff"))
    for day in range(days):
        for _ in range(parties):
            start = MORNING + timedelta(days=day, hours=9, minutes=15 * draw.randrange(STARTS))
            try:
                desk.book(BookingRequest(draw.choice(PARTIES), start))
            except Refused:
                continue
    return desk


def in_quotes(desk: Desk, read: Callable[[], object], tries: int) -> Iterator[float]:
    """Yield what a read costs, in plain quotes of a yes."""
    plain = BookingRequest(2, MORNING + timedelta(days=60, hours=10))
    assert desk.quote(plain), "the yardstick is the quote of a yes"
    read()
    for _ in range(tries):
        before = thread_time()
        for _ in range(QUOTES):
            desk.quote(plain)
        between = thread_time()
        read()
        yield (thread_time() - between) / ((between - before) / QUOTES)


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Measure the feed, a month, and a month without a free start."""
    tries = 3 if is_quick else 15
    desk = busy_desk(DAYS, 80)
    terms = FeedTerms(FIRST, DAYS, SIZES)
    cells = len(desk.feed(terms))
    assert cells == DAYS * len(SIZES) * STARTS, f"{cells} cells"
    feed = [each / cells for each in in_quotes(desk, lambda: desk.feed(terms), tries)]
    name = f"a cell of a feed of {cells:,} cells, in plain quotes"
    yield Bar(name, feed, [1.0] * len(feed), calls=0, at_most=1.2)
    month = list(in_quotes(desk, lambda: desk.month(2030, 5, 4), tries))
    name = "a month for a party of four, in plain quotes"
    yield Bar(name, month, [1.0] * len(month), calls=0, at_most=600)
    full = busy_desk(0, 0)
    tables = [table.id for table in full.house().floor.tables]
    full.block(Window(MORNING, MORNING + timedelta(days=31)), tables=tables, reason="works")
    month = list(in_quotes(full, lambda: full.month(2030, 5, 4), tries))
    name = "a month of full days, in plain quotes"
    yield Bar(name, month, [1.0] * len(month), calls=0, at_most=600)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
