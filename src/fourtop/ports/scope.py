"""Scopes: what a view may be asked about."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

import attrs

from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window

_HALF_DAY_US = 12 * 60 * MICROSECONDS_PER_MINUTE


@attrs.frozen
class Scope:
    """What a transaction or a read may look at, in one restaurant.

    Anything outside it is an ``AssertionError`` in every store: a row that was not loaded must never read
    as "free". The restaurant's house and versions are always inside.

    Args:
        restaurant_id: The tenant.
        windows: Occupancy, bookings and holds that overlap one of these (each at most 31 days).
        bookings: These bookings, with their allocations and the holds made for them.
        holds: These holds, with their allocations and their confirmation.
        blocks: These blocks, with their allocations.
        tables: The last allocation of each of these tables.
        answers: The stored answers of these (command, key) pairs.
        sessions: How many holds of each of these sessions, and of the restaurant, are alive.
        counts_holds: How many holds of the restaurant are alive.
    """

    restaurant_id: str
    windows: tuple[Window, ...] = ()
    bookings: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    answers: frozenset[tuple[str, str]] = frozenset()
    sessions: frozenset[str] = frozenset()
    counts_holds: bool = False

    def __or__(self, other: Scope) -> Scope:
        """Return the scope that holds both; they are of one restaurant."""
        assert self.restaurant_id == other.restaurant_id, "scopes of two restaurants cannot be joined"
        return Scope(
            restaurant_id=self.restaurant_id,
            windows=(*self.windows, *(window for window in other.windows if window not in self.windows)),
            bookings=self.bookings | other.bookings,
            holds=self.holds | other.holds,
            blocks=self.blocks | other.blocks,
            tables=self.tables | other.tables,
            answers=self.answers | other.answers,
            sessions=self.sessions | other.sessions,
            counts_holds=self.counts_holds or other.counts_holds,
        )

    @cached_property
    def _spans(self) -> tuple[list[int], list[int]]:
        starts: list[int] = []
        ends: list[int] = []
        for window in sorted(self.windows):
            if ends and window.start_us <= ends[-1]:
                ends[-1] = max(ends[-1], window.end_us)
            else:
                starts.append(window.start_us)
                ends.append(window.end_us)
        return starts, ends

    def covers(self, window: Window) -> bool:
        """Tell whether every instant of a window lies in one of the scope's windows. O(log n)."""
        starts, ends = self._spans
        place = bisect_right(starts, window.start_us) - 1
        return place >= 0 and window.end_us <= ends[place]


def around(start_us: int) -> Window:
    """Return the day around a start: it holds the stay that begins there and, mostly, its whole service."""
    return Window.of_micros(max(start_us - _HALF_DAY_US, 0), start_us + _HALF_DAY_US)
