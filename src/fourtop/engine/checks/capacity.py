"""Checks of capacity: the caps on the covers and parties of a service."""

from __future__ import annotations

from fourtop.engine.candidacy import Candidacy
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.house import House


def has_caps(house: House) -> bool:
    """Tell whether a house has a capacity rule."""
    return bool(house.policy.capacity_rules)


def check_capacity(candidacy: Candidacy) -> Refusal | None:
    """Refuse a party that would exceed a cap on the covers or parties of its service."""
    admission, service = candidacy.admission, candidacy.service
    if admission.find_capacity_rule(service) is None:
        return None
    usage = admission.usage(service)
    reasons = []
    for unit, maximum, booked, more in (
        ("covers", usage.max_covers, usage.booked_covers, candidacy.party.party_size),
        ("parties", usage.max_parties, usage.booked_parties, 1),
    ):
        if maximum is not None and booked + more > maximum:
            facts = {
                "period": usage.period,
                "date": usage.service_date.isoformat(),
                "unit": unit,
                "limit": maximum,
                "booked": booked,
                "requested": more,
            }
            reasons.append(Reason(Code.CAPACITY_EXCEEDED, facts))
    return Refusal(tuple(reasons), Proof.RULE) if reasons else None


def count_within_capacity(candidacy: Candidacy) -> int | None:
    """Return how many such parties the caps of the service still take; ``None``: any number."""
    admission, service = candidacy.admission, candidacy.service
    if admission.find_capacity_rule(service) is None:
        return None
    usage = admission.usage(service)
    left = []
    if usage.max_covers is not None:
        left.append((usage.max_covers - usage.booked_covers) // candidacy.party.party_size)
    if usage.max_parties is not None:
        left.append(usage.max_parties - usage.booked_parties)
    return min(left, default=None)
