"""Measure a choice of tables by the evening, in choices by the static order.

Run ``python -m benchmarks --only choice`` or ``python -m benchmarks.choice`` at the project's root.

The houses are the sample pub and a hall of 40 tables (8 by 5, each joined to its four neighbours,
up to four joined). An evening of each is booked through the engine. Then further parties ask at
many starts, and the check of tables runs for each: it finds the free tables of the stay, and
chooses. One side has the default weights and reads the stays beside the party on each table; the
other has the weights of the reference system, for which the static order is enough. Both see the
same bookings. A second line leaves the reading out and measures the planner alone; there the static
side returns a plan that it keeps, and the side of the evening makes a plan for each choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import product
from typing import Final

import attrs

from benchmarks.alternatives import NOON, requests
from benchmarks.bar import HEADING, Bar, Note, race
from benchmarks.planner import MAX_TABLES, grid
from benchmarks.seating_quality import with_reference
from fourtop import (
    BookingRequest,
    CountedIds,
    Engine,
    House,
    ManualClock,
    MemoryStore,
    Planning,
    Refused,
    sample,
)
from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy
from fourtop.engine.checks.house import check_hours
from fourtop.engine.checks.tables import ask_of, check_tables, evening_around, free_tables
from fourtop.engine.compiled_house import CompiledHouse, compile_house
from fourtop.engine.queries.availability import reach_of
from fourtop.model.actor import GUEST
from fourtop.model.window import from_micros
from fourtop.planner import EveningMaker
from fourtop.ports import View

SIZES: Final = (1, 2, 3, 4, 6, 8)
ROUNDS: Final = 21
SEED: Final = 11
# The starts of the measured parties: every hour and a half of the pub's evening.
EVERY: Final = 6


@attrs.frozen
class Place:
    """A house that is measured.

    Args:
        name: The house.
        house: The house.
        evenings: How many evenings of requests of the pub's demand are booked on the date.
        at_most: The bar.
    """

    name: str
    house: House
    evenings: int
    at_most: float


def places() -> tuple[Place, Place]:
    """Return the pub and the hall."""
    pub = sample.pub()
    planning = Planning(max_tables=MAX_TABLES, slack_budget=4)
    hall = attrs.evolve(pub, floor=grid(), policy=attrs.evolve(pub.policy, planning=planning))
    return Place("the pub", pub, 1, 6), Place("40 tables", hall, 4, 20)


class Choices:
    """The choices of one house on a booked evening."""

    def __init__(self, place: Place) -> None:
        self._store = MemoryStore(ManualClock(NOON))
        desk = Engine(self._store, ids=CountedIds("n")).add_restaurant(place.house)
        for number in range(place.evenings):
            for request in requests(SEED + number):
                with suppress(Refused):
                    desk.book(request)
        self._place = place

    def measure(self, rounds: int) -> tuple[list[list[float]], list[list[float]], int]:
        """Return the seconds of the checks and of the planners, and the number of choices.

        Of each pair the first is by the evening, and the second by the static order.
        """
        default = compile_house(self._place.house, None)
        static = compile_house(with_reference(self._place.house), None)
        starts = [each.start_us for each in requests(SEED)][::EVERY]
        scope = reach_of(default, starts)

        def timed(view: View) -> tuple[list[list[float]], list[list[float]], int]:
            sides = [
                [each for each in candidacies(view, one, starts) if check_tables(each) is None]
                for one in (default, static)
            ]
            checks = race(*(partial(check_all, side) for side in sides), rounds=rounds)
            plans = race(*(planned(side) for side in sides), rounds=rounds)
            return checks, plans, len(sides[0])

        return self._store.read(scope, timed)


def candidacies(view: View, compiled: CompiledHouse, starts: list[int]) -> Iterator[Candidacy]:
    """Yield parties of all sizes at some starts, after the check of hours."""
    for start_us, size in product(starts, SIZES):
        request = BookingRequest(size, from_micros(start_us))
        candidacy = Candidacy(Admission(view, compiled, GUEST), request)
        assert check_hours(candidacy) is None
        yield candidacy


def check_all(side: Sequence[Candidacy]) -> None:
    """Run the check of tables for each party as a command does: nothing is known from before."""
    for candidacy in side:
        candidacy.admission.free_by_window.clear()
        check_tables(candidacy)


def planned(side: Sequence[Candidacy]) -> Callable[[], None]:
    """Return the choices of the planner for the parties, with all that they read found before."""
    asks = [
        (each.admission.planner, ask_of(each), free_tables(each), found_evening(each))
        for each in side
    ]

    def choose_all() -> None:
        for planner, ask, free, evening in asks:
            planner.choose(ask, free, (), evening)

    return choose_all


def found_evening(candidacy: Candidacy) -> EveningMaker | None:
    """Return a maker that returns the evening around a party, which is found here."""
    make = evening_around(candidacy)
    if make is None:
        return None
    evening = make()
    return lambda: evening


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Measure both houses."""
    for place in places():
        checks, plans, count = Choices(place).measure(5 if is_quick else ROUNDS)
        yield Bar(
            f"{place.name}: check of tables by the evening / by the static order",
            checks[0],
            checks[1],
            count,
            at_most=place.at_most,
        )
        yield Bar(
            f"{place.name}: planner alone by the evening / by the static order",
            plans[0],
            plans[1],
            count,
            at_most=place.at_most,
        )


def main() -> None:
    """Print the figures."""
    print(HEADING, flush=True)
    for bar in bars():
        print(bar, flush=True)


if __name__ == "__main__":
    main()
