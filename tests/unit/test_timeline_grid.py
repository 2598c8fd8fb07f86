"""The grid of slots: a filter that the exact indexes complete."""

from __future__ import annotations

import random

import pytest

from fourtop.timeline import DisjointIndex, SlotGrid
from fourtop.timeline.slot_grid import DAY_US, SLOT_US

MINUTE = 60_000_000
HOUR = 60 * MINUTE
MIDNIGHT = 20_000 * DAY_US
EVENING = MIDNIGHT + 19 * HOUR


class Floor:
    """A grid with its indexes, changed together, as the occupancy does."""

    def __init__(self, tables: int = 2) -> None:
        self.indexes: list[DisjointIndex[str]] = [DisjointIndex() for _ in range(tables)]
        self.grid = SlotGrid(self.indexes)

    def add(self, bit: int, start_us: int, end_us: int) -> None:
        self.indexes[bit].add(start_us, end_us, "stay")
        self.grid.add(bit, start_us, end_us)

    def remove(self, bit: int, start_us: int, end_us: int) -> None:
        self.indexes[bit].remove(start_us, end_us, "stay")
        self.grid.remove(bit, start_us, end_us)

    def busy(self, start_us: int, end_us: int) -> int:
        """Ask three ways, perhaps of the indexes first and then of the slots; expect one answer."""
        masks = {self.grid.busy_mask(start_us, end_us) for _ in range(3)}
        masks |= set(self.grid.busy_masks([start_us, start_us], end_us - start_us))
        self.grid._check()
        (mask,) = masks
        return mask


@pytest.fixture
def floor() -> Floor:
    floor = Floor()
    floor.busy(EVENING, EVENING + HOUR)
    return floor


def test_touching_parties_share_a_table(floor: Floor) -> None:
    floor.add(0, EVENING, EVENING + 95 * MINUTE)
    assert floor.busy(EVENING + 95 * MINUTE, EVENING + 180 * MINUTE) == 0
    assert floor.busy(EVENING + 95 * MINUTE - 1, EVENING + 180 * MINUTE) == 1
    assert floor.busy(EVENING - HOUR, EVENING) == 0
    assert floor.busy(EVENING - HOUR, EVENING + 1) == 1


def test_case_3_two_instants_sampled(floor: Floor) -> None:
    floor.add(1, EVENING + 50 * MINUTE, EVENING + 51 * MINUTE)
    assert floor.busy(EVENING, EVENING + 2 * HOUR) == 0b10
    assert floor.busy(EVENING + 50 * MINUTE + 1, EVENING + 50 * MINUTE + 2) == 0b10
    assert floor.busy(EVENING + 51 * MINUTE, EVENING + 2 * HOUR) == 0


def test_two_stays_in_one_slot_are_told_apart(floor: Floor) -> None:
    floor.add(0, EVENING + 1 * MINUTE, EVENING + 4 * MINUTE)
    floor.add(0, EVENING + 9 * MINUTE, EVENING + 12 * MINUTE)
    assert floor.busy(EVENING + 4 * MINUTE, EVENING + 9 * MINUTE) == 0
    assert floor.busy(EVENING - HOUR, EVENING + 1 * MINUTE) == 0
    assert floor.busy(EVENING + 12 * MINUTE, EVENING + HOUR) == 0
    assert floor.busy(EVENING + 4 * MINUTE, EVENING + HOUR) == 1
    floor.remove(0, EVENING + 9 * MINUTE, EVENING + 12 * MINUTE)
    assert floor.busy(EVENING + 4 * MINUTE, EVENING + HOUR) == 0
    assert floor.busy(EVENING, EVENING + HOUR) == 1


def test_removing_a_stay_leaves_its_neighbour_in_the_slot_that_they_share(floor: Floor) -> None:
    early = (EVENING - 90 * MINUTE, EVENING + 5 * MINUTE)
    late = (EVENING + 5 * MINUTE, EVENING + 95 * MINUTE)
    floor.add(0, *early)
    floor.add(0, *late)
    floor.remove(0, *early)
    assert floor.busy(EVENING, EVENING + 15 * MINUTE) == 1
    assert floor.busy(*early) == 0
    floor.add(0, *early)
    floor.remove(0, *late)
    assert floor.busy(EVENING, EVENING + 15 * MINUTE) == 1
    assert floor.busy(*late) == 0


def test_a_window_over_midnight_is_exact_on_both_sides(floor: Floor) -> None:
    midnight = MIDNIGHT + DAY_US
    floor.add(0, midnight - 3 * MINUTE, midnight)
    floor.add(1, midnight, midnight + 3 * MINUTE)
    assert floor.busy(midnight - HOUR, midnight + HOUR) == 0b11
    assert floor.busy(midnight - HOUR, midnight) == 0b01
    assert floor.busy(midnight, midnight + HOUR) == 0b10
    assert floor.busy(midnight - 1, midnight + 1) == 0b11
    assert floor.busy(midnight - HOUR, midnight - 3 * MINUTE) == 0
    assert floor.busy(midnight - 2 * MINUTE, midnight + 60 * MINUTE) == 0b11


