"""The stores that keep every promise: tests of the engine run on each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fourtop import MemoryStore
from fourtop.ports import Clock, Store
from fourtop.storage.sql import SqlStore
from tests.contract.loading import LoadingStore
from tests.database.furnished import sqlite_url
from tests.sql.emptied import emptied_database

MakeStore = Callable[[Clock], Store]

# Those that need nothing but memory, and no end.
STORES: Final[Mapping[str, MakeStore]] = {"memory": MemoryStore, "loading": LoadingStore}


@contextmanager
def _sqlite(clock: Clock) -> Iterator[Store]:
    with TemporaryDirectory(prefix="fourtop-") as folder:
        store = SqlStore(sqlite_url(Path(folder, "night.db")), clock=clock)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def _postgresql(clock: Clock) -> Iterator[Store]:
    with emptied_database() as database:
        yield SqlStore(database.engine, clock=clock)


_OPENED: Final[Mapping[str, Callable[[Clock], AbstractContextManager[Store]]]] = {
    "memory": lambda clock: nullcontext(MemoryStore(clock)),
    "loading": lambda clock: nullcontext(LoadingStore(clock)),
    "sqlite": _sqlite,
    "postgresql": _postgresql,
}
# The stores that a run may choose from: ``pytest --stores memory,sqlite``.
EVERY_STORE: Final = tuple(_OPENED)


def opened(name: str, clock: Clock) -> AbstractContextManager[Store]:
    """Give an empty store on a clock; close it at the end. PostgreSQL has one at a time."""
    return _OPENED[name](clock)


@contextmanager
def making(name: str) -> Iterator[MakeStore]:
    """Give what makes an empty store on a clock; all that it has made are closed at the end."""
    with ExitStack() as stack:
        yield lambda clock: stack.enter_context(opened(name, clock))
