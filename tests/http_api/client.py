"""A client of the API in this process. It holds every answer against the OpenAPI document."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, TypeVar

import attrs
import httpx
from fastapi import FastAPI, HTTPException, Request
from jsonschema import Draft202012Validator

from fourtop import Actor, AsyncEngine, AsyncMemoryStore, Engine, MemoryStore
from fourtop.http_api import ApiOptions, create_app

T = TypeVar("T")
HOUSE: Final = "house"
BASE: Final = f"/restaurants/{HOUSE}"
# Many tests ask for availability from one address.
UNLIMITED: Final = ApiOptions(availability_rate=None, stream_seconds=0.05)


async def actor_of(request: Request) -> Actor:
    """The login of the tests: the actor stands in two headers."""
    user = request.headers.get("x-user", "u1")
    if user == "nobody":
        raise HTTPException(401, "who are you?", {"WWW-Authenticate": "Basic"})
    return Actor(user, request.headers.get("x-role", "guest"))


@attrs.frozen
class Operation:
    """What OpenAPI says of a method on a path."""

    method: str
    path: str
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.said["operationId"])


@attrs.frozen(eq=False)
class Description:
    """The OpenAPI document of an application."""

    document: Mapping[str, Any]

    @property
    def operations(self) -> Sequence[Operation]:
        return [
            Operation(method.upper(), path, said)
            for path, item in self.document["paths"].items()
            for method, said in item.items()
        ]

    def find(self, method: str, path: str) -> Operation | None:
        """Find the operation of a request; a path with fewer parameters first."""
        found = [
            each
            for each in self.operations
            if each.method == method
            and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each.path), path) is not None
        ]
        return min(found, key=lambda each: each.path.count("{"), default=None)

    def check(self, response: httpx.Response) -> None:
        """Fail if the status, the media type or the body of an answer is not described."""
        request = response.request
        found = self.find(request.method, request.url.path)
        if found is None:
            assert response.status_code in (404, 405), response.text
            return
        said = found.said["responses"].get(str(response.status_code))
        assert said is not None, f"{found.name} does not describe {response.status_code}"
        contents = said.get("content")
        if contents is None:
            assert response.content == b""
            return
        media_type = response.headers["content-type"].partition(";")[0]
        assert media_type in contents, f"{found.name}: {media_type}"
        schema = contents[media_type]["schema"]
        if media_type.endswith("json"):
            check_schema(json.dumps(schema), json.dumps(self.document["components"]), response)


@cache
def validator_of(schema: str, components: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": json.loads(components)})


def check_schema(schema: str, components: str, response: httpx.Response) -> None:
    found = [
        f"{error.json_path}: {error.message}"
        for error in validator_of(schema, components).iter_errors(response.json())
    ]
    assert not found, found[:3]


@attrs.frozen(eq=False)
class Client:
    """Sends requests to an application, on one event loop."""

    app: FastAPI
    runner: asyncio.Runner
    description: Description

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def send(
        self, method: str, path: str, *, role: str = "guest", user: str = "u1", **how: Any
    ) -> httpx.Response:
        headers = {"x-role": role, "x-user": user, **how.pop("headers", {})}
        peer = how.pop("peer", "203.0.113.7")
        transport = httpx.ASGITransport(self.app, client=(peer, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example") as http:
            target = path if path.startswith(("/restaurants", "/problems")) else BASE + path
            response = await http.request(method, target, headers=headers, **how)
        self.description.check(response)
        return response

    def __call__(self, method: str, path: str, **how: Any) -> httpx.Response:
        return self.run(self.send(method, path, **how))


@cache
def _shared_app(*, is_async: bool) -> tuple[Engine | AsyncEngine, FastAPI]:
    """Return an application that many tests share, and its engine: it takes long to make."""
    engine = AsyncEngine(AsyncMemoryStore()) if is_async else Engine(MemoryStore())
    return engine, create_app(engine, actor_of, UNLIMITED)


@contextmanager
def client_of(engine: Engine | AsyncEngine, options: ApiOptions = UNLIMITED) -> Iterator[Client]:
    """Give a client of the API on an engine."""
    if options is UNLIMITED:
        # Without rates, an application keeps nothing from one test to the next.
        shared, app = _shared_app(is_async=isinstance(engine, AsyncEngine))
        vars(shared).update(vars(engine))
    else:
        app = create_app(engine, actor_of, options)
    with asyncio.Runner() as runner:
        yield Client(app, runner, description())


@cache
def description() -> Description:
    """The description of the API, which is the same for each engine."""
    return Description(create_app(Engine(MemoryStore()), actor_of).openapi())
