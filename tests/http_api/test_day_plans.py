"""Day plans over HTTP: a plan is made, committed as it came, and refused when it is stale."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http_api.client import Client
from tests.http_api.test_availability import PARTY
from tests.http_api.test_service import booked, staff

PLAN = "/days/2026-05-01/plan"
LATER = {"tables": "later"}


def waiting(api: Client, **more: Any) -> str:
    answer = staff(api, "POST", "/bookings", json={**PARTY, **more}, params=LATER)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending_allocation")
    return str(answer.headers["location"])


def planned(api: Client, **body: Any) -> dict[str, Any]:
    answer = staff(api, "POST", PLAN, json=body or None)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_plan_gives_tables_to_parties_that_wait(api: Client) -> None:
    paths = [waiting(api), waiting(api, party_size=2)]
    plan = planned(api)
    assert [each["before"] for each in plan["moves"]] == [[], []]
    assert (plan["value"], plan["value_before"], plan["left"]) == (6, 0, [])
    assert {api("GET", path).json()["status"] for path in paths} == {"pending_allocation"}
    # The plan goes back as it came, once for each key.
    key = {"Idempotency-Key": "the plan of friday"}
    made = [staff(api, "POST", "/day-plans", json=plan, headers=key) for _ in range(2)]
    assert [each.status_code for each in made] == [200, 200]
    assert [each.json()[0]["id"] for each in made] == [plan["moves"][0]["booking_id"]] * 2
    for path in paths:
        booking = api("GET", path).json()
        assert booking["status"] == "confirmed"
    assert planned(api)["moves"] == []


@pytest.mark.slow
def test_a_party_with_tables_moves_for_one_that_waits(api: Client) -> None:
    # A party of two sits at the six; others have a table of each pair, so that no pair is free.
    two = booked(api, party_size=2)
    moved = {"moves": [{"booking_id": two.rpartition("/")[2], "tables": ["5"]}]}
    assert staff(api, "POST", "/moves", json=moved).status_code == 200
    for table in ("1", "3"):
        booked(api, party_size=2, tables=[table])
    six = waiting(api, party_size=6)
    plan = planned(api)
    assert [(each["before"], each["tables"]) for each in plan["moves"]] == [
        (["5"], ["2"]),
        ([], ["5"]),
    ]
    made = staff(api, "POST", "/day-plans", json=plan)
    assert made.status_code == 200
    assert [api("GET", path).json()["assignment"]["tables"] for path in (two, six)] == [
        ["2"],
        ["5"],
    ]


def test_a_priority_decides_and_the_value_is_told(api: Client) -> None:
    booking_id = waiting(api).rpartition("/")[2]
    plan = planned(api, objective="priority", values={booking_id: 3}, node_budget=500, seed=7)
    assert (plan["objective"], plan["value"]) == ("priority", 12)


def test_a_stale_plan_is_409_and_changes_nothing(api: Client) -> None:
    path = waiting(api)
    plan = planned(api)
    assert staff(api, "PATCH", path, json={"party_size": 3}).status_code == 200
    stale = staff(api, "POST", "/day-plans", json=plan)
    assert (stale.status_code, stale.json()["code"]) == (409, "STALE_VERSION")
    plan = planned(api)
    closed = api("PUT", "/closures/2026-06-01", role="admin")
    assert closed.status_code == 200
    stale = staff(api, "POST", "/day-plans", json=plan)
    assert (stale.status_code, stale.json()["details"]["kind"]) == (409, "policy")
    assert api("GET", path).json()["status"] == "pending_allocation"


def test_a_table_that_is_taken_since_refuses_the_plan(api: Client) -> None:
    waiting(api, party_size=6)
    plan = planned(api)
    (move,) = plan["moves"]
    booked(api, party_size=6, tables=move["tables"])
    refused = staff(api, "POST", "/day-plans", json=plan)
    assert (refused.status_code, refused.json()["code"]) == (409, "ALLOCATIONS_OVERLAP")


@pytest.mark.parametrize(
    "body",
    [
        {"objective": "fame"},
        {"node_budget": 0},
        {"node_budget": 1_000_001},
        {"seed": -1},
        {"values": {"b1": 2}},
        {"values": {"not an id": 2}, "objective": "priority"},
        {"objective": "revenue"},
        {"optimum": True},
    ],
    ids=str,
)
def test_wrong_terms_of_a_plan_are_refused(api: Client, body: dict[str, Any]) -> None:
    assert staff(api, "POST", PLAN, json=body).status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"tables": []},
        {"booking_id": "a b"},
        {"version": 0},
        {"version": 2**63},
        {"start": "soon"},
        {"start": "2026-05-01T19:00:00"},
        {"party_size": "4"},
    ],
    ids=str,
)
def test_a_malformed_move_is_refused(api: Client, change: dict[str, Any]) -> None:
    path = waiting(api)
    plan = planned(api)
    plan["moves"][0] |= change
    assert staff(api, "POST", "/day-plans", json=plan).status_code == 422
    assert api("GET", path).json()["status"] == "pending_allocation"


@pytest.mark.slow
def test_databases_make_the_moves_of_a_plan(sql_api: Client) -> None:
    test_a_plan_gives_tables_to_parties_that_wait(sql_api)
    test_a_stale_plan_is_409_and_changes_nothing(sql_api)
