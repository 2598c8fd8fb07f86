"""Real faults between a store and PostgreSQL: which are retried, and what the errors say."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Thread
from time import monotonic
from typing import Any

import attrs
import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.util import greenlet_spawn

from fourtop import (
    CountedIds,
    Desk,
    Engine,
    FourtopError,
    ManualClock,
    OutcomeUnknown,
    Quote,
    Refused,
)
from fourtop.errors import StoreMisconfigured, StoreUnavailable
from fourtop.ports import Changes, Decision, FloorChange, Scope, View
from fourtop.storage.sql import AsyncSqlStore, SqlStore
from fourtop.storage.sql.statement import Statement
from tests.database.furnished import LOGIN
from tests.database.session import cluster
from tests.evening import MONTH, NOW, booked, held, open_desk, party_size, table_rows
from tests.sql.emptied import emptied_database
from tests.sql.proxy import Cut, Proxy

WORDS = "the words of a driver"
PATIENCE_SECONDS = 60
# Raises an error of any code when an event is written, for as often as the sequence says.
FAILING = """
CREATE SEQUENCE failures;
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF nextval('public.failures') <= {times} THEN
        RAISE EXCEPTION '{words}' USING ERRCODE = '{code}';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER fail BEFORE INSERT ON fourtop.capacity_outbox FOR EACH ROW EXECUTE FUNCTION fail();
"""
MENDED = "DROP TRIGGER fail ON fourtop.capacity_outbox; DROP FUNCTION fail; DROP SEQUENCE failures"

Owner = psycopg.Connection[tuple[Any, ...]]


@attrs.frozen
class Scene:
    """A restaurant in PostgreSQL, the connection of its owner, and the waits before retries."""

    name: str
    store: SqlStore
    desk: Desk
    owner: Owner
    waits: list[float]

    def terminate_all(self) -> None:
        """End every session of the store's, wherever it is."""
        self.owner.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = %s",
            [self.name, LOGIN],
        )

    def is_waiting(self, session: Owner) -> bool:
        """Tell whether a session waits for a lock of another."""
        found = self.owner.execute(
            "SELECT pg_blocking_pids(%s) <> '{}'", [session.info.backend_pid]
        ).fetchone()
        return found is not None and bool(found[0])


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def scene(clock: ManualClock) -> Iterator[Scene]:
    with emptied_database() as database, cluster().connect(database.name) as owner:
        store = SqlStore(database.url(), clock=clock, lock_timeout_seconds=0.05)
        waits: list[float] = []
        store._transactions.wait = waits.append
        yield Scene(database.name, store, open_desk(store), owner, waits)
        store.close()


@pytest.fixture
def failing(scene: Scene) -> Iterator[Callable[[str, int], None]]:
    def fail(code: str, times: int) -> None:
        scene.owner.execute(FAILING.format(code=code, times=times, words=WORDS).encode())

    yield fail
    scene.owner.execute(MENDED)


