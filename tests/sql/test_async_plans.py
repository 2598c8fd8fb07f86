"""Plans that move several parties, by rival tasks of one loop, on every async store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fourtop import (
    AsyncDesk,
    AsyncEngine,
    AsyncMemoryStore,
    Booking,
    CountedIds,
    DayPlan,
    FourtopError,
    ManualClock,
    Move,
    Quote,
    Reseating,
    StaleVersion,
    sketch_floor,
)
from fourtop.ports import AsyncStore
from fourtop.storage.sql import AsyncSqlStore
from tests.database.furnished import sqlite_url
from tests.evening import FRIDAY, MONTH, NOW, STAFF, a_house, party_size
from tests.sql.emptied import emptied_database

Open = Callable[[], AsyncStore]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens an empty store on a loop."""
    if request.param == "postgresql":
        with emptied_database() as database:
            yield lambda: AsyncSqlStore(database.url(), clock=ManualClock(NOW))
    elif request.param == "sqlite":
        yield lambda: AsyncSqlStore(sqlite_url(tmp_path / "night.db"), clock=ManualClock(NOW))
    else:
        yield lambda: AsyncMemoryStore(ManualClock(NOW))


def play(opened: Open, evening: Callable[[AsyncDesk], Awaitable[None]]) -> None:
    """Play an evening on tables for two, four and four, in which the party of two blocks a four."""

    async def on_a_loop() -> None:
        store = opened()
        house = a_house(sketch_floor({"1": 2, "2": 4, "3": 4}))
        desk = await AsyncEngine(store, ids=CountedIds("n")).add_restaurant(house, actor=STAFF)
        await desk.book(party_size(2), booking_id="two")
        await desk.move([Move("two", ["2"])])
        await desk.book(party_size(4, tables=["3"]), booking_id="four")
        await evening(desk)
        assert (await desk.audit()).is_clean
        if isinstance(store, AsyncSqlStore):
            await store.close()

    asyncio.run(on_a_loop())


async def at_once(*calls: Awaitable[Any]) -> tuple[list[Any], list[FourtopError]]:
    """Make calls at once, and return the answers and the errors."""
    said = await asyncio.gather(*calls, return_exceptions=True)
    errors = [each for each in said if isinstance(each, FourtopError)]
    answers = [each for each in said if not isinstance(each, BaseException)]
    assert len(errors) + len(answers) == len(said), said
    return answers, errors


async def tables_of(desk: AsyncDesk) -> dict[str, tuple[str, ...]]:
    """Return the tables of each booking, the same in its record and in the occupancy."""
    found = {each.id: each.tables for each in await desk.bookings(MONTH)}
    rows = await desk.allocations(MONTH)
    taken = sorted((row.owner_id, row.resource_id) for row in rows)
    assert taken == sorted((name, table) for name, tables in found.items() for table in tables)
    return found


async def found_moves(desk: AsyncDesk) -> Reseating:
    answer = await desk.quote(party_size(4), moves=1)
    assert isinstance(answer, Quote)
    assert answer.reseating is not None
    return answer.reseating


@pytest.mark.slow
def test_of_rival_tasks_with_one_re_seating_one_moves_the_party(opened: Open) -> None:
    async def evening(desk: AsyncDesk) -> None:
        moves = await found_moves(desk)
        calls = (desk.book(party_size(4), moves=moves) for _ in range(4))
        (won,), lost = await at_once(*calls)
        assert [type(each) for each in lost] == [StaleVersion] * 3
        assert await tables_of(desk) == {"two": ("1",), "four": ("3",), won.id: ("2",)}

    play(opened, evening)


@pytest.mark.slow
def test_a_hold_with_moves_is_confirmed_once_by_rival_tasks(opened: Open) -> None:
    async def evening(desk: AsyncDesk) -> None:
        hold = await desk.hold(party_size(4), moves=1)
        calls = (desk.confirm(hold.id, booking_id="new", key=f"k{number}") for number in range(3))
        won, lost = await at_once(*calls)
        assert lost == []
        assert sorted(each.replayed for each in won) == [False, True, True]
        assert await tables_of(desk) == {"two": ("1",), "four": ("3",), "new": ("2",)}

    play(opened, evening)


@pytest.mark.slow
def test_of_rival_commits_of_one_day_plan_one_is_done_and_a_pinned_party_stays(
    opened: Open,
) -> None:
    async def evening(desk: AsyncDesk) -> None:
        await desk.book(party_size(4), booking_id="new", tables="later")
        plan: DayPlan = await desk.plan_day(FRIDAY, node_budget=50)
        calls = (desk.commit_day_plan(plan) for _ in range(3))
        said, lost = await at_once(*calls, desk.pin("two"))
        commits = [each for each in said if isinstance(each, tuple)]
        (two,) = [each for each in said if isinstance(each, Booking)]
        assert two.is_pinned
        assert {type(each) for each in lost} == {StaleVersion}
        moved = {"two": ("1",), "four": ("3",), "new": ("2",)}
        stayed = {"two": ("2",), "four": ("3",), "new": ()}
        assert await tables_of(desk) == (moved if commits else stayed)
        assert two.tables == (moved if commits else stayed)["two"]
        await desk.unpin("two")
        again = await desk.plan_day(FRIDAY, node_budget=50)
        await desk.commit_day_plan(again)
        assert await tables_of(desk) == moved, "a stale plan is found again"

    play(opened, evening)
