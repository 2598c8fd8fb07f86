"""The records of one restaurant in the memory store, with their indexes, as views read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from fourtop.model.allocation import Allocation, Owner, OwnerKind
from fourtop.model.booking import Booking
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.hold import Hold
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.model.window import Window
from fourtop.ports import (
    CountedParty,
    Headcount,
    HeldCover,
    Listing,
    PlainRecord,
    StoredResult,
    joined_extent,
)
from fourtop.storage.memory.archive import Archive
from fourtop.storage.memory.bookings import BookingRecords
from fourtop.storage.memory.confirmations import ConfirmationRecords
from fourtop.storage.memory.headcounts import held_within, parties_within
from fourtop.storage.memory.holds import HoldRecords
from fourtop.storage.memory.outbox import EventOutbox
from fourtop.storage.memory.plain_records import PlainRecords
from fourtop.timeline import Occupancy

P = TypeVar("P", bound=PlainRecord)


class RestaurantRecords:
    """The rows of one restaurant: a ``Records`` for views.

    Not thread-safe: the store's lock is held around every call.
    """

    def __init__(self, house: House) -> None:
        self.house: House = house
        self.versions: Versions = Versions(floor=1, policy=1, occupancy=0)
        self.occupancy: Occupancy = Occupancy([table.id for table in house.floor.tables])
        self.outbox: EventOutbox = EventOutbox()
        self.archive: Archive = Archive()
        self.confirmations: ConfirmationRecords = ConfirmationRecords()
        self.bookings: BookingRecords = BookingRecords()
        self.holds: HoldRecords = HoldRecords()
        self.plain: PlainRecords = PlainRecords()

    def busy_mask(self, window: Window, without: Collection[Owner] = ()) -> int:
        """Return the mask of the tables that live rows take in a window.

        Rows of the owners in ``without`` do not count.
        """
        return self.occupancy.busy_mask(window, without)

    def find_beside(
        self, window: Window, around: Window, without: Collection[Owner] = ()
    ) -> tuple[dict[int, int], dict[int, int]]:
        """Find the live rows of each table before and after a window."""
        return self.occupancy.find_beside(window, around, without)

    def overlapping(self, window: Window) -> tuple[Allocation, ...]:
        """Return every row that overlaps a window, live and shadow, by ``order_key``."""
        return self.occupancy.overlapping(window)

    def of_owner(self, kind: OwnerKind, owner_id: str) -> tuple[Allocation, ...]:
        """Return the rows of an owner, live and shadow, by ``order_key``."""
        return self.occupancy.of_owner(kind, owner_id)

    def extent(self) -> tuple[int, int] | None:
        """Return the extent of all allocations and starts of bookings, or ``None``."""
        return joined_extent(self.occupancy.extent(), self.bookings.extent())

    def find_booking(self, booking_id: str) -> Booking | None:
        """Return the booking of that id, or ``None``."""
        return self.bookings.by_id.get(booking_id)

    def seated(self) -> Collection[Booking]:
        """Return the bookings that are checked in, by start, then id."""
        return self.bookings.seated()

    @property
    def promises(self) -> dict[str, Booking]:
        """The bookings that wait for promised tables, by id: all of the restaurant."""
        return self.bookings.promised

    @property
    def has_waiting(self) -> bool:
        """Whether a booking of the restaurant is of a status in ``WAITING``."""
        return self.bookings.has_waiting

    def waiting(self, window: Window) -> Iterator[Booking]:
        """Return the bookings that wait for tables in a window without a promise."""
        return self.bookings.waiting(window)

    def find_hold(self, hold_id: str) -> Hold | None:
        """Return the hold of that id, in any state, or ``None``."""
        return self.holds.by_id.get(hold_id)

    def find_record(self, record: type[P], record_id: str) -> P | None:
        """Return the plain record of that class and id, or ``None``."""
        return self.plain.find(record, record_id)

    def find_confirmation(self, hold_id: str) -> ConfirmationResult | None:
        """Return the successful confirmation of a hold, or ``None``."""
        return self.confirmations.find_success(hold_id)

    def confirmations_of(self, hold_id: str) -> tuple[ConfirmationResult, ...]:
        """Return all confirmation results of a hold, oldest first, then by id."""
        return tuple(self.confirmations.of_hold(hold_id))

    def find_stored_result(self, command: str, key: str) -> StoredResult | None:
        """Return the stored result under a key, or ``None``."""
        return self.confirmations.stored_results.get((command, key))

    def bookings_starting(self, window: Window) -> Iterator[Booking]:
        """Return the bookings that sit down inside a window, by start, then id."""
        return self.bookings.starting(window)

    def listed(self, listing: Listing) -> Iterator[Booking]:
        """Return the bookings of a listing, by start, then id."""
        return self.bookings.listed(listing)

    def slots_starting(self, window: Window) -> Iterator[BookingSlot]:
        """Return the booking slots that start inside a window, by start, then id."""
        return self.plain.slots_starting(window)

    def headcounts(self, window: Window) -> Iterable[Headcount]:
        """Return the headcounts of the counted bookings inside a window, ascending."""
        return self.bookings.headcounts.within(window)

    def held_covers(self, window: Window, now_us: int) -> list[HeldCover]:
        """Return the held covers that start inside a window, by start, then id."""
        if not self.holds.has_active:
            return []
        return held_within(window, self.active_holds(window), self.bookings.by_id, now_us)

    def counted_parties(self, window: Window, now_us: int) -> list[CountedParty]:
        """Return the counted parties that start inside a window, by their ``order_key``."""
        holds = self.active_holds(window) if self.holds.has_active else []
        booked = self.bookings_starting(window)
        return parties_within(window, holds, booked, now_us, self.bookings.by_id)

    def active_holds(self, window: Window) -> list[Hold]:
        """Return the active holds that occupy a window, by start, then id."""
        return self.holds.active(window)

    def expired_holds(self, now_us: int, window: Window) -> list[Hold]:
        """Return the active holds of a window that have expired, by start, then id."""
        # Nearly always the first to expire is still alive, and the look-up ends here.
        if not self.holds.has_expired(now_us):
            return []
        return [each for each in self.active_holds(window) if not each.is_alive(now_us)]

    def count_alive(self, now_us: int, session: str | None = None) -> int:
        """Count the holds that are alive: of a session, or all."""
        return self.holds.count_alive(now_us, session)

    def holds_for(self, booking_id: str) -> list[Hold]:
        """Return the holds made for a booking, oldest first, then by id."""
        return self.holds.made_for(booking_id)
