"""Bookings on the page: lists, steps, stale screens, new bookings and walk-ins."""

from __future__ import annotations

import re

import httpx
import pytest

from fourtop import Booking, BookingRequest, BookingStatus, Desk, ManualClock
from tests.evening import FRIDAY, at, party_size
from tests.operations_page.client import HOME, PageClient, form_to, forms_of


@pytest.fixture
def booking(desk: Desk) -> Booking:
    return desk.book(BookingRequest(4, at("19:00"), reference="order-17"))


def rows_of(answer: httpx.Response) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', answer.text)


def step(page: PageClient, booking: Booking, name: str, **fields: object) -> httpx.Response:
    given = {"version": booking.version, "seen": "", "back": f"{HOME}/bookings", **fields}
    return page.post(f"/bookings/{booking.id}/{name}", given, role="waiter")


def test_each_step_of_a_booking_is_a_button_that_takes_it(
    page: PageClient, desk: Desk, clock: ManualClock, booking: Booking
) -> None:
    clock.advance(minutes=7 * 60 + 20)

    def press(name: str) -> None:
        shown = page.get(f"/bookings/{booking.id}")
        answer = page.submit(form_to(shown, f"/{name}"))
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == f"{HOME}/bookings/{booking.id}?done={name}"
        assert 'role="status"' in page.get(answer.headers["location"]).text

    for name, status in (
        ("pin", "confirmed"),
        ("unpin", "confirmed"),
        ("unassign", "pending_allocation"),
        ("assign", "confirmed"),
        ("no-show", "no_show"),
        ("undo", "confirmed"),
        ("cancel", "cancelled"),
        ("undo", "confirmed"),
        ("seat", "checked_in"),
        ("prolong", "checked_in"),
        ("complete", "completed"),
        ("undo", "checked_in"),
    ):
        press(name)
        assert desk.get_booking(booking.id).status == status, name


def test_a_party_stays_longer_and_changes_its_size_at_the_table(
    page: PageClient, desk: Desk, clock: ManualClock, booking: Booking
) -> None:
    clock.advance(minutes=7 * 60)
    seated = desk.seat(booking.id)
    end_us = seated.stay.dining.end_us
    assert step(page, seated, "prolong", minutes=30).status_code == 303
    longer = desk.get_booking(booking.id)
    assert longer.stay.dining.end_us - end_us == 30 * 60_000_000
    assert step(page, longer, "resize", party_size=3).status_code == 303
    assert desk.get_booking(booking.id).party_size == 3


def test_a_booking_gets_another_time_in_the_zone_of_the_house(
    page: PageClient, desk: Desk, booking: Booking
) -> None:
    form = form_to(page.get(f"/bookings/{booking.id}"), "/reschedule")
    assert page.submit(form, at="20:15", party_size="2").status_code == 303
    changed = desk.get_booking(booking.id)
    assert (changed.local_start[:16], changed.party_size) == ("2026-05-01T20:15", 2)
    form = form_to(page.get(f"/bookings/{booking.id}"), "/reschedule")
    assert page.submit(form, minutes="60").status_code == 303
    assert desk.get_booking(booking.id).minutes == 60


@pytest.mark.parametrize(
    ("name", "fields", "text"),
    [
        (
            "reschedule",
            {"on": "2026-05-01", "at": "04:00", "party_size": 4},
            "That is not possible",
        ),
        ("reschedule", {"on": "2026-05-01", "at": "late", "party_size": 4}, "Invalid input"),
        ("reschedule", {"on": "2026-05-01", "at": "19:00", "party_size": "x"}, "whole number"),
        ("prolong", {"minutes": ""}, "must be given"),
        ("move", {"table": "unknown"}, "Not found"),
        ("seat", {"version": ""}, "Version must be given."),
        ("dance", {}, "No such step."),
    ],
)
def test_a_refused_step_says_why_and_changes_nothing(  # noqa: PLR0917  # Its case.
    name: str, fields: dict[str, object], text: str, page: PageClient, desk: Desk, booking: Booking
) -> None:
    answer = step(page, booking, name, **fields)
    assert 400 <= answer.status_code < 500
    assert text in answer.text
    assert "Nothing has changed" in answer.text
    assert desk.get_booking(booking.id) == booking


