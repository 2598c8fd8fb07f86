"""Promises about retention: old rows go, oldest first and once; all others stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from fourtop.errors import AlreadyExists, ClockBehind, NotFound, StaleVersion
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.hold import Hold, HoldState
from fourtop.model.window import Window, from_micros
from fourtop.ports import MAX_STEP_BACK_US, StoredResult
from fourtop.testing.contract.harness import raised_by
from fourtop.testing.contract.job import ALL, FEW, JobTrial, about, moved_there
from fourtop.testing.contract.samples import (
    HERE,
    MINUTE_US,
    NOON_US,
    THERE,
    a_block,
    a_booking,
    a_confirmation,
    a_hold,
    a_row,
    an_answer,
    of_block,
    of_booking,
    of_hold,
    span,
)

_PAST = span(-600, -1)
_MICROSECOND = 1 / MINUTE_US


def _over(row_id: str, end: float, table_id: str = "t1") -> Allocation:
    """Return a row that ends so many minutes after noon; it takes a minute."""
    return a_row(row_id, of_booking(), table_id, span(end - 1, end))


def _ended(hold_id: str, created: float = -500, end: float = -400) -> Hold:
    """Return a released hold that was made and ended some minutes after noon."""
    hold = a_hold(hold_id, span(end - 60, end - 10))
    assert hold.stay.occupied.end_us == span(end - 1, end).end_us
    return attrs.evolve(
        hold, state=HoldState.RELEASED, created_us=NOON_US + round(created * MINUTE_US)
    )


def _result(
    result_id: str, checked: float, hold_id: str = "h1", **facts: Any
) -> ConfirmationResult:
    """Return a failed confirmation, judged so many minutes after noon."""
    failed = a_confirmation(result_id, hold_id, confirmed=False)
    return attrs.evolve(failed, checked_us=NOON_US + round(checked * MINUTE_US), **facts)


def _answer(key: str, stored: float, command: str = "hold") -> StoredResult:
    """Return an answer that was stored so many minutes after noon."""
    return attrs.evolve(an_answer(key, command), stored_us=NOON_US + round(stored * MINUTE_US))


def _rows(trial: JobTrial, restaurant_id: str = HERE) -> list[str]:
    """Return the ids of the rows of the last day."""
    day = span(-1440, 0)
    return sorted(
        row.id
        for row in trial.ask(lambda view: view.allocations(day), restaurant_id, windows=(day,))
    )


def _archive(trial: JobTrial, restaurant_id: str = HERE) -> list[str]:
    """Return the ids of the archived rows of the last day."""
    return [row.id for row in trial.store.archived(restaurant_id, span(-1440, 0))]


def _holds(trial: JobTrial, *hold_ids: str, restaurant_id: str = HERE) -> list[str]:
    """Return which of these holds are on record."""
    found = trial.ask(
        lambda view: [view.find_hold(each) for each in hold_ids],
        restaurant_id,
        holds=frozenset(hold_ids),
    )
    return [hold.id for hold in found if hold is not None]


def _answers(trial: JobTrial, *keys: str, command: str = "hold") -> list[str]:
    """Return which of these keys have an answer."""
    under = frozenset((command, key) for key in keys)
    found = trial.ask(
        lambda view: [view.find_stored_result(command, key) for key in keys], stored_results=under
    )
    return [answer.key for answer in found if answer is not None]


def _results(trial: JobTrial, hold_id: str = "h1", restaurant_id: str = HERE) -> list[str]:
    """Return the ids of the results of a hold."""
    found = trial.ask(
        lambda view: view.confirmations_of(hold_id), restaurant_id, holds=frozenset({hold_id})
    )
    return [result.id for result in found]


class SweepingPromises:
    """What holds of the search for dead holds, and of the clock."""

    def test_the_store_tells_the_time_of_its_clock(self, trial: JobTrial) -> None:
        """A job is told the time by the clock that views are told it by, to the microsecond."""
        trial.clock.advance(seconds=0.000_001)
        assert trial.store.now_us() == NOON_US + 1 == trial.ask(lambda view: view.now_us)

    def test_a_time_far_ahead_of_the_clock_is_set_back(self, trial: JobTrial) -> None:
        """``reset_clock`` sets a restaurant's time to the clock's; no row and no other changes."""
        ahead_us = NOON_US + 60 * MINUTE_US
        trial.clock.move_to(from_micros(ahead_us))
        trial.write(bookings=(a_booking(),), holds_added=(a_hold(),))
        trial.write(THERE, bookings=(attrs.evolve(a_booking(), restaurant_id=THERE),))
        before = trial.see()
        trial.clock.move_to(from_micros(NOON_US))
        assert trial.store.reset_clock(HERE) == 60 * MINUTE_US
        assert trial.ask(lambda view: view.now_us) == NOON_US
        trial.write()
        assert trial.ask(lambda view: view.now_us) == NOON_US
        assert isinstance(raised_by(lambda: trial.see(THERE)), ClockBehind)
        assert isinstance(raised_by(lambda: trial.store.reset_clock("nowhere")), NotFound)
        trial.clock.move_to(from_micros(ahead_us))
        assert trial.see() == before

    def test_a_time_a_little_ahead_of_the_clock_is_not_set_back(self, trial: JobTrial) -> None:
        """Up to five minutes ``reset_clock`` changes nothing, and the time stands still."""
        assert trial.store.reset_clock(HERE) == 0
        late_us = NOON_US + 30 * MINUTE_US
        trial.clock.move_to(from_micros(late_us))
        trial.write(bookings=(a_booking(),))
        trial.clock.move_to(from_micros(late_us - MAX_STEP_BACK_US))
        assert trial.store.reset_clock(HERE) == 0
        assert trial.ask(lambda view: view.now_us) == late_us

    def test_holds_are_found_from_their_expiry_on(self, trial: JobTrial) -> None:
        """A hold is expired from its expiry on; holds that ended otherwise are not found."""
        expires_us = a_hold().expires_us
        trial.write(holds_added=(a_hold(), attrs.evolve(a_hold("h2"), state=HoldState.RELEASED)))
        assert trial.store.expired_holds(expires_us - 1, ALL) == ()
        assert trial.store.expired_holds(expires_us, ALL) == ((HERE, "h1"),)
        trial.write(holds_changed=(attrs.evolve(a_hold(), expires_us=expires_us + 1),))
        assert trial.store.expired_holds(expires_us, ALL) == ()
        trial.write(holds_changed=(attrs.evolve(a_hold(), state=HoldState.CONFIRMED),))
        assert trial.store.expired_holds(expires_us + 1, ALL) == ()

    def test_expired_holds_are_listed_by_expiry_restaurant_and_id(self, trial: JobTrial) -> None:
        """Expired holds of all restaurants come oldest first, up to the limit, unchanged."""
        expiries = {"a": 5, "b": 3, "c": 3}
        holds = [
            attrs.evolve(a_hold(name), expires_us=NOON_US + late) for name, late in expiries.items()
        ]
        trial.write(holds_added=tuple(holds))
        trial.write(
            THERE, holds_added=tuple(attrs.evolve(hold, restaurant_id=THERE) for hold in holds)
        )
        wanted = ((HERE, "b"), (HERE, "c"), (THERE, "b"), (THERE, "c"), (HERE, "a"), (THERE, "a"))
        before = trial.see()
        assert trial.store.expired_holds(NOON_US + 9, ALL) == wanted
        assert trial.store.expired_holds(NOON_US + 9, 3) == wanted[:3]
        assert trial.see() == before


class ArchivingPromises:
    """What holds of rows that move into the archive."""

    def test_rows_that_have_ended_move_into_the_archive(self, trial: JobTrial) -> None:
        """Rows that end at the instant or earlier are archived unchanged; later ones stay."""
        rows = (_over("a1", -10), _over("a2", -5), _over("a3", -5 + _MICROSECOND, "t2"))
        trial.write(bookings=(a_booking(),), added=rows)
        assert trial.store.archive_allocations(NOON_US - 5 * MINUTE_US, ALL) == 2
        assert trial.store.archived(HERE, _PAST) == rows[:2]
        assert trial.ask(lambda view: view.allocations(_PAST), windows=(_PAST,)) == rows[2:]
        assert trial.ask(
            lambda view: view.allocations_of(OwnerKind.BOOKING, "b1"), bookings=frozenset({"b1"})
        ) == (rows[2],)
        assert trial.store.archive_allocations(NOON_US - 5 * MINUTE_US, ALL) == 0

    def test_rows_of_every_kind_but_of_holds_are_archived(self, trial: JobTrial) -> None:
        """Shadow rows, merge groups and rows of blocks go; rows of holds stay until swept."""
        rows = (
            attrs.evolve(_over("a1", -9), shadow=True),
            attrs.evolve(_over("a2", -8), resource_type=ResourceType.MERGE_GROUP, resource_id="g1"),
            a_row("a3", of_block(), "t2", span(-8, -7)),
        )
        of_holds = (
            a_row("a4", of_hold(), "t3", span(-8, -7)),
            attrs.evolve(
                a_row("a5", of_hold(), "h1", span(-8, -7)), resource_type=ResourceType.HOLD
            ),
        )
        trial.write(bookings=(a_booking(),), records_added=(a_block(),), holds_added=(a_hold(),))
        trial.write(added=(*rows, *of_holds))
        assert trial.store.archive_allocations(NOON_US, ALL) == 3
        assert trial.store.archived(HERE, _PAST) == rows
        assert _rows(trial) == ["a4", "a5"]

    def test_the_rows_that_ended_first_are_archived_first(self, trial: JobTrial) -> None:
        """Rows are archived by end, restaurant and id, up to the limit."""
        long = a_row("a9", of_booking(), "t3", span(-90, -4))
        here = (long, _over("a3", -4, "t2"), _over("a1", -6), _over("a2", -4))
        trial.write(bookings=(a_booking(),), added=here)
        there = tuple(moved_there(_over(name, end)) for name, end in (("a0", -4), ("a1", -7)))
        trial.write(THERE, bookings=(attrs.evolve(a_booking(), restaurant_id=THERE),), added=there)
        steps: list[tuple[list[str], list[str]]] = []
        for _ in range(3):
            assert trial.store.archive_allocations(NOON_US, 2) == 2
            steps.append((sorted(_archive(trial)), sorted(_archive(trial, THERE))))
        assert steps == [
            (["a1"], ["a1"]),
            (["a1", "a2", "a3"], ["a1"]),
            (["a1", "a2", "a3", "a9"], ["a0", "a1"]),
        ]

    def test_the_archive_is_asked_by_window(self, trial: JobTrial) -> None:
        """The archive lists the rows of one restaurant that overlap a window, in order."""
        rows = [_over("a1", -5, "t2"), _over("a2", -5), _over("a3", -9), _over("a4", -3)]
        trial.write(bookings=(a_booking(),), added=tuple(rows))
        trial.store.archive_allocations(NOON_US, ALL)
        assert _archive(trial) == ["a3", "a2", "a1", "a4"]
        assert [row.id for row in trial.store.archived(HERE, span(-9, -4))] == ["a2", "a1"]
        assert trial.store.archived(THERE, _PAST) == ()
        error = raised_by(lambda: trial.store.archived("nowhere", _PAST))
        assert isinstance(error, NotFound), "an unknown restaurant has an archive"

    def test_an_archived_row_is_gone_from_all_questions(self, trial: JobTrial) -> None:
        """An archived row blocks no row, cannot be removed or replaced, and has no extent."""
        row = _over("a1", -5)
        trial.write(bookings=(a_booking(),), added=(row, a_row("a2", of_booking(), "t2")))
        trial.store.archive_allocations(NOON_US, ALL)
        trial.refuse(StaleVersion, removed=(row,))
        assert trial.ask(lambda view: view.busy_mask(_PAST), windows=(_PAST,)) == 0
        assert (
            trial.ask(lambda view: view.find_last_allocation("t1"), tables=frozenset({"t1"}))
            is None
        )
        trial.write(added=(attrs.evolve(row, id="a3"),))
        assert _rows(trial) == ["a3"]


class RetentionPromises:
    """Promises about old records."""

    def test_results_are_deleted_from_their_time_on(self, trial: JobTrial) -> None:
        """Results of the instant or earlier go; their ids and the success become free again."""
        success = attrs.evolve(a_confirmation("r2"), checked_us=NOON_US - 5)
        failures = (_result("r1", -9), attrs.evolve(_result("r3", 0), checked_us=NOON_US - 4))
        trial.write(confirmations=(*failures, success))
        assert trial.store.delete_confirmations(NOON_US - 5, ALL) == 2
        assert _results(trial) == ["r3"]
        assert trial.store.delete_confirmations(NOON_US - 5, ALL) == 0
        trial.write(confirmations=(attrs.evolve(success, checked_us=NOON_US),))
        trial.refuse(AlreadyExists, confirmations=(a_confirmation("r4"),))

    def test_the_oldest_results_are_deleted_first(self, trial: JobTrial) -> None:
        """Results are deleted by time, restaurant and id, up to the limit."""
        trial.write(confirmations=(_result("r3", -5), _result("r2", -5, "h0"), _result("r1", -4)))
        trial.write(THERE, confirmations=(attrs.evolve(_result("r0", -5), restaurant_id=THERE),))
        steps = []
        for _ in range(4):
            assert trial.store.delete_confirmations(NOON_US, 1) == 1
            steps.append(
                [*_results(trial, "h0"), *_results(trial), *_results(trial, restaurant_id=THERE)]
            )
        assert steps == [["r3", "r1", "r0"], ["r1", "r0"], ["r1"], []]

    def test_answers_are_deleted_from_their_time_on(self, trial: JobTrial) -> None:
        """Answers of the instant or earlier go, oldest first; their keys are as good as new."""
        trial.write(
            stored_results=(
                _answer("k3", -3),
                _answer("k1", -5),
                _answer("k2", -5),
                _answer("k0", -4, "book"),
            )
        )
        assert trial.store.delete_stored_results(NOON_US - 5 * MINUTE_US - 1, ALL) == 0
        assert trial.store.delete_stored_results(NOON_US, 1) == 1
        assert _answers(trial, "k1", "k2", "k3") == ["k2", "k3"]
        assert trial.store.delete_stored_results(NOON_US - 4 * MINUTE_US, ALL) == 2
        assert (_answers(trial, "k1", "k2", "k3"), _answers(trial, "k0", command="book")) == (
            ["k3"],
            [],
        )
        trial.write(stored_results=(_answer("k1", 0),))

    def test_an_answer_outlives_the_result_that_refers_to_it(self, trial: JobTrial) -> None:
        """A kept success keeps the stored result of its key; failures and others keep none."""
        success = attrs.evolve(a_confirmation("r1"), key="k1")
        trial.write(
            confirmations=(success, _result("r2", -9, key="k2")),
            stored_results=tuple(_answer(key, -9, "confirm") for key in ("k1", "k2", "k3")),
        )
        elsewhere = attrs.evolve(a_confirmation("r1"), key="k3", restaurant_id=THERE)
        trial.write(THERE, confirmations=(elsewhere,))
        assert trial.store.delete_stored_results(NOON_US, ALL) == 2
        assert _answers(trial, "k1", "k2", "k3", command="confirm") == ["k1"]
        assert trial.store.delete_confirmations(NOON_US, ALL) == 3
        assert trial.store.delete_stored_results(NOON_US, ALL) == 1

    def test_records_of_ended_holds_are_deleted(self, trial: JobTrial) -> None:
        """An ended hold is deleted once its creation and its window lie before the instant."""
        trial.write(holds_added=(_ended("h1"), _ended("h2", created=-300), _ended("h3", end=-300)))
        trial.write(holds_changed=(attrs.evolve(_ended("h1"), state=HoldState.CONFIRMED),))
        before_us = NOON_US - 400 * MINUTE_US
        assert trial.store.delete_holds(before_us - 1, ALL) == 0
        assert trial.store.delete_holds(before_us, ALL) == 1
        assert _holds(trial, "h1", "h2", "h3") == ["h2", "h3"]
        made = trial.ask(lambda view: view.holds_created("b9", 0), bookings=frozenset({"b9"}))
        assert made == (_ended("h3").created_us, _ended("h2", created=-300).created_us)
        trial.write(holds_added=(_ended("h1"),))

    def test_a_hold_that_is_still_needed_is_kept(self, trial: JobTrial) -> None:
        """A hold that is active, however dead, owns rows, or has a result, keeps its record."""
        active = attrs.evolve(
            _ended("h1"), state=HoldState.ACTIVE, expires_us=NOON_US - 450 * MINUTE_US
        )
        trial.write(holds_added=(active, _ended("h2"), _ended("h3"), _ended("h4")))
        row = a_row("a1", of_hold("h2"), "t1", _PAST)
        trial.write(added=(row,), confirmations=(_result("r1", -9, "h3"),))
        assert trial.store.delete_holds(NOON_US, ALL) == 1
        assert _holds(trial, "h1", "h2", "h3", "h4") == ["h1", "h2", "h3"]
        trial.write(removed=(row,))
        trial.store.delete_confirmations(NOON_US, ALL)
        assert trial.store.delete_holds(NOON_US, ALL) == 2

    def test_the_oldest_holds_are_deleted_first(self, trial: JobTrial) -> None:
        """Up to the limit, by when they were made, restaurant and id."""
        holds = (_ended("h3"), _ended("h1"), _ended("h2", created=-600))
        trial.write(holds_added=holds)
        trial.write(THERE, holds_added=(attrs.evolve(_ended("h0"), restaurant_id=THERE),))
        steps = []
        for _ in range(4):
            assert trial.store.delete_holds(NOON_US, 1) == 1
            steps.append(
                [*_holds(trial, "h1", "h2", "h3"), *_holds(trial, "h0", restaurant_id=THERE)]
            )
        assert steps == [["h1", "h3", "h0"], ["h3", "h0"], ["h0"], []]

    def test_events_that_are_over_are_deleted(self, trial: JobTrial) -> None:
        """Events settled by the instant go with their keys; waiting events stay at any age."""
        trial.tell(*(about(key, f"b{key}") for key in "123456"))
        first, second, third, fourth, *others = trial.claim()
        trial.store.release(others)
        trial.store.done([third])
        trial.clock.advance(seconds=1)
        trial.store.done([second])
        trial.store.fail(first, None)
        trial.clock.advance(seconds=1)
        trial.store.done([fourth])
        assert trial.store.delete_events(NOON_US - 1, ALL) == 0
        assert trial.store.delete_events(NOON_US + 999_999, ALL) == 1
        assert trial.told() == ["1", "2", "4", "5", "6"]
        assert trial.store.delete_events(NOON_US + 2_000_000, 2) == 2
        assert trial.told() == ["4", "5", "6"]
        assert trial.store.delete_events(NOON_US + 10**15, ALL) == 1
        assert trial.told() == ["5", "6"]
        trial.tell(about("1", "b1"))
        trial.refuse(AlreadyExists, events=(about("5", "b5"),))


class JobPromises:
    """What holds of all jobs."""

    def test_jobs_change_nothing_that_is_not_over(self, trial: JobTrial) -> None:
        """Views of current records and all three versions stay unchanged."""
        trial.write(
            bookings=(a_booking(), a_booking("b2", _PAST)),
            holds_added=(a_hold(),),
            records_added=(a_block(), a_block("k2", _PAST)),
            added=(
                a_row("a1", of_booking()),
                a_row("a2", of_hold(), "t2"),
                a_row("a3", of_block(), "t3"),
                a_row("a4", of_booking(), "t1", Window.of_micros(NOON_US - 1, NOON_US + 1)),
            ),
            confirmations=(a_confirmation("r1"),),
            stored_results=(an_answer("k1"),),
            events=(about("1", "b1"), about("2")),
        )
        before = trial.see(), trial.see(THERE)
        for job in _jobs(trial, NOON_US - 1):
            assert job(ALL) == 0
        assert (trial.see(), trial.see(THERE)) == before

    def test_what_jobs_do_counts_nothing(self, trial: JobTrial) -> None:
        """No job raises a version, so compiled houses stay valid."""
        _furnish(trial, "1")
        versions = trial.ask(lambda view: view.versions)
        assert [job(ALL) for job in _jobs(trial, NOON_US)] == [1, 1, 1, 1, 1]
        assert trial.ask(lambda view: view.versions) == versions

    def test_a_row_is_taken_by_one_of_many(self, trial: JobTrial) -> None:
        """Many jobs of each kind at the same time take each row once together, and leave none."""
        names = [f"{number:02}" for number in range(20)]
        _furnish(trial, *names)
        for number in range(5):
            counted: list[int] = []

            def work(number: int = number, counted: list[int] = counted) -> None:
                job = _jobs(trial, NOON_US)[number]
                while taken := job(FEW):
                    counted.append(taken)

            trial.at_once(work)
            # One that found all that was left busy may have gone before the others were done.
            work()
            assert sum(counted) == len(names), f"job {number} took rows twice or not at all"
        assert sorted(_archive(trial)) == names
        assert (trial.told(), _holds(trial, *names), _answers(trial, *names)) == ([], [], [])


def _jobs(trial: JobTrial, before_us: int) -> list[Callable[[int], int]]:
    """Return the jobs that put something away, each waiting for its limit."""
    store = trial.store
    return [
        lambda limit: store.archive_allocations(before_us, limit),
        lambda limit: store.delete_confirmations(before_us, limit),
        lambda limit: store.delete_stored_results(before_us, limit),
        lambda limit: store.delete_holds(before_us, limit),
        lambda limit: store.delete_events(before_us, limit),
    ]


def _furnish(trial: JobTrial, *names: str) -> None:
    """Write one of everything that is over for each name."""
    trial.write(
        bookings=(a_booking(),),
        added=tuple(_over(name, -600 + number) for number, name in enumerate(names)),
        confirmations=tuple(_result(name, -9, name) for name in names),
        stored_results=tuple(_answer(name, -9) for name in names),
        holds_added=tuple(_ended(name) for name in names),
        events=tuple(about(name, name) for name in names),
    )
    trial.store.done(trial.claim())
