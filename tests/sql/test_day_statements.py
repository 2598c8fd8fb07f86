"""The statements of the reads for people, counted at the driver on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from fourtop import (
    BookingFilter,
    BookingRequest,
    BookingRow,
    CapacityRule,
    Desk,
    FeedTerms,
    ManualClock,
    sketch_floor,
)
from fourtop.storage.sql import SqlStore
from tests.evening import FRIDAY, NOW, STAFF, a_house, at, held, open_desk, window
from tests.sql.emptied import emptied_database
from tests.sql.listening import heard_engine

AT_MOST: Final = 3
BOOKINGS: Final = 150
TABLES: Final = 50
READS: Final[dict[str, Callable[[Desk], object]]] = {
    "day": lambda desk: desk.day(FRIDAY),
    "month": lambda desk: desk.month(2026, 5, 2),
    "first_free_day": lambda desk: desk.first_free_day(BookingRequest(2, at("19:00"))),
    "feed": lambda desk: desk.feed(FeedTerms(FRIDAY, 14, range(1, 13))),
    "list_bookings": lambda desk: desk.list_bookings(BookingFilter(reference="order-17")),
    "slots": lambda desk: desk.slots(window("17:00", "23:00")),
    "find_bookings": lambda desk: desk.find_bookings([f"b{number}" for number in range(99)]),
}


def fill(desk: Desk) -> None:
    """Take over 150 bookings, and add a hold, a block and a booking without tables."""
    rows = []
    for number in range(BOOKINGS):
        start = at("17:00") + timedelta(hours=2 * (number // TABLES))
        end = start + timedelta(hours=2)
        rows.append(BookingRow(f"b{number}", 2, start, end=end, tables=[str(number % TABLES)]))
    desk.import_bookings(rows)
    held(desk, 2, "17:00", tables=["50"])
    desk.block(window("13:00", "16:00"), tables=["0"], reason="paint")
    desk.book(BookingRequest(2, at("19:00")), tables="later")


@pytest.mark.slow
@pytest.mark.parametrize("caps", [(), (CapacityRule(max_covers=999),)], ids=["no caps", "caps"])
def test_a_day_of_150_bookings_takes_at_most_three_statements(
    caps: tuple[CapacityRule, ...],
) -> None:
    floor = sketch_floor({str(number): 2 for number in range(TABLES + 1)})
    with emptied_database() as database, heard_engine(database.url()) as (engine, heard):
        store = SqlStore(engine, clock=ManualClock(NOW))
        desk = open_desk(store, a_house(floor, capacity_rules=caps), actor=STAFF)
        fill(desk)
        counts = {}
        for name, read in READS.items():
            heard.forget()
            read(desk)
            counts[name] = len(heard.statements)
            assert heard.frames == ["BEGIN", "COMMIT"], name
        assert counts == dict.fromkeys(READS, AT_MOST)
        assert len(desk.day(FRIDAY).entries) == BOOKINGS + 2
