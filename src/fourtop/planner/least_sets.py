"""Least sets: the sets of tables that contain no other one of those that fit a party.

A party that gets by with some tables leaves the others to the rest, so only its least sets decide
whether several parties can sit together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator


def least_sets(masks: Iterable[int]) -> tuple[int, ...]:
    """Return those of some sets that contain no other one, in their order.

    O(sets · 2^tables of a set).
    """
    listed = tuple(masks)
    known = frozenset(listed)
    return tuple(mask for mask in listed if not any(_smaller(mask, known)))


def _smaller(mask: int, masks: Collection[int]) -> Iterator[bool]:
    """Tell of each proper part of a set whether it is one of some sets."""
    part = (mask - 1) & mask
    while part:
        yield part in masks
        part = (part - 1) & mask
