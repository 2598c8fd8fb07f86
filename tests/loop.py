"""A detector of calls that block the event loop. It looks at the calls, not at their duration.

Time proves little: on a busy machine an innocent callback is slow, and on an idle one a wait for a
disk is quick. Here every call that the loop's thread makes is looked at, whoever makes it: a task,
a callback, or a greenlet in which SQLAlchemy runs the code of its other face. One that may wait for
a database, a socket, a thread or the clock is one too many, however soon it returns.

What C code calls inside itself is not seen; drivers are therefore watched at their doors. A lock
that is taken is not seen either, since most locks are free.
"""

from __future__ import annotations

import asyncio
import select
import socket
import sqlite3
import sys
import threading
import time
import traceback
from asyncio.base_events import BaseEventLoop
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from queue import SimpleQueue
from types import CodeType, FrameType
from typing import Any, Final, TypeVar

import attrs

T = TypeVar("T")

# A pool connects thirty calls below whoever asked for a connection.
SHOWN_FRAMES: Final = 40

_FUNCTIONS: Final[dict[object, str]] = {
    time.sleep: "sleeps",
    select.select: "waits for a socket",
    socket.gethostbyname: "looks up a name",
    sqlite3.connect: "opens SQLite",
}
_SQLITE: Final = (sqlite3.Connection, sqlite3.Cursor, sqlite3.Blob)
_POLLS: Final = (select.epoll, type(select.poll()))
_TRANSFERS: Final = (
    "accept",
    "connect",
    "recv",
    "recvfrom",
    "recv_into",
    "recvmsg",
    "send",
    "sendall",
    "sendmsg",
    "sendto",
)


@attrs.frozen
class Blocked:
    """A call that may block the loop.

    Args:
        what: What it does, in words.
        where: The innermost calls that led to it, the last one at the end.
    """

    what: str
    where: str


@contextmanager
def never_blocked() -> Iterator[list[Blocked]]:
    """Fail at the end if any task has blocked this thread, on which a loop runs.

    Yields:
        What has been found so far.

    Raises:
        AssertionError: If anything was found.
    """
    found: list[Blocked] = []
    doors = _doors()

    def look(frame: FrameType, event: str, called: Any) -> None:
        if event == "call":
            what = None if _is_short(frame) else doors.get(frame.f_code)
        else:
            what = _described(called, frame) if event == "c_call" else None
        if what is not None:
            found.append(Blocked(what, "".join(traceback.format_stack(frame, SHOWN_FRAMES))))

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(before)
    assert not found, (
        f"the event loop was blocked {len(found)} times; "
        f"first by what {found[0].what}:\n{found[0].where}"
    )


def run_unblocked(work: Coroutine[Any, Any, T]) -> T:
    """Run work on a new loop, and fail if it, or a task that it starts, blocks the loop.

    Raises:
        AssertionError: If the loop was blocked.
    """

    async def watched() -> T:
        with never_blocked():
            return await work

    return asyncio.run(watched())


def _doors() -> dict[CodeType, str]:
    """Return what functions written in Python do that wait, whatever they call in C."""
    doors = {
        threading.Condition.wait.__code__: "waits for a thread",
        threading.Thread.join.__code__: "waits for the end of a thread",
        socket.getaddrinfo.__code__: "looks up a name",
    }
    psycopg = sys.modules.get("psycopg")
    if psycopg is not None:
        # Its waiting is a Python function or one in C, as it is installed; so are those of whoever
        # calls it.
        doors[psycopg.Connection.connect.__func__.__code__] = "connects to PostgreSQL"
        doors[psycopg.Connection.wait.__code__] = "waits for PostgreSQL"
    return doors


def _described(called: Any, frame: FrameType) -> str | None:
    """Return what a function or method in C does, if it may wait."""
    owner, name = getattr(called, "__self__", None), getattr(called, "__name__", "")
    if isinstance(owner, _SQLITE):
        # It sends word to the thread that works on the connection, and waits for nothing.
        return None if name == "interrupt" else f"calls {type(owner).__name__}.{name} of SQLite"
    if isinstance(owner, _POLLS):
        return None if name != "poll" or _is_of_loop(frame) else "waits for a socket"
    if isinstance(owner, socket.socket):
        return "waits for a socket" if name in _TRANSFERS and owner.gettimeout() != 0 else None
    if isinstance(owner, SimpleQueue):
        return "waits for a queue" if name == "get" else None
    if isinstance(owner, Context) and frame.f_code is asyncio.Handle._run.__code__:
        # The loop calls its callbacks through a context, which is C code.
        return _described(frame.f_locals["self"]._callback, frame)
    return _FUNCTIONS.get(called)


def _is_of_loop(frame: FrameType) -> bool:
    """Tell whether a selector is asked by the loop itself, which waits there for everybody."""
    return frame.f_back is not None and frame.f_back.f_code is BaseEventLoop._run_once.__code__  # type: ignore[attr-defined]  # No stub knows it.


def _is_short(frame: FrameType) -> bool:
    """Tell whether a wait is none: it takes no time, or lasts until a new thread has started."""
    if frame.f_code is not threading.Condition.wait.__code__:
        return False
    caller = frame.f_back and frame.f_back.f_back
    timeout = frame.f_locals["timeout"]
    is_starting = caller is not None and caller.f_code is threading.Thread.start.__code__
    return is_starting or (timeout is not None and timeout <= 0)
