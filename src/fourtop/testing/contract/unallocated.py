"""Promises about parties that were promised tables and have none yet."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import attrs

from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.window import Window
from fourtop.ports import View
from fourtop.testing.contract.harness import Trial, raised_by
from fourtop.testing.contract.samples import (
    HERE,
    THERE,
    a_booking,
    a_hold,
    a_hold_at,
    a_row,
    of_hold,
    span,
)

_PROMISED: Final = BookingStatus.PENDING_ALLOCATION


def _a_party(booking_id: str = "b1", start: float = 360, **other: Any) -> Booking:
    """Return a party of two hours that waits for tables; its start in minutes after noon."""
    booking = a_booking(booking_id, span(start, start + 120))
    return attrs.evolve(booking, status=_PROMISED, assignment=None, **other)


def _ids(window: Window, view: View) -> list[str]:
    return [booking.id for booking in view.promised(window)]


def _promised(trial: Trial, window: Window, restaurant_id: str = HERE) -> list[str]:
    found: list[str] = trial.ask(partial(_ids, window), restaurant_id, windows=(window,))
    return found


class UnallocatedPromises:
    """What holds of the parties that were promised tables."""

    def test_a_promised_party_is_seen_in_the_windows_that_it_overlaps(self, trial: Trial) -> None:
        """Its occupied window counts, with its buffers; a window that touches it does not."""
        booking = _a_party()
        trial.write(bookings=(booking,))
        for start, end, ids in (
            (300, 355, []),
            (300, 356, ["b1"]),
            (400, 401, ["b1"]),
            (489, 600, ["b1"]),
            (490, 600, []),
        ):
            assert _promised(trial, span(start, end)) == ids, f"minutes {start} to {end}"
        window = span(300, 600)
        found = trial.ask(
            lambda view: (view.promised(window), view.has_promises), windows=(window,)
        )
        assert found == ((booking,), True)

    def test_only_a_party_that_waits_for_tables_is_promised_some(self, trial: Trial) -> None:
        """A booking of another status is none of them, and neither is one that got its tables."""
        others = [each for each in BookingStatus if each is not _PROMISED]
        made = [
            attrs.evolve(_a_party(f"b{number}"), status=each) for number, each in enumerate(others)
        ]
        trial.write(bookings=tuple(made))
        window = span(300, 600)
        assert _promised(trial, window) == []
        assert not trial.ask(lambda view: view.has_promises, windows=(window,))
        trial.write(bookings=(_a_party("x"),))
        assert _promised(trial, window) == ["x"]
        trial.write(bookings=(attrs.evolve(a_booking("x"), version=2),))
        assert _promised(trial, window) == []

    def test_promised_parties_come_in_the_order_of_their_promises(self, trial: Trial) -> None:
        """The party that was promised tables first comes first, then by id."""
        first = _a_party("b1", 400).created_us
        made = (
            _a_party("b3", 360, created_us=first + 1),
            _a_party("b2", 380, created_us=first + 1),
            _a_party("b4", 400, created_us=first),
        )
        for booking in made:
            trial.write(bookings=(booking,))
        assert _promised(trial, span(300, 600)) == ["b4", "b2", "b3"]

    def test_a_party_with_a_live_hold_has_its_tables(self, trial: Trial) -> None:
        """A live hold keeps the tables of the party; from its end on the party waits again."""
        hold = a_hold_at("h1", booking_id="b1")
        trial.write(bookings=(_a_party(),), holds_added=(hold,), added=(a_row("a1", of_hold()),))
        window = span(300, 600)
        assert _promised(trial, window) == []
        trial.clock.advance(minutes=3)
        assert _promised(trial, window) == ["b1"]

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
                found = trial.ask(partial(_ids, window), **scope)
                assert found == ids, f"minutes {start} to {end} in {scope}"

    def test_promised_parties_of_another_restaurant_are_not_seen(self, trial: Trial) -> None:
        """A party was promised tables of its own restaurant only."""
        trial.write(THERE, bookings=(attrs.evolve(_a_party(), restaurant_id=THERE),))
        assert _promised(trial, span(300, 600)) == []
        assert _promised(trial, span(300, 600), THERE) == ["b1"]

    def test_promised_parties_are_asked_for_inside_the_scope(self, trial: Trial) -> None:
        """A window outside the scope is an ``AssertionError``."""
        window = span(300, 600)

        def is_refused(view: View) -> bool:
            return isinstance(raised_by(lambda: view.promised(window)), AssertionError)

        assert trial.ask(is_refused)
        assert trial.ask(is_refused, windows=(span(300, 599),))
        assert not trial.ask(is_refused, windows=(window,))
