"""Stores that guard views, locks or the clock wrongly: each one line away from the good one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from fourtop import (
    AlreadyExists,
    Enforcement,
    Event,
    House,
    MemoryStore,
    NotFound,
    OwnerKind,
    Restaurant,
    StoreUnavailable,
    Window,
)
from fourtop.ports import MAX_NEEDS, Changes, Clock, Decision, EventPage, Need, Scope, View
from fourtop.storage.memory.state import RestaurantState
from tests.contract.loading import arguments_of, loaded

T = TypeVar("T")


class SweepsOnItsOwn(MemoryStore):
    """It takes the rows of dead holds away whenever it writes, and no event tells."""

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        def sweep(state: RestaurantState) -> None:
            now_us = self._tell(scope.restaurant_id)
            dead = [hold for hold in state.holds._active if not hold.is_alive(now_us)]
            for hold in dead:
                for row in state.occupancy.of_owner(OwnerKind.HOLD, hold.id):
                    state.occupancy.remove(row)

        self._inside(scope.restaurant_id, sweep)
        return super().transact(scope, decide)


class ListsEventsByTime(MemoryStore):
    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        return tuple(sorted(super().events(restaurant_id), key=lambda event: event.at_us))


class FollowsFromTheEvent(MemoryStore):
    """Its pages begin with the event that the caller knows."""

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        before = None if sequence is None else sequence - 1
        return super().events_after(restaurant_id, before, limit)


class FollowsWithoutLimit(MemoryStore):
    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        return super().events_after(restaurant_id, sequence, limit * 1_000)


class FollowsTheLastOnes(MemoryStore):
    """It cuts a page at its beginning."""

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        page = super().events_after(restaurant_id, sequence, 1_000)
        return attrs.evolve(page, events=page.events[-limit:])


class FollowsFromTheFirst(MemoryStore):
    """It does not know the newest event."""

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        return super().events_after(restaurant_id, sequence or 0, limit)


class FollowsEveryRestaurant(MemoryStore):
    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        page = super().events_after(restaurant_id, sequence, limit)
        others = (
            super(FollowsEveryRestaurant, self).events_after(each, 0, 9) for each in self._states
        )
        found = {each.sequence: each for other in others for each in other.events}
        events = tuple(found[each] for each in sorted(found) if each > page.position)
        return attrs.evolve(page, events=(*page.events, *events)[:limit])


class SkipsToTheNewest(MemoryStore):
    """The position of a page is the newest event, whatever its limit has left out."""

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        page = super().events_after(restaurant_id, sequence, limit)
        newest = super().events_after(restaurant_id, None, limit)
        return attrs.evolve(page, position=max(page.position, newest.position))


class NeverHasAGap(MemoryStore):
    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        page = super().events_after(restaurant_id, sequence, limit)
        return attrs.evolve(page, has_gap=False)


class AlwaysHasAGap(MemoryStore):
    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        page = super().events_after(restaurant_id, sequence, limit)
        return attrs.evolve(page, has_gap=sequence is not None)


class ListsRestaurantsAsTheyCame(MemoryStore):
    def restaurant_ids(self) -> tuple[str, ...]:
        return tuple(self._states)


class OpensTwice(MemoryStore):
    def add_restaurant(self, house: House) -> None:
        self._states.pop(house.restaurant.id, None)
        super().add_restaurant(house)


class ForgetsZoneRules(MemoryStore):
    def _write(self, state: RestaurantState, changes: Changes) -> None:
        super()._write(state, _with_policy(changes, zone_rules=()))


class ForgetsDemandProfiles(MemoryStore):
    def _write(self, state: RestaurantState, changes: Changes) -> None:
        super()._write(state, _with_policy(changes, demand_profiles=()))


class EnforcesEveryRule(MemoryStore):
    def _write(self, state: RestaurantState, changes: Changes) -> None:
        super()._write(state, _with_policy(changes, enforcement=Enforcement()))


class ForgetsAisles(MemoryStore):
    def _write(self, state: RestaurantState, changes: Changes) -> None:
        if changes.floor is not None:
            floor = attrs.evolve(changes.floor.floor, aisles=())
            changes = attrs.evolve(changes, floor=attrs.evolve(changes.floor, floor=floor))
        super()._write(state, changes)


class SortsBookingWindows(MemoryStore):
    def _write(self, state: RestaurantState, changes: Changes) -> None:
        given = () if changes.policy is None else changes.policy.policy.booking_windows
        by_notice = sorted(given, key=lambda window: window.notice_minutes)
        super()._write(state, _with_policy(changes, booking_windows=by_notice))


def _with_policy(changes: Changes, **fields: Any) -> Changes:
    if changes.policy is None:
        return changes
    policy = attrs.evolve(changes.policy.policy, **fields)
    return attrs.evolve(changes, policy=attrs.evolve(changes.policy, policy=policy))


class AddsAnySlug(MemoryStore):
    """It compares the slugs of changed restaurants and not those of new ones."""

    _trusts = False

    def add_restaurant(self, house: House) -> None:
        self._trusts = True
        try:
            super().add_restaurant(house)
        finally:
            self._trusts = False

    def _check_slug(self, restaurant: Restaurant) -> None:
        if not self._trusts:
            super()._check_slug(restaurant)


class TrustsNewSlugs(MemoryStore):
    """It compares the slugs of new restaurants and not those of changed ones."""

    def _write(self, state: RestaurantState, changes: Changes) -> None:
        state.apply(changes)


class KeepsSlugsForGood(MemoryStore):
    """It never forgets a slug that a restaurant had."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self._had: dict[str, str] = {}

    def _check_slug(self, restaurant: Restaurant) -> None:
        super()._check_slug(restaurant)
        if self._had.setdefault(restaurant.slug, restaurant.id) != restaurant.id:
            raise AlreadyExists("slug", restaurant.slug)


