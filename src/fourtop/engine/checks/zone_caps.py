"""Rules of the caps of zones: a full zone keeps its tables from further parties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.engine.limits import ZoneCap, limits_of
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.house import House

if TYPE_CHECKING:
    from fourtop.engine.admission import Admission


def has_zone_caps(house: House) -> bool:
    """Tell whether a house has a cap on a zone."""
    return any(rule.zone is not None for rule in house.policy.capacity_rules)


def exclude_full_zones(candidacy: Candidacy) -> tuple[Excluded, ...]:
    """Return the tables of each zone that the party would raise above a cap.

    A party that has tables in the zone already may keep or lower its number.
    """
    limits = limits_of(candidacy.admission.compiled, candidacy.service)
    return tuple(
        Excluded(cap.tables, reason) for cap in limits.zones for reason in _reasons(candidacy, cap)
    )


def check_zones(candidacy: Candidacy) -> Refusal | None:
    """Refuse a party if every zone with tables on offer is full."""
    admission = candidacy.admission
    excluded = exclude_full_zones(candidacy)
    if not excluded or _has_others(admission, (each.tables for each in excluded)):
        return None
    return Refusal(tuple(each.reason for each in excluded), Proof.RULE)


def count_in_zones(candidacy: Candidacy) -> int | None:
    """Return how many such parties all zones take; ``None``: a zone has no cap."""
    found = count_within_zones(candidacy)
    if _has_others(candidacy.admission, (tables for tables, _ in found)):
        return None
    return sum(max(most, 0) for _, most in found)


def _has_others(admission: Admission, masks: Iterable[int]) -> bool:
    """Tell whether a table on offer is in none of some masks."""
    offered = admission.compiled.planner.compiled_floor.offered
    for mask in masks:
        offered &= ~mask
    return offered != 0


def count_within_zones(candidacy: Candidacy) -> tuple[tuple[int, int], ...]:
    """Return the tables of each zone with a cap, and how many such parties the cap takes."""
    admission, service = candidacy.admission, candidacy.service
    found = []
    for cap in limits_of(admission.compiled, service).zones:
        covers, parties = admission.attendance(service).at_tables(cap.members)
        left = []
        if cap.rule.max_covers is not None:
            left.append((cap.rule.max_covers - covers) // candidacy.party.party_size)
        if cap.rule.max_parties is not None:
            left.append(cap.rule.max_parties - parties)
        found.append((cap.tables, min(left)))
    return tuple(found)


def _reasons(candidacy: Candidacy, cap: ZoneCap) -> list[Reason]:
    service = candidacy.service
    attendance = candidacy.admission.attendance(service)
    covers, parties = attendance.at_tables(cap.members)
    own = attendance.own
    is_there = own is not None and not cap.members.isdisjoint(own.tables)
    reasons = []
    for unit, maximum, booked, before, more in (
        (
            "covers",
            cap.rule.max_covers,
            covers,
            attendance.own_covers if is_there else 0,
            candidacy.party.party_size,
        ),
        ("parties", cap.rule.max_parties, parties, 1 if is_there else 0, 1),
    ):
        if maximum is not None and booked + more > maximum and more > before:
            facts = {
                "zone": cap.rule.zone,
                "period": service.period.key,
                "date": service.date.isoformat(),
                "unit": unit,
                "limit": maximum,
                "booked": booked,
                "requested": more,
            }
            reasons.append(Reason(Code.ZONE_CAPACITY_EXCEEDED, facts))
    return reasons
