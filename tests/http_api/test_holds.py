"""Holds over HTTP: hold, read, extend, release, confirm."""

from __future__ import annotations

import pytest

from fourtop import HoldRules, ManualClock
from tests.evening import a_house
from tests.http_api.client import BASE, Client
from tests.http_api.conftest import MakeClient
from tests.http_api.test_availability import PARTY, take_all_tables


def held(api: Client, **how: object) -> str:
    answer = api("POST", "/holds", json=PARTY, **how)
    assert answer.status_code == 201
    return str(answer.json()["id"])


def test_a_hold_is_made_read_extended_and_released(api: Client) -> None:
    made = api("POST", "/holds", json=PARTY, params={"ttl_seconds": 60, "session": "s1"})
    assert made.status_code == 201
    assert made.json()["tables"] == ["3"]
    assert made.headers["cache-control"] == "no-store"
    place = made.headers["location"]
    assert place == f"{BASE}/holds/{made.json()['id']}"
    assert api("GET", place).json()["session"] == "s1"
    longer = api("POST", f"{place}/extend", params={"seconds": 30})
    assert longer.json()["expires_at"] == "2026-05-01T12:01:30+00:00"
    gone = api("DELETE", place)
    assert (gone.status_code, gone.json()["state"]) == (200, "released")
    assert api("GET", place).status_code == 404
    assert api("DELETE", place).json()["code"] == "HOLD_ENDED"


def test_a_guest_sees_neither_the_fingerprint_nor_the_receipt(api: Client) -> None:
    guest, staff = (
        api("GET", f"/holds/{held(api)}", role=role).json() for role in ("guest", "waiter")
    )
    assert "fingerprint" not in guest.keys() | staff.keys()
    assert staff.keys() - guest.keys() == {
        "actor",
        "overrides",
        "past_reason",
        "receipt",
        "would_refuse",
    }


def test_a_hold_without_room_has_alternatives(api: Client) -> None:
    take_all_tables(api)
    answer = api("POST", "/holds", json=PARTY)
    assert (answer.status_code, answer.json()["code"]) == (409, "TABLES_TAKEN")
    (first, *_) = answer.json()["alternatives"]
    assert first["text"] == "17:00, 120 minutes earlier, at table 3"
    assert api("POST", "/holds", json=first["requests"][0]).status_code == 201


def test_a_hold_is_replaced_in_one_step_by_one_at_its_own_table(api: Client) -> None:
    six = {**PARTY, "party_size": 6, "tables": ["5"]}
    old = api("POST", "/holds", json=six, params={"session": "s1"}).json()
    later = {**six, "start": "2026-05-01T19:30:00+00:00"}
    click = {"Idempotency-Key": "another time"}
    place = f"/holds/{old['id']}/replace"
    made = api("POST", place, json=later, params={"ttl_seconds": 60}, headers=click)
    assert (made.status_code, made.json()["tables"], made.json()["session"]) == (201, ["5"], "s1")
    assert made.json()["expires_at"] == "2026-05-01T12:01:00+00:00"
    assert api("GET", made.headers["location"]).json()["id"] == made.json()["id"]
    assert api("GET", f"/holds/{old['id']}").status_code == 404
    again = api("POST", place, json=later, params={"ttl_seconds": 60}, headers=click)
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    gone = api("POST", place, json=later)
    assert (gone.status_code, gone.json()["code"]) == (409, "HOLD_ENDED")
    assert api("POST", "/holds/h9/replace", json=later).status_code == 404


def test_a_hold_that_cannot_be_replaced_stays(api: Client) -> None:
    hold_id = held(api)
    take_all_tables(api, "20:45")
    later = {**PARTY, "start": "2026-05-01T20:45:00+00:00"}
    refused = api("POST", f"/holds/{hold_id}/replace", json=later)
    assert (refused.status_code, refused.json()["code"]) == (409, "TABLES_TAKEN")
    assert refused.json()["alternatives"]
    assert api("GET", f"/holds/{hold_id}").json()["state"] == "active"


