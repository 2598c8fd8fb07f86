"""How full the house is over HTTP, explanations, the first free day, and the audit."""

from __future__ import annotations

from typing import Any

import pytest

from fourtop import ManualClock
from tests.evening import a_house
from tests.http_api.client import Client
from tests.http_api.conftest import MakeClient
from tests.http_api.test_availability import PARTY, take_all_tables
from tests.http_api.test_service import booked, seated, staff


def states(api: Client) -> dict[str, str]:
    answer = staff(api, "GET", "/table-states")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return {each["table_id"]: each["state"] for each in answer.json()}


def test_each_table_has_its_state_now(api: Client, clock: ManualClock) -> None:
    path = seated(api, clock)
    assert staff(api, "POST", "/walk-ins", json={"party_size": 2}).status_code == 201
    found = states(api)
    assert list(found) == ["1", "2", "3", "4", "5"]
    assert [found["3"], found["1"], found["5"]] == ["occupied", "occupied", "available"]
    clock.advance(minutes=91)
    assert states(api)["3"] == "overdue"
    staff(api, "POST", f"{path}/complete")
    assert states(api)["3"] == "available"


def test_a_date_has_its_utilisation_by_service_and_slot(api: Client) -> None:
    booked(api)
    found = staff(api, "GET", "/days/2026-05-01/utilisation").json()
    (dinner,) = found["periods"]
    assert (dinner["usage"]["period"], dinner["usage"]["booked_covers"]) == ("dinner", 4)
    assert (dinner["seat_hours_used"], dinner["turns"]["3"]) == (6.0, 1)
    (slot,) = [each for each in dinner["slots"] if each["covers"]]
    assert slot["start"] == "2026-05-01T19:00:00+00:00"
    assert not dinner["is_overbooked"]


def test_a_closed_date_says_why(make_client: MakeClient) -> None:
    with make_client(a_house(closures=["2026-05-03"])) as api:
        found = staff(api, "GET", "/days/2026-05-03/utilisation").json()
        assert (found["periods"], found["closed"]["code"]) == ([], "CLOSED")
        assert staff(api, "GET", "/days/2026-02-30/utilisation").status_code == 422


def test_a_no_is_explained_with_the_changes_that_turn_it(api: Client) -> None:
    take_all_tables(api)
    found = staff(api, "POST", "/explanations", json=PARTY).json()
    assert (found["quote"], found["refusal"]["code"]) == (None, "TABLES_TAKEN")
    later = next(each for each in found["changes"] if each["kind"] == "later")
    assert later["request"]["start"] == "2026-05-01T20:30:00+00:00"
    # A change is a body to book.
    made = staff(api, "POST", "/bookings", json=later["request"])
    assert made.status_code == 201


def test_a_yes_has_a_quote_and_a_booking_can_be_left_out(api: Client) -> None:
    yes = staff(api, "POST", "/explanations", json=PARTY).json()
    assert (yes["quote"]["plan"]["tables"], yes["refusal"]) == (["3"], None)
    six = {**PARTY, "party_size": 6}
    own = booked(api, party_size=6, tables=["5"]).rpartition("/")[2]
    named = {**six, "tables": ["5"]}
    taken = staff(api, "POST", "/explanations", json=named).json()
    assert taken["refusal"]["code"] == "ALLOCATIONS_OVERLAP"
    free = staff(api, "POST", "/explanations", json=named, params={"exclude": own}).json()
    assert free["quote"]["plan"]["tables"] == ["5"]
    unknown = staff(api, "POST", "/explanations", json=PARTY, params={"exclude": "b9"})
    assert unknown.status_code == 404


@pytest.mark.parametrize("role", ["guest", "waiter"])
def test_the_first_free_day_is_found(make_client: MakeClient, role: str) -> None:
    with make_client(a_house(closures=["2026-05-01", "2026-05-02"])) as api:
        answer = api("POST", "/first-free-day", json=PARTY, role=role)
        assert (answer.json()["on"], answer.json()["offered"]) == ("2026-05-03", 17)
        assert answer.json()["starts"][0] == "2026-05-03T17:00:00+00:00"
        none = api("POST", "/first-free-day", json=PARTY, params={"days": 2}, role=role)
        assert (none.status_code, none.content) == (204, b"")
        for wrong in (0, 93):
            params = {"days": wrong}
            refused = api("POST", "/first-free-day", json=PARTY, params=params, role=role)
            assert refused.status_code == 422


def test_a_booking_can_be_left_out_of_the_search(api: Client) -> None:
    eighteen: dict[str, Any] = {**PARTY, "party_size": 6, "tables": ["5"]}
    paths = [
        booked(api, **eighteen | {"start": f"2026-05-01T{start}:00+00:00"})
        for start in ("17:00", "18:30", "20:00")
    ]
    full = api("POST", "/first-free-day", json=eighteen).json()
    params = {"exclude": paths[1].rpartition("/")[2]}
    own = api("POST", "/first-free-day", json=eighteen, params=params).json()
    assert (full["on"], own["on"]) == ("2026-05-02", "2026-05-01")
    assert own["starts"] == ["2026-05-01T18:30:00+00:00"]


def test_a_sound_house_has_a_clean_audit(api: Client) -> None:
    booked(api)
    assert api("GET", "/audit", role="admin").json() == {
        "restaurant_id": "house",
        "allocations": 1,
        "overlaps": [],
        "orphans": [],
        "without_tables": [],
        "shared_tables": [],
    }


@pytest.mark.slow
def test_databases_answer_the_same(sql_api: Client, clock: ManualClock) -> None:
    test_each_table_has_its_state_now(sql_api, clock)
    path = booked(sql_api, start="2026-05-01T20:45:00+00:00")
    found = staff(sql_api, "GET", "/days/2026-05-01/utilisation").json()
    assert found["periods"][0]["usage"]["booked_covers"] == 10
    tomorrow = {**PARTY, "start": "2026-05-02T19:00:00Z"}
    explained = staff(sql_api, "POST", "/explanations", json={**tomorrow, "party_size": 6})
    assert explained.json()["quote"]["plan"]["tables"] == ["5"]
    first = sql_api("POST", "/first-free-day", json=tomorrow)
    assert first.json()["on"] == "2026-05-02"
    assert sql_api("GET", "/audit", role="admin").json()["overlaps"] == []
    assert sql_api("GET", path).status_code == 200
