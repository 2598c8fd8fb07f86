"""Demand forecasts: what they accept, and the covers and shares that they give."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from fourtop import DemandForecast, InvalidInput
from fourtop.model.service_period import Weekday
from tests.evening import FRIDAY

EVENING: dict[str, float] = {"19:00": 12, "00:30": 1, "20:00": 8.0}


def test_starts_follow_the_night_and_weekdays_the_week() -> None:
    forecast = DemandForecast({"sunday": {"12:00": 1.0}, "friday": EVENING})
    assert forecast.starts_on(FRIDAY) == ((time(19), 12), (time(20), 8.0), (time(0, 30), 1))
    assert forecast.starts_on(date(2026, 5, 2)) == ()
    assert [day for day, _ in forecast.covers] == [Weekday.FRIDAY, Weekday.SUNDAY]


def test_pairs_and_mappings_make_the_same_forecast() -> None:
    pairs = DemandForecast([(Weekday.FRIDAY, [(time(19), 12)])], lead_shares=[(0, 1)])
    assert pairs == DemandForecast({"friday": {"19:00": 12}}, lead_shares={0: 1})


@pytest.mark.parametrize(
    ("lead", "share"),
    [(-1, 0.0), (0, 0.25), (30, 0.25), (60, 0.25), (90, 0.375), (120, 0.5), (10_000, 0.5)],
)
def test_the_share_to_come_is_interpolated_between_leads(lead: float, share: float) -> None:
    forecast = DemandForecast({}, lead_shares={120: 0.5, 60: 0.25})
    assert forecast.share_to_come(lead) == share


def test_without_leads_all_covers_are_to_come_until_their_start() -> None:
    forecast = DemandForecast({})
    assert [forecast.share_to_come(each) for each in (-0.5, 0, 500_000)] == [0.0, 1.0, 1.0]


def test_a_scaled_forecast_has_as_many_times_the_covers() -> None:
    forecast = DemandForecast({"friday": EVENING}, stay_minutes=90, lead_shares={0: 0.5})
    assert forecast.scaled(2) == DemandForecast(
        {"friday": {"19:00": 24, "20:00": 16, "00:30": 2}}, stay_minutes=90, lead_shares={0: 0.5}
    )


@pytest.mark.parametrize("factor", [-1, "2", True, float("nan")])
def test_a_forecast_is_scaled_by_numbers_only(factor: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^factor: must be a number from 0 to 100,000 "):
        DemandForecast({}).scaled(factor)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"covers": "friday"}, "covers: must be a collection"),
        ({"covers": ["friday"]}, "covers: must be a mapping, or pairs"),
        ({"covers": [("friday",)]}, "covers: must be a mapping, or pairs"),
        ({"covers": {"friday": {"19:00": -1}}}, "covers: must have numbers from 0 to 100,000"),
        ({"covers": {"friday": {"19:00": "9"}}}, "covers: must have numbers from 0 to 100,000"),
        ({"covers": {"friday": {"7 pm": 1}}}, "covers: must be a local time such as 17:30"),
        (
            {"covers": [("friday", {}), (Weekday.FRIDAY, {})]},
            "covers: must name each weekday once (got friday)",
        ),
        (
            {"covers": {"friday": [("19:00", 1), (time(19), 2)]}},
            "covers: must name each start of a weekday once (got 19:00)",
        ),
        ({"covers": {"noday": {}}}, "weekday"),
        ({"stay_minutes": 0}, "stay_minutes: must be a whole number from 1 to 1440"),
        ({"lead_shares": {-1: 0.5}}, "lead_shares: must be a whole number from 0 to 5256000"),
        ({"lead_shares": {0: 1.5}}, "lead_shares: must have shares from 0 to 1"),
        ({"lead_shares": {0: "1"}}, "lead_shares: must have shares from 0 to 1"),
        (
            {"lead_shares": {0: 0.5, 60: 0.4}},
            "lead_shares: must not have a share below that of a shorter lead",
        ),
    ],
)
def test_a_wrong_forecast_names_the_field_and_the_rule(fields: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        DemandForecast(**{"covers": {}, **fields})
    assert message in str(caught.value)


def test_a_forecast_is_read_by_people() -> None:
    week = DemandForecast({day: {"19:00": 10} for day in Weekday})
    assert repr(week) == "<DemandForecast 70 covers on 7 weekdays, 105 minutes each>"
    assert "<td>19:00</td><td>10.0</td>" in week._repr_html_()
    friday = DemandForecast({"friday": EVENING}, stay_minutes=90)
    assert repr(friday) == "<DemandForecast friday 21 covers, 90 minutes each>"
