"""Stays in minutes: how long guests stay under the present plan, whatever plan comes next."""

from __future__ import annotations

import attrs

from fourtop.errors import InvalidInput
from fourtop.model.house import House
from fourtop.model.service_period import TurnBand
from fourtop.simulation.distributions import Distribution
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.stays import Stays


def with_stays_in_minutes(scenario: Scenario) -> Scenario:
    """Return the scenario with the same stays in minutes if they are multiples of the plan.

    Stays that end with the service keep their cut: only the lengths are converted.

    Raises:
        InvalidInput: If the house has several plans, for periods, occasions or zones.
    """
    stays = scenario.demand.stays
    if not stays.of_plan:
        return scenario
    plan = _plan_of(scenario.house)
    sizes = {size for size, _ in stays.lengths} | {band.max_party for band in plan}
    lengths: dict[int | None, Distribution | float] = {
        size: _length(stays, size).scaled(_minutes(plan, size)) for size in sizes
    }
    steady = attrs.evolve(stays, lengths=lengths, of_plan=False)
    return attrs.evolve(scenario, demand=scenario.demand.replaced(stays=steady))


def _length(stays: Stays, size: int | None) -> Distribution:
    return next(each for largest, each in stays.lengths if _holds(largest, size))


def _minutes(plan: tuple[TurnBand, ...], size: int | None) -> int:
    # Parties above the last band have its turn time.
    fitting = (band.minutes for band in plan if _holds(band.max_party, size))
    return next(fitting, plan[-1].minutes)


def _holds(largest: int | None, size: int | None) -> bool:
    return largest is None or (size is not None and size <= largest)


def _plan_of(house: House) -> tuple[TurnBand, ...]:
    """Return the turn times of the only plan of a house."""
    policy = house.policy
    usual = policy.turn_bands or (TurnBand(None, house.restaurant.default_duration_minutes),)
    plans = {each.turn_bands for each in policy.zone_rules if each.turn_bands}
    for period in policy.periods:
        occasions = [policy.get_occasion(key) for key in period.occasions[:1]]
        plans.add(occasions[0].turn_bands if occasions else period.turn_bands or usual)
    if len(plans) > 1:
        rule = "must be in minutes for a house with several plans, so that they can stay the same"
        raise InvalidInput("stays", rule, f"{len(plans)} plans")
    return next(iter(plans), usual)
