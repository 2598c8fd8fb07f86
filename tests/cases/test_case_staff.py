"""Cases of the staff: a large party over two rooms."""

from __future__ import annotations

import pytest

from fourtop import (
    BookingChange,
    BookingRequest,
    Code,
    Floor,
    Move,
    Override,
    Refused,
    Selection,
    Table,
    Zone,
)
from fourtop.ports import Store
from tests.evening import STAFF, a_house, at, booked, open_desk, snapshot, table_rows

ROOMS = ("garden", "hall")


def two_rooms() -> Floor:
    """Eight fours in the hall and eight in the garden; no table can be pushed to another."""
    tables = [
        Table(f"{room[0]}{number}", f"{room[0]}{number}", 4, room)
        for room in ROOMS
        for number in range(1, 9)
    ]
    return Floor(tables, zones=[Zone(room, room.title()) for room in ROOMS])


def test_case_32_sixty_guests_sit_on_fifteen_tables_in_two_rooms_and_come_an_hour_later(
    store: Store,
) -> None:
    desk = open_desk(store, a_house(two_rooms()), actor=STAFF)
    tables = [table.id for table in two_rooms().tables][:15]
    bare = desk.validate(Selection(tables, request=BookingRequest(60, at("18:00"))))
    rules = [reason.code for check in bare.errors for reason in check.reasons]
    assert rules == [Code.ZONE_MISMATCH, Code.ADJACENCY_MISMATCH, Code.TOO_MANY_TABLES]
    overrides = [Override(rule, "The wedding of the Millers") for rule in rules]
    request = BookingRequest(60, at("18:00"), tables=tables, overrides=overrides)
    with pytest.raises(Refused):
        desk.book(request.replaced(overrides=overrides[:2]))

    hold = desk.hold(request)
    booking = desk.confirm(hold.id, booking_id="wedding")
    assert (len(booking.tables), booking.party_size) == (15, 60)
    assert {each.rule for each in booking.overrides} == set(rules)

    later = desk.reschedule("wedding", BookingChange(start=at("19:00")))
    assert (later.start, later.tables) == (at("19:00"), booking.tables)
    assert later.overrides == booking.overrides
    assert {row.window.start for row in table_rows(desk)} == {at("19:00")}
    assert len(table_rows(desk)) == 15

    # The sixteenth table is still there for others, and no other is.
    four = booked(desk, 4, "19:30")
    assert four.tables == ("h8",)
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        booked(desk, 4, "19:30")
    assert caught.value.code is Code.TABLES_TAKEN
    with pytest.raises(Refused) as caught:
        desk.move([Move(four.id, [tables[0]])])
    assert caught.value.code is Code.ALLOCATIONS_OVERLAP
    assert snapshot(store, desk) == before
    assert desk.audit().is_clean
