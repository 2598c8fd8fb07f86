"""Engines with one fault, each a line away from the good one; the machine must catch it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import MemoryStore
from fourtop.engine import admission, composition, invocation, preconditions
from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy
from fourtop.engine.checks import capacity
from fourtop.engine.commands import edit_house
from fourtop.engine.commands import move as move_command
from fourtop.engine.commands import reschedule as reschedule_command
from fourtop.engine.reassignment import Reassignment
from fourtop.model.booking import Booking
from fourtop.model.booking_change import request_of
from fourtop.model.capacity_rules import RuleKind
from fourtop.model.hold import Hold, HoldState
from fourtop.model.window import LATEST_US
from fourtop.planner import Planner
from fourtop.planner.candidate import Candidate
from fourtop.ports import Changes, Decision, View
from fourtop.storage.memory.state import RestaurantState

Patch = pytest.MonkeyPatch
Mutant = Callable[[Patch], None]


def holds_live_a_microsecond_longer(patch: Patch) -> None:
    def is_alive(hold: Hold, now_us: int) -> bool:
        return hold.state is HoldState.ACTIVE and now_us <= hold.expires_us

    patch.setattr(Hold, "is_alive", is_alive)


def the_slack_budget_is_ignored(patch: Patch) -> None:
    def fits(candidate: Candidate, party_size: int, _slack_budget: int | None) -> bool:
        return candidate.smallest <= party_size <= candidate.largest

    patch.setattr(Candidate, "fits", fits)


def caps_do_not_count_holds(patch: Patch) -> None:
    patch.setattr(View, "held_covers", lambda *_: ())


def overrides_do_not_override(patch: Patch) -> None:
    patch.setattr(RuleKind, "rank", 0)


def shares_are_never_released(patch: Patch) -> None:
    patch.setattr(capacity, "_release_us", lambda *_: LATEST_US)


def zones_do_not_count_holds(patch: Patch) -> None:
    good = View.counted_parties

    def counted_parties(view: View, window: Any) -> Any:
        return tuple(each for each in good(view, window) if each.owner.kind.value == "booking")

    patch.setattr(View, "counted_parties", counted_parties)


def walk_in_tables_are_kept_from_the_staff(patch: Patch) -> None:
    patch.setattr(Candidacy, "is_guest", True)


def rescheduling_keeps_the_old_tables(patch: Patch) -> None:
    good = reschedule_command.reschedule_booking

    def reschedule_booking(*given: Any) -> Any:
        decided = good(*given)
        if not isinstance(decided, Decision):
            return decided
        kept = tuple(row for row in decided.changes.removed if row.owner_kind.value != "booking")
        return Decision(decided.result, attrs.evolve(decided.changes, removed=kept))

    patch.setattr(reschedule_command, "reschedule_booking", reschedule_booking)


def any_request_replays_a_key(patch: Patch) -> None:
    patch.setattr(invocation, "digest_of", lambda _request: "the same for all")


def time_goes_back_with_the_clock(patch: Patch) -> None:
    def tell(store: Any, _restaurant_id: str) -> int:
        now_us: int = store._clock.now_us()
        return now_us

    patch.setattr(MemoryStore, "_tell", tell)


def the_second_best_plan_is_chosen(patch: Patch) -> None:
    good = Planner.choose

    def choose(planner: Planner, ask: Any, free: int, *others: Any) -> Any:
        plans = planner.plans(ask, free, 2, *others)
        return plans[-1] if plans else good(planner, ask, free, *others)

    patch.setattr(Planner, "choose", choose)


def a_party_is_in_its_own_way(patch: Patch) -> None:
    def free(admission: Admission, window: Any) -> int:
        return admission.all_tables & ~admission.view.busy_mask(window)

    patch.setattr(Admission, "free_in", free)


def failed_confirmations_leave_no_evidence(patch: Patch) -> None:
    good = RestaurantState.apply

    def apply(state: RestaurantState, changes: Changes) -> None:
        successes = tuple(each for each in changes.confirmations if each.confirmed)
        good(state, attrs.evolve(changes, confirmations=successes))

    patch.setattr(RestaurantState, "apply", apply)


def any_version_is_the_expected_one(patch: Patch) -> None:
    patch.setattr(preconditions, "check_expected", lambda *_: None)


def a_change_of_nothing_counts(patch: Patch) -> None:
    def another(booking: Booking) -> Any:
        return request_of(booking).replaced(reference="another")

    patch.setattr(reschedule_command, "request_of", another)


def rescheduling_tells_no_local_time(patch: Patch) -> None:
    good = reschedule_command._decided

    def decided(invocation: Any, changed: Booking, *others: Any) -> Any:
        return good(invocation, attrs.evolve(changed, local_start=""), *others)

    patch.setattr(reschedule_command, "_decided", decided)


def moves_take_pinned_parties_away(patch: Patch) -> None:
    patch.setattr(move_command, "check_pin", lambda *_: None)


def moves_starve_promised_parties(patch: Patch) -> None:
    patch.setattr(Reassignment, "refuse_starving", lambda *_: None)


def limits_in_shadow_mode_refuse(patch: Patch) -> None:
    patch.setattr(composition, "enforced_rules", lambda _, rules: rules)


def shadow_mode_records_nothing(patch: Patch) -> None:
    patch.setattr(admission, "would_refuse", lambda _: ())


def an_edit_of_nothing_counts(patch: Patch) -> None:
    good = edit_house._decided

    def decided(editor: Any, house: Any) -> Any:
        found = good(editor, house)
        if not isinstance(found, Decision) or house != editor.present:
            return found
        changes = edit_house._policy_change(editor.invocation, editor.view, house)
        return Decision(house, changes)

    patch.setattr(edit_house, "_decided", decided)


MUTANTS: tuple[Mutant, ...] = (
    holds_live_a_microsecond_longer,
    the_slack_budget_is_ignored,
    caps_do_not_count_holds,
    overrides_do_not_override,
    shares_are_never_released,
    zones_do_not_count_holds,
    walk_in_tables_are_kept_from_the_staff,
    rescheduling_keeps_the_old_tables,
    any_request_replays_a_key,
    time_goes_back_with_the_clock,
    the_second_best_plan_is_chosen,
    a_party_is_in_its_own_way,
    failed_confirmations_leave_no_evidence,
    any_version_is_the_expected_one,
    a_change_of_nothing_counts,
    rescheduling_tells_no_local_time,
    moves_take_pinned_parties_away,
    moves_starve_promised_parties,
    limits_in_shadow_mode_refuse,
    shadow_mode_records_nothing,
    an_edit_of_nothing_counts,
)
