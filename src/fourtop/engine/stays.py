"""Stays: how long a party stays, at most tables and at those of zones with rules of their own."""

from __future__ import annotations

from typing import Final

import attrs

from fourtop.engine.candidacy import Excluded, Party, Variant
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.errors import Refusal
from fourtop.model.stay import Stay
from fourtop.model.zone_rules import ZoneRule

_ZONES: Final = "zones"


@attrs.frozen
class Stays:
    """The stays of a party that may sit down.

    Args:
        stay: At the tables of no variant.
        variants: At the tables of zones where it differs.
        closed: The tables where the party cannot sit, with the reasons.
    """

    stay: Stay
    variants: tuple[Variant, ...] = ()
    closed: tuple[Excluded, ...] = ()


def find_stays(compiled: CompiledHouse, party: Party) -> Stays | Refusal:
    """Return the stays of a party, or why it cannot sit down at any table.

    A zone may be open for shorter or longer than the service. If only zones with rules admit the
    party, the other tables are closed to it.
    """
    asked = (party.start_us, party.party_size, party.occasion, party.minutes)
    stay = compiled.calendar.stay(*asked)
    variants, closed, others = [], [], (1 << len(compiled.house.floor.tables)) - 1
    for rule, tables in _zones_of(compiled):
        others &= ~tables
        found = compiled.calendar.stay(*asked, zone=rule)
        if isinstance(found, Refusal):
            closed.append(Excluded(tables, found.reasons[0]))
        elif found != stay:
            variants.append(Variant(found, tables))
    if isinstance(stay, Stay):
        return Stays(stay, tuple(variants), tuple(closed))
    if not variants:
        return stay
    closed.insert(0, Excluded(others, stay.reasons[0]))
    return Stays(variants[0].stay, tuple(variants), tuple(closed))


def _zones_of(compiled: CompiledHouse) -> tuple[tuple[ZoneRule, int], ...]:
    """Return the rules of zones, each with the mask of its tables; they are found once."""
    zones: tuple[tuple[ZoneRule, int], ...] | None = compiled.kept.get(_ZONES)
    if zones is None:
        floor = compiled.house.floor
        zones = tuple(
            (rule, floor.mask([each.id for each in floor.tables if each.zone_id == rule.zone]))
            for rule in compiled.house.policy.zone_rules
        )
        compiled.kept[_ZONES] = zones
    return zones
