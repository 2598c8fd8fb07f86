"""A rush of threads: very many bookers at once in one process, and every answer checked after."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from fourtop import Engine, ManualClock, PacingRule, Spread
from tests.load import rush
from tests.load.rush import OPENED, Call, WatchedStore, book, grid, hold_and_confirm
from tests.stores import STORES


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> WatchedStore:
    return WatchedStore(STORES[request.param](ManualClock(OPENED)))


@pytest.fixture(autouse=True)
def _hasty_switches() -> Iterator[None]:
    """Make the interpreter change threads after a few microseconds instead of five milliseconds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.slow
@pytest.mark.parametrize("call", [book, hold_and_confirm])
@pytest.mark.parametrize("seed", [1, 2])
def test_160_bookers_at_once_are_each_seated_or_rightly_refused(
    store: WatchedStore, call: Call, seed: int
) -> None:
    parties = rush.drawn_parties(seed)
    desk = Engine(store).add_restaurant(grid())
    outcomes = rush.answers(store, desk, parties, call)
    rush.check_each_is_seated_or_rightly_refused(desk, outcomes, parties)


@pytest.mark.slow
@pytest.mark.parametrize("call", [book, hold_and_confirm])
def test_100_parties_of_four_into_40_covers_make_exactly_ten(
    store: WatchedStore, call: Call
) -> None:
    parties = [4] * 100
    desk = Engine(store).add_restaurant(grid(max_covers=40))
    outcomes = rush.answers(store, desk, parties, call)
    rush.check_exactly_ten_are_seated(desk, outcomes, parties)


@pytest.mark.slow
@pytest.mark.parametrize("call", [book, hold_and_confirm])
@pytest.mark.parametrize("spread", Spread)
def test_100_parties_into_a_pacing_of_ten_make_exactly_ten(
    store: WatchedStore, call: Call, spread: Spread
) -> None:
    parties = [2] * 100
    house = grid(pacing=[PacingRule(30, max_parties=10, spread=spread)])
    desk = Engine(store).add_restaurant(house)
    outcomes = rush.answers(store, desk, parties, call)
    rush.check_exactly_ten_are_paced(desk, outcomes, parties)
