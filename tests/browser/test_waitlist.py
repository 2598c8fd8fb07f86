"""The waitlist in the browser: join, offer, accept, seat, leave, and the way from a full house."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import served_page, staff_page
from tests.browser.serving import DESKTOP, PHONE
from tests.browser.views import VIEWS, without_caps
from tests.operations_page.busy_evening import FRIDAY, a_busy_evening

pytestmark = pytest.mark.slow


def join(page: Page, room: str, reference: str) -> None:
    page.goto(f"{room}/waitlist")
    page.locator("details summary").click()
    page.get_by_label("Time", exact=True).fill("20:45")
    page.get_by_label("At the latest").fill("21:00")
    page.get_by_label("Reference").fill(reference)
    page.get_by_role("button", name="Put on the waitlist").click()
    expect(page.get_by_role("status")).to_have_text("The party is on the waitlist.")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_party_waits_gets_an_offer_and_takes_it(size: dict[str, int], browser: Browser) -> None:
    busy = a_busy_evening()
    without_caps(busy.desk)
    with served_page(busy) as room, staff_page(browser, viewport=size) as page:
        join(page, room, "ines")
        row = page.locator("tbody tr", has_text="ines")
        expect(row).to_contain_text("20:45 to 21:00")
        page.get_by_role("button", name="Offer tables to the next party").click()
        expect(page.get_by_role("status")).to_have_text("Tables are kept for a party.")
        expect(row).to_contain_text("kept until")
        page.get_by_role("button", name="Withdraw the offer: ines").click()
        expect(row).to_contain_text("no open offer, 1 made")
        page.get_by_role("button", name="Offer tables to the next party").click()
        page.get_by_role("button", name="Accept: ines").click()
        expect(page.get_by_role("status")).to_have_text("The party has its tables.")
        expect(page.get_by_role("heading", level=1)).to_have_text("ines")
        (booking,) = [each for each in busy.desk.list_bookings() if each.reference == "ines"]
        assert booking.status == "confirmed"


def test_a_party_with_an_offer_is_seated_or_leaves(browser: Browser) -> None:
    busy = a_busy_evening()
    without_caps(busy.desk)
    with served_page(busy) as room, staff_page(browser) as page:
        join(page, room, "ines")
        join(page, room, "omar")
        page.get_by_role("button", name="Offer tables to the next party").click()
        page.get_by_role("button", name="Seat: ines").click()
        expect(page.get_by_role("status")).to_have_text("The party sits at its tables.")
        expect(page.locator(".pill")).to_have_text("seated")
        page.goto(f"{room}/waitlist")
        page.get_by_role("button", name="Remove: omar").click()
        expect(page.get_by_role("status")).to_have_text("The party waits no longer.")
        expect(page.locator(".empty")).to_have_text("No party waits on this date.")
        assert busy.desk.waitlist(FRIDAY).entries == ()


def test_a_full_house_leads_to_the_waitlist_with_what_was_typed(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser) as page:
        VIEWS["full"](page, room, busy)
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("button", name="Book ").first).to_be_visible()
        page.get_by_role("button", name="Put on the waitlist").click()
        expect(page.get_by_role("status")).to_have_text("The party is on the waitlist.")
        row = page.locator("tbody tr")
        expect(row).to_contain_text("19:00")
        expect(row.locator(".size")).to_have_text("4")
