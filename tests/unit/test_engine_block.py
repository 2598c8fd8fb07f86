"""Blocks: tables or a zone out of use for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fourtop import (
    Code,
    Desk,
    InvalidIdentifier,
    InvalidInput,
    InvalidWindow,
    ManualClock,
    NotFound,
    OwnerKind,
    Refused,
    TableState,
    Window,
    Zone,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    MONTH,
    NOW,
    STAFF,
    a_house,
    at,
    booked,
    held,
    open_desk,
    party_size,
    rows_of,
    snapshot,
    window,
)

EVENING = window("18:00", "20:00")


@pytest.fixture
def desk(store: Store) -> Desk:
    """The desk of a house with two zones, and another one that is empty."""
    floor = sketch_floor({"1": 4, "2": 4, "3": (4, "Terrace"), "4": (4, "Terrace")}, joins=["1-2"])
    return open_desk(store, a_house(floor.with_zone(Zone("attic", "Attic"))), actor=STAFF)


def test_blocked_tables_are_offered_to_nobody(desk: Desk) -> None:
    block = desk.block(EVENING, tables=["2", "1"], reason="paint")
    assert (block.tables, block.window, block.actor) == (("1", "2"), EVENING, STAFF)
    assert [booked(desk, 4).tables for _ in range(2)] == [("3",), ("4",)]
    with pytest.raises(Refused):
        booked(desk, 4)
    with pytest.raises(Refused) as caught:
        booked(desk, 4, tables=["2"])
    (way,) = caught.value.refusal.reasons[0].details["in_the_way"]
    assert (way["owner_kind"], way["owner_id"]) == ("block", block.id)
    assert booked(desk, 4, "20:00").tables == ("1",)


def test_blocked_tables_are_no_merge_group(desk: Desk) -> None:
    desk.block(EVENING, tables=["1", "2"], reason="paint")
    assert [row.resource_type.value for row in desk.allocations(MONTH)] == ["table", "table"]
    assert {row.owner_kind for row in desk.allocations(MONTH)} == {OwnerKind.BLOCK}


def test_a_zone_is_blocked_with_all_its_tables(desk: Desk) -> None:
    assert desk.block(EVENING, zone_id="terrace", reason="rain").tables == ("3", "4")


def test_a_block_pushes_nobody_aside_and_lists_all_who_are_there(store: Store, desk: Desk) -> None:
    booking = booked(desk, 4, tables=["1"])
    hold = held(desk, 4, tables=["2"])
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.block(EVENING, tables=["1", "2", "3"], reason="paint")
    assert caught.value.code is Code.HOLD_CONFLICT
    ways = caught.value.refusal.reasons[0].details["in_the_way"]
    assert [(each["table_id"], each["owner_id"]) for each in ways] == [
        ("1", booking.id),
        ("2", hold.id),
    ]
    assert snapshot(store, desk) == before


def test_a_block_that_has_begun_counts_from_now_on(desk: Desk) -> None:
    month = Window(NOW - timedelta(days=1), NOW + timedelta(days=30))
    assert desk.block(month, tables=["1"], reason="repair").window == Window(NOW, month.end)
    with pytest.raises(InvalidWindow):
        desk.block(window("10:00", "12:00"), tables=["1"], reason="late")


def test_whoever_sat_there_before_is_not_in_the_way_of_a_block(
    desk: Desk, clock: ManualClock
) -> None:
    booking = booked(desk, 4, "17:00", tables=["1"])
    clock.move_to(at("18:30"))
    block = desk.block(window("17:00", "20:00"), tables=["1"], reason="paint")
    assert rows_of(desk, booking.id) == [("1", "17:00", "18:30")]
    assert rows_of(desk, block.id) == [("1", "18:30", "20:00")]


def test_an_ended_block_that_had_not_begun_leaves_nothing(desk: Desk) -> None:
    block = desk.block(EVENING, tables=["1"], reason="paint")
    assert desk.unblock(block.id) == block
    assert desk.allocations(MONTH) == ()
    with pytest.raises(NotFound):
        desk.unblock(block.id)


def test_an_ended_block_keeps_what_is_over_of_it(desk: Desk, clock: ManualClock) -> None:
    block = desk.block(EVENING, tables=["1", "2"], reason="paint")
    clock.move_to(at("19:00"))
    after = desk.unblock(block.id)
    assert after.window == window("18:00", "19:00")
    assert rows_of(desk, block.id) == [("1", "18:00", "19:00"), ("2", "18:00", "19:00")]
    assert booked(desk, 4, "19:00", tables=["1"]).tables == ("1",)
    assert desk.audit().is_clean


def test_a_block_that_is_over_is_left_as_it_is(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    block = desk.block(EVENING, tables=["1"], reason="paint")
    clock.move_to(at("20:00"))
    before = snapshot(store, desk)
    assert desk.unblock(block.id) == block
    assert snapshot(store, desk) == before


def test_blocks_under_a_key_are_made_and_ended_once(desk: Desk) -> None:
    first = desk.block(EVENING, tables=["1"], reason="paint", key="k1")
    assert desk.block(EVENING, tables=["1"], reason="paint", key="k1").replayed
    ended = desk.unblock(first.id, key="k2")
    again = desk.unblock(first.id, key="k2")
    assert (again, ended.replayed, again.replayed) == (ended, False, True)


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({}, "tables, zone_id"),
        ({"tables": ["1"], "zone_id": "terrace"}, "tables, zone_id"),
        ({"zone_id": "attic"}, "zone_id"),
        ({"tables": "1"}, "tables"),
        ({"tables": ["1"], "reason": ""}, "reason"),
        ({"tables": ["1"], "reason": "x" * 201}, "reason"),
        ({"tables": ["no id"]}, "tables"),
        ({"zone_id": "no id"}, "zone_id"),
    ],
)
def test_a_block_names_tables_or_a_zone_and_a_reason(
    store: Store, desk: Desk, how: dict[str, Any], field: str
) -> None:
    before = snapshot(store, desk)
    with pytest.raises((InvalidInput, InvalidIdentifier)) as caught:
        desk.block(EVENING, **{"reason": "paint", **how})
    assert caught.value.field == field
    assert snapshot(store, desk) == before


def test_unknown_tables_zones_and_blocks_are_not_found(desk: Desk) -> None:
    attempts: dict[str, Callable[[], object]] = {
        "table": lambda: desk.block(EVENING, tables=["nowhere"], reason="paint"),
        "zone": lambda: desk.block(EVENING, zone_id="nowhere", reason="paint"),
        "block": lambda: desk.unblock("nothing"),
    }
    for kind, attempt in attempts.items():
        with pytest.raises(NotFound) as caught:
            attempt()
        assert caught.value.kind == kind


# ---- what a table is now -------------------------------------------------------------------------


def test_what_a_table_is_now_follows_from_time_and_occupancy(
    desk: Desk, clock: ManualClock
) -> None:
    free, reserved = TableState.AVAILABLE, TableState.RESERVED
    assert list(desk.table_states().values()) == [free] * 4
    desk.block(EVENING, tables=["1"], reason="paint")
    sitting = booked(desk, 4, "18:00", tables=["2"])
    booked(desk, 4, "18:00", tables=["3"])
    clock.move_to(at("18:00") - timedelta(microseconds=1))
    assert list(desk.table_states().values()) == [free] * 4
    clock.move_to(at("18:00"))
    desk.seat(sitting.id)
    desk.hold(party_size(4, "18:00", tables=["4"]))
    assert desk.table_states() == {
        "1": TableState.OUT_OF_SERVICE,
        "2": TableState.OCCUPIED,
        "3": reserved,
        "4": reserved,
    }
    clock.move_to(at("18:03"))
    assert desk.table_states()["4"] is free
    clock.move_to(at("19:30"))
    overdue = TableState.OVERDUE
    assert list(desk.table_states().values()) == [TableState.OUT_OF_SERVICE, overdue, free, free]
    desk.complete(sitting.id)
    assert list(desk.table_states().values()) == [TableState.OUT_OF_SERVICE, free, free, free]


def test_a_table_that_is_not_offered_is_out_of_service_whoever_sits_there(
    desk: Desk, clock: ManualClock
) -> None:
    booked(desk, 4, tables=["1"])
    clock.move_to(at("19:10"))
    desk.edit_floor(
        lambda _: sketch_floor({"1": {"capacity": 4, "out_of_service": True}, "2": {"capacity": 4}})
    )
    assert desk.table_states() == {"1": TableState.OUT_OF_SERVICE, "2": TableState.AVAILABLE}


# ---- findings ------------------------------------------------------------------------------------


def test_finding_33_a_refused_block_lists_all_that_is_on_its_tables(
    desk: Desk, clock: ManualClock
) -> None:
    early = booked(desk, 4, "17:00", tables=["1"])
    dead = held(desk, 4, "20:30", tables=["1"])
    clock.move_to(dead.expires_at)
    late = booked(desk, 4, "18:30", tables=["1"])
    other = booked(desk, 4, "18:00", tables=["2"])
    with pytest.raises(Refused) as caught:
        desk.block(window("17:30", "22:00"), tables=["2", "1"], reason="paint")
    assert caught.value.code is Code.ALLOCATIONS_OVERLAP
    ways = caught.value.refusal.reasons[0].details["in_the_way"]
    assert [(each["table_id"], each["owner_id"]) for each in ways] == [
        ("1", early.id),
        ("1", late.id),
        ("2", other.id),
    ]


def test_finding_33_blocks_and_their_reasons_can_be_read(desk: Desk, clock: ManualClock) -> None:
    later = desk.block(window("20:00", "21:00"), tables=["2"], reason="paint")
    first = desk.block(window("18:00", "20:30"), tables=["1"], reason="rain")
    beside = desk.block(window("18:00", "19:00"), tables=["3"], reason="a party")
    desk.block(window("21:00", "22:00"), tables=["1"], reason="outside of the window")
    booked(desk, 4, "19:00", tables=["4"])
    found = desk.blocks(window("18:30", "21:00"))
    assert found == (first, beside, later)
    assert [block.reason for block in found] == ["rain", "a party", "paint"]
    desk.unblock(later.id)
    clock.move_to(at("19:30"))
    ended = desk.unblock(first.id)
    assert desk.blocks(window("18:30", "21:00")) == (ended, beside)
    assert desk.blocks(window("22:00", "23:00")) == ()
