"""The timeline in the browser: parties move by dragging, or stay and the page says why."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import served_page, staff_page
from tests.operations_page.busy_evening import BusyEvening, a_busy_evening

pytestmark = pytest.mark.slow


def drag(page: Page, booking_id: str, table_id: str) -> None:
    """Drag the bar of a party to the row of a table."""
    bar = page.locator(f'svg a[data-id="{booking_id}"]').first.bounding_box()
    row = page.locator(f'[data-target="{table_id}"]').bounding_box()
    assert bar is not None
    assert row is not None
    x, y = bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, (y + row["y"]) / 2, steps=3)
    page.mouse.move(x, row["y"] + row["height"] / 2, steps=3)
    page.mouse.up()


def tables_of(busy: BusyEvening, at: int) -> tuple[str, ...]:
    return busy.desk.get_booking(busy.bookings[at].id).tables


def test_staff_move_a_party_by_dragging(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser) as page:
        page.goto(f"{room}/timeline")
        drag(page, busy.bookings[6].id, "dining-4b")
        expect(page.locator("#answer")).to_have_text("Gwen 7 has Dining 4b.")
        assert tables_of(busy, 6) == ("dining-4b",)
        expect(page.locator("#movable option", has_text="Gwen 7")).to_contain_text("Dining 4b")


def test_a_move_that_a_rule_forbids_is_refused_with_the_reason(browser: Browser) -> None:
    busy = a_busy_evening()
    before = tables_of(busy, 6)
    with served_page(busy) as room, staff_page(browser) as page:
        page.goto(f"{room}/timeline")
        drag(page, busy.bookings[6].id, "big-bay")
        expect(page.locator("#answer")).to_contain_text("Gwen 7 stays at Low 4b.")
        expect(page.locator("#answer")).to_contain_text("taken")
        assert tables_of(busy, 6) == before
        assert page.locator("svg a[transform]").count() == 0


def test_a_rule_of_the_house_may_be_broken_with_a_reason(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser) as page:
        page.goto(f"{room}/timeline")
        drag(page, busy.bookings[10].id, "dining-4b")
        expect(page.locator("#answer")).to_contain_text("Ada 11 stays at Dining 6a.")
        page.get_by_role("link", name="Break the rule").click()
        page.get_by_label("Why the rule does not count").fill("They bring stools")
        page.get_by_role("button", name="Move all the same").click()
        expect(page.get_by_role("status")).to_contain_text("other tables")
        assert tables_of(busy, 10) == ("dining-4b",)


def test_a_drag_of_a_stale_party_changes_nothing_and_shows_the_present_state(
    browser: Browser,
) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser) as page:
        page.goto(f"{room}/timeline")
        busy.desk.pin(busy.bookings[9].id)
        before = tables_of(busy, 9)
        drag(page, busy.bookings[9].id, "dining-6b")
        expect(page.locator("#answer")).to_contain_text("stays at Big Bay")
        assert tables_of(busy, 9) == before


def test_a_party_without_tables_gets_one_by_dragging(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser) as page:
        page.goto(f"{room}/timeline")
        drag(page, busy.bookings[12].id, "dining-6b")
        expect(page.locator("#answer")).to_contain_text("Cleo 13")
        expect(page.locator("#answer")).to_have_class("banner done")
        assert tables_of(busy, 12) == ("dining-6b",)


def test_a_party_moves_by_keyboard_alone(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser) as page:
        page.goto(f"{room}/timeline")
        page.locator("#movable").focus()
        page.keyboard.type("19:30")
        page.keyboard.press("Tab")
        page.keyboard.type("Dining 4b")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("can sit there")
        page.get_by_role("button", name="Move").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("other tables")
        assert tables_of(busy, 6) == ("dining-4b",)
