"""Promises about head counts: who counts towards a cap, and when."""

from __future__ import annotations

from typing import Any

import attrs

from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.hold import Hold, HoldState
from fourtop.ports import CountedParty, Headcount, HeldCover, Need, Scope, View
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.samples import (
    EVENING,
    HERE,
    MINUTE_US,
    NOON_US,
    a_booking,
    a_hold_at,
    span,
)


def _party_of(record: Booking | Hold, counted_us: int | None = None) -> CountedParty:
    """Return a booking or a hold as a counted party."""
    kind = OwnerKind.BOOKING
    tables: tuple[str, ...] = ()
    if isinstance(record, Hold):
        kind, tables = OwnerKind.HOLD, record.tables
    elif record.assignment is not None:
        tables = record.assignment.tables
    dining = record.stay.dining
    owner = Owner(kind, record.id)
    return CountedParty(
        dining.start_us,
        dining.end_us,
        owner,
        record.party_size,
        record.channel,
        tables=tables,
        counted_us=counted_us,
    )


class HeadcountPromises:
    """What holds of head counts and claims."""

    def test_heads_are_counted_by_when_they_sit_down(self, trial: Trial) -> None:
        """Counting bookings that start inside ``[start, end)`` are counted, per instant."""
        starts = {"b5": 400, "b1": 360, "b2": 360, "b3": 359.999, "b4": 480}
        bookings = [a_booking(id_, span(start, start + 90)) for id_, start in starts.items()]
        bookings[2] = attrs.evolve(bookings[2], party_size=7)
        trial.write(bookings=tuple(bookings))

        def counted() -> list[tuple[float, int, int]]:
            found = trial.ask(lambda view: view.headcounts(EVENING), headcounts=(EVENING,))
            return [
                ((each.start_us - NOON_US) / MINUTE_US, each.covers, each.parties) for each in found
            ]

        party_size = bookings[0].party_size
        assert counted() == [(360, party_size + 7, 2), (400, party_size, 1)]
        moved = attrs.evolve(a_booking("b5", span(360, 450)), version=2, party_size=1)
        trial.write(
            bookings=(moved, attrs.evolve(bookings[1], version=2, status=BookingStatus.NO_SHOW))
        )
        assert counted() == [(360, 8, 2)]
        last = (attrs.evolve(moved, version=3, status=BookingStatus.CANCELLED),)
        trial.write(
            bookings=(
                *last,
                attrs.evolve(bookings[2], version=2, status=BookingStatus.PRIORITY_WAITLIST),
            )
        )
        assert counted() == []

    def test_heads_are_counted_once_however_often_they_are_asked_for(self, trial: Trial) -> None:
        """Overlapping windows, many windows and a repeated Need count no booking twice."""
        starts = (300, 370, 420, 470, 600, 1_000)
        bookings = [a_booking(f"b{start}", span(start, start + 90)) for start in starts]
        trial.write(
            bookings=tuple(bookings), holds_added=(a_hold_at("h1", 370), a_hold_at("h2", 420))
        )
        evening = span(300, 480)
        windows = (
            span(300, 420),
            span(360, 480),
            span(600, 601),
            span(700, 701),
            span(800, 801),
            span(1_000, 1_001),
        )

        def ask(view: View) -> Any:
            if len(view.scope.headcounts) < len(windows):
                return Need(Scope(HERE, headcounts=windows[1:]))
            counted = [
                each for window in (evening, *windows[2:]) for each in view.headcounts(window)
            ]
            return counted, [each.hold_id for each in view.held_covers(evening)]

        counted, held_covers = trial.ask(ask, headcounts=windows[:1])
        party_size = bookings[0].party_size
        assert counted == [
            Headcount(NOON_US + start * MINUTE_US, party_size, 1) for start in starts
        ]
        assert held_covers == ["h1", "h2"]

    def test_heads_of_each_status_count_or_not(self, trial: Trial) -> None:
        """A booking counts if ``BookingStatus.counts_covers`` says so."""
        statuses = {f"b{number}": status for number, status in enumerate(BookingStatus)}
        bookings = [
            attrs.evolve(a_booking(id_, span(360 + number, 450)), status=status)
            for number, (id_, status) in enumerate(statuses.items())
        ]
        trial.write(bookings=tuple(bookings))
        found = trial.ask(lambda view: view.headcounts(EVENING), headcounts=(EVENING,))
        counted = [each.stay.dining.start_us for each in bookings if each.status.counts_covers]
        assert [each.start_us for each in found] == counted

    def test_claims_are_listed_by_when_they_sit_down(self, trial: Trial) -> None:
        """Live holds that start inside ``[start, end)`` are held covers, by start, then id."""
        ended = [
            a_hold_at(f"e{state.value}", state=state)
            for state in HoldState
            if state is not HoldState.ACTIVE
        ]
        dead = a_hold_at("h0", expires_us=NOON_US)
        live = [
            a_hold_at("h3"),
            a_hold_at("h2"),
            a_hold_at("h1", 400),
            a_hold_at("h4", 359),
            a_hold_at("h5", 480),
        ]
        trial.write(holds_added=(*ended, dead, *live))
        found = trial.ask(lambda view: view.held_covers(EVENING), headcounts=(EVENING,))
        minute_us = NOON_US + 360 * MINUTE_US
        party_size = live[0].party_size
        assert found == (
            HeldCover(minute_us, "h2", party_size),
            HeldCover(minute_us, "h3", party_size),
            HeldCover(NOON_US + 400 * MINUTE_US, "h1", party_size),
        )

    def test_a_claim_knows_when_its_booking_is_counted(self, trial: Trial) -> None:
        """A held cover carries the start of its booking if that counts; otherwise ``None``."""
        far, waitlisted = a_booking("b2", span(9_000, 9_090)), BookingStatus.PRIORITY_WAITLIST
        uncounted = attrs.evolve(a_booking("b3", span(360, 450)), status=waitlisted)
        made_for = {"h1": "b2", "h2": "b3", "h3": "b4", "h4": None}
        holds = [
            a_hold_at(hold_id, booking_id=booking_id) for hold_id, booking_id in made_for.items()
        ]
        # Nobody's hold is not that of a booking which is called so.
        nobody = a_booking("None", span(360, 450))
        trial.write(bookings=(far, uncounted, nobody), holds_added=tuple(holds))

        def counted() -> list[int | None]:
            found = trial.ask(lambda view: view.held_covers(EVENING), headcounts=(EVENING,))
            return [each.counted_us for each in found]

        assert counted() == [far.stay.dining.start_us, None, None, None]
        trial.write(bookings=(attrs.evolve(far, version=2, status=BookingStatus.CANCELLED),))
        assert counted() == [None, None, None, None]

    def test_each_counted_party_is_told_by_itself(self, trial: Trial) -> None:
        """Counting bookings and live holds that start inside ``[start, end)``, with their facts."""
        early, late = a_booking("b4", span(359, 449)), a_booking("b5", span(480, 570))
        first, second = a_booking("b2", span(360, 450)), a_booking("b1", span(360, 490))
        waits = attrs.evolve(a_booking("b3", span(400, 490)), assignment=None, party_size=7)
        gone = attrs.evolve(a_booking("b6", span(370, 460)), status=BookingStatus.NO_SHOW)
        held = [
            a_hold_at("h2", 400, tables=("t2", "t3"), booking_id="b3"),
            a_hold_at("h1", 400, booking_id=None, channel=None),
            a_hold_at("h3", 359),
            a_hold_at("h4", 480),
            a_hold_at("h5", state=HoldState.RELEASED),
            a_hold_at("h6", expires_us=NOON_US),
        ]
        bookings = (early, late, first, second, waits, gone)
        trial.write(bookings=bookings, holds_added=tuple(held))

        def found() -> tuple[CountedParty, ...]:
            return trial.ask(lambda view: view.counted_parties(EVENING), counted_parties=(EVENING,))

        booked = [_party_of(second), _party_of(first)]
        counted_us = waits.stay.dining.start_us
        holding = [_party_of(held[1]), _party_of(held[0], counted_us)]
        assert found() == (*booked, _party_of(waits), *holding)
        moved = attrs.evolve(waits, version=2, assignment=first.assignment, party_size=2)
        left = attrs.evolve(second, version=2, status=BookingStatus.CANCELLED)
        trial.write(bookings=(moved, left))
        assert found() == (_party_of(first), _party_of(moved), *holding)

    def test_a_counted_party_is_told_once(self, trial: Trial) -> None:
        """Overlapping windows, many windows and a repeated Need tell no party twice."""
        starts = (300, 370, 420, 470)
        bookings = [a_booking(f"b{start}", span(start, start + 90)) for start in starts]
        trial.write(bookings=tuple(bookings), holds_added=(a_hold_at("h1", 370, booking_id=None),))
        windows = (span(300, 420), span(360, 480), span(600, 601), span(700, 701), span(800, 801))

        def ask(view: View) -> Any:
            if len(view.scope.counted_parties) < len(windows):
                return Need(Scope(HERE, counted_parties=windows[1:]))
            return [each.owner.id for each in view.counted_parties(span(300, 480))]

        assert trial.ask(ask, counted_parties=windows[:1]) == ["b300", "b370", "h1", "b420", "b470"]
