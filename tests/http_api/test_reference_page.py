"""The reference of the API as a page of our own."""

from __future__ import annotations

import asyncio
import re
from html import unescape

import httpx
import pytest
from fastapi import FastAPI

from fourtop import Engine, MemoryStore
from fourtop.http_api import create_app
from fourtop.http_api.reference_page import reference_page
from tests.http_api.client import Client, actor_of, description

# They build the whole OpenAPI document.
pytestmark = pytest.mark.slow


def get(app: FastAPI, path: str) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example") as http:
            return await http.get(path)

    return asyncio.run(send())


def test_the_page_has_every_operation_and_every_schema() -> None:
    text = reference_page(description().document)
    operations = description().operations
    assert len(operations) > 60
    for each in operations:
        assert f'<details id="{each.name}">' in text
        parts = "".join(f"<wbr><span>/{part}</span>" for part in each.path.split("/")[1:])
        assert f'<code class="path">{parts}</code>' in text
    for name in description().document["components"]["schemas"]:
        assert f'<details id="schema-{name}">' in text
    links = set(re.findall(r'href="#([^"]+)"', text))
    assert links <= set(re.findall(r'id="([^"]+)"', text))


def test_the_page_needs_no_script_and_no_other_host(api: Client) -> None:
    answer = get(api.app, "/docs")
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert re.findall(r'(?:src|href)="(?!#)([^"]*)"', answer.text) == [
        "/docs/reference.css",
        "/openapi.json",
    ]
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';")
    style = get(api.app, "/docs/reference.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "//" not in style.text


def test_the_links_of_a_mounted_application_have_its_prefix() -> None:
    app = FastAPI()
    app.mount("/api", create_app(Engine(MemoryStore()), actor_of))
    text = get(app, "/api/docs").text
    (style, document) = re.findall(r'(?:src|href)="(?!#)([^"]*)"', text)
    assert (style, document) == ("/api/docs/reference.css", "/api/openapi.json")
    assert get(app, style).status_code == 200
    assert get(app, document).json()["openapi"].startswith("3.1")


def test_every_text_of_the_document_is_text() -> None:
    bad = "<b>bold</b> & `code <i>`"
    said = {
        "operationId": "x",
        "description": bad,
        "parameters": [{"name": bad, "in": "query", "schema": {"enum": [bad]}, "description": bad}],
        "requestBody": {"content": {"application/json": {"schema": {"examples": [{bad: bad}]}}}},
        "responses": {"200": {"description": bad}},
    }
    text = reference_page(
        {"info": {"title": bad, "version": bad}, "paths": {f"/{bad}": {"get": said}}}
    )
    assert "<b>bold" not in text
    assert "<i>" not in text
    assert "<code>code &lt;i&gt;</code>" in text
    assert unescape(text).count("<b>bold</b>") > 8
