"""The calendar: which service an instant belongs to, how long a party stays, when it may start."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from fourtop.errors import (
    Code,
    Refusal,
)
from fourtop.model.calendar import Calendar
from fourtop.model.policy import Policy
from fourtop.model.service_period import Occasion, ServicePeriod
from fourtop.model.stay import Stay
from fourtop.model.window import from_micros, to_micros
from tests.unit.calendar_case import (
    DAY,
    DINNER,
    LUNCH,
    PUB,
    USUAL,
    calendar,
    clock,
    only,
    refusal,
    starts,
    stay,
)

# ---- golden values of the reference, less its faults ---------------------------------------------

GOLDEN = [
    ("2025-05-10T12:00", 2, "lunch", 60, "11:00-12:05", False),
    ("2025-05-10T12:00", 3, "lunch", 75, "11:00-12:20", False),
    ("2025-05-10T12:00", 6, "lunch", 85, "11:00-12:30", False),
    ("2025-05-10T12:00", 8, "lunch", 85, "11:00-12:30", False),
    ("2025-05-10T12:30", 2, "lunch", 60, "11:30-12:35", False),
    ("2025-05-10T14:30", 4, "lunch", 75, "13:30-14:50", False),
    ("2025-05-10T14:59", 12, "lunch", 85, "13:59-15:29", False),
    ("2025-05-10T17:00", 2, "dinner", 60, "16:00-17:05", False),
    ("2025-05-10T19:00", 4, "dinner", 75, "18:00-19:20", False),
    ("2025-05-10T19:00", 8, "dinner", 90, "18:00-19:35", False),
    ("2025-05-10T19:00", 20, "dinner", 90, "18:00-19:35", False),
    ("2025-05-10T21:00", 8, "dinner", 55, "20:00-21:00", True),
    ("2025-03-30T12:00", 2, "lunch", 60, "11:00-12:05", False),
    ("2025-10-26T20:30", 2, "dinner", 60, "20:30-21:35", False),
]


@pytest.mark.parametrize(
    ("local", "party_size", "period", "minutes", "block", "clamped"),
    GOLDEN,
    ids=[f"{case[0]} p{case[1]}" for case in GOLDEN],
)
def test_golden_booking_windows_of_the_reference(
    local: str, party_size: int, period: str, minutes: int, block: str, *, clamped: bool
) -> None:
    found = stay(USUAL, local, party_size)

    assert (found.period, found.dining.minutes, clock(found.occupied), found.is_clamped) == (
        period,
        minutes,
        block,
        clamped,
    )


def test_golden_booking_window_in_new_york() -> None:
    found = stay(calendar(LUNCH, DINNER, zone="America/New_York"), "2025-07-05T18:00")

    assert (found.period, found.dining.minutes, clock(found.occupied)) == (
        "dinner",
        60,
        "22:00-23:05",
    )


@pytest.mark.parametrize("time", ["10:00", "11:00", "15:00", "16:00", "22:00", "23:30"])
def test_off_hours_are_refused_and_never_lunch(time: str) -> None:
    found = refusal(USUAL, f"2025-05-10T{time}")

    assert found.code is Code.OUTSIDE_SERVICE_HOURS
    assert found.reasons[0].details == {"start": f"2025-05-10T{time}+01:00"}
    assert str(found) == f"no service period is open at 2025-05-10T{time}+01:00"


@pytest.mark.parametrize(
    ("time", "dwell"),
    [("21:11", 44), ("21:30", 25), ("21:50", 5), ("21:55", 0), ("21:56", 0), ("21:59", 0)],
)
def test_a_dinner_below_the_minimum_dwell_is_refused(time: str, dwell: int) -> None:
    found = refusal(USUAL, f"2025-05-10T{time}")

    assert found.code is Code.DWELL_BELOW_MINIMUM
    assert found.reasons[0].details == {
        "period": "dinner",
        "dwell_minutes": dwell,
        "minimum_minutes": 45,
    }


def test_a_dinner_of_just_the_minimum_dwell_is_taken() -> None:
    found = stay(USUAL, "2025-05-10T21:10")

    assert (found.dining.minutes, found.is_clamped) == (45, True)


# ---- the reference's tests of windows ------------------------------------------------------------


def test_service_is_detected_in_the_zone_of_the_restaurant() -> None:
    assert (
        USUAL.find_service(to_micros(datetime(2025, 5, 10, 20, 30, tzinfo=UTC)))
        == USUAL.services_on(DAY)[1]
    )


def test_the_end_of_dinner_is_local_time() -> None:
    assert USUAL.local_text(USUAL.services_on(DAY)[1].window.end_us) == "2025-05-10T22:00+01:00"


def test_a_late_dinner_is_clamped_to_the_end_of_service() -> None:
    early = attrs.evolve(DINNER, min_dwell_minutes=20)

    late = stay(calendar(LUNCH, early), "2025-01-01T21:30", 4)
    assert (clock(late.occupied), clock(late.dining), late.is_clamped) == (
        "21:30-22:00",
        "21:30-21:55",
        True,
    )
    eight = stay(USUAL, "2025-05-10T21:00+01:00", 8)
    assert (clock(eight.occupied, "Europe/London"), clock(eight.dining, "Europe/London")) == (
        "21:00-22:00",
        "21:00-21:55",
    )


def test_a_stay_that_ends_with_the_service_is_not_clamped() -> None:
    assert not stay(USUAL, "2025-05-10T20:55", 2).is_clamped


def test_lunch_may_overrun() -> None:
    found = stay(USUAL, "2025-05-10T14:30", 4)

    assert (clock(found.occupied, "Europe/London"), found.is_clamped) == ("14:30-15:50", False)


@pytest.mark.parametrize(
    ("second", "overlap"), [("13:04", True), ("13:05", False), ("13:10", False)]
)
def test_the_buffer_keeps_parties_apart(second: str, *, overlap: bool) -> None:
    first = stay(USUAL, "2025-05-10T12:00").occupied

    assert first.overlaps(stay(USUAL, f"2025-05-10T{second}").occupied) is overlap


def test_buffers_are_part_of_the_block_window_only() -> None:
    found = stay(calendar(attrs.evolve(DINNER, buffer_before_minutes=10)), "2025-05-10T19:00")

    assert (clock(found.dining), clock(found.occupied)) == ("18:00-19:00", "17:50-19:05")


@pytest.mark.parametrize(
    ("time", "together"), [("12:00", [(1, 2), (3, 4), (6, 8)]), ("16:00", [(1,), (2,), (3,)])]
)
def test_sizes_of_one_band_have_their_stay_together(
    time: str, together: list[tuple[int, ...]]
) -> None:
    start_us = USUAL.instant(f"2025-05-10T{time}")
    sizes = tuple(size for alike in together for size in alike)
    groups = USUAL.stays(start_us, sizes)
    assert [alike for _, alike in groups] == together
    alone = [USUAL.stay(start_us, size) for size in sizes]
    assert [each for each, alike in groups for _ in alike] == alone


def test_case_4_a_stay_is_reckoned_with_the_partys_own_turn_time() -> None:
    two, eight = stay(USUAL, "2025-05-10T19:00", 2), stay(USUAL, "2025-05-10T19:00", 8)

    assert (two.turn_minutes, eight.turn_minutes) == (60, 90)


# ---- turn times ----------------------------------------------------------------------------------


def test_turn_times_come_from_occasion_then_period_then_policy_then_restaurant() -> None:
    drinks = [Occasion("drinks", [(None, 35)])]
    bare = ServicePeriod("bare", "12:00", "22:00", last_seating_minutes=0)

    assert stay(calendar(bare), "2025-05-10T13:00").turn_minutes == 90
    assert stay(calendar(bare, turn_bands=[(4, 70)]), "2025-05-10T13:00").turn_minutes == 70
    banded = attrs.evolve(bare, turn_bands=[(4, 50)])
    assert stay(calendar(banded, turn_bands=[(4, 70)]), "2025-05-10T13:00").turn_minutes == 50
    offered = calendar(attrs.evolve(banded, occasions=["drinks"]), occasions=drinks)
    assert stay(offered, "2025-05-10T13:00", occasion="drinks").turn_minutes == 35


def test_the_first_occasion_of_a_period_is_its_default() -> None:
    house = calendar(
        attrs.evolve(DINNER, occasions=["meal", "drinks"]),
        occasions=[Occasion("drinks", [(None, 45)]), Occasion("meal", [(2, 80), (None, 110)])],
    )

    assert (
        stay(house, "2025-05-10T18:00").occasion,
        stay(house, "2025-05-10T18:00", 3).turn_minutes,
    ) == ("meal", 110)
    assert stay(house, "2025-05-10T18:00", occasion="drinks").turn_minutes == 45


def test_an_occasion_that_the_period_does_not_offer_is_refused() -> None:
    house = calendar(
        LUNCH,
        attrs.evolve(DINNER, occasions=["drinks"]),
        occasions=[Occasion("drinks", [(None, 45)])],
    )

    for local, period, occasion in (
        ("2025-05-10T12:00", "lunch", "drinks"),
        ("2025-05-10T18:00", "dinner", "wedding"),
    ):
        found = refusal(house, local, occasion=occasion)
        assert found.code is Code.OCCASION_NOT_OFFERED
        assert found.reasons[0].details == {"period": period, "occasion": occasion}


def test_a_short_occasion_needs_only_its_own_time() -> None:
    house = calendar(
        attrs.evolve(DINNER, occasions=["espresso"], buffer_after_minutes=0),
        occasions=[Occasion("espresso", [(None, 20)])],
    )

    assert not stay(house, "2025-05-10T21:40").is_clamped
    found = refusal(house, "2025-05-10T21:45")
    assert found.reasons[0].details == {
        "period": "dinner",
        "dwell_minutes": 15,
        "minimum_minutes": 20,
    }


# ---- last seating --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "last"),
    [
        ({"last_seating_minutes": None}, "20:00"),
        ({"last_seating_minutes": 60}, "21:00"),
        ({"last_seating_minutes": None, "last_start": "20:45"}, "20:45"),
    ],
    ids=["the restaurant's", "minutes before the end", "a time"],
)
def test_the_last_seating_is_inclusive(change: dict[str, Any], last: str) -> None:
    house = calendar(attrs.evolve(DINNER, **change))
    after = (datetime.fromisoformat(f"2025-05-10T{last}") + timedelta(minutes=1)).isoformat()

    assert stay(house, f"2025-05-10T{last}").period == "dinner"
    found = refusal(house, after)
    assert found.code is Code.LAST_SEATING_PASSED
    assert found.reasons[0].details == {
        "start": f"{after[:16]}+01:00",
        "period": "dinner",
        "last_start": f"2025-05-10T{last}+01:00",
    }


def test_one_microsecond_after_the_last_seating_is_after_it() -> None:
    house = calendar(attrs.evolve(DINNER, last_seating_minutes=60))
    last = house.instant("2025-05-10T21:00")

    assert isinstance(house.stay(last, 2), Stay)
    found = house.stay(last + 1, 2)
    assert isinstance(found, Refusal)
    assert found.reasons[0].details["start"] == "2025-05-10T21:00:00.000001+01:00"


# ---- which service an instant belongs to ---------------------------------------------------------


def test_a_day_without_a_service_is_closed() -> None:
    house = calendar(attrs.evolve(DINNER, weekdays=["friday"]), closures=["2025-05-09"])

    for local, day in (("2025-05-10T19:00", "2025-05-10"), ("2025-05-09T19:00", "2025-05-09")):
        found = refusal(house, local)
        assert found.code is Code.CLOSED
        assert found.reasons[0].details == {"date": day}


def test_dated_periods_replace_the_weekly_ones_of_their_date() -> None:
    special = ServicePeriod("special", "11:00", "16:00", dates=[DAY], last_seating_minutes=0)
    house = calendar(LUNCH, DINNER, special)

    assert stay(house, "2025-05-10T12:00").period == "special"
    assert refusal(house, "2025-05-10T19:00").code is Code.OUTSIDE_SERVICE_HOURS
    assert stay(house, "2025-05-11T19:00").period == "dinner"


LATE = ServicePeriod("late", "18:00", "02:00", last_seating_minutes=30, turn_bands=[(None, 60)])


@pytest.mark.parametrize(
    ("local", "service_date", "block"),
    [
        ("2025-05-10T23:30", date(2025, 5, 10), "22:30-23:30"),
        ("2025-05-11T00:00", date(2025, 5, 10), "23:00-00:00"),
        ("2025-05-11T01:00", date(2025, 5, 10), "00:00-01:00"),
        ("2025-05-10T00:45", date(2025, 5, 9), "23:45-00:45"),
    ],
)
def test_a_start_after_midnight_belongs_to_the_service_of_the_night_before(
    local: str, service_date: date, block: str
) -> None:
    found = stay(calendar(LATE), local)

    assert (found.service_date, clock(found.occupied)) == (service_date, block)


def test_a_night_service_ends_with_the_night() -> None:
    house = calendar(LATE)

    assert stay(house, "2025-05-11T01:15").is_clamped
    assert refusal(house, "2025-05-11T01:30").code is Code.DWELL_BELOW_MINIMUM
    assert refusal(house, "2025-05-11T01:31").code is Code.LAST_SEATING_PASSED
    assert refusal(house, "2025-05-11T02:00").code is Code.OUTSIDE_SERVICE_HOURS


def test_a_night_service_runs_on_into_a_closed_day() -> None:
    house = calendar(attrs.evolve(LATE, weekdays=["saturday"]))

    assert stay(house, "2025-05-11T01:00").service_date == DAY
    assert refusal(house, "2025-05-11T19:00").code is Code.CLOSED
    assert refusal(house, "2025-05-10T01:00").code is Code.OUTSIDE_SERVICE_HOURS


def test_a_closed_night_has_no_starts_after_midnight() -> None:
    house = calendar(LATE, closures=[DAY])

    assert refusal(house, "2025-05-11T01:00").code is Code.OUTSIDE_SERVICE_HOURS
    assert stay(house, "2025-05-10T01:00").service_date == date(2025, 5, 9)


def test_a_service_of_the_day_goes_before_one_of_the_night_before() -> None:
    brunch = ServicePeriod(
        "brunch", "01:00", "05:00", dates=[date(2025, 5, 11)], last_seating_minutes=0
    )

    assert stay(calendar(LATE, brunch), "2025-05-11T01:00").period == "brunch"


@pytest.mark.parametrize(
    ("last_start", "last"), [("23:00", "2025-05-10T23:00"), ("00:30", "2025-05-11T00:30")]
)
def test_the_last_start_of_a_night_is_on_the_side_of_midnight_where_it_lies(
    last_start: str, last: str
) -> None:
    house = calendar(attrs.evolve(LATE, last_seating_minutes=None, last_start=last_start))

    assert house.local_text(only(house, DAY).last_start_us) == f"{last}+01:00"


# ---- starts on offer -----------------------------------------------------------------------------


def test_starts_on_offer_end_with_the_last_seating() -> None:
    house = calendar(ServicePeriod("open", "12:00", "22:00"))

    offered = starts(house)
    assert offered[:3] == ["12:00", "12:15", "12:30"]
    assert offered[-1] == "20:00"
    assert "21:00" not in offered


def test_starts_on_offer_follow_the_periods_of_the_day() -> None:
    hourly = attrs.evolve(PUB, reservation_interval_minutes=60)
    house = Calendar(hourly, Policy([DINNER, LUNCH]))

    assert [
        (from_micros(start).hour + 1, service.period.key) for start, service in house.starts_on(DAY)
    ] == [
        (12, "lunch"),
        (13, "lunch"),
        (14, "lunch"),
        (17, "dinner"),
        (18, "dinner"),
        (19, "dinner"),
        (20, "dinner"),
        (21, "dinner"),
    ]


def test_the_end_of_a_period_is_no_start() -> None:
    assert starts(calendar(attrs.evolve(LUNCH, end="12:30"))) == ["12:00", "12:15"]


def test_a_period_shorter_than_its_last_seating_offers_nothing() -> None:
    assert starts(calendar(ServicePeriod("short", "12:00", "13:00"))) == []


def test_a_closed_day_offers_nothing() -> None:
    assert calendar(DINNER, closures=[DAY]).starts_on(DAY) == ()


def test_starts_after_midnight_are_on_offer_with_the_night_that_they_belong_to() -> None:
    house = calendar(attrs.evolve(LATE, start="23:00"))

    assert starts(house) == [
        f"{hour}:{minute:02}" for hour in ("23", "00") for minute in (0, 15, 30, 45)
    ] + [
        "01:00",
        "01:15",
        "01:30",
    ]


def test_every_start_on_offer_is_within_hours() -> None:
    house = calendar(LUNCH, LATE)

    for start, service in house.starts_on(DAY):
        assert house.find_service(start) == service
        found = house.stay(start, 2)
        assert isinstance(found, Stay) or found.code is Code.DWELL_BELOW_MINIMUM
