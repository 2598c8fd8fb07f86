"""Previews of caps: the services, zones and intervals that an edit leaves above a limit."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import (
    CapacityRule,
    Desk,
    PacingRule,
    Policy,
    ServicePeriod,
    Spread,
    ZoneUsage,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import STAFF, a_house, at, booked, held, open_desk


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, actor=STAFF)


def with_rules(**rules: Any) -> Any:
    """An edit of the policy."""
    return lambda policy: attrs.evolve(policy, **rules)


def without(table: str) -> Any:
    """An edit that removes a table."""
    return lambda floor: floor.without_table(table)


def test_a_service_above_a_cap_is_named_once(desk: Desk) -> None:
    booked(desk, 2, booking_id="a")
    booked(desk, 2, booking_id="b")
    few = with_rules(capacity_rules=[CapacityRule(max_parties=1)])
    (usage,) = desk.preview(policy=few).over_cap
    assert (usage.booked_parties, usage.max_parties) == (2, 1)
    desk.edit_policy(few)
    assert desk.preview(floor=without("5")).over_cap == ()
    desk.cancel("b")
    enough = with_rules(capacity_rules=[CapacityRule(max_covers=4)])
    assert desk.preview(policy=enough).over_cap == ()


def test_a_service_that_begins_anew_may_be_above_its_cap(desk: Desk) -> None:
    booked(desk, 2, "20:00", booking_id="a")
    booked(desk, 2, "17:00", booking_id="b")

    def edit(policy: Policy) -> Policy:
        early = ServicePeriod("early", "15:00", "18:00")
        late = ServicePeriod("late", "19:00", "23:00")
        rules = [CapacityRule(max_covers=1)]
        return attrs.evolve(policy, periods=[early, late], capacity_rules=rules)

    assert [each.period for each in desk.preview(policy=edit).over_cap] == ["early", "late"]


def test_a_party_outside_all_hours_counts_in_the_service_that_takes_it_in(desk: Desk) -> None:
    booked(desk, 2, "20:00", booking_id="a")
    cap = [CapacityRule(max_covers=1)]
    early = ServicePeriod("early", "15:00", "18:00")
    late = ServicePeriod("late", "19:00", "23:00")
    assert desk.preview(policy=with_rules(periods=[early], capacity_rules=cap)).over_cap == ()
    desk.edit_policy(with_rules(periods=[early]))
    (usage,) = desk.preview(policy=with_rules(periods=[early, late], capacity_rules=cap)).over_cap
    assert (usage.period, usage.booked_covers) == ("late", 2)


def test_a_zone_above_a_cap_is_named(desk: Desk) -> None:
    booked(desk, 2, booking_id="a")
    booked(desk, 4, booking_id="b")
    roomy = CapacityRule(max_covers=20)
    few = with_rules(capacity_rules=[roomy, CapacityRule(max_covers=5, zone="main")])
    (usage,) = desk.preview(policy=few).over_cap
    assert (usage.booked_covers, usage.max_covers, usage.pacing) == (6, 20, ())
    assert usage.zones == (ZoneUsage("main", 6, 2, 5),)
    assert usage.is_overbooked
    desk.edit_policy(few)
    assert desk.preview(floor=without("5")).over_cap == ()
    # Parties count as another unit of the same cap.
    fewer = with_rules(
        capacity_rules=[roomy, CapacityRule(max_covers=5, max_parties=1, zone="main")]
    )
    (usage,) = desk.preview(policy=fewer).over_cap
    assert usage.zones == (ZoneUsage("main", 6, 2, 5, 1),)


def test_a_zone_that_gets_the_table_of_a_party_may_be_above_its_cap(store: Store) -> None:
    floor = sketch_floor({"1": 4, "T1": (4, "Terrace")})
    rule = CapacityRule(max_parties=0, zone="terrace")
    desk = open_desk(store, a_house(floor, capacity_rules=[rule]), actor=STAFF)
    booked(desk, 4, booking_id="a", tables=["1"])
    inside = floor.get_table("1")
    moved = desk.preview(
        floor=lambda floor: floor.with_table(attrs.evolve(inside, zone_id="terrace"))
    )
    (usage,) = moved.over_cap
    assert usage.zones == (ZoneUsage("terrace", 4, 1, None, 0),)


def test_an_interval_above_its_pace_is_named(desk: Desk) -> None:
    booked(desk, 2, "19:00", booking_id="a")
    booked(desk, 4, "19:15", booking_id="b")
    booked(desk, 4, "20:00", booking_id="c")
    paced = with_rules(pacing_rules=[PacingRule(30, max_covers=5)])
    (usage,) = desk.preview(policy=paced).over_cap
    assert (usage.booked_covers, usage.max_covers, usage.zones) == (10, None, ())
    (pace,) = usage.pacing
    assert (pace.start, pace.end, pace.spread) == (at("19:00"), at("19:30"), Spread.START)
    assert (pace.booked_covers, pace.booked_parties, pace.max_covers) == (6, 2, 5)
    desk.edit_policy(paced)
    assert desk.preview(floor=without("5")).over_cap == ()
    # Over the meal, b and c meet, too.
    meal = with_rules(pacing_rules=[PacingRule(30, max_covers=9, spread="meal")])
    (usage,) = desk.preview(policy=meal).over_cap
    assert [each.start for each in usage.pacing] == [at("20:00")]


def test_a_hold_alone_may_be_above_a_cap(desk: Desk) -> None:
    held(desk, 4)
    (usage,) = desk.preview(policy=with_rules(pacing_rules=[PacingRule(30, max_covers=3)])).over_cap
    assert [each.booked_covers for each in usage.pacing] == [4]
