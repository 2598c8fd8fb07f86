"""Records: the rows behind a view."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any, Final, Protocol, TypeVar

import attrs

from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.hold import Hold, HoldState
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.model.window import Window
from fourtop.ports.booking_list import Listing
from fourtop.ports.changes import StoredResult
from fourtop.ports.headcount import (
    CountedParty,
    Headcount,
    HeldCover,
    counted_parties_of,
    headcounts_of,
    held_covers_of,
)
from fourtop.ports.plain_records import PlainRecord, RecordRef
from fourtop.ports.waiting_parties import WAITING, waits_in
from fourtop.timeline import Occupancy

R = TypeVar("R", bound=PlainRecord)

_ORDER: Final = attrgetter("order_key")
_TABLE: Final = ResourceType.TABLE
# Number of busy masks computed from the plain rows before an occupancy is built: most commands ask
# for one.
_SCANS: Final = 2
_START: Final = attrgetter("start_us")
_START_AND_ID: Final = attrgetter("start_us", "id")
_START_AND_HOLD: Final = attrgetter("start_us", "hold_id")
_COUNTED: Final = attrgetter("order_key")


class Records(Protocol):
    """The rows of one restaurant. A ``View`` wraps it and checks each question against its scope.

    Every collection has a fixed order: allocations by ``order_key``; bookings, holds and held
    covers by start of the dining window, then id; headcounts by their instant; counted parties by
    their ``order_key``.
    """

    @property
    def house(self) -> House:
        """The restaurant, its floor and policy."""
        ...

    @property
    def versions(self) -> Versions:
        """The three counters."""
        ...

    @property
    def occupancy(self) -> Occupancy:
        """The allocations in the floor's table order, those of holds in any state included."""
        ...

    def busy_mask(self, window: Window, without: Collection[Owner] = ()) -> int:
        """Return the mask of the tables that live rows take in a window.

        Rows of the owners in ``without`` do not count.
        """
        ...

    def find_beside(
        self, window: Window, around: Window, without: Collection[Owner] = ()
    ) -> tuple[dict[int, int], dict[int, int]]:
        """Find the live rows of each table before and after a window, as ``Occupancy`` does.

        ``around`` contains the window. Only rows that overlap it count, and none of the owners in
        ``without``.
        """
        ...

    def overlapping(self, window: Window) -> tuple[Allocation, ...]:
        """Return every row that overlaps a window, live and shadow, even if live rows overlap."""
        ...

    def of_owner(self, kind: OwnerKind, owner_id: str) -> tuple[Allocation, ...]:
        """Return the rows of an owner, live and shadow."""
        ...

    def extent(self) -> tuple[int, int] | None:
        """Return the extent of the whole restaurant, ``[start, end)``; ``None``: it is empty.

        It spans the starts and ends of all allocations and the starts of all bookings.
        """
        ...

    def find_booking(self, booking_id: str) -> Booking | None:
        """Return the booking of that id, or ``None``."""
        ...

    def seated(self) -> Iterable[Booking]:
        """Return the bookings that are checked in, by start, then id."""
        ...

    @property
    def promises(self) -> Mapping[str, Booking]:
        """The bookings that wait for promised tables, by id: all that overlap the windows."""
        ...

    @property
    def has_waiting(self) -> bool:
        """Whether a booking may be of a status in ``WAITING``, in any window."""
        ...

    def waiting(self, window: Window) -> Iterable[Booking]:
        """Return the bookings that wait for tables in a window without a promise: ``waits_in``."""
        ...

    def find_hold(self, hold_id: str) -> Hold | None:
        """Return the hold of that id, in any state, or ``None``."""
        ...

    def find_record(self, record: type[R], record_id: str) -> R | None:
        """Return the plain record of that class and id, or ``None``."""
        ...

    def find_confirmation(self, hold_id: str) -> ConfirmationResult | None:
        """Return the successful confirmation of a hold, or ``None``."""
        ...

    def confirmations_of(self, hold_id: str) -> tuple[ConfirmationResult, ...]:
        """Return all confirmation results of a hold, oldest first, then by id."""
        ...

    def find_stored_result(self, command: str, key: str) -> StoredResult | None:
        """Return the stored result under a key, or ``None``."""
        ...

    def bookings_starting(self, window: Window) -> Iterable[Booking]:
        """Return the bookings, of any status, with a dining window that starts in a window."""
        ...

    def listed(self, listing: Listing) -> Iterable[Booking]:
        """Return the bookings of a listing, by start, then id."""
        ...

    def slots_starting(self, window: Window) -> Iterable[BookingSlot]:
        """Return the booking slots that start inside a window, by start, then id."""
        ...

    def headcounts(self, window: Window) -> Iterable[Headcount]:
        """Return the headcounts of the bookings that start inside a window and count by status.

        Each instant comes once.
        """
        ...

    def held_covers(self, window: Window, now_us: int) -> Iterable[HeldCover]:
        """Return the held covers of the live holds that start inside a window, each once."""
        ...

    def counted_parties(self, window: Window, now_us: int) -> Iterable[CountedParty]:
        """Return the counted parties that start inside a window, each once."""
        ...

    def expired_holds(self, now_us: int, window: Window) -> Iterable[Hold]:
        """Return the active holds of a window that have expired (``expires_us <= now_us``)."""
        ...

    def count_alive(self, now_us: int, session: str | None = None) -> int:
        """Count the holds that are alive: of a session, or all."""
        ...

    def holds_for(self, booking_id: str) -> Iterable[Hold]:
        """Return the holds of any state made for a booking, oldest first, then by id."""
        ...


