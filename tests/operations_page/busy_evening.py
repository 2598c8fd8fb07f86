"""A pub on a busy Friday evening: parties seated, late, expected and waiting, and one at risk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

import attrs

from fourtop import (
    Actor,
    Booking,
    BookingRequest,
    CapacityRule,
    Desk,
    Engine,
    ManualClock,
    MemoryStore,
    PacingRule,
    Window,
    sample,
)
from fourtop.operations_page import PageOptions

FRIDAY: Final = date(2026, 5, 1)
PUB: Final = "the-pub"
STAFF: Final = Actor("max", "waiter")
_GUESTS: Final = ("Ada", "Ben", "Cleo", "Dev", "Emma", "Finn", "Gwen", "Hugo", "Iris", "Jack")


@attrs.frozen(eq=False)
class BusyEvening:
    """The engine with its clock, and the bookings in the order in which they were made."""

    engine: Engine
    clock: ManualClock
    bookings: Sequence[Booking]

    @property
    def desk(self) -> Desk:
        return self.engine.desk(PUB, actor=STAFF)

    @property
    def options(self) -> PageOptions:
        """Options with a name for each booking."""
        names = {each.id: f"{_GUESTS[at % 10]} {at + 1}" for at, each in enumerate(self.bookings)}
        return PageOptions(names_of=lambda _restaurant, _ids: names, secret=b"a secret of the pub")


def local(text: str, day: date = FRIDAY) -> datetime:
    """The instant of a clock time of British summer."""
    return datetime.fromisoformat(f"{day}T{text}+01:00")


def a_busy_evening() -> BusyEvening:
    """Play a Friday until 19:40."""
    clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
    engine = Engine(MemoryStore(clock))
    engine.add_restaurant(sample.pub())
    desk = engine.desk(PUB, actor=STAFF)
    bookings = [
        desk.book(BookingRequest(size, local(time)))
        for size, time in (
            *((2, "17:30"), (4, "17:30"), (2, "18:00"), (4, "18:00"), (6, "18:30")),
            *((2, "18:45"), (4, "19:30"), (2, "20:00"), (2, "20:30"), (4, "20:30")),
            *((6, "21:00"), (2, "21:00")),
        )
    ]
    bookings.append(desk.book(BookingRequest(3, local("20:15")), tables="later"))
    desk.block(
        Window(local("17:00"), local("20:00")), tables=[_free_table(desk)], reason="new chairs"
    )
    clock.advance(minutes=4 * 60 + 30)
    for at in (0, 1):
        desk.seat(bookings[at].id)
    clock.advance(minutes=30)
    desk.seat(bookings[2].id)
    desk.cancel(bookings[11].id)
    clock.advance(minutes=45)
    for at in (4, 5):
        desk.seat(bookings[at].id)
    desk.no_show(bookings[3].id)
    clock.advance(minutes=35)
    desk.complete(bookings[1].id)
    clock.advance(minutes=20)
    # The house narrows its caps after the bookings came: the evening is above them.
    desk.edit_policy(
        lambda policy: policy.with_rule(CapacityRule(max_covers=26, period="evening")).with_rule(
            PacingRule(30, max_covers=7)
        )
    )
    return BusyEvening(engine, clock, bookings)


def _free_table(desk: Desk) -> str:
    """Return a table that no party has before eight."""
    until = local("20:00").timestamp() * 1_000_000
    rows = desk.day(FRIDAY).tables
    return next(
        row.id for row in reversed(rows) if all(each.start_us >= until for each in row.entries)
    )
