"""Take a screenshot of every view of the operations page, in both themes and two sizes.

``python -m tests.browser.screenshots DIRECTORY`` from the root of the project writes them, to be
looked at; with ``--docs``, those of ``docs/how-to/operations-page``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

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
    "stale": _stale,
    "full": _full,
    "offline": _offline,
    "not-found": to("/bookings/unknown"),
}
_IN_DOCS: Final = {
    **dict.fromkeys(("room", "heat", "preview", "plan"), ("light", _PICTURES)),
    "timeline-refused": ("dark", _PICTURES),
    "month": ("light", PHONE),
}


def take(directory: Path, *, is_docs: bool) -> None:
    """Take the screenshots."""
    directory.mkdir(parents=True, exist_ok=True)
    themes = ("light", "dark")
    sizes = {"desktop": DESKTOP, "phone": PHONE}
    with chromium() as browser:
        for name, go in VIEWS.items():
            wanted = [(theme, size, sizes[size]) for theme in themes for size in sizes]
            if is_docs:
                wanted = [
                    (theme, "", size) for theme, size in [_IN_DOCS.get(name, ("", {}))] if theme
                ]
            for theme, label, size in wanted:
                busy = a_busy_evening()
                with (
                    served_page(busy) as room,
                    staff_page(browser, role="admin", color_scheme=theme, viewport=size) as page,
                ):
                    go(page, room, busy)
                    page.wait_for_timeout(200)
                    file = f"{name}.png" if is_docs else f"{name}-{theme}-{label}.png"
                    page.screenshot(path=directory / file, full_page=not is_docs)


if __name__ == "__main__":
    take(
        DOCS if "--docs" in sys.argv else Path(sys.argv[1]),
        is_docs="--docs" in sys.argv,
    )
