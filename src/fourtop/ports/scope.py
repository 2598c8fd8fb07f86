"""Scopes: the rows that a view may be asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from operator import attrgetter
from typing import Final

import attrs

from fourtop.model.allocation import Allocation
from fourtop.model.direct_init import direct_init
from fourtop.model.window import Window
from fourtop.ports.booking_list import Listing
from fourtop.ports.plain_records import RecordKind, RecordRef, by_kind
from fourtop.ports.seated import SEATED_REACH_US

# Faster than the order of windows, which compares two tuples of all fields.
_BOUNDS: Final = attrgetter("start_us", "end_us")


@direct_init
@attrs.frozen
class Scope:
    """The rows that a transaction or a read may see, in one restaurant.

    A question outside the scope is an ``AssertionError`` in every store: a row that was not loaded
    must never read as "free". The restaurant's house and versions are always inside. The seated
    parties are inside if a question of the scope depends on them: see ``sees_seated``.

    Args:
        restaurant_id: The tenant.
        windows: Allocations, holds and parties with promised tables that overlap one of these
            windows (each at most 31 days), and parties that wait for tables in one of them.
        sittings: Bookings that start inside one of these (each at most 31 days).
        headcounts: Headcounts and held covers inside one of these (each at most 31 days).
        counted_parties: Each counted party inside one of these (each at most 31 days).
        bookings: These bookings, with their allocations and the holds made for them.
        holds: These holds, with their allocations and their confirmation.
        records: These plain records by class and id (``refs``), with the allocations that they own.
        tables: The last allocation of each of these tables.
        stored_results: The stored results of these (command, key) pairs.
        sessions: The numbers of live holds of these sessions, and of the restaurant.
        counts_holds: The number of live holds of the restaurant.
        has_extent: The extent of the whole restaurant.
        has_owners: All that the windows show: the bookings that start inside them, as ``sittings``
            do, and the owner of each allocation in them.
        listing: The bookings of a listing.
        slot_starts: Booking slots that start inside one of these (each at most 31 days).
    """

    restaurant_id: str
    windows: tuple[Window, ...] = ()
    sittings: tuple[Window, ...] = ()
    headcounts: tuple[Window, ...] = ()
    counted_parties: tuple[Window, ...] = ()
    bookings: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()
    records: frozenset[RecordRef] = frozenset()
    tables: frozenset[str] = frozenset()
    stored_results: frozenset[tuple[str, str]] = frozenset()
    sessions: frozenset[str] = frozenset()
    counts_holds: bool = False
    has_extent: bool = False
    has_owners: bool = False
    listing: Listing | None = None
    slot_starts: tuple[Window, ...] = ()
    # Cached properties would slow every read of a field of a class with slots.
    _unions: dict[str, IntervalSet] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    def __or__(self, other: Scope) -> Scope:
        """Return the union of two scopes of one restaurant."""
        assert self.restaurant_id == other.restaurant_id, (
            "scopes of two restaurants cannot be joined"
        )
        return Scope(
            restaurant_id=self.restaurant_id,
            windows=_joined(self.windows, other.windows),
            sittings=_joined(self.sittings, other.sittings),
            headcounts=_joined(self.headcounts, other.headcounts),
            counted_parties=_joined(self.counted_parties, other.counted_parties),
            bookings=self.bookings | other.bookings,
            holds=self.holds | other.holds,
            records=self.records | other.records,
            tables=self.tables | other.tables,
            stored_results=self.stored_results | other.stored_results,
            sessions=self.sessions | other.sessions,
            counts_holds=self.counts_holds or other.counts_holds,
            has_extent=self.has_extent or other.has_extent,
            has_owners=self.has_owners or other.has_owners,
            listing=self.listing or other.listing,
            slot_starts=_joined(self.slot_starts, other.slot_starts),
        )

    def extended(
        self,
        windows: tuple[Window, ...],
        headcounts: tuple[Window, ...],
        counted_parties: tuple[Window, ...],
        stored_results: frozenset[tuple[str, str]],
    ) -> Scope:
        """Return the scope with these windows, counts and stored results added."""
        return Scope(
            self.restaurant_id,
            self.windows + windows,
            self.sittings,
            self.headcounts + headcounts,
            self.counted_parties + counted_parties,
            self.bookings,
            self.holds,
            self.records,
            self.tables,
            self.stored_results | stored_results,
            self.sessions,
            self.counts_holds,
            self.has_extent,
            self.has_owners,
            self.listing,
            self.slot_starts,
        )

    @property
    def spans(self) -> IntervalSet:
        """The union of the windows."""
        return self._union("windows", self.windows)

    @property
    def sitting_spans(self) -> IntervalSet:
        """The union of the sittings."""
        return self._union("sittings", self.sittings)

    @property
    def headcount_spans(self) -> IntervalSet:
        """The union of the windows of the headcounts."""
        return self._union("headcounts", self.headcounts)

    @property
    def party_spans(self) -> IntervalSet:
        """The union of the windows of the counted parties."""
        return self._union("counted_parties", self.counted_parties)

    @property
    def slot_spans(self) -> IntervalSet:
        """The union of the windows of the starts of slots."""
        return self._union("slot_starts", self.slot_starts)

    def _union(self, name: str, windows: tuple[Window, ...]) -> IntervalSet:
        found = self._unions.get(name)
        if found is None:
            found = self._unions[name] = IntervalSet.of(windows)
        return found

    @property
    def record_ids(self) -> dict[RecordKind, list[str]]:
        """The ids of the plain records, by kind."""
        return by_kind(self.records)

    def covers(self, window: Window) -> bool:
        """Tell whether every instant of a window lies in one of the scope's windows. O(log n)."""
        # Nearly always it is one of the windows: a look-up is cheaper than their union.
        return window in self.windows or (bool(self.windows) and self.spans.cover(window))

    def sees_seated(self, now_us: int) -> bool:
        """Tell whether a question of the scope depends on the parties that are seated now.

        A party keeps its tables until it leaves, so a window that begins within a day of now, or
        the last allocation of a table, depends on them. A store loads every booking that is checked
        in, with its rows.
        """
        if self.tables:
            return True
        latest_us = now_us + SEATED_REACH_US
        return any(each.start_us < latest_us for each in self.windows)

    def covers_sittings(self, window: Window) -> bool:
        """Tell whether every instant of a window lies in one of the scope's sittings. O(log n)."""
        return self.sitting_spans.cover(window) or (self.has_owners and self.covers(window))

    def covers_owner(self, row: Allocation) -> bool:
        """Tell whether the scope has the owner of an allocation. O(windows)."""
        return self.has_owners and any(row.window.overlaps(each) for each in self.windows)

    def covers_headcounts(self, window: Window) -> bool:
        """Tell whether every instant of a window lies in one of the headcounts'. O(log n)."""
        return window in self.headcounts or self.headcount_spans.cover(window)

    def covers_parties(self, window: Window) -> bool:
        """Tell whether every instant of a window lies in one of the counted parties'. O(log n)."""
        return window in self.counted_parties or self.party_spans.cover(window)

    def covers_slots(self, window: Window) -> bool:
        """Tell whether every instant of a window lies in one of the starts of slots. O(log n)."""
        return self.slot_spans.cover(window)


def _joined(windows: tuple[Window, ...], more: tuple[Window, ...]) -> tuple[Window, ...]:
    return (*windows, *(window for window in more if window not in windows)) if more else windows


@attrs.frozen
class IntervalSet:
    """Intervals that neither touch nor overlap, as ordered lists of their starts and ends."""

    starts_us: list[int]
    ends_us: list[int]

    @classmethod
    def of(cls, windows: Iterable[Window]) -> IntervalSet:
        """Join the windows that touch or overlap."""
        starts: list[int] = []
        ends: list[int] = []
        for window in sorted(windows, key=_BOUNDS):
            if ends and window.start_us <= ends[-1]:
                ends[-1] = max(ends[-1], window.end_us)
            else:
                starts.append(window.start_us)
                ends.append(window.end_us)
        return cls(starts, ends)

    def cover(self, window: Window) -> bool:
        """Tell whether a window lies in one of them. O(log n)."""
        index = bisect_right(self.starts_us, window.start_us) - 1
        return index >= 0 and window.end_us <= self.ends_us[index]
