"""Conflicts of a host's transaction with other ones, and its locks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from threading import Thread
from typing import Any

import attrs
import pytest

from fourtop import (
    Desk,
    Engine,
    Floor,
    FourtopError,
    ManualClock,
    Refused,
    SqlStore,
    StoreUnavailable,
    TransactionConflict,
)
from fourtop.storage.sql.connection.host.transaction import HostTransaction
from fourtop.storage.sql.statement import Call
from tests.database.session import cluster
from tests.evening import MONTH, NOW, a_house, booked, party_size
from tests.within.host import (
    KINDS,
    Host,
    Place,
    Service,
    conflict,
    opened,
    unusable,
)

PATIENCE_SECONDS = 60


# ---- conflicts with other transactions -----------------------------------------------------------


def test_the_lock_lives_until_the_end_of_the_transaction(service: Service) -> None:
    service.engine.add_restaurant(a_house())
    with service.host() as host, service.host() as rival:
        impatient(rival, service.place)
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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_snapshot_older_than_the_restaurant_is_a_conflict(
    postgresql: Place, level: str, kind: str
) -> None:
    with opened(postgresql, kind) as service, service.host() as host:
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_snapshot_older_than_the_file_is_a_conflict(sqlite: Place, kind: str) -> None:
    with opened(sqlite, kind) as service, service.host() as host:
        host.execute("BEGIN")
        assert service.inside(host).bookings(MONTH) == ()
        booked(service.desk(), 2)
        assert service.inside(host).bookings(MONTH) == ()
        assert conflict(lambda: booked(service.inside(host), 4)) == "SQLITE_BUSY_SNAPSHOT"
        host.rollback()
        booked(service.inside(host), 4)
        host.commit()
        assert service.desk().audit().is_clean


def test_the_file_is_locked_before_the_time_is_read(
    sqlite: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = HostTransaction._run
    refused: list[str] = []
    with (
        opened(sqlite) as service,
        service.host() as host,
        closing(sqlite3.connect(sqlite.file, timeout=0, isolation_level=None)) as rival,
    ):

        def after_a_rival(self: HostTransaction, calls: Sequence[Call], **how: Any) -> Any:
            if "lock_restaurant" in {each.statement.name for each in calls}:
                with pytest.raises(sqlite3.OperationalError) as found:
                    rival.execute("BEGIN IMMEDIATE")
                refused.append(found.value.sqlite_errorname)
            return run(self, calls, **how)

        monkeypatch.setattr(HostTransaction, "_run", after_a_rival)
        # A transaction that has only read holds no lock yet.
        host.execute("BEGIN")
        assert service.inside(host).bookings(MONTH) == ()
        booked(service.inside(host), 4)
        assert refused == ["SQLITE_BUSY"]


def close_one(floor: Floor) -> Floor:
    """Take the next table out of service."""
    (first, *_) = (each for each in floor.tables if not each.out_of_service)
    return floor.with_table(attrs.evolve(first, out_of_service=True))


def closed(floor: Floor) -> int:
    return sum(each.out_of_service for each in floor.tables)


@attrs.define
class Rival:
    """Commits a booking, or an edit of the floor, between the statements of some reads."""

    desk: Desk
    times: int
    edits: bool = False

    def strike(self) -> None:
        if not self.times:
            return
        self.times -= 1
        if self.edits:
            self.desk.edit_floor(close_one)
        else:
            booked(self.desk, 2)


@pytest.fixture
def struck(monkeypatch: pytest.MonkeyPatch, postgresql: Place) -> Iterator[tuple[Service, Rival]]:
    """A service with a rival that commits after each look at the restaurant by a host."""
    # The rival is another process, with a cache of its own.
    with opened(postgresql) as service, SqlStore(postgresql.url, clock=ManualClock(NOW)) as other:
        rival = Rival(Engine(other).desk("house"), 0)
        run = HostTransaction._run

        def before_a_rival(self: HostTransaction, calls: Sequence[Call], **how: Any) -> Any:
            found = run(self, calls, **how)
            if "look_up_restaurant" in {each.statement.name for each in calls}:
                rival.strike()
            return found

        monkeypatch.setattr(HostTransaction, "_run", before_a_rival)
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


def test_a_read_between_two_edits_keeps_no_house_under_a_wrong_version(
    struck: tuple[Service, Rival],
) -> None:
    service, rival = struck
    cache = service.sql_store._snapshots.houses
    with service.host() as host:
        service.desk().edit_floor(lambda floor: attrs.evolve(floor, tables=many(floor.tables)))
        rival.times, rival.edits = 9, True
        # No house is cached, so each attempt reads the one that the rival has just committed.
        cache.drop("house")
        assert "changed" in conflict(service.inside(host).house)
        kept = cache._houses.get("house")
        # From version 2 on, an edit raises the version and closes a table.
        assert kept is None or closed(kept[2].floor) == kept[0] - 2
        rival.times = 0
        house = service.inside(host).house()
        assert closed(house.floor) == service.desk().versions().floor - 2


def many(tables: Any) -> list[Any]:
    return [
        *tables,
        *(attrs.evolve(tables[0], id=f"t{n}", number=f"9{n}") for n in range(9)),
    ]


def terminate(host: Host) -> None:
    """End the session of a host."""
    ((process,),) = host.execute("SELECT pg_backend_pid()")
    cluster().execute("SELECT pg_terminate_backend(%s, 60000)", process)


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_connection_is_unavailable(postgresql: Place, kind: str) -> None:
    with opened(postgresql, kind) as service:
        host = service.connect()
        booked(service.inside(host), 4)
        terminate(host)
        with pytest.raises(StoreUnavailable) as found:
            booked(service.inside(host), 2)
        assert not isinstance(found.value, TransactionConflict)
        host.close()
        assert service.desk().bookings(MONTH) == ()


@pytest.mark.parametrize("kind", [each for each in KINDS if "driver" not in each])
def test_sqlalchemy_rolls_back_and_connects_again_after_a_lost_connection(
    postgresql: Place, kind: str
) -> None:
    with opened(postgresql, kind) as service, service.host() as host:
        booked(service.inside(host), 4)
        terminate(host)
        with pytest.raises(StoreUnavailable):
            booked(service.inside(host), 2)
        # As after the error of a statement of the host itself.
        assert "roll it back" in unusable(lambda: booked(service.inside(host), 2))
        host.rollback()
        booking = booked(service.inside(host), 2)
        host.commit()
        assert [each.id for each in service.desk().bookings(MONTH)] == [booking.id]
