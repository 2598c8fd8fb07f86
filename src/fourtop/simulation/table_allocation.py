"""A published problem: which tables to buy for a room of 80 seats.

It is the problem "table allocation" of the library SimOpt (D. J. Eckman, S. G. Henderson and
S. Shashaani, SimOpt: A Testbed for Simulation-Optimization Experiments, INFORMS Journal on
Computing 35 (2023) 2, 495–508), in plain Python on ``EventLoop``. Parties come at random and take
the smallest free table that fits, or leave at once. Nothing is booked, so the engine has no part
in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from heapq import heappop, heappush
from random import Random
from typing import Final, NamedTuple

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.model import validators
from fourtop.simulation.distributions import Empirical, Exponential, Poisson
from fourtop.simulation.event_loop import EventLoop

TABLE_SEATS: Final = (2, 4, 6, 8)
DEFAULT_MIX: Final = (10, 5, 4, 2)
ROOM_SEATS: Final = 80

_RATES: Final = (3, 6, 3, 3, 2, 4 / 3, 6 / 5, 1)
_MEAN_STAYS: Final = (20, 25, 30, 35, 40, 45, 50, 60)
_SPEND_PER_COVER: Final = 15
_MINUTES: Final = 60

Mix = tuple[int, ...]


class Arrival(NamedTuple):
    """A party at the door.

    Args:
        minute: The minute of the evening.
        party_size: The number of guests.
        stay: How long the party stays if it gets a table, in minutes.
    """

    minute: float
    party_size: int
    stay: float


class ServedEvening(NamedTuple):
    """An evening's figures.

    Args:
        revenue: 15 for each guest who got a seat.
        served: Parties that got a table.
        parties: Parties that came.
    """

    revenue: int
    served: int
    parties: int

    @property
    def service_rate(self) -> float:
        """The share of the parties that got a table; 1 if none came."""
        return self.served / self.parties if self.parties else 1.0


@attrs.frozen
class TableAllocation:
    """The published problem.

    Args:
        hours: The length of the evening, in hours.
        demand: A factor of all arrival rates.
        has_published_clock: The published code adds a stay to the time at which the table became
            free before, instead of the time of the arrival. A table that was idle is then free
            again too early, or at once. ``True`` repeats that fault.

    Raises:
        InvalidInput: If the hours or the demand are not a number from 0.1 to 24.

    >>> problem = TableAllocation(hours=3)
    >>> problem.serve(DEFAULT_MIX, problem.arrivals(1, seed=7)).parties
    50
    """

    hours: float = attrs.field(default=3, validator=validators.number(0.1, 24))
    demand: float = attrs.field(default=1, validator=validators.number(0.1, 24), kw_only=True)
    has_published_clock: bool = attrs.field(default=False, validator=validators.flag, kw_only=True)

    def arrivals(self, evening: int, *, seed: int) -> tuple[Arrival, ...]:
        """Return the parties of an evening, by time. They do not depend on the tables.

        The number of parties has a Poisson distribution, its mean rounded as in the published code;
        their times are uniform, their sizes drawn by rate, their stays exponential.

        Args:
            evening: The number of the evening.
            seed: The seed. Evenings of one seed are independent, and so are seeds.
        """
        draw = Random(f"{seed}/{evening}").random  # noqa: S311  # Invented guests, no secret.
        mean = round(self.hours * self.demand * sum(_RATES))
        minutes = sorted(
            self.hours * _MINUTES * draw() for _ in range(Poisson(mean).quantile(draw()))
        )
        sizes = [int(_SIZES.quantile(draw())) for _ in minutes]
        return tuple(
            Arrival(minute, size, _STAYS[size - 1].quantile(draw()))
            for minute, size in zip(minutes, sizes, strict=True)
        )

    def serve(self, mix: Mix, arrivals: Sequence[Arrival]) -> ServedEvening:
        """Serve the parties of an evening at the tables of a mix.

        Raises:
            InvalidInput: If the mix is not a number of tables for each of the four sizes.
        """
        evening = _Evening(check_mix(mix), has_published_clock=self.has_published_clock)
        for arrival in arrivals:
            evening.loop.at(arrival.minute, evening.arrive, arrival)
        evening.loop.run()
        return ServedEvening(_SPEND_PER_COVER * evening.covers, evening.served, len(arrivals))

    def revenues(self, mix: Mix, evenings: range, *, seed: int) -> list[float]:
        """Return the revenue of a mix in some evenings: the function for a search.

        Two mixes get the same parties in an evening of one seed.
        """
        return [
            float(self.serve(mix, _arrivals(self, evening, seed)).revenue) for evening in evenings
        ]


@lru_cache(maxsize=4096)
def _arrivals(problem: TableAllocation, evening: int, seed: int) -> tuple[Arrival, ...]:
    return problem.arrivals(evening, seed=seed)


class _Evening:
    """The tables during an evening, and the sums so far."""

    def __init__(self, mix: Mix, *, has_published_clock: bool) -> None:
        self.loop = EventLoop()
        self.covers = 0
        self.served = 0
        # Free tables of each size, a heap of their numbers: the published code takes the first.
        self._free = [list(range(tables)) for tables in mix]
        self._free_from = [[0.0] * tables for tables in mix]
        self._has_published_clock = has_published_clock

    def arrive(self, arrival: Arrival) -> None:
        """Give a party the smallest free table that fits, if any."""
        for kind in range((arrival.party_size - 1) // 2, len(self._free)):
            if self._free[kind]:
                self.served += 1
                self.covers += arrival.party_size
                self._seat(kind, arrival.stay)
                return

    def _seat(self, kind: int, stay: float) -> None:
        now = self.loop.now
        if not self._has_published_clock:
            self.loop.at(now + stay, self._leave, kind, heappop(self._free[kind]))
            return
        table = self._free[kind][0]
        until = self._free_from[kind][table] = self._free_from[kind][table] + stay
        if until >= now:
            self.loop.at(until, self._leave, kind, heappop(self._free[kind]))

    def _leave(self, kind: int, table: int) -> None:
        heappush(self._free[kind], table)


def check_mix(mix: object) -> Mix:
    """Return a mix of tables, if it is one.

    Raises:
        InvalidInput: If it is not four whole numbers from 0.
    """
    counts = validators.as_members("mix", mix, validators.as_index)
    if len(counts) != len(TABLE_SEATS) or not all(
        type(n) is int and 0 <= n <= 1000 for n in counts
    ):
        rule = f"must be {len(TABLE_SEATS)} numbers of tables, from 0 to 1000"
        raise InvalidInput("mix", rule, safe_repr(mix))
    return tuple(int(n) for n in counts)  # type: ignore[call-overload]  # They are integers.


def table_mixes(seats: int = ROOM_SEATS) -> list[Mix]:
    """Return every mix of tables for 2, 4, 6 and 8 that has exactly this many seats, sorted.

    >>> len(table_mixes(80)), table_mixes(4)
    (632, [(0, 1, 0, 0), (2, 0, 0, 0)])
    """
    return sorted(_mixes(seats, TABLE_SEATS))


def _mixes(seats: int, sizes: tuple[int, ...]) -> Iterator[Mix]:
    if not sizes:
        if seats == 0:
            yield ()
        return
    for tables in range(seats // sizes[0] + 1):
        for rest in _mixes(seats - tables * sizes[0], sizes[1:]):
            yield (tables, *rest)


_SIZES: Final = Empirical(dict(enumerate(_RATES, 1)))
_STAYS: Final = tuple(Exponential(mean) for mean in _MEAN_STAYS)
