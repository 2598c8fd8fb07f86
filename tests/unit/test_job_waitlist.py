"""The job that offers free tables to the parties that wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar, cast

import pytest

from fourtop import (
    BookingStatus,
    Desk,
    Engine,
    HoldRules,
    InvalidInput,
    ManualClock,
    MemoryStore,
    Offered,
    StoreUnavailable,
    WaitlistTerms,
    offer_waitlist,
)
from fourtop.jobs.sweep import JOB
from fourtop.ports import Decision, LoadedRecords, MaintainedStore, Need, Scope, Store, View
from tests.contract.loading import LoadingStore
from tests.evening import (
    FRIDAY,
    STAFF,
    a_house,
    at,
    at_once,
    booked,
    five_tables,
    one_table,
    open_desk,
    party_size,
)

T = TypeVar("T")


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(five_tables()), actor=STAFF)


def maintained(store: Store) -> MaintainedStore:
    return cast("MaintainedStore", store)


def test_a_run_offers_what_has_become_free(store: Store, desk: Desk, clock: ManualClock) -> None:
    taken = [booked(desk, 2, tables=["1"]), booked(desk, 2, tables=["2"])]
    for name in ("w1", "w2", "w3"):
        clock.advance(seconds=1)
        desk.join_waitlist(party_size(2), booking_id=name)
    for number in ("3", "4", "5"):
        booked(desk, 4, tables=[number])
    assert offer_waitlist(maintained(store)) == Offered(0, 0)
    for each in taken:
        desk.cancel(each.id)
    assert offer_waitlist(maintained(store)) == Offered(2, 0)
    assert offer_waitlist(maintained(store)) == Offered(0, 0)
    entries = desk.waitlist(FRIDAY).entries
    offers = [each.offer for each in entries]
    assert [None if each is None else each.actor for each in offers] == [JOB, JOB, None]
    assert offers[0] is not None
    assert desk.confirm(offers[0].id).status is BookingStatus.CONFIRMED


def test_a_run_makes_no_more_offers_than_its_limit(store: Store, desk: Desk) -> None:
    for _ in range(3):
        desk.join_waitlist(party_size(2))
    runs = [offer_waitlist(maintained(store), limit=2).offers for _ in range(3)]
    assert runs == [2, 1, 0]


def test_a_house_that_keeps_its_most_tables_is_left(store: Store) -> None:
    desk = open_desk(store, a_house(five_tables(), holds=HoldRules(max_live=1)), actor=STAFF)
    for _ in range(2):
        desk.join_waitlist(party_size(2))
    assert offer_waitlist(maintained(store)) == Offered(1, 0)
    assert repr(offer_waitlist(maintained(store))) == "<Offered 0 offers, 0 ended>"


def test_a_party_that_waits_no_longer_is_cancelled(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    desk.join_waitlist(party_size(2), WaitlistTerms(until=at("13:00")), booking_id="w1")
    desk.join_waitlist(party_size(2), booking_id="w2")
    clock.move_to(at("13:00") + timedelta(microseconds=1))
    assert offer_waitlist(maintained(store)) == Offered(1, 1)
    assert desk.get_booking("w1").status is BookingStatus.CANCELLED
    assert desk.get_booking("w1").actor == JOB
    clock.move_to(at("19:00") + timedelta(microseconds=1))
    assert offer_waitlist(maintained(store), max_offers=1) == Offered(0, 1)
    assert desk.get_booking("w2").status is BookingStatus.CANCELLED


def test_later_dates_are_looked_at_as_far_as_asked(store: Store, desk: Desk) -> None:
    request = party_size(2).replaced(start=at("19:00") + timedelta(days=3))
    desk.join_waitlist(request, booking_id="w")
    assert offer_waitlist(maintained(store), days=3) == Offered(0, 0)
    assert offer_waitlist(maintained(store), days=4) == Offered(1, 0)


def test_two_runs_at_once_offer_each_party_once(store: Store, desk: Desk) -> None:
    for _ in range(4):
        desk.join_waitlist(party_size(2))
    run = maintained(store)
    done = at_once([lambda: offer_waitlist(run).offers] * 3)
    assert sum(each for each in done if isinstance(each, int)) == 4


class _Leaving(MemoryStore):
    """A party leaves, and leaves the list, just before its booking is cancelled."""

    left = False

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        if not self.left and scope.bookings == {"w1", "w2"}:
            self.left = True
            Engine(self).desk("house").leave_waitlist("w1")
        return super().transact(scope, decide)


def test_a_party_that_leaves_meanwhile_is_cancelled_once(clock: ManualClock) -> None:
    store = _Leaving(clock)
    desk = open_desk(store, a_house(five_tables()), actor=STAFF)
    for name in ("w1", "w2"):
        desk.join_waitlist(party_size(2), WaitlistTerms(until=at("13:00")), booking_id=name)
    clock.move_to(at("13:01"))
    assert offer_waitlist(store) == Offered(0, 1)
    assert [desk.get_booking(name).version for name in ("w1", "w2")] == [2, 2]


class _Watched(LoadingStore):
    """It notes the bookings that its reads load."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.loaded: list[str] = []

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        def watched(view: View) -> T | Need:
            assert isinstance(view._source, LoadedRecords)
            self.loaded += [booking.id for booking in view._source.bookings]
            return ask(view)

        return super().read(scope, watched)


