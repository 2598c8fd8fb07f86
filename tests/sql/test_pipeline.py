"""Pipelines on PostgreSQL: what is prepared, and what an error or a lost connection leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final
from unittest.mock import patch

import psycopg
import pytest
from sqlalchemy import create_engine, event

from fourtop import (
    AlreadyExists,
    AsyncDesk,
    AsyncEngine,
    AsyncSqlStore,
    CountedIds,
    Desk,
    FourtopError,
    ManualClock,
    NotFound,
    OutcomeUnknown,
    SqlStore,
)
from fourtop.errors import StoreUnavailable
from fourtop.ports import (
    STATEMENTS,
    Changes,
    Decision,
    FloorChange,
    Scope,
    StatementTrace,
    View,
)
from fourtop.storage.sql.connection import pipeline
from fourtop.storage.sql.connection.driver import Step
from fourtop.storage.sql.connection.pipeline import PipelineCursor, PreparedStatements, numbered
from fourtop.storage.sql.statement import Call, Statement
from tests.database.furnished import LOGIN
from tests.database.session import bouncer, cluster
from tests.evening import NOW, a_house, held, open_desk, party_size, table_rows
from tests.sql.delay import url_at
from tests.sql.emptied import EmptiedDatabase, emptied_database
from tests.sql.proxy import Cut, Proxy

DIVIDES: Final = Statement("divide", "SELECT 1 / 0")
ONE: Final = Statement("one", "SELECT 1")
WRITES: Final = Statement("write", "UPDATE fourtop.restaurants SET latest_us = 0")
# The statements of a hold, as they begin: those of its first round trip, and the write.
FIRST: Final = {
    "begin": b"BEGIN",
    "tenant": b"SELECT set_config",
    "lock": b"UPDATE fourtop.restaurants SET latest_us",
    "read": b"SELECT (SELECT",
}
SECOND: Final = {"write": b"WITH did_", "commit": b"COMMIT"}


@pytest.fixture
def database() -> Iterator[EmptiedDatabase]:
    with emptied_database() as emptied:
        yield emptied


@pytest.fixture
def store(database: EmptiedDatabase) -> Iterator[SqlStore]:
    with closing(SqlStore(database.url(), clock=ManualClock(NOW))) as made:
        yield made


# ---- what is prepared


def test_a_statement_is_prepared_after_as_many_executions_as_psycopg_says() -> None:
    prepared = PreparedStatements()
    assert [prepared.find("a", 2) for _ in range(2)] == [(None, False)] * 2
    name, is_new = prepared.find("a", 2)
    assert (name, is_new) == (b"fourtop_1", True)
    # As long as the server has not prepared it, it is not known.
    assert prepared.find("a", 2) == (b"fourtop_2", True)
    prepared.keep("a", b"fourtop_2")
    assert prepared.find("a", 2) == (b"fourtop_2", False)
    assert prepared.find("b", 0) == (b"fourtop_3", True)
    assert prepared.find("a", None) == (None, False)


def test_a_connection_remembers_few_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "_MOST_TEXTS", 2)
    prepared = PreparedStatements()
    for text in ("a", "b"):
        prepared.find(text, 1)
        prepared.keep(text, text.encode())
    prepared.find("a", 1)
    prepared.find("c", 1)
    assert prepared.superfluous() == [b"b"]
    assert prepared.superfluous() == []
    prepared.find("d", 1)
    prepared.find("e", 1)
    assert prepared.superfluous() == [b"a"], "a text that was never prepared has no name"


def names_on(store: SqlStore) -> set[str]:
    """Return the names of the statements that the server has prepared for a store."""
    connection = store.engine.raw_connection()
    driver: Any = connection.driver_connection
    rows = driver.execute("SELECT name FROM pg_prepared_statements", prepare=False).fetchall()
    connection.close()
    return {name for (name,) in rows}


def test_a_statement_that_is_forgotten_is_given_up(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(store, a_house())
    for _ in range(3):
        desk.quote(party_size(4))
    before = names_on(store)
    assert before
    monkeypatch.setattr(pipeline, "_MOST_TEXTS", 1)
    assert held(desk, 4).party_size == 4
    after = names_on(store)
    assert len(after) <= 1


def test_to_give_up_what_the_server_has_lost_does_no_harm(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(store, a_house())
    desk.quote(party_size(4))
    connection = store.engine.raw_connection()
    prepared: PreparedStatements = connection.info["fourtop.prepared"]
    prepared.keep("lost", b"fourtop_lost")
    connection.close()
    monkeypatch.setattr(pipeline, "_MOST_TEXTS", 0)
    assert desk.versions().floor == 1
    assert "lost" not in prepared._names


def test_a_rollback_of_the_host_that_gives_up_all_statements_is_not_noticed(
    database: EmptiedDatabase,
) -> None:
    engine = create_engine(database.url(), pool_size=1, max_overflow=0)
    with closing(SqlStore(engine, clock=ManualClock(NOW))) as store:
        desk = open_desk(store, a_house())
        for _ in range(8):
            desk.quote(party_size(4))
        assert {name for name in names_on(store) if name.startswith("fourtop")}
        connection = engine.raw_connection()
        driver: Any = connection.driver_connection
        driver.execute("SELECT 'of the host'", prepare=True)
        driver.rollback()
        # psycopg gives up all prepared statements together with its next one.
        driver.execute("SELECT 1", prepare=False)
        driver.rollback()
        connection.close()
        assert not names_on(store)
        committed = store.metrics.committed
        assert held(desk, 4).party_size == 4
        assert store.metrics.committed == committed + 1
        assert store.metrics.retried == {"26000": 1}
        for _ in range(8):
            desk.quote(party_size(4))
        assert names_on(store)
    engine.dispose()


def status_of(connection: Any) -> Any:
    """Return what psycopg says about the transaction on a pooled connection."""
    return connection.driver_connection.pgconn.transaction_status


def test_a_transaction_that_a_host_left_open_is_rolled_back(store: SqlStore) -> None:
    """The store resets the connections of its own engine itself."""
    desk = open_desk(store, a_house())
    lent = store.engine.raw_connection()
    lent.cursor().execute("SELECT 1")
    assert status_of(lent) == psycopg.pq.TransactionStatus.INTRANS
    process = lent.driver_connection.info.backend_pid  # type: ignore[union-attr]  # It is open.
    lent.close()
    again = store.engine.raw_connection()
    assert status_of(again) == psycopg.pq.TransactionStatus.IDLE
    again.close()
    assert process_of(store) == process
    assert held(desk, 4).party_size == 4


def test_a_transaction_that_a_host_left_open_is_rolled_back_on_an_async_store(
    database: EmptiedDatabase,
) -> None:
    async def main() -> None:
        store = AsyncSqlStore(database.url(), clock=ManualClock(NOW))
        async with store.engine.connect() as lent:
            await lent.exec_driver_sql("SELECT 1")
            raw: Any = await lent.get_raw_connection()
            assert status_of(raw) == psycopg.pq.TransactionStatus.INTRANS
        async with store.engine.connect() as again:
            raw = await again.get_raw_connection()
            assert status_of(raw) == psycopg.pq.TransactionStatus.IDLE
        await store.close()

    asyncio.run(main())


def test_a_host_may_change_the_encoding_of_a_connection(store: SqlStore) -> None:
    text = Statement("text", "SELECT %(text)s::text")

    def work(connection: Any) -> Any:
        return connection.rows(text, {"text": "Zoë"})

    for encoding in ("UTF8", "LATIN1"):
        lent = store.engine.raw_connection()
        driver: Any = lent.driver_connection
        driver.execute(f"SET client_encoding TO {encoding}".encode())
        driver.commit()
        lent.close()
        assert store._transactions.run(store._tenant.read_mode, work, "read") == [("Zoë",)]


def test_a_statement_may_be_larger_than_what_a_socket_takes_at_once(store: SqlStore) -> None:
    text = Statement("text", "SELECT length(%(text)s::text)")
    letters = 20_000_000

    def work(connection: Any) -> Any:
        return connection.rows(text, {"text": "a" * letters})

    assert store._transactions.run(store._tenant.read_mode, work, "read") == [(letters,)]


def test_names_become_numbers() -> None:
    assert numbered("a %(b)s %% %(c)s %(b)s") == ("a $1 % $2 $1", ("b", "c"))


# ---- errors


def test_a_statement_that_waits_fails_with_the_next_one(store: SqlStore) -> None:
    def work(connection: Any) -> None:
        connection.later(DIVIDES)
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.rows(ONE)

    with pytest.raises(StoreUnavailable, match="was aborted"):
        store._transactions.run(store._tenant.write_mode, work, "transact")
    assert store.restaurant_ids() == ()


def test_a_statement_that_waits_fails_with_the_commit_and_nothing_is_written(
    store: SqlStore,
) -> None:
    desk = open_desk(store, a_house())
    held(desk, 2)

    def work(connection: Any) -> None:
        store._tenant.set_tenant(connection, "house")
        connection.rows(ONE)
        connection.later(WRITES)
        connection.later(DIVIDES)

    with pytest.raises(StoreUnavailable, match="22012"):
        store._transactions.run(store._tenant.write_mode, work, "transact")
    assert desk.versions().floor == 1
    ((latest_us,),) = cluster().execute(
        "SELECT latest_us FROM fourtop.restaurants", database=store.engine.url.database or ""
    )
    assert latest_us > 0


def test_a_value_that_cannot_be_sent_is_no_unknown_outcome(store: SqlStore) -> None:
    text = Statement("text", "SELECT %(text)s::text")

    def work(connection: Any) -> None:
        connection.rows(text, {"text": "a"})
        connection.later(text, {"text": "a\0"})

    for _ in range(2):
        with pytest.raises(FourtopError) as caught:
            store._transactions.run(store._tenant.write_mode, work, "transact")
        assert type(caught.value) is StoreUnavailable
    assert store.restaurant_ids() == ()


def test_a_commit_that_rolls_back_is_not_taken_for_one(store: SqlStore) -> None:
    """Nobody asks for it twice: the server says what it did."""

    def work(connection: Any) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.rows(DIVIDES)

    with (
        patch.object(PipelineCursor, "is_aborted", new=False),
        pytest.raises(StoreUnavailable, match="25P02"),
    ):
        store._transactions.run(store._tenant.write_mode, work, "transact")


def test_one_set_of_many_that_fails_fails_all(store: SqlStore) -> None:
    divides = Statement("divide", "SELECT 1 / %(by)s::integer")

    def work(connection: Any) -> int:
        assert connection.touched(divides, {"by": 1}, {"by": 2}) == 2
        return int(connection.touched(divides, {"by": 1}, {"by": 0}))

    with pytest.raises(StoreUnavailable, match="22012"):
        store._transactions.run(store._tenant.write_mode, work, "transact")


def process_of(store: SqlStore) -> int:
    """Return the server process of the store's one connection."""
    connection = store.engine.raw_connection()
    driver: Any = connection.driver_connection
    connection.close()
    return int(driver.info.backend_pid)


