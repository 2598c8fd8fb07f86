"""An observer of an engine: it is told of each request, when it begins and when it has ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    CapacityRule,
    Code,
    Desk,
    Engine,
    ManualClock,
    MemoryStore,
    NotFound,
    Refused,
    StoreUnavailable,
)
from fourtop.engine.observation import WATCH, Observed, RequestKind
from fourtop.ports import Need, Scope, View
from tests.evening import NOW, a_house, five_tables, party_size

DAY = "2026-05-01T19:00"


@attrs.define
class Notes:
    """An observer that notes what it is told."""

    begun: list[str] = attrs.field(factory=list)
    ended: list[Observed] = attrs.field(factory=list)

    def begin(self, observed: Observed) -> str:
        assert WATCH.get() is observed
        self.begun.append(observed.name)
        return f"mark of {observed.name}"

    def end(self, observed: Observed, mark: Any) -> None:
        assert WATCH.get() is None
        assert mark == f"mark of {observed.name}"
        self.ended.append(observed)

    def last(self) -> Observed:
        assert self.begun == [each.name for each in self.ended]
        return self.ended[-1]


class Failing(MemoryStore):
    """A store whose reads fail in a way of one's choice."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(ManualClock(NOW))
        self._error = error

    def read(self, scope: Scope, ask: Callable[[View], Any | Need]) -> Any:
        del scope, ask
        raise self._error


@pytest.fixture
def notes() -> Notes:
    # With the log off, as in a service that only traces.
    assert not logging.getLogger("fourtop.checks").isEnabledFor(logging.INFO)
    return Notes()


@pytest.fixture
def desk(notes: Notes) -> Desk:
    house = a_house(five_tables(), capacity_rules=[CapacityRule(max_covers=8)])
    return Engine(MemoryStore(ManualClock(NOW)), observer=notes).add_restaurant(house)


def test_a_command_is_told_with_its_check(desk: Desk, notes: Notes) -> None:
    desk.book(party_size(4))
    told = notes.last()
    assert (told.kind, told.name, told.restaurant_id) == (RequestKind.COMMAND, "book", "house")
    assert (told.code, told.is_failure, told.is_replay) == (None, False, False)
    assert told.check is not None
    assert told.check.start.startswith(DAY)
    assert (told.check.date, told.check.time) == ("2026-05-01", "19:00")
    assert (told.check.booked, told.check.maximum, told.check.code) == (0, 8, None)
    assert 0 < told.check.seconds <= told.seconds


def test_a_refusal_is_no_failure_and_a_replay_is_told(desk: Desk, notes: Notes) -> None:
    desk.hold(party_size(6), key="k1")
    with pytest.raises(Refused):
        desk.hold(party_size(4))
    told = notes.last()
    assert (told.code, told.is_failure) == (Code.CAPACITY_EXCEEDED, False)
    assert told.check is not None
    assert (told.check.booked, told.check.maximum) == (6, 8)
    # A query answers a refusal, and raises none.
    assert not desk.quote(party_size(4))
    told = notes.last()
    assert (told.kind, told.code) == (RequestKind.QUERY, Code.CAPACITY_EXCEEDED)
    with pytest.raises(NotFound):
        desk.cancel("unknown")
    assert (notes.last().code, notes.last().check) == (Code.NOT_FOUND, None)
    desk.hold(party_size(6), key="k1")
    assert notes.last().is_replay


@pytest.mark.parametrize(
    ("error", "code", "is_failure"),
    [
        (StoreUnavailable("down"), Code.STORE_UNAVAILABLE, True),
        (ZeroDivisionError(), None, True),
        (KeyboardInterrupt(), None, False),
    ],
)
def test_a_failure_of_the_service_is_told_and_an_interrupt_is_none(
    notes: Notes, error: BaseException, code: Code | None, *, is_failure: bool
) -> None:
    desk = Engine(Failing(error), observer=notes).desk("house")
    with pytest.raises(type(error)):
        desk.audit()
    told = notes.last()
    assert (told.name, told.code, told.is_failure) == ("audit", code, is_failure)
    assert WATCH.get() is None


def test_an_async_engine_and_one_on_another_store_tell_the_same_observer(notes: Notes) -> None:
    async def play() -> None:
        first = AsyncEngine(AsyncMemoryStore(ManualClock(NOW)), observer=notes)
        second = first.on_store(AsyncMemoryStore(ManualClock(NOW)))
        for engine in (first, second):
            desk = await engine.add_restaurant(a_house(five_tables()))
            await desk.quote(party_size(2))
            await desk.hold(party_size(2))

    asyncio.run(play())
    assert notes.begun == [each.name for each in notes.ended] == ["quote", "hold"] * 2
    assert {each.check is not None for each in notes.ended} == {True}
