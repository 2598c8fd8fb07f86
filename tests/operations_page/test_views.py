"""The views: what each shows, to whom, and that no text of a record becomes markup."""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import Any

import attrs
import pytest

from fourtop import (
    Actor,
    BookingRequest,
    CapacityRule,
    CountedIds,
    Desk,
    Engine,
    Floor,
    ManualClock,
    MemoryStore,
    PacingRule,
    Position,
    Window,
    Zone,
)
from fourtop.operations_page import PageOptions
from tests.evening import NOW, a_house, at, party_size
from tests.operations_page.busy_evening import PUB, BusyEvening
from tests.operations_page.client import HOME, PREFIX, PageClient, client_of, form_to, routes_of

CANARY = """<img src=x onerror=alert(1)>"'&{{7*7}}"""
VIEWS = (
    *("", "/timeline", "/bookings", "/heat", "/heat?of=seats", "/month", "/at/1", "/waitlist"),
    *("/tables", "/tables/1", "/new-table", "/plan", "/rules", "/blocks", "/document"),
)
ADMIN_ROUTES = {
    *("tables", "table", "new_table", "add_table", "put_table", "remove_table"),
    *("plan", "place_table", "toggle_join", "put_zone", "remove_zone"),
    *("rules", "put_period", "remove_period", "close_day", "put_rule", "remove_rule"),
    *("put_channel", "remove_channel"),
    *("blocks", "add_block", "end_block", "document", "put_document"),
}
STAFF_ROUTES = {
    *("room", "at_table", "timeline", "bookings", "booking", "book", "walk_in", "plan_move"),
    *("check_move", "take_step", "heat", "month", "live", "choose_theme"),
    *("waitlist", "join_waitlist", "offer", "take_waitlist_step"),
}


def test_every_route_has_its_least_role_in_this_table(page: PageClient) -> None:
    assert {each.name for each in routes_of(page.app)} == ADMIN_ROUTES | STAFF_ROUTES


@pytest.mark.slow
@pytest.mark.parametrize(("role", "level"), [("guest", 0), ("waiter", 1), ("admin", 2)])
def test_every_route_is_open_to_its_role_and_those_above(
    role: str, level: int, page: PageClient
) -> None:
    for route in routes_of(page.app):
        if route.name == "live":
            continue  # Its answer never ends.
        needed = 2 if route.name in ADMIN_ROUTES else 1
        path = HOME + re.sub(r"\{\w+\}", "x1", route.path)
        for method in route.methods or ():
            how: dict[str, Any] = {"role": role}
            if method == "POST" and level >= 1:
                answer = page.post(path, {"version": 1}, **how)
            elif method == "POST":
                answer = page.run(page.send("POST", path, data={}, **how))
            else:
                answer = page.get(path, **how)
            assert (answer.status_code == 403) is (level < needed), route.name
            assert answer.status_code < 500, route.name
            unknown = page.run(page.send(method, path, user="nobody"))
            assert unknown.status_code == 401, route.name


@pytest.mark.slow
@pytest.mark.parametrize("path", VIEWS)
def test_every_view_keeps_the_policy_of_the_page(path: str, page: PageClient) -> None:
    answer = page.get(path)
    assert answer.status_code == 200
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", answer.text) == []
    assert re.findall(r"<script(?! src=)", answer.text) == []
    assert len(answer.content) < 150_000


def test_staff_see_no_way_to_the_views_of_admins(page: PageClient) -> None:
    text = page.get(role="waiter").text
    assert f"{HOME}/rules" not in text
    assert f"{HOME}/rules" in page.get().text


@pytest.mark.slow
def test_no_text_of_a_record_becomes_markup(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house = a_house(name=CANARY)
    table = attrs.evolve(
        house.floor.tables[0],
        number=CANARY[:50],
        notes=CANARY,
        section=CANARY,
        category=CANARY[:50],
    )
    table = attrs.evolve(table, seating=CANARY[:50], features=[CANARY])
    floor = house.floor.with_table(table).with_zone(Zone("terrace", CANARY[:50]))
    zones = [attrs.evolve(each, name=f"{CANARY[:40]}{n}") for n, each in enumerate(floor.zones)]
    house = attrs.evolve(house, floor=attrs.evolve(floor, zones=zones))
    clock = ManualClock(NOW)
    engine = Engine(MemoryStore(clock), ids=CountedIds("n"))
    engine.add_restaurant(house)
    desk = engine.desk(house.restaurant.id, actor=Actor("u17", "staff"))
    bookings = [desk.book(party_size(size)) for size in (2, 4, 4)]
    desk.block(Window(at("17:00"), at("18:00")), tables=["5"], reason=CANARY)
    options = PageOptions(names_of=lambda _, ids: dict.fromkeys(ids, CANARY))
    home = f"{PREFIX}/restaurants/{house.restaurant.id}"
    moves = f"/move?booking={bookings[0].id}&table=3&table=4"
    with client_of(engine, options) as page:
        for path in (*VIEWS, f"/bookings/{bookings[0].id}", f"/bookings?q={CANARY}", moves):
            answer = page.get(f"{home}{path}")
            assert "<img" not in answer.text, path
            assert "onerror=alert(1)&gt;" in answer.text or "/month" in path, path
            assert "49" not in re.findall(r">([^<]*)<", answer.text), path
        back = page.get(f"{home}/bookings", params={"on": CANARY})
        assert "<img" not in back.text
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("fourtop")]
    assert ours
    assert "onerror=" not in "".join(ours)


