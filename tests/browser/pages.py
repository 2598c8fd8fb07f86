"""The operations page of a busy evening, served for the browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.serving import opened, served
from tests.operations_page.busy_evening import PUB, BusyEvening
from tests.operations_page.client import PREFIX, app_of


@contextmanager
def served_page(busy: BusyEvening) -> Iterator[str]:
    """Serve the page of an evening; give the address of its room."""
    with served(app_of(busy.engine, busy.options)) as base:
        yield f"{base}{PREFIX}/restaurants/{PUB}"


@contextmanager
def staff_page(browser: Browser, *, role: str = "waiter", **options: Any) -> Iterator[Page]:
    """Open a page in the browser, logged in as an actor of a role."""
    headers = {"x-role": role, "x-user": options.pop("user", "max")}
    with opened(browser, extra_http_headers=headers, **options) as page:
        yield page
