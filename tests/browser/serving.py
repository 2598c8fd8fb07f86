"""A server on a free port of this machine, and pages in the browser of the system."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
DESKTOP: Final = {"width": 1440, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
_START_SECONDS: Final = 30
ANSWER_MS: Final = 30_000


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve an ASGI application in a thread; give its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        found.listen(128)
        config = uvicorn.Config(app, log_level="warning", lifespan="off", ws="none")
        config.timeout_graceful_shutdown = 1
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([found],), daemon=True)
        thread.start()
        _wait_until(lambda: server.started, thread)
        try:
            yield f"http://127.0.0.1:{found.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)


def _wait_until(is_true: Callable[[], bool], thread: threading.Thread) -> None:
    pause = threading.Event()
    for _ in range(_START_SECONDS * 100):
        if is_true() or not thread.is_alive():
            break
        pause.wait(0.01)
    assert is_true(), "the server has not started"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser of the system, without a window."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[Page]:
    """Open a page with cookies of its own; fail if its console has an error or a third party.

    Args:
        browser: The browser.
        options: Those of a browser context, such as ``extra_http_headers``.
    """
    complaints: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        # A refused command is an error of the network, which the page tells its reader.
        is_refusal = "Failed to load resource" in message.text
        if message.type in ("error", "warning") and not is_refusal:
            complaints.append(message.text)

    def note_request(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            complaints.append(f"a request to {request.url}")

    context = browser.new_context(**{"viewport": DESKTOP, **options})
    page = context.new_page()
    page.set_default_timeout(ANSWER_MS)
    page.on("console", note_message)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", note_request)
    try:
        yield page
    finally:
        context.close()
    assert complaints == []
