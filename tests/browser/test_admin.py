"""The views of admins in the browser: hours with a preview, and the plan by drag and drop."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from fourtop import BookingChange
from tests.browser.pages import served_page, staff_page
from tests.browser.views import without_caps
from tests.operations_page.busy_evening import a_busy_evening

pytestmark = pytest.mark.slow


def centre(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
    page.mouse.move(*end, steps=3)
    page.mouse.up()


def table(page: Page, table_id: str) -> Locator:
    return page.locator(f'svg a[data-id="{table_id}"] rect').first


def test_an_admin_narrows_the_hours_and_keeps_the_stranded(browser: Browser) -> None:
    busy = a_busy_evening()
    without_caps(busy.desk)
    with served_page(busy) as room, staff_page(browser, role="admin") as page:
        page.goto(f"{room}/rules")
        hours = page.locator("fieldset", has_text="evening").first
        hours.get_by_label("Last start").fill("20:30")
        hours.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("1 party loses its table or its time.")
        expect(page.get_by_role("row", name="Ada 11")).to_contain_text("21:00")
        page.get_by_role("button", name="Save, and keep 1 party").click()
        expect(page.get_by_role("status")).to_contain_text("the parties are kept")
        period = busy.desk.house().policy.periods[0]
        assert period.last_start is not None
        assert f"{period.last_start:%H:%M}" == "20:30"
        kept = busy.desk.get_booking(busy.bookings[10].id)
        assert kept.status == "confirmed"
        assert kept.local_start[11:16] <= "20:30"


def test_tables_are_joined_parted_and_placed_by_dragging(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser, role="admin") as page:
        page.goto(f"{room}/plan")
        for joins in (12, 11):
            drag(page, centre(table(page, "big-bay")), centre(table(page, "small-bay")))
            expect(page.locator("#answer")).to_have_text("The join is changed.")
            expect(page.locator("h2", has_text="Joins")).to_have_text(f"Joins {joins}")
            assert len(busy.desk.house().floor.joins) == joins
        x, y = centre(table(page, "small-bay"))
        drag(page, (x, y), (x, y - 90))
        expect(page.locator("#answer")).to_have_text("The table has its new place.")
        assert busy.desk.house().floor.get_table("small-bay").position is not None
        # The room has it at its new place, too.
        expect(table(page, "small-bay")).to_be_visible()


def test_a_change_of_the_plan_that_strands_a_party_asks_first(browser: Browser) -> None:
    busy = a_busy_evening()
    desk = busy.desk
    without_caps(desk)
    desk.reschedule(
        busy.bookings[10].id, BookingChange(party_size=10, tables=["dining-6a", "dining-6b"])
    )
    with served_page(busy) as room, staff_page(browser, role="admin") as page:
        page.goto(f"{room}/plan")
        drag(page, centre(table(page, "dining-6a")), centre(table(page, "dining-6b")))
        expect(page.get_by_role("heading", level=1)).to_contain_text("Part ")
        expect(page.get_by_role("alert").filter(has_text="loses")).to_be_visible()
        assert len(busy.desk.house().floor.joins) == 11


def test_an_admin_closes_a_zone_by_its_form(browser: Browser) -> None:
    busy = a_busy_evening()
    without_caps(busy.desk)
    with served_page(busy) as room, staff_page(browser, role="admin") as page:
        page.goto(f"{room}/rules")
        form = page.locator("details", has_text="New zone rule")
        form.locator("summary").click()
        form.get_by_role("combobox", name="Zone").select_option(label="Dining Room")
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_role("combobox", name="Zone")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_role("alert").filter(has_text="Nothing has changed")).to_be_visible()
        form.get_by_role("checkbox", name="closed").check()
        form.get_by_role("button", name="Save").click()
        expect(page.get_by_role("row", name="Ada 11")).to_be_visible()
        assert busy.desk.house().policy.zone_rules == ()
        page.get_by_role("button", name="Save without moving anyone").click()
        expect(page.get_by_role("status")).to_have_text("The change is saved.")
        expect(page.locator("li", has_text="dining-room closed")).to_be_visible()
        assert busy.desk.get_booking(busy.bookings[10].id) == busy.bookings[10]
