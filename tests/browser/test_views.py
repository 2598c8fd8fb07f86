"""Every view in the browser: what axe-core finds, levels of the heat map, and stale screens."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # No types.
from playwright.sync_api import Browser, Response, expect

from fourtop import Engine, MemoryStore
from tests.browser.pages import served_page, staff_page
from tests.browser.serving import DESKTOP, PHONE
from tests.browser.views import VIEWS
from tests.operations_page.busy_evening import a_busy_evening
from tests.operations_page.client import app_of, routes_of

pytestmark = pytest.mark.slow

GRAVE = ("serious", "critical")
# Controls that are too small for a finger; a box is as large as its label.
SMALL = """[...document.querySelectorAll("button, select, summary, nav a, a.button, tbody a,"
    + " .parties a, label.tick, input:not([type=hidden]):not([type=checkbox])")]
    .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
    .filter(([_, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
    .map(([text]) => text)"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious_on_any_view(
    theme: str, size: dict[str, int], browser: Browser
) -> None:
    busy = a_busy_evening()
    found: list[str] = []
    seen: set[str] = set()
    with (
        served_page(busy) as room,
        staff_page(browser, role="admin", viewport=size, color_scheme=theme) as page,
    ):
        for view, go in VIEWS.items():
            go(page, room, busy)
            seen.add(urlsplit(page.url.removeprefix(room)).path)
            for each in Axe().run(page).response["violations"]:
                if each["impact"] in GRAVE:
                    nodes = [node["html"][:120] for node in each["nodes"][:2]]
                    found.append(f"{view}: {each['id']}: {nodes}")
            # Nothing but pictures and tables of data scrolls sideways.
            wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            if page.evaluate(wide):
                found.append(f"{view}: wider than the screen")
            found += [f"{view}: small: {each}" for each in page.evaluate(SMALL)]
            page.context.set_offline(False)
    assert found == []
    assert [each for each in paths_of_views() if not any(map(each.fullmatch, seen))] == []


def paths_of_views() -> list[re.Pattern[str]]:
    """Return the path of each view that the page has, below the room."""
    routes = routes_of(app_of(Engine(MemoryStore())))
    shown = [each.path for each in routes if "GET" in (each.methods or ()) and each.name != "live"]
    return [re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in shown]


@pytest.mark.parametrize("view", ["", "/plan"])
def test_a_phone_shows_the_whole_floor_plan(view: str, browser: Browser) -> None:
    busy = a_busy_evening()
    with (
        served_page(busy) as room,
        staff_page(browser, role="admin", viewport=PHONE) as page,
    ):
        page.goto(room + view)
        plan = page.locator("figure.picture:visible")
        expect(plan).to_have_count(1)
        assert plan.evaluate("each => each.scrollWidth <= each.clientWidth")
        for table in busy.desk.house().floor.tables:
            expect(plan.locator(f'a[data-id="{table.id}"]')).to_be_visible()


def test_the_heat_map_has_the_colours_of_its_levels(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser, color_scheme="light") as page:
        page.goto(f"{room}/heat")

        def fill(clock: str) -> str:
            cell = page.locator(f'svg a[aria-label^="Fri 1 May, {clock}:"] rect').first
            return str(cell.evaluate("each => getComputedStyle(each).fill"))

        assert fill("17:00") == "rgb(223, 242, 228)"
        assert "ft-page-mid" in fill("17:30")
        assert fill("18:30") == "rgb(138, 28, 20)"
        page.locator('svg a[aria-label^="Fri 1 May, 18:30:"]').click()
        expect(page.locator("tbody tr")).to_contain_text(["Emma 5"])


def test_a_refused_step_is_told_on_its_page_which_stays_fresh(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser) as page:
        page.goto(room)
        page.get_by_role("button", name="Seat: 19:30 Gwen 7").click()
        refusal = page.locator("#refusal")
        expect(refusal).to_contain_text("That is not possible.")
        expect(refusal).to_be_focused()
        expect(page).to_have_url(room)
        busy.desk.seat(busy.bookings[7].id)
        expect(page.locator(".side .party", has_text="Hugo 8")).to_have_class("party s-checked_in")
        expect(refusal).to_be_visible()
        page.reload()
        expect(refusal).to_have_count(0)


def test_two_staff_with_stale_screens(browser: Browser) -> None:
    busy = a_busy_evening()
    booking = busy.bookings[7].id
    with (
        served_page(busy) as room,
        staff_page(browser, user="anna") as first,
        staff_page(browser, user="bert") as second,
    ):
        for page in (first, second):
            page.goto(f"{room}/bookings/{booking}")
        first.get_by_label("People").fill("1")
        first.get_by_role("button", name="Change", exact=True).click()
        expect(first.get_by_role("status")).to_contain_text("The booking is changed.")
        second.get_by_label("Time", exact=True).fill("20:15")
        with second.expect_response(lambda answer: answer.request.method == "POST") as answered:
            second.get_by_role("button", name="Change", exact=True).click()
        assert answered.value.status == 412
        expect(second.get_by_role("alert")).to_contain_text("anna changed the record")
        expect(second.get_by_role("row", name="People")).to_contain_text("People21")
        second.get_by_role("button", name="Make my change to the present state").click()
        expect(second.get_by_role("status")).to_contain_text("The booking is changed.")
        changed = busy.desk.get_booking(booking)
        assert (changed.local_start[11:16], changed.party_size) == ("20:15", 1)


def _size_of(answer: Response) -> int:
    """Return the size of an answer; the live stream has none that ends."""
    is_stream = answer.headers["content-type"].startswith("text/event-stream")
    return 0 if is_stream else int(answer.headers["content-length"])


def test_the_theme_follows_the_browser_unless_the_reader_chooses(browser: Browser) -> None:
    with served_page(a_busy_evening()) as room, staff_page(browser, color_scheme="dark") as page:
        page.goto(room)
        paper = page.locator("body")
        expect(paper).to_have_css("background-color", "rgb(21, 24, 29)")
        page.get_by_role("button", name="Dark theme").click()
        page.get_by_role("button", name="Light theme").click()
        expect(paper).to_have_css("background-color", "rgb(255, 255, 255)")
        page.get_by_role("button", name="Auto").click()
        expect(paper).to_have_css("background-color", "rgb(21, 24, 29)")


def test_the_first_view_is_small_and_asks_no_third_party(browser: Browser) -> None:
    with served_page(a_busy_evening()) as room, staff_page(browser) as page:
        sizes: list[int] = []
        page.on("response", lambda answer: sizes.append(_size_of(answer)))
        page.goto(room, wait_until="load")
        assert 4 <= len(sizes) <= 15
        assert sum(sizes) <= 300_000
