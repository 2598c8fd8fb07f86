"""Stores that lose or confuse the parties that wait for tables without a promise."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from fourtop import Booking, MemoryStore, Window
from fourtop.ports import WAITING, Scope, View, waits_in
from fourtop.storage.memory.state import RestaurantState
from tests.contract.loading import loaded


class ForgetsTheWaiting(RestaurantState):
    @property
    def has_waiting(self) -> bool:
        return False

    def waiting(self, _window: Window) -> Iterator[Booking]:
        return iter(())


class ShowsTheWaitingByTheirOwnStart(RestaurantState):
    """It leaves out the other starts that a party takes."""

    def waiting(self, window: Window) -> Iterator[Booking]:
        found = super().waiting(window)
        return (each for each in found if each.stay.occupied.overlaps(window))


class ShowsTheWaitingHoweverFar(RestaurantState):
    """It shows each party at all starts that it takes."""

    def waiting(self, window: Window) -> Iterator[Booking]:
        for each in self.bookings.by_id.values():
            waits = each.status in WAITING and each.assignment is None
            first_us = each.stay.occupied.start_us if each.waiting is None else 0
            if waits and first_us < window.end_us and window.start_us < each.stay.occupied.end_us:
                yield each


class ShowsOneStatusOfThose(RestaurantState):
    def waiting(self, window: Window) -> Iterator[Booking]:
        return (each for each in super().waiting(window) if each.status.value == "waitlisted")


class ShowsThoseWithTables(RestaurantState):
    def waiting(self, window: Window) -> Iterator[Booking]:
        for each in self.bookings.by_id.values():
            if each.status in WAITING and waits_in(attrs.evolve(each, assignment=None), window):
                yield each


class ListsTheWaitingByTheirStart(MemoryStore):
    class ByStart(View):
        def waiting(self, window: Window) -> tuple[Booking, ...]:
            found = super().waiting(window)
            return tuple(sorted(found, key=lambda each: each.stay.dining.start_us))

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.ByStart(state, scope, now_us)


class SeesTheWaitingOfEveryRestaurant(MemoryStore):
    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        known = loaded(state, scope, now_us)
        every = {
            booking.id: booking
            for other in self._states.values()
            for window in scope.windows
            for booking in other.waiting(window)
        }
        bookings = {each.id: each for each in known.bookings} | every
        return View(attrs.evolve(known, bookings=list(bookings.values())), scope, now_us)


class CountsExpiredHoldsOfTheWaiting(MemoryStore):
    class Late(View):
        def is_held(self, booking_id: str, window: Window) -> bool:
            super().is_held(booking_id, window)
            holds = self._source.holds_for(booking_id)
            return any(hold.stay.occupied.overlaps(window) for hold in holds)

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Late(state, scope, now_us)


class ShowsTheWaitingOutsideTheScope(MemoryStore):
    class Wide(View):
        def waiting(self, window: Window) -> tuple[Booking, ...]:
            return View(self._source, Scope("here", windows=(window,)), self.now_us).waiting(window)

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Wide(state, scope, now_us)
