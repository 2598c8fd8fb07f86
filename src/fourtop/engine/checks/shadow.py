"""Shadow mode: the codes of the rules that would have refused an admitted party."""

from __future__ import annotations

from typing import Final

from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.engine.checks.tables import ask_of, excluded_from, free_tables, planner_of
from fourtop.engine.enforcement import adjacency_mode, capacity_mode
from fourtop.errors import Code, Reason, Refusal
from fourtop.model.enforcement import EnforcementMode
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
        not admission.composition.lifts_adjacency
        or adjacency_mode(candidacy) is not EnforcementMode.SHADOW
    )
    if is_joined and not excluded:
        return []
    chosen = candidacy.plans[0].tables
    apart = [] if is_joined else _reasons_apart(candidacy, ask, chosen)
    if candidacy.party.tables:
        mask = admission.compiled.house.floor.mask(chosen)
        return apart + [each.reason for each in excluded if each.tables & mask]
    rules = excluded_from(candidacy)
    free, left = free_tables(candidacy, rules), free_tables(candidacy, (*rules, *excluded))
    planner = planner_of(candidacy)
    strict = planner if is_joined else admission.planner
    if strict.is_seatable(ask, left):
        return []
    # Without caps, a party that finds joined tables is not refused for those that it got.
    apart = [] if strict.is_seatable(ask, free) else apart
    if apart and planner.is_seatable(ask, left):
        return apart
    return [*(each.reason for each in excluded), *apart]


def _reasons_apart(candidacy: Candidacy, ask: PlanRequest, tables: tuple[str, ...]) -> list[Reason]:
    """Return the rules of adjacency that tables break."""
    judged = candidacy.admission.planner.judge(ask, tables)
    if not isinstance(judged, Refusal):
        return []
    return [reason for reason in judged.reasons if reason.code in _ADJACENCY]
