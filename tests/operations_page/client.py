"""A client of the operations page in this process: it reads pages and sends their forms."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any, Final, TypeVar

import attrs
import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute

from fourtop import AsyncEngine, Engine
from fourtop.operations_page import PageOptions, operations_page
from tests.http_api.client import actor_of

T = TypeVar("T")
PREFIX: Final = "/staff"
HOME: Final = f"{PREFIX}/restaurants/house"
SECRET: Final = b"a secret for the tests of a page"


@attrs.define
class PageForm:
    """A form of a page: its address and its fields, as a browser would send them."""

    action: str
    method: str
    fields: list[tuple[str, str]] = attrs.field(factory=list)
    buttons: list[str] = attrs.field(factory=list)


class _Forms(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._select = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.forms.append(PageForm(given.get("action", ""), given.get("method", "get")))
        elif tag == "input" and self.forms and "name" in given:
            is_box = given.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in given:
                value = given.get("value", "on" if is_box else "")
                self.forms[-1].fields.append((given["name"], value))
        elif tag == "select" and self.forms:
            self._select, self._options = given.get("name", ""), []
        elif tag == "option" and self._select:
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "button" and self.forms:
            name, value = given.get("name", ""), given.get("value", "")
            self.forms[-1].buttons.append(f"{name}={value}" if name else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select and self._options:
            chosen = [value for value, is_chosen in self._options if is_chosen]
            value = chosen[0] if chosen else self._options[0][0]
            self.forms[-1].fields.append((self._select, value))
            self._select = ""


@attrs.frozen(eq=False)
class PageClient:
    """Sends requests to an application, on one event loop, with the cookies of one browser."""

    app: FastAPI
    runner: asyncio.Runner
    cookies: httpx.Cookies = attrs.field(factory=httpx.Cookies)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def send(
        self, method: str, path: str, *, role: str = "admin", user: str = "u1", **how: Any
    ) -> httpx.Response:
        headers = {"x-role": role, "x-user": user, **how.pop("headers", {})}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="https://pub.example", cookies=self.cookies
        ) as http:
            target = path if path.startswith(PREFIX) else HOME + path
            response = await http.request(method, target, headers=headers, **how)
            self.cookies.clear()
            self.cookies.update(http.cookies)
        return response

    def get(self, path: str = "", **how: Any) -> httpx.Response:
        return self.run(self.send("GET", path, **how))

    def post(self, path: str, fields: Mapping[str, Any], **how: Any) -> httpx.Response:
        """Send a form with the token of a page that this actor has just read."""
        who = {key: how[key] for key in ("role", "user") if key in how}
        token = token_in(self.get("", **who).text)
        return self.run(self.send("POST", path, data={"token": token, **fields}, **how))

    def submit(self, form: PageForm, **changed: Any) -> httpx.Response:
        """Send a form of a page with some of its fields changed."""
        fields: dict[str, list[str]] = {}
        for name, value in form.fields:
            fields.setdefault(name, []).append(value)
        for name, value in changed.items():
            fields[name] = value if isinstance(value, list) else [value]
        if form.method == "get":
            return self.get(form.action, params=fields)
        return self.run(self.send("POST", form.action, data=fields))


def forms_of(response: httpx.Response) -> Sequence[PageForm]:
    """Return the forms of a page."""
    reader = _Forms()
    reader.feed(response.text)
    return reader.forms


def form_to(response: httpx.Response, tail: str) -> PageForm:
    """Return the form of a page to an address that ends like this."""
    found = [each for each in forms_of(response) if each.action.endswith(tail)]
    assert found, [each.action for each in forms_of(response)]
    return found[0]


def token_in(text: str) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', text)
    assert found is not None, text[:500]
    return found[1]


@contextmanager
def client_of(
    engine: Engine | AsyncEngine, options: PageOptions | None = None
) -> Iterator[PageClient]:
    """Give a client of the page on an engine."""
    with asyncio.Runner() as runner:
        yield PageClient(app_of(engine, options), runner)


def app_of(engine: Engine | AsyncEngine, options: PageOptions | None = None) -> FastAPI:
    """Return an application of a host with the page below a prefix."""
    app = FastAPI()
    chosen = PageOptions(secret=SECRET) if options is None else options
    app.include_router(operations_page(engine, actor_of, chosen), prefix=PREFIX)
    return app


def routes_of(app: FastAPI) -> list[APIRoute]:
    """Return the routes of the page that need a login, with their paths below the restaurant."""
    found: list[APIRoute] = []

    def walk(routes: Any) -> None:
        for route in routes:
            if isinstance(route, APIRoute) and route.name != "read_file":
                found.append(route)
            walk(getattr(getattr(route, "original_router", None), "routes", ()))

    walk(app.router.routes)
    return found
