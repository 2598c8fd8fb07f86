"""The contract, kept by awaited stores too; and the face through which the suite judges them."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from threading import Event, Thread
from typing import Any, TypeVar

import pytest

from fourtop import AsyncMemoryStore, InvalidInput, ManualClock, MemoryStore, NotFound
from fourtop.model.results import Versions
from fourtop.ports import AsyncStore, Changes, Clock, Decision, Need, Scope, View
from fourtop.testing import MakeStore, StoreContract, SyncBridge, as_sync, broken_promises
from tests.evening import NOW, a_house

T = TypeVar("T")


class TestAsyncMemoryStore(StoreContract):
    @pytest.fixture
    def make_store(self) -> MakeStore:
        return as_sync(AsyncMemoryStore)


class WaitingStore(AsyncMemoryStore):
    """It awaits something between reading and writing, as a store in SQL does, and forgets to lock.

    Two that change a hold wait for each other there, so that both have read before either writes.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self._both = asyncio.Barrier(2)

    async def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        memory = self._store
        state = memory._states.get(scope.restaurant_id)
        if state is None:
            raise NotFound("restaurant", scope.restaurant_id)
        decision = memory._on_view(state, scope, memory._tell(scope.restaurant_id), decide)
        await (self._both.wait() if scope.holds else asyncio.sleep(0))
        memory._write(state, decision.changes)
        return decision.result


def test_the_suite_finds_an_awaited_store_that_forgets_to_lock() -> None:
    promise = "test_a_transaction_waits_for_the_one_before_it"
    assert list(broken_promises(as_sync(WaitingStore), [promise])) == [promise]
    assert broken_promises(as_sync(WaitingStore), ["test_records_change"]) == {}


# ---- the face ------------------------------------------------------------------------------------


def test_calls_of_several_threads_meet_on_one_loop() -> None:
    class Meeting(AsyncMemoryStore):
        def __init__(self) -> None:
            super().__init__()
            self.barrier = asyncio.Barrier(3)

        async def restaurant_ids(self) -> tuple[str, ...]:
            await self.barrier.wait()
            return ("here",)

    with SyncBridge(Meeting()) as store:
        stored_results: list[tuple[str, ...]] = []
        callers = [
            Thread(target=lambda: stored_results.append(store.restaurant_ids())) for _ in range(3)
        ]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
    assert stored_results == [("here",)] * 3


def test_at_its_end_a_store_is_closed_once_on_its_loop() -> None:
    closed: list[asyncio.AbstractEventLoop] = []

    async def close() -> None:
        closed.append(asyncio.get_running_loop())

    async def loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    with SyncBridge(AsyncMemoryStore(), on_close=close) as store:
        mine = store.run(loop())
        assert store._loop._thread.is_alive()
    store.close()
    assert closed == [mine]
    assert mine.is_closed()
    assert not store._loop._thread.is_alive()


def test_a_store_that_nobody_has_any_more_is_closed() -> None:
    closed: list[AsyncMemoryStore] = []

    async def close(store: AsyncMemoryStore) -> None:
        closed.append(store)

    store = as_sync(AsyncMemoryStore, close)(ManualClock(NOW))
    assert isinstance(store, SyncBridge)
    thread, seen = store._loop._thread, weakref.ref(store)
    assert store.restaurant_ids() == ()
    del store
    gc.collect()
    assert (seen(), len(closed), thread.is_alive()) == (None, 1, False)


def test_what_goes_wrong_at_the_end_is_raised() -> None:
    async def close() -> None:
        raise ConnectionError("gone")

    with (
        pytest.raises(ConnectionError, match="gone"),
        SyncBridge(AsyncMemoryStore(), on_close=close),
    ):
        pass


def test_a_store_that_is_closed_answers_no_more() -> None:
    store = SyncBridge(AsyncMemoryStore())
    store.close()
    with pytest.raises(AssertionError, match="closed"):
        store.restaurant_ids()


