"""Cases from the field about combinations: 2, 5 and 16."""

from __future__ import annotations

import attrs
import pytest

from fourtop import (
    Code,
    Floor,
    Move,
    Policy,
    Quote,
    Refused,
    ResourceType,
    Weights,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    MONTH,
    STAFF,
    a_house,
    booked,
    change,
    held,
    open_desk,
    party_size,
    rows_of,
    table_rows,
)


@pytest.fixture
def pair() -> Floor:
    """Two twos that can be joined."""
    return sketch_floor({"1": 2, "2": 2}, joins=["1-2"])


# ---- 2: the invisible combination ----------------------------------------------------------------


def test_case_2_the_invisible_combination_holds_each_of_its_tables(
    store: Store, pair: Floor
) -> None:
    desk = open_desk(store, a_house(pair))
    hold = held(desk, 4)
    assert hold.tables == ("1", "2")
    kinds = sorted(row.resource_type.value for row in desk.allocations(MONTH))
    assert kinds == ["hold", "merge_group", "table", "table"]
    assert [row.resource_id for row in table_rows(desk, of=hold.id)] == ["1", "2"]


def test_case_2_the_invisible_combination_is_still_taken_after_the_hold_is_confirmed(
    store: Store, pair: Floor
) -> None:
    desk = open_desk(store, a_house(pair), actor=STAFF)
    booking = desk.confirm(held(desk, 4).id)
    assert rows_of(desk, booking.id) == [("1", "19:00", "20:30"), ("2", "19:00", "20:30")]
    for size, tables in ((4, ["1", "2"]), (2, ["1"]), (2, ["2"])):
        with pytest.raises(Refused) as caught:
            desk.book(party_size(size, "20:00", tables=tables))
        assert caught.value.code is Code.ALLOCATIONS_OVERLAP
    with pytest.raises(Refused):
        desk.book(party_size(2, "20:29"))


def test_case_2_the_invisible_combination_has_one_merge_group_that_passes_to_the_booking(
    store: Store, pair: Floor
) -> None:
    desk = open_desk(store, a_house(pair))
    booking = desk.confirm(held(desk, 4).id)
    assert booking.assignment is not None
    groups = [
        row for row in desk.allocations(MONTH) if row.resource_type is ResourceType.MERGE_GROUP
    ]
    assert [(row.resource_id, row.owner_id) for row in groups] == [
        (booking.assignment.merge_group_id, booking.id)
    ]


def test_case_2_the_invisible_combination_cannot_be_had_while_a_member_is_taken(
    store: Store, pair: Floor
) -> None:
    desk = open_desk(store, a_house(pair))
    rival = booked(desk, 2, tables=["2"])
    with pytest.raises(Refused) as caught:
        desk.hold(party_size(4))
    (way,) = caught.value.refusal.reasons[0].details["in_the_way"]
    assert (way["table_id"], way["owner_id"]) == ("2", rival.id)


def test_case_2_members_stay_bookable_alone(store: Store, pair: Floor) -> None:
    desk = open_desk(store, a_house(pair))
    assert [booked(desk, 2).tables, booked(desk, 1).tables] == [("1",), ("2",)]


def test_case_2_two_fours_that_can_be_joined_stay_in_normal_service(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4, "2": 4}, joins=["1-2"])))
    slots = desk.availability(party_size(4).start.date(), 4, at="2026-05-01T19:00").slots
    assert [slot.spots for slot in slots] == [2]


def test_case_2_a_table_may_be_in_many_combinations(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 2, "3": 2}, joins=["1-2-3"])))
    quote = desk.quote(party_size(4))
    assert isinstance(quote, Quote)
    assert {quote.plan.tables, *(plan.tables for plan in quote.others)} >= {("1", "2"), ("2", "3")}


def test_case_2_among_equals_comes_a_single_table_then_fewest_joins(
    store: Store,
) -> None:
    # With all weights at 0 every plan without a seat over costs the same.
    floor = sketch_floor({"1": 2, "2": 2, "3": 4, "4": 4, "5": 4}, joins=["1-2", "3-4"])
    house = a_house(floor)
    nothing = dict.fromkeys((field.name for field in attrs.fields(Weights)), 0)
    desk = open_desk(store, house)
    desk.edit_policy(lambda policy: _with_weights(policy, nothing))
    assert [booked(desk, 4).tables for _ in range(4)] == [("5",), ("3",), ("4",), ("1", "2")]


