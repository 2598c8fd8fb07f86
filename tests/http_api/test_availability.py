"""Availability over HTTP: a time, a day, a month, a quote and alternatives."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException

from fourtop import Actor, Engine, ManualClock, MemoryStore
from fourtop.http_api import router
from tests.evening import NOW, a_house
from tests.http_api.client import BASE, Client, actor_of
from tests.http_api.conftest import MakeClient

FRIDAY = {"date": "2026-05-01", "party_size": 4}
PARTY = {"party_size": 4, "start": "2026-05-01T19:00:00+00:00"}


def take_all_tables(api: Client, start: str = "19:00") -> None:
    for size in (2, 2, 4, 4, 6):
        body = {"party_size": size, "start": f"2026-05-01T{start}:00+00:00"}
        assert api("POST", "/bookings", json=body).status_code == 201


def test_a_day_has_its_starts_and_may_be_cached_for_a_minute(api: Client) -> None:
    answer = api("GET", "/availability", params=FRIDAY)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "max-age=60"
    slots = answer.json()["slots"]
    assert [slots[0]["start"], slots[-1]["start"]] == [
        "2026-05-01T17:00:00+00:00",
        "2026-05-01T21:00:00+00:00",
    ]
    assert {slot["refusal"] for slot in slots} == {None}


def test_the_answer_to_staff_is_not_for_a_shared_cache(api: Client) -> None:
    answer = api("GET", "/availability", params=FRIDAY, role="waiter")
    assert answer.headers["cache-control"] == "private, max-age=60"


@pytest.mark.parametrize("at", ["2026-05-01T19:05", "2026-05-01T20:05:00+01:00"])
def test_one_time_is_one_slot(api: Client, at: str) -> None:
    answer = api("GET", "/availability", params={**FRIDAY, "at": at})
    (slot,) = answer.json()["slots"]
    assert slot["start"] == "2026-05-01T19:05:00+00:00"


def test_several_party_sizes_have_slots_of_their_own(api: Client) -> None:
    answer = api("GET", "/availability", params={**FRIDAY, "party_size": [2, 7]})
    assert {slot["party_size"] for slot in answer.json()["slots"]} == {2, 7}


def test_a_full_start_says_why_and_names_no_other_party(api: Client) -> None:
    take_all_tables(api)
    answer = api("GET", "/availability", params={**FRIDAY, "at": "2026-05-01T19:00"})
    refusal = answer.json()["slots"][0]["refusal"]
    assert refusal["code"] == "TABLES_TAKEN"
    assert refusal["text"] == "every table or combination that seats 4 is in use"
    assert refusal["reasons"][0]["details"].keys() <= {"party_size", "tables"}


def test_conditions_are_checked_by_the_house(api: Client) -> None:
    found = api("GET", "/availability", params={**FRIDAY, "zones": ["main"]})
    assert found.status_code == 200
    unknown = api("GET", "/availability", params={**FRIDAY, "zones": ["roof"]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "INVALID_INPUT")
    assert unknown.json()["errors"][0]["field"] == "must.zones"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"date": "1.5.2026"}, "query.date"),
        ({"date": "2026-02-30"}, "date"),
        ({"party_size": 0}, "query.party_size.0"),
        ({"party_size": "four"}, "query.party_size.0"),
        ({"party_size": []}, "query.party_size"),
        ({"at": "noon"}, "at"),
        ({"at": "2026-06-01T19:00"}, "at"),
        ({"minutes": 601}, "query.minutes"),
        ({"channel": "a channel"}, "query.channel"),
    ],
)
def test_a_wrong_parameter_is_named(api: Client, wrong: dict[str, object], field: str) -> None:
    answer = api("GET", "/availability", params={**FRIDAY, **wrong})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("read", ["availability", "availability/month"])
def test_a_wrong_path_and_a_wrong_parameter_are_named_together(api: Client, read: str) -> None:
    answer = api("GET", f"/restaurants/a%20b/{read}", params={**FRIDAY, "party_size": 0})
    assert answer.status_code == 422
    fields = [each["field"].split(".")[:2] for each in answer.json()["errors"]]
    assert ["path", "restaurant_id"] in fields
    assert ["query", "party_size"] in fields


def test_a_month_has_its_days(api: Client) -> None:
    answer = api("GET", "/availability/month", params={"month": "2026-05", "party_size": 4})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "max-age=60"
    days = answer.json()["days"]
    assert len(days) == 31
    assert len(days[0]["starts"]) == days[0]["offered"] == 17


@pytest.mark.parametrize("month", ["2026-13", "May", "0001-01"])
def test_a_month_that_is_none_is_refused(api: Client, month: str) -> None:
    answer = api("GET", "/availability/month", params={"month": month, "party_size": 4})
    assert answer.status_code == 422


def test_a_quote_has_the_tables(api: Client) -> None:
    answer = api("POST", "/quotes", json=PARTY)
    assert answer.status_code == 200
    assert answer.json()["plan"]["tables"] == ["3"]
    assert "would_refuse" not in answer.json()
    assert "would_refuse" in api("POST", "/quotes", json=PARTY, role="waiter").json()


def test_a_quote_without_room_has_alternatives(api: Client) -> None:
    take_all_tables(api)
    answer = api("POST", "/quotes", json=PARTY)
    assert (answer.status_code, answer.json()["code"]) == (409, "TABLES_TAKEN")
    assert [each["moved_minutes"] for each in answer.json()["alternatives"]] == [-120, 120]


def test_a_quote_outside_of_the_hours_is_422(api: Client) -> None:
    answer = api("POST", "/quotes", json={**PARTY, "start": "2026-05-01T15:00:00+00:00"})
    assert (answer.status_code, answer.json()["code"]) == (422, "OUTSIDE_SERVICE_HOURS")
    assert answer.json()["reasons"][0]["details"]["start"]


def test_alternatives_can_be_booked_as_they_come(api: Client) -> None:
    take_all_tables(api)
    answer = api("POST", "/alternatives", json={"request": PARTY, "terms": {"minutes": [120]}})
    assert answer.status_code == 200
    (request,) = answer.json()["found"][0]["requests"]
    assert api("POST", "/bookings", json=request).status_code == 201


def test_alternatives_need_a_request(api: Client) -> None:
    answer = api("POST", "/alternatives", json={"terms": {"minutes": [0]}})
    assert answer.status_code == 422
    wrong = api("POST", "/alternatives", json={"request": PARTY, "terms": {"minutes": [0]}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "minutes")


def test_an_unknown_restaurant_is_404(make_client: MakeClient) -> None:
    with make_client() as api:
        answer = api("GET", "/restaurants/nowhere/availability", params=FRIDAY)
        assert (answer.status_code, answer.json()["details"]["kind"]) == (404, "restaurant")
        malformed = api("GET", "/restaurants/a b/availability", params=FRIDAY)
        assert malformed.status_code == 422


async def refuse() -> None:
    """What a host puts before all routes of a router."""
    raise HTTPException(403, "not from here")


async def open_house() -> Actor:
    """Another login, as a host's tests give."""
    return Actor("g2", "guest")


@pytest.mark.parametrize(
    "read", ["availability?date=2026-05-01", "availability/month?month=2026-05"]
)
def test_a_hosts_own_dependencies_and_logins_hold_for_the_routes_asked_most(read: str) -> None:
    engine = Engine(MemoryStore(ManualClock(NOW)))
    engine.add_restaurant(a_house())
    path = f"/api{BASE}/{read}&party_size=4"

    async def ask(app: FastAPI) -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://host") as client:
            return (await client.get(path, headers={"x-user": "nobody"})).status_code

    app = FastAPI()
    app.include_router(router(engine, actor_of), prefix="/api")
    assert asyncio.run(ask(app)) == 401
    app.dependency_overrides[actor_of] = open_house
    assert asyncio.run(ask(app)) == 200
    guarded = FastAPI()
    guarded.dependency_overrides[actor_of] = open_house
    guarded.include_router(router(engine, actor_of), prefix="/api", dependencies=[Depends(refuse)])
    assert asyncio.run(ask(guarded)) == 403