def test_a_call_on_the_loop_itself_is_refused_instead_of_hanging() -> None:
    async def call() -> None:
        store.restaurant_ids()

    with (
        SyncBridge(AsyncMemoryStore()) as store,
        pytest.raises(AssertionError, match="deadlock"),
    ):
        store.run(call())


def test_the_last_who_knows_of_a_store_may_be_a_task_of_its_loop() -> None:
    async def close() -> None:
        store.close()

    store = SyncBridge(AsyncMemoryStore())
    store.run(close())
    store._loop._thread.join(30)
    assert not store._loop._thread.is_alive()


def test_a_loop_that_has_ended_before_its_time_says_why() -> None:
    async def leave() -> None:
        raise SystemExit(3)

    store = SyncBridge(AsyncMemoryStore())
    with pytest.raises(SystemExit):
        store.run(leave())
    store._loop._thread.join()
    with pytest.raises(SystemExit):
        store.close()


# ---- the memory store, awaited -------------------------------------------------------------------


def test_a_memory_store_may_have_both_faces() -> None:
    memory = MemoryStore(ManualClock(NOW))
    memory.add_restaurant(a_house())
    store = AsyncMemoryStore(store=memory)
    assert asyncio.run(store.read(Scope("house"), lambda view: view.versions)) == Versions(1, 1, 0)


def test_a_store_that_is_given_keeps_its_clock() -> None:
    with pytest.raises(InvalidInput, match="clock"):
        AsyncMemoryStore(ManualClock(NOW), store=MemoryStore())


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Drive work by hand, as somebody might who cannot await."""
    try:
        work.send(None)
    except StopIteration as done:
        answer: T = done.value
        return answer
    raise AssertionError("it waits")


def test_a_decision_that_asks_its_own_restaurant_is_told_so() -> None:
    async def play() -> None:
        store = AsyncMemoryStore(ManualClock(NOW))
        await store.add_restaurant(a_house())
        await store.transact(Scope("house"), lambda _: Decision(finished(store.events("house"))))

    with pytest.raises(AssertionError, match="must not ask its own restaurant"):
        asyncio.run(play())


class Guest:
    """A thread that stays inside a restaurant until it is asked to leave."""

    def __init__(self, memory: MemoryStore) -> None:
        self._is_inside, self._may_go = Event(), Event()
        self._thread = Thread(target=lambda: memory.read(Scope("house"), self._stay))
        self._thread.start()
        assert self._is_inside.wait(30)

    def _stay(self, _: View) -> None:
        self._is_inside.set()
        assert self._may_go.wait(30)

    def leave(self) -> None:
        self._may_go.set()
        self._thread.join()


def test_the_loop_goes_on_while_another_thread_is_inside_the_restaurant() -> None:
    memory = MemoryStore(ManualClock(NOW))
    memory.add_restaurant(a_house())
    guest = Guest(memory)

    async def play() -> list[bool]:
        store = AsyncMemoryStore(store=memory)
        calls: list[Awaitable[object]] = [
            store.events("house"),
            store.read(Scope("house"), lambda view: view.versions),
            store.transact(Scope("house"), lambda _: Decision(None)),
        ]
        tasks = [asyncio.ensure_future(each) for each in calls]
        done, _ = await asyncio.wait(tasks, timeout=0.01)
        before = [task in done for task in tasks]
        # Only the loop can make the other leave: a loop that stood still would hang.
        guest.leave()
        await asyncio.gather(*tasks)
        return before

    assert asyncio.run(play()) == [False] * 3


def test_cancelled_while_it_waits_for_another_thread_a_call_has_not_happened() -> None:
    memory = MemoryStore(ManualClock(NOW))
    memory.add_restaurant(a_house())
    guest = Guest(memory)
    decided: list[View] = []

    def decide(view: View) -> Decision[None] | Need:
        decided.append(view)
        return Decision(None, Changes())

    async def play() -> None:
        store: AsyncStore = AsyncMemoryStore(store=memory)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(store.transact(Scope("house"), decide), timeout=0.01)

    asyncio.run(play())
    guest.leave()
    assert decided == []
