"""Bookings and the waitlist over HTTP: book, read, reschedule, cancel, wait."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fourtop import Actor
from tests.http_api.client import BASE, Client
from tests.http_api.test_availability import PARTY, take_all_tables


def booked(api: Client) -> str:
    answer = api("POST", "/bookings", json=PARTY)
    assert answer.status_code == 201
    return str(answer.headers["location"])


def test_a_booking_is_confirmed_with_its_tables(api: Client) -> None:
    answer = api("POST", "/bookings", json={**PARTY, "reference": "order-17"})
    assert answer.status_code == 201
    booking = answer.json()
    assert (booking["status"], booking["assignment"]["tables"]) == ("confirmed", ["3"])
    assert answer.headers["location"] == f"{BASE}/bookings/{booking['id']}"
    assert answer.headers["etag"] == '"1"'
    assert api("GET", answer.headers["location"]).json() == booking


def test_staff_see_more_of_a_booking_than_guests(api: Client) -> None:
    path = booked(api)
    guest, staff = (api("GET", path, role=role).json() for role in ("guest", "waiter"))
    assert staff.keys() - guest.keys() == {
        "actor",
        "overrides",
        "past_reason",
        "receipt",
        "would_refuse",
    }
    assert "assigned_by" not in guest["assignment"]
    assert staff["actor"] == {"id": "u1", "role": "guest"}


def test_a_full_house_is_409_with_alternatives_that_one_request_books(api: Client) -> None:
    take_all_tables(api)
    answer = api("POST", "/bookings", json=PARTY)
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "urn:fourtop:TABLES_TAKEN"
    assert problem["title"] == "Tables taken"
    assert problem["is_retryable"] is True
    (first, *_) = problem["alternatives"]
    assert api("POST", "/bookings", json=first["requests"][0]).status_code == 201


def test_a_party_that_never_fits_has_no_alternative(api: Client) -> None:
    answer = api("POST", "/bookings", json={**PARTY, "party_size": 40})
    assert (answer.status_code, answer.json()["alternatives"]) == (409, [])


def test_named_tables_that_are_taken_do_not_show_the_other_party(api: Client) -> None:
    other = booked(api).rpartition("/")[2]
    wanted = {**PARTY, "tables": ["3"]}
    guest = api("POST", "/bookings", json=wanted)
    assert (guest.status_code, guest.json()["code"]) == (409, "ALLOCATIONS_OVERLAP")
    assert f'"{other}"' not in guest.text
    assert guest.json()["reasons"][0]["details"] == {"tables": ["3"]}
    staff = api("POST", "/bookings", json=wanted, role="waiter")
    assert f'"{other}"' in staff.text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"party_size": "4"}, "body.party_size"),
        ({"party_size": True}, "body.party_size"),
        ({"party_size": 0}, "party_size"),
        ({"start": 1_777_662_000}, "body.start"),
        ({"start": "tonight"}, "start"),
        ({"start": "2026-05-01T19:00:00"}, "start"),
        ({"colour": "red"}, "body.colour"),
        ({"ada@example.org": 1}, "body.…"),
        ({"must": {"zones": "main"}}, "body.must.zones"),
        ({"must": {"zones": ["no zone!"]}}, "zones"),
        ({"minutes": 0}, "minutes"),
        ({"overrides": [{"rule": "TOO_MANY_TABLES"}]}, "body.overrides.0.reason"),
        ({"tables": ["1"] * 1_001}, "body.tables"),
    ],
)
def test_a_wrong_body_is_422_and_names_the_field(
    api: Client, wrong: dict[str, object], field: str
) -> None:
    answer = api("POST", "/bookings", json={**PARTY, **wrong})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert "ada@example.org" not in answer.text


def test_a_body_that_is_no_json_is_422(api: Client) -> None:
    answer = api("POST", "/bookings", content=b"{", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")


def test_guests_neither_break_rules_nor_move_others(api: Client) -> None:
    override = {"rule": "CAPACITY_EXCEEDED", "reason": "for the mayor"}
    answer = api("POST", "/bookings", json={**PARTY, "overrides": [override]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "overrides")
    for terms in ({"moves": 1}, {"tables": "later"}):
        assert api("POST", "/bookings", json=PARTY, params=terms).status_code == 403
        assert api("POST", "/bookings", json=PARTY, params=terms, role="waiter").is_success


def test_a_key_makes_a_command_idempotent(api: Client) -> None:
    keys = ["k1", "a long key " * 300, 'odd "key" %00 ~']
    for key in keys:
        first, second = (
            api(
                "POST",
                "/bookings",
                json={**PARTY, "party_size": 2},
                headers={"Idempotency-Key": key},
            )
            for _ in range(2)
        )
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert second.headers["idempotency-replayed"] == "true"


def test_a_key_with_another_request_is_422(api: Client) -> None:
    key = {"Idempotency-Key": "k1"}
    assert api("POST", "/bookings", json=PARTY, headers=key).status_code == 201
    other = api("POST", "/bookings", json={**PARTY, "party_size": 2}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "KEY_REUSED")


def test_two_guests_with_one_key_get_two_bookings(api: Client) -> None:
    key = {"Idempotency-Key": "k1"}
    one, two = (
        api("POST", "/bookings", json=PARTY, headers=key, user=user) for user in ("u1", "u2")
    )
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json()["id"] != two.json()["id"]


@pytest.mark.parametrize("key", ["", "x" * 4_097])
def test_a_key_has_a_length(api: Client, key: str) -> None:
    answer = api("POST", "/bookings", json=PARTY, headers={"Idempotency-Key": key})
    assert answer.status_code == 422


def test_a_client_that_has_the_version_gets_304(api: Client) -> None:
    path = booked(api)
    tag = api("GET", path).headers["etag"]
    for known in (tag, f'"9", W/{tag}', "*"):
        answer = api("GET", path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.headers["etag"]) == (304, tag)
    assert api("GET", path, headers={"If-None-Match": '"9"'}).status_code == 200


def test_a_change_keeps_what_it_does_not_name(api: Client) -> None:
    path = booked(api)
    answer = api("PATCH", path, json={"start": "2026-05-01T20:00:00+00:00"})
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"2"'
    assert answer.json()["party_size"] == 4
    assert answer.json()["local_start"] == "2026-05-01T20:00+00:00"


def test_a_null_is_a_value_of_a_change(api: Client) -> None:
    made = api("POST", "/bookings", json={**PARTY, "minutes": 60}, role="waiter")
    path = made.headers["location"]
    assert api("PATCH", path, json={"minutes": None}, role="waiter").json()["minutes"] is None
    assert api("PATCH", path, json={"party_size": None}).status_code == 422


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ('"1"', 200),
        ("*", 200),
        ('"2"', 412),
        ('W/"1"', 412),
        ('"one"', 412),
        ('"1-1"', 412),
        ('"99999999999999999999"', 412),
        ('"1", "2"', 400),
        ("1", 400),
    ],
)
def test_a_change_from_another_version_is_412(api: Client, tag: str, status: int) -> None:
    path = booked(api)
    answer = api("PATCH", path, json={"party_size": 3}, headers={"If-Match": tag})
    assert answer.status_code == status
    if status != 200:
        assert api("GET", path).headers["etag"] == '"1"'
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_stale_change_is_answered_with_the_booking_as_it_is_now(api: Client) -> None:
    path = booked(api)
    changed = api("PATCH", path, json={"party_size": 3}, user="u7", role="waiter")
    for tag, code in (('"1"', "STALE_VERSION"), ('"one"', "PRECONDITION_FAILED")):
        for role in ("guest", "waiter"):
            stale = api("POST", f"{path}/cancel", headers={"If-Match": tag}, role=role)
            assert (stale.status_code, stale.json()["code"]) == (412, code)
            assert stale.headers["etag"] == changed.headers["etag"] == '"2"'
            assert stale.json()["current"] == api("GET", path, role=role).json()
            assert ("actor" in stale.json()["current"]) is (role == "waiter")
            assert "changed" not in stale.json()
    again = api("POST", f"{path}/cancel", headers={"If-Match": changed.headers["etag"]})
    assert again.status_code == 200


def test_a_version_of_no_booking_is_404(api: Client) -> None:
    missing = api("POST", "/bookings/b9/cancel", headers={"If-Match": '"one"'})
    assert (missing.status_code, "etag" in missing.headers) == (412, False)
    assert api("POST", "/bookings/b9/cancel", headers={"If-Match": '"1"'}).status_code == 404


def test_a_route_without_versions_takes_no_notice_of_if_match(api: Client) -> None:
    first = booked(api).rpartition("/")[2]
    stale = {"moves": [{"booking_id": first, "tables": ["1"], "expected": 7}]}
    answer = api("POST", "/moves", json=stale, headers={"If-Match": '"7"'}, role="waiter")
    assert (answer.status_code, answer.json()["code"]) == (409, "STALE_VERSION")


def test_a_change_without_room_keeps_the_booking_and_has_alternatives(api: Client) -> None:
    path = booked(api)
    take_all_tables(api, "20:45")
    answer = api("PATCH", path, json={"start": "2026-05-01T20:45:00+00:00"})
    assert (answer.status_code, answer.json()["code"]) == (409, "TABLES_TAKEN")
    assert answer.json()["alternatives"][0]["requests"][0]["party_size"] == 4
    assert api("GET", path).json()["version"] == 1


def test_a_booking_is_cancelled_once(api: Client) -> None:
    path = booked(api)
    assert api("POST", f"{path}/cancel", headers={"If-Match": '"2"'}).status_code == 412
    done = api("POST", f"{path}/cancel", headers={"If-Match": '"1"'})
    assert (done.status_code, done.json()["status"]) == (200, "cancelled")
    assert api("POST", f"{path}/cancel").json() == done.json()
    late = api("PATCH", path, json={"party_size": 3})
    assert (late.status_code, late.json()["code"]) == (409, "ILLEGAL_TRANSITION")


def test_an_unknown_booking_is_404(api: Client) -> None:
    for method, path, how in (
        ("GET", "", {}),
        ("PATCH", "", {"json": {"party_size": 3}}),
        ("POST", "/cancel", {}),
    ):
        answer = api(method, f"/bookings/b9{path}", **how)
        assert (answer.status_code, answer.json()["details"]["id"]) == (404, "b9")


def test_a_party_waits_and_leaves(api: Client) -> None:
    take_all_tables(api)
    made = api("POST", "/waitlist", json=PARTY, params={"latest": "2026-05-01T20:00:00+00:00"})
    assert (made.status_code, made.json()["status"]) == (201, "waitlisted")
    assert made.json()["waiting"]["latest_at"] == "2026-05-01T20:00:00+00:00"
    assert made.headers["location"] == f"{BASE}/bookings/{made.json()['id']}"
    path = f"/waitlist/{made.json()['id']}"
    assert api("DELETE", path, headers={"If-Match": '"2"'}).status_code == 412
    left = api("DELETE", path)
    assert (left.status_code, left.json()["status"]) == (200, "cancelled")


def test_the_waitlist_refuses_what_it_cannot_offer(api: Client) -> None:
    never = api("POST", "/waitlist", json={**PARTY, "party_size": 40})
    assert (never.status_code, never.json()["code"]) == (409, "PARTY_NEVER_FITS")
    wrong = api("POST", "/waitlist", json=PARTY, params={"earliest": "2026-05-01T20:00:00+00:00"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "earliest")
    assert api("DELETE", "/waitlist/b9").status_code == 404
    confirmed = booked(api).rpartition("/")[2]
    assert api("DELETE", f"/waitlist/{confirmed}").status_code == 409


def test_the_actor_of_the_host_is_on_the_record(api: Client) -> None:
    path = booked(api)
    answer = api("PATCH", path, json={"party_size": 3}, user="u7", role="waiter")
    assert Actor(**answer.json()["actor"]) == Actor("u7", "waiter")


@pytest.mark.parametrize("user", ["u1", "nobody"])
def test_a_body_is_read_up_to_its_limit_only(user: str, api: Client) -> None:
    parts: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        for number in range(100):
            parts.append(number)
            yield b" " * 100_000

    headers = {"content-type": "application/json"}
    answer = api("POST", "/bookings", content=body(), headers=headers, user=user)
    assert (answer.status_code, answer.json()["code"]) == (413, "CONTENT_TOO_LARGE")
    assert len(parts) < 100
