"""A host's SQLAlchemy listeners see our statements, as tracing and logging hooks need it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from fourtop import AlreadyExists, AsyncSqlStore, ManualClock, NotFound, SqlStore
from fourtop.storage.sql.connection.listeners import STATEMENT_NAME
from fourtop.storage.sql.connection.transaction import PooledConnection
from tests.database.furnished import sqlite_url
from tests.evening import NOW, a_house, held, open_desk
from tests.sql.emptied import emptied_database


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = create_engine(sqlite_url(tmp_path / "night.db"))
        yield made
        made.dispose()
        return
    with emptied_database() as database:
        made = create_engine(database.url())
        yield made
        made.dispose()


@attrs.define
class Span:
    """What a tracer writes down about a statement."""

    name: str
    text: str
    database: str | None
    is_ended: bool = False
    error: str | None = None


class Tracer:
    """Hooks into an engine as OpenTelemetry's SQLAlchemy instrumentation does.

    It keeps its span on the context between "before" and "after", and takes the error's span from
    ``execution_context``.
    """

    def __init__(self, engine: Engine) -> None:
        self.spans: list[Span] = []
        self._engine = engine
        self._hooks: list[tuple[str, Callable[..., Any], dict[str, Any]]] = [
            ("before_cursor_execute", self._before, {"retval": True}),
            ("after_cursor_execute", self._after, {}),
            ("handle_error", self._error, {}),
        ]

    def __enter__(self) -> list[Span]:
        for name, hook, how in self._hooks:
            event.listen(self._engine, name, hook, **how)
        return self.spans

    def __exit__(self, *_: object) -> None:
        for name, hook, _how in self._hooks:
            event.remove(self._engine, name, hook)

    def _before(
        self, conn: Any, _cursor: Any, statement: str, params: Any, context: Any, many: Any
    ) -> tuple[str, Any]:
        assert context.executemany is many
        name = context.execution_options.get(STATEMENT_NAME, "")
        context._otel_span = Span(name, statement, conn.engine.url.database)
        self.spans.append(context._otel_span)
        # As sqlcommenter does.
        return f"{statement} /*traceparent='1'*/", params

    def _after(
        self, _conn: Any, _cursor: Any, statement: str, _params: Any, context: Any, _many: Any
    ) -> None:
        assert statement.endswith("/*traceparent='1'*/")
        context._otel_span.is_ended = True

    def _error(self, context: Any) -> None:
        span = context.execution_context._otel_span
        span.error = type(context.original_exception).__name__
        span.is_ended = True


def test_a_listener_sees_every_statement_of_a_command(engine: Engine) -> None:
    store = SqlStore(engine, clock=ManualClock(NOW))
    desk = open_desk(store, a_house())
    seen: list[tuple[str, str]] = []

    def listen(_conn: Any, _cursor: Any, text: str, _params: Any, context: Any, _many: Any) -> None:
        seen.append((context.execution_options[STATEMENT_NAME], text))

    event.listen(engine, "before_cursor_execute", listen)
    held(desk, 4)
    event.remove(engine, "before_cursor_execute", listen)
    names = [name for name, _ in seen]
    assert "lock_restaurant" in names
    assert "load_scope" in names
    assert names[-1] in ("write_changes", "raise_versions")
    assert all("restaurant" in text for _, text in seen)
    held(desk, 2)
    assert [name for name, _ in seen] == names, "a listener that is gone hears nothing"


def test_a_tracers_spans_begin_and_end(engine: Engine) -> None:
    store = SqlStore(engine, clock=ManualClock(NOW))
    desk = open_desk(store, a_house())
    with Tracer(engine) as spans:
        hold = held(desk, 4)
        booking = desk.confirm(hold.id)
    assert len(spans) >= 8
    assert all(span.is_ended and span.error is None for span in spans)
    assert {span.database for span in spans} == {engine.url.database}
    assert desk.get_booking(booking.id) == booking


def test_a_tracer_sees_a_statement_fail(engine: Engine) -> None:
    store = SqlStore(engine, clock=ManualClock(NOW))
    open_desk(store, a_house())
    with Tracer(engine) as spans, pytest.raises(AlreadyExists):
        store.add_restaurant(a_house())
    assert [span.error is not None for span in spans if span.name == "insert_restaurant"] == [True]
    assert all(span.is_ended for span in spans)


def test_a_connection_that_was_listened_to_goes_back(engine: Engine) -> None:
    store = SqlStore(engine, clock=ManualClock(NOW))
    pool: Any = engine.pool
    with Tracer(engine):
        open_desk(store, a_house())
        for _ in range(20):
            with pytest.raises(NotFound):
                store.events("nowhere")
            store.restaurant_ids()
    assert pool.checkedout() == 0


def test_without_a_listener_no_connection_of_sqlalchemy_is_made(engine: Engine) -> None:
    pooled = PooledConnection(engine, SqlStore(engine)._transactions._driver, 5.0)
    assert pooled._listened is None
    pooled.give_back()


def test_a_listener_hears_an_async_store(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "night.db").replace("sqlite", "sqlite+aiosqlite")

    async def play() -> list[Span]:
        engine = create_async_engine(url)
        store = AsyncSqlStore(engine, clock=ManualClock(NOW))
        with Tracer(engine.sync_engine) as spans:
            await store.add_restaurant(a_house())
        await store.close()
        return spans

    spans = asyncio.run(play())
    assert "insert_restaurant" in [span.name for span in spans]
    assert all(span.is_ended for span in spans)
