"""The stays of one resource: disjoint, half-open, exact."""

from __future__ import annotations

import random

import pytest

from fourtop.timeline import DisjointIndex
from fourtop.timeline.disjoint_index import LEAF_STAYS, NEVER

DINNER = (1_000, 2_000)


@pytest.fixture
def stays() -> DisjointIndex[str]:
    index: DisjointIndex[str] = DisjointIndex()
    index.add(*DINNER, "dinner")
    return index


@pytest.mark.parametrize(
    ("start_us", "end_us"),
    [
        pytest.param(1_000, 2_000, id="equal"),
        pytest.param(1_200, 1_800, id="contained in the stay"),
        pytest.param(500, 2_500, id="containing the stay"),
        pytest.param(500, 1_001, id="straddling the start by one microsecond"),
        pytest.param(1_999, 2_500, id="straddling the end by one microsecond"),
        pytest.param(1_000, 1_001, id="the first microsecond"),
        pytest.param(1_999, 2_000, id="the last microsecond"),
    ],
)
def test_a_stay_that_shares_one_microsecond_is_in_the_way(
    stays: DisjointIndex[str], start_us: int, end_us: int
) -> None:
    assert stays.find_overlap(start_us, end_us) == "dinner"
    assert stays.overlapping(start_us, end_us) == ["dinner"]
    assert stays.spans(start_us, end_us) == [DINNER]
    with pytest.raises(AssertionError):
        stays.add(start_us, end_us, "rival")
    assert list(stays) == ["dinner"]
    stays._check()


@pytest.mark.parametrize(
    ("start_us", "end_us"), [(500, 1_000), (2_000, 2_001), (0, 1), (5_000, 6_000)]
)
def test_touching_is_not_overlapping(stays: DisjointIndex[str], start_us: int, end_us: int) -> None:
    assert stays.find_overlap(start_us, end_us) is None
    assert stays.overlapping(start_us, end_us) == []
    stays.add(start_us, end_us, "neighbour")
    assert len(stays) == 2
    stays._check()


def test_case_3_two_instants_sampled() -> None:
    stays: DisjointIndex[str] = DisjointIndex()
    minute = 60_000_000
    stays.add(30 * minute, 31 * minute, "short")
    # Neither the start plus a minute nor the end less a minute is inside the short stay; the window
    # contains it.
    assert stays.find_overlap(0, 120 * minute) == "short"
    assert stays.gaps(0, 120 * minute) == [(0, 30 * minute), (31 * minute, 120 * minute)]


def test_the_earliest_of_several_is_found() -> None:
    stays: DisjointIndex[str] = DisjointIndex()
    for start, name in ((30, "third"), (10, "first"), (20, "second")):
        stays.add(start, start + 5, name)
    assert stays.find_overlap(12, 40) == "first"
    assert stays.find_overlap(15, 40) == "second"
    assert stays.overlapping(0, 100) == ["first", "second", "third"]
    assert list(reversed(stays)) == ["third", "second", "first"]


def test_an_empty_index_is_all_gap() -> None:
    stays: DisjointIndex[str] = DisjointIndex()
    assert not stays
    assert stays.gaps(3, 9) == [(3, 9)]
    assert stays.find_last() is None
    assert stays.extent() is None
    assert list(reversed(stays)) == []
    stays._check()


def test_a_gap_is_never_empty(stays: DisjointIndex[str]) -> None:
    stays.add(2_000, 3_000, "late")
    assert stays.gaps(1_000, 3_000) == []
    assert stays.gaps(0, 3_001) == [(0, 1_000), (3_000, 3_001)]
    assert stays.gaps(1_500, 2_500) == []


@pytest.mark.parametrize(("start_us", "end_us"), [(5, 5), (6, 5), (5, NEVER + 1)])
def test_an_empty_or_endless_stay_is_a_broken_invariant(start_us: int, end_us: int) -> None:
    stays: DisjointIndex[str] = DisjointIndex()
    with pytest.raises(AssertionError):
        stays.add(start_us, end_us, "nothing")
    assert not stays


@pytest.mark.parametrize(
    ("start_us", "end_us", "item"),
    [(1_000, 2_000, "other"), (1_000, 1_500, "dinner"), (1_500, 2_000, "dinner"), (0, 5, "dinner")],
)
def test_only_exactly_what_is_there_can_be_removed(
    stays: DisjointIndex[str], start_us: int, end_us: int, item: str
) -> None:
    with pytest.raises(AssertionError):
        stays.remove(start_us, end_us, item)
    assert stays.overlapping(0, 5_000) == ["dinner"]
    stays._check()


def test_many_stays_come_and_go_in_any_order() -> None:
    draw = random.Random(20260501)
    rows = [(at * 10, at * 10 + draw.choice((3, 10)), at) for at in range(12 * LEAF_STAYS)]
    stays: DisjointIndex[int] = DisjointIndex()
    for row in draw.sample(rows, len(rows)):
        stays.add(*row)
    stays._check()
    assert list(stays) == [item for _, _, item in rows]
    assert list(reversed(stays)) == [item for _, _, item in reversed(rows)]
    assert stays.extent() == (0, rows[-1][1])
    for start in range(0, len(rows) * 10, 777):
        expected = [item for first, last, item in rows if first < start + 5_000 and last > start]
        assert stays.overlapping(start, start + 5_000) == expected
        assert stays.find_overlap(start, start + 5_000) == expected[0]
    for number, row in enumerate(draw.sample(rows, len(rows))):
        stays.remove(*row)
        if number % 50 == 0:
            stays._check()
    assert not stays
    stays._check()


def test_a_leaf_that_empties_from_either_end_leaves_the_others_whole() -> None:
    rows = [(at * 10, at * 10 + 5, at) for at in range(5 * LEAF_STAYS)]
    for order in (rows, rows[::-1], rows[len(rows) // 2 :] + rows[: len(rows) // 2]):
        stays: DisjointIndex[int] = DisjointIndex()
        for row in rows:
            stays.add(*row)
        for gone, row in enumerate(order, 1):
            stays.remove(*row)
            if gone % LEAF_STAYS < 2:
                stays._check()
                assert len(stays) == len(rows) - gone
                assert set(stays) == {item for _, _, item in order[gone:]}
                assert stays.find_last() == max((item for _, _, item in order[gone:]), default=None)
