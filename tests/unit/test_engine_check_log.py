"""The log of checks and refusals: one record for each, with facts and without persons."""

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
    BookingChange,
    CapacityRule,
    Desk,
    Engine,
    FourtopError,
    HoldRules,
    KeyReused,
    ManualClock,
    MemoryStore,
    Refused,
    Relaxation,
    sketch_house,
)
from tests.evening import FRIDAY, NOW, STAFF, a_house, at, five_tables, party_size

Records = Callable[[], list[tuple[Any, ...]]]
FACTS = ("command", "restaurant", "date", "time", "booked", "max", "code")


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> Records:
    """Return the facts of the records since the last call."""
    caplog.set_level(logging.INFO, "fourtop.checks")

    def taken() -> list[tuple[Any, ...]]:
        found = [
            tuple(getattr(record, name) for name in FACTS)
            for record in caplog.records
            if record.name == "fourtop.checks"
        ]
        caplog.clear()
        return found

    return taken


@pytest.fixture
def desk() -> Desk:
    house = a_house(five_tables(), capacity_rules=[CapacityRule(max_covers=8)])
    return Engine(MemoryStore(ManualClock(NOW))).add_restaurant(house, actor=STAFF)


def test_a_check_is_one_record_whatever_came_of_it(desk: Desk, records: Records) -> None:
    day = ("house", "2026-05-01")
    desk.quote(party_size(2))
    assert records() == [("quote", *day, "19:00", 0, 8, "ADMITTED")]
    booking = desk.book(party_size(4))
    assert records() == [("book", *day, "19:00", 0, 8, "ADMITTED")]
    desk.reschedule(booking.id, BookingChange(start=at("20:00")))
    assert records() == [("reschedule", *day, "20:00", 0, 8, "ADMITTED")]
    desk.hold(party_size(2, "17:00"))
    assert records() == [("hold", *day, "17:00", 4, 8, "ADMITTED")]
    with pytest.raises(Refused):
        desk.hold(party_size(6, "17:00"))
    assert records() == [("hold", *day, "17:00", 6, 8, "CAPACITY_EXCEEDED")]
    assert not desk.quote(party_size(6))
    assert records() == [("quote", *day, "19:00", 6, 8, "CAPACITY_EXCEEDED")]
    with pytest.raises(Refused):
        desk.book(party_size(2, "12:00"))
    assert records() == [("book", *day, "12:00", None, None, "OUTSIDE_SERVICE_HOURS")]


def test_the_text_of_a_record_has_its_facts_too(
    desk: Desk, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    desk.quote(party_size(2))
    assert caplog.messages == [
        "command=quote restaurant=house date=2026-05-01 time=19:00 booked=0 max=8 code=ADMITTED"
    ]
    assert records()


def test_date_and_time_are_those_of_the_restaurant(records: Records) -> None:
    house = sketch_house("Tokyo", five_tables(), timezone="Asia/Tokyo")
    desk = Engine(MemoryStore(ManualClock(NOW))).add_restaurant(house)
    # Seven in the evening of the second in Tokyo, where nobody counts covers.
    desk.quote(party_size(2, "10:00").replaced(start=at("10:00", FRIDAY.replace(day=2))))
    assert records() == [("quote", "tokyo", "2026-05-02", "19:00", None, None, "ADMITTED")]


def test_a_refusal_without_a_check_is_a_record_too(desk: Desk, records: Records) -> None:
    unknown = ("house", None, None, None, None)
    with pytest.raises(FourtopError):
        desk.cancel("nobody")
    assert records() == [("cancel", *unknown, "NOT_FOUND")]
    desk.hold(party_size(2), key="k1")
    records()
    with pytest.raises(KeyReused):
        desk.hold(party_size(4), key="k1")
    assert records() == [("hold", *unknown, "KEY_REUSED")]
    desk.edit_policy(lambda policy: attrs.evolve(policy, holds=HoldRules(max_live=1)))
    records()
    with pytest.raises(FourtopError):
        desk.hold(party_size(2))
    assert records() == [("hold", *unknown, "HOLD_LIMIT")]


def test_a_replay_and_a_read_are_no_checks(desk: Desk, records: Records) -> None:
    hold = desk.hold(party_size(2), key="k1")
    records()
    assert desk.hold(party_size(2), key="k1").replayed
    desk.confirm(hold.id)
    desk.availability(FRIDAY, [2, 4])
    desk.alternatives(party_size(6))
    desk.find_booking("nobody")
    assert records() == []


def test_a_check_that_lifts_rules_is_the_last_one(desk: Desk, records: Records) -> None:
    desk.book(party_size(6))
    records()
    assert desk.quote(party_size(4, relax=[Relaxation.CAPACITY]))
    assert records() == [("quote", "house", "2026-05-01", "19:00", 6, 8, "ADMITTED")]


def test_an_async_desk_writes_the_same_records(records: Records) -> None:
    async def play() -> None:
        engine = AsyncEngine(AsyncMemoryStore(ManualClock(NOW)))
        desk = await engine.add_restaurant(a_house(five_tables()))
        await desk.quote(party_size(2))
        with pytest.raises(Refused):
            await desk.hold(party_size(500))

    asyncio.run(play())
    assert [(each[0], each[-1]) for each in records()] == [
        ("quote", "ADMITTED"),
        ("hold", "PARTY_NEVER_FITS"),
    ]


def test_without_a_listener_nothing_is_observed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("a request is observed although the log is off")

    monkeypatch.setattr("fourtop.engine.observation.Observed.__enter__", fail)
    desk.quote(party_size(2))
    desk.hold(party_size(2))
