"""Rows in order of their start, on parallel lists that are cut into leaves."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, Generic, TypeVar

T = TypeVar("T")
Leaf = tuple[list[int], list[int], list[T]]

LEAF_ROWS: Final = 512


class Rows(Generic[T]):
    """Rows ``(start, end, item)`` in order of start; equal starts in order of arrival.

    A leaf is three parallel lists: starts, ends, items. One that outgrows ``LEAF_ROWS`` is cut in
    halves, so that inserting in the middle moves little memory for any n; ``firsts`` keeps the
    first start of each leaf (of a single, empty one: any number).

    Searching costs O(log n), adding and removing O(log n) and at most ``LEAF_ROWS`` moved pointers
    a list.

    >>> rows = Rows()
    >>> rows.add(10, 20, "b")
    >>> rows.add(0, 30, "a")
    >>> list(rows)
    [(0, 30, 'a'), (10, 20, 'b')]
    """

    __slots__ = ("firsts", "leaves")

    def __init__(self) -> None:
        self.leaves: list[Leaf[T]] = [([], [], [])]
        self.firsts: list[int] = [0]

    def __len__(self) -> int:
        return sum(len(starts) for starts, _, _ in self.leaves)

    def __bool__(self) -> bool:
        return bool(self.leaves[0][0])

    def __iter__(self) -> Iterator[tuple[int, int, T]]:
        for starts, ends, items in self.leaves:
            yield from zip(starts, ends, items, strict=True)

    def leaves_within(self, start_us: int, end_us: int) -> list[Leaf[T]]:
        """Return the leaves from the last row that starts by ``start_us`` up to ``end_us``."""
        return self.leaves[
            max(bisect_right(self.firsts, start_us) - 1, 0) : max(
                bisect_left(self.firsts, end_us), 1
            )
        ]

    def add(self, start_us: int, end_us: int, item: T) -> None:
        """Add a row behind those with the same start."""
        number = max(bisect_right(self.firsts, start_us) - 1, 0)
        starts, ends, items = self.leaves[number]
        at = bisect_right(starts, start_us)
        starts.insert(at, start_us)
        ends.insert(at, end_us)
        items.insert(at, item)
        if not at:
            self.firsts[number] = start_us
        if len(starts) > LEAF_ROWS:
            self._split(number)

    def _split(self, number: int) -> None:
        """Cut a leaf in halves."""
        starts, ends, items = self.leaves[number]
        half = len(starts) // 2
        self.leaves[number : number + 1] = [
            (starts[:half], ends[:half], items[:half]),
            (starts[half:], ends[half:], items[half:]),
        ]
        self.firsts.insert(number + 1, starts[half])

    def remove(self, start_us: int, end_us: int, item: T) -> None:
        """Remove a row: the very item that was added, by identity.

        Raises:
            AssertionError: If it is not there; nothing is changed.
        """
        first = max(bisect_left(self.firsts, start_us) - 1, 0)
        # Equal starts may run on from one leaf into the next, and so may the search.
        for number in range(first, bisect_right(self.firsts, start_us)):
            starts, ends, items = self.leaves[number]
            for at in range(bisect_left(starts, start_us), bisect_right(starts, start_us)):
                if items[at] is item and ends[at] == end_us:
                    self._delete(number, at)
                    return
        raise AssertionError("no such row to remove")

    def _delete(self, number: int, at: int) -> None:
        starts, ends, items = self.leaves[number]
        del starts[at], ends[at], items[at]
        if not starts and len(self.leaves) > 1:
            del self.leaves[number], self.firsts[number]
        elif starts and not at:
            self.firsts[number] = starts[0]

    def _check(self) -> None:
        assert len(self.leaves) == len(self.firsts) >= 1
        for first, (starts, ends, items) in zip(self.firsts, self.leaves, strict=True):
            assert len(starts) == len(ends) == len(items) <= LEAF_ROWS
            assert (first == starts[0]) if starts else len(self.leaves) == 1, (
                "with several leaves, none is empty"
            )
        rows = list(self)
        assert all(start < end for start, end, _ in rows), "a row is empty"
        assert all(one[0] <= two[0] for one, two in pairwise(rows)), "rows are out of order"