def test_a_stay_of_whole_days_is_seen_by_every_window_that_it_meets(floor: Floor) -> None:
    start, end = MIDNIGHT - 3 * DAY_US + 7 * MINUTE, MIDNIGHT + 20 * DAY_US
    floor.add(0, start, end)
    for from_us, to_us in (
        (EVENING, EVENING + 1),
        (EVENING, EVENING + 2 * HOUR),
        (EVENING + 7 * MINUTE, EVENING + 125 * MINUTE),
        (MIDNIGHT + DAY_US - 5 * MINUTE, MIDNIGHT + DAY_US + 5 * MINUTE),
        (MIDNIGHT + DAY_US - 5 * MINUTE, MIDNIGHT + DAY_US + HOUR),
        (end - 1, end + HOUR),
        (start - HOUR, start + 1),
        (MIDNIGHT, MIDNIGHT + 31 * DAY_US),
    ):
        assert floor.busy(from_us, to_us) == 0b01
    assert floor.busy(end, end + 2 * HOUR) == floor.busy(start - 2 * HOUR, start) == 0
    floor.remove(0, start, end)
    assert floor.busy(EVENING, EVENING + HOUR) == 0


def test_a_stay_of_one_whole_day_is_seen_by_a_window_that_barely_reaches_into_it(
    floor: Floor,
) -> None:
    start, end = MIDNIGHT + DAY_US, MIDNIGHT + 2 * DAY_US
    floor.add(1, start, end)
    for minutes in (1, 7, 15, 22):
        assert floor.busy(start - 2 * HOUR, start + minutes * MINUTE) == 0b10
        assert floor.busy(end - minutes * MINUTE, end + 2 * HOUR) == 0b10
        assert (
            floor.busy(start - minutes * MINUTE, start)
            == floor.busy(end, end + minutes * MINUTE)
            == 0
        )


def test_a_free_day_is_written_to_only_in_a_copy_of_its_own(floor: Floor) -> None:
    other = Floor()
    assert other.busy(EVENING, EVENING + HOUR) == 0
    floor.add(0, EVENING, EVENING + HOUR)
    assert other.busy(EVENING, EVENING + HOUR) == 0
    floor.remove(0, EVENING, EVENING + HOUR)
    assert floor.busy(EVENING, EVENING + HOUR) == 0


def test_starts_come_back_in_their_own_order(floor: Floor) -> None:
    floor.add(0, EVENING, EVENING + HOUR)
    starts = [
        EVENING + HOUR,
        EVENING,
        EVENING - 2 * HOUR,
        EVENING + 59 * MINUTE,
        EVENING + 30 * DAY_US,
    ]
    assert floor.grid.busy_masks(starts, HOUR) == [0, 1, 0, 1, 0]
    assert floor.grid.busy_masks(starts[:4], HOUR) == [0, 1, 0, 1]
    assert floor.grid.busy_masks(starts[:4], MINUTE) == [0, 1, 0, 1]
    assert floor.grid.busy_masks([], HOUR) == []


@pytest.mark.parametrize("step_us", [SLOT_US, 5 * MINUTE, 1, 7 * MINUTE + 11])
def test_all_starts_of_an_evening_equal_single_questions(step_us: int) -> None:
    draw = random.Random(step_us)
    floor = Floor(40)
    for bit in range(40):
        at = MIDNIGHT + 17 * HOUR + draw.randrange(0, 120) * MINUTE
        while at < MIDNIGHT + 30 * HOUR:
            end = at + draw.choice((75, 95, 120)) * MINUTE + draw.choice((0, 0, 1))
            floor.add(bit, at, end)
            at = end + draw.choice((0, 10, 35, 100)) * MINUTE
    floor.add(39, MIDNIGHT - 10 * DAY_US, MIDNIGHT + 17 * HOUR)
    for length in (
        1,
        10 * MINUTE,
        SLOT_US,
        2 * SLOT_US,
        95 * MINUTE,
        2 * HOUR,
        26 * HOUR,
        47 * HOUR,
    ):
        starts = [MIDNIGHT + 20 * HOUR + at * step_us for at in range(-12, 12)]
        expected = [
            sum(
                1 << bit
                for bit, index in enumerate(floor.indexes)
                if index.find_overlap(at, at + length) is not None
            )
            for at in starts
        ]
        assert floor.grid.busy_masks(starts, length) == expected
        assert [floor.busy(at, at + length) for at in starts] == expected
