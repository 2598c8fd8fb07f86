"""Pacing: covers and parties of each interval, at the start or over the whole meal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import (
    CapacityRule,
    Code,
    Desk,
    InvalidInput,
    PacingRule,
    Preference,
    Quote,
    Refusal,
    Refused,
    ServicePeriod,
    ZoneRule,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    MONTH,
    STAFF,
    a_house,
    at,
    booked,
    change,
    held,
    open_desk,
    party_size,
    snapshot,
)

PERIODS = (
    ServicePeriod("lunch", "12:00", "15:00", last_seating_minutes=60),
    ServicePeriod("dinner", "17:00", "23:00", last_seating_minutes=60, overrun_allowed=True),
)


@pytest.fixture
def desk(store: Store) -> Desk:
    """The desk of a house with twenty tables for four; stays last 90 minutes."""
    floor = sketch_floor({str(number): 4 for number in range(1, 21)})
    return open_desk(store, a_house(floor, periods=PERIODS), actor=STAFF)


def pace(desk: Desk, *rules: PacingRule) -> None:
    desk.edit_policy(lambda policy: attrs.evolve(policy, pacing_rules=rules))


def room(desk: Desk, size: int, text: str) -> int:
    """How many parties of a size are taken at a time until pacing refuses one."""
    for count in range(40):
        try:
            desk.book(party_size(size, text), tables="later")
        except Refused as refused:
            if refused.code is not Code.PACING_EXCEEDED:
                raise
            return count
    raise AssertionError("no limit was met")


def reasons(desk: Desk, size: int, text: str) -> list[dict[str, Any]]:
    quoted = desk.quote(party_size(size, text))
    assert isinstance(quoted, Refusal)
    assert {reason.code for reason in quoted.reasons} == {Code.PACING_EXCEEDED}
    names = ("unit", "limit", "booked", "requested", "spread", "start", "end")
    return [{name: reason.details[name] for name in names} for reason in quoted.reasons]


# ---- at the start --------------------------------------------------------------------------------


def test_an_interval_takes_exactly_its_parties(desk: Desk) -> None:
    pace(desk, PacingRule(30, max_parties=3))
    assert room(desk, 2, "19:00") == 3
    assert room(desk, 2, "19:29") == 0
    assert room(desk, 2, "19:30") == 3
    assert room(desk, 2, "18:59") == 3


def test_an_interval_takes_exactly_its_covers(desk: Desk) -> None:
    pace(desk, PacingRule(15, max_covers=10))
    assert (room(desk, 4, "19:00"), room(desk, 2, "19:14"), room(desk, 1, "19:05")) == (2, 1, 0)


def test_intervals_count_from_the_start_of_the_service(store: Store) -> None:
    period = ServicePeriod("dinner", "17:10", "23:00", last_seating_minutes=60)
    desk = open_desk(
        store, a_house(periods=[period], pacing_rules=[PacingRule(60, max_parties=1)]), actor=STAFF
    )
    assert room(desk, 1, "18:09") == 1
    assert room(desk, 1, "18:10") == 1
    (reason,) = reasons(desk, 1, "17:30")
    assert reason["start"].startswith("2026-05-01T17:10")
    assert reason["end"].startswith("2026-05-01T18:10")


def test_each_service_has_its_own_intervals(store: Store) -> None:
    late = ServicePeriod("late", "23:00", "02:00", last_seating_minutes=60, overrun_allowed=True)
    rule = PacingRule(600, max_parties=1)
    desk = open_desk(store, a_house(periods=[*PERIODS, late], pacing_rules=[rule]))
    assert [room(desk, 1, text) for text in ("12:00", "19:00", "23:30")] == [1, 1, 1]


def test_both_units_are_named_where_both_refuse(desk: Desk) -> None:
    pace(desk, PacingRule(30, max_covers=4, max_parties=1))
    booked(desk, 3)
    facts = {"spread": "start", "start": "2026-05-01T19:00+00:00", "end": "2026-05-01T19:30+00:00"}
    assert reasons(desk, 2, "19:15") == [
        {"unit": "covers", "limit": 4, "booked": 3, "requested": 2, **facts},
        {"unit": "parties", "limit": 1, "booked": 1, "requested": 1, **facts},
    ]


def test_a_refusal_says_which_interval_is_full(desk: Desk) -> None:
    pace(desk, PacingRule(30, max_parties=1, period="dinner"))
    booked(desk, 4)
    assert str(desk.quote(party_size(2))) == (
        "2026-05-01T19:00+00:00 to 2026-05-01T19:30+00:00 is limited to 1 party;"
        " 1 booked, 1 asked for"
    )


# ---- over the meal -------------------------------------------------------------------------------


def test_a_meal_counts_in_each_interval_that_it_touches(desk: Desk) -> None:
    # 90 minutes from 19:10: the intervals from 19:00 to 21:00.
    pace(desk, PacingRule(30, max_covers=4, spread="meal"))
    booked(desk, 4, "19:10")
    (first,) = reasons(desk, 1, "20:40")
    assert first["start"] == "2026-05-01T20:30+00:00"
    assert (first["spread"], first["booked"]) == ("meal", 4)
    assert isinstance(desk.quote(party_size(4, "21:00")), Quote)
    # It would still sit at 19:00.
    (last,) = reasons(desk, 1, "17:31")
    assert last["start"] == "2026-05-01T19:00+00:00"
    assert isinstance(desk.quote(party_size(4, "17:30")), Quote)


def test_a_meal_that_touches_an_interval_is_not_in_it(desk: Desk) -> None:
    pace(desk, PacingRule(30, max_parties=1, spread="meal"))
    booked(desk, 2, "18:00")
    assert isinstance(desk.quote(party_size(2, "19:30")), Quote)
    assert reasons(desk, 2, "19:29")


def test_a_meal_may_outlast_the_service(desk: Desk) -> None:
    pace(desk, PacingRule(60, max_parties=1, spread="meal"))
    booked(desk, 2, "21:59")
    assert [reason["start"] for reason in reasons(desk, 2, "22:00")] == ["2026-05-01T22:00+00:00"]


def test_start_and_meal_each_have_their_rule(desk: Desk) -> None:
    pace(
        desk,
        PacingRule(30, max_parties=1),
        PacingRule(60, max_parties=2, spread="meal"),
    )
    booked(desk, 2, "19:00")
    assert [reason["spread"] for reason in reasons(desk, 2, "19:15")] == ["start"]
    booked(desk, 2, "19:30")
    assert [reason["spread"] for reason in reasons(desk, 2, "20:00")] == ["meal"]


def test_a_zone_with_longer_stays_is_paced_by_its_own_stay(store: Store) -> None:
    floor = sketch_floor({"1": 4, "2": 4, "T1": (4, "Terrace"), "T2": (4, "Terrace")})
    stays = ZoneRule("terrace", turn_bands=[(None, 180)])
    rule = PacingRule(30, max_parties=1, spread="meal")
    house = a_house(floor, periods=PERIODS, zone_rules=[stays], pacing_rules=[rule])
    desk = open_desk(store, house, actor=STAFF)
    booked(desk, 2, "20:00", tables=["1"])
    outside = Preference(zones={"terrace"})
    # 90 minutes inside end in time, 180 minutes on the terrace do not.
    refused = desk.quote(party_size(2, "18:00", must=outside))
    assert isinstance(refused, Refusal)
    assert refused.code is Code.PACING_EXCEEDED
    quoted = desk.quote(party_size(2, "18:00"))
    assert isinstance(quoted, Quote)
    assert quoted.plan.tables in (("1",), ("2",))
    (slot,) = desk.availability(FRIDAY, 2, at=at("18:00")).slots
    assert slot.spots == 1


# ---- which rule counts ---------------------------------------------------------------------------


def test_the_highest_kind_and_the_most_specific_pacing_counts(desk: Desk) -> None:
    rules = [
        PacingRule(30, max_parties=1),
        PacingRule(30, max_parties=2, period="dinner"),
        PacingRule(30, max_parties=3, weekday="friday"),
        PacingRule(30, max_parties=4, on="2026-05-01"),
        PacingRule(30, max_parties=5, kind="event"),
    ]
    for count in range(1, 6):
        pace(desk, *rules[:count])
        shown = desk.availability(FRIDAY, 1, at=at("19:00")).slots[0]
        assert shown.spots == count


def test_pacing_of_another_day_or_period_does_not_count(desk: Desk) -> None:
    pace(
        desk,
        PacingRule(30, max_parties=0, period="lunch"),
        PacingRule(30, max_parties=0, on="2026-05-02"),
    )
    assert isinstance(desk.quote(party_size(2)), Quote)


# ---- the same at every door ----------------------------------------------------------------------

DOORS: dict[str, Callable[[Desk], object]] = {
    "hold": lambda desk: held(desk, 2),
    "book": lambda desk: booked(desk, 2),
    "book without tables": lambda desk: desk.book(party_size(2), tables="later"),
    "book named tables": lambda desk: booked(desk, 2, tables=["20"]),
    "replace": lambda desk: desk.replace_hold("h18", party_size(2)),
    "reschedule": lambda desk: desk.reschedule("b18", change(2)),
}


@pytest.mark.parametrize("spread", ["start", "meal"])
@pytest.mark.parametrize("door", DOORS)
def test_pacing_refuses_at_every_door(store: Store, desk: Desk, door: str, spread: str) -> None:
    desk.book(party_size(2, "17:00"), booking_id="b18", tables="later")
    other = held(desk, 2, "17:00")
    booked(desk, 2, "19:15")
    pace(desk, PacingRule(30, max_parties=1, spread=spread))
    before = snapshot(store, desk)
    call = DOORS[door]
    if door == "replace":
        call = lambda desk: desk.replace_hold(other.id, party_size(2))  # noqa: E731  # Its id.
    with pytest.raises(Refused) as caught:
        call(desk)
    assert caught.value.code is Code.PACING_EXCEEDED
    (slot,) = desk.availability(FRIDAY, 2, at=at("19:00")).slots
    assert slot.refusal == caught.value.refusal == desk.quote(party_size(2))
    assert snapshot(store, desk) == before


@pytest.mark.parametrize("spread", ["start", "meal"])
def test_holds_and_bookings_count_once_for_pacing(desk: Desk, spread: str) -> None:
    pace(desk, PacingRule(30, max_parties=3, spread=spread))
    waiting = desk.book(party_size(2), tables="later")
    hold = held(desk, 2, booking_id=waiting.id)
    held(desk, 2)
    assert isinstance(desk.quote(party_size(2)), Quote)
    desk.confirm(hold.id)
    booked(desk, 2)
    assert reasons(desk, 2, "19:00")[0]["booked"] == 3


@pytest.mark.parametrize("spread", ["start", "meal"])
def test_finding_07_pacing_refuses_only_a_rise(desk: Desk, spread: str) -> None:
    for name in ("b1", "b2"):
        desk.book(party_size(4), booking_id=name, tables="later")
    pace(desk, PacingRule(30, max_covers=4, max_parties=1, spread=spread))
    before = desk.bookings(MONTH)
    with pytest.raises(Refused):
        desk.reschedule("b1", change(5))
    with pytest.raises(Refused):
        booked(desk, 1)
    assert desk.bookings(MONTH) == before
    assert desk.reschedule("b1", change(4, "19:15")).version == 2
    assert desk.reschedule("b1", change(3)).party_size == 3
    assert desk.confirm(held(desk, 4, booking_id="b2").id).tables


@pytest.mark.parametrize("spread", ["start", "meal"])
def test_a_party_may_not_grow_or_return_above_the_pacing(desk: Desk, spread: str) -> None:
    desk.book(party_size(2), booking_id="b1")
    pace(desk, PacingRule(30, max_covers=4, spread=spread))
    assert desk.resize("b1", 3).party_size == 3
    booked(desk, 1, "19:15")
    with pytest.raises(Refused) as caught:
        desk.resize("b1", 4)
    assert caught.value.code is Code.PACING_EXCEEDED
    desk.cancel("b1")
    booked(desk, 2, "19:15")
    with pytest.raises(Refused):
        desk.undo("b1")


# ---- what is shown -------------------------------------------------------------------------------


def test_spots_stop_at_the_pacing(desk: Desk) -> None:
    pace(desk, PacingRule(30, max_covers=10), PacingRule(60, max_parties=3, spread="meal"))
    booked(desk, 2, "19:00")
    spots = {
        text: desk.availability(FRIDAY, 4, at=at(text)).slots[0].spots
        for text in ("17:00", "18:00", "19:00", "19:30", "21:00")
    }
    assert spots == {"17:00": 2, "18:00": 2, "19:00": 2, "19:30": 2, "21:00": 2}
    booked(desk, 2, "20:15")
    assert desk.availability(FRIDAY, 4, at=at("19:30")).slots[0].spots == 1


@pytest.mark.parametrize(
    ("caps", "expected"), [([], 4), ([CapacityRule(max_parties=1, zone="terrace")], 3)]
)
def test_pacing_of_another_period_limits_no_spots_of_a_zone_with_longer_stays(
    store: Store, caps: list[CapacityRule], expected: int
) -> None:
    floor = sketch_floor({"1": 4, "2": 4, "T1": (4, "Terrace"), "T2": (4, "Terrace")})
    rules: dict[str, Any] = {
        "periods": PERIODS,
        "zone_rules": [ZoneRule("terrace", turn_bands=[(None, 180)])],
        "pacing_rules": [PacingRule(30, max_parties=1, period="lunch")],
        "capacity_rules": caps,
    }
    desk = open_desk(store, a_house(floor, **rules), actor=STAFF)
    (slot,) = desk.availability(FRIDAY, 2, at=at("18:00")).slots
    assert slot.spots == expected
    (lunch,) = desk.availability(FRIDAY, 2, at=at("12:00")).slots
    assert lunch.spots == 1


def test_the_usage_of_a_quote_has_the_intervals_of_the_stay(desk: Desk) -> None:
    pace(desk, PacingRule(30, max_covers=10), PacingRule(60, max_parties=3, spread="meal"))
    booked(desk, 2, "19:00")
    quoted = desk.quote(party_size(4, "19:15"))
    assert isinstance(quoted, Quote)
    shown = [
        (f"{each.start:%H:%M}", each.spread.value, each.booked_covers, each.booked_parties)
        for each in quoted.usage.pacing
    ]
    assert shown == [("19:00", "start", 2, 1), ("19:00", "meal", 2, 1), ("20:00", "meal", 2, 1)]
    receipt = booked(desk, 4, "19:15").receipt.usage
    assert receipt is not None
    assert [(each.booked_covers, each.booked_parties) for each in receipt.pacing] == [(6, 2)] * 3
    assert [each.utilisation_percent for each in receipt.pacing] == [60, 67, 67]
    assert receipt.fullest_percent == 67


def test_an_availability_shows_the_fullest_limit_of_each_start(desk: Desk) -> None:
    pace(desk, PacingRule(30, max_covers=8))
    booked(desk, 3, "19:00")
    shown = {
        f"{slot.start:%H:%M}": slot.utilisation_percent
        for slot in desk.availability(FRIDAY, 2).slots
    }
    assert (shown["18:45"], shown["19:00"], shown["19:15"], shown["19:30"]) == (0, 38, 38, 0)


def test_a_start_that_pacing_refuses_says_so(desk: Desk) -> None:
    pace(desk, PacingRule(30, max_parties=1))
    booked(desk, 2, "19:00")
    refused = [
        f"{slot.start:%H:%M}"
        for slot in desk.availability(FRIDAY, 2).slots
        if slot.refusal is not None and slot.refusal.code is Code.PACING_EXCEEDED
    ]
    assert refused == ["19:00", "19:15"]


# ---- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "limits"),
    [(0, {"max_covers": 1}), (30, {}), (30, {"max_covers": -1}), (601, {"max_parties": 1})],
)
def test_a_wrong_pacing_rule_changes_nothing(
    store: Store, desk: Desk, interval: int, limits: dict[str, Any]
) -> None:
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput):
        pace(desk, PacingRule(interval, **limits))
    assert snapshot(store, desk) == before


def test_pacing_of_an_unknown_period_changes_nothing(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput):
        pace(desk, PacingRule(30, max_parties=1, period="brunch"))
    assert snapshot(store, desk) == before
