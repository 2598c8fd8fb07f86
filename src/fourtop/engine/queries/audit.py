"""Audit: find the records that break a rule, without trusting the indexes of the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations
from operator import attrgetter

import attrs

from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.overlaps import overlapping_pairs
from fourtop.errors.display import brief, count_of
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.window import MAX_WINDOW_US, Window
from fourtop.ports import Need, Scope, View, buffer_after_us, owner_class, owner_refs


@attrs.frozen(repr=False)
class Overlap:
    """Two allocations of one resource that overlap.

    In an audit both are live: a broken rule. In ``shadow_conflicts`` the first one is a shadow.
    """

    first: Allocation
    second: Allocation

    def __repr__(self) -> str:
        resource = f"{self.first.resource_type.value} {self.first.resource_id}"
        return brief(self, resource, self.first.id, self.second.id)


@attrs.frozen(repr=False)
class SharedTable:
    """A table where two parties sit: a broken rule, although their allocations do not overlap.

    Args:
        table_id: The table.
        first: The id of the booking that starts first.
        second: The id of the other booking.
    """

    table_id: str
    first: str
    second: str

    def __repr__(self) -> str:
        return brief(self, f"table {self.table_id}", self.first, self.second)


@attrs.frozen(repr=False)
class Audit:
    """The result of an audit.

    Args:
        restaurant_id: The tenant.
        allocations: The number of allocations that it read.
        overlaps: Pairs that overlap, by start; 0 expected.
        orphans: Allocations without an owner that may own them; 0 expected.
        without_tables: Ids of bookings that do not own exactly their assigned tables from now on,
            and of seated parties that do not own their tables; 0 expected.
        shared_tables: Tables where two parties sit; 0 expected. A booking that waits for a table
            where another party still sits is at risk, which breaks no rule.
    """

    restaurant_id: str
    allocations: int
    overlaps: tuple[Overlap, ...]
    orphans: tuple[Allocation, ...]
    without_tables: tuple[str, ...]
    shared_tables: tuple[SharedTable, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Tell whether every rule holds."""
        return not (self.overlaps or self.orphans or self.without_tables or self.shared_tables)

    def __repr__(self) -> str:
        return brief(
            self,
            f"of {self.restaurant_id}: {count_of(self.allocations, 'allocation')}",
            count_of(len(self.overlaps), "overlap"),
            count_of(len(self.orphans), "orphan"),
            f"{len(self.without_tables)} without tables",
            count_of(len(self.shared_tables), "shared table") if self.shared_tables else "",
        )


def query(caller: Caller) -> Query[Audit]:
    """Build the query."""
    return Query(Scope(caller.restaurant_id), lambda view, _: audit(view), name="audit")


def audit(view: View) -> Audit | Need:
    """Read every allocation and list the broken rules.

    It reads month by month and sweeps over each resource; it does not use the indexes that prevent
    overlaps. O(n log n).
    """
    if not view.scope.has_extent:
        return Need(Scope(view.scope.restaurant_id, has_extent=True))
    extent = view.extent()
    windows = () if extent is None else tuple(_months(*extent))
    missing = tuple(window for window in windows if not view.scope.covers(window))
    if missing:
        return Need(Scope(view.scope.restaurant_id, windows=missing, sittings=missing))
    rows = {row.id: row for window in windows for row in view.allocations(window)}
    need = _owners_missing(view, rows.values())
    if need is not None:
        return need
    return Audit(
        restaurant_id=view.scope.restaurant_id,
        allocations=len(rows),
        overlaps=tuple(overlaps_of(rows.values())),
        orphans=tuple(
            row for row in sorted(rows.values(), key=_order) if not _has_owner(view, row)
        ),
        without_tables=tuple(_bare(view, windows)),
        shared_tables=tuple(_shared(view)) if view.scope.sees_seated(view.now_us) else (),
    )


def _order(row: Allocation) -> tuple[int, str, str, str]:
    return row.order_key


