"""Reads on the clock of the database, where each transaction has a later moment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fourtop import (
    AsyncSqlStore,
    Desk,
    Engine,
    Measured,
    SqlStore,
    TableState,
    Window,
    async_measure_store,
    measure_store,
)
from fourtop.ports import Need, Scope, View
from tests.database.furnished import postgresql_url, sqlite_url
from tests.evening import STAFF, a_house, five_tables


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "night.db")
        return
    with postgresql_url() as found:
        yield found


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    with SqlStore(url) as made:
        yield made


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    return Engine(store).add_restaurant(a_house(five_tables()), actor=STAFF)


def test_the_state_of_the_tables_now_is_read(desk: Desk) -> None:
    assert set(desk.table_states().values()) == {TableState.AVAILABLE}
    now = datetime.now(UTC)
    desk.block(Window(now, now + timedelta(hours=1)), tables=["2"], reason="a broken leg")
    assert desk.table_states()["2"] is TableState.OUT_OF_SERVICE
    assert desk.table_states()["1"] is TableState.AVAILABLE


def test_the_bookings_at_risk_now_are_read(desk: Desk) -> None:
    assert desk.at_risk() == ()


def test_a_store_is_measured(desk: Desk, store: SqlStore, url: str) -> None:
    waiting = len(store.events(desk.restaurant_id))
    found = measure_store(store)
    assert (found.restaurants, found.events_waiting) == (1, waiting)

    async def measure() -> Measured:
        async with AsyncSqlStore(url) as other:
            return await async_measure_store(other)

    assert asyncio.run(measure()).restaurants == 1


def test_a_question_about_the_very_moment_is_answered(desk: Desk, store: SqlStore) -> None:
    asked: list[int] = []

    def ask(view: View) -> int | Need:
        asked.append(view.now_us)
        moment = Window.of_micros(view.now_us, view.now_us + 1)
        if not view.scope.covers(moment):
            return Need(Scope(desk.restaurant_id, windows=(moment,)))
        return view.now_us

    assert store.read(Scope(desk.restaurant_id), ask) == asked[-1]
    assert asked == sorted(asked)
    assert asked[-1] == asked[-2], "the last two are of one transaction"
