"""Demand at every door: the profile of the hour decides between a pair and a larger table."""

from __future__ import annotations

import attrs
import pytest

from fourtop import (
    DemandProfile,
    Desk,
    Planning,
    Quote,
    ServicePeriod,
    Weights,
    check_rules,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, a_house, at, booked, change, held, open_desk, party_size

# A party of four gets the five while seats over are cheap, and the pair while they are dear.
FLOOR = sketch_floor({"1": 2, "2": 2, "5": 5}, joins=["1-2"])
CALM = Planning(demand_multiplier=0.5, weights=Weights.reference())
PEAK = DemandProfile("peak", 10, start="19:00", end="20:00", weekdays=["friday"])


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(FLOOR, planning=CALM, demand_profiles=[PEAK]))


def tables_at(desk: Desk, text: str) -> tuple[str, ...]:
    quoted = desk.quote(party_size(4, text))
    assert isinstance(quoted, Quote)
    return quoted.plan.tables


def test_the_profile_of_the_start_decides(desk: Desk) -> None:
    assert tables_at(desk, "18:45") == ("5",)
    assert tables_at(desk, "19:00") == ("1", "2")
    assert tables_at(desk, "19:45") == ("1", "2")
    assert tables_at(desk, "20:00") == ("5",)


def test_the_first_minute_at_which_the_tables_are_taken_counts(store: Store) -> None:
    dinner = ServicePeriod("dinner", "17:00", "23:00", buffer_before_minutes=15)
    house = a_house(FLOOR, planning=CALM, demand_profiles=[PEAK], periods=[dinner])
    desk = open_desk(store, house)
    assert tables_at(desk, "19:00") == ("5",)
    assert tables_at(desk, "19:15") == tables_at(desk, "20:00") == ("1", "2")
    assert tables_at(desk, "20:15") == ("5",)


def test_every_command_chooses_as_the_quote(desk: Desk) -> None:
    assert booked(desk, 4, "17:00").tables == ("5",)
    hold = held(desk, 4, "19:30")
    assert hold.tables == ("1", "2")
    booking = desk.confirm(hold.id)
    assert booking.tables == ("1", "2")
    assert desk.reschedule(booking.id, change(4, "21:00")).tables == ("5",)
    assert desk.reschedule(booking.id, change(4, "19:15")).tables == ("1", "2")
    other = held(desk, 2, "20:30")
    assert desk.replace_hold(other.id, party_size(4, "20:45")).tables == ("5",)


def test_another_profile_of_the_same_weight_is_no_other_choice(desk: Desk) -> None:
    desk.edit_policy(lambda policy: policy.with_rule(DemandProfile("usual", 0.5, priority=9)))
    assert tables_at(desk, "19:00") == ("5",)


def test_a_profile_of_another_period_or_day_does_not_count(desk: Desk) -> None:
    desk.edit_policy(
        lambda policy: attrs.evolve(
            policy,
            demand_profiles=[attrs.evolve(PEAK, weekdays=["sunday"])],
        )
    )
    assert tables_at(desk, "19:00") == ("5",)


def test_availability_agrees_with_quote_under_profiles(desk: Desk) -> None:
    slots = desk.availability(FRIDAY, 4).slots
    assert {slot.spots for slot in slots} == {2}
    booked(desk, 4, "19:00")
    assert tables_at(desk, "20:15") == ("5",)


def test_two_houses_have_demand_of_their_own(desk: Desk, store: Store) -> None:
    other = open_desk(store, a_house(FLOOR, name="other", planning=CALM))
    assert tables_at(other, "19:00") == ("5",)
    assert tables_at(desk, "19:00") == ("1", "2")


def test_profiles_that_never_count_are_problems() -> None:
    house = a_house(
        FLOOR,
        demand_profiles=[
            PEAK,
            DemandProfile("never", 2, start="08:00", end="11:00"),
            DemandProfile("hidden", 2, start="19:15", end="20:00", weekdays=["friday"], priority=0),
            DemandProfile("all-week", 1.1),
        ],
    )
    assert [str(each) for each in check_rules(house)] == [
        "demand_profiles[1]: no service runs where it applies",
        "demand_profiles[2]: another profile counts wherever it applies",
    ]


def test_a_start_in_the_night_has_the_weekday_of_its_evening(store: Store) -> None:
    night = DemandProfile("night", 10, start="22:00", end="02:00", weekdays=["friday"])
    late = ServicePeriod("late", "20:00", "03:00", last_seating_minutes=60)
    house = a_house(FLOOR, planning=CALM, demand_profiles=[night], periods=[late])
    desk = open_desk(store, house)
    next_day = FRIDAY.replace(day=FRIDAY.day + 1)
    request = attrs.evolve(party_size(4), start=at("00:30", next_day))
    quoted = desk.quote(request)
    assert isinstance(quoted, Quote)
    assert quoted.plan.tables == ("1", "2")
    assert quoted.plan.score.cost("overage") == 0
    assert desk.quote(attrs.evolve(request, start=at("21:00"))).plan.tables == ("5",)  # type: ignore[union-attr]  # A yes.
