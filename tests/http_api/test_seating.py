"""The seating plan over HTTP: validate, assign, move, swap, pin, and break a rule."""

from __future__ import annotations

import pytest

from tests.http_api.client import Client
from tests.http_api.test_availability import PARTY
from tests.http_api.test_service import booked, staff


def test_a_selection_is_checked_rule_by_rule(api: Client) -> None:
    body = {"tables": ["1", "3"], "request": PARTY}
    answer = staff(api, "POST", "/validations", json=body)
    assert answer.status_code == 200
    checks = {each["check"]: each["status"] for each in answer.json()["checks"]}
    assert "error" in checks.values()
    assert staff(api, "POST", "/validations", json={"tables": ["1"]}).status_code == 422
    unknown = {"tables": ["9"], "request": PARTY}
    assert staff(api, "POST", "/validations", json=unknown).status_code == 404


def test_an_override_names_the_rule_and_is_kept(api: Client) -> None:
    apart = {**PARTY, "tables": ["1", "3"]}
    refused = staff(api, "POST", "/bookings", json=apart)
    assert refused.json()["code"] == "ADJACENCY_MISMATCH"
    override = {"rule": "ADJACENCY_MISMATCH", "reason": "A regular"}
    answer = staff(api, "POST", "/bookings", json={**apart, "overrides": [override]})
    assert answer.status_code == 201
    assert answer.json()["overrides"] == [override]
    guest = api("GET", answer.headers["location"])
    assert "A regular" not in guest.text
    unknown = {"rule": "TABLES_TAKEN", "reason": "no"}
    wrong = staff(api, "POST", "/bookings", json={**apart, "overrides": [unknown]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "rule")


def test_a_booking_gets_tables_and_gives_them_back(api: Client) -> None:
    path = staff(api, "POST", "/bookings", json=PARTY, params={"tables": "later"}).headers[
        "location"
    ]
    stale = staff(api, "POST", f"{path}/assign", json={}, headers={"If-Match": '"5"'})
    assert stale.status_code == 412
    given = staff(api, "POST", f"{path}/assign", json={"tables": ["4"]})
    assert (given.json()["status"], given.json()["assignment"]["tables"]) == ("confirmed", ["4"])
    taken = staff(api, "POST", f"{path}/unassign", headers={"If-Match": '"2"'})
    assert (taken.json()["status"], taken.json()["assignment"]) == ("pending_allocation", None)
    staff(api, "POST", f"{path}/cancel")
    late = staff(api, "POST", f"{path}/assign", json={})
    assert (late.status_code, late.json()["code"]) == (409, "ILLEGAL_TRANSITION")


def test_bookings_move_and_swap_as_a_whole(api: Client) -> None:
    one, two = (booked(api).rpartition("/")[2] for _ in range(2))
    body = {
        "moves": [
            {"booking_id": one, "tables": ["4"], "expected": 1},
            {"booking_id": two, "tables": ["3"]},
        ]
    }
    moved = staff(api, "POST", "/moves", json=body, headers={"Idempotency-Key": "m1"})
    assert [each["assignment"]["tables"] for each in moved.json()] == [["4"], ["3"]]
    stale = staff(api, "POST", "/moves", json=body)
    assert (stale.status_code, stale.json()["code"]) == (409, "STALE_VERSION")
    swapped = staff(api, "POST", "/swaps", json={"first": one, "second": two})
    assert [each["assignment"]["tables"] for each in swapped.json()] == [["3"], ["4"]]
    same = staff(api, "POST", "/swaps", json={"first": one, "second": one})
    assert same.status_code == 422
    assert staff(api, "POST", "/moves", json={"moves": []}).status_code == 422


def test_a_move_to_a_taken_table_names_the_party_and_changes_nothing(api: Client) -> None:
    one, two = (booked(api).rpartition("/")[2] for _ in range(2))
    body = {"moves": [{"booking_id": one, "tables": ["4"]}]}
    answer = staff(api, "POST", "/moves", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "ALLOCATIONS_OVERLAP")
    assert two in answer.text
    assert staff(api, "GET", f"/bookings/{one}").headers["etag"] == '"1"'


def test_a_pinned_booking_stays_until_it_is_unpinned(api: Client) -> None:
    path = booked(api)
    assert staff(api, "PUT", f"{path}/pin", headers={"If-Match": '"7"'}).status_code == 412
    assert staff(api, "PUT", f"{path}/pin").json()["is_pinned"] is True
    body = {"moves": [{"booking_id": path.rpartition("/")[2], "tables": ["4"]}]}
    refused = staff(api, "POST", "/moves", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "BOOKING_PINNED")
    assert staff(api, "DELETE", f"{path}/pin", headers={"If-Match": '"7"'}).status_code == 412
    assert staff(api, "DELETE", f"{path}/pin").json()["is_pinned"] is False
    assert staff(api, "POST", "/moves", json=body).status_code == 200


@pytest.mark.parametrize("path", ["assign", "unassign"])
def test_an_unknown_booking_has_no_tables(api: Client, path: str) -> None:
    assert staff(api, "POST", f"/bookings/b9/{path}", json={}).status_code == 404
