"""The detector of calls that block the loop sees them wherever they are made, and nothing else."""

from __future__ import annotations

import asyncio
import select
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from queue import SimpleQueue
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import greenlet_spawn

from tests.loop import never_blocked, run_unblocked

NOWHERE: Final = "host=127.0.0.1 port=1 user=nobody"


def connect_to_nowhere() -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(NOWHERE)


def ask_sqlite() -> None:
    sqlite3.connect(":memory:").close()


def ask_sqlalchemy() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("SELECT 1"))
    engine.dispose()


def wait_for_thread() -> None:
    # One that nobody fulfils: of one that a thread had fulfilled by now, the result would be there
    # without a wait.
    with pytest.raises(TimeoutError):
        Future[None]().result(0.001)


def join_thread() -> None:
    thread = threading.Thread(target=time.sleep, args=(0.001,))
    thread.start()
    thread.join()


def send_to_socket() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.send(b".")
        other.recv(1)


def poll() -> None:
    one, other = socket.socketpair()
    with one, other:
        waiting = select.epoll()
        waiting.register(one)
        waiting.poll(0)
        waiting.close()


def get_from_queue() -> None:
    queue: SimpleQueue[int] = SimpleQueue()
    queue.put(1)
    queue.get()


BLOCKING: Final[dict[str, tuple[Callable[[], object], str]]] = {
    "sleep": (lambda: time.sleep(0), "sleeps"),
    "sqlite": (ask_sqlite, "opens SQLite"),
    "sqlalchemy": (ask_sqlalchemy, "opens SQLite"),
    "psycopg": (connect_to_nowhere, "connects to PostgreSQL"),
    "select": (lambda: select.select([], [], [], 0), "waits for a socket"),
    "poll": (poll, "waits for a socket"),
    "socket": (send_to_socket, "waits for a socket"),
    "name": (lambda: socket.getaddrinfo("127.0.0.1", 1), "looks up a name"),
    "future": (wait_for_thread, "waits for a thread"),
    "join": (join_thread, "waits for the end of a thread"),
    "queue": (get_from_queue, "waits for a queue"),
}


async def in_coroutine(call: Callable[[], object]) -> None:
    call()


async def in_task(call: Callable[[], object]) -> None:
    await asyncio.create_task(in_coroutine(call))


async def in_callback(call: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.call_soon(call)
    loop.call_soon(done.set_result, None)
    await done


async def in_greenlet(call: Callable[[], object]) -> None:
    await greenlet_spawn(call)


@pytest.mark.parametrize("place", [in_coroutine, in_task, in_callback, in_greenlet])
@pytest.mark.parametrize(("call", "what"), BLOCKING.values(), ids=BLOCKING)
def test_a_call_that_blocks_is_found_wherever_it_is_made(
    call: Callable[[], object], what: str, place: Callable[[Callable[[], object]], Any]
) -> None:
    with pytest.raises(AssertionError, match=what) as caught:
        run_unblocked(place(call))
    assert "test_loop.py" in str(caught.value)


def test_a_connection_that_was_open_before_is_watched_too() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        cursor = connection.cursor()
        for call in (
            connection.commit,
            lambda: connection.execute("SELECT 1"),
            lambda: list(cursor.fetchall()),
        ):
            with pytest.raises(AssertionError, match=r"calls (Connection|Cursor)\.\w+ of SQLite"):
                run_unblocked(in_callback(call))
        # It only sends word to whoever works on the connection.
        run_unblocked(in_callback(connection.interrupt))


@pytest.mark.parametrize("call", [ask_sqlite, connect_to_nowhere, lambda: time.sleep(0)])
def test_what_another_thread_does_blocks_no_loop(call: Callable[[], object]) -> None:
    async def play() -> None:
        await asyncio.to_thread(call)

    run_unblocked(play())


def test_awaiting_blocks_no_loop() -> None:
    async def play() -> int:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(asyncio.sleep(0.001))
            tasks.create_task(asyncio.sleep(0))
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b".")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        return len(await reader.read())

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        assert run_unblocked(play()) == 0


def test_a_driver_that_is_awaited_blocks_no_loop() -> None:
    async def play() -> int:
        engine = create_async_engine("sqlite+aiosqlite://")
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE numbers (number INTEGER)"))
            await connection.execute(text("INSERT INTO numbers VALUES (17)"))
            answer: int = (
                await connection.execute(text("SELECT number FROM numbers"))
            ).scalar_one()
        await engine.dispose()
        with pytest.raises(psycopg.OperationalError):
            await psycopg.AsyncConnection.connect(NOWHERE)
        return answer

    assert run_unblocked(play()) == 17


def test_what_the_block_raises_comes_out_and_the_watch_ends() -> None:
    def fail() -> None:
        time.sleep(0)
        raise KeyError

    before = sys.getprofile()
    with pytest.raises(KeyError):
        run_unblocked(in_coroutine(fail))
    assert sys.getprofile() is before
    with never_blocked() as found:
        pass
    time.sleep(0)
    assert found == []
