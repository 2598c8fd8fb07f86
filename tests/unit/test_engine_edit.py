"""Edits of floor, policy and record: versions, what is in use, and who sees them when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    AlreadyExists,
    CapacityRule,
    CountedIds,
    Desk,
    Engine,
    EventType,
    InUse,
    InvalidInput,
    ManualClock,
    NotFound,
    Refused,
    Repair,
    RepairPlan,
    StaleVersion,
    Versions,
    WayOut,
    WayOutKind,
    Zone,
    sketch_floor,
)
from fourtop.engine.compiled_house import KEPT_HOUSES, CompiledHouses
from fourtop.ports import Scope, Store, View
from tests.evening import (
    MONTH,
    STAFF,
    a_house,
    at,
    booked,
    five_tables,
    held,
    open_desk,
    party_size,
    snapshot,
)
from tests.stores import STORES

E_OF_EDITS = {EventType.FLOOR_CHANGED, EventType.POLICY_CHANGED}


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store)


# ---- versions ------------------------------------------------------------------------------------


def test_each_edit_counts_its_own_version(desk: Desk) -> None:
    assert desk.versions() == Versions(floor=1, policy=1, occupancy=0)
    desk.edit_floor(lambda floor: floor.with_zone(Zone("bar", "Bar")))
    assert desk.versions() == Versions(floor=2, policy=1, occupancy=0)
    desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=0))
    assert desk.versions() == Versions(floor=2, policy=2, occupancy=0)
    desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, name="Other"))
    assert desk.versions() == Versions(floor=2, policy=3, occupancy=0)
    held(desk, 2)
    assert desk.versions() == Versions(floor=2, policy=3, occupancy=1)


def test_an_edit_returns_the_house_as_it_is_now(desk: Desk) -> None:
    edited = desk.edit_floor(lambda floor: floor.without_table("5"))
    assert edited == desk.house()
    assert [table.id for table in edited.floor.tables] == ["1", "2", "3", "4"]
    edited = desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=0))
    assert edited == desk.house()
    assert edited.policy.past_grace_minutes == 0
    edited = desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, name="Other"))
    assert edited == desk.house()
    assert edited.restaurant.name == "Other"


@pytest.mark.parametrize("expected", [2, 9])
def test_an_edit_of_another_version_is_stale_and_changes_nothing(
    store: Store, desk: Desk, expected: int
) -> None:
    before = snapshot(store, desk)
    edits: list[tuple[str, Callable[[], object]]] = [
        ("floor", lambda: desk.edit_floor(lambda floor: floor, expected=expected)),
        ("policy", lambda: desk.edit_policy(lambda policy: policy, expected=expected)),
        ("policy", lambda: desk.edit_restaurant(lambda restaurant: restaurant, expected=expected)),
    ]
    for kind, edit in edits:
        with pytest.raises(StaleVersion) as caught:
            edit()
        assert (caught.value.kind, caught.value.expected, caught.value.found) == (kind, expected, 1)
    assert snapshot(store, desk) == before


def test_an_edit_of_the_version_that_was_seen_is_taken(desk: Desk) -> None:
    desk.edit_floor(lambda floor: floor.without_table("5"), expected=1)
    desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=0), expected=1)
    desk.edit_restaurant(lambda each: attrs.evolve(each, name="Other"), expected=2)
    assert desk.versions() == Versions(floor=2, policy=3, occupancy=0)


def test_an_edit_that_changes_nothing_writes_nothing(store: Store, desk: Desk) -> None:
    held(desk, 4)
    before, present = snapshot(store, desk), desk.house()
    edits: list[Callable[[int | None], object]] = [
        lambda expected: desk.edit_floor(lambda floor: floor, expected=expected),
        # An equal floor of other objects, and in another order.
        lambda expected: desk.edit_floor(
            lambda floor: attrs.evolve(floor, tables=floor.tables[::-1], joins=floor.joins[::-1]),
            expected=expected,
        ),
        lambda expected: desk.edit_policy(lambda policy: policy, expected=expected),
        lambda expected: desk.edit_restaurant(lambda each: each, expected=expected),
    ]
    for edit in edits:
        for expected in (None, 1):
            assert edit(expected) == present
    assert snapshot(store, desk) == before


def test_an_edit_that_changes_nothing_commits_its_repair_plan(store: Store, desk: Desk) -> None:
    booked(desk, 4, tables=["5"], booking_id="b1")
    way_out = WayOut(WayOutKind.TABLES, desk.get_booking("b1").stay.dining.start_us, ("3",))
    plan = RepairPlan("house", (Repair("b1", 1, way_out),), (), desk.versions())
    desk.edit_policy(lambda policy: policy, repair=plan)
    assert desk.get_booking("b1").tables == ("3",)
    assert desk.versions() == Versions(floor=1, policy=1, occupancy=2)
    assert E_OF_EDITS.isdisjoint(event.type for event in store.events(desk.restaurant_id))


@pytest.mark.parametrize(
    ("command", "kind"),
    [("edit_floor", "Floor"), ("edit_policy", "Policy"), ("edit_restaurant", "Restaurant")],
)
def test_an_edit_returns_a_value_of_its_kind(
    store: Store, desk: Desk, command: str, kind: str
) -> None:
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput) as caught:
        getattr(desk, command)(lambda _: None)
    assert caught.value.field == "change"
    assert str(caught.value) == f"change: must return a {kind} (got None)"
    assert snapshot(store, desk) == before


def test_an_edit_that_breaks_a_rule_changes_nothing(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput):
        desk.edit_floor(lambda floor: attrs.evolve(floor, zones=[]))
    with pytest.raises(InvalidInput):
        desk.edit_policy(
            lambda policy: attrs.evolve(
                policy, capacity_rules=[CapacityRule(max_covers=1, period="x")]
            )
        )
    assert snapshot(store, desk) == before


def test_a_restaurant_keeps_its_id(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, id="other"))
    assert caught.value.given == "'other'"


# ---- in use --------------------------------------------------------------------------------------


def gone(desk: Desk, table_id: str) -> None:
    desk.edit_floor(lambda floor: floor.without_table(table_id))


def test_a_table_that_somebody_has_later_stays(store: Store, desk: Desk) -> None:
    booking = booked(desk, 4, tables=["3"])
    hold = held(desk, 4, tables=["4"])
    block = desk.block(hold.stay.occupied, tables=["5"], reason="paint")
    before = snapshot(store, desk)
    for table_id, user in (
        ("3", f"booking {booking.id}"),
        ("4", f"hold {hold.id}"),
        ("5", f"block {block.id}"),
    ):
        with pytest.raises(InUse) as caught:
            gone(desk, table_id)
        assert (caught.value.kind, caught.value.id) == ("table", table_id)
        assert caught.value.by == f"{user} until 2026-05-01T20:30:00+00:00"
    assert snapshot(store, desk) == before


def test_a_table_may_go_once_its_last_party_has_left(desk: Desk, clock: ManualClock) -> None:
    booking = booked(desk, 4, tables=["3"])
    clock.move_to(at("20:30") - timedelta(microseconds=1))
    with pytest.raises(InUse):
        gone(desk, "3")
    clock.move_to(at("20:30"))
    gone(desk, "3")
    assert desk.get_booking(booking.id).tables == ("3",)
    assert [row.resource_id for row in desk.allocations(MONTH)] == ["3"]
    assert desk.audit().is_clean


def test_a_dead_hold_keeps_no_table(desk: Desk, clock: ManualClock) -> None:
    hold = held(desk, 4, tables=["3", "4"])
    clock.move_to(hold.expires_at)
    gone(desk, "3")
    assert booked(desk, 4).tables == ("4",)
    assert booked(desk, 6).tables == ("5",)
    desk.edit_floor(lambda floor: floor.with_table(five_tables().get_table("3")))
    assert booked(desk, 4).tables == ("3",)
    assert desk.audit().is_clean


def test_a_new_table_is_offered_by_the_next_command(desk: Desk) -> None:
    with pytest.raises(Refused):
        held(desk, 8, tables=["5"])
    desk.edit_floor(lambda floor: floor.with_table(sketch_floor({"8": 8}).tables[0]))
    assert held(desk, 8).tables == ("8",)


def test_tables_keep_their_occupancy_when_others_come_before_them(desk: Desk) -> None:
    booking = booked(desk, 6)
    desk.edit_floor(
        lambda floor: floor.with_table(attrs.evolve(floor.get_table("1"), id="0", number="0"))
    )
    with pytest.raises(Refused):
        booked(desk, 6, tables=["5"])
    assert booked(desk, 2, tables=["0"]).tables == ("0",)
    assert [row.resource_id for row in desk.allocations(MONTH)] == ["0", *booking.tables]


@pytest.mark.parametrize("status", ["confirmed", "held", "blocked", "later"])
def test_another_time_zone_waits_until_nobody_is_to_come(
    desk: Desk, clock: ManualClock, status: str
) -> None:
    if status == "confirmed":
        booked(desk, 4)
    elif status == "held":
        held(desk, 4)
    elif status == "blocked":
        desk.block(held(desk, 6).stay.occupied, tables=["1"], reason="paint")
    else:
        desk.book(party_size(4), tables="later")
    with pytest.raises(InUse) as caught:
        desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, timezone="Asia/Tokyo"))
    assert (caught.value.kind, caught.value.id) == ("timezone", "UTC")
    clock.move_to(at("20:30"))
    house = desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, timezone="Asia/Tokyo"))
    assert house.restaurant.timezone == "Asia/Tokyo"


def test_who_cancelled_does_not_keep_the_time_zone(desk: Desk) -> None:
    desk.cancel(desk.book(party_size(4), tables="later").id)
    house = desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, timezone="Asia/Tokyo"))
    assert house.restaurant.timezone == "Asia/Tokyo"


# ---- who sees them -------------------------------------------------------------------------------


def test_edits_of_another_engine_are_seen_by_the_next_command(store: Store, desk: Desk) -> None:
    other = Engine(store, ids=CountedIds("m")).desk(desk.restaurant_id, actor=STAFF)
    assert held(other, 4).tables == ("3",)
    desk.edit_floor(
        lambda floor: floor.with_table(attrs.evolve(floor.get_table("4"), out_of_service=True))
    )
    assert held(other, 4).tables == ("1", "2")
    desk.edit_policy(
        lambda policy: attrs.evolve(policy, capacity_rules=[CapacityRule(max_covers=8)])
    )
    with pytest.raises(Refused):
        held(other, 1)
    other.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=[]))
    assert held(desk, 1).party_size == 1


def test_what_is_booked_stays_as_it_was_booked(desk: Desk) -> None:
    booking = booked(desk, 4)
    rows = desk.allocations(MONTH)
    desk.edit_policy(
        lambda policy: attrs.evolve(policy, turn_bands=[(None, 30)], closures=["2026-05-01"])
    )
    assert desk.get_booking(booking.id) == booking
    assert desk.allocations(MONTH) == rows


def test_edits_say_so_in_events(store: Store, desk: Desk) -> None:
    gone(desk, "5")
    desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=0))
    floor, policy = store.events(desk.restaurant_id)
    assert (floor.type, dict(floor.data)) == (
        EventType.FLOOR_CHANGED,
        {"version": 2, "tables_removed": ["5"]},
    )
    assert (policy.type, dict(policy.data)) == (EventType.POLICY_CHANGED, {"version": 2})


# ---- restaurants ---------------------------------------------------------------------------------


def test_an_engine_opens_a_restaurant_once(store: Store) -> None:
    engine = Engine(store)
    engine.add_restaurant(a_house(name="Two"))
    engine.add_restaurant(a_house(name="One"))
    with pytest.raises(AlreadyExists):
        engine.add_restaurant(a_house(name="One"))
    assert engine.restaurant_ids() == ("one", "two")


def test_an_engine_opens_houses_for_actors(store: Store) -> None:
    engine = Engine(store)
    wrong: Any = a_house().floor
    with pytest.raises(InvalidInput) as caught:
        engine.add_restaurant(wrong)
    assert caught.value.field == "house"
    nobody: Any = "staff"
    with pytest.raises(InvalidInput) as caught:
        engine.desk("house", actor=nobody)
    assert caught.value.field == "actor"


def test_an_unknown_restaurant_shows_with_the_first_question(store: Store) -> None:
    desk = Engine(store).desk("nowhere")
    for attempt in (desk.house, desk.versions, desk.audit, lambda: desk.book(party_size(2))):
        with pytest.raises(NotFound) as caught:
            attempt()
        assert (caught.value.kind, caught.value.id) == ("restaurant", "nowhere")


# ---- compiled rules ------------------------------------------------------------------------------


def test_rules_are_compiled_once_for_a_house(store: Store, desk: Desk) -> None:
    cache = CompiledHouses()
    ask = Scope(desk.restaurant_id)
    first = store.read(ask, cache.get)
    assert store.read(ask, cache.get) is first
    desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=0))
    second = store.read(ask, cache.get)
    assert second is not first
    assert second.planner is first.planner
    desk.edit_floor(lambda floor: floor.without_table("5"))
    assert store.read(ask, cache.get).planner is not first.planner


def test_rules_of_few_houses_are_kept(clock: ManualClock) -> None:
    store = STORES["memory"](clock)
    cache = CompiledHouses()
    engine = Engine(store)
    for number in range(KEPT_HOUSES + 2):
        engine.add_restaurant(a_house(sketch_floor({"1": 2}), name=f"House {number}"))
    first = store.read(Scope("house-0"), cache.get)
    for number in range(1, KEPT_HOUSES + 2):
        store.read(Scope(f"house-{number}"), cache.get)
    assert store.read(Scope("house-0"), cache.get) is not first
    assert cache._latest.cache_info().currsize == KEPT_HOUSES


def test_an_equal_house_that_was_loaded_anew_keeps_its_compiled_rules(
    desk: Desk, store: Store
) -> None:
    cache = CompiledHouses()
    first = store.read(Scope(desk.restaurant_id), cache.get)

    @attrs.frozen
    class Reloaded:
        house: object
        versions: Versions

    anew: Any = Reloaded(attrs.evolve(first.house), desk.versions())
    again = cache.get(anew)
    assert again.planner is first.planner
    assert again.house is anew.house


def test_rules_of_two_stores_are_not_confused(desk: Desk, store: Store) -> None:
    cache = CompiledHouses()
    first = store.read(Scope(desk.restaurant_id), cache.get)

    @attrs.frozen
    class Elsewhere:
        house: object
        versions: Versions

    other: Any = Elsewhere(a_house(sketch_floor({"1": 2})), desk.versions())
    assert cache.get(other).house == other.house
    assert cache.get(other).planner is not first.planner


def test_a_view_ends_with_its_call(desk: Desk, store: Store) -> None:
    kept: list[View] = []
    store.read(Scope(desk.restaurant_id), kept.append)
    with pytest.raises(AssertionError):
        CompiledHouses().get(kept[0])


def test_a_change_that_asks_its_own_desk_is_told_so_and_does_not_hang(desk: Desk) -> None:
    with pytest.raises(AssertionError, match="must not ask"):
        desk.edit_floor(lambda floor: attrs.evolve(floor, zones=desk.house().floor.zones))
    assert desk.versions().floor == 1
    assert held(desk, 4).party_size == 4
