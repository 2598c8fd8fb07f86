"""The reference's case of looking ahead to a party without tables (§9.6).

There, a plan that a later party needs is offered with a penalty of 500. Here it is not offered;
staff break the promise with a reason.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fourtop import (
    BookingRequest,
    Code,
    Desk,
    Floor,
    Override,
    Quote,
    Refusal,
    Table,
    Zone,
    sketch_house,
)
from fourtop.ports import Store
from tests.evening import STAFF, open_desk

# A quarter to eight in winter, when London has the time of UTC.
START = datetime(2026, 11, 1, 19, 45, tzinfo=UTC)


@pytest.fixture
def desk(store: Store) -> Desk:
    floor = Floor(
        [
            Table("T6", "6", 6, "main", min_party=2, max_party=6),
            Table("T8", "8", 8, "main", min_party=4, max_party=8),
        ],
        zones=[Zone("main", "Main")],
    )
    house = sketch_house("Lookahead", floor, timezone="Europe/London", turn_minutes=120)
    desk = open_desk(store, house, actor=STAFF)
    later = BookingRequest(8, START + timedelta(minutes=15))
    desk.book(later, booking_id="eight", tables="later")
    return desk


def test_reference_section_9_6_the_plan_that_a_later_party_needs_is_not_offered(desk: Desk) -> None:
    quote = desk.quote(BookingRequest(6, START))
    assert isinstance(quote, Quote)
    assert [plan.tables for plan in (quote.plan, *quote.others)] == [("T6",)]
    named = desk.quote(BookingRequest(6, START, tables=["T8"]))
    assert isinstance(named, Refusal)
    assert named.code is Code.TABLES_PROMISED
    # The conflict names the later party.
    assert named.reasons[0].details["promised"] == ["eight"]


def test_reference_section_9_6_the_large_table_goes_to_the_later_party(desk: Desk) -> None:
    assert desk.book(BookingRequest(6, START)).tables == ("T6",)
    assert desk.assign("eight").tables == ("T8",)


def test_reference_section_9_6_without_a_later_party_both_tables_are_offered(desk: Desk) -> None:
    desk.cancel("eight")
    quote = desk.quote(BookingRequest(6, START))
    assert isinstance(quote, Quote)
    assert [plan.tables for plan in (quote.plan, *quote.others)] == [("T6",), ("T8",)]


def test_reference_section_9_6_staff_may_take_the_table_of_the_later_party(desk: Desk) -> None:
    override = Override(Code.TABLES_PROMISED, "The eight can sit outside.")
    booking = desk.book(BookingRequest(6, START, tables=["T8"], overrides=[override]))
    assert booking.tables == ("T8",)
