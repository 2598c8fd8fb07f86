"""Admission: runs the checks that decide whether a party may sit down, and at which tables.

Quote, availability, hold, replace, book and reschedule run ``composition.CHECKS``. So does confirm
if the house was edited since the hold was made, apart from the checks whose answer the hold has
promised.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from datetime import date
from functools import lru_cache
from time import perf_counter
from typing import Final

import attrs

from fourtop.engine.admitted_party import Seating
from fourtop.engine.candidacy import Candidacy, Check, Party
from fourtop.engine.checks.names import check_names, names_anything
from fourtop.engine.checks.promised import count_beside_promises
from fourtop.engine.checks.shadow import would_refuse
from fourtop.engine.checks.tables import count_tables, is_search_proven
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.composition import HOURS, Composition, composition_of
from fourtop.engine.limits import limits_of
from fourtop.engine.lookahead import ExpectedParty
from fourtop.engine.needed_records import is_loaded, missing_records
from fourtop.engine.observation import WATCH
from fourtop.engine.permits import NO_PERMITS, Permits
from fourtop.engine.promises import ProtectedParties
from fourtop.engine.relaxation import check_may_relax, ladder, relaxed_planner
from fourtop.engine.rivals import Rivals
from fourtop.engine.usage import (
    NOTHING_RELEASED,
    Attendance,
    Released,
    count_attendance,
    take_attendance,
    usage_of,
)
from fourtop.errors import Reason, Refusal
from fourtop.model.actor import Actor
from fourtop.model.receipt import Usage
from fourtop.model.request import Relaxation
from fourtop.model.service import Service
from fourtop.model.stay import Stay
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.planner import Planner, PlanRequest
from fourtop.ports import LoadedRecords, Need, View


@attrs.frozen
class Finding:
    """The refusal of one check.

    Args:
        check: The check's name.
        refusal: Its refusal.
    """

    check: str
    refusal: Refusal


@attrs.frozen
class _Asked:
    """What a caller of ``Admission.admit`` asks for."""

    most_plans: int
    with_tables: bool
    counts: bool
    is_held: bool


# Callers ask for few different things.
_asked: Final = lru_cache(maxsize=32)(_Asked)
_OF_A_HELD_PARTY: Final = _Asked(1, with_tables=True, counts=False, is_held=True)


class Admission:
    """Runs the checks on one view. Answers that repeat from party to party are worked out once.

    Args:
        view: The restaurant at this moment.
        compiled: Its rules.
        actor: Asks for the party.
        released: What the party gives up.
    """

    def __init__(
        self,
        view: View,
        compiled: CompiledHouse,
        actor: Actor,
        released: Released = NOTHING_RELEASED,
    ) -> None:
        self.view = view
        self.compiled = compiled
        self.actor = actor
        self.released = released
        self.composition: Composition = composition_of(compiled, has_promises=view.has_promises)
        self.planner: Planner = compiled.planner
        self.permits: Permits = NO_PERMITS
        self.lifted: tuple[Relaxation, ...] = ()
        self.all_tables: int = (1 << len(compiled.house.floor.tables)) - 1
        # The answers that the check of tables has worked out.
        self.free_by_window: dict[tuple[int, int], int] = {}
        self.spots_by_tables: dict[tuple[Planner, PlanRequest, int, int], int] = {}
        self._rivals: Rivals | None = None
        self._attendance: dict[tuple[str, date], Attendance] = {}
        # The protected parties by their bookings, where any party was promised tables.
        self.protected_parties: ProtectedParties | None = {} if view.has_promises else None
        # Whether waiting parties may make plans dearer: nearly always there is none.
        self.looks_ahead: bool = compiled.spares_waiting and view.has_waiting
        # The parties that wait for tables: by their bookings and starts, and those near a newcomer.
        self.waiting_parties: dict[tuple[str, int], Candidacy | None] = {}
        self.waiting_near: dict[tuple[Window, ...], tuple[ExpectedParty, ...]] = {}
        policy = compiled.house.policy
        self.earliest_us: int = view.now_us - policy.past_grace_minutes * MICROSECONDS_PER_MINUTE

    def admit(
        self,
        party: Party,
        *,
        most_plans: int = 1,
        with_tables: bool = True,
        counts: bool = False,
        is_held: bool = False,
    ) -> Seating | Refusal | Need:
        """Return the seating of a party, the first refusal, or the records that the checks need.

        After a refusal, the rules that the party's request lifts are lifted step by step.

        Args:
            party: The party.
            most_plans: How many plans to find where the party names no tables.
            with_tables: Whether it gets tables now.
            counts: Whether the caller asks for the usage of the service afterwards.
            is_held: Whether a hold or a booking has promised the party its start.

        Raises:
            UnknownName: If the party names something that the house does not have.
            InvalidInput: If a guest lifts rules of the house.
        """
        asked = _asked(most_plans, with_tables, counts, is_held)
        watch = WATCH.get()
        if watch is None:
            return self._admitted(party, asked)
        began = perf_counter()
        answer = self._admitted(party, asked)
        if not isinstance(answer, Need):
            start_us, booked = party.start_us, self._booked(answer)
            watch.note(self.compiled, start_us, answer, began, booked)
        return answer

    def _booked(self, answer: Seating | Refusal) -> tuple[int | None, int | None]:
        """Return the covers of the service and their cap, if a check has counted them."""
        if isinstance(answer, Refusal):
            return None, None
        service = answer.service
        caps = limits_of(self.compiled, service).caps
        found = self._attendance.get((service.period.key, service.date))
        covers = None if found is None else found.covers
        return covers, None if caps is None else caps.max_covers

    def _admitted(self, party: Party, asked: _Asked) -> Seating | Refusal | Need:
        if names_anything(party):
            check_names(self.compiled, party)
        seating = self._admit(party, asked)
        if not party.relax:
            return seating
        check_may_relax(self.actor, party.relax)
        for relaxed in ladder(party.relax):
            if not isinstance(seating, Refusal):
                return seating
            admission = self.relaxed(relaxed)
            found = admission._admit(party, asked)  # noqa: SLF001  # A copy of this object.
            if isinstance(found, Seating):
                return attrs.evolve(found, relaxed=relaxed)
            if isinstance(found, Need):
                return found
        return seating

    def relaxed(self, relaxed: tuple[Relaxation, ...]) -> Admission:
        """Return the admission without some rules of the house."""
        admission = copy(self)
        admission.composition = self.composition.without(relaxed)
        admission.planner = relaxed_planner(self.compiled, relaxed)
        admission.lifted = relaxed
        # These counts depend on the planner.
        admission.spots_by_tables = {}
        return admission

    def _admit(self, party: Party, asked: _Asked) -> Seating | Refusal | Need:
        candidacy = Candidacy(self, party, asked.most_plans)
        composition = self.composition
        self.permits = Permits(party.overrides) if party.overrides else NO_PERMITS
        for check in composition.not_promised if asked.is_held else composition.before_loading:
            refusal = check.find(candidacy)
            if refusal is not None and not self.permits.allow(refusal):
                return refusal
        if not is_loaded(candidacy, counts=asked.counts):
            need = missing_records(candidacy, counts=asked.counts)
            if need is not None:
                return need
        for check in composition.after_loading if asked.with_tables else composition.without_tables:
            refusal = check.find(candidacy)
            if refusal is not None and not self.permits.allow(refusal):
                return refusal
        plans, stay = candidacy.plans, candidacy.stay
        needed = self.permits.needed if party.overrides else ()
        codes = would_refuse(candidacy) if composition.records else ()
        if not plans:
            return Seating(stay, candidacy.service, overrides=needed, would_refuse=codes)
        if candidacy.variants:
            stay = candidacy.stay_at(self.compiled.house.floor.mask(plans[0].tables))
        best, others = plans[0], plans[1:]
        return Seating(stay, candidacy.service, best, others, overrides=needed, would_refuse=codes)

    def admits(self, party: Party) -> bool:
        """Tell whether a party is admitted, at the least cost; the view covers all that is read."""
        candidacy, composition = self._candidacy(party), self.composition
        if self._first_of(composition.before_tables, candidacy) is not None:
            return False
        # Counting knows no overrides.
        if party.tables or party.overrides:
            return self._first_of(composition.with_tables, candidacy) is None
        return self.count(candidacy, 1) > 0

    def is_search_proven(self, party: Party) -> bool:
        """Tell whether the search for the tables of a party comes to its end."""
        if self.planner.is_compiled(party.party_size):
            return True
        candidacy = self._candidacy(party)
        if self.first_refusal(candidacy) is not None or party.tables:
            return True
        return is_search_proven(candidacy)

    def find_stay(self, party: Party) -> Stay | None:
        """Return the stay of a party by the rules of hours; ``None`` outside of them."""
        candidacy = self._candidacy(party)
        self.first_refusal(candidacy)
        return getattr(candidacy, "stay", None)

    def first_refusal(self, candidacy: Candidacy) -> Refusal | None:
        """Return the first refusal of the checks that read nothing but the house."""
        return self._first_of(self.composition.before_loading, candidacy)

    def refusal_before_tables(self, candidacy: Candidacy) -> Refusal | None:
        """Return the first refusal of the checks but those of tables; the view is loaded."""
        return self._first_of(self.composition.before_tables, candidacy)

    def _first_of(self, checks: tuple[Check, ...], candidacy: Candidacy) -> Refusal | None:
        """Return the first refusal that the overrides of the party do not allow."""
        for check in checks:
            refusal = check.find(candidacy)
            if refusal is not None and not self.permits.allow(refusal):
                return refusal
        return None

    def admit_again(self, party: Party) -> Seating | Refusal | Need:
        """Return the seating of a held party by today's rules, or as ``admit``.

        What the house has no longer is a refusal here: the party named it when the house had it.
        """
        return self._admit(party, _OF_A_HELD_PARTY)

    def admit_held(self, party: Party) -> Candidacy | Refusal:
        """Return a held party that passed the checks but that of tables, or the first refusal.

        Args:
            party: The party. What a hold has promised it is not checked again. The view covers all
                that the checks read.
        """
        candidacy, composition = self._candidacy(party), self.composition
        checks = (*composition.not_promised, *composition.without_tables)
        refusal = self._first_of(checks, candidacy)
        return candidacy if refusal is None else refusal

    def _candidacy(self, party: Party) -> Candidacy:
        self.permits = Permits(party.overrides) if party.overrides else NO_PERMITS
        return Candidacy(self, party)

    def count(self, candidacy: Candidacy, limit: int) -> int:
        """Return how many such parties find tables one after another, at most ``limit``.

        The party has passed the other checks, and names no tables.
        """
        spots = count_tables(candidacy, limit)
        if self.protected_parties is None or not spots:
            return spots
        return count_beside_promises(candidacy, spots)

    def findings(self, party: Party, *, is_held: bool = False) -> tuple[Finding, ...] | Need:
        """Return what every check finds, in the order of the list.

        Where no service admits the party, the checks after that of the hours do not run.

        Args:
            party: The party.
            is_held: Whether a hold or a booking has promised the party its start.
        """
        return self.examine(self._candidacy(party), is_held=is_held)

    def examine(self, candidacy: Candidacy, *, is_held: bool = False) -> tuple[Finding, ...] | Need:
        """Return what every check finds for a party on its way; see ``findings``.

        It has a service afterwards, unless the check of hours has refused it.
        """
        composition = self.composition
        before = composition.not_promised if is_held else composition.before_loading
        found = _all_findings(before, candidacy)
        if found and found[-1].check == HOURS:
            return found
        need = missing_records(candidacy, counts=False)
        if need is not None:
            return need
        return found + _all_findings(self.composition.after_loading, candidacy)

    def refusal_of(self, party: Party) -> Refusal | Need:
        """Return the refusal of a party that is not admitted, with the reasons of all checks.

        The decisive reason comes first, and the proof is its proof.
        """
        found = self.findings(party)
        if isinstance(found, Need):
            return found
        assert found, "a check has refused the party"
        reasons: list[Reason] = []
        for each in found:
            # A later check may meet the cause that an earlier one has named.
            named = {reason.code for reason in reasons}
            reasons += [new for new in each.refusal.reasons if new.code not in named]
        return Refusal(tuple(reasons), found[0].refusal.proof)

    def free_in(self, window: Window) -> int:
        """Return the tables that are free for a whole window; those of released owners are free."""
        key = (window.start_us, window.end_us)
        free = self.free_by_window.get(key)
        if free is None:
            busy = self.view.busy_mask(window, self.released.owners)
            free = self.free_by_window[key] = self.all_tables & ~busy
        return free

    def find_free(self, windows: Iterable[Window]) -> None:
        """Find the tables that are free in some windows at once, for ``free_in``.

        The windows of one length share the work. The view covers the time of all of them.
        """
        if self.released.owners:
            return
        starts: dict[int, list[int]] = {}
        for window in windows:
            starts.setdefault(window.end_us - window.start_us, []).append(window.start_us)
        for length_us, starts_us in starts.items():
            masks = self.view.busy_masks(starts_us, length_us)
            for start_us, busy in zip(starts_us, masks, strict=True):
                self.free_by_window[start_us, start_us + length_us] = self.all_tables & ~busy

    @property
    def rivals(self) -> Rivals:
        """The allocations in the way of tables; those of released owners are not."""
        if self._rivals is None:
            self._rivals = Rivals(self.view, self.released.owners)
        return self._rivals

    # ---- covers and parties

    def usage(self, service: Service, stay: Stay | None = None, *, more: int = 0) -> Usage:
        """Return the covers and parties of a service, without the party itself.

        Args:
            service: The service.
            stay: A stay, for the pacing of its intervals; ``None``: without pacing.
            more: The people of a party to add, at that stay; 0: none.
        """
        limits = limits_of(self.compiled, service)
        return usage_of(self.attendance(service), limits, service, stay, more)

    def attendance(self, service: Service) -> Attendance:
        """Return the parties that count in a service, the party itself apart."""
        key = (service.period.key, service.date)
        found = self._attendance.get(key)
        if found is None:
            take = count_attendance if self.compiled.counts_totals else take_attendance
            found = self._attendance[key] = take(self.view, self.compiled, service, self.released)
        return found


def in_empty_house(admission: Admission) -> Admission:
    """Return the admission of a house where no table is taken and no party counts."""
    view = admission.view
    nothing = LoadedRecords(view.house, view.versions, counted=(), claimed=(), parties=())
    return Admission(View(nothing, view.scope, view.now_us), admission.compiled, admission.actor)


def _all_findings(checks: tuple[Check, ...], candidacy: Candidacy) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for check in checks:
        refusal = check.find(candidacy)
        if refusal is not None and not candidacy.admission.permits.allow(refusal):
            found.append(Finding(check.name, refusal))
            if check.name == HOURS:
                break
    return tuple(found)
