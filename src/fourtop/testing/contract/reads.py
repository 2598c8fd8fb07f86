"""Promises about what a view shows: which rows, in which order, at which microsecond."""

from __future__ import annotations

import attrs

from fourtop.model.allocation import Owner, OwnerKind, ResourceType
from fourtop.model.block import Block
from fourtop.model.hold import HoldState
from fourtop.model.window import Window
from fourtop.ports import HeldCover, refs
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.samples import (
    DAY_MINUTES,
    EVENING,
    HERE,
    MINUTE_US,
    MONTHS,
    NOON_US,
    a_block,
    a_booking,
    a_confirmation,
    a_hold,
    a_hold_at,
    a_row,
    an_event,
    of_block,
    of_booking,
    of_hold,
    span,
)

_B, _H, _K = of_booking(), of_hold(), of_block()
_MICROSECOND = 1 / MINUTE_US


def _minutes(instant_us: int) -> float:
    """Return an instant in minutes after noon."""
    return (instant_us - NOON_US) / MINUTE_US


class SightPromises:
    """What holds of the answers of views."""

    # ---- occupancy

    def test_windows_are_half_open_to_the_microsecond(self, trial: Trial) -> None:
        """A row is in the way of a window if they share a microsecond, and not if they touch."""
        start_us, end_us = NOON_US + 3_600_000_007, NOON_US + 7_200_000_003
        row = a_row("a1", _B, "t2", Window.of_micros(start_us, end_us))
        trial.write(bookings=(a_booking(),), added=(row,))
        cases = {
            (NOON_US, start_us): 0,
            (NOON_US, start_us + 1): 2,
            (end_us - 1, end_us + 9): 2,
            (end_us, end_us + 9): 0,
            (end_us, end_us + 1): 0,
            (start_us - 1, start_us): 0,
            (start_us + 5, start_us + 6): 2,
            (NOON_US, end_us + 9): 2,
            (start_us, end_us): 2,
        }

        def look(window: Window) -> tuple[object, ...]:
            return trial.ask(
                lambda view: (
                    view.busy_mask(window),
                    view.find_in_the_way("t2", window),
                    view.allocations(window),
                ),
                windows=(window,),
            )

        for bounds, mask in cases.items():
            window = Window.of_micros(*bounds)
            expected = (row if mask else None, (row,) if mask else ())
            assert look(window) == (mask, *expected), f"{window} and a row of {row.window}"

    def test_bits_of_a_mask_are_in_table_order(self, trial: Trial) -> None:
        """Bit ``i`` of a busy mask is the floor's table ``i``, and no other table."""
        rows = (a_row("a1", _B, "t1", span(0, 60)), a_row("a3", _B, "t3", span(30, 90)))
        trial.write(bookings=(a_booking(),), added=rows)
        starts = [span(start, 999).start_us for start in (0, 60, 90)]
        masks = trial.ask(
            lambda view: view.busy_masks(starts, 30 * MINUTE_US), windows=(span(0, 120),)
        )
        assert masks == [0b001, 0b100, 0b000]
        assert (
            trial.ask(lambda view: view.busy_mask(span(0, 120)), windows=(span(0, 120),)) == 0b101
        )
        assert trial.ask(lambda view: view.busy_masks([], MINUTE_US)) == []

    def test_rows_of_owners_may_be_left_out(self, trial: Trial) -> None:
        """A question ``without`` an owner ignores the rows of that owner."""
        rows = (
            a_row("a1", _B, "t1", span(0, 60)),
            a_row("a2", of_booking("b2"), "t1", span(60, 120)),
        )
        trial.write(bookings=(a_booking(), a_booking("b2")), added=rows)
        window = span(0, 120)
        found = trial.ask(
            lambda view: [
                (
                    view.busy_mask(window, without),
                    view.find_in_the_way("t1", window, without),
                    view.all_in_the_way("t1", window, without),
                )
                for without in ((), (_B,), (_B, of_booking("b2")))
            ],
            windows=(window,),
        )
        assert found == [(1, rows[0], rows), (1, rows[1], rows[1:]), (0, None, ())]

    def test_the_stays_beside_a_window_are_the_nearest_on_each_table(self, trial: Trial) -> None:
        """On each table the last row before a window counts, and the first after it.

        Touching is beside. Only live rows that overlap the time around the window count: no shadow
        row, no row of a dead hold or of an owner that is left out.
        """
        other, dead = of_booking("b2"), a_hold("h1", span(70, 80))
        rows = (
            a_row("a1", _B, "t1", span(0, 30)),
            a_row("a2", _B, "t1", span(30, 60)),
            a_row("a3", other, "t1", span(90, 120)),
            a_row("a4", other, "t1", span(120, 150)),
            a_row("a5", other, "t2", span(-90, 5)),
            a_row("a6", _B, "t2", span(175, 200)),
            a_row("a7", of_hold("h1"), "t3", span(70, 80)),
            attrs.evolve(a_row("a8", _B, "t3", span(100, 110)), shadow=True),
            a_row("a9", _B, "t3", span(180, 190)),
        )
        trial.write(bookings=(a_booking(), a_booking("b2")), holds_added=(dead,), added=rows)
        trial.clock.advance(minutes=10)
        window, around = span(85, 90), span(5, 180)

        def beside(without: tuple[Owner, ...] = ()) -> list[dict[int, float]]:
            found = trial.ask(
                lambda view: view.find_beside(window, around, without), windows=(around,)
            )
            return [
                {bit: _minutes(instant_us) for bit, instant_us in sorted(each.items())}
                for each in found
            ]

        assert beside() == [{0: 60}, {0: 90, 1: 175}]
        assert beside((other,)) == [{0: 60}, {1: 175}]
        assert beside((_B,)) == [{}, {0: 90}]

    def test_shadow_rows_are_shown_and_count_nowhere(self, trial: Trial) -> None:
        """A shadow row is listed with its window and owner, and conflicts with no row."""
        shadow = attrs.evolve(a_row("a1", _B), shadow=True)
        trial.write(bookings=(a_booking(),), added=(shadow,))
        found = trial.ask(
            lambda view: (
                view.allocations(EVENING),
                view.allocations_of(OwnerKind.BOOKING, "b1"),
                view.busy_mask(EVENING),
                view.busy_masks([EVENING.start_us], MINUTE_US),
                view.find_in_the_way("t1", EVENING),
                view.all_in_the_way("t1", EVENING),
                view.find_last_allocation("t1"),
            ),
            windows=(EVENING,),
            bookings=frozenset({"b1"}),
            tables=frozenset({"t1"}),
        )
        assert found == ((shadow,), (shadow,), 0, [0], None, (), None)

    def test_a_month_long_row_is_seen_from_every_day_of_it(self, trial: Trial) -> None:
        """However long ago a row began, it is found wherever it lies."""
        month = Window.of_micros(NOON_US, MONTHS[1].end_us)
        row = a_row("a1", _K, "t3", month)
        trial.write(records_added=(a_block("k1", month),), added=(row,))

        def look(hour: Window) -> tuple[object, ...]:
            return trial.ask(
                lambda view: (view.busy_mask(hour), view.allocations(hour)), windows=(hour,)
            )

        for day in (0, 1, 15, 30):
            assert look(span(day * DAY_MINUTES + 600, day * DAY_MINUTES + 660)) == (
                0b100,
                (row,),
            ), f"day {day}"

    def test_rows_are_listed_by_start_type_resource_and_id(self, trial: Trial) -> None:
        """Rows are sorted by their order key, across owners and kinds, not by time of writing."""
        handle = attrs.evolve(
            a_row("h1.hold", _H), resource_type=ResourceType.HOLD, resource_id="h1"
        )
        group = attrs.evolve(
            a_row("b1.group", _B), resource_type=ResourceType.MERGE_GROUP, resource_id="g1"
        )
        shadow = attrs.evolve(a_row("a0", _B, "t2"), shadow=True)
        early = a_row("z9", _B, "t3", span(300, 360))
        tables = (a_row("a4", _B, "t2"), a_row("a5", _K, "t3"), a_row("b6", _H, "t1"))
        ordered = (early, handle, group, tables[2], shadow, tables[0], tables[1])
        trial.write(
            bookings=(a_booking(),),
            holds_added=(a_hold(),),
            records_added=(a_block(),),
            added=(tables[1], shadow, group, tables[2], handle, early, tables[0]),
        )
        window = span(300, 480)
        found = trial.ask(lambda view: view.allocations(window), windows=(window,))
        assert [row.id for row in found] == [row.id for row in ordered]
        assert [row.order_key for row in found] == sorted(row.order_key for row in found)

    def test_an_owner_has_its_own_rows_only(self, trial: Trial) -> None:
        """The rows of an owner match its kind and id; a booking and a hold may share an id."""
        rows = (
            a_row("a2", of_booking("x"), "t2"),
            a_row("a1", of_hold("x"), "t1"),
            a_row("a3", of_block("x"), "t3"),
            a_row("a0", of_booking("x"), "t2", span(0, 60)),
        )
        trial.write(
            bookings=(a_booking("x"),),
            holds_added=(a_hold("x"),),
            records_added=(a_block("x"),),
            added=rows,
        )
        x = frozenset({"x"})
        found = trial.ask(
            lambda view: [view.allocations_of(kind, "x") for kind in OwnerKind],
            bookings=x,
            holds=x,
            records=refs(Block, x),
        )
        assert found == [(rows[1],), (rows[3], rows[0]), (rows[2],)]

    def test_the_last_allocation_of_a_table_is_the_one_that_ends_last(self, trial: Trial) -> None:
        """The live row of a table that ends last is found; dead holds do not count."""
        rows = (
            a_row("a1", _B, "t1", span(60, 120)),
            a_row("a2", _B, "t1", span(20_000, 20_060)),
            a_row("a3", _B, "t2", span(60, 120)),
            a_row("a4", _H, "t1", span(30_000, 30_060)),
        )
        trial.write(bookings=(a_booking(),), holds_added=(a_hold(),), added=rows)
        tables = ("t1", "t2", "t3")
        for minutes, last in ((0, rows[3]), (3, rows[1])):
            trial.clock.advance(minutes=minutes)
            found = trial.ask(
                lambda view: [view.find_last_allocation(table_id) for table_id in tables],
                tables=frozenset(tables),
            )
            assert found == [last, rows[2], None]

    def test_the_extent_is_of_all_rows(self, trial: Trial) -> None:
        """The extent covers all rows and all starts of bookings, for every scope."""
        rows = (a_row("a1", _B, "t1", span(-99, 0)), a_row("a2", _H, "t2", span(9_000, 9_060)))
        shadow = attrs.evolve(a_row("a3", _B, "t3", span(9_000, 9_999)), shadow=True)
        trial.write(bookings=(a_booking(),), holds_added=(a_hold(),), added=(*rows, shadow))
        assert trial.ask(lambda view: view.extent(), has_extent=True) == (
            span(-99, 0).start_us,
            span(0, 9_999).end_us,
        )
        trial.write(removed=(shadow, rows[0]))
        sits_down_us = a_booking().stay.dining.start_us
        assert trial.ask(lambda view: view.extent(), has_extent=True) == (
            sits_down_us,
            rows[1].window.end_us,
        )
        trial.write(removed=(rows[1],))
        assert trial.ask(lambda view: view.extent(), has_extent=True) == (
            sits_down_us,
            sits_down_us + 1,
        )

    # ---- bookings

    def test_bookings_are_listed_by_when_they_sit_down(self, trial: Trial) -> None:
        """Bookings of any status that start inside ``[start, end)`` come by start, then id."""
        starts = {"b3": 60, "b2": 60, "b1": 90, "b0": 59.999, "b4": 120}
        trial.write(
            bookings=tuple(a_booking(id_, span(start, start + 90)) for id_, start in starts.items())
        )
        window = span(60, 120)

        def ids() -> list[str]:
            found = trial.ask(lambda view: view.bookings_starting(window), sittings=(window,))
            return [booking.id for booking in found]

        assert ids() == ["b2", "b3", "b1"]
        trial.write(bookings=(attrs.evolve(a_booking("b2", span(110, 200)), version=2),))
        assert ids() == ["b3", "b1", "b2"]

    # ---- holds

    def test_a_hold_is_dead_from_its_expiry_on(self, trial: Trial) -> None:
        """A hold is alive while ``now < expires_at``; a dead one blocks no row and can be swept."""
        hold, row = a_hold(), a_row("a1", _H)
        trial.write(holds_added=(hold,), added=(row,))

        def look() -> tuple[object, ...]:
            return trial.ask(
                lambda view: (
                    view.busy_mask(EVENING),
                    view.busy_masks([EVENING.start_us], MINUTE_US),
                    view.find_in_the_way("t1", EVENING),
                    view.held_covers(EVENING),
                    view.count_live_holds(),
                    view.count_live_holds("s1"),
                    view.dead_holds(EVENING),
                    view.has_expired_holds(),
                    [view.rows_of(each) for each in view.dead_holds(EVENING)],
                ),
                windows=(EVENING,),
                headcounts=(EVENING,),
                sessions=frozenset({"s1"}),
                counts_holds=True,
            )

        trial.clock.advance(seconds=179.999999)
        assert look() == (
            1,
            [1],
            row,
            (HeldCover(EVENING.start_us, hold.id, hold.party_size),),
            1,
            1,
            (),
            False,
            [],
        )
        trial.clock.advance(seconds=0.000001)
        assert look() == (0, [0], None, (), 0, 0, (hold,), True, [(row,)])
        assert trial.ask(lambda view: view.allocations(EVENING), windows=(EVENING,)) == (row,)

    def test_dead_holds_are_those_whose_block_window_overlaps(self, trial: Trial) -> None:
        """Dead holds are found by their occupied window, by start, then id; live ones are not."""
        dead = [
            a_hold_at("h3", 360),
            a_hold_at("h2", 360),
            a_hold_at("h1", 400),
            a_hold_at("h0", 490),
        ]
        trial.write(holds_added=(*dead, a_hold_at("h9", expires_us=NOON_US + 9_999_999_999)))
        trial.clock.advance(minutes=3)

        def ids(window: Window) -> list[str]:
            return [
                hold.id
                for hold in trial.ask(lambda view: view.dead_holds(window), windows=(window,))
            ]

        assert ids(span(480, 490)) == ["h2", "h3", "h1", "h0"]
        assert ids(span(490, 520)) == ["h1", "h0"]
        assert ids(span(355 - _MICROSECOND, 355)) == []
        assert ids(span(355, 355 + _MICROSECOND)) == ["h2", "h3"]

    def test_live_holds_are_counted_for_all_and_for_a_session(self, trial: Trial) -> None:
        """Holds count while they are alive, wherever they are; those of a session by its name."""
        far = a_hold_at("h3", 30_000, session="s2")
        dead = a_hold_at("h4", expires_us=NOON_US)
        ended = a_hold_at("h5", state=HoldState.RELEASED)
        trial.write(holds_added=(a_hold_at("h1"), a_hold_at("h2", session=None), far, dead, ended))
        sessions = ("s1", "s2", "s3")

        def counts() -> list[int]:
            return trial.ask(
                lambda view: [
                    view.count_live_holds(),
                    *(view.count_live_holds(each) for each in sessions),
                ],
                counts_holds=True,
                sessions=frozenset(sessions),
            )

        assert counts() == [3, 1, 1, 0]
        trial.write(
            holds_changed=(
                a_hold_at("h2", session=None, state=HoldState.CONFIRMED),
                attrs.evolve(far, expires_us=far.expires_us - 1),
            )
        )
        assert counts() == [2, 1, 1, 0]
        trial.write(holds_changed=(a_hold_at("h1", state=HoldState.RELEASED),))
        assert counts() == [1, 0, 1, 0]
        trial.clock.advance(minutes=3)
        assert counts() == [0, 0, 0, 0]

    def test_holds_of_a_booking_are_listed_oldest_first(self, trial: Trial) -> None:
        """Active holds of a booking, and the times of all its holds, come oldest first."""
        made = {"h1": 5, "h3": 1, "h2": 1, "h4": 3}
        holds = [a_hold_at(id_, created_us=NOON_US + after) for id_, after in made.items()]
        holds[3] = attrs.evolve(holds[3], state=HoldState.RELEASED)
        other = a_hold_at("h5", booking_id="b8")
        walk_in = a_hold_at("h6", booking_id=None)
        trial.write(holds_added=(*holds, other, walk_in))
        trial.clock.advance(minutes=9)

        def ask(since_us: int) -> tuple[list[str], tuple[int, ...]]:
            return trial.ask(
                lambda view: (
                    [hold.id for hold in view.active_holds_for("b9")],
                    view.holds_created("b9", NOON_US + since_us),
                ),
                bookings=frozenset({"b9"}),
            )

        assert ask(0) == (["h2", "h3", "h1"], tuple(NOON_US + after for after in (1, 1, 3, 5)))
        assert ask(1) == (["h2", "h3", "h1"], (NOON_US + 3, NOON_US + 5))

    def test_rows_of_shown_holds_may_be_asked_for(self, trial: Trial) -> None:
        """The rows of a returned hold may be read, even if the scope does not name the hold."""
        row = a_row("a1", _H)
        trial.write(holds_added=(a_hold(),), added=(row,))
        found = trial.ask(
            lambda view: [view.rows_of(hold) for hold in view.active_holds_for("b9")],
            bookings=frozenset({"b9"}),
        )
        assert found == [(row,)]

    # ---- evidence

    def test_evidence_of_a_hold_is_listed_oldest_first(self, trial: Trial) -> None:
        """Results of a hold come by time of the check, then id, with the success among them."""
        checked = {"r4": 2, "r3": 1, "r1": 1}
        results = [
            attrs.evolve(a_confirmation(id_, confirmed=id_ == "r3"), checked_us=NOON_US + after)
            for id_, after in checked.items()
        ]
        for result in results:
            trial.write(confirmations=(result,))
        trial.write(confirmations=(a_confirmation("r9", "h2", confirmed=False),))

        holds = frozenset({"h1", "h2"})
        found = trial.ask(
            lambda view: [
                [each.id for each in view.confirmations_of(hold_id)] for hold_id in sorted(holds)
            ],
            holds=holds,
        )
        assert found == [["r1", "r3", "r4"], ["r9"]]
        successes = trial.ask(
            lambda view: [view.find_confirmation(hold_id) for hold_id in sorted(holds)], holds=holds
        )
        assert successes == [results[1], None]

    def test_events_are_listed_as_they_were_written(self, trial: Trial) -> None:
        """Events come in the order of transactions, and inside one in the order of its changes."""
        trial.write(events=(an_event("e2"), an_event("e1")))
        trial.write(events=(attrs.evolve(an_event("e0"), at_us=NOON_US - 5),))
        assert [event.dedupe_key for event in trial.store.events(HERE)] == ["e2", "e1", "e0"]
