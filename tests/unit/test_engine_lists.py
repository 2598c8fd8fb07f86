"""Lists of bookings: by ids, by reference and status, in pages, over more than a month."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fourtop import (
    BookingChange,
    BookingFilter,
    BookingRequest,
    BookingStatus,
    Desk,
    InvalidIdentifier,
    InvalidInput,
    NaiveDatetime,
)
from fourtop.engine.queries.records import MAX_IDS
from fourtop.ports import Store
from tests.evening import STAFF, at, booked, open_desk, party_size


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, actor=STAFF)


def test_several_bookings_are_found_in_one_read_by_start_then_id(desk: Desk) -> None:
    late = booked(desk, 2, "20:00", booking_id="a")
    second, first = booked(desk, 2, booking_id="c"), booked(desk, 2, booking_id="b")
    found = desk.find_bookings(["c", "a", "nowhere", "b", "a"])
    assert found.timezone == "UTC"
    assert list(found) == [first, second, late]
    assert list(desk.find_bookings([])) == []


def test_too_many_or_malformed_ids_are_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.find_bookings([f"b{number}" for number in range(MAX_IDS + 1)])
    assert str(caught.value) == "booking_ids: must be at most 500 (got 501)"
    with pytest.raises(InvalidIdentifier):
        desk.find_bookings(["a b"])


def test_pages_follow_each_other_over_more_than_a_month(desk: Desk) -> None:
    days = (0, 0, 1, 30, 31, 200)
    for number, day in enumerate(days):
        start = at("19:00") + timedelta(days=day)
        desk.book(BookingRequest(2, start), booking_id=f"b{number}")
    page = desk.list_bookings(limit=2)
    seen = []
    while True:
        seen.append([each.id for each in page])
        if page.next_page is None:
            break
        page = desk.list_bookings(limit=2, after=page.next_page)
    assert seen == [["b0", "b1"], ["b2", "b3"], ["b4", "b5"]]
    whole = desk.list_bookings()
    assert (len(whole), whole.next_page) == (6, None)
    assert repr(page) == "<BookingPage 2 bookings, the last page>"
    assert "more follow" in repr(desk.list_bookings(limit=1))
    assert "b5" in page._repr_html_()
    some = BookingFilter(at("19:00"), at("19:00") + timedelta(days=31))
    assert [each.id for each in desk.list_bookings(some)] == ["b0", "b1", "b2", "b3"]


def test_bookings_are_listed_by_reference_and_by_status(desk: Desk) -> None:
    first = desk.book(party_size(2, reference="order-17"), booking_id="b1")
    desk.book(party_size(2, "20:00", reference="order-17"), booking_id="b2")
    desk.book(party_size(2, reference="order-18"), booking_id="b3")
    desk.cancel("b2")
    desk.book(party_size(4), booking_id="b4", tables="later")
    by_reference = BookingFilter(reference="order-17")
    assert [each.id for each in desk.list_bookings(by_reference)] == ["b1", "b2"]
    confirmed = BookingFilter(reference="order-17", statuses=["confirmed"])
    assert list(desk.list_bookings(confirmed)) == [first]
    desk.reschedule("b3", BookingChange(reference="order-19"))
    assert [each.id for each in desk.list_bookings(BookingFilter(reference="order-18"))] == []
    assert [each.id for each in desk.list_bookings(BookingFilter(reference="order-19"))] == ["b3"]
    waiting = BookingFilter(statuses=[BookingStatus.PENDING_ALLOCATION, "cancelled"])
    assert [each.id for each in desk.list_bookings(waiting)] == ["b4", "b2"]


def test_a_wrong_page_or_filter_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.list_bookings(limit=501)
    assert caught.value.field == "limit"
    wrong: Any
    for wrong in ("", "b1", 7, "12~" + "x" * 65, "99999999999999999~b"):
        with pytest.raises(InvalidInput) as caught:
            desk.list_bookings(after=wrong)
        assert caught.value.field == "after"
    with pytest.raises(InvalidInput) as caught:
        BookingFilter(at("19:00"), at("19:00"))
    assert caught.value.field == "end"
    with pytest.raises(InvalidInput) as caught:
        BookingFilter(statuses=["lost"])
    assert caught.value.field == "statuses"
    with pytest.raises(NaiveDatetime):
        BookingFilter(at("19:00").replace(tzinfo=None))


def test_a_filter_says_what_it_admits() -> None:
    assert repr(BookingFilter()) == "<BookingFilter>"
    wide = BookingFilter(at("19:00"), at("20:00"), statuses=["no_show", "cancelled"])
    assert (wide.start, wide.end) == (at("19:00"), at("20:00"))
    assert repr(wide) == (
        "<BookingFilter from 2026-05-01T19:00Z, to 2026-05-01T20:00Z, cancelled or no_show>"
    )