# ---- by its code


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03"])
def test_who_was_in_somebodys_way_tries_again(
    scene: Scene, failing: Callable[[str, int], None], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    failing(code, 3)
    with caplog.at_level(logging.INFO, "fourtop.store"):
        assert held(scene.desk, 4).party_size == 4
    assert dict(scene.store.metrics.retried) == {code: 3}
    assert [
        0.5 * most <= wait <= most for wait, most in zip(scene.waits, (0.1, 0.2, 0.4), strict=True)
    ] == [True] * 3
    assert [record.message for record in caplog.records] == [
        f"transact is tried again after {code}"
    ] * 3
    assert len(table_rows(scene.desk)) == 1


def test_four_tries_are_all(scene: Scene, failing: Callable[[str, int], None]) -> None:
    failing("40001", 4)
    with pytest.raises(StoreUnavailable, match="40001"):
        held(scene.desk, 4)
    assert len(scene.waits) == 3
    assert scene.desk.allocations(MONTH) == ()
    assert held(scene.desk, 4).party_size == 4


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("53100", StoreUnavailable),
        ("53200", StoreUnavailable),
        ("57014", StoreUnavailable),
        ("57P01", StoreUnavailable),
        ("08006", StoreUnavailable),
        ("25006", StoreUnavailable),
        ("22012", StoreUnavailable),
        ("P0001", StoreUnavailable),
        ("XX000", StoreUnavailable),
        ("42501", StoreMisconfigured),
        ("42P01", StoreMisconfigured),
        ("42703", StoreMisconfigured),
        ("42883", StoreMisconfigured),
    ],
)
def test_any_other_error_is_ours_and_is_not_tried_again(
    scene: Scene, failing: Callable[[str, int], None], code: str, kind: type[FourtopError]
) -> None:
    failing(code, 1)
    with pytest.raises(kind) as caught:
        held(scene.desk, 4)
    assert type(caught.value) is kind
    assert code in str(caught.value)
    assert WORDS not in f"{caught.value} {caught.value!r} {caught.value.details}"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301  # It was ours a moment ago.
    assert scene.waits == []
    assert scene.desk.allocations(MONTH) == ()
    assert held(scene.desk, 4).party_size == 4


def test_a_server_that_is_not_there_is_unavailable_and_no_password_is_told() -> None:
    store = SqlStore("postgresql://somebody:secret@127.0.0.1:1/nowhere")
    with pytest.raises(StoreUnavailable) as caught:
        store.restaurant_ids()
    assert "secret" not in f"{caught.value} {caught.value.details}"


def swallow(line: Any) -> None:
    with pytest.raises(psycopg.Error):
        line.rows(Statement("divide", "SELECT 1 / 0"))


def test_a_commit_that_would_roll_back_says_so(scene: Scene) -> None:
    with pytest.raises(StoreUnavailable, match="was aborted"):
        scene.store._transactions.run(scene.store._tenant.write_mode, swallow, "transact")
    assert scene.store.restaurant_ids() == ("house",)


def test_an_awaited_commit_that_would_roll_back_says_so(scene: Scene) -> None:
    async def play() -> tuple[str, ...]:
        awaited = AsyncSqlStore(cluster().url(scene.name, user=LOGIN))
        called = awaited._store
        with pytest.raises(StoreUnavailable, match="was aborted"):
            await greenlet_spawn(
                called._transactions.run, called._tenant.write_mode, swallow, "transact"
            )
        try:
            return await awaited.restaurant_ids()
        finally:
            await awaited.close()

    assert asyncio.run(play()) == ("house",)


# ---- two at once


def test_who_waits_too_long_for_the_restaurant_tries_again(scene: Scene) -> None:
    with cluster().connect(scene.name) as rival:
        rival.execute("BEGIN")
        rival.execute("SELECT 1 FROM fourtop.restaurants WHERE id = 'house' FOR UPDATE")
        scene.store._transactions.wait = lambda _: rival.rollback()
        assert held(scene.desk, 4).party_size == 4
    assert dict(scene.store.metrics.retried) == {"55P03": 1}


BLOCKED_BY = "SELECT 1 FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"
# What a rival does while it has the restaurant, and how it leaves it.
RIVALS = (
    ("SELECT 1 FROM fourtop.restaurants FOR UPDATE", "COMMIT"),
    ("UPDATE fourtop.restaurants SET occupancy_version = occupancy_version + 1", "COMMIT"),
    ("UPDATE fourtop.restaurants SET occupancy_version = occupancy_version + 1", "ROLLBACK"),
)


def timed_by_the_server(scene: Scene) -> SqlStore:
    return SqlStore(cluster().url(scene.name, user=LOGIN), lock_timeout_seconds=60)


