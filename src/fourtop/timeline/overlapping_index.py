"""Rows that may overlap freely, sorted into classes by their length."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from operator import attrgetter, itemgetter
from typing import Any, Final, Generic, TypeVar

from fourtop.timeline.sorted_intervals import Rows

T = TypeVar("T")

SHORTEST_CLASS_US: Final = 15 * 60_000_000


class OverlappingIndex(Generic[T]):
    """Rows ``[start, end)`` in microseconds that may overlap each other in any way.

    A row goes into the class ``k`` of its length: at most 15 minutes times 4 to the power ``k``.
    What overlaps an instant must have started at most one class length before it, so that a class
    of short rows is searched over a short stretch, however long the rows of another class are: one
    month-long row costs one more class and nothing else. (A single list in order of start must
    be searched back by its longest row.)

    Costs: a listing O(c log n + k') with c classes (7 up to 31 days) and k' rows in reach, which
    are at most the rows found and those of the same class just before; a change O(log n) and at
    most a leaf of moved pointers.

    Args:
        key: Gives the order of rows with equal starts; by default their ``order_key``. Rows with
            equal keys stay in order of arrival.

    >>> rows = OverlappingIndex(key=str)
    >>> rows.add(0, 30, "long")
    >>> rows.add(0, 10, "brief")
    >>> rows.overlapping(5, 6), rows.find_overlap(10, 20), rows.gaps(20, 40)
    (['brief', 'long'], 'long', [(30, 40)])
    """

    __slots__ = ("_classes", "_key")

    def __init__(self, key: Callable[[T], Any] = attrgetter("order_key")) -> None:
        self._classes: dict[int, Rows[T]] = {}
        self._key = key

    def __len__(self) -> int:
        return sum(map(len, self._classes.values()))

    def __bool__(self) -> bool:
        return bool(self._classes)

    def __iter__(self) -> Iterator[T]:
        """Iterate over the items, class by class."""
        for rows in self._classes.values():
            for _, _, items in rows.leaves:
                yield from items

    def add(self, start_us: int, end_us: int, item: T) -> None:
        """Add a row.

        Raises:
            AssertionError: If it is empty; nothing is changed.
        """
        assert start_us < end_us, "a row is not empty"
        number = _class_of(end_us - start_us)
        rows = self._classes.get(number)
        if rows is None:
            rows = self._classes[number] = Rows()
        rows.add(start_us, end_us, item)

    def remove(self, start_us: int, end_us: int, item: T) -> None:
        """Remove a row: the very item that was added, by identity.

        Raises:
            AssertionError: If exactly this one is not there; nothing is changed.
        """
        number = _class_of(end_us - start_us)
        rows = self._classes.get(number)
        assert rows is not None, "no such row to remove"
        rows.remove(start_us, end_us, item)
        if not rows:
            del self._classes[number]

    def find_overlap(self, start_us: int, end_us: int) -> T | None:
        """Find the first row that overlaps ``[start, end)``, in the order of ``overlapping``."""
        found = self._reach(start_us, end_us)
        return min(found, key=self._order)[2] if found else None

    def overlapping(self, start_us: int, end_us: int) -> list[T]:
        """List the rows that overlap ``[start, end)``, in order of start, then key."""
        return [item for _, _, item in sorted(self._reach(start_us, end_us), key=self._order)]

    def gaps(self, start_us: int, end_us: int) -> list[tuple[int, int]]:
        """List the stretches inside ``[start, end)`` without any row, in order; none is empty."""
        gaps: list[tuple[int, int]] = []
        free_from = start_us
        for start, end, _ in sorted(self._reach(start_us, end_us), key=itemgetter(0)):
            if free_from < start:
                gaps.append((free_from, start))
            free_from = max(free_from, end)
        if free_from < end_us:
            gaps.append((free_from, end_us))
        return gaps

    def extent(self) -> tuple[int, int] | None:
        """Return the earliest start and the latest end; ``None`` if nothing is there."""
        if not self._classes:
            return None
        first = min(rows.firsts[0] for rows in self._classes.values())
        return first, max(
            _latest_end(rows, _longest(number)) for number, rows in self._classes.items()
        )

    def _reach(self, start_us: int, end_us: int) -> list[tuple[int, int, T]]:
        """List (start, end, item) of the overlapping rows, in no particular order."""
        found: list[tuple[int, int, T]] = []
        for number, rows in self._classes.items():
            after_us = start_us - _longest(number)
            for starts, ends, items in rows.leaves_within(after_us, end_us):
                low, high = bisect_right(starts, after_us), bisect_left(starts, end_us)
                # What starts inside the window overlaps it for certain; only what started before
                # may have ended.
                inside = bisect_left(starts, start_us, low, high)
                found += [
                    (starts[at], ends[at], items[at])
                    for at in range(low, inside)
                    if ends[at] > start_us
                ]
                found += zip(
                    starts[inside:high], ends[inside:high], items[inside:high], strict=True
                )
        return found

    def _order(self, found: tuple[int, int, T]) -> tuple[int, Any]:
        return found[0], self._key(found[2])

    def _check(self) -> None:
        for number, rows in self._classes.items():
            rows._check()  # noqa: SLF001  # the same package's own structure
            assert rows, "an empty class is kept"
            assert all(_class_of(end - start) == number for start, end, _ in rows), (
                "a row is in a wrong class"
            )


def _class_of(length_us: int) -> int:
    """Return the number of the shortest class that takes this length."""
    return (((length_us - 1) // SHORTEST_CLASS_US).bit_length() + 1) >> 1


def _longest(number: int) -> int:
    """Return the greatest length of a class."""
    return SHORTEST_CLASS_US << 2 * number


def _latest_end(rows: Rows[Any], longest_us: int) -> int:
    """Return the latest end of a class; rows that start too long before it are not looked at."""
    latest = 0
    for starts, ends, _ in reversed(rows.leaves):
        if starts[-1] + longest_us <= latest:
            break
        latest = max(latest, *ends)
    return latest
