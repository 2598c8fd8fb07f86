"""Ids at the desk: those that are none, those that nobody has, and those of another tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fourtop import (
    BookingRow,
    CountedIds,
    Desk,
    Engine,
    InvalidIdentifier,
    Move,
    NotFound,
)
from fourtop.ports import Store
from tests.evening import a_house, at, booked, change, held, open_desk, party_size, snapshot, window

NO_IDS: dict[str, Any] = {
    "empty": "",
    "a space": " ",
    "spaces around": " b1 ",
    "a space within": "b 1",
    "a line": "b1\n",
    "nul": "b\x001",
    "10 kB": "b" * 10_240,
    "65 characters": "b" * 65,
    "a look-alike": "b\u0456",
    "full width": "\uff421",
    "an accent": "b\u0301",
    "a slash": "../b1",
    "none": None,
    "a number": 7,
    "bytes": b"b1",
    "a list": ["b1"],
}


@pytest.fixture
def desk(store: Store) -> Desk:
    """A desk with something to lose."""
    desk = open_desk(store)
    booked(desk, 4, booking_id="b1")
    desk.hold(party_size(2), session="s1")
    desk.block(window("21:00", "22:00"), tables=["1"], reason="paint")
    return desk


@pytest.fixture
def unchanged(store: Store, desk: Desk) -> Iterator[None]:
    """What was there before is there after, and not a version has moved."""
    before = snapshot(store, desk)
    yield
    assert snapshot(store, desk) == before


pytestmark = pytest.mark.usefixtures("unchanged")


# ---- ids -----------------------------------------------------------------------------------------


def calls_with(desk: Desk, value: Any) -> dict[str, list[Callable[[], object]]]:
    """Every way to hand an id to a desk, by the field that an error names."""
    return {
        "booking_id": [
            lambda: desk.find_booking(value),
            lambda: desk.get_booking(value),
            lambda: desk.cancel(value),
            lambda: desk.seat(value),
            lambda: desk.complete(value),
            lambda: desk.no_show(value),
            lambda: desk.reschedule(value, change(2)),
            lambda: desk.move([Move(value, ["1"])]),
        ],
        "hold_id": [
            lambda: desk.find_hold(value),
            lambda: desk.confirmations(value),
            lambda: desk.extend_hold(value, seconds=1),
            lambda: desk.release_hold(value),
            lambda: desk.replace_hold(value, party_size(2)),
            lambda: desk.confirm(value),
        ],
        "block_id": [lambda: desk.unblock(value)],
        "id": [lambda: desk.import_bookings([BookingRow(value, 2, at("19:00"), tables=["1"])])],
        "tables": [
            lambda: desk.hold(party_size(2, tables=[value])),
            lambda: desk.move([Move("b1", [value])]),
            lambda: desk.block(window("19:00", "20:00"), tables=[value], reason="paint"),
        ],
    }


def options_with(desk: Desk, value: Any) -> dict[str, list[Callable[[], object]]]:
    """Every option that is an id, or ``None`` for none."""
    return {
        "booking_id": [
            lambda: desk.hold(party_size(2), booking_id=value),
            lambda: desk.book(party_size(2), booking_id=value),
            lambda: desk.confirm("h1", booking_id=value),
        ],
        "session": [lambda: desk.hold(party_size(2), session=value)],
        "key": [
            lambda: desk.hold(party_size(2), key=value),
            lambda: desk.extend_hold("h1", seconds=1, key=value),
            lambda: desk.release_hold("h1", key=value),
            lambda: desk.replace_hold("h1", party_size(2), key=value),
            lambda: desk.confirm("h1", key=value),
            lambda: desk.book(party_size(2), key=value),
            lambda: desk.reschedule("b1", change(2), key=value),
            lambda: desk.cancel("b1", key=value),
            lambda: desk.move([Move("b1", ["4"])], key=value),
            lambda: desk.import_bookings(
                [BookingRow("b2", 2, at("19:00"), tables=["1"])], key=value
            ),
            lambda: desk.block(window("19:00", "20:00"), tables=["1"], reason="paint", key=value),
            lambda: desk.unblock("x1", key=value),
        ],
        "zone_id": [lambda: desk.block(window("19:00", "20:00"), zone_id=value, reason="paint")],
        "occasion": [lambda: desk.hold(party_size(2, occasion=value))],
        "past_reason": [lambda: desk.hold(party_size(2, past_reason=value))],
    }


@pytest.mark.parametrize("value", NO_IDS.values(), ids=NO_IDS)
def test_an_id_is_1_to_64_plain_characters(desk: Desk, value: Any) -> None:
    asked = calls_with(desk, value)
    if value is not None:
        for field, attempts in options_with(desk, value).items():
            asked.setdefault(field, []).extend(attempts)
    for field, attempts in asked.items():
        for attempt in attempts:
            with pytest.raises(InvalidIdentifier) as caught:
                attempt()
            assert caught.value.field == field
            assert caught.value.rule == "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"
            assert len(str(caught.value)) < 300


def test_unknown_ids_are_not_found(desk: Desk) -> None:
    attempts: dict[str, list[Callable[[], object]]] = {
        "booking": [
            lambda: desk.get_booking("nobody"),
            lambda: desk.cancel("nobody"),
            lambda: desk.hold(party_size(2), booking_id="nobody"),
            lambda: desk.reschedule("nobody", change(2)),
            lambda: desk.move([Move("nobody", ["1"])]),
        ],
        "hold": [lambda: desk.release_hold("nobody"), lambda: desk.confirm("nobody")],
        "block": [lambda: desk.unblock("nobody")],
        "zone": [lambda: desk.block(window("19:00", "20:00"), zone_id="nowhere", reason="paint")],
        "table": [
            lambda: desk.quote(party_size(2, tables=["nowhere"])),
            lambda: desk.hold(party_size(2, tables=["nowhere"])),
            lambda: desk.book(party_size(2, tables=["1", "nowhere"])),
            lambda: desk.move([Move("b1", ["nowhere"])]),
            lambda: desk.block(window("19:00", "20:00"), tables=["nowhere"], reason="paint"),
        ],
    }
    for kind, tries in attempts.items():
        for attempt in tries:
            with pytest.raises(NotFound) as caught:
                attempt()
            assert (caught.value.kind, caught.value.http_status) == (kind, 404)


def test_ids_of_another_tenant_are_answered_like_unknown_ones(store: Store, desk: Desk) -> None:
    other = Engine(store, ids=CountedIds("other-")).add_restaurant(a_house(name="Other"))
    booking = booked(other, 4)
    waiting = other.book(party_size(2), tables="later")
    hold = held(other, 2)
    block = other.block(window("21:00", "22:00"), tables=["5"], reason="paint")
    before = snapshot(store, other)
    for attempt in (
        lambda: desk.get_booking(booking.id),
        lambda: desk.cancel(booking.id),
        lambda: desk.reschedule(booking.id, change(2)),
        lambda: desk.move([Move(booking.id, ["1"])]),
        lambda: desk.hold(party_size(2), booking_id=waiting.id),
        lambda: desk.extend_hold(hold.id, seconds=1),
        lambda: desk.release_hold(hold.id),
        lambda: desk.replace_hold(hold.id, party_size(2)),
        lambda: desk.confirm(hold.id),
        lambda: desk.unblock(block.id),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert desk.find_booking(booking.id) is None
    assert desk.find_hold(hold.id) is None
    assert snapshot(store, other) == before
