"""Bookings remember their request, and the local time that the party was told."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from fourtop import Booking, BookingRequest, BookingRow, Desk, Preference
from fourtop.ports import Store
from tests.evening import a_house, five_tables, open_desk, party_size

QUIET: Final = Preference(zones={"main"})
ASKED: Final[dict[str, Any]] = {
    "must": QUIET,
    "wish": Preference(features={"window"}),
    "channel": "phone",
    "reference": "R-77",
}


@pytest.fixture
def desk(store: Store) -> Desk:
    floor = five_tables()
    window = attrs.evolve(floor.get_table("5"), features={"window"})
    house = a_house(floor.with_table(window), channels=["phone"])
    return open_desk(
        store,
        attrs.evolve(house, restaurant=attrs.evolve(house.restaurant, timezone="Europe/Paris")),
    )


def asked(**other: Any) -> BookingRequest:
    # Seven in the evening in Paris.
    return party_size(4, "17:00", **{**ASKED, **other})


def told(booking: Booking) -> tuple[Any, ...]:
    return (
        *(booking.must, booking.wish, booking.channel, booking.reference),
        *(booking.occasion, booking.names_tables, booking.local_start),
    )


def test_finding_03_a_booking_keeps_its_conditions(desk: Desk) -> None:
    made = desk.book(asked(), booking_id="b1")
    expected = (
        *(QUIET, ASKED["wish"], "phone", "R-77", None, False),
        "2026-05-01T19:00+02:00",
    )
    assert told(made) == expected
    assert desk.get_booking("b1") == made


def test_finding_03_a_confirmed_hold_passes_its_conditions_on(desk: Desk) -> None:
    hold = desk.hold(asked(tables=["3"]))
    assert (hold.channel, hold.reference, hold.life_start_us) == ("phone", "R-77", hold.created_us)
    made = desk.confirm(hold.id)
    assert told(made) == (
        *(QUIET, ASKED["wish"], "phone", "R-77", None, True),
        "2026-05-01T19:00+02:00",
    )
    assert desk.get_booking(made.id) == made


def test_an_imported_booking_has_its_reference_and_its_channel(desk: Desk) -> None:
    row = BookingRow("b1", 4, "2026-05-01T19:00", tables=["3"], reference="R-77", channel="site")
    desk.import_bookings([row])
    found = desk.get_booking("b1")
    assert (found.reference, found.channel, found.names_tables) == ("R-77", "site", False)
    assert found.local_start == "2026-05-01T19:00+02:00"
