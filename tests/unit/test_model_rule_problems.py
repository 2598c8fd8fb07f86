"""Rules that contradict each other or never apply are found, and sound ones are left alone."""

from __future__ import annotations

from typing import Any

import pytest

from fourtop import (
    BookingWindow,
    CapacityRule,
    ChannelShare,
    DateException,
    House,
    InvalidInput,
    Occasion,
    PacingRule,
    Policy,
    ProblemKind,
    Restaurant,
    ServicePeriod,
    WalkInRule,
    ZoneRule,
    check_rules,
    sample,
    sketch_floor,
)

LUNCH = ServicePeriod("lunch", "12:00", "15:00", last_seating_minutes=60)
DINNER = ServicePeriod("dinner", "17:00", "23:00")
FLOOR = sketch_floor({"1": 2, "2": 4, "8": (4, "Terrace")})
CAP = CapacityRule(max_covers=40)


def problems(**policy: Any) -> list[str]:
    made = Policy(policy.pop("periods", [LUNCH, DINNER]), **policy)
    house = House(Restaurant("pub", "Pub", timezone="Europe/London"), FLOOR, made)
    return [f"{each.kind.value} {each}" for each in check_rules(house)]


def test_a_sound_policy_has_no_problems() -> None:
    assert check_rules(sample.pub()) == ()
    assert (
        problems(
            channels=["online", "phone"],
            booking_windows=[
                BookingWindow(notice_minutes=60, channel="online"),
                BookingWindow(notice_minutes=1_440, min_party=7),
                BookingWindow(notice_minutes=30),
            ],
            capacity_rules=[CAP, CapacityRule(max_parties=9, on=EVE)],
            exceptions=[DateException(EVE, "dinner", end="21:00", closed_starts=["17:15"])],
            pacing_rules=[PacingRule(30, max_covers=12)],
            channel_shares=[ChannelShare("phone", 8)],
            zone_rules=[ZoneRule("terrace", start="12:00", end="21:00", season=("05-01", "09-30"))],
            walk_in_rules=[WalkInRule(tables=["1"], weekdays=["sunday"])],
        )
        == []
    )


EVE = "2026-12-24"


def night_bar(last_start: str) -> ZoneRule:
    return ZoneRule("terrace", start="18:00", end="02:00", last_start=last_start)


