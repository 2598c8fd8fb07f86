"""The route class of the page: every error of a request becomes a page that says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fourtop.errors import FourtopError, InvalidDocument, InvalidInput, OutcomeUnknown, Refused
from fourtop.http_api.problem import problem_of
from fourtop.http_api.shown import title_of
from fourtop.model.actor import GUEST
from fourtop.operations_page import csrf
from fourtop.operations_page.form import Form
from fourtop.operations_page.form_page import FieldError, filled_page
from fourtop.operations_page.screen import HEADERS, Screen, frame_of
from fourtop.operations_page.words import sentence

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Error = FourtopError | HTTPException | RequestValidationError

# The name of a field in its path, and the controls of a form that make up a field of a record.
_NAME: Final = re.compile(r"[a-z_]+")
_ALIASES: Final[Mapping[str, Sequence[str]]] = {
    "start": ("at", "on"),
    "end": ("until_at", "until_on"),
    "window": ("until_at",),
    "id": ("number", "name"),
    "rules": ("period", "max_covers"),
}
_SERVER: Final = HTTPStatus.INTERNAL_SERVER_ERROR


class PageRoute(APIRoute):
    """A route that answers its errors as pages; to a script, as problem details."""

    def get_route_handler(self) -> Handler:
        """Return the handler of FastAPI, with its errors answered."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except (FourtopError, HTTPException, RequestValidationError) as error:
                return await _form_answer(request, error) or error_answer(request, error)

        return answer


async def _form_answer(request: Request, error: Error) -> Response | None:
    """Return the page of a form with its wrong field; ``None``: it has no such form."""
    found: Screen | None = getattr(request.state, "fourtop_screen", None)
    if found is None or found.is_script or not isinstance(error, InvalidInput):
        return None
    view = request.state.fourtop_form_views.get(request.scope["route"].name)
    if view is None:
        return None
    form: Form = request.state.fourtop_form
    wrong = _field_error(found, error)
    request.state.fourtop_here = view.place(found)
    request.state.fourtop_problem = told_of(error)
    try:
        shown = await view.show(found, form)
    except (FourtopError, HTTPException):
        # The record of the form is gone, too: the first error is the one to tell.
        shown = None
    del request.state.fourtop_here, request.state.fourtop_problem
    if shown is None:
        return None
    page = filled_page(bytes(shown.body).decode(), request.url.path, form, wrong)
    if page is None:
        return None
    response = Response(page, error.http_status, HEADERS, media_type="text/html")
    csrf.keep_cookie(request, response, found.cookie, found.places.root or "/")
    return response


def _field_error(screen: Screen, error: InvalidInput) -> FieldError:
    """Return the field of a form that an error is about."""
    if isinstance(error, InvalidDocument):
        return FieldError(["document"], told_of(error))
    name = _NAME.findall(error.field)[-1:] or [error.field]
    names = [error.field, *name, *_ALIASES.get(name[0], ())]
    return FieldError(names, screen.sentence(error.rule))


def told_of(error: InvalidInput) -> str:
    """Return an error of a field as a sentence.

    >>> told_of(InvalidInput("party_size", "must be a whole number", "'x'"))
    'Party size must be a whole number.'
    """
    if isinstance(error, InvalidDocument):
        # A path in the document keeps its small letter.
        return sentence(f"{error}" if error.line is not None else f"At {error}")
    colon = "" if error.rule.startswith("must") else ":"
    return sentence(f"{error.field.replace('_', ' ')}{colon} {error.rule}")


def error_answer(request: Request, error: Error) -> Response:
    """Return an error as a page; to a script, as problem details."""
    actor = getattr(request.state, "fourtop_actor", GUEST)
    frame = frame_of(request)
    status, title, lines = told(error)
    lines = [frame.sentence(line) for line in lines]
    if frame.is_script:
        found = problem_of(error, actor, has_precondition=True)
        assert found is not None, "every error that is caught has its problem"
        problem = {**json.loads(bytes(found.body)), "detail": " ".join(lines)}
        return frame.data(problem, status=found.status_code)
    headers = getattr(error, "headers", None) or {}
    if not hasattr(request.state, "fourtop_actor"):
        # The host refused the client: its answer stands, without a view of ours.
        text = f"{title}\n"
        return Response(text, status, {**HEADERS, **headers}, media_type="text/plain")
    form: Form = getattr(request.state, "fourtop_form", Form({}))
    back = frame.back_of(form)
    response = frame.page(
        "error.html",
        status=status,
        title=title,
        lines=lines,
        back=back,
        # The reply to a commit may be lost.
        is_unsure=status >= _SERVER,
    )
    response.headers.update(headers)
    return response


def told(error: Error) -> tuple[int, str, list[str]]:
    """Return the status of an error, its title, and its text in lines."""
    if isinstance(error, Refused):
        return (
            error.http_status,
            "That is not possible",
            [str(each) for each in error.refusal.reasons],
        )
    if isinstance(error, FourtopError):
        status = error.http_status
        if isinstance(error, OutcomeUnknown):
            return status, "The answer was lost", ["Perhaps the change was made, perhaps not."]
        if status >= _SERVER:
            return status, "The store cannot be reached", ["Try again in a moment."]
        text = told_of(error) if isinstance(error, InvalidInput) else str(error)
        return status, title_of(error.code), [text]
    if isinstance(error, HTTPException):
        return error.status_code, _title(error.status_code), [str(error.detail)]
    return (
        422,
        "The address is malformed",
        [f"{each['loc'][-1]}: {each['msg']}" for each in error.errors()],
    )


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "An error"
