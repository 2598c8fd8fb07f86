"""Measure what an engine keeps after many edits of notes on a dense floor.

The floor has 26 tables, each joined with each, and up to four tables may be combined: 17,875
combinations. Plans do not depend on notes, so that an edit of notes must compile no planner.

Each edit is followed by a quote, which would compile a new planner. *Bytes* is the growth of the
memory that tracemalloc sees, after a garbage collection, divided by the number of edits. It
includes what the memory store keeps by design: the event of each edit.

Run ``python -m benchmarks.memory_growth`` at the project's root.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from operator import methodcaller
from typing import Any, Final
from unittest.mock import patch

import attrs

from benchmarks.availability import at
from benchmarks.bar import HEADING, Bar
from fourtop import (
    BookingRequest,
    Desk,
    Engine,
    ManualClock,
    MemoryStore,
    Planning,
    Quote,
    sketch_floor,
    sketch_house,
)
from fourtop.planner import Planner

TABLES: Final = 26
MAX_TABLES: Final = 4
EDITS: Final = 200
QUICK_EDITS: Final = 50
WARM_UP: Final = 20

_REQUEST: Final = BookingRequest(7, at(18, 0))


def clique_desk() -> Desk:
    """Return the desk of a house with twenty-six tables for two, each joined with each."""
    joins = [f"{one}-{other}" for one in range(TABLES) for other in range(one + 1, TABLES)]
    floor = sketch_floor({str(number): 2 for number in range(TABLES)}, joins=joins)
    house = sketch_house("Clique", floor, timezone="UTC", periods={"dinner": "17:00-23:45"})
    policy = attrs.evolve(house.policy, planning=Planning(max_tables=MAX_TABLES))
    engine = Engine(MemoryStore(ManualClock(at(12, 0))))
    return engine.add_restaurant(attrs.evolve(house, policy=policy))


def edit_notes(desk: Desk, count: int) -> None:
    """Edit the notes of a table many times, with a quote after each edit."""
    table_id = desk.house().floor.tables[0].id
    for number in range(count):
        table = attrs.evolve(desk.house().floor.get_table(table_id), notes=f"wobbles {number}")
        desk.edit_floor(methodcaller("with_table", table))
        assert isinstance(desk.quote(_REQUEST), Quote), "the house is empty"


@contextmanager
def counted_planners() -> Iterator[list[Planner]]:
    """Give the list of the planners that are made inside of the context."""
    made: list[Planner] = []
    original = Planner.__init__

    def count(planner: Planner, *args: Any, **more: Any) -> None:
        made.append(planner)
        original(planner, *args, **more)

    with patch.object(Planner, "__init__", count):
        yield made


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Measure the bytes kept by an edit, and count the planners made during all edits."""
    edits = QUICK_EDITS if is_quick else EDITS
    desk = clique_desk()
    edit_notes(desk, WARM_UP)
    with counted_planners() as made:
        kept = growth(desk, edits)
    yield Bar(
        f"bytes kept by an edit of notes, {TABLES} tables each joined with each",
        [kept / edits],
        [1.0],
        calls=0,
        at_most=50_000,
    )
    name = f"planners compiled during {edits} edits of notes"
    yield Bar(name, [len(made)], [1.0], calls=0, at_most=0)


def growth(desk: Desk, edits: int) -> int:
    """Return how many bytes some edits leave in memory."""
    tracemalloc.start()
    try:
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        edit_notes(desk, edits)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return after - before


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
