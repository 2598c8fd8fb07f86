"""The reference of the API in the browser, in both themes and two sizes."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # No types.
from playwright.sync_api import Browser

from fourtop import GUEST, Engine, MemoryStore
from fourtop.http_api import create_app
from tests.browser.serving import DESKTOP, PHONE, opened, served

pytestmark = pytest.mark.slow

# The parts of paths that stand in more than one line.
BROKEN = """
    [...document.querySelectorAll(".path span")]
        .filter(part => new Set([...part.getClientRects()].map(each => each.top)).size > 1)
        .map(part => part.textContent)
"""
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_reference_is_readable(theme: str, size: dict[str, int], browser: Browser) -> None:
    app = create_app(Engine(MemoryStore()), lambda: GUEST)
    with (
        served(app) as address,
        opened(browser, viewport=size, color_scheme=theme) as page,
    ):
        page.goto(f"{address}/docs")
        assert page.locator(".path").count() > 60
        assert page.evaluate(BROKEN) == []
        is_narrow = size == PHONE
        tall = page.locator(".path").evaluate_all("all => all.some(e => e.offsetHeight > 30)")
        # On a phone some paths need a second line, so that the check above finds what breaks.
        assert tall is is_narrow
        page.evaluate(
            "document.querySelectorAll('#book, #schema-Problem').forEach(e => e.open = 1)"
        )
        assert page.locator("#book table").first.is_visible()
        assert not page.evaluate(WIDE)
        found = Axe().run(page).response["violations"]
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
