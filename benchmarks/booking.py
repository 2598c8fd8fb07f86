"""Measure quote, hold, confirm and book in memory, in creations of a frozen object of eight fields.

Run ``python -m benchmarks.booking`` at the project's root. The last lines show which layers the
time goes to.
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
from typing import Any, Final

import attrs

import fourtop
from benchmarks.availability import at, grid_house
from benchmarks.bar import HEADING, Bar, taken
from fourtop import BookingRequest, Desk, Engine, ManualClock, MemoryStore, Quote

PARTIES: Final = (2, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8, 10)
NIGHTS: Final = 300
OBJECTS: Final = 2_000

# One ``book`` at revision 75e9276: the median of nine runs of this script (235 to 260). In the same
# runs quote + hold + confirm took 614 (601 to 644), quote 122, hold + confirm 493.
FORMER_BOOK: Final = 241.0

_PACKAGE: Final = Path(fourtop.__file__).parent


# ---- measuring


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
    """Return the desk of the grid's house with nothing booked, at noon, with the default ids."""
    return Engine(MemoryStore(ManualClock(at(12, 0)))).add_restaurant(grid_house())


def wishes(draw: random.Random, count: int) -> list[BookingRequest]:
    """Return parties on some of the next evenings, so that each evening fills up slowly."""
    starts = [at(17 + quarter // 4, quarter % 4 * 15) for quarter in range(20)]
    days = [timedelta(days=number) for number in range(NIGHTS)]
    drawn = [(draw.choice(PARTIES), draw.choice(starts), draw.choice(days)) for _ in range(count)]
    return [BookingRequest(party_size, start + day) for party_size, start, day in drawn]


@attrs.define
class Round:
    """The average time of each command over some parties, in seconds of this thread."""

    quote: float = 0.0
    hold: float = 0.0
    confirm: float = 0.0
    book: float = 0.0

    @property
    def pair(self) -> float:
        """The time of a hold and its confirmation."""
        return self.hold + self.confirm

    @property
    def cycle(self) -> float:
        """The time of a quote, a hold and its confirmation."""
        return self.quote + self.pair

    def confirm_all(self, desk: Desk, requests: list[BookingRequest]) -> None:
        """Take each party from quote to booking, in three steps."""
        for request in requests:
            begun = thread_time()
            quote = desk.quote(request)
            quoted = thread_time()
            assert isinstance(quote, Quote), "the house has room for every party"
            hold = desk.hold(request)
            held = thread_time()
            desk.confirm(hold.id)
            confirmed = thread_time()
            self.quote += (quoted - begun) / len(requests)
            self.hold += (held - quoted) / len(requests)
            self.confirm += (confirmed - held) / len(requests)

    def book_all(self, desk: Desk, requests: list[BookingRequest]) -> None:
        """Book each party in one step."""
        begun = thread_time()
        for request in requests:
            desk.book(request)
        self.book += (thread_time() - begun) / len(requests)


def creation() -> float:
    """Return the time of one creation of the unit."""
    return taken(lambda: Eight(1, 2, 3, 4, 5, 6, 7, 8), OBJECTS)


def bars(*, is_quick: bool = False) -> list[Bar]:
    """Measure the commands and the unit in turns. Two desks of the same house fill up alike.

    Fewer rounds give higher figures: the first party of an evening costs more than those after it.
    """
    draw = random.Random(7)
    in_steps, at_once = empty_desk(), empty_desk()
    Round().confirm_all(in_steps, wishes(draw, 200))
    Round().book_all(at_once, wishes(draw, 200))
    units: list[float] = []
    rounds: list[Round] = []
    for _ in range(5 if is_quick else 21):
        gc.collect(1)
        each = Round()
        requests = wishes(draw, 80)
        before = creation()
        each.confirm_all(in_steps, requests)
        between = creation()
        each.book_all(at_once, requests)
        units.append((before + 2 * between + creation()) / 4)
        rounds.append(each)
    unit = "one frozen object of eight fields"
    cycles, books = [each.cycle for each in rounds], [each.book for each in rounds]
    creations = [book / each for book, each in zip(books, units, strict=True)]
    former = [FORMER_BOOK] * len(rounds)
    return [
        Bar(f"quote + hold + confirm / {unit}", cycles, units, at_most=420),
        Bar("  of which quote", [each.quote for each in rounds], units),
        Bar("  of which hold + confirm", [each.pair for each in rounds], units),
        Bar("    of which hold", [each.hold for each in rounds], units),
        Bar("    of which confirm", [each.confirm for each in rounds], units),
        Bar(f"book / {unit}", books, units),
        Bar("book / book at revision 75e9276", creations, former, calls=0, at_most=0.65),
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

    Functions that are written in C count for the layer of their caller. Profiling overrates many
    small calls.
    """
    draw = random.Random(8)
    desk = empty_desk()
    Round().confirm_all(desk, wishes(draw, 200))
    profile = cProfile.Profile()
    requests = wishes(draw, cycles)
    profile.enable()
    for request in requests:
        desk.quote(request)
        desk.confirm(desk.hold(request).id)
    profile.disable()
    own: Counter[str] = Counter()
    stats: dict[Any, Any] = Stats(profile).stats  # type: ignore[attr-defined]  # not in typeshed
    for (file, _, _), (_, _, seconds, _, callers) in stats.items():
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
