"""Validate: what every check says of tables that staff chose by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

from fourtop.engine.admission import Admission, Finding
from fourtop.engine.candidacy import Candidacy
from fourtop.engine.checks.names import check_names, names_anything
from fourtop.engine.checks.promised import refuse_starving
from fourtop.engine.checks.tables import planner_of, staff_planning
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.in_the_way import OVER
from fourtop.engine.party_request import plan_request
from fourtop.engine.permits import unneeded
from fourtop.engine.preconditions import get_booking, released_with
from fourtop.engine.rivals import find_all_rivals, taken
from fourtop.errors import Code, IllegalTransition, Reason, Refusal
from fourtop.model import validators
from fourtop.model.allocation import Allocation, OwnerKind
from fourtop.model.booking import Booking
from fourtop.model.booking_change import request_of
from fourtop.model.override import check_may_override
from fourtop.model.plan import Plan
from fourtop.model.request import STAY_MINUTES, BookingRequest
from fourtop.model.stay import Stay
from fourtop.model.validation import CheckStatus, Selection, SelectionCheck, Validation
from fourtop.planner import Planner
from fourtop.ports import Need, View

# The checks of the tables, in the order of the answer, with the codes of their reasons.
_OF_TABLES: Final[Mapping[str, frozenset[Code]]] = {
    "capacity": frozenset({Code.PARTY_ABOVE_MAXIMUM}),
    "slack": frozenset({Code.SLACK_EXCEEDED}),
    "zone": frozenset({Code.ZONE_MISMATCH}),
    "movable": frozenset({Code.TABLE_NOT_MOVABLE}),
    "adjacency": frozenset({Code.ADJACENCY_MISMATCH, Code.ADJACENCY_MODE_MISMATCH}),
    "conflict": frozenset({Code.ALLOCATIONS_OVERLAP}),
    "holds": frozenset({Code.HOLD_CONFLICT}),
    "active": frozenset({Code.TABLE_INACTIVE}),
    "in_service": frozenset({Code.TABLE_OUT_OF_SERVICE}),
    "minimum": frozenset({Code.PARTY_BELOW_MINIMUM}),
    "number_of_tables": frozenset({Code.TOO_MANY_TABLES}),
    "conditions": frozenset({Code.NO_TABLES_MATCH}),
}
_OF_OCCUPANCY: Final = ("conflict", "holds")
_PROMISES: Final = "promises"
# The checks of parties that have the name of a check of tables.
_RENAMED: Final = {"active": "house", "capacity": "caps"}
# The table rules, by the codes of their reasons. A rule of another code has the code's name.
_RULES: Final = {
    Code.ZONE_CLOSED: "zone_hours",
    Code.ZONE_OUTSIDE_HOURS: "zone_hours",
    Code.ZONE_LAST_SEATING_PASSED: "zone_hours",
    Code.ZONE_CAPACITY_EXCEEDED: "zone_caps",
    Code.PACING_EXCEEDED: "pacing",
    Code.WALK_INS_ONLY: "walk_ins",
    Code.TABLES_TOO_CLOSE: "distance",
    Code.AISLE_CLOSED: "distance",
}


def query(caller: Caller, selection: Selection) -> Query[Validation]:
    """Build the query.

    Raises:
        InvalidInput: If it is not a selection, or a guest overrides a rule.
    """
    validators.check_instance("selection", selection, Selection)
    check_may_override(caller.actor, selection.overrides)

    def ask(view: View, compiled: CompiledHouse) -> Validation | Need:
        booking = None
        if selection.booking_id is not None:
            booking = get_booking(view, selection.booking_id)
            if booking.status in OVER:
                raise IllegalTransition(booking.id, booking.status.value, "given tables")
        released = released_with(view, selection.booking_id)
        admission = Admission(view, compiled, caller.actor, released)
        return _Validation(admission, selection, booking).answer()

    return Query(caller.scope(selection.booking_id), ask, name="validate")


@attrs.frozen
class _Validation:
    """The answer to one selection."""

    admission: Admission
    selection: Selection
    booking: Booking | None

    def answer(self) -> Validation | Need:
        admission, selection, request = self.admission, self.selection, self._request()
        compiled = admission.compiled
        if self.booking is None and names_anything(request):
            check_names(compiled, request)
        ask = plan_request(request.party_size, must=request.must)
        plan = admission.planner.measure(ask, request.tables)
        candidacy = Candidacy(admission, request)
        found = admission.examine(candidacy, is_held=self.booking is not None)
        if isinstance(found, Need):
            return found
        floor = compiled.house.floor
        tables = [table for table in floor.tables if table.id in plan.tables]
        zones = {table.zone_id for table in tables}
        stay, planner = None, admission.planner
        if hasattr(candidacy, "service"):
            stay = candidacy.stay_at(floor.mask(plan.tables))
            planner = planner_of(candidacy)
        rivals: tuple[Allocation, ...] = ()
        if stay is not None:
            owners = admission.released.owners
            rivals = find_all_rivals(admission.view, plan.tables, stay.occupied, owners)
        judged = self._judged(planner, request)
        checks = self._checks(judged, found, rivals, is_open=stay is not None)
        if stay is not None and admission.view.has_promises:
            # The check in the list runs only for tables that break no rule.
            checks = (*checks, self._check(_PROMISES, self._starved(plan, stay)))
        details: dict[str, dict[str, Any]] = {
            "capacity": {"seats": plan.seats, "party_size": request.party_size},
            "slack": {"slack": max(plan.slack, 0), "budget": self._slack_budget(planner)},
            "zone": {"zones": sorted(zones)},
            "adjacency": {"mode": _mode_of(planner, request)},
        }
        met = {each.code for check in checks for each in check.reasons}
        needed = [each for each in selection.overrides if each.rule in met]
        return Validation(
            tables=plan.tables,
            numbers=tuple(table.number for table in tables),
            zone=min(zones) if len(zones) == 1 else None,
            seats=plan.seats,
            slack=max(plan.slack, 0),
            party_size=request.party_size,
            stay=stay,
            checks=tuple(
                attrs.evolve(each, details={**details.get(each.check, {}), **each.details})
                for each in checks
            ),
            unneeded=unneeded(selection.overrides, needed),
            versions=admission.view.versions,
        )

    def _request(self) -> BookingRequest:
        selection, booking = self.selection, self.booking
        request = selection.request if booking is None else request_of(booking)
        assert request is not None, "a selection is for a booking or for a request"
        if booking is not None and booking.assignment is not None:
            # It keeps its time at other tables, however long it stays by now.
            shortest, longest = STAY_MINUTES
            minutes = booking.stay.dining.minutes
            request = request.replaced(minutes=min(max(minutes, shortest), longest))
        return request.replaced(tables=selection.tables, overrides=(), relax=())

    def _slack_budget(self, planner: Planner) -> int | None:
        return (staff_planning(self.admission, planner) or planner.planning).slack_budget

    def _judged(self, planner: Planner, request: BookingRequest) -> tuple[Reason, ...]:
        """Return the rules of tables that the selection breaks."""
        ask = plan_request(request.party_size, must=request.must)
        judged = planner.judge(ask, request.tables, staff_planning(self.admission, planner))
        return judged.reasons if isinstance(judged, Refusal) else ()

    def _starved(self, plan: Plan, stay: Stay) -> tuple[Reason, ...]:
        """Return the reason of promised parties that could not be seated beside the selection."""
        taken = (self.admission.compiled.house.floor.mask(plan.tables), stay.occupied)
        refusal = refuse_starving(self.admission, self._request().party_size, (taken,))
        return () if refusal is None else refusal.reasons

    def _checks(
        self,
        judged: tuple[Reason, ...],
        found: tuple[Finding, ...],
        rivals: tuple[Allocation, ...],
        *,
        is_open: bool,
    ) -> tuple[SelectionCheck, ...]:
        """Return what every check says, in a fixed order.

        Outside of service hours nothing is said of the time that the tables are taken.
        """
        tables = self.selection.tables
        reasons = {name: list[Reason]() for name in _OF_TABLES if is_open or not _reads(name)}
        for reason in judged:
            (name,) = (each for each, codes in _OF_TABLES.items() if reason.code in codes)
            reasons[name].append(reason)
        if rivals:
            reasons["conflict"].extend(taken(tables, rivals).reasons)
        held = [row for row in rivals if row.owner_kind is OwnerKind.HOLD]
        if held:
            reasons["holds"].extend(taken(tables, held).reasons)
        for name in self._names(is_open=is_open):
            reasons.setdefault(name, [])
        for name, reason in _others(found):
            reasons.setdefault(name, []).append(reason)
        if self.booking is not None:
            reasons["pin"] = self._pinned(self.booking)
        return tuple(self._check(name, each) for name, each in reasons.items())

    def _names(self, *, is_open: bool) -> list[str]:
        """Return the names of the rules of the house that were checked besides those of tables."""
        composition = self.admission.composition
        before = composition.before_loading
        if self.booking is not None:
            before = composition.not_promised
        names = [each.name for each in before]
        if is_open:
            names += [each.name for each in composition.without_tables]
        else:
            names = names[: names.index("hours") + 1]
        found = [_RENAMED.get(name, name) for name in names]
        return found + ([each.name for each in composition.table_rules] if is_open else [])

    def _pinned(self, booking: Booking) -> list[Reason]:
        if not booking.is_pinned or set(booking.tables) == set(self.selection.tables):
            return []
        facts = {"booking_id": booking.id, "tables": list(booking.tables)}
        return [Reason(Code.BOOKING_PINNED, facts)]

    def _check(self, name: str, reasons: Sequence[Reason]) -> SelectionCheck:
        allowed = {each.rule for each in self.selection.overrides}
        status = CheckStatus.OK
        if reasons:
            is_allowed = all(each.code in allowed for each in reasons)
            status = CheckStatus.WARNING if is_allowed else CheckStatus.ERROR
        details: dict[str, Any] = {}
        for reason in reasons:
            details |= reason.details
        return SelectionCheck(name, status, tuple(reasons), details)


def _mode_of(planner: Planner, request: BookingRequest) -> str:
    mode = planner.planning.mode_for(request.party_size)
    return "off" if mode is None else mode.value


def _reads(name: str) -> bool:
    """Tell whether a check of tables reads who has them."""
    return name in _OF_OCCUPANCY


def _others(found: tuple[Finding, ...]) -> Iterable[tuple[str, Reason]]:
    """Yield what the other checks found: those of the party, and the rules that exclude tables."""
    of_tables = frozenset().union(*_OF_TABLES.values())
    for finding in found:
        for reason in finding.refusal.reasons:
            if finding.check == _PROMISES:
                continue
            if finding.check != "tables":
                yield _RENAMED.get(finding.check, finding.check), reason
            elif reason.code not in of_tables:
                yield _RULES.get(reason.code, reason.code.lower()), reason
