"""The occupancy of one restaurant."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import compress
from operator import attrgetter
from typing import Final

from fourtop.errors import AllocationsOverlap, AlreadyExists
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.window import Window, iso
from fourtop.timeline.disjoint_index import NEVER, DisjointIndex
from fourtop.timeline.handle_index import HandleIndex
from fourtop.timeline.overlapping_index import OverlappingIndex
from fourtop.timeline.owner_index import OwnerIndex
from fourtop.timeline.slot_grid import SlotGrid

_TABLE: Final = ResourceType.TABLE
_ORDER: Final = attrgetter("order_key")
# Ends and starts of stays, by the bits of their tables.
_Beside = tuple[dict[int, int], dict[int, int]]
# The index of every table without a stay; never written to.
_UNTAKEN: Final[DisjointIndex[Allocation]] = DisjointIndex()
# Turns the digits of a binary number into truth values for ``compress``.
_TRUTH: Final = bytes.maketrans(b"01", b"\x00\x01")


class Occupancy:
    """The allocations of one restaurant, with the indexes that follow from them.

    A *live* row is one that is not a shadow. Two live rows of one resource never overlap; shadow
    rows may overlap any row, and count only where a method says so. Times are exact to the
    microsecond, windows half-open: touching is not overlapping. A method that raises one of its
    errors has changed nothing. An interrupt may leave the indexes torn; the rows stay whole, and
    the owner makes a new occupancy of them. Not thread-safe: the owner locks.

    Costs, with n rows: a question about a table or an owner O(log n + k) for k rows found;
    ``overlapping`` and ``extent`` one such question a table; ``busy_mask`` O(quarters of an hour in
    the window); a change O(log n).

    Args:
        table_ids: The tables in the order of the bits of masks. See ``arrange``.

    >>> from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
    >>> from fourtop.model.window import Window
    >>> occupancy = Occupancy(["t1", "t2"])
    >>> evening = Window.of_micros(0, 7_200_000_000)
    >>> booking = OwnerKind.BOOKING
    >>> occupancy.add(Allocation("a", "pub", ResourceType.TABLE, "t2", evening, booking, "b1"))
    >>> occupancy.busy_mask(evening), occupancy.tables_in(0b10)
    (2, ['t2'])
    """

    __slots__ = (
        "_beside",
        "_bits",
        "_earliest",
        "_grid",
        "_handles",
        "_is_extent_known",
        "_latest",
        "_owners",
        "_rows",
        "_shadows",
        "_table_ids",
        "_tables",
    )

    def __init__(self, table_ids: Sequence[str] = ()) -> None:
        self._rows: dict[str, Allocation] = {}
        self._owners = OwnerIndex()
        self._tables: dict[str, DisjointIndex[Allocation]] = {}
        self._handles = HandleIndex()
        self._shadows: OverlappingIndex[Allocation] = OverlappingIndex()
        self._earliest = self._latest = 0
        self._is_extent_known = False
        # The last answer of ``find_beside`` with its question: a hold asks what its quote has
        # asked. Any change drops it before it begins.
        self._beside: tuple[tuple[Window, Window], _Beside] | None = None
        self._table_ids: tuple[str, ...] = ()
        self._bits: dict[str, int] = {}
        self._grid = SlotGrid(())
        self.arrange(table_ids)

    def __len__(self) -> int:
        """Count the rows, shadow rows included."""
        return len(self._rows)

    @property
    def table_ids(self) -> tuple[str, ...]:
        """The tables in the order of the bits: the first is bit 0."""
        return self._table_ids

    def arrange(self, table_ids: Sequence[str]) -> None:
        """Set the bits of the tables in masks: the first is bit 0. Ids occur once.

        Tables that are not named have no bit, even if they have rows. Costs O(tables), not
        O(rows): days are written into the new arrangement when they are asked for.
        """
        named = tuple(table_ids)
        if named == self._table_ids:
            return
        bits = {table_id: bit for bit, table_id in enumerate(named)}
        assert len(bits) == len(named), "a table has two bits"
        self._table_ids, self._bits = named, bits
        self._beside = None
        self._tables = {table_id: index for table_id, index in self._tables.items() if index}
        # Most tables have nothing in the few rows of one transaction: they share one index that
        # stays empty.
        self._grid = SlotGrid([self._tables.get(table_id, _UNTAKEN) for table_id in named])

    # ---- changing --------------------------------------------------------------------------------

    def add(self, allocation: Allocation) -> None:
        """Add a row.

        Raises:
            AlreadyExists: If a row has its id.
            AllocationsOverlap: If it is live and overlaps a live row of its resource, naming the
                earliest.
        """
        if allocation.id in self._rows:
            raise AlreadyExists("allocation", allocation.id)
        start_us, end_us = allocation.window.start_us, allocation.window.end_us
        if allocation.shadow:
            self._shadows.add(start_us, end_us, allocation)
        elif allocation.resource_type != _TABLE:
            index = self._handles.find_index(allocation.resource_type, allocation.resource_id)
            in_the_way = None if index is None else index.find_overlap(start_us, end_us)
            if in_the_way is not None:
                raise _overlap_with(in_the_way)
            self._handles.add(allocation)
        else:
            self._add_stay(allocation, start_us, end_us)
        self._rows[allocation.id] = allocation
        self._owners.add(allocation)
        if self._is_extent_known:
            self._earliest, self._latest = min(self._earliest, start_us), max(self._latest, end_us)

    def _add_stay(self, row: Allocation, start_us: int, end_us: int) -> None:
        table_id = row.resource_id
        self._beside = None
        index = self._tables.get(table_id)
        bit = self._bits.get(table_id)
        if index is None:
            index = self._tables[table_id] = DisjointIndex()
            if bit is not None:
                self._grid.use(bit, index)
        in_the_way = index.add_free(start_us, end_us, row)
        if in_the_way is not None:
            raise _overlap_with(in_the_way)
        if bit is not None:
            self._grid.add(bit, start_us, end_us)

    def remove(self, allocation: Allocation) -> None:
        """Remove a row.

        Raises:
            AssertionError: If it, or one equal to it, is not there; nothing is changed.
        """
        row = self._rows.get(allocation.id)
        assert row is not None, "no such row to remove"
        assert row is allocation or row == allocation, "the row has changed since"
        start_us, end_us = row.window.start_us, row.window.end_us
        if row.shadow:
            self._shadows.remove(start_us, end_us, row)
        elif row.resource_type != _TABLE:
            self._handles.remove(row)
        else:
            self._remove_stay(row, start_us, end_us)
        del self._rows[row.id]
        self._owners.remove(row)
        if start_us == self._earliest or end_us == self._latest:
            self._is_extent_known = False

    def _remove_stay(self, row: Allocation, start_us: int, end_us: int) -> None:
        table_id = row.resource_id
        self._beside = None
        index = self._tables[table_id]
        index.remove(start_us, end_us, row)
        bit = self._bits.get(table_id)
        if bit is not None:
            self._grid.remove(bit, start_us, end_us)
        elif not index:
            del self._tables[table_id]

    # ---- rows ------------------------------------------------------------------------------------

    def find(self, allocation_id: str) -> Allocation | None:
        """Find a row by its id."""
        return self._rows.get(allocation_id)

    def allocations(self) -> Iterator[Allocation]:
        """Iterate over all rows in order of arrival. Nothing may be changed meanwhile."""
        return iter(self._rows.values())

    def of_owner(self, kind: OwnerKind, owner_id: str) -> tuple[Allocation, ...]:
        """List the rows of an owner, live and shadow, by ``order_key``."""
        return tuple(sorted(self._owners.of_owner(kind, owner_id), key=_ORDER))

    def of_resource(
        self, resource_type: ResourceType, resource_id: str, window: Window
    ) -> list[Allocation]:
        """List the rows of a resource that overlap a window, live and shadow, by ``order_key``."""
        index = self._find_index(resource_type, resource_id)
        found = [] if index is None else index.overlapping(window.start_us, window.end_us)
        if self._shadows:
            found += [
                row
                for row in self._shadows.overlapping(window.start_us, window.end_us)
                if row.resource_id == resource_id and row.resource_type == resource_type
            ]
            found.sort(key=_ORDER)
        return found

    def overlapping(self, window: Window) -> tuple[Allocation, ...]:
        """List the rows of all resources that overlap a window, shadows too, by ``order_key``."""
        start_us, end_us = window.start_us, window.end_us
        found = self._handles.times.overlapping(start_us, end_us)
        found += self._shadows.overlapping(start_us, end_us)
        for index in self._tables.values():
            found += index.overlapping(start_us, end_us)
        return tuple(sorted(found, key=_ORDER))

    def find_in_the_way(
        self,
        resource_type: ResourceType,
        resource_id: str,
        window: Window,
        without: Collection[Owner] = (),
    ) -> Allocation | None:
        """Find the earliest live row of a resource in a window, those of some owners left out."""
        index = self._find_index(resource_type, resource_id)
        if index is None:
            return None
        if not without:
            return index.find_overlap(window.start_us, window.end_us)
        own = _keys(without)
        found = index.overlapping(window.start_us, window.end_us)
        return next((row for row in found if (row.owner_kind, row.owner_id) not in own), None)

    # ---- tables ----------------------------------------------------------------------------------

    def busy_mask(self, window: Window, without: Collection[Owner] = ()) -> int:
        """Return the bits of the arranged tables that a live row takes at some time in a window.

        Args:
            window: The window; exact at its edges.
            without: Owners with rows that do not count.
        """
        mask = self._grid.busy_mask(window.start_us, window.end_us)
        return mask & ~self._lifted(mask, window, without) if without else mask

    def _lifted(self, mask: int, window: Window, without: Collection[Owner]) -> int:
        """Return those bits of a busy mask that only the rows of some owners cause."""
        lifted = 0
        for table_id in self._tables_of(without) & self._bits.keys():
            flag = 1 << self._bits[table_id]
            if mask & flag and self.find_in_the_way(_TABLE, table_id, window, without) is None:
                lifted |= flag
        return lifted

    def busy_masks(self, starts_us: Sequence[int], length_us: int) -> list[int]:
        """Return the busy masks of the windows ``[start, start + length)``, in order of starts.

        The same as ``busy_mask`` for each, but shared parts of the windows are computed once.
        """
        return self._grid.busy_masks(starts_us, length_us)

    def find_beside(
        self, window: Window, around: Window, without: Collection[Owner] = ()
    ) -> _Beside:
        """Find the live stays of each arranged table before and after a window.

        O(tables + tables with a stay in ``around`` · log n).

        Args:
            window: The window.
            around: A window that contains it; only rows that overlap it count.
            without: Owners with rows that do not count.

        Returns:
            By bit the end of the last row that ends at or before the start of the window; and by
            bit the start of the first row that starts at or after its end. A table without one is
            left out. Both are in microseconds. Not to be changed.
        """
        if without:
            return self._find_beside(window, around, without)
        known = self._beside
        if known is not None and known[0] == (window, around):
            return known[1]
        found = self._find_beside(window, around, without)
        self._beside = ((window, around), found)
        return found

    def _find_beside(self, window: Window, around: Window, without: Collection[Owner]) -> _Beside:
        start_us, end_us = window.start_us, window.end_us
        first_us, last_us = around.start_us, around.end_us
        left_out = self._tables_of(without) if without else ()
        before: dict[int, int] = {}
        after: dict[int, int] = {}
        mask = self._grid.busy_mask(first_us, last_us)
        while mask:
            bit = mask.bit_length() - 1
            mask ^= 1 << bit
            table_id = self._table_ids[bit]
            index = self._tables[table_id]
            if table_id in left_out:
                ended_us, begins_us = _beside(index, window, around, _keys(without))
            else:
                ended_us, begins_us = index.find_beside(start_us, end_us)
            if ended_us > first_us:
                before[bit] = ended_us
            if begins_us < last_us:
                after[bit] = begins_us
        return before, after

    def _tables_of(self, owners: Collection[Owner]) -> set[str]:
        return {
            row.resource_id
            for owner in owners
            for row in self._owners.of_owner(owner.kind, owner.id)
        }

    def tables_in(self, mask: int) -> list[str]:
        """List the ids of the tables of a mask, in the order of the bits."""
        return list(compress(self._table_ids, bin(mask)[:1:-1].encode().translate(_TRUTH)))

    def gaps(self, table_id: str, window: Window) -> tuple[Window, ...]:
        """List the free stretches of a table inside a window, in order."""
        index = self._tables.get(table_id)
        if index is None:
            return (window,)
        return tuple(
            Window.of_micros(start, end)
            for start, end in index.gaps(window.start_us, window.end_us)
        )

    def find_last(self, table_id: str, without: Collection[Owner] = ()) -> Allocation | None:
        """Find the last live row of a table, those of some owners left out. O(rows passed)."""
        index = self._tables.get(table_id)
        if index is None:
            return None
        if not without:
            return index.find_last()
        own = _keys(without)
        return next(
            (row for row in reversed(index) if (row.owner_kind, row.owner_id) not in own), None
        )

    def extent(self) -> tuple[int, int] | None:
        """Return the earliest start and latest end of all rows, in microseconds, or ``None``."""
        if not self._rows:
            return None
        if not self._is_extent_known:
            extents = [index.extent() for index in self._tables.values()]
            extents += [self._handles.times.extent(), self._shadows.extent()]
            known = [extent for extent in extents if extent is not None]
            self._earliest, self._latest = (
                min(start for start, _ in known),
                max(end for _, end in known),
            )
            self._is_extent_known = True
        return self._earliest, self._latest

    def _find_index(
        self, resource_type: ResourceType, resource_id: str
    ) -> DisjointIndex[Allocation] | None:
        if resource_type == _TABLE:
            return self._tables.get(resource_id)
        return self._handles.find_index(resource_type, resource_id)

    # ---- checking --------------------------------------------------------------------------------

    def _check(self) -> None:
        """Assert every structure against the rows."""
        for part in (self._grid, self._handles, self._shadows):
            part._check()  # noqa: SLF001  # The parts belong to this class.
        shadows = {row.id for row in self._shadows}
        handles = {row.id for row in self._handles.times}
        stays = {row.id for index in self._tables.values() for row in index}
        for row in self._rows.values():
            assert row.id in (
                shadows if row.shadow else stays if row.resource_type == _TABLE else handles
            )
            held = self._owners.of_owner(row.owner_kind, row.owner_id)
            assert sum(each is row for each in held) == 1, (
                "an owner misses a row of its own, or has it twice"
            )
        assert len(shadows) + len(handles) + len(stays) == len(self._rows)
        assert len(self._owners) == len(
            {(row.owner_kind, row.owner_id) for row in self._rows.values()}
        )
        for table_id, index in self._tables.items():
            index._check()  # noqa: SLF001  # the same package's own structure
            assert index or table_id in self._bits, (
                "the index of a table without rows or a bit is kept"
            )
            assert all(row.resource_id == table_id for row in index)
        rows = self._rows.values()
        bounds = (
            (min(row.window.start_us for row in rows), max(row.window.end_us for row in rows))
            if rows
            else None
        )
        assert not (self._is_extent_known and rows) or (self._earliest, self._latest) == bounds


def _beside(
    index: DisjointIndex[Allocation],
    window: Window,
    around: Window,
    own: Collection[tuple[OwnerKind, str]],
) -> tuple[int, int]:
    """Return the last end before a window and the first start after it, some owners left out."""
    before, after = 0, NEVER
    for row in index.overlapping(around.start_us, around.end_us):
        if (row.owner_kind, row.owner_id) not in own:
            if row.window.end_us <= window.start_us:
                before = row.window.end_us
            elif row.window.start_us >= window.end_us:
                after = min(after, row.window.start_us)
    return before, after


def _keys(owners: Collection[Owner]) -> set[tuple[OwnerKind, str]]:
    return {(owner.kind, owner.id) for owner in owners}


def _overlap_with(in_the_way: Allocation) -> AllocationsOverlap:
    return AllocationsOverlap(
        in_the_way.resource_type.value,
        in_the_way.resource_id,
        in_the_way.id,
        in_the_way.owner_kind.value,
        in_the_way.owner_id,
        iso(in_the_way.window.start_us),
        iso(in_the_way.window.end_us),
    )
