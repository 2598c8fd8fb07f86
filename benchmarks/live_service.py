"""Real stays and arrivals on a pub's floor: whether a party is seated where another still sits.

Run ``python -m benchmarks.live_service`` at the project's root.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Final

import attrs

from benchmarks.bar import HEADING, Bar, Note
from fourtop import (
    Actor,
    Booking,
    BookingRequest,
    Calendar,
    Code,
    CountedIds,
    Desk,
    Engine,
    ManualClock,
    MemoryStore,
    Move,
    Refused,
    WalkIn,
    sample,
)
from fourtop.model.window import MICROSECONDS_PER_MINUTE as MINUTE
from fourtop.model.window import from_micros

FIRST_DAY: Final = date(2026, 5, 4)
EVENINGS: Final = 500
BLOCKS: Final = 10
REQUESTS: Final = 30
WALK_INS: Final = 8
# Of the planned stay: mean and standard deviation. Of the start: minutes early or late.
STAY: Final = (0.95, 0.15)
ARRIVAL: Final = (0.0, 6.0)
RETRY_MINUTES: Final = 5
STAFF: Final = Actor("host", "staff")


@attrs.define
class Tally:
    """What happened in some evenings.

    Args:
        seated: Parties that were seated.
        shared: Parties that were seated where another party sat.
        moved: Parties that got the best other tables on arrival.
        waited: Parties that waited at the door for their table.
        lost: Parties that were turned away.
        booked: Parties with a booking that came.
        base: Of those, the parties whose booked table another party still had.
    """

    seated: int = 0
    shared: int = 0
    moved: int = 0
    waited: int = 0
    lost: int = 0
    booked: int = 0
    base: int = 0


@attrs.frozen
class Party:
    """A party with a booking, its real arrival and the real length of its stay."""

    booking: Booking
    arrives_us: int
    stays_us: int


class Evening:
    """One evening of the pub: parties arrive, wait, sit and leave by their own clocks.

    Args:
        number: Seeds the guests.
        tally: Counts what happens.
    """

    def __init__(self, number: int, tally: Tally) -> None:
        self.tally = tally
        self.draw = Random(f"live-{number}")
        house = sample.pub()
        self.day = FIRST_DAY + timedelta(days=number % 28)
        self.calendar = Calendar(house.restaurant, house.policy)
        self.clock = ManualClock(datetime.combine(self.day, datetime.min.time(), UTC))
        engine = Engine(MemoryStore(self.clock), ids=CountedIds("n"))
        self.desk: Desk = engine.add_restaurant(house, actor=STAFF)
        self.sitting: dict[str, str] = {}
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = count()

    def play(self) -> None:
        """Book ahead, then play the evening, and count what the booked windows would have done."""
        parties = self._parties()
        for party in parties:
            self._at(party.arrives_us, partial(self._arrive, party, is_new=True))
        starts = [start_us for start_us, _ in self.calendar.starts_on(self.day)]
        for _ in range(WALK_INS):
            at_us = self.draw.randrange(starts[0], starts[-1])
            size = self.draw.choices(*zip(*sample.pub_demand().party_weights, strict=True))[0]
            self._at(at_us, partial(self._walk_in, size))
        while self._queue:
            at_us, _, happens = heapq.heappop(self._queue)
            self.clock.move_to(from_micros(at_us))
            happens()
        self.tally.booked += len(parties)
        self.tally.base += sum(self._is_sent_to_others(party, parties) for party in parties)
        assert self.desk.audit().is_clean

    def _parties(self) -> list[Party]:
        demand = sample.pub_demand()
        starts = [start_us for start_us, _ in self.calendar.starts_on(self.day)]
        parties = []
        for _ in range(REQUESTS):
            start_us = self.draw.choices(starts, demand.start_weights)[0]
            size = self.draw.choices(*zip(*demand.party_weights, strict=True))[0]
            try:
                booking = self.desk.book(BookingRequest(size, from_micros(start_us)))
            except Refused:
                continue
            late_us = int(self.draw.gauss(*ARRIVAL) * MINUTE)
            parties.append(Party(booking, start_us + late_us, self._real_us(booking)))
        return parties

    def _real_us(self, booking: Booking) -> int:
        planned_us = booking.stay.dining.end_us - booking.stay.dining.start_us
        return int(planned_us * max(self.draw.gauss(*STAY), 0.3))

    def _is_sent_to_others(self, party: Party, parties: list[Party]) -> bool:
        """Tell whether a party meets another at its booked table, if only booked windows count."""
        return any(
            other is not party
            and set(other.booking.tables) & set(party.booking.tables)
            and other.arrives_us <= party.arrives_us < other.arrives_us + other.stays_us
            for other in parties
        )

    # ---- coming and going

    def _at(self, at_us: int, happens: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (at_us, next(self._numbers), happens))

    def _arrive(self, party: Party, *, is_new: bool) -> None:
        booking = self._seat(party.booking.id)
        if booking is None:
            if is_new:
                self.tally.waited += 1
            if self.clock.now_us() >= party.booking.stay.dining.end_us:
                self.tally.lost += 1
                return
            later_us = self.clock.now_us() + RETRY_MINUTES * MINUTE
            self._at(later_us, partial(self._arrive, party, is_new=False))
            return
        self._sits(booking, party.stays_us)

    def _seat(self, booking_id: str) -> Booking | None:
        """Seat a party at its tables or the best others; ``None``: it has to wait."""
        try:
            return self.desk.seat(booking_id)
        except Refused as refused:
            tables = refused.refusal.reasons[0].details.get("alternative")
            if refused.refusal.code is Code.TOO_LATE_TO_SEAT or not tables:
                return None
        try:
            self.desk.move([Move(booking_id, tables)])
            booking = self.desk.seat(booking_id)
        except Refused:
            return None
        self.tally.moved += 1
        return booking

    def _walk_in(self, size: int) -> None:
        try:
            booking = self.desk.walk_in(WalkIn(size))
        except Refused:
            return
        self._sits(booking, self._real_us(booking))

    def _sits(self, booking: Booking, stays_us: int) -> None:
        self.tally.seated += 1
        self.tally.shared += any(table in self.sitting for table in booking.tables)
        self.sitting |= dict.fromkeys(booking.tables, booking.id)
        self._at(self.clock.now_us() + stays_us, partial(self._leave, booking))

    def _leave(self, booking: Booking) -> None:
        self.desk.complete(booking.id)
        self.sitting = {
            table: owner for table, owner in self.sitting.items() if owner != booking.id
        }


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Measure the share of parties that are seated where another party sits."""
    evenings = EVENINGS // (10 if is_quick else 1)
    blocks = [Tally() for _ in range(BLOCKS)]
    for number in range(evenings):
        Evening(number, blocks[number % BLOCKS]).play()
    yield Bar(
        f"parties seated where another sits / by booked windows alone, {evenings} evenings",
        [block.shared for block in blocks],
        [block.base for block in blocks],
        calls=0,
        at_most=0,
    )
    booked, base = (sum(getattr(each, name) for each in blocks) for name in ("booked", "base"))
    seated, moved, waited, lost = (
        sum(getattr(each, name) for each in blocks)
        for name in ("seated", "moved", "waited", "lost")
    )
    yield Note(
        f"  by booked windows alone {base:,} of {booked:,} parties ({base / booked:.1%}) are sent"
        " to a table where another sits;"
    )
    yield Note(
        f"  with seated parties known, of {seated:,} seated {moved:,} got the best other tables,"
        f" {waited:,} waited, {lost:,} gave up"
    )


if __name__ == "__main__":
    print(HEADING)
    for line in bars():
        print(line)