class ComparesSlugsAsTheyWere(MemoryStore):
    """It compares a new slug with those that it saw as the call began."""

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        self._slugs = {id_: state.slugs for id_, state in self._states.items()}
        return super().transact(scope, decide)

    def _write(self, state: RestaurantState, changes: Changes) -> None:
        if changes.policy is not None:
            restaurant = changes.policy.restaurant
            for restaurant_id, slugs in self._slugs.items():
                if restaurant_id != restaurant.id and restaurant.slug in slugs:
                    raise AlreadyExists("slug", restaurant.slug)
        state.apply(changes)


class HidesWhatItRemoves(MemoryStore):
    """It takes a restaurant off the list and keeps it."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self._hidden: set[str] = set()

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        super().read(scope, lambda view: check(view) or Decision(None))
        self._hidden.add(scope.restaurant_id)

    def restaurant_ids(self) -> tuple[str, ...]:
        return tuple(each for each in super().restaurant_ids() if each not in self._hidden)


class RemembersWhatItRemoved(MemoryStore):
    """It gives a restaurant back its old rows when the id is added again."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self._removed: dict[str, RestaurantState] = {}

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        state = self._states.get(scope.restaurant_id)
        super().remove_restaurant(scope, check)
        assert state is not None, "what was removed was there"
        self._removed[scope.restaurant_id] = state

    def _new_state(self, house: House) -> RestaurantState:
        return self._removed.pop(house.restaurant.id, None) or super()._new_state(house)


class RemovesWithoutAsking(MemoryStore):
    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        assert check is not None
        super().remove_restaurant(scope, lambda _: None)


class ChecksBeforeItLocks(MemoryStore):
    """It locks the restaurant only for the removal."""

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        state = self._states.get(scope.restaurant_id)
        if state is not None:
            self._on_view(state, scope, self._tell(scope.restaurant_id), check)
        super().remove_restaurant(scope, lambda _: None)


class FindsNothing(MemoryStore):
    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        return super().events(restaurant_id) if restaurant_id in self._states else ()


class LeavesViewsAlive(MemoryStore):
    class Undying(View):
        def close(self) -> None:
            pass

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return self.Undying(state, scope, now_us)


class ShowsEverything(MemoryStore):
    class Everything(frozenset[Any]):
        def __contains__(self, item: object) -> bool:
            return item is not None

    class Open(Scope):
        def covers(self, window: Window) -> bool:
            return window is not None

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        named = ("bookings", "holds", "records", "tables", "stored_results", "sessions")
        everything = {name: self.Everything(getattr(scope, name)) for name in named}
        shown = {**arguments_of(scope), **everything, "counts_holds": True}
        return View(state, self.Open(**shown), now_us)


class HidesTables(MemoryStore):
    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return View(state, attrs.evolve(scope, tables=frozenset()), now_us)


class ShowsAMarginAroundWindows(MemoryStore):
    class Wide(Scope):
        def covers(self, window: Window) -> bool:
            return super().covers(window) or super().covers(
                Window.of_micros(window.start_us, window.end_us - 1)
            )

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return View(state, self.Wide(**arguments_of(scope)), now_us)


class ServesOneNeed(MemoryStore):
    def _on_view(
        self,
        state: RestaurantState,
        scope: Scope,
        now_us: int,
        question: Callable[[View], T | Need],
    ) -> T:
        needs: list[Need] = []

        def once(view: View) -> T | Need:
            answer = question(view)
            if isinstance(answer, Need):
                needs.append(answer)
                assert len(needs) == 1, "only one need is served"
            return answer

        return super()._on_view(state, scope, now_us, once)


