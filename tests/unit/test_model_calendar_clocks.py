"""The calendar where the clocks change, local times, and the calendar's caches."""

from __future__ import annotations

import math
import pickle
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fourtop.errors import (
    AmbiguousTime,
    InvalidInput,
    InvalidWindow,
    NonexistentTime,
)
from fourtop.model.service_period import ServicePeriod
from fourtop.model.stay import Stay
from fourtop.model.window import from_micros, to_micros
from tests.unit.calendar_case import DAY, DINNER, USUAL, calendar, clock, only, stay

# ---- clocks that change --------------------------------------------------------------------------

SPRING, AUTUMN = date(2025, 3, 30), date(2025, 10, 26)
NIGHT = ServicePeriod("night", "20:00", "04:00", last_seating_minutes=0, turn_bands=[(None, 120)])


def test_case_8_last_hour_of_daylight_saving() -> None:
    """In the night to 26 October the hour from 01:00 occurs twice: no period is reversed."""
    house = calendar(NIGHT)
    service = only(house, AUTUMN - timedelta(days=1))

    assert service.window.minutes == 9 * 60
    first, second = stay(house, "2025-10-26T01:30+01:00"), stay(house, "2025-10-26T01:30+00:00")
    assert (clock(first.occupied), clock(second.occupied)) == ("00:30-02:30", "01:30-03:30")
    assert (first.dining.minutes, second.dining.minutes) == (120, 120)
    assert {first.service_date, second.service_date} == {AUTUMN - timedelta(days=1)}
    with pytest.raises(AmbiguousTime):
        house.instant("2025-10-26T01:30")


def test_case_8_spring_slots_have_their_true_length() -> None:
    house = calendar(NIGHT)
    found = stay(house, "2025-03-30T00:30")

    assert only(house, SPRING - timedelta(days=1)).window.minutes == 7 * 60
    assert clock(found.dining, "Europe/London") == "00:30-03:30"
    assert found.dining.minutes == 120


@pytest.mark.parametrize(
    ("start", "end", "day", "bounds"),
    [
        ("01:30", "05:00", SPRING, "01:30-04:00"),
        ("00:30", "01:30", SPRING, "00:30-01:30"),
        ("01:30", "05:00", AUTUMN, "00:30-05:00"),
        ("00:30", "01:30", AUTUMN, "23:30-01:30"),
        ("01:15", "01:45", AUTUMN, "00:15-01:45"),
        ("01:15", "01:45", SPRING, "01:15-01:45"),
    ],
    ids=["start skipped", "end skipped", "start twice", "end twice", "both twice", "both skipped"],
)
def test_case_8_a_period_bounded_in_the_changed_hour_is_never_reversed(
    start: str, end: str, day: date, bounds: str
) -> None:
    service = only(calendar(ServicePeriod("p", start, end, last_seating_minutes=0)), day)

    assert clock(service.window) == bounds


def test_case_8_all_starts_of_a_changed_night_are_a_raster_of_elapsed_time() -> None:
    for day, hours in ((SPRING, 7), (AUTUMN, 9)):
        instants = [start for start, _ in calendar(NIGHT).starts_on(day - timedelta(days=1))]
        assert len(instants) == hours * 4
        assert {later - earlier for earlier, later in pairwise(instants)} == {15 * 60 * 10**6}


def test_case_8_two_services_share_the_hour_that_happens_twice() -> None:
    early = ServicePeriod("early", "00:30", "01:30", last_seating_minutes=0)
    late = ServicePeriod("late", "01:30", "03:00", last_seating_minutes=0)
    house = calendar(early, late)
    for day in (AUTUMN, AUTUMN + timedelta(days=1), SPRING):
        for service in house.services_on(day):
            shared = [
                each
                for each in house.services_on(day)
                if each != service and each.window.overlaps(service.window)
            ]
            assert house.is_alone(service) is not bool(shared), day
            assert bool(shared) is (day == AUTUMN), day


def test_an_overnight_service_and_one_of_the_next_morning_are_alone() -> None:
    house = calendar(NIGHT, ServicePeriod("breakfast", "04:00", "10:00"))
    for day in (DAY, DAY + timedelta(days=1)):
        assert all(map(house.is_alone, house.services_on(day)))


def test_case_8_a_new_zone_moves_no_instant() -> None:
    instant = calendar(DINNER).instant("2025-05-10T19:00")

    assert calendar(DINNER, zone="Europe/Paris").local_text(instant) == "2025-05-10T20:00+02:00"


# ---- local times ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2025-05-10T19:00", "2025-05-10T18:00:00+00:00"),
        ("2025-05-10 19:00:30.5", "2025-05-10T18:00:30.500000+00:00"),
        ("2025-05-10T19:00+01:00", "2025-05-10T18:00:00+00:00"),
        ("2025-05-10T19:00Z", "2025-05-10T19:00:00+00:00"),
        ("2025-10-26T01:30+00:00", "2025-10-26T01:30:00+00:00"),
        (datetime.fromisoformat("2025-05-10T19:00"), "2025-05-10T18:00:00+00:00"),
        (
            datetime(2025, 5, 10, 14, tzinfo=ZoneInfo("America/New_York")),
            "2025-05-10T18:00:00+00:00",
        ),
        (
            datetime(2025, 10, 26, 1, 30, fold=1, tzinfo=ZoneInfo("Europe/London")),
            "2025-10-26T01:30:00+00:00",
        ),
    ],
    ids=str,
)
def test_a_local_time_or_any_with_an_offset_becomes_an_instant(
    local: str | datetime, expected: str
) -> None:
    assert from_micros(USUAL.instant(local)).isoformat() == expected


