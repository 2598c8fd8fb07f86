"""The states of a host's transaction, its locks, and its settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import attrs
import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import Column, MetaData, Table, Text, create_engine, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    AsyncSqlStore,
    Code,
    Desk,
    Engine,
    FourtopError,
    InUse,
    InvalidInput,
    ManualClock,
    MemoryStore,
    NotFound,
    Refused,
    SqlStore,
    StoreMisconfigured,
    StoreUnavailable,
    TransactionConflict,
    TransactionUnusable,
)
from fourtop.storage.sql.connection.host.transaction import HostTransaction
from tests.database.furnished import LOGIN, postgresql_database, sqlite_url
from tests.database.session import cluster
from tests.evening import MONTH, NOW, a_house, booked, held, party_size
from tests.within.host import (
    ConnectionHost,
    DriverHost,
    Host,
    Place,
    Service,
    add_order,
    serving,
    sqlite_connection,
)

PATIENCE_SECONDS = 60


@contextmanager
def opened(place: Place, kind: str = "driver") -> Iterator[Service]:
    with serving(place, kind) as service:
        service.engine.add_restaurant(a_house())
        yield service


def unusable(call: Any) -> str:
    with pytest.raises(TransactionUnusable) as found:
        call()
    assert found.value.code is Code.TRANSACTION_UNUSABLE
    assert not found.value.is_retryable
    return found.value.problem


def conflict(call: Any) -> str:
    with pytest.raises(TransactionConflict) as found:
        call()
    assert found.value.code is Code.TRANSACTION_CONFLICT
    assert found.value.is_retryable
    return found.value.database_code


# ---- what the host gives -------------------------------------------------------------------------


def test_what_is_no_connection_is_refused(place: Place) -> None:
    with opened(place) as service:
        store = service.sql_store
        for wrong in (None, "house", store.engine, create_async_engine, place.url):
            with pytest.raises(InvalidInput, match="connection: must be a Connection or Session"):
                store.within(wrong)  # type: ignore[arg-type]  # A wrong argument.
        with closing(store.engine.connect()) as connection:
            awaited = AsyncSqlStore(place.url)
            with pytest.raises(InvalidInput, match="connection: must be an AsyncConnection"):
                awaited.within(connection)  # type: ignore[arg-type]  # As above.
            with pytest.raises(InvalidInput, match="await it first"):
                awaited.within(AsyncConnection(awaited.engine))


def test_a_connection_to_another_kind_of_database_is_refused(
    sqlite: Place, postgresql: Place
) -> None:
    for place, other in ((sqlite, postgresql), (postgresql, sqlite)):
        with opened(place) as service, SqlStore(other.url) as stranger:
            host = DriverHost(other, stranger)
            with pytest.raises(InvalidInput, match="connection: must be"):
                service.sql_store.within(host.connection)
            host.close()
            with (
                closing(stranger.engine.connect()) as connection,
                pytest.raises(InvalidInput, match="connection: must be one to"),
            ):
                service.sql_store.within(connection)
            with Session(stranger.engine) as session:
                inside = service.engine.within(session).desk("house")
                with pytest.raises(InvalidInput, match="connection: must be one to"):
                    inside.versions()


def test_a_connection_of_another_driver_is_refused(sqlite: Place) -> None:
    with opened(sqlite) as service:
        other = create_engine(sqlite.url)
        other.dialect.driver = "another"
        with (
            closing(other.connect()) as connection,
            pytest.raises(InvalidInput, match="must be of the driver"),
        ):
            service.sql_store.within(connection)
        other.dispose()


def test_a_connection_to_another_file_is_refused(sqlite: Place, tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "other.db")
    with opened(sqlite) as service, SqlStore(url, clock=ManualClock(NOW)) as stranger:
        Engine(stranger).add_restaurant(a_house())
        for connected in (
            sqlite_connection(Place(url, print)),
            stranger.engine.connect(),
        ):
            with closing(connected) as connection:
                desk = service.engine.within(connection).desk("house")
                with pytest.raises(InvalidInput, match="must lead to the database of the store"):
                    booked(desk, 4)
                connection.rollback()
        assert Engine(stranger).desk("house").bookings(MONTH) == ()


def test_a_connection_to_another_database_of_the_server_is_refused(postgresql: Place) -> None:
    with postgresql_database() as name, opened(postgresql) as service:
        url = cluster().url(name, user=LOGIN)
        with SqlStore(url, clock=ManualClock(NOW)) as stranger:
            Engine(stranger).add_restaurant(a_house())
            with closing(stranger.engine.connect()) as connection:
                desk = service.engine.within(connection).desk("house")
                for call in (lambda: booked(desk, 4), desk.versions):
                    with pytest.raises(InvalidInput, match="must lead to the database"):
                        call()
            assert Engine(stranger).desk("house").bookings(MONTH) == ()


def test_a_store_in_memory_has_no_transactions_of_a_host() -> None:
    with pytest.raises(InvalidInput, match="store: must be a store in a database"):
        Engine(MemoryStore()).within(None)
    with pytest.raises(InvalidInput, match="store: must be a store in a database"):
        AsyncEngine(AsyncMemoryStore()).within(None)


def test_a_scoped_session_stands_for_its_session(place: Place) -> None:
    with opened(place) as service:
        sessions = scoped_session(sessionmaker(service.sql_store.engine))
        booking = booked(service.engine.within(sessions).desk("house"), 4)
        sessions.commit()
        sessions.remove()
        assert service.desk().get_booking(booking.id) == booking


def test_a_session_with_several_databases_is_refused(place: Place) -> None:
    table = Table("orders", MetaData(), Column("id", Text, primary_key=True))
    with opened(place) as service, Session(binds={table: service.sql_store.engine}) as session:
        desk = service.engine.within(session).desk("house")
        with pytest.raises(InvalidInput, match="pass one of its connections"):
            desk.versions()


# ---- the state of the transaction ----------------------------------------------------------------


def test_a_connection_in_autocommit_mode_without_a_transaction_is_refused(place: Place) -> None:
    how: dict[str, Any] = {"isolation_level": None} if place.is_sqlite else {"autocommit": True}
    with opened(place) as service, closing(DriverHost(place, service.sql_store, **how)) as host:
        desk = service.inside(host)
        for call in (lambda: booked(desk, 4), desk.versions):
            assert "begin" in unusable(call).lower()
        host.execute("BEGIN")
        booked(desk, 4)
        host.execute("ROLLBACK")
        assert "begin" in unusable(desk.versions).lower()
    assert_nothing_booked(place)


def test_an_autocommit_connection_of_sqlalchemy_is_refused(place: Place) -> None:
    with opened(place) as service:
        connections = service.sql_store.engine.execution_options(isolation_level="AUTOCOMMIT")
        host = ConnectionHost(place, service.sql_store, connections)
        assert "autocommit" in unusable(lambda: booked(service.inside(host), 4))
        host.close()
    assert_nothing_booked(place)


def assert_nothing_booked(place: Place) -> None:
    with SqlStore(place.url, clock=ManualClock(NOW)) as store:
        assert Engine(store).desk("house").bookings(MONTH) == ()


@pytest.mark.parametrize("kind", ["driver", "connection", "awaited driver"])
def test_a_closed_connection_is_refused(place: Place, kind: str) -> None:
    with opened(place, kind) as service:
        host = service.connect()
        desk = service.inside(host)
        host.close()
        problem = unusable(lambda: booked(desk, 4))
        assert "closed" in problem.lower()


def test_a_failed_transaction_is_refused(postgresql: Place) -> None:
    with opened(postgresql) as service, service.host() as host:
        with pytest.raises(psycopg.Error):
            host.execute("SELECT 1 / 0")
        assert "roll it back" in unusable(lambda: booked(service.inside(host), 4))
        host.rollback()
        booked(service.inside(host), 4)


def test_a_session_that_has_to_be_rolled_back_is_refused(place: Place) -> None:
    with opened(place, "session") as service, service.host() as host:
        host.execute("INSERT INTO orders (id) VALUES ('o1')")
        host.connection.connection().invalidate()
        assert "roll it back" in unusable(lambda: booked(service.inside(host), 4))


def test_a_statement_that_runs_is_waited_for(postgresql: Place) -> None:
    with opened(postgresql) as service, service.host() as host:
        with host.connection.cursor().copy("COPY orders (id) FROM STDIN"):
            assert "another statement" in unusable(lambda: booked(service.inside(host), 4))
        booked(service.inside(host), 4)


def test_a_read_only_transaction_answers_queries_only(place: Place) -> None:
    with opened(place) as service, service.host() as host:
        is_sqlite = place.is_sqlite
        host.execute("PRAGMA query_only = 1" if is_sqlite else "SET TRANSACTION READ ONLY")
        desk = service.inside(host)
        assert desk.quote(party_size(4))
        assert "read-only" in unusable(lambda: booked(desk, 4))
        assert desk.bookings(MONTH) == ()


def test_a_file_opened_for_reading_is_refused(sqlite: Place) -> None:
    with opened(sqlite) as service:
        connection = sqlite3.connect(f"file:{sqlite.file}?mode=ro", uri=True)
        connection.execute("PRAGMA foreign_keys = ON")
        desk = service.engine.within(connection).desk("house")
        assert desk.quote(party_size(4))
        with pytest.raises(StoreMisconfigured, match="read-only"):
            booked(desk, 4)
        connection.close()


def test_sqlite_has_to_enforce_foreign_keys(sqlite: Place) -> None:
    with opened(sqlite) as service, closing(sqlite3.connect(sqlite.file)) as connection:
        desk = service.engine.within(connection).desk("house")
        assert "PRAGMA foreign_keys = ON" in unusable(lambda: booked(desk, 4))


def test_a_factory_of_rows_or_texts_changes_nothing_or_is_refused(sqlite: Place) -> None:
    with opened(sqlite) as service, closing(sqlite_connection(sqlite)) as connection:
        desk = service.engine.within(connection).desk("house")
        connection.row_factory = sqlite3.Row
        booking = booked(desk, 4)
        assert desk.get_booking(booking.id) == booking
        connection.text_factory = bytes
        assert "text_factory" in unusable(desk.versions)


def test_a_factory_of_rows_and_cursors_changes_nothing(postgresql: Place) -> None:
    with (
        opened(postgresql) as service,
        closing(
            DriverHost(
                postgresql,
                service.sql_store,
                row_factory=dict_row,
                cursor_factory=psycopg.ClientCursor,
            )
        ) as host,
    ):
        desk = service.inside(host)
        booking = booked(desk, 4)
        assert desk.get_booking(booking.id) == booking
        assert host.connection.row_factory is dict_row
        assert host.connection.execute("SELECT 1 AS one").fetchone() == {"one": 1}


# ---- conflicts with other transactions -----------------------------------------------------------


def test_the_lock_lives_until_the_end_of_the_transaction(place: Place) -> None:
    with opened(place) as service, service.host() as host, service.host() as rival:
        impatient(rival, place)
        booked(service.inside(host), 4)
        assert conflict(lambda: booked(service.inside(rival), 4)) in {"55P03", "SQLITE_BUSY"}
        # A read waits for no lock.
        assert service.inside(rival).bookings(MONTH) == ()
        rival.rollback()
        host.commit()
        booked(service.inside(rival), 4)
        rival.commit()
        assert len(service.desk().bookings(MONTH)) == 2


def impatient(host: Host, place: Place) -> None:
    """Let a host wait for locks no longer than necessary; our own timeout is not for SQLite."""
    if place.is_sqlite:
        host.execute("PRAGMA busy_timeout = 0")


def test_a_refused_command_holds_no_lock(postgresql: Place) -> None:
    with opened(postgresql) as service, service.host() as host, service.host() as rival:
        with pytest.raises(Refused):
            booked(service.inside(host), 40)
        service.inside(host).quote(party_size(2))
        booked(service.inside(rival), 4)
        rival.commit()


def test_restaurants_have_locks_of_their_own(postgresql: Place) -> None:
    with opened(postgresql) as service, service.host() as host, service.host() as rival:
        service.engine.add_restaurant(a_house(name="Other"))
        booked(service.inside(host), 4)
        booked(service.inside(rival, "other"), 4)
        rival.commit()
        host.commit()


@pytest.mark.slow
def test_two_restaurants_in_two_orders_end_in_a_conflict(postgresql: Place) -> None:
    with opened(postgresql) as service, service.host() as host, service.host() as rival:
        service.engine.add_restaurant(a_house(name="Other"))
        booked(service.inside(host, "house"), 4)
        booked(service.inside(rival, "other"), 4)
        ends: list[object] = []

        def cross(who: Host, name: str) -> None:
            try:
                ends.append(booked(service.inside(who, name), 2))
            except FourtopError as error:
                ends.append(error)
                who.rollback()

        waiting = Thread(target=cross, args=(rival, "house"))
        waiting.start()
        cross(host, "other")
        waiting.join(PATIENCE_SECONDS)
        lost = [each for each in ends if isinstance(each, TransactionConflict)]
        assert len(lost) == 1
        assert lost[0].database_code in {"40P01", "55P03"}


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_snapshot_older_than_the_restaurant_is_a_conflict(postgresql: Place, level: str) -> None:
    with opened(postgresql) as service, service.host() as host:
        host.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        host.execute("INSERT INTO orders (id) VALUES ('o1')")
        first = booked(service.inside(host), 2)
        host.commit()
        host.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        assert [each.id for each in service.inside(host).bookings(MONTH)] == [first.id]
        booked(service.desk(), 2)
        # The reads stay in the snapshot.
        assert [each.id for each in service.inside(host).bookings(MONTH)] == [first.id]
        assert conflict(lambda: booked(service.inside(host), 4)) == "40001"
        # The same transaction never succeeds; a new one does.
        assert conflict(lambda: booked(service.inside(host), 4)) == "40001"
        host.rollback()
        booked(service.inside(host), 4)
        host.commit()
        assert service.desk().audit().is_clean


def test_a_snapshot_older_than_the_file_is_a_conflict(sqlite: Place) -> None:
    with opened(sqlite) as service, service.host() as host:
        host.execute("BEGIN")
        assert service.inside(host).bookings(MONTH) == ()
        booked(service.desk(), 2)
        assert service.inside(host).bookings(MONTH) == ()
        assert conflict(lambda: booked(service.inside(host), 4)) == "SQLITE_BUSY_SNAPSHOT"
        host.rollback()
        booked(service.inside(host), 4)
        host.commit()
        assert service.desk().audit().is_clean


@attrs.define
class Rival:
    """Commits a booking between the statements of some reads."""

    desk: Desk
    times: int

    def strike(self) -> None:
        if self.times:
            self.times -= 1
            booked(self.desk, 2)


@pytest.fixture
def struck(monkeypatch: pytest.MonkeyPatch, postgresql: Place) -> Iterator[tuple[Service, Rival]]:
    """A service with a rival that commits after each look at the restaurant by a host."""
    with opened(postgresql) as service:
        rival = Rival(service.desk(), 0)
        read = HostTransaction.rows

        def rows(self: HostTransaction, statement: Any, parameters: Any = None) -> Any:
            found = read(self, statement, {} if parameters is None else parameters)
            if statement.name == "look_up_restaurant":
                rival.strike()
            return found

        monkeypatch.setattr(HostTransaction, "rows", rows)
        yield service, rival


def test_a_read_sees_one_state_at_read_committed(struck: tuple[Service, Rival]) -> None:
    service, rival = struck
    with service.host() as host:
        desk = service.inside(host)
        rival.times = 2
        state = desk.day(NOW.date())
        # Two bookings came in between; the answer is of one state, with its version.
        assert state.versions.occupancy == service.desk().versions().occupancy
        assert len(desk.bookings(MONTH)) == 2


def test_a_read_that_never_sees_one_state_is_a_conflict(struck: tuple[Service, Rival]) -> None:
    service, rival = struck
    service.desk().edit_floor(lambda floor: attrs.evolve(floor, tables=many(floor.tables)))
    with service.host() as host:
        rival.times = 9
        assert "changed" in conflict(lambda: service.inside(host).bookings(MONTH))
        rival.times = 0
        assert len(service.inside(host).bookings(MONTH)) > 0


def many(tables: Any) -> list[Any]:
    return [
        *tables,
        *(attrs.evolve(tables[0], id=f"t{n}", number=f"9{n}") for n in range(9)),
    ]


def test_a_lost_connection_is_unavailable(postgresql: Place) -> None:
    with opened(postgresql) as service:
        host = service.connect()
        booked(service.inside(host), 4)
        ((process,),) = host.execute("SELECT pg_backend_pid()")
        cluster().execute("SELECT pg_terminate_backend(%s)", process)
        with pytest.raises(StoreUnavailable) as found:
            booked(service.inside(host), 2)
        assert not isinstance(found.value, TransactionConflict)
        host.close()
        assert service.desk().bookings(MONTH) == ()


# ---- settings, rights, listeners -----------------------------------------------------------------

SETTINGS = (
    "SELECT current_setting('role'), coalesce(current_setting('fourtop.restaurant_id', true), ''),"
    " current_setting('lock_timeout')"
)


@pytest.mark.parametrize("tenant", ["", "other"])
def test_the_tenant_and_the_role_of_the_host_come_back(postgresql: Place, tenant: str) -> None:
    with opened(postgresql) as service, service.host() as host:
        if tenant:
            host.execute("SELECT set_config('fourtop.restaurant_id', 'other', true)")
            host.execute("SET LOCAL ROLE fourtop_app")
            host.execute("SET LOCAL lock_timeout = '7s'")
        before = host.execute(SETTINGS)
        desk = service.inside(host)
        booked(desk, 4)
        assert host.execute(SETTINGS) == before
        with pytest.raises(Refused):
            booked(desk, 40)
        assert host.execute(SETTINGS) == before
        desk.quote(party_size(2))
        assert host.execute(SETTINGS) == before
        with pytest.raises(NotFound):
            desk.cancel("unknown")
        assert host.execute(SETTINGS) == before
        host.commit()
        assert host.execute(SETTINGS) == [("none", "", "0")]


def test_the_host_sees_no_row_of_the_restaurant_by_our_settings(postgresql: Place) -> None:
    with opened(postgresql) as service, service.host() as host:
        booked(service.inside(host), 4)
        host.execute("SET LOCAL ROLE fourtop_app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no restaurant is named"):
            host.execute("SELECT count(*) FROM fourtop.bookings")


def test_a_call_sees_its_own_restaurant_only(postgresql: Place) -> None:
    with opened(postgresql) as service, service.host() as host:
        service.engine.add_restaurant(a_house(name="Other"))
        booking = booked(service.inside(host, "house"), 4)
        with pytest.raises(NotFound):
            service.inside(host, "other").get_booking(booking.id)
        assert service.inside(host, "other").bookings(MONTH) == ()


def test_a_login_without_the_role_is_told_so(postgresql: Place) -> None:
    cluster().execute("DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN")
    with opened(postgresql) as service:
        service.desk().versions()
        arguments = {**postgresql.arguments, "user": "stranger"}
        with closing(psycopg.connect(**arguments)) as connection:
            desk = service.engine.within(connection).desk("house")
            with pytest.raises(StoreMisconfigured, match="42501"):
                booked(desk, 4)
            # The savepoint kept the host's transaction usable.
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_listeners_of_the_host_hear_our_statements(place: Place) -> None:
    with opened(place, "session") as service, service.host() as host:
        heard = []

        def note(*facts: Any) -> None:
            heard.append(facts[4].execution_options.get("fourtop_statement"))

        event.listen(service.sql_store.engine, "before_cursor_execute", note)
        booked(service.inside(host), 4)
        event.remove(service.sql_store.engine, "before_cursor_execute", note)
        assert "lock_restaurant" in heard
        assert "enter_host_transaction" in heard


def test_a_database_without_the_tables_is_told_by_the_first_call(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'empty.db'}")
    with closing(store.engine.connect()) as host:
        desk = Engine(store).within(host).desk("house")
        for _ in range(2):
            with pytest.raises(StoreMisconfigured, match="schema_missing"):
                desk.versions()


def test_no_second_connection_is_needed(place: Place) -> None:
    connections = create_engine(place.url, pool_size=1, max_overflow=0, pool_timeout=0.1)
    with SqlStore(place.url, clock=ManualClock(NOW)) as other:
        Engine(other).add_restaurant(a_house())
    store = SqlStore(connections, clock=ManualClock(NOW))
    with Session(connections) as session:
        booking = booked(Engine(store).within(session).desk("house"), 4)
        session.commit()
    assert Engine(store).desk("house").get_booking(booking.id) == booking
    connections.dispose()


def test_a_restaurant_that_a_row_of_the_host_refers_to_stays(place: Place) -> None:
    with opened(place) as service, service.host() as host:
        booking = booked(service.inside(host), 4)
        add_order(host, booking)
        inside = service.engine.on_store(host.within())
        for engine in (inside, service.engine):
            with pytest.raises(InUse) as found:
                engine.remove_restaurant("house", force=True)
            assert "foreign key" in found.value.by
            assert inside.desk("house").get_booking(booking.id) == booking
            host.commit()


def test_a_store_within_says_where_it_is(place: Place) -> None:
    with opened(place) as service, service.host() as host:
        assert repr(host.within()).startswith("<HostedStore on <SqlStore")
        inside = AsyncSqlStore(place.url).within(AsyncSession())
        assert repr(inside).startswith("<AsyncHostedStore on <HostedStore on <SqlStore")


def test_a_time_that_was_told_stays_told_after_a_rollback(place: Place) -> None:
    clock = ManualClock(NOW)
    with serving(place, "driver", clock) as service:
        service.engine.add_restaurant(a_house())
        with service.host() as host:
            first = held(service.inside(host), 4)
            clock.advance(minutes=4)
            assert held(service.inside(host), 4).created_us == first.created_us + 240_000_000
            host.rollback()
        clock.move_to(NOW)
        # A rollback takes back what was written, not what was said.
        assert held(service.desk(), 4).created_us == first.created_us + 240_000_000