@pytest.mark.parametrize(("work", "end"), RIVALS)
def test_the_time_is_told_when_the_wait_is_over(scene: Scene, work: str, end: str) -> None:
    with cluster().connect(scene.name) as rival, closing(timed_by_the_server(scene)) as store:
        told: list[int] = []
        rival.execute("BEGIN")
        rival.execute(work.encode())
        waiting = Thread(
            target=lambda: told.append(
                store.transact(Scope("house"), lambda view: Decision(view.now_us))
            )
        )
        waiting.start()
        deadline = monotonic() + PATIENCE_SECONDS
        while scene.owner.execute(BLOCKED_BY, [rival.info.backend_pid]).fetchone() is None:
            assert waiting.is_alive()
            assert monotonic() < deadline
        ((left_us,),) = rival.execute(
            "SELECT extract(epoch FROM clock_timestamp()) * 1000000"
        ).fetchall()
        rival.execute(end.encode())
        waiting.join(PATIENCE_SECONDS)
    assert told
    assert told[0] >= left_us


def test_who_always_waits_too_long_is_told_so(scene: Scene) -> None:
    with cluster().connect(scene.name) as rival:
        rival.execute("BEGIN")
        rival.execute("SELECT 1 FROM fourtop.restaurants WHERE id = 'house' FOR UPDATE")
        with pytest.raises(StoreUnavailable, match="55P03"):
            held(scene.desk, 4)
        # A reader waits for no lock.
        assert scene.desk.versions().occupancy == 0
    assert dict(scene.store.metrics.retried) == {"55P03": 3}


@pytest.mark.slow
def test_who_was_chosen_to_end_a_deadlock_tries_again(scene: Scene) -> None:
    booking = booked(scene.desk, 4)
    store = SqlStore(scene.store.engine, clock=ManualClock(NOW), lock_timeout_seconds=60)
    rivals: list[Thread] = []

    def wait_for_the_rival(_: float) -> None:
        # Its lock is free, but the next transaction could take the restaurant before it wakes.
        rivals[0].join(PATIENCE_SECONDS)
        assert not rivals[0].is_alive()

    store._transactions.wait = wait_for_the_rival
    with cluster().connect(scene.name) as rival:
        # The first to look for a deadlock is its victim; it shall be the store.
        rival.execute("SET deadlock_timeout = '1h'")
        rival.execute("BEGIN")
        rival.execute("SELECT 1 FROM fourtop.bookings WHERE id = %s FOR UPDATE", [booking.id])

        def take_the_restaurant() -> None:
            rival.execute("UPDATE fourtop.restaurants SET latest_us = latest_us WHERE id = 'house'")
            rival.execute("COMMIT")

        def decide(_: View) -> Decision[None]:
            if not rivals:
                rivals.append(Thread(target=take_the_restaurant))
                rivals[0].start()
                deadline = monotonic() + PATIENCE_SECONDS
                while not scene.is_waiting(rival):
                    assert monotonic() < deadline
            return Decision(None, Changes(bookings=(attrs.evolve(booking, version=2),)))

        store.transact(Scope("house"), decide)
    assert dict(store.metrics.retried) == {"40P01": 1}
    assert scene.desk.get_booking(booking.id).version == 2


# ---- a connection that is gone


def test_a_connection_lost_in_the_midst_leaves_nothing(scene: Scene) -> None:
    def decide(view: View) -> Decision[None]:
        floor = view.house.floor
        scene.terminate_all()
        return Decision(None, Changes(floor=FloorChange(floor, 1)))

    with pytest.raises(FourtopError) as caught:
        scene.store.transact(Scope("house"), decide)
    assert type(caught.value) is StoreUnavailable
    assert scene.desk.versions().floor == 1
    assert held(scene.desk, 4).party_size == 4


def test_a_question_has_no_connection_while_it_is_decided(scene: Scene) -> None:
    def ask(view: View) -> int:
        scene.terminate_all()
        return view.versions.floor

    assert scene.store.read(Scope("house"), ask) == 1
    assert scene.store.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # A QueuePool.


