"""Two seated parties never share a table, by whatever way and at whatever time they come and go."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourtop import (
    BookingRequest,
    BookingStatus,
    Desk,
    FourtopError,
    ManualClock,
    MemoryStore,
    Move,
    Quote,
    TableState,
    WalkIn,
    sketch_floor,
)
from fourtop.ports import Clock, Store
from tests.contract.loading import LoadingStore
from tests.evening import MONTH, STAFF, a_house, at, open_desk

FLOOR: Final = sketch_floor({"1": 2, "2": 2, "3": 4}, joins=["1-2"])
TAKEN: Final = {TableState.OCCUPIED, TableState.OVERDUE}
# Each step has a number that chooses the booking or the table, and one that chooses the rest.
Step = tuple[str, int, int]
NAMES: Final = (
    *("book", "walk_in", "seat", "seat", "complete", "no_show", "cancel"),
    *("undo", "prolong", "resize", "move", "hold", "clock", "clock", "clock"),
)


class Service:
    """A service in progress, and a list of the tables where parties sit, kept apart from the store.

    Args:
        make_store: Makes the store.
    """

    def __init__(self, make_store: Callable[[Clock], Store]) -> None:
        self.clock = ManualClock(at("17:00"))
        self.desk: Desk = open_desk(
            make_store(self.clock), a_house(FLOOR, turn_minutes=45), actor=STAFF
        )
        self.ids: list[str] = []
        self.sitting: dict[str, tuple[str, ...]] = {}

    def play(self, step: Step) -> None:
        """Take a step; the engine may refuse it."""
        name, which, how = step
        with suppress(FourtopError):
            getattr(self, f"_{name}")(which, how)

    def _id(self, which: int) -> str:
        return self.ids[which % len(self.ids)] if self.ids else "nothing"

    def _book(self, which: int, how: int) -> None:
        start = self.clock.now + timedelta(minutes=5 * how)
        self.ids.append(self.desk.book(BookingRequest(1 + which % 4, start)).id)

    def _hold(self, which: int, how: int) -> None:
        start = self.clock.now + timedelta(minutes=5 * how)
        self.desk.hold(BookingRequest(1 + which % 4, start), ttl_seconds=30 + 20 * how)

    def _walk_in(self, which: int, _: int) -> None:
        made = self.desk.walk_in(WalkIn(1 + which % 4))
        self.ids.append(made.id)
        self._sits(made.id, made.tables)

    def _seat(self, which: int, _: int) -> None:
        booking = self.desk.seat(self._id(which))
        self._sits(booking.id, booking.tables)

    def _sits(self, booking_id: str, tables: tuple[str, ...]) -> None:
        others = (each for owner, each in self.sitting.items() if owner != booking_id)
        taken = {table for each in others for table in each}
        assert not taken & set(tables), f"{booking_id} was sent to a table where a party sits"
        self.sitting[booking_id] = tables

    def _complete(self, which: int, _: int) -> None:
        self.sitting.pop(self.desk.complete(self._id(which)).id, None)

    def _no_show(self, which: int, _: int) -> None:
        self.sitting.pop(self.desk.no_show(self._id(which)).id, None)

    def _cancel(self, which: int, _: int) -> None:
        self.desk.cancel(self._id(which))

    def _undo(self, which: int, _: int) -> None:
        booking = self.desk.undo(self._id(which))
        self.sitting.pop(booking.id, None)
        if booking.status is BookingStatus.CHECKED_IN:
            self._sits(booking.id, booking.tables)

    def _prolong(self, which: int, how: int) -> None:
        self.desk.prolong(self._id(which), minutes=1 + 5 * how)

    def _resize(self, which: int, how: int) -> None:
        self.desk.resize(self._id(which), 1 + how % 4)

    def _move(self, which: int, how: int) -> None:
        tables = (["1"], ["2"], ["3"], ["1", "2"])[how % 4]
        (booking,) = self.desk.move([Move(self._id(which), tables)])
        if self.sitting.pop(booking.id, None) is not None:
            self._sits(booking.id, booking.tables)

    def _clock(self, which: int, how: int) -> None:
        self.clock.advance(minutes=(1, 7, 20)[which % 3] * (1 + how % 3))

    def check(self) -> None:
        """Assert that the store knows who sits where, and offers no such table to anyone."""
        taken = {table for each in self.sitting.values() for table in each}
        states = self.desk.table_states()
        assert {table for table, state in states.items() if state in TAKEN} == taken
        quoted = self.desk.quote(BookingRequest(1, self.clock.now))
        if isinstance(quoted, Quote):
            offered = {table for plan in (quoted.plan, *quoted.others) for table in plan.tables}
            assert not offered & taken
        audit = self.desk.audit()
        assert audit.is_clean, audit
        bookings = {booking.id: booking for booking in self.desk.bookings(MONTH)}
        for risk in self.desk.at_risk():
            assert risk.seated.id in self.sitting
            assert bookings[risk.booking.id].status is BookingStatus.CONFIRMED
            assert risk.short_minutes > 0


@pytest.mark.parametrize("make_store", [MemoryStore, LoadingStore])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(NAMES), st.integers(0, 11), st.integers(0, 11)), max_size=40
    )
)
@settings(max_examples=60)
def test_finding_01_two_seated_parties_never_share_a_table(
    make_store: Callable[[Clock], Store], steps: list[Step]
) -> None:
    service = Service(make_store)
    for step in steps:
        service.play(step)
        service.check()
