"""Stores that each break a promise to their jobs, one line away from the good one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import count
from threading import Event as Signal
from threading import Lock
from typing import Any, Final

import attrs

from fourtop import Allocation, Event, HoldState, House, MemoryStore, OwnerKind, Window
from fourtop.ports import Clock, DeadLetter, Delivery, EventPage
from fourtop.storage.memory.archive import Archive, rows_over
from fourtop.storage.memory.confirmations import ConfirmationRecords
from fourtop.storage.memory.outbox import EventOutbox
from fourtop.storage.memory.state import RestaurantState
from fourtop.testing import MakeMaintained
from fourtop.testing.contract.harness import PATIENCE_SECONDS
from fourtop.timeline import Occupancy
from tests.contract.broken_judge import TellsOfWhatItRefused

Kind = (
    type[MemoryStore]
    | type[RestaurantState]
    | type[EventOutbox]
    | type[ConfirmationRecords]
    | type[Archive]
)


def maker(kind: Kind) -> MakeMaintained:
    """Return the maker of a memory store of that kind, or with such states or parts."""
    if issubclass(kind, MemoryStore):
        return kind

    class OtherState(RestaurantState):
        def __init__(self, house: House) -> None:
            super().__init__(house)
            for name, part in (
                ("outbox", EventOutbox),
                ("confirmations", ConfirmationRecords),
                ("archive", Archive),
            ):
                if issubclass(kind, part):
                    setattr(self, name, kind())

    class Store(MemoryStore):
        def _new_state(self, house: House) -> RestaurantState:
            return kind(house) if issubclass(kind, RestaurantState) else OtherState(house)

    return Store


class _Meeting:
    """The first two threads meet here, so that both do the same step before either goes on."""

    def __init__(self) -> None:
        self._come = count(1)
        self._is_complete = Signal()

    def attend(self) -> None:
        if next(self._come) > 1:
            self._is_complete.set()
        assert self._is_complete.wait(PATIENCE_SECONDS), "nobody else has come"


# ---- maintenance


class TellsMilliseconds(MemoryStore):
    def now_us(self) -> int:
        return super().now_us() // 1000 * 1000


class LetsHoldsExpireLater(MemoryStore):
    def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        return super().expired_holds(before_us - 1, limit)


class ListsHoldsByName(MemoryStore):
    def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(super().expired_holds(before_us, limit)))


class SweepsWhatItFinds(MemoryStore):
    def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        found = super().expired_holds(before_us, limit)
        for restaurant_id, hold_id in found:

            def expire(state: RestaurantState, hold_id: str = hold_id) -> None:
                hold = state.holds.by_id[hold_id]
                state.holds._deactivate(hold)
                state.holds.by_id[hold_id] = attrs.evolve(hold, state=HoldState.EXPIRED)

            self._inside(restaurant_id, expire)
        return found


class ResetsEveryClock(MemoryStore):
    def reset_clock(self, restaurant_id: str) -> int:
        told_us = self._inside(restaurant_id, lambda _: self._latest_us[restaurant_id])
        self._latest_us[restaurant_id] = self._clock.now_us()
        return told_us - self._clock.now_us()


class ResetsNoClock(MemoryStore):
    def reset_clock(self, restaurant_id: str) -> int:
        told_us = self._latest_us[restaurant_id]
        set_back_us = super().reset_clock(restaurant_id)
        self._latest_us[restaurant_id] = told_us
        return set_back_us


class ArchivesAMicrosecondEarly(MemoryStore):
    def archive_allocations(self, before_us: int, limit: int) -> int:
        return super().archive_allocations(before_us + 1, limit)


class ArchivesHolds(MemoryStore):
    def archive_allocations(self, before_us: int, limit: int) -> int:
        def find(state: RestaurantState) -> Iterable[tuple[int, str]]:
            rows = state.occupancy.allocations()
            return [(row.window.end_us, row.id) for row in rows if row.window.end_us <= before_us]

        return self._clear(
            limit, find, lambda state, row_id: state.archive.take(state.occupancy, row_id)
        )


class ArchivesWhatHasBegun(MemoryStore):
    def archive_allocations(self, before_us: int, limit: int) -> int:
        def find(state: RestaurantState) -> Iterable[tuple[int, str]]:
            rows = state.occupancy.allocations()
            return [(row.window.end_us, row.id) for row in rows if row.window.start_us <= before_us]

        return self._clear(
            limit, find, lambda state, row_id: state.archive.take(state.occupancy, row_id)
        )


class ArchivesTablesOnly(MemoryStore):
    def archive_allocations(self, before_us: int, limit: int) -> int:
        def find(state: RestaurantState) -> Iterable[tuple[int, str]]:
            for end_us, row_id in rows_over(state.occupancy, before_us):
                row = state.occupancy.find(row_id)
                if row is not None and row.owner_kind is not OwnerKind.BLOCK:
                    yield end_us, row_id

        return self._clear(
            limit, find, lambda state, row_id: state.archive.take(state.occupancy, row_id)
        )


class KeepsArchivedRowsInTheWay(Archive):
    def take(self, occupancy: Occupancy, allocation_id: str) -> None:
        row = occupancy.find(allocation_id)
        super().take(occupancy, allocation_id)
        assert row is not None
        occupancy.add(
            attrs.evolve(row, window=Window.of_micros(row.window.start_us, row.window.start_us + 1))
        )


class ThrowsRowsAway(Archive):
    def take(self, occupancy: Occupancy, allocation_id: str) -> None:
        super().take(occupancy, allocation_id)
        self._rows.clear()


class ShowsTheWholeArchive(Archive):
    def overlapping(self, window: Window) -> tuple[Allocation, ...]:
        assert window.minutes
        return tuple(sorted(self._rows, key=lambda row: row.order_key))


class TakesTheNewestFirst(MemoryStore):
    def _clear(
        self,
        limit: int,
        find: Callable[[RestaurantState], Iterable[tuple[int, Any]]],
        drop: Callable[[RestaurantState, Any], object],
    ) -> int:
        return super()._clear(
            limit, lambda state: [(-since_us, key) for since_us, key in list(find(state))], drop
        )


class TakesRestaurantsInTurn(MemoryStore):
    """It goes through one restaurant before it looks at the next."""

    def _clear(
        self,
        limit: int,
        find: Callable[[RestaurantState], Iterable[tuple[int, Any]]],
        drop: Callable[[RestaurantState, Any], object],
    ) -> int:
        taken = 0
        for restaurant_id in self.restaurant_ids():

            def clear(state: RestaurantState, left: int = limit - taken) -> int:
                found = sorted(find(state))[:left]
                for _, key in found:
                    drop(state, key)
                return len(found)

            taken += self._inside(restaurant_id, clear)
        return taken


class CountsHousekeeping(MemoryStore):
    def _clear(
        self,
        limit: int,
        find: Callable[[RestaurantState], Iterable[tuple[int, Any]]],
        drop: Callable[[RestaurantState, Any], object],
    ) -> int:
        taken = super()._clear(limit, find, drop)
        for state in self._states.values():
            state.versions = attrs.evolve(
                state.versions, occupancy=state.versions.occupancy + (taken > 0)
            )
        return taken


class ClearsWithoutTheLock(MemoryStore):
    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self._meeting = _Meeting()

    def _clear(
        self,
        limit: int,
        find: Callable[[RestaurantState], Iterable[tuple[int, Any]]],
        drop: Callable[[RestaurantState, Any], object],
    ) -> int:
        found: list[tuple[RestaurantState, Any]] = []
        taken = super()._clear(limit, find, lambda state, key: found.append((state, key)))
        self._meeting.attend()

        def drop_all(_: list[RestaurantState]) -> None:
            for state, key in found:
                if key in [each for _, each in find(state)]:
                    drop(state, key)

        self._inside_all(drop_all)
        return taken


class KeepsSuccesses(ConfirmationRecords):
    def results_over(self, before_us: int) -> Iterator[tuple[int, str]]:
        return (
            each for each in super().results_over(before_us) if not self.results[each[1]].confirmed
        )


class RemembersDeletedKeys(ConfirmationRecords):
    def drop_stored_result(self, under: tuple[str, str]) -> None:
        """Keep the key taken."""


class DropsAnswersThatAreNeeded(ConfirmationRecords):
    def stored_results_over(self, before_us: int) -> Iterator[tuple[int, tuple[str, str]]]:
        for under, answer in self.stored_results.items():
            if answer.stored_us <= before_us:
                yield answer.stored_us, under


class KeepsAnswersOfFailures(ConfirmationRecords):
    def stored_results_over(self, before_us: int) -> Iterator[tuple[int, tuple[str, str]]]:
        kept = {result.key for result in self.results.values()}
        return (each for each in super().stored_results_over(before_us) if each[1][1] not in kept)


class DropsHoldsOfTheFuture(RestaurantState):
    def holds_over(self, before_us: int) -> Iterator[tuple[int, str]]:
        for hold in self.holds.by_id.values():
            if hold.state is not HoldState.ACTIVE and hold.created_us <= before_us:
                yield hold.created_us, hold.id


class DropsDeadHolds(RestaurantState):
    def holds_over(self, before_us: int) -> Iterator[tuple[int, str]]:
        yield from super().holds_over(before_us)
        yield from (
            (self.holds.by_id[hold_id].created_us, hold_id)
            for _, hold_id in self.holds_expired(before_us)
        )


class DropsHoldsWithResults(RestaurantState):
    def holds_over(self, before_us: int) -> Iterator[tuple[int, str]]:
        kept, self.confirmations = self.confirmations, ConfirmationRecords()
        found = list(super().holds_over(before_us))
        self.confirmations = kept
        return iter(found)


class RemembersWhatDeletedHoldsWereFor(RestaurantState):
    def drop_hold(self, hold_id: str) -> None:
        booking_id = self.holds.by_id[hold_id].booking_id
        super().drop_hold(hold_id)
        assert booking_id is not None
        self.holds._made_for.setdefault(booking_id, []).append(hold_id)


class DropsEventsByTheirAge(EventOutbox):
    def over(self, before_us: int) -> Iterator[tuple[int, int]]:
        for entry in self._entries.values():
            if entry.event.at_us <= before_us:
                yield entry.event.at_us, entry.sequence


class KeepsDeadLettersForEver(EventOutbox):
    def over(self, before_us: int) -> Iterator[tuple[int, int]]:
        return (each for each in super().over(before_us) if not self._entries[each[1]].is_dead)


class RemembersDeletedEvents(EventOutbox):
    def drop(self, sequence: int) -> None:
        self.keys.add(self._entries.pop(sequence).event.dedupe_key)


# ---- the outbox


class GivesTheNewestFirst(MemoryStore):
    def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        return super().claim(limit, lease_us)[::-1]


class ForgetsTheLimit(MemoryStore):
    def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        return super().claim(limit * 1000, lease_us)


class CountsDown(EventOutbox):
    def lease(self, sequence: int, lease: str, until_us: int) -> Delivery:
        return attrs.evolve(super().lease(sequence, lease, until_us), sequence=-sequence)


class CountsAttemptsAtTheClaim(EventOutbox):
    def lease(self, sequence: int, lease: str, until_us: int) -> Delivery:
        self._waiting[sequence].attempts += 1
        return super().lease(sequence, lease, until_us)


class SeesOneRestaurant(MemoryStore):
    def _inside_all(self, work: Callable[[list[RestaurantState]], Any]) -> Any:
        return super()._inside_all(lambda states: work(states[:1]))


class GivesLeasedEventsAgain(EventOutbox):
    def claimable(self, now_us: int) -> Iterator[tuple[int, int]]:
        return (
            (number, number) for number, entry in self._waiting.items() if now_us >= entry.next_us
        )


class LeasesForLonger(EventOutbox):
    def lease(self, sequence: int, lease: str, until_us: int) -> Delivery:
        return super().lease(sequence, lease, until_us + 1)


class LetsLaterOnesGo(EventOutbox):
    def claimable(self, now_us: int) -> Iterator[tuple[int, int]]:
        return (
            (number, number) for number, entry in self._waiting.items() if entry.is_free(now_us)
        )


class WaitsForTheWholeRestaurant(EventOutbox):
    def claimable(self, now_us: int) -> Iterator[tuple[int, int]]:
        for number, entry in self._waiting.items():
            if not entry.is_free(now_us):
                return
            yield number, number


class OrdersByHold(EventOutbox):
    def claimable(self, now_us: int) -> Iterator[tuple[int, int]]:
        held: set[str | None] = set()
        for number, entry in self._waiting.items():
            subject = entry.event.hold_id or entry.event.booking_id
            if entry.is_free(now_us) and subject not in held:
                yield number, number
            else:
                held.add(subject)


class ClaimsWithoutTheLock(MemoryStore):
    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self._finding = Lock()
        self._meeting = _Meeting()

    def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        with self._finding:
            found = super().claim(limit, lease_us)
            super().release(found)
        self._meeting.attend()
        return tuple(
            self._states[each.event.restaurant_id].outbox.lease(each.sequence, "1", 2**60)
            for each in found
        )


class GivesDeliveredEventsAgain(EventOutbox):
    def deliver(self, delivery: Delivery, now_us: int) -> bool:
        assert now_us
        return self._find(delivery) is not None


class CountsWhatItIsGiven(MemoryStore):
    def done(self, deliveries: Collection[Delivery]) -> int:
        super().done(deliveries)
        return len(deliveries)


class TakesAnyLease(EventOutbox):
    def _find(self, delivery: Delivery) -> Any:
        return self._waiting.get(delivery.sequence)


class EndsLeasesByTheClock(EventOutbox):
    def deliver(self, delivery: Delivery, now_us: int) -> bool:
        entry = self._find(delivery)
        return (
            entry is not None
            and now_us < entry.leased_until_us
            and super().deliver(delivery, now_us)
        )


class CountsReleases(EventOutbox):
    def release(self, delivery: Delivery) -> bool:
        is_mine = super().release(delivery)
        self._entries[delivery.sequence].attempts += 1
        return is_mine


class RestsNever(EventOutbox):
    def fail(self, delivery: Delivery, now_us: int, wait_us: int | None) -> bool:
        return super().fail(delivery, now_us, None if wait_us is None else 0)


class CountsTheDeadAsWaiting(EventOutbox):
    def waiting(self) -> list[Event]:
        return [*super().waiting(), *(letter.event for letter in self.dead())]


class KeepsTheDeadInTheWay(EventOutbox):
    def fail(self, delivery: Delivery, now_us: int, wait_us: int | None) -> bool:
        return super().fail(delivery, now_us, 2**60 if wait_us is None else wait_us)


class TakesTheDeadForDelivered(EventOutbox):
    def fail(self, delivery: Delivery, now_us: int, wait_us: int | None) -> bool:
        is_mine = super().fail(delivery, now_us, wait_us)
        self._entries[delivery.sequence].is_dead = False
        return is_mine


class RevivesAtTheEnd(EventOutbox):
    def revive(self, letter: DeadLetter) -> bool:
        was_dead = super().revive(letter)
        self._waiting[letter.sequence] = self._waiting.pop(letter.sequence)
        return was_dead


class RevivesWithAttempts(EventOutbox):
    def revive(self, letter: DeadLetter) -> bool:
        was_dead = super().revive(letter)
        self._entries[letter.sequence].attempts = letter.attempts
        return was_dead


class TakesClaimedForDelivered(EventOutbox):
    def lease(self, sequence: int, lease: str, until_us: int) -> Delivery:
        return super().lease(sequence, lease, 2 * until_us)


class SpoilsEvents(EventOutbox):
    def extend(self, events: Iterable[Event]) -> None:
        super().extend(attrs.evolve(event, data={}) for event in events)

    def lease(self, sequence: int, lease: str, until_us: int) -> Delivery:
        delivery = super().lease(sequence, lease, until_us)
        return attrs.evolve(delivery, event=attrs.evolve(delivery.event, data={"lost": 1}))


# What each has to be caught by. Together they show that no promise is idle.
class FollowsWaitingEvents(MemoryStore):
    """Its pages leave out the events that were delivered."""

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        page = super().events_after(restaurant_id, sequence, limit)
        waiting = self._states[restaurant_id].outbox.waiting()
        kept = tuple(each for each in page.events if each.event in waiting)
        return attrs.evolve(page, events=kept)


class TrustsEveryKeptEvent(MemoryStore):
    """Its pages have no gap after an event that is stored, however old."""

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        page = super().events_after(restaurant_id, sequence, limit)
        known = self._states[restaurant_id].outbox.since(sequence or 0)
        return attrs.evolve(page, has_gap=not known or known[0].sequence != sequence)


BROKEN_KEEPING: Final[Mapping[Kind, tuple[str, ...]]] = {
    TellsMilliseconds: ("test_the_store_tells_the_time_of_its_clock",),
    LetsHoldsExpireLater: ("test_holds_are_found_from_their_expiry_on",),
    ListsHoldsByName: ("test_expired_holds_are_listed_by_expiry_restaurant_and_id",),
    SweepsWhatItFinds: ("test_expired_holds_are_listed_by_expiry_restaurant_and_id",),
    SeesOneRestaurant: ("test_expired_holds_are_listed_by_expiry_restaurant_and_id",),
    ResetsEveryClock: ("test_a_time_a_little_ahead_of_the_clock_is_not_set_back",),
    ResetsNoClock: ("test_a_time_far_ahead_of_the_clock_is_set_back",),
    ArchivesAMicrosecondEarly: ("test_rows_that_have_ended_move_into_the_archive",),
    ArchivesHolds: ("test_rows_of_every_kind_but_of_holds_are_archived",),
    ArchivesTablesOnly: ("test_rows_of_every_kind_but_of_holds_are_archived",),
    ArchivesWhatHasBegun: ("test_jobs_change_nothing_that_is_not_over",),
    ThrowsRowsAway: ("test_rows_that_have_ended_move_into_the_archive",),
    KeepsArchivedRowsInTheWay: ("test_an_archived_row_is_gone_from_all_questions",),
    ShowsTheWholeArchive: ("test_the_archive_is_asked_by_window",),
    TakesTheNewestFirst: (
        "test_the_rows_that_ended_first_are_archived_first",
        "test_answers_are_deleted_from_their_time_on",
        "test_events_that_are_over_are_deleted",
        "test_the_oldest_holds_are_deleted_first",
        "test_the_oldest_results_are_deleted_first",
    ),
    TakesRestaurantsInTurn: ("test_the_rows_that_ended_first_are_archived_first",),
    CountsHousekeeping: ("test_what_jobs_do_counts_nothing",),
    ClearsWithoutTheLock: ("test_a_row_is_taken_by_one_of_many",),
    KeepsSuccesses: ("test_results_are_deleted_from_their_time_on",),
    RemembersDeletedKeys: ("test_answers_are_deleted_from_their_time_on",),
    DropsAnswersThatAreNeeded: ("test_an_answer_outlives_the_result_that_refers_to_it",),
    KeepsAnswersOfFailures: ("test_an_answer_outlives_the_result_that_refers_to_it",),
    DropsHoldsOfTheFuture: ("test_records_of_ended_holds_are_deleted",),
    DropsDeadHolds: ("test_a_hold_that_is_still_needed_is_kept",),
    DropsHoldsWithResults: ("test_a_hold_that_is_still_needed_is_kept",),
    RemembersWhatDeletedHoldsWereFor: ("test_records_of_ended_holds_are_deleted",),
    DropsEventsByTheirAge: ("test_events_that_are_over_are_deleted",),
    KeepsDeadLettersForEver: ("test_events_that_are_over_are_deleted",),
    RemembersDeletedEvents: ("test_events_that_are_over_are_deleted",),
}

BROKEN_OUTGOING: Final[Mapping[Kind, tuple[str, ...]]] = {
    GivesTheNewestFirst: ("test_events_are_claimed_as_they_were_written",),
    SpoilsEvents: ("test_events_are_claimed_as_they_were_written",),
    ForgetsTheLimit: ("test_a_claim_takes_the_first_ones_up_to_its_limit",),
    CountsDown: ("test_sequences_rise_in_a_restaurant",),
    CountsAttemptsAtTheClaim: (
        "test_a_leased_event_is_claimed_by_nobody_else",
        "test_what_is_given_back_is_free_at_once",
    ),
    SeesOneRestaurant: ("test_events_of_all_restaurants_are_claimed",),
    TellsOfWhatItRefused: ("test_what_was_refused_is_not_told",),
    GivesLeasedEventsAgain: ("test_a_leased_event_is_claimed_by_nobody_else",),
    LeasesForLonger: ("test_a_leased_event_is_claimed_by_nobody_else",),
    LetsLaterOnesGo: (
        "test_a_subject_is_claimed_from_its_beginning",
        "test_later_events_wait_for_a_leased_one",
    ),
    WaitsForTheWholeRestaurant: ("test_later_events_wait_for_a_leased_one",),
    OrdersByHold: ("test_events_of_a_booking_wait_for_each_other_whatever_they_are_of",),
    ClaimsWithoutTheLock: (
        "test_claims_at_once_never_give_the_same",
        "test_relays_at_once_publish_each_event_once_and_in_order",
    ),
    GivesDeliveredEventsAgain: ("test_a_delivered_event_is_over",),
    CountsWhatItIsGiven: (
        "test_two_settle_a_delivery_once",
        "test_what_is_done_counts_once",
    ),
    TakesAnyLease: ("test_a_lease_that_was_taken_over_counts_no_more",),
    EndsLeasesByTheClock: ("test_a_lease_that_nobody_took_over_still_counts",),
    CountsReleases: ("test_what_is_given_back_is_free_at_once",),
    RestsNever: ("test_a_failed_event_rests",),
    CountsTheDeadAsWaiting: ("test_the_backlog_is_counted",),
    KeepsTheDeadInTheWay: ("test_a_dead_event_keeps_nobody_waiting",),
    TakesTheDeadForDelivered: ("test_dead_letters_are_listed",),
    RevivesAtTheEnd: ("test_a_dead_event_comes_back_to_its_place",),
    RevivesWithAttempts: ("test_a_dead_event_comes_back_to_its_place",),
    FollowsWaitingEvents: ("test_a_page_needs_no_lease_and_takes_none",),
    TrustsEveryKeptEvent: ("test_a_page_tells_of_deleted_events",),
    TakesClaimedForDelivered: ("test_a_relay_killed_in_mid_batch_loses_and_reorders_nothing",),
}
