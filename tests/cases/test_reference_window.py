"""The reference's cases of windows and slots (§9.2) that no other test has with these figures."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fourtop import (
    Allocation,
    BookingRow,
    Calendar,
    Code,
    InvalidWindow,
    NonexistentTime,
    OwnerKind,
    Refusal,
    Refused,
    ResourceType,
    Restaurant,
    Stay,
    Window,
)
from fourtop.model.policy import Policy
from fourtop.model.service_period import ServicePeriod
from fourtop.model.window import MICROSECONDS_PER_MINUTE, to_micros
from fourtop.ports import Store
from fourtop.timeline import Occupancy
from tests.evening import a_house, at, booked, one_table, open_desk

LONDON = ZoneInfo("Europe/London")
BANDS = [(2, 60), (4, 75), (6, 85), (8, 90)]
LUNCH = ServicePeriod(
    "lunch",
    "12:00",
    "15:00",
    turn_bands=BANDS,
    buffer_after_minutes=5,
    last_seating_minutes=0,
    overrun_allowed=True,
)
DINNER = ServicePeriod(
    "dinner", "17:00", "22:00", turn_bands=BANDS, buffer_after_minutes=5, last_seating_minutes=0
)
HOUSE = Calendar(Restaurant("house", "House", timezone="Europe/London"), Policy([LUNCH, DINNER]))

MARKED = [("18:00", "18:45"), ("19:15", "19:55"), ("21:00", "21:30")]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2025-05-10T{text}").replace(tzinfo=UTC)


def occupied(stays: Sequence[Window]) -> Occupancy:
    """One table with these stays, and with its days written out in slots."""
    occupancy = Occupancy(["1"])
    occupancy.busy_mask(Window(stays[0].start, stays[0].end))
    for number, stay in enumerate(stays):
        occupancy.add(
            Allocation(
                f"a{number}",
                "house",
                ResourceType.TABLE,
                "1",
                stay,
                OwnerKind.BOOKING,
                f"b{number}",
            )
        )
    return occupancy


def is_busy(occupancy: Occupancy, stay: Window) -> bool:
    # Three times: from the exact index, while the slots are written, and from the slots.
    (mask,) = {occupancy.busy_mask(stay) for _ in range(3)}
    return mask == 1


# ---- services ------------------------------------------------------------------------------------


def test_reference_window_on_the_night_of_the_fall_back_there_is_dinner() -> None:
    found = HOUSE.stay(HOUSE.instant("2025-10-26T20:30+01:00"), 2)
    assert isinstance(found, Stay)
    assert (found.period, found.dining.start.astimezone(LONDON).hour) == ("dinner", 19)


def test_reference_window_validates_what_is_within_hours() -> None:
    found = HOUSE.stay(HOUSE.instant("2025-05-10T12:30"), 2)
    assert isinstance(found, Stay)
    assert (found.dining.start, found.dining.end) == (utc("11:30"), utc("12:30"))


def test_reference_window_outside_service_hours_is_named() -> None:
    found = HOUSE.stay(HOUSE.instant("2025-05-10T23:30"), 4)
    assert isinstance(found, Refusal)
    assert found.code is Code.OUTSIDE_SERVICE_HOURS


# ---- slots ---------------------------------------------------------------------------------------


def test_reference_bitset_marks_each_window_and_its_inside_and_nothing_after() -> None:
    occupancy = occupied([Window(utc(start), utc(end)) for start, end in MARKED])
    five = timedelta(minutes=5)
    for start, end in MARKED:
        first, last = utc(start), utc(end)
        assert is_busy(occupancy, Window(first, last))
        assert is_busy(occupancy, Window(first + five, last - five))
        assert not is_busy(occupancy, Window(last, last + 2 * five))
        assert not is_busy(occupancy, Window(first - 2 * five, first))


def test_reference_bitset_property_of_200_stays() -> None:
    draw = random.Random(200)
    for _ in range(200):
        start = to_micros(utc("12:00")) + draw.randrange(0, 600) * MICROSECONDS_PER_MINUTE
        end = start + draw.randint(5, 180) * MICROSECONDS_PER_MINUTE
        occupancy = occupied([Window.of_micros(start, end)])
        minute = MICROSECONDS_PER_MINUTE
        assert is_busy(occupancy, Window.of_micros(start, end))
        assert is_busy(occupancy, Window.of_micros(start + minute, end - minute))
        # There, neighbours off the raster of five minutes could be falsely busy; here they are not.
        assert not is_busy(occupancy, Window.of_micros(end, end + 3 * minute))
        assert not is_busy(occupancy, Window.of_micros(start - 3 * minute, start))


def test_reference_bitset_a_window_without_length_is_none() -> None:
    with pytest.raises(InvalidWindow):
        Window(utc("18:00"), utc("18:00"))


def test_reference_bitset_back_to_back() -> None:
    occupancy = occupied([Window(utc("18:00"), utc("19:00"))])
    assert not is_busy(occupancy, Window(utc("19:00"), utc("19:30")))
    assert is_busy(occupancy, Window(utc("17:30"), utc("18:30")))


def test_reference_slot_the_same_table_is_taken_once_in_a_slot_and_again_in_another(
    store: Store,
) -> None:
    desk = open_desk(store, a_house(one_table()))
    desk.import_bookings([BookingRow("b1", 4, at("18:00"), end=at("19:30"), tables=["1"])])
    assert booked(desk, 4, "19:30").tables == ("1",)
    with pytest.raises(Refused) as caught:
        booked(desk, 4, "18:00")
    assert caught.value.code is Code.TABLES_TAKEN


# ---- clocks that change --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "skipped", "valid"),
    [
        ("Europe/London", "2025-03-30", "01:30", "2025-03-30T02:00:00+01:00"),
        ("America/New_York", "2025-03-09", "02:15", "2025-03-09T03:00:00-04:00"),
        ("America/New_York", "2025-03-09", "02:45", "2025-03-09T03:00:00-04:00"),
    ],
)
def test_reference_gap_a_bound_that_the_clocks_skip_is_refused_and_not_moved(
    zone: str, day: str, skipped: str, valid: str
) -> None:
    bound = datetime.fromisoformat(f"{day}T{skipped}").replace(tzinfo=ZoneInfo(zone))
    with pytest.raises(NonexistentTime) as caught:
        Window(bound, datetime.fromisoformat(f"{day}T05:00").replace(tzinfo=ZoneInfo(zone)))
    assert caught.value.next_valid == valid
