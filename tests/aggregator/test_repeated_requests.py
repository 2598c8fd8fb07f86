"""Repeated requests of the aggregator after the house has changed, in every store."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    CountedIds,
    Engine,
    House,
    ManualClock,
    MemoryStore,
)
from fourtop.storage.sql import AsyncSqlStore, SqlStore
from tests.aggregator.aggregator import Aggregator, aggregator_of, create, seconds
from tests.database.furnished import postgresql_url, sqlite_url
from tests.evening import MONTH, NOW, a_house

SLOT = create()["slot"]
LONGER = "7200"


@pytest.fixture(
    params=[
        "memory",
        "memory-async",
        "sqlite",
        pytest.param("sqlite-async", marks=pytest.mark.slow),
        pytest.param("postgresql", marks=pytest.mark.slow),
        pytest.param("postgresql-async", marks=pytest.mark.slow),
    ]
)
def aggregator(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Aggregator]:
    """Give the aggregator as a client of the small house; guests may wish for a length."""
    kind, _, is_async = request.param.partition("-")
    clock = ManualClock(NOW)
    with ExitStack() as stack:
        store: Any
        if kind == "memory":
            store = AsyncMemoryStore(clock) if is_async else MemoryStore(clock)
        else:
            url = (
                sqlite_url(tmp_path / "night.db")
                if kind == "sqlite"
                else stack.enter_context(postgresql_url())
            )
            store = (AsyncSqlStore if is_async else SqlStore)(url, clock=clock)
        ids = CountedIds("n")
        engine = AsyncEngine(store, ids=ids) if is_async else Engine(store, ids=ids)
        found = stack.enter_context(aggregator_of(engine, clock))
        done(found, engine.add_restaurant(a_house_with(90)))
        yield found
        if kind != "memory":
            done(found, store.close())


def done(aggregator: Aggregator, value: Any) -> Any:
    """Return the result of a sync or an async engine."""
    return aggregator.run(value) if inspect.iscoroutine(value) else value


def a_house_with(turn_minutes: int) -> House:
    return a_house(turn_minutes=turn_minutes, guest_stay=(30, 180))


def set_turn(aggregator: Aggregator, minutes: int) -> None:
    policy = a_house_with(minutes).policy
    done(aggregator, aggregator.engine.desk("house").edit_policy(lambda _: policy))


def answer_of(aggregator: Aggregator, name: str, body: Any) -> dict[str, Any]:
    answer = aggregator(name, body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def count(aggregator: Aggregator) -> int:
    return len(done(aggregator, aggregator.engine.desk("house").bookings(MONTH)))


@pytest.mark.parametrize("length", ["5400", LONGER], ids=["of-the-policy", "of-the-guest"])
def test_a_repeated_token_returns_its_booking_after_another_turn_length(
    aggregator: Aggregator, length: str
) -> None:
    body = create(slot={**SLOT, "duration_sec": length})
    first = answer_of(aggregator, "CreateBooking", body)
    for minutes in (120, 60, 90):
        set_turn(aggregator, minutes)
        assert answer_of(aggregator, "CreateBooking", body) == first
    assert first["booking"]["slot"]["duration_sec"] == length
    assert count(aggregator) == 1


def test_a_repeated_token_without_a_length_returns_its_booking_after_another_turn_length(
    aggregator: Aggregator,
) -> None:
    body = create(slot={key: value for key, value in SLOT.items() if key != "duration_sec"})
    first = answer_of(aggregator, "CreateBooking", body)
    set_turn(aggregator, 120)
    assert answer_of(aggregator, "CreateBooking", body) == first
    assert count(aggregator) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"start_sec": seconds("20:00")},
        {"resources": {"party_size": 3}},
        {"duration_sec": LONGER},
        {"duration_sec": None},
    ],
    ids=["start", "size", "length", "no-length"],
)
def test_the_token_of_another_slot_is_a_malformed_request_after_another_turn_length(
    aggregator: Aggregator, changes: dict[str, Any]
) -> None:
    answer_of(aggregator, "CreateBooking", create(slot={**SLOT, "duration_sec": "6000"}))
    set_turn(aggregator, 60)
    answer = aggregator("CreateBooking", create(slot={**SLOT, "duration_sec": "6000", **changes}))
    assert (answer.status_code, answer.json()["code"]) == (400, "KEY_REUSED")
    assert count(aggregator) == 1


def test_a_repeated_update_changes_nothing_after_another_turn_length(
    aggregator: Aggregator,
) -> None:
    booking = answer_of(aggregator, "CreateBooking", create())["booking"]
    slot = {"start_sec": seconds("20:30"), "duration_sec": "5400"}
    body = {"booking": {"booking_id": booking["booking_id"], "slot": slot}}
    first = answer_of(aggregator, "UpdateBooking", body)
    set_turn(aggregator, 120)
    versions = done(aggregator, aggregator.engine.desk("house").versions())
    assert answer_of(aggregator, "UpdateBooking", body) == first
    assert done(aggregator, aggregator.engine.desk("house").versions()) == versions
    only_length = {"booking_id": booking["booking_id"], "slot": {"duration_sec": "5400"}}
    assert answer_of(aggregator, "UpdateBooking", {"booking": only_length}) == first
