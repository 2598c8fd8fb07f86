"""Promises about versions and the clock."""

from __future__ import annotations

from typing import Any

import attrs

from fourtop.errors import ClockBehind
from fourtop.model.results import Versions
from fourtop.model.window import from_micros, iso
from fourtop.ports import (
    MAX_STEP_BACK_US,
    Changes,
    Decision,
    FloorChange,
    PolicyChange,
    Scope,
    View,
)
from fourtop.testing.contract.harness import Trial, raised_by
from fourtop.testing.contract.samples import (
    EVENING,
    HERE,
    MINUTE_US,
    NOON_US,
    THERE,
    a_booking,
    a_confirmation,
    a_hold,
    a_house,
    a_row,
    an_answer,
    an_event,
    of_booking,
    plain_records,
)


def _versions(trial: Trial, restaurant_id: str = HERE) -> Versions:
    return trial.ask(lambda view: view.versions, restaurant_id)


class CountingPromises:
    """What holds of versions and time."""

    # ---- versions

    def test_each_change_of_the_floor_counts_one(self, trial: Trial) -> None:
        """A floor change raises only the floor's version, by one, even for an equal floor."""
        trial.write(floor=FloorChange(a_house(HERE).floor, expected=1))
        assert _versions(trial) == Versions(floor=2, policy=1, occupancy=0)

    def test_each_change_of_the_policy_counts_one(self, trial: Trial) -> None:
        """A policy change raises the policy's version by one and no other."""
        house = a_house(HERE)
        trial.write(policy=PolicyChange(house.restaurant, house.policy, expected=1))
        assert _versions(trial) == Versions(floor=1, policy=2, occupancy=0)

    def test_each_change_of_what_is_taken_counts_one(self, trial: Trial) -> None:
        """Any change of allocations, bookings, holds or plain records raises that version."""
        row = a_row("a1", of_booking())
        moved = attrs.evolve(row, resource_id="t2")
        steps: list[dict[str, Any]] = [
            {"bookings": (a_booking(), a_booking("b2"))},
            {"holds_added": (a_hold(),)},
            {"holds_changed": (a_hold(),)},
            *(
                step
                for each in plain_records()
                for step in (
                    {"records_added": (each,)},
                    {"records_changed": (each,)},
                    {"records_removed": ((type(each), each.id),)},
                )
            ),
            {"bookings_removed": ("b2",)},
            {"added": (row, a_row("a2", of_booking(), "t3"))},
            {"replaced": ((row, moved),)},
            {"removed": (moved,)},
        ]
        for number, step in enumerate(steps, 1):
            trial.write(**step)
            assert _versions(trial) == Versions(floor=1, policy=1, occupancy=number), step.keys()

    def test_evidence_answers_and_events_count_nothing(self, trial: Trial) -> None:
        """A refused change and a decision without changes raise no version."""
        trial.write(
            confirmations=(a_confirmation("r1"),),
            stored_results=(an_answer("k"),),
            events=(an_event("e"),),
        )
        trial.write()
        assert _versions(trial) == Versions(floor=1, policy=1, occupancy=0)

    def test_several_kinds_count_at_once(self, trial: Trial) -> None:
        """One set of changes raises each version that it touches by one."""
        house = a_house(HERE)
        trial.write(
            bookings=(a_booking(),),
            floor=FloorChange(house.floor, expected=1),
            policy=PolicyChange(house.restaurant, house.policy, expected=1),
        )
        assert _versions(trial) == Versions(floor=2, policy=2, occupancy=1)
        assert _versions(trial, THERE) == Versions(floor=1, policy=1, occupancy=0)

    def test_a_read_counts_nothing(self, trial: Trial) -> None:
        """Reading any record, any number of times, raises no version."""
        trial.write(bookings=(a_booking(),))
        before = _versions(trial)
        for _ in range(3):
            trial.see()
            trial.ask(lambda view: view.allocations(EVENING), windows=(EVENING,))
        assert _versions(trial) == before

    # ---- the clock

    def test_the_view_tells_the_time_of_the_store(self, trial: Trial) -> None:
        """A view's ``now_us`` is the time of the store's clock, exact to the microsecond."""
        trial.clock.advance(seconds=0.000_001)
        assert trial.ask(lambda view: view.now_us) == NOON_US + 1
        assert trial.store.transact(Scope(HERE), lambda view: Decision(view.now_us)) == NOON_US + 1

    def test_the_time_of_a_restaurant_never_goes_back(self, trial: Trial) -> None:
        """If the clock steps back, the restaurant's time stands still: dead holds stay dead."""
        trial.write(holds_added=(a_hold(),))

        def look(view: View) -> tuple[int, int]:
            return view.now_us, view.count_live_holds()

        def decide(view: View) -> Decision[tuple[int, int]]:
            return Decision(look(view))

        late, early = (from_micros(NOON_US + seconds * 1_000_000) for seconds in (200, 100))
        trial.clock.move_to(late)
        told = [trial.ask(look, counts_holds=True)]
        trial.clock.move_to(early)
        told.append(trial.ask(look, counts_holds=True))
        told.append(trial.store.transact(Scope(HERE, counts_holds=True), decide))
        assert told == [(NOON_US + 200_000_000, 0)] * 3
        # The time that a transaction was told counts as well.
        trial.clock.move_to(from_micros(NOON_US + 300_000_000))
        trial.store.transact(Scope(HERE, counts_holds=True), decide)
        trial.clock.move_to(early)
        assert trial.ask(look, counts_holds=True) == (NOON_US + 300_000_000, 0)
        trial.clock.move_to(from_micros(NOON_US + 300_000_001))
        assert trial.ask(look, counts_holds=True) == (NOON_US + 300_000_001, 0)

    def test_a_clock_far_behind_the_told_time_is_refused(self, trial: Trial) -> None:
        """A clock over five minutes behind a stored time raises ClockBehind; nothing changes."""
        late_us = NOON_US + 30 * MINUTE_US
        trial.clock.move_to(from_micros(late_us))
        trial.write(bookings=(a_booking(),))
        before = trial.see()
        trial.clock.move_to(from_micros(late_us - MAX_STEP_BACK_US))
        assert trial.ask(lambda view: view.now_us) == late_us
        trial.clock.move_to(from_micros(late_us - MAX_STEP_BACK_US - 1))
        asked: list[View] = []

        def decide(view: View) -> Decision[None]:
            asked.append(view)
            return Decision(None, Changes(bookings=(a_booking("b2"),)))

        for call in (
            lambda: trial.store.read(Scope(HERE), asked.append),
            lambda: trial.store.transact(Scope(HERE), decide),
        ):
            error = raised_by(call)
            assert isinstance(error, ClockBehind), "a clock far behind was taken for the time"
            assert (error.restaurant_id, error.told) == (HERE, iso(late_us))
            assert error.now == iso(late_us - MAX_STEP_BACK_US - 1)
        assert asked == [], "a decision was asked at a time that is not the clock's"
        assert trial.ask(lambda view: view.versions, THERE).occupancy == 0
        trial.clock.move_to(from_micros(late_us))
        assert trial.see() == before
