"""Corners of the engine that a second reader found."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs
import pytest

from fourtop import (
    BookingRequest,
    CapacityRule,
    Code,
    CountedIds,
    Engine,
    HoldEnded,
    HoldExpired,
    InvalidInput,
    ManualClock,
    MemoryStore,
    Occasion,
    Quote,
    Refused,
    ResourceType,
    ServicePeriod,
    TableState,
    sketch_house,
)
from fourtop.ports import Changes, Decision, Scope, Store, View
from tests.evening import (
    MONTH,
    a_house,
    at,
    booked,
    five_tables,
    held,
    one_table,
    open_desk,
    party_size,
    rows_of,
    snapshot,
    table_rows,
)


def test_in_the_hour_that_comes_twice_a_party_counts_towards_its_own_service_only(
    store: Store, clock: ManualClock
) -> None:
    periods = [
        ServicePeriod(key, start, end, last_seating_minutes=0, overrun_allowed=True)
        for key, start, end in (("bar", "00:30", "01:30"), ("club", "01:30", "05:00"))
    ]
    house = sketch_house("House", five_tables(), timezone="Europe/London")
    policy = attrs.evolve(
        house.policy, periods=periods, capacity_rules=[CapacityRule(max_parties=1)]
    )
    clock.move_to(datetime(2026, 10, 24, 12, tzinfo=UTC))
    desk = Engine(store, ids=CountedIds("n")).add_restaurant(attrs.evolve(house, policy=policy))

    first = desk.book(BookingRequest(2, datetime(2026, 10, 25, 0, 45, tzinfo=UTC)))
    bar, club = desk.availability(date(2026, 10, 25), 2).usage
    second = desk.book(BookingRequest(2, datetime(2026, 10, 25, 1, 45, tzinfo=UTC)))

    assert (first.stay.period, second.stay.period) == ("bar", "club")
    assert (bar.booked_parties, club.booked_parties) == (1, 0)


def test_a_held_party_counts_towards_its_own_service_only(store: Store, clock: ManualClock) -> None:
    periods = [
        ServicePeriod(key, start, end, last_seating_minutes=0, overrun_allowed=True)
        for key, start, end in (("bar", "00:30", "01:30"), ("club", "01:30", "05:00"))
    ]
    house = sketch_house("House", five_tables(), timezone="Europe/London")
    policy = attrs.evolve(house.policy, periods=periods)
    clock.move_to(datetime(2026, 10, 24, 12, tzinfo=UTC))
    desk = Engine(store, ids=CountedIds("n")).add_restaurant(attrs.evolve(house, policy=policy))

    desk.hold(BookingRequest(2, datetime(2026, 10, 25, 0, 45, tzinfo=UTC)))

    bar, club = desk.availability(date(2026, 10, 25), 2).usage
    assert (bar.booked_parties, club.booked_parties) == (1, 0)


def test_a_dead_hold_hides_no_booking_that_took_its_id(store: Store, clock: ManualClock) -> None:
    clock.move_to(at("18:59"))
    desk = open_desk(store)
    hold = held(desk, 2, tables=["1"])
    booked(desk, 2, tables=["2"], booking_id=hold.id)
    clock.advance(minutes=5)

    states = desk.table_states()

    assert (states["1"], states["2"]) == (TableState.AVAILABLE, TableState.RESERVED)


@pytest.mark.parametrize("lost", [ResourceType.TABLE, ResourceType.MERGE_GROUP], ids=str)
def test_a_booking_that_has_lost_a_part_of_its_tables_is_not_clean(
    clock: ManualClock, lost: ResourceType
) -> None:
    memory = MemoryStore(clock)
    desk = open_desk(memory)
    booking = booked(desk, 8, tables=["3", "4"])
    row = next(each for each in desk.allocations(MONTH) if each.resource_type is lost)

    def forget(_: View) -> Decision[None]:
        return Decision(None, Changes(removed=(row,)))

    assert desk.audit().is_clean
    memory.transact(Scope(desk.restaurant_id), forget)
    assert desk.audit().without_tables == (booking.id,)


def test_a_hold_that_has_lost_its_tables_becomes_no_booking(clock: ManualClock) -> None:
    memory = MemoryStore(clock)
    desk = open_desk(memory)
    hold = held(desk, 2)
    rows = desk.allocations(MONTH)

    def forget(_: View) -> Decision[None]:
        return Decision(None, Changes(removed=rows))

    memory.transact(Scope(desk.restaurant_id), forget)
    before = snapshot(memory, desk)

    with pytest.raises(AssertionError, match="has lost its tables"):
        desk.confirm(hold.id)

    assert snapshot(memory, desk) == before


@pytest.mark.parametrize("named", [None, "meal"])
def test_a_new_quote_asks_for_no_occasion_that_the_party_did_not_ask_for(
    store: Store, named: str | None
) -> None:
    desk = open_desk(store)

    def offer(key: str) -> None:
        desk.edit_policy(
            lambda policy: attrs.evolve(
                policy,
                occasions=[Occasion(key, [(None, 90)])],
                periods=[attrs.evolve(policy.periods[0], occasions=[key])],
            )
        )

    offer("meal")
    hold = desk.hold(party_size(2, occasion=named))
    offer("supper")

    if named is None:
        assert desk.confirm(hold.id, requote=True).stay.occasion == "supper"
    else:
        with pytest.raises(Refused) as caught:
            desk.confirm(hold.id, requote=True)
        assert caught.value.code is Code.OCCASION_NOT_OFFERED


def test_a_confirmed_booking_keeps_no_other_hold(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store)
    desk.book(party_size(2), booking_id="b1", tables="later")
    dead = held(desk, 2, booking_id="b1", ttl_seconds=30)
    clock.advance(seconds=40)
    other, hold = (held(desk, 2, booking_id="b1", tables=[table]) for table in ("3", "4"))

    desk.confirm(hold.id)

    assert {row.owner_id for row in table_rows(desk)} == {"b1"}
    assert type(desk.quote(party_size(4, tables=["3"]))) is Quote
    with pytest.raises(HoldEnded):
        desk.extend_hold(other.id, seconds=1)
    with pytest.raises(HoldExpired):
        desk.extend_hold(dead.id, seconds=1)
    assert desk.audit().is_clean


def test_a_new_quote_may_take_the_tables_of_the_bookings_other_holds(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    desk.edit_floor(
        lambda floor: floor.with_table(attrs.evolve(floor.tables[0], id="2", number="2"))
    )
    desk.book(party_size(4), booking_id="b1", tables="later")
    hold, _ = (held(desk, 4, booking_id="b1") for _ in range(2))
    desk.edit_floor(
        lambda floor: floor.with_table(attrs.evolve(floor.get_table("1"), out_of_service=True))
    )

    booking = desk.confirm(hold.id, requote=True)

    assert rows_of(desk, "b1") == [("2", "19:00", "20:30")]
    assert booking.tables == ("2",)
    assert desk.audit().is_clean


def test_a_new_quote_sweeps_what_is_dead_once(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store)
    desk.book(party_size(2), booking_id="b1", tables="later")
    held(desk, 2, booking_id="b1", ttl_seconds=30)
    hold = held(desk, 2, booking_id="b1", ttl_seconds=300)
    held(desk, 4, ttl_seconds=30)
    clock.advance(seconds=40)
    desk.edit_floor(
        lambda floor: floor.with_table(attrs.evolve(floor.get_table(hold.tables[0]), capacity=3))
    )

    desk.confirm(hold.id, requote=True)

    assert {row.owner_id for row in table_rows(desk)} == {"b1"}
    assert desk.audit().is_clean


@pytest.mark.parametrize("day", [1, 2])
def test_a_start_past_midnight_may_be_asked_for_on_either_date(store: Store, day: int) -> None:
    house = a_house()
    late = attrs.evolve(
        house.policy.periods[0], key="late", start="20:00", end="02:00", last_seating_minutes=30
    )
    desk = open_desk(store, attrs.evolve(house, policy=attrs.evolve(house.policy, periods=[late])))

    (slot,) = desk.availability(date(2026, 5, day), 2, at="2026-05-02T00:30").slots

    assert (slot.period, slot.is_bookable) == ("late", True)


def test_a_start_on_another_date_is_refused(store: Store) -> None:
    desk = open_desk(store)

    with pytest.raises(InvalidInput, match="at: must lie on 2026-05-01"):
        desk.availability(date(2026, 5, 1), 2, at="2026-05-02T19:00")
