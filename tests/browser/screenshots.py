"""Take a screenshot of every view of the operations page, in both themes and two sizes.

``python -m tests.browser.screenshots DIRECTORY`` from the root of the project writes them, to be
looked at; with names of views after the directory, only those. With ``--docs``, it writes those of
``docs/how-to/operations-page``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page

from tests.browser.pages import served_page, staff_page
from tests.browser.serving import DESKTOP, PHONE, chromium
from tests.operations_page.busy_evening import BusyEvening, a_busy_evening

DOCS: Final = Path("docs/how-to/operations-page")
_PICTURES: Final = {"width": 1180, "height": 760}

# Brings a page to a view; the address is that of the room.
Go = Callable[[Page, str, BusyEvening], object]


def to(tail: str) -> Go:
    """Return what opens a view below the room; ``{}`` stands for a booking that is expected."""

    def go(page: Page, room: str, busy: BusyEvening) -> None:
        page.goto(room + tail.format(busy.bookings[6].id))

    return go


def _preview(page: Page, room: str, _busy: BusyEvening) -> None:
    page.goto(f"{room}/rules")
    hours = page.locator("fieldset").first
    hours.get_by_label("Last start").fill("20:00")
    hours.get_by_role("button", name="Who would be stranded?").click()
    page.wait_for_load_state()


def _stale(page: Page, room: str, busy: BusyEvening) -> None:
    booking = busy.bookings[8].id
    page.goto(f"{room}/bookings/{booking}")
    busy.desk.resize(booking, 1)
    page.get_by_label("Time", exact=True).fill("20:45")
    page.get_by_role("button", name="Change", exact=True).click()
    page.wait_for_load_state()


def _full(page: Page, room: str, _busy: BusyEvening) -> None:
    page.goto(f"{room}/bookings")
    page.locator("details summary").click()
    page.get_by_label("Time", exact=True).fill("20:30")
    page.get_by_label("People", exact=True).fill("6")
    page.get_by_role("button", name="Book", exact=True).click()
    page.wait_for_load_state()


def _offline(page: Page, room: str, _busy: BusyEvening) -> None:
    page.goto(room)
    page.context.set_offline(True)
    page.locator("#offline").wait_for()


def _refused(page: Page, room: str, busy: BusyEvening) -> None:
    page.goto(f"{room}/timeline")
    found = page.locator(f'svg a[data-id="{busy.bookings[6].id}"]').first
    found.scroll_into_view_if_needed()
    bar = found.bounding_box()
    row = page.locator('[data-target="big-bay"]').bounding_box()
    assert bar is not None
    assert row is not None
    page.mouse.move(bar["x"] + 20, bar["y"] + bar["height"] / 2)
    page.mouse.down()
    page.mouse.move(bar["x"] + 20, row["y"] + row["height"] / 2, steps=4)
    page.mouse.up()
    page.locator("#answer").wait_for()


VIEWS: Final[Mapping[str, Go]] = {
    "room": to(""),
    "timeline": to("/timeline"),
    "timeline-refused": _refused,
    "bookings": to("/bookings"),
    "booking": to("/bookings/{}"),
    "check": to("/move?booking={}&table=high-4"),
    "heat": to("/heat"),
    "month": to("/month"),
    "table-now": to("/at/low-4b"),
    "tables": to("/tables"),
    "table": to("/tables/low-4b"),
    "plan": to("/plan"),
    "rules": to("/rules"),
    "document": to("/document"),
    "blocks": to("/blocks"),
    "waitlist": to("/waitlist"),
    "preview": _preview,
    "full": _full,
    "offline": _offline,
    "not-found": to("/bookings/unknown"),
    # It changes a booking, so that it is the last one.
    "stale": _stale,
}
# Each theme with each size, and the ending of the names of its pictures.
_SCREENS: Final = {
    f"-{theme}-{name}": (theme, size)
    for theme in ("light", "dark")
    for name, size in (("desktop", DESKTOP), ("phone", PHONE))
}
_IN_DOCS: Final = (
    (("room", "heat", "preview", "plan"), "light", _PICTURES),
    (("timeline-refused",), "dark", _PICTURES),
    (("month",), "light", PHONE),
)


def take_all(directory: Path, names: Iterable[str]) -> None:
    """Take the screenshots of some views, whole pages in each theme and size."""
    with chromium() as browser:
        for ending, (theme, size) in _SCREENS.items():
            files = {name: directory / f"{name}{ending}.png" for name in names}
            _take(browser, files, theme, size, is_full=True)


def take_docs() -> None:
    """Take the screenshots of the documentation."""
    with chromium() as browser:
        for names, theme, size in _IN_DOCS:
            files = {name: DOCS / f"{name}.png" for name in names}
            _take(browser, files, theme, size, is_full=False)


def _take(
    browser: Browser,
    files: Mapping[str, Path],
    theme: str,
    size: Mapping[str, int],
    *,
    is_full: bool,
) -> None:
    """Take views of one evening."""
    busy = a_busy_evening()
    options = {"role": "admin", "color_scheme": theme, "viewport": size, "locale": "en-GB"}
    with served_page(busy) as room:
        for name, path in files.items():
            with staff_page(browser, **options) as page:
                VIEWS[name](page, room, busy)
                page.wait_for_timeout(200)
                path.parent.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=path, full_page=is_full)


if __name__ == "__main__":
    if "--docs" in sys.argv:
        take_docs()
    else:
        take_all(Path(sys.argv[1]), sys.argv[2:] or VIEWS)
