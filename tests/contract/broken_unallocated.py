"""Stores that lose or confuse the parties that were promised tables."""

from __future__ import annotations

import attrs

from fourtop import Booking, MemoryStore, Window
from fourtop.ports import Changes, Scope, View
from fourtop.storage.memory.state import RestaurantState
from tests.contract.loading import loaded


class ForgetsThePromised(RestaurantState):
    def _write_records(self, changes: Changes) -> None:
        super()._write_records(changes)
        self.promises.clear()


class ShowsEveryBookingAsPromised(RestaurantState):
    def _write_records(self, changes: Changes) -> None:
        super()._write_records(changes)
        self.promises.update(self.bookings.by_id)


class ForgetsThatTablesWereGiven(RestaurantState):
    def _write_records(self, changes: Changes) -> None:
        before = dict(self.promises)
        super()._write_records(changes)
        self.promises.update(before)


class SeesThePromisedOfEveryRestaurant(MemoryStore):
    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        known = loaded(state, scope, now_us)
        every = {
            booking.id: booking
            for other in self._states.values()
            for booking in other.promises.values()
        }
        return View(attrs.evolve(known, promises=every), scope, now_us)


class LoadsThePromisedByTheirStart(MemoryStore):
    """It loads those that sit down in a window, not those that overlap it."""

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        known = loaded(state, scope, now_us)
        found = {
            booking.id: booking
            for window in scope.windows
            for booking in state.bookings_starting(window)
            if booking.id in state.promises
        }
        return View(attrs.evolve(known, promises=found), scope, now_us)


class ListsThePromisedByTheirStart(MemoryStore):
    class ByStart(View):
        def promised(self, window: Window) -> tuple[Booking, ...]:
            found = super().promised(window)
            return tuple(sorted(found, key=lambda each: each.stay.dining.start_us))

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.ByStart(state, scope, now_us)


class IgnoresHoldsForThePromised(MemoryStore):
    class Blind(View):
        def promised(self, window: Window) -> tuple[Booking, ...]:
            super().promised(window)
            found = self._source.promises.values()
            return tuple(each for each in found if each.stay.occupied.overlaps(window))

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Blind(state, scope, now_us)


class CountsHoldsBesideTheWindow(MemoryStore):
    """It knows all holds of a party, and not only those that overlap the window."""

    class Wide(View):
        def promised(self, window: Window) -> tuple[Booking, ...]:
            found = super().promised(window)
            return tuple(each for each in found if not self._is_held(each))

        def _is_held(self, booking: Booking) -> bool:
            holds = self._source.holds_for(booking.id)
            return any(hold.is_alive(self.now_us) for hold in holds)

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Wide(state, scope, now_us)


class ShowsThePromisedOutsideTheScope(MemoryStore):
    class Wide(View):
        def promised(self, window: Window) -> tuple[Booking, ...]:
            return View(self._source, Scope("here", windows=(window,)), self.now_us).promised(
                window
            )

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Wide(state, scope, now_us)
