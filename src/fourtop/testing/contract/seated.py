"""Promises about seated parties: they keep their tables until they leave."""

from __future__ import annotations

from functools import partial
from typing import Final

import attrs

from fourtop.model.allocation import Allocation
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.window import Window
from fourtop.ports import SEATED_REACH_US, View
from fourtop.testing.contract.harness import Trial, raised_by
from fourtop.testing.contract.samples import (
    DAY_MINUTES,
    HERE,
    MINUTE_US,
    STAFF,
    THERE,
    a_booking,
    a_row,
    of_booking,
    span,
)

# The samples have a buffer of ten minutes after a stay, and the policy a margin of fifteen minutes.
_STAYS_ON: Final = 25
_SEATED: Final = BookingStatus.CHECKED_IN


def _a_party(
    booking_id: str = "b1",
    ends: float = -60,
    *,
    table_id: str = "t1",
    status: BookingStatus = _SEATED,
) -> tuple[Booking, Allocation]:
    """Return a party at a table, with the row of its table; times in minutes after noon."""
    booking = a_booking(booking_id, span(ends - 100, ends - 10))
    window = span(ends - 120, ends)
    given = Assignment((table_id,), window, None, window.start_us, STAFF)
    booking = attrs.evolve(booking, status=status, assignment=given)
    return booking, a_row(f"a-{booking_id}", of_booking(booking_id), table_id, window)


def _lasting(row: Allocation, until: float) -> Allocation:
    """Return a row with an end in minutes after noon."""
    end_us = span(until, until + 1).start_us
    return attrs.evolve(row, window=Window.of_micros(row.window.start_us, end_us))


def _look(window: Window, view: View) -> tuple[object, ...]:
    return (
        view.busy_mask(window),
        view.busy_masks([window.start_us], window.end_us - window.start_us),
        view.find_in_the_way("t1", window),
        view.all_in_the_way("t1", window),
        view.overstays(window),
        view.allocations(window),
    )


def _rows_in_the_way(window: Window, view: View) -> tuple[object, ...]:
    return view.find_in_the_way("t1", window), view.all_in_the_way("t1", window)


def _masks(windows: tuple[Window, ...], view: View) -> list[int]:
    return [view.busy_mask(window) for window in windows]


