"""Shadow mode: the codes of the rules that would have refused an admitted party."""

from __future__ import annotations

from typing import Final

from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.engine.checks.tables import (
    ask_of,
    barred_sets,
    excluded_from,
    free_tables,
    planner_of,
)
from fourtop.engine.enforcement import adjacency_mode, capacity_mode
from fourtop.errors import Code, Reason, Refusal
from fourtop.model.enforcement import EnforcementMode
from fourtop.model.plan import Plan
from fourtop.planner import PlanRequest

_ADJACENCY: Final = frozenset({Code.ADJACENCY_MISMATCH, Code.ADJACENCY_MODE_MISMATCH})


def would_refuse(candidacy: Candidacy) -> tuple[Code, ...]:
    """Return the codes of the rules in shadow mode that would have refused an admitted party.

    The codes come in the order of the checks, each once. Without a refusal there is none: a rule
    that leaves the party other tables refuses nothing.
    """
    composition = candidacy.admission.composition
    reasons: list[Reason] = []
    excluded: tuple[Excluded, ...] = ()
    if composition.shadow_checks and capacity_mode(candidacy) is EnforcementMode.SHADOW:
        for check in composition.shadow_checks:
            refusal = check.find(candidacy)
            reasons += () if refusal is None else refusal.reasons
        found = (rule.find(candidacy) for rule in composition.shadow_table_rules)
        excluded = tuple(each for some in found for each in some)
    if candidacy.plans:
        reasons += _reasons_of_tables(candidacy, excluded)
    return tuple(dict.fromkeys(reason.code for reason in reasons))


def _reasons_of_tables(candidacy: Candidacy, excluded: tuple[Excluded, ...]) -> list[Reason]:
    """Return the reasons for which no tables would have been left for the party."""
    admission, ask = candidacy.admission, ask_of(candidacy)
    is_joined = (
        not admission.compiled.lifts_adjacency
        or adjacency_mode(candidacy) is not EnforcementMode.SHADOW
    )
    if is_joined and not excluded:
        return []
    chosen = candidacy.plans[0]
    if candidacy.party.tables:
        mask = admission.compiled.house.floor.mask(chosen.tables)
        found = [each.reason for each in excluded if each.concerns(mask)]
        return found if is_joined else found + _reasons_apart(candidacy, ask, chosen)
    rules, planner = excluded_from(candidacy), planner_of(candidacy)
    strict = planner if is_joined else admission.planner
    free, left = free_tables(candidacy, rules), free_tables(candidacy, (*rules, *excluded))
    barred = barred_sets(rules)
    if strict.best(ask, left, barred) is not None:
        return []
    # Each rule alone may leave the party other tables, and both together none.
    refuses_apart = strict.best(ask, free, barred) is None
    instead = planner.best(ask, left, barred)
    found = [each.reason for each in excluded] if instead is None or not refuses_apart else []
    if refuses_apart:
        return found + _reasons_apart(candidacy, ask, chosen)
    return found if instead is None else found + _reasons_apart(candidacy, ask, instead)


def _reasons_apart(candidacy: Candidacy, ask: PlanRequest, plan: Plan) -> list[Reason]:
    """Return the rules of adjacency that a plan breaks."""
    judged = candidacy.admission.planner.judge(ask, plan.tables)
    if not isinstance(judged, Refusal):
        return []
    return [reason for reason in judged.reasons if reason.code in _ADJACENCY]
