"""Promises about changes: all of them in place, unaltered, in the order that is written down."""

from __future__ import annotations

from typing import Any

import attrs

from fourtop.errors import AllocationsOverlap
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.block import Block
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.floor import Floor
from fourtop.model.hold import HoldState
from fourtop.ports import FloorChange, PolicyChange
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.samples import (
    EVENING,
    HERE,
    MINUTE_US,
    NOON_US,
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

_B = of_booking()


def _moved(row: Allocation, table_id: str) -> tuple[Allocation, Allocation]:
    return row, attrs.evolve(row, resource_id=table_id)


def _rows(trial: Trial) -> list[tuple[str, str]]:
    found = trial.ask(lambda view: view.allocations(EVENING), windows=(EVENING,))
    return [(row.id, row.resource_id) for row in found]


class WritingPromises:
    """What holds of changes that are taken."""

    def test_rows_of_every_kind_come_back_as_they_were_written(self, trial: Trial) -> None:
        """Every field of every row comes back equal: nothing is lost, rounded or normalised."""
        late = attrs.evolve(
            a_booking("b2", span(400.5, 470.25)), assignment=None, status=BookingStatus.NO_SHOW
        )
        bare = attrs.evolve(
            a_hold("h2"), booking_id=None, session=None, past_reason=None, names_tables=False
        )
        rows = (
            a_row("a1", _B),
            attrs.evolve(a_row("a2", of_hold()), resource_type=ResourceType.HOLD, resource_id="h1"),
            attrs.evolve(a_row("a3", _B), resource_type=ResourceType.MERGE_GROUP, resource_id="g1"),
            attrs.evolve(a_row("a4", of_block()), shadow=True),
        )
        results = (a_confirmation("r1", confirmed=False), a_confirmation("r2"))
        trial.write(
            bookings=(a_booking(), late),
            holds_added=(a_hold(), bare),
            records_added=plain_records(),
            added=rows,
            confirmations=results,
            stored_results=(an_answer("k"), an_answer("k", "book")),
            events=(an_event("e1"),),
        )
        seen = trial.see()
        assert seen["bookings"] == {"b1": a_booking(), "b2": late, "b9": None}
        assert seen["holds"] == {"h1": a_hold(), "h2": bare}
        assert seen["records"] == {(type(each), "k1"): each for each in plain_records()}
        assert seen["rows"] == [(), (rows[1], rows[2], rows[0], rows[3])]
        assert seen["evidence"] == {"h1": results, "h2": ()}
        assert seen["confirmed"] == {"h1": results[1], "h2": None}
        assert seen["stored_results"] == {
            ("hold", "k"): an_answer("k"),
            ("book", "k"): an_answer("k", "book"),
        }
        assert trial.store.events(HERE) == (an_event("e1"),)

    def test_every_field_of_a_booking_changes(self, trial: Trial) -> None:
        """A changed booking comes back with each new value, and without those that are gone."""
        full = a_booking()
        trial.write(bookings=(full,), added=(a_row("a1", _B),))
        bare = Booking(
            full.id,
            full.restaurant_id,
            full.party_size + 1,
            BookingStatus.PENDING_ALLOCATION,
            full.stay,
            None,
            version=2,
            created_us=full.created_us,
            updated_us=full.updated_us + 1,
            actor=full.actor,
        )
        for changed in (bare, attrs.evolve(full, version=3, party_size=5)):
            trial.write(bookings=(changed,))
            found = trial.ask(lambda view: view.find_booking("b1"), bookings=frozenset({"b1"}))
            assert found == changed

    def test_details_of_evidence_and_events_come_back_as_they_were_written(
        self, trial: Trial
    ) -> None:
        """Plain data in details, event data and results keeps its values and types."""
        data = {
            "text": "é",
            "whole": 2**53 + 1,
            "half": 0.5,
            "yes": True,
            "none": None,
            "list": ["t1", 2],
            "map": {},
        }
        result = attrs.evolve(a_confirmation("r1", confirmed=False), details=data)
        trial.write(confirmations=(result,), events=(attrs.evolve(an_event("e1"), data=data),))
        found = trial.ask(lambda view: view.confirmations_of("h1"), holds=frozenset({"h1"}))
        assert [dict(each.details) for each in found] == [data]
        assert [dict(event.data) for event in trial.store.events(HERE)] == [data]
        assert [type(value) for value in found[0].details.values()] == [
            type(value) for value in data.values()
        ]

    def test_records_change(self, trial: Trial) -> None:
        """Bookings, holds and plain records change; a removed plain record is gone."""
        trial.write(
            bookings=(a_booking(),),
            holds_added=(a_hold(),),
            records_added=(*plain_records(), *plain_records("k2")),
        )
        booking = attrs.evolve(
            a_booking(), version=2, party_size=5, status=BookingStatus.CHECKED_IN
        )
        hold = attrs.evolve(a_hold(), state=HoldState.CONFIRMED, expires_us=NOON_US + 9)
        trial.write(
            bookings=(booking,),
            holds_changed=(hold,),
            records_changed=changed_records(),
            records_removed=tuple((type(each), each.id) for each in plain_records("k2")),
        )
        seen = trial.see()
        assert seen["bookings"] == {"b1": booking, "b9": None}
        assert seen["holds"] == {"h1": hold}
        assert seen["records"] == {
            **{(type(each), "k1"): each for each in changed_records()},
            **{(type(each), "k2"): None for each in plain_records()},
        }

    def test_a_block_goes_with_its_rows(self, trial: Trial) -> None:
        """A block is removed together with its rows, in one set of changes."""
        row = a_row("a1", of_block())
        trial.write(records_added=(a_block(),), added=(row,))
        taken = a_row("a2", _B)
        block = (Block, "k1")
        trial.write(
            removed=(row,), records_removed=(block,), bookings=(a_booking(),), added=(taken,)
        )
        assert (trial.see()["records"], _rows(trial)) == ({block: None}, [("a2", "t1")])

    def test_a_booking_goes_with_its_rows(self, trial: Trial) -> None:
        """A removed booking is gone with its rows and its covers, and its id may be used again."""
        shadow = attrs.evolve(a_row("a1", _B), shadow=True)
        trial.write(bookings=(a_booking(), a_booking("b2")), added=(shadow, a_row("a2", _B, "t2")))
        trial.write(
            removed=(shadow, a_row("a2", _B, "t2")),
            bookings_removed=("b1",),
            added=(a_row("a3", of_booking("b2")),),
        )
        found = trial.ask(
            lambda view: (
                [booking.id for booking in view.bookings_starting(EVENING)],
                [(head.covers, head.parties) for head in view.headcounts(EVENING)],
                view.allocations_of(OwnerKind.BOOKING, "b1"),
            ),
            sittings=(EVENING,),
            headcounts=(EVENING,),
            bookings=frozenset({"b1"}),
        )
        assert found == (["b2"], [(a_booking().party_size, 1)], ())
        assert (trial.see()["bookings"], _rows(trial)) == (
            {"b1": None, "b2": a_booking("b2")},
            [("a3", "t1")],
        )
        again = attrs.evolve(a_booking(), party_size=1)
        trial.write(bookings=(again,))
        assert trial.ask(lambda view: view.find_booking("b1"), bookings=frozenset({"b1"})) == again

    def test_an_extended_hold_lives_longer(self, trial: Trial) -> None:
        """A hold's new expiry counts at once, and its old one no more."""
        trial.write(holds_added=(a_hold(),), added=(a_row("a1", of_hold()),))
        trial.write(holds_changed=(attrs.evolve(a_hold(), expires_us=NOON_US + 5 * MINUTE_US),))

        def look() -> tuple[int, int]:
            return trial.ask(
                lambda view: (view.count_live_holds(), len(view.dead_holds(EVENING))),
                counts_holds=True,
                windows=(EVENING,),
            )

        trial.clock.advance(minutes=3)
        assert look() == (1, 0)
        trial.clock.advance(minutes=2)
        assert look() == (0, 1)

    # ---- the order inside one set of changes, and judging at its end

    def test_removals_come_before_additions(self, trial: Trial) -> None:
        """A new row may take the place and the id of a row removed in the same change."""
        row = a_row("a1", _B)
        trial.write(bookings=(a_booking(), a_booking("b2")), added=(row,))
        taken = attrs.evolve(row, owner_id="b2", window=span(370, 500))
        trial.write(removed=(row,), added=(taken,))
        assert trial.ask(lambda view: view.allocations(EVENING), windows=(EVENING,)) == (taken,)
        assert (
            trial.ask(
                lambda view: view.allocations_of(OwnerKind.BOOKING, "b1"),
                bookings=frozenset({"b1"}),
            )
            == ()
        )

    def test_replacements_come_before_additions(self, trial: Trial) -> None:
        """A new row may take the place from which another moves away in the same changes."""
        row = a_row("a1", _B)
        trial.write(bookings=(a_booking(),), added=(row,))
        trial.write(replaced=(_moved(row, "t2"),), added=(a_row("a2", _B),))
        assert _rows(trial) == [("a2", "t1"), ("a1", "t2")]

    def test_two_rows_swap_in_one_set_of_changes(self, trial: Trial) -> None:
        """Overlap is judged when all is in: two rows of one window change places."""
        first, second = a_row("a1", _B, "t1"), a_row("a2", _B, "t2")
        trial.write(bookings=(a_booking(),), added=(first, second))
        trial.write(replaced=(_moved(first, "t2"), _moved(second, "t1")))
        assert _rows(trial) == [("a2", "t1"), ("a1", "t2")]

    def test_a_chain_of_three_moves_on(self, trial: Trial) -> None:
        """A chain of moves is accepted in any order of writing."""
        rows = [a_row(f"a{number}", _B, f"t{number}") for number in (1, 2)]
        trial.write(bookings=(a_booking(),), added=tuple(rows))
        trial.write(
            replaced=(_moved(rows[0], "t2"), _moved(rows[1], "t3")), added=(a_row("a3", _B, "t1"),)
        )
        assert _rows(trial) == [("a3", "t1"), ("a1", "t2"), ("a2", "t3")]
        ring = [
            attrs.evolve(row, resource_id=table)
            for row, table in zip(rows, ("t2", "t3"), strict=True)
        ]
        third = a_row("a3", _B, "t1")
        trial.write(replaced=(_moved(ring[0], "t3"), _moved(ring[1], "t1"), _moved(third, "t2")))
        assert _rows(trial) == [("a2", "t1"), ("a3", "t2"), ("a1", "t3")]

    def test_a_chain_that_still_overlaps_changes_nothing(self, trial: Trial) -> None:
        """If one link of a chain has nowhere to go, no link moves."""
        rows = [a_row(f"a{number}", _B, f"t{number}") for number in (1, 2, 3)]
        trial.write(bookings=(a_booking(),), added=tuple(rows))
        trial.refuse(AllocationsOverlap, replaced=(_moved(rows[0], "t2"), _moved(rows[1], "t3")))
        trial.refuse(AllocationsOverlap, replaced=(_moved(rows[0], "t2"),), removed=(rows[2],))
        trial.write(replaced=(_moved(rows[0], "t2"), _moved(rows[1], "t3")), removed=(rows[2],))
        assert _rows(trial) == [("a1", "t2"), ("a2", "t3")]

    def test_a_row_passes_to_another_owner_in_place(self, trial: Trial) -> None:
        """A row may pass to another owner, as a hold's rows pass to the booking."""
        row = a_row("a1", of_hold())
        trial.write(holds_added=(a_hold(),), added=(row,))
        trial.write(
            bookings=(a_booking(),),
            replaced=((row, attrs.evolve(row, owner_kind=_B.kind, owner_id="b1")),),
        )
        found = trial.ask(
            lambda view: [
                len(view.allocations_of(kind, id_))
                for kind, id_ in ((OwnerKind.HOLD, "h1"), (OwnerKind.BOOKING, "b1"))
            ],
            holds=frozenset({"h1"}),
            bookings=frozenset({"b1"}),
        )
        assert found == [0, 1]

    def test_a_booking_may_be_made_and_changed_in_one_set_of_changes(self, trial: Trial) -> None:
        """Bookings are taken in order, so that the second change of one is made from the first."""
        second = attrs.evolve(a_booking(), version=2, party_size=7)
        trial.write(bookings=(a_booking(), second))
        assert trial.see()["bookings"] == {"b1": second}

    # ---- the house

    def test_a_floor_change_rearranges_the_masks(self, trial: Trial) -> None:
        """After a floor change bit ``i`` is table ``i`` of the new floor, for old rows, too."""
        rows = (a_row("a1", _B, "t1"), a_row("a3", _B, "t3"))
        trial.write(bookings=(a_booking(),), added=rows)
        floor = a_house(HERE).floor
        new = Floor(
            [attrs.evolve(floor.tables[0], id="t4", number="0"), *floor.tables[1:]],
            zones=floor.zones,
            joins=(),
        )
        trial.write(
            floor=FloorChange(new, expected=1), removed=(rows[0],), added=(a_row("a4", _B, "t4"),)
        )
        busy, house = trial.ask(
            lambda view: (view.busy_mask(EVENING), view.house), windows=(EVENING,)
        )
        assert busy == 0b101
        assert house == attrs.evolve(a_house(HERE), floor=new)
        turned = attrs.evolve(
            new, tables=[attrs.evolve(new.tables[0], number="9"), *new.tables[1:]]
        )
        trial.write(floor=FloorChange(turned, expected=2))
        masks = trial.ask(
            lambda view: view.busy_masks([EVENING.start_us], MINUTE_US), windows=(EVENING,)
        )
        assert masks == [0b110]

    def test_rows_of_a_table_that_left_the_floor_stay_on_record(self, trial: Trial) -> None:
        """A table may leave the floor while old rows remain; they have no bit and are listed."""
        row = a_row("a1", _B, "t1", span(-90, -60))
        trial.write(bookings=(a_booking(),), added=(row,))
        floor = a_house(HERE).floor
        trial.write(floor=FloorChange(attrs.evolve(floor, tables=floor.tables[1:]), expected=1))
        window = span(-90, 0)
        found = trial.ask(
            lambda view: (view.busy_mask(window), view.allocations(window)), windows=(window,)
        )
        assert found == (0, (row,))

    def test_a_policy_change_replaces_policy_and_restaurant(self, trial: Trial) -> None:
        """A policy change puts both in place, and leaves the floor."""
        house = a_house(HERE)
        restaurant = attrs.evolve(house.restaurant, name="Another Name", timezone="Asia/Kathmandu")
        policy = attrs.evolve(house.policy, past_grace_minutes=7)
        trial.write(policy=PolicyChange(restaurant, policy, expected=1))
        expected = attrs.evolve(house, restaurant=restaurant, policy=policy)
        assert trial.ask(lambda view: view.house) == expected

    def test_both_halves_of_a_house_may_change_at_once(self, trial: Trial) -> None:
        """One set of changes may hold a floor and a policy."""
        house = a_house(HERE)
        written: dict[str, Any] = {
            "floor": FloorChange(attrs.evolve(house.floor, joins=()), expected=1),
            "policy": PolicyChange(
                house.restaurant, attrs.evolve(house.policy, past_grace_minutes=9), expected=1
            ),
        }
        trial.write(**written)
        found = trial.ask(lambda view: view.house)
        assert (found.floor.joins, found.policy.past_grace_minutes) == ((), 9)