def test_an_expired_hold_is_409(api: Client, clock: ManualClock) -> None:
    hold_id = held(api)
    clock.advance(seconds=200)
    answer = api("POST", f"/holds/{hold_id}/confirm")
    assert (answer.status_code, answer.json()["code"]) == (409, "HOLD_EXPIRED")
    assert api("POST", f"/holds/{hold_id}/extend", params={"seconds": 9}).status_code == 409


def test_too_many_holds_of_a_session_are_429(make_client: MakeClient) -> None:
    with make_client(a_house(holds=HoldRules(max_live_per_session=1))) as api:
        session = {"session": "s1"}
        assert api("POST", "/holds", json=PARTY, params=session).status_code == 201
        answer = api("POST", "/holds", json=PARTY, params=session)
    assert (answer.status_code, answer.json()["code"]) == (429, "HOLD_LIMIT")
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["is_retryable"] is True


def test_a_hold_that_lives_too_long_is_429_and_no_retry_helps(api: Client) -> None:
    answer = api("POST", f"/holds/{held(api)}/extend", params={"seconds": 3_000})
    assert (answer.status_code, answer.json()["code"]) == (429, "HOLD_LIMIT")
    assert answer.json()["is_retryable"] is False
    assert "retry-after" not in answer.headers


def test_a_hold_is_confirmed_once(api: Client) -> None:
    hold_id = held(api)
    first = api("POST", f"/holds/{hold_id}/confirm")
    assert first.status_code == 201
    assert first.headers["etag"] == '"1"'
    assert first.headers["location"] == f"{BASE}/bookings/{first.json()['id']}"
    again = api("POST", f"/holds/{hold_id}/confirm")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"


def test_a_hold_is_confirmed_for_a_pending_booking_at_its_version(api: Client) -> None:
    later = api("POST", "/bookings", json=PARTY, params={"tables": "later"}, role="waiter")
    hold_id = held(api, params={"booking_id": later.json()["id"]})
    path = f"/holds/{hold_id}/confirm"
    stale = api("POST", path, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "STALE_VERSION")
    assert stale.json()["is_retryable"] is False
    current = api("GET", f"/bookings/{later.json()['id']}").json()
    assert (stale.headers["etag"], stale.json()["current"]) == ('"1"', current)
    wrong = api("POST", path, params={"booking_id": "b9"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "HOLD_MISMATCH")
    done = api("POST", path, headers={"If-Match": '"1"'})
    assert (done.status_code, done.json()["status"]) == (201, "confirmed")


@pytest.mark.parametrize("hold_id", ["h9", "n9"])
def test_an_unknown_hold_is_404(api: Client, hold_id: str) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/confirm")):
        answer = api(method, f"/holds/{hold_id}{path}")
        assert (answer.status_code, answer.json()["details"]["kind"]) == (404, "hold")


def test_a_guests_evening_in_a_database(sql_api: Client) -> None:
    key = {"Idempotency-Key": "a click"}
    hold = sql_api("POST", "/holds", json=PARTY, headers=key)
    assert sql_api("POST", "/holds", json=PARTY, headers=key).json() == hold.json()
    made = sql_api("POST", f"/holds/{hold.json()['id']}/confirm")
    assert made.status_code == 201
    take_all_tables_but_one(sql_api)
    full = sql_api("POST", "/bookings", json=PARTY)
    assert (full.status_code, bool(full.json()["alternatives"])) == (409, True)
    path = made.headers["location"]
    stale = sql_api("PATCH", path, json={"party_size": 3}, headers={"If-Match": '"2"'})
    assert stale.status_code == 412
    done = sql_api("POST", f"{path}/cancel", headers={"If-Match": '"1"'})
    assert (done.status_code, done.json()["status"]) == (200, "cancelled")


def take_all_tables_but_one(api: Client) -> None:
    for size in (2, 2, 4, 6):
        answer = api("POST", "/bookings", json={**PARTY, "party_size": size})
        assert answer.status_code == 201
