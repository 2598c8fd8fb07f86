"""Write the text of every statement: ``python -m tests.sql.statements`` renews the evidence files.

It plays an evening on both databases, records what each command executes, and adds the statements
that the evening did not need. A test fails when the files are stale.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Any, Final
from unittest.mock import patch

import attrs
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from fourtop import (
    BookingFilter,
    CapacityRule,
    Desk,
    Engine,
    FeedTerms,
    ManualClock,
    Move,
    RelayOptions,
    Restaurant,
    SqlStore,
    Window,
    prune_allocations,
    prune_confirmations,
    prune_outbox,
    relay_outbox,
    sweep_holds,
)
from fourtop.errors.display import count_of
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.host.home import Home
from fourtop.storage.sql.connection.jobs import JobTransactions
from fourtop.storage.sql.connection.tenant import StoreOptions, TenantAccess
from fourtop.storage.sql.connection.transaction import TransactionRunner
from fourtop.storage.sql.statement import Call, Statement
from fourtop.storage.sql.statements.dialects import DIALECTS
from fourtop.storage.sql.statements.registry import statements_for
from fourtop.storage.sql.tables.columns import Database
from fourtop.storage.sql.tables.security import APP_ROLE
from tests.database.furnished import sqlite_url
from tests.evening import FRIDAY, NOW, a_house, change, held, open_desk, party_size
from tests.sql.emptied import emptied_database
from tests.sql.sql_text import pretty

FOLDER: Final = Path(__file__).parents[2] / "docs" / "evidence"
ORDERS: Final = BookingFilter(statuses=["confirmed"], reference="order-17")
COMMAND: Final = "python -m tests.sql.statements"
WIDTH: Final = 100
DATABASES: Final[tuple[Database, ...]] = ("postgresql", "sqlite")
_PYFORMAT: Final = re.compile(r"%(?:\((\w+)\)s|%)")
_HEAD: Final = f"""\
-- The statements of the SQL store on {{title}}, with their names and what they do.
--
-- Part 1 lists what each call executes, in order. Part 2 has the text of each statement: all that
-- have a fixed text, and the variants that Part 1 executes of those that depend on what a decision
-- reads and writes (load_scope and the writes of records); a number tells variants apart. A word
-- after a colon is a parameter. Migrations have files of their own in the package.
--
-- A call that writes begins with: {{write}}
-- A call that reads begins with:  {{read}}
-- Both end with COMMIT, or with ROLLBACK after an error.
--
-- Generated: {COMMAND}
"""


@attrs.define
class Recording:
    """What each call executed: its statements in order."""

    calls: dict[str, list[Statement]] = attrs.field(factory=dict)
    current: list[Statement] = attrs.field(factory=list)

    def play(self, name: str, call: Callable[[], Any]) -> Any:
        """Record a call under its name."""
        self.current = self.calls[name] = []
        return call()


@contextmanager
def recorded() -> Iterator[Recording]:
    """Record every statement that stores execute."""
    recording = Recording()
    step, touched = Connection._step, Connection.touched

    def noted_step(self: Connection, call: Call) -> Any:
        recording.current.append(call.statement)
        return step(self, call)

    def noted_many(self: Connection, statement: Statement, *parameters: Any) -> int:
        if len(parameters) != 1:
            recording.current.append(statement)
        return touched(self, statement, *parameters)

    with (
        patch.object(Connection, "_step", noted_step),
        patch.object(Connection, "touched", noted_many),
    ):
        yield recording


def play(store: SqlStore, clock: ManualClock, recording: Recording) -> None:
    """Play an evening: each command and query once, then the jobs."""
    recording.play("the first call of a process", store.restaurant_ids)
    recording.play("restaurant_ids", store.restaurant_ids)
    house = a_house(capacity_rules=(CapacityRule(max_covers=200),))
    desk: Desk = recording.play("add_restaurant", lambda: open_desk(store, house))
    recording.play("house", desk.house)
    day = Window(NOW, NOW + FRIDAY.resolution)
    later = Window(day.end, day.end + FRIDAY.resolution)

    def do(name: str, call: Callable[[], Any]) -> Any:
        return recording.play(name, call)

    do("quote", lambda: desk.quote(party_size(2)))
    do("availability", lambda: desk.availability(FRIDAY, [2, 4, 6]))
    hold = do("hold", lambda: held(desk, 4))
    do("release_hold", lambda: desk.release_hold(hold.id))
    hold = do("hold with a key and a session", lambda: held(desk, 4, key="k1", session="s1"))
    do("extend_hold", lambda: desk.extend_hold(hold.id, seconds=60))
    booking = do("confirm", lambda: desk.confirm(hold.id, key="k2"))
    do("confirm again with the same key", lambda: desk.confirm(hold.id, key="k2"))
    other = do("book", lambda: desk.book(party_size(2), key="k3"))
    do("get_booking", lambda: desk.get_booking(booking.id))
    do("bookings", lambda: desk.bookings(day))
    do("list_bookings", lambda: desk.list_bookings(ORDERS, limit=20))
    do("day", lambda: desk.day(FRIDAY))
    do("open_slot", lambda: desk.open_slot(day.end, 8, slot_id="tasting"))
    do("slots", lambda: desk.slots(later))
    do("month", lambda: desk.month(2026, 5, 2))
    do("feed", lambda: desk.feed(FeedTerms(FRIDAY, 14, [2, 4])))
    do("reschedule", lambda: desk.reschedule(booking.id, change(4, "20:00")))
    do("move", lambda: desk.move([Move(booking.id, ["5"])]))
    do("cancel", lambda: desk.cancel(other.id))
    block = do("block", lambda: desk.block(day, tables=["2"], reason="paint"))
    do("unblock", lambda: desk.unblock(block.id))
    do("table_states", desk.table_states)
    do("audit", desk.audit)
    do("edit_floor", lambda: desk.edit_floor(lambda floor: attrs.evolve(floor, joins=())))
    do(
        "edit_policy",
        lambda: desk.edit_policy(lambda each: attrs.evolve(each, past_grace_minutes=7)),
    )
    do("edit_restaurant", lambda: desk.edit_restaurant(renamed))
    do("events", lambda: store.events("house"))
    do("events_after", lambda: store.events_after("house", 0, 100))
    do("newest event", lambda: store.events_after("house", None, 100))
    play_inside(store, recording)
    do("a hold that expires", lambda: held(desk, 4))
    clock.advance(minutes=90 * 24 * 60)
    do("sweep_holds", lambda: sweep_holds(store))
    do("relay_outbox", lambda: relay_outbox(store, lambda _: None, RelayOptions()))
    do("dead_letters", lambda: store.dead_letters(1))
    do("prune_allocations", lambda: prune_allocations(store, days=30))
    do("archived", lambda: store.archived("house", day))
    do("prune_confirmations", lambda: prune_confirmations(store, days=30))
    do("prune_outbox", lambda: prune_outbox(store, days=30))
    do("remove_restaurant", lambda: Engine(store).remove_restaurant("house"))


def play_inside(store: SqlStore, recording: Recording) -> None:
    """Play a command and a query in a transaction of the host, which rolls back."""
    engine = Engine(store)
    # The engine gets to know the house; no call is recorded for it.
    recording.current = []
    engine.desk("house").quote(party_size(2))
    with Session(store.engine) as session:
        inside = engine.within(session).desk("house")
        recording.play("book in a host's transaction", lambda: inside.book(party_size(2)))
        recording.play("quote in a host's transaction", lambda: inside.quote(party_size(2)))


def renamed(restaurant: Restaurant) -> Restaurant:
    """Return the restaurant with another name."""
    return attrs.evolve(restaurant, name="Another name")


def record(database: Database) -> Mapping[str, list[Statement]]:
    """Return what each call executes on a database."""
    clock = ManualClock(NOW)
    with recorded() as recording:
        if database == "sqlite":
            with tempfile.TemporaryDirectory() as folder:
                store = SqlStore(sqlite_url(Path(folder) / "night.db"), clock=clock)
                play(store, clock, recording)
                store.close()
        else:
            with emptied_database() as emptied:
                store = SqlStore(emptied.url(), clock=clock)
                play(store, clock, recording)
                store.close()
    return recording.calls


def fixed(database: Database) -> dict[str, Statement]:
    """Return the statements with a fixed text by name: it depends on no scope or changes.

    They are those of a store without a clock of its own, as in production.
    """
    statements = statements_for(database, "fourtop")
    dialect, options = statements.dialect, StoreOptions(role=APP_ROLE)
    transactions = TransactionRunner(create_engine(f"{_SCHEMES[database]}://"))
    found = (
        *TenantAccess(dialect, options).statements,
        *statements.house.statements,
        *statements.events.statements,
        statements.explainer.statement,
        *statements.removal.statements,
        *JobTransactions(dialect, options, transactions).statements,
        *Home(dialect, transactions).database.statements,
        *statements.retention.statements,
        *statements.outbox.statements,
    )
    by_name = {each.name: each for each in found}
    assert len(by_name) == len(found), "two statements have one name"
    return by_name


_SCHEMES: Final = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite"}
_TITLES: Final = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def text_of(database: Database) -> str:
    """Return the content of the evidence file of a database."""
    known = fixed(database)
    calls = {
        name: [known.get(each.name, each) for each in statements]
        for name, statements in record(database).items()
    }
    names: dict[tuple[str, str], str] = {}
    used: dict[str, list[str]] = {}
    found: dict[str, Statement] = {}
    for call, statements in calls.items():
        for each in statements:
            key = (each.name, each.text)
            name = names.setdefault(key, _numbered(each.name, found))
            found[name] = each
            if call not in used.setdefault(name, []):
                used[name].append(call)
    for name, each in known.items():
        found.setdefault(name, each)
    dialect = DIALECTS[database]
    head = _HEAD.format(
        title=_TITLES[database], write=dialect.write_mode.command, read=dialect.read_mode.command
    )
    lines = [head, *_table(calls, names), ""]
    lines += ["-- ---- Part 2: the statements " + "-" * 66]
    for name, each in found.items():
        lines += ["", *_commented(name, each, used.get(name, [])), f"{pretty(_named(each.text))};"]
    return "\n".join(lines) + "\n"


def _numbered(name: str, found: Mapping[str, Statement]) -> str:
    """Return a name for the next variant of a statement."""
    count = sum(each == name or each.startswith(f"{name} ") for each in found)
    return f"{name} {count + 1}" if count else name


def _table(
    calls: Mapping[str, list[Statement]], names: Mapping[tuple[str, str], str]
) -> Iterator[str]:
    yield "-- ---- Part 1: the calls " + "-" * 71
    for call, statements in calls.items():
        yield f"--\n-- {call}: {count_of(len(statements), 'statement')}"
        for name, repeated in groupby(names[each.name, each.text] for each in statements):
            count = len(list(repeated))
            yield f"--     {name}" if count == 1 else f"--     {name} × {count}"


def _commented(name: str, statement: Statement, calls: list[str]) -> Iterator[str]:
    yield f"-- {name}"
    comment = statement.comment
    if calls:
        comment += f" Used by: {', '.join(calls)}."
    for line in wrap(comment, WIDTH - 3):
        yield f"-- {line}"


def _named(text: str) -> str:
    """Return a text with psycopg's parameters written as ``:name``."""
    return _PYFORMAT.sub(lambda found: f":{found[1]}" if found[1] else "%", text)


def path_of(database: Database) -> Path:
    """Return the path of the evidence file of a database."""
    return FOLDER / f"statements-{database}.sql"


if __name__ == "__main__":
    for each in DATABASES:
        path_of(each).write_text(text_of(each), encoding="utf-8")
