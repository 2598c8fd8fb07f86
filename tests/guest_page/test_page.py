"""The guest page without a browser: its markup, its headers and its files."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from html import escape

import attrs
import httpx
import pytest
from fastapi import FastAPI

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    Engine,
    InvalidInput,
    ManualClock,
    MemoryStore,
)
from fourtop.guest_page import guest_page
from tests.evening import NOW, a_house, at

NAME = "<script>alert('pub')</script> & \"Sons\""


def get(app: FastAPI, path: str, **headers: str) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pub.example") as http:
            return await http.get(path, headers=headers)

    return asyncio.run(send())


@pytest.fixture
def engine() -> Engine:
    engine = Engine(MemoryStore(ManualClock(NOW)))
    house = a_house()
    restaurant = attrs.evolve(house.restaurant, name=NAME, timezone="Pacific/Auckland")
    engine.add_restaurant(attrs.evolve(house, restaurant=restaurant))
    return engine


@pytest.fixture
def app(engine: Engine) -> FastAPI:
    app = FastAPI()
    pages = guest_page(engine, "/api", most_people=7, clock=ManualClock(at("18:00")))
    app.include_router(pages, prefix="/book")
    return app


def test_the_page_names_the_restaurant_its_zone_and_the_api(app: FastAPI) -> None:
    page = get(app, "/book/restaurants/house")
    assert page.status_code == 200
    assert 'data-api="/api" data-restaurant="house" data-zone="Pacific/Auckland"' in page.text
    assert re.findall(r"<option[^>]*>(\d+)</option>", page.text) == list("1234567")
    # It is the next day there.
    assert 'value="2026-05-02" min="2026-05-02"' in page.text


def test_the_name_of_a_restaurant_is_escaped(app: FastAPI) -> None:
    text = get(app, "/book/restaurants/house").text
    assert "<script>" not in text
    assert escape(NAME).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") in text


def test_the_page_is_guarded_by_its_headers(app: FastAPI) -> None:
    headers = get(app, "/book/restaurants/house").headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["restaurants/other", "files/guest.html", "files/..%2fpage.py"])
def test_an_unknown_page_is_404(app: FastAPI, path: str) -> None:
    assert get(app, f"/book/{path}").status_code == 404


def test_an_id_that_is_none_is_a_problem(app: FastAPI) -> None:
    answer = get(app, "/book/restaurants/a%20b")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_files_are_asked_for_again_only_when_they_change(app: FastAPI) -> None:
    page = get(app, "/book/restaurants/house").text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert [link.partition("?")[0] for link in links] == [
        "/book/files/guest.css",
        "/book/files/guest.js",
    ]
    for link in links:
        first = get(app, link)
        assert first.status_code == 200
        again = get(app, link, **{"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    total = len(page.encode()) + sum(len(get(app, link).content) for link in links)
    assert total < 40_000


def test_the_page_works_below_the_path_of_a_mounted_application(engine: Engine) -> None:
    inner, outer = FastAPI(), FastAPI()
    inner.include_router(guest_page(engine, "/api"), prefix="/book")
    outer.mount("/pub", inner)
    text = get(outer, "/pub/book/restaurants/house").text
    assert 'data-api="/pub/api"' in text
    (style, _) = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert get(outer, style).status_code == 200


def test_the_page_takes_an_async_engine() -> None:
    async def show() -> httpx.Response:
        engine = AsyncEngine(AsyncMemoryStore(ManualClock(NOW)))
        await engine.add_restaurant(a_house())
        app = FastAPI()
        app.include_router(guest_page(engine, ""))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pub.example") as http:
            return await http.get("/restaurants/house")

    page = asyncio.run(show())
    assert page.status_code == 200
    assert 'data-api=""' in page.text


def test_wrong_arguments_are_refused_by_name(engine: Engine) -> None:
    calls: tuple[tuple[str, Callable[[], object]], ...] = (
        ("api", lambda: guest_page(engine, "api")),
        ("api", lambda: guest_page(engine, '/a"b')),
        ("api", lambda: guest_page(engine, None)),  # type: ignore[arg-type]  # Wrong on purpose.
        ("most_people", lambda: guest_page(engine, "/api", most_people=0)),
        ("engine", lambda: guest_page(None, "/api")),  # type: ignore[arg-type]  # Wrong on purpose.
    )
    for field, wrong in calls:
        with pytest.raises(InvalidInput) as caught:
            wrong()
        assert caught.value.field == field