def test_a_second_member_of_staff_sees_what_the_first_one_changed(
    page: PageClient, desk: Desk, booking: Booking
) -> None:
    stale = page.get(f"/bookings/{booking.id}")
    first = form_to(stale, "/reschedule")
    assert page.submit(first, party_size="3").status_code == 303
    answer = page.submit(first, party_size="2", at="20:00")
    assert answer.status_code == 412
    assert "Your change is not made." in answer.text
    assert re.findall(
        r"<th scope=\"row\">(\w+)</th><td>([^<]*)</td><td><strong>([^<]*)<", answer.text
    ) == [("People", "4", "3")]
    assert desk.get_booking(booking.id).party_size == 3
    again = page.submit(form_to(answer, "/reschedule"))
    assert again.status_code == 303
    assert again.headers["location"].startswith(f"{HOME}/bookings/{booking.id}")
    assert desk.get_booking(booking.id).party_size == 2


def test_a_change_made_again_keeps_what_a_colleague_changed(
    page: PageClient, desk: Desk, booking: Booking
) -> None:
    form = form_to(page.get(f"/bookings/{booking.id}"), "/reschedule")
    assert page.submit(form, party_size="3").status_code == 303
    answer = page.submit(form, at="20:00")
    assert page.submit(form_to(answer, "/reschedule")).status_code == 303
    changed = desk.get_booking(booking.id)
    assert (changed.party_size, changed.local_start[11:16]) == (3, "20:00")


@pytest.mark.parametrize("name", ["cancel", "unassign", "pin"])
def test_a_second_click_on_a_step_that_is_done_is_no_error(
    name: str, page: PageClient, booking: Booking
) -> None:
    assert step(page, booking, name).status_code == 303
    again = step(page, booking, name)
    assert (again.status_code, again.headers["location"]) == (303, f"{HOME}/bookings?done=same")


def test_a_script_learns_of_a_stale_version_as_problem_details(
    page: PageClient, desk: Desk, booking: Booking
) -> None:
    desk.pin(booking.id)
    fields = {"version": booking.version, "table": "4"}
    data = {"accept": "application/json"}
    answer = page.post(f"/bookings/{booking.id}/move", fields, headers=data)
    assert (answer.status_code, answer.json()["code"]) == (412, "STALE_VERSION")


def test_a_move_is_checked_before_it_is_made(
    page: PageClient, desk: Desk, booking: Booking
) -> None:
    answer = page.get("/move", params={"booking": booking.id, "table": ["4"]})
    assert "The party can sit there." in answer.text
    assert page.submit(form_to(answer, "/move")).status_code == 303
    assert desk.get_booking(booking.id).tables == ("4",)


def test_a_rule_may_be_broken_with_a_reason(page: PageClient, desk: Desk, booking: Booking) -> None:
    desk.book(party_size(4))
    answer = page.get("/move", params={"booking": booking.id, "table": ["1"]})
    assert "can sit there" not in answer.text
    form = form_to(answer, "/move")
    assert ("override", "PARTY_ABOVE_MAXIMUM") in form.fields
    assert page.submit(form, reason="").status_code == 422
    assert page.submit(form, reason="They bring stools").status_code == 303
    assert desk.get_booking(booking.id).tables == ("1",)
    assert "They bring stools" in page.get(f"/bookings/{booking.id}").text


def test_a_table_that_another_party_has_cannot_be_overridden(
    page: PageClient, desk: Desk, booking: Booking
) -> None:
    other = desk.book(party_size(4))
    answer = page.get("/move", params={"booking": booking.id, "table": list(other.tables)})
    assert "taken" in answer.text
    assert [each for each in forms_of(answer) if each.action.endswith("/move")] == []


def test_the_list_finds_filters_and_sorts(page: PageClient, desk: Desk) -> None:
    for size, time, reference in ((2, "20:00", "anna"), (4, "18:00", "bert"), (3, "19:00", "carl")):
        desk.book(BookingRequest(size, at(time), reference=reference))
    waits = desk.book(BookingRequest(2, at("21:00"), reference="dora"), tables="later")

    def rows(**query: object) -> list[str]:
        return rows_of(page.get("/bookings", params={"on": "2026-05-01", **query}))

    assert rows() == ["bert", "carl", "anna", "dora"]
    assert rows(sort="-start") == ["dora", "anna", "carl", "bert"]
    assert rows(sort="size")[-1] == "bert"
    assert rows(sort="party", q="A") == ["anna", "carl", "dora"]
    assert rows(sort="tables")[-1] == "dora"
    assert rows(status="pending_allocation") == ["dora"]
    assert rows(status="") == rows()
    assert rows(q=waits.id) == ["dora"]
    assert rows(since="18:30", until="20:15") == ["carl", "anna"]
    assert rows(since="18:30", until="20:15", present=1) == ["bert", "carl", "anna"]
    assert rows(on="2026-04-30") == []
    assert rows(on="2026-04-30", days=7) == ["bert", "carl", "anna", "dora"]
    assert rows(sort="status")[0] == "dora"


