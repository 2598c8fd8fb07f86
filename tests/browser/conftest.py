"""The browser of the system, once for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.serving import ANSWER_MS, CHROMIUM, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give Chromium. Its tests cannot pass without it."""
    assert Path(CHROMIUM).exists(), "install Debian's package chromium"
    # Other tests run beside these ones, on the same cores.
    expect.set_options(timeout=ANSWER_MS)
    with chromium() as found:
        yield found
