"""Settings and rights in a host's transaction; poolers, loops and interrupts."""

from __future__ import annotations

import asyncio
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from fourtop import (
    AsyncEngine,
    AsyncSqlStore,
    Engine,
    InUse,
    ManualClock,
    NotFound,
    Refused,
    SqlStore,
    StoreMisconfigured,
)
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.host.transaction import HostTransaction
from fourtop.storage.sql.statement import Call
from tests.database.session import cluster
from tests.evening import MONTH, NOW, a_house, booked, held, party_size
from tests.loop import run_unblocked
from tests.sql.emptied import EmptiedDatabase
from tests.within.host import (
    DriverHost,
    Place,
    Service,
    add_order,
    opened,
    serving,
)

# ---- settings, rights, listeners -----------------------------------------------------------------

SETTINGS = (
    "SELECT current_setting('role'), coalesce(current_setting('fourtop.restaurant_id', true), ''),"
    " current_setting('lock_timeout'), coalesce(current_setting('fourtop.now_us', true), '')"
)


@pytest.mark.parametrize("tenant", ["", "other"])
def test_the_tenant_and_the_role_of_the_host_come_back(postgresql: Place, tenant: str) -> None:
    with opened(postgresql) as service, service.host() as host:
        if tenant:
            host.execute("SELECT set_config('fourtop.restaurant_id', 'other', true)")
            host.execute("SELECT set_config('fourtop.now_us', '7', true)")
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
        assert host.execute(SETTINGS) == [("none", "", "0", "")]


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


# ---- through a pooler, and from a loop -----------------------------------------------------------


def test_a_connection_through_a_pooler_leads_to_the_same_database(
    postgresql: Place, shared: EmptiedDatabase
) -> None:
    with opened(postgresql) as service:
        pooled = Place(shared.url(by_bouncer=True), postgresql.owner)
        with closing(DriverHost(pooled, service.sql_store, prepare_threshold=None)) as host:
            booking = booked(service.inside(host), 4)
            assert host.execute(SETTINGS) == [("none", "", "0", "")]
            host.commit()
        assert service.desk().get_booking(booking.id) == booking


def test_a_restart_of_the_server_does_not_make_it_another_database(
    postgresql: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(postgresql) as service, service.host() as host:
        booked(service.inside(host), 2)
        # As after a restart: what the store remembers is of the server before.
        monkeypatch.setattr(service.sql_store._home, "_identity", "the server before")
        booked(service.inside(host), 2)


@pytest.mark.parametrize("awaits", [2, 5, 8])
def test_a_cancelled_command_leaves_nothing_after_the_rollback(place: Place, awaits: int) -> None:
    async def play(service: Service) -> None:
        bridge: Any = service.store
        session = AsyncSession(bridge.store.engine)
        desk = AsyncEngine(bridge.store).within(session).desk("house")
        task = asyncio.ensure_future(desk.book(party_size(4), booking_id="b1"))
        for _ in range(awaits):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await session.rollback()
        # The session is usable for the next transaction.
        await desk.book(party_size(4), booking_id="b2")
        await session.commit()
        await session.close()

    with opened(place, "awaited session") as service:
        bridge: Any = service.store
        bridge.run(play(service))
        assert [each.id for each in service.desk().bookings(MONTH)] == ["b2"]
        assert service.desk().audit().is_clean


def test_a_call_inside_does_not_stop_the_loop(place: Place) -> None:
    async def play(store: AsyncSqlStore) -> None:
        async with store.engine.connect() as connection:
            desk = AsyncEngine(store).within(connection).desk("house")
            await desk.book(party_size(4))
            await desk.quote(party_size(2))
            with pytest.raises(Refused):
                await desk.book(party_size(40))
            await connection.commit()
        await store.close()

    with opened(place):
        pass
    run_unblocked(play(AsyncSqlStore(place.url, clock=ManualClock(NOW))))


def interrupted(self: HostTransaction, call: Call) -> Any:
    """Interrupt at the first statement that writes."""
    if call.statement.name.startswith("write"):
        raise KeyboardInterrupt
    return Connection._step(self, call)


def test_an_interrupted_command_is_rolled_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(place) as service, service.host() as host:
        host.execute("INSERT INTO orders (id) VALUES ('o1')")
        desk = service.inside(host)

        with monkeypatch.context() as patched:
            patched.setattr(HostTransaction, "_step", interrupted)
            with pytest.raises(KeyboardInterrupt):
                booked(desk, 4)
        assert desk.bookings(MONTH) == ()
        host.commit()
        assert service.orders() == [("o1",)]
