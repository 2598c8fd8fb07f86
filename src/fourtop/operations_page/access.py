"""Access: who may see the page, and which forms are genuine."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException
from starlette.requests import Request

from fourtop.http_api.call import actor_of_request, needs
from fourtop.http_api.roles import Level
from fourtop.operations_page import csrf
from fourtop.operations_page.form import Form, form_of
from fourtop.operations_page.options import PageOptions
from fourtop.operations_page.page_route import PageRoute

_STALE_FORM: Final = (
    "This form is no longer valid, because you logged in anew or the server was restarted."
    " Nothing has changed. Load the page again."
)


async def genuine_form(request: Request) -> Form:
    """Return the form of a request from a page of ours.

    Raises:
        HTTPException: 403 for a form from elsewhere; 413 or 415 if it is no form.
    """
    form = await form_of(request)
    options: PageOptions = request.state.fourtop_page
    given = form.text(csrf.FIELD)
    if not csrf.is_genuine(request, options.secret, actor_of_request(request), given):
        raise HTTPException(403, _STALE_FORM)
    request.state.fourtop_form = form
    return form


OfForm = Annotated[Form, Depends(genuine_form)]


def views(level: Level = Level.STAFF) -> APIRouter:
    """Return an empty group of views, for actors of a level and those above."""
    return APIRouter(route_class=PageRoute, dependencies=[Depends(needs(level))])
