"""States and stores whose lists lack or invent bookings and owners."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

import attrs

from fourtop import Booking, BookingStatus, House, MemoryStore, Window
from fourtop.ports import Changes, Listing, Scope, View
from fourtop.storage.memory.references import ReferenceIndex
from fourtop.storage.memory.state import RestaurantState
from fourtop.storage.memory.statuses import Place, StatusIndex
from fourtop.testing.contract.samples import EVENING


class BeginsEveryPageAtItsStart(RestaurantState):
    def listed(self, listing: Listing) -> Iterator[Booking]:
        return super().listed(attrs.evolve(listing, after=(listing.after[0], "")))


class KeepsEveryReference(RestaurantState):
    class Lasting(ReferenceIndex):
        def forget(self, booking: Booking) -> None:
            pass

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.bookings._references = self.Lasting()


class KeepsEveryStatus(RestaurantState):
    class Lasting(StatusIndex):
        def forget(self, status: BookingStatus, place: Place) -> None:
            pass

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.bookings._statuses = self.Lasting()


class ListsOneStatusAfterAnother(RestaurantState):
    def listed(self, listing: Listing) -> Iterator[Booking]:
        found = (
            booking
            for status in sorted(listing.statuses)
            for booking in super(ListsOneStatusAfterAnother, self).listed(
                attrs.evolve(listing, statuses=frozenset({status}))
            )
        )
        return islice(found, listing.limit) if listing.statuses else super().listed(listing)


class ListsEveryRestaurant(RestaurantState):
    everything: ClassVar[dict[str, Booking]] = {}

    def _write_bookings(self, changes: Changes) -> None:
        super()._write_bookings(changes)
        self.everything.update((each.id, each) for each in changes.bookings)

    def listed(self, listing: Listing) -> Iterator[Booking]:
        return listing.of(self.everything.values())


class ForgetsWhoCameEarly(RestaurantState):
    def find_booking(self, booking_id: str) -> Booking | None:
        found = super().find_booking(booking_id)
        return None if found is None or found.stay.dining.end_us <= EVENING.start_us else found


class ShowsSittingsOnly(MemoryStore):
    class Narrow(View):
        def bookings_starting(self, window: Window) -> tuple[Booking, ...]:
            assert self.scope.sitting_spans.cover(window)
            return super().bookings_starting(window)

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Narrow(state, scope, now_us)
