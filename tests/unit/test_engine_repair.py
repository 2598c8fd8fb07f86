"""Repair plans that are committed with an edit: stale ones, refused ones, and bad input."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import (
    Code,
    Desk,
    InUse,
    InvalidIdentifier,
    InvalidInput,
    NotFound,
    Refused,
    Repair,
    RepairPlan,
    StaleVersion,
    Versions,
    WayOut,
    WayOutKind,
    ZoneRule,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, STAFF, a_house, booked, open_desk, snapshot
from tests.unit.test_engine_preview import out_of_service, with_rules, without

VERSIONS = Versions(1, 1, 0)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, actor=STAFF)


@pytest.fixture
def plan(desk: Desk) -> RepairPlan:
    """Party a leaves table 1 for table 2."""
    booked(desk, 2, booking_id="a", tables=["1"])
    return desk.preview(floor=out_of_service("1")).repair


def refused(store: Store, desk: Desk, plan: RepairPlan, **how: Any) -> Exception:
    """The error of the edit with the plan, which changes nothing."""
    before = snapshot(store, desk)
    with pytest.raises((InUse, NotFound, Refused, StaleVersion)) as caught:
        desk.edit_floor(out_of_service("1"), repair=plan, **how)
    assert snapshot(store, desk) == before
    return caught.value


def test_a_plan_of_another_floor_or_policy_is_stale(
    store: Store, desk: Desk, plan: RepairPlan
) -> None:
    desk.edit_policy(with_rules(past_grace_minutes=9))
    assert str(refused(store, desk, plan)).startswith("the policy is at version 2;")
    desk.edit_floor(without("5"))
    assert str(refused(store, desk, plan)).startswith("the floor is at version 2;")


def test_a_plan_for_a_booking_that_has_changed_is_stale(
    store: Store, desk: Desk, plan: RepairPlan
) -> None:
    desk.cancel("a")
    assert str(refused(store, desk, plan)).startswith("the booking is at version 2;")


def test_a_plan_that_does_not_know_a_stranded_booking_is_stale(
    store: Store, desk: Desk, plan: RepairPlan
) -> None:
    booked(desk, 2, "21:00", booking_id="b", tables=["1"])
    assert str(refused(store, desk, plan)).startswith("the occupancy is at version 2;")


def test_a_plan_whose_tables_are_taken_is_refused(
    store: Store, desk: Desk, plan: RepairPlan
) -> None:
    booked(desk, 2, booking_id="b", tables=["2"])
    error = refused(store, desk, plan)
    assert isinstance(error, Refused)
    assert error.code is Code.ALLOCATIONS_OVERLAP


def test_a_plan_to_tables_that_the_new_house_does_not_give_is_refused(
    store: Store, desk: Desk, plan: RepairPlan
) -> None:
    (repair,) = plan.repairs
    closed = with_rules(zone_rules=[ZoneRule("main", closed=True)])
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.edit_policy(closed, repair=attrs.evolve(plan, repairs=[repair]))
    assert caught.value.code is Code.ZONE_CLOSED
    assert snapshot(store, desk) == before


def test_a_plan_of_other_tables_on_a_date_that_closes_is_refused(
    store: Store, desk: Desk, plan: RepairPlan
) -> None:
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.edit_policy(lambda policy: policy.with_closure(FRIDAY), repair=plan)
    assert caught.value.code is Code.CLOSED
    assert snapshot(store, desk) == before


def test_a_plan_for_a_booking_that_was_pinned_since_is_refused(
    store: Store, desk: Desk, plan: RepairPlan
) -> None:
    pinned = desk.pin("a")
    (repair,) = plan.repairs
    current = attrs.evolve(plan, repairs=[attrs.evolve(repair, version=pinned.version)])
    error = refused(store, desk, current)
    assert isinstance(error, Refused)
    assert error.code is Code.BOOKING_PINNED


def test_a_plan_holds_while_other_parties_book_elsewhere(desk: Desk, plan: RepairPlan) -> None:
    booked(desk, 4, booking_id="b", tables=["4"])
    desk.edit_floor(out_of_service("1"), repair=plan)
    assert desk.get_booking("a").tables == ("2",)


def test_a_plan_for_an_unknown_booking_is_not_found(
    store: Store, desk: Desk, plan: RepairPlan
) -> None:
    (repair,) = plan.repairs
    unknown = attrs.evolve(plan, repairs=[attrs.evolve(repair, booking_id="x")])
    assert isinstance(refused(store, desk, unknown), NotFound)


def test_an_edit_with_a_plan_still_asks_for_the_version(
    store: Store, desk: Desk, plan: RepairPlan
) -> None:
    assert isinstance(refused(store, desk, plan, expected=7), StaleVersion)


def test_a_party_may_be_left_as_it_is(desk: Desk, plan: RepairPlan) -> None:
    left = plan.without("a")
    assert (left.repairs, left.left) == ((), ("a",))
    desk.edit_floor(out_of_service("1"), repair=left)
    assert desk.get_booking("a").tables == ("1",)
    with pytest.raises(NotFound):
        left.without("a")


def test_a_repair_that_leaves_the_removed_table_occupied_is_refused(
    store: Store, desk: Desk, plan: RepairPlan
) -> None:
    before = snapshot(store, desk)
    with pytest.raises(InUse, match="the table '1' is in use by booking a"):
        desk.edit_floor(without("1"), repair=plan.without("a"))
    assert snapshot(store, desk) == before
    desk.edit_floor(without("1"), repair=plan)
    assert desk.get_booking("a").tables == ("2",)


# ---- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize("repair", ["plan", 7, ()])
def test_a_repair_of_another_type_is_invalid(store: Store, desk: Desk, repair: Any) -> None:
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput, match="repair: must be of type RepairPlan"):
        desk.edit_floor(without("5"), repair=repair)
    with pytest.raises(InvalidInput, match="repair: must be of type RepairPlan"):
        desk.replace_house(a_house(), repair=repair)
    assert snapshot(store, desk) == before


def test_a_plan_names_a_booking_once() -> None:
    repair = Repair("a", 1, WayOut(WayOutKind.TABLES, 0, ("1",)))
    with pytest.raises(InvalidInput, match="repairs: must not name a booking twice"):
        RepairPlan("house", [repair, repair], (), VERSIONS)


@pytest.mark.parametrize("wrong", [None, "", "not an id"])
def test_a_plan_names_its_restaurant(plan: RepairPlan, wrong: Any) -> None:
    assert plan.restaurant_id == "house"
    with pytest.raises(InvalidIdentifier, match="restaurant_id"):
        attrs.evolve(plan, restaurant_id=wrong)


def test_a_plan_of_another_restaurant_is_refused(store: Store, desk: Desk) -> None:
    twin = open_desk(store, a_house(name="Twin"), actor=STAFF)
    for each in (desk, twin):
        booked(each, 2, tables=["1"], booking_id="b1")
    plan = twin.preview(floor=out_of_service("1")).repair
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput) as caught:
        desk.edit_floor(out_of_service("1"), repair=plan)
    assert str(caught.value) == "repair: must be a plan of this restaurant (got 'twin')"
    assert snapshot(store, desk) == before
    own = desk.preview(floor=out_of_service("1")).repair
    assert attrs.evolve(plan, restaurant_id="house") == own, "nothing else tells them apart"