def test_a_pipeline_that_was_interrupted_is_not_used_again(store: SqlStore) -> None:
    desk = open_desk(store, a_house())
    held(desk, 2)
    before = process_of(store)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with patch.object(PipelineCursor, "_wait", interrupt), pytest.raises(KeyboardInterrupt):
        held(desk, 4)
    assert desk.versions().occupancy == 1
    assert process_of(store) != before
    assert held(desk, 4).party_size == 4


def test_a_cursor_in_the_midst_of_a_pipeline_refuses_more(store: SqlStore) -> None:
    connection = store.engine.raw_connection()
    cursor = PipelineCursor(connection)
    with patch.object(PipelineCursor, "_wait", lambda *_: ([], psycopg.OperationalError("gone"))):
        assert not cursor.run([Step("BEGIN")]).is_answered
    assert "midst" in str(cursor.run([Step("ROLLBACK")]).error)
    connection.invalidate()


def test_listeners_hear_which_statement_of_a_pipeline_failed(database: EmptiedDatabase) -> None:
    engine = create_engine(database.url())
    heard: list[tuple[str, str]] = []

    def before(
        _conn: Any, _cursor: Any, _text: str, _params: Any, context: Any, _many: Any
    ) -> None:
        heard.append(("before", context.execution_options["fourtop_statement"]))

    def after(*given: Any) -> None:
        *_, context, _many = given
        heard.append(("after", context.execution_options["fourtop_statement"]))

    def failed(context: Any) -> None:
        name = context.execution_context.execution_options["fourtop_statement"]
        heard.append((type(context.original_exception).__name__, name))

    store = SqlStore(engine, clock=ManualClock(NOW))
    store.restaurant_ids()
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "handle_error", failed)
    with pytest.raises(StoreUnavailable):
        store._transactions.run(
            store._tenant.read_mode,
            lambda connection: connection.fetch((Call(ONE), Call(DIVIDES), Call(WRITES))),
            "read",
        )
    assert heard == [
        *(("before", name) for name in ("one", "divide", "write")),
        ("after", "one"),
        *(("DivisionByZero", name) for name in ("divide", "write")),
    ]
    engine.dispose()


