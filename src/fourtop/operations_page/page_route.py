"""The route class of the page: every error of a request becomes a page that says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fourtop.errors import FourtopError, OutcomeUnknown, Refused
from fourtop.http_api.problem import problem_of
from fourtop.http_api.shown import title_of
from fourtop.model.actor import GUEST
from fourtop.operations_page.form import Form
from fourtop.operations_page.screen import HEADERS, frame_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Error = FourtopError | HTTPException | RequestValidationError

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
                return error_answer(request, error)

        return answer


def error_answer(request: Request, error: Error) -> Response:
    """Return an error as a page; to a script, as problem details."""
    actor = getattr(request.state, "fourtop_actor", GUEST)
    frame = frame_of(request)
    status, title, lines = told(error)
    lines = [frame.words(line) for line in lines]
    if frame.is_script:
        found = problem_of(error, actor, has_precondition=True)
        assert found is not None, "every error that is caught has its problem"
        problem = {**json.loads(bytes(found.body)), "detail": "; ".join(lines)}
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
        return status, title_of(error.code), [str(error)]
    if isinstance(error, HTTPException):
        return error.status_code, _title(error.status_code), [str(error.detail)]
    return 422, "The address is malformed", [each["msg"] for each in error.errors()]


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "An error"
