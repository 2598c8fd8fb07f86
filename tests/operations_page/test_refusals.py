"""Refused steps: the page from which a form came tells why, and keeps what was typed."""

from __future__ import annotations

import re
from functools import partial
from html import unescape

import attrs
import httpx
import pytest

from fourtop import Booking, BookingRequest, Desk, Floor, ManualClock, StoreUnavailable, WalkIn
from tests.evening import FRIDAY, at, party_size
from tests.operations_page.client import HOME, PageClient, form_to, forms_of

CANARY = "<img src=x onerror=alert(1)>"


@pytest.fixture
def booking(desk: Desk) -> Booking:
    return desk.book(BookingRequest(4, at("19:00"), reference="order-17"))


def refusal_of(answer: httpx.Response) -> str:
    """Return the text of the refusal above a view, which has the focus."""
    found = re.search(
        r'<div class="[^"]*" id="refusal" role="alert" tabindex="-1" autofocus>(.*?)</div>',
        answer.text,
        re.DOTALL,
    )
    assert found is not None, answer.text
    assert "Nothing has changed." in found[1]
    return unescape(re.sub("<[^>]+>", "", found[1]))


@pytest.mark.parametrize(
    ("back", "heading"),
    [
        ("", "The room now"),
        ("/bookings?on=2026-05-01&sort=-party&status=confirmed", "Bookings"),
        ("/bookings?days=none", "Bookings"),
        ("/bookings/{}", "order-17"),
        ("/timeline?on=2026-05-01", "Timeline"),
        ("/waitlist?on=2026-05-01", "Waitlist"),
        ("/at/1", "Table 1"),
    ],
)
def test_a_refused_step_is_told_on_the_page_from_which_it_came(
    back: str, heading: str, page: PageClient, booking: Booking
) -> None:
    place = f"{HOME}{back.format(booking.id)}"
    fields = {"version": booking.version, "back": place}
    answer = page.post(f"/bookings/{booking.id}/seat", fields, role="waiter")
    assert answer.status_code == 409, answer.text
    assert f"<h1>{heading}</h1>" in answer.text
    assert refusal_of(answer).startswith("That is not possible.")
    # The view stays fresh, and is at its own address.
    assert f'data-here="{place}"' in unescape(answer.text)
    assert f'data-live="{HOME}/live?after=' in answer.text


def test_the_forms_of_a_page_with_a_refusal_lead_back_to_it(
    page: PageClient, desk: Desk, booking: Booking
) -> None:
    place = f"{HOME}/bookings?on={FRIDAY}&sort=-party"
    fields = {"version": booking.version, "back": place}
    answer = page.post(f"/bookings/{booking.id}/seat", fields)
    done = page.submit(form_to(answer, f"/{booking.id}/cancel"))
    assert done.headers["location"] == f"{place}&done=cancel"
    assert desk.get_booking(booking.id).status == "cancelled"


@pytest.mark.parametrize(
    "back", [f"{HOME}/blocks", f"{HOME}/rules", f"{HOME}/bookings/gone", "https://evil.example"]
)
def test_a_forged_address_shows_a_waiter_no_view_of_admins(
    back: str, page: PageClient, booking: Booking
) -> None:
    fields = {"version": booking.version, "back": back}
    answer = page.post(f"/bookings/{booking.id}/seat", fields, role="waiter")
    assert answer.status_code == 409
    assert refusal_of(answer)
    assert re.search("<h1>(The room now|order-17)</h1>", answer.text)


def test_an_address_with_too_many_fields_leads_to_the_booking(
    page: PageClient, booking: Booking
) -> None:
    back = f"{HOME}/bookings?" + "&".join(f"a{n}=1" for n in range(501))
    answer = page.post(f"/bookings/{booking.id}/seat", {"version": booking.version, "back": back})
    assert answer.status_code == 409
    assert "<h1>order-17</h1>" in answer.text


