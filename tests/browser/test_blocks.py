"""The blocks in the browser: made, refused with the reason, made after moves, and ended."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import served_page, staff_page
from tests.browser.views import fill_block, without_caps
from tests.operations_page.busy_evening import a_busy_evening

pytestmark = pytest.mark.slow


def test_a_block_is_made_and_ended(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser, role="admin") as page:
        fill_block(page, room)
        page.get_by_label("Dining 6a").uncheck()
        page.get_by_label("Dining 6b").check()
        page.get_by_role("button", name="Block", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("The tables are blocked.")
        row = page.locator("tbody tr", has_text="Dining 6b")
        expect(row).to_contain_text("a broken lamp")
        expect(row).to_contain_text("2026-05-01 20:30")
        page.get_by_role("button", name="End the block of Dining 6b").click()
        expect(page.get_by_role("status")).to_have_text("The block has ended.")
        expect(page.get_by_role("button", name="End the block of Dining 6b")).to_have_count(0)


def test_a_refused_block_says_who_is_in_the_way_and_keeps_the_form(browser: Browser) -> None:
    busy = a_busy_evening()
    without_caps(busy.desk)
    before = busy.desk.get_booking(busy.bookings[10].id)
    with served_page(busy) as room, staff_page(browser, role="admin") as page:
        fill_block(page, room)
        page.get_by_role("button", name="Block", exact=True).click()
        refusal = page.locator("#refusal")
        expect(refusal).to_contain_text("Dining 6a is taken")
        expect(refusal).to_be_focused()
        expect(page).to_have_url(f"{room}/blocks")
        expect(page.get_by_label("Reason")).to_have_value("a broken lamp")
        expect(page.get_by_label("Dining 6a")).to_be_checked()
        assert busy.desk.get_booking(before.id) == before
        page.get_by_role("button", name="Block, and move the parties in the way").click()
        expect(page.get_by_role("status")).to_have_text("1 party has other tables.")
        assert set(busy.desk.get_booking(before.id).tables).isdisjoint(before.tables)
