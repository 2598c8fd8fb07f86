"""Cases of a study of quality: the scenarios that differ in one part of the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput
from fourtop.errors.display import count_of
from fourtop.model.offers import OfferTerms, SteeringMode, SteeringPolicy
from fourtop.model.planning_rules import Weights
from fourtop.planner.table_order import TableOrder
from fourtop.simulation.behaviour import TakeAlternative, TakeByDistance
from fourtop.simulation.forecast import demand_forecast
from fourtop.simulation.scenario import Scenario

WILLINGNESS: Final = TakeByDistance({15: 0.7, 30: 0.4})
"""An assumption: a guest takes another start up to 15 minutes away with the probability 0.7, and up
to 30 minutes away with 0.4."""
ONE_BETTER: Final = OfferTerms(30, steering=SteeringPolicy("one_better", saves_more_than=0.3))
"""The starts up to 30 minutes away, and one better start that saves more than 0.3 covers."""

RANKED: Final = "the default ranking"
_NEAREST: Final = "the nearest starts"
_ORDERS: Final[Mapping[str, TableOrder]] = {
    "alphabetical order": TableOrder.ALPHABETICAL,
    "islands first": TableOrder.ISLANDS_FIRST,
}
_REFERENCE: Final = "the reference weights"
_OWN: Final = "the weights of the house"


class Part(StrEnum):
    """A part of the engine. Re-seating and steering use the default ranking, and not each other."""

    RANKING = "ranking"
    RESEATING = "re-seating"
    STEERING = "steering"


@attrs.frozen
class Comparison:
    """Two cases that differ in one part: the names of the base and of the variant."""

    part: Part
    base: str
    variant: str


@attrs.frozen
class QualityCases:
    """The cases of one house and demand.

    Args:
        base: The house as it is, with its demand.
        most_moves: The most bookings that move for a party; 0: none.
        offers: The starts around a wish, and the policy of steering.
        take: How willing guests are to take another start.

    Raises:
        InvalidInput: If the behaviour of the base chooses or books tables itself, or the policy
            steers nothing.
    """

    base: Scenario
    most_moves: int
    offers: OfferTerms
    take: TakeAlternative

    def __attrs_post_init__(self) -> None:
        behaviour = self.base.behaviour
        for field in ("choose", "book", "table_order"):
            if getattr(behaviour, field) is not None:
                raise InvalidInput("base", f"must have no {field} in its behaviour", "one")
        if self.offers.steering.mode is SteeringMode.NOTHING:
            raise InvalidInput("offers", "must have a policy that steers", repr(self.offers))

    def scenarios(self) -> dict[str, Scenario]:
        """Return each case by its name."""
        found = {RANKED: self._ranked}
        for name, order in _ORDERS.items():
            found[name] = self._behaving(table_order=order)
        found[_REFERENCE] = with_weights(self.base, Weights.reference())
        if self._has_own_weights:
            found[_OWN] = self.base
        if self.most_moves:
            found[self._moved] = self._behaving(most_moves=self.most_moves)
        found |= {name: self._offering(terms) for name, terms in self._terms.items()}
        return found

    def comparisons(self) -> Iterator[Comparison]:
        """Yield the comparisons: each part against its own base."""
        for name in (*_ORDERS, _REFERENCE, *([_OWN] if self._has_own_weights else [])):
            yield Comparison(Part.RANKING, name, RANKED)
        if self.most_moves:
            yield Comparison(Part.RESEATING, RANKED, self._moved)
        for name in self._terms:
            if name != _NEAREST:
                yield Comparison(Part.STEERING, _NEAREST, name)

    @property
    def assumption(self) -> str:
        """What the figures of steering assume, in a sentence."""
        minutes = count_of(self.offers.flexible_minutes, "minute")
        return (
            f"Steering offers {self._policy} within {minutes}, and its base the wish and, after a"
            f" no, the nearest starts; both use the default ranking. {self._willingness} No guest"
            " leaves because of an offer."
        )

    @property
    def _policy(self) -> str:
        steering = self.offers.steering
        if steering.mode is SteeringMode.ORDER:
            return "all starts, those of the least cost first,"
        return f"the wish and one start that saves more than {steering.saves_more_than:g} covers"

    @property
    def _willingness(self) -> str:
        take = self.take
        if not isinstance(take, TakeByDistance):
            return "How willing guests are is an assumption, a rule of the caller."
        chances = ", ".join(
            f"{chance:.0%} up to {minutes} minutes" for minutes, chance in take.chances
        )
        return f"How many guests take another start is an assumption: {chances} away."

    @property
    def _moved(self) -> str:
        return f"re-seating with at most {count_of(self.most_moves, 'move')}"

    @property
    def _has_own_weights(self) -> bool:
        weights = self.base.house.policy.planning.weights
        return weights not in (Weights(), Weights.reference())

    @cached_property
    def _ranked(self) -> Scenario:
        return with_weights(self.base, Weights())

    @cached_property
    def _terms(self) -> dict[str, OfferTerms]:
        """The offers of the house in each case of steering."""
        forecast = demand_forecast(self.base.demand, self.base.house)
        return {
            _NEAREST: OfferTerms(self.offers.flexible_minutes),
            "steering without a forecast": attrs.evolve(self.offers, forecast=None),
            "steering with a forecast": attrs.evolve(self.offers, forecast=forecast),
        }

    def _offering(self, terms: OfferTerms) -> Scenario:
        return self._behaving(alternatives=None, offers=terms, take=self.take)

    def _behaving(self, **changes: Any) -> Scenario:
        ranked = self._ranked
        return attrs.evolve(ranked, behaviour=attrs.evolve(ranked.behaviour, **changes))


def with_weights(scenario: Scenario, weights: Weights) -> Scenario:
    """Return a scenario with other weights of the house."""
    policy = scenario.house.policy
    planning = attrs.evolve(policy.planning, weights=weights)
    house = attrs.evolve(scenario.house, policy=attrs.evolve(policy, planning=planning))
    return attrs.evolve(scenario, house=house)
