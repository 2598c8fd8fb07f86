"""Measure what a refusal with all its reasons and changes costs, in plain quotes.

Run ``python -m benchmarks --only explain`` or ``python -m benchmarks.explain`` at the project's
root.

An evening is filled until many requests are refused. The requests are those of the guests that the
evening turned away. Each is explained by ``desk.explain``; the plain quote is ``desk.quote`` of a
party of two an hour before the evening, which is a yes. Both run in memory on a warm desk, one
after the other, so that the load of the machine weighs on both. The bar is the median of the
ratios: at most 40 plain quotes for an explanation, on the pub and on a grid of 8 × 5 tables.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import thread_time
from typing import Final

from benchmarks.bar import HEADING, Bar
from fourtop import (
    Actor,
    BookingRequest,
    Desk,
    Engine,
    House,
    MemoryStore,
    Refusal,
    Refused,
    sample,
    sketch_floor,
    sketch_house,
)

EVENING: Final = datetime(2030, 5, 3, 18, tzinfo=UTC)
QUIET: Final = EVENING + timedelta(days=1)
SIZES: Final = (2, 2, 2, 3, 4, 4, 5, 6, 8)
COLUMNS: Final = 8
ROWS: Final = 5
QUOTES: Final = 20


def pub() -> House:
    """Return the sample pub."""
    return sample.pub()


def grid() -> House:
    """Return a hall of 8 × 5 tables of four, each joined to its neighbours."""
    tables = {f"{row}{column}": 4 for row in "abcde" for column in range(COLUMNS)}
    across = ["-".join(f"{row}{column}" for column in range(COLUMNS)) for row in "abcde"]
    down = ["-".join(f"{row}{column}" for row in "abcde") for column in range(COLUMNS)]
    floor = sketch_floor(tables, joins=[*across, *down])
    return sketch_house("Hall", floor, timezone="UTC", periods={"dinner": "17:00-23:00"})


def full_evening(house: House, parties: int, seed: int = 5) -> tuple[Desk, list[BookingRequest]]:
    """Fill an evening; return the desk, and the requests that it refused."""
    draw = random.Random(seed)
    desk = Engine(MemoryStore()).add_restaurant(house, actor=Actor("u17", "staff"))
    refused = []
    for _ in range(parties):
        start = EVENING + timedelta(minutes=15 * draw.randint(0, 12))
        request = BookingRequest(draw.choice(SIZES), start)
        try:
            desk.book(request)
        except Refused:
            refused.append(request)
    return desk, refused


def ratios(house: House, *, parties: int, most: int) -> Iterator[float]:
    """Yield the cost of each explanation in plain quotes."""
    desk, refused = full_evening(house, parties)
    plain = BookingRequest(2, QUIET)
    for _ in range(QUOTES):
        desk.quote(plain)
    for request in refused[:most]:
        desk.explain(request)
    for request in refused[:most]:
        before = thread_time()
        for _ in range(QUOTES):
            desk.quote(plain)
        between = thread_time()
        explained = desk.explain(request)
        after = thread_time()
        assert isinstance(explained.refusal, Refusal), "the request was refused before"
        yield (after - between) / ((between - before) / QUOTES)


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Measure both floors."""
    most = 15 if is_quick else 100
    for name, house, parties in (("pub", pub(), 120), ("8×5 grid", grid(), 500)):
        found = list(ratios(house, parties=parties, most=most))
        assert found, "the evening refused no party"
        yield Bar(
            f"explanation of a refusal on the {name}, in plain quotes",
            found,
            [1.0] * len(found),
            calls=0,
            at_most=40,
        )


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
