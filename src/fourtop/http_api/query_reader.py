"""Endpoints that read their query themselves, for the routes that are asked most.

FastAPI looks for each parameter of a model by several names, and solves each dependency anew for
every request. Both take longer than the rest of its work.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, TypeVar, get_origin

from fastapi import Depends, Path, Query
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from fourtop.engine import AsyncDesk
from fourtop.http_api.awaited_engine import awaited_desk
from fourtop.http_api.call import ActorOf, Gate, RestaurantId
from fourtop.http_api.request_body import ID_PATTERN

Model = TypeVar("Model", bound=BaseModel)
# The answer of a route to a request, at a desk, for the parameters of a model.
Answer = Callable[[Request, AsyncDesk, Any], Awaitable[Response]]
_RESTAURANT: Final = "restaurant_id"
_restaurant: Final[TypeAdapter[str]] = TypeAdapter(RestaurantId)
# Described, and left to the endpoint to check: FastAPI would do it before the host's login.
_Described = Annotated[
    str,
    Path(
        description="The restaurant.",
        json_schema_extra={"pattern": ID_PATTERN},
        examples=["the-pub"],
    ),
]


def query_endpoint(
    gate: Gate, actor_of: ActorOf, model: type[BaseModel], answer: Answer
) -> Callable[..., Awaitable[Response]]:
    """Return the endpoint of a route whose only dependency is the login of the host.

    Args:
        gate: What the route lets in.
        actor_of: The login.
        model: The parameters of the query.
        answer: The answer of the route.
    """
    read = query_reader(model)

    async def endpoint(request: Request, restaurant_id: str, actor: object) -> Response:
        admitted = await gate.admit(request, actor)
        wanted = read(request)
        desk = awaited_desk(gate.service.engine, restaurant_id, admitted)
        return await answer(request, desk, wanted)

    endpoint.__name__, endpoint.__doc__ = answer.__name__, answer.__doc__
    endpoint.__annotations__.update(
        request=Request,
        restaurant_id=_Described,
        actor=Annotated[Any, Depends(actor_of)],
    )
    endpoint.__annotations__["return"] = Response
    return endpoint


def query_reader(model: type[Model]) -> Callable[[Request], Model]:
    """Return the function that reads the parameters of a model, by the names of its fields.

    Raises:
        RequestValidationError: For values that break a rule, also of the path, by the function.
    """
    fields = model.model_fields.items()
    lists = frozenset(name for name, field in fields if get_origin(field.annotation) is list)
    names = frozenset(model.model_fields)

    def read(request: Request) -> Model:
        query = request.query_params
        given: dict[str, Any] = {
            name: query.getlist(name) if name in lists else query[name]
            for name in query
            if name in names
        }
        wrong = _errors_of_path(request)
        try:
            found = model.model_validate(given)
        except ValidationError as error:
            raise RequestValidationError([*wrong, *_placed(error, "query")]) from error
        if wrong:
            raise RequestValidationError(wrong)
        return found

    return read


def _errors_of_path(request: Request) -> list[dict[str, Any]]:
    try:
        _restaurant.validate_python(request.path_params[_RESTAURANT])
    except ValidationError as error:
        return _placed(error, "path", _RESTAURANT)
    return []


def _placed(error: ValidationError, *place: str) -> list[dict[str, Any]]:
    return [{**each, "loc": (*place, *each["loc"])} for each in error.errors()]


def described_query(model: type[BaseModel]) -> dict[str, Any]:
    """Return what OpenAPI says of the parameters of a model, as FastAPI describes them."""

    async def endpoint(wanted: Any) -> None:
        """Never run: FastAPI reads its signature."""

    endpoint.__annotations__["wanted"] = Annotated[model, Query()]
    route = APIRoute("/", endpoint, methods=["GET"])
    document = get_openapi(title="", version="", routes=[route])
    return {"parameters": document["paths"]["/"]["get"]["parameters"]}