@pytest.mark.parametrize(
    "query", [{"on": "may"}, {"days": 5}, {"sort": "luck"}, {"status": "x"}, {"q": "x" * 101}]
)
def test_a_malformed_query_is_a_page_with_its_error(
    query: dict[str, object], page: PageClient
) -> None:
    answer = page.get("/bookings", params=query)
    assert answer.status_code == 422
    assert "Back to the room" in answer.text


def test_a_party_is_booked_once_however_often_the_button_is_pressed(
    page: PageClient, desk: Desk
) -> None:
    form = [each for each in forms_of(page.get("/bookings")) if each.method == "post"][1]
    answers = [page.submit(form, at="19:00", on="2026-05-01") for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert len(desk.list_bookings()) == 1


def test_a_full_house_offers_other_times_and_one_click_books(page: PageClient, desk: Desk) -> None:
    fields = {"on": "2026-05-01", "at": "19:00", "party_size": 6}
    while (answer := page.post("/bookings", fields)).status_code == 303:
        pass
    assert answer.status_code == 409
    count = len(desk.list_bookings())
    form = form_to(answer, "/bookings")
    assert page.submit(form).status_code == 303
    assert len(desk.list_bookings()) == count + 1


def test_a_full_house_puts_the_party_on_the_waitlist_with_one_click(
    page: PageClient, desk: Desk
) -> None:
    fields = {"on": "2026-05-01", "at": "19:00", "party_size": 6, "minutes": 100}
    count = 1
    while (
        answer := page.post("/bookings", {**fields, "reference": f"order-{count}"})
    ).status_code == 303:
        count += 1
    done = page.submit(form_to(answer, "/waitlist"))
    assert done.headers["location"] == f"{HOME}/waitlist?on=2026-05-01&done=wait"
    (entry,) = desk.waitlist(FRIDAY).entries
    waits = entry.booking
    assert (waits.local_start[11:16], waits.party_size, waits.minutes) == ("19:00", 6, 100)
    assert waits.reference == f"order-{count}"


def test_a_walk_in_without_room_gets_other_times_and_the_waitlist(
    page: PageClient, desk: Desk, clock: ManualClock
) -> None:
    clock.advance(minutes=6 * 60)
    form = form_to(page.get(), "/walk-ins")
    while (answer := page.submit(form, party_size="6")).status_code == 303:
        form = form_to(page.get(), "/walk-ins")
    assert answer.status_code == 409
    assert "No table for 6 people now" in answer.text
    booked = page.submit(form_to(answer, "/bookings"))
    assert booked.status_code == 303
    (later,) = [each for each in desk.list_bookings() if each.status == "confirmed"]
    assert later.local_start[11:16] > "18:00"
    waits = page.submit(form_to(answer, "/waitlist"), latest="19:00")
    assert waits.status_code == 303, waits.text
    (entry,) = desk.waitlist(FRIDAY).entries
    assert (entry.booking.local_start[11:16], entry.booking.party_size) == ("18:00", 6)


def test_a_wrong_latest_start_of_a_full_house_is_marked_on_the_waitlist(
    page: PageClient, desk: Desk
) -> None:
    fields = {"on": "2026-05-01", "at": "19:00", "party_size": 6}
    while (answer := page.post("/bookings", fields)).status_code == 303:
        pass
    wrong = page.submit(form_to(answer, "/waitlist"), latest="18:00")
    assert wrong.status_code == 422
    assert re.search(r'name="latest" value="18:00" aria-invalid="true"', wrong.text)
    again = [e for e in forms_of(wrong) if e.action.endswith("/waitlist")][-1]
    assert ("party_size", "6") in again.fields
    assert page.submit(again, latest="20:00").status_code == 303
    assert len(desk.waitlist(FRIDAY).entries) == 1


def test_a_walk_in_is_seated_at_the_best_tables(
    page: PageClient, desk: Desk, clock: ManualClock
) -> None:
    clock.advance(minutes=6 * 60)
    form = form_to(page.get(), "/walk-ins")
    answer = page.submit(form, party_size="3")
    assert answer.status_code == 303
    (booking,) = desk.list_bookings()
    assert (booking.status, booking.party_size) == (BookingStatus.CHECKED_IN, 3)


def test_a_walk_in_outside_the_hours_is_refused(page: PageClient) -> None:
    answer = page.submit(form_to(page.get(), "/walk-ins"))
    assert answer.status_code == 422
    assert "That is not possible" in answer.text


def test_an_unknown_booking_is_not_found(page: PageClient) -> None:
    assert page.get("/bookings/unknown").status_code == 404
    assert page.get("/bookings/a%20b").status_code == 422
