"""Measure an evening that the engine books, in evenings of a plain greedy loop.

Run ``python -m benchmarks.evening`` at the project's root.

Both sides get the same 20 requests for the sample pub and give the same tables to the same parties;
that is checked before the measurement.

The plain loop is a script without the engine. It knows the tables and joins of the floor, and for
each party size the sets of tables that may seat it, in the order of the engine: this list is made
once, before the evenings. The house has the weights of the reference system: by the default ones no
list would do. A party gets the first set whose tables are all free for its stay. Stays
depend on the size and are half-open, in minutes. The loop knows no other rules of the house, keeps
no records and writes no events. A refused party gets no reason.

The engine's evening is an evening of a simulation of one house: a new memory store with a manual
clock, an engine with counted ids on it, the restaurant added, and ``book`` for each request. The
set-up counts. The compiled house does not: ``Engine.on_store`` takes it over from the evening
before.

Another line has no target: the same requests in a house with the default weights. Its tables differ
from those of the loop, and each choice also reads the stays beside the party.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import attrs

from benchmarks.alternatives import NOON, requests
from benchmarks.bar import HEADING, Bar, Note, race
from benchmarks.seating_quality import with_reference
from fourtop import (
    BookingRequest,
    CountedIds,
    Engine,
    House,
    ManualClock,
    MemoryStore,
    Refused,
    sample,
)
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.planner import Planner, PlanRequest

EVENINGS: Final = 40

# The tables of each party, in the order of the requests; ``None``: refused.
Seatings = list[tuple[str, ...] | None]


@attrs.frozen
class Wish:
    """A request for the plain loop: a party size and a start, in minutes."""

    party_size: int
    start: int

    @classmethod
    def of(cls, request: BookingRequest) -> Wish:
        """Return the wish of a request."""
        return cls(request.party_size, request.start_us // MICROSECONDS_PER_MINUTE)


def stay_minutes(party_size: int) -> int:
    """Return how long a party stays: the turn bands of the pub."""
    if party_size <= 2:
        return 90
    if party_size <= 4:
        return 105
    return 120 if party_size <= 6 else 150


class PlainPub:
    """The pub of the plain loop: for each party size the sets of tables that may seat it, in order.

    Args:
        house: The house.
        largest: The largest party that is asked for.
    """

    def __init__(self, house: House, largest: int) -> None:
        planner = Planner(house.floor, house.policy.planning)
        everything = (1 << len(house.floor.tables)) - 1
        self.tables = [table.id for table in house.floor.tables]
        self.sets = [
            [plan.tables for plan in planner.plans(PlanRequest(size), everything)]
            for size in range(1, largest + 1)
        ]

    def evening(self, wishes: Sequence[Wish]) -> Seatings:
        """Seat the parties of an evening, one after another."""
        stays: dict[str, list[tuple[int, int]]] = {table: [] for table in self.tables}
        seatings: Seatings = []
        for wish in wishes:
            start, end = wish.start, wish.start + stay_minutes(wish.party_size)
            for tables in self.sets[wish.party_size - 1]:
                if all(end <= one or two <= start for table in tables for one, two in stays[table]):
                    for table in tables:
                        stays[table].append((start, end))
                    seatings.append(tables)
                    break
            else:
                seatings.append(None)
        return seatings

    def inlined(self, wishes: Sequence[Wish]) -> Seatings:
        """Seat the parties as ``evening`` does, without any generator: faster, and hard to read."""
        stays: dict[str, list[tuple[int, int]]] = {table: [] for table in self.tables}
        seatings: Seatings = []
        for wish in wishes:
            start, end = wish.start, wish.start + stay_minutes(wish.party_size)
            for tables in self.sets[wish.party_size - 1]:
                for table in tables:
                    for one, two in stays[table]:
                        if one < end and start < two:
                            break
                    else:
                        continue
                    break
                else:
                    for table in tables:
                        stays[table].append((start, end))
                    seatings.append(tables)
                    break
            else:
                seatings.append(None)
        return seatings


def engine_evening(first: Engine, house: House, asked: Sequence[BookingRequest]) -> Seatings:
    """Book the requests of an evening on a new store.

    Args:
        first: The engine of the evenings before; it has compiled the house.
        house: The house.
        asked: The requests.
    """
    engine = first.on_store(MemoryStore(ManualClock(NOON)), ids=CountedIds("n"))
    desk = engine.add_restaurant(house)
    seatings: Seatings = []
    for request in asked:
        try:
            seatings.append(desk.book(request).tables)
        except Refused:
            seatings.append(None)
    return seatings


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Measure the evenings in turns."""
    house = with_reference(sample.pub())
    asked = [requests(seed) for seed in range(1, EVENINGS + 1)]
    wishes = [[Wish.of(each) for each in evening] for evening in asked]
    pub = PlainPub(house, max(each.party_size for evening in wishes for each in evening))
    first = Engine(MemoryStore(ManualClock(NOON)))
    found = [engine_evening(first, house, evening) for evening in asked]
    assert found == [pub.evening(each) for each in wishes], "both sides seat the same parties"
    assert found == [pub.inlined(each) for each in wishes], "so does the inlined loop"
    default, by_default = sample.pub(), Engine(MemoryStore(ManualClock(NOON)))
    sides: list[Callable[[], object]] = [
        lambda: [engine_evening(first, house, evening) for evening in asked],
        lambda: [engine_evening(by_default, default, evening) for evening in asked],
        lambda: [pub.evening(each) for each in wishes],
        lambda: [pub.inlined(each) for each in wishes],
        lambda: [engine_evening(first, house, ()) for _ in asked],
    ]
    engine, ranked, plain, inlined, setup = race(*sides, rounds=5 if is_quick else 21)
    calls = EVENINGS
    yield Bar("evening of 20 bookings / plain greedy evening", engine, plain, calls, at_most=12)
    yield Bar("  of which set-up", setup, plain, calls)
    yield Bar("evening of 20 bookings / the same greedy loop, inlined", engine, inlined, calls)
    yield Bar("evening by the default ranking / plain greedy evening", ranked, plain, calls)
    refused = sum(each is None for evening in found for each in evening)
    yield Note(f"{refused / EVENINGS:.1f} of 20 parties were refused in an evening")


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
