"""Promises about parties that were promised tables and have none yet."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import attrs

from fourtop.model.booking import Booking, BookingStatus
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.samples import (
    a_booking,
    a_hold,
    a_hold_at,
    a_row,
    of_hold,
    span,
)
from fourtop.testing.contract.without_tables import PartiesWithoutTables, check_scope

_PROMISED: Final = BookingStatus.PENDING_ALLOCATION


def _a_party(booking_id: str = "b1", start: float = 360, **other: Any) -> Booking:
    """Return a party of two hours that waits for tables; its start in minutes after noon."""
    booking = a_booking(booking_id, span(start, start + 120))
    return attrs.evolve(booking, status=_PROMISED, assignment=None, **other)


_THE_PROMISED: Final = PartiesWithoutTables(
    _a_party, lambda view, window: view.promised(window), lambda view: view.has_promises
)


class UnallocatedPromises:
    """What holds of the parties that were promised tables."""

    def test_a_promised_party_is_seen_in_the_windows_that_it_overlaps(self, trial: Trial) -> None:
        """Its occupied window counts, with its buffers; a window that touches it does not."""
        _THE_PROMISED.check_windows(trial)

    def test_only_a_party_that_waits_for_tables_is_promised_some(self, trial: Trial) -> None:
        """A booking of another status is none of them, and neither is one that got its tables."""
        others = [each for each in BookingStatus if each is not _PROMISED]
        made = [
            attrs.evolve(_a_party(f"b{number}"), status=each) for number, each in enumerate(others)
        ]
        trial.write(bookings=tuple(made))
        assert _THE_PROMISED.all_and_any(trial) == ((), False)
        trial.write(bookings=(_a_party("x"),))
        window = span(300, 600)
        assert _THE_PROMISED.ids(trial, window) == ["x"]
        trial.write(bookings=(attrs.evolve(a_booking("x"), version=2),))
        assert _THE_PROMISED.ids(trial, window) == []

    def test_promised_parties_come_in_the_order_of_their_promises(self, trial: Trial) -> None:
        """The party that was promised tables first comes first, then by id."""
        _THE_PROMISED.check_order(trial)

    def test_a_party_with_a_live_hold_has_its_tables(self, trial: Trial) -> None:
        """A live hold keeps the tables of the party; from its end on the party waits again."""
        hold = a_hold_at("h1", booking_id="b1")
        trial.write(bookings=(_a_party(),), holds_added=(hold,), added=(a_row("a1", of_hold()),))
        window = span(300, 600)
        assert _THE_PROMISED.ids(trial, window) == []
        trial.clock.advance(minutes=3)
        assert _THE_PROMISED.ids(trial, window) == ["b1"]

    def test_a_hold_beside_the_window_keeps_no_tables_in_it(self, trial: Trial) -> None:
        """Only a hold that overlaps the window counts, whatever else the scope has loaded."""
        # The party is there until 490 with its buffers; the hold ends at 410.
        hold = attrs.evolve(a_hold("h1", span(360, 400)), booking_id="b1")
        trial.write(bookings=(_a_party(),), holds_added=(hold,))
        for start, end, ids in (
            (300, 600, []),
            (409, 480, []),
            (410, 480, ["b1"]),
            (450, 500, ["b1"]),
        ):
            window = span(start, end)
            for scope in (
                {"windows": (window,)},
                {"windows": (window, span(300, 350))},
                {"windows": (span(300, 600),)},
                {"windows": (window,), "bookings": frozenset(("b1",))},
            ):
                found = trial.ask(partial(_THE_PROMISED.ids_of, window), **scope)
                assert found == ids, f"minutes {start} to {end} in {scope}"

    def test_promised_parties_of_another_restaurant_are_not_seen(self, trial: Trial) -> None:
        """A party was promised tables of its own restaurant only."""
        _THE_PROMISED.check_restaurants(trial)

    def test_promised_parties_are_asked_for_inside_the_scope(self, trial: Trial) -> None:
        """A window outside the scope is an ``AssertionError``."""
        check_scope(trial, lambda view, window: view.promised(window))
