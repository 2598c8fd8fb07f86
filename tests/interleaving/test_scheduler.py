"""The stage: one call moves at a time, in every order, and never for ever."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import factorial
from threading import active_count

import pytest

from fourtop import ManualClock
from fourtop.ports import Decision, Scope
from fourtop.testing.interleavings import Scheduler, SteppedStore, explore
from tests.evening import NOW, a_house


def walker(scheduler: Scheduler, trace: list[str], name: str, steps: int) -> Callable[[], str]:
    def walk() -> str:
        for number in range(steps):
            scheduler.step(str(number))
            trace.append(name)
        return name

    return walk


@pytest.mark.parametrize("lengths", [(1,), (1, 1), (2, 3), (4, 4), (1, 1, 1), (2, 2, 2)])
def test_every_shuffle_of_the_steps_comes_once(lengths: tuple[int, ...]) -> None:
    def calls(trace: list[str], scheduler: Scheduler) -> Mapping[str, Callable[[], object]]:
        return {
            name: walker(scheduler, trace, name, steps)
            for name, steps in zip("abc", lengths, strict=False)
        }

    def make_scene(_: Scheduler) -> list[str]:
        return []

    runs = list(explore(make_scene, calls))
    shuffles = factorial(sum(lengths))
    for length in lengths:
        shuffles //= factorial(length)
    assert len({tuple(run.scene) for run in runs}) == len(runs) == shuffles
    assert all([name for name, _ in run.steps] == run.scene for run in runs)


def test_answers_and_errors_are_told_by_name() -> None:
    error = ZeroDivisionError("no")

    def fail() -> None:
        raise error

    (run,) = explore(lambda _: "scene", lambda scene, _: {"good": lambda: scene, "bad": fail})
    assert run.answers == {"good": "scene", "bad": error}


def test_whoever_is_in_no_run_is_not_stopped() -> None:
    scheduler = Scheduler()
    scheduler.step("lock")
    assert scheduler.steps == []


def test_calls_that_wait_for_each_other_are_reported_and_ended() -> None:
    threads = active_count()
    scheduler = Scheduler()
    calls = {name: lambda: scheduler.step("wait", may_go=lambda: False) for name in "ab"}
    with pytest.raises(AssertionError, match="every call waits for another"):
        scheduler.run(calls)
    assert active_count() == threads


def test_a_lock_lets_one_in_at_a_time() -> None:
    def make_scene(scheduler: Scheduler) -> SteppedStore:
        store = SteppedStore(scheduler, ManualClock(NOW))
        store.add_restaurant(a_house())
        return store

    def calls(store: SteppedStore, _: Scheduler) -> Mapping[str, Callable[[], object]]:
        return {
            name: lambda: store.transact(Scope("house"), lambda view: Decision(view.now_us))
            for name in ("a", "b")
        }

    inside = {"clock", "read", "write"}
    for run in explore(make_scene, calls):
        working = [name for name, step in run.steps if step in inside]
        assert working in (list("aaabbb"), list("bbbaaa"))
        assert dict.fromkeys(step for _, step in run.steps).keys() <= {"lock", "wait", *inside}
