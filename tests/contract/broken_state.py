"""States that lose or disorder what they were given: each one line away from the good one."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from fourtop import (
    Booking,
    ConfirmationResult,
    Hold,
    House,
    OwnerKind,
    Window,
)
from fourtop.ports import Changes, CountedParty, Headcount, HeldCover, held_covers_of
from fourtop.storage.memory.headcounts import HeadcountIndex
from fourtop.storage.memory.state import RestaurantState


class ForgetsToRearrange(RestaurantState):
    def _write_house(self, changes: Changes) -> None:
        arranged = list(self.occupancy.table_ids)
        super()._write_house(changes)
        self.occupancy.arrange(arranged)


class KeepsTheOldExpiry(RestaurantState):
    def _write_records(self, changes: Changes) -> None:
        old = {hold.id: self.holds.by_id[hold.id].expires_us for hold in changes.holds_changed}
        kept = tuple(attrs.evolve(hold, expires_us=old[hold.id]) for hold in changes.holds_changed)
        super()._write_records(attrs.evolve(changes, holds_changed=kept))


class KeepsTheFirstPromise(RestaurantState):
    """Writes the conditions of a booking when it is made, and never again."""

    def _write_records(self, changes: Changes) -> None:
        kept = tuple(
            each
            if each.version == 1
            else attrs.evolve(each, must=self.bookings.by_id[each.id].must)
            for each in changes.bookings
        )
        super()._write_records(attrs.evolve(changes, bookings=kept))


class KeepsTheFirstRecordOfShadow(RestaurantState):
    """Writes which rules would have refused a booking when it is made, and never again."""

    def _write_records(self, changes: Changes) -> None:
        kept = tuple(
            each
            if each.version == 1
            else attrs.evolve(each, would_refuse=self.bookings.by_id[each.id].would_refuse)
            for each in changes.bookings
        )
        super()._write_records(attrs.evolve(changes, bookings=kept))


class ForgetsTheShadowOfHolds(RestaurantState):
    def _write_records(self, changes: Changes) -> None:
        bare = tuple(attrs.evolve(each, would_refuse=()) for each in changes.holds_added)
        super()._write_records(attrs.evolve(changes, holds_added=bare))


class ShowsTheNewestFirst(RestaurantState):
    def confirmations_of(self, hold_id: str) -> tuple[ConfirmationResult, ...]:
        return super().confirmations_of(hold_id)[::-1]


class ListsHoldsByWhenTheyWereWritten(RestaurantState):
    def holds_for(self, booking_id: str) -> list[Hold]:
        return [self.holds.by_id[each] for each in self.holds._made_for.get(booking_id, ())]


class ListsLiveHoldsAsTheyCame(RestaurantState):
    def active_holds(self, window: Window) -> list[Hold]:
        return self.holds._active.overlapping(window.start_us, window.end_us)[::-1]


class ShowsOneDeadHold(RestaurantState):
    def expired_holds(self, now_us: int, window: Window) -> list[Hold]:
        return super().expired_holds(now_us, window)[:1]


class ForgetsWhatHoldsAreFor(RestaurantState):
    def holds_for(self, booking_id: str) -> list[Hold]:
        return super().holds_for(booking_id)[1:]


class ListsBookingsById(RestaurantState):
    def bookings_starting(self, window: Window) -> Iterator[Booking]:
        yield from sorted(super().bookings_starting(window), key=lambda booking: booking.id)


class CountsWhoeverIsWrittenDown(RestaurantState):
    def headcounts(self, window: Window) -> Iterator[Headcount]:
        for booking in self.bookings_starting(window):
            yield Headcount(booking.stay.dining.start_us, booking.party_size, 1)


class CountsHeadsForGood(RestaurantState):
    def __init__(self, house: House) -> None:
        super().__init__(house)

        class Lasting(HeadcountIndex):
            def remove(self, booking: Booking) -> None:
                pass

        self.bookings.headcounts = Lasting()


class KeepsRemovedBookings(RestaurantState):
    def _write_bookings(self, changes: Changes) -> None:
        super()._write_bookings(attrs.evolve(changes, bookings_removed=()))


class CountsRemovedBookings(RestaurantState):
    def _write_bookings(self, changes: Changes) -> None:
        removed = [self.bookings.by_id[booking_id] for booking_id in changes.bookings_removed]
        super()._write_bookings(changes)
        for booking in removed:
            self.bookings.headcounts.add(booking)


class TakesNobodyForABooking(RestaurantState):
    def held_covers(self, window: Window, now_us: int) -> list[HeldCover]:
        holds = [
            attrs.evolve(hold, booking_id=str(hold.booking_id))
            for hold in self.active_holds(window)
        ]
        return list(held_covers_of(holds, self.bookings.by_id, now_us))


class ForgetsWhomClaimsAreFor(RestaurantState):
    def held_covers(self, window: Window, now_us: int) -> list[HeldCover]:
        return [attrs.evolve(each, counted_us=None) for each in super().held_covers(window, now_us)]


class TellsPartiesWithoutHolds(RestaurantState):
    def counted_parties(self, window: Window, now_us: int) -> list[CountedParty]:
        found = super().counted_parties(window, now_us)
        return [each for each in found if each.owner.kind is OwnerKind.BOOKING]


class TellsPartiesWithoutTables(RestaurantState):
    def counted_parties(self, window: Window, now_us: int) -> list[CountedParty]:
        return [attrs.evolve(each, tables=()) for each in super().counted_parties(window, now_us)]


class TellsPartiesWithoutChannels(RestaurantState):
    def counted_parties(self, window: Window, now_us: int) -> list[CountedParty]:
        return [
            attrs.evolve(each, channel=None) for each in super().counted_parties(window, now_us)
        ]


class TellsTheOccupiedEnd(RestaurantState):
    def counted_parties(self, window: Window, now_us: int) -> list[CountedParty]:
        ends = {hold.id: hold.stay.occupied.end_us for hold in self.active_holds(window)}
        return [
            attrs.evolve(each, end_us=ends.get(each.owner.id, each.end_us))
            for each in super().counted_parties(window, now_us)
        ]


class KeepsTheFirstOwner(RestaurantState):
    def _write_allocations(self, changes: Changes) -> None:
        kept = tuple(
            (old, attrs.evolve(new, owner_kind=old.owner_kind, owner_id=old.owner_id))
            for old, new in changes.replaced
        )
        super()._write_allocations(attrs.evolve(changes, replaced=kept))


class CountsDeadHolds(RestaurantState):
    def count_alive(self, now_us: int, session: str | None = None) -> int:
        return super().count_alive(0 * now_us, session)


class CountsEverything(RestaurantState):
    def _count(self, changes: Changes) -> None:
        super()._count(changes)
        self.versions = attrs.evolve(
            self.versions, occupancy=self.versions.occupancy + (not changes.touches_occupancy)
        )


class CountsOneKindAtATime(RestaurantState):
    def _count(self, changes: Changes) -> None:
        super()._count(Changes(floor=changes.floor) if changes.floor is not None else changes)


class DropsDetails(RestaurantState):
    def _write_records(self, changes: Changes) -> None:
        super()._write_records(
            attrs.evolve(
                changes,
                confirmations=tuple(
                    attrs.evolve(each, details={}) for each in changes.confirmations
                ),
            )
        )


class RoundsToMilliseconds(RestaurantState):
    def _write_records(self, changes: Changes) -> None:
        rounded = [
            attrs.evolve(each, created_us=each.created_us // 1000 * 1000)
            for each in changes.bookings
        ]
        super()._write_records(attrs.evolve(changes, bookings=tuple(rounded)))


class KeepsTheOldName(RestaurantState):
    def _write_house(self, changes: Changes) -> None:
        before = self.house.restaurant
        super()._write_house(changes)
        self.house = attrs.evolve(self.house, restaurant=before)


class TakesOneHalfOfAHouse(RestaurantState):
    def _write_house(self, changes: Changes) -> None:
        super()._write_house(
            attrs.evolve(changes, policy=None) if changes.floor is not None else changes
        )
