"""The live stays of one resource: they never overlap."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, Generic, TypeVar

T = TypeVar("T")

LEAF_STAYS: Final = 64
NEVER: Final = 1 << 62

_FULL: Final = 2 * LEAF_STAYS + 1


class DisjointIndex(Generic[T]):
    """The live, disjoint stays ``[start, end)`` of one resource, in microseconds below ``NEVER``.

    The stays are disjoint, so their bounds ``start, end, start, end …`` are one sorted list,
    and one bisection answers for an instant: an odd place is inside a stay, an even one is before
    the next. The list is cut into leaves of at most ``LEAF_STAYS`` stays, so that an insertion
    moves little memory for any n. Each leaf closes with the first start of the next leaf (the last
    one with ``NEVER``), so that a check never needs to look at two. The items are found by their
    start.

    Costs: a check O(log n), a listing O(log n + k), a change O(log n) and at most a leaf of moved
    pointers.

    >>> stays = DisjointIndex()
    >>> stays.add(0, 10, "early")
    >>> stays.add(20, 30, "late")
    >>> stays.find_overlap(5, 25), stays.find_overlap(10, 20), stays.gaps(5, 25)
    ('early', None, [(10, 20)])
    """

    __slots__ = ("_items", "_leaves", "_maxes")

    def __init__(self) -> None:
        self._leaves: list[list[int]] = [[NEVER]]
        self._maxes: list[int] = [NEVER]
        self._items: dict[int, T] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        """Iterate over the items in order of start."""
        for bounds in self._leaves:
            yield from map(self._items.__getitem__, bounds[:-1:2])

    def __reversed__(self) -> Iterator[T]:
        """Iterate over the items, the last first."""
        for bounds in reversed(self._leaves):
            yield from map(self._items.__getitem__, bounds[-3::-2])

    def add(self, start_us: int, end_us: int, item: T) -> None:
        """Add a stay. The caller has checked that it is not empty and overlaps none.

        Raises:
            AssertionError: If it is empty or overlaps one that is there; nothing is changed.
        """
        in_the_way = self.add_free(start_us, end_us, item)
        assert in_the_way is None, "the stay overlaps another"

    def add_free(self, start_us: int, end_us: int, item: T) -> T | None:
        """Add a stay, or return the earliest that it overlaps; nothing is changed then.

        Raises:
            AssertionError: If it is empty or endless; nothing is changed.
        """
        assert start_us < end_us <= NEVER, "the stay is empty or endless"
        number = bisect_right(self._maxes, start_us)
        bounds = self._leaves[number]
        at = bisect_right(bounds, start_us)
        if at & 1:
            return self._items[bounds[at - 1]]
        if bounds[at] < end_us:
            return self._items[bounds[at]]
        # Twice ``insert`` is quicker than one slice assignment in a list as short as a leaf.
        bounds.insert(at, end_us)
        bounds.insert(at, start_us)
        self._items[start_us] = item
        if len(bounds) > _FULL:
            self._split(number)
        return None

    def remove(self, start_us: int, end_us: int, item: T) -> None:
        """Remove a stay: the very item that was added, by identity.

        Raises:
            AssertionError: If exactly this one is not there; nothing is changed.
        """
        number = bisect_right(self._maxes, start_us)
        bounds = self._leaves[number]
        at = bisect_right(bounds, start_us)
        held = self._items.pop(start_us, None)
        if held is not item or bounds[at] != end_us:
            if held is not None:
                self._items[start_us] = held
            raise AssertionError("no such stay to remove")
        del bounds[at - 1 : at + 1]
        if at == 1 and len(self._maxes) > 1:
            self._merge(number)

    def find_overlap(self, start_us: int, end_us: int) -> T | None:
        """Find the earliest stay that overlaps ``[start, end)``. Touching is not overlapping."""
        bounds = self._leaves[bisect_right(self._maxes, start_us)]
        at = bisect_right(bounds, start_us)
        if at & 1:
            return self._items[bounds[at - 1]]
        start = bounds[at]
        return self._items[start] if start < end_us else None

    def find_beside(self, start_us: int, end_us: int) -> tuple[int, int]:
        """Find the last end at or before a start and the first start at or after an end. O(log n).

        0 and ``NEVER`` stand for none.
        """
        number = bisect_right(self._maxes, start_us)
        bounds = self._leaves[number]
        at = bisect_right(bounds, start_us)
        # An odd place is inside a stay, which ends later.
        place = at - 1 - (at & 1)
        # The bound that closes the leaf before is the first start of this one.
        earlier = self._leaves[number - 1][-2] if number else 0
        before = bounds[place] if place > 0 else earlier
        if not at & 1 and bounds[at] >= end_us:
            return before, bounds[at]
        bounds = self._leaves[bisect_left(self._maxes, end_us)]
        place = bisect_left(bounds, end_us)
        return before, bounds[place + (place & 1)]

    def overlapping(self, start_us: int, end_us: int) -> list[T]:
        """List the stays that share an instant with ``[start, end)``, in order of start."""
        items = self._items
        return [items[start] for start, _ in self.spans(start_us, end_us)]

    def spans(self, start_us: int, end_us: int) -> list[tuple[int, int]]:
        """List the unclipped bounds of the stays that overlap ``[start, end)``, in order."""
        number = bisect_right(self._maxes, start_us)
        bounds = self._leaves[number]
        low = bisect_right(bounds, start_us) & ~1
        if bounds[low] >= end_us:
            # Nearly every table is free on the day that is asked for.
            return []
        found: list[tuple[int, int]] = []
        while True:
            # The bound that closes a leaf belongs to the next one.
            high = min((bisect_left(bounds, end_us) + 1) & ~1, len(bounds) - 1)
            found += zip(bounds[low:high:2], bounds[low + 1 : high : 2], strict=True)
            if bounds[-1] >= end_us:
                return found
            number, low = number + 1, 0
            bounds = self._leaves[number]

    def gaps(self, start_us: int, end_us: int) -> list[tuple[int, int]]:
        """List the free stretches inside ``[start, end)``, in order; none is empty."""
        gaps: list[tuple[int, int]] = []
        free_from = start_us
        for start, end in self.spans(start_us, end_us):
            if free_from < start:
                gaps.append((free_from, start))
            free_from = end
        if free_from < end_us:
            gaps.append((free_from, end_us))
        return gaps

    def find_last(self) -> T | None:
        """Find the stay that ends last, which is also the one that starts last. O(1)."""
        return self._items[self._leaves[-1][-3]] if self._items else None

    def extent(self) -> tuple[int, int] | None:
        """Return the earliest start and the latest end; ``None`` if nothing is there. O(1)."""
        return (self._leaves[0][0], self._leaves[-1][-2]) if self._items else None

    def _split(self, number: int) -> None:
        """Split a leaf in halves."""
        bounds = self._leaves[number]
        half = len(bounds) // 4 * 2
        self._leaves[number : number + 1] = [bounds[: half + 1], bounds[half:]]
        self._maxes.insert(number, bounds[half])

    def _merge(self, number: int) -> None:
        """Drop an empty leaf, and close the leaf before with the first start of the next."""
        first = self._leaves[number][0]
        if number:
            self._maxes[number - 1] = self._leaves[number - 1][-1] = first
        if len(self._leaves[number]) == 1:
            # The leaf before now closes with what closed this one.
            del self._leaves[number], self._maxes[number]

    def _check(self) -> None:
        assert len(self._maxes) == len(self._leaves) >= 1
        firsts = [bounds[0] for bounds in self._leaves[1:]] + [NEVER]
        for top, first, bounds in zip(self._maxes, firsts, self._leaves, strict=True):
            assert top == first == bounds[-1], "a leaf does not close with the start of the next"
            assert len(bounds) & 1, "a leaf has a start without an end"
            assert len(bounds) <= _FULL
            assert len(bounds) > 1 or len(self._leaves) == 1, "with several leaves, one is empty"
        flat = [bound for bounds in self._leaves for bound in bounds[:-1]]
        stays = list(zip(flat[::2], flat[1::2], strict=True))
        assert all(start < end for start, end in stays), "a stay is empty"
        assert all(one[1] <= two[0] for one, two in pairwise(stays)), "two stays overlap"
        assert {start for start, _ in stays} == self._items.keys()
