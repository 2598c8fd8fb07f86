"""Cases 31, 33 and 42: floors as tills keep them, blocks, and distances; on every store."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import (
    Aisle,
    CapacityRule,
    Code,
    Desk,
    Floor,
    House,
    Join,
    KeptApart,
    ManualClock,
    Move,
    NumberScope,
    Override,
    Position,
    Quote,
    Refusal,
    Refused,
    Table,
    Zone,
    dumps_house,
    loads_house,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, STAFF, a_house, booked, held, open_desk, party_size, window


def till_floor() -> Floor:
    """24 tables in two rooms, drawn in pixels, numbered in each room from 1 on."""
    tables = [
        Table(
            f"{room}-{number}",
            str(number),
            4,
            room,
            shape="round" if number % 5 == 0 else "square",
            length_cm=90,
            width_cm=None if number % 5 == 0 else 90,
            position=Position(number * 106.5 + 2, 40),
        )
        for room in ("hall", "yard")
        for number in range(1, 13)
    ]
    zones = [Zone("hall", "Hall"), Zone("yard", "Yard", order=1, area="outdoor")]
    joins = [Join(("hall-1", "hall-2"), -2)]
    return Floor(tables, zones=zones, joins=joins, numbers_unique_in="zone")


def row_of_tables(**distances: Any) -> House:
    floor = sketch_floor(dict.fromkeys("1234", 4), joins=["1-2-3-4"])
    return a_house(attrs.evolve(floor, **distances))


def apart(*pairs: str) -> list[KeptApart]:
    return [KeptApart(tuple(pair)) for pair in pairs]


def aisle(joined: str, closes: str) -> list[Aisle]:
    return [Aisle(joined=list(joined), closes=list(closes))]


def refused(desk: Desk, size: int, *tables: str, text: str = "19:00") -> Refusal:
    answer = desk.quote(party_size(size, text, tables=tables))
    assert isinstance(answer, Refusal)
    return answer


def spots(desk: Desk, size: int) -> int:
    slots = desk.availability(FRIDAY, [size]).slots
    return next(slot.spots for slot in slots if f"{slot.start:%H:%M}" == "19:00")


# ---- case 31


def test_case_31_the_floor_of_a_till_is_kept_and_sells_the_seats_of_its_join(store: Store) -> None:
    house = a_house(till_floor())
    desk = open_desk(store, house)

    assert desk.house() == house == loads_house(dumps_house(house))
    assert max(table.position.x for table in house.floor.tables if table.position) == 1_280
    booking = booked(desk, 10)
    assert booking.tables == ("hall-1", "hall-2")
    assert isinstance(desk.quote(party_size(10)), Refusal)
    assert refused(desk, 11).code is Code.ADJACENCY_MISMATCH


def test_case_31_numbers_may_become_unique_again(store: Store) -> None:
    desk = open_desk(store, a_house(till_floor()))
    numbered = [attrs.evolve(each, number=each.id) for each in desk.house().floor.tables]
    desk.edit_floor(
        lambda floor: attrs.evolve(floor, tables=numbered, numbers_unique_in=NumberScope.RESTAURANT)
    )

    found = desk.house().floor.find_table_numbered("YARD-4")
    assert found is not None
    assert found.id == "yard-4"


# ---- case 42


def test_case_42_a_table_is_kept_free_between_two_parties(store: Store) -> None:
    desk = open_desk(store, row_of_tables(kept_apart=apart("12", "23")))
    first = booked(desk, 4, tables=["1"])

    assert booked(desk, 4).tables == ("4",)
    too_close = refused(desk, 4, "2")
    assert too_close.code is Code.TABLES_TOO_CLOSE
    reason = too_close.reasons[0]
    assert (reason.details["tables"], reason.details["beside"]) == (["2"], "1")
    assert reason.details["in_the_way"][0]["owner_id"] == first.id
    assert str(reason) == "table 2 is kept free beside a party at table 1"
    assert booked(desk, 4).tables == ("3",)
    assert Code.TABLES_TOO_CLOSE in {each.code for each in refused(desk, 4).reasons}
    # Windows that touch do not overlap, and one party may have both tables.
    assert booked(desk, 8, "20:30", tables=["1", "2"]).tables == ("1", "2")


def test_case_42_a_hold_keeps_its_distance_and_a_dead_one_does_not(
    store: Store, clock: ManualClock
) -> None:
    desk = open_desk(store, row_of_tables(kept_apart=apart("12")))
    held(desk, 4, tables=["1"])

    assert refused(desk, 4, "2").code is Code.TABLES_TOO_CLOSE
    clock.advance(seconds=601)
    assert booked(desk, 4, tables=["2"]).tables == ("2",)


def test_case_42_a_block_is_no_party(store: Store) -> None:
    desk = open_desk(store, row_of_tables(kept_apart=apart("12")), actor=STAFF)
    desk.block(window("18:00", "23:00"), tables=["1"], reason="paint")

    assert booked(desk, 4, tables=["2"]).tables == ("2",)


def test_case_42_a_join_closes_an_aisle(store: Store) -> None:
    desk = open_desk(store, row_of_tables(aisles=aisle("12", "3")))
    pair = booked(desk, 8, tables=["1", "2"])

    closed = refused(desk, 4, "3")
    assert closed.code is Code.AISLE_CLOSED
    assert str(closed) == "joining tables 1, 2 closes the aisle to table 3"
    assert {row["owner_id"] for row in closed.reasons[0].details["in_the_way"]} == {pair.id}
    assert booked(desk, 4).tables == ("4",)
    assert refused(desk, 4).reasons[0].code is Code.AISLE_CLOSED


def test_case_42_two_parties_at_the_tables_of_a_join_close_no_aisle(store: Store) -> None:
    desk = open_desk(store, row_of_tables(aisles=aisle("12", "3")))
    for table_id in "12":
        booked(desk, 4, tables=[table_id])

    assert booked(desk, 4, tables=["3"]).tables == ("3",)


def test_case_42_a_party_behind_the_aisle_forbids_the_join(store: Store) -> None:
    desk = open_desk(store, row_of_tables(aisles=aisle("12", "4")))
    booked(desk, 4, tables=["4"])

    closed = refused(desk, 8, "1", "2")
    assert (closed.code, len(closed.reasons)) == (Code.AISLE_CLOSED, 1)
    answer = desk.quote(party_size(8), exclude=None)
    assert isinstance(answer, Quote)
    assert answer.plan.tables == ("2", "3")
    # Each of them alone may be had.
    assert booked(desk, 4, tables=["1"]).tables == ("1",)
    assert booked(desk, 4, tables=["2"]).tables == ("2",)


def test_case_42_spots_count_what_each_party_keeps_from_the_next(store: Store) -> None:
    desk = open_desk(store, row_of_tables(kept_apart=apart("12", "23", "34")))
    assert (spots(desk, 4), spots(desk, 8)) == (2, 1)

    aisles = aisle("12", "34")
    desk.edit_floor(lambda floor: attrs.evolve(floor, kept_apart=(), aisles=aisles))
    assert (spots(desk, 4), spots(desk, 8)) == (4, 1)
    desk.edit_floor(lambda floor: attrs.evolve(floor, aisles=aisle("34", "12")))
    assert (spots(desk, 4), spots(desk, 8)) == (4, 1)


def test_case_42_a_confirmation_after_an_edit_asks_for_the_distance(store: Store) -> None:
    desk = open_desk(store, row_of_tables())
    booked(desk, 4, tables=["1"])
    hold = held(desk, 4, tables=["2"])
    desk.edit_floor(lambda floor: attrs.evolve(floor, kept_apart=apart("12")))

    with pytest.raises(Refused) as caught:
        desk.confirm(hold.id)
    assert caught.value.refusal.code is Code.TABLES_TOO_CLOSE


def test_case_42_a_move_keeps_the_distance_at_its_end(store: Store) -> None:
    rules = {
        "kept_apart": apart("12"),
        "aisles": aisle("34", "1"),
    }
    desk = open_desk(store, row_of_tables(**rules), actor=STAFF)
    first, second = booked(desk, 4, tables=["1"]), booked(desk, 4, tables=["3"])

    with pytest.raises(Refused) as caught:
        desk.move([Move(second.id, ["2"])])
    assert caught.value.refusal.code is Code.TABLES_TOO_CLOSE
    # They change places: only the end of the batch counts.
    moved = desk.move([Move(first.id, ["4"]), Move(second.id, ["1"])])
    assert [each.tables for each in moved] == [("4",), ("1",)]
    with pytest.raises(Refused) as caught:
        desk.move([Move(first.id, ["2"]), Move(second.id, ["1", "3"])])
    assert Code.ADJACENCY_MISMATCH in {each.code for each in caught.value.refusal.reasons}
    with pytest.raises(Refused) as caught:
        desk.move([Move(first.id, ["3", "4"])])
    assert caught.value.refusal.code is Code.AISLE_CLOSED


def test_case_42_spots_keep_the_caps_of_zones(store: Store) -> None:
    floor = sketch_floor({"1": 4, "2": 4, "3": 4, "4": (4, "Bar"), "5": (4, "Bar")})
    house = a_house(
        attrs.evolve(floor, kept_apart=apart("12", "24")),
        capacity_rules=[CapacityRule(max_parties=2, zone="main")],
    )
    desk = open_desk(store, house)
    assert spots(desk, 4) == 4

    # The cap of the zone leaves one party, and the table that it may have keeps no other free.
    booked(desk, 4, tables=["3"])
    assert spots(desk, 4) == 3
    booked(desk, 4, tables=["2"])
    assert spots(desk, 4) == 1


def test_case_42_staff_may_override_a_distance(store: Store) -> None:
    rules = {"kept_apart": apart("12"), "aisles": aisle("34", "1")}
    desk = open_desk(store, row_of_tables(**rules), actor=STAFF)
    booked(desk, 4, tables=["1"])

    near = (Override("TABLES_TOO_CLOSE", "They are friends."),)
    second = desk.book(party_size(4, tables=["2"], overrides=near))
    assert [each.rule for each in second.overrides] == [Code.TABLES_TOO_CLOSE]
    closed = (Override("AISLE_CLOSED", "Served from the yard."),)
    third = desk.book(party_size(8, tables=["3", "4"], overrides=closed))
    assert [each.rule for each in third.overrides] == [Code.AISLE_CLOSED]
