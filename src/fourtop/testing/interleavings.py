"""Explore every interleaving of the steps of concurrent calls, in a repeatable order.

Random thread races prove little: a store without a lock passes most of them. Here each call runs in
a thread of its own, only one thread runs at a time, and it stops before each step of the store. The
explorer tries every choice of the next thread.

Source: stateless search of schedules, P. Godefroid, "Model checking for programming languages using
VeriSoft", 1997.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from threading import Semaphore, Thread, get_ident
from types import TracebackType
from typing import Any, Generic, TypeVar

import attrs

from fourtop.ports import Changes, Clock, Need, Scope, View
from fourtop.storage import MemoryStore
from fourtop.storage.memory.state import RestaurantState

__all__ = ["Interleaving", "Scheduler", "SteppedStore", "explore"]

T = TypeVar("T")
S = TypeVar("S")
Calls = Mapping[str, Callable[[], object]]


@attrs.frozen
class Interleaving(Generic[S]):
    """One order of the steps of some calls, with the outcome.

    Args:
        scene: The objects that the calls ran on.
        steps: Pairs of a call's name and its step, in order.
        answers: Result or exception of each call, by name.
    """

    scene: S
    steps: tuple[tuple[str, str], ...]
    answers: Mapping[str, Any]


class _Abandoned(BaseException):
    """End a call that will not run again. Not an ``Exception``, so that no call handles it."""


@attrs.define(eq=False)
class _Task:
    """One call in a thread of its own; it runs only while the scheduler lets it."""

    call: Callable[[], object]
    turn: Semaphore = attrs.field(factory=lambda: Semaphore(0))
    step: str = "start"
    may_go: Callable[[], bool] = lambda: True
    answer: object = None
    is_over: bool = False
    is_abandoned: bool = False


class Scheduler:
    """Let calls take turns, step by step. ``explore`` makes one scheduler per interleaving.

    Args:
        script: Index of the chosen call among the runnable ones, per choice; afterwards the first.
    """

    def __init__(self, script: tuple[int, ...] = ()) -> None:
        self._script = script
        self._tasks: dict[str, _Task] = {}
        self._by_thread: dict[int, _Task] = {}
        self._back = Semaphore(0)
        self.steps: list[tuple[str, str]] = []
        self.choices: list[tuple[int, int]] = []

    def step(self, name: str, may_go: Callable[[], bool] = lambda: True) -> None:
        """Stop until the scheduler resumes this call; outside of a run, continue at once.

        Args:
            name: The next step.
            may_go: Whether the call is runnable; the scheduler does not resume it before.
        """
        player = self._by_thread.get(get_ident())
        if player is None:
            return
        player.step, player.may_go = name, may_go
        self._back.release()
        player.turn.acquire()
        if player.is_abandoned:
            raise _Abandoned

    def run(self, calls: Calls) -> dict[str, object]:
        """Run the calls to their end in the order of the script; return results and exceptions.

        Raises:
            AssertionError: If all remaining calls wait for each other: a deadlock.
        """
        self._tasks = {name: _Task(call) for name, call in calls.items()}
        threads = [
            Thread(target=self._run, args=(player,), daemon=True) for player in self._tasks.values()
        ]
        for thread in threads:
            thread.start()
            self._back.acquire()
        try:
            while not all(player.is_over for player in self._tasks.values()):
                self._give_turn()
        finally:
            self._abandon()
            for thread in threads:
                thread.join()
        return {name: player.answer for name, player in self._tasks.items()}

    def _give_turn(self) -> None:
        able = [
            name for name, player in self._tasks.items() if not player.is_over and player.may_go()
        ]
        assert able, f"every call waits for another, after {self.steps}"
        place = len(self.choices)
        chosen = self._script[place] if place < len(self._script) else 0
        self.choices.append((chosen, len(able)))
        player = self._tasks[able[chosen]]
        self.steps.append((able[chosen], player.step))
        player.turn.release()
        self._back.acquire()

    def _run(self, player: _Task) -> None:
        self._by_thread[get_ident()] = player
        try:
            player.answer = player.call()
        except Exception as error:  # noqa: BLE001  # The exception of a call is its outcome.
            player.answer = error
        except _Abandoned:
            pass
        finally:
            player.is_over = True
            del self._by_thread[get_ident()]
            self._back.release()

    def _abandon(self) -> None:
        for player in self._tasks.values():
            if not player.is_over:
                player.is_abandoned = True
                player.turn.release()
                self._back.acquire()


def explore(
    make_scene: Callable[[Scheduler], S], calls: Callable[[S, Scheduler], Calls]
) -> Iterator[Interleaving[S]]:
    """Run calls in every order of their steps, each time on a new scene.

    The interleavings come in a fixed order, depth first. Their number is the multinomial of the
    steps: two calls of four steps without a lock have 70 orders, three calls have 34,650.

    Args:
        make_scene: Makes the objects that the calls run on, such as a restaurant on a
            ``SteppedStore``; the same each time.
        calls: Returns the calls by name; a call may stop itself with ``scheduler.step``.
    """
    script: tuple[int, ...] | None = ()
    while script is not None:
        scheduler = Scheduler(script)
        scene = make_scene(scheduler)
        answers = scheduler.run(calls(scene, scheduler))
        yield Interleaving(scene, tuple(scheduler.steps), answers)
        script = _next_script(scheduler.choices)


def _next_script(choices: list[tuple[int, int]]) -> tuple[int, ...] | None:
    """Return the next script in depth-first order; ``None`` after the last."""
    for place in reversed(range(len(choices))):
        chosen, able = choices[place]
        if chosen + 1 < able:
            return (*(each for each, _ in choices[:place]), chosen + 1)
    return None


class _Lock(AbstractContextManager[None]):
    """A lock for scheduled calls: a call that finds it taken is not runnable until it is free."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._is_taken = False

    def __enter__(self) -> None:
        self._scheduler.step("lock")
        if self._is_taken:
            self._scheduler.step("wait", may_go=lambda: not self._is_taken)
        assert not self._is_taken, "the scheduler resumed a call that waits for a lock"
        self._is_taken = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_taken = False


class SteppedStore(MemoryStore):
    """A memory store that stops before each step: lock (and wait), clock, read, write.

    Args:
        scheduler: Where its calls take turns.
        clock: Tells the time.
    """

    def __init__(self, scheduler: Scheduler, clock: Clock) -> None:
        super().__init__(clock)
        self._scheduler = scheduler

    def _new_lock(self) -> AbstractContextManager[Any]:
        return _Lock(self._scheduler)

    def _tell(self, restaurant_id: str) -> int:
        self._scheduler.step("clock")
        return super()._tell(restaurant_id)

    def _on_view(
        self,
        state: RestaurantState,
        scope: Scope,
        now_us: int,
        question: Callable[[View], T | Need],
    ) -> T:
        self._scheduler.step("read")
        return super()._on_view(state, scope, now_us, question)

    def _write(self, state: RestaurantState, changes: Changes) -> None:
        self._scheduler.step("write")
        super()._write(state, changes)
