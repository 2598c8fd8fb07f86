"""Corners of the model: clocks that change inside a service, and similar cases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from fourtop import Calendar, InvalidInput, Policy, Refusal, Restaurant, ServicePeriod, dumps_house
from fourtop.formats.booking_rows import dumps_rows_csv
from fourtop.model.stay import Stay
from fourtop.model.validators import check_party
from fourtop.model.window import to_micros

LONDON = Restaurant("r", "R", timezone="Europe/London", last_seating_buffer_minutes=0)
SPRING = date(2026, 3, 29)
AUTUMN = date(2026, 10, 25)


def calendar(*periods: ServicePeriod) -> Calendar:
    return Calendar(LONDON, Policy(periods))


def us(day: date, hour: int, minute: int = 0) -> int:
    return to_micros(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC))


@pytest.mark.parametrize(("start", "end"), [("01:15", "02:05"), ("01:00", "02:00")])
def test_a_period_that_the_clocks_skip_is_left_out_and_the_rest_of_the_day_is_served(
    start: str, end: str
) -> None:
    house = calendar(ServicePeriod("night", start, end), ServicePeriod("dinner", "17:00", "23:00"))

    assert [service.period.key for service in house.services_on(SPRING)] == ["dinner"]
    assert isinstance(house.stay(us(SPRING, 18), 2), Stay)
    assert isinstance(house.stay(us(SPRING, 1, 3), 2), Refusal)


def test_in_the_hour_that_comes_twice_each_start_is_offered_once_and_in_order() -> None:
    house = calendar(
        ServicePeriod("bar", "00:30", "01:30"), ServicePeriod("club", "01:30", "05:00")
    )

    starts = [start_us for start_us, _ in house.starts_on(AUTUMN)]

    assert starts == sorted(set(starts))
    for start_us, service in house.starts_on(AUTUMN):
        found = house.find_service(start_us)
        assert found is not None
        assert found.period.key == service.period.key


def test_a_service_is_the_same_as_itself_on_that_date_only() -> None:
    house = calendar(ServicePeriod("dinner", "17:00", "23:00"))
    (service,) = house.services_on(AUTUMN)
    (spring,) = house.services_on(SPRING)

    assert service.is_same(attrs.evolve(service, last_start_us=0))
    assert not service.is_same(spring)
    assert not service.is_same(None)


class Mute:
    """A value that fails when somebody wants to write it."""

    def __repr__(self) -> str:
        raise TypeError


def test_a_value_that_cannot_be_written_is_refused_like_any_other() -> None:
    mute: Any = Mute()

    with pytest.raises(InvalidInput, match="a value of type Mute that cannot be written"):
        check_party(mute)


@pytest.mark.parametrize("junk", [None, 7, "x", [1], object()])
def test_only_rows_and_houses_are_written(junk: Any) -> None:
    with pytest.raises(InvalidInput, match="rows: must"):
        dumps_rows_csv(junk)
    with pytest.raises(InvalidInput, match="house: must be of type House"):
        dumps_house(junk)
