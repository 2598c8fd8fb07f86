"""Measure how long the pictures of a large house take, and how large they are.

Run ``python -m benchmarks --only pictures`` or ``python -m benchmarks.pictures`` at the project's
root.

The house has 40 tables, and the night 150 bookings, some of them at joined tables. The unit of time
is a plain quote of a yes on the same desk in the same run, so that the load of the machine weighs
on both. The target is 100 ms on a machine where a quote takes 0.1 ms, so that the bar is 1,000
quotes. The target of a picture is 400,000 bytes as SVG.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Final

import attrs

from benchmarks.bar import HEADING, Bar
from benchmarks.reads_for_people import MORNING, PARTIES, STARTS, house_of_40, in_quotes
from fourtop import (
    Actor,
    BookingRequest,
    Desk,
    Engine,
    ManualClock,
    MemoryStore,
    TurnBand,
    plotting,
)
from fourtop.plotting import HeatRow, Picture

BOOKINGS: Final = 150
QUOTES_AT_MOST: Final = 1_000
BYTES_AT_MOST: Final = 400_000


def full_night(seed: int = 7) -> Desk:
    """Return the desk of a house of 40 tables with 150 short bookings on one night."""
    draw = random.Random(seed)
    house = house_of_40()
    policy = attrs.evolve(house.policy, turn_bands=[TurnBand(None, 45)])
    store = MemoryStore(ManualClock(MORNING))
    desk = Engine(store).add_restaurant(
        attrs.evolve(house, policy=policy), actor=Actor("u17", "staff")
    )
    booked = 0
    for _ in range(10 * BOOKINGS):
        start = MORNING + timedelta(hours=9, minutes=15 * draw.randrange(STARTS))
        request = BookingRequest(draw.choice(PARTIES), start)
        if desk.quote(request):
            desk.book(request)
            booked += 1
            if booked == BOOKINGS:
                break
    return desk


def pictures(desk: Desk) -> dict[str, Callable[[], Picture]]:
    """Return the functions that draw the pictures."""
    day, floor = desk.day(MORNING.date()), desk.house().floor
    states = {table.id: "occupied" for table in floor.tables}
    rows = [HeatRow(f"row {row}", range(row, row + 28)) for row in range(40)]
    columns = [str(column) for column in range(28)]
    assert len(day.entries) == BOOKINGS, "each booking is an entry"
    return {
        "a night of 40 tables × 150 bookings": lambda: plotting.night_chart(day),
        "a floor of 40 tables with states": lambda: plotting.floor_plan(floor, states=states),
        "a heat map of 40 tables × 28 quarters of an hour": lambda: plotting.heat_map(
            rows, columns, title="Seats"
        ),
    }


def _text_of(draw: Callable[[], Picture]) -> str:
    return draw().svg


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Measure each picture: its time in plain quotes, and its bytes."""
    tries = 3 if is_quick else 15
    desk = full_night()
    for name, draw in pictures(desk).items():
        quotes = list(in_quotes(desk, partial(_text_of, draw), tries))
        yield Bar(
            f"{name}, in plain quotes", quotes, [1.0] * tries, calls=0, at_most=QUOTES_AT_MOST
        )
        size = float(len(_text_of(draw).encode()))
        yield Bar(f"{name}, in bytes", [size], [1.0], calls=0, at_most=BYTES_AT_MOST)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
