"""The reference's cases of filtering tables (§9.4): adjacency required, London, 26 October 2025."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fourtop import (
    BookingRequest,
    BookingRow,
    Code,
    Desk,
    Floor,
    ManualClock,
    Quote,
    Refusal,
    sketch_floor,
    sketch_house,
)
from fourtop.ports import Store
from tests.evening import open_desk

SIX = datetime(2025, 10, 26, 18, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    """The morning of the day on which the clocks went back."""
    return ManualClock(datetime(2025, 10, 26, 9, tzinfo=UTC))


def open_london(store: Store, floor: Floor) -> Desk:
    hours = {"dinner": "17:00-22:00"}
    return open_desk(
        store,
        sketch_house("House", floor, timezone="Europe/London", periods=hours, turn_minutes=60),
    )


def test_reference_filter_a_party_above_the_maximum_is_not_offered_the_table(store: Store) -> None:
    desk = open_london(store, sketch_floor({"1": {"capacity": 2, "max_party": 2}}))
    quoted = desk.quote(BookingRequest(3, SIX))
    assert isinstance(quoted, Refusal)
    assert quoted.code is Code.PARTY_NEVER_FITS


def test_reference_filter_a_maximum_below_the_seats_binds_and_says_so(store: Store) -> None:
    desk = open_london(store, sketch_floor({"1": {"capacity": 6, "max_party": 4}}))
    quoted = desk.quote(BookingRequest(6, SIX, tables=["1"]))
    assert isinstance(quoted, Refusal)
    assert quoted.code is Code.PARTY_ABOVE_MAXIMUM
    assert (quoted.reasons[0].details["party_size"], quoted.reasons[0].details["maximum"]) == (6, 4)
    assert isinstance(desk.quote(BookingRequest(4, SIX)), Quote)


def test_reference_filter_one_table_without_joins_is_offered_though_adjacency_is_required(
    store: Store,
) -> None:
    floor = sketch_floor({"1": 4})
    desk = open_london(store, floor)
    assert desk.house().policy.planning.adjacency_required
    quoted = desk.quote(BookingRequest(4, SIX))
    assert isinstance(quoted, Quote)
    assert quoted.plan.tables == ("1",)
    assert desk.house().floor == floor


def test_reference_filter_a_busy_table_is_not_offered(store: Store) -> None:
    desk = open_london(store, sketch_floor({"1": 2, "2": 2}))
    end = datetime(2025, 10, 26, 19, tzinfo=UTC)
    desk.import_bookings([BookingRow("b1", 2, SIX, end=end, tables=["1"])])
    quoted = desk.quote(BookingRequest(2, SIX))
    assert isinstance(quoted, Quote)
    assert (quoted.plan.tables, quoted.others) == (("2",), ())
    later = desk.quote(BookingRequest(2, end))
    assert isinstance(later, Quote)
    assert [later.plan.tables, *(plan.tables for plan in later.others)] == [("1",), ("2",)]