def test_a_refused_change_of_a_booking_keeps_what_was_typed(
    page: PageClient, desk: Desk, booking: Booking
) -> None:
    form = form_to(page.get(f"/bookings/{booking.id}"), "/reschedule")
    answer = page.submit(form, at="04:00", party_size="3")
    assert answer.status_code == 422
    assert "04:00" in refusal_of(answer)
    again = form_to(answer, "/reschedule")
    assert {("at", "04:00"), ("party_size", "3")} <= set(again.fields)
    assert desk.get_booking(booking.id) == booking
    assert page.submit(again, at="20:00").status_code == 303
    assert desk.get_booking(booking.id).party_size == 3


def test_a_refused_new_booking_keeps_what_was_typed(page: PageClient) -> None:
    forms = forms_of(page.get("/bookings", params={"on": "2026-05-02"}))
    form = [each for each in forms if each.method == "post"][1]
    answer = page.submit(form, at="04:00", party_size="7", reference="order-3")
    assert answer.status_code == 422
    assert refusal_of(answer)
    again = [each for each in forms_of(answer) if each.method == "post"][1]
    assert {("on", "2026-05-02"), ("at", "04:00"), ("reference", "order-3")} <= set(again.fields)
    assert '<details open class="new">' in answer.text


def test_a_refused_block_names_the_bookings_and_keeps_what_was_typed(
    page: PageClient, desk: Desk
) -> None:
    booking = desk.book(party_size(2))
    shown = forms_of(page.get("/blocks"))
    form = next(e for e in shown if e.method == "post" and e.action.endswith("/blocks"))
    typed = {"on": "2026-05-01", "at": "18:00", "until_on": "2026-05-01", "until_at": "21:00"}
    answer = page.submit(form, **typed, reason=CANARY, tables=list(booking.tables))
    assert answer.status_code == 409
    assert "taken" in refusal_of(answer)
    assert "<h1>Blocks</h1>" in answer.text
    assert "<img" not in answer.text
    again = next(each for each in forms_of(answer) if ("reason", CANARY) in each.fields)
    assert set(typed.items()) <= set(again.fields)
    freed = page.submit(again, step="free")
    assert "1 party has other tables." in freed.text


def test_a_refusal_names_the_party_in_the_way_and_the_numbers_of_tables(
    page: PageClient, desk: Desk, clock: ManualClock
) -> None:
    clock.advance(minutes=6 * 60)
    seated = desk.walk_in(WalkIn(4, reference="stays-late", tables=["1", "2"]))
    booking = desk.book(BookingRequest(4, at("20:00"), tables=["1", "2"]))
    floor = desk.house().floor
    for table_id, number in (("1", "Left"), ("2", "Right")):
        table = attrs.evolve(floor.get_table(table_id), number=number)
        desk.edit_floor(partial(Floor.with_table, table=table))
    clock.advance(minutes=2 * 60)
    answer = page.post(f"/bookings/{booking.id}/seat", {"version": booking.version, "back": HOME})
    assert answer.status_code == 409
    told = refusal_of(answer)
    assert "ables Left, Right are occupied by stays-late until" in told
    assert seated.id not in told


def test_a_refusal_has_a_page_of_its_own_if_no_view_can_be_read(
    page: PageClient, desk: Desk, booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.book(party_size(4, "19:00"))
    other = next(each for each in desk.list_bookings() if each.id != booking.id)
    form = {"version": booking.version, "table": list(other.tables), "back": HOME}

    def lose(*_arguments: object, **_options: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(Desk, "find_bookings", lose)
    answer = page.post(f"/bookings/{booking.id}/move", form)
    assert answer.status_code == 409
    assert "<h1>That is not possible</h1>" in answer.text
    assert "is taken at that time." in answer.text
    assert "Nothing has changed." in answer.text


def test_a_rule_that_is_gone_is_told_above_the_rules(page: PageClient) -> None:
    answer = page.post("/rules/capacity/remove", {"version": 1, "rule": "7 covers"})
    assert answer.status_code == 404
    assert "<h1>Rules</h1>" in answer.text
    assert refusal_of(answer).startswith("Not found.")
