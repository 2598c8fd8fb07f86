"""Branch and bound, for floors with too many sets to compile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import or_

import attrs

from fourtop.adjacency.enumeration import SubsetEnumerator, walk
from fourtop.model.floor import bits
from fourtop.model.plan import SCORE_DECIMALS
from fourtop.model.planning_rules import AdjacencyMode, Planning
from fourtop.planner.candidate import Candidate
from fourtop.planner.compiled_floor import CompiledFloor
from fourtop.planner.cost import Key, ScoreModel
from fourtop.planner.evening import EveningCosts
from fourtop.planner.knapsack import Item, KnapsackBounds, SuffixBounds, finite
from fourtop.planner.node_budget import NodeBudget
from fourtop.planner.shortlist import Shortlist

# Bounds are summed in another order than scores; this exceeds the difference in rounding.
_ROUNDING_DOWN = 1 - 1e-12


@attrs.frozen(eq=False)
class Search:
    """One request on one floor.

    Args:
        compiled_floor: The floor.
        planning: The house's rules.
        score_model: The costs by these rules.
        singles: For each table its candidate.
        party_size: How many people.
        free: The tables to choose from: offered, free, and meeting the conditions.
        unmet: For each table how many wishes it does not meet.
        budget: The nodes that the search may visit.
        barred: Sets of tables that no plan may have all of.
        evening: The costs of the evening; ``None``: the static order.
    """

    compiled_floor: CompiledFloor
    planning: Planning
    score_model: ScoreModel
    singles: Sequence[Candidate]
    party_size: int = attrs.field(kw_only=True)
    free: int = attrs.field(kw_only=True)
    unmet: Sequence[int] = attrs.field(kw_only=True)
    budget: NodeBudget = attrs.field(kw_only=True)
    barred: Sequence[int] = attrs.field(default=(), kw_only=True)
    evening: EveningCosts | None = attrs.field(default=None, kw_only=True)

    def best(self, limit: int | None) -> tuple[Candidate, ...]:
        """Return the first ``limit`` fitting candidates in the total order; ``None``: all.

        If the budget is exhausted afterwards, these are the best candidates among the sets that
        were visited. Memory is O(limit) and the tables of the bounds; time is
        O(nodes · seats of a bound). Source: A. Land and A. Doig, "An automatic method of solving
        discrete programming problems", 1960 (branch and bound).
        """
        shortlist = Shortlist(limit)
        for candidate in self._fitting(shortlist):
            unmet = sum(self.unmet[bit] for bit in bits(candidate.mask))
            key = self.score_model.key(
                candidate, party_size=self.party_size, unmet=unmet, evening=self.evening
            )
            shortlist.offer(key, candidate)
        return shortlist.candidates()

    def succeeds(self) -> bool:
        """Tell whether the search meets a fitting candidate. It stops at the first.

        Up to there it visits the same nodes as ``best``, so both agree at the bound, too.
        """
        return next(self._fitting(Shortlist(None)), None) is not None

    @property
    def mode(self) -> AdjacencyMode | None:
        """The mode of a combination for this party."""
        return self.planning.mode_for(self.party_size)

    def _fitting(self, shortlist: Shortlist) -> Iterator[Candidate]:
        found = self._found(shortlist)
        if not self.barred:
            return found
        return (
            candidate for candidate in found if all(each & ~candidate.mask for each in self.barred)
        )

    def _found(self, shortlist: Shortlist) -> Iterator[Candidate]:
        budget = self.planning.slack_budget
        for bit in bits(self.free):
            if self.singles[bit].fits(self.party_size, budget):
                yield self.singles[bit]
        yield from self._given()
        for zone in self.compiled_floor.zones:
            pool = self._pool(zone)
            most = min(self.planning.max_tables, pool.bit_count())
            if most > 1 and self.compiled_floor.most_seats(zone, pool, most) >= self.party_size:
                completion = self._completion(pool, zone, most)
                for size in range(2, most + 1):
                    if self.budget.is_exhausted:
                        return
                    if self.evening is not None:
                        completion = self._completion(pool, zone, size)
                    yield from self._of_size(
                        Bound.of(self, completion, shortlist, zone=zone, size=size)
                    )

    def _given(self) -> Iterator[Candidate]:
        # A capacity set by hand obeys no bound on sums, so these few sets are measured one by one.
        pool = self.free & self.compiled_floor.mergeable
        for mask in self.compiled_floor.given:
            if (
                not mask & ~pool
                and mask.bit_count() <= self.planning.max_tables
                and any(not mask & ~zone for zone in self.compiled_floor.zones)
                and self.compiled_floor.graph.holds(mask, self.mode)
            ):
                candidate = self.compiled_floor.combination(mask)
                if candidate.fits(self.party_size, self.planning.slack_budget):
                    yield candidate

    def _pool(self, zone: int) -> int:
        # Each member's minimum binds a combination, so tables with a larger minimum are left out.
        pool = self.free & self.compiled_floor.mergeable & zone
        return sum(1 << bit for bit in bits(pool) if self.singles[bit].smallest <= self.party_size)

    def _completion(self, pool: int, zone: int, most: int) -> KnapsackBounds:
        pieces = [
            Item(each.capacity, each.scarcity, self.own_cost(bit, most))
            for bit, each in enumerate(self.singles)
        ]
        budget = self.planning.slack_budget
        biggest = max(pieces[bit].capacity for bit in bits(pool))
        lost = max((most - 1) * self.compiled_floor.zone_losses[zone][-1], 0)
        ceiling = self.party_size + lost + (biggest if budget is None else budget) + 1
        return KnapsackBounds.of(pool, pieces, picks=most - 1, ceiling=ceiling)

    def own_cost(self, bit: int, size: int) -> float:
        """Return a lower bound of the cost that one table adds to a set of some size.

        It is for each minute of the stay, as all static costs: a table that is dearer for the
        evening is not cheaper for any of its minutes.
        """
        weights, evening = self.planning.weights, self.evening
        cost = self.singles[bit].scarcity * weights.scarcity + self.unmet[bit] * weights.wish
        if evening is None or not self.free >> bit & 1:
            return cost
        closed = evening.fewest_closed(bit, size) * evening.closing
        return cost + closed + evening.by_table(bit) / evening.least_minutes

    def _of_size(self, bound: Bound) -> Iterator[Candidate]:
        growth = SubsetEnumerator(
            neighbours=self.compiled_floor.graph.neighbours,
            candidates=bound.completion.pool,
            largest=bound.size,
            prune=bound.rules_out,
        )
        for mask in growth.sets(self.mode):
            if not self.budget.spend():
                return
            if (
                mask.bit_count() == bound.size
                and mask not in self.compiled_floor.given
                and bound.may_seat(mask)
            ):
                candidate = self.compiled_floor.combination(mask)
                if candidate.fits(self.party_size, self.planning.slack_budget):
                    yield candidate


@attrs.frozen(eq=False)
class Bound:
    """A lower bound of the keys of all combinations of ``size`` tables of a zone.

    Args:
        search: The request.
        completion: The contributions of the zone's tables.
        shortlist: The candidates found so far.
        size: How many tables.
        most_loss: Most seats that joining so many costs; negative if every join wins seats.
        fewest: Least sum of capacities that may do.
        most: Largest sum of capacities that may do; ``None``: no limit.
        totals: Bit ``n`` says whether a sum of ``n`` capacities may do; ``None``: all from
            ``fewest`` on.
        own_costs: For each table a lower bound of its part of the cost of a set.
    """

    search: Search
    completion: KnapsackBounds
    shortlist: Shortlist
    size: int
    most_loss: int
    fewest: int
    most: int | None
    totals: int | None
    own_costs: tuple[float, ...]

    @classmethod
    def of(
        cls,
        search: Search,
        completion: KnapsackBounds,
        shortlist: Shortlist,
        *,
        zone: int,
        size: int,
    ) -> Bound:
        """Make the bound of one zone and size."""
        losses = _possible_losses(
            search.compiled_floor.zone_losses[zone], size - 1, is_exact=search.mode is not None
        )
        least, most = min(losses), max(losses)
        budget = search.planning.slack_budget
        return cls(
            search,
            completion,
            shortlist,
            size,
            most_loss=most,
            fewest=search.party_size + least,
            most=None if budget is None else search.party_size + budget + most,
            totals=None if budget is None else _possible_totals(search.party_size, budget, losses),
            own_costs=tuple(search.own_cost(bit, size) for bit in range(len(search.singles))),
        )

    def may_seat(self, mask: int) -> bool:
        """Tell whether the party may fit, judged by the plain sum of capacities."""
        total = sum(self.search.singles[bit].capacity for bit in bits(mask))
        return self.fewest <= total and self._may_do(total)

    def _may_do(self, total: int) -> bool:
        return self.totals is None or self.totals >> total & 1 == 1

    def rules_out(self, chosen: int, reach: int) -> bool:
        """Tell whether no set grown from ``chosen`` within ``reach`` can enter the shortlist.

        Each part of the key has a lower bound of its own. Keys are compared part by part, so the
        bounds together bound the key. They recognise ties, so that a floor of equal tables is not
        searched completely.
        """
        if not self.search.budget.spend():
            return True
        level = self.completion.level(reach)
        row = level.cheapest[self.size - chosen.bit_count()]
        total = sum(self.search.singles[bit].capacity for bit in bits(chosen))
        stop = len(row) if self.most is None else self.most - total + 1
        completions = (
            (seats, cost)
            for seats, cost in finite(row, self.fewest - total, stop)
            if self._may_do(total + seats)
        )
        worst = self.shortlist.worst
        if worst is None:
            return next(completions, None) is None
        so_far = self._so_far(chosen, reach)
        for seats, cost in completions:
            key = self._least_key(so_far, level, seats, cost)
            if key < worst[0] or (key == worst[0] and self._least_places(chosen, reach) < worst[1]):
                return False
        return True

    def _so_far(self, chosen: int, reach: int) -> _SoFar:
        search = self.search
        members = [search.singles[bit] for bit in bits(chosen)]
        scarcity = sum(each.scarcity for each in members)
        return _SoFar(
            picks=self.size - len(members),
            capacity=sum(each.capacity for each in members),
            biggest=max(each.capacity for each in members),
            scarcity=scarcity,
            depth=self._least_depth(chosen, reach),
            joins=self._fewest_joins(chosen, reach),
            cost=sum(self.own_costs[bit] for bit in bits(chosen)),
        )

    def _least_key(self, so_far: _SoFar, level: SuffixBounds, seats: int, cost: float) -> Key:
        planning = self.search.planning
        weights = planning.weights
        capacity = so_far.capacity + seats
        slack = max(capacity - self.most_loss - self.search.party_size, 0)
        row = level.commonest[so_far.picks]
        # One further table has at most the seats that the smallest other ones leave.
        is_exact = seats < len(row) - 1
        left = (
            min(level.biggest, seats - (so_far.picks - 1) * level.smallest)
            if is_exact
            else level.biggest
        )
        fragmentation = max(self.search.party_size + slack - max(so_far.biggest, left), 0)
        joining = (self.size - 1) * weights.table_count + so_far.depth * weights.adjacency
        total = (
            slack * weights.overage * self.search.score_model.demand
            + joining
            * self.search.score_model.amplification(self.size, so_far.scarcity + row[seats])
            + fragmentation * weights.fragmentation
            + so_far.cost
            + cost
        )
        if self.search.evening is not None:
            total *= self.search.evening.least_minutes
        rounded = round(total * _ROUNDING_DOWN, SCORE_DECIMALS)
        seats = self.search.party_size + slack
        joins = so_far.joins
        return (rounded, 1, joins, seats, self.size, capacity, fragmentation, so_far.depth)

    def _fewest_joins(self, chosen: int, reach: int) -> int:
        """Return a lower bound for the joins from a set to tables outside of it.

        A table has at most ``size - 1`` partners in the set.
        """
        within, partners = self.size - 1, self.search.compiled_floor.partners
        joins = sum(
            max((partners[bit] & ~chosen & ~reach).bit_count(), partners[bit].bit_count() - within)
            for bit in bits(chosen)
        )
        picks = self.size - chosen.bit_count()
        fewest = min((partners[bit].bit_count() for bit in bits(reach)), default=0)
        return joins + picks * max(fewest - within, 0)

    def _least_depth(self, chosen: int, reach: int) -> int:
        first = chosen & -chosen
        if reach & (first - 1):
            return 1  # depths count from the first table, and a lower one may still be added
        left = chosen
        met = farthest = 0
        for depth, level in enumerate(
            walk(self.search.compiled_floor.graph.neighbours, chosen | reach)
        ):
            met += level.bit_count()
            if left:
                left &= ~level
                farthest = depth
            if not left and met >= self.size:
                return max(farthest, 1)
        return self.size

    def _least_places(self, chosen: int, reach: int) -> tuple[int, ...]:
        for bit in bits(reach):
            if chosen.bit_count() == self.size:
                break
            chosen |= 1 << bit
        return tuple(bits(chosen))


@attrs.frozen
class _SoFar:
    """The facts of a set of which ``picks`` tables are not chosen yet."""

    picks: int
    capacity: int
    biggest: int
    scarcity: float
    depth: int
    joins: int
    cost: float


def _possible_losses(losses: Sequence[int], joints: int, *, is_exact: bool) -> tuple[int, ...]:
    """Return the possible total losses of so many joints of a zone.

    A connected set has one joint fewer than tables. A set that need not be pushed together may have
    fewer (``is_exact`` is false).
    """
    # Sums are sets of bits. Each loss counts from the least, so that no bit is negative.
    least = losses[0]
    sums = 1
    found = {0: sums}
    for joint in range(1, joints + 1):
        sums = _union(sums << loss - least for loss in losses)
        found[joint] = sums
    counts = (joints,) if is_exact else range(joints + 1)
    return tuple({bit + count * least for count in counts for bit in bits(found[count])})


def _possible_totals(party_size: int, slack_budget: int, losses: Iterable[int]) -> int:
    """Return which sums of capacities may seat a party within the slack budget, as bits."""
    seats = ((1 << (slack_budget + 1)) - 1) << party_size
    return _union(seats << loss if loss >= 0 else seats >> -loss for loss in losses)


def _union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)
