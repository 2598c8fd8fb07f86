"""One hot restaurant among 99 quiet ones in one database: whether those notice.

Run ``python -m benchmarks.neighbours`` at the project's root.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any, Final

from benchmarks.bar import HEADING, Bar, Note
from benchmarks.durable import (
    crowd,
    database,
    furnished_with,
    opened,
    parties,
    percentile,
    pub,
    url,
    warm,
)
from fourtop import BookingRequest, Desk

QUIET: Final = [f"quiet-{number}" for number in range(99)]
HOT: Final = "hot"
SHARE: Final = 0.3
# Of all quiet ones together; each of them has a command every second or two.
QUIET_PER_SECOND: Final = 60.0


def arrivals(seed: int, per_second: float, seconds: float) -> Iterator[float]:
    """Yield the seconds at which guests come: at random, however fast they are served."""
    draw = random.Random(seed)
    due = draw.expovariate(per_second)
    while due < seconds:
        yield due
        due += draw.expovariate(per_second)


def served(desks: list[Desk], dues: Iterator[float], requests: list[BookingRequest]) -> list[float]:
    """Hold and release for each guest; return each guest's wait from the due time to the hold."""
    begun = perf_counter()
    waits = []
    for place, due in enumerate(dues):
        time.sleep(max(0.0, begun + due - perf_counter()))
        desk, request = desks[place % len(desks)], requests[place % len(requests)]
        held = desk.hold(request)
        waits.append(perf_counter() - begun - due)
        desk.release_hold(held.id)
    return waits


def be_quiet(address: str, seed: int, seconds: float, meet: Any) -> list[float]:
    """Be the guests of the quiet restaurants; return their waits."""
    with opened(address) as engine:
        desks = [engine.desk(each) for each in QUIET]
        for desk in desks:
            warm(desk, pairs=1)
        meet()
        return served(
            desks, arrivals(seed, QUIET_PER_SECOND, seconds), parties(40, skipped_nights=1)
        )


def be_hot(address: str, seed: int, load: tuple[float, float], meet: Any) -> list[float]:
    """Be the guests of the hot restaurant; return their waits."""
    per_second, seconds = load
    with opened(address) as engine:
        desk = engine.desk(HOT)
        warm(desk)
        meet()
        return served([desk], arrivals(seed, per_second, seconds), parties(40, skipped_nights=1))


def push(address: str, number: int, seconds: float, meet: Any) -> int:
    """Hold and release in the hot restaurant without a pause; return how often."""
    with opened(address) as engine:
        desk = engine.desk(HOT)
        warm(desk, pairs=1)
        request = parties(40, skipped_nights=1 + number)[number]
        meet()
        end, count = perf_counter() + seconds, 0
        while perf_counter() < end:
            desk.release_hold(desk.hold(request).id)
            count += 1
        return count


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Compare the quiet ones beside the hot one with the quiet ones alone."""
    rounds, seconds = (2, 1.5) if is_quick else (7, 4.0)
    alone: list[float] = []
    beside: list[float] = []
    usual_alone: list[float] = []
    usual_beside: list[float] = []
    hot_waits: list[float] = []
    with furnished_with(pub(each) for each in (HOT, *QUIET)) as template:
        with database(template) as name:
            counts = crowd().do(push, [(url(name), number, seconds) for number in range(2)])
        maximum = sum(counts) / seconds
        for number in range(rounds):
            for is_hot in (False, True) if number % 2 == 0 else (True, False):
                # A copy for each turn: who warms up sits down, and the houses would fill.
                with database(template) as name:
                    if is_hot:
                        waits, hot = _together(url(name), number, (SHARE * maximum, seconds))
                        hot_waits += hot
                    else:
                        (waits,) = crowd().do(be_quiet, [(url(name), number, seconds)])
                (beside if is_hot else alone).append(percentile(waits, 0.99))
                (usual_beside if is_hot else usual_alone).append(median(waits))
    yield Note(
        f"  the hot one: {maximum:,.0f} holds and releases a second by two clients; "
        f"it gets {SHARE:.0%} of that"
    )
    yield Bar(
        "99 quiet restaurants, p99 of a hold: beside the hot one / alone", beside, alone, at_most=2
    )
    yield Bar("  their median", usual_beside, usual_alone)
    yield Note(f"  p99 of a hold in the hot one: {percentile(hot_waits, 0.99) * 1000:.1f} ms")


def _together(
    address: str, seed: int, load: tuple[float, float]
) -> tuple[list[float], list[float]]:
    # Processes of one round run one function; the word tells the quiet side from the hot one.
    quiet, hot = crowd().do(
        be, [(address, "quiet", seed, load), (address, "hot", seed + 1000, load)]
    )
    return quiet, hot


def be(address: str, who: str, seed: int, load: tuple[float, float], meet: Any) -> list[float]:
    """Be the guests of one side."""
    if who == "hot":
        return be_hot(address, seed, load, meet)
    return be_quiet(address, seed, load[1], meet)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
