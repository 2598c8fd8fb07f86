"""How a house chooses tables, what a party asks for, and what comes out."""

from __future__ import annotations

import math
import pickle
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from fourtop.errors import (
    InvalidIdentifier,
    InvalidInput,
    InvalidWindow,
    NaiveDatetime,
    NonexistentTime,
)
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.floor import Floor, Join
from fourtop.model.plan import Plan, Score, Term
from fourtop.model.planning_rules import AdjacencyMode, Planning, Weights
from fourtop.model.request import BookingRequest, Preference
from fourtop.model.restaurant import Area, Zone
from fourtop.model.table import Table
from fourtop.model.window import Window
from fourtop.planner import Evening, EveningPart, Planner, PlanRequest

HOUR_US = 3_600_000_000
SEVEN = datetime(2026, 5, 1, 19, tzinfo=UTC)


# ---- planning ------------------------------------------------------------------------------------


def test_the_defaults_of_planning() -> None:
    planning = Planning()

    assert (planning.adjacency_mode, planning.adjacency_required) == (AdjacencyMode.CONNECTED, True)
    assert (planning.max_tables, planning.slack_budget, planning.demand_multiplier) == (3, 4, 1)
    assert attrs.astuple(planning.weights) == (1, 1, 0, 0, 0, 2, 0.75, 1, 0.2, 100)
    assert attrs.astuple(Weights.reference()) == (5, 3, 2, 1, 22, 10, 0, 0, 0, 500)
    assert planning.weights.sees_evening
    assert not Weights.reference().sees_evening


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"adjacency_mode": "near"}, "must be one of connected, pairwise, neighbors"),
        ({"adjacency_required": 1}, "must be true or false"),
        ({"adjacency_min_party": 0}, "must be a whole number from 1 to 1000"),
        ({"max_tables": 0}, "must be a whole number from 1 to 8"),
        ({"max_tables": 9}, "must be a whole number from 1 to 8"),
        ({"slack_budget": -1}, "must be a whole number from 0 to 1000"),
        ({"slack_budget": 0.5}, "must be a whole number from 0 to 1000"),
        ({"staff_max_slack": -1}, "must be a whole number from 0 to 1000"),
        ({"staff_max_slack": True}, "must be a whole number from 0 to 1000"),
        ({"weights": {"overage": 1}}, "must be of type Weights"),
        ({"demand_multiplier": 0}, "must be a number from 0.1 to 10"),
        ({"demand_multiplier": math.nan}, "must be a number from 0.1 to 10"),
        ({"demand_multiplier": math.inf}, "must be a number from 0.1 to 10"),
    ],
    ids=str,
)
def test_planning_refuses(change: dict[str, Any], rule: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Planning(**change)
    assert (caught.value.field, caught.value.rule) == (*change, rule)


@pytest.mark.parametrize("name", [each.name for each in attrs.fields(Weights)])
@pytest.mark.parametrize("value", [-0.1, 1_000.5, math.nan, math.inf, True, "5", None], ids=repr)
def test_a_weight_is_a_number_from_0_to_1000(name: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        Weights(**{name: value})
    assert (caught.value.field, caught.value.rule) == (name, "must be a number from 0 to 1000")


@pytest.mark.parametrize(
    ("change", "modes"),
    [
        ({}, ["connected"] * 3),
        ({"adjacency_mode": "pairwise"}, ["pairwise"] * 3),
        ({"adjacency_required": False}, [None] * 3),
        ({"adjacency_min_party": 5}, [None, "connected", "connected"]),
        ({"adjacency_min_party": 5, "adjacency_required": False}, [None] * 3),
    ],
    ids=str,
)
def test_a_set_has_to_be_adjacent_from_a_party_size_on(
    change: dict[str, Any], modes: list[str | None]
) -> None:
    assert [Planning(**change).mode_for(party_size) for party_size in (4, 5, 6)] == modes


# ---- requests ------------------------------------------------------------------------------------


def test_a_request_takes_an_instant_of_any_zone() -> None:
    here = BookingRequest(4, datetime(2026, 5, 1, 20, tzinfo=ZoneInfo("Europe/London")))

    assert here == BookingRequest(4, SEVEN)
    assert here.start == SEVEN
    assert here.start.tzinfo is UTC


@pytest.mark.parametrize("party_size", [0, -1, 10**9, True, 2.5, math.nan, "4", None], ids=repr)
def test_a_request_refuses_what_is_no_party(party_size: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        BookingRequest(party_size, SEVEN)
    assert (caught.value.field, caught.value.rule) == (
        "party_size",
        "must be a whole number from 1 to 1000",
    )


@pytest.mark.parametrize(
    ("start", "error"),
    [
        (SEVEN.replace(tzinfo=None), NaiveDatetime),
        ("2026-05-01T19:00+01:00", InvalidWindow),
        (math.inf, InvalidWindow),
        (datetime.max.replace(tzinfo=UTC), InvalidWindow),
        (datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/London")), NonexistentTime),
    ],
    ids=["naive", "text", "infinity", "end of time", "skipped"],
)
def test_a_request_refuses_what_is_no_start(start: Any, error: type[InvalidInput]) -> None:
    with pytest.raises(error) as caught:
        BookingRequest(4, start)
    assert caught.value.field == "start"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"occasion": "a b"}, InvalidIdentifier),
        ({"past_reason": "a guest rang"}, InvalidIdentifier),
        ({"tables": "t1"}, InvalidInput),
        ({"tables": None}, InvalidInput),
        ({"tables": ["t 1"]}, InvalidIdentifier),
        ({"must": {"zones": ["bar"]}}, InvalidInput),
        ({"wish": None}, InvalidInput),
    ],
    ids=str,
)
def test_a_request_refuses(change: dict[str, Any], error: type[InvalidInput]) -> None:
    with pytest.raises(error) as caught:
        BookingRequest(4, SEVEN, **change)
    assert caught.value.field == next(iter(change))


