"""The files of the page: its style, its script and its sign, under names that never go stale."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

import attrs
from fastapi import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fourtop.plotting.theme import sheet_of_page

_TYPES: Final = {
    "page.css": "text/css",
    "pictures.css": "text/css",
    "page.js": "text/javascript",
    "sign.svg": "image/svg+xml",
}
_DIGITS: Final = 16
_YEAR_SECONDS: Final = 31_536_000


@attrs.frozen(repr=False)
class StaticFile:
    """A file that a browser may keep for a year, because another content has another digest."""

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """The hash of the content."""
        return hashlib.sha256(self.content).hexdigest()[:_DIGITS]


@cache
def static_file(name: str) -> StaticFile:
    """Return a file of the page.

    Raises:
        KeyError: If it has none of that name.
    """
    media_type = _TYPES[name]
    if name == "pictures.css":
        return StaticFile(sheet_of_page().encode(), media_type)
    content = files("fourtop.operations_page").joinpath("files", name).read_bytes()
    return StaticFile(content, media_type)


async def read_file(request: Request) -> Response:
    """Return a file. Its content is part of the package, so it needs no login.

    Raises:
        HTTPException: 404, if the page has none of that name.
    """
    name = request.path_params["name"]
    if name not in _TYPES:
        raise HTTPException(404, "no such file")
    found = static_file(name)
    is_current = request.query_params.get("v") == found.digest
    age = f"public, max-age={_YEAR_SECONDS}, immutable" if is_current else "no-cache"
    headers = {
        "Cache-Control": age,
        "ETag": f'"{found.digest}"',
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=found.media_type)
