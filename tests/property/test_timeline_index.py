"""Laws of the two indexes, judged by lists with loops."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourtop.timeline import DisjointIndex, OverlappingIndex
from fourtop.timeline.overlapping_index import SHORTEST_CLASS_US

Row = tuple[int, int, int]

LENGTHS = st.one_of(
    st.integers(1, 30),
    st.sampled_from([SHORTEST_CLASS_US * 4**k + over for k in range(4) for over in (-1, 0, 1)]),
    st.integers(1, SHORTEST_CLASS_US * 300),
)
STARTS = st.one_of(st.integers(0, 60), st.integers(0, SHORTEST_CLASS_US * 400))
SPANS = st.tuples(STARTS, LENGTHS).map(lambda pair: (pair[0], pair[0] + pair[1]))
MANY = st.lists(SPANS, max_size=40)

a_few = settings(max_examples=50)


def numbered(spans: Sequence[tuple[int, int]]) -> list[Row]:
    return [(start, end, number) for number, (start, end) in enumerate(spans)]


def disjoint(spans: Sequence[tuple[int, int]]) -> list[Row]:
    """Keep of the spans those that overlap none kept before."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if all(end <= other_start or other_end <= start for other_start, other_end in kept):
            kept.append((start, end))
    return numbered(kept)


def hits(rows: Sequence[Row], start_us: int, end_us: int) -> list[Row]:
    found = [row for row in rows if row[0] < end_us and row[1] > start_us]
    return sorted(found, key=lambda row: (row[0], row[2]))


def free(rows: Sequence[Row], start_us: int, end_us: int) -> list[tuple[int, int]]:
    """Cut each row out of the window, one after the other."""
    gaps = [(start_us, end_us)]
    for start, end, _ in rows:
        gaps = [
            (low, high)
            for gap_start, gap_end in gaps
            for low, high in ((gap_start, min(gap_end, start)), (max(gap_start, end), gap_end))
            if low < high
        ]
    return sorted(set(gaps))


def filled_resource(rows: Sequence[Row]) -> DisjointIndex[int]:
    index: DisjointIndex[int] = DisjointIndex()
    for row in rows:
        index.add(*row)
    index._check()
    return index


def filled_layers(rows: Sequence[Row]) -> OverlappingIndex[int]:
    index: OverlappingIndex[int] = OverlappingIndex(key=int)
    for row in rows:
        index.add(*row)
    index._check()
    return index


@a_few
@given(MANY, SPANS)
def test_disjoint_stays_are_listed_as_a_loop_lists_them(
    spans: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    rows = disjoint(spans)
    index = filled_resource(rows)
    expected = hits(rows, *asked)
    assert index.overlapping(*asked) == [item for _, _, item in expected]
    assert index.spans(*asked) == [(start, end) for start, end, _ in expected]
    assert index.find_overlap(*asked) == (expected[0][2] if expected else None)


@a_few
@given(MANY, SPANS)
def test_rows_that_overlap_are_listed_as_a_loop_lists_them(
    spans: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    rows = numbered(spans)
    index = filled_layers(rows)
    expected = [item for _, _, item in hits(rows, *asked)]
    assert index.overlapping(*asked) == expected
    assert index.find_overlap(*asked) == (expected[0] if expected else None)


@a_few
@given(MANY, SPANS)
def test_gaps_are_what_is_left_when_all_stays_are_cut_out(
    spans: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    rows = disjoint(spans)
    assert filled_resource(rows).gaps(*asked) == free(rows, *asked)
    everything = numbered(spans)
    assert filled_layers(everything).gaps(*asked) == free(everything, *asked)


@a_few
@given(MANY)
def test_the_extent_runs_from_the_first_start_to_the_last_end(spans: list[tuple[int, int]]) -> None:
    for rows, extent in (
        (disjoint(spans), filled_resource(disjoint(spans)).extent()),
        (numbered(spans), filled_layers(numbered(spans)).extent()),
    ):
        assert extent == (
            (min(row[0] for row in rows), max(row[1] for row in rows)) if rows else None
        )


@a_few
@given(MANY, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_show(
    spans: list[tuple[int, int]], draw: random.Random
) -> None:
    for rows in (disjoint(spans), numbered(spans)):
        shuffled = list(rows)
        draw.shuffle(shuffled)
        everything = (0, 10**15)
        assert filled_layers(rows).overlapping(*everything) == filled_layers(shuffled).overlapping(
            *everything
        )
    rows = disjoint(spans)
    assert list(filled_resource(rows)) == list(filled_resource(rows[::-1]))


@a_few
@given(MANY, st.data())
def test_what_was_removed_was_never_there(
    spans: list[tuple[int, int]], data: st.DataObject
) -> None:
    rows = disjoint(spans)
    gone = data.draw(st.lists(st.sampled_from(rows), unique=True)) if rows else []
    left = [row for row in rows if row not in gone]
    resource, layers = filled_resource(rows), filled_layers(rows)
    for row in gone:
        resource.remove(*row)
        layers.remove(*row)
        resource._check()
        layers._check()
    everything = (0, 10**15)
    assert (
        resource.overlapping(*everything)
        == layers.overlapping(*everything)
        == [row[2] for row in hits(left, *everything)]
    )
    assert len(resource) == len(layers) == len(left)
    for row in gone:
        with pytest.raises(AssertionError):
            resource.remove(*row)
        with pytest.raises(AssertionError):
            layers.remove(*row)