@pytest.mark.parametrize(
    "local", ["2025-03-30T01:00", "2025-03-30T01:30", "2025-03-30T01:59:59.999999"]
)
def test_a_skipped_local_time_is_refused_with_the_next_valid_one(local: str) -> None:
    with pytest.raises(NonexistentTime) as caught:
        USUAL.instant(local)
    assert (caught.value.field, caught.value.next_valid) == ("start", "2025-03-30T02:00:00+01:00")


@pytest.mark.parametrize("local", ["2025-10-26T01:00", "2025-10-26T01:30", "2025-10-26T01:59:59"])
def test_a_repeated_local_time_is_refused_with_both_readings(local: str) -> None:
    with pytest.raises(AmbiguousTime) as caught:
        USUAL.instant(local, "at")
    full = datetime.fromisoformat(local).isoformat()
    assert (caught.value.field, caught.value.candidates) == (
        "at",
        (f"{full}+01:00", f"{full}+00:00"),
    )


@pytest.mark.parametrize(
    "local", ["2025-03-30T00:59:59", "2025-03-30T02:00", "2025-10-26T00:59:59", "2025-10-26T02:00"]
)
def test_times_beside_a_change_are_taken(local: str) -> None:
    assert USUAL.local_text(USUAL.instant(local)).startswith(local[:16])


@pytest.mark.parametrize(
    "local",
    [
        "2025-05-10",
        "19:00",
        "2025-05-10T25:00",
        "2025-02-29T19:00",
        "tomorrow at 7",
        "",
        None,
        7,
        math.nan,
        DAY,
    ],
    ids=repr,
)
def test_what_is_no_date_and_time_is_refused(local: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        USUAL.instant(local)
    assert (caught.value.field, caught.value.rule) == (
        "start",
        "must be a date and time such as 2026-12-24T19:00",
    )


@pytest.mark.parametrize(
    "local", ["0001-01-01T00:00", "9999-12-31T23:59", "1969-12-31T23:00", datetime(9999, 12, 31)]
)
def test_a_time_beyond_all_windows_is_refused(local: str | datetime) -> None:
    with pytest.raises(InvalidWindow, match="start: must lie in the years 1970 to 2199"):
        USUAL.instant(local)


@pytest.mark.parametrize(
    ("moment", "zone", "text"),
    [
        (datetime(2025, 10, 22, 18, tzinfo=UTC), "Europe/London", "2025-10-22T19:00+01:00"),
        (datetime(2025, 6, 1, 1, 15, tzinfo=UTC), "America/Los_Angeles", "2025-05-31T18:15-07:00"),
        (datetime(2025, 6, 1, 1, 15, 30, tzinfo=UTC), "UTC", "2025-06-01T01:15:30+00:00"),
        (datetime(2025, 6, 1, 1, 15, 0, 5, tzinfo=UTC), "UTC", "2025-06-01T01:15:00.000005+00:00"),
    ],
)
def test_an_instant_is_written_in_the_zone_of_the_restaurant(
    moment: datetime, zone: str, text: str
) -> None:
    house = calendar(DINNER, zone=zone)

    assert house.local_text(to_micros(moment)) == text
    assert house.local_date(to_micros(moment)).isoformat() == text[:10]


def test_the_calendar_remembers_only_so_many_days() -> None:
    house = calendar(DINNER)
    first = house.services_on(DAY)

    assert house.services_on(DAY) is first
    for day in range(600):
        house.services_on(DAY + timedelta(days=day))
    assert house.services_on(DAY) == first


def test_the_calendar_remembers_only_so_many_starts() -> None:
    house = calendar(DINNER)
    noon, five = house.instant("2025-05-10T12:00"), house.instant("2025-05-10T17:00")
    before = house.find_service(noon), house.stay(five, 2)

    for second in range(9_000):
        assert house.find_service(noon + second * 10**6) is None
        assert isinstance(house.stay(five + second * 10**6, 2), Stay)
    assert (house.find_service(noon), house.stay(five, 2)) == before


def test_finding_38_the_last_start_of_a_repeated_hour_is_its_first_occurrence() -> None:
    night = ServicePeriod("night", "22:00", "03:00", last_start="01:30")
    service = only(calendar(night), date(2025, 10, 25))

    assert from_micros(service.last_start_us).isoformat() == "2025-10-26T00:30:00+00:00"


def test_a_calendar_is_bounded_and_survives_pickling() -> None:
    house = calendar(DINNER)
    twin = pickle.loads(pickle.dumps(house))  # noqa: S301  # Our own pickle.

    assert twin.services_on(DAY) == house.services_on(DAY)
    assert {
        cache.cache_info().maxsize
        for cache in (house._services, house._found, house._stays, house._turns)
    } == {512, 8_192}
