"""The live service over HTTP: seat, walk in, prolong, resize, complete, no-show, undo."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fourtop import ManualClock
from tests.http_api.client import BASE, Client
from tests.http_api.test_availability import PARTY, take_all_tables


def staff(api: Client, method: str, path: str, **how: Any) -> httpx.Response:
    return api(method, path, role="waiter", **how)


def booked(api: Client, **more: Any) -> str:
    answer = staff(api, "POST", "/bookings", json={**PARTY, **more})
    assert answer.status_code == 201
    return str(answer.headers["location"])


def seated(api: Client, clock: ManualClock) -> str:
    path = booked(api)
    clock.advance(minutes=7 * 60)
    assert staff(api, "POST", f"{path}/seat").status_code == 200
    return path


def test_a_party_sits_down_stays_longer_and_leaves(api: Client, clock: ManualClock) -> None:
    path = booked(api)
    clock.advance(minutes=7 * 60)
    answer = staff(api, "POST", f"{path}/seat", headers={"If-Match": '"1"'})
    assert (answer.json()["status"], answer.headers["etag"]) == ("checked_in", '"2"')
    longer = staff(api, "POST", f"{path}/prolong", params={"minutes": 15})
    assert longer.json()["assignment"]["window"]["end"] == "2026-05-01T20:45:00+00:00"
    until = {"until": "2026-05-01T21:00"}
    later = staff(api, "POST", f"{path}/prolong", params=until)
    assert later.json()["assignment"]["window"]["end"] == "2026-05-01T21:00:00+00:00"
    smaller = staff(api, "POST", f"{path}/resize", params={"party_size": 3})
    assert smaller.json()["party_size"] == 3
    clock.advance(minutes=60)
    left = staff(api, "POST", f"{path}/complete")
    assert (left.json()["status"], left.json()["left_at"]) == (
        "completed",
        "2026-05-01T20:00:00+00:00",
    )
    back = staff(api, "POST", f"{path}/undo")
    assert back.json()["status"] == "checked_in"
    assert staff(api, "POST", f"{path}/undo").json()["code"] == "NOTHING_TO_UNDO"


def test_a_party_that_does_not_come_is_a_no_show(api: Client, clock: ManualClock) -> None:
    path = booked(api)
    early = staff(api, "POST", f"{path}/no-show")
    assert (early.status_code, early.json()["code"]) == (409, "TOO_EARLY_FOR_NO_SHOW")
    clock.advance(minutes=8 * 60)
    answer = staff(api, "POST", f"{path}/no-show")
    assert (answer.status_code, answer.json()["status"]) == (200, "no_show")


@pytest.mark.parametrize("step", ["seat", "complete", "no-show", "undo", "prolong", "resize"])
def test_a_step_from_another_version_is_412_and_of_no_booking_404(api: Client, step: str) -> None:
    path = booked(api)
    params = {"prolong": {"minutes": 15}, "resize": {"party_size": 3}}.get(step, {})
    stale = staff(api, "POST", f"{path}/{step}", params=params, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "STALE_VERSION")
    assert staff(api, "POST", f"/bookings/b9/{step}", params=params).status_code == 404


def test_a_stay_is_prolonged_by_one_measure(api: Client, clock: ManualClock) -> None:
    path = seated(api, clock)
    for params in ({}, {"minutes": 15, "until": "2026-05-01T21:00"}):
        assert staff(api, "POST", f"{path}/prolong", params=params).status_code == 422


def test_a_party_that_is_needed_next_is_refused_with_the_next_party(
    api: Client, clock: ManualClock
) -> None:
    path = seated(api, clock)
    next_party = booked(api, start="2026-05-01T20:30:00+00:00", tables=["3"])
    answer = staff(api, "POST", f"{path}/prolong", params={"minutes": 30})
    assert (answer.status_code, answer.json()["code"]) == (409, "NEEDED_NEXT")
    assert next_party.rpartition("/")[2] in answer.json()["detail"]


def test_a_walk_in_is_seated_at_once(api: Client, clock: ManualClock) -> None:
    clock.advance(minutes=7 * 60)
    key = {"Idempotency-Key": "door-1"}
    answer = staff(api, "POST", "/walk-ins", json={"party_size": 4}, headers=key)
    assert (answer.status_code, answer.json()["status"]) == (201, "checked_in")
    assert answer.headers["location"] == f"{BASE}/bookings/{answer.json()['id']}"
    again = staff(api, "POST", "/walk-ins", json={"party_size": 4}, headers=key)
    assert (again.status_code, again.json()["id"]) == (200, answer.json()["id"])


def test_a_walk_in_without_room_is_409(api: Client, clock: ManualClock) -> None:
    take_all_tables(api)
    clock.advance(minutes=7 * 60)
    answer = staff(api, "POST", "/walk-ins", json={"party_size": 4})
    assert (answer.status_code, answer.json()["code"]) == (409, "TABLES_TAKEN")
    wrong = staff(api, "POST", "/walk-ins", json={"party_size": 4}, params={"moves": 6})
    assert wrong.status_code == 422


def test_a_walk_in_that_moves_a_later_party_shows_the_move(api: Client, clock: ManualClock) -> None:
    booked(api, party_size=2, tables=[], start="2026-05-01T20:00:00+00:00")
    clock.advance(minutes=7 * 60)
    answer = staff(api, "POST", "/walk-ins", json={"party_size": 2}, params={"moves": 2})
    assert answer.status_code == 201
    assert "moves" in answer.json()["receipt"]
