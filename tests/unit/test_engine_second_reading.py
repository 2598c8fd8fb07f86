"""Corners of the engine that a second reader found."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs

from fourtop import (
    CapacityRule,
    CountedIds,
    Engine,
    ManualClock,
    Request,
    ServicePeriod,
    TableState,
    sketch_house,
)
from fourtop.ports import Store
from tests.evening import at, booked, five_tables, held, open_desk


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