def test_a_trace_has_the_statements_of_a_pipeline_up_to_the_one_that_failed(
    store: SqlStore,
) -> None:
    def work(connection: Any) -> None:
        connection.later(ONE)
        connection.fetch((Call(ONE), Call(DIVIDES), Call(WRITES)))

    store.restaurant_ids()
    trace = StatementTrace()
    token = STATEMENTS.set(trace)
    with pytest.raises(StoreUnavailable):
        store._transactions.run(store._tenant.read_mode, work, "read")
    STATEMENTS.reset(token)
    (traced,) = trace.executed
    assert traced.system == "postgresql"
    assert list(traced.sent) == ["one", "one", "divide"]
    assert traced.names == ("one", "divide")
    assert (traced.failed, traced.error) == ("divide", "DivisionByZero")
    assert 0 < traced.start_ns <= traced.end_ns


def test_an_observer_works_while_the_server_commits_and_its_errors_are_ignored(
    store: SqlStore,
) -> None:
    class Faulty(StatementTrace):
        """Looks at the statements that are under way, and fails."""

        __slots__ = ("seen",)

        def work(self) -> None:
            self.seen: list[tuple[str, int]] = [
                (", ".join(each.names), each.end_ns) for each in self.executed[-1:]
            ]
            raise RuntimeError("an observer fails")

    desk = open_desk(store, a_house())
    trace = Faulty()
    token = STATEMENTS.set(trace)
    hold = desk.hold(party_size(2))
    STATEMENTS.reset(token)
    assert trace.seen == [("write_changes, COMMIT", 0)]
    assert trace.executed[-1].end_ns > 0
    assert trace.executed[-1].error == ""
    assert desk.confirm(hold.id).party_size == 2


