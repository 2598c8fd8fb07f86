"""Overlaps: the pairs of stays of one resource that overlap, found by a sweep over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from fourtop.model.window import Window

T = TypeVar("T")


def overlapping_pairs(
    stays: Iterable[T], window_of: Callable[[T], Window]
) -> Iterator[tuple[T, T]]:
    """Yield every pair of stays that overlap, the one that begins first as its first.

    It compares each stay with those that have not ended at its start: O(n + pairs).

    Args:
        stays: The stays of one resource, by start.
        window_of: Returns the window of a stay.
    """
    still_there: list[T] = []
    for stay in stays:
        start_us = window_of(stay).start_us
        still_there = [each for each in still_there if window_of(each).end_us > start_us]
        for earlier in still_there:
            yield earlier, stay
        still_there.append(stay)
