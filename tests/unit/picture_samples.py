"""One picture of each kind and form, for the tests that every picture has to pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import fourtop
from fourtop import Floor, Position, plotting, sketch_floor
from fourtop.plotting import Picture, TableMove

EVIL: Final = "<script>alert(\"1\")</script> & 'a name that is far too long for any table'"


def pub() -> Floor:
    return fourtop.sample.pub().floor


def till() -> Floor:
    """A floor with positions, shapes and sizes, and a join across two zones."""
    tables = {
        "1": (4, "square", Position(1280, 340), "Main"),
        "2": (4, "round", Position(1000, 340), "Main"),
        "3": (8, "rectangle", Position(700, 300, 30), "Main"),
        "4": (6, "oval", Position(1000, 640), "Main"),
        "5": (10, "rectangle", Position(700, 640, 90), "Main"),
        "T1": (6, "round", Position(1900, 340), "Terrace"),
        "T2": (12, "round", Position(1900, 640), "Terrace"),
    }
    notes = {
        number: {"capacity": seats, "shape": shape, "position": position, "zone": zone}
        for number, (seats, shape, position, zone) in tables.items()
    }
    notes["3"] |= {"length_cm": 240, "width_cm": 90, "out_of_service": True}
    return sketch_floor(notes, joins=[("1", "2", -2), ("2", "4", 1), ("1", "T1", 1)])


def hall(tables: int = 40) -> Floor:
    """Rows of eight tables, each row joined."""
    seats = (2, 2, 4, 4, 6)
    numbers = [f"{row}{column}" for row in range(tables // 8) for column in "abcdefgh"]
    joins = ["-".join(numbers[first : first + 8]) for first in range(0, tables, 8)]
    return sketch_floor({each: seats[int(each[0]) % 5] for each in numbers}, joins=joins)


def evil() -> Floor:
    zone = fourtop.Zone("main", EVIL[:49].strip())
    tables = [fourtop.Table(f"t{n}", f"{EVIL[:40].strip()} {n}", 4, "main") for n in range(5)]
    return Floor(tables, zones=[zone], joins=[fourtop.Join(("t0", "t1"), seat_loss=1)])


STATES: Final = {
    "big-bay": "reserved",
    "dining-4a": "occupied",
    "dining-4b": "overdue",
    "dining-6a": "cleaning",
    "dining-6b": "out_of_service",
    "dining-6c": "available",
}
MOVES: Final = (
    TableMove("r8, party of 9", ["dining-4a", "dining-4b"], ["big-bay"]),
    TableMove("r3", ["big-bay"], ["dining-6a"]),
    TableMove("r5", ["low-4a"], ["low-4b"]),
    TableMove("r6", ["low-4b"], ["low-4a"]),
)

SAMPLES: Final[Mapping[str, Callable[[], Picture]]] = {
    "the pub": lambda: plotting.floor_plan(pub()),
    "the pub with states": lambda: plotting.floor_plan(
        pub(), states=STATES, highlighted=["dining-6a", "dining-6c", "dining-4b"]
    ),
    "a chosen plan": lambda: plotting.floor_plan(pub(), highlighted=["dining-4a", "dining-4b"]),
    "moves": lambda: plotting.floor_plan(pub(), moves=MOVES, title=EVIL),
    "positions": lambda: plotting.floor_plan(till()),
    "a hall": lambda: plotting.floor_plan(hall()),
    "evil names": lambda: plotting.floor_plan(evil(), moves=[TableMove(EVIL, ["t0"], ["t3"])]),
    "an empty floor": lambda: plotting.floor_plan(Floor([], zones=[])),
}
