"""The forms of the rules for channels, zones, walk-ins and booking windows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import attrs
import httpx
import pytest

from fourtop import (
    BookingRequest,
    BookingWindow,
    ChannelShare,
    Desk,
    Policy,
    TurnBand,
    WalkInRule,
    ZoneRule,
)
from tests.evening import at
from tests.operations_page.client import HOME, PageClient, form_to, forms_of

CANARY: Final = "<img src=x onerror=alert(1)>"
# The fields of a form of each kind, and the rule that they make.
FORMS: Final[Mapping[str, tuple[str, Mapping[str, Any], Any]]] = {
    "shares": (
        "channel_shares",
        {"channel": "phone", "covers": "12", "release_minutes": "120", "weekday": "friday"},
        ChannelShare("phone", 12, weekday="friday", release_minutes=120),
    ),
    "walk-in share": (
        "channel_shares",
        {"channel": "walk_in", "covers": "8", "on": "2026-05-09", "period": "dinner"},
        ChannelShare("walk_in", 8, period="dinner", on="2026-05-09"),
    ),
    "zones": (
        "zone_rules",
        {
            "zone": "main",
            "start": "17:00",
            "end": "23:00",
            "last_start": "21:30",
            "weekdays": ["friday", "saturday"],
            "season_from": "04-01",
            "season_until": "10-31",
        },
        ZoneRule(
            "main",
            start="17:00",
            end="23:00",
            last_start="21:30",
            weekdays=["friday", "saturday"],
            season=("04-01", "10-31"),
        ),
    ),
    "walk-ins": (
        "walk_in_rules",
        {"tables": ["1", "2"], "weekdays": ["sunday"], "period": "dinner"},
        WalkInRule(tables=["1", "2"], weekdays=["sunday"], period="dinner"),
    ),
    "walk-in date": (
        "walk_in_rules",
        {"on": "2026-05-09"},
        WalkInRule(dates=["2026-05-09"]),
    ),
    "windows": (
        "booking_windows",
        {
            "notice_minutes": "60",
            "horizon_days": "30",
            "channel": "phone",
            "min_party": "2",
            "max_party": "8",
        },
        BookingWindow(
            notice_minutes=60, horizon_days=30, channel="phone", min_party=2, max_party=8
        ),
    ),
}
_TAILS: Final = {"walk-in share": "shares", "walk-in date": "walk-ins"}


@pytest.fixture(autouse=True)
def phone(desk: Desk) -> None:
    desk.edit_policy(lambda policy: policy.with_channel("phone"))


def save(page: PageClient, kind: str, **fields: Any) -> httpx.Response:
    return page.submit(form_to(page.get("/rules"), f"/rules/{kind}"), **fields)


@pytest.mark.parametrize("case", FORMS)
def test_a_rule_is_added_told_and_removed(case: str, page: PageClient, desk: Desk) -> None:
    attribute, fields, rule = FORMS[case]
    kind = _TAILS.get(case, case)
    before = desk.house()
    shown = save(page, kind, **fields, step="preview")
    assert "No booking loses its table or its time." in shown.text
    assert desk.house() == before
    answer = page.submit(form_to(shown, f"/rules/{kind}"), step="sure")
    assert answer.headers["location"] == f"{HOME}/rules?done=house"
    assert getattr(desk.house().policy, attribute) == (rule,)
    answer = page.submit(form_to(page.get("/rules"), f"/rules/{kind}/remove"))
    assert answer.status_code == 303
    assert desk.house() == before


@pytest.mark.parametrize(
    ("kind", "fields", "name", "text"),
    [
        ("shares", {"covers": "many"}, "covers", "Must be a whole number."),
        ("shares", {"channel": "fax", "covers": "5"}, "channel", "Must name channels"),
        ("shares", {"covers": "5", "weekday": "friday", "on": "2026-05-09"}, "weekday", ""),
        ("zones", {"start": "17:00"}, "end", "Give start and end, or neither."),
        ("zones", {"season_from": "05-01"}, "season_from", "Must be a first and a last day."),
        ("zones", {"season_from": "may", "season_until": "june"}, "season_from", "Must be days"),
        ("zones", {}, "zone", "Give closed, start and end"),
        ("walk-ins", {}, "tables", "Give tables, weekdays, dates or a period."),
        ("walk-ins", {"on": "soon"}, "on", "Must be"),
        ("walk-ins", {"on": "2026-05-09", "weekdays": ["sunday"]}, "on", "Give weekdays or dates"),
        ("windows", {"min_party": "8", "max_party": "2"}, "max_party", "Must not be below"),
        ("windows", {"notice_minutes": "9000", "horizon_days": "1"}, "notice_minutes", "Must not"),
        ("windows", {}, "notice_minutes", "Give a notice"),
        ("channels", {"channel": CANARY}, "channel", "Must be"),
    ],
)
def test_a_wrong_field_is_marked_and_what_was_typed_is_kept(  # noqa: PLR0917  # Its case.
    kind: str, fields: dict[str, Any], name: str, text: str, page: PageClient, desk: Desk
) -> None:
    before = desk.house()
    answer = save(page, kind, **fields)
    assert answer.status_code == 422, answer.text
    marked = re.findall(r'name="(\w+)"[^>]* aria-invalid="true"', answer.text)
    (rule,) = re.findall(r'<span class="problem" id="form-error">([^<]*)</span>', answer.text)
    assert (marked, rule[: len(text)]) == ([name], text)
    # A list of options has no channel that the house does not know.
    typed = {(k, each) for k, each in fields.items() if isinstance(each, str) and each != "fax"}
    again = [each for each in forms_of(answer) if each.action.endswith(f"/rules/{kind}")]
    assert any(typed <= set(each.fields) for each in again)
    assert "<img" not in answer.text
    assert desk.house() == before


def test_a_zone_that_closes_strands_its_parties_and_asks_first(
    page: PageClient, desk: Desk
) -> None:
    booking = desk.book(BookingRequest(4, at("19:00"), reference="order-17"))
    answer = save(page, "zones", closed="on")
    assert answer.status_code == 200
    assert "1 party loses its table or its time." in answer.text
    assert "order-17" in answer.text
    assert desk.house().policy.zone_rules == ()
    assert page.submit(form_to(answer, "/rules/zones"), step="sure").status_code == 303
    assert desk.house().policy.zone_rules == (ZoneRule("main", closed=True),)
    assert desk.get_booking(booking.id) == booking


@pytest.mark.parametrize("kind", ["shares", "zones", "walk-ins", "windows"])
def test_a_stale_form_of_a_rule_is_told_what_changed(
    kind: str, page: PageClient, desk: Desk
) -> None:
    attribute, fields, rule = FORMS[kind]
    stale = form_to(page.get("/rules"), f"/rules/{kind}")
    desk.edit_policy(lambda policy: policy.with_channel("fax"))
    answer = page.submit(stale, **fields)
    assert answer.status_code == 412
    assert "Channel fax" in answer.text
    assert getattr(desk.house().policy, attribute) == ()
    assert page.submit(form_to(answer, f"/rules/{kind}")).status_code == 303
    assert getattr(desk.house().policy, attribute) == (rule,)


def test_a_zone_rule_keeps_its_turn_times_which_have_no_form(page: PageClient, desk: Desk) -> None:
    bands = [TurnBand(4, 75)]
    desk.edit_policy(lambda policy: policy.with_rule(ZoneRule("main", turn_bands=bands)))
    assert save(page, "zones", last_start="21:00").status_code == 303
    (rule,) = desk.house().policy.zone_rules
    assert rule == ZoneRule("main", last_start="21:00", turn_bands=bands)


def test_a_booking_window_may_come_before_the_others(page: PageClient, desk: Desk) -> None:
    assert save(page, "windows", horizon_days="30").status_code == 303
    assert save(page, "windows", horizon_days="60", channel="phone").status_code == 303
    # Behind the window for all, it never applies, and the page says so.
    warning = "Some rules have no effect, or contradict each other."
    text = page.get("/rules").text
    assert warning in text
    assert "Booking window (phone, any party, at most 60 days ahead):" in text
    answer = save(page, "windows", horizon_days="90", channel="phone", first="on")
    assert answer.status_code == 303
    windows = desk.house().policy.booking_windows
    assert [each.horizon_days for each in windows] == [90, 30]
    assert warning not in page.get("/rules").text


def test_a_problem_of_the_hours_is_told_by_its_place(page: PageClient, desk: Desk) -> None:
    desk.edit_policy(
        lambda policy: policy.with_period(attrs.evolve(policy.periods[0], closed_starts=["04:00"]))
    )
    assert "Some rules have no effect" in page.get("/rules").text


def test_channels_are_added_and_removed_with_their_rules(page: PageClient, desk: Desk) -> None:
    assert save(page, "channels", channel="online").status_code == 303
    assert desk.house().policy.channels == ("phone", "online")
    assert save(page, "shares", channel="online", covers="5").status_code == 303
    answer = page.submit(form_to(page.get("/rules"), "/channels/online/remove"))
    assert answer.status_code == 303
    policy = desk.house().policy
    assert (policy.channels, policy.channel_shares) == (("phone",), ())
    gone = page.post("/rules/channels/fax/remove", {"version": desk.versions().policy})
    assert gone.status_code == 404
    assert "<h1>Rules</h1>" in gone.text


def test_walk_in_rules_with_the_same_beginning_are_told_apart(page: PageClient, desk: Desk) -> None:
    tables = [each.id for each in desk.house().floor.tables]
    for count in (5, 4):
        desk.edit_policy(partial(Policy.with_rule, rule=WalkInRule(tables=tables[:count])))
    assert page.submit(form_to(page.get("/rules"), "/walk-ins/remove")).status_code == 303
    (rule,) = desk.house().policy.walk_in_rules
    assert len(rule.tables) == 4


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (BookingWindow(min_party=6), "each channel, parties of 6 or more"),
        (BookingWindow(max_party=2, notice_minutes=1440), "parties of 1 to 2, at least 1,440 min"),
    ],
)
def test_a_booking_window_is_told_in_words(
    window: BookingWindow, text: str, page: PageClient, desk: Desk
) -> None:
    desk.edit_policy(lambda policy: policy.with_rule(window))
    assert f"{text}" in page.get("/rules").text
