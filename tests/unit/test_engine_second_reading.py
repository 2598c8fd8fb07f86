"""Corners of the engine that a second reader found."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs
import pytest

from fourtop import (
    CapacityRule,
    Code,
    CountedIds,
    Engine,
    ManualClock,
    MemoryStore,
    Occasion,
    Refused,
    Request,
    ResourceType,
    ServicePeriod,
    TableState,
    sketch_house,
)
from fourtop.ports import Changes, Decision, Scope, Store, View
from tests.evening import MONTH, at, booked, five_tables, held, open_desk, party, snapshot


def test_in_the_hour_that_comes_twice_a_party_counts_towards_its_own_service_only(
    store: Store, clock: ManualClock
) -> None:
    periods = [
        ServicePeriod(key, start, end, last_seating_minutes=0, overrun_allowed=True)
        for key, start, end in (("bar", "00:30", "01:30"), ("club", "01:30", "05:00"))
    ]
    house = sketch_house("House", five_tables(), timezone="Europe/London")
    policy = attrs.evolve(house.policy, periods=periods, capacity_rules=[CapacityRule(max_parties=1)])
    clock.move_to(datetime(2026, 10, 24, 12, tzinfo=UTC))
    desk = Engine(store, ids=CountedIds("n")).open(attrs.evolve(house, policy=policy))

    first = desk.book(Request(2, datetime(2026, 10, 25, 0, 45, tzinfo=UTC)))
    bar, club = desk.availability(date(2026, 10, 25), 2).usage
    second = desk.book(Request(2, datetime(2026, 10, 25, 1, 45, tzinfo=UTC)))

    assert (first.booking.stay.period, second.booking.stay.period) == ("bar", "club")
    assert (bar.booked_parties, club.booked_parties) == (1, 0)


def test_a_held_party_counts_towards_its_own_service_only(store: Store, clock: ManualClock) -> None:
    periods = [
        ServicePeriod(key, start, end, last_seating_minutes=0, overrun_allowed=True)
        for key, start, end in (("bar", "00:30", "01:30"), ("club", "01:30", "05:00"))
    ]
    house = sketch_house("House", five_tables(), timezone="Europe/London")
    policy = attrs.evolve(house.policy, periods=periods)
    clock.move_to(datetime(2026, 10, 24, 12, tzinfo=UTC))
    desk = Engine(store, ids=CountedIds("n")).open(attrs.evolve(house, policy=policy))

    desk.hold(Request(2, datetime(2026, 10, 25, 0, 45, tzinfo=UTC)))

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
def test_a_booking_that_has_lost_a_part_of_its_tables_is_not_clean(clock: ManualClock, lost: ResourceType) -> None:
    memory = MemoryStore(clock)
    desk = open_desk(memory)
    booking = booked(desk, 8, tables=["3", "4"])
    row = next(each for each in desk.allocations(MONTH) if each.resource_type is lost)

    def forget(_: View) -> Decision[None]:
        return Decision(None, Changes(removed=(row,)))

    assert desk.audit().is_clean
    memory.transact(Scope(desk.restaurant_id), forget)
    assert desk.audit().bare == (booking.id,)


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
def test_a_new_quote_asks_for_no_occasion_that_the_party_did_not_ask_for(store: Store, named: str | None) -> None:
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
    hold = desk.hold(party(2, occasion=named)).hold
    offer("supper")

    if named is None:
        assert desk.confirm(hold.id, requote=True).booking.stay.occasion == "supper"
    else:
        with pytest.raises(Refused) as caught:
            desk.confirm(hold.id, requote=True)
        assert caught.value.code is Code.OCCASION_NOT_OFFERED
