"""Policies: service periods, turn times, capacity rules and holds."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from typing import Any

import attrs
import pytest

from fourtop.errors import InvalidIdentifier, InvalidInput, NotFound
from fourtop.model.booking_rules import HoldRules
from fourtop.model.capacity_rules import CapacityRule
from fourtop.model.policy import Policy
from fourtop.model.service_period import (
    Occasion,
    ServicePeriod,
    TurnBand,
    Weekday,
    as_bands,
    check_date,
    check_time,
)
from fourtop.model.stay import turn_minutes

LUNCH = ServicePeriod("lunch", "12:00", "15:00")
DINNER = ServicePeriod("dinner", "17:00", "22:00")
DRINKS = Occasion("drinks", [(None, 75)])
FRIDAY = date(2026, 5, 1)
EVE = date(2026, 12, 24)


def refusal_of(kind: Any, *values: Any, **rest: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        kind(*values, **rest)
    return f"{caught.value.field}: {caught.value.rule}"


# ---- times and dates -----------------------------------------------------------------------------


def test_a_local_time_is_of_whole_minutes() -> None:
    assert check_time("start", "00:00") == time(0, 0)
    assert check_time("start", "23:59") == time(23, 59)
    assert check_time("start", time(17, 30)) == time(17, 30)


@pytest.mark.parametrize(
    "value",
    [
        "24:00",
        "25:00",
        "7:00",
        "17:60",
        "17:00:00",
        "17.00",
        " 17:00",
        "17:00\n",
        "\u0661\u0667:00",
        "",
        None,
        17,
        True,
        time(17, 0, 1),
        time(17, 0, 0, 1),
        time(17, tzinfo=UTC),
        math.inf,
    ],
    ids=repr,
)
def test_what_is_no_local_time_is_refused(value: Any) -> None:
    assert refusal_of(check_time, "opening", value) == "opening: must be a local time such as 17:30"


def test_a_date_is_a_day_of_the_calendar() -> None:
    assert check_date("on", "2026-12-24") == EVE
    assert check_date("on", EVE) is EVE


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-29",
        "2026-13-01",
        "20261224",
        "2026-W52-4",
        "2026-12-24T00:00",
        "24.12.2026",
        "",
        None,
        20261224,
        datetime(2026, 12, 24, tzinfo=UTC),
        date.min,
        date.max,
        "1970-12-31",
        date(2199, 1, 1),
    ],
    ids=repr,
)
def test_what_is_no_date_is_refused(value: Any) -> None:
    assert (
        refusal_of(check_date, "day", value)
        == "day: must be a date of the years 1971 to 2198, such as 2026-12-24"
    )


def test_weekdays_are_those_of_the_calendar() -> None:
    week = [Weekday.of(date(2026, 5, 4 + place)) for place in range(7)]

    assert week == list(Weekday)
    assert Weekday.of(FRIDAY) is Weekday.FRIDAY


# ---- turn times ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("party_size", "minutes"),
    [(1, 60), (2, 60), (3, 75), (4, 75), (6, 85), (8, 90), (9, 90), (1_000, 90)],
)
def test_the_first_band_that_holds_the_party_counts_and_beyond_the_last_the_last(
    party_size: int, minutes: int
) -> None:
    assert turn_minutes(as_bands([(2, 60), (4, 75), (6, 85), (8, 90)]), party_size) == minutes


def test_a_band_without_a_size_is_for_all_others() -> None:
    assert turn_minutes(as_bands([(2, 60), [None, 200]]), 9) == 200
    assert as_bands([TurnBand(2, 60)]) == (TurnBand(2, 60),)


@pytest.mark.parametrize(
    ("bands", "rule"),
    [
        ([(4, 60), (2, 75)], "turn_bands: must have increasing sizes"),
        ([(2, 60), (2, 75)], "turn_bands: must have increasing sizes"),
        ([(None, 60), (2, 75)], "turn_bands: must have increasing sizes"),
        ([(None, 60), (None, 75)], "turn_bands: must have increasing sizes"),
        ([(2,)], "turn_bands: must be pairs of a party size and minutes"),
        ([(2, 60, 3)], "turn_bands: must be pairs of a party size and minutes"),
        (["ab"], "turn_bands: must be pairs of a party size and minutes"),
        ([2], "turn_bands: must be pairs of a party size and minutes"),
        ("ab", "turn_bands: must be a collection"),
        (3, "turn_bands: must be a collection"),
        ([(0, 60)], "max_party: must be a whole number from 1 to 1000"),
        ([(True, 60)], "max_party: must be a whole number from 1 to 1000"),
        ([(2, 0)], "minutes: must be a whole number from 1 to 600"),
        ([(2, 601)], "minutes: must be a whole number from 1 to 600"),
        ([(2, math.nan)], "minutes: must be a whole number from 1 to 600"),
        ([(2, None)], "minutes: must be a whole number from 1 to 600"),
    ],
    ids=str,
)
def test_turn_bands_refuse(bands: Any, rule: str) -> None:
    assert refusal_of(as_bands, bands) == rule


def test_an_occasion_has_turn_times_of_its_own() -> None:
    assert DRINKS.turn_bands == (TurnBand(None, 75),)
    assert refusal_of(Occasion, "drinks", []) == "turn_bands: must not be empty for an occasion"
    assert refusal_of(Occasion, "a b", [(None, 75)]).startswith("key: must be 1 to 64 characters")


# ---- service periods -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "overnight", "span"),
    [
        ("17:00", "22:00", False, (1020, 1320)),
        ("22:00", "02:00", True, (1320, 1560)),
        ("18:00", "00:00", True, (1080, 1440)),
        ("12:00", "12:00", True, (720, 2160)),
        ("00:00", "00:00", True, (0, 1440)),
    ],
)
def test_an_end_at_or_before_the_start_is_past_midnight(
    start: str, end: str, span: tuple[int, int], *, overnight: bool
) -> None:
    period = ServicePeriod("p", start, end)

    assert (period.is_overnight, period.span_minutes) == (overnight, span)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"key": "late dinner"}, "key: must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"),
        ({"start": "5 pm"}, "start: must be a local time such as 17:30"),
        ({"end": None}, "end: must be a local time such as 17:30"),
        ({"weekdays": "friday"}, "weekdays: must be a collection"),
        (
            {"weekdays": ["Friday"]},
            (
                "weekdays: must be one of "
                "monday, tuesday, wednesday, thursday, friday, saturday, sunday"
            ),
        ),
        ({"dates": "2026-12-24"}, "dates: must be a collection"),
        (
            {"dates": ["24 December"]},
            "dates: must be a date of the years 1971 to 2198, such as 2026-12-24",
        ),
        ({"dates": [EVE], "weekdays": ["friday"]}, "dates: give weekdays or dates, not both"),
        ({"occasions": "drinks"}, "occasions: must be a collection"),
        ({"occasions": None}, "occasions: must be a collection"),
        (
            {"occasions": ["a b"]},
            "occasions: must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -",
        ),
        ({"turn_bands": [(4, 60), (2, 75)]}, "turn_bands: must have increasing sizes"),
        (
            {"buffer_before_minutes": -1},
            "buffer_before_minutes: must be a whole number from 0 to 120",
        ),
        (
            {"buffer_after_minutes": 121},
            "buffer_after_minutes: must be a whole number from 0 to 120",
        ),
        (
            {"buffer_after_minutes": 5.0},
            "buffer_after_minutes: must be a whole number from 0 to 120",
        ),
        ({"last_start": "21"}, "last_start: must be a local time such as 17:30"),
        ({"last_start": "16:59"}, "last_start: must lie within the period"),
        ({"last_start": "22:01"}, "last_start: must lie within the period"),
        (
            {"last_start": "21:00", "last_seating_minutes": 60},
            "last_start: give last_start or last_seating_minutes, not both",
        ),
        (
            {"last_seating_minutes": -1},
            "last_seating_minutes: must be a whole number from 0 to 600",
        ),
        (
            {"last_seating_minutes": 601},
            "last_seating_minutes: must be a whole number from 0 to 600",
        ),
        ({"overrun_allowed": 1}, "overrun_allowed: must be true or false"),
        ({"min_dwell_minutes": 0}, "min_dwell_minutes: must be a whole number from 1 to 600"),
        ({"min_dwell_minutes": True}, "min_dwell_minutes: must be a whole number from 1 to 600"),
    ],
    ids=str,
)
def test_a_service_period_refuses(change: dict[str, Any], rule: str) -> None:
    assert refusal_of(attrs.evolve, DINNER, **change) == rule


@pytest.mark.parametrize("last_start", ["22:00", "23:59", "00:00", "02:00"])
def test_the_last_start_of_a_night_may_be_past_midnight(last_start: str) -> None:
    night = ServicePeriod("late", "22:00", "02:00", last_start=last_start)
    assert night.last_start == time.fromisoformat(last_start)


def test_the_last_start_of_a_night_lies_within_it() -> None:
    assert refusal_of(ServicePeriod, "late", "22:00", "02:00", last_start="02:01") == (
        "last_start: must lie within the period"
    )
    assert refusal_of(ServicePeriod, "late", "22:00", "02:00", last_start="21:59") == (
        "last_start: must lie within the period"
    )


# ---- capacity rules ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({}, "max_covers: give max_covers, max_parties or both"),
        ({"max_covers": -1}, "max_covers: must be a whole number from 0 to 100000"),
        ({"max_covers": 100_001}, "max_covers: must be a whole number from 0 to 100000"),
        ({"max_parties": 1.5}, "max_parties: must be a whole number from 0 to 100000"),
        ({"max_parties": True}, "max_parties: must be a whole number from 0 to 100000"),
        (
            {"max_covers": 1, "period": ""},
            "period: must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -",
        ),
        (
            {"max_covers": 1, "on": "soon"},
            "on: must be a date of the years 1971 to 2198, such as 2026-12-24",
        ),
        (
            {"max_covers": 1, "on": EVE, "weekday": "friday"},
            "weekday: give weekday or on, not both",
        ),
    ],
    ids=str,
)
def test_a_capacity_rule_refuses(change: dict[str, Any], rule: str) -> None:
    assert refusal_of(CapacityRule, **change) == rule


def test_a_weekday_that_is_none_is_refused_by_a_capacity_rule() -> None:
    assert refusal_of(CapacityRule, max_covers=1, weekday="someday").startswith(
        "weekday: must be one of monday"
    )


def test_the_most_specific_capacity_rule_wins_for_the_unit_that_it_sets() -> None:
    rules = [
        CapacityRule(max_covers=1),
        CapacityRule(max_covers=2, period="dinner"),
        CapacityRule(max_parties=3, weekday="friday"),
        CapacityRule(max_covers=4, weekday="friday", period="dinner"),
        CapacityRule(max_covers=5, on=EVE),
        CapacityRule(max_covers=6, on=EVE, period="dinner"),
    ]
    policy = Policy([LUNCH, DINNER], capacity_rules=rules)
    monday = date(2026, 5, 4)

    expected = {
        (monday, "lunch"): rules[0],
        (monday, "dinner"): rules[1],
        # The rule for Fridays sets no cap on covers, so that the others go on.
        (FRIDAY, "lunch"): CapacityRule(max_covers=1, max_parties=3, period="lunch", on=FRIDAY),
        (FRIDAY, "dinner"): CapacityRule(max_covers=4, max_parties=3, period="dinner", on=FRIDAY),
        (EVE, "lunch"): rules[4],
        (EVE, "dinner"): rules[5],
    }
    assert {key: policy.find_capacity_rule(key[1], key[0]) for key in expected} == expected
    assert {
        key: attrs.evolve(policy, capacity_rules=rules[::-1]).find_capacity_rule(key[1], key[0])
        for key in expected
    } == expected


def test_without_a_capacity_rule_there_is_no_cap() -> None:
    assert Policy([DINNER]).find_capacity_rule("dinner", FRIDAY) is None
    elsewhere = Policy([LUNCH, DINNER], capacity_rules=[CapacityRule(max_covers=2, period="lunch")])
    assert elsewhere.find_capacity_rule("dinner", FRIDAY) is None


# ---- holds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("ttl_seconds", 30, 600),
        ("rate_limit", 1, 100),
        ("rate_window_seconds", 5, 600),
        ("max_live", 1, 100_000),
        ("max_live_per_session", 1, 1_000),
    ],
)
def test_a_limit_on_holds_has_limits_itself(name: str, low: int, high: int) -> None:
    for value in (low, high):
        assert getattr(HoldRules(**{name: value}), name) == value
    for wrong in (low - 1, high + 1, True, None, float(low)):
        assert (
            refusal_of(HoldRules, **{name: wrong})
            == f"{name}: must be a whole number from {low} to {high}"
        )


# ---- policies ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"periods": None}, "periods: must be a collection"),
        ({"periods": ["dinner"]}, "periods: must hold ServicePeriod only"),
        (
            {"periods": [DINNER, attrs.evolve(LUNCH, key="dinner")]},
            "periods: must have different keys",
        ),
        ({"occasions": ["drinks"]}, "occasions: must hold Occasion only"),
        ({"occasions": [DRINKS, DRINKS]}, "occasions: must have different keys"),
        ({"closures": "2026-12-25"}, "closures: must be a collection"),
        (
            {"closures": ["Christmas"]},
            "closures: must be a date of the years 1971 to 2198, such as 2026-12-24",
        ),
        ({"turn_bands": [(4, 60), (2, 75)]}, "turn_bands: must have increasing sizes"),
        ({"capacity_rules": [1]}, "capacity_rules: must hold CapacityRule only"),
        (
            {
                "capacity_rules": [
                    CapacityRule(max_covers=1, on=EVE),
                    CapacityRule(max_parties=2, on=EVE),
                ]
            },
            "capacity_rules: must have different scopes",
        ),
        (
            {"capacity_rules": [CapacityRule(max_covers=1, period="brunch")]},
            "capacity_rules: must name service periods of this policy",
        ),
        (
            {"periods": [attrs.evolve(DINNER, occasions=["drinks"])]},
            "periods: must offer occasions of this policy",
        ),
        ({"planning": {}}, "planning: must be of type Planning"),
        ({"holds": None}, "holds: must be of type HoldRules"),
        ({"past_grace_minutes": -1}, "past_grace_minutes: must be a whole number from 0 to 60"),
        ({"past_grace_minutes": 61}, "past_grace_minutes: must be a whole number from 0 to 60"),
    ],
    ids=str,
)
def test_a_policy_refuses(change: dict[str, Any], rule: str) -> None:
    assert refusal_of(attrs.evolve, Policy([DINNER]), **change) == rule


def test_periods_are_kept_by_start_then_key() -> None:
    weekly = [
        ServicePeriod(key, "12:00", "13:00", weekdays=[day])
        for key, day in (("b", "monday"), ("a", "tuesday"))
    ]

    assert [period.key for period in Policy([DINNER, *weekly]).periods] == ["a", "b", "dinner"]


def test_a_period_may_offer_the_occasions_of_its_policy() -> None:
    policy = Policy([attrs.evolve(DINNER, occasions=["drinks"])], occasions=[DRINKS])

    assert policy.get_occasion("drinks") is policy.occasions[0]
    with pytest.raises(NotFound, match="there is no occasion 'tea'"):
        policy.get_occasion("tea")


@pytest.mark.parametrize(
    ("periods", "day"),
    [
        ([("a", "10:00", "13:00", {}), ("b", "12:00", "15:00", {})], "monday"),
        (
            [("a", "10:00", "13:00", {}), ("b", "12:00", "15:00", {"weekdays": ["friday"]})],
            "friday",
        ),
        ([("a", "22:00", "02:00", {}), ("b", "23:00", "23:30", {})], "monday"),
        ([("a", "22:00", "02:00", {}), ("b", "01:00", "03:00", {})], "monday"),
        (
            [
                ("a", "22:00", "02:00", {"weekdays": ["sunday"]}),
                ("b", "01:00", "03:00", {"weekdays": ["monday"]}),
            ],
            "sunday",
        ),
        (
            [("a", "10:00", "13:00", {"dates": [EVE]}), ("b", "12:00", "15:00", {"dates": [EVE]})],
            "2026-12-24",
        ),
        ([("a", "22:00", "22:00", {}), ("b", "10:00", "11:00", {})], "monday"),
        ([("a", "10:00", "13:00", {}), ("b", "10:00", "13:00", {})], "monday"),
        (
            [
                ("a", "08:00", "20:00", {}),
                ("b", "09:00", "10:00", {"weekdays": ["friday"]}),
                ("c", "21:00", "22:00", {}),
            ],
            "friday",
        ),
    ],
    ids=[
        "same day",
        "one day",
        "night",
        "after midnight",
        "sunday night",
        "dated",
        "24 hours",
        "equal",
        "inside",
    ],
)
def test_periods_that_overlap_are_refused_with_the_day_and_both_keys(
    periods: Any, day: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        Policy([ServicePeriod(key, start, end, **rest) for key, start, end, rest in periods])
    assert (caught.value.field, caught.value.rule) == ("periods", f"must not overlap on {day}")
    assert " and " in caught.value.given


@pytest.mark.parametrize(
    "periods",
    [
        [("a", "10:00", "12:00", {}), ("b", "12:00", "15:00", {})],
        [("a", "22:00", "02:00", {}), ("b", "02:00", "03:00", {})],
        [
            ("a", "10:00", "13:00", {"weekdays": ["monday"]}),
            ("b", "10:00", "13:00", {"weekdays": ["tuesday"]}),
        ],
        [("a", "10:00", "13:00", {"dates": [EVE]}), ("b", "10:00", "13:00", {})],
        [("a", "00:00", "00:00", {})],
    ],
    ids=["touching", "touching at night", "two days", "dated beside weekly", "round the clock"],
)
def test_periods_that_do_not_overlap_are_taken(periods: Any) -> None:
    policy = Policy([ServicePeriod(key, start, end, **rest) for key, start, end, rest in periods])

    assert len(policy.periods) == len(periods)


def test_a_dated_period_takes_the_place_of_all_weekly_ones() -> None:
    special = ServicePeriod("eve", "12:00", "16:00", dates=[EVE])
    policy = Policy([LUNCH, DINNER, special])

    assert [period.key for period in policy.periods_on(EVE)] == ["eve"]
    assert [period.key for period in policy.periods_on(FRIDAY)] == ["lunch", "dinner"]


def test_a_closure_wins_over_everything() -> None:
    special = ServicePeriod("eve", "12:00", "16:00", dates=[EVE])

    assert Policy([LUNCH, special], closures=[EVE, FRIDAY]).periods_on(EVE) == ()
    assert Policy([LUNCH, special], closures=[EVE, FRIDAY]).periods_on(FRIDAY) == ()


def test_a_weekly_period_runs_on_its_days_only() -> None:
    policy = Policy([attrs.evolve(LUNCH, weekdays=["saturday", "sunday"]), DINNER])

    assert [period.key for period in policy.periods_on(FRIDAY)] == ["dinner"]
    assert [period.key for period in policy.periods_on(date(2026, 5, 2))] == ["lunch", "dinner"]


def test_a_bad_key_of_a_period_is_an_identifier_refused() -> None:
    with pytest.raises(InvalidIdentifier):
        ServicePeriod("a\0", "12:00", "13:00")
