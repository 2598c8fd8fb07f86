"""Rules of walk-ins: tables and days that guests cannot book in advance."""

from __future__ import annotations

from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.errors import Code, Reason, Refusal
from fourtop.model.booking_rules import WALK_IN
from fourtop.model.house import House


def has_walk_in_rules(house: House) -> bool:
    """Tell whether a house keeps tables for walk-ins."""
    return bool(house.policy.walk_in_rules)


def exclude_walk_in_tables(candidacy: Candidacy) -> tuple[Excluded, ...]:
    """Return the tables that are for walk-ins in this service. Staff may have them."""
    tables = _walk_in_tables(candidacy)
    if not tables:
        return ()
    floor = candidacy.admission.compiled.house.floor
    return (Excluded(floor.mask(tables), _reason(candidacy, tables)),)


def check_walk_ins(candidacy: Candidacy) -> Refusal | None:
    """Refuse a guest if every table on offer is for walk-ins in this service."""
    tables = _walk_in_tables(candidacy)
    if not tables:
        return None
    compiled = candidacy.admission.compiled
    offered = compiled.planner.compiled_floor.offered
    if offered & ~compiled.house.floor.mask(tables):
        return None
    reason = _reason(candidacy, [])
    return Refusal.by_rule(reason.code, **reason.details)


def _walk_in_tables(candidacy: Candidacy) -> list[str]:
    """Return the tables that the party cannot have, in table order."""
    if not candidacy.is_guest or candidacy.party.channel == WALK_IN:
        return []
    house, service = candidacy.admission.compiled.house, candidacy.service
    rules = [
        rule
        for rule in house.policy.walk_in_rules
        if rule.applies(service.period.key, service.date)
    ]
    named = {table_id for rule in rules for table_id in rule.tables}
    has_all = any(not rule.tables for rule in rules)
    return [table.id for table in house.floor.tables if has_all or table.id in named]


def _reason(candidacy: Candidacy, tables: list[str]) -> Reason:
    service = candidacy.service
    facts = {
        "tables": tables,
        "period": service.period.key,
        "date": service.date.isoformat(),
    }
    return Reason(Code.WALK_INS_ONLY, facts)
