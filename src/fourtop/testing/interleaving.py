"""Every order in which calls at once can take their steps, one after the other and repeatable.

Threads that race at random prove little: a store without any lock passes most of the time. Here
each call runs in a thread of its own, but only one runs at a time, and it stops before each step of
the store. An explorer then tries every choice of whose step is next.

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

__all__ = ["Run", "Stage", "SteppedStore", "every_run"]

T = TypeVar("T")
S = TypeVar("S")
Calls = Mapping[str, Callable[[], object]]


@attrs.frozen
class Run(Generic[S]):
    """One order of the steps of some calls, and what came of it.

    Args:
        scene: What the calls were played on.
        steps: The name of the call and its step, in order.
        answers: What each call returned or raised, by its name.
    """

    scene: S
    steps: tuple[tuple[str, str], ...]
    answers: Mapping[str, Any]


class _Abandoned(BaseException):
    """Ends a call that will never get its turn. No ``Exception``, so that no call handles it."""


@attrs.define(eq=False)
class _Player:
    """One call in a thread of its own; it moves only when it is given its turn."""

    call: Callable[[], object]
    turn: Semaphore = attrs.field(factory=lambda: Semaphore(0))
    step: str = "start"
    may_go: Callable[[], bool] = lambda: True
    answer: object = None
    is_over: bool = False
    is_abandoned: bool = False


class Stage:
    """Where calls take turns. It is made by ``every_run``, for one run.

    Args:
        script: Which of the calls that could go was chosen at each point so far; then always the
            first.
    """

    def __init__(self, script: tuple[int, ...] = ()) -> None:
        self._script = script
        self._players: dict[str, _Player] = {}
        self._by_thread: dict[int, _Player] = {}
        self._back = Semaphore(0)
        self.steps: list[tuple[str, str]] = []
        self.choices: list[tuple[int, int]] = []

    def step(self, name: str, may_go: Callable[[], bool] = lambda: True) -> None:
        """Stop until it is this call's turn. Whoever is not in a run, as when a scene is set, goes on at once.

        Args:
            name: The step that comes next.
            may_go: Whether the call can go on; it gets no turn before.
        """
        player = self._by_thread.get(get_ident())
        if player is None:
            return
        player.step, player.may_go = name, may_go
        self._back.release()
        player.turn.acquire()
        if player.is_abandoned:
            raise _Abandoned

    def play(self, calls: Calls) -> dict[str, object]:
        """Run the calls to their ends in the order of the script, and return what they answered or raised.

        Raises:
            AssertionError: If each of the calls that are left waits for another.
        """
        self._players = {name: _Player(call) for name, call in calls.items()}
        threads = [
            Thread(target=self._run, args=(player,), daemon=True)
            for player in self._players.values()
        ]
        for thread in threads:
            thread.start()
            self._back.acquire()
        try:
            while not all(player.is_over for player in self._players.values()):
                self._give_turn()
        finally:
            self._abandon()
            for thread in threads:
                thread.join()
        return {name: player.answer for name, player in self._players.items()}

    def _give_turn(self) -> None:
        able = [
            name for name, player in self._players.items() if not player.is_over and player.may_go()
        ]
        assert able, f"every call waits for another, after {self.steps}"
        place = len(self.choices)
        chosen = self._script[place] if place < len(self._script) else 0
        self.choices.append((chosen, len(able)))
        player = self._players[able[chosen]]
        self.steps.append((able[chosen], player.step))
        player.turn.release()
        self._back.acquire()

    def _run(self, player: _Player) -> None:
        self._by_thread[get_ident()] = player
        try:
            player.answer = player.call()
        except Exception as error:  # noqa: BLE001  # What a call raises is its answer.
            player.answer = error
        except _Abandoned:
            pass
        finally:
            player.is_over = True
            del self._by_thread[get_ident()]
            self._back.release()

    def _abandon(self) -> None:
        for player in self._players.values():
            if not player.is_over:
                player.is_abandoned = True
                player.turn.release()
                self._back.acquire()


def every_run(
    set_scene: Callable[[Stage], S], calls: Callable[[S, Stage], Calls]
) -> Iterator[Run[S]]:
    """Play calls in every order of their steps, each time on a new scene.

    The orders come in a fixed order themselves. Their number grows as fast as that of the ways to
    shuffle the steps: two calls of four steps without a lock have 70 orders, three have 34,650.

    Args:
        set_scene: Makes what the calls are played on, such as a restaurant on a ``SteppedStore``.
            Has to make the same each time.
        calls: Returns the calls by name; a call may stop itself with ``stage.step``.
    """
    script: tuple[int, ...] | None = ()
    while script is not None:
        stage = Stage(script)
        scene = set_scene(stage)
        answers = stage.play(calls(scene, stage))
        yield Run(scene, tuple(stage.steps), answers)
        script = _next_script(stage.choices)


def _next_script(choices: list[tuple[int, int]]) -> tuple[int, ...] | None:
    """Return the script after one that led to these choices, depth first; ``None`` after the last."""
    for place in reversed(range(len(choices))):
        chosen, able = choices[place]
        if chosen + 1 < able:
            return (*(each for each, _ in choices[:place]), chosen + 1)
    return None


class _Lock(AbstractContextManager[None]):
    """A lock for calls that take turns: who finds it taken gets no turn until it is free."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._is_taken = False

    def __enter__(self) -> None:
        self._stage.step("lock")
        if self._is_taken:
            self._stage.step("wait", may_go=lambda: not self._is_taken)
        assert not self._is_taken, "who has no turn takes no lock"
        self._is_taken = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_taken = False


class SteppedStore(MemoryStore):
    """A memory store that stops before each of its steps: lock (and wait), clock, read, write.

    Args:
        stage: Where its calls take turns.
        clock: Tells the time.
    """

    def __init__(self, stage: Stage, clock: Clock) -> None:
        super().__init__(clock)
        self._stage = stage

    def _new_lock(self) -> AbstractContextManager[Any]:
        return _Lock(self._stage)

    def _tell(self, restaurant_id: str) -> int:
        self._stage.step("clock")
        return super()._tell(restaurant_id)

    def _on_view(
        self, state: RestaurantState, scope: Scope, now_us: int, question: Callable[[View], T | Need]
    ) -> T:
        self._stage.step("read")
        return super()._on_view(state, scope, now_us, question)

    def _write(self, state: RestaurantState, changes: Changes) -> None:
        self._stage.step("write")
        super()._write(state, changes)
