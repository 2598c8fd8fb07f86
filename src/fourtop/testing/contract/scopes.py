"""Promises about scopes: the reach and lifetime of a view, and how a decision loads more."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import attrs

from fourtop.errors import HoldExpired
from fourtop.model.allocation import OwnerKind
from fourtop.model.results import Versions
from fourtop.model.window import Window
from fourtop.ports import (
    MAX_NEEDS,
    PLAIN_KINDS,
    Changes,
    Decision,
    Listing,
    Need,
    PlainRecord,
    Scope,
    View,
)
from fourtop.testing.contract.harness import Trial, raised_by
from fourtop.testing.contract.samples import (
    EVENING,
    HERE,
    a_booking,
    a_hold,
    a_row,
    of_booking,
    of_hold,
    span,
)

_INSIDE = EVENING
_BEYOND = Window.of_micros(EVENING.start_us, EVENING.end_us + 1)
_LISTING = Listing(0, EVENING.end_us, 9)
_SCOPE: dict[str, Any] = {
    "windows": (_INSIDE,),
    "sittings": (_INSIDE,),
    "headcounts": (_INSIDE,),
    "counted_parties": (_INSIDE,),
    "bookings": frozenset({"b1"}),
    "holds": frozenset({"h1"}),
    "records": frozenset((kind.record, "k1") for kind in PLAIN_KINDS),
    "tables": frozenset({"t1"}),
    "stored_results": frozenset({("hold", "k")}),
    "sessions": frozenset({"s1"}),
    "listing": _LISTING,
    "slot_starts": (_INSIDE,),
}
_LENGTH_US = EVENING.end_us - EVENING.start_us


def _questions(window: Window, other: str) -> dict[str, Callable[[View], object]]:
    """Return every question that a scope restricts, about a window and ids that end with a text."""
    starts = [EVENING.start_us, window.end_us - _LENGTH_US]
    return {
        "dead_holds": lambda view: view.dead_holds(window),
        "busy_mask": lambda view: view.busy_mask(window),
        "busy_masks": lambda view: view.busy_masks(starts, _LENGTH_US),
        "find_beside": lambda view: view.find_beside(EVENING, window),
        "find_in_the_way": lambda view: view.find_in_the_way("t1", window),
        "all_in_the_way": lambda view: view.all_in_the_way("t1", window),
        "overstays": lambda view: view.overstays(window),
        "promised": lambda view: view.promised(window),
        "waiting": lambda view: view.waiting(window),
        "is_held": lambda view: view.is_held("b" + other, window),
        "allocations": lambda view: view.allocations(window),
        "bookings_starting": lambda view: view.bookings_starting(window),
        "listed": lambda view: view.listed(attrs.evolve(_LISTING, end_us=window.end_us)),
        "slots_starting": lambda view: view.slots_starting(window),
        "headcounts": lambda view: view.headcounts(window),
        "held_covers": lambda view: view.held_covers(window),
        "counted_parties": lambda view: view.counted_parties(window),
        "allocations_of a hold": lambda view: view.allocations_of(OwnerKind.HOLD, "h" + other),
        "allocations_of a booking": lambda view: view.allocations_of(
            OwnerKind.BOOKING, "b" + other
        ),
        "allocations_of a block": lambda view: view.allocations_of(OwnerKind.BLOCK, "k" + other),
        "rows_of": lambda view: view.rows_of(a_hold("h" + other)),
        "find_last_allocation": lambda view: view.find_last_allocation("t" + other),
        "find_booking": lambda view: view.find_booking("b" + other),
        "find_hold": lambda view: view.find_hold("h" + other),
        **{
            f"find_record of a {kind.name}": partial(_find_record, kind.record, "k" + other)
            for kind in PLAIN_KINDS
        },
        "active_holds_for": lambda view: view.active_holds_for("b" + other),
        "holds_created": lambda view: view.holds_created("b" + other, 0),
        "count_live_holds of a session": lambda view: view.count_live_holds("s" + other),
        "find_stored_result": lambda view: view.find_stored_result(
            "hold", "k" if other == "1" else "k" + other
        ),
        "find_confirmation": lambda view: view.find_confirmation("h" + other),
        "confirmations_of": lambda view: view.confirmations_of("h" + other),
    }


def _find_record(record: type[PlainRecord], record_id: str, view: View) -> object:
    return view.find_record(record, record_id)


_ALWAYS: dict[str, Callable[[View], object]] = {
    "house": lambda view: view.house,
    "versions": lambda view: view.versions,
    "has_expired_holds": lambda view: view.has_expired_holds(),
    "has_waiting": lambda view: view.has_waiting,
}

# What a flag of the scope allows, rather than a name.
_FLAGGED: dict[str, Callable[[View], object]] = {
    "count_live_holds": lambda view: view.count_live_holds(),
    "extent": lambda view: view.extent(),
}


def _is_refused(question: Callable[[View], object], view: View) -> bool:
    return isinstance(raised_by(lambda: question(view)), AssertionError)


def _calls(trial: Trial) -> tuple[Callable[[Scope, Any], object], ...]:
    return trial.store.read, trial.store.transact


class GuardingPromises:
    """What holds of views."""

    def test_a_view_answers_whatever_its_scope_names(self, trial: Trial) -> None:
        """Every question inside the scope is answered, even if no record exists."""

        def ask(view: View) -> list[str]:
            asked = {**_questions(_INSIDE, "1"), **_ALWAYS, **_FLAGGED}
            return [name for name, question in asked.items() if _is_refused(question, view)]

        assert trial.ask(ask, counts_holds=True, has_extent=True, **_SCOPE) == []

    def test_a_question_outside_the_scope_is_an_error(self, trial: Trial) -> None:
        """A window outside by a microsecond, or an id that is not named, is an AssertionError.

        A row that was not loaded must never read as "free"; so this holds where everything is at
        hand, too.
        """

        def ask(view: View) -> list[str]:
            asked = {**_questions(_BEYOND, "2"), **_FLAGGED}
            return [name for name, question in asked.items() if not _is_refused(question, view)]

        assert trial.ask(ask, **_SCOPE) == []
        assert trial.store.transact(Scope(HERE, **_SCOPE), lambda view: Decision(ask(view))) == []

    def test_a_question_outside_the_scope_ends_the_call(self, trial: Trial) -> None:
        """The AssertionError comes out of the call, and nothing is written."""
        before = trial.see()

        def decide(view: View) -> Decision[object]:
            return Decision(view.find_booking("b1"), Changes(bookings=(a_booking(),)))

        asking = raised_by(lambda: trial.ask(lambda view: view.find_booking("b1")))
        deciding = raised_by(lambda: trial.store.transact(Scope(HERE), decide))
        assert (type(asking), type(deciding)) == (AssertionError, AssertionError)
        assert trial.see() == before

    def test_windows_that_touch_are_one(self, trial: Trial) -> None:
        """A question may span several windows of the scope if they leave no gap."""
        touching = (span(0, 60), span(60, 120), span(121, 180))
        assert trial.ask(lambda view: view.busy_mask(span(30, 120)), windows=touching) == 0
        assert trial.ask(
            lambda view: _is_refused(lambda v: v.busy_mask(span(30, 130)), view), windows=touching
        )
        assert (
            trial.ask(lambda view: view.bookings_starting(span(30, 120)), sittings=touching) == ()
        )
        assert trial.ask(
            lambda view: _is_refused(lambda v: v.bookings_starting(span(30, 130)), view),
            sittings=touching,
        )
        assert trial.ask(lambda view: view.headcounts(span(30, 120)), headcounts=touching) == ()
        assert trial.ask(
            lambda view: _is_refused(lambda v: v.held_covers(span(30, 130)), view),
            headcounts=touching,
        )

    def test_a_view_dies_with_its_call(self, trial: Trial) -> None:
        """After the call every question is an AssertionError, also if the call failed."""
        kept: list[View] = []

        def keep(view: View) -> Any:
            kept.append(view)
            return (
                Need(Scope(HERE, holds=frozenset({"h1"}))) if len(kept) == 1 else Decision("done")
            )

        def fail(view: View) -> Any:
            kept.append(view)
            raise HoldExpired("h1", "now")

        trial.store.transact(Scope(HERE, **_SCOPE), keep)
        trial.store.read(Scope(HERE, **_SCOPE), kept.append)
        for call in _calls(trial):
            assert isinstance(raised_by(partial(call, Scope(HERE, **_SCOPE), fail)), HoldExpired)
        asked = {**_questions(_INSIDE, "1"), **_ALWAYS}
        alive = [
            name
            for view in kept
            for name, question in asked.items()
            if not _is_refused(question, view)
        ]
        assert len(kept) >= 5
        assert alive == []

    def test_a_need_is_served_in_the_same_transaction(self, trial: Trial) -> None:
        """A question or decision that returns a Need is put again, with a scope that holds both."""
        trial.write(holds_added=(a_hold(),), added=(a_row("a1", of_hold()),))

        def ask(view: View) -> Any:
            hold = view.find_hold("h1")
            assert hold is not None
            if not view.scope.covers(hold.stay.occupied):
                return Need(Scope(HERE, windows=(hold.stay.occupied,)))
            return view.versions, view.find_in_the_way("t1", hold.stay.occupied)

        expected = (Versions(floor=1, policy=1, occupancy=1), a_row("a1", of_hold()))
        scope = Scope(HERE, holds=frozenset({"h1"}))
        assert trial.store.read(scope, ask) == expected

        def decide(view: View) -> Any:
            answer = ask(view)
            return answer if isinstance(answer, Need) else Decision(answer)

        assert trial.store.transact(scope, decide) == expected

    def test_a_need_is_served_three_times(self, trial: Trial) -> None:
        """The third Need is served still."""

        def ask(view: View) -> Any:
            missing = [
                f"b{number}"
                for number in range(MAX_NEEDS)
                if f"b{number}" not in view.scope.bookings
            ]
            return (
                Need(Scope(HERE, bookings=frozenset(missing[:1])))
                if missing
                else sorted(view.scope.bookings)
            )

        def decide(view: View) -> Any:
            answer = ask(view)
            return answer if isinstance(answer, Need) else Decision(answer)

        assert trial.store.read(Scope(HERE), ask) == ["b0", "b1", "b2"]
        assert trial.store.transact(Scope(HERE), decide) == ["b0", "b1", "b2"]

    def test_a_fourth_need_is_an_error(self, trial: Trial) -> None:
        """Whoever asks for more than three times gets an AssertionError and not a fourth answer."""
        asked: list[int] = []

        def more(view: View) -> Any:
            asked.append(len(view.scope.bookings))
            # Any other result ends a store that would loop forever.
            return (
                Need(Scope(HERE, bookings=frozenset({f"b{len(asked)}"})))
                if len(asked) < 99
                else None
            )

        for call in _calls(trial):
            asked.clear()
            assert isinstance(raised_by(partial(call, Scope(HERE), more)), AssertionError)
            assert asked == [0, 1, 2, 3]

    def test_only_the_last_decision_counts(self, trial: Trial) -> None:
        """A decision may be called several times; the store writes and returns the last one."""
        calls: list[str] = []

        def decide(view: View) -> Any:
            calls.append(f"b{len(calls)}")
            if "b1" not in view.scope.bookings:
                return Need(Scope(HERE, bookings=frozenset({"b1"})))
            rows = (a_row(f"a-{calls[-1]}", of_booking(calls[-1])),)
            return Decision(calls[-1], Changes(bookings=(a_booking(calls[-1]),), added=rows))

        answer = trial.store.transact(Scope(HERE), decide)
        assert answer == calls[-1]
        assert [
            row.owner_id
            for row in trial.ask(lambda view: view.allocations(EVENING), windows=(EVENING,))
        ] == [calls[-1]]

    def test_errors_of_a_question_or_decision_come_out_as_they_are(self, trial: Trial) -> None:
        """An exception of a decision comes out as the same object, and nothing is changed."""
        before = trial.see()
        for error in (
            HoldExpired("h1", "now"),
            ZeroDivisionError("a bug"),
            AssertionError("broken"),
        ):

            def fail(view: View, error: Exception = error) -> Any:
                assert view.house is not None
                raise error

            for call in _calls(trial):
                assert raised_by(partial(call, Scope(HERE), fail)) is error, (
                    "an error was lost, or is another"
                )
        assert trial.see() == before

    def test_a_result_may_be_nothing(self, trial: Trial) -> None:
        """A result of None, False or an empty tuple is returned unchanged."""
        for value in (None, False, (), 0):
            assert trial.store.read(Scope(HERE), partial(_same, value)) is value
            assert trial.store.transact(Scope(HERE), partial(_same, Decision(value))) is value


def _same(value: Any, _: View) -> Any:
    return value
