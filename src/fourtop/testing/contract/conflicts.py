"""Promises about conflicts: a store refuses wrong changes of any decision and changes nothing."""

from __future__ import annotations

from typing import Any

import attrs

from fourtop.errors import (
    AllocationsOverlap,
    AlreadyExists,
    Code,
    ForeignTenant,
    NotFound,
    StaleVersion,
)
from fourtop.model.allocation import Allocation, ResourceType
from fourtop.model.block import Block
from fourtop.model.floor import Floor
from fourtop.model.hold import HoldState
from fourtop.model.window import Window, iso
from fourtop.ports import FloorChange, PolicyChange, kind_of
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.samples import (
    EVENING,
    HERE,
    MINUTE_US,
    THERE,
    a_block,
    a_booking,
    a_confirmation,
    a_hold,
    a_house,
    a_row,
    an_answer,
    an_event,
    changed_records,
    of_block,
    of_booking,
    of_hold,
    plain_records,
    span,
)

_B, _H, _K = of_booking(), of_hold(), of_block()
_MICROSECOND = 1 / MINUTE_US


def _furnish(trial: Trial) -> tuple[Allocation, Allocation, Allocation]:
    """Write a booking, a hold and a block, each with a table for the evening; return their rows."""
    rows = (a_row("a1", _B, "t1"), a_row("a2", _H, "t2"), a_row("a3", _K, "t3"))
    trial.write(
        bookings=(a_booking(),),
        holds_added=(a_hold(),),
        records_added=plain_records(),
        added=rows,
        confirmations=(a_confirmation("r1"),),
        stored_results=(an_answer("k1"),),
        events=(an_event("e1"),),
    )
    return rows


def _is_about(error: AllocationsOverlap, row: Allocation) -> bool:
    """Tell whether an error names a row with all its facts."""
    facts = (
        error.resource_type,
        error.resource_id,
        error.in_the_way,
        error.owner_kind,
        error.owner_id,
    )
    window = (error.start, error.end) == (iso(row.window.start_us), iso(row.window.end_us))
    return window and facts == (
        row.resource_type.value,
        row.resource_id,
        row.id,
        row.owner_kind.value,
        row.owner_id,
    )


