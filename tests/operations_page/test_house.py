"""Edits of the house on the page: tables, joins, zones and rules, with previews and repairs."""

from __future__ import annotations

import re

import pytest

from fourtop import BookingRequest, Desk, Table
from tests.evening import at, party_size
from tests.operations_page.client import HOME, PageClient, form_to, forms_of


def test_a_table_is_edited_by_its_form(page: PageClient, desk: Desk) -> None:
    form = form_to(page.get("/tables/1"), "/tables/1")
    answer = page.submit(
        form,
        number="Window 1",
        capacity="3",
        min_party="2",
        max_party="3",
        section="Anna's",
        category="lounge",
        seating="sofa",
        mobility="fixed",
        out_of_service="on",
        features="window, step-free",
        notes="wobbles",
        x="10.5",
        y="-3",
        rotation="45",
        shape="round",
        length_cm="80",
        width_cm="80",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HOME}/tables?done=house")
    assert desk.house().floor.get_table("1") == Table(
        "1",
        "Window 1",
        3,
        "main",
        min_party=2,
        max_party=3,
        section="Anna's",
        category="lounge",
        seating="sofa",
        mobility="fixed",
        out_of_service=True,
        features=["window", "step-free"],
        notes="wobbles",
        position=desk.house().floor.get_table("1").position,
        shape="round",
        length_cm=80,
        width_cm=80,
    )
    position = desk.house().floor.get_table("1").position
    assert position is not None
    assert (position.x, position.y, position.rotation) == (10.5, -3, 45)


def test_a_form_that_is_sent_unchanged_changes_nothing(page: PageClient, desk: Desk) -> None:
    before = desk.house()
    for table in before.floor.tables:
        answer = page.submit(form_to(page.get(f"/tables/{table.id}"), f"/tables/{table.id}"))
        assert answer.status_code == 303
    rules = page.get("/rules")
    assert page.submit(form_to(rules, "/rules/periods")).status_code == 303
    assert desk.house() == before


def test_a_new_table_gets_an_id_of_its_own(page: PageClient, desk: Desk) -> None:
    form = form_to(page.get("/new-table"), "/new-table")
    assert page.submit(form, number="Bar 9", capacity="2").status_code == 303
    assert desk.house().floor.get_table("bar-9").capacity == 2
    form = form_to(page.get("/new-table"), "/new-table")
    answer = page.submit(form, number="Bar-9", capacity="5")
    assert answer.status_code == 422
    assert desk.house().floor.get_table("bar-9").capacity == 2
    assert page.submit(form, number="桌").status_code == 303


@pytest.mark.parametrize(
    "fields", [{"capacity": "0"}, {"capacity": ""}, {"number": ""}, {"x": "left", "y": "1"}]
)
def test_a_wrong_table_is_refused(fields: dict[str, str], page: PageClient, desk: Desk) -> None:
    before = desk.house()
    assert page.submit(form_to(page.get("/tables/1"), "/tables/1"), **fields).status_code == 422
    assert desk.house() == before


def test_a_table_that_is_taken_cannot_be_removed(page: PageClient, desk: Desk) -> None:
    desk.book(BookingRequest(6, at("19:00")))
    answer = page.submit(form_to(page.get("/tables/5"), "/tables/5/remove"))
    assert "It cannot be saved." in answer.text
    assert desk.house().floor.find_table("5") is not None
    assert page.submit(form_to(page.get("/tables/1"), "/tables/1/remove")).status_code == 303
    assert desk.house().floor.find_table("1") is None


def test_an_admin_narrows_the_hours_sees_who_is_stranded_and_keeps_them(
    page: PageClient, desk: Desk
) -> None:
    booking = desk.book(BookingRequest(4, at("21:00"), reference="late-party"))
    form = form_to(page.get("/rules"), "/rules/periods")
    shown = page.submit(form, end="22:00", last_start="20:00", step="save")
    assert shown.status_code == 200
    assert "late-party" in shown.text
    assert "1 party loses its table or its time" in shown.text
    assert desk.house().policy.periods[0].end.hour == 23
    keep = form_to(shown, "/rules/periods")
    assert keep.buttons == ["step=repair", "step=sure"]
    answer = page.submit(keep, step="repair")
    assert answer.headers["location"] == f"{HOME}/rules?done=repair"
    assert desk.house().policy.periods[0].end.hour == 22
    kept = desk.get_booking(booking.id)
    assert kept.status == "confirmed"
    assert kept.local_start < booking.local_start


