"""Stores that lose or confuse the parties that sit at tables now."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from fourtop import Allocation, Booking, MemoryStore, Owner, OwnerKind, ResourceType, Window
from fourtop.ports import Changes, Scope, SeatedParty, View
from fourtop.storage.memory.state import RestaurantState
from tests.contract.loading import arguments_of, loaded


class ForgetsTheSeated(RestaurantState):
    def seated(self) -> Collection[Booking]:
        return ()


class ShowsEveryBookingAsSeated(RestaurantState):
    def seated(self) -> Collection[Booking]:
        return [each for each in self.bookings.by_id.values() if each.assignment is not None]


class ForgetsThatAPartyLeft(RestaurantState):
    def _write_records(self, changes: Changes) -> None:
        before = dict(self.bookings._seated._bookings)
        super()._write_records(changes)
        self.bookings._seated._bookings = before | self.bookings._seated._bookings


class ListsTheSeatedAsTheyCame(RestaurantState):
    def seated(self) -> Collection[Booking]:
        return tuple(self.bookings._seated._bookings.values())


class LoadsTheSeatedWithoutTheirRows(MemoryStore):
    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        known = loaded(state, scope, now_us)
        seen = [
            row
            for row in known.allocations
            if row.owner_id in scope.bookings
            or row.owner_kind is not OwnerKind.BOOKING
            or any(row.window.overlaps(window) for window in scope.windows)
        ]
        return View(attrs.evolve(known, allocations=seen), scope, now_us)


class SeesTheSeatedOfEveryRestaurant(MemoryStore):
    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        known = loaded(state, scope, now_us)
        others = [each for each in self._states.values() if each is not state]
        seated = [(other, booking) for other in others for booking in other.seated()]
        rows = [row for other, each in seated for row in other.of_owner(OwnerKind.BOOKING, each.id)]
        bookings = (*known.bookings, *(booking for _, booking in seated))
        allocations = (*known.allocations, *rows)
        return View(attrs.evolve(known, bookings=bookings, allocations=allocations), scope, now_us)


class ShowsTheSeatedToEveryView(MemoryStore):
    class Wide(Scope):
        def sees_seated(self, now_us: int) -> bool:
            return now_us > 0

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return View(state, self.Wide(**arguments_of(scope)), now_us)


class TrustsTheEndOfARow(MemoryStore):
    """A party is gone when its time is over."""

    class Blind(View):
        def seated_parties(self) -> tuple[SeatedParty, ...]:
            found = super().seated_parties()
            return tuple(attrs.evolve(each, until_us=each.end_us) for each in found)

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Blind(state, scope, now_us)


class LengthensEveryRow(MemoryStore):
    """A party stays on for the margin after the end of its row, and not after now."""

    class Long(View):
        def seated_parties(self) -> tuple[SeatedParty, ...]:
            found = super().seated_parties()
            return tuple(
                attrs.evolve(each, until_us=max(each.until_us, each.end_us + 25 * 60_000_000))
                for each in found
            )

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Long(state, scope, now_us)


class CountsFromNoon(MemoryStore):
    """The time at which a party may leave is worked out once."""

    class Still(View):
        def seated_parties(self) -> tuple[SeatedParty, ...]:
            found = super().seated_parties()
            return tuple(
                attrs.evolve(each, until_us=max(each.end_us, each.end_us + 85 * 60_000_000))
                for each in found
            )

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Still(state, scope, now_us)


class KeepsEveryTableOfAParty(RestaurantState):
    """It takes the tables that a party has left for the ones that it has."""

    def of_owner(self, kind: OwnerKind, owner_id: str) -> tuple[Allocation, ...]:
        rows = super().of_owner(kind, owner_id)
        end_us = max((row.window.end_us for row in rows), default=0)
        return tuple(
            attrs.evolve(row, window=Window.of_micros(row.window.start_us, end_us)) for row in rows
        )


class PutsAPartyInItsOwnWay(MemoryStore):
    class Strict(View):
        def busy_mask(self, window: Window, without: Collection[Owner] = ()) -> int:
            return super().busy_mask(window, () if self.seated_parties() else without)

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Strict(state, scope, now_us)


class ShowsTheNextBookingFirst(MemoryStore):
    class Late(View):
        def find_in_the_way(
            self, table_id: str, window: Window, without: Collection[Owner] = ()
        ) -> Allocation | None:
            stored = self._source.occupancy.find_in_the_way(
                ResourceType.TABLE, table_id, window, without
            )
            return stored or super().find_in_the_way(table_id, window, without)

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Late(state, scope, now_us)


class ShowsTheStoredRowBesideTheLongerOne(MemoryStore):
    class Both(View):
        def all_in_the_way(
            self, table_id: str, window: Window, without: Collection[Owner] = ()
        ) -> tuple[Allocation, ...]:
            found = super().all_in_the_way(table_id, window, without)
            stored = self._source.occupancy.of_resource(ResourceType.TABLE, table_id, window)
            return (*found, *(row for row in stored if row not in found))

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Both(state, scope, now_us)


class SeesRowsBesideAWindowOnly(MemoryStore):
    class Stored(View):
        def find_beside(
            self, window: Window, around: Window, without: Collection[Owner] = ()
        ) -> tuple[dict[int, int], dict[int, int]]:
            return self._source.find_beside(window, around, without)

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Stored(state, scope, now_us)


class LooksForTheLastRowOnly(MemoryStore):
    class Short(View):
        def find_last_allocation(self, table_id: str) -> Allocation | None:
            return self._last_stored(table_id)

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Short(state, scope, now_us)