class OverlapPromises:
    """What holds of rows that would overlap."""

    def test_a_row_over_a_live_row_is_refused(self, trial: Trial) -> None:
        """It raises AllocationsOverlap with all facts of the stored row, for any kind of owner."""
        rows = _furnish(trial)
        for row, code in zip(
            rows,
            (Code.ALLOCATIONS_OVERLAP, Code.HOLD_CONFLICT, Code.ALLOCATIONS_OVERLAP),
            strict=True,
        ):
            error = trial.refuse(AllocationsOverlap, added=(a_row("x", _B, row.resource_id),))
            assert _is_about(error, row)
            assert error.code is code

    def test_overlap_is_exact_to_the_microsecond(self, trial: Trial) -> None:
        """Rows that share one microsecond are refused, however they lie; touching ones are not."""
        start_us, end_us = EVENING.start_us + 7, EVENING.end_us + 3
        trial.write(
            bookings=(a_booking(),),
            added=(a_row("a1", _B, "t1", Window.of_micros(start_us, end_us)),),
        )
        hour_us = 60 * MINUTE_US
        for bounds in (
            (start_us, end_us),
            (start_us - hour_us, end_us + hour_us),
            (start_us + 1, end_us - 1),
            (start_us - hour_us, start_us + 1),
            (end_us - 1, end_us + hour_us),
            (start_us, start_us + 1),
        ):
            trial.refuse(
                AllocationsOverlap, added=(a_row("x", _B, "t1", Window.of_micros(*bounds)),)
            )
        before = a_row("x1", _B, "t1", Window.of_micros(start_us - hour_us, start_us))
        after = a_row("x2", _B, "t1", Window.of_micros(end_us, end_us + hour_us))
        trial.write(added=(before, after))

    def test_a_month_long_row_is_in_the_way_on_its_last_day(self, trial: Trial) -> None:
        """However long ago a row began, what overlaps it is refused."""
        month = span(0, 31 * 24 * 60)
        trial.write(
            records_added=(a_block(),),
            added=(a_row("a1", _K, "t1", month), a_row("a2", _K, "t1", span(-9, 0))),
        )
        last = span(31 * 24 * 60 - 1, 31 * 24 * 60 + 60)
        error = trial.refuse(AllocationsOverlap, added=(a_row("x", _K, "t1", last),))
        assert error.in_the_way == "a1"

    def test_two_rows_of_one_set_of_changes_may_not_overlap(self, trial: Trial) -> None:
        """Rows of one change are checked against each other; the earlier one is in the way."""
        trial.write(bookings=(a_booking(),))
        first, second = a_row("x1", _B, "t1"), a_row("x2", _B, "t1", span(470, 500))
        assert _is_about(trial.refuse(AllocationsOverlap, added=(first, second)), first)

    def test_a_merge_group_overlaps_as_a_table_does(self, trial: Trial) -> None:
        """Live rows of one merge group or hold may not overlap; equal ids of other types may."""
        group = attrs.evolve(
            a_row("a1", _B), resource_type=ResourceType.MERGE_GROUP, resource_id="t1"
        )
        handle = attrs.evolve(a_row("a2", _H), resource_type=ResourceType.HOLD, resource_id="t1")
        trial.write(
            bookings=(a_booking(),),
            holds_added=(a_hold(),),
            added=(group, handle, a_row("a3", _B, "t1")),
        )
        for row in (group, handle):
            error = trial.refuse(
                AllocationsOverlap, added=(attrs.evolve(row, id="x", window=span(400, 500)),)
            )
            assert _is_about(error, row)

    def test_a_replaced_row_may_not_move_onto_another(self, trial: Trial) -> None:
        """Moving to a taken table, or lengthening into the next row, is refused."""
        rows = _furnish(trial)
        later = a_row("a4", _B, "t1", span(480, 500))
        trial.write(added=(later,))
        moved = attrs.evolve(rows[0], resource_id="t2")
        assert _is_about(trial.refuse(AllocationsOverlap, replaced=((rows[0], moved),)), rows[1])
        longer = attrs.evolve(rows[0], window=span(360, 480 + _MICROSECOND))
        assert _is_about(trial.refuse(AllocationsOverlap, replaced=((rows[0], longer),)), later)

    def test_a_refused_row_takes_all_others_with_it(self, trial: Trial) -> None:
        """An overlap at the very end undoes every row, record and event that came before it."""
        rows = _furnish(trial)
        error = trial.refuse(
            AllocationsOverlap,
            removed=(rows[0],),
            replaced=((rows[1], attrs.evolve(rows[1], resource_id="t1")),),
            added=(a_row("x1", of_booking("b2"), "t2"), a_row("x2", of_booking("b2"), "t3")),
            bookings=(a_booking("b2"), attrs.evolve(a_booking(), version=2)),
            holds_added=(a_hold("h2"),),
            holds_changed=(attrs.evolve(a_hold(), state=HoldState.RELEASED),),
            records_added=plain_records("k2"),
            records_changed=changed_records(),
            floor=FloorChange(attrs.evolve(a_house(HERE).floor, joins=()), expected=1),
            policy=PolicyChange(a_house(HERE).restaurant, a_house(HERE).policy, expected=1),
            confirmations=(a_confirmation("r2", "h2"),),
            stored_results=(an_answer("k2"),),
            events=(an_event("e2"),),
        )
        assert _is_about(error, rows[2])
        # Refused rows leave their ids and keys free for later changes.
        trial.write(
            bookings=(a_booking("b2"),),
            confirmations=(a_confirmation("r2", "h2"),),
            stored_results=(an_answer("k2"),),
            events=(an_event("e2"),),
        )

    def test_rows_of_a_dead_hold_are_in_the_way_until_they_are_swept(self, trial: Trial) -> None:
        """The store knows no rules: an expired hold's rows stand until a change removes them."""
        rows = _furnish(trial)
        trial.clock.advance(minutes=9)
        new = a_row("x", _B, "t2")
        assert _is_about(trial.refuse(AllocationsOverlap, added=(new,)), rows[1])
        trial.write(removed=(rows[1],), added=(new,))

    def test_shadow_rows_overlap_anything(self, trial: Trial) -> None:
        """A shadow row may overlap live and shadow rows, and no live row conflicts with it."""
        _furnish(trial)
        shadows = tuple(
            attrs.evolve(a_row(f"s{number}", _B, "t1"), shadow=True) for number in range(3)
        )
        trial.write(added=shadows)
        trial.write(removed=(a_row("a1", _B, "t1"),), added=(a_row("x", _B, "t1"),))
        live = attrs.evolve(shadows[0], shadow=False)
        assert trial.refuse(AllocationsOverlap, replaced=((shadows[0], live),)).in_the_way == "x"


