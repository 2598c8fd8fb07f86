"""The route class of the page: every error of a request becomes a page that says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Protocol

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
from fourtop.operations_page.parties import reasons_told
from fourtop.operations_page.screen import HEADERS, Refusal, Screen, frame_of
from fourtop.operations_page.words import sentence

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Error = FourtopError | HTTPException | RequestValidationError


class FormView(Protocol):
    """A view on which the answer to a form can stand."""

    def place(self, screen: Screen, /) -> str:
        """Return its address."""

    def show(self, screen: Screen, form: Form, /) -> Awaitable[Response]:
        """Show it."""


# The name of a field in its path, and the controls of a form that make up a field of a record.
_NAME: Final = re.compile(r"[a-z_]+")
_ALIASES: Final[Mapping[str, Sequence[str]]] = {
    "start": ("at", "on"),
    "end": ("until_at", "until_on"),
    "window": ("until_at",),
    "id": ("number", "name"),
    "rules": ("period", "max_covers"),
    "channel_shares": ("channel",),
    "booking_windows": ("channel",),
    "dates": ("on",),
    "season": ("season_from",),
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
    """Return the page from which a form came, with its wrong field or the reason of the refusal.

    Returns ``None`` for an error that has a page of its own.
    """
    screen: Screen | None = getattr(request.state, "fourtop_screen", None)
    form: Form | None = getattr(request.state, "fourtop_form", None)
    if screen is None or form is None or screen.is_script or not isinstance(error, FourtopError):
        return None
    if error.http_status >= _SERVER:
        return None
    page = None
    if isinstance(error, InvalidInput):
        page = await _page_with_wrong_field(screen, form, error)
    page = page or await _page_with_refusal(screen, form, error)
    if page is None:
        return None
    response = Response(page, error.http_status, HEADERS, media_type="text/html")
    csrf.keep_cookie(request, response, screen.cookie, screen.places.root or "/")
    return response


async def _page_with_wrong_field(screen: Screen, form: Form, error: InvalidInput) -> str | None:
    """Return the page of a form with the rule beside its field; ``None`` without such a form."""
    view: FormView | None = screen.request.state.fourtop_form_view(screen)
    if view is None:
        return None
    text = await _text_of(screen, form, view, fourtop_problem=told_of(error))
    wrong = _field_error(screen, error)
    return None if text is None else filled_page(text, screen.request.url.path, form, wrong)


async def _page_with_refusal(screen: Screen, form: Form, error: FourtopError) -> str | None:
    """Return the page from which a form came, with the reason above; ``None`` if it is gone."""
    views: Sequence[FormView] = screen.request.state.fourtop_refusal_views(screen, form)
    refusal = await _refusal_of(screen, error)
    for view in views:
        text = await _text_of(screen, form, view, fourtop_refusal=refusal)
        if text is not None:
            return filled_page(text, screen.request.url.path, form, None) or text
    return None


async def _refusal_of(screen: Screen, error: FourtopError) -> Refusal:
    _, title, lines = told(error)
    if isinstance(error, Refused):
        try:
            return Refusal(title, await reasons_told(screen, error.refusal.reasons))
        except FourtopError:
            # Without the titles of the parties, the reasons are told all the same.
            pass
    return Refusal(title, [screen.sentence(line) for line in lines])


async def _text_of(screen: Screen, form: Form, view: FormView, **state: object) -> str | None:
    """Return a view as text, with values for its frame; ``None`` if its record is gone."""
    request = screen.request
    values = {"fourtop_here": view.place(screen), **state}
    for name, value in values.items():
        setattr(request.state, name, value)
    try:
        return bytes((await view.show(screen, form)).body).decode()
    except (FourtopError, HTTPException):
        # The first error is the one to tell.
        return None
    finally:
        for name in values:
            delattr(request.state, name)


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
