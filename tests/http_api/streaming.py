"""A client that reads a stream while it runs, in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import attrs
from fastapi import FastAPI

from tests.http_api.client import BASE

PATIENCE_SECONDS: Final = 20


@attrs.frozen
class Message:
    """A server-sent message; a comment has no kind."""

    kind: str
    id: int | None
    data: Any


@attrs.define(eq=False)
class Stream:
    """A request that runs, and what it has answered so far."""

    status: int
    headers: dict[str, str]
    chunks: asyncio.Queue[bytes]
    gone: asyncio.Event
    task: asyncio.Task[None]
    rest: str = ""

    async def text(self) -> str:
        """Return the next block; ``""``: the stream has ended."""
        while "\n\n" not in self.rest:
            chunk = await asyncio.wait_for(self.chunks.get(), PATIENCE_SECONDS)
            if not chunk:
                return ""
            self.rest += chunk.decode()
        block, _, self.rest = self.rest.partition("\n\n")
        return block

    async def message(self) -> Message | None:
        """Return the next message that is no comment; ``None``: the stream has ended."""
        while block := await self.text():
            lines = dict(line.split(": ", 1) for line in block.splitlines())
            if "" not in lines:
                number = lines.get("id")
                return Message(
                    lines.get("event", ""),
                    None if number is None else int(number),
                    json.loads(lines.get("data", "null")),
                )
        return None

    async def kinds(self, count: int) -> list[str]:
        """Return the types of the events of the next messages."""
        found = [await self.message() for _ in range(count)]
        return [each.data["type"] if each and each.kind == "change" else "" for each in found]


@asynccontextmanager
async def stream_of(app: FastAPI, *, query: str = "", **headers: str) -> AsyncIterator[Stream]:
    """Send the request of a stream; the client goes away at the end."""
    chunks: asyncio.Queue[bytes] = asyncio.Queue(1)
    started: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    gone = asyncio.Event()
    is_sent = False

    async def receive() -> dict[str, Any]:
        nonlocal is_sent
        if is_sent:
            await gone.wait()
            return {"type": "http.disconnect"}
        is_sent = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            started.set_result(message)
        elif message["body"] or not message.get("more_body"):
            await chunks.put(message["body"])

    named = {"x-role": "waiter", **{name.replace("_", "-"): text for name, text in headers.items()}}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "root_path": "",
        "path": f"{BASE}/events/stream",
        "raw_path": f"{BASE}/events/stream".encode(),
        "query_string": query.encode(),
        "client": ("203.0.113.7", 4711),
        "server": ("api.example", 80),
        "state": {},
        "headers": [(name.encode(), text.encode()) for name, text in named.items()],
    }
    task = asyncio.create_task(app(scope, receive, send))
    try:
        answer = await asyncio.wait_for(started, PATIENCE_SECONDS)
        found = {name.decode(): text.decode() for name, text in answer["headers"]}
        yield Stream(answer["status"], found, chunks, gone, task)
    finally:
        gone.set()
        # A client that goes away reads nothing more.
        while not task.done():
            await asyncio.wait({task}, timeout=0.01)
            while not chunks.empty():
                chunks.get_nowait()
        await task
