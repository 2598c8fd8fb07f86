"""The jobs on async stores: what they do, twice at once, and without blocking the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    AsyncSqlStore,
    BookingStatus,
    Event,
    EventType,
    InvalidInput,
    LocalTimes,
    ManualClock,
    MemoryStore,
    Offered,
    Pruned,
    Relayed,
    RelayOptions,
    ReleasedLate,
    Swept,
    async_check_local_times,
    async_offer_waitlist,
    async_prune_allocations,
    async_prune_confirmations,
    async_prune_outbox,
    async_relay_forever,
    async_relay_outbox,
    async_release_late,
    async_sweep_holds,
    check_local_times,
    offer_waitlist,
    prune_allocations,
    prune_confirmations,
    prune_outbox,
    relay_forever,
    relay_outbox,
    release_late,
    sweep_holds,
)
from fourtop.ports import AsyncMaintainedStore
from tests.database.furnished import postgresql_url, sqlite_url
from tests.evening import NOW, STAFF, a_house, five_tables, party_size, window
from tests.jobs.awaited_place import ASYNC_JOBS, opened
from tests.jobs.place import JOBS, Place, furnish
from tests.loop import run_unblocked

ROWS = 1_100
Make = Callable[[ManualClock], AsyncSqlStore | AsyncMemoryStore]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes an empty async store of each kind in turn."""
    if request.param == "memory":
        yield AsyncMemoryStore
        return
    with ExitStack() as stack:
        is_sqlite = request.param == "sqlite"
        url = (
            sqlite_url(tmp_path / "night.db")
            if is_sqlite
            else stack.enter_context(postgresql_url())
        )
        yield lambda clock: AsyncSqlStore(url, clock=clock)


@asynccontextmanager
async def closing(store: AsyncSqlStore | AsyncMemoryStore) -> AsyncIterator[AsyncMaintainedStore]:
    async with store:
        yield store


def test_finding_28_every_job_runs_on_an_async_store_and_never_blocks_the_loop(
    make: Make,
) -> None:
    clock = ManualClock(NOW)
    heard: list[str] = []

    async def publish(event: Event) -> None:
        await asyncio.sleep(0)
        heard.append(event.dedupe_key)

    async def play() -> None:
        async with closing(make(clock)) as store:
            desk = await AsyncEngine(store).add_restaurant(a_house(five_tables()), actor=STAFF)
            held = await desk.hold(party_size(2), key="k1")
            confirmed = await desk.confirm(held.id, key="k2")
            await desk.hold(party_size(2))
            waiting = await desk.join_waitlist(party_size(4))
            assert await async_offer_waitlist(store) == Offered(1, 0)
            clock.advance(minutes=60)
            assert await async_sweep_holds(store) == Swept(2)
            assert await async_sweep_holds(store) == Swept(0)
            assert await async_check_local_times(store) == LocalTimes(1)
            clock.move_to(confirmed.stay.dining.start)
            clock.advance(minutes=15)
            assert await async_release_late(store, after_minutes=15) == ReleasedLate(1)
            left = await desk.get_booking(confirmed.id)
            assert left.status is BookingStatus.NO_SHOW
            written = await store.events(desk.restaurant_id)
            relayed = await async_relay_outbox(store, publish)
            assert relayed == Relayed(published=len(written))
            assert heard == [event.dedupe_key for event in written]
            clock.advance(minutes=60 * 24 * 40)
            assert await async_prune_allocations(store) == Pruned(allocations=1)
            pruned = await async_prune_confirmations(store)
            assert (pruned.confirmations, pruned.stored_results) == (1, 2)
            assert (await async_prune_outbox(store)).events == len(written)
            assert await desk.find_booking(waiting.id) is not None

    run_unblocked(play())


def test_finding_28_an_async_store_has_dead_letters_which_can_be_revived(make: Make) -> None:
    clock = ManualClock(NOW)

    async def down(_event: Event) -> None:
        raise ConnectionError

    async def play() -> None:
        async with closing(make(clock)) as store:
            desk = await AsyncEngine(store).add_restaurant(a_house(), actor=STAFF)
            await desk.block(window("18:00", "19:00"), tables=["1"], reason="paint")
            terms = RelayOptions(max_attempts=2)
            assert await async_relay_outbox(store, down, terms) == Relayed(failed=1)
            clock.advance(seconds=1)
            assert await async_relay_outbox(store, down, terms) == Relayed(dead=1)
            letters = await store.dead_letters(9)
            assert [(each.event.type, each.attempts) for each in letters] == [
                (EventType.BLOCK_CREATED, 2)
            ]
            assert await store.revive(letters) == 1
            assert await async_relay_outbox(store, lambda _: None) == Relayed(published=1)
            assert await store.dead_letters(9) == ()

    run_unblocked(play())