def test_stranded_parties_may_be_left_as_they_are(page: PageClient, desk: Desk) -> None:
    booking = desk.book(BookingRequest(4, at("21:00")))
    form = form_to(page.get("/rules"), "/rules/periods")
    shown = page.submit(form, end="22:00", last_start="20:00", step="preview")
    assert page.submit(form_to(shown, "/rules/periods"), step="sure").status_code == 303
    assert desk.house().policy.periods[0].end.hour == 22
    assert desk.get_booking(booking.id) == booking


def test_a_preview_that_strands_no_party_says_so(page: PageClient, desk: Desk) -> None:
    before = desk.house()
    shown = page.submit(form_to(page.get("/rules"), "/rules/periods"), end="23:30", step="preview")
    assert "No booking loses its table or its time." in shown.text
    assert desk.house() == before


def test_a_stale_form_of_the_house_is_told_what_changed(page: PageClient, desk: Desk) -> None:
    stale = form_to(page.get("/rules"), "/rules/capacity")
    first = form_to(page.get("/rules"), "/rules/pacing")
    assert page.submit(first, max_parties="3", step="save").status_code == 303
    answer = page.submit(stale, max_covers="40", step="save")
    assert answer.status_code == 412
    assert "Pacing rule 3 parties, each 15 min" in answer.text
    assert desk.house().policy.capacity_rules == ()
    again = page.submit(form_to(answer, "/rules/capacity"))
    assert again.status_code == 303
    assert desk.house().policy.capacity_rules[0].max_covers == 40


def test_a_stale_table_is_told_what_changed(page: PageClient, desk: Desk) -> None:
    stale = form_to(page.get("/tables/1"), "/tables/1")
    assert page.submit(stale, capacity="3").status_code == 303
    answer = page.submit(stale, capacity="5")
    assert answer.status_code == 412
    found = re.findall(r"<td>(Seats: \d)?–?</td><td><strong>(Seats: \d)?–?</strong>", answer.text)
    assert found == [("Seats: 2", ""), ("", "Seats: 3")]
    assert desk.house().floor.get_table("1").capacity == 3


def test_a_table_that_is_saved_again_keeps_what_a_colleague_changed(
    page: PageClient, desk: Desk
) -> None:
    form = form_to(page.get("/tables/1"), "/tables/1")
    assert page.submit(form, capacity="3").status_code == 303
    answer = page.submit(form, notes="wobbles", out_of_service="on")
    assert page.submit(form_to(answer, "/tables/1")).status_code == 303
    table = desk.house().floor.get_table("1")
    assert (table.capacity, table.notes, table.out_of_service) == (3, "wobbles", True)


def test_hours_that_are_saved_again_keep_what_a_colleague_changed(
    page: PageClient, desk: Desk
) -> None:
    form = form_to(page.get("/rules"), "/rules/periods")
    assert page.submit(form, start="16:00").status_code == 303
    answer = page.submit(form, end="23:30", weekdays=["friday"])
    assert page.submit(form_to(answer, "/rules/periods")).status_code == 303
    period = desk.house().policy.periods[0]
    assert (period.start.hour, period.end.minute, len(period.weekdays)) == (16, 30, 1)


def test_rules_of_each_kind_are_added_and_removed(page: PageClient, desk: Desk) -> None:
    def submit(tail: str, **fields: str) -> None:
        answer = page.submit(form_to(page.get("/rules"), tail), step="save", **fields)
        assert answer.status_code == 303, answer.text

    day = "2026-05-09"
    submit("/rules/exceptions", on=day, period="dinner", end="22:00", last_start="20:00")
    submit("/rules/capacity", max_covers="40", weekday="friday")
    submit("/rules/pacing", interval_minutes="30", max_parties="6", spread="meal")
    submit("/rules/closures", on="2026-12-25")
    policy = desk.house().policy
    assert [str(each.on) for each in policy.exceptions] == [day]
    assert [str(each) for each in policy.closures] == ["2026-12-25"]
    assert policy.capacity_rules[0].max_covers == 40
    assert policy.pacing_rules[0].spread == "meal"
    for kind in ("exceptions", "capacity", "pacing"):
        submit(f"/rules/{kind}/remove")
    form = next(each for each in forms_of(page.get("/rules")) if ("open", "1") in each.fields)
    assert page.submit(form, step="save").status_code == 303
    policy = desk.house().policy
    assert (policy.exceptions, policy.capacity_rules, policy.pacing_rules) == ((), (), ())
    assert policy.closures == frozenset()


