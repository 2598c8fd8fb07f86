"""Forms with a wrong field: the page shows the form again, filled in, with the rule beside it."""

from __future__ import annotations

import re

import httpx
import pytest

from fourtop import BookingRequest, Desk
from fourtop.operations_page.form import Form
from fourtop.operations_page.form_page import FieldError, filled_page
from tests.evening import at
from tests.operations_page.client import HOME, PageClient, form_to, forms_of

CANARY = "<img src=x onerror=alert(1)>\"'&"


def wrong_of(answer: httpx.Response) -> tuple[str, str]:
    """Return the name of the control that is marked as wrong, and the text beside it."""
    assert answer.status_code == 422, answer.text
    marked = re.findall(r'name="(\w+)"[^>]* aria-invalid="true"', answer.text)
    texts = re.findall(r'<span class="problem" id="form-error">([^<]*)</span>', answer.text)
    assert len(texts) == 1
    return (marked[0] if marked else ""), texts[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("view", "tail", "fields", "name", "text"),
    [
        ("", "/walk-ins", {"party_size": "two"}, "party_size", "Must be a whole number."),
        ("/bookings", "/bookings", {"at": "late"}, "at", "Must be"),
        ("/new-table", "/new-table", {"number": "1"}, "number", "Must be other than that"),
        ("/tables/1", "/tables/1", {"capacity": "0"}, "capacity", "Must be"),
        ("/plan", "/plan/zones", {"order": "-7"}, "order", "Must be"),
        ("/plan", "/plan/join", {"first": "1", "second": "3", "seat_loss": "x"}, "seat_loss", "Mu"),
        ("/rules", "/rules/capacity", {"max_covers": "many"}, "max_covers", "Must be a whole"),
        ("/rules", "/rules/pacing", {"interval_minutes": "0"}, "interval_minutes", "Must be"),
        ("/rules", "/rules/closures", {"on": "soon"}, "on", "Must be"),
        ("/rules", "/rules/periods", {"start": "25:00"}, "start", "Must be"),
    ],
)
def test_a_wrong_field_is_marked_in_its_form(  # noqa: PLR0917  # Its case.
    view: str, tail: str, fields: dict[str, str], name: str, text: str, page: PageClient, desk: Desk
) -> None:
    before = desk.house()
    shown = forms_of(page.get(view))
    form = next(e for e in shown if e.method == "post" and e.action.endswith(tail))
    answer = page.submit(form, **fields)
    marked, rule = wrong_of(answer)
    assert (marked, rule[: len(text)]) == (name, text)
    assert rule.endswith(".")
    assert "Nothing has changed." in answer.text
    again = next(
        each
        for each in forms_of(answer)
        if each.action == form.action and set(fields.items()) <= set(each.fields)
    )
    kept = {pair for pair in form.fields if pair[0] not in (*fields, "token")}
    assert kept <= set(again.fields)
    assert desk.house() == before


def test_a_form_that_is_shown_again_can_be_mended_and_sent(page: PageClient, desk: Desk) -> None:
    booking = desk.book(BookingRequest(4, at("19:00")))
    form = form_to(page.get(f"/bookings/{booking.id}"), "/reschedule")
    answer = page.submit(form, at="20:15", party_size="0")
    assert wrong_of(answer)[0] == "party_size"
    again = form_to(answer, "/reschedule")
    assert ("at", "20:15") in again.fields
    done = page.submit(again, party_size="3")
    assert done.headers["location"] == f"{HOME}/bookings/{booking.id}?done=reschedule"
    changed = desk.get_booking(booking.id)
    assert (changed.local_start[11:16], changed.party_size) == ("20:15", 3)


def test_a_form_that_is_shown_again_still_has_the_version_of_its_screen(
    page: PageClient, desk: Desk
) -> None:
    booking = desk.book(BookingRequest(4, at("19:00")))
    form = form_to(page.get(f"/bookings/{booking.id}"), "/reschedule")
    desk.pin(booking.id)
    answer = page.submit(form, party_size="0")
    assert page.submit(form_to(answer, "/reschedule"), party_size="3").status_code == 412


