"""Every order of the steps of two calls: right with a lock; without one, the judges find faults."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from fourtop.testing.interleavings import Interleaving, SteppedStore, explore
from tests.full_text import full_text
from tests.interleaving.move_race import MOVE_DUELS
from tests.interleaving.plan_race import PLAN_DUELS
from tests.interleaving.race import DUELS, CarelessStore, Duel, LocklessStore, MakeStore, Scene
from tests.interleaving.staff_race import STAFF_DUELS

EVERY_DUEL: Final = {**DUELS, **MOVE_DUELS, **PLAN_DUELS, **STAFF_DUELS}


def judged(duel: Duel, run: Interleaving[Scene]) -> None:
    duel.judge(run)
    assert run.scene.desk.audit().is_clean


def faults(duel: Duel, make_store: MakeStore) -> Counter[bool]:
    """Count the orders in which the judge finds a fault, and those in which it finds none."""
    found: Counter[bool] = Counter()
    for run in explore(duel.set_on(make_store), duel.calls):
        try:
            judged(duel, run)
        except AssertionError:
            found[True] += 1
        else:
            found[False] += 1
    return found


@pytest.mark.parametrize("name", EVERY_DUEL)
def test_in_every_order_all_is_right(name: str) -> None:
    duel = EVERY_DUEL[name]
    orders = set()
    for run in explore(duel.set_on(SteppedStore), duel.calls):
        judged(duel, run)
        run.scene.store._states["house"].occupancy._check()
        orders.add(run.steps)
    assert len(orders) == duel.runs


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY_DUEL)
def test_a_store_that_neither_locks_nor_judges_is_found_out(name: str) -> None:
    found = faults(EVERY_DUEL[name], CarelessStore)
    assert found[True] >= 20
    assert found[True] + found[False] >= 70


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, duel in EVERY_DUEL.items() if duel.needs_lock])
def test_a_store_without_a_lock_is_found_out_where_nothing_clashes(name: str) -> None:
    assert faults(EVERY_DUEL[name], LocklessStore)[True] >= 20


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, duel in EVERY_DUEL.items() if not duel.needs_lock])
def test_where_rows_or_keys_clash_the_judgement_of_the_store_is_a_second_line(name: str) -> None:
    assert set(faults(EVERY_DUEL[name], LocklessStore)) == {False}


def test_the_same_duel_gives_the_same_runs() -> None:
    duel = DUELS["extend x release"]
    first, second = (
        [(run.steps, run.answers) for run in explore(duel.set_on(SteppedStore), duel.calls)]
        for _ in range(2)
    )
    assert [steps for steps, _ in first] == [steps for steps, _ in second]
    assert [full_text(answers) for _, answers in first] == [
        full_text(answers) for _, answers in second
    ]