def test_the_tables_of_a_request_have_no_order_and_no_doubles() -> None:
    assert BookingRequest(4, SEVEN, tables=["b", "a", "b"]).tables == ("a", "b")


# ---- preferences ---------------------------------------------------------------------------------

BOOTH = Table("t1", "1", 4, "bar", seating="booth", features=["window", "step-free"])
BAR = Zone("bar", "Bar", area="bar")


@pytest.mark.parametrize(
    ("preference", "unmet"),
    [
        ({}, ()),
        ({"zones": ["bar", "main"]}, ()),
        ({"zones": ["main"]}, ("zones",)),
        ({"seatings": {"booth"}}, ()),
        ({"seatings": {"sofa"}}, ("seatings",)),
        ({"areas": ["bar", "outdoor"]}, ()),
        ({"areas": [Area.OUTDOOR]}, ("areas",)),
        ({"features": ["window"]}, ()),
        ({"features": ["window", "quiet"]}, ("features",)),
        (
            {"features": ["quiet"], "areas": ["indoor"], "seatings": ["sofa"], "zones": ["main"]},
            ("zones", "seatings", "areas", "features"),
        ),
    ],
    ids=str,
)
def test_a_table_meets_each_kind_of_condition_that_is_named(
    preference: Any, unmet: tuple[str, ...]
) -> None:
    assert Preference(**preference).unmet(BOOTH, BAR) == unmet


