"""Access: who may see the page, and which forms are genuine."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException
from starlette.requests import Request

from fourtop.http_api.call import actor_of_request, needs
from fourtop.http_api.roles import Level
from fourtop.operations_page import csrf
from fourtop.operations_page.form import MOST_BYTES, Form, form_of
from fourtop.operations_page.options import PageOptions
from fourtop.operations_page.page_route import PageRoute

_STALE_FORM: Final = (
    "This form is no longer valid, because you logged in anew or the server was restarted."
    " Nothing has changed. Load the page again."
)


# A document with the tables of a large house; its text is longer as a field of a form.
_LONG_FORM_BYTES: Final = 2_000_000


async def genuine_form(request: Request) -> Form:
    """Return the form of a request from a page of ours.

    Raises:
        HTTPException: 403 for a form from elsewhere; 413 or 415 if it is no form.
    """
    return await _genuine(request, MOST_BYTES)


async def genuine_long_form(request: Request) -> Form:
    """Return the form of a request from a page of ours, which may have a whole document.

    Raises:
        HTTPException: As ``genuine_form``.
    """
    return await _genuine(request, _LONG_FORM_BYTES)


async def _genuine(request: Request, most_bytes: int) -> Form:
    form = await form_of(request, most_bytes)
    options: PageOptions = request.state.fourtop_page
    given = form.text(csrf.FIELD)
    if not csrf.is_genuine(request, options.secret, actor_of_request(request), given):
        raise HTTPException(403, _STALE_FORM)
    request.state.fourtop_form = form
    return form


OfForm = Annotated[Form, Depends(genuine_form)]
OfLongForm = Annotated[Form, Depends(genuine_long_form)]


def views(level: Level = Level.STAFF) -> APIRouter:
    """Return an empty group of views, for actors of a level and those above."""
    return APIRouter(route_class=PageRoute, dependencies=[Depends(needs(level))])
