"""Cases 6 and 14 from the field: a table for 4 to 10 that took 2 and 20, and a party that grows."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import BookingChange, Code, Floor, Move, Refused, sketch_floor
from fourtop.ports import Store
from tests.evening import (
    MONTH,
    a_house,
    booked,
    change,
    held,
    one_table,
    open_desk,
    party_size,
    rows_of,
    snapshot,
)


@pytest.fixture
def large() -> Floor:
    """A table for 4 to 10."""
    return sketch_floor({"1": {"capacity": 10, "min_party": 4, "max_party": 10}})


OUTSIDE = [
    (2, Code.PARTY_BELOW_MINIMUM),
    (3, Code.PARTY_BELOW_MINIMUM),
    (11, Code.PARTY_ABOVE_MAXIMUM),
]


@pytest.mark.parametrize(("size", "code"), [*OUTSIDE, (20, Code.PARTY_ABOVE_MAXIMUM)])
@pytest.mark.parametrize("command", ["hold", "book"])
def test_case_6_min_and_max_party_of_named_tables(
    store: Store, large: Floor, command: str, size: int, code: Code
) -> None:
    desk = open_desk(store, a_house(large))
    with pytest.raises(Refused) as caught:
        getattr(desk, command)(party_size(size, tables=["1"]))
    assert caught.value.code is code
    assert desk.allocations(MONTH) == ()


@pytest.mark.parametrize(
    ("size", "code"),
    [
        (2, Code.PARTY_BELOW_MINIMUM),
        (3, Code.PARTY_BELOW_MINIMUM),
        (11, Code.PARTY_NEVER_FITS),
        (20, Code.PARTY_NEVER_FITS),
    ],
)
@pytest.mark.parametrize("command", ["hold", "book"])
def test_case_6_min_and_max_party_of_chosen_tables(
    store: Store, large: Floor, command: str, size: int, code: Code
) -> None:
    desk = open_desk(store, a_house(large))
    with pytest.raises(Refused) as caught:
        getattr(desk, command)(party_size(size))
    assert caught.value.code is code


@pytest.mark.parametrize("size", [4, 7, 10])
def test_case_6_min_and_max_party_are_inclusive(store: Store, large: Floor, size: int) -> None:
    desk = open_desk(store, a_house(large))
    assert booked(desk, size).tables == ("1",)


@pytest.mark.parametrize(("size", "code"), OUTSIDE)
def test_case_6_min_and_max_party_when_a_party_changes_its_size(
    store: Store, large: Floor, size: int, code: Code
) -> None:
    desk = open_desk(store, a_house(large))
    booking = booked(desk, 4)
    with pytest.raises(Refused) as caught:
        desk.reschedule(booking.id, change(size, tables=["1"]))
    assert caught.value.code is code
    assert desk.get_booking(booking.id) == booking


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"min_party": 5}, Code.PARTY_BELOW_MINIMUM),
        ({"max_party": 3}, Code.PARTY_ABOVE_MAXIMUM),
    ],
)
def test_case_6_min_and_max_party_at_confirm_after_they_changed(
    store: Store, limits: dict[str, Any], code: Code
) -> None:
    desk = open_desk(store, a_house(one_table(6)))
    hold = held(desk, 4)
    table = desk.house().floor.tables[0]
    desk.edit_floor(lambda floor: floor.with_table(attrs.evolve(table, **limits)))
    for requote in (False, True):
        with pytest.raises(Refused) as caught:
            desk.confirm(hold.id, requote=requote)
        assert caught.value.code is code
    assert desk.bookings(MONTH) == ()


@pytest.mark.parametrize(
    ("size", "tables", "code"),
    [(2, ["big"], Code.PARTY_BELOW_MINIMUM), (6, ["small"], Code.PARTY_ABOVE_MAXIMUM)],
)
def test_case_6_min_and_max_party_when_a_booking_is_moved(
    store: Store, size: int, tables: list[str], code: Code
) -> None:
    floor = sketch_floor({"big": {"capacity": 10, "min_party": 4}, "small": 2, "mid": 6})
    desk = open_desk(store, a_house(floor))
    booking = booked(desk, size, tables=["mid"])
    with pytest.raises(Refused) as caught:
        desk.move([Move(booking.id, tables)])
    assert caught.value.code is code
    assert desk.get_booking(booking.id) == booking


def test_case_6_the_minimum_of_each_member_binds_in_a_set(store: Store) -> None:
    floor = sketch_floor({"1": {"capacity": 4, "min_party": 6}, "2": 4}, joins=["1-2"])
    desk = open_desk(store, a_house(floor))
    with pytest.raises(Refused) as caught:
        desk.book(party_size(5, tables=["1", "2"]))
    assert caught.value.code is Code.PARTY_BELOW_MINIMUM
    assert booked(desk, 6).tables == ("1", "2")


def test_case_14_a_party_that_grows_is_planned_anew_or_refused_with_a_reason(
    store: Store,
) -> None:
    desk = open_desk(store)
    booked(desk, 4, booking_id="b", tables=["3"])
    free = desk.reschedule("b", BookingChange(party_size=2, tables=()))
    assert (free.party_size, len(free.tables)) == (2, 1)
    grown = desk.reschedule("b", BookingChange(party_size=6))
    seats = {table.id: table.capacity for table in desk.house().floor.tables}
    assert sum(seats[table] for table in grown.tables) >= 6
    assert {row[0] for row in rows_of(desk, "b")} == {*grown.tables}
    before = snapshot(store, desk)
    for size, tables in ((60, ()), (9, grown.tables)):
        with pytest.raises(Refused) as caught:
            desk.reschedule("b", BookingChange(party_size=size, tables=tables))
        assert caught.value.refusal.reasons
        assert str(caught.value)
    assert snapshot(store, desk) == before