def test_connections_that_died_in_the_pool_are_nobodys_business(scene: Scene) -> None:
    held(scene.desk, 2)
    scene.terminate_all()
    assert held(scene.desk, 4).party_size == 4
    scene.terminate_all()
    assert len(scene.desk.allocations(MONTH)) == 4


@pytest.fixture
def cut_scene(clock: ManualClock) -> Iterator[tuple[Scene, Proxy]]:
    with (
        emptied_database() as database,
        cluster().connect(database.name) as owner,
        Proxy(cluster().port) as proxy,
    ):
        url = f"postgresql://{LOGIN}@127.0.0.1:{proxy.port}/{database.name}?sslmode=disable&gssencmode=disable"
        store = SqlStore(url, clock=clock)
        yield Scene(database.name, store, open_desk(store), owner, []), proxy
        store.close()


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_reply_to_a_commit_that_is_lost_is_settled_by_one_retry(
    cut_scene: tuple[Scene, Proxy], cut: Cut
) -> None:
    scene, proxy = cut_scene
    proxy.cut = cut
    with pytest.raises(OutcomeUnknown) as caught:
        scene.desk.hold(party_size(4), key="k1")
    assert caught.value.details["command"] == "hold"
    hold = scene.desk.hold(party_size(4), key="k1")
    assert hold.replayed is (cut == "after")
    proxy.cut = cut
    with pytest.raises(OutcomeUnknown):
        scene.desk.confirm(hold.id, key="k2")
    confirmed = scene.desk.confirm(hold.id, key="k2")
    assert confirmed.replayed is (cut == "after")
    assert proxy.cuts == 2
    assert scene.desk.bookings(MONTH) == (confirmed,)
    assert [row.owner_id for row in table_rows(scene.desk)] == [confirmed.id]
    assert scene.desk.audit().is_clean


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_question_whose_connection_is_lost_is_never_of_unknown_outcome(
    cut_scene: tuple[Scene, Proxy], cut: Cut
) -> None:
    scene, proxy = cut_scene
    assert isinstance(scene.desk.quote(party_size(4)), Quote)
    proxy.cut = cut
    # On a connection that has served before, it is asked again: it may have died in the pool.
    assert isinstance(scene.desk.quote(party_size(4)), Quote)
    scene.store.engine.dispose()
    proxy.cut = cut
    with pytest.raises(FourtopError) as caught:
        scene.desk.quote(party_size(4))
    assert type(caught.value) is StoreUnavailable
    assert proxy.cuts == 2


# ---- nothing stays behind


STATE = """
SELECT session_user, current_user, current_setting('role'), current_setting('lock_timeout'),
    coalesce(current_setting('fourtop.restaurant_id', true), '')
"""


@pytest.mark.parametrize("isolation", [None, "AUTOCOMMIT", "SERIALIZABLE"])
def test_a_connection_goes_back_as_it_came(
    scene: Scene, clock: ManualClock, isolation: str | None
) -> None:
    how = {} if isolation is None else {"isolation_level": isolation}
    engine = create_engine(
        cluster().url(scene.name, user=LOGIN), pool_size=1, max_overflow=0, **how
    )

    def state() -> tuple[Any, ...]:
        with engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            flags = (
                driver.autocommit,
                driver.isolation_level,
                driver.info.transaction_status,
                driver.info.backend_pid,
            )
            return (*connection.exec_driver_sql(STATE).one(), *flags)

    before = state()
    desk = Engine(SqlStore(engine, clock=clock), ids=CountedIds("m")).desk("house")
    desk.confirm(held(desk, 4).id)
    desk.quote(party_size(2))
    with pytest.raises(Refused):
        held(desk, 40)
    with pytest.raises(ZeroDivisionError):
        desk.edit_floor(lambda _: 1 // 0)  # type: ignore[arg-type,return-value]  # It raises.
    assert state() == before
    engine.dispose()
