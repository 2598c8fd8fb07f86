"""Engines with one fault in the rules of the dining room."""

from __future__ import annotations

from typing import Any

import attrs

from fourtop.engine import admission
from fourtop.engine.commands import complete, no_show, seat, undo
from fourtop.engine.commands.status import end_booking
from fourtop.model.booking import BookingStatus
from fourtop.ports import NO_CHANGES, View
from fourtop.ports.seated import SeatedParty
from tests.stateful.mutant import Mutant, Patch

# ---- seated parties


def a_party_that_overstays_gives_its_table_up(patch: Patch) -> None:
    patch.setattr(View, "_staying", lambda *_: ())


def a_party_that_overstays_leaves_no_time_to_clean(patch: Patch) -> None:
    def of(booking: Any, now_us: int, overstay_minutes: int) -> SeatedParty:
        end_us: int = booking.assignment.window.end_us
        return SeatedParty(booking, max(end_us, now_us + overstay_minutes * 60_000_000))

    patch.setattr(SeatedParty, "of", of)


def a_party_sits_down_beside_another(patch: Patch) -> None:
    patch.setattr(seat, "find_rivals", lambda *_: ())


def a_party_may_come_at_any_time(patch: Patch) -> None:
    patch.setattr(seat, "_refuse_time", lambda *_: None)


def a_party_that_comes_early_takes_its_tables_at_its_time(patch: Patch) -> None:
    patch.setattr(seat, "with_window", lambda *_: NO_CHANGES)
    patch.setattr(seat, "in_window", lambda given, _: given)


def an_early_leaver_takes_the_cleaning_along(patch: Patch) -> None:
    patch.setattr(complete, "buffer_after_us", lambda _: 0)


def a_party_is_given_up_before_it_may_come(patch: Patch) -> None:
    def mark_absent(*given: Any) -> Any:
        invocation, view, _, booking = given
        if not booking.status.may_become(BookingStatus.NO_SHOW):
            return good(*given)
        return end_booking(invocation, view, booking, BookingStatus.NO_SHOW)

    good = no_show.mark_absent
    patch.setattr(no_show, "mark_absent", mark_absent)


# ---- longer stays, and steps taken back


def a_step_is_taken_back_twice(patch: Patch) -> None:
    good = undo._Undoing._before

    def before(undoing: Any, given: Any) -> Any:
        return attrs.evolve(good(undoing, given), last_step=undoing.step)

    patch.setattr(undo._Undoing, "_before", before)


# ---- promises of tables


def a_newcomer_takes_the_tables_that_were_promised(patch: Patch) -> None:
    patch.setattr(View, "promised", lambda *_: ())


def a_promise_is_not_counted_in_the_spots(patch: Patch) -> None:
    patch.setattr(admission, "count_beside_promises", lambda _, limit: limit)


LIVE_MUTANTS: tuple[Mutant, ...] = (
    a_party_that_overstays_gives_its_table_up,
    a_party_that_overstays_leaves_no_time_to_clean,
    a_party_sits_down_beside_another,
    a_party_may_come_at_any_time,
    a_party_that_comes_early_takes_its_tables_at_its_time,
    an_early_leaver_takes_the_cleaning_along,
    a_party_is_given_up_before_it_may_come,
    a_step_is_taken_back_twice,
    a_newcomer_takes_the_tables_that_were_promised,
    a_promise_is_not_counted_in_the_spots,
)
