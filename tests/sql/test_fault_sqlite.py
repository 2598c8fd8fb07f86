"""Real faults between a store and a file of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from operator import methodcaller
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import create_engine, event

from fourtop import CountedIds, Desk, Engine, ManualClock, Refused, Zone
from fourtop.errors import StoreUnavailable
from fourtop.storage.sql import SqlStore
from tests.database.furnished import sqlite_url
from tests.evening import MONTH, NOW, held, open_desk, party_size


@attrs.frozen
class Scene:
    """A restaurant in a file, another connection to it, and the waits before retries."""

    store: SqlStore
    desk: Desk
    other: sqlite3.Connection
    waits: list[float]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    url = sqlite_url(tmp_path / "night.db")
    store = SqlStore(url, clock=ManualClock(NOW), lock_timeout_seconds=0.001)
    waits: list[float] = []
    store._transactions.wait = waits.append
    with closing(sqlite3.connect(tmp_path / "night.db", isolation_level=None)) as other:
        yield Scene(store, open_desk(store), other, waits)
    store.close()


def test_who_finds_the_file_taken_tries_again(scene: Scene) -> None:
    scene.other.execute("BEGIN IMMEDIATE")
    scene.store._transactions.wait = lambda _: scene.other.rollback()
    assert held(scene.desk, 4).party_size == 4
    assert dict(scene.store.metrics.retried) == {"SQLITE_BUSY": 1}


def test_who_always_finds_it_taken_is_told_so(scene: Scene) -> None:
    scene.other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="SQLITE_BUSY"):
        held(scene.desk, 4)
    assert len(scene.waits) == 3
    # A reader waits for no lock.
    assert scene.desk.allocations(MONTH) == ()
    scene.other.execute("ROLLBACK")
    assert held(scene.desk, 4).party_size == 4


def test_a_writer_lets_others_look_meanwhile(scene: Scene) -> None:
    held(scene.desk, 2)
    scene.other.execute("BEGIN IMMEDIATE")
    scene.other.execute("DELETE FROM allocations")
    assert len(scene.desk.allocations(MONTH)) == 2
    scene.other.execute("ROLLBACK")


def test_a_file_that_cannot_grow_is_unavailable_and_nothing_is_there_by_half(scene: Scene) -> None:
    (pages,) = scene.other.execute("PRAGMA page_count").fetchone()
    event.listen(
        scene.store.engine,
        "checkout",
        lambda driver, *_: driver.execute(f"PRAGMA max_page_count = {pages}"),
    )

    def write_much() -> None:
        for number in range(500):
            zone = Zone(f"z{number}", f"Zone {number}")
            scene.desk.edit_floor(methodcaller("with_zone", zone), expected=number + 1)

    with pytest.raises(StoreUnavailable, match="SQLITE_FULL") as caught:
        write_much()
    assert "full" not in str(caught.value).replace("SQLITE_FULL", "")
    assert scene.desk.audit().is_clean
    assert scene.waits == []


@pytest.mark.parametrize("isolation", [None, "AUTOCOMMIT", "SERIALIZABLE"])
def test_a_connection_goes_back_as_it_came(scene: Scene, isolation: str | None) -> None:
    how = {} if isolation is None else {"isolation_level": isolation}
    engine = create_engine(scene.store.engine.url, pool_size=1, max_overflow=0, **how)

    def state() -> tuple[Any, ...]:
        with engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            return driver.isolation_level, driver.in_transaction, id(driver)

    store = SqlStore(engine, clock=ManualClock(NOW))
    before = state()
    desk = Engine(store, ids=CountedIds("m")).desk("house")
    desk.confirm(held(desk, 4).id)
    desk.quote(party_size(2))
    with pytest.raises(Refused):
        held(desk, 40)
    assert state() == before
    engine.dispose()
