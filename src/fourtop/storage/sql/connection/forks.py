"""Keep the processes of a fork apart: the child gets connections of its own, and free locks.

A socket that two processes share mixes up their answers. A lock that another thread held at the
fork is never released in the child, which has no such thread; nor is a place in a queue.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

import attrs
import sqlalchemy

from fourtop.storage.sql.connection.write_queue import WriteQueues

LockOfStore = AbstractContextManager[Any]


@attrs.frozen(eq=False)
class _Guarded:
    engine: sqlalchemy.Engine
    locks: tuple[LockOfStore, ...]
    queues: WriteQueues


# By store. A store that is collected needs no care any more.
_GUARDED: Final[MutableMapping[object, _Guarded]] = WeakKeyDictionary()
_REGISTERING: Final = Lock()
# The pools of parents. To collect their connections would close them under the parent.
_INHERITED: Final[list[object]] = []


class _Registration:
    """The functions that Python calls around a fork, registered once per process."""

    def __init__(self) -> None:
        self.is_done = False
        self._taken: list[LockOfStore] = []

    def register(self) -> None:
        """Register them, where the system has forks."""
        if not self.is_done and hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=self._take_locks,
                after_in_parent=self._release_locks,
                after_in_child=self._enter_child,
            )
        self.is_done = True

    def _take_locks(self) -> None:
        """Wait until no other thread is inside a lock, so that the child finds whole values."""
        self._taken = [_REGISTERING]
        _REGISTERING.acquire()
        locks = {id(lock): lock for each in [*_GUARDED.values()] for lock in each.locks}
        for lock in locks.values():
            lock.__enter__()
            self._taken.append(lock)

    def _release_locks(self) -> None:
        for lock in self._taken:
            lock.__exit__(None, None, None)
        self._taken = []

    def _enter_child(self) -> None:
        self._release_locks()
        for each in [*_GUARDED.values()]:
            each.queues.forget()
        for engine in {each.engine for each in [*_GUARDED.values()]}:
            _INHERITED.append(engine.pool)
            engine.dispose(close=False)


_REGISTRATION: Final = _Registration()


def guard_forks(
    store: object,
    engine: sqlalchemy.Engine,
    locks: tuple[LockOfStore, ...],
    *,
    queues: WriteQueues,
) -> None:
    """Give a forked process a pool of its own, and the locks and queues of the store as free ones.

    Args:
        store: The store; nothing is done once it is collected.
        engine: Its engine, which a host may have made. In the child it begins with an empty pool.
        locks: The locks of the store. No code takes one while it holds another.
        queues: The queues of the store.
    """
    with _REGISTERING:
        _REGISTRATION.register()
        _GUARDED[store] = _Guarded(engine, (*locks, queues.lock), queues)
