"""Read the parameters of a query into a model, for the routes that are asked most.

FastAPI looks for each parameter of a model by several names, which takes longer than the rest of
its work for a request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, TypeVar, get_origin

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request

from fourtop.http_api.call import RestaurantId

Model = TypeVar("Model", bound=BaseModel)
_RESTAURANT: Final = "restaurant_id"
_restaurant: Final[TypeAdapter[str]] = TypeAdapter(RestaurantId)


def reads_query(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """Return the dependency that reads the parameters of a model, by the names of its fields.

    Raises:
        RequestValidationError: For values that break a rule, by the dependency.
    """
    fields = model.model_fields.items()
    lists = frozenset(name for name, field in fields if get_origin(field.annotation) is list)
    names = frozenset(model.model_fields)

    async def read(request: Request) -> Model:
        query = request.query_params
        given: dict[str, Any] = {
            name: query.getlist(name) if name in lists else query[name]
            for name in query
            if name in names
        }
        try:
            return model.model_validate(given)
        except ValidationError as error:
            wrong = [*_errors_of_path(request), *_placed(error, "query")]
            raise RequestValidationError(wrong) from error

    return read


def _errors_of_path(request: Request) -> list[dict[str, Any]]:
    # FastAPI would list them as well, if the dependency did not raise.
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
