"""The waitlist and the blocks on the page."""

from __future__ import annotations

import re

import pytest

from fourtop import Booking, BookingRequest, Desk, ManualClock, WaitlistTerms, Window
from tests.evening import FRIDAY, at
from tests.operations_page.client import HOME, PageClient, PageForm, form_to, forms_of


@pytest.fixture
def waiting(desk: Desk) -> Booking:
    return desk.join_waitlist(
        BookingRequest(4, at("19:00"), reference="order-17"), WaitlistTerms(latest=at("20:00"))
    )


def offered(page: PageClient) -> None:
    answer = page.submit(form_to(page.get("/waitlist"), "/waitlist/offers"))
    assert answer.headers["location"] == f"{HOME}/waitlist?on={FRIDAY}&done=offer"


def test_a_party_joins_the_waitlist_and_leaves_it(page: PageClient, desk: Desk) -> None:
    form = [e for e in forms_of(page.get("/waitlist")) if e.action.endswith("/waitlist")][-1]
    answer = page.submit(form, at="19:00", latest="20:30", party_size="3", reference="order-9")
    assert answer.status_code == 303, answer.text
    (entry,) = desk.waitlist(FRIDAY).entries
    assert entry.booking.waiting is not None
    assert entry.booking.waiting.latest == at("20:30")
    shown = page.get(answer.headers["location"], role="waiter")
    assert "The party is on the waitlist." in shown.text
    assert "19:00 to 20:30" in shown.text
    assert "order-9" in shown.text
    # The same form makes no second party.
    page.submit(form, at="19:00", latest="20:30", party_size="3", reference="order-9")
    assert len(desk.waitlist(FRIDAY).entries) == 1
    answer = page.submit(form_to(page.get("/waitlist"), "/leave"))
    assert answer.headers["location"] == f"{HOME}/waitlist?on={FRIDAY}&done=leave"
    assert desk.waitlist(FRIDAY).entries == ()


def test_an_offer_is_made_withdrawn_and_accepted(
    page: PageClient, desk: Desk, waiting: Booking
) -> None:
    offered(page)
    text = page.get("/waitlist").text
    assert re.search(
        r"<strong>\d \+ \d at 19:00, kept until \d\d:\d\d</strong>|at 19:00, kept", text
    )
    answer = page.submit(form_to(page.get("/waitlist"), "/withdraw"))
    assert answer.headers["location"].endswith("done=withdraw")
    assert "no open offer, 1 made" in page.get("/waitlist").text
    offered(page)
    answer = page.submit(form_to(page.get("/waitlist"), "/accept"))
    assert answer.headers["location"] == f"{HOME}/bookings/{waiting.id}?done=accept"
    assert desk.get_booking(waiting.id).status == "confirmed"
    assert "No party waits on this date." in page.get("/waitlist").text


def test_a_party_with_an_offer_is_seated_with_one_click(
    page: PageClient, desk: Desk, clock: ManualClock, waiting: Booking
) -> None:
    clock.advance(minutes=7 * 60)
    offered(page)
    answer = page.submit(form_to(page.get("/waitlist"), "/seat"))
    assert answer.headers["location"] == f"{HOME}/bookings/{waiting.id}?done=seat"
    assert desk.get_booking(waiting.id).status == "checked_in"


def test_a_party_that_comes_too_early_has_its_tables_all_the_same(
    page: PageClient, desk: Desk, waiting: Booking
) -> None:
    offered(page)
    answer = page.submit(form_to(page.get("/waitlist"), "/seat"))
    assert answer.headers["location"] == f"{HOME}/bookings/{waiting.id}?done=not-yet"
    assert desk.get_booking(waiting.id).status == "confirmed"


def test_no_offer_without_tables_says_so(page: PageClient, desk: Desk, waiting: Booking) -> None:
    desk.block(
        Window(at("17:00"), at("23:00")),
        tables=[each.id for each in desk.house().floor.tables],
        reason="party",
    )
    answer = page.submit(form_to(page.get("/waitlist"), "/waitlist/offers"))
    assert "No party that waits can have tables now." in page.get(answer.headers["location"]).text
    assert desk.get_booking(waiting.id) == waiting


def test_a_stale_step_of_the_waitlist_is_told_what_changed(
    page: PageClient, desk: Desk, waiting: Booking
) -> None:
    form = form_to(page.get("/waitlist"), "/leave")
    desk.leave_waitlist(waiting.id)
    answer = page.submit(form)
    assert answer.status_code == 412
    assert "cancelled" in answer.text


def test_a_step_that_the_waitlist_does_not_have_is_not_found(
    page: PageClient, waiting: Booking
) -> None:
    answer = page.post(f"/waitlist/{waiting.id}/dance", {"version": 1})
    assert answer.status_code == 404


def test_a_wrong_time_of_the_waitlist_is_marked(page: PageClient) -> None:
    form = [e for e in forms_of(page.get("/waitlist")) if e.action.endswith("/waitlist")][-1]
    answer = page.submit(form, at="19:00", latest="18:00")
    assert answer.status_code == 422
    assert re.search(r'name="latest"[^>]* aria-invalid="true"', answer.text)
    assert "Must not be before the start." in answer.text


BLOCK = {
    "on": FRIDAY.isoformat(),
    "at": "18:00",
    "until_on": FRIDAY.isoformat(),
    "until_at": "21:00",
    "reason": "new chairs",
}


def block_form(page: PageClient) -> PageForm:
    shown = forms_of(page.get("/blocks"))
    return next(e for e in shown if e.method == "post" and e.action.endswith("/blocks"))


@pytest.mark.slow
def test_tables_are_blocked_and_the_block_ends(
    page: PageClient, desk: Desk, clock: ManualClock
) -> None:
    form = block_form(page)
    answer = page.submit(form, **BLOCK, tables=["1", "2"])
    assert answer.headers["location"] == f"{HOME}/blocks?on={FRIDAY}&done=block"
    (made,) = desk.blocks(Window(at("17:00"), at("22:00")))
    assert made.tables == ("1", "2")
    shown = page.get(answer.headers["location"])
    assert "new chairs" in shown.text
    assert "2026-05-01 18:00" in shown.text
    clock.advance(minutes=7 * 60)
    assert page.submit(form_to(shown, f"/{made.id}/end")).status_code == 303
    (ended,) = desk.blocks(Window(at("17:00"), at("22:00")))
    assert ended.window.end == at("19:00")
    assert ">ended<" in page.get("/blocks").text


def test_a_block_moves_the_parties_in_the_way_if_it_is_asked_to(
    page: PageClient, desk: Desk
) -> None:
    booking = desk.book(BookingRequest(2, at("19:00")))
    form = block_form(page)
    refused = page.submit(form, **BLOCK, tables=list(booking.tables))
    assert refused.status_code == 409
    assert "Nothing has changed" in refused.text
    answer = page.submit(form, **BLOCK, tables=list(booking.tables), step="free")
    assert answer.status_code == 200, answer.text
    assert "1 party has other tables." in answer.text
    assert set(desk.get_booking(booking.id).tables).isdisjoint(booking.tables)


def test_a_block_without_a_reason_or_an_end_is_marked(page: PageClient, desk: Desk) -> None:
    form = block_form(page)
    for field, value, name in (("reason", "", "reason"), ("until_at", "17:00", "until_at")):
        answer = page.submit(form, **{**BLOCK, field: value}, tables=["1"])
        assert answer.status_code == 422
        assert re.search(rf'name="{name}"[^>]* aria-invalid="true"', answer.text), answer.text
    assert desk.blocks(Window(at("17:00"), at("22:00"))) == ()
