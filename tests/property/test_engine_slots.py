"""Booking slots against a dictionary: random commands in two restaurants, on every store.

The dictionary is changed by loops and comparisons that share no code with the engine. After each
command, the lists of random windows are those of the dictionary.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import attrs
import pytest

from fourtop import (
    AlreadyExists,
    Code,
    Desk,
    FourtopError,
    InUse,
    InvalidInput,
    ManualClock,
    MemoryStore,
    NotFound,
    Refused,
    StaleVersion,
    Window,
)
from fourtop.ports import Store
from tests.evening import NOW, a_house, one_table, open_desk

COMMANDS: Final = 600
COMMANDS_OF_A_DATABASE: Final = 150
IDS: Final = [f"s{number}" for number in range(12)]
HALF_AN_HOUR: Final = timedelta(minutes=30)


@attrs.define
class Entry:
    """What the dictionary knows of a slot."""

    start: datetime
    available: int
    reserved: int = 0
    version: int = 1


Slots = dict[str, Entry]
Asked = tuple[Callable[[Desk], object], type[FourtopError] | Code | None]


def drawn_start(draw: random.Random, now: datetime) -> datetime:
    """Return a start on a grid, so that several slots have one; a few have passed."""
    return now.replace(minute=0) + draw.randint(-2, 30) * HALF_AN_HOUR


def opening(draw: random.Random, slots: Slots, now: datetime) -> Asked:
    slot_id, start, covers = draw.choice(IDS), drawn_start(draw, now), draw.randint(0, 9)

    def call(desk: Desk) -> object:
        return desk.open_slot(start, covers, slot_id=slot_id)

    if slot_id in slots:
        return call, AlreadyExists
    if start < now:
        return call, InvalidInput
    slots[slot_id] = Entry(start, covers)
    return call, None


def changing(draw: random.Random, slots: Slots, now: datetime) -> Asked:
    """Reserve covers, give them back, or close the slot, often at a version that was seen."""
    name, slot_id = draw.choice(("reserve", "reserve", "release", "close")), draw.choice(IDS)
    entry, covers = slots.get(slot_id), draw.randint(1, 5)
    seen = None if entry is None or draw.random() < 0.5 else entry.version
    expected = seen if seen is None or draw.random() < 0.8 else seen + 1

    def call(desk: Desk) -> object:
        if name == "close":
            return desk.close_slot(slot_id, expected=expected)
        change = desk.reserve_slot if name == "reserve" else desk.release_slot
        return change(slot_id, covers, expected=expected)

    wrong = fault(name, entry, covers, expected, now)
    if wrong is None and entry is not None:
        if name == "close":
            del slots[slot_id]
        else:
            entry.reserved += covers if name == "reserve" else -covers
            entry.version += 1
    return call, wrong


def fault(
    name: str, entry: Entry | None, covers: int, expected: int | None, now: datetime
) -> type[FourtopError] | Code | None:
    """Return the error of a change, or the code of its refusal; the first that applies."""
    if entry is None:
        return NotFound
    left = entry.available - entry.reserved
    faults = (
        (StaleVersion, expected not in (None, entry.version)),
        (InUse, name == "close" and entry.reserved > 0),
        (Code.BOOKING_IN_PAST, name == "reserve" and entry.start < now),
        (Code.SLOT_FULL, name == "reserve" and covers > left),
        (InvalidInput, name == "release" and covers > entry.reserved),
    )
    return next((each for each, applies in faults if applies), None)


def outcome(desk: Desk, call: Callable[[Desk], object]) -> type[FourtopError] | Code | None:
    """Give a command; return its error, or the code of its refusal."""
    try:
        call(desk)
    except Refused as refused:
        return refused.code
    except FourtopError as error:
        return type(error)
    return None


def check_list(desk: Desk, slots: Slots, window: Window) -> int:
    """Compare a list with the dictionary; return its length."""
    found = [
        (entry.start, slot_id, entry.available, entry.reserved, entry.version)
        for slot_id, entry in slots.items()
        if window.start <= entry.start < window.end
    ]
    listed = desk.slots(window)
    assert [
        (slot.start, slot.id, slot.available, slot.reserved, slot.version) for slot in listed
    ] == sorted(found)
    assert all(slot.restaurant_id == desk.restaurant_id for slot in listed)
    return len(listed)


@pytest.mark.slow
def test_slots_are_as_a_dictionary_says(store: Store, clock: ManualClock) -> None:
    draw, seen, lengths = random.Random(1), Counter[object](), set[int]()
    desks = [open_desk(store, a_house(one_table(), name=name)) for name in ("Ann", "Bob")]
    known: list[Slots] = [{}, {}]
    commands = COMMANDS if isinstance(store, MemoryStore) else COMMANDS_OF_A_DATABASE
    for number in range(commands):
        now = NOW + number // 10 * timedelta(minutes=7)
        clock.move_to(now)
        here = draw.randrange(2)
        desk, slots = desks[here], known[here]
        before = desk.versions().occupancy
        asked = opening if draw.random() < 0.3 else changing
        call, wrong = asked(draw, slots, now)
        assert outcome(desk, call) == wrong
        assert desk.versions().occupancy == before + (wrong is None)
        seen[wrong] += 1
        start = drawn_start(draw, now)
        window = Window(start, start + draw.choice((1, 4, 40)) * HALF_AN_HOUR)
        for other, its in zip(desks, known, strict=True):
            lengths.add(check_list(other, its, window))
    for desk, slots in zip(desks, known, strict=True):
        for slot_id in IDS:
            found = desk.find_slot(slot_id)
            assert (found is None) is (slot_id not in slots)
        assert desk.audit().is_clean
    errors = {AlreadyExists, InvalidInput, NotFound, StaleVersion, InUse, Code.SLOT_FULL}
    assert {None, *errors} <= {*seen}
    assert max(lengths) >= 3
