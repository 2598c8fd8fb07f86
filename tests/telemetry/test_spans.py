"""Spans of requests and of their statements."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy import create_engine, text

from fourtop import (
    AsyncEngine,
    AsyncSqlStore,
    Engine,
    ManualClock,
    MemoryStore,
    Refused,
    SqlStore,
    StoreMisconfigured,
    StoreUnavailable,
)
from fourtop.engine.observation import Observed, RequestKind
from fourtop.ports import STATEMENTS, StatementTrace, TracedStatements
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.driver import Step
from fourtop.storage.sql.connection.pipeline import PipelineCursor
from fourtop.telemetry import Telemetry
from tests.database.furnished import postgresql_url, sqlite_url
from tests.evening import NOW, a_house, party_size
from tests.telemetry.recorder import Recorder

# SQLite has no tenant to set, and executes one statement after the other.
LOADED = {
    "postgresql": ["set_tenant, lock_restaurant, load_scope"],
    "sqlite": ["lock_restaurant", "load_scope"],
}


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "night.db")
        return
    with postgresql_url() as found:
        yield found


def by_name(spans: list[ReadableSpan], name: str) -> ReadableSpan:
    (found,) = (span for span in spans if span.name == name)
    return found


def test_a_command_is_a_span_and_its_statements_are_its_children(
    recorder: Recorder, url: str
) -> None:
    with recorder.telemetry.watch(SqlStore(url, clock=ManualClock(NOW))) as store:
        desk = Engine(store, observer=recorder.telemetry).add_restaurant(a_house())
        desk.quote(party_size(2))
        recorder.spans()
        desk.hold(party_size(2))
        *statements, command = recorder.spans()
    assert command.name == "fourtop.hold"
    assert command.kind is SpanKind.INTERNAL
    assert command.attributes == {"fourtop.restaurant_id": "house"}
    assert command.status.status_code is StatusCode.UNSET
    system = url.partition(":")[0].partition("+")[0]
    names = [span.name for span in statements]
    loaded = LOADED[system]
    assert names[: len(loaded)] == loaded
    assert len(names) > len(loaded), "the write has a span, too"
    assert names[-1].endswith("COMMIT")
    for span in statements:
        assert span.kind is SpanKind.CLIENT
        assert span.attributes is not None
        assert span.attributes["db.system.name"] == system
        count = len(set(span.name.split(", ")) - {"COMMIT"})
        assert span.attributes.get("db.operation.batch.size", 1) == max(count, 1)
        assert span.parent is not None
        assert command.context is not None
        assert span.parent.span_id == command.context.span_id
        assert command.start_time is not None
        assert command.start_time <= (span.start_time or 0) <= (span.end_time or 0)


def test_an_async_command_is_traced_alike_and_tasks_do_not_mix(
    recorder: Recorder, url: str
) -> None:
    async def play() -> None:
        store = AsyncSqlStore(url, clock=ManualClock(NOW))
        async with recorder.telemetry.watch(store):
            engine = AsyncEngine(store, observer=recorder.telemetry)
            desk = await engine.add_restaurant(a_house())
            await desk.quote(party_size(2))
            recorder.spans()
            await asyncio.gather(*(desk.quote(party_size(2)) for _ in range(4)))

    asyncio.run(play())
    spans = recorder.spans()
    queries = {span.context.span_id: span for span in spans if span.name == "fourtop.quote"}
    assert len(queries) == 4
    loads = [span for span in spans if span.name.endswith("load_scope")]
    assert len(loads) == 4
    assert {span.parent.span_id for span in loads if span.parent} == set(queries)


def test_an_async_command_has_the_spans_of_a_sync_one(recorder: Recorder, url: str) -> None:
    async def play() -> None:
        async with AsyncSqlStore(url, clock=ManualClock(NOW)) as store:
            engine = AsyncEngine(store, observer=recorder.telemetry)
            desk = await engine.add_restaurant(a_house())
            await desk.quote(party_size(2))
            recorder.spans()
            await asyncio.gather(*(desk.hold(party_size(2)) for _ in range(2)))

    asyncio.run(play())
    spans = recorder.spans()
    commands = [span.context for span in spans if span.name == "fourtop.hold"]
    assert len(commands) == 2
    loaded = LOADED[url.partition(":")[0].partition("+")[0]]
    for command in commands:
        names = [span.name for span in spans if span.parent == command]
        assert names[: len(loaded)] == loaded
        assert names[-1].endswith("COMMIT")


def test_a_refusal_is_no_error_and_has_its_code(recorder: Recorder) -> None:
    store = MemoryStore(ManualClock(NOW))
    desk = Engine(store, observer=recorder.telemetry).add_restaurant(a_house())
    with pytest.raises(Refused):
        desk.hold(party_size(500))
    assert not desk.quote(party_size(500))
    for span in recorder.spans():
        assert span.attributes is not None
        assert span.attributes["fourtop.code"] == "PARTY_NEVER_FITS"
        assert span.status.status_code is StatusCode.UNSET
        assert span.events == ()


def test_a_failure_is_an_error_and_a_replay_says_so(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore(ManualClock(NOW))
    desk = Engine(store, observer=recorder.telemetry).add_restaurant(a_house())
    desk.hold(party_size(2), key="k1")
    desk.hold(party_size(2), key="k1")

    def fail(*_: Any) -> None:
        raise ConnectionError("anna@example.com")

    monkeypatch.setattr(store, "transact", fail)
    with pytest.raises(ConnectionError):
        desk.hold(party_size(2))
    made, replayed, failed = recorder.spans()
    marks = [(span.attributes or {}).get("fourtop.replayed") for span in (made, replayed)]
    assert marks == [None, True]
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description is None
    assert failed.events == ()


def test_a_statement_that_fails_is_an_error_and_shows_no_value(
    recorder: Recorder, tmp_path: Path
) -> None:
    url = sqlite_url(tmp_path / "night.db")
    with recorder.telemetry.watch(SqlStore(url, clock=ManualClock(NOW))) as store:
        desk = Engine(store, observer=recorder.telemetry).add_restaurant(a_house())
        with store.engine.begin() as connection:
            connection.execute(text("DROP TABLE command_results"))
            connection.execute(text("DROP TABLE booking_slots"))
        recorder.spans()
        with pytest.raises(StoreMisconfigured):
            desk.hold(party_size(2), key="k1")
        spans = recorder.spans()
    (failed,) = (span for span in spans if "error.type" in (span.attributes or {}))
    assert (failed.attributes or {})["error.type"] == "OperationalError"
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description is None
    hold = by_name(spans, "fourtop.hold")
    assert hold.status.status_code is StatusCode.ERROR
    assert (hold.attributes or {})["fourtop.code"] == "STORE_MISCONFIGURED"


@pytest.fixture
def postgresql(recorder: Recorder) -> Iterator[SqlStore]:
    """A store on PostgreSQL with a house, and no span yet."""
    with (
        postgresql_url() as found,
        recorder.telemetry.watch(SqlStore(found, clock=ManualClock(NOW))) as store,
    ):
        Engine(store).add_restaurant(a_house())
        yield store


def test_the_spans_of_a_command_are_made_while_the_server_commits(
    recorder: Recorder, postgresql: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Engine(postgresql, observer=recorder.telemetry).desk("house")
    desk.quote(party_size(2))
    recorder.spans()
    early: list[str] = []
    work = StatementTrace.work_while_committing

    def watched(trace: StatementTrace) -> None:
        work(trace)
        early.extend(span.name for span in recorder.spans())
        assert trace.executed[-1].end_ns == 0, "the COMMIT is under way"

    monkeypatch.setattr(StatementTrace, "work_while_committing", watched)
    desk.hold(party_size(2))
    assert early == LOADED["postgresql"]
    late = recorder.spans()
    assert [span.name for span in late] == ["write_changes, COMMIT", "fourtop.hold"]
    write, command = late
    assert command.context is not None
    assert write.parent == command.context
    assert (command.start_time or 0) < (write.start_time or 0) < (write.end_time or 0)
    assert (write.end_time or 0) <= (command.end_time or 0)


def test_a_write_that_fails_names_the_statement_and_not_the_commit(
    recorder: Recorder, postgresql: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Engine(postgresql, observer=recorder.telemetry).desk("house")
    desk.quote(party_size(2))
    recorder.spans()
    send = PipelineCursor._send

    def spoil(cursor: PipelineCursor, steps: Any, sent: Any) -> None:
        if steps[-1].text == "COMMIT" and len(steps) > 1:
            steps = (Step("SELECT 1 / 0", []), steps[-1])
        send(cursor, steps, sent)

    monkeypatch.setattr(PipelineCursor, "_send", spoil)
    with pytest.raises(StoreUnavailable):
        desk.hold(party_size(2))
    spans = recorder.spans()
    (failed,) = (span for span in spans if "error.type" in (span.attributes or {}))
    assert failed.name == "write_changes"
    assert failed.attributes == {
        "db.system.name": "postgresql",
        "db.operation.batch.size": 1,
        "fourtop.failed_statement": "write_changes",
        "error.type": "DivisionByZero",
    }
    assert failed.status.status_code is StatusCode.ERROR


def test_a_command_that_is_tried_again_has_the_statements_of_each_try(recorder: Recorder) -> None:
    telemetry = recorder.telemetry
    observed = Observed(telemetry, RequestKind.COMMAND, "hold", "house")
    with observed:
        trace = STATEMENTS.get()
        assert trace is not None
        for number in (1, 2):
            write = TracedStatements("postgresql", ["write_changes", "COMMIT"], 100 * number)
            trace.executed.append(write)
            trace.work_while_committing()
            if number == 1:
                write.fail(1, ConnectionError())
            write.end_ns = 100 * number + 50
    spans = recorder.spans()
    assert [(span.name, span.start_time, span.end_time) for span in spans[:2]] == [
        ("write_changes, COMMIT", 100, 150),
        ("write_changes, COMMIT", 200, 250),
    ]
    errors = [(span.attributes or {}).get("fourtop.failed_statement") for span in spans[:2]]
    assert errors == ["COMMIT", None]
    assert spans[2].name == "fourtop.hold"


def test_an_observer_that_fails_during_a_commit_changes_nothing_of_the_command(
    recorder: Recorder, postgresql: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Engine(postgresql, observer=recorder.telemetry).desk("house")

    def fail(*_: object) -> None:
        raise RuntimeError("a sampler fails")

    with monkeypatch.context() as patch:
        patch.setattr(Telemetry, "_trace_early", fail)
        hold = desk.hold(party_size(2))
    assert recorder.spans()[-1].name == "fourtop.hold"
    assert desk.confirm(hold.id).party_size == 2


def test_statements_of_quick_commands_on_postgresql_may_be_left_out(postgresql: SqlStore) -> None:
    recorder = Recorder(statements_from_ms=3_600_000)
    Engine(postgresql, observer=recorder.telemetry).desk("house").hold(party_size(2))
    assert [span.name for span in recorder.spans()] == ["fourtop.hold"]


def test_statements_of_quick_requests_may_be_left_out(tmp_path: Path) -> None:
    recorder = Recorder(statements_from_ms=3_600_000)
    store = SqlStore(sqlite_url(tmp_path / "night.db"), clock=ManualClock(NOW))
    with store:
        desk = Engine(store, observer=recorder.telemetry).add_restaurant(a_house())
        desk.hold(party_size(2))
        assert [span.name for span in recorder.spans()] == ["fourtop.hold"]
        with store.engine.begin() as connection:
            connection.execute(text("DROP TABLE booking_slots"))
            connection.execute(text("ALTER TABLE restaurants RENAME TO elsewhere"))
        with pytest.raises(StoreMisconfigured):
            desk.hold(party_size(2))
        names = [span.name for span in recorder.spans()]
        assert names[-1] == "fourtop.hold"
        assert len(names) > 1, "a request that fails has the spans of its statements"


def test_no_clock_is_read_for_a_statement_that_is_not_traced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("a statement is timed although nobody traces it")

    monkeypatch.setattr(Connection, "_traced", fail)
    with SqlStore(sqlite_url(tmp_path / "night.db"), clock=ManualClock(NOW)) as store:
        Engine(store).add_restaurant(a_house()).hold(party_size(2))


def test_statements_of_the_host_and_of_unrecorded_requests_have_no_span(
    tmp_path: Path, recorder: Recorder
) -> None:
    engine = create_engine(sqlite_url(tmp_path / "night.db"))
    with recorder.telemetry.watch(SqlStore(engine, clock=ManualClock(NOW))) as store:
        store.add_restaurant(a_house())
        with (
            recorder.tracers.get_tracer("host").start_as_current_span("request"),
            engine.connect() as connection,
        ):
            connection.execute(text("SELECT 1"))
        # Outside of a request: only a job.
        store.backlog()
        assert [span.name for span in recorder.spans()] == ["request"]
        off = Telemetry(tracer_provider=TracerProvider(sampler=ALWAYS_OFF))
        Engine(store, observer=off).desk("house").quote(party_size(2))
        assert recorder.spans() == []


def test_the_span_of_a_request_is_a_child_of_the_hosts_and_ends_with_it(
    recorder: Recorder,
) -> None:
    store = MemoryStore(ManualClock(NOW))
    desk = Engine(store, observer=recorder.telemetry).add_restaurant(a_house())
    with recorder.tracers.get_tracer("host").start_as_current_span("GET /quote") as outer:
        desk.quote(party_size(2))
        assert trace.get_current_span() is outer
    assert trace.get_current_span().get_span_context().span_id == 0
    quote, host = recorder.spans()
    assert quote.parent is not None
    assert host.context is not None
    assert quote.parent.span_id == host.context.span_id


def test_reads_have_their_names(recorder: Recorder) -> None:
    store = MemoryStore(ManualClock(NOW))
    desk = Engine(store, observer=recorder.telemetry).add_restaurant(a_house())
    desk.availability(NOW.date(), 2)
    desk.at_risk()
    desk.versions()
    desk.day(NOW.date())
    desk.audit()
    names = ["availability", "at_risk", "read", "day", "audit"]
    assert [span.name for span in recorder.spans()] == [f"fourtop.{name}" for name in names]
