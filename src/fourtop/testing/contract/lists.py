"""Promises about lists: the bookings after a place, and the owners of what a window shows."""

from __future__ import annotations

from typing import Any

import attrs

from fourtop.model.booking import Booking, BookingStatus
from fourtop.ports import Listing, Need, Scope, View
from fourtop.testing.contract.harness import Trial, raised_by
from fourtop.testing.contract.samples import (
    EVENING,
    HERE,
    MONTHS,
    THERE,
    a_block,
    a_booking,
    a_hold,
    a_row,
    of_block,
    of_booking,
    of_hold,
    span,
)

_EARLY, _LATE = span(300, 360), span(480, 540)
_EVER = Listing(0, MONTHS[1].end_us * 2, 9)


def _some() -> tuple[Booking, ...]:
    """Return bookings in the order of a list; two start at once."""
    return (
        attrs.evolve(a_booking("b9", _EARLY), status=BookingStatus.CANCELLED),
        a_booking("b1"),
        attrs.evolve(a_booking("b2"), reference="host-8", status=BookingStatus.PENDING),
        attrs.evolve(a_booking("b0", _LATE), reference=None),
    )


def _ids(trial: Trial, listing: Listing) -> list[str]:
    found = trial.ask(lambda view: view.listed(listing), listing=listing)
    return [booking.id for booking in found]


class ListPromises:
    """What holds of lists."""

    def test_a_listing_is_by_start_then_id_from_its_place_on(self, trial: Trial) -> None:
        """It begins after a place, ends before an instant, and has at most so many bookings."""
        trial.write(bookings=_some()[::-1])
        start_us = EVENING.start_us
        assert _ids(trial, _EVER) == ["b9", "b1", "b2", "b0"]
        for change, expected in (
            ({"limit": 3}, ["b9", "b1", "b2"]),
            ({"limit": 2, "after": (start_us, "b1")}, ["b2", "b0"]),
            ({"after": (start_us, "")}, ["b1", "b2", "b0"]),
            ({"after": (start_us - 1, "z")}, ["b1", "b2", "b0"]),
            ({"after": (_LATE.start_us, "b0")}, []),
            ({"start_us": start_us, "end_us": _LATE.start_us}, ["b1", "b2"]),
            ({"start_us": start_us + 1, "end_us": _LATE.start_us + 1}, ["b0"]),
        ):
            assert _ids(trial, attrs.evolve(_EVER, **change)) == expected, change

    def test_a_listing_has_the_bookings_of_its_conditions(self, trial: Trial) -> None:
        """Statuses and reference are those of today, and a removed booking is in no listing."""
        some = _some()
        trial.write(bookings=some)
        by_reference = attrs.evolve(_EVER, reference="host-7")
        waiting = attrs.evolve(_EVER, statuses=frozenset({BookingStatus.PENDING}))
        over = frozenset({BookingStatus.CANCELLED, BookingStatus.NO_SHOW})
        assert _ids(trial, by_reference) == ["b9", "b1"]
        assert _ids(trial, waiting) == ["b2"]
        assert _ids(trial, attrs.evolve(by_reference, statuses=over)) == ["b9"]
        assert _ids(trial, attrs.evolve(by_reference, reference="nobody's")) == []
        renamed = attrs.evolve(some[2], reference="host-7", status=BookingStatus.SHADOW, version=2)
        trial.write(bookings=(renamed,), bookings_removed=("b1",))
        assert _ids(trial, by_reference) == ["b9", "b2"]
        assert _ids(trial, waiting) == []
        either = frozenset({BookingStatus.PENDING, BookingStatus.SHADOW, BookingStatus.CONFIRMED})
        assert _ids(trial, attrs.evolve(_EVER, statuses=either)) == ["b2", "b0"]

    def test_a_listing_of_several_statuses_is_one_list(self, trial: Trial) -> None:
        """The order, the place and the limit are those of all its bookings together."""
        trial.write(bookings=_some())
        some = (BookingStatus.CONFIRMED, BookingStatus.PENDING, BookingStatus.NO_SHOW)
        of_some = attrs.evolve(_EVER, statuses=frozenset(some))
        start_us = EVENING.start_us
        for change, expected in (
            ({}, ["b1", "b2", "b0"]),
            ({"limit": 2}, ["b1", "b2"]),
            ({"limit": 1, "after": (start_us, "b1")}, ["b2"]),
            ({"after": (start_us, "b2")}, ["b0"]),
            ({"end_us": _LATE.start_us}, ["b1", "b2"]),
            ({"reference": "host-8"}, ["b2"]),
        ):
            assert _ids(trial, attrs.evolve(of_some, **change)) == expected, change

    def test_a_listing_is_of_one_restaurant(self, trial: Trial) -> None:
        """Bookings of another restaurant are in no listing."""
        trial.write(bookings=(a_booking(),))
        assert _ids(trial, _EVER) == ["b1"]
        found = trial.ask(lambda view: view.listed(_EVER), restaurant_id=THERE, listing=_EVER)
        assert found == ()

    def test_a_window_shows_the_owners_of_its_allocations(self, trial: Trial) -> None:
        """With ``has_owners`` a scope has the owner of each row of its windows, however long."""
        month = MONTHS[1]
        rows = (
            a_row("a1", of_booking(), "t1"),
            a_row("a2", of_hold(), "t2"),
            a_row("a3", of_block(), "t3", month),
            a_row("a4", of_booking("b2"), "t1", span(481, 500)),
        )
        block = a_block("k1", month)
        trial.write(
            bookings=(a_booking(dining=_EARLY), a_booking("b2", _LATE)),
            holds_added=(a_hold(),),
            records_added=(block,),
            added=rows,
        )

        def ask(view: View) -> Any:
            if not view.scope.covers(EVENING):
                return Need(Scope(HERE, windows=(EVENING,)))
            if not view.scope.has_owners:
                return Need(Scope(HERE, has_owners=True))
            found = [view.owner_of(row) for row in view.allocations(EVENING)]
            outside = raised_by(lambda: view.owner_of(rows[3]))
            return found, isinstance(outside, AssertionError)

        for windows, has_owners in (((EVENING,), True), ((EVENING,), False), ((), True)):
            found = trial.ask(ask, windows=windows, has_owners=has_owners)
            assert found == ([block, a_booking(dining=_EARLY), a_hold()], True)
        refused = raised_by(
            lambda: trial.ask(lambda view: view.owner_of(rows[0]), windows=(EVENING,))
        )
        assert isinstance(refused, AssertionError)

    def test_a_window_shows_the_bookings_that_start_inside_it(self, trial: Trial) -> None:
        """With ``has_owners`` a scope has them as if its windows were sittings."""
        trial.write(bookings=_some())

        def starting(*, has_owners: bool) -> tuple[Booking, ...]:
            return trial.ask(
                lambda view: view.bookings_starting(EVENING),
                windows=(EVENING,),
                has_owners=has_owners,
            )

        found = starting(has_owners=True)
        assert [booking.id for booking in found] == ["b1", "b2"]
        refused = raised_by(lambda: starting(has_owners=False))
        assert isinstance(refused, AssertionError)
