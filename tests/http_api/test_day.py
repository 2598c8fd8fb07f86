"""The house over HTTP, for staff: the day, lists in pages, the waitlist, at risk."""

from __future__ import annotations

from fourtop import ManualClock
from tests.http_api.client import Client
from tests.http_api.test_availability import PARTY, take_all_tables
from tests.http_api.test_service import booked, seated, staff


def test_a_day_has_its_tables_and_parties(api: Client) -> None:
    booking_id = booked(api).rpartition("/")[2]
    answer = staff(api, "GET", "/days/2026-05-01")
    assert answer.status_code == 200
    tables = {table["id"]: table["entries"] for table in answer.json()["tables"]}
    assert [entry["id"] for entry in tables["3"]] == [booking_id]
    for wrong in ("2026-02-30", "tomorrow", "1066-10-14"):
        assert staff(api, "GET", f"/days/{wrong}").status_code == 422


def test_a_party_behind_one_that_stays_too_long_is_at_risk(api: Client, clock: ManualClock) -> None:
    seated(api, clock)
    later = booked(api, start="2026-05-01T20:30:00+00:00", tables=["3"])
    clock.advance(minutes=105)
    (found,) = staff(api, "GET", "/at-risk").json()
    assert found["booking"]["id"] == later.rpartition("/")[2]
    assert found["alternative"]["tables"]


def test_a_list_comes_in_pages(api: Client) -> None:
    take_all_tables(api)
    seen: list[str] = []
    path, params = "/bookings", {"limit": 2, "status": "confirmed"}
    while True:
        answer = staff(api, "GET", path, params=params)
        seen += [each["id"] for each in answer.json()["bookings"]]
        cursor = answer.json()["next_page"]
        assert ("link" in answer.headers) is (cursor is not None)
        if cursor is None:
            break
        assert "limit=2" in answer.headers["link"]
        params = {**params, "after": cursor}
    assert len(seen) == len(set(seen)) == 5


def test_a_link_leads_to_the_next_page(api: Client) -> None:
    take_all_tables(api)
    first = staff(api, "GET", "/bookings", params={"limit": 3})
    target = first.headers["link"].partition(">")[0].removeprefix("<")
    rest = staff(api, "GET", target)
    assert len(rest.json()["bookings"]) == 2


def test_a_list_is_filtered(api: Client) -> None:
    booked(api, reference="order-17")
    booked(api)
    for params, count in (
        ({"reference": "order-17"}, 1),
        ({"start": "2026-05-01T19:00:00+00:00", "end": "2026-05-01T19:01:00+00:00"}, 2),
        ({"end": "2026-05-01T19:00:00+00:00"}, 0),
        ({"status": ["cancelled", "no_show"]}, 0),
    ):
        found = staff(api, "GET", "/bookings", params=params)
        assert len(found.json()["bookings"]) == count
    for wrong in (
        {"limit": 0},
        {"limit": 501},
        {"after": "x"},
        {"status": "happy"},
        {"start": "2026-05-01T19:00:00"},
        {"start": "2026-05-02T00:00:00+00:00", "end": "2026-05-01T00:00:00+00:00"},
    ):
        assert staff(api, "GET", "/bookings", params=wrong).status_code == 422


def test_the_waitlist_offers_tables_to_the_first_party(api: Client) -> None:
    take_all_tables(api)
    day = {"date": "2026-05-01"}
    assert staff(api, "POST", "/waitlist/offers", params=day).status_code == 204
    waiting = api("POST", "/waitlist", json=PARTY).json()["id"]
    assert staff(api, "POST", "/waitlist/offers", params=day).status_code == 204
    page = staff(api, "GET", "/bookings", params={"limit": 3}).json()["bookings"]
    for booking in page:
        api("POST", f"/bookings/{booking['id']}/cancel")
    key = {"Idempotency-Key": "offer-1"}
    made = staff(api, "POST", "/waitlist/offers", params={**day, "ttl_seconds": 60}, headers=key)
    assert (made.status_code, made.json()["booking"]["id"]) == (201, waiting)
    again = staff(api, "POST", "/waitlist/offers", params={**day, "ttl_seconds": 60}, headers=key)
    assert (again.status_code, again.json()["hold"]) == (200, made.json()["hold"])
    (entry,) = staff(api, "GET", "/waitlist", params=day).json()["entries"]
    assert entry["offer"]["id"] == made.json()["hold"]["id"]
    accepted = api("POST", f"/holds/{made.json()['hold']['id']}/confirm")
    assert (accepted.status_code, accepted.json()["id"]) == (201, waiting)
