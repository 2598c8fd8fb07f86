"""Demand: the weight of seats left over at the time of a stay."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

from fourtop.engine.candidacy import Candidacy
from fourtop.model.calendar import Calendar
from fourtop.model.policy import Policy

_NAME: Final = "demand"
_KEPT: Final = 1_024


def demand_of(candidacy: Candidacy) -> float | None:
    """Return the weight of seats left over for a party; ``None``: that of the house.

    The local time at which the party's tables are first occupied selects the demand profile.
    """
    compiled = candidacy.admission.compiled
    find: Callable[[str, int], float | None] | None = compiled.kept.get(_NAME)
    if find is None:
        find = lru_cache(_KEPT)(partial(_find, compiled.house.policy, compiled.calendar))
        compiled.kept[_NAME] = find
    return find(candidacy.service.period.key, candidacy.stay.occupied.start_us)


def _find(policy: Policy, calendar: Calendar, period: str, start_us: int) -> float | None:
    profile = policy.find_demand_profile(period, *calendar.local_minute(start_us))
    # The rankings of the usual weight serve both.
    if profile is None or profile.multiplier == policy.planning.demand_multiplier:
        return None
    return profile.multiplier
