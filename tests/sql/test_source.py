"""The sources of a store: URLs and engines that it accepts, and those that it refuses."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from fourtop import AsyncSqlStore, InvalidInput, SqlStore
from tests.database.furnished import sqlite_url
from tests.evening import a_house, open_desk


def test_an_engine_that_the_host_has_used_before_is_taken(tmp_path: Path) -> None:
    engine = create_engine(sqlite_url(tmp_path / "night.db"))
    with ExitStack() as used:
        for _ in range(3):
            used.enter_context(engine.connect()).exec_driver_sql("SELECT 1")
    store = SqlStore(engine)
    open_desk(store)
    with ExitStack() as lent:
        for _ in range(2):
            lent.enter_context(engine.connect())
        assert store.restaurant_ids() == ("house",)
    assert not [each for each in store.inspect() if each.code == "foreign_keys_off"]
    engine.dispose()


def test_an_engine_of_the_host_goes_on_when_its_store_is_closed(tmp_path: Path) -> None:
    engine = create_engine(sqlite_url(tmp_path / "night.db"))
    store = SqlStore(engine)
    open_desk(store)
    store.close()
    assert SqlStore(engine).restaurant_ids() == ("house",)
    engine.dispose()


def test_an_asynchronous_engine_that_the_host_has_used_before_is_taken(tmp_path: Path) -> None:
    async def opened(url: str) -> tuple[str, ...]:
        engine = create_async_engine(url.replace("sqlite", "sqlite+aiosqlite"))
        async with engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
        store = AsyncSqlStore(engine)
        try:
            await store.add_restaurant(a_house())
            assert store.metrics.committed == 1
            return await store.restaurant_ids()
        finally:
            await store.close()

    assert asyncio.run(opened(sqlite_url(tmp_path / "night.db"))) == ("house",)


def test_an_engine_of_another_driver_is_refused() -> None:
    # Its errors would reach the caller unchanged. The module does not matter, since the engine
    # never connects.
    engine = create_engine("postgresql+pg8000://ann:secret@host/name", module=psycopg)
    with pytest.raises(InvalidInput, match=r"of the driver psycopg \(got 'pg8000'\)"):
        SqlStore(engine)


@pytest.mark.parametrize(
    "source", [b"postgresql://ann:secret@host/name", ["sqlite:///secret"], None]
)
@pytest.mark.parametrize("kind", [SqlStore, AsyncSqlStore])
def test_what_is_no_url_is_not_shown(kind: Any, source: object) -> None:
    with pytest.raises(InvalidInput, match=rf"\(got a value of type {type(source).__name__}\)$"):
        kind(source)


@pytest.mark.parametrize("host", ["a" * 64, "db..internal", f"db,{'b' * 64}"])
@pytest.mark.parametrize("kind", [SqlStore, AsyncSqlStore])
def test_a_host_that_no_network_has_is_refused(kind: Any, host: str) -> None:
    with pytest.raises(InvalidInput, match="one with a host that no network has"):
        kind(f"postgresql://ann:secret@{host}/name")


@pytest.mark.parametrize(
    "seconds", [0, 0.000_4, -1, 3_601, float("nan"), float("inf"), True, "5", None]
)
def test_a_time_to_wait_for_a_lock_that_would_be_none_is_refused(
    tmp_path: Path, seconds: Any
) -> None:
    with pytest.raises(
        InvalidInput, match=r"lock_timeout_seconds: must be a number from 0\.001 to 3600"
    ):
        SqlStore(f"sqlite:///{tmp_path / 'night.db'}", lock_timeout_seconds=seconds)
