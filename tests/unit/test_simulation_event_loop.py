from __future__ import annotations

from math import inf, nan
from random import Random

import pytest

from fourtop import InvalidInput
from fourtop.simulation import EventLoop


def test_events_run_by_time_then_rank_then_order_of_addition() -> None:
    draw = Random(1)
    events = [(int(draw.random() * 20), int(draw.random() * 3) - 1, n) for n in range(300)]
    loop, seen = EventLoop(), list[tuple[float, int, int]]()
    for time, rank, number in events:
        loop.at(
            time,
            lambda rank, number: seen.append((loop.now, rank, number)),
            rank,
            number,
            rank=rank,
        )
    loop.run()
    assert seen == sorted(events)


def test_a_callback_adds_events() -> None:
    loop, seen = EventLoop(10), list[float]()

    def tick(left: int) -> None:
        seen.append(loop.now)
        if left:
            loop.after(2.5, tick, left - 1)

    loop.at(10, tick, 3)
    loop.run()
    assert seen == [10, 12.5, 15.0, 17.5]


def test_a_run_stops_before_its_end_and_continues() -> None:
    loop, seen = EventLoop(), list[int]()
    for time in (1, 5, 9):
        loop.at(time, seen.append, time)
    loop.run(until=5)
    assert (seen, loop.now, len(loop)) == ([1], 5, 2)
    loop.run()
    assert (seen, loop.now, len(loop)) == ([1, 5, 9], 9, 0)
    assert repr(loop) == "<EventLoop now 9, 0 events>"


def test_a_run_continues_after_an_exception() -> None:
    loop, seen = EventLoop(), list[int]()
    loop.at(1, int, "no number")
    loop.at(2, seen.append, 2)
    with pytest.raises(ValueError, match="invalid literal"):
        loop.run()
    loop.run()
    assert seen == [2]


@pytest.mark.parametrize("time", [nan, inf, -1, 4.999])
def test_an_event_lies_in_the_finite_future(time: float) -> None:
    loop = EventLoop(5)
    with pytest.raises(InvalidInput, match="time: must be a finite number from now on, 5"):
        loop.at(time, print)
    with pytest.raises(InvalidInput, match="until: must not be before now, 5"):
        loop.run(until=time if time < 5 else nan)
    with pytest.raises(InvalidInput, match="delay: must be a finite number from 0"):
        loop.after(-time if time == 4.999 else time, print)
    assert len(loop) == 0


@pytest.mark.parametrize("start", [nan, inf, -inf])
def test_a_loop_starts_at_a_finite_time(start: float) -> None:
    with pytest.raises(InvalidInput, match="start: must be a finite number"):
        EventLoop(start)
