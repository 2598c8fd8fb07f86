"""The page of a small house, and that of a pub on a busy evening."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fourtop import (
    Actor,
    AsyncEngine,
    AsyncMemoryStore,
    CountedIds,
    Desk,
    Engine,
    ManualClock,
    MemoryStore,
)
from tests.evening import NOW, a_house
from tests.operations_page.busy_evening import BusyEvening, a_busy_evening
from tests.operations_page.client import PageClient, client_of


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def engine(clock: ManualClock) -> Engine:
    made = Engine(MemoryStore(clock), ids=CountedIds("n"))
    made.add_restaurant(a_house())
    return made


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return engine.desk("house", actor=Actor("ida", "admin"))


@pytest.fixture
def page(engine: Engine) -> Iterator[PageClient]:
    """Give a client of the page of the small house."""
    with client_of(engine) as client:
        yield client


@pytest.fixture
def async_page(clock: ManualClock) -> Iterator[PageClient]:
    """Give a client of the same page on an async engine."""
    made = AsyncEngine(AsyncMemoryStore(clock), ids=CountedIds("n"))
    with client_of(made) as client:
        client.run(made.add_restaurant(a_house()))
        yield client


@pytest.fixture
def busy() -> BusyEvening:
    return a_busy_evening()
