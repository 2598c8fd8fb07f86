"""A real server for the API: uvicorn on this machine, with an async store on PostgreSQL."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

import attrs
import uvicorn

from fourtop import AsyncEngine, Engine, House
from fourtop.http_api import create_app
from fourtop.ports import Clock
from fourtop.storage.sql import AsyncSqlStore, SqlStore
from tests.database.furnished import postgresql_url
from tests.http_api.client import UNLIMITED, actor_of

PATIENCE_SECONDS: Final = 60


@contextmanager
def served(house: House, clock: Clock | None = None) -> Iterator[str]:
    """Give the address of a server with a house in it; it ends with its streams."""
    with postgresql_url() as url, socket.create_server(("127.0.0.1", 0)) as listening:
        with SqlStore(url, clock=clock) as store:
            Engine(store).add_restaurant(house)
        begun = Event()
        servers: list[uvicorn.Server] = []
        options = attrs.evolve(
            UNLIMITED, stream_seconds=600, is_stopping=lambda: servers[0].should_exit
        )

        async def serve() -> None:
            async with AsyncSqlStore(url, clock=clock) as awaited:
                app = create_app(AsyncEngine(awaited), actor_of, options)
                server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
                servers.append(server)
                begun.set()
                await server.serve(sockets=[listening])

        thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
        thread.start()
        assert begun.wait(PATIENCE_SECONDS), "the server does not begin"
        try:
            # Connections wait in the queue of the socket until the server takes them.
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            servers[0].should_exit = True
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), "the server does not end"
