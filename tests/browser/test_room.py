"""The room in the browser: states, banners, and steps of parties."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import served_page, staff_page
from tests.operations_page.busy_evening import a_busy_evening

pytestmark = pytest.mark.slow


def test_the_room_shows_states_and_warns_of_overbooking(browser: Browser) -> None:
    with served_page(a_busy_evening()) as room, staff_page(browser) as page:
        page.goto(room)
        expect(page.locator(".banner.over")).to_contain_text("37 of 26 covers")
        expect(page.locator(".banner.risk")).to_contain_text("At risk: Gwen 7, 19:30")
        table = page.locator('svg a[data-id="low-4b"] rect').last
        expect(table).to_have_css("fill", "rgb(177, 55, 26)")
