"""The reference's cases of schedules, service periods and hours (§9.16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from fourtop import (
    AmbiguousTime,
    BookingRequest,
    Calendar,
    Code,
    Desk,
    House,
    InvalidInput,
    ManualClock,
    NonexistentTime,
    Occasion,
    Policy,
    Quote,
    Refused,
    Restaurant,
    ServicePeriod,
    sketch_floor,
    sketch_house,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, NOW, STAFF, at, open_desk

THURSDAY = date(2026, 4, 30)


def a_house_of(
    *periods: ServicePeriod, interval_minutes: int = 15, buffer_minutes: int = 120
) -> House:
    """Four tables; stays of 90 minutes; the last start two hours before the end."""
    floor = sketch_floor({str(number): 4 for number in range(1, 5)})
    plain = sketch_house("House", floor, timezone="UTC")
    restaurant = attrs.evolve(
        plain.restaurant,
        reservation_interval_minutes=interval_minutes,
        default_duration_minutes=90,
        last_seating_buffer_minutes=buffer_minutes,
    )
    return attrs.evolve(plain, restaurant=restaurant, policy=Policy(periods))


def on_offer(house: House, day: date = FRIDAY) -> list[tuple[str, str]]:
    """The start times on offer of a date, with their periods."""
    calendar = Calendar(house.restaurant, house.policy)
    return [
        (f"{datetime.fromtimestamp(start_us / 1e6, UTC):%H:%M}", service.period.key)
        for start_us, service in calendar.starts_on(day)
    ]


def test_the_last_start_lies_two_hours_before_the_end_of_service() -> None:
    starts = on_offer(a_house_of(ServicePeriod("dinner", "17:00", "22:00")))
    assert starts[0] == ("17:00", "dinner")
    assert starts[-1] == ("20:00", "dinner")
    assert ("21:00", "dinner") not in starts


def test_each_start_belongs_to_the_service_that_is_open_then() -> None:
    starts = dict(
        on_offer(
            a_house_of(
                ServicePeriod("lunch", "12:00", "15:00", last_seating_minutes=60),
                ServicePeriod("drinks", "15:00", "17:00", last_seating_minutes=60),
                ServicePeriod("dinner", "17:00", "22:00"),
                interval_minutes=60,
            ),
            THURSDAY,
        )
    )
    assert (starts["12:00"], starts["15:00"], starts["17:00"]) == ("lunch", "drinks", "dinner")


def test_a_single_period_offers_its_starts_all_day() -> None:
    assert ("14:00", "drinks") in on_offer(a_house_of(ServicePeriod("drinks", "12:00", "22:00")))


@pytest.mark.parametrize(
    ("periods", "named"),
    [
        ([("lunch", "10:00", "13:00"), ("dinner", "12:00", "15:00")], "lunch and dinner"),
        ([("lunch", "10:00", "13:30"), ("dinner", "13:00", "17:00")], "lunch and dinner"),
        ([("drinks", "10:00", "22:00"), ("lunch", "12:00", "15:00")], "drinks and lunch"),
    ],
)
def test_periods_that_overlap_are_refused_by_name(
    periods: Sequence[tuple[str, str, str]], named: str
) -> None:
    with pytest.raises(InvalidInput, match=rf"periods: must not overlap on \w+ \(got {named}\)"):
        Policy([ServicePeriod(*period) for period in periods])


def test_drinks_beside_a_meal_are_an_occasion_of_its_period() -> None:
    """The reference lets "drinks" overlap other periods; here they are an occasion of them."""
    drinks = Occasion("drinks", [(None, 60)])
    dinner = ServicePeriod("dinner", "17:00", "22:00", occasions=["meal", "drinks"])
    meal = Occasion("meal", [(None, 90)])
    house = a_house_of(ServicePeriod("other", "12:00", "15:00"))
    policy = Policy([dinner], occasions=[meal, drinks])
    calendar = Calendar(house.restaurant, policy)
    start_us = int(at("19:00").timestamp() * 1e6)
    minutes = [calendar.stay(start_us, 2, occasion) for occasion in (None, "drinks")]
    assert [getattr(stay, "turn_minutes", stay) for stay in minutes] == [90, 60]


# ---- the operating window, at every door


def codes(desk: Desk, text: str, day: date = FRIDAY) -> Code | None:
    """The code with which a party of two is refused, by a quote and by a booking alike."""
    request = BookingRequest(2, at(text, day))
    quote = desk.quote(request)
    if isinstance(quote, Quote):
        desk.book(request)
        return None
    with pytest.raises(Refused) as refused:
        desk.book(request)
    assert refused.value.refusal.code is quote.code
    return quote.code


WINDOW = ServicePeriod("dinner", "13:00", "22:00", last_seating_minutes=90)


def test_a_closed_date_refuses_with_its_own_code(store: Store) -> None:
    house = a_house_of(WINDOW)
    closed = attrs.evolve(house, policy=house.policy.with_closure(FRIDAY))
    assert codes(open_desk(store, closed), "19:00") is Code.CLOSED


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12:45", Code.OUTSIDE_SERVICE_HOURS),
        ("19:00", None),
        ("20:45", Code.LAST_SEATING_PASSED),
        ("21:30", Code.LAST_SEATING_PASSED),
        ("22:00", Code.OUTSIDE_SERVICE_HOURS),
    ],
)
def test_a_start_outside_the_operating_window_names_the_cause(
    store: Store, text: str, code: Code | None
) -> None:
    assert codes(open_desk(store, a_house_of(WINDOW)), text) is code


@pytest.mark.parametrize("text", ["25:00", "7 pm", "19:60", "1900"])
def test_a_text_that_is_no_time_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInput, match="must be a local time such as 17:30"):
        ServicePeriod("dinner", text, "22:00")


@pytest.mark.parametrize(
    ("text", "code"), [("19:00", None), ("20:00", None), ("21:00", Code.LAST_SEATING_PASSED)]
)
def test_a_start_too_close_to_the_end_is_refused(
    store: Store, text: str, code: Code | None
) -> None:
    desk = open_desk(store, a_house_of(ServicePeriod("dinner", "17:00", "22:00")))
    assert codes(desk, text) is code


# ---- the past


@pytest.mark.parametrize(
    ("grace", "minutes_ago", "code"),
    [
        (5, 5, None),
        (5, 4, None),
        (5, 6, Code.BOOKING_IN_PAST),
        (0, 0, None),
        (0, 1, Code.BOOKING_IN_PAST),
        (60, 59, None),
        (60, 60, None),
        (60, 61, Code.BOOKING_IN_PAST),
    ],
)
def test_a_start_is_in_the_past_after_the_grace(
    store: Store, clock: ManualClock, grace: int, minutes_ago: int, code: Code | None
) -> None:
    house = a_house_of(ServicePeriod("all", "10:00", "22:00"))
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, past_grace_minutes=grace))
    desk = open_desk(store, house, actor=STAFF)
    clock.move_to(NOW + timedelta(hours=2))
    start = clock.now - timedelta(minutes=minutes_ago)
    quote = desk.quote(BookingRequest(2, start))
    assert getattr(quote, "code", None) is code
    assert desk.quote(BookingRequest(2, start, past_reason="late-entry"))


def test_local_times_that_the_clocks_skip_or_repeat_are_refused() -> None:
    restaurant = Restaurant("r", "House", timezone="Europe/London")
    calendar = Calendar(restaurant, Policy([ServicePeriod("all", "00:00", "00:00")]))
    with pytest.raises(NonexistentTime):
        calendar.instant("2026-03-29T01:30")
    with pytest.raises(AmbiguousTime):
        calendar.instant("2026-10-25T01:30")


# ---- zones


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="timezone: must be"):
        Restaurant("r", "House", timezone="Europe/Londn")


@pytest.mark.parametrize(
    ("instant", "zone", "local"),
    [
        ("2025-10-22T18:00+00:00", "Europe/London", "2025-10-22T19:00+01:00"),
        ("2025-06-01T01:15+00:00", "America/Los_Angeles", "2025-05-31T18:15-07:00"),
    ],
)
def test_an_instant_is_told_in_the_zone_of_the_house(instant: str, zone: str, local: str) -> None:
    restaurant = Restaurant("r", "House", timezone=zone)
    calendar = Calendar(restaurant, Policy([ServicePeriod("all", "00:00", "00:00")]))
    assert calendar.local_text(calendar.instant(instant)) == local
