"""Hold and confirm on SQLite, in units of a bare ``sqlite3`` script that writes the same rows.

Run ``python -m benchmarks.sqlite`` at the project's root.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from sqlalchemy import create_engine, event

from benchmarks.bar import HEADING, Bar
from benchmarks.durable import in_rounds, opened, parties, pub, warm
from benchmarks.pairs import Pairs, taken
from fourtop import Engine
from tests.database.furnished import sqlite_url

Writes = list[tuple[str, Sequence[Any]]]

LOBBY, ROOM = "lobby", "room"
# The columns that an UPDATE of each table sets; the other columns stay.
CHANGING: Final = {"table_holds": ("state",), "bookings": ("status", "version", "updated_us")}
INSERTED: Final = "INSERT INTO {table} ({columns}) VALUES ({marks})"
DELETED: Final = "DELETE FROM {table} WHERE restaurant_id = ? AND id = ?"
UPDATED: Final = "UPDATE {table} SET {changed} WHERE restaurant_id = ? AND id = ?"
COUNTED: Final = (
    "UPDATE restaurants SET occupancy_version = occupancy_version + 1, latest_us = ? WHERE id = ?"
)

_INSERT: Final = re.compile(r"INSERT INTO (\w+) \(([^)]*)\) VALUES \(([^)]*)\)")
_NAMED: Final = re.compile(r":(\w+)")


def recording(tape: list[tuple[str, Mapping[str, Any]]]) -> type[sqlite3.Connection]:
    """Return connections that write down each statement that writes, and its values."""

    class Cursor(sqlite3.Cursor):
        """Records each statement that writes."""

        def execute(self, text: str, values: Any = ()) -> Any:
            """Write down a statement, and run it."""
            if text.startswith(("INSERT", "UPDATE", "DELETE")):
                tape.append((text, values))
            return super().execute(text, values)

        def executemany(self, text: str, sets: Any) -> Any:
            """Write down a statement for each set of values, and run them."""
            given = list(sets)
            tape.extend((text, each) for each in given)
            return super().executemany(text, given)

    class Connection(sqlite3.Connection):
        """Has such cursors."""

        def cursor(self, *_: Any) -> Any:
            """Return one."""
            return super().cursor(Cursor)

    return Connection


def bare(text: str, values: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
    """Return a script's plain statement for the same row, and its values in order."""
    if found := _INSERT.match(text):
        table, columns, given = found.groups()
        names = _NAMED.findall(given)
        assert len(names) == len(columns.split(",")), text
        plain = INSERTED.format(table=table, columns=columns, marks=",".join("?" * len(names)))
        return plain, [values[each] for each in names]
    verb, *words = text.split()
    here = values["restaurant"]
    if verb == "DELETE":
        return DELETED.format(table=words[1]), [here, values["each_id"]]
    assert verb == "UPDATE", text
    table = words[0]
    if table == "restaurants":
        return COUNTED, [values["now_us"], here]
    changed = CHANGING[table]
    plain = UPDATED.format(table=table, changed=", ".join(f"{each} = ?" for each in changed))
    return plain, [*(values[f"each_{each}"] for each in changed), here, values["each_id"]]


class Trial:
    """Holds and confirmations of one client, ours and bare, each on a copy of the same file.

    Args:
        folder: For the files.
        number: How many pairs.
        synchronous: SQLite's setting: ``FULL`` waits for the disk at each commit, ``NORMAL`` does
            not.
        is_capped: Whether the house has a capacity rule, so that a hold reads and counts who else
            comes.
    """

    def __init__(self, folder: Path, number: int, synchronous: str, *, is_capped: bool) -> None:
        self._folder = folder
        self._requests = parties(number)
        self._pragma = f"PRAGMA synchronous = {synchronous}"
        self._template = folder / "template.db"
        if not self._template.exists():
            with opened(sqlite_url(self._template)) as engine:
                for name in (LOBBY, ROOM):
                    engine.add_restaurant(pub(name, is_capped=is_capped))
        self._holds, self._confirms = self._recorded()

    def ours(self) -> Pairs:
        """Run the commands."""
        with self._opened() as engine:
            return taken(engine.desk(ROOM), self._requests)

    def bare(self) -> Pairs:
        """Write the same rows, in as many transactions."""
        path = shutil.copy(self._template, self._folder / "bare.db")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for pragma in ("PRAGMA journal_mode = WAL", self._pragma, "PRAGMA foreign_keys = ON"):
                connection.execute(pragma)
            hold = confirm = 0.0
            for one, two in zip(self._holds, self._confirms, strict=True):
                begun = perf_counter()
                write(connection, one)
                between = perf_counter()
                write(connection, two)
                hold += between - begun
                confirm += perf_counter() - between
        return Pairs(hold, confirm)

    def _recorded(self) -> tuple[list[Writes], list[Writes]]:
        tape: list[tuple[str, Mapping[str, Any]]] = []
        holds, confirms = [], []
        with self._opened(factory=recording(tape)) as engine:
            desk = engine.desk(ROOM)
            for request in self._requests:
                tape.clear()
                held = desk.hold(request)
                holds.append([bare(*each) for each in tape])
                tape.clear()
                desk.confirm(held.id)
                confirms.append([bare(*each) for each in tape])
        return holds, confirms

    @contextmanager
    def _opened(self, **how: Any) -> Iterator[Engine]:
        path = shutil.copy(self._template, self._folder / "ours.db")
        source = create_engine(f"sqlite:///{path}", connect_args=how)
        with opened(source) as engine:
            # After the store's own, which wants every commit on the disk.
            event.listen(
                source, "connect", lambda connection, _: connection.execute(self._pragma).close()
            )
            warm(engine.desk(LOBBY))
            engine.desk(ROOM).quote(self._requests[0])
            yield engine


def write(connection: sqlite3.Connection, writes: Writes) -> None:
    """Write rows in a transaction."""
    connection.execute("BEGIN IMMEDIATE")
    for text, values in writes:
        connection.execute(text, values)
    connection.execute("COMMIT")


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Compare with the bare script, waiting for the disk or not."""
    number = 60 if is_quick else 400
    settings = (("FULL", 0.35), ("NORMAL", 0.25))
    for (synchronous, least), is_capped in product(settings, (True, False)):
        with tempfile.TemporaryDirectory() as folder:
            trial = Trial(Path(folder), number, synchronous, is_capped=is_capped)
            found = in_rounds({"bare": trial.bare, "ours": trial.ours}, 3 if is_quick else 9)
        for name in ("hold", "confirm", "both"):
            upper, lower = (
                [getattr(each, name) for each in found[side]] for side in ("bare", "ours")
            )
            what = name.replace("both", "hold and confirm")
            which = synchronous if is_capped else f"{synchronous}, no capacity rule"
            yield Bar(f"{what}, {which}: bare sqlite3 / ours", upper, lower, number, at_least=least)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
