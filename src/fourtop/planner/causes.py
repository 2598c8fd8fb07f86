"""Causes: the rules that keep a party from every table of an empty house, each with its code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import Final

import attrs

from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.planning_rules import Planning
from fourtop.model.request import Preference
from fourtop.planner.candidate import Candidate
from fourtop.planner.compiled_floor import CompiledFloor
from fourtop.planner.cost import ScoreModel
from fourtop.planner.node_budget import NodeBudget
from fourtop.planner.plan_request import PlanRequest
from fourtop.planner.relaxed import (
    FACTS_OF_THE_ROOM,
    RULES,
    relaxed_floor,
    relaxed_planning,
)
from fourtop.planner.search import Search
from fourtop.planner.violations import reasons_against

# Each search for a cause visits as many sets; a party has at most two searches per rule.
MAX_CAUSE_NODES: Final = 2_000
_MAX_KEPT: Final = 512
_MAX_RELAXED: Final = 24

Rules = frozenset[Code]


@attrs.frozen(eq=False)
class RelaxedFloor:
    """A floor by some rules, for single searches; no set is compiled.

    Args:
        compiled_floor: The floor.
        planning: The rules.
    """

    compiled_floor: CompiledFloor
    planning: Planning
    _singles: tuple[Candidate, ...] = attrs.field(init=False, repr=False)
    _largest_party: int = attrs.field(init=False, repr=False)

    @_singles.default
    def _measure_singles(self) -> tuple[Candidate, ...]:
        places = range(len(self.compiled_floor.floor.tables))
        return tuple(self.compiled_floor.single(bit) for bit in places)

    @_largest_party.default
    def _bound_of_parties(self) -> int:
        return self.compiled_floor.largest_party(self.planning.max_tables)

    def find(self, party_size: int, tables: int, budget: NodeBudget) -> int:
        """Return the mask of the best set that a search meets among some tables; 0 without one."""
        if party_size > self._largest_party:
            return 0
        search = Search(
            self.compiled_floor,
            self.planning,
            ScoreModel(self.planning.weights, demand=self.planning.demand_multiplier),
            self._singles,
            party_size=party_size,
            free=tables & self.compiled_floor.offered,
            unmet=[0] * len(self._singles),
            budget=budget,
        )
        found = search.best(1)
        return found[0].mask if found else 0


@attrs.frozen(eq=False)
class Causes:
    """Finds the rules in the way of a party that no set of tables seats in an empty house.

    Each rule is lifted alone: it is a cause if that is enough for the party. Where no single rule
    is, the rules of the house are lifted together and put back one by one; those that cannot be put
    back are the causes. What pushing tables together needs is a fact of the room: where the party
    is larger than that, it is truly too large.

    The answers depend on the floor and the rules only, and the last ``_MAX_KEPT`` are kept.

    Args:
        compiled_floor: The floor.
        planning: The rules of the house.
    """

    compiled_floor: CompiledFloor
    planning: Planning
    without: Callable[[Rules], RelaxedFloor | None] = attrs.field(init=False, repr=False)
    reasons_alone: Callable[[int, Preference], tuple[Reason, ...]] = attrs.field(
        init=False, repr=False
    )
    refusal_of: Callable[[int, Preference], Refusal] = attrs.field(init=False, repr=False)

    # None refers to the object: a cycle would keep its memory until the next collection.

    @without.default
    def _keep_floors(self) -> Callable[[Rules], RelaxedFloor | None]:
        made = partial(_without, self.compiled_floor, self.planning)
        return lru_cache(maxsize=_MAX_RELAXED)(made)

    @reasons_alone.default
    def _keep_reasons(self) -> Callable[[int, Preference], tuple[Reason, ...]]:
        question = _Question(self.compiled_floor, self.planning, self.without)
        return lru_cache(maxsize=_MAX_KEPT)(question.reasons_alone)

    @refusal_of.default
    def _keep_refusals(self) -> Callable[[int, Preference], Refusal]:
        question = _Question(self.compiled_floor, self.planning, self.without)
        return lru_cache(maxsize=_MAX_KEPT)(question.refusal_of)


def _without(
    compiled_floor: CompiledFloor, planning: Planning, rules: Rules
) -> RelaxedFloor | None:
    """Return the floor without some rules; ``None`` if it has none of them."""
    floor = relaxed_floor(compiled_floor.floor, rules)
    relaxed = relaxed_planning(planning, rules)
    if floor is not compiled_floor.floor:
        return RelaxedFloor(CompiledFloor.of(floor, relaxed.scarcities), relaxed)
    return None if relaxed == planning else RelaxedFloor(compiled_floor, relaxed)


@attrs.frozen(eq=False)
class _Question:
    """The search for causes on one floor."""

    compiled_floor: CompiledFloor
    planning: Planning
    without: Callable[[Rules], RelaxedFloor | None]

    def reasons_alone(self, party_size: int, must: Preference) -> tuple[Reason, ...]:
        """Return the reason of each rule that is enough to lift alone."""
        return tuple(self._alone(party_size, self._tables_that_meet(must)))

    def refusal_of(self, party_size: int, must: Preference) -> Refusal:
        """Return the refusal of a party that no set seats in an empty house."""
        tables = self._tables_that_meet(must)
        reasons = tuple(self._alone(party_size, tables))
        if reasons:
            return Refusal(reasons, Proof.NO_PLAN)
        lifted = [rule for rule in RULES if rule not in FACTS_OF_THE_ROOM]
        budget = NodeBudget(MAX_CAUSE_NODES)
        found = self._find(lifted, party_size, tables, budget)
        if not found:
            return self._too_large(party_size, budget)
        for rule in tuple(lifted):
            fewer = [each for each in lifted if each is not rule]
            mask = self._find(fewer, party_size, tables, NodeBudget(MAX_CAUSE_NODES))
            if mask:
                found, lifted = mask, fewer
        return Refusal(self._broken_by(party_size, found), Proof.NO_PLAN)

    def _find(self, rules: Iterable[Code], party_size: int, tables: int, budget: NodeBudget) -> int:
        relaxed = self.without(frozenset(rules))
        return 0 if relaxed is None else relaxed.find(party_size, tables, budget)

    def _alone(self, party_size: int, tables: int) -> Iterator[Reason]:
        """Yield the reason of each rule that is enough to lift alone."""
        is_joined = False
        for rule in RULES:
            if rule is Code.ADJACENCY_MISMATCH and is_joined:
                # The rule that they are joined in a certain way is enough already.
                continue
            mask = self._find((rule,), party_size, tables, NodeBudget(MAX_CAUSE_NODES))
            if mask:
                yield from self._broken_by(party_size, mask)
                is_joined = is_joined or rule is Code.ADJACENCY_MODE_MISMATCH

    def _broken_by(self, party_size: int, mask: int) -> tuple[Reason, ...]:
        request = PlanRequest(party_size)
        reasons = reasons_against(self.compiled_floor, self.planning, request, mask)
        assert reasons, "a set that breaks no rule is a plan"
        return tuple(sorted(reasons, key=lambda reason: RULES.index(reason.code)))

    def _too_large(self, party_size: int, budget: NodeBudget) -> Refusal:
        if budget.is_exhausted:
            details = {"party_size": party_size, "limit": budget.limit}
            return Refusal((Reason(Code.SEARCH_LIMIT_REACHED, details),), Proof.NO_PLAN)
        reason = Reason(Code.PARTY_NEVER_FITS, {"party_size": party_size})
        return Refusal((reason,), Proof.NO_PLAN)

    def _tables_that_meet(self, must: Preference) -> int:
        unmet = self.compiled_floor.unmet(must) if must.kinds else ()
        everything = (1 << len(self.compiled_floor.floor.tables)) - 1
        return everything & ~sum(1 << bit for bit, count in enumerate(unmet) if count)