def test_a_preference_names_its_kinds_in_a_fixed_order() -> None:
    assert Preference(features=["a"], zones=["b"]).kinds == ("zones", "features")
    assert Preference().kinds == ()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"zones": "bar"}, "must be a collection"),
        ({"zones": [""]}, "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"),
        ({"seatings": None}, "must be a collection"),
        ({"seatings": [""]}, "must be 1 to 50 printable characters without spaces around them"),
        ({"areas": "bar"}, "must be a collection"),
        ({"areas": ["garden"]}, "must be one of indoor, outdoor, bar"),
        ({"features": 3}, "must be a collection"),
        ({"features": ["a\0"]}, "must be 1 to 50 printable characters without spaces around them"),
    ],
    ids=str,
)
def test_a_preference_refuses(change: dict[str, Any], rule: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Preference(**change)
    assert (caught.value.field, caught.value.rule) == (*change, rule)


# ---- plans and scores ----------------------------------------------------------------------------


def test_the_terms_of_a_score_add_up_to_six_decimals() -> None:
    score = Score(tuple(Term("part", 1, 0.1) for _ in range(10)))

    assert score.total == 1.0
    assert Score((Term("a", 1, 1 / 3), Term("b", 1, 1 / 3))).total == 0.666667
    assert Score(()).total == 0


def test_the_cost_of_a_term_is_found_by_name() -> None:
    score = Score((Term("overage", 2, 10.0), Term("zone", 1, 4.0), Term("overage", 1, 5.0)))

    assert (score.cost("overage"), score.cost("zone"), score.cost("wishes")) == (15.0, 4.0, 0)


def test_equal_plans_compare_equal() -> None:
    plans = [Plan(("a", "b"), 8, 1, Score((Term("overage", 1, 5.0),))) for _ in range(2)]

    assert len(set(plans)) == 1


# ---- allocations ---------------------------------------------------------------------------------


def allocation(
    id_: str, start: int, resource: str = "t1", kind: ResourceType = ResourceType.TABLE
) -> Allocation:
    return Allocation(
        id_, "r1", kind, resource, Window.of_micros(start, start + 10), OwnerKind.BOOKING, "b1"
    )


def test_an_allocation_has_one_owner_and_is_no_shadow_by_default() -> None:
    row = allocation("a1", 0)

    assert row.owner == Owner(OwnerKind.BOOKING, "b1")
    assert row.shadow is False


def test_allocations_are_ordered_by_start_type_resource_and_id() -> None:
    rows = [
        allocation("a1", 1),
        allocation("a9", 2, "h1", ResourceType.HOLD),
        allocation("a8", 2, "m1", ResourceType.MERGE_GROUP),
        allocation("a3", 2),
        allocation("a4", 2),
        allocation("a2", 2, "t2"),
    ]

    assert sorted(rows[3:] + rows[:3], key=lambda row: row.order_key) == rows


def test_values_of_the_planner_survive_pickling() -> None:
    values = (
        Planning(),
        BookingRequest(4, SEVEN),
        allocation("a1", 0),
        Score((Term("overage", 1, 5.0),)),
    )

    assert pickle.loads(pickle.dumps(values)) == values  # noqa: S301  # Our own bytes, made on this line.


def test_finding_34_every_weight_changes_a_score() -> None:
    zones = [Zone("main", "Main")]
    tables = [
        Table("t1", "1", 4, "main", features={"window"}),
        Table("t2", "2", 2, "main"),
        Table("t3", "3", 3, "main"),
        Table("t4", "4", 12, "main", max_party=4),
    ]
    joins = [Join(("t1", "t2")), Join(("t2", "t3")), Join(("t3", "t4"))]
    floor = Floor(tables, zones=zones, joins=joins)
    request = PlanRequest(8, wish=Preference(features={"window"}))
    # All joins are inside the plan but that to the fourth table, and both gaps are dead. A party
    # that waits needs each of the tables.
    evening = Evening(
        (
            EveningPart(
                0b1111, 100 * HOUR_US, 102 * HOUR_US, dict.fromkeys(range(4), 99 * HOUR_US), {}
            ),
        ),
        0b1111,
        opens_us=90 * HOUR_US,
        closes_us=103 * HOUR_US,
        shortest_us=2 * HOUR_US,
        starved=lambda _: 1,
    )

    def total(weights: Weights) -> float:
        planner = Planner(floor, Planning(weights=weights))
        return planner.plans(request, 0b1111, evening=lambda: evening)[0].score.total

    for field in attrs.fields(Weights):
        weights = attrs.evolve(Weights(), **{field.name: 200})
        assert total(weights) > total(Weights()), field.name