def _with_weights(policy: Policy, weights: dict[str, int]) -> Policy:
    planning = attrs.evolve(policy.planning, weights=Weights(**weights))
    return attrs.evolve(policy, planning=planning)


# ---- 5: which tables join ------------------------------------------------------------------------


@pytest.fixture
def part_of_a_floor() -> Floor:
    """Tables 1 and 2 only with each other; 3 to 6 in any way."""
    any_way = ["3-4", "3-5", "3-6", "4-5", "4-6", "5-6"]
    return sketch_floor({str(number): 2 for number in range(1, 7)}, joins=["1-2", *any_way])


@pytest.mark.parametrize(
    "tables", [("1", "2"), ("3", "6"), ("4", "5"), ("3", "5", "6"), ("3", "4", "5")]
)
def test_case_5_tables_that_join_may_be_had_together(
    store: Store, part_of_a_floor: Floor, tables: tuple[str, ...]
) -> None:
    desk = open_desk(store, a_house(part_of_a_floor))
    assert booked(desk, 2 * len(tables), tables=list(tables)).tables == tables


@pytest.mark.parametrize("tables", [("1", "3"), ("2", "6"), ("1", "2", "3"), ("2", "4", "5")])
def test_case_5_tables_that_do_not_join_are_refused_together(
    store: Store, part_of_a_floor: Floor, tables: tuple[str, ...]
) -> None:
    desk = open_desk(store, a_house(part_of_a_floor))
    with pytest.raises(Refused) as caught:
        desk.book(party_size(2 * len(tables), tables=tables))
    assert caught.value.code is Code.ADJACENCY_MISMATCH


def test_case_5_the_engine_offers_joins_of_the_graph_and_no_others(
    store: Store, part_of_a_floor: Floor
) -> None:
    desk = open_desk(store, a_house(part_of_a_floor))
    seated = [booked(desk, 4).tables for _ in range(3)]
    assert sorted(seated) == [("1", "2"), ("3", "4"), ("5", "6")]
    desk.cancel(desk.bookings(MONTH)[0].id)
    with pytest.raises(Refused):
        desk.book(party_size(6))


# ---- 16: moving a joined booking silently dropped the join ---------------------------------------


def test_case_16_moving_keeps_the_join(store: Store) -> None:
    desk = open_desk(
        store, a_house(sketch_floor({"1": 4, "2": 4, "3": 4, "4": 4}, joins=["1-2", "3-4"]))
    )
    before = booked(desk, 8, tables=["1", "2"])
    (after,) = desk.move([Move(before.id, ["3", "4"])])
    assert after.tables == ("3", "4")
    assert after.assignment is not None
    assert before.assignment is not None
    assert after.assignment.merge_group_id not in (None, before.assignment.merge_group_id)
    groups = [
        row for row in desk.allocations(MONTH) if row.resource_type is ResourceType.MERGE_GROUP
    ]
    assert [(row.resource_id, row.owner_id) for row in groups] == [
        (after.assignment.merge_group_id, after.id)
    ]
    assert rows_of(desk, after.id) == [("3", "19:00", "20:30"), ("4", "19:00", "20:30")]
    assert booked(desk, 8, tables=["1", "2"]).tables == ("1", "2")


def test_case_16_moving_a_joined_booking_to_one_of_its_tables_is_refused_and_drops_nothing(
    store: Store,
) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4, "2": 4}, joins=["1-2"])))
    booking = booked(desk, 8)
    with pytest.raises(Refused) as caught:
        desk.move([Move(booking.id, ["1"])])
    assert caught.value.code is Code.PARTY_ABOVE_MAXIMUM
    assert rows_of(desk, booking.id) == [("1", "19:00", "20:30"), ("2", "19:00", "20:30")]


def test_case_16_moving_to_one_larger_table_ends_the_merge_group(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4, "2": 4, "3": 8}, joins=["1-2"])))
    booking = booked(desk, 8, tables=["1", "2"])
    (after,) = desk.move([Move(booking.id, ["3"])])
    assert after.assignment is not None
    assert after.assignment.merge_group_id is None
    assert [row.resource_type for row in desk.allocations(MONTH)] == [ResourceType.TABLE]


def test_case_16_rescheduling_a_joined_booking_keeps_the_join(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4, "2": 4}, joins=["1-2"])))
    booking = booked(desk, 8)
    after = desk.reschedule(booking.id, change(8, "19:30"))
    assert after.assignment is not None
    assert after.assignment.merge_group_id is not None
    assert rows_of(desk, booking.id) == [("1", "19:30", "21:00"), ("2", "19:30", "21:00")]
