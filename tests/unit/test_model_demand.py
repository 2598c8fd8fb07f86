"""Demand profiles and scarcities: which profile counts (reference 9.8), and faulty ones."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from fourtop import (
    DemandProfile,
    InvalidInput,
    NotFound,
    Plan,
    Planning,
    Policy,
    Scarcity,
    ServicePeriod,
    Weights,
)
from fourtop.engine.party_request import plan_request
from fourtop.planner import Planner, PlanRequest
from tests.unit.test_planner import floor_of, table

WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
FRIDAY = date(2025, 1, 3)
MONDAY, SATURDAY, SUNDAY = date(2025, 1, 6), date(2025, 1, 4), date(2025, 1, 5)


def minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def policy_of(*profiles: DemandProfile) -> Policy:
    periods = [
        ServicePeriod("lunch", "10:00", "15:00"),
        ServicePeriod("drinks", "15:00", "17:00"),
        ServicePeriod("dinner", "17:00", "02:00"),
    ]
    return Policy(periods, demand_profiles=profiles)


def name_at(policy: Policy, day: date, text: str, period: str = "dinner") -> str | None:
    found = policy.find_demand_profile(period, day, minute(text))
    return None if found is None else found.name


# ---- which profile counts (reference 9.8) --------------------------------------------------------

FIXTURE = policy_of(
    DemandProfile(
        "friday-generic", 1.2, start="17:00", end="22:30", weekdays=["friday"], priority=0
    ),
    DemandProfile("friday-early", 1.1, start="17:00", end="19:00", weekdays=["friday"]),
    DemandProfile("friday-late", 1.5, start="21:00", end="23:00", weekdays=["friday"], priority=2),
)
# The rules that the reference system ships with.
EMBEDDED = policy_of(
    DemandProfile(
        "weekday-lunch", 0.85, start="11:30", end="14:30", weekdays=WORKDAYS, period="lunch"
    ),
    DemandProfile(
        "weekday-dinner", 1.15, start="17:30", end="21:30", weekdays=WORKDAYS[:4], period="dinner"
    ),
    DemandProfile(
        "weekend-dinner-peak",
        1.35,
        start="18:00",
        end="22:30",
        weekdays=["friday", "saturday"],
        period="dinner",
    ),
    DemandProfile(
        "weekend-brunch",
        1.1,
        start="10:00",
        end="13:00",
        weekdays=["saturday", "sunday"],
        period="lunch",
    ),
)


@pytest.mark.parametrize(
    ("text", "multiplier", "name", "priority"),
    [("18:30", 1.1, "friday-early", 1), ("21:30", 1.5, "friday-late", 2)],
)
def test_section_9_8_the_highest_priority_counts(
    text: str, multiplier: float, name: str, priority: int
) -> None:
    found = FIXTURE.find_demand_profile("dinner", FRIDAY, minute(text))
    assert found is not None
    assert (found.multiplier, found.name, found.priority) == (multiplier, name, priority)


@pytest.mark.parametrize(
    ("day", "text", "period", "multiplier"),
    [
        (MONDAY, "12:00", "lunch", 0.85),
        (MONDAY, "18:00", "dinner", 1.15),
        (FRIDAY, "19:00", "dinner", 1.35),
        (SATURDAY, "11:00", "lunch", 1.1),
        (SUNDAY, "19:00", "dinner", None),
        (MONDAY, "14:30", "lunch", None),
        (MONDAY, "19:00", "drinks", None),
    ],
)
def test_section_9_8_the_embedded_rules(
    day: date, text: str, period: str, multiplier: float | None
) -> None:
    found = EMBEDDED.find_demand_profile(period, day, minute(text))
    assert (None if found is None else found.multiplier) == multiplier


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        (None, None, (0, 1_440)),
        (None, "13:15", (0, 795)),
        ("11:30", None, (690, 1_440)),
        # The end of a day by its name.
        ("17:00", "00:00", (1_020, 1_440)),
        # The reference cuts this one at midnight; here the night belongs to the day it starts on.
        ("22:00", "02:00", (1_320, 1_560)),
    ],
)
def test_section_9_8_a_profile_spans_its_hours(
    start: str | None, end: str | None, span: tuple[int, int]
) -> None:
    assert DemandProfile("p", 2, start=start, end=end).span_minutes == span


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [
        # The reference corrects these three and logs a warning.
        ("18:00", "17:00", "end: must be after 18:00, or noon of the next day at most (got 17:00)"),
        (
            "10:00",
            "10:00",
            "end: must differ from start; give neither for a whole day (got 10:00)",
        ),
        ("25:00", "99:99", "start: must be a local time such as 17:30 (got '25:00')"),
    ],
)
def test_section_9_8_hours_that_contradict_themselves_are_errors(
    start: str, end: str, fault: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        DemandProfile("p", 2, start=start, end=end)
    assert str(caught.value) == fault


def test_of_equal_priority_the_shortest_counts_then_the_earliest_then_the_name() -> None:
    hours = {"long": ("17:00", "23:00"), "late": ("19:00", "22:00"), "early": ("18:00", "21:00")}
    made = [DemandProfile(name, 2, start=s, end=e) for name, (s, e) in hours.items()]
    for order in (made, made[::-1]):
        policy = policy_of(*order)
        assert name_at(policy, FRIDAY, "20:00") == "early"
        assert name_at(policy, FRIDAY, "21:30") == "late"
        assert name_at(policy, FRIDAY, "22:30") == "long"
        assert name_at(policy, FRIDAY, "16:00", "drinks") is None
    twins = [DemandProfile(name, 2, start="18:00", end="21:00") for name in ("b", "a")]
    assert name_at(policy_of(*twins), FRIDAY, "18:00") == "a"


def test_the_part_past_midnight_belongs_to_the_weekday_of_the_start() -> None:
    night = DemandProfile("night", 2, start="22:00", end="01:30", weekdays=["friday"])
    policy = policy_of(night)
    assert name_at(policy, FRIDAY, "22:00") == "night"
    assert name_at(policy, SATURDAY, "01:29") == "night"
    assert name_at(policy, SATURDAY, "01:30") is None
    assert name_at(policy, FRIDAY, "01:00") is None
    assert name_at(policy, FRIDAY, "21:59") is None


def test_a_profile_without_hours_counts_all_day_on_its_days() -> None:
    policy = policy_of(DemandProfile("sundays", 0.9, weekdays=["sunday"]))
    assert name_at(policy, SUNDAY, "00:00") == name_at(policy, SUNDAY, "23:59") == "sundays"
    assert name_at(policy, MONDAY, "00:00") is None


# ---- faults and edits ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"name": "friday night"}, "name: "),
        ({"multiplier": 0.05}, "multiplier: must be a number from 0.1 to 10 (got 0.05)"),
        ({"multiplier": float("nan")}, "multiplier: must be a number from 0.1 to 10"),
        ({"priority": -1}, "priority: must be a whole number from 0 to 1000"),
        ({"weekdays": "friday"}, "weekdays: must be a collection"),
        ({"weekdays": ["someday"]}, "weekdays: must be one of"),
        ({"period": "late dinner"}, "period: "),
    ],
)
def test_a_faulty_profile_names_the_field_and_the_rule(values: Any, fault: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        DemandProfile(**{"name": "p", "multiplier": 2, **values})
    assert str(caught.value).startswith(fault)


def test_a_profile_is_a_rule_of_the_policy_known_by_its_name() -> None:
    policy = policy_of(DemandProfile("peak", 1.3))
    busier = policy.with_rule(DemandProfile("peak", 1.5, period="dinner"))
    assert [each.multiplier for each in busier.demand_profiles] == [1.5]
    assert busier.without_period("dinner").demand_profiles == ()
    assert policy.without_rule(DemandProfile("peak", 9)).demand_profiles == ()
    with pytest.raises(NotFound) as caught:
        policy.without_rule(DemandProfile("calm", 1))
    assert str(caught.value) == "there is no demand profile 'calm'"
    with pytest.raises(InvalidInput, match="must name service periods of this policy"):
        policy.with_rule(DemandProfile("brunch", 1.1, period="brunch"))
    with pytest.raises(InvalidInput, match="demand_profiles: must have different scopes"):
        policy_of(DemandProfile("peak", 1), DemandProfile("peak", 2))


def test_profiles_and_scarcities_are_shown_in_a_line() -> None:
    late = DemandProfile("late", 1.5, start="21:00", end="23:30", weekdays=["friday"], period="d")
    assert repr(late) == "<DemandProfile late times 1.5, 21:00 to 23:30, friday, d, priority 1>"
    assert (
        repr(DemandProfile("all", 2)) == "<DemandProfile all times 2, 00:00 to 24:00, priority 1>"
    )
    assert repr(Scarcity(1, 0.5, seating="stool")) == "<Scarcity 1 seat, dining, stool, 0.5>"


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (lambda: Scarcity(0, 1), "capacity: must be a whole number from 1 to 500"),
        (lambda: Scarcity(2, 1.01), "value: must be a number from 0 to 1"),
        (lambda: Scarcity(2, 1, category=""), "category: "),
        (
            lambda: Planning(scarcities=[Scarcity(2, 1), Scarcity(2, 0.5)]),
            "scarcities: must be of different kinds (got (2, 'dining', 'standard'))",
        ),
        (lambda: Planning(scarcities=[2]), "scarcities: "),  # type: ignore[list-item]  # What it is about.
    ],
)
def test_a_faulty_scarcity_names_the_field_and_the_rule(made: Any, fault: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        made()
    assert str(caught.value).startswith(fault)


# ---- the score (reference 3.4, 9.3 and 9.8) ------------------------------------------------------


@pytest.mark.parametrize(("demand", "total"), [(1, 27), (3, 37)])
def test_section_3_4_the_demand_of_a_request_scales_slack(demand: float, total: float) -> None:
    planner = Planner(floor_of([table("A", 4)]), Planning(weights=Weights.reference()))
    (plan,) = planner.plans(PlanRequest(3, demand=demand), 0b1)
    assert plan.score.total == total
    assert plan.score.cost("overage") == 5 * demand


def test_the_demand_of_a_request_is_that_of_the_rules_in_every_way_of_searching() -> None:
    tables = [table("A", 6), table("B", 4), table("C", 2), table("D", 3)]
    floor = floor_of(tables, "A-B", "B-C", "C-D")
    for most in (20_000, 0):
        calm = Planner(floor, Planning(), max_sets=most)
        busy = Planner(floor, Planning(demand_multiplier=0.3), max_sets=most)
        for size in range(1, 9):
            asked, told = PlanRequest(size), PlanRequest(size, demand=0.3)
            assert calm.plans(told, 0b1111) == busy.plans(asked, 0b1111)
            assert calm.count(told, 0b1111, 4) == busy.count(asked, 0b1111, 4)
            assert calm.plans(asked, 0b1111) == calm.plans(PlanRequest(size, demand=1), 0b1111)


def test_demand_may_turn_the_choice() -> None:
    # A pair with no seat over, or a single table with one.
    planner = Planner(floor_of([table("A", 2), table("B", 2), table("C", 5)], "A-B"), Planning())
    free = 0b111
    assert [planner.plans(PlanRequest(4, demand=each), free)[0].tables for each in (0.5, 10)] == [
        ("C",),
        ("A", "B"),
    ]


def test_section_3_4_scarcities_by_kind_replace_the_count() -> None:
    planning = Planning(
        weights=attrs.evolve(Weights.reference(), scarcity=30),
        demand_multiplier=2,
        scarcities=[Scarcity(4, 1), Scarcity(6, 0.05)],
    )
    found = Planner(floor_of([table("R4", 4), table("C6", 6)]), planning).plans(
        PlanRequest(4), 0b11
    )
    assert [plan.tables for plan in found] == [("C6",), ("R4",)]
    assert [plan.score.cost("scarcity") for plan in found] == [1.5, 30]


@pytest.mark.parametrize(
    ("tables", "size", "total"),
    [
        # One table each: 22 × its scarcity, and 5 for each seat over.
        ("A6", 5, 5 + 0.22),
        ("P2", 2, 17.6),
        ("H1", 4, 0.99),
        # Joined: (3 + 1) × (1 + 0.03), 2 for each of 3 seats beyond the first, 22 × 0.06.
        ("M1+M2", 6, 4.12 + 6 + 1.32),
    ],
)
def test_section_3_4_the_heuristic_scarcities_of_the_layout(
    tables: str, size: int, total: float
) -> None:
    floor = floor_of(
        [table("A6", 6), table("M1", 3), table("M2", 3), table("P2", 2), table("H1", 4)], "M1-M2"
    )
    scarcities = [Scarcity(2, 0.8), Scarcity(3, 0.03), Scarcity(4, 0.045), Scarcity(6, 0.01)]
    planning = Planning(scarcities=scarcities, weights=Weights.reference())
    planner = Planner(floor, planning)
    plan = planner.judge(PlanRequest(size), tables.split("+"))
    assert isinstance(plan, Plan)
    assert plan.score.total == pytest.approx(total)


def test_section_9_8_the_weights_of_one_house_leave_the_default() -> None:
    floor = floor_of([table("A", 4)])
    usual = Planning(weights=Weights.reference())
    base = Planner(floor, usual).plans(PlanRequest(4), 1)[0].score
    raised = attrs.evolve(usual, weights=attrs.evolve(usual.weights, scarcity=32))
    assert Planner(floor, raised).plans(PlanRequest(4), 1)[0].score.total == base.total + 10
    assert Planner(floor, usual).plans(PlanRequest(4), 1)[0].score == base
    assert attrs.evolve(raised, weights=Weights()) == Planning()


def test_a_scarcity_of_a_kind_that_the_floor_lacks_counts_for_nothing() -> None:
    floor = floor_of([table("A", 4)])
    usual = Planning(weights=Weights.reference())
    foreign = [Scarcity(2, 0.8), Scarcity(4, 0.1, category="bar")]
    planning = attrs.evolve(usual, scarcities=foreign)
    known, found = (Planner(floor, each).plans(PlanRequest(4), 1) for each in (usual, planning))
    assert known == found


def test_a_faulty_demand_of_a_request_is_an_error() -> None:
    with pytest.raises(InvalidInput, match=r"demand: must be a number from 0\.1 to 10"):
        plan_request(2, demand=11)
