"""The check of tables: a free plan, or the tables that the party names."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs

from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.engine.checks.demand import demand_of
from fourtop.engine.checks.distance import FreeTables, has_distances
from fourtop.engine.evening import evening_of
from fourtop.engine.party_request import plan_request
from fourtop.engine.relaxation import unjoined_planner
from fourtop.engine.rivals import refuse_taken
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.plan import Plan
from fourtop.model.planning_rules import Planning
from fourtop.planner import Evening, EveningMaker, Planner, PlanRequest

if TYPE_CHECKING:
    from fourtop.engine.admission import Admission


def ask_of(candidacy: Candidacy) -> PlanRequest:
    """Return the request to the planner: the party, its conditions, and the demand of its time."""
    party = candidacy.party
    if not candidacy.admission.composition.has_demand:
        return plan_request(party.party_size, must=party.must, wish=party.wish)
    demand = demand_of(candidacy)
    return plan_request(party.party_size, must=party.must, wish=party.wish, demand=demand)


def planner_of(candidacy: Candidacy) -> Planner:
    """Return the planner of a party: without adjacency in a service that does not enforce it."""
    admission, service = candidacy.admission, candidacy.service
    # The first is an attribute: nearly every house enforces adjacency.
    if not admission.compiled.lifts_adjacency or admission.compiled.is_joined(
        service.period.key, service.date
    ):
        return admission.planner
    return unjoined_planner(admission.compiled, admission.lifted)


def evening_around(candidacy: Candidacy) -> EveningMaker | None:
    """Return the maker of the evening around a party; ``None``: the ranking does not need it."""
    admission = candidacy.admission
    if not (admission.compiled.sees_evening or admission.looks_ahead):
        return None
    return partial(_make_evening, candidacy)


def _make_evening(candidacy: Candidacy) -> Evening | None:
    return evening_of(candidacy, free_tables(candidacy))


def check_tables(candidacy: Candidacy) -> Refusal | None:
    """Refuse a party without a free plan, or with named tables that do not suit it or are taken."""
    admission, party = candidacy.admission, candidacy.party
    ask = ask_of(candidacy)
    excluded: tuple[Excluded, ...] = ()
    if admission.composition.table_rules:
        excluded = excluded_from(candidacy)
    if party.tables:
        return _check_named(candidacy, ask, excluded)
    planner, evening = planner_of(candidacy), evening_around(candidacy)
    free = free_tables(candidacy, excluded)
    barred = barred_sets(excluded) if excluded else ()
    if candidacy.most_plans > 1:
        candidacy.plans = planner.plans(ask, free, candidacy.most_plans, barred, evening)
        if candidacy.plans:
            return None
    chosen = planner.choose(ask, free, barred, evening)
    if isinstance(chosen, Refusal) and excluded and admission.permits.overrides:
        # Only where no other tables are left.
        chosen, excluded = _choose_among_excluded(candidacy, ask, excluded)
    if not isinstance(chosen, Refusal):
        candidacy.plans = (chosen,)
        return None
    chosen = with_rivals(candidacy, chosen)
    return _with_excluded(candidacy, ask, chosen, excluded) if excluded else chosen


def _choose_among_excluded(
    candidacy: Candidacy, ask: PlanRequest, excluded: tuple[Excluded, ...]
) -> tuple[Plan | Refusal, tuple[Excluded, ...]]:
    """Return the best plan with tables that overrides allow, and the tables that stay excluded."""
    admission = candidacy.admission
    rules = {each.rule for each in admission.permits.overrides}
    left = tuple(each for each in excluded if each.reason.code not in rules)
    free = free_tables(candidacy, left)
    evening = evening_around(candidacy)
    chosen = planner_of(candidacy).choose(ask, free, barred_sets(left), evening)
    if isinstance(chosen, Plan):
        mask = admission.compiled.house.floor.mask(chosen.tables)
        admission.permits.left_of(tuple(each.reason for each in excluded if each.concerns(mask)))
    return chosen, left


def _check_named(
    candidacy: Candidacy, ask: PlanRequest, excluded: tuple[Excluded, ...]
) -> Refusal | None:
    admission, tables = candidacy.admission, candidacy.party.tables
    mask = admission.compiled.house.floor.mask(tables) if excluded or candidacy.variants else 0
    reasons = tuple(each.reason for each in excluded if each.concerns(mask))
    planner = planner_of(candidacy)
    plan = judge_named(admission, planner, ask, tables, reasons)
    if isinstance(plan, Refusal):
        return plan
    evening = evening_around(candidacy)
    if evening is not None:
        plan = planner.measure(ask, tables, evening())
    candidacy.plans = (plan,)
    window = candidacy.stay_at(mask).occupied if candidacy.variants else candidacy.stay.occupied
    return refuse_taken(admission.view, plan.tables, window, admission.released.owners)


def judge_named(
    admission: Admission,
    planner: Planner,
    ask: PlanRequest,
    tables: tuple[str, ...],
    excluded: tuple[Reason, ...],
) -> Plan | Refusal:
    """Return the plan of tables that a party names, or every rule that it may not break.

    Whether they are free does not matter.

    Args:
        admission: The actor, and what staff have overridden.
        planner: The rules.
        ask: The party.
        tables: The tables.
        excluded: Why table rules keep some of them from the party.

    Raises:
        NotFound: If a table is unknown.
    """
    permits = admission.permits
    plan = planner.judge(ask, tables, staff_planning(admission, planner))
    broken = plan.reasons if isinstance(plan, Refusal) else ()
    if permits.overrides:
        broken, excluded = permits.left_of(broken), permits.left_of(excluded)
    if broken or excluded:
        # Without a broken rule of the tables themselves, the other rules are all of the proof.
        proof = plan.proof if isinstance(plan, Refusal) and broken else Proof.RULE
        return Refusal((*broken, *excluded), proof)
    return planner.measure(ask, tables) if isinstance(plan, Refusal) else plan


def staff_planning(admission: Admission, planner: Planner) -> Planning | None:
    """Return the rules for tables that staff name; ``None``: those of the planner."""
    planning = planner.planning
    if planning.staff_max_slack is None or admission.actor.is_guest:
        return None
    return attrs.evolve(planning, slack_budget=planning.staff_max_slack)


def check_kept(candidacy: Candidacy, tables: tuple[str, ...]) -> Refusal | None:
    """Refuse the tables of a hold that a rule excludes, or that lost a condition of the party.

    What else may have changed of these tables is drift.
    """
    admission, must = candidacy.admission, candidacy.party.must
    mask = admission.compiled.house.floor.mask(tables)
    excluded = excluded_from(candidacy)
    reasons = [each.reason for each in excluded if each.concerns(mask)]
    ask = plan_request(candidacy.party.party_size, must=must)
    plan = planner_of(candidacy).judge(ask, tables) if must.kinds else None
    if isinstance(plan, Refusal):
        reasons += [each for each in plan.reasons if each.code is Code.NO_TABLES_MATCH]
    left = admission.permits.left_of(tuple(reasons))
    return Refusal(left, Proof.NAMED_TABLES) if left else None


def excluded_from(candidacy: Candidacy) -> tuple[Excluded, ...]:
    """Return the tables that the table rules of the house keep from a party."""
    rules = candidacy.admission.composition.table_rules
    return tuple(each for rule in rules for each in rule.find(candidacy))


def free_tables(candidacy: Candidacy, excluded: tuple[Excluded, ...] = ()) -> int:
    """Return the tables that a party may have and that are free for its stay, as a mask.

    A table of a variant is free if it is free for the stay of the variant.
    """
    free = candidacy.admission.free_in(candidacy.stay.occupied)
    if not (candidacy.variants or excluded):
        return free
    for variant in candidacy.variants:
        free_then = candidacy.admission.free_in(variant.stay.occupied)
        free = free & ~variant.tables | free_then & variant.tables
    for each in excluded:
        if not each.as_a_set:
            free &= ~each.tables
    return free


def barred_sets(excluded: tuple[Excluded, ...]) -> tuple[int, ...]:
    """Return the sets of tables that a party may not have all of, as masks."""
    return tuple([each.tables for each in excluded if each.as_a_set])


def count_tables(candidacy: Candidacy, limit: int) -> int:
    """Return how many such parties could be seated one after another, at most ``limit``."""
    admission, ask = candidacy.admission, ask_of(candidacy)
    rules = admission.composition.table_rules
    if not rules:
        return _count_among(candidacy, ask, free_tables(candidacy), limit)
    excluded = excluded_from(candidacy)
    free = free_tables(candidacy, excluded)
    house = admission.compiled.house
    if has_distances(house):
        left = FreeTables(house.floor, free, barred_sets(excluded))
        return _count_apart(candidacy, ask, left, limit)
    spots = 0
    for rule in rules:
        for mask, most in () if rule.count is None else rule.count(candidacy):
            if most > 0:
                spots += _count_among(candidacy, ask, free & mask, min(limit, most))
            free &= ~mask
    return min(spots + _count_among(candidacy, ask, free, limit), limit)


def _count_apart(candidacy: Candidacy, ask: PlanRequest, left: FreeTables, limit: int) -> int:
    """Count parties that sit down one after another where each may keep tables from the next."""
    planner, others = planner_of(candidacy), candidacy.admission.all_tables
    groups: list[tuple[int, int]] = []
    for rule in candidacy.admission.composition.table_rules:
        for mask, most in () if rule.count is None else rule.count(candidacy):
            groups.append((mask & others, most))
            others &= ~mask
    spots = 0
    for mask, most in (*groups, (others, limit)):
        last = min(spots + max(most, 0), limit)
        while spots < last:
            plan = planner.best(ask, left.free & mask, left.barred)
            if plan is None:
                break
            left.take(left.floor.mask(plan.tables))
            spots += 1
    return spots


def is_search_proven(candidacy: Candidacy) -> bool:
    """Tell whether a search for tables came to its end."""
    ask = ask_of(candidacy)
    return planner_of(candidacy).search(ask, free_tables(candidacy), 1).is_proven


def _count_among(candidacy: Candidacy, ask: PlanRequest, free: int, limit: int) -> int:
    # On a quiet evening the same tables are free at many starts.
    admission = candidacy.admission
    lifts_adjacency = admission.compiled.lifts_adjacency
    planner = planner_of(candidacy) if lifts_adjacency else admission.planner
    key = (planner, ask, free, limit)
    spots = admission.spots_by_tables.get(key)
    if spots is None:
        spots = admission.spots_by_tables[key] = planner.count(ask, free, limit)
    return spots


# ---- reasons


def _with_excluded(
    candidacy: Candidacy, ask: PlanRequest, refusal: Refusal, excluded: tuple[Excluded, ...]
) -> Refusal:
    """Put the reasons of the excluded tables that would have seated the party before the others."""
    plan = planner_of(candidacy).best(ask, free_tables(candidacy))
    if plan is None:
        return refusal
    mask = candidacy.admission.compiled.house.floor.mask(plan.tables)
    reasons = tuple(each.reason for each in excluded if each.concerns(mask))
    # Tables that no party takes are in no other way either.
    others = tuple(each for each in refusal.reasons if each.details.get("in_the_way", True))
    return Refusal(reasons + others, Proof.RULE)


def with_rivals(candidacy: Candidacy, refusal: Refusal) -> Refusal:
    """Return a refusal of the planner with the allocations in the way of the tables in use.

    A reason that names tables in use is new, with values of its own.
    """
    reasons = tuple([_with_rivals_on(candidacy, each) for each in refusal.reasons])
    return Refusal(reasons, refusal.proof)


def _with_rivals_on(candidacy: Candidacy, reason: Reason) -> Reason:
    if reason.code is not Code.TABLES_TAKEN:
        return reason
    admission, tables = candidacy.admission, reason.details["tables"]
    stay = candidacy.stay
    if candidacy.variants:
        stay = candidacy.stay_at(admission.compiled.house.floor.mask(tables))
    rows = admission.rivals.in_the_way(tables, stay.occupied)
    return Reason(reason.code, {**reason.details, "tables": [*tables], "in_the_way": rows})
