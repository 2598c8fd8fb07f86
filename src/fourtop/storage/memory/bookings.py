"""The bookings of one restaurant: by id, with indexes of start, status, headcount and reference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sortedcontainers import SortedList

from fourtop.model.booking import Booking
from fourtop.model.window import Window
from fourtop.ports import WAITING, WAITING_REACH_US, Listing, waits_in
from fourtop.storage.memory.headcounts import HeadcountIndex
from fourtop.storage.memory.references import ReferenceIndex
from fourtop.storage.memory.seated import SeatedIndex
from fourtop.storage.memory.statuses import StatusIndex


class BookingRecords:
    """The bookings of one restaurant, of any status. Not thread-safe: the store holds its lock."""

    def __init__(self) -> None:
        self.by_id: dict[str, Booking] = {}
        # Those that wait for promised tables, by id.
        self.promised: dict[str, Booking] = {}
        self.headcounts: HeadcountIndex = HeadcountIndex()
        self._starts: SortedList[tuple[int, str]] = SortedList()
        self._statuses = StatusIndex()
        self._seated = SeatedIndex(self.promised)
        self._references = ReferenceIndex()

    def starting(self, window: Window) -> Iterator[Booking]:
        """Yield the bookings that sit down inside a window, by start, then id."""
        for _, booking_id in self._starts.irange(
            (window.start_us, ""), (window.end_us, ""), inclusive=(True, False)
        ):
            yield self.by_id[booking_id]

    def listed(self, listing: Listing) -> Iterator[Booking]:
        """Return the bookings of a listing, by start, then id."""
        if listing.reference is not None:
            return listing.of(self._references.of(listing.reference))
        first, end = (listing.first_us, ""), (listing.end_us, "")
        if listing.statuses:
            places = self._statuses.between(listing.statuses, first, end)
        else:
            places = self._starts.irange(first, end)
        return listing.of(self.by_id[booking_id] for _, booking_id in places)

    def seated(self) -> Collection[Booking]:
        """Return the bookings that are checked in, by start, then id."""
        return self._seated.bookings()

    @property
    def has_waiting(self) -> bool:
        """Whether a booking is of a status in ``WAITING``. O(1)."""
        return self._statuses.has_any(WAITING)

    def waiting(self, window: Window) -> Iterator[Booking]:
        """Yield the bookings that wait for tables in a window without a promise, by start, then id.

        O(log n + k) for k bookings of these statuses that start near the window.
        """
        first = (window.start_us - WAITING_REACH_US, "")
        end = (window.end_us + WAITING_REACH_US, "")
        for _, booking_id in self._statuses.between(WAITING, first, end):
            booking = self.by_id[booking_id]
            if waits_in(booking, window):
                yield booking

    def extent(self) -> tuple[int, int] | None:
        """Return the extent of all starts, ``[start, end)``, or ``None``. O(1)."""
        if not self._starts:
            return None
        (first_us, _), (last_us, _) = self._starts[0], self._starts[-1]
        return first_us, last_us + 1

    # ---- writing

    def write(self, bookings: Iterable[Booking]) -> None:
        """Keep bookings, each in place of an earlier one with its id."""
        for booking in bookings:
            stored = self.by_id.get(booking.id)
            if stored is not None:
                self._forget(stored)
            self.by_id[booking.id] = booking
            place = (booking.stay.dining.start_us, booking.id)
            self._starts.add(place)
            self._statuses.note(booking.status, place)
            self.headcounts.add(booking)
            self._seated.note(booking)
            if booking.reference is not None:
                self._references.note(booking)

    def remove(self, booking_ids: Iterable[str]) -> None:
        """Forget bookings."""
        for booking_id in booking_ids:
            self._forget(self.by_id.pop(booking_id))
            self._seated.forget(booking_id)

    def _forget(self, booking: Booking) -> None:
        place = (booking.stay.dining.start_us, booking.id)
        self._starts.remove(place)
        self._statuses.forget(booking.status, place)
        self.headcounts.remove(booking)
        if booking.reference is not None:
            self._references.forget(booking)

    def index(self) -> None:
        """Make the indexes of the bookings anew."""
        fresh = BookingRecords()
        fresh.write(self.by_id.values())
        self.promised, self.headcounts, self._starts = (
            fresh.promised,
            fresh.headcounts,
            fresh._starts,
        )
        self._statuses, self._seated = fresh._statuses, fresh._seated
        self._references = fresh._references
