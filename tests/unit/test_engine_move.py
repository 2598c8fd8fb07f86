"""Move: other tables for one booking or several; a seated party keeps its history."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import (
    Actor,
    Code,
    CountedIds,
    Desk,
    Engine,
    IllegalTransition,
    InvalidIdentifier,
    InvalidInput,
    ManualClock,
    Move,
    NotFound,
    Refused,
    ResourceType,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import MONTH, a_house, at, booked, held, open_desk, party_size, rows_of, snapshot


@pytest.fixture
def desk(store: Store) -> Desk:
    """The desk of a house with six fours in a row."""
    return open_desk(
        store, a_house(sketch_floor(dict.fromkeys("123456", 4), joins=["1-2-3-4-5-6"]))
    )


def test_a_booking_moves_and_its_old_tables_are_free(desk: Desk) -> None:
    booking = booked(desk, 4, tables=["1"])
    (after,) = desk.move([Move(booking.id, ["2"])])
    assert (after.tables, after.version) == (("2",), 2)
    assert rows_of(desk, booking.id) == [("2", "19:00", "20:30")]
    assert booked(desk, 4, tables=["1"]).tables == ("1",)


def test_finding_10_moving_to_its_own_tables_changes_nothing(store: Store, desk: Desk) -> None:
    booking = booked(desk, 4, tables=["1"])
    before = snapshot(store, desk)
    assert desk.move([Move(booking.id, ["1"])]) == (booking,)
    assert snapshot(store, desk) == before


def test_a_party_that_sits_takes_its_new_table_from_now_on(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    booking = booked(desk, 4, tables=["1"])
    clock.move_to(at("19:00"))
    desk.seat(booking.id)
    clock.move_to(at("19:40"))
    (after,) = desk.move([Move(booking.id, ["2"])])
    assert after.assignment is not None
    assert (f"{after.assignment.window.start:%H:%M}", f"{after.assignment.window.end:%H:%M}") == (
        "19:40",
        "20:30",
    )
    assert rows_of(desk, booking.id) == [("1", "19:00", "19:40"), ("2", "19:40", "20:30")]
    staff = Engine(store, ids=CountedIds("s")).desk(desk.restaurant_id, actor=Actor("u", "staff"))
    assert booked(staff, 4, "19:40", tables=["1"]).tables == ("1",)
    assert desk.audit().is_clean


def test_a_party_that_sits_may_move_twice_and_back(desk: Desk, clock: ManualClock) -> None:
    booking = booked(desk, 4, tables=["1"])
    for text, table in (("19:20", "2"), ("19:40", "1"), ("20:00", "1")):
        clock.move_to(at(text))
        desk.move([Move(booking.id, [table])])
    assert rows_of(desk, booking.id) == [
        ("1", "19:00", "19:20"),
        ("2", "19:20", "19:40"),
        ("1", "19:40", "20:30"),
    ]
    clock.move_to(at("20:10"))
    desk.seat(booking.id)
    desk.complete(booking.id)
    assert rows_of(desk, booking.id)[-1] == ("1", "19:40", "20:10")
    assert desk.audit().is_clean


def test_parties_that_sit_may_swap(desk: Desk, clock: ManualClock) -> None:
    one, two = booked(desk, 4, tables=["1"]), booked(desk, 4, "19:30", tables=["2"])
    clock.move_to(at("20:00"))
    desk.move([Move(one.id, ["2"]), Move(two.id, ["1"])])
    assert rows_of(desk, one.id) == [("1", "19:00", "20:00"), ("2", "20:00", "20:30")]
    assert rows_of(desk, two.id) == [("2", "19:30", "20:00"), ("1", "20:00", "21:00")]


def test_a_party_that_sits_may_be_given_a_second_table(desk: Desk, clock: ManualClock) -> None:
    booking = booked(desk, 4, tables=["1"])
    desk.edit_policy(
        lambda policy: attrs.evolve(policy, planning=attrs.evolve(policy.planning, slack_budget=4))
    )
    clock.move_to(at("19:30"))
    (after,) = desk.move([Move(booking.id, ["1", "2"])])
    assert after.tables == ("1", "2")
    groups = [
        row for row in desk.allocations(MONTH) if row.resource_type is ResourceType.MERGE_GROUP
    ]
    assert [(row.owner_id, f"{row.window.start:%H:%M}") for row in groups] == [
        (booking.id, "19:30")
    ]
    assert rows_of(desk, booking.id) == [
        ("1", "19:00", "19:30"),
        ("1", "19:30", "20:30"),
        ("2", "19:30", "20:30"),
    ]


def test_a_merge_group_that_sat_is_cut_with_its_tables(desk: Desk, clock: ManualClock) -> None:
    booking = booked(desk, 8, tables=["1", "2"])
    clock.move_to(at("19:30"))
    desk.move([Move(booking.id, ["3", "4"])])
    groups = [
        row for row in desk.allocations(MONTH) if row.resource_type is ResourceType.MERGE_GROUP
    ]
    assert [(f"{row.window.start:%H:%M}", f"{row.window.end:%H:%M}") for row in groups] == [
        ("19:00", "19:30"),
        ("19:30", "20:30"),
    ]
    assert len({row.resource_id for row in groups}) == 2


def test_a_move_sweeps_the_dead_where_it_goes(desk: Desk, clock: ManualClock) -> None:
    booking = booked(desk, 4, tables=["1"])
    dead = held(desk, 4, tables=["2"])
    clock.move_to(dead.expires_at)
    desk.move([Move(booking.id, ["2"])])
    assert [row.owner_id for row in desk.allocations(MONTH)] == [booking.id]


def test_a_move_is_judged_by_the_rules_of_every_choice(store: Store, desk: Desk) -> None:
    booking = booked(desk, 4, tables=["1"])
    large = booked(desk, 8, tables=["2", "3"])
    before = snapshot(store, desk)
    for moves, code in (
        ([Move(large.id, ["4", "6"])], Code.ADJACENCY_MISMATCH),
        ([Move(large.id, ["4"])], Code.PARTY_ABOVE_MAXIMUM),
        ([Move(booking.id, ["2"])], Code.ALLOCATIONS_OVERLAP),
        ([Move(booking.id, ["4"]), Move(large.id, ["4", "5"])], Code.ALLOCATIONS_OVERLAP),
    ):
        with pytest.raises(Refused) as caught:
            desk.move(moves)
        assert caught.value.code is code
        assert snapshot(store, desk) == before
    assert desk.move([Move(booking.id, ["5", "6"])])[0].tables == ("5", "6")


def test_two_moves_onto_one_table_name_the_party_that_would_be_there(desk: Desk) -> None:
    one, two = booked(desk, 4, tables=["1"]), booked(desk, 4, tables=["2"])
    with pytest.raises(Refused) as caught:
        desk.move([Move(one.id, ["3"]), Move(two.id, ["3"])])
    facts = caught.value.refusal.reasons[0].details
    assert facts["tables"] == ["3"]
    assert [each["owner_id"] for each in facts["in_the_way"]] == [two.id]


def test_parties_at_different_times_may_move_to_one_table(desk: Desk) -> None:
    one, two = booked(desk, 4, "17:30", tables=["1"]), booked(desk, 4, tables=["2"])
    moved = desk.move([Move(one.id, ["3"]), Move(two.id, ["3"])])
    assert [booking.tables for booking in moved] == [("3",), ("3",)]


def test_only_a_booking_with_tables_ahead_of_it_moves(desk: Desk, clock: ManualClock) -> None:
    pending = desk.book(party_size(4), tables="later")
    cancelled = desk.cancel(booked(desk, 4).id)
    over = booked(desk, 4, "17:00")
    clock.move_to(at("18:30"))
    for booking in (pending, cancelled, over):
        with pytest.raises(IllegalTransition) as caught:
            desk.move([Move(booking.id, ["6"])])
        assert caught.value.target == "moved"


def test_unknown_bookings_and_tables_are_not_found(desk: Desk) -> None:
    booking = booked(desk, 4)
    with pytest.raises(NotFound) as caught:
        desk.move([Move("nobody", ["1"])])
    assert caught.value.kind == "booking"
    with pytest.raises(NotFound) as caught:
        desk.move([Move(booking.id, ["nowhere"])])
    assert caught.value.kind == "table"


def test_a_move_under_a_key_is_made_once(desk: Desk) -> None:
    booking = booked(desk, 4, tables=["1"])
    first = desk.move([Move(booking.id, ["2"])], key="k1")
    desk.move([Move(booking.id, ["3"])])
    again = desk.move([Move(booking.id, ["2"])], key="k1")
    assert again == first
    assert [each.replayed for each in (*first, *again)] == [False, True]
    assert desk.get_booking(booking.id).tables == ("3",)


@pytest.mark.parametrize(
    "moves", [[], [Move("b", ["1"])] * 2, [Move(f"b{n}", ["1"]) for n in range(101)], ["b"]]
)
def test_a_command_has_one_to_a_hundred_moves_of_different_bookings(
    desk: Desk, moves: list[Any]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.move(moves)
    assert caught.value.field == "moves"


@pytest.mark.parametrize("tables", ["1", None, 7, []])
def test_a_move_names_a_table_or_more(tables: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        Move("b", tables)
    assert caught.value.field == "tables"


def test_a_move_names_ids() -> None:
    with pytest.raises(InvalidIdentifier):
        Move("b", ["no id"])
    with pytest.raises(InvalidIdentifier):
        Move("no id", ["1"])
    assert Move("b", ["2", "1", "2"]).tables == ("1", "2")
