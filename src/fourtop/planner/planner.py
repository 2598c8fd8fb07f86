"""The planner: choose tables for a party. Compiled per floor; a request costs microseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Final

import attrs

from fourtop.errors import InvalidInput, Proof, Refusal
from fourtop.model import validators
from fourtop.model.floor import Floor
from fourtop.model.plan import Plan
from fourtop.model.planning_rules import AdjacencyMode, Planning
from fourtop.model.request import ANY_TABLE, Preference
from fourtop.planner.blocks import Joins
from fourtop.planner.candidate import Candidate
from fourtop.planner.candidate_sets import CandidateSets
from fourtop.planner.causes import Causes
from fourtop.planner.compiled_floor import CompiledFloor
from fourtop.planner.cost import ScoreModel
from fourtop.planner.evening import Evening, EveningCosts, EveningMaker
from fourtop.planner.evening_rankings import Measure
from fourtop.planner.node_budget import MAX_SEARCH_NODES, NodeBudget
from fourtop.planner.plan_maker import PlanMaker
from fourtop.planner.plan_request import PlanRequest
from fourtop.planner.rankings import Ranking
from fourtop.planner.refusals import refusal_of
from fourtop.planner.search import Search
from fourtop.planner.static_order import in_static_order
from fourtop.planner.table_order import TableOrder
from fourtop.planner.violations import reasons_against

MAX_COMPILED_SETS: Final = 20_000
MAX_RANKING_BYTES: Final = 16 * 2**20
_MAX_CONDITIONS: Final = 256
_MAX_IDS: Final = 1_024
# The modes of small and of large parties.
_MODES: Final = 2


@attrs.frozen
class PlanSearch:
    """The answer of a search for plans.

    Args:
        plans: The best plans that were found, the best first.
        nodes: How many sets of tables the search visited; 0 where all sets are compiled.
        is_proven: Whether the answer is proven: no other plan is better, and an empty answer means
            that none exists. False if the search met its bound of nodes first.
    """

    plans: tuple[Plan, ...]
    nodes: int = 0
    is_proven: bool = attrs.field(default=True, kw_only=True)


@attrs.frozen(eq=False)
class Planner:
    """Chooses tables on one floor by one set of rules.

    Bit ``i`` of every mask is ``floor.tables[i]``. A plan is a single table, or a set of two to
    ``planning.max_tables`` movable tables of one zone that is pushed together as the house
    requires. All its tables are offered and meet the conditions. Plans have a total order: score,
    then a single table before a combination, then fewest joins to other tables, fewest seats, and
    fewest tables, then the sum of capacities, fragmentation and depth, and finally table order.

    Without an evening the score has the terms of the party and its tables, for one minute. With
    one, it is in seat-minutes, and has the terms of the evening; see ``Weights``.

    The sets of a mode are compiled on first use, and a ranking of them for each party size, wish
    and demand; after that a request costs one AND for each busy table. A mode with more than
    ``max_sets`` sets is not compiled: each request runs a search of at most ``max_nodes`` nodes. A
    search that ends before its bound gives the same answers.

    Memory: at most ``max_sets`` sets for each of two modes, and rankings of about
    ``MAX_RANKING_BYTES`` in all; the least recently used are dropped first. Several threads may use
    one planner; at worst they compile a ranking twice.

    Args:
        floor: The floor.
        planning: The rules of the house.
        max_sets: Most sets of two or more tables to compile for a mode.
        max_nodes: Most sets of tables that one search visits.
        order: A fixed order of the plans, in place of the score and the evening; ``None``: none. It
            needs compiled sets: any answer about plans raises ``InvalidInput`` without them.

    >>> from fourtop.model.restaurant import Zone
    >>> from fourtop.model.table import Table
    >>> tables = [Table("a", "1", 2, "main"), Table("b", "2", 4, "main")]
    >>> floor = Floor(tables, zones=[Zone("main", "Main")])
    >>> Planner(floor, Planning()).best(PlanRequest(2), free=0b11).tables
    ('a',)
    """

    floor: Floor
    planning: Planning
    max_sets: int = attrs.field(default=MAX_COMPILED_SETS, kw_only=True)
    max_nodes: int = attrs.field(default=MAX_SEARCH_NODES, kw_only=True)
    order: TableOrder | None = attrs.field(default=None, kw_only=True)
    compiled_floor: CompiledFloor = attrs.field(init=False, repr=False)
    causes: Causes = attrs.field(init=False, repr=False)
    _score_model: ScoreModel = attrs.field(init=False, repr=False)
    _measure: Measure = attrs.field(init=False, repr=False)
    _ids: Callable[[int], tuple[str, ...]] = attrs.field(init=False, repr=False)
    _largest_party: int = attrs.field(init=False, repr=False)
    _no_plans: Ranking = attrs.field(init=False, repr=False)
    _rankings: dict[tuple[int, Preference | None, float | None], Ranking] = attrs.field(
        factory=dict, init=False, repr=False
    )
    _meeting: Callable[[Preference], int] = attrs.field(init=False, repr=False)
    _unmet_by: Callable[[Preference], tuple[int, ...]] = attrs.field(init=False, repr=False)
    _candidates: Callable[[AdjacencyMode | None], CandidateSets] = attrs.field(
        init=False, repr=False
    )

    @compiled_floor.default
    def _compile_layout(self) -> CompiledFloor:
        return CompiledFloor.of(self.floor, self.planning.scarcities)

    @causes.default
    def _find_causes(self) -> Causes:
        return Causes(self.compiled_floor, self.planning)

    @_score_model.default
    def _of_the_house(self) -> ScoreModel:
        return ScoreModel(self.planning.weights, demand=self.planning.demand_multiplier)

    @_measure.default
    def _of_evenings(self) -> Measure:
        planning = self.planning
        weights, largest = planning.weights, planning.max_tables
        return partial(EveningCosts, self.compiled_floor, weights, largest)

    @_largest_party.default
    def _bound_of_parties(self) -> int:
        return self.compiled_floor.largest_party(self.planning.max_tables)

    @_no_plans.default
    def _of_no_candidates(self) -> Ranking:
        return self._rank((), (), PlanRequest(1))

    # None of these refers to the planner: a cycle would keep its memory until the next collection.

    @_ids.default
    def _keep_ids(self) -> Callable[[int], tuple[str, ...]]:
        return lru_cache(maxsize=_MAX_IDS)(self.floor.ids)

    @_meeting.default
    def _keep_masks(self) -> Callable[[Preference], int]:
        return lru_cache(maxsize=_MAX_CONDITIONS)(self.compiled_floor.meeting)

    @_unmet_by.default
    def _keep_unmet(self) -> Callable[[Preference], tuple[int, ...]]:
        return lru_cache(maxsize=_MAX_CONDITIONS)(self.compiled_floor.unmet)

    @_candidates.default
    def _keep_candidates(self) -> Callable[[AdjacencyMode | None], CandidateSets]:
        made = partial(CandidateSets.of, self.compiled_floor, self.planning, self.max_sets)
        return lru_cache(maxsize=_MODES)(made)

    # ---- questions

    @property
    def largest_party(self) -> int:
        """An upper bound for the party that the floor seats in an empty house."""
        return self._largest_party

    def is_compiled(self, party_size: int) -> bool:
        """Tell whether all sets of tables for a party are compiled: then no search is bounded."""
        return self._compiled(party_size).combinations is not None

    def best(
        self,
        request: PlanRequest,
        free: int,
        barred: Sequence[int] = (),
        evening: EveningMaker | None = None,
    ) -> Plan | None:
        """Return the best plan whose tables are all in the mask ``free``, or ``None``.

        Compiled: O(busy tables) operations on masks of one bit a plan. At the bound of a search
        the plan is the best of the visited sets;
        ``search`` says whether that happened.

        Args:
            request: The party.
            free: The free tables.
            barred: Masks of two tables or more; a plan may not have all tables of one.
            evening: Makes the evening around the party; ``None``: the static order.
        """
        return self._best(request, free, barred, evening)[0]

    def _best(
        self,
        request: PlanRequest,
        free: int,
        barred: Sequence[int] = (),
        evening: EveningMaker | None = None,
    ) -> tuple[Plan | None, bool]:
        """Return the best plan, and whether the answer is proven."""
        ranking = self._ranking(request)
        if ranking is None:
            found = self._searched(request, free, 1, barred, evening)
            return next(iter(found.plans), None), found.is_proven
        usable = self._suitable(request, free)
        ranks = ranking.available(usable, barred)
        if not ranks:
            return None, True
        seen = self._seen(evening)
        if seen is None:
            return ranking.plan(ranking.first(ranks)), True
        whole = None if barred or usable & ~seen.free else usable
        return ranking.evening.plans(ranks, seen, whole, 1)[0], True

    def plans(
        self,
        request: PlanRequest,
        free: int,
        limit: int | None = None,
        barred: Sequence[int] = (),
        evening: EveningMaker | None = None,
    ) -> tuple[Plan, ...]:
        """Return all plans of free tables, or the first ``limit``, the best first.

        Raises:
            InvalidInput: If ``limit`` is not a whole number from 1 to 1,000,000.
        """
        return self.search(request, free, limit, barred, evening).plans

    def search(
        self,
        request: PlanRequest,
        free: int,
        limit: int | None = None,
        barred: Sequence[int] = (),
        evening: EveningMaker | None = None,
    ) -> PlanSearch:
        """Return the plans of free tables, the best first, and whether they are proven.

        Args:
            request: The party.
            free: The free tables.
            limit: Most plans to return; ``None``: all.
            barred: As for ``best``.
            evening: As for ``best``.

        Raises:
            InvalidInput: If ``limit`` is not a whole number from 1 to 1,000,000.
        """
        if limit is not None:
            validators.check_integer("limit", limit, 1, 1_000_000)
        ranking = self._ranking(request)
        if ranking is None:
            return self._searched(request, free, limit, barred, evening)
        usable = self._suitable(request, free)
        available = ranking.available(usable, barred)
        seen = self._seen(evening) if available else None
        if seen is None:
            return PlanSearch(tuple(map(ranking.plan, islice(ranking.in_order(available), limit))))
        whole = None if barred or usable & ~seen.free else usable
        return PlanSearch(ranking.evening.plans(available, seen, whole, limit))

    def _seen(self, evening: EveningMaker | None) -> Evening | None:
        """Return the evening to rank by; ``None``: the order is the static or a fixed one."""
        return None if evening is None or self.order is not None else evening()

    def _costs(self, evening: Evening | None) -> EveningCosts | None:
        return None if evening is None or self.order is not None else self._measure(evening, None)

    def is_seatable(self, request: PlanRequest, free: int, max_nodes: int | None = None) -> bool:
        """Tell whether ``best`` finds a plan for the party whose tables are all free.

        Args:
            request: The party.
            free: The free tables.
            max_nodes: Most sets of tables that a search visits; ``None``: as many as ``best``.
        """
        ranking = self._ranking(request)
        if ranking is None:
            budget = None if max_nodes is None else NodeBudget(max_nodes)
            return self._search(request, free, budget).succeeds()
        return ranking.available(self._suitable(request, free)) != 0

    def count(self, request: PlanRequest, free: int, limit: int) -> int:
        """Count how many such parties could sit down one after another, each with the best plan.

        It stops at ``limit``, or when the searches after the first have used ``max_nodes`` nodes
        together. Greedy: it never counts too many, and may count fewer than a cleverer seating
        would seat. It is 0 exactly where ``best`` finds no plan.

        Raises:
            InvalidInput: If ``limit`` is not a whole number from 1 to 1,000,000.
        """
        validators.check_integer("limit", limit, 1, 1_000_000)
        ranking = self._ranking(request)
        if ranking is not None:
            return ranking.count(self._suitable(request, free), limit)
        count = 0
        budget = NodeBudget(self.max_nodes)
        while count < limit:
            found = self._search(request, free, budget if count else None).best(1)
            if not found:
                break
            free &= ~found[0].mask
            count += 1
        return count

    def choose(
        self,
        request: PlanRequest,
        free: int,
        barred: Sequence[int] = (),
        evening: EveningMaker | None = None,
    ) -> Plan | Refusal:
        """Return the best free plan, as ``best`` does, or a refusal with the reason.

        The refusal's code is ``TABLES_TAKEN`` (``tables``: those in use of the plan that would be
        best in an empty house), ``NO_TABLES_MATCH`` (``conditions``: each kind that is enough to
        drop for the party to fit the empty house; where none is, all that were named;
        ``wanted``: the values that the request named for each of them), the code of each rule that
        is enough to lift for the party to fit the empty house, ``PARTY_NEVER_FITS`` where the party
        is truly too large, or ``SEARCH_LIMIT_REACHED`` with the proof ``NOT_PROVEN`` where a
        search met its bound of ``max_nodes`` sets before it found a plan.
        """
        plan, is_proven = self._best(request, free, barred, evening)
        if plan is None:
            return refusal_of(self, request, free, is_proven=is_proven)
        return plan

    def judge(
        self,
        request: PlanRequest,
        table_ids: Iterable[str],
        planning: Planning | None = None,
        evening: Evening | None = None,
    ) -> Plan | Refusal:
        """Return the plan of exactly these tables, or every rule that they break.

        Whether the tables are free does not matter. A set is accepted exactly if ``plans`` offers
        it when all its tables are free.

        Args:
            request: The party.
            table_ids: The tables.
            planning: Other rules; ``None``: those of the house.
            evening: The evening around the party; ``None``: the score has no terms of it.

        Raises:
            InvalidInput: If no table is named.
            NotFound: If a table is unknown.
        """
        mask = self.compiled_floor.graph.mask(table_ids)
        rules = self.planning if planning is None else planning
        reasons = reasons_against(self.compiled_floor, rules, request, mask)
        if reasons:
            return Refusal(reasons, Proof.NAMED_TABLES)
        return self._plan(request, self._measured(mask), self._costs(evening))

    def measure(
        self, request: PlanRequest, table_ids: Iterable[str], evening: Evening | None = None
    ) -> Plan:
        """Return the plan of exactly these tables, whatever rules they break.

        Raises:
            InvalidInput: If no table is named.
            NotFound: If a table is unknown.
        """
        candidate = self._measured(self.compiled_floor.graph.mask(table_ids))
        return self._plan(request, candidate, self._costs(evening))

    # ---- compiling

    def _searched(
        self,
        request: PlanRequest,
        free: int,
        limit: int | None,
        barred: Sequence[int] = (),
        evening: EveningMaker | None = None,
    ) -> PlanSearch:
        costs = self._costs(self._seen(evening))
        search = self._search(request, free, barred=barred, evening=costs)
        plans = tuple(self._plan(request, candidate, costs) for candidate in search.best(limit))
        return PlanSearch(plans, search.budget.used, is_proven=not search.budget.is_exhausted)

    def _search(
        self,
        request: PlanRequest,
        free: int,
        budget: NodeBudget | None = None,
        *,
        barred: Sequence[int] = (),
        evening: EveningCosts | None = None,
    ) -> Search:
        return Search(
            self.compiled_floor,
            self.planning,
            self._model(request),
            self._compiled(request.party_size).singles,
            party_size=request.party_size,
            free=self._suitable(request, free),
            unmet=self._unmet_by(request.wish),
            budget=NodeBudget(self.max_nodes) if budget is None else budget,
            barred=barred,
            evening=evening,
        )

    def _suitable(self, request: PlanRequest, free: int) -> int:
        """Return the tables of a mask that are offered and meet the conditions of a request."""
        if request.must is ANY_TABLE:
            return free & self.compiled_floor.offered
        return free & self._meeting(request.must)

    def _ranking(self, request: PlanRequest) -> Ranking | None:
        if request.party_size > self._largest_party:
            return self._no_plans
        # Nearly every party takes any table; its key needs no hash of conditions.
        wish = None if request.wish is ANY_TABLE else request.wish
        key = (request.party_size, wish, request.demand)
        # Removed and added again, so that the least recently used ranking is the first.
        ranking = self._rankings.pop(key, None)
        if ranking is None:
            ranking = self._compile_ranking(request)
            if ranking is None:
                return None
            self._make_room(ranking.size_bytes)
        self._rankings[key] = ranking
        return ranking

    def _make_room(self, size_bytes: int) -> None:
        kept = list(self._rankings.items())
        total = size_bytes + sum(ranking.size_bytes for _, ranking in kept)
        for key, ranking in kept:
            if total <= MAX_RANKING_BYTES:
                return
            self._rankings.pop(key, None)
            total -= ranking.size_bytes

    def _compile_ranking(self, request: PlanRequest) -> Ranking | None:
        compiled = self._compiled(request.party_size)
        if compiled.combinations is None:
            if self.order is not None:
                rule = f"needs a floor with at most {self.max_sets:,} sets of tables"
                raise InvalidInput("table_order", rule, self.order.value)
            return None
        offered, budget = self.compiled_floor.offered, self.planning.slack_budget
        suitable = [
            candidate
            for candidate in (*compiled.singles, *compiled.combinations)
            if candidate.mask & ~offered == 0 and candidate.fits(request.party_size, budget)
        ]
        unmet, score_model = self._unmet_by(request.wish), self._model(request)
        ranked, costs = in_static_order(suitable, request, score_model, unmet, self.order)
        return self._rank(ranked, costs, request)

    def _rank(
        self, candidates: Sequence[Candidate], costs: Sequence[float], request: PlanRequest
    ) -> Ranking:
        floor, weights = self.compiled_floor, self.planning.weights
        counts = tuple(each.bit_count() for each in floor.partners)
        joins = Joins(counts, weights.joins_closed, floor.capacities)
        return Ranking.of(candidates, costs, self._maker(request), joins, self._measure)

    def _compiled(self, party_size: int) -> CandidateSets:
        return self._candidates(self.planning.mode_for(party_size))

    # ---- answers

    def _measured(self, mask: int) -> Candidate:
        if mask.bit_count() == 1:
            return self.compiled_floor.single(mask.bit_length() - 1)
        return self.compiled_floor.combination(mask)

    def _plan(
        self, request: PlanRequest, candidate: Candidate, evening: EveningCosts | None = None
    ) -> Plan:
        return self._maker(request, evening).plan(candidate)

    def _maker(self, request: PlanRequest, evening: EveningCosts | None = None) -> PlanMaker:
        """Return the maker of the plans of a request."""
        unmet = None if request.wish is ANY_TABLE else self._unmet_by(request.wish)
        return PlanMaker(self._ids, self._model(request), request.party_size, unmet, evening)

    def _model(self, request: PlanRequest) -> ScoreModel:
        """Return the cost of each term at the demand of a request."""
        if request.demand is None:
            return self._score_model
        return attrs.evolve(self._score_model, demand=request.demand)
