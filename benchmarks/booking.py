"""What quote, hold and confirm cost in memory, in units of one new frozen object of eight fields; and where.

Run ``python -m benchmarks.booking`` at the project's root.
"""

from __future__ import annotations

import cProfile
import gc
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from pstats import Stats
from time import thread_time
from typing import Final

import attrs

import fourtop
from benchmarks.availability import at, grid_house
from benchmarks.bar import HEADING, Bar, taken
from fourtop import BookingRequest, Desk, Engine, ManualClock, MemoryStore, Quote

PARTIES: Final = (2, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8, 10)
NIGHTS: Final = 300
OBJECTS: Final = 2_000

_PACKAGE: Final = Path(fourtop.__file__).parent


@attrs.frozen
class Eight:
    """A frozen object of eight fields: the unit."""

    one: int
    two: int
    three: int
    four: int
    five: int
    six: int
    seven: int
    eight: int


def empty_desk() -> Desk:
    """Return the desk of the grid's house with nothing booked, at noon; ids are the default ones."""
    return Engine(MemoryStore(ManualClock(at(12, 0)))).add_restaurant(grid_house())


def wishes(draw: random.Random, count: int) -> list[BookingRequest]:
    """Return parties on some of the next evenings, so that each evening fills up slowly."""
    starts = [at(17 + quarter // 4, quarter % 4 * 15) for quarter in range(20)]
    days = [timedelta(days=number) for number in range(NIGHTS)]
    return [
        BookingRequest(draw.choice(PARTIES), draw.choice(starts) + draw.choice(days))
        for _ in range(count)
    ]


@attrs.define
class Steps:
    """The three steps for some parties, in turn; the time of this thread on the processor for each step."""

    desk: Desk
    quote: float = 0.0
    hold: float = 0.0
    confirm: float = 0.0

    def take(self, requests: list[BookingRequest]) -> None:
        """Take each party from quote to booking."""
        for request in requests:
            begun = thread_time()
            quote = self.desk.quote(request)
            quoted = thread_time()
            assert isinstance(quote, Quote), "there is room for every party"
            hold = self.desk.hold(request)
            held = thread_time()
            self.desk.confirm(hold.id)
            confirmed = thread_time()
            self.quote += (quoted - begun) / len(requests)
            self.hold += (held - quoted) / len(requests)
            self.confirm += (confirmed - held) / len(requests)


def bars(*, is_quick: bool = False) -> list[Bar]:
    """Measure the three steps and the unit in turns."""
    draw = random.Random(7)
    desk = empty_desk()
    Steps(desk).take(wishes(draw, 200))
    units: list[float] = []
    rounds: list[Steps] = []
    for _ in range(5 if is_quick else 15):
        gc.collect(1)
        steps = Steps(desk)
        before = taken(lambda: Eight(1, 2, 3, 4, 5, 6, 7, 8), OBJECTS)
        steps.take(wishes(draw, 100))
        units.append((before + taken(lambda: Eight(1, 2, 3, 4, 5, 6, 7, 8), OBJECTS)) / 2)
        rounds.append(steps)
    quotes, holds, confirms = (
        [getattr(each, name) for each in rounds] for name in ("quote", "hold", "confirm")
    )
    cycles = [sum(each) for each in zip(quotes, holds, confirms, strict=True)]
    return [
        Bar("quote, hold, confirm / one frozen object of eight fields", cycles, units),
        Bar("  of which quote", quotes, units),
        Bar("  of which hold", holds, units),
        Bar("  of which confirm", confirms, units),
    ]


# ---- where it goes


def layer(file: str) -> str:
    """Return the layer of a function by its file."""
    path = Path(file)
    if path.is_relative_to(_PACKAGE):
        return f"fourtop.{path.relative_to(_PACKAGE).parts[0].removesuffix('.py')}"
    if file.startswith("<attrs generated"):
        # attrs names the code that it generates after the class that it is for.
        return f"{'.'.join(file.rsplit(maxsplit=1)[-1].split('.')[:2])}, values"
    return "Python and attrs"


def shares(*, cycles: int = 500) -> list[tuple[str, float]]:
    """Return how much of the own time of all functions each layer has, the most first.

    Functions that are written in C count for the layer of their caller. Profiling weighs many small
    calls heavier than they are.
    """
    draw = random.Random(8)
    desk = empty_desk()
    Steps(desk).take(wishes(draw, 200))
    profile = cProfile.Profile()
    requests = wishes(draw, cycles)
    profile.enable()
    for request in requests:
        desk.quote(request)
        desk.confirm(desk.hold(request).id)
    profile.disable()
    own: Counter[str] = Counter()
    for (file, _, _), (_, _, seconds, _, callers) in Stats(profile).stats.items():  # type: ignore[attr-defined]  # typeshed leaves it out
        if file == "~":
            for (caller, _, _), (_, _, by_caller, _) in callers.items():
                own[layer(caller)] += by_caller
        else:
            own[layer(file)] += seconds
    total = sum(own.values())
    return [(name, seconds / total) for name, seconds in own.most_common()]


def profile_table() -> str:
    """Write where the time goes."""
    rows = "\n".join(f"  {name:<28}{share:>6.1%}" for name, share in shares() if share >= 0.005)
    return f"where quote, hold and confirm spend their time, by cProfile:\n{rows}"


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar)
    print(profile_table())