@pytest.mark.parametrize(
    "policy",
    [
        {"capacity_rules": [CapacityRule(max_covers=9, zone="terrace")]},
        {
            "capacity_rules": [CapacityRule(max_covers=9, zone="terrace")],
            "zone_rules": [ZoneRule("terrace", weekdays=["friday"])],
        },
        {
            "periods": [ServicePeriod("eve", "17:00", "23:00", dates=[EVE])],
            "zone_rules": [ZoneRule("terrace", season=("12-01", "12-31"))],
        },
        {"zone_rules": [ZoneRule("terrace", last_start="20:00")]},
        {"zone_rules": [night_bar("18:00")]},
        {"zone_rules": [night_bar("01:30")]},
    ],
    ids=str,
)
def test_a_sound_rule_of_a_zone_is_left_alone(policy: dict[str, Any]) -> None:
    assert problems(**policy) == []


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (
            {"periods": [ServicePeriod("tea", "15:00", "16:30")]},
            "contradiction periods[0]: tea ends before a party could start",
        ),
        (
            {"periods": [ServicePeriod("dinner", "17:00", "23:00", last_start="22:45")]},
            "contradiction periods[0]: the last start leaves 15 minutes; a stay is at least 45",
        ),
        (
            {"periods": [ServicePeriod("dinner", "17:00", "23:00", closed_starts=["17:10"])]},
            "dead periods[0]: 17:10 is switched off, but is no start",
        ),
        (
            {
                "periods": [
                    ServicePeriod(
                        "tea", "15:00", "16:00", last_seating_minutes=60, closed_starts=["15:00"]
                    )
                ]
            },
            "contradiction periods[0]: every start of tea is switched off",
        ),
        (
            {"periods": [ServicePeriod("eve", "17:00", "23:00", dates=[EVE])], "closures": [EVE]},
            "dead periods[0]: the house is closed on all its dates",
        ),
        (
            {
                "booking_windows": [
                    BookingWindow(notice_minutes=60),
                    BookingWindow(notice_minutes=1_440, min_party=7),
                ]
            },
            "dead booking_windows[1]: the windows before it apply to all its requests",
        ),
        (
            {
                "booking_windows": [
                    BookingWindow(notice_minutes=60, max_party=4),
                    BookingWindow(notice_minutes=90, min_party=5),
                    BookingWindow(notice_minutes=120, min_party=3, max_party=9),
                ]
            },
            "dead booking_windows[2]: the windows before it apply to all its requests",
        ),
        (
            {"exceptions": [DateException(EVE, "lunch", closed=True)], "closures": [EVE]},
            "dead exceptions[0]: no service runs on 2026-12-24",
        ),
        (
            {
                "periods": [
                    DINNER,
                    ServicePeriod(
                        "brunch", "10:00", "14:00", weekdays=["sunday"], last_seating_minutes=60
                    ),
                ],
                "exceptions": [DateException(EVE, "brunch", closed=True)],
            },
            "dead exceptions[0]: brunch does not run on 2026-12-24",
        ),
        (
            {"exceptions": [DateException(EVE, "dinner", closed_starts=["18:10"])]},
            "dead exceptions[0]: 18:10 is switched off, but is no start",
        ),
        (
            {"capacity_rules": [CAP, CapacityRule(max_covers=9, kind="emergency")]},
            "dead capacity_rules[0]: other rules override it wherever it applies",
        ),
        (
            {
                "capacity_rules": [
                    CAP,
                    CapacityRule(max_covers=9, period="lunch"),
                    CapacityRule(max_covers=8, period="dinner"),
                ]
            },
            "dead capacity_rules[0]: other rules override it wherever it applies",
        ),
        (
            {"capacity_rules": [CapacityRule(max_covers=9, on=EVE)], "closures": [EVE]},
            "dead capacity_rules[0]: no service runs where it applies",
        ),
        (
            {
                "capacity_rules": [CapacityRule(max_covers=9, zone="terrace")],
                "zone_rules": [ZoneRule("terrace", closed=True)],
            },
            "dead capacity_rules[0]: the zone terrace is closed",
        ),
        (
            {"capacity_rules": [CAP], "pacing_rules": [PacingRule(30, max_covers=40)]},
            "dead pacing_rules[0]: the caps of its services are not higher than the pace",
        ),
        (
            {
                "pacing_rules": [
                    PacingRule(30, max_covers=9),
                    PacingRule(15, max_covers=5, kind="event"),
                ]
            },
            "dead pacing_rules[0]: other rules override it wherever it applies",
        ),
        (
            {"pacing_rules": [PacingRule(30, max_covers=9, on=EVE)], "closures": [EVE]},
            "dead pacing_rules[0]: no service runs where it applies",
        ),
        (
            {
                "capacity_rules": [CAP],
                "channel_shares": [ChannelShare("walk_in", 5, on=EVE)],
                "closures": [EVE],
            },
            (
                "dead channel_shares[0]: no service runs where it applies, or other shares"
                " override it"
            ),
        ),
        (
            {"capacity_rules": [CAP], "channel_shares": [ChannelShare("walk_in", 41)]},
            ("contradiction channel_shares[0]: 41 covers are more than the cap of its service, 40"),
        ),
        (
            {"channel_shares": [ChannelShare("walk_in", 5)]},
            (
                "dead channel_shares[0]: its services have no cap on covers, so that nothing is"
                " held back"
            ),
        ),
        (
            {
                "channels": ["phone"],
                "periods": [DINNER],
                "capacity_rules": [CAP],
                "channel_shares": [ChannelShare("walk_in", 25), ChannelShare("phone", 20)],
            },
            (
                "contradiction channel_shares: together they hold back 45 covers of dinner, whose"
                " cap is 40"
            ),
        ),
        (
            {"zone_rules": [ZoneRule("terrace", start="08:00", end="11:00")]},
            ("contradiction zone_rules[0]: the zone terrace is never open while a service runs"),
        ),
        (
            {"zone_rules": [ZoneRule("terrace", closed=True, season=("05-01", "09-30"))]},
            ("dead zone_rules[0]: the zone terrace is closed, so that its hours do not count"),
        ),
        (
            {
                "periods": [ServicePeriod("dinner", "17:00", "23:00", occasions=["tea"])],
                "occasions": [Occasion("tea", [(None, 60)])],
                "zone_rules": [ZoneRule("terrace", turn_bands=[(None, 45)])],
            },
            ("dead zone_rules[0]: its turn times do not count, because each stay has an occasion"),
        ),
        (
            {"zone_rules": [ZoneRule("terrace", start="12:00", end="20:00", last_start="21:00")]},
            "contradiction zone_rules[0]: its last start 21:00 is outside its hours",
        ),
        (
            {"zone_rules": [night_bar("17:45")]},
            "contradiction zone_rules[0]: its last start 17:45 is outside its hours",
        ),
        (
            {
                "periods": [ServicePeriod("eve", "17:00", "23:00", dates=[EVE])],
                "zone_rules": [ZoneRule("terrace", season=("05-01", "09-30"))],
            },
            "contradiction zone_rules[0]: the zone terrace is never open while a service runs",
        ),
        (
            {
                "walk_in_rules": [
                    WalkInRule(weekdays=["sunday"]),
                    WalkInRule(tables=["1"], weekdays=["sunday"], period="lunch"),
                ]
            },
            (
                "dead walk_in_rules[1]: another rule keeps its tables for walk-ins wherever it"
                " applies"
            ),
        ),
        (
            {"walk_in_rules": [WalkInRule(dates=[EVE])], "closures": [EVE]},
            "dead walk_in_rules[0]: no service runs where it applies",
        ),
    ],
    ids=str,
)
def test_a_rule_without_effect_or_against_another_is_named(
    policy: dict[str, Any], found: str
) -> None:
    assert problems(**policy) == [found]


def test_a_zone_without_tables_is_named() -> None:
    bare = FLOOR.without_table("8")
    policy = Policy([DINNER], zone_rules=[ZoneRule("terrace", season=("05-01", "09-30"))])
    (found,) = check_rules(House(Restaurant("pub", "Pub", timezone="UTC"), bare, policy))
    assert (found.kind, found.path) == (ProblemKind.DEAD, "zone_rules[0]")
    assert str(found) == "zone_rules[0]: no table stands in the zone terrace"


def test_only_a_house_is_checked() -> None:
    wrong: Any = Policy([])
    with pytest.raises(InvalidInput) as caught:
        check_rules(wrong)
    assert caught.value.field == "house"
