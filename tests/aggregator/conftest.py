"""The booking server on a house for one evening, on sync and async engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fourtop import AsyncEngine, AsyncMemoryStore, CountedIds, Engine, ManualClock, MemoryStore
from tests.aggregator.aggregator import Aggregator, aggregator_of
from tests.evening import NOW, a_house


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture(params=["sync", "async"])
def aggregator(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Aggregator]:
    """Give the aggregator as a client of the small house."""
    if request.param == "sync":
        engine = Engine(MemoryStore(clock), ids=CountedIds("n"))
        engine.add_restaurant(a_house())
        with aggregator_of(engine, clock) as found:
            yield found
        return
    awaited = AsyncEngine(AsyncMemoryStore(clock), ids=CountedIds("n"))
    with aggregator_of(awaited, clock) as found:
        found.run(awaited.add_restaurant(a_house()))
        yield found