RUNS = 3


def test_runs_at_once_on_one_loop_offer_each_party_once(make: Make) -> None:
    async def play() -> None:
        async with closing(make(ManualClock(NOW))) as store:
            desk = await AsyncEngine(store).add_restaurant(a_house(five_tables()), actor=STAFF)
            for _ in range(4):
                await desk.join_waitlist(party_size(2))
            done = await asyncio.gather(*(async_offer_waitlist(store) for _ in range(RUNS)))
            assert sum(each.offers for each in done) == 4
            kinds = [event.type for event in await store.events(desk.restaurant_id)]
            assert kinds.count(EventType.HOLD_CREATED) == 4
            assert (await desk.audit()).is_clean

    asyncio.run(play())


def test_runs_at_once_on_one_loop_check_all_and_mark_each_late_party_once(make: Make) -> None:
    clock = ManualClock(NOW)

    async def play() -> None:
        async with closing(make(clock)) as store:
            desk = await AsyncEngine(store).add_restaurant(a_house(five_tables()), actor=STAFF)
            for _ in range(4):
                await desk.book(party_size(2))
            checks = (async_check_local_times(store) for _ in range(RUNS))
            assert await asyncio.gather(*checks) == [LocalTimes(4)] * RUNS
            clock.move_to(party_size(2).start)
            clock.advance(minutes=60)
            runs = (async_release_late(store, after_minutes=15) for _ in range(RUNS))
            done = await asyncio.gather(*runs)
            assert sum(each.bookings for each in done) == 4
            kinds = [event.type for event in await store.events(desk.restaurant_id)]
            assert kinds.count(EventType.BOOKING_STATUS) == 4

    asyncio.run(play())


@pytest.mark.slow
def test_each_job_run_twice_at_once_on_one_loop_does_its_work_once(place: Place) -> None:
    with place.opened() as store:
        furnish(store, ROWS)

    async def twice(name: str) -> list[int]:
        now = JOBS[name].now
        async with opened(place, now) as one, opened(place, now) as two:
            run = ASYNC_JOBS[name]
            return list(await asyncio.gather(run(one), run(two)))

    async def once_more(name: str) -> int:
        async with opened(place, JOBS[name].now) as store:
            return await ASYNC_JOBS[name](store)

    for name, job in JOBS.items():
        before = job.count(place)
        done = asyncio.run(twice(name))
        change = abs(job.count(place) - before)
        assert sum(done) == change, f"{name} has counted rows twice or not at all"
        assert change >= ROWS, f"{name} has left something"
        assert asyncio.run(once_more(name)) == 0, f"{name} has left something"
    assert place.count("allocations_archive") == ROWS


@pytest.mark.parametrize(
    ("call", "twin"),
    [
        (sweep_holds, async_sweep_holds),
        (prune_allocations, async_prune_allocations),
        (prune_confirmations, async_prune_confirmations),
        (prune_outbox, async_prune_outbox),
        (check_local_times, async_check_local_times),
        (offer_waitlist, async_offer_waitlist),
        (lambda store: release_late(store, after_minutes=15), None),
        (lambda store: relay_outbox(store, print), None),
        (lambda store: relay_forever(store, print, stop=asyncio.Event()), None),  # type: ignore[arg-type]  # Never asked.
    ],
)
def test_finding_28_a_job_for_the_other_kind_of_store_says_which_to_use(
    call: Callable[[Any], object], twin: Callable[[Any], Awaitable[object]] | None
) -> None:
    with pytest.raises(InvalidInput, match=r"await the job async_… \(got AsyncMemoryStore\)"):
        call(AsyncMemoryStore())
    if twin is not None:
        awaited = twin(MemoryStore())
        with pytest.raises(InvalidInput, match="call the job without async_"):
            asyncio.run(awaited)  # type: ignore[arg-type]  # Every twin is a coroutine function.


@pytest.mark.parametrize(
    "call",
    [
        lambda store: async_release_late(store, after_minutes=15),
        lambda store: async_relay_outbox(store, print),
        lambda store: async_relay_forever(store, print, stop=asyncio.Event()),
    ],
)
def test_an_async_job_refuses_a_sync_store(call: Callable[[Any], Any]) -> None:
    with pytest.raises(InvalidInput, match="call the job without async_"):
        asyncio.run(call(MemoryStore()))


def test_what_an_async_relay_publishes_with_must_be_a_function() -> None:
    publish: Any = "publish"
    with pytest.raises(InvalidInput, match="publish: must be a function"):
        asyncio.run(async_relay_outbox(AsyncMemoryStore(), publish))
