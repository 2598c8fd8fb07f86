"""Undo the last step of a booking, and resize a party."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from fourtop import (
    BookingStatus,
    CapacityRule,
    Code,
    Desk,
    EventType,
    IllegalTransition,
    ManualClock,
    Move,
    NothingToUndo,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    at,
    booked,
    five_tables,
    party_size,
    rows_of,
    snapshot,
)
from tests.live import refused, seated, staff_at

S = BookingStatus


# ---- undo ----------------------------------------------------------------------------------------


def test_case_20_a_seat_that_was_a_mis_click_is_undone(store: Store, clock: ManualClock) -> None:
    desk = staff_at(store)
    before = booked(desk, 4, "19:00", booking_id="a")
    clock.move_to(at("18:30"))
    desk.seat("a")
    undone = desk.undo("a")
    assert attrs.evolve(before, version=3, updated_us=undone.updated_us) == undone
    assert rows_of(desk, "a") == [("1", "19:00", "20:30")]
    with pytest.raises(NothingToUndo) as caught:
        desk.undo("a")
    assert (caught.value.booking_id, caught.value.status) == ("a", "confirmed")
    assert caught.value.code is Code.NOTHING_TO_UNDO


def test_case_20_a_completed_stay_is_taken_up_again(store: Store, clock: ManualClock) -> None:
    desk = staff_at(store, after=10)
    seated(desk, clock)
    sitting = desk.get_booking("a")
    clock.move_to(at("18:40"))
    desk.complete("a")
    clock.move_to(at("18:45"))
    undone = desk.undo("a")
    assert (undone.status, undone.left_at, undone.seated_at) == (
        S.CHECKED_IN,
        None,
        sitting.seated_at,
    )
    assert undone.assignment == sitting.assignment
    assert rows_of(desk, "a") == [("1", "18:00", "19:40")]
    assert desk.audit().is_clean


def test_case_20_a_no_show_that_comes_after_all_gets_its_table_back(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_at(store)
    booked(desk, 4, "19:00", booking_id="a")
    clock.move_to(at("19:20"))
    desk.no_show("a")
    clock.move_to(at("19:25"))
    desk.undo("a")
    assert desk.seat("a").status is S.CHECKED_IN
    assert rows_of(desk, "a") == [("1", "19:00", "20:30")]


def test_a_cancelled_booking_gets_rows_again(store: Store) -> None:
    desk = staff_at(store, five_tables())
    made = booked(desk, 8, booking_id="a", tables=["3", "4"])
    desk.cancel("a")
    undone = desk.undo("a")
    assert (undone.status, undone.tables) == (S.CONFIRMED, made.tables)
    assert rows_of(desk, "a") == [("3", "19:00", "20:30"), ("4", "19:00", "20:30")]
    assert desk.audit().is_clean


def test_an_undo_is_refused_where_the_table_is_taken_by_now(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_at(store, sketch_floor({"1": 4, "2": 4}))
    booked(desk, 4, "19:00", booking_id="a", tables=["1"])
    desk.cancel("a")
    booked(desk, 4, "19:30", booking_id="b", tables=["1"])
    before = snapshot(store, desk)
    refusal = refused(lambda: desk.undo("a"))
    details = refusal.reasons[0].details
    assert (refusal.code, details["alternative"]) == (Code.ALLOCATIONS_OVERLAP, ["2"])
    assert [each["owner_id"] for each in details["in_the_way"]] == ["b"]
    assert snapshot(store, desk) == before
    desk.cancel("b")
    assert desk.undo("a").tables == ("1",)
    clock.move_to(at("19:00"))


def test_an_undo_is_refused_where_another_party_sits_by_now(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_at(store)
    booked(desk, 4, "19:30", booking_id="b")
    seated(desk, clock)
    clock.move_to(at("19:40"))
    desk.complete("a")
    desk.seat("b")
    refusal = refused(lambda: desk.undo("a"))
    assert refusal.code is Code.TABLE_OCCUPIED
    assert refusal.reasons[0].details["in_the_way"][0]["owner_id"] == "b"
    desk.undo("b")
    assert desk.undo("a").status is S.CHECKED_IN
    assert refused(lambda: desk.seat("b")).code is Code.TABLE_OCCUPIED


def test_the_other_tables_of_a_refused_undo_keep_the_caps(store: Store, clock: ManualClock) -> None:
    floor = sketch_floor({"1": 4, "2": {"capacity": 4, "zone": "bar"}, "3": 6})
    cap = CapacityRule(max_covers=2, zone="bar")
    desk = staff_at(store, floor, capacity_rules=[cap])
    booked(desk, 4, "19:30", booking_id="b", tables=["1"])
    booked(desk, 4, "18:00", booking_id="a", tables=["1"])
    clock.move_to(at("18:00"))
    desk.seat("a")
    clock.move_to(at("19:25"))
    desk.complete("a")
    desk.seat("b")
    refusal = refused(lambda: desk.undo("a"))
    assert refusal.code is Code.TABLE_OCCUPIED
    assert refusal.reasons[0].details["alternative"] == ["3"]


def test_a_cancelled_booking_without_tables_waits_for_them_again(store: Store) -> None:
    desk = staff_at(store, five_tables())
    made = desk.book(party_size(4), booking_id="a", tables="later")
    desk.cancel("a")
    undone = desk.undo("a")
    assert attrs.evolve(made, version=3, updated_us=undone.updated_us) == undone
    assert (undone.status, undone.assignment) == (S.PENDING_ALLOCATION, None)
    assert rows_of(desk, "a") == []
    kinds = [event.type for event in store.events(desk.restaurant_id)]
    assert EventType.ASSIGNMENT_SYNC not in kinds


def test_an_undo_keeps_the_caps(store: Store) -> None:
    desk = staff_at(store, five_tables(), capacity_rules=[CapacityRule(max_covers=6)])
    booked(desk, 4, booking_id="a")
    desk.cancel("a")
    booked(desk, 3, booking_id="b")
    assert refused(lambda: desk.undo("a")).code is Code.CAPACITY_EXCEEDED
    desk.cancel("b")
    assert desk.undo("a").status is S.CONFIRMED


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.prolong("a", minutes=5),
        lambda desk: desk.move([Move("a", ["2"])]),
    ],
)
def test_a_step_before_another_change_is_not_undone(
    store: Store, clock: ManualClock, change: Callable[[Desk], object]
) -> None:
    desk = staff_at(store, sketch_floor({"1": 4, "2": 4}))
    seated(desk, clock)
    change(desk)
    with pytest.raises(NothingToUndo):
        desk.undo("a")


def test_a_booking_without_a_step_has_nothing_to_undo(store: Store) -> None:
    desk = staff_at(store)
    booked(desk, 4, booking_id="a")
    with pytest.raises(NothingToUndo):
        desk.undo("a")


# ---- resize --------------------------------------------------------------------------------------


def test_a_party_grows_and_shrinks_at_its_table(store: Store, clock: ManualClock) -> None:
    desk = staff_at(store, sketch_floor({"1": {"capacity": 6, "min_party": 3}, "2": 8}))
    booked(desk, 4, "18:00", booking_id="a")
    clock.move_to(at("18:00"))
    desk.seat("a")
    assert desk.resize("a", 6).party_size == 6
    assert desk.resize("a", 2).tables == ("1",)
    refusal = refused(lambda: desk.resize("a", 7))
    assert refusal.code is Code.PARTY_ABOVE_MAXIMUM
    assert refusal.reasons[0].details["alternative"] == ["2"]
    assert desk.get_booking("a").party_size == 2
    assert desk.audit().is_clean


def test_case_14_a_booking_that_grows_keeps_its_table_or_hears_of_a_better_one(
    store: Store,
) -> None:
    desk = staff_at(store, five_tables())
    booked(desk, 3, booking_id="a")
    event_count = len(store.events(desk.restaurant_id))
    assert desk.resize("a", 4).tables == ("3",)
    assert desk.resize("a", 4).version == 2
    assert len(store.events(desk.restaurant_id)) == event_count + 1
    refusal = refused(lambda: desk.resize("a", 6))
    assert refusal.reasons[0].details["alternative"] == ["5"]
    never = refused(lambda: desk.resize("a", 60))
    assert never.reasons[0].details["alternative"] == []


def test_a_promised_table_stays_promised_when_the_party_shrinks(store: Store) -> None:
    floor = sketch_floor({"1": {"capacity": 6, "min_party": 4}, "2": 2})
    desk = staff_at(store, floor)
    booked(desk, 6, booking_id="a", tables=["1"])
    booked(desk, 5, "21:00", booking_id="b")
    assert desk.resize("a", 2).tables == ("1",)
    assert refused(lambda: desk.resize("b", 2)).reasons[0].details["alternative"] == ["2"]


def test_a_cap_refuses_only_a_party_that_grows(store: Store) -> None:
    desk = staff_at(store, five_tables())
    booked(desk, 3, booking_id="a")
    booked(desk, 3, booking_id="b")
    desk.edit_policy(
        lambda policy: attrs.evolve(policy, capacity_rules=[CapacityRule(max_covers=4)])
    )
    assert refused(lambda: desk.resize("a", 4)).code is Code.CAPACITY_EXCEEDED
    assert desk.resize("a", 2).party_size == 2


def test_a_party_that_left_is_not_resized(store: Store, clock: ManualClock) -> None:
    desk = staff_at(store)
    seated(desk, clock)
    desk.complete("a")
    with pytest.raises(IllegalTransition, match="resized"):
        desk.resize("a", 3)
