"""Day plans under the rules of a house: distances, caps of zones, stays of zones, pacing."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import (
    Actor,
    CapacityRule,
    Code,
    Enforcement,
    Floor,
    Move,
    PacingRule,
    Refused,
    ServicePeriod,
    WalkInRule,
    ZoneRule,
    sketch_floor,
)
from fourtop.model.distances import Aisle, KeptApart
from fourtop.model.enforcement import place_of
from fourtop.ports import Store
from tests.evening import FRIDAY, STAFF, a_house, at, booked, open_desk, window
from tests.unit.day_plan_case import booked_at, left, moves, planned, waits

# ---- distances and caps of zones


def apart(**distances: Any) -> Floor:
    return attrs.evolve(sketch_floor({"1": 2, "2": 2, "3": 2}, joins=["1-2"]), **distances)


def test_a_plan_keeps_tables_apart(store: Store) -> None:
    floor = apart(kept_apart=[KeptApart(("1", "2"))])
    desk = open_desk(store, a_house(floor), actor=STAFF)
    for name in ("ann", "bob", "cem"):
        waits(desk, name, 2)
    plan = planned(desk)
    assert (plan.value, plan.bound, len(plan.left)) == (4, 4, 1)
    assert "3" in str(moves(plan))
    desk.commit_day_plan(plan)
    assert desk.audit().is_clean
    for each in desk.bookings(window("17:00", "23:00")):
        if each.tables:
            desk.unassign(each.id)
    again = planned(desk)
    both = [("1",), ("2",)]
    close = tuple(
        attrs.evolve(each, tables=tables) for each, tables in zip(again.moves, both, strict=True)
    )
    with pytest.raises(Refused) as caught:
        desk.commit_day_plan(attrs.evolve(again, moves=close))
    assert caught.value.refusal.code is Code.TABLES_TOO_CLOSE


def test_a_plan_keeps_an_aisle_open(store: Store) -> None:
    floor = apart(aisles=[Aisle(joined={"1", "2"}, closes={"3"})])
    desk = open_desk(store, a_house(floor), actor=STAFF)
    waits(desk, "ann", 4)
    waits(desk, "bob", 2)
    plan = planned(desk)
    assert (moves(plan), list(left(plan))) == ({"ann": "no tables → tables 1 + 2"}, ["bob"]) or (
        plan.value,
        list(left(plan)),
    ) == (4, ["bob"])
    desk.commit_day_plan(plan)
    waits(desk, "cem", 2)
    assert planned(desk).moves == ()


def test_parties_that_are_too_close_by_a_new_rule_stay(store: Store) -> None:
    desk = open_desk(store, a_house(apart()), actor=STAFF)
    booked_at(desk, "1", 2, "ann")
    booked_at(desk, "2", 2, "bob")
    booked(desk, 2, booking_id="cem")
    pair = [KeptApart(("1", "2"))]
    desk.edit_floor(lambda floor: attrs.evolve(floor, kept_apart=pair))
    plan = planned(desk)
    assert (plan.moves, plan.kept, plan.value) == ((), 1, 2)


def a_terrace(**policy: Any) -> Any:
    floor = sketch_floor({"1": (2, "Main"), "2": (2, "Terrace"), "3": (2, "Terrace")})
    return a_house(floor, **policy)


@pytest.mark.parametrize(
    "rule",
    [CapacityRule(max_covers=2, zone="terrace"), CapacityRule(max_parties=1, zone="terrace")],
)
def test_a_plan_keeps_the_cap_of_a_zone(store: Store, rule: CapacityRule) -> None:
    desk = open_desk(store, a_terrace(capacity_rules=[rule]))
    for name in ("ann", "bob", "cem"):
        waits(desk, name, 2)
    plan = planned(desk)
    assert (plan.value, plan.bound, len(plan.left)) == (4, 4, 1)
    desk.commit_day_plan(plan)
    assert planned(desk).value == 4


def test_a_zone_above_its_cap_stays_so(store: Store) -> None:
    desk = open_desk(store, a_terrace(), actor=STAFF)
    booked(desk, 2, booking_id="ann")
    booked(desk, 2, booking_id="bob")
    booked(desk, 2, booking_id="cem")
    rules = [CapacityRule(max_parties=1, zone="terrace")]
    desk.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=rules))
    plan = planned(desk)
    assert (plan.kept, plan.moves, plan.value) == (3, (), 6)


@pytest.mark.parametrize(
    "enforcement",
    [
        Enforcement(capacity="shadow"),
        Enforcement(capacity_percent=place_of("capacity", "house", "dinner", FRIDAY)),
    ],
)
def test_a_cap_that_is_not_enforced_does_not_bind_a_plan(
    store: Store, enforcement: Enforcement
) -> None:
    rules = [CapacityRule(max_parties=1, zone="terrace")]
    desk = open_desk(store, a_terrace(capacity_rules=rules, enforcement=enforcement))
    for name in ("ann", "bob", "cem"):
        waits(desk, name, 2)
    plan = planned(desk)
    assert plan.value == 6
    assert len(desk.commit_day_plan(plan)) == 3


def test_a_zone_with_longer_stays_takes_a_party_for_longer(store: Store) -> None:
    zones = [ZoneRule("terrace", turn_bands=[(None, 180)])]
    house = a_terrace(zone_rules=zones)
    desk = open_desk(store, house)
    waits(desk, "ann", 2)
    waits(desk, "bob", 2)
    plan = planned(desk)
    assert plan.value == 4
    desk.commit_day_plan(plan)
    ends = {row.window.end for row in desk.allocations(window("17:00", "23:00"))}
    assert ends == {at("20:30"), at("22:00")}


def test_a_zone_with_longer_stays_takes_none_where_a_pace_would_count_them(store: Store) -> None:
    zones = [ZoneRule("terrace", turn_bands=[(None, 180)])]
    pace = [PacingRule(30, max_parties=5, spread="meal")]
    desk = open_desk(store, a_terrace(zone_rules=zones, pacing_rules=pace))
    waits(desk, "ann", 2)
    waits(desk, "bob", 2)
    plan = planned(desk)
    assert (set(moves(plan).values()), plan.value) == ({"no tables → 1"}, 2)
    assert plan.bound is None, "a bound of the tables that it looks at is none of the day"


def test_a_zone_with_longer_stays_takes_parties_where_a_pace_counts_starts(store: Store) -> None:
    zones = [ZoneRule("terrace", turn_bands=[(None, 180)])]
    pace = [PacingRule(30, max_parties=2, spread="start")]
    desk = open_desk(store, a_terrace(zone_rules=zones, pacing_rules=pace))
    waits(desk, "ann", 2)
    waits(desk, "bob", 2)
    plan = planned(desk)
    assert (plan.value, plan.bound, plan.left) == (4, 4, ())
    given = desk.commit_day_plan(plan)
    assert sorted(each.stay.dining.minutes for each in given) == [90, 180]
    assert desk.audit().is_clean


def test_a_closed_zone_takes_no_party_that_moves(store: Store) -> None:
    desk = open_desk(store, a_terrace(zone_rules=[ZoneRule("terrace", closed=True)]))
    booked(desk, 2, booking_id="ann")
    waits(desk, "bob", 2)
    plan = planned(desk)
    assert (plan.value, plan.kept) == (2, 1)


def test_a_house_closed_since_keeps_its_bookings_where_they_are(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4})), actor=STAFF)
    booked(desk, 2, booking_id="ann")
    waits(desk, "bob", 2)
    desk.edit_policy(lambda policy: attrs.evolve(policy, closures=["2026-05-01"]))
    plan = planned(desk)
    assert (plan.kept, plan.moves) == (1, ())
    assert plan.left[0].refusal is not None


def test_a_party_of_a_day_that_was_closed_since_moves_by_hand(store: Store) -> None:
    desk = open_desk(store, a_terrace(zone_rules=[ZoneRule("terrace", turn_bands=[(None, 60)])]))
    booked_at(desk, "1", 2, "ann")
    desk.edit_policy(lambda policy: attrs.evolve(policy, closures=["2026-05-01"]))
    (ann,) = desk.move([Move("ann", ["2"])])
    assert ann.tables == ("2",)


def test_a_party_after_a_new_last_start_may_still_move(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4})))
    booked_at(desk, "2", 2, "ann")
    waits(desk, "bob", 4, "18:00")
    earlier = [ServicePeriod("dinner", "17:00", "23:00", last_start="18:00")]
    desk.edit_policy(lambda policy: attrs.evolve(policy, periods=earlier))
    plan = planned(desk)
    assert moves(plan) == {"ann": "2 → 1", "bob": "no tables → 2"}
    assert len(desk.commit_day_plan(plan)) == 2


def test_a_guest_gets_no_table_for_walk_ins(store: Store) -> None:
    rules = [WalkInRule(tables=["1"])]
    house = a_house(sketch_floor({"1": 2, "2": 4}), walk_in_rules=rules)
    desk = open_desk(store, house, actor=Actor("u1", "guest"))
    waits(desk, "ann", 2)
    assert moves(planned(desk)) == {"ann": "no tables → 2"}
