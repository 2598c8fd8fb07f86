"""The theme that a reader chooses: light, dark, or that of the browser."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from fourtop.operations_page.access import OfForm, views
from fourtop.operations_page.screen import THEME_COOKIE, THEMES, Frame

THEME: Final = views()

_YEAR_SECONDS: Final = 31_536_000


@THEME.post("/theme")
async def choose_theme(request: Request, form: OfForm) -> Response:
    """Keep the chosen theme in a cookie, and return to the page."""
    frame = Frame(request)
    response = frame.done(frame.back_of(form))
    path = frame.places.root or "/"
    if form.text("theme") in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            form.text("theme"),
            max_age=_YEAR_SECONDS,
            path=path,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
    else:
        response.delete_cookie(THEME_COOKIE, path=path)
    return response
