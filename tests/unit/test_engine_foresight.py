"""Prefetch: the scope is predicted from the last rules of a house, and never trusted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import pytest

from fourtop import (
    CapacityRule,
    CountedIds,
    Desk,
    Engine,
    FourtopError,
    ManualClock,
    MemoryStore,
    TurnBand,
)
from fourtop.ports import Need, Scope, Store, View
from fourtop.storage.memory.state import RestaurantState
from tests.evening import FRIDAY, NOW, a_house, booked, change, held, open_desk, party_size

# Everything that looks at a stretch of time.
ASKING: dict[str, Callable[[Desk, str], Any]] = {
    "quote": lambda desk, _: desk.quote(party_size(2)),
    "availability": lambda desk, _: desk.availability(FRIDAY, 2),
    "hold": lambda desk, _: desk.hold(party_size(2)).stay,
    "replace": lambda desk, hold_id: desk.replace_hold(hold_id, party_size(4)).stay,
    "book": lambda desk, _: desk.book(party_size(2)).stay,
    "reschedule": lambda desk, _: desk.reschedule("b1", change(4, "20:30")).stay,
}
EACH = pytest.mark.parametrize("name", ASKING)


def furnished(store: Store, *, max_covers: int = 20) -> tuple[Desk, str]:
    desk = open_desk(store, a_house(capacity_rules=(CapacityRule(max_covers=max_covers),)))
    booked(desk, 2, "18:00", booking_id="b1")
    return desk, held(desk, 2, "21:00").id


def another(store: Store) -> Desk:
    """A desk of an engine that has not asked anything yet."""
    return Engine(store, ids=CountedIds("m")).desk("house")


def answer_of(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except FourtopError as error:
        return type(error), error.details


def tightened(desk: Desk, covers: int) -> None:
    """Let parties stay longer than before, and fewer of them."""
    rule = CapacityRule(max_covers=covers)
    bands = (TurnBand(20, 150),)
    desk.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=(rule,), turn_bands=bands))


@EACH
def test_an_engine_that_has_asked_nothing_yet_answers_as_one_that_has(name: str) -> None:
    stored_results = []
    for is_new in (False, True):
        store = MemoryStore(ManualClock(NOW))
        desk, hold_id = furnished(store)
        stored_results.append(ASKING[name](another(store) if is_new else desk, hold_id))
    assert stored_results[0] == stored_results[1]


@EACH
@pytest.mark.parametrize("covers", [4, 20])
def test_rules_that_were_changed_elsewhere_are_those_that_count(name: str, covers: int) -> None:
    stored_results = []
    for is_stale in (False, True):
        store = MemoryStore(ManualClock(NOW))
        desk, hold_id = furnished(store)
        tightened(another(store), covers)
        asked = desk if is_stale else another(store)
        stored_results.append(answer_of(partial(ASKING[name], asked, hold_id)))
    assert stored_results[0] == stored_results[1]


@EACH
def test_no_store_lets_a_stale_guess_through(store: Store, name: str) -> None:
    stale, hold_id = furnished(store)
    tightened(another(store), 4)
    answer_of(lambda: ASKING[name](stale, hold_id))
    covers = sum(usage.booked_covers for usage in stale.availability(FRIDAY, 2).usage)
    assert covers <= 4
    assert stale.audit().is_clean


class Noting(MemoryStore):
    """Counts how often somebody has to ask for more."""

    needs = 0

    def _on_view(
        self, state: RestaurantState, scope: Scope, now_us: int, question: Callable[[View], Any]
    ) -> Any:
        def noted(view: View) -> Any:
            answer = question(view)
            self.needs += isinstance(answer, Need)
            return answer

        return super()._on_view(state, scope, now_us, noted)


@EACH
def test_what_was_foreseen_needs_no_second_look(name: str) -> None:
    for is_new in (False, True):
        store = Noting(ManualClock(NOW))
        desk, hold_id = furnished(store)
        store.needs = 0
        ASKING[name](another(store) if is_new else desk, hold_id)
        assert (store.needs > 0) is is_new
