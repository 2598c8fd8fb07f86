"""Clocks: the machine's, and one that moves when it is told to."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from fourtop import InvalidInput, InvalidWindow, ManualClock, NaiveDatetime, SystemClock

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_the_clock_of_the_machine_tells_the_time_of_the_machine() -> None:
    before = time.time_ns() // 1_000
    now_us = SystemClock().now_us()
    assert before <= now_us <= time.time_ns() // 1_000


def test_a_manual_clock_stands_still() -> None:
    clock = ManualClock(NOON)
    assert (clock.now, clock.now_us()) == (NOON, clock.now_us())
    assert clock.now_us() == NOON.timestamp() * 1_000_000


def test_a_manual_clock_advances() -> None:
    clock = ManualClock(NOON)
    clock.advance(seconds=1.5, minutes=2)
    assert clock.now - NOON == timedelta(minutes=2, seconds=1.5)
    clock.advance(seconds=0.000_001)
    assert clock.now - NOON == timedelta(minutes=2, seconds=1.5, microseconds=1)
    clock.advance()
    assert clock.now - NOON == timedelta(minutes=2, seconds=1.5, microseconds=1)


@pytest.mark.parametrize(
    "step",
    [
        {"seconds": -1},
        {"minutes": -0.5},
        {"seconds": float("nan")},
        {"seconds": float("inf")},
        {"minutes": 1e30},
        {"seconds": "1"},
        {"minutes": None},
    ],
)
def test_a_manual_clock_does_not_advance_by_anything_else(step: dict[str, Any]) -> None:
    clock = ManualClock(NOON)
    with pytest.raises(InvalidInput) as caught:
        clock.advance(**step)
    assert caught.value.field == "seconds"
    assert clock.now == NOON


def test_a_manual_clock_jumps_also_back() -> None:
    clock = ManualClock(NOON)
    clock.move_to(NOON - timedelta(days=1))
    assert clock.now == NOON - timedelta(days=1)
    clock.move_to(NOON.astimezone(timezone(timedelta(hours=9))))
    assert clock.now == NOON


def test_a_manual_clock_takes_aware_datetimes_only() -> None:
    clock = ManualClock(NOON)
    for naive in (
        lambda: ManualClock(NOON.replace(tzinfo=None)),
        lambda: clock.move_to(NOON.replace(tzinfo=None)),
    ):
        with pytest.raises(NaiveDatetime) as caught:
            naive()
        assert caught.value.field == "now"
    nothing: Any = None
    with pytest.raises(InvalidWindow):
        clock.move_to(nothing)
    assert clock.now == NOON
