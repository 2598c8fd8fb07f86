"""Lists of bookings: by ids."""

from __future__ import annotations

import pytest

from fourtop import InvalidIdentifier, InvalidInput
from fourtop.engine.queries.records import MAX_IDS
from fourtop.ports import Store
from tests.evening import booked, open_desk


def test_several_bookings_are_found_in_one_read_by_start_then_id(store: Store) -> None:
    desk = open_desk(store)
    late = booked(desk, 2, "20:00", booking_id="a")
    second, first = booked(desk, 2, booking_id="c"), booked(desk, 2, booking_id="b")
    found = desk.find_bookings(["c", "a", "nowhere", "b", "a"])
    assert found.timezone == "UTC"
    assert list(found) == [first, second, late]
    assert desk.find_bookings([]) == ()


def test_too_many_or_malformed_ids_are_refused(store: Store) -> None:
    desk = open_desk(store)
    with pytest.raises(InvalidInput) as caught:
        desk.find_bookings([f"b{number}" for number in range(MAX_IDS + 1)])
    assert str(caught.value) == "booking_ids: must be at most 500 (got 501)"
    with pytest.raises(InvalidIdentifier):
        desk.find_bookings(["a b"])