def _months(start_us: int, end_us: int) -> Iterable[Window]:
    while start_us < end_us:
        yield Window.of_micros(start_us, min(start_us + MAX_WINDOW_US, end_us))
        start_us += MAX_WINDOW_US


def _owners_missing(view: View, rows: Collection[Allocation]) -> Need | None:
    owned: dict[OwnerKind, set[str]] = {kind: set() for kind in OwnerKind}
    for row in rows:
        owned[row.owner_kind].add(row.owner_id)
    scope = Scope(
        view.scope.restaurant_id,
        bookings=frozenset(owned[OwnerKind.BOOKING]) - view.scope.bookings,
        holds=frozenset(owned[OwnerKind.HOLD]) - view.scope.holds,
        records=owner_refs(rows) - view.scope.records,
    )
    return Need(scope) if scope.bookings or scope.holds or scope.records else None


def overlaps_of(rows: Iterable[Allocation]) -> Iterable[Overlap]:
    """Return the pairs of rows that give one resource twice; shadow rows do not count."""
    resources: dict[tuple[ResourceType, str], list[Allocation]] = {}
    for row in rows:
        if not row.shadow:
            resources.setdefault((row.resource_type, row.resource_id), []).append(row)
    found: list[Overlap] = []
    for of_resource in resources.values():
        of_resource.sort(key=_order)
        pairs = overlapping_pairs(of_resource, attrgetter("window"))
        found.extend(Overlap(first, second) for first, second in pairs)
    return sorted(found, key=lambda pair: (pair.first.order_key, pair.second.order_key))


def _has_owner(view: View, row: Allocation) -> bool:
    if row.owner_kind is OwnerKind.HOLD:
        hold = view.find_hold(row.owner_id)
        return hold is not None and hold.state.value == "active" and not row.shadow
    if row.owner_kind is not OwnerKind.BOOKING:
        return view.find_record(owner_class(row.owner_kind), row.owner_id) is not None
    booking = view.find_booking(row.owner_id)
    if booking is None:
        return False
    if booking.status is BookingStatus.COMPLETED:
        # Its table is cleaned after it has left.
        left_us = booking.updated_us if booking.left_us is None else booking.left_us
        return row.window.end_us <= left_us + buffer_after_us(booking)
    if booking.status is BookingStatus.SHADOW:
        return row.shadow
    return booking.status.occupies or row.window.end_us <= view.now_us


def _bare(view: View, windows: Iterable[Window]) -> Iterable[str]:
    for window in windows:
        for booking in view.bookings_starting(window):
            is_seated = booking.status is BookingStatus.CHECKED_IN
            is_ahead = booking.status.occupies and booking.stay.occupied.end_us > view.now_us
            if (is_seated or is_ahead) and not _has_all(view, booking):
                yield booking.id


def _shared(view: View) -> Iterable[SharedTable]:
    sitting: dict[str, list[str]] = {}
    for party in view.seated_parties():
        for table_id in party.tables:
            sitting.setdefault(table_id, []).append(party.booking.id)
    for table_id in sorted(sitting):
        for first, second in combinations(sitting[table_id], 2):
            yield SharedTable(table_id, first, second)


def _has_all(view: View, booking: Booking) -> bool:
    """Tell whether a booking owns exactly its assigned tables and their merge group."""
    given = booking.assignment
    if given is None or booking.id not in view.scope.bookings:
        return False
    rows = [
        row
        for row in view.allocations_of(OwnerKind.BOOKING, booking.id)
        if row.window == given.window
    ]
    owned = {
        row.resource_id
        for row in rows
        if row.resource_type is ResourceType.TABLE and not row.shadow
    }
    groups = {row.resource_id for row in rows if row.resource_type is ResourceType.MERGE_GROUP}
    return owned == set(given.tables) and groups == (
        {given.merge_group_id} if len(given.tables) > 1 else set()
    )