class IdentityPromises:
    """What holds of ids, keys, tenants, versions and references."""

    def test_a_row_of_another_restaurant_is_refused(self, trial: Trial) -> None:
        """A row of another restaurant raises ForeignTenant wherever it stands among the changes."""
        row = _furnish(trial)[0]
        foreign = attrs.evolve(row, restaurant_id=THERE)
        house = a_house(THERE)
        lies: list[dict[str, Any]] = [
            {"removed": (foreign,)},
            {"replaced": ((foreign, row),)},
            {"replaced": ((row, foreign),)},
            {"added": (attrs.evolve(foreign, id="x", window=span(0, 9)),)},
            {"policy": PolicyChange(house.restaurant, house.policy, expected=1)},
        ]
        new: dict[str, Any] = {
            "bookings": a_booking("x"),
            "holds_added": a_hold("x"),
            "holds_changed": a_hold(),
            "confirmations": a_confirmation("x", "x"),
            "stored_results": an_answer("x"),
            "events": an_event("x"),
        }
        new_of_name = [*new.items()]
        new_of_name += [("records_added", each) for each in plain_records("x")]
        new_of_name += [("records_changed", each) for each in plain_records()]
        lies += [{name: (attrs.evolve(each, restaurant_id=THERE),)} for name, each in new_of_name]
        for lie in lies:
            assert trial.refuse(ForeignTenant, **lie).restaurant_id == HERE

    def test_a_foreign_row_hides_behind_no_other(self, trial: Trial) -> None:
        """One foreign row among many of the restaurant's own is found."""
        mine = (a_booking("x1"), a_booking("x2"))
        trial.refuse(
            ForeignTenant, bookings=(*mine, attrs.evolve(a_booking("x3"), restaurant_id=THERE))
        )

    def test_an_id_or_key_that_is_there_is_refused(self, trial: Trial) -> None:
        """A new row with a stored id or key raises AlreadyExists, which names kind and id."""
        _furnish(trial)
        lies: dict[tuple[str, str], dict[str, Any]] = {
            ("allocation", "a1"): {"added": (a_row("a1", _B, "t1", span(0, 9)),)},
            ("booking", "b1"): {"bookings": (a_booking(),)},
            ("hold", "h1"): {"holds_added": (a_hold(),)},
            **{
                (kind_of(type(each)).name, "k1"): {"records_added": (each,)}
                for each in plain_records()
            },
            ("confirmation", "r1"): {
                "confirmations": (a_confirmation("r1", "h2", confirmed=False),)
            },
            ("result", "k1"): {"stored_results": (an_answer("k1"),)},
            ("event", "e1"): {"events": (an_event("e1"),)},
        }
        for facts, lie in lies.items():
            error = trial.refuse(AlreadyExists, **lie)
            assert (error.kind, error.id) == facts

    def test_an_id_or_key_comes_once_in_a_set_of_changes(self, trial: Trial) -> None:
        """Two new rows of one id or key in one set of changes raise AlreadyExists, too."""
        trial.write(bookings=(a_booking(),))
        new: dict[str, tuple[Any, Any]] = {
            "added": (a_row("x", _B, "t1"), a_row("x", _B, "t2")),
            "bookings": (a_booking("x"), a_booking("x")),
            "holds_added": (a_hold("x"), a_hold("x")),
            "confirmations": (
                a_confirmation("x", confirmed=False),
                a_confirmation("x", confirmed=False),
            ),
            "stored_results": (an_answer("x"), an_answer("x")),
            "events": (an_event("x"), an_event("x")),
        }
        pairs = [*new.items()]
        pairs += [("records_added", (each, each)) for each in plain_records("x")]
        for name, pair in pairs:
            assert trial.refuse(AlreadyExists, **{name: pair}).id == "x"

    def test_a_key_belongs_to_its_command(self, trial: Trial) -> None:
        """The same key of two commands is two keys."""
        trial.write(stored_results=(an_answer("k", "hold"),))
        trial.write(stored_results=(an_answer("k", "book"),))
        trial.refuse(AlreadyExists, stored_results=(an_answer("k", "book"),))

    def test_a_hold_is_confirmed_once(self, trial: Trial) -> None:
        """A second success for a hold raises AlreadyExists; failures may precede and follow it."""
        trial.write(confirmations=(a_confirmation("r0", confirmed=False),))
        again = attrs.evolve(a_confirmation("r2"), key="another")
        twice = (a_confirmation("r1"), again)
        assert trial.refuse(AlreadyExists, confirmations=twice).kind == "confirmation"
        trial.write(confirmations=(a_confirmation("r1"),))
        assert trial.refuse(AlreadyExists, confirmations=(again,)).kind == "confirmation"
        trial.write(
            confirmations=(a_confirmation("r3", confirmed=False), a_confirmation("r4", "h2"))
        )

    def test_a_key_confirms_a_booking_once(self, trial: Trial) -> None:
        """A second success for a booking under one key raises AlreadyExists, for any hold."""
        first, second = (
            a_confirmation("r1"),
            attrs.evolve(a_confirmation("r2", "h2"), key="confirm-h1"),
        )
        assert trial.refuse(AlreadyExists, confirmations=(first, second)).id == "confirm-h1"
        trial.write(confirmations=(first,))
        assert trial.refuse(AlreadyExists, confirmations=(second,)).id == "confirm-h1"
        trial.write(confirmations=(attrs.evolve(second, confirmed=False),))
        trial.write(confirmations=(attrs.evolve(second, id="r3", booking_id="b2"),))

    def test_a_change_of_the_house_names_the_stored_version(self, trial: Trial) -> None:
        """A floor or policy made from another version raises StaleVersion with both versions."""
        house = a_house(HERE)
        trial.write(floor=FloorChange(house.floor, expected=1))
        for expected in (0, 1, 3):
            error = trial.refuse(StaleVersion, floor=FloorChange(house.floor, expected))
            assert (error.kind, error.expected, error.found) == ("floor", expected, 2)
        for expected in (0, 2):
            error = trial.refuse(
                StaleVersion, policy=PolicyChange(house.restaurant, house.policy, expected)
            )
            assert (error.kind, error.expected, error.found) == ("policy", expected, 1)

    def test_a_change_of_a_booking_names_the_next_version(self, trial: Trial) -> None:
        """A booking's version must be the stored one plus one, or 1 if new; else StaleVersion."""
        trial.write(bookings=(a_booking(),))
        trial.write(bookings=(attrs.evolve(a_booking(), version=2),))
        for version in (0, 2, 4):
            error = trial.refuse(
                StaleVersion, bookings=(attrs.evolve(a_booking(), version=version),)
            )
            assert (error.kind, error.expected, error.found) == ("booking", version - 1, 2)
        error = trial.refuse(StaleVersion, bookings=(attrs.evolve(a_booking("x"), version=2),))
        assert (error.expected, error.found) == (1, 0)
        third = attrs.evolve(a_booking(), version=3)
        trial.refuse(StaleVersion, bookings=(third, third))

    def test_a_row_that_goes_is_the_stored_one(self, trial: Trial) -> None:
        """Removing or replacing a missing, different or already removed row raises StaleVersion."""
        row = _furnish(trial)[0]
        absent, different = a_row("x", _B), attrs.evolve(row, window=span(360, 481))
        later = attrs.evolve(row, window=span(600, 660))
        lies: list[dict[str, Any]] = [
            {"removed": (absent,)},
            {"removed": (different,)},
            {"removed": (row, row)},
            {"removed": (attrs.evolve(row, owner_id="b2"),)},
            {"replaced": ((absent, absent),)},
            {"replaced": ((different, later),)},
            {"replaced": ((row, later), (row, later))},
            {"removed": (row,), "replaced": ((row, later),)},
        ]
        for lie in lies:
            assert trial.refuse(StaleVersion, **lie).kind == "allocation"

    def test_an_owner_exists(self, trial: Trial) -> None:
        """A row without an owner raises NotFound; an owner added in the same change suffices."""
        row = _furnish(trial)[0]
        for owner in (
            of_booking("x"),
            of_hold("x"),
            of_block("x"),
            of_hold("b1"),
            of_booking("k1"),
        ):
            for lie in (
                {"added": (a_row("y", owner, "t1", span(0, 9)),)},
                {"replaced": ((row, attrs.evolve(row, owner_kind=owner.kind, owner_id=owner.id)),)},
            ):
                error = trial.refuse(NotFound, **lie)
                assert (error.kind, error.id) == (owner.kind.value, owner.id)

    def test_a_table_exists(self, trial: Trial) -> None:
        """A row of an unknown table raises NotFound; a new floor in the same change counts."""
        row = _furnish(trial)[0]
        for lie in (
            {"added": (a_row("x", _B, "t4"),)},
            {"replaced": ((row, attrs.evolve(row, resource_id="t4")),)},
        ):
            error = trial.refuse(NotFound, **lie)
            assert (error.kind, error.id) == ("table", "t4")
        floor = a_house(HERE).floor
        without = Floor(floor.tables[1:], zones=floor.zones, joins=floor.joins)
        later = a_row("x", _B, "t1", span(600, 660))
        error = trial.refuse(NotFound, floor=FloorChange(without, expected=1), added=(later,))
        assert (error.kind, error.id) == ("table", "t1")

    def test_what_changes_exists(self, trial: Trial) -> None:
        """Changing a hold or plain record that is missing, or removing a record, raises NotFound.

        A plain record that the same changes add is not there either.
        """
        _furnish(trial)
        lies: list[tuple[str, dict[str, Any]]] = [
            ("hold", {"holds_changed": (a_hold("x"),)}),
            ("booking", {"bookings_removed": ("x",)}),
        ]
        for each in plain_records("x"):
            kind = kind_of(type(each))
            lies += [
                (kind.name, {"records_changed": (each,)}),
                (kind.name, {"records_removed": ((kind.record, "x"),)}),
                (kind.name, {"records_added": (each,), "records_changed": (each,)}),
                (kind.name, {"records_added": (each,), "records_removed": ((kind.record, "x"),)}),
            ]
        for name, lie in lies:
            error = trial.refuse(NotFound, **lie)
            assert (error.kind, error.id) == (name, "x")
        trial.write(records_added=plain_records("k2"), bookings=(a_booking("b2"),))
        for each in plain_records("k2"):
            twice = ((type(each), "k2"), (type(each), "k2"))
            assert trial.refuse(NotFound, records_removed=twice).id == "k2"
        assert trial.refuse(NotFound, bookings_removed=("b2", "b2")).id == "b2"

    def test_a_block_leaves_no_rows_behind(self, trial: Trial) -> None:
        """Removing a block while rows refer to it raises NotFound: they would have no owner."""
        row = _furnish(trial)[2]
        longer = attrs.evolve(row, window=span(360, 500))
        lies: tuple[dict[str, Any], ...] = (
            {},
            {"replaced": ((row, longer),)},
            {"removed": (row,), "added": (longer,)},
        )
        for lie in lies:
            error = trial.refuse(NotFound, records_removed=((Block, "k1"),), **lie)
            assert (error.kind, error.id) == ("block", "k1")

    def test_a_booking_leaves_no_rows_behind(self, trial: Trial) -> None:
        """Removing a booking while rows refer to it raises NotFound, whether shadow or live."""
        row = _furnish(trial)[0]
        longer = attrs.evolve(row, window=span(360, 500))
        shadow = attrs.evolve(a_row("x", _B, "t2"), shadow=True)
        lies: tuple[dict[str, Any], ...] = (
            {},
            {"replaced": ((row, longer),)},
            {"removed": (row,), "added": (longer,)},
            {"removed": (row,), "added": (shadow,)},
        )
        for lie in lies:
            error = trial.refuse(NotFound, bookings_removed=("b1",), **lie)
            assert (error.kind, error.id) == ("booking", "b1")