def test_names_come_from_the_host_and_may_be_awaited(engine: Engine, desk: Desk) -> None:
    booking = desk.book(party_size(4))

    async def names_of(restaurant: str, ids: Any) -> dict[str, str]:
        assert (restaurant, list(ids)) == ("house", [booking.id])
        return {booking.id: "Ada Lovelace"}

    with client_of(engine, PageOptions(names_of=names_of)) as page:
        for path in ("", "/timeline", "/bookings", f"/bookings/{booking.id}"):
            assert "Ada Lovelace" in page.get(path).text


def test_the_room_warns_of_parties_at_risk_and_offers_the_way_out(busy: BusyEvening) -> None:
    with client_of(busy.engine, busy.options) as page:
        home = f"{PREFIX}/restaurants/{PUB}"
        text = page.get(home).text
        assert "At risk: Gwen 7, 19:30, party of 4." in text
        assert "Move to Dining 4b" in text
        assert "evening: 37 of 26 covers, 11 parties" in text
        assert "evening from 18:30: 8 of 7 covers" in text


def test_refusals_have_local_times_and_the_numbers_of_tables(busy: BusyEvening) -> None:
    home = f"{PREFIX}/restaurants/{PUB}"
    booking = busy.bookings[9]
    with client_of(busy.engine, busy.options) as page:
        answer = page.get(f"{home}/move?booking={busy.bookings[6].id}&table=big-bay")
        assert "<p>Table Big Bay is taken at that time.</p>" in answer.text
        form = form_to(page.get(f"{home}/bookings/{booking.id}"), "/no-show")
        early = page.submit(form)
        assert early.status_code == 409
        assert "The party is booked for 2026-05-01 20:30" in early.text
        assert "it is 2026-05-01 19:40" in early.text


def test_the_room_is_of_the_night_that_runs_by_the_clock_of_the_store(
    page: PageClient, clock: ManualClock, desk: Desk
) -> None:
    desk.book(party_size(4))
    clock.advance(minutes=8 * 60)
    assert "It is <strong>20:00</strong> in UTC." in page.get().text


@pytest.mark.parametrize(
    ("covers", "look"), [(6, "low"), (7, "mid"), (9, "mid"), (10, "alert"), (12, "alert")]
)
def test_a_slot_has_the_colour_of_its_level(
    covers: int, look: str, page: PageClient, desk: Desk
) -> None:
    desk.edit_policy(lambda policy: policy.with_rule(PacingRule(60, max_covers=10)))
    desk.edit_policy(lambda policy: policy.with_rule(CapacityRule(max_covers=40)))
    sizes = {6: (6,), 7: (4, 3), 9: (6, 3), 10: (6, 4), 12: (6, 4)}[covers]
    for size in sizes:
        desk.book(BookingRequest(size, at("19:00")))
    if covers == 12:
        desk.edit_policy(lambda policy: policy.with_rule(PacingRule(60, max_covers=8)))
    answer = page.get("/heat", params={"on": "2026-05-01"})
    cell = re.search(r'aria-label="Fri 1 May, 19:00: (\d+) %">.*?class="ft-(\w+)"', answer.text)
    assert cell is not None
    assert cell[2] == look


def test_a_slot_leads_to_its_bookings(page: PageClient, desk: Desk) -> None:
    booking = desk.book(BookingRequest(4, at("19:00"), reference="order-17"))
    answer = page.get("/heat", params={"on": "2026-05-01", "of": "seats"})
    links = re.findall(r'<a href="([^"]+)" data-id="" aria-label="Fri 1 May, 19:15', answer.text)
    listed = page.get(links[0].replace("&amp;", "&"))
    assert booking.reference is not None
    assert booking.reference in listed.text
    links = re.findall(r'<a href="([^"]+)" data-id="" aria-label="Fri 1 May, 17:00', answer.text)
    assert "No booking of these days matches." in page.get(links[0].replace("&amp;", "&")).text


def test_a_plan_that_is_wider_than_a_phone_says_that_it_scrolls(
    page: PageClient, desk: Desk
) -> None:
    hint = "Swipe the plan sideways to see the rest."
    assert hint not in page.get().text
    first = desk.house().floor.tables[0]
    # Two that are close beside one that is far away take a long plan.
    for table_id, x in (("near", 0), ("by", 10), ("far", 100)):
        placed = attrs.evolve(first, id=table_id, number=table_id, position=Position(x, 0))
        desk.edit_floor(partial(Floor.with_table, table=placed))
    assert hint in page.get().text


def test_a_month_shows_what_is_booked_and_what_a_party_can_book(
    page: PageClient, desk: Desk
) -> None:
    desk.book(party_size(4))
    desk.edit_policy(lambda policy: policy.with_closure(at("12:00").date().replace(day=24)))
    text = page.get("/month", params={"month": "2026-05", "party_size": 6}).text
    assert "1 party, 4 covers" in text
    assert text.count(">Closed<") == 1
    assert "starts from 17:00 to 21:00" in text
    assert page.get("/month", params={"month": "2026-13"}).status_code == 422


@pytest.mark.parametrize("path", ["/heat?of=luck", "/timeline?on=may", "/at/unknown"])
def test_a_malformed_address_is_a_page_with_its_error(path: str, page: PageClient) -> None:
    answer = page.get(path)
    assert answer.status_code in (404, 422)
    assert "Nothing has changed" in answer.text
