"""The route that lists the problem types: every code with its status."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi.responses import JSONResponse
from starlette.responses import Response

from fourtop.errors import Code
from fourtop.http_api.answer import problems
from fourtop.http_api.problem import Problem, code_of, problem_type
from fourtop.http_api.route_group import RouteGroup

PROBLEMS = RouteGroup("problems")

# The problems of HTTP itself, which no code of fourtop describes.
_OF_HTTP: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.TOO_MANY_REQUESTS,
)


@PROBLEMS.get("/problems", response_model=list[Problem], responses=problems())
async def list_problems() -> Response:
    """Return every problem that an answer can have, by its `code`."""
    found = [
        problem_type(code.value, code.http_status, is_retryable=code.is_retryable) for code in Code
    ]
    for status in _OF_HTTP:
        is_retryable = status is HTTPStatus.TOO_MANY_REQUESTS
        found.append(problem_type(code_of(status), status.value, is_retryable=is_retryable))
    return JSONResponse(found, headers={"Cache-Control": "max-age=3600"})
