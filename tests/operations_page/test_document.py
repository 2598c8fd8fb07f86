"""The house document on the page: every rule in one text, with its preview and its version."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any, Final

import attrs
import httpx
import pytest

from fourtop import BookingRequest, Desk, dumps_house
from tests.evening import at
from tests.operations_page.client import HOME, PageClient, PageForm, form_to

# One of each kind of rule that has no form of its own.
RULES: Final[Mapping[str, Any]] = {
    "channel_shares": [{"channel": "phone", "covers": 12}],
    "zone_rules": [{"start": "17:00", "end": "22:00"}],
    "walk_in_rules": [{"tables": ["1"], "weekdays": ["sunday"]}],
    "booking_windows": [{"notice_minutes": 60, "horizon_days": 30}],
    "demand_profiles": [{"name": "peak", "multiplier": 1.35}],
}


def document_of(answer: httpx.Response) -> Any:
    found = re.search(r"<textarea [^>]*>\n(.*?)</textarea>", answer.text, re.DOTALL)
    assert found is not None
    return json.loads(unescape(found[1]))


def document_form(answer: httpx.Response) -> PageForm:
    return form_to(answer, "/document")


def test_the_page_has_the_whole_house_and_saves_it_unchanged(page: PageClient, desk: Desk) -> None:
    before, versions = desk.house(), desk.versions()
    shown = page.get("/document")
    plain = json.loads(dumps_house(before))
    plain["restaurant"]["id"] = "house"
    assert document_of(shown) == plain
    answer = page.submit(document_form(shown), document=dumps_house(before))
    assert answer.headers["location"] == f"{HOME}/document?done=house"
    assert (desk.house(), desk.versions()) == (before, versions)


def test_a_waiter_does_not_reach_the_document(page: PageClient) -> None:
    assert page.get("/document", role="waiter").status_code == 403
    assert page.post("/document", {"version": "1"}, role="waiter").status_code == 403


@pytest.mark.slow
def test_a_wrong_document_is_shown_again_with_its_place(page: PageClient, desk: Desk) -> None:
    before = desk.house()
    shown = page.get("/document")
    document = document_of(shown)
    document["tables"][3]["capacity"] = 0
    for text, told in (
        (json.dumps(document), "tables[3].capacity"),
        ('{"format": "<img>"', "ine 1"),
        ("[" * 50_000, ""),
        ("", "ust be given"),
    ):
        answer = page.submit(document_form(shown), document=text)
        assert answer.status_code == 422, answer.text
        assert told in unescape(answer.text)
        assert 'name="document"' in answer.text
        assert "aria-invalid" in answer.text
        assert "<img" not in answer.text
    assert desk.house() == before


def test_a_document_that_strands_a_party_asks_first_and_keeps_it(
    page: PageClient, desk: Desk
) -> None:
    booking = desk.book(BookingRequest(4, at("21:00")))
    shown = page.get("/document")
    document = document_of(shown)
    (period,) = document["policy"]["periods"]
    period.update(end="22:00", last_start="20:00")
    period.pop("last_seating_minutes", None)
    answer = page.submit(document_form(shown), document=json.dumps(document), step="save")
    assert answer.status_code == 200
    assert "1 party loses its table or its time." in answer.text
    assert "Periods, changed: dinner: end" in answer.text
    assert desk.house().policy.periods[0].end.hour == 23
    answer = page.submit(form_to(answer, "/document"), step="repair")
    assert answer.headers["location"] == f"{HOME}/document?done=repair"
    assert desk.house().policy.periods[0].end.hour == 22
    assert desk.get_booking(booking.id).local_start < booking.local_start


def test_a_preview_lists_what_a_document_changes(page: PageClient, desk: Desk) -> None:
    before = desk.house()
    shown = page.get("/document")
    document = document_of(shown)
    document["tables"][0]["capacity"] = 3
    answer = page.submit(document_form(shown), document=json.dumps(document), step="preview")
    assert "Tables, changed: 1: capacity 2 to 3." in answer.text
    assert "No booking loses its table or its time." in answer.text
    assert desk.house() == before
    assert page.submit(form_to(answer, "/document"), step="sure").status_code == 303
    assert desk.house().floor.get_table("1").capacity == 3


@pytest.mark.parametrize("change", ["floor", "policy", "restaurant"])
def test_a_stale_document_is_told_what_it_would_undo(
    change: str, page: PageClient, desk: Desk
) -> None:
    shown = page.get("/document")
    document = document_of(shown)
    document["tables"][0]["capacity"] = 3
    if change == "floor":
        desk.edit_floor(
            lambda floor: floor.with_table(attrs.evolve(floor.get_table("2"), capacity=6))
        )
    elif change == "policy":
        desk.edit_policy(lambda policy: policy.with_closure(at("12:00").date().replace(day=24)))
    else:
        desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, name="The New House"))
    before = desk.house()
    answer = page.submit(document_form(shown), document=json.dumps(document))
    assert answer.status_code == 412
    assert desk.house() == before
    assert "Tables, changed: 1: capacity 2 to 3." in answer.text
    told = {
        "floor": "Tables, changed: 2: capacity 6 to",
        "policy": "losures",
        "restaurant": "The New House",
    }
    assert told[change] in answer.text
    assert document_of(answer) == document
    again = page.submit(document_form(answer), document=json.dumps(document))
    assert again.status_code == 303
    assert desk.house().floor.get_table("1").capacity == 3


def test_the_second_of_two_stale_screens_does_not_undo_the_name_of_the_first(
    page: PageClient, desk: Desk
) -> None:
    first, second = page.get("/document"), page.get("/document")
    renamed, resized = document_of(first), document_of(second)
    renamed["restaurant"]["name"] = "The New House"
    resized["tables"][0]["capacity"] = 3
    done = page.submit(document_form(first), document=json.dumps(renamed))
    assert done.headers["location"] == f"{HOME}/document?done=house"
    answer = second
    for step in ("save", "sure", "preview"):
        answer = page.submit(document_form(second), document=json.dumps(resized), step=step)
        assert answer.status_code == 412
        assert "Restaurant, changed:" in answer.text
        assert "The New House" in answer.text
    assert desk.house().restaurant.name == "The New House"
    assert desk.house().floor.get_table("1").capacity == 2
    # The form of the page that tells of it has the present version.
    resized["restaurant"]["name"] = "The New House"
    again = page.submit(document_form(answer), document=json.dumps(resized), step="save")
    assert again.status_code == 303
    assert desk.house().restaurant.name == "The New House"
    assert desk.house().floor.get_table("1").capacity == 3


def test_a_name_that_changes_while_a_document_is_saved_stays(
    page: PageClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = page.get("/document")
    document = document_of(shown)
    document["tables"][0]["capacity"] = 3
    preview = Desk.preview

    def preview_and_rename(self: Desk, *given: Any, **named: Any) -> Any:
        found = preview(self, *given, **named)
        desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, name="The New House"))
        return found

    monkeypatch.setattr(Desk, "preview", preview_and_rename)
    answer = page.submit(document_form(shown), document=json.dumps(document))
    assert answer.status_code == 412
    assert "The New House" in answer.text
    assert desk.house().restaurant.name == "The New House"
    assert desk.house().floor.get_table("1").capacity == 2


def test_a_document_of_another_restaurant_is_refused(page: PageClient, desk: Desk) -> None:
    before = desk.house()
    shown = page.get("/document")
    document = document_of(shown)
    document["restaurant"]["id"] = "elsewhere"
    answer = page.submit(document_form(shown), document=json.dumps(document))
    assert answer.status_code == 422
    assert "Nothing has changed" in answer.text
    assert desk.house() == before


@pytest.mark.parametrize("kind", RULES)
def test_rules_without_a_form_are_in_the_document(kind: str, page: PageClient, desk: Desk) -> None:
    shown = page.get("/document")
    document = document_of(shown)
    (rule,) = RULES[kind]
    if kind == "zone_rules":
        rule = {"zone": document["zones"][0]["name"], **rule}
    document["policy"].update({"channels": ["phone"], kind: [rule]})
    answer = page.submit(document_form(shown), document=json.dumps(document))
    assert answer.status_code == 303, answer.text
    assert len(getattr(desk.house().policy, kind)) == 1
    (saved,) = document_of(page.get("/document"))["policy"][kind]
    assert saved.items() >= rule.items()


@pytest.mark.slow
def test_a_large_document_is_a_form_of_its_page(page: PageClient, desk: Desk) -> None:
    shown = page.get("/document")
    document = document_of(shown)
    zone = document["zones"][0]["name"]
    document["tables"] += [{"number": f"B{n}", "capacity": 4, "zone": zone} for n in range(1200)]
    answer = page.submit(document_form(shown), document=json.dumps(document))
    assert answer.status_code == 303
    assert len(desk.house().floor.tables) == len(document["tables"])
