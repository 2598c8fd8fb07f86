"""The route class of the API: every error of a request becomes problem details.

A router inside a host's application has no exception handlers of its own, so each route answers its
errors itself, and the host's handlers stay unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fourtop.errors import FourtopError
from fourtop.http_api.problem import RefusedWithAlternatives, problem_of
from fourtop.model.actor import GUEST

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ProblemRoute(APIRoute):
    """A route that answers its errors as problem details."""

    def get_route_handler(self) -> Handler:
        """Return the handler of FastAPI, with its errors answered."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except (
                FourtopError,
                HTTPException,
                RefusedWithAlternatives,
                RequestValidationError,
            ) as error:
                # Until the host names the actor, the client is a guest.
                actor = getattr(request.state, "fourtop_actor", GUEST)
                has_precondition = "if-match" in request.headers
                found = problem_of(error, actor, has_precondition=has_precondition)
                assert found is not None, "every error that is caught has its problem"
                return found

        return answer
