"""Promises about parties that wait for tables, and were promised none."""

from __future__ import annotations

from typing import Any, Final

import attrs

from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.waitlist_terms import Waiting
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import WAITING, WAITING_REACH_US, View
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.samples import (
    a_booking,
    a_hold_at,
    a_row,
    of_hold,
    span,
)
from fourtop.testing.contract.without_tables import PartiesWithoutTables, check_scope

_WAITS: Final = BookingStatus.WAITLISTED


def _a_party(booking_id: str = "b1", start: float = 360, **other: Any) -> Booking:
    """Return a party of two hours on the waitlist; its start in minutes after noon."""
    booking = a_booking(booking_id, span(start, start + 120))
    status = other.pop("status", _WAITS)
    changed = {"status": status, "assignment": None, "waiting": None, **other}
    return attrs.evolve(booking, **changed)


def _taking(booking: Booking, earlier: int, later: int) -> Booking:
    """Return a party that takes starts up to some minutes earlier and later."""
    start_us = booking.stay.dining.start_us
    first_us = start_us - earlier * MICROSECONDS_PER_MINUTE
    last_us = start_us + later * MICROSECONDS_PER_MINUTE
    return attrs.evolve(booking, waiting=Waiting(first_us, last_us, last_us))


_THE_WAITING: Final = PartiesWithoutTables(
    _a_party, lambda view, window: view.waiting(window), lambda view: view.has_waiting
)


class WaitlistedPromises:
    """What holds of the parties that wait for tables, and were promised none."""

    def test_a_waiting_party_is_seen_in_the_windows_that_it_overlaps(self, trial: Trial) -> None:
        """Its occupied window counts, with its buffers; a window that touches it does not."""
        _THE_WAITING.check_windows(trial)

    def test_a_waiting_party_is_seen_at_each_start_that_it_takes(self, trial: Trial) -> None:
        """Its stay counts from the earliest start to the latest one."""
        trial.write(bookings=(_taking(_a_party(), 60, 90),))
        _THE_WAITING.check_seen(
            trial,
            (
                (200, 295, []),
                (200, 296, ["b1"]),
                (296, 300, ["b1"]),
                (579, 600, ["b1"]),
                (580, 600, []),
            ),
        )

    def test_a_start_far_from_a_window_is_not_seen(self, trial: Trial) -> None:
        """The party's own start lies within the reach of a window, whatever starts it takes."""
        reach = WAITING_REACH_US // MICROSECONDS_PER_MINUTE
        near = _taking(_a_party("near", reach + 359), 3_000, 0)
        far = _taking(_a_party("far", reach + 360), 3_000, 0)
        trial.write(bookings=(near, far))
        assert _THE_WAITING.ids(trial, span(300, 360)) == ["near"]

    def test_only_a_party_without_a_promise_waits(self, trial: Trial) -> None:
        """A booking waits by its status, and while it has no tables."""
        made = [
            _a_party(f"b{number}", status=status) for number, status in enumerate(BookingStatus)
        ]
        trial.write(bookings=tuple(made))
        expected = [each.id for each in made if each.status in WAITING]
        assert len(expected) == len(WAITING)
        assert _THE_WAITING.ids(trial, span(300, 600)) == expected
        trial.write(
            bookings=tuple(
                attrs.evolve(each, status=BookingStatus.CANCELLED, version=2)
                for each in made
                if each.status in WAITING
            )
        )
        assert _THE_WAITING.all_and_any(trial) == ((), False)

    def test_a_party_with_tables_does_not_wait(self, trial: Trial) -> None:
        """An imported party may be of a status that waits, and have tables."""
        status = BookingStatus.PRIORITY_WAITLIST
        with_tables = attrs.evolve(a_booking("b1"), status=status, waiting=None)
        trial.write(bookings=(with_tables,))
        assert _THE_WAITING.ids(trial, with_tables.stay.occupied) == []

    def test_waiting_parties_come_in_the_order_of_joining(self, trial: Trial) -> None:
        """The party that has waited longest comes first, then by id."""
        _THE_WAITING.check_order(trial)

    def test_a_live_hold_keeps_tables_for_a_waiting_party(self, trial: Trial) -> None:
        """``is_held`` says so in the windows that the hold overlaps, until the hold expires."""
        hold = a_hold_at("h1", booking_id="b1")
        trial.write(bookings=(_a_party(),), holds_added=(hold,), added=(a_row("a1", of_hold()),))
        window = hold.stay.occupied
        later = Window.of_micros(window.end_us, window.end_us + 1)

        def seen(view: View) -> tuple[bool, bool, list[str]]:
            ids = _THE_WAITING.ids_of(window, view)
            return view.is_held("b1", window), view.is_held("b1", later), ids

        assert trial.ask(seen, windows=(window, later)) == (True, False, ["b1"])
        trial.clock.advance(minutes=3)
        assert trial.ask(seen, windows=(window, later)) == (False, False, ["b1"])

    def test_waiting_parties_of_another_restaurant_are_not_seen(self, trial: Trial) -> None:
        """A party waits for tables of its own restaurant only."""
        _THE_WAITING.check_restaurants(trial)

    def test_waiting_parties_are_asked_for_inside_the_scope(self, trial: Trial) -> None:
        """A window outside the scope is an ``AssertionError``."""
        check_scope(trial, lambda view, window: view.waiting(window))
        check_scope(trial, lambda view, window: view.is_held("b1", window))
