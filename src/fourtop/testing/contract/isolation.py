"""Promises about isolation: a call sees every earlier transaction and no later one."""

from __future__ import annotations

import sys
import time
from threading import Barrier
from typing import Final

import attrs

from fourtop.model.allocation import Allocation
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.ports import Changes, Decision, Scope, View
from fourtop.testing.contract.harness import PATIENCE_SECONDS, Beside, Trial
from fourtop.testing.contract.samples import (
    EVENING,
    HERE,
    MINUTE_US,
    NOON_US,
    a_booking,
    a_hold,
    a_row,
    of_booking,
)

# How long a call is given to get past a lock that should keep it out. A store that keeps it out
# costs this time; one that does not is found as soon as the call comes through.
CHANCE_SECONDS: Final = 0.05
# Beside so many asks of one read others write: each on a table of its own.
_WRITES_BESIDE: Final = 3
_THREADS: Final = 8
_ROUNDS: Final = 25

Look = tuple[Versions, int, tuple[Allocation, ...], House]


def _extend(view: View) -> Decision[None]:
    """Extend the hold by a microsecond; without isolation a rival's write would be lost."""
    hold = view.find_hold("h1")
    assert hold is not None
    longer = attrs.evolve(hold, expires_us=hold.expires_us + 1)
    return Decision(None, Changes(holds_changed=(longer,)))


_SCOPE: Final = Scope(HERE, holds=frozenset({"h1"}))


def _lifetime_us(trial: Trial) -> int:
    hold = trial.ask(lambda view: view.find_hold("h1"), holds=frozenset({"h1"}))
    assert hold is not None
    return hold.expires_us - a_hold().expires_us


class IsolationPromises:
    """What holds of calls at once."""

    def test_a_transaction_waits_for_the_one_before_it(self, trial: Trial) -> None:
        """Two transactions that read a row and write it lose neither change, however they meet."""
        trial.write(holds_added=(a_hold(),))
        rivals: list[Beside] = []

        def slow(view: View) -> Decision[None]:
            decision = _extend(view)
            if not rivals:
                rivals.append(trial.beside(lambda: trial.store.transact(_SCOPE, _extend)))
                rivals[0].is_over_within(CHANCE_SECONDS)
            return decision

        trial.store.transact(_SCOPE, slow)
        rivals[0].wait()
        assert _lifetime_us(trial) == 2

    def test_a_view_is_consistent(self, trial: Trial) -> None:
        """A read keeps seeing the same state while other transactions write."""
        trial.write(bookings=(a_booking(),))
        before = trial.ask(lambda view: view.versions).occupancy
        rivals: list[Beside] = []

        def look(view: View) -> Look:
            return view.versions, view.busy_mask(EVENING), view.allocations(EVENING), view.house

        def take_table(number: int) -> None:
            trial.write(added=(a_row(f"a{number}", of_booking(), f"t{number}"),))

        def ask(view: View) -> tuple[Look, Look]:
            first = look(view)
            # A store may ask again, on a view of its own: others write beside that one, too.
            if len(rivals) < _WRITES_BESIDE:
                number = len(rivals) + 1
                rivals.append(trial.beside(lambda: take_table(number)))
                rivals[-1].is_over_within(CHANCE_SECONDS)
            return first, look(view)

        first, second = trial.ask(ask, windows=(EVENING,))
        for rival in rivals:
            rival.wait()
        assert first == second
        versions, mask, rows, _ = first
        assert versions.occupancy - before == mask.bit_count() == len(rows)
        taken = trial.ask(lambda view: view.busy_mask(EVENING), windows=(EVENING,))
        assert taken.bit_count() == len(rivals)

    def test_time_is_told_after_the_wait(self, trial: Trial) -> None:
        """Lock, then clock: a transaction that sees another's changes has a later time."""
        seen: list[tuple[int, int]] = []
        rivals: list[Beside] = []

        def look(view: View) -> Decision[None]:
            seen.append((view.versions.occupancy, view.now_us))
            return Decision(None)

        def lead(_: View) -> Decision[None]:
            if not rivals:
                rivals.append(trial.beside(lambda: trial.store.transact(Scope(HERE), look)))
                rivals[0].is_over_within(CHANCE_SECONDS)
                trial.clock.advance(minutes=1)
            return Decision(None, Changes(bookings=(a_booking(),)))

        trial.store.transact(Scope(HERE), lead)
        rivals[0].wait()
        # A store that does not lock may let the other one go first; then it has seen nothing.
        assert seen[-1] in ((1, NOON_US + MINUTE_US), (0, NOON_US))

    def test_eight_threads_lose_nothing(self, trial: Trial) -> None:
        """Many threads that read and write one row at once leave the sum of their writes."""
        trial.write(holds_added=(a_hold(),))

        barrier = Barrier(_THREADS)

        def extend_and_pause(view: View) -> Decision[None]:
            decision = _extend(view)
            # Hands the processor to another thread, between reading and writing.
            time.sleep(0)
            return decision

        def extend_often() -> None:
            barrier.wait(PATIENCE_SECONDS)
            for _ in range(_ROUNDS):
                trial.store.transact(_SCOPE, extend_and_pause)

        usual = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            calls = [trial.beside(extend_often) for _ in range(_THREADS)]
            for call in calls:
                call.wait()
        finally:
            sys.setswitchinterval(usual)
        assert _lifetime_us(trial) == _THREADS * _ROUNDS
        assert trial.ask(lambda view: view.versions.occupancy) == 1 + _THREADS * _ROUNDS
