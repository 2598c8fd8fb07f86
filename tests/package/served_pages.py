"""The pages of ``fourtop serve``, read as an installed command: every link must be answered.

It needs nothing besides Python, so that it runs where only fourtop is installed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urldefrag, urljoin
from urllib.request import Request, urlopen

SECONDS: Final = 600  # A busy machine may take minutes to start a process.
_LINK: Final = re.compile(r'(?:href|src)="([^"#]+)')


@contextmanager
def installed_service() -> Iterator[str]:
    """Start the command that the package has installed, and give its address."""
    command = [str(Path(sys.executable).with_name("fourtop")), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            assert found is not None, line + process.stderr.read()
            yield found[0]
        finally:
            process.kill()


def read_links(address: str) -> dict[str, tuple[int, str]]:
    """Read the first page and all that it and the pages behind it link to, on this address.

    Returns:
        The status and the media type of each path.
    """
    found: dict[str, tuple[int, str]] = {}
    begun = [(f"{address}/", 0)]
    for url, depth in begun:
        path = url.removeprefix(address)
        if path in found:
            continue
        with urlopen(Request(url), timeout=SECONDS) as answer:  # noqa: S310  # Our own address.
            media_type = answer.headers.get_content_type()
            found[path] = (answer.status, media_type)
            text = answer.read().decode()
        if media_type == "text/html" and depth < 2:
            links = {urldefrag(urljoin(url, each)).url for each in _LINK.findall(text)}
            begun += [(each, depth + 1) for each in sorted(links) if each.startswith(address)]
    return found


def check_pages() -> dict[str, tuple[int, str]]:
    """Serve the demo house, and check that pages, their files and the documents are answered."""
    with installed_service() as address:
        found = read_links(address)
    assert {status for status, _ in found.values()} == {200}, found
    paths = found.keys()
    needed = {
        *("/", "/book/restaurants/the-pub", "/house/restaurants/the-pub"),
        *("/api/docs", "/api/docs/reference.css", "/api/openapi.json"),
    }
    assert needed <= paths, needed - paths
    types = {media_type for _, media_type in found.values()}
    assert {"text/html", "text/css", "text/javascript", "text/calendar"} <= types, types
    return found
