"""Cases 22, 23, 34 from the field: a stale screen, four clicks, a need that was forgotten."""

from __future__ import annotations

import pytest

from fourtop import (
    BookingChange,
    BookingStatus,
    Desk,
    EventType,
    Floor,
    Move,
    Preference,
    Refused,
    StaleVersion,
    Table,
    Zone,
)
from fourtop.ports import Store
from tests.evening import STAFF, a_house, at, booked, open_desk, party_size


@pytest.fixture
def desk(store: Store) -> Desk:
    """The desk of a house with one step-free four, a four up the stairs and a six."""
    floor = Floor(
        [
            Table("1", "1", 4, "main", features={"step-free"}),
            Table("2", "2", 4, "main"),
            Table("3", "3", 6, "main"),
        ],
        zones=[Zone("main", "Main")],
    )
    return open_desk(store, a_house(floor), actor=STAFF)


def test_case_22_an_edit_of_the_size_does_not_undo_the_guests_change(desk: Desk) -> None:
    seen = booked(desk, 4, booking_id="b1")
    # The guest comes an hour later; the screen of the staff still shows seven.
    desk.reschedule("b1", BookingChange(start=at("20:00")))
    resent = BookingChange(start=seen.start, party_size=3)
    with pytest.raises(StaleVersion):
        desk.reschedule("b1", resent, expected=seen.version)
    # A screen that sends only what its user changed cannot undo anything.
    edited = desk.reschedule("b1", BookingChange(party_size=3))
    assert (edited.party_size, edited.start) == (3, at("20:00"))


def test_case_23_four_clicks_cancel_one_booking_once(desk: Desk, store: Store) -> None:
    booked(desk, 4, booking_id="b1")
    booked(desk, 2, booking_id="b2")
    answers = [desk.cancel("b1") for _ in range(4)]
    assert {(each.status, each.version) for each in answers} == {(BookingStatus.CANCELLED, 2)}
    steps = [
        each
        for each in store.events(desk.restaurant_id)
        if each.type is EventType.BOOKING_STATUS and each.booking_id == "b1"
    ]
    assert len(steps) == 1
    (service,) = desk.availability(at("19:00").date(), 2, at="2026-05-01T19:00").usage
    assert (service.booked_covers, service.booked_parties) == (2, 1)


def test_case_34_a_step_free_party_is_not_moved_up_the_stairs(desk: Desk) -> None:
    need = Preference(features={"step-free"})
    made = desk.book(party_size(4, must=need), booking_id="b1")
    with pytest.raises(Refused):
        desk.move([Move("b1", ["2"])])
    booked(desk, 4, "20:30", tables=["1"])
    with pytest.raises(Refused):
        desk.reschedule("b1", BookingChange(start=at("20:30")))
    assert desk.get_booking("b1") == made


def test_case_34_a_promised_table_is_not_lost_when_the_party_shrinks(desk: Desk) -> None:
    booked(desk, 6, tables=["3"], booking_id="b1")
    fewer = desk.reschedule("b1", BookingChange(party_size=2))
    assert (fewer.tables, fewer.names_tables) == (("3",), True)
