"""The reference's cases of rotations (§9.7): the stays really seated in turn, and the estimate."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from fourtop import (
    BookingRequest,
    Desk,
    House,
    Policy,
    Refused,
    ServicePeriod,
    TurnBand,
    estimate_rotations,
    sketch_floor,
    sketch_house,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, MONTH, NOW, open_desk

# A stay is never cut: the least dwell is as long as any turn time.
WHOLE = 600
LUNCH = ServicePeriod(
    "lunch",
    "12:00",
    "15:00",
    turn_bands=[(2, 60), (4, 75), (8, 85)],
    buffer_after_minutes=5,
    last_seating_minutes=0,
    min_dwell_minutes=WHOLE,
)
DINNER = attrs.evolve(
    LUNCH, key="dinner", start="17:00", end="22:00", turn_bands=[(2, 60), (4, 75), (6, 85), (8, 90)]
)

TWOS = {f"2{letter}": {"capacity": 2, "min_party": 2} for letter in "abc"}
FOURS = {f"4{letter}": {"capacity": 4, "min_party": 2} for letter in "abcde"}
SEVENS = {f"7{letter}": {"capacity": 7, "min_party": 3} for letter in "ab"}


def house(**more: dict[str, object]) -> House:
    """Three twos, five fours and two sevens, that are never joined; starts every five minutes."""
    plain = sketch_house("House", sketch_floor({**TWOS, **FOURS, **SEVENS, **more}), timezone="UTC")
    restaurant = attrs.evolve(plain.restaurant, reservation_interval_minutes=5)
    return attrs.evolve(plain, restaurant=restaurant, policy=Policy([DINNER, LUNCH]))


def a_service(service: int, turn: int, buffer: int, interval: int) -> House:
    """One table in a service from noon; lengths in minutes."""
    # The last buffer may run past the window, as it does there.
    end = f"{12 + service // 60}:{service % 60:02}"
    period = ServicePeriod(
        "service",
        "12:00",
        end,
        buffer_after_minutes=buffer,
        last_seating_minutes=turn,
        overrun_allowed=True,
    )
    plain = sketch_house("House", sketch_floor({"1": 2}), timezone="UTC")
    restaurant = attrs.evolve(plain.restaurant, reservation_interval_minutes=interval)
    policy = Policy([period], turn_bands=[TurnBand(None, turn)])
    return attrs.evolve(plain, restaurant=restaurant, policy=policy)


def turns(desk: Desk, period: str, table: str, size: int) -> int:
    """Book a table again and again, as early as it can be had, until the service is over."""
    count = 0
    slots = desk.availability(FRIDAY, size).slots
    for slot in slots:
        if slot.period == period:
            try:
                desk.book(BookingRequest(size, slot.start, tables=[table]))
            except Refused:
                continue
            count += 1
    return count


@pytest.mark.parametrize(("period", "covers"), [("lunch", 80), ("dinner", 126)])
def test_reference_rotations_covers_of_a_service(store: Store, period: str, covers: int) -> None:
    desk = open_desk(store, house())
    tables = desk.house().floor.tables
    assert (
        sum(turns(desk, period, table.id, table.capacity) * table.capacity for table in tables)
        == covers
    )
    assert desk.audit().is_clean


@pytest.mark.parametrize(
    ("table", "size", "lunch", "dinner"),
    [("2a", 2, 2, 4), ("4a", 4, 2, 3), ("7a", 7, 2, 3)],
    ids=["2", "4", "7"],
)
def test_reference_rotations_of_a_table(
    store: Store, table: str, size: int, lunch: int, dinner: int
) -> None:
    desk = open_desk(store, house())
    assert (turns(desk, "lunch", table, size), turns(desk, "dinner", table, size)) == (
        lunch,
        dinner,
    )


def test_reference_rotations_a_table_out_of_service_has_none(store: Store) -> None:
    desk = open_desk(store, house(spare={"capacity": 4, "out_of_service": True}))
    assert turns(desk, "dinner", "spare", 4) == 0
    assert turns(desk, "dinner", "4a", 4) == 3


def test_reference_rotations_services_come_in_the_order_of_the_day(store: Store) -> None:
    desk = open_desk(store, house())
    assert [usage.period for usage in desk.availability(FRIDAY, 2).usage] == ["lunch", "dinner"]


@pytest.mark.parametrize(
    ("minutes", "count"),
    [
        ((45, 60, 5, 1), 0),
        ((180, 60, 15, 1), 2),
        ((240, 60, 0, 120), 2),
        ((60, 60, 5, 1), 1),
        ((300, 90, 5, 15), 3),
        ((300, 90, 5, 1), 3),
    ],
)
def test_reference_turns_per_table_for_a_window(
    store: Store, minutes: tuple[int, int, int, int], count: int
) -> None:
    desk = open_desk(store, a_service(*minutes))
    assert turns(desk, "service", "1", 2) == count
    assert desk.audit().is_clean
    assert all(
        each.stay.dining.end <= NOW + timedelta(minutes=minutes[0]) for each in desk.bookings(MONTH)
    )


# ---- the estimate


def estimated(plain: House, table: str) -> list[int]:
    found = estimate_rotations(plain, FRIDAY)
    tables = [period.find_table(table) for period in found.periods]
    return [0 if each is None else each.parties for each in tables]


def test_reference_section_9_7_the_estimate_of_each_service() -> None:
    found = estimate_rotations(house(), FRIDAY)
    assert [(each.period, each.covers) for each in found.periods] == [
        ("lunch", 80),
        ("dinner", 126),
    ]
    assert estimated(house(), "2a") == [2, 4]
    assert estimated(house(), "4a") == [2, 3]
    assert estimated(house(), "7a") == [2, 3]


def test_reference_section_9_7_a_table_out_of_service_changes_no_estimate() -> None:
    more = house(spare={"capacity": 4, "out_of_service": True})
    assert estimate_rotations(more, FRIDAY) == estimate_rotations(house(), FRIDAY)
    assert estimated(more, "spare") == [0, 0]


def test_reference_section_9_7_the_blocks_of_larger_tables() -> None:
    more = house(six={"capacity": 6}, eight={"capacity": 8})
    assert estimated(more, "six") == [2, 3]
    assert estimated(more, "eight") == [2, 3]
    covers = [each.find_table("six") for each in estimate_rotations(more, FRIDAY).periods]
    assert [0 if each is None else each.covers for each in covers] == [12, 18]


@pytest.mark.parametrize(
    ("minutes", "count"),
    [
        ((45, 60, 5, 1), 0),
        ((180, 60, 15, 1), 2),
        ((240, 60, 0, 120), 2),
        ((60, 60, 5, 1), 1),
        ((300, 90, 5, 15), 3),
        ((300, 90, 5, 1), 3),
    ],
)
def test_reference_section_9_7_the_estimated_turns_of_a_window(
    minutes: tuple[int, int, int, int], count: int
) -> None:
    assert estimated(a_service(*minutes), "1") == [count]
