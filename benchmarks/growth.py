"""Whether a restaurant with a million allocations is as quick as one with a thousand.

Run ``python -m benchmarks.growth`` at the project's root; it takes some minutes and a gigabyte and
a half.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from time import thread_time
from typing import Final, TypeVar

from benchmarks.bar import HEADING, ROUNDS, Bar
from benchmarks.planner import CAPACITIES
from fourtop import (
    BookingRequest,
    BookingRow,
    Desk,
    Engine,
    ManualClock,
    MemoryStore,
    Quote,
    sketch_floor,
    sketch_house,
)

TABLES: Final = 100
SITTINGS: Final = (17, 19, 21)
FIRST_NIGHT: Final = date(2026, 5, 1)
FEW_NIGHTS: Final = 4
MANY_NIGHTS: Final = 4_200
IMPORT_ROWS: Final = 100_000
PARTIES: Final = (1, 2, 3, 4, 5, 6)
CALLS: Final = 40
WARM_UP: Final = 3

T = TypeVar("T")


def empty_desk() -> Desk:
    """Return the desk of a house with a hundred tables, joined in pairs."""
    floor = sketch_floor(
        {str(number): CAPACITIES[number % len(CAPACITIES)] for number in range(TABLES)},
        joins=[f"{number}-{number + 1}" for number in range(0, TABLES, 2)],
    )
    house = sketch_house(
        "Big", floor, timezone="UTC", periods={"dinner": "17:00-23:45"}, turn_minutes=90
    )
    noon = datetime.combine(FIRST_NIGHT, time(12), UTC)
    return Engine(MemoryStore(ManualClock(noon))).add_restaurant(house)


def night(number: int) -> Iterator[BookingRow]:
    """Yield a night's bookings: 8 of 10 tables a sitting, the same draws every fourth night."""
    draw = random.Random(number % FEW_NIGHTS)
    midnight = datetime.combine(FIRST_NIGHT + timedelta(days=number), time(), UTC)
    for hour in SITTINGS:
        for table in draw.sample(range(TABLES), 8 * TABLES // 10):
            start = midnight + timedelta(hours=hour, minutes=draw.choice((0, 15, 30)))
            end = start + timedelta(minutes=90)
            seats = CAPACITIES[table % len(CAPACITIES)]
            yield BookingRow(
                f"b{number}-{hour}-{table}", seats, start, end=end, tables=[str(table)]
            )


def loaded(nights: int) -> tuple[Desk, int]:
    """Return a desk with some nights of imported bookings, and the number of their allocations."""
    desk = empty_desk()
    count = 0
    rows = (row for number in range(nights) for row in night(number))
    while batch := list(islice(rows, IMPORT_ROWS)):
        count += desk.import_bookings(batch).allocations
    return desk, count


def draws(first_night: int) -> Iterator[BookingRequest]:
    """Yield parties for four nights in turn; they are the same for any first night."""
    draw = random.Random(11)
    midnight = datetime.combine(FIRST_NIGHT + timedelta(days=first_night), time(), UTC)
    while True:
        start = timedelta(
            days=draw.randrange(FEW_NIGHTS), hours=17, minutes=15 * draw.randrange(20)
        )
        yield BookingRequest(draw.choice((1, 2)), midnight + start)


class Trial:
    """One restaurant, and how long its operations take.

    Args:
        desk: Its desk.
        first_night: The first of the four nights that are asked about.
    """

    def __init__(self, desk: Desk, first_night: int) -> None:
        self.seconds: dict[str, list[float]] = {}
        self._desk = desk
        self._day = FIRST_NIGHT + timedelta(days=first_night)
        self._requests: list[BookingRequest] = []
        self._choose(draws(first_night))

    def _choose(self, requests: Iterator[BookingRequest]) -> None:
        """Choose parties that all find room at the same time."""
        held: list[str] = []
        while len(held) < CALLS:
            request = next(requests)
            if isinstance(self._desk.quote(request), Quote):
                held.append(self._desk.hold(request).id)
                self._requests.append(request)
        for hold_id in held:
            self._desk.release_hold(hold_id)

    def turn(self) -> None:
        """Take all parties from quote to booking and back; the house is as full as before."""
        desk = self._desk
        self._time("quote", lambda: [desk.quote(each) for each in self._requests])
        held = self._time("hold", lambda: [desk.hold(each).id for each in self._requests])
        booked = self._time("confirm", lambda: [desk.confirm(hold_id).id for hold_id in held])
        self._time("find_booking", lambda: [desk.find_booking(booking_id) for booking_id in booked])
        self._time("cancel", lambda: [desk.cancel(booking_id) for booking_id in booked])
        self._time("availability of an evening", lambda: [desk.availability(self._day, PARTIES)])

    def _time(self, name: str, task: Callable[[], list[T]]) -> list[T]:
        begun = thread_time()
        answers = task()
        self.seconds.setdefault(name, []).append((thread_time() - begun) / len(answers))
        return answers


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Compare each operation of the large restaurant with that of the small one, in turns."""
    nights = MANY_NIGHTS // 10 if is_quick else MANY_NIGHTS
    (small, few_rows), (large, many_rows) = loaded(FEW_NIGHTS), loaded(nights)
    few, many = Trial(small, 0), Trial(large, nights // 2 // FEW_NIGHTS * FEW_NIGHTS)
    # The loaded objects stay: the collector need not look through them while we measure.
    gc.collect()
    gc.freeze()
    for _ in range(WARM_UP + ROUNDS):
        gc.collect(1)
        few.turn()
        many.turn()
    gc.unfreeze()
    counts = f"{many_rows:,} allocations / {few_rows:,}"
    for name, seconds in few.seconds.items():
        yield Bar(f"{name}: {counts}", many.seconds[name][WARM_UP:], seconds[WARM_UP:], at_most=2)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
