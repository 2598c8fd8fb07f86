"""The rules of a policy: what each refuses, and which of them count for a service."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingWindow,
    CapacityRule,
    ChannelShare,
    DateException,
    Floor,
    HoldRules,
    House,
    InvalidInput,
    NotFound,
    PacingRule,
    Policy,
    Restaurant,
    SeatingRules,
    ServicePeriod,
    WalkInRule,
    Zone,
    ZoneRule,
)

LUNCH = ServicePeriod("lunch", "12:00", "15:00")
DINNER = ServicePeriod("dinner", "17:00", "23:00", last_start="21:30")
POLICY = Policy([LUNCH, DINNER], channels=["online"])
FRIDAY = date(2026, 5, 1)
WHOLE = "must be a whole number from"


def fault_of(kind: Any, /, *values: Any, **rest: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        kind(*values, **rest)
    return f"{caught.value.field}: {caught.value.rule}"


@pytest.mark.parametrize(
    ("kind", "values", "rest", "fault"),
    [
        (BookingWindow, (), {}, "notice_minutes: give a notice, a horizon, a channel or party"),
        (BookingWindow, (), {"notice_minutes": -1}, f"notice_minutes: {WHOLE} 0"),
        (BookingWindow, (), {"horizon_days": 3_661}, f"horizon_days: {WHOLE} 0 to 3660"),
        (
            BookingWindow,
            (),
            {"notice_minutes": 2_881, "horizon_days": 2},
            "notice_minutes: must not be longer than horizon_days, 2",
        ),
        (BookingWindow, (), {"min_party": 5, "max_party": 4}, "max_party: must not be below min"),
        (BookingWindow, (), {"channel": "a b"}, "channel: must be 1 to 64 characters"),
        (PacingRule, (30,), {}, "max_covers: give max_covers, max_parties or both"),
        (PacingRule, (0,), {"max_covers": 1}, f"interval_minutes: {WHOLE} 1 to 600"),
        (PacingRule, (30,), {"max_covers": -1}, f"max_covers: {WHOLE} 0 to 100000"),
        (PacingRule, (30,), {"max_covers": 1, "spread": "stay"}, "spread: must be one of start,"),
        (
            PacingRule,
            (30,),
            {"max_covers": 1, "weekday": "friday", "on": FRIDAY},
            "weekday: give weekday or on, not both",
        ),
        (CapacityRule, (), {"max_covers": 1, "kind": "party"}, "kind: must be one of regular,"),
        (ChannelShare, ("phone", 0), {}, f"covers: {WHOLE} 1 to 100000"),
        (ChannelShare, ("phone", 1), {"release_minutes": -1}, f"release_minutes: {WHOLE} 0"),
        (DateException, (FRIDAY,), {}, "on: give closed, start, end, last_start"),
        (
            DateException,
            (FRIDAY,),
            {"closed": True, "end": "20:00"},
            "closed: give closed or other changes, not both",
        ),
        (
            DateException,
            (FRIDAY,),
            {"start": "20:00", "end": "16:00"},
            "end: must be after 20:00, or noon of the next day at most",
        ),
        (DateException, (FRIDAY,), {"interval_minutes": 181}, f"interval_minutes: {WHOLE} 1 to"),
        (ZoneRule, ("bar",), {}, "zone: give closed, start and end, last_start"),
        (ZoneRule, ("bar",), {"start": "12:00"}, "end: give start and end, or neither"),
        (
            ZoneRule,
            ("bar",),
            {"start": "20:00", "end": "16:00"},
            "end: must be after 20:00, or noon of the next day at most",
        ),
        (ZoneRule, ("bar",), {"season": ("05-01",)}, "season: must be a first and a last day"),
        (ZoneRule, ("bar",), {"season": ("05-01", "09-31")}, "season: must be days of a year"),
        (ZoneRule, ("bar",), {"season": "summer"}, "season: must be a collection"),
        (WalkInRule, (), {}, "tables: give tables, weekdays, dates or a period"),
        (
            WalkInRule,
            (),
            {"weekdays": ["friday"], "dates": [FRIDAY]},
            "dates: give weekdays or dates, not both",
        ),
        (HoldRules, (), {"max_lifetime_seconds": 599}, f"max_lifetime_seconds: {WHOLE} 600 to"),
        (HoldRules, (), {"max_lifetime_seconds": 3_601}, f"max_lifetime_seconds: {WHOLE} 600 to"),
        (SeatingRules, (), {"early_minutes": -1}, f"early_minutes: {WHOLE} 0 to 1440"),
        (
            SeatingRules,
            (),
            {"reseat_notice_minutes": 10_081},
            f"reseat_notice_minutes: {WHOLE} 0 to 10080",
        ),
        (SeatingRules, (), {"late_minutes": 1_441}, f"late_minutes: {WHOLE} 0 to 1440"),
        (ServicePeriod, ("d", "17:00", "16:00"), {}, "end: must be after 17:00, or noon of the"),
        (ServicePeriod, ("d", "17:00", "23:00"), {"interval_minutes": 0}, "interval_minutes: "),
        (
            ServicePeriod,
            ("d", "17:00", "23:00"),
            {"closed_starts": ["7"]},
            "closed_starts: must be",
        ),
    ],
    ids=str,
)
def test_a_rule_refuses_what_it_cannot_mean(
    kind: Any, values: tuple[Any, ...], rest: dict[str, Any], fault: str
) -> None:
    assert fault_of(kind, *values, **rest).startswith(fault)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"channels": ["online", "online"]}, "channels: must be different"),
        ({"channels": "online"}, "channels: must be a collection"),
        (
            {"booking_windows": [BookingWindow(channel="fax")]},
            "booking_windows: must name channels of this policy, walk_in, online",
        ),
        (
            {"channel_shares": [ChannelShare("fax", 2)]},
            "channel_shares: must name channels of this policy, walk_in, online",
        ),
        (
            {"pacing_rules": [PacingRule(30, max_covers=1, period="brunch")]},
            "pacing_rules: must name service periods of this policy",
        ),
        (
            {"exceptions": [DateException(FRIDAY, "brunch", closed=True)]},
            "exceptions: must name service periods of this policy",
        ),
        (
            {"walk_in_rules": [WalkInRule(period="brunch")]},
            "walk_in_rules: must name service periods of this policy",
        ),
        (
            {"exceptions": [DateException(FRIDAY, closed=True)] * 2},
            "exceptions: must have different scopes",
        ),
        (
            {"zone_rules": [ZoneRule("bar", closed=True), ZoneRule("bar", last_start="22:00")]},
            "zone_rules: must have different scopes",
        ),
        (
            {"exceptions": [DateException(FRIDAY, "lunch", end="18:00")]},
            "exceptions: must not overlap on 2026-05-01",
        ),
        (
            {
                "periods": [ServicePeriod("brunch", "10:00", "15:00"), DINNER],
                "exceptions": [DateException(FRIDAY, "dinner", end="11:00")],
            },
            "exceptions: must not overlap on 2026-05-01",
        ),
        (
            {"exceptions": [DateException(FRIDAY, "dinner", end="20:00")]},
            (
                "exceptions: must leave valid periods on 2026-05-01: last_start must lie within"
                " the period"
            ),
        ),
        (
            {"exceptions": [DateException(FRIDAY, "dinner", end="16:00", last_start="18:00")]},
            (
                "exceptions: must leave valid periods on 2026-05-01: end must be after 17:00,"
                " or noon of the next day at most"
            ),
        ),
        (
            {
                "exceptions": [
                    DateException(FRIDAY, "dinner", end="22:00"),
                    DateException("2026-05-02", "dinner", end="20:00"),
                ]
            },
            (
                "exceptions: must leave valid periods on 2026-05-02: last_start must lie within"
                " the period"
            ),
        ),
        ({"guest_stay": (120, 60)}, "guest_stay: must be the least and the most minutes"),
        ({"guest_stay": (0, 60)}, f"guest_stay: {WHOLE} 1 to 600"),
        ({"guest_stay": (60, 2_000)}, f"guest_stay: {WHOLE} 1 to 600"),
        ({"seating": None}, "seating: must be of type SeatingRules"),
        ({"zone_rules": ["bar"]}, "zone_rules: must hold ZoneRule only"),
    ],
    ids=str,
)
def test_a_policy_refuses_rules_that_do_not_fit(change: dict[str, Any], fault: str) -> None:
    assert fault_of(attrs.evolve, POLICY, **change) == fault


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            {"capacity_rules": [CapacityRule(max_covers=1, zone="attic")]},
            "capacity_rules: must name zones of this house",
        ),
        ({"zone_rules": [ZoneRule("attic", closed=True)]}, "zone_rules: must name zones of this"),
        ({"walk_in_rules": [WalkInRule(tables=["9"])]}, "walk_in_rules: must name tables of this"),
    ],
)
def test_a_house_refuses_rules_for_zones_and_tables_it_lacks(
    change: dict[str, Any], fault: str
) -> None:
    floor = Floor([], zones=[Zone("bar", "Bar")])
    restaurant = Restaurant("pub", "Pub", timezone="UTC")
    policy = attrs.evolve(POLICY, **change)
    assert fault_of(House, restaurant, floor, policy).startswith(fault)


# ---- edits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "other", "name"),
    [
        (BookingWindow(notice_minutes=5), BookingWindow(notice_minutes=9), "booking_windows"),
        (
            DateException(FRIDAY, "lunch", closed=True),
            DateException(FRIDAY, "lunch", interval_minutes=30),
            "exceptions",
        ),
        (PacingRule(30, max_covers=5), PacingRule(15, max_parties=2), "pacing_rules"),
        (ChannelShare("online", 5), ChannelShare("online", 6), "channel_shares"),
        (ZoneRule("bar", closed=True), ZoneRule("bar", last_start="22:00"), "zone_rules"),
        (WalkInRule(tables=["1"]), WalkInRule(tables=["1"]), "walk_in_rules"),
        (
            CapacityRule(max_covers=5, zone="bar", kind="event"),
            CapacityRule(max_parties=6, zone="bar", kind="event"),
            "capacity_rules",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_rule_is_added_replaced_by_its_scope_and_removed(
    rule: Any, other: Any, name: str
) -> None:
    policy = POLICY.with_rule(rule)
    assert getattr(policy, name) == (rule,)
    replaced = policy.with_rule(other)
    assert getattr(replaced, name) == (other,)
    assert getattr(replaced.without_rule(rule), name) == ()
    with pytest.raises(NotFound) as caught:
        POLICY.without_rule(rule)
    assert str(caught.value).startswith("there is no ")


def test_a_period_and_a_channel_go_with_their_rules() -> None:
    policy = POLICY.with_rule(ChannelShare("online", 5)).with_rule(
        PacingRule(30, max_covers=1, period="lunch")
    )
    assert policy.without_channel("online").channel_shares == ()
    assert policy.without_channel("online").pacing_rules == policy.pacing_rules
    assert policy.without_period("lunch").pacing_rules == ()
    assert POLICY.with_channel("phone").known_channels == ("walk_in", "online", "phone")
    with pytest.raises(NotFound):
        POLICY.without_channel("walk_in")


# ---- which rules count ---------------------------------------------------------------------------


def test_a_later_kind_overrides_a_more_specific_rule_unit_by_unit() -> None:
    rules = [
        CapacityRule(max_covers=40, max_parties=12, on=FRIDAY, period="dinner"),
        CapacityRule(max_covers=20, kind="holiday"),
        CapacityRule(max_covers=8, zone="bar"),
    ]
    policy = attrs.evolve(POLICY, capacity_rules=rules)
    found = policy.find_capacity_rule("dinner", FRIDAY)
    assert found is not None
    assert (found.max_covers, found.max_parties) == (20, 12)
    assert policy.find_capacity_rule("dinner", FRIDAY, "bar") == rules[2]
    assert policy.find_capacity_rule("dinner", FRIDAY, "hall") is None


def test_pacing_counts_for_each_spread_and_unit_by_itself() -> None:
    rules = [
        PacingRule(30, max_covers=20, max_parties=8),
        PacingRule(15, max_covers=9, period="dinner"),
        PacingRule(60, max_covers=50, spread="meal"),
    ]
    policy = attrs.evolve(POLICY, pacing_rules=rules)
    assert policy.find_pacing_rules("dinner", FRIDAY) == (
        rules[1],
        PacingRule(30, max_parties=8),
        rules[2],
    )
    assert policy.find_pacing_rules("lunch", FRIDAY) == (rules[0], rules[2])


def test_the_most_specific_share_of_a_channel_counts() -> None:
    shares = [
        ChannelShare("online", 5),
        ChannelShare("online", 9, weekday="friday"),
        ChannelShare("walk_in", 3),
    ]
    policy = attrs.evolve(POLICY, channel_shares=shares)
    assert policy.find_channel_shares("dinner", FRIDAY) == (shares[1], shares[2])
    assert policy.find_channel_shares("dinner", date(2026, 5, 2)) == (shares[0], shares[2])


def test_the_order_of_the_shares_of_a_channel_does_not_count() -> None:
    shares = [ChannelShare("online", 9, weekday="friday"), ChannelShare("online", 5)]
    policy = attrs.evolve(POLICY, channel_shares=shares)
    assert policy.find_channel_shares("dinner", FRIDAY) == (shares[0],)
    assert policy.find_channel_shares("dinner", date(2026, 5, 2)) == (shares[1],)


@pytest.mark.parametrize(
    ("rule", "open_days", "closed_days"),
    [
        (ZoneRule("bar", season=("05-01", "09-30")), ["2026-05-01", "2026-09-30"], ["2026-04-30"]),
        (ZoneRule("bar", season=("11-01", "02-29")), ["2026-12-31", "2027-02-28"], ["2026-03-01"]),
        (ZoneRule("bar", weekdays=["friday"]), ["2026-05-01"], ["2026-05-02"]),
        (ZoneRule("bar", closed=True, weekdays=["friday"]), [], ["2026-05-01"]),
    ],
)
def test_a_zone_is_open_in_its_season_on_its_weekdays(
    rule: ZoneRule, open_days: list[str], closed_days: list[str]
) -> None:
    assert all(rule.is_open(date.fromisoformat(day)) for day in open_days)
    assert not any(rule.is_open(date.fromisoformat(day)) for day in closed_days)


def test_the_exception_of_a_period_wins_over_that_of_the_date_for_what_it_names() -> None:
    general = DateException(FRIDAY, interval_minutes=30, closed_starts=["18:00"])
    own = DateException(FRIDAY, "dinner", interval_minutes=20, end="22:00", closed_starts=["19:00"])
    policy = attrs.evolve(POLICY, exceptions=[own, general])
    lunch, dinner = policy.periods_on(FRIDAY)
    assert (lunch.interval_minutes, lunch.end) == (30, time(15))
    assert (dinner.interval_minutes, dinner.end) == (20, time(22))
    assert dinner.closed_starts == {time(18), time(19)}
    assert policy.periods_on(date(2026, 5, 2)) == (LUNCH, DINNER)
