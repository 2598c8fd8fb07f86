"""Restaurants come and go; an engine takes stores and nothing else; stores open and close."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import attrs
import pytest

from fourtop import (
    AlreadyExists,
    AsyncEngine,
    AsyncMemoryStore,
    AsyncSqlStore,
    Engine,
    House,
    InUse,
    InvalidIdentifier,
    InvalidInput,
    ManualClock,
    MemoryStore,
    NotFound,
    Restaurant,
    SqlStore,
    StoreUnavailable,
    Window,
    sketch_floor,
)
from fourtop.ports import Store
from tests.database.furnished import sqlite_url
from tests.evening import STAFF, a_house, at, booked, held, window

# ---- adding


def test_a_restaurant_that_exists_is_left_alone_if_the_caller_says_so(store: Store) -> None:
    engine = Engine(store)
    booking = booked(engine.add_restaurant(a_house()), 2)
    other = a_house(sketch_floor({"9": 2}), turn_minutes=30)
    with pytest.raises(AlreadyExists):
        engine.add_restaurant(other)
    desk = engine.add_restaurant(other, exist_ok=True, actor=STAFF)
    assert desk.actor == STAFF
    assert desk.house() == a_house()
    assert desk.get_booking(booking.id) == booking


def test_a_restaurant_that_is_new_is_added_with_exist_ok_too(store: Store) -> None:
    assert Engine(store).add_restaurant(a_house(), exist_ok=True).house() == a_house()


# ---- slugs


def house_with(restaurant_id: str, slug: str) -> House:
    house = a_house()
    return attrs.evolve(
        house, restaurant=attrs.evolve(house.restaurant, id=restaurant_id, slug=slug)
    )


def with_slug(slug: str) -> Callable[[Restaurant], Restaurant]:
    return lambda restaurant: attrs.evolve(restaurant, slug=slug)


def refused_slug(call: Callable[[], object]) -> str:
    """Return the slug that a call refuses, and check that it names no other restaurant."""
    with pytest.raises(AlreadyExists) as caught:
        call()
    error: BaseException | None = caught.value
    while error is not None:
        assert "r-7f3a" not in str(error)
        error = error.__cause__
    assert caught.value.kind == "slug"
    return caught.value.id


def test_finding_34_a_slug_belongs_to_one_restaurant(store: Store) -> None:
    engine = Engine(store)
    engine.add_restaurant(house_with("r-7f3a", "corner"))
    taken = house_with("new", "corner")
    assert refused_slug(lambda: engine.add_restaurant(taken)) == "corner"
    assert refused_slug(lambda: engine.add_restaurant(taken, exist_ok=True)) == "corner"
    assert engine.restaurant_ids() == ("r-7f3a",)
    desk = engine.add_restaurant(house_with("new", "square"))
    before = desk.house(), desk.versions(), store.events("new")
    assert refused_slug(lambda: desk.edit_restaurant(with_slug("corner"))) == "corner"
    assert (desk.house(), desk.versions(), store.events("new")) == before
    assert desk.edit_restaurant(with_slug("market")).restaurant.slug == "market"
    assert engine.add_restaurant(house_with("third", "square")).house().restaurant.id == "third"


def test_finding_34_ids_that_make_one_slug_need_another_one(store: Store) -> None:
    def pub(restaurant_id: str) -> House:
        restaurant = Restaurant(restaurant_id, "The Pub", timezone="UTC")
        return attrs.evolve(a_house(), restaurant=restaurant)

    engine = Engine(store)
    engine.add_restaurant(pub("the.pub"))
    assert refused_slug(lambda: engine.add_restaurant(pub("the-pub"))) == "the-pub"


def test_finding_34_of_many_that_want_a_slug_at_once_one_gets_it(store: Store) -> None:
    engine = Engine(store)
    names = [f"old-{number}" for number in range(4)]
    desks = [engine.add_restaurant(house_with(name, name)) for name in names]
    start = Barrier(8)

    def outcome(call: Callable[[], object]) -> str:
        start.wait()
        try:
            call()
        except AlreadyExists as error:
            return f"{error.kind} {error.id}"
        return "done"

    calls: list[Callable[[], object]] = [
        partial(engine.add_restaurant, house_with(f"new-{number}", "wanted")) for number in range(4)
    ]
    calls += [partial(desk.edit_restaurant, with_slug("wanted")) for desk in desks]
    with ThreadPoolExecutor(8) as threads:
        outcomes = sorted(threads.map(outcome, calls))
    assert outcomes == ["done", *["slug wanted"] * 7]
    slugs = [engine.desk(each).house().restaurant.slug for each in engine.restaurant_ids()]
    assert slugs.count("wanted") == 1


# ---- removing


def test_a_removed_restaurant_is_gone(store: Store) -> None:
    engine = Engine(store)
    desk = engine.add_restaurant(a_house())
    kept = engine.add_restaurant(a_house(name="Other"))
    booking = booked(desk, 2)
    desk.cancel(booking.id)
    engine.remove_restaurant(desk.restaurant_id)
    assert engine.restaurant_ids() == (kept.restaurant_id,)
    for call in (desk.house, lambda: booked(desk, 2), lambda: store.events(desk.restaurant_id)):
        with pytest.raises(NotFound) as caught:
            call()
        assert (caught.value.kind, caught.value.id) == ("restaurant", "house")
    with pytest.raises(NotFound):
        engine.remove_restaurant(desk.restaurant_id)


@pytest.mark.parametrize(
    ("take", "kind"),
    [
        (lambda desk: booked(desk, 2), "booking"),
        (lambda desk: held(desk, 2), "hold"),
        (
            lambda desk: desk.block(window("18:00", "20:00"), tables=["5"], reason="paint"),
            "block",
        ),
    ],
    ids=["booking", "hold", "block"],
)
def test_a_restaurant_is_not_removed_while_a_table_is_taken_later(
    store: Store, take: Callable[[Any], Any], kind: str
) -> None:
    engine = Engine(store)
    desk = engine.add_restaurant(a_house())
    taken = take(desk)
    with pytest.raises(InUse) as caught:
        engine.remove_restaurant(desk.restaurant_id)
    assert (caught.value.kind, caught.value.id) == ("restaurant", "house")
    assert caught.value.by.startswith(f"{kind} {taken.id} until 2026-05-01T")
    assert desk.house() == a_house()
    engine.remove_restaurant(desk.restaurant_id, force=True)
    assert engine.restaurant_ids() == ()


def test_dead_holds_and_parties_of_the_past_are_not_in_the_way(
    store: Store, clock: ManualClock
) -> None:
    engine = Engine(store)
    desk = engine.add_restaurant(a_house())
    booked(desk, 2)
    clock.move_to(at("20:29"))
    held(desk, 2, "20:30")
    with pytest.raises(InUse):
        engine.remove_restaurant(desk.restaurant_id)
    clock.advance(minutes=5)
    engine.remove_restaurant(desk.restaurant_id)
    assert engine.restaurant_ids() == ()


def test_a_removed_id_is_used_again_with_another_house(store: Store) -> None:
    engine = Engine(store)
    desk = engine.add_restaurant(a_house())
    booked(desk, 2)
    held(desk, 4, key="k1")
    engine.remove_restaurant(desk.restaurant_id, force=True)
    other = a_house(sketch_floor({"9": 2}), turn_minutes=30)
    desk = engine.add_restaurant(other)
    assert desk.house() == other
    assert desk.table_states() == {"9": "available"}
    hold = held(desk, 2, key="k1")
    assert not hold.replayed
    assert hold.tables == ("9",)
    assert hold.stay.turn_minutes == 30
    assert len(store.events(desk.restaurant_id)) == 1


def test_the_id_of_a_restaurant_to_remove_is_checked(store: Store) -> None:
    with pytest.raises(InvalidIdentifier):
        Engine(store).remove_restaurant("no id")


# ---- what an engine takes


class HalfAStore:
    def read(self, scope: Any, ask: Any) -> Any:
        return ask(scope)


@pytest.mark.parametrize(
    "value",
    [None, "postgresql://user:secret@host/db", 1, object(), MemoryStore, HalfAStore(), a_house()],
    ids=["None", "a URL", "a number", "an object", "a class", "half a store", "a house"],
)
def test_an_engine_refuses_what_is_not_a_store(value: Any) -> None:
    for kind in (Engine, AsyncEngine):
        with pytest.raises(InvalidInput) as caught:
            kind(value)
        assert caught.value.field == "store"
        assert "secret" not in str(caught.value)


def test_an_engine_refuses_a_store_of_the_other_kind() -> None:
    asynchronous: Any = AsyncMemoryStore()
    with pytest.raises(InvalidInput, match="an AsyncStore needs AsyncEngine"):
        Engine(asynchronous)
    called: Any = MemoryStore()
    with pytest.raises(InvalidInput, match="a Store needs Engine"):
        AsyncEngine(called)


def test_an_awaited_engine_adds_and_removes_restaurants() -> None:
    async def scene() -> None:
        engine = AsyncEngine(AsyncMemoryStore())
        desk = await engine.add_restaurant(a_house())
        again = await engine.add_restaurant(a_house(turn_minutes=30), exist_ok=True)
        assert await again.house() == a_house()
        with pytest.raises(AlreadyExists):
            await engine.add_restaurant(a_house())
        start = datetime.now(UTC) + timedelta(days=1)
        await desk.block(Window(start, start + timedelta(hours=1)), tables=["5"], reason="paint")
        with pytest.raises(InUse):
            await engine.remove_restaurant("house")
        await engine.remove_restaurant("house", force=True)
        with pytest.raises(NotFound):
            await desk.house()
        assert await engine.restaurant_ids() == ()

    asyncio.run(scene())


# ---- stores open and close


def test_a_store_in_memory_is_usable_after_its_end() -> None:
    with MemoryStore() as store:
        desk = Engine(store).add_restaurant(a_house())
        assert store.ping() is None  # type: ignore[func-returns-value]  # The value is the claim.
    store.close()
    assert desk.house() == a_house()


def test_an_awaited_store_in_memory_is_usable_after_its_end() -> None:
    async def scene() -> None:
        async with AsyncMemoryStore() as store:
            desk = await AsyncEngine(store).add_restaurant(a_house())
            await store.ping()
        await store.close()
        assert await desk.house() == a_house()

    asyncio.run(scene())


def test_a_store_on_sqlite_is_closed_at_the_end_of_with(tmp_path: Path) -> None:
    with SqlStore(sqlite_url(tmp_path / "night.db")) as store:
        store.ping()
        pool = store.engine.pool
    assert store.engine.pool is not pool


def test_an_awaited_store_on_sqlite_is_closed_at_the_end_of_with(tmp_path: Path) -> None:
    async def scene() -> None:
        url = sqlite_url(tmp_path / "night.db").replace("sqlite", "sqlite+aiosqlite", 1)
        async with AsyncSqlStore(url) as store:
            await store.ping()
            pool = store.engine.pool
        assert store.engine.pool is not pool

    asyncio.run(scene())


def test_a_database_that_is_away_does_not_answer_a_ping() -> None:
    store = SqlStore("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(StoreUnavailable):
        store.ping()
    store.close()


def test_ping_changes_nothing(store: Store) -> None:
    desk = Engine(store).add_restaurant(a_house())
    before = attrs.astuple(desk.versions())
    ping: Any = getattr(store, "ping", None)
    assert ping is not None
    ping()
    assert attrs.astuple(desk.versions()) == before
    assert booked(desk, 2).tables
