"""The room in the browser: states, banners, and steps of parties."""

from __future__ import annotations

from time import monotonic

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.pages import served_page, staff_page
from tests.operations_page.busy_evening import a_busy_evening

pytestmark = pytest.mark.slow

# The figure is one second on a machine that does nothing else; the machine of the tests is shared.
LATEST_SECONDS = 10.0


def test_the_room_shows_states_and_warns_of_overbooking(browser: Browser) -> None:
    with served_page(a_busy_evening()) as room, staff_page(browser) as page:
        page.goto(room)
        expect(page.locator(".banner.over").first).to_contain_text("37 of 26 covers")
        expect(page.locator(".banner.risk")).to_contain_text("At risk: Gwen 7, 19:30")
        table = page.locator('svg a[data-id="low-4b"] rect').last
        expect(table).to_have_css("fill", "rgb(177, 55, 26)")


def test_a_change_made_elsewhere_shows_within_a_second(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser) as page:
        page.goto(room)
        # The first message of the stream has come, and the page has settled.
        page.wait_for_load_state("load")
        party = page.locator(".side .party", has_text="Hugo 8")
        expect(party).to_have_class("party s-confirmed")
        begun = monotonic()
        busy.desk.seat(busy.bookings[7].id)
        expect(party).to_have_class("party s-checked_in")
        assert monotonic() - begun < LATEST_SECONDS
        table = page.locator('svg a[data-id="low-4a"] rect').last
        expect(table).to_have_css("fill", "rgb(29, 95, 159)")


def test_a_change_between_the_page_and_its_stream_shows(browser: Browser) -> None:
    busy = a_busy_evening()

    def late(route: Route) -> None:
        busy.desk.seat(busy.bookings[7].id)
        route.continue_()

    with served_page(busy) as room, staff_page(browser) as page:
        page.route("**/live?*", late, times=1)
        page.goto(room)
        party = page.locator(".side .party", has_text="Hugo 8")
        expect(party).to_have_class("party s-checked_in")


def test_a_text_that_a_person_types_outlives_a_change(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser) as page:
        page.goto(f"{room}/bookings")
        page.get_by_label("Search").fill("Emma")
        busy.desk.complete(busy.bookings[4].id)
        row = page.locator("tr", has_text="Emma 5")
        expect(row).to_contain_text("left")
        expect(page.get_by_label("Search")).to_have_value("Emma")


def test_a_lost_connection_is_told_and_the_page_loads_anew(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser) as page:
        page.goto(room)
        party = page.locator(".side .party", has_text="Hugo 8")
        page.context.set_offline(True)
        expect(page.locator("#offline")).to_contain_text("No connection. You see the state of")
        busy.desk.seat(busy.bookings[7].id)
        page.get_by_role("button", name="Left: 18:45 Finn 6").focus()
        expect(party).to_have_class("party s-confirmed")
        page.context.set_offline(False)
        expect(page.locator("#offline")).to_be_hidden()
        expect(party).to_have_class("party s-checked_in")