class SeatedPromises:
    """What holds of the parties that sit at tables now."""

    def test_a_seated_party_keeps_its_table_beyond_its_row(self, trial: Trial) -> None:
        """A table is taken until its party may have left, from the end of its row on.

        That is the margin of the policy and the buffer after now. The window need not touch a row.
        """
        booking, row = _a_party()
        trial.write(bookings=(booking,), added=(row,))
        kept = _lasting(row, _STAYS_ON)
        for start, end in ((_STAYS_ON - 1, 90), (0, _STAYS_ON), (-60, -59)):
            window = span(start, end)
            found = trial.ask(partial(_look, window), windows=(window,))
            assert found == (1, [1], kept, (kept,), (kept,), ()), f"minutes {start} to {end}"
        window = span(_STAYS_ON, 90)
        assert trial.ask(lambda view: view.busy_mask(window), windows=(window,)) == 0

    def test_a_row_that_has_not_ended_is_as_long_as_it_is(self, trial: Trial) -> None:
        """A party with a row that ends later than it may leave keeps its table until then."""
        booking, row = _a_party(ends=60)
        trial.write(bookings=(booking,), added=(row,))
        window = span(0, 90)
        found = trial.ask(
            lambda view: (view.find_in_the_way("t1", window), view.overstays(window)),
            windows=(window,),
        )
        assert found == (row, ())

    def test_the_occupancy_of_a_seated_party_follows_the_clock(self, trial: Trial) -> None:
        """Nothing is written when a party stays longer: the time alone moves the end."""
        booking, row = _a_party()
        trial.write(bookings=(booking,), added=(row,))
        versions = trial.ask(lambda view: view.versions)
        for minutes in (0, 7, 500):
            trial.clock.advance(minutes=minutes)
            passed = sum(each for each in (0, 7, 500) if each <= minutes)
            end = passed + _STAYS_ON
            windows = span(end - 1, end), span(end, end + 1)
            masks = trial.ask(partial(_masks, windows), windows=windows)
            assert masks == [1, 0], f"after {passed} minutes"
        assert trial.ask(lambda view: view.versions) == versions

    def test_only_a_seated_party_keeps_a_table(self, trial: Trial) -> None:
        """A party that is booked, or has left, keeps no table beyond its row."""
        others = [each for each in BookingStatus if each is not _SEATED]
        made = [_a_party(f"b{number}", status=each) for number, each in enumerate(others)]
        rows = tuple(attrs.evolve(row, shadow=True) for _, row in made)
        trial.write(bookings=tuple(booking for booking, _ in made), added=rows)
        window = span(0, 10)
        assert trial.ask(lambda view: view.busy_mask(window), windows=(window,)) == 0
        booking, row = _a_party("x")
        trial.write(bookings=(booking,), added=(row,))
        assert trial.ask(lambda view: view.busy_mask(window), windows=(window,)) == 1
        left = attrs.evolve(booking, status=BookingStatus.COMPLETED, version=2)
        trial.write(bookings=(left,))
        assert trial.ask(lambda view: view.busy_mask(window), windows=(window,)) == 0
        assert trial.ask(lambda view: view.seated_parties(), windows=(window,)) == ()

    def test_a_party_keeps_the_tables_where_it_sits_now(self, trial: Trial) -> None:
        """A party that has moved keeps its new table; the row of the old one has ended."""
        booking, row = _a_party(ends=-30)
        old = attrs.evolve(row, id="a0", resource_id="t2", window=span(-200, -150))
        trial.write(bookings=(booking,), added=(old, row))
        window = span(0, 10)
        assert trial.ask(lambda view: view.busy_mask(window), windows=(window,)) == 0b001

    def test_a_seated_party_is_not_in_its_own_way(self, trial: Trial) -> None:
        """A question without the party's rows ignores its overstay, too."""
        booking, row = _a_party()
        trial.write(bookings=(booking,), added=(row,))
        window, without = span(0, 10), (of_booking(),)
        found = trial.ask(
            lambda view: (
                view.busy_mask(window, without),
                view.find_in_the_way("t1", window, without),
                view.all_in_the_way("t1", window, without),
            ),
            windows=(window,),
        )
        assert found == (0, None, ())

    def test_a_seated_party_is_beside_a_window_until_it_leaves(self, trial: Trial) -> None:
        """The stay before a window ends when its party may have left, unless it is left out."""
        booking, row = _a_party()
        trial.write(bookings=(booking,), added=(row,))
        window, around = span(_STAYS_ON + 5, 90), span(-90, 120)
        found = trial.ask(
            lambda view: [
                view.find_beside(window, around, without)[0] for without in ((), (of_booking(),))
            ],
            windows=(around,),
        )
        until_us = _lasting(row, _STAYS_ON).window.end_us
        assert found == [{0: until_us}, {}]

    def test_the_next_booking_keeps_its_row(self, trial: Trial) -> None:
        """The earliest row in the way is that of the seated party; both rows are stored."""
        booking, row = _a_party()
        later = a_row("a9", of_booking("b9"), "t1", span(-59, 40))
        trial.write(bookings=(booking, a_booking("b9")), added=(row, later))
        window = span(0, 90)
        found = trial.ask(
            lambda view: (
                view.find_in_the_way("t1", window),
                view.find_in_the_way("t1", window, (of_booking(),)),
                view.all_in_the_way("t1", window),
                view.allocations(window),
            ),
            windows=(window,),
        )
        kept = _lasting(row, _STAYS_ON)
        assert found == (kept, later, (kept, later), (later,))

    def test_the_longer_row_of_a_seated_party_stands_for_the_stored_one(self, trial: Trial) -> None:
        """A window over both shows one row for the stay, beside those that the party had before."""
        booking, row = _a_party()
        before = attrs.evolve(row, id="a0", window=span(-300, -200))
        trial.write(bookings=(booking,), added=(before, row))
        kept = _lasting(row, _STAYS_ON)
        for first, expected in ((-61, (kept,)), (-201, (before, kept))):
            window = span(first, 10)
            found = trial.ask(partial(_rows_in_the_way, window), windows=(window,))
            assert found == (expected[0], expected), f"from minute {first}"

    def test_the_last_allocation_of_a_table_is_that_of_the_party_that_sits_there(
        self, trial: Trial
    ) -> None:
        """A table where a party sits is in use, although its row has ended."""
        booking, row = _a_party()
        later = a_row("a9", of_booking("b9"), "t1", span(-59, 10))
        trial.write(bookings=(booking, a_booking("b9")), added=(row, later))
        last = trial.ask(
            lambda view: [view.find_last_allocation(each) for each in ("t1", "t2")],
            tables=frozenset({"t1", "t2"}),
        )
        assert last == [_lasting(row, _STAYS_ON), None]

    def test_seated_parties_come_by_start_and_id(self, trial: Trial) -> None:
        """Every seated party is listed, wherever the windows of the scope lie."""
        made = [
            _a_party("b2", 30),
            _a_party("b3", -500, table_id="t2"),
            _a_party("b1", 30, table_id="t3"),
        ]
        for booking, row in made:
            trial.write(bookings=(booking,), added=(row,))
        for window in (span(0, 1), span(DAY_MINUTES - 1, DAY_MINUTES), span(-99, -98)):
            found = trial.ask(lambda view: view.seated_parties(), windows=(window,))
            assert [party.booking.id for party in found] == ["b3", "b1", "b2"]
            assert [party.booking for party in found] == [made[1][0], made[2][0], made[0][0]]

    def test_seated_parties_of_another_restaurant_are_not_seen(self, trial: Trial) -> None:
        """A party keeps the tables of its own restaurant only."""
        booking, row = _a_party()
        there = attrs.evolve(booking, restaurant_id=THERE), attrs.evolve(row, restaurant_id=THERE)
        trial.write(THERE, bookings=there[:1], added=there[1:])
        window = span(0, 10)
        for restaurant_id, mask in ((HERE, 0), (THERE, 1)):
            found = trial.ask(lambda view: view.busy_mask(window), restaurant_id, windows=(window,))
            assert found == mask

    def test_a_far_view_does_not_see_the_seated_parties(self, trial: Trial) -> None:
        """A window that begins a day after now or later does not depend on the parties of now."""
        reach_us = trial.clock.now_us() + SEATED_REACH_US
        near = Window.of_micros(reach_us - 1, reach_us + MINUTE_US)
        far = Window.of_micros(near.start_us + 1, near.end_us)

        def is_refused(view: View) -> bool:
            return isinstance(raised_by(view.seated_parties), AssertionError)

        assert trial.ask(is_refused, windows=(far,))
        assert trial.ask(is_refused)
        assert not trial.ask(is_refused, windows=(near,))
        assert not trial.ask(is_refused, tables=frozenset({"t1"}))
