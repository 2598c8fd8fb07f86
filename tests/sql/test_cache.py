"""Versions and caches: the next command sees an edit of another process, and reads it once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from fourtop import (
    AlreadyExists,
    Code,
    CountedIds,
    Desk,
    Engine,
    Floor,
    ManualClock,
    OwnerKind,
    PolicyDrift,
    Refused,
    StaleVersion,
)
from fourtop.model.house import House
from fourtop.ports import Changes, Decision, FloorChange, Scope, View
from fourtop.storage.sql import SqlStore
from fourtop.storage.sql.statements.house import HouseMapper
from tests.database.furnished import sqlite_url
from tests.evening import MONTH, NOW, a_house, held, one_table, open_desk, party_size, window
from tests.sql.emptied import emptied_database


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return sqlite_url(tmp_path / "night.db")


@pytest.fixture
def postgresql() -> Iterator[str]:
    with emptied_database() as database:
        yield database.url()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def stores(url: str, clock: ManualClock) -> Iterator[list[SqlStore]]:
    """Two stores on one database, as two processes have them."""
    made = [SqlStore(url, clock=clock) for _ in range(2)]
    yield made
    for store in made:
        store.close()


@pytest.fixture
def desks(stores: list[SqlStore]) -> list[Desk]:
    open_desk(stores[0], a_house(one_table()))
    return [
        Engine(store, ids=CountedIds(f"m{number}")).desk("house")
        for number, store in enumerate(stores)
    ]


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[House]:
    """Every house that any store makes of rows."""
    made: list[House] = []
    true = HouseMapper.house_of

    def counted(housing: HouseMapper, found: tuple[str | None, ...]) -> House:
        house = true(housing, found)
        made.append(house)
        return house

    monkeypatch.setattr(HouseMapper, "house_of", counted)
    return made


def seats(number: int) -> Floor:
    return one_table(number)


def edit_elsewhere(url: str, number: int) -> None:
    """Edit the floor in another process."""
    store = SqlStore(url, clock=ManualClock(NOW))
    Engine(store).desk("house").edit_floor(lambda _: one_table(number))
    store.close()


def test_a_floor_that_another_store_has_edited_is_seen_by_the_next_command(
    desks: list[Desk],
) -> None:
    here, there = desks
    with pytest.raises(Refused) as caught:
        held(here, 6)
    assert caught.value.code is Code.PARTY_NEVER_FITS
    there.edit_floor(lambda _: seats(6))
    assert held(here, 6).party_size == 6
    assert here.versions().floor == 2


@pytest.mark.slow
def test_a_floor_that_another_process_has_edited_is_seen_by_the_next_command(
    desks: list[Desk], url: str
) -> None:
    here, _ = desks
    assert here.house().floor == seats(4)
    other = multiprocessing.get_context("spawn").Process(target=edit_elsewhere, args=(url, 6))
    other.start()
    other.join()
    assert held(here, 6).party_size == 6


def test_a_policy_that_another_store_has_edited_is_seen_by_the_next_command(
    desks: list[Desk],
) -> None:
    here, there = desks
    assert held(here, 4).stay.turn_minutes == 90
    there.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=7))
    there.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, active=False))
    with pytest.raises(Refused) as caught:
        held(here, 2)
    assert caught.value.code is Code.RESTAURANT_INACTIVE
    assert here.house().policy.past_grace_minutes == 7


def test_a_hold_from_before_another_stores_edit_has_drifted(desks: list[Desk]) -> None:
    here, there = desks
    hold = held(here, 4)
    there.edit_floor(lambda _: seats(5))
    with pytest.raises(PolicyDrift):
        here.confirm(hold.id)


def test_a_house_is_read_once_for_each_version(desks: list[Desk], loads: list[House]) -> None:
    here, there = desks
    for _ in range(5):
        here.release_hold(held(here, 4).id)
        here.quote(party_size(2))
    assert len(loads) == 1
    there.edit_floor(lambda _: seats(6))
    assert len(loads) == 2
    for _ in range(5):
        here.release_hold(held(here, 6).id)
        there.quote(party_size(2))
    assert [house.floor for house in loads[-2:]] == [seats(6)] * 2
    assert len(loads) == 4


def test_finding_38_equal_rows_of_two_restaurants_are_two_records(stores: list[SqlStore]) -> None:
    """Rows are cached by their values, so the restaurant must be a part of the key."""
    store, names = stores[0], ("ann", "ben")
    for name in names:
        house = a_house(one_table(), name=name.title())
        desk = Engine(store, ids=CountedIds("m")).add_restaurant(house)
        desk.confirm(held(desk, 2, key="k1").id, key="k2", booking_id="b1")
        held(desk, 2, "20:30")
        desk.block(window("17:00", "18:00"), tables=["1"], reason="paint")
    rows = {name: records_of(store, name) for name in names}
    for name, found in rows.items():
        assert len(found) > 8
        assert {record.restaurant_id for record in found} == {name}
    same = [attrs.evolve(record, restaurant_id="ben") for record in rows["ann"]]
    assert same == rows["ben"], "the rows say the same, except for the restaurant"


def records_of(store: SqlStore, name: str) -> list[Any]:
    """Return the records of a restaurant; the first hold is confirmed by ``b1``."""

    def read(view: View) -> list[Any]:
        (row,) = view.allocations_of(OwnerKind.BOOKING, "b1")
        booking = view.find_booking("b1")
        return [row, booking, *view.allocations(MONTH), *view.bookings_starting(MONTH)]

    scope = Scope(name, windows=(MONTH,), sittings=(MONTH,), bookings=frozenset({"b1"}))
    return [*store.read(scope, read), *store.events(name)]


def test_what_is_compiled_for_a_house_is_shared_by_all_requests(desks: list[Desk]) -> None:
    here, _ = desks
    assert here.house() is here.house()


def test_an_edit_that_came_to_nothing_leaves_nothing_in_the_cache(
    stores: list[SqlStore], desks: list[Desk], loads: list[House]
) -> None:
    here, _ = desks
    before = here.house()

    def stale(_: View) -> Decision[None]:
        return Decision(None, Changes(floor=FloorChange(seats(9), 2)))

    held(here, 4)
    (told, *_) = stores[0].events("house")

    def found_out_late(_: View) -> Decision[None]:
        # The floor is written before it turns out that the event was told already.
        return Decision(None, Changes(floor=FloorChange(seats(9), 1), events=(told,)))

    for decide, error in ((stale, StaleVersion), (found_out_late, AlreadyExists)):
        with pytest.raises(error):
            stores[0].transact(Scope("house"), decide)
        assert here.house() is before
        assert stores[1].read(Scope("house"), lambda view: view.house) == before
    assert len(loads) == 2
