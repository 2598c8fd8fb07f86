"""The planner: which tables a party gets, compiled per floor so that a request costs microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Final

import attrs

from fourtop.adjacency import Growth
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model import validators
from fourtop.model.floor import Floor, bits
from fourtop.model.plan import Plan
from fourtop.model.planning import AdjacencyMode, Planning
from fourtop.model.request import Preference
from fourtop.planner.candidate import Candidate
from fourtop.planner.compiled_floor import CompiledFloor
from fourtop.planner.cost import ScoreModel
from fourtop.planner.plan_request import PlanRequest
from fourtop.planner.ranking import Ranking
from fourtop.planner.search import Search
from fourtop.planner.violations import reasons_against

MAX_COMPILED_SETS: Final = 20_000
MAX_RANKING_BYTES: Final = 16 * 2**20
_MAX_CONDITIONS: Final = 256


@attrs.frozen(eq=False)
class Planner:
    """Chooses tables on one floor by one set of rules.

    Bit ``i`` of every mask is ``floor.tables[i]``. A plan is a single table, or a set of two to
    ``planning.max_tables`` movable tables of one zone that is pushed together as the house
    requires; all of them offered, all of them meeting the conditions. Plans have a total order:
    score, then unjoinable table, joinable table, combination, then slack, number of tables, sum of
    capacities, fragmentation, depth, and at last the tables' places. A table is *joinable* if it
    stands in some combination of the mode that applies to the party, whatever its seats.

    The sets of a mode are compiled on first use, and a ranking of them for each party size and
    wish; after that a question costs one AND for each busy table. Where a mode has more than
    ``max_sets`` sets, nothing is compiled, and each question is answered by a bounded search with
    the same answers.

    Memory: at most ``max_sets`` sets for each of two modes, and rankings of about
    ``MAX_RANKING_BYTES`` in all, the least recently used of which go first. Several threads may use
    one planner; at worst they compile a ranking twice.

    Args:
        floor: The floor.
        planning: The rules of the house.
        max_sets: Most sets of two or more tables to compile for a mode.

    >>> from fourtop.model.restaurant import Zone
    >>> from fourtop.model.table import Table
    >>> floor = Floor([Table("a", "1", 2, "main"), Table("b", "2", 4, "main")], zones=[Zone("main", "Main")])
    >>> Planner(floor, Planning()).best(PlanRequest(2), free=0b11).tables
    ('a',)
    """

    floor: Floor
    planning: Planning
    max_sets: int = attrs.field(default=MAX_COMPILED_SETS, kw_only=True)
    layout: CompiledFloor = attrs.field(init=False, repr=False)
    _tariff: ScoreModel = attrs.field(init=False, repr=False)
    _modes: dict[AdjacencyMode | None, Compiled] = attrs.field(factory=dict, init=False, repr=False)
    _rankings: dict[tuple[int, Preference], Ranking] = attrs.field(
        factory=dict, init=False, repr=False
    )
    _masks: dict[Preference, int] = attrs.field(factory=dict, init=False, repr=False)
    _unmet: dict[Preference, tuple[int, ...]] = attrs.field(factory=dict, init=False, repr=False)

    @layout.default
    def _compile_layout(self) -> CompiledFloor:
        return CompiledFloor.of(self.floor)

    @_tariff.default
    def _of_the_house(self) -> ScoreModel:
        return ScoreModel(self.planning.weights, demand=self.planning.demand_multiplier)

    # ---- questions

    def best(self, ask: PlanRequest, free: int) -> Plan | None:
        """Return the best plan whose tables are all in the mask ``free``, if there is one.

        Compiled: O(busy tables) operations on masks of as many bits as there are plans for the
        party.
        """
        free &= self._meeting(ask.must)
        ranking = self._ranking(ask)
        if ranking is None:
            return next(
                (self._plan(ask, candidate) for candidate in self._search(ask, free).best(1)), None
            )
        ranks = ranking.available(free)
        if not ranks:
            return None
        return ranking.plan(ranking.first(ranks), partial(self._plan, ask))

    def plans(self, ask: PlanRequest, free: int, limit: int | None = None) -> tuple[Plan, ...]:
        """Return the plans whose tables are all free, the best first: all of them, or the first ``limit``.

        Raises:
            InvalidInput: If ``limit`` is not a whole number from 1 to 1,000,000.
        """
        if limit is not None:
            validators.check_integer("limit", limit, 1, 1_000_000)
        free &= self._meeting(ask.must)
        ranking = self._ranking(ask)
        if ranking is None:
            return tuple(
                self._plan(ask, candidate) for candidate in self._search(ask, free).best(limit)
            )
        found = islice(ranking.in_order(ranking.available(free)), limit)
        make = partial(self._plan, ask)
        return tuple(ranking.plan(candidate, make) for candidate in found)

    def is_seatable(self, ask: PlanRequest, free: int) -> bool:
        """Tell whether the party has any plan whose tables are all free."""
        free &= self._meeting(ask.must)
        ranking = self._ranking(ask)
        if ranking is None:
            return self._search(ask, free).succeeds()
        return ranking.available(free) != 0

    def count(self, ask: PlanRequest, free: int, limit: int) -> int:
        """Count how many such parties could sit down one after another, each with the best plan left.

        It stops at ``limit``. Greedy, so never too many, and not always as many as a cleverer
        seating.

        Raises:
            InvalidInput: If ``limit`` is not a whole number from 1 to 1,000,000.
        """
        validators.check_integer("limit", limit, 1, 1_000_000)
        free &= self._meeting(ask.must)
        ranking = self._ranking(ask)
        if ranking is not None:
            return ranking.count(free, limit)
        count = 0
        while count < limit and (found := self._search(ask, free).best(1)):
            free &= ~found[0].mask
            count += 1
        return count

    def choose(self, ask: PlanRequest, free: int) -> Plan | Refusal:
        """Return the best free plan, or why there is none.

        The refusal's code is ``TABLES_TAKEN`` (``tables``: those in use of the plan that would be
        best in an empty house), ``NO_TABLES_MATCH`` (``conditions``: each kind that is enough to
        drop for the party to fit the empty house; where none is, all that were named) or
        ``PARTY_NEVER_FITS``.
        """
        plan = self.best(ask, free)
        if plan is not None:
            return plan
        party_size = ask.party_size
        everything = self.layout.offered
        wanted = self.best(ask, everything)
        if wanted is not None:
            taken = [
                table_id
                for table_id in wanted.tables
                if not free >> self.floor.positions[table_id] & 1
            ]
            reason = Reason(Code.TABLES_TAKEN, {"party_size": party_size, "tables": taken})
            return Refusal((reason,), Proof.NO_FREE_PLAN)
        if not self.is_seatable(PlanRequest(party_size), everything):
            return Refusal(
                (Reason(Code.PARTY_NEVER_FITS, {"party_size": party_size}),), Proof.NO_PLAN
            )
        reason = Reason(
            Code.NO_TABLES_MATCH, {"party_size": party_size, "conditions": self._binding(ask)}
        )
        return Refusal((reason,), Proof.NO_PLAN)

    def judge(self, ask: PlanRequest, table_ids: Iterable[str]) -> Plan | Refusal:
        """Return the plan of exactly these tables, or every rule that they break; free or not does not matter.

        A set is accepted exactly if ``plans`` offers it when all its tables are free.

        Raises:
            InvalidInput: If no table is named.
            NotFound: If a table is unknown.
        """
        mask = self.layout.graph.mask(table_ids)
        reasons = reasons_against(self.layout, self.planning, ask, mask)
        if reasons:
            return Refusal(reasons, Proof.NAMED_TABLES)
        return self._plan(ask, self._measured(mask))

    # ---- compiling

    def _search(self, ask: PlanRequest, free: int) -> Search:
        singles = self._compiled(ask.party_size).singles
        unmet = self._unmet_by(ask.wish)
        return Search(
            self.layout,
            self.planning,
            self._tariff,
            singles,
            party_size=ask.party_size,
            free=free,
            unmet=unmet,
        )

    def _ranking(self, ask: PlanRequest) -> Ranking | None:
        key = (ask.party_size, ask.wish)
        # Taken out and put back, so that the least recently used one is the first.
        ranking = self._rankings.pop(key, None)
        if ranking is None:
            ranking = self._compile_ranking(ask)
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

    def _compile_ranking(self, ask: PlanRequest) -> Ranking | None:
        compiled = self._compiled(ask.party_size)
        if compiled.combinations is None:
            return None
        party_size = ask.party_size
        budget = self.planning.slack_budget
        unmet = self._unmet_by(ask.wish)
        keyed = []
        for candidate in (*compiled.singles, *compiled.combinations):
            if candidate.mask & ~self.layout.offered == 0 and candidate.fits(party_size, budget):
                missing = (
                    sum(unmet[place] for place in bits(candidate.mask)) if ask.wish.kinds else 0
                )
                keyed.append(
                    (self._tariff.key(candidate, party_size=party_size, unmet=missing), candidate)
                )
        # Both parts are in the order of places, and the sort is stable: table order decides what is
        # equal.
        keyed.sort(key=lambda pair: pair[0])
        return Ranking.of([candidate for _, candidate in keyed], len(self.floor.tables))

    def _compiled(self, party_size: int) -> Compiled:
        mode = self.planning.mode_for(party_size)
        compiled = self._modes.get(mode)
        if compiled is None:
            compiled = self._modes[mode] = Compiled.of(
                self.layout, self.planning, mode, self.max_sets
            )
        return compiled

    def _meeting(self, must: Preference) -> int:
        mask = self._masks.get(must)
        if mask is None:
            if len(self._masks) >= _MAX_CONDITIONS:
                self._masks.clear()
            mask = self._masks[must] = self.layout.meeting(must)
        return mask

    def _unmet_by(self, wish: Preference) -> tuple[int, ...]:
        unmet = self._unmet.get(wish)
        if unmet is None:
            if len(self._unmet) >= _MAX_CONDITIONS:
                self._unmet.clear()
            unmet = self._unmet[wish] = self.layout.unmet(wish)
        return unmet

    # ---- answers

    def _measured(self, mask: int) -> Candidate:
        if mask.bit_count() == 1:
            return self.layout.single(mask.bit_length() - 1, is_joinable=False)
        return self.layout.combination(mask)

    def _plan(self, ask: PlanRequest, candidate: Candidate) -> Plan:
        unmet = 0
        if ask.wish.kinds:
            by_table = self._unmet_by(ask.wish)
            unmet = sum(by_table[place] for place in bits(candidate.mask))
        return Plan(
            tables=self.floor.ids(candidate.mask),
            seats=candidate.seats,
            slack=candidate.seats - ask.party_size,
            score=self._tariff.score(candidate, party_size=ask.party_size, unmet=unmet),
        )

    def _binding(self, ask: PlanRequest) -> list[str]:
        everything = self.layout.offered
        alone = [
            kind
            for kind in ask.must.kinds
            if self.is_seatable(
                PlanRequest(ask.party_size, must=attrs.evolve(ask.must, **{kind: ()})), everything
            )
        ]
        return sorted(alone or ask.must.kinds)


@attrs.frozen(eq=False)
class Compiled:
    """The candidates of one mode.

    Args:
        singles: One for each table of the floor, offered or not, in table order.
        combinations: All sets of two or more, in the order of their places; ``None``: too many.
    """

    singles: tuple[Candidate, ...]
    combinations: tuple[Candidate, ...] | None

    @classmethod
    def of(
        cls, layout: CompiledFloor, planning: Planning, mode: AdjacencyMode | None, max_sets: int
    ) -> Compiled:
        """Grow and measure the sets of a mode. Counting stops as soon as there are more than ``max_sets``."""
        joinable = layout.joinable(mode, planning.max_tables)
        singles = tuple(
            layout.single(place, is_joinable=bool(joinable >> place & 1))
            for place in range(len(layout.floor.tables))
        )
        masks = list(islice(_combinations(layout, planning.max_tables, mode), max_sets + 1))
        if len(masks) > max_sets:
            return cls(singles, None)
        masks.sort(key=lambda mask: tuple(bits(mask)))
        return cls(singles, tuple(layout.combination(mask) for mask in masks))


def _combinations(layout: CompiledFloor, largest: int, mode: AdjacencyMode | None) -> Iterator[int]:
    for zone in layout.zones:
        pool = zone & layout.mergeable
        growth = Growth(neighbours=layout.graph.neighbours, among=pool, largest=largest)
        yield from (mask for mask in growth.sets(mode) if mask.bit_count() > 1)
