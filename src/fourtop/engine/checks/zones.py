"""The table rule of zones: hours, season and weekdays of a zone keep its tables from a party."""

from __future__ import annotations

from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.model.house import House


def has_zone_rules(house: House) -> bool:
    """Tell whether a zone of the house has a rule of its own."""
    return bool(house.policy.zone_rules)


def exclude_closed_zones(candidacy: Candidacy) -> tuple[Excluded, ...]:
    """Return the tables of zones that are closed at the start, which the check of hours found."""
    return candidacy.zones_out