def test_services_are_added_and_removed(page: PageClient, desk: Desk) -> None:
    add = [each for each in forms_of(page.get("/rules")) if each.action.endswith("/periods")][1]
    assert page.submit(add, key="lunch", start="11:00", end="15:00").status_code == 303
    assert [each.key for each in desk.house().policy.periods] == ["lunch", "dinner"]
    form = form_to(page.get("/rules"), "/rules/periods")
    answer = page.submit(form, weekdays=["saturday", "sunday"])
    assert answer.status_code == 303
    assert len(desk.house().policy.periods[0].weekdays) == 2
    assert page.submit(form_to(page.get("/rules"), "/periods/lunch/remove")).status_code == 303
    assert [each.key for each in desk.house().policy.periods] == ["dinner"]


def test_an_unknown_rule_is_not_found(page: PageClient) -> None:
    assert page.post("/rules/luck", {"version": 1}).status_code == 404
    assert (
        page.post("/rules/capacity/remove", {"version": 1, "rule": "7 covers"}).status_code == 404
    )


@pytest.mark.parametrize("text", ["9999-99-99T99:99Z", "9999-12-31T23:59-14:00"])
def test_a_text_that_only_looks_like_an_instant_stays_as_it_is(text: str, page: PageClient) -> None:
    answer = page.post("/rules/capacity/remove", {"version": 1, "rule": text})
    assert (answer.status_code, text in answer.text) == (404, True)


def test_a_zone_of_an_unknown_area_is_refused(page: PageClient, desk: Desk) -> None:
    before = desk.house()
    form = form_to(page.get("/plan"), "/plan/zones")
    answer = page.submit(form, area="moon")
    assert answer.status_code == 422
    assert "Must be one of indoor, outdoor, bar." in answer.text
    assert desk.house() == before


def test_joins_and_zones_are_edited_on_the_plan(page: PageClient, desk: Desk) -> None:
    form = form_to(page.get("/plan"), "/plan/join")
    assert page.submit(form, first="1", second="3", seat_loss="1").status_code == 303
    joins = {each.tables: each.seat_loss for each in desk.house().floor.joins}
    assert joins == {("1", "2"): 0, ("1", "3"): 1, ("3", "4"): 0}
    form = form_to(page.get("/plan"), "/plan/join")
    assert page.submit(form, first="3", second="1").status_code == 303
    assert len(desk.house().floor.joins) == 2
    zones = [each for each in forms_of(page.get("/plan")) if each.action.endswith("/zones")]
    assert page.submit(zones[-1], name="Terrace", area="outdoor").status_code == 303
    terrace = desk.house().floor.find_zone("terrace")
    assert terrace is not None
    assert terrace.area == "outdoor"
    assert page.submit(form_to(page.get("/plan"), "/zones/terrace/remove")).status_code == 303
    assert desk.house().floor.find_zone("terrace") is None


@pytest.mark.slow
def test_a_join_that_strands_a_party_asks_first(page: PageClient, desk: Desk) -> None:
    booking = desk.book(BookingRequest(4, at("19:00"), tables=("1", "2")))
    form = form_to(page.get("/plan"), "/plan/join")
    answer = page.submit(form, first="1", second="2")
    assert answer.status_code == 200
    assert booking.id[-4:] in answer.text
    assert len(desk.house().floor.joins) == 2


def test_two_bookings_of_a_date_strand_by_a_closure(page: PageClient, desk: Desk) -> None:
    for _ in range(2):
        desk.book(party_size(2))
    form = form_to(page.get("/rules"), "/rules/closures")
    answer = page.submit(form, on="2026-05-01", step="save")
    assert "2 parties lose their tables or their times" in answer.text
    assert "none: call the party" in answer.text
