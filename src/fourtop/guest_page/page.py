"""The page of a restaurant, and its files."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Path
from jinja2 import Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fourtop.clock import SystemClock
from fourtop.engine import AsyncEngine, Engine
from fourtop.errors import InvalidInput, NotFound, safe_repr
from fourtop.http_api.awaited_engine import awaited_desk, check_engine
from fourtop.http_api.entity_tag import is_known
from fourtop.http_api.page_environment import page_environment
from fourtop.http_api.problem_route import ProblemRoute
from fourtop.http_api.request_body import ID_PATTERN
from fourtop.model import validators
from fourtop.model.actor import GUEST
from fourtop.model.restaurant import zone_info
from fourtop.model.validators import MAX_PARTY
from fourtop.model.window import from_micros
from fourtop.ports import Clock

_TYPES: Final = {"guest.css": "text/css", "guest.js": "text/javascript"}
_PATH: Final = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_SYSTEM: Final = SystemClock()
_DIGITS: Final = 16
# The page runs its own script and style, and asks its own server. It stands in no frame.
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def guest_page(
    engine: Engine | AsyncEngine,
    api: str,
    *,
    most_people: int = 12,
    clock: Clock = _SYSTEM,
) -> APIRouter:
    """Return the guest page, for ``app.include_router`` of a host.

    The page of a restaurant is at ``/restaurants/{restaurant_id}`` below the prefix of the host.
    All that it shows and does goes through the HTTP API, so that the rights and rates of the API
    are those of the page.

    Args:
        engine: The engine, for the name and the zone of a restaurant.
        api: The path of the API's router, such as ``/api``; empty: it has no prefix.
        most_people: The largest party that the page offers.
        clock: Its time decides which date is today.

    Raises:
        InvalidInput: If it is not an engine, ``api`` is not a path, or the number is out of range.
    """
    checked = check_engine(engine)
    _check_path("api", api)
    most = validators.check_integer("most_people", most_people, 1, MAX_PARTY)
    made = APIRouter(route_class=ProblemRoute, include_in_schema=False)

    async def show_page(
        request: Request, restaurant_id: Annotated[str, Path(pattern=ID_PATTERN)]
    ) -> Response:
        try:
            house = await awaited_desk(checked, restaurant_id, GUEST).house()
        except NotFound:
            raise HTTPException(404, "no such restaurant") from None
        restaurant = house.restaurant
        today = from_micros(clock.now_us()).astimezone(zone_info(restaurant.timezone)).date()
        place = request.url.path.removesuffix(f"/restaurants/{restaurant_id}")
        text = _template().render(
            restaurant=restaurant,
            api=request.scope.get("root_path", "") + api,
            sizes=range(1, most + 1),
            today=today.isoformat(),
            files={name: f"{place}/files/{name}?v={_digest(name)}" for name in _TYPES},
        )
        return HTMLResponse(text, headers=_HEADERS)

    made.add_api_route("/restaurants/{restaurant_id}", show_page, methods=["GET"])
    made.add_api_route("/files/{name}", _read_file, methods=["GET"])
    return made


def _check_path(field: str, value: object) -> None:
    if not isinstance(value, str) or _PATH.fullmatch(value) is None:
        raise InvalidInput(field, "must be a path such as /api, or empty", safe_repr(value))


async def _read_file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _TYPES:
        raise HTTPException(404, "no such file")
    tag = f'"{_digest(name)}"'
    headers = {"Cache-Control": "no-cache", "ETag": tag, "X-Content-Type-Options": "nosniff"}
    if is_known(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(_content(name), headers=headers, media_type=_TYPES[name])


@cache
def _content(name: str) -> bytes:
    return files("fourtop.guest_page").joinpath("files", name).read_bytes()


def _digest(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:_DIGITS]


@cache
def _template() -> Template:
    return page_environment("fourtop.guest_page").get_template("guest.html")
