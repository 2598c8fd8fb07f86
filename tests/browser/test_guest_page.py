"""The guest page of the example, in the browser."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # No types.
from playwright.sync_api import Browser, Page, expect

from fourtop import BookingStatus, CountedIds, Desk, Engine, ManualClock, MemoryStore
from tests.browser.serving import DESKTOP, PHONE, opened, served
from tests.evening import FRIDAY, NOW, STAFF, a_house, at, party_size

pytestmark = pytest.mark.slow

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "guest_page.py"
NAME: Final = '<b id="x">The Pub</b> & "Sons"'
THREE_MINUTES: Final = 180


@attrs.frozen(eq=False)
class Pub:
    """A small house, and the address of its guest page."""

    desk: Desk
    clock: ManualClock
    address: str

    def take_all_tables(self, start: str = "19:00") -> None:
        for size in (2, 2, 4, 4, 6):
            self.desk.book(party_size(size, start))


@pytest.fixture
def pub() -> Iterator[Pub]:
    clock = ManualClock(NOW)
    engine = Engine(MemoryStore(clock), ids=CountedIds("n"))
    house = a_house()
    named = attrs.evolve(house, restaurant=attrs.evolve(house.restaurant, name=NAME))
    desk = engine.add_restaurant(named, actor=STAFF)
    app = runpy.run_path(str(EXAMPLE))["create_app"](engine, clock)
    with served(app) as base:
        yield Pub(desk, clock, f"{base}/book/restaurants/{house.restaurant.id}")


@pytest.fixture
def page(browser: Browser, pub: Pub) -> Iterator[Page]:
    with opened(browser) as found:
        found.goto(pub.address)
        yield found


def heading(page: Page) -> Any:
    return page.locator("#answer h2")


def find_times(page: Page, size: int = 2) -> None:
    page.get_by_label("People").select_option(str(size))
    page.get_by_role("button", name="Find a time").click()
    expect(heading(page)).to_contain_text("Friday 1 May")


def choose(page: Page, time: str) -> None:
    page.locator(".times button", has_text=time).click()


def keep(page: Page, time: str = "19:00", size: int = 2) -> None:
    find_times(page, size)
    choose(page, time)
    expect(page.get_by_role("timer")).to_be_visible()


# ---- a guest books


def test_a_guest_finds_a_time_and_books(pub: Pub, page: Page) -> None:
    keep(page, "19:00", 4)
    expect(heading(page)).to_have_text("Friday 1 May, 19:00")
    expect(heading(page)).to_be_focused()
    page.get_by_role("button", name="Book this table").click()
    expect(heading(page)).to_have_text("Your table is booked")
    expect(page.locator("dl")).to_contain_text("Until20:30")
    (booking,) = pub.desk.list_bookings()
    assert (booking.party_size, booking.start) == (4, at("19:00"))
    assert booking.status is BookingStatus.CONFIRMED
    assert booking.actor.is_guest


def test_a_guest_books_by_keyboard_alone(pub: Pub, page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.type("4")
    page.get_by_label("Date").press("Enter")
    expect(heading(page)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("timer")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Your table is booked")
    (booking,) = pub.desk.list_bookings()
    assert (booking.party_size, booking.start) == (4, at("17:00"))


def test_two_clicks_book_once(pub: Pub, page: Page) -> None:
    keep(page)
    page.get_by_role("button", name="Book this table").dblclick()
    expect(heading(page)).to_have_text("Your table is booked")
    assert len(pub.desk.list_bookings()) == 1


def test_a_guest_changes_their_mind_and_the_table_is_free_at_once(pub: Pub, page: Page) -> None:
    for again in ("Choose another time", "Find a time"):
        keep(page, "19:00", 6)
        assert pub.desk.table_states()["5"].value == "available"
        assert len(pub.desk.day(FRIDAY).tables[-1].entries) == 1
        page.get_by_role("button", name=again).click()
        expect(page.locator(".times")).to_be_visible()
        assert pub.desk.day(FRIDAY).tables[-1].entries == ()


def test_a_booking_is_cancelled_after_a_question(pub: Pub, page: Page) -> None:
    keep(page)
    page.get_by_role("button", name="Book this table").click()
    page.get_by_role("button", name="Cancel this booking").click()
    page.get_by_role("button", name="No, keep it").click()
    expect(heading(page)).to_have_text("Your table is booked")
    page.get_by_role("button", name="Cancel this booking").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(heading(page)).to_have_text("Your booking is cancelled")
    (booking,) = pub.desk.list_bookings()
    assert booking.status is BookingStatus.CANCELLED


# ---- full


def test_a_full_time_offers_others_and_one_click_books(pub: Pub, page: Page) -> None:
    pub.take_all_tables()
    find_times(page)
    choose(page, "19:00")
    expect(heading(page)).to_have_text("19:00 is full")
    first = page.locator(".others button").first
    expect(first).to_contain_text("17:00 2 hours earlierBook it")
    first.click()
    expect(heading(page)).to_have_text("Your table is booked")
    (booking,) = [each for each in pub.desk.list_bookings() if each.start == at("17:00")]
    assert booking.party_size == 2


def test_a_table_that_is_lost_in_a_race_offers_others(pub: Pub, page: Page) -> None:
    find_times(page)
    pub.take_all_tables()
    choose(page, "19:00")
    expect(heading(page)).to_have_text("19:00 is full")
    pub.take_all_tables("21:00")
    page.locator(".others button", has_text="21:00").click()
    expect(heading(page)).to_have_text("21:00 is full")


def test_a_party_that_no_table_seats_and_a_closed_date_are_told(pub: Pub, page: Page) -> None:
    page.get_by_label("People").select_option("12")
    page.get_by_role("button", name="Find a time").click()
    expect(page.locator("#answer")).to_contain_text("We have no table for 12 people here")
    pub.desk.edit_policy(lambda policy: policy.with_closure(FRIDAY))
    find_times(page)
    expect(page.locator("#answer")).to_contain_text("The restaurant is closed on this date")
    expect(page.locator(".times")).to_have_count(0)


# ---- the countdown


def test_the_countdown_ends_politely(pub: Pub, browser: Browser) -> None:
    with opened(browser) as page:
        page.clock.install(time=datetime(2031, 1, 1, tzinfo=UTC))  # The guest's clock is wrong.
        page.goto(pub.address)
        keep(page)
        timer = page.get_by_role("timer")
        expect(timer).to_have_text("3:00")
        more = page.get_by_role("button", name="I need another minute")
        expect(more).to_be_hidden()
        page.clock.fast_forward((THREE_MINUTES - 58) * 1_000)
        expect(page.get_by_role("status")).to_have_text("60 seconds left to decide")
        expect(more).to_be_visible()
        pub.clock.advance(seconds=THREE_MINUTES + 1)
        page.clock.fast_forward(59_000)
        expect(heading(page)).to_have_text("Your time to decide is over")
        expect(heading(page)).to_be_focused()
        page.get_by_role("button", name="Ask for 19:00 again").click()
        expect(timer).to_have_text("3:00")


def test_a_guest_gets_another_minute(pub: Pub, browser: Browser) -> None:
    with opened(browser) as page:
        page.clock.install()
        page.goto(pub.address)
        keep(page)
        page.clock.fast_forward((THREE_MINUTES - 40) * 1_000)
        pub.clock.advance(seconds=THREE_MINUTES - 40)
        page.get_by_role("button", name="I need another minute").click()
        expect(page.get_by_role("timer")).to_have_text("1:40")


def test_another_minute_comes_after_a_lost_connection(pub: Pub, browser: Browser) -> None:
    with opened(browser) as page:
        page.clock.install()
        page.goto(pub.address)
        keep(page)
        page.clock.fast_forward((THREE_MINUTES - 40) * 1_000)
        pub.clock.advance(seconds=THREE_MINUTES - 40)
        page.context.set_offline(offline=True)
        page.get_by_role("button", name="I need another minute").click()
        expect(heading(page)).to_have_text("The restaurant cannot be reached")
        page.context.set_offline(offline=False)
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("timer")).to_have_text("1:40")
        page.get_by_role("button", name="Book this table").click()
        expect(heading(page)).to_have_text("Your table is booked")


def test_a_hold_that_the_house_has_ended_is_told_at_the_booking(pub: Pub, page: Page) -> None:
    keep(page)
    pub.clock.advance(seconds=THREE_MINUTES + 1)
    page.get_by_role("button", name="Book this table").click()
    expect(heading(page)).to_have_text("Your time to decide is over")


# ---- faults, zones and markup


def test_without_a_connection_the_guest_tries_again_and_books_once(pub: Pub, page: Page) -> None:
    keep(page)
    page.context.set_offline(offline=True)
    page.get_by_role("button", name="Book this table").click()
    expect(heading(page)).to_have_text("The restaurant cannot be reached")
    page.context.set_offline(offline=False)
    page.get_by_role("button", name="Try again").click()
    expect(heading(page)).to_have_text("Your table is booked")
    assert len(pub.desk.list_bookings()) == 1


def test_a_guest_who_asks_too_often_is_told_how_long_to_wait(page: Page) -> None:
    for _ in range(20):
        find_times(page)
    page.get_by_role("button", name="Find a time").click()
    expect(page.locator("#answer")).to_contain_text("Please try again in")


def test_times_are_those_of_the_restaurant(pub: Pub, browser: Browser) -> None:
    with opened(browser, timezone_id="Pacific/Auckland") as page:
        page.goto(pub.address)
        find_times(page)
        expect(page.locator(".times button").first).to_have_text("17:00")


def test_the_date_is_the_chosen_one_in_a_zone_ahead_of_utc(browser: Browser) -> None:
    clock = ManualClock(NOW)
    engine = Engine(MemoryStore(clock))
    house = a_house()
    engine.add_restaurant(
        attrs.evolve(house, restaurant=attrs.evolve(house.restaurant, timezone="Pacific/Auckland"))
    )
    app = runpy.run_path(str(EXAMPLE))["create_app"](engine, clock)
    with served(app) as base, opened(browser) as page:
        page.goto(f"{base}/book/restaurants/{house.restaurant.id}")
        page.get_by_label("Date").fill("2026-05-08")
        page.get_by_role("button", name="Find a time").click()
        expect(heading(page)).to_have_text("Friday 8 May, 2 people")


def test_the_name_of_the_house_is_text(page: Page) -> None:
    expect(page.locator("h1")).to_have_text(NAME)
    expect(page.locator("#x")).to_have_count(0)


def test_the_page_runs_no_script_of_its_markup(pub: Pub, page: Page) -> None:
    answer = page.request.get(pub.address)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "<script>" not in answer.text()
    assert " style=" not in answer.text()
    assert " on" not in page.locator("body").inner_html().replace(" one", "")


# ---- every view, both themes, two sizes


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_view_has_a_serious_fault_of_accessibility(
    pub: Pub, browser: Browser, size: dict[str, int], scheme: Any
) -> None:
    pub.take_all_tables()
    with opened(browser, viewport=size, color_scheme=scheme) as page:
        page.goto(pub.address)
        check(page)
        find_times(page)
        check(page)
        choose(page, "19:00")
        expect(page.locator(".others")).to_be_visible()
        check(page)
        page.get_by_role("button", name="Choose another time").click()
        choose(page, "17:00")
        expect(page.get_by_role("timer")).to_be_visible()
        check(page)
        page.get_by_role("button", name="Book this table").click()
        expect(page.locator("dl")).to_be_visible()
        check(page)


def check(page: Page) -> None:
    """Fail at a fault that axe-core calls serious, and at a page that is wider than its screen."""
    found = Axe().run(page).response["violations"]
    serious = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