def test_a_run_reads_the_bookings_of_parties_that_wait_and_no_others(clock: ManualClock) -> None:
    store = _Watched(clock)
    desk = open_desk(store, a_house(five_tables()), actor=STAFF)
    booked(desk, 2)
    booked(desk, 2)
    desk.join_waitlist(party_size(2), booking_id="w1")
    desk.leave_waitlist("w1")
    desk.join_waitlist(party_size(2), booking_id="w2")
    store.loaded.clear()
    assert offer_waitlist(store) == Offered(1, 0)
    assert store.loaded == ["w2"]


class _Broken(MemoryStore):
    """One of its restaurants cannot be reached, and another one is removed meanwhile."""

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        if scope.restaurant_id == "a-broken":
            raise StoreUnavailable("the database is away")
        if scope.restaurant_id == "b-removed":
            self.remove_restaurant(Scope("b-removed"), lambda _: None)
        return super().read(scope, ask)


def test_other_restaurants_are_served_when_one_cannot_be_reached(clock: ManualClock) -> None:
    store = _Broken(clock)
    engine = Engine(store)
    for name in ("a broken", "b removed", "c house"):
        engine.add_restaurant(a_house(one_table(), name=name))
    desk = engine.desk("c-house", actor=STAFF)
    desk.join_waitlist(party_size(2), booking_id="w")
    with pytest.raises(StoreUnavailable):
        offer_waitlist(store)
    assert store.restaurant_ids() == ("a-broken", "c-house")
    entries = desk.waitlist(FRIDAY).entries
    assert entries[0].offer is not None


def test_a_lifetime_that_one_house_forbids_stops_no_other_house(clock: ManualClock) -> None:
    store = MemoryStore(clock)
    engine = Engine(store)
    for name, longest in (("a", 3_600), ("b", 600), ("c", 3_600)):
        house = a_house(one_table(), name=name, holds=HoldRules(max_lifetime_seconds=longest))
        engine.add_restaurant(house)
        engine.desk(name).join_waitlist(party_size(2))
    with pytest.raises(InvalidInput, match="ttl_seconds: must be a whole number from 30 to 600"):
        offer_waitlist(store, ttl_seconds=1_800)
    offers = [engine.desk(name).waitlist(FRIDAY).entries[0].offer for name in ("a", "b", "c")]
    assert [offer is None for offer in offers] == [False, True, False]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("days", 0), ("days", 29), ("limit", 0), ("limit", 10_001)),
        # They are refused although no party waits.
        *(("max_offers", 0), ("max_offers", 101), ("ttl_seconds", 29), ("ttl_seconds", 3_601)),
    ],
)
def test_a_number_out_of_its_range_is_refused(field: str, value: int) -> None:
    with pytest.raises(InvalidInput, match=field):
        offer_waitlist(MemoryStore(), **{field: value})
