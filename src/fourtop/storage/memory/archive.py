"""The archive of one restaurant: past allocations, kept apart from the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fourtop.model.allocation import Allocation, OwnerKind
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.timeline import Occupancy

_DAY_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE


class Archive:
    """The archived rows of one restaurant, in order of arrival. Not thread-safe."""

    def __init__(self) -> None:
        self._rows: list[Allocation] = []

    def __len__(self) -> int:
        return len(self._rows)

    def shorten(self, length: int) -> None:
        """Drop the rows that arrived last, until so many are left."""
        del self._rows[length:]

    def take(self, occupancy: Occupancy, allocation_id: str) -> None:
        """Move a row out of an occupancy into the archive."""
        row = occupancy.find(allocation_id)
        assert row is not None, "a row to archive has just been found"
        occupancy.remove(row)
        self._rows.append(row)

    def overlapping(self, window: Window) -> tuple[Allocation, ...]:
        """Return the rows that overlap a window, by ``order_key``. O(rows)."""
        found = (row for row in self._rows if row.window.overlaps(window))
        return tuple(sorted(found, key=lambda row: row.order_key))


def rows_over(occupancy: Occupancy, before_us: int) -> Iterator[tuple[int, str]]:
    """Yield (end, id) of the rows that end at an instant or earlier, by end and id.

    Rows of holds are left out. The days are searched one by one, so that a few rows of many are
    found without a look at all: a row that ends in a day (``start < end <= start + day``) overlaps
    it.
    """
    extent = occupancy.extent()
    start_us = before_us if extent is None else extent[0]
    while start_us < before_us:
        day = Window.of_micros(start_us, min(start_us + _DAY_US, before_us))
        ending = [
            (row.window.end_us, row.id)
            for row in occupancy.overlapping(day)
            if row.window.end_us <= day.end_us and row.owner_kind is not OwnerKind.HOLD
        ]
        yield from sorted(ending)
        start_us = day.end_us
