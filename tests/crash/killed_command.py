"""A command in a process that SIGKILL ends in the middle of it."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Final

import attrs

from fourtop import Desk, Engine, ManualClock
from fourtop.storage.sql import SqlStore
from tests.crash.fuse import Fuse
from tests.crash.killed_process import SLOWEST_SECONDS
from tests.evening import STAFF, at
from tests.load.crowd import PRELOADED

# Before some statements of a command, before its commit, and after it.
FUSES: Final = (0, 2, 4, 6, 8, 30, None)
SOME_FUSES: Final = (3, 6, 9, 30, None)

Call = Callable[[], Any]
# Builds a command of a desk under a key.
Builder = Callable[[Desk, str], Call]


def open_store(url: str) -> SqlStore:
    """Open the store of these tests at noon."""
    return SqlStore(url, clock=ManualClock(at("12:00")))


@attrs.frozen
class Task:
    """A command to be killed.

    Args:
        url: The database.
        build: Builds the command.
        key: Its key.
        restaurant_id: Its restaurant.
    """

    url: str
    build: Builder
    key: str
    restaurant_id: str = "house"


def die_in(line: Connection, task: Task, fuse: Fuse) -> None:
    """Give a command that ends this process."""
    with SqlStore(fuse.source(task.url), clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).desk(task.restaurant_id, actor=STAFF)
        # The first command of a process prepares what the later ones use.
        assert desk.audit().is_clean
        call = task.build(desk, task.key)
        line.send("ready")
        fuse.light()
        call()


def kill(task: Task, statement: int | None) -> None:
    """Give a command in a process that is killed before a statement, or after all of them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    ours, theirs = context.Pipe()
    process = context.Process(target=die_in, args=(theirs, task, Fuse(0, statement)), daemon=True)
    process.start()
    assert ours.recv() == "ready"
    process.join(SLOWEST_SECONDS)
    assert process.exitcode == -signal.SIGKILL
    process.close()