@attrs.define
class LoadedRecords:
    """A ``Records`` over plain rows, for stores that load rows for each transaction.

    It holds the loaded rows; the scope of the view limits the questions. Rows are indexed by id at
    the first look-up, and an occupancy is built after a few busy masks: O(rows).

    Args:
        house: The restaurant, its floor and policy.
        versions: The three counters.
        allocations: All rows of the scope, shadow rows and those of dead holds included.
        bookings: The bookings of the scope: those that wait for tables in one of its windows, with
            a promise or without one, and those that are checked in if the scope depends on them
            (``Scope.sees_seated``), with their rows.
        holds: The holds of the scope, in any state.
        records: The plain records of the scope, of all kinds.
        confirmations: The confirmation results of the scope's holds.
        stored_results: The stored results of the scope.
        whole: The extent of the whole restaurant, if not all of it was loaded; ``None``: all was.
        counted: The headcounts, each instant once, if the bookings were counted and not loaded;
            ``None``: they were loaded.
        claimed: The held covers of live holds, each once, if the holds were not loaded; ``None``:
            they were, with all bookings that they were made for.
        parties: The counted parties, each once, if neither bookings nor holds were loaded;
            ``None``: they were.
        alive: The numbers of live holds, by session, and of the whole restaurant under ``None``, if
            they were counted and not loaded; ``None``: they were loaded.
        promises: The bookings that wait for promised tables, by id; by default those among the
            bookings.
    """

    house: House
    versions: Versions
    allocations: Sequence[Allocation] = ()
    bookings: Sequence[Booking] = ()
    holds: Sequence[Hold] = ()
    records: Sequence[PlainRecord] = ()
    confirmations: Sequence[ConfirmationResult] = ()
    stored_results: Sequence[StoredResult] = ()
    whole: tuple[int, int] | None = None
    counted: Sequence[Headcount] | None = None
    claimed: Sequence[HeldCover] | None = None
    parties: Sequence[CountedParty] | None = None
    alive: Mapping[str | None, int] | None = None
    promises: Mapping[str, Booking] = attrs.field()
    _scans: int = attrs.field(default=0, init=False, eq=False, repr=False)

    @promises.default
    def _find_promises(self) -> Mapping[str, Booking]:
        waits = BookingStatus.PENDING_ALLOCATION
        return {each.id: each for each in self.bookings if each.status is waits}

    @cached_property
    def _waiting(self) -> Sequence[Booking]:
        return [each for each in self.bookings if each.status in WAITING]

    @property
    def has_waiting(self) -> bool:
        """Whether a loaded booking is of a status in ``WAITING``."""
        return bool(self._waiting)

    def waiting(self, window: Window) -> Iterable[Booking]:
        """Return the loaded bookings that wait for tables in a window without a promise."""
        return [each for each in self._waiting if waits_in(each, window)]

    @cached_property
    def occupancy(self) -> Occupancy:
        """The allocations, arranged by the floor's table order."""
        occupancy = Occupancy([table.id for table in self.house.floor.tables])
        for allocation in self.allocations:
            occupancy.add(allocation)
        return occupancy

    @cached_property
    def _owned(self) -> dict[tuple[OwnerKind, str], list[Allocation]]:
        owned: dict[tuple[OwnerKind, str], list[Allocation]] = {}
        for row in self.allocations:
            owned.setdefault((row.owner_kind, row.owner_id), []).append(row)
        return owned

    @cached_property
    def _bookings(self) -> dict[str, Booking]:
        return {each.id: each for each in self.bookings}

    @cached_property
    def _holds(self) -> dict[str, Hold]:
        return {each.id: each for each in self.holds}

    @cached_property
    def _records(self) -> dict[RecordRef, Any]:
        return {(type(each), each.id): each for each in self.records}

    def busy_mask(self, window: Window, without: Collection[Owner] = ()) -> int:
        """Return the mask of the tables that live rows take in a window.

        Rows of the owners in ``without`` do not count.
        """
        self._scans += 1
        if self._scans > _SCANS:
            return self.occupancy.busy_mask(window, without)
        bits, mask = self.house.floor.positions, 0
        own = {(owner.kind, owner.id) for owner in without}
        for row in self.allocations:
            if row.resource_type is _TABLE and not row.shadow and row.window.overlaps(window):
                bit = bits.get(row.resource_id)
                if bit is not None and (row.owner_kind, row.owner_id) not in own:
                    mask |= 1 << bit
        return mask

    def find_beside(
        self, window: Window, around: Window, without: Collection[Owner] = ()
    ) -> tuple[dict[int, int], dict[int, int]]:
        """Find the live rows of each table before and after a window. O(rows)."""
        bits = self.house.floor.positions
        before: dict[int, int] = {}
        after: dict[int, int] = {}
        own = {(owner.kind, owner.id) for owner in without}
        for row in self.allocations:
            bit = bits.get(row.resource_id)
            if bit is None or row.resource_type is not _TABLE or row.shadow:
                continue
            if not row.window.overlaps(around) or (row.owner_kind, row.owner_id) in own:
                continue
            if row.window.end_us <= window.start_us:
                before[bit] = max(before.get(bit, 0), row.window.end_us)
            elif row.window.start_us >= window.end_us:
                start_us = row.window.start_us
                after[bit] = min(after.get(bit, start_us), start_us)
        return before, after

    def overlapping(self, window: Window) -> tuple[Allocation, ...]:
        """Return the loaded rows that overlap a window, by ``order_key``. O(rows)."""
        return tuple(
            sorted((row for row in self.allocations if row.window.overlaps(window)), key=_ORDER)
        )

    def of_owner(self, kind: OwnerKind, owner_id: str) -> tuple[Allocation, ...]:
        """Return the loaded rows of an owner, by ``order_key``."""
        return tuple(sorted(self._owned.get((kind, owner_id), ()), key=_ORDER))

    def extent(self) -> tuple[int, int] | None:
        """Return the extent of the whole restaurant."""
        if self.whole is not None:
            return self.whole
        sitting = (booking.stay.dining.start_us for booking in self.bookings)
        return joined_extent(
            self.occupancy.extent(), *((start_us, start_us + 1) for start_us in sitting)
        )

    def find_booking(self, booking_id: str) -> Booking | None:
        """Return the booking of that id, if it was loaded."""
        return self._bookings.get(booking_id)

    def seated(self) -> Iterable[Booking]:
        """Return the loaded bookings that are checked in, by start, then id."""
        found = [each for each in self.bookings if each.status is BookingStatus.CHECKED_IN]
        return sorted(found, key=_by_start)

    def find_hold(self, hold_id: str) -> Hold | None:
        """Return the hold of that id, if it was loaded."""
        return self._holds.get(hold_id)

    def find_record(self, record: type[R], record_id: str) -> R | None:
        """Return the plain record of that class and id, if it was loaded."""
        found: R | None = self._records.get((record, record_id))
        return found

    def find_confirmation(self, hold_id: str) -> ConfirmationResult | None:
        """Return the successful confirmation of a hold, if it was loaded."""
        return next((each for each in self.confirmations_of(hold_id) if each.confirmed), None)

    def confirmations_of(self, hold_id: str) -> tuple[ConfirmationResult, ...]:
        """Return the loaded confirmation results of a hold, oldest first, then by id."""
        found = (each for each in self.confirmations if each.hold_id == hold_id)
        return tuple(sorted(found, key=lambda each: (each.checked_us, each.id)))

    def find_stored_result(self, command: str, key: str) -> StoredResult | None:
        """Return the stored result under a key, if it was loaded."""
        return next(
            (each for each in self.stored_results if (each.command, each.key) == (command, key)),
            None,
        )

    def bookings_starting(self, window: Window) -> Iterable[Booking]:
        """Return the loaded bookings that start inside a window, by start, then id."""
        found = [each for each in self.bookings if _starts_in(each, window)]
        return sorted(found, key=_by_start)

    def listed(self, listing: Listing) -> Iterable[Booking]:
        """Return the bookings of a listing, by start, then id.

        Any other loaded booking that meets the conditions comes after them in the order.
        """
        return listing.of(sorted(self.bookings, key=_by_start))

    def slots_starting(self, window: Window) -> Iterable[BookingSlot]:
        """Return the loaded booking slots that start inside a window, by start, then id."""
        found = [
            each
            for each in self.records
            if isinstance(each, BookingSlot) and window.start_us <= each.start_us < window.end_us
        ]
        return sorted(found, key=_START_AND_ID)

    def headcounts(self, window: Window) -> Iterable[Headcount]:
        """Return the headcounts inside a window, ascending."""
        if self.counted is None:
            return headcounts_of(self.bookings_starting(window))
        found = (each for each in self.counted if window.start_us <= each.start_us < window.end_us)
        return sorted(found, key=_START)

    def held_covers(self, window: Window, now_us: int) -> Iterable[HeldCover]:
        """Return the held covers that start inside a window, by start, then id."""
        claimed = (
            held_covers_of(self.holds, self._bookings, now_us)
            if self.claimed is None
            else self.claimed
        )
        found = (each for each in claimed if window.start_us <= each.start_us < window.end_us)
        return sorted(found, key=_START_AND_HOLD)

    def counted_parties(self, window: Window, now_us: int) -> Iterable[CountedParty]:
        """Return the counted parties that start inside a window, by their ``order_key``."""
        parties = (
            counted_parties_of(self.holds, self._bookings, now_us)
            if self.parties is None
            else self.parties
        )
        found = (each for each in parties if window.start_us <= each.start_us < window.end_us)
        return sorted(found, key=_COUNTED)

    def active_holds(self, window: Window) -> Iterable[Hold]:
        """Return the loaded active holds that occupy a window, by start, then id."""
        found = [
            each
            for each in self.holds
            if each.state is HoldState.ACTIVE and each.stay.occupied.overlaps(window)
        ]
        return sorted(found, key=_by_start)

    def expired_holds(self, now_us: int, window: Window) -> Iterable[Hold]:
        """Return the loaded active holds of a window that have expired, by start, then id."""
        return [each for each in self.active_holds(window) if not each.is_alive(now_us)]

    def count_alive(self, now_us: int, session: str | None = None) -> int:
        """Count the holds that are alive: of a session, or all."""
        if self.alive is not None:
            return self.alive.get(session, 0)
        return sum(each.is_alive(now_us) for each in self.holds if session in (None, each.session))

    def holds_for(self, booking_id: str) -> Iterable[Hold]:
        """Return the loaded holds made for a booking, oldest first, then by id."""
        found = [each for each in self.holds if each.booking_id == booking_id]
        return sorted(found, key=lambda each: (each.created_us, each.id))


def _by_start(each: Booking | Hold) -> tuple[int, str]:
    return each.stay.dining.start_us, each.id


def _starts_in(booking: Booking, window: Window) -> bool:
    return window.start_us <= booking.stay.dining.start_us < window.end_us


def joined_extent(*extents: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return the extent that spans all given ones; ``None`` if all are ``None``.

    >>> joined_extent((10, 20), None, (5, 6))
    (5, 20)
    """
    known = [extent for extent in extents if extent is not None]
    return (min(start for start, _ in known), max(end for _, end in known)) if known else None
