"""Rows that may overlap: complete answers whatever their lengths."""

from __future__ import annotations

import random

import pytest

from fourtop.timeline import OverlappingIndex
from fourtop.timeline.overlapping_index import SHORTEST_CLASS_US
from fourtop.timeline.sorted_intervals import LEAF_ROWS

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE


def layered() -> OverlappingIndex[str]:
    return OverlappingIndex(key=str)


def test_rows_may_overlap_in_any_way() -> None:
    rows = layered()
    for name in ("a", "b", "c"):
        rows.add(10, 20, name)
    assert rows.overlapping(0, 11) == ["a", "b", "c"]
    assert len(rows) == 3
    rows._check()


def test_equal_starts_are_ordered_by_key_whatever_the_order_of_arrival() -> None:
    names = ["d", "a", "c", "b"]
    rows = layered()
    for length, name in enumerate(names, 1):
        rows.add(100, 100 + length * SHORTEST_CLASS_US * 4, name)
    rows.add(50, 101, "z")
    assert rows.overlapping(100, 101) == ["z", "a", "b", "c", "d"]
    assert rows.find_overlap(101, 102) == "a"


def test_a_month_long_row_is_found_from_its_last_microsecond() -> None:
    rows = layered()
    rows.add(0, 31 * DAY, "month")
    rows.add(30 * DAY, 30 * DAY + 1, "instant")
    assert rows.overlapping(31 * DAY - 1, 32 * DAY) == ["month"]
    assert rows.overlapping(31 * DAY, 32 * DAY) == []
    assert rows.overlapping(30 * DAY, 31 * DAY) == ["month", "instant"]
    assert rows.extent() == (0, 31 * DAY)


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_row_at_the_limit_of_its_class_is_found_at_both_its_ends(number: int, over: int) -> None:
    rows = layered()
    length = (SHORTEST_CLASS_US << 2 * number) + over
    rows.add(1_000, 1_000 + length, "row")
    rows._check()
    assert rows.overlapping(0, 1_001) == ["row"]
    assert rows.overlapping(999 + length, 1_000 + length) == ["row"]
    assert rows.overlapping(0, 1_000) == rows.overlapping(1_000 + length, 2_000 + length) == []


def test_gaps_are_where_no_row_is() -> None:
    rows = layered()
    assert rows.gaps(0, 10) == [(0, 10)]
    rows.add(2, 6, "a")
    rows.add(4, 5, "b")
    rows.add(6, 8, "c")
    assert rows.gaps(0, 10) == [(0, 2), (8, 10)]
    assert rows.gaps(3, 7) == []


def test_an_empty_index_has_nothing() -> None:
    rows = layered()
    assert not rows
    assert rows.find_overlap(0, 10) is None
    assert rows.extent() is None
    with pytest.raises(AssertionError):
        rows.add(5, 5, "empty")
    with pytest.raises(AssertionError):
        rows.remove(5, 6, "absent")
    assert not rows


def test_only_exactly_what_is_there_can_be_removed() -> None:
    rows = layered()
    rows.add(5, 10, "a")
    for start_us, end_us, name in ((5, 10, "b"), (5, 9, "a"), (4, 10, "a"), (6, 10, "a")):
        with pytest.raises(AssertionError):
            rows.remove(start_us, end_us, name)
    assert list(rows) == ["a"]
    rows.remove(5, 10, "a")
    assert not rows
    rows._check()


def test_more_equal_starts_than_a_leaf_holds_can_be_removed_one_by_one() -> None:
    draw = random.Random(3)
    rows: OverlappingIndex[int] = OverlappingIndex(key=int)
    names = list(range(3 * LEAF_ROWS))
    for name in names:
        rows.add(1_000, 2_000, name)
    rows.add(10, 20, -1)
    rows._check()
    assert rows.overlapping(0, 3_000) == [-1, *names]
    for name in draw.sample(names, len(names)):
        rows.remove(1_000, 2_000, names[name])
    assert list(rows) == [-1]
    rows._check()


def test_equal_starts_in_several_leaves_are_all_found_at_their_last_microsecond() -> None:
    rows: OverlappingIndex[int] = OverlappingIndex(key=int)
    names = list(range(3 * LEAF_ROWS))
    end = 1_000 + 4 * SHORTEST_CLASS_US
    for name in names:
        rows.add(1_000, end, name)
    for name in range(10):
        rows.add(500 + name, 600 + name + SHORTEST_CLASS_US, -name)
    assert rows.overlapping(end - 1, end + 5) == names
    assert rows.gaps(end - 1, end + 5) == [(end, end + 5)]
    assert rows.overlapping(end, end + 5) == []


def test_the_latest_end_may_belong_to_an_earlier_start() -> None:
    rows: OverlappingIndex[int] = OverlappingIndex(key=int)
    for at in range(3 * LEAF_ROWS):
        rows.add(at * MINUTE, at * MINUTE + 1, at)
    middle = 3 * LEAF_ROWS // 2 * MINUTE
    rows.add(3 * LEAF_ROWS * MINUTE - MINUTE // 2, 3 * LEAF_ROWS * MINUTE + MINUTE, -1)
    rows.add(middle, middle + 31 * DAY, -2)
    assert rows.extent() == (0, middle + 31 * DAY)
    rows.remove(middle, middle + 31 * DAY, -2)
    assert rows.extent() == (0, 3 * LEAF_ROWS * MINUTE + MINUTE)
