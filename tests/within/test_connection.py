"""What a host gives to ``within``, and the states of its transaction."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import Column, MetaData, Table, Text, create_engine
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    AsyncSqlStore,
    Engine,
    InvalidInput,
    ManualClock,
    MemoryStore,
    Refused,
    SqlStore,
)
from tests.database.furnished import LOGIN, postgresql_database, sqlite_url
from tests.database.session import cluster
from tests.evening import MONTH, NOW, a_house, booked, party_size
from tests.within.host import (
    ConnectionHost,
    DriverHost,
    Place,
    Service,
    opened,
    sqlite_connection,
    unusable,
)

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


def test_a_read_only_transaction_answers_queries_only(service: Service) -> None:
    service.engine.add_restaurant(a_house())
    with service.host() as host:
        is_sqlite = service.place.is_sqlite
        host.execute("PRAGMA query_only = 1" if is_sqlite else "SET TRANSACTION READ ONLY")
        desk = service.inside(host)
        assert desk.quote(party_size(4))
        assert "read-only" in unusable(lambda: booked(desk, 4))
        assert desk.bookings(MONTH) == ()
        if is_sqlite:
            # The connection goes back to the pool with it.
            host.execute("PRAGMA query_only = 0")
        host.rollback()
        # The next transaction of the same connection writes.
        booked(service.inside(host), 4)
        host.commit()
    assert len(service.desk().bookings(MONTH)) == 1


def test_a_file_opened_for_reading_is_refused(sqlite: Place) -> None:
    with opened(sqlite) as service:
        connection = sqlite3.connect(f"file:{sqlite.file}?mode=ro", uri=True)
        connection.execute("PRAGMA foreign_keys = ON")
        desk = service.engine.within(connection).desk("house")
        assert desk.quote(party_size(4))
        assert "read-only" in unusable(lambda: booked(desk, 4))
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


def test_a_read_or_a_refused_command_leaves_no_transaction_of_sqlite_behind(sqlite: Place) -> None:
    with opened(sqlite) as service, service.host() as host:
        desk = service.inside(host)
        assert desk.bookings(MONTH) == ()
        assert not host.connection.in_transaction
        with pytest.raises(Refused):
            booked(desk, 40)
        # The file is not locked.
        assert not host.connection.in_transaction
        booked(service.desk(), 2)
        # Once the host has begun, its transaction stays.
        host.execute("INSERT INTO orders (id) VALUES ('o1')")
        with pytest.raises(Refused):
            booked(desk, 40)
        assert host.connection.in_transaction
        host.commit()
        assert service.orders() == [("o1",)]
