"""Take a screenshot of every view of the operations page, in both themes and two sizes.

``python -m tests.browser.screenshots DIRECTORY`` from the root of the project writes them, to be
looked at; with names of views after the directory, only those. With ``--docs``, it writes those of
``docs/how-to/operations-page``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser

from tests.browser.pages import served_page, staff_page
from tests.browser.serving import DESKTOP, PHONE, chromium
from tests.browser.views import VIEWS
from tests.operations_page.busy_evening import a_busy_evening

DOCS: Final = Path("docs/how-to/operations-page")
_PICTURES: Final = {"width": 1180, "height": 760}
# Each theme with each size, and the ending of the names of its pictures.
_SCREENS: Final = {
    f"-{theme}-{name}": (theme, size)
    for theme in ("light", "dark")
    for name, size in (("desktop", DESKTOP), ("phone", PHONE))
}
# The view of each picture of the documentation, with a theme and a size.
_IN_DOCS: Final = (
    ({each: each for each in ("room", "heat", "preview", "plan", "full")}, "light", _PICTURES),
    ({"timeline-refused": "timeline-refused"}, "dark", _PICTURES),
    ({"month": "month", "room-phone": "room"}, "light", PHONE),
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
        for pictures, theme, size in _IN_DOCS:
            files = {view: DOCS / f"{name}.png" for name, view in pictures.items()}
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
    options: dict[str, Any] = {
        "role": "admin",
        "color_scheme": theme,
        "viewport": size,
    }
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
        # In the order of the list: the last ones change the evening.
        wanted = sys.argv[2:] or VIEWS
        take_all(Path(sys.argv[1]), [name for name in VIEWS if name in wanted])