class ServesEveryNeed(MemoryStore):
    def _on_view(
        self,
        state: RestaurantState,
        scope: Scope,
        now_us: int,
        question: Callable[[View], T | Need],
    ) -> T:
        while True:
            view = self._new_view(state, scope, now_us)
            answer = question(view)
            view.close()
            if not isinstance(answer, Need):
                return answer
            scope |= answer.scope


class ForgetsTheFirstScope(MemoryStore):
    def _on_view(
        self,
        state: RestaurantState,
        scope: Scope,
        now_us: int,
        question: Callable[[View], T | Need],
    ) -> T:
        for _ in range(MAX_NEEDS + 1):
            view = self._new_view(state, scope, now_us)
            try:
                answer = question(view)
            finally:
                view.close()
            if not isinstance(answer, Need):
                return answer
            scope = answer.scope
        raise AssertionError("more needs than are served")


class WrapsErrors(MemoryStore):
    def _on_view(
        self,
        state: RestaurantState,
        scope: Scope,
        now_us: int,
        question: Callable[[View], T | Need],
    ) -> T:
        try:
            return super()._on_view(state, scope, now_us, question)
        except ZeroDivisionError as error:
            raise StoreUnavailable(str(error)) from error


class WritesTheFirstDecision(MemoryStore):
    """It keeps the answer of a question that it put twice, instead of the last."""

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        calls: list[Decision[T]] = []

        def twice(view: View) -> Decision[T] | Need:
            first = decide(view)
            if not isinstance(first, Need):
                calls.append(first)
                decide(view)
            return first

        return super().transact(scope, twice)


class TakesNothingForFailure(MemoryStore):
    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        answer = super().read(scope, ask)
        if answer is None:
            raise NotFound("restaurant", scope.restaurant_id)
        return answer


class ReadsCount(MemoryStore):
    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        answer = super().read(scope, ask)
        state = self._states[scope.restaurant_id]
        state.versions = attrs.evolve(state.versions, occupancy=state.versions.occupancy + 1)
        return answer


class ForgetsTheLock(MemoryStore):
    def _inside(self, restaurant_id: str, work: Callable[[RestaurantState], T]) -> T:
        state = self._states.get(restaurant_id)
        if state is None:
            raise NotFound("restaurant", restaurant_id)
        return work(state)


class ReadsWithoutTheLock(MemoryStore):
    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        state = self._states.get(scope.restaurant_id)
        if state is None:
            raise NotFound("restaurant", scope.restaurant_id)
        return self._on_view(state, scope, self._tell(scope.restaurant_id), ask)


class LooksAtTheClockFirst(MemoryStore):
    def _inside(self, restaurant_id: str, work: Callable[[RestaurantState], T]) -> T:
        self._early_us = self._clock.now_us()
        return super()._inside(restaurant_id, work)

    def _tell(self, restaurant_id: str) -> int:
        early_us = max(self._latest_us[restaurant_id], self._early_us)
        self._latest_us[restaurant_id] = early_us
        return early_us


class LetsTimeGoBack(MemoryStore):
    def _tell(self, restaurant_id: str) -> int:
        assert restaurant_id in self._states
        return self._clock.now_us()


class TellsTheFuture(MemoryStore):
    """It answers with the latest time that it has told, however far behind the clock is."""

    def _tell(self, restaurant_id: str) -> int:
        latest_us = max(self._latest_us[restaurant_id], self._clock.now_us())
        self._latest_us[restaurant_id] = latest_us
        return latest_us


class TellsMilliseconds(MemoryStore):
    def _tell(self, restaurant_id: str) -> int:
        return super()._tell(restaurant_id) // 1000 * 1000


class RemembersTimeOfWritesOnly(MemoryStore):
    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        latest_us = self._latest_us.get(scope.restaurant_id, 0)
        try:
            return super().read(scope, ask)
        finally:
            self._latest_us[scope.restaurant_id] = latest_us


class TellsPartiesForEachWindow(MemoryStore):
    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        parties = [
            each
            for window in scope.counted_parties
            for each in state.counted_parties(window, now_us)
        ]
        return View(attrs.evolve(loaded(state, scope, now_us), parties=parties), scope, now_us)


class CountsHeadsForEachWindow(MemoryStore):
    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        counted = [each for window in scope.headcounts for each in state.headcounts(window)]
        return View(attrs.evolve(loaded(state, scope, now_us), counted=counted), scope, now_us)
