"""Booking slots: covers at a start, reserved with an optimistic version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    AlreadyExists,
    BookingSlot,
    Code,
    Desk,
    FourtopError,
    InUse,
    InvalidIdentifier,
    InvalidInput,
    InvalidWindow,
    ManualClock,
    NotFound,
    Refused,
    StaleVersion,
    Window,
)
from fourtop.ports import Store
from tests.evening import STAFF, at, at_once, open_desk, snapshot, window
from tests.live import refused


@pytest.fixture
def desk(store: Store) -> Desk:
    """A slot of ten covers at seven."""
    made = open_desk(store, actor=STAFF)
    made.open_slot(at("19:00"), 10, slot_id="seven")
    return made


def test_a_slot_reserves_covers_up_to_those_that_it_has(desk: Desk) -> None:
    made = desk.find_slot("seven")
    assert made is not None
    assert (made.start, made.available, made.reserved, made.version) == (at("19:00"), 10, 0, 1)
    assert desk.reserve_slot("seven", 7, expected=1).left == 3
    full = refused(lambda: desk.reserve_slot("seven", 4))
    assert full.code is Code.SLOT_FULL
    assert str(full) == "10 covers at 2026-05-01T19:00+00:00; 7 reserved, 4 asked for"
    assert desk.reserve_slot("seven", 3).reserved == 10
    assert desk.release_slot("seven", 10, expected=3).reserved == 0
    assert desk.find_slot("seven") == attrs.evolve(made, version=4)


def test_a_version_that_has_passed_is_refused_and_changes_nothing(store: Store, desk: Desk) -> None:
    desk.reserve_slot("seven", 1)
    before = snapshot(store, desk)
    for call in (desk.reserve_slot, desk.release_slot):
        with pytest.raises(StaleVersion, match="slot is at version 2"):
            call("seven", 1, expected=1)
    with pytest.raises(StaleVersion):
        desk.close_slot("seven", expected=1)
    assert snapshot(store, desk) == before


def test_a_key_reserves_once(desk: Desk) -> None:
    first = desk.reserve_slot("seven", 6, key="k")
    again = desk.reserve_slot("seven", 6, key="k")
    assert (again, again.replayed) == (first, True)
    assert desk.reserve_slot("seven", 4).left == 0


def test_a_slot_is_closed_when_nothing_is_reserved(desk: Desk) -> None:
    desk.reserve_slot("seven", 2)
    with pytest.raises(InUse, match="2 reserved covers"):
        desk.close_slot("seven")
    desk.release_slot("seven", 2)
    assert desk.close_slot("seven").version == 3
    assert desk.find_slot("seven") is None
    with pytest.raises(NotFound, match="slot"):
        desk.reserve_slot("seven", 1)
    assert desk.open_slot(at("19:00"), 4, slot_id="seven").version == 1


def test_the_slots_of_a_window_are_listed_by_start_then_id(desk: Desk) -> None:
    for slot_id, start in (("nine", "21:00"), ("again", "19:00"), ("six", "18:00")):
        desk.open_slot(at(start), 4, slot_id=slot_id)
    desk.reserve_slot("again", 4)
    found = desk.slots(window("18:00", "21:00"))
    assert [(slot.id, slot.left) for slot in found] == [("six", 4), ("again", 0), ("seven", 10)]
    assert found == tuple(desk.find_slot(slot.id) for slot in found)
    assert [slot.id for slot in desk.slots(window("18:01", "21:01"))] == ["again", "seven", "nine"]
    desk.close_slot("nine")
    assert desk.slots(window("21:00", "22:00")) == ()


def test_a_list_of_slots_needs_a_window_of_at_most_31_days(desk: Desk) -> None:
    start = at("00:00")
    whole: Any = None
    with pytest.raises(InvalidInput, match=r"window: must be of type Window \(got None\)"):
        desk.slots(whole)
    with pytest.raises(InvalidWindow, match="31 days"):
        desk.slots(Window(start, start + timedelta(days=32)))
    assert [slot.id for slot in desk.slots(Window(start, start + timedelta(days=31)))] == ["seven"]


def test_a_slot_in_the_past_takes_no_one(desk: Desk, clock: ManualClock) -> None:
    desk.reserve_slot("seven", 1)
    clock.move_to(at("19:01"))
    assert refused(lambda: desk.reserve_slot("seven", 1)).code is Code.BOOKING_IN_PAST
    with pytest.raises(InvalidInput, match="start: must not have passed"):
        desk.open_slot(at("19:00"), 4)
    assert desk.release_slot("seven", 1).left == 10


def test_bad_input_changes_nothing(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    calls: tuple[tuple[str, Callable[[], object]], ...] = (
        ("available", lambda: desk.open_slot(at("19:00"), -1)),
        ("available", lambda: desk.open_slot(at("19:00"), 100_001)),
        ("start", lambda: desk.open_slot(at("19:00").replace(tzinfo=None), 1)),
        ("covers", lambda: desk.reserve_slot("seven", 0)),
        ("covers", lambda: desk.release_slot("seven", 1)),
        ("expected", lambda: desk.reserve_slot("seven", 1, expected=0)),
    )
    for field, call in calls:
        with pytest.raises(InvalidInput) as caught:
            call()
        assert caught.value.field == field
    with pytest.raises(InvalidIdentifier):
        desk.find_slot("a slot")
    with pytest.raises(AlreadyExists, match="the slot 'seven' exists already"):
        desk.open_slot(at("20:00"), 1, slot_id="seven")
    assert snapshot(store, desk) == before


def test_of_those_who_reserve_at_once_as_many_succeed_as_there_are_covers(desk: Desk) -> None:
    done = at_once([lambda: desk.reserve_slot("seven", 3)] * 5)
    assert sum(isinstance(each, BookingSlot) for each in done) == 3
    assert all(isinstance(each, BookingSlot | Refused) for each in done)
    slot = desk.find_slot("seven")
    assert slot is not None
    assert (slot.reserved, slot.version) == (9, 4)


def test_of_those_who_saw_one_version_one_succeeds(desk: Desk) -> None:
    done = at_once([lambda: desk.reserve_slot("seven", 1, expected=1)] * 4)
    assert sum(isinstance(each, BookingSlot) for each in done) == 1
    assert {type(each) for each in done if isinstance(each, FourtopError)} == {StaleVersion}


def test_a_slot_shows_itself_and_never_reserves_more_than_it_has() -> None:
    slot = BookingSlot("s", "house", 0, 4, 1)
    assert repr(slot) == "<BookingSlot s at 1970-01-01T00:00Z, 1 of 4 reserved, version 1>"
    with pytest.raises(AssertionError, match="no more than it has"):
        BookingSlot("s", "house", 0, 4, 5)
