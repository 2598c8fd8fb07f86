"""The check of pacing: the covers and parties of each interval of a service."""

from __future__ import annotations

from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.engine.checks.zone_caps import count_within_zones
from fourtop.engine.limits import limits_of
from fourtop.engine.usage import in_interval, intervals_of
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.capacity_rules import PacingRule
from fourtop.model.house import House
from fourtop.model.service import Service
from fourtop.model.stay import Stay
from fourtop.model.window import MICROSECONDS_PER_MINUTE


def has_pacing(house: House) -> bool:
    """Tell whether a house limits the intervals of its services."""
    return bool(house.policy.pacing_rules)


def check_pacing(candidacy: Candidacy) -> Refusal | None:
    """Refuse a party that raises the covers or parties of an interval above a limit.

    A booking that counts already may keep or lower its number in each interval.
    """
    reasons = _reasons(candidacy, candidacy.stay)
    return Refusal(reasons, Proof.RULE) if reasons else None


def exclude_paced_tables(candidacy: Candidacy) -> tuple[Excluded, ...]:
    """Return the tables at which the party would stay so long that an interval is too full."""
    return tuple(
        Excluded(variant.tables, reason)
        for variant in candidacy.variants
        for reason in _reasons(candidacy, variant.stay)
    )


def _reasons(candidacy: Candidacy, stay: Stay) -> tuple[Reason, ...]:
    rules = limits_of(candidacy.admission.compiled, candidacy.service).pacing
    return tuple(reason for rule in rules for reason in _reasons_of(candidacy, rule, stay))


def _reasons_of(candidacy: Candidacy, rule: PacingRule, stay: Stay) -> list[Reason]:
    """Return the reason of each unit that a rule refuses, in the first interval that is full."""
    admission, service, dining = candidacy.admission, candidacy.service, stay.dining
    attendance = admission.attendance(service)
    own = () if attendance.own is None else (attendance.own,)
    found: dict[str, Reason] = {}
    for number in intervals_of(rule, service, dining.start_us, dining.end_us):
        covers, parties = attendance.in_interval(rule, service, number)
        own_covers, own_parties = in_interval(own, rule, service, number)
        for unit, maximum, booked, before, more in (
            ("covers", rule.max_covers, covers, own_covers, candidacy.party.party_size),
            ("parties", rule.max_parties, parties, own_parties, 1),
        ):
            if unit in found or maximum is None or booked + more <= maximum or more <= before:
                continue
            facts = {
                "unit": unit,
                "limit": maximum,
                "booked": booked,
                "requested": more,
                "spread": rule.spread.value,
                **_interval(candidacy, rule, service, number),
            }
            found[unit] = Reason(Code.PACING_EXCEEDED, facts)
    return list(found.values())


def _interval(
    candidacy: Candidacy, rule: PacingRule, service: Service, number: int
) -> dict[str, str]:
    length_us = rule.interval_minutes * MICROSECONDS_PER_MINUTE
    start_us = service.window.start_us + number * length_us
    local = candidacy.admission.compiled.calendar.local_text
    return {
        "period": service.period.key,
        "date": service.date.isoformat(),
        "start": local(start_us),
        "end": local(start_us + length_us),
    }


def count_within_pacing(candidacy: Candidacy) -> int | None:
    """Return how many such parties each interval of the stay takes; ``None``: any number."""
    return _count_at(candidacy, candidacy.stay)


def count_at_paced_tables(candidacy: Candidacy) -> tuple[tuple[int, int], ...]:
    """Return the tables with a stay of their own, and how many such parties they take.

    The cap of their zone counts, too: each table is counted by one rule.
    """
    found = []
    for variant in candidacy.variants:
        counts = [most for tables, most in count_within_zones(candidacy) if tables & variant.tables]
        most = _count_at(candidacy, variant.stay)
        if most is not None:
            counts.append(most)
        if counts:
            found.append((variant.tables, min(counts)))
    return tuple(found)


def _count_at(candidacy: Candidacy, stay: Stay) -> int | None:
    admission, service = candidacy.admission, candidacy.service
    left, dining = [], stay.dining
    for rule in limits_of(admission.compiled, service).pacing:
        attendance = admission.attendance(service)
        for number in intervals_of(rule, service, dining.start_us, dining.end_us):
            covers, parties = attendance.in_interval(rule, service, number)
            if rule.max_covers is not None:
                left.append((rule.max_covers - covers) // candidacy.party.party_size)
            if rule.max_parties is not None:
                left.append(rule.max_parties - parties)
    return min(left, default=None)
