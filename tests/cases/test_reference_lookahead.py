"""The reference's scenario of looking ahead (§9.6).

There, a plan that leaves an unassigned booking without a table gets a penalty. Here, such a booking
is ``pending_allocation`` and was promised a table: the plan is no plan, and the answer names it.
The Saturday is that of the next year, because the clock of the tests is later than the reference's.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import attrs
import pytest

from fourtop import (
    BookingRequest,
    Code,
    Desk,
    Override,
    Proof,
    Quote,
    Refusal,
    Refused,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import STAFF, a_house, open_desk, snapshot

DAY: Final = date(2026, 10, 31)
LONDON: Final = ZoneInfo("Europe/London")
QUARTER_TO_EIGHT: Final = datetime(2026, 10, 31, 19, 45, tzinfo=LONDON)
EIGHT: Final = datetime(2026, 10, 31, 20, tzinfo=LONDON)
SIX: Final = BookingRequest(6, QUARTER_TO_EIGHT)
AT_EIGHT_TOP: Final = BookingRequest(6, QUARTER_TO_EIGHT, tables=["t8"])


@pytest.fixture
def desk(store: Store) -> Desk:
    """A table for six and one for eight, and a party of eight at eight o'clock without a table."""
    floor = sketch_floor(
        {"t6": {"capacity": 6, "min_party": 2}, "t8": {"capacity": 8, "min_party": 4}}
    )
    house = a_house(floor)
    restaurant = attrs.evolve(house.restaurant, timezone="Europe/London")
    made = open_desk(store, attrs.evolve(house, restaurant=restaurant), actor=STAFF)
    made.book(BookingRequest(8, EIGHT), tables="later", booking_id="future")
    return made


def test_section_9_6_the_plan_that_starves_the_future_booking_is_none(desk: Desk) -> None:
    quote = desk.quote(SIX)
    assert isinstance(quote, Quote)
    assert (quote.plan.tables, quote.others) == (("t6",), ())
    refusal = desk.quote(AT_EIGHT_TOP)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.proof) == (Code.TABLES_PROMISED, Proof.NAMED_TABLES)
    assert refusal.reasons[0].details["promised"] == ["future"]


def test_section_9_6_without_the_future_booking_both_tables_are_plans(desk: Desk) -> None:
    desk.cancel("future")
    quote = desk.quote(SIX)
    assert isinstance(quote, Quote)
    assert [quote.plan.tables, *(plan.tables for plan in quote.others)] == [("t6",), ("t8",)]
    assert isinstance(desk.quote(AT_EIGHT_TOP), Quote)


def test_section_9_6_the_future_booking_gets_its_table_whoever_comes_before(
    store: Store, desk: Desk
) -> None:
    assert desk.book(SIX, booking_id="first").tables == ("t6",)
    before = snapshot(store, desk)
    for request in (SIX, AT_EIGHT_TOP):
        with pytest.raises(Refused) as caught:
            desk.book(request)
        assert caught.value.code is Code.TABLES_PROMISED
    assert snapshot(store, desk) == before
    (slot,) = desk.availability(DAY, 6, at=QUARTER_TO_EIGHT).slots
    assert (slot.is_bookable, slot.spots) == (False, 0)
    hold = desk.hold(BookingRequest(8, EIGHT), booking_id="future")
    assert desk.confirm(hold.id).tables == ("t8",)


def test_section_9_6_staff_may_take_the_table_of_the_future_booking(desk: Desk) -> None:
    override = Override(Code.TABLES_PROMISED, "The eight can sit outside.")
    request = BookingRequest(6, QUARTER_TO_EIGHT, tables=["t8"], overrides=[override])
    assert desk.book(request).tables == ("t8",)