def test_an_unknown_restaurant_and_a_known_one_leave_no_transaction(store: SqlStore) -> None:
    open_desk(store, a_house())
    for _ in range(3):
        with pytest.raises(NotFound):
            store.read(Scope("nowhere"), lambda _: None)
        with pytest.raises(NotFound):
            store.transact(Scope("nowhere"), lambda _: Decision(None))
        with pytest.raises(AlreadyExists):
            store.add_restaurant(a_house())
    ((count,),) = cluster().execute(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND state LIKE 'idle in %%'",
        LOGIN,
    )
    assert count == 0


# ---- connections that are lost


@pytest.fixture(params=["server", "bouncer"])
def proxy(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    with Proxy((bouncer() if request.param == "bouncer" else cluster()).port) as made:
        yield made


@pytest.fixture
def far(database: EmptiedDatabase, proxy: Proxy) -> Iterator[Desk]:
    """A desk behind a proxy; every statement is sent with its text."""
    url = f"{url_at(proxy.port, database.name, LOGIN)}&prepare_threshold=none"
    with closing(SqlStore(url, clock=ManualClock(NOW))) as store:
        desk = open_desk(store, a_house())
        desk.quote(party_size(2))
        yield desk


def cut_at(proxy: Proxy, text: bytes, cut: Cut) -> None:
    proxy.at, proxy.cut = text, cut


@pytest.mark.parametrize("cut", ["before", "after"])
@pytest.mark.parametrize("step", FIRST)
def test_a_connection_lost_in_the_first_round_trip_has_changed_nothing(
    far: Desk, proxy: Proxy, step: str, cut: Cut
) -> None:
    store: Any = far._executor.store
    cut_at(proxy, FIRST[step], cut)
    # The connection has served before, and may have died in the pool: another one is taken.
    assert far.hold(party_size(2), key="k1").replayed is False
    assert proxy.cuts == 1
    store.engine.dispose()
    cut_at(proxy, FIRST[step], cut)
    with pytest.raises(FourtopError) as caught:
        far.hold(party_size(4), key="k2")
    assert type(caught.value) is StoreUnavailable
    assert proxy.cuts == 2
    assert far.hold(party_size(4), key="k2").replayed is False


@pytest.mark.parametrize("cut", ["before", "after"])
@pytest.mark.parametrize("step", SECOND)
def test_a_connection_lost_in_the_second_round_trip_leaves_an_unknown_outcome(
    far: Desk, proxy: Proxy, step: str, cut: Cut
) -> None:
    cut_at(proxy, SECOND[step], cut)
    with pytest.raises(OutcomeUnknown) as caught:
        far.hold(party_size(4), key="k1")
    assert caught.value.details["command"] == "hold"
    assert proxy.cuts == 1
    hold = far.hold(party_size(4), key="k1")
    assert hold.replayed is (cut == "after")
    assert {row.owner_id for row in table_rows(far)} == {hold.id}
    assert far.audit().is_clean


def terminate(database: EmptiedDatabase) -> None:
    cluster().execute(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
        " WHERE datname = %s AND usename = %s",
        database.name,
        LOGIN,
    )


@pytest.mark.parametrize("by_bouncer", [False, True])
def test_a_session_that_ends_while_a_decision_runs_has_changed_nothing(
    database: EmptiedDatabase, *, by_bouncer: bool
) -> None:
    def decide(view: View) -> Decision[None]:
        terminate(database)
        return Decision(None, Changes(floor=FloorChange(view.house.floor, 1)))

    url = database.url(by_bouncer=by_bouncer)
    with closing(SqlStore(url, clock=ManualClock(NOW))) as store:
        desk = open_desk(store, a_house())
        with pytest.raises(FourtopError) as caught:
            store.transact(Scope("house"), decide)
        assert isinstance(caught.value, StoreUnavailable | OutcomeUnknown)
        # A pooler may notice the end only after the COMMIT was sent.
        assert type(caught.value) is StoreUnavailable or by_bouncer
        assert desk.versions().floor == 1


@pytest.mark.parametrize("cut", ["before", "after"])
@pytest.mark.parametrize("step", [*FIRST, *SECOND])
def test_an_async_call_says_the_same_of_a_lost_connection(
    database: EmptiedDatabase, proxy: Proxy, step: str, cut: Cut
) -> None:
    url = f"{url_at(proxy.port, database.name, LOGIN)}&prepare_threshold=none"

    async def lose_first(store: AsyncSqlStore, desk: AsyncDesk) -> None:
        # The connection has served before, and may have died in the pool: another one is taken.
        cut_at(proxy, FIRST[step], cut)
        assert not (await desk.hold(party_size(2), key="k1")).replayed
        assert proxy.cuts == 1
        await store.engine.dispose()
        cut_at(proxy, FIRST[step], cut)
        with pytest.raises(FourtopError) as caught:
            await desk.hold(party_size(4), key="k2")
        assert type(caught.value) is StoreUnavailable
        assert proxy.cuts == 2
        assert not (await desk.hold(party_size(4), key="k2")).replayed

    async def lose_second(desk: AsyncDesk) -> None:
        cut_at(proxy, SECOND[step], cut)
        with pytest.raises(OutcomeUnknown) as caught:
            await desk.hold(party_size(4), key="k2")
        assert caught.value.details["command"] == "hold"
        assert proxy.cuts == 1
        assert (await desk.hold(party_size(4), key="k2")).replayed is (cut == "after")

    async def play() -> None:
        store = AsyncSqlStore(url, clock=ManualClock(NOW))
        desk = await AsyncEngine(store, ids=CountedIds("n")).add_restaurant(a_house())
        await desk.quote(party_size(2))
        await (lose_first(store, desk) if step in FIRST else lose_second(desk))
        assert (await desk.audit()).is_clean
        await store.close()

    asyncio.run(play())


# Raises an error with a code when an allocation is written.
FAILING: Final = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN RAISE EXCEPTION 'words' USING ERRCODE = '{code}'; END $$;
CREATE TRIGGER fail BEFORE INSERT ON fourtop.allocations FOR EACH ROW EXECUTE FUNCTION fail();
"""
MENDED: Final = "DROP TRIGGER fail ON fourtop.allocations; DROP FUNCTION fail"


@pytest.mark.parametrize("code", ["08006", "57P01", "57014", "22P02", "23514"])
def test_a_refusal_that_the_server_has_given_is_never_an_unknown_outcome(
    far: Desk, database: EmptiedDatabase, code: str
) -> None:
    cluster().execute(FAILING.format(code=code), database=database.name)
    try:
        # A constraint that the rows do not explain is a fault of the program.
        with pytest.raises(AssertionError if code == "23514" else StoreUnavailable) as caught:
            far.hold(party_size(4), key="k1")
        assert code in f"{caught.value} {caught.value.__cause__!r}" or code == "23514"
    finally:
        cluster().execute(MENDED, database=database.name)
    assert far.hold(party_size(4), key="k1").replayed is False
