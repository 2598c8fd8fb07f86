"""The house over HTTP, for admins: edits, each with its preview, and blocks."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.http_api.client import Client
from tests.http_api.test_availability import FRIDAY, PARTY
from tests.http_api.test_service import booked


def admin(api: Client, method: str, path: str, **how: Any) -> httpx.Response:
    return api(method, path, role="admin", **how)


TABLE = {"id": "6", "number": "6", "capacity": 8, "zone_id": "main", "features": ["window"]}


def test_the_house_is_a_document_with_a_tag(api: Client) -> None:
    answer = admin(api, "GET", "/house")
    assert (answer.json()["format"], answer.headers["etag"]) == ("fourtop/house/1", '"1-1"')
    known = admin(api, "GET", "/house", headers={"If-None-Match": '"1-1"'})
    assert known.status_code == 304


def test_a_table_is_added_changed_and_removed(api: Client) -> None:
    made = admin(api, "POST", "/tables", json=TABLE, headers={"If-Match": '"1-1"'})
    assert made.status_code == 200
    assert [each["number"] for each in made.json()["tables"]] == ["1", "2", "3", "4", "5", "6"]
    assert admin(api, "GET", "/house").headers["etag"] == '"2-1"'
    stale = admin(
        api, "POST", "/tables", json=TABLE | {"capacity": 6}, headers={"If-Match": '"1-1"'}
    )
    assert (stale.status_code, stale.json()["details"]["kind"]) == (412, "floor")
    assert (stale.headers["etag"], "current" in stale.json()) == ('"2-1"', False)
    assert stale.json()["changed"] == ["floor"]
    wrong = admin(api, "POST", "/tables", json=TABLE | {"zone_id": "roof"})
    assert wrong.status_code == 422
    gone = admin(api, "DELETE", "/tables/6", headers={"If-Match": '"2-9"'})
    assert len(gone.json()["tables"]) == 5
    assert admin(api, "DELETE", "/tables/6").status_code == 404


@pytest.mark.parametrize("tag", ['"1"', '"1-1-1"', '"a-b"', 'W/"1-1"'])
def test_a_tag_of_another_form_is_412(api: Client, tag: str) -> None:
    answer = admin(api, "POST", "/tables", json=TABLE, headers={"If-Match": tag})
    assert (answer.status_code, answer.headers["etag"]) == (412, '"1-1"')
    # It names no versions, so that nothing can be compared.
    assert "changed" not in answer.json()


def test_a_stale_edit_names_the_parts_that_were_edited_since(api: Client) -> None:
    document = admin(api, "GET", "/house").json()

    def parts() -> list[str]:
        stale = admin(api, "PUT", "/house", json=document, headers={"If-Match": '"1-1"'})
        assert stale.status_code == 412
        assert stale.headers["etag"] == admin(api, "GET", "/house").headers["etag"]
        found: list[str] = stale.json()["changed"]
        return found

    assert admin(api, "PUT", "/closures/2026-05-03").status_code == 200
    assert parts() == ["policy"]
    assert admin(api, "POST", "/tables", json=TABLE).status_code == 200
    assert parts() == ["floor", "policy"]


def test_a_table_with_a_party_ahead_is_not_removed(api: Client) -> None:
    path = booked(api)
    refused = admin(api, "DELETE", "/tables/3")
    assert (refused.status_code, refused.json()["code"]) == (409, "IN_USE")
    assert path.rpartition("/")[2] in refused.json()["details"]["by"]
    repaired = admin(api, "DELETE", "/tables/3", params={"repair": True})
    assert repaired.status_code == 200
    assert api("GET", path).json()["assignment"]["tables"] == ["4"]


def test_an_edit_is_previewed_and_changes_nothing(api: Client) -> None:
    path = booked(api, start="2026-05-01T20:30:00+00:00")
    hours = {"key": "dinner", "start": "17:00", "end": "22:00", "last_start": "20:00"}
    found = admin(api, "POST", "/periods", json=hours, params={"preview": True})
    (stranded,) = found.json()["bookings"]
    assert stranded["booking"]["id"] == path.rpartition("/")[2]
    assert stranded["refusal"]["code"] == "LAST_SEATING_PASSED"
    assert stranded["way_out"]["kind"]
    assert admin(api, "GET", "/house").headers["etag"] == '"1-1"'
    done = admin(api, "POST", "/periods", json=hours, params={"repair": True})
    assert done.json()["policy"]["periods"][0]["end"] == "22:00"
    assert api("GET", path).json()["stay"]["dining"]["start"] <= "2026-05-01T20:00:00+00:00"


def test_a_whole_house_is_previewed_and_replaced(api: Client) -> None:
    document = admin(api, "GET", "/house").json()
    document["tables"] = document["tables"][:4]
    preview = admin(api, "PUT", "/house", json=document, params={"preview": True})
    assert preview.json()["bookings"] == []
    stale = admin(api, "PUT", "/house", json=document, headers={"If-Match": '"2-1"'})
    assert stale.status_code == 412
    done = admin(api, "PUT", "/house", json=document, headers={"If-Match": '"1-1"'})
    assert len(done.json()["tables"]) == 4
    repaired = admin(api, "PUT", "/house", json=document, params={"repair": True})
    assert repaired.json() == done.json()
    wrong = admin(api, "PUT", "/house", json=document | {"format": "house/0"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "format")


def test_zones_and_joins_are_edited(api: Client) -> None:
    zone = {"id": "patio", "name": "Patio", "area": "outdoor"}
    assert len(admin(api, "POST", "/zones", json=zone).json()["zones"]) == 2
    used = admin(api, "DELETE", "/zones/main")
    assert (used.status_code, used.json()["code"]) == (409, "IN_USE")
    assert len(admin(api, "DELETE", "/zones/patio").json()["zones"]) == 1
    join = {"tables": ["2", "3"], "seat_loss": 1}
    assert len(admin(api, "POST", "/joins", json=join).json()["joins"]) == 3
    assert len(admin(api, "DELETE", "/joins/3/2").json()["joins"]) == 2
    assert admin(api, "DELETE", "/joins/3/2").status_code == 404


def test_periods_and_closures_are_edited(api: Client) -> None:
    lunch = {"key": "lunch", "start": "12:00", "end": "15:00", "weekdays": ["sunday"]}
    made = admin(api, "POST", "/periods", json=lunch, headers={"If-Match": '"9-1"'})
    assert len(made.json()["policy"]["periods"]) == 2
    clash = admin(api, "POST", "/periods", json=lunch | {"end": "18:00", "weekdays": []})
    assert clash.status_code == 422
    assert len(admin(api, "DELETE", "/periods/lunch").json()["policy"]["periods"]) == 1
    closed = admin(api, "PUT", "/closures/2026-05-01")
    assert closed.json()["policy"]["closures"] == ["2026-05-01"]
    assert api("GET", "/availability", params=FRIDAY).json()["closed"]["code"] == "CLOSED"
    assert admin(api, "PUT", "/closures/2026-02-30").status_code == 422
    assert "closures" not in admin(api, "DELETE", "/closures/2026-05-01").json()["policy"]
    assert admin(api, "DELETE", "/closures/2026-05-01").status_code == 404


RULES = {
    "exceptions": {"on": "2026-05-01", "start": "18:00", "end": "22:00"},
    "capacity-rules": {"max_covers": 20, "period": "dinner", "weekday": "friday"},
    "pacing-rules": {"interval_minutes": 30, "max_covers": 8},
    "channel-shares": {"channel": "walk_in", "covers": 2},
    "zone-rules": {"zone": "main", "start": "17:00", "end": "22:00"},
    "walk-in-rules": {"tables": ["1"], "weekdays": ["friday"]},
    "booking-windows": {"notice_minutes": 30},
    "demand-profiles": {"name": "busy", "multiplier": 2.0, "period": "dinner"},
}


@pytest.mark.parametrize("path", RULES)
def test_a_rule_is_put_in_place_and_removed_by_its_scope(api: Client, path: str) -> None:
    before = admin(api, "GET", "/house").json()["policy"]
    made = admin(api, "POST", f"/{path}", json=RULES[path])
    assert made.status_code == 200, made.text
    assert made.json()["policy"] != before
    again = admin(api, "POST", f"/{path}", json=RULES[path])
    assert again.json() == made.json()
    removed = admin(api, "POST", f"/{path}/remove", json=RULES[path])
    assert removed.json()["policy"] == before
    assert admin(api, "POST", f"/{path}/remove", json=RULES[path]).status_code == 404


def test_a_capacity_rule_binds_at_once(api: Client) -> None:
    admin(api, "POST", "/capacity-rules", json={"max_covers": 3})
    answer = api("POST", "/bookings", json=PARTY)
    assert (answer.status_code, answer.json()["code"]) == (409, "CAPACITY_EXCEEDED")


BLOCK = {
    "start": "2026-05-01T18:00:00+00:00",
    "end": "2026-05-01T20:00:00+00:00",
    "tables": ["3"],
    "reason": "a broken chair",
}


def test_tables_are_blocked_listed_and_free_again(api: Client) -> None:
    key = {"Idempotency-Key": "block-1"}
    made = admin(api, "POST", "/blocks", json=BLOCK, headers=key)
    assert (made.status_code, made.json()["reason"]) == (201, "a broken chair")
    assert admin(api, "POST", "/blocks", json=BLOCK, headers=key).status_code == 200
    window = {"start": "2026-05-01T00:00:00+00:00", "end": "2026-05-02T00:00:00+00:00"}
    (listed,) = admin(api, "GET", "/blocks", params=window).json()
    assert listed["id"] == made.json()["id"]
    ended = admin(api, "DELETE", f"/blocks/{made.json()['id']}")
    assert ended.status_code == 200
    assert admin(api, "DELETE", "/blocks/b9").status_code == 404


def test_a_block_over_a_party_is_refused_or_frees_the_tables(api: Client) -> None:
    path = booked(api)
    refused = admin(api, "POST", "/blocks", json=BLOCK)
    assert (refused.status_code, refused.json()["code"]) == (409, "ALLOCATIONS_OVERLAP")
    freed = admin(api, "POST", "/blocks/free", json=BLOCK)
    assert freed.status_code == 201
    assert [each["id"] for each in freed.json()["moved"]] == [path.rpartition("/")[2]]
    assert api("GET", path).json()["assignment"]["tables"] == ["4"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"end": BLOCK["start"]}, "window"),
        ({"start": "soon"}, "start"),
        ({"start": "2026-05-01T18:00:00"}, "window"),
        ({"tables": []}, "tables"),
        ({"reason": ""}, "reason"),
        ({"zone_id": "main"}, "tables"),
    ],
)
def test_a_wrong_block_is_422(api: Client, wrong: dict[str, object], field: str) -> None:
    answer = admin(api, "POST", "/blocks", json={**BLOCK, **wrong})
    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"]
    backwards = {"start": BLOCK["end"], "end": BLOCK["start"]}
    assert admin(api, "GET", "/blocks", params=backwards).status_code == 422
