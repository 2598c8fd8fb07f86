"""The booking server on PostgreSQL: its methods in the order of a user's visit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from fourtop import AsyncEngine, CountedIds, ManualClock
from fourtop.storage.sql import AsyncSqlStore
from tests.aggregator.aggregator import (
    USER,
    Aggregator,
    aggregator_of,
    create,
    seconds,
    slot_time,
)
from tests.database.furnished import postgresql_url
from tests.evening import NOW, a_house

pytestmark = pytest.mark.slow


SLOT = slot_time()


@pytest.fixture
def aggregator() -> Iterator[Aggregator]:
    """Give the aggregator as a client of the small house in a database."""
    clock = ManualClock(NOW)
    with postgresql_url() as url:
        store = AsyncSqlStore(url, clock=clock)
        engine = AsyncEngine(store, ids=CountedIds("n"))
        with aggregator_of(engine, clock) as found:
            found.run(engine.add_restaurant(a_house()))
            yield found
            found.run(store.close())


async def _together(aggregator: Aggregator, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
    """Send requests of CreateBooking at one time; return what they answer."""
    answers = await asyncio.gather(*(aggregator.send("CreateBooking", each) for each in bodies))
    assert [each.status_code for each in answers] == [200] * len(bodies)
    return [each.json() for each in answers]


def test_a_user_looks_books_moves_and_cancels(aggregator: Aggregator) -> None:
    looked = aggregator("BatchAvailabilityLookup", {"merchant_id": "1234", "slot_time": [SLOT]})
    assert looked.json()["slot_time_availability"] == [{"slot_time": SLOT, "available": True}]
    # Repeated requests meet each other: they make one booking.
    answers = aggregator.run(_together(aggregator, *[create()] * 5))
    (booking,) = {each["booking"]["booking_id"]: each["booking"] for each in answers}.values()
    assert [each["booking"] for each in answers] == [booking] * 5
    other = aggregator("CreateBooking", create("20:00"))
    assert (other.status_code, other.json()["code"]) == (400, "KEY_REUSED")
    moved = {
        "booking_id": booking["booking_id"],
        "slot": {"start_sec": seconds("20:30"), "duration_sec": "5400"},
    }
    changed = [aggregator("UpdateBooking", {"booking": moved}).json() for _ in range(2)]
    assert changed[0] == changed[1]
    assert changed[0]["booking"]["slot"]["start_sec"] == seconds("20:30")
    listed = aggregator("ListBookings", {"user_id": USER["user_id"]}).json()["bookings"]
    assert listed == [changed[0]["booking"]]
    gone = {"booking_id": booking["booking_id"], "status": "CANCELED"}
    cancelled = [aggregator("UpdateBooking", {"booking": gone}).json() for _ in range(2)]
    assert [each["booking"]["status"] for each in cancelled] == ["CANCELED", "CANCELED"]
    status = aggregator("GetBookingStatus", {"booking_id": booking["booking_id"]}).json()
    assert status["booking_status"] == "CANCELED"
    assert aggregator("ListBookings", {"user_id": USER["user_id"]}).json() == {"bookings": []}
    assert aggregator("HealthCheck").status_code == 200


def test_users_at_one_time_get_the_tables_that_there_are(aggregator: Aggregator) -> None:
    answers = aggregator.run(
        _together(aggregator, *(create(size=6, click=f"user-{number}") for number in range(4)))
    )
    booked = [each for each in answers if "booking" in each]
    causes = [each["booking_failure"]["cause"] for each in answers if "booking_failure" in each]
    assert [each["booking"]["status"] for each in booked] == ["CONFIRMED"] * 2
    assert causes == ["SLOT_UNAVAILABLE"] * 2