def test_what_was_typed_does_not_become_markup(page: PageClient) -> None:
    for view, tail, field in (("/tables/1", "/tables/1", "capacity"), ("/plan", "/zones", "order")):
        answer = page.submit(form_to(page.get(view), tail), **{field: CANARY, "number": CANARY})
        assert answer.status_code == 422
        assert "<img" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        form = next(each for each in forms_of(answer) if (field, CANARY) in each.fields)
        assert form.method == "post"


def test_a_page_that_shows_a_form_again_follows_no_events(page: PageClient) -> None:
    answer = page.submit(form_to(page.get(), "/walk-ins"), party_size="x")
    assert 'data-live=""' in answer.text
    # The theme leads back to the view of the form.
    assert page.submit(form_to(answer, "/theme"), theme="dark").headers["location"] == HOME


def test_a_fault_without_a_control_stands_above_the_form(page: PageClient) -> None:
    form = form_to(page.get("/rules"), "/rules/capacity")
    marked, text = wrong_of(page.submit(form))
    assert marked in ("", "max_covers")
    assert text[0].isupper()


def test_a_form_of_another_page_is_not_filled() -> None:
    page = '<form method="post" action="/a"><input type="hidden" name="v" value="1"></form>'
    error = FieldError(["v"], "Wrong.")
    assert filled_page(page, "/b", Form({"v": ["1"]}), error) is None
    # A form without a visible field cannot be mended.
    assert filled_page(page, "/a", Form({"v": ["1"]}), error) is None


def test_every_kind_of_control_keeps_what_was_sent() -> None:
    page = (
        '<details><form method="post" action="/a"><input type="checkbox" name="day" value="a" '
        'checked><input type="checkbox" name="day" value="b"><select name="s"><option value="">'
        '-</option><option value="1" selected>1</option></select><textarea name="t">old</textarea>'
        '<input name="n" value="old"></form></details>'
    )
    sent = Form({"day": ["b"], "s": [""], "t": ["</textarea>&"], "n": [""]})
    found = filled_page(page, "/a", sent, FieldError(["n"], "Wrong."))
    assert found == (
        '<details open><form method="post" action="/a"><input type="checkbox" name="day" '
        'value="a"><input type="checkbox" name="day" value="b" checked><select name="s"><option '
        'value="" selected>-</option><option value="1">1</option></select><textarea name="t">\n'
        '&lt;/textarea&gt;&amp;</textarea><input name="n" value="" aria-invalid="true" '
        'aria-describedby="form-error" autofocus><span class="problem" id="form-error">Wrong.'
        "</span></form></details>"
    )


def test_a_new_service_or_zone_does_not_replace_one_with_its_name(
    page: PageClient, desk: Desk
) -> None:
    before = desk.house()
    add = [each for each in forms_of(page.get("/rules")) if each.action.endswith("/periods")][1]
    answer = page.submit(add, key="dinner", start="11:00", end="15:00")
    assert wrong_of(answer) == ("key", "Must be other than that of each service.")
    zones = [each for each in forms_of(page.get("/plan")) if each.action.endswith("/zones")]
    answer = page.submit(zones[-1], name=before.floor.zones[0].id)
    assert wrong_of(answer)[0] == "name"
    assert desk.house() == before


@pytest.mark.slow
def test_a_rule_is_removed_by_its_words_after_a_colleague_removed_another(
    page: PageClient, desk: Desk
) -> None:
    for day in ("friday", "saturday", "sunday"):
        form = form_to(page.get("/rules"), "/rules/capacity")
        assert page.submit(form, max_covers="40", weekday=day).status_code == 303
    stale = [e for e in forms_of(page.get("/rules")) if e.action.endswith("/capacity/remove")]
    assert page.submit(stale[0]).status_code == 303
    answer = page.submit(stale[1])
    assert answer.status_code == 412
    assert page.submit(form_to(answer, "/capacity/remove")).status_code == 303
    assert [str(each.weekday) for each in desk.house().policy.capacity_rules] == ["sunday"]
