"""The route class of the API: every error of a request becomes problem details.

A router inside a host's application has no exception handlers of its own, so each route answers its
errors itself, and the host's handlers stay unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fourtop.errors import FourtopError, StaleVersion
from fourtop.http_api.answer import problems
from fourtop.http_api.call import precondition_of
from fourtop.http_api.current_record import current_of
from fourtop.http_api.limited_body import limited
from fourtop.http_api.problem import RefusedWithAlternatives, problem_of
from fourtop.model.actor import GUEST

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_TOO_LONG: Final = 413


class ProblemRoute(APIRoute):
    """A route that answers its errors as problem details. Its body has a limit."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.body_field is not None:
            self.responses = {**self.responses, _TOO_LONG: problems(_TOO_LONG)[_TOO_LONG]}

    def get_route_handler(self) -> Handler:
        """Return the handler of FastAPI, with its errors answered."""
        handle, has_body = super().get_route_handler(), self.body_field is not None

        async def answer(request: Request) -> Response:
            try:
                return await handle(limited(request) if has_body else request)
            except (
                FourtopError,
                HTTPException,
                RefusedWithAlternatives,
                RequestValidationError,
            ) as error:
                # Until the host names the actor, the client is a guest.
                actor = getattr(request.state, "fourtop_actor", GUEST)
                has_precondition = precondition_of(request) is not None
                is_stale = has_precondition and _is_stale(error)
                current = await current_of(request) if is_stale else None
                found = problem_of(error, actor, has_precondition=has_precondition, current=current)
                assert found is not None, "every error that is caught has its problem"
                return found

        return answer


def _is_stale(error: Exception) -> bool:
    if isinstance(error, HTTPException):
        return error.status_code == HTTPStatus.PRECONDITION_FAILED
    return isinstance(error, StaleVersion)
