"""The model's edits of a house."""

from __future__ import annotations

from fourtop.errors import InUse, InvalidInput, StaleVersion
from fourtop.model.event import EventType
from fourtop.model.floor import Floor
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant
from tests.stateful.ledger import Ledger, Wrong


def edit_floor(ledger: Ledger, floor: Floor, expected: int | None) -> None:
    """Put a floor in place, unless it lacks a table that somebody has now or later."""
    check_version("floor", expected, ledger.floor_version)
    kept = {table.id for table in floor.tables}
    if any(table not in kept for rule in ledger.policy.walk_in_rules for table in rule.tables):
        raise Wrong(InvalidInput, field="walk_in_rules")
    for table_id in sorted(table.id for table in ledger.floor.tables if table.id not in kept):
        using = [
            row
            for row in map(ledger.as_it_lasts, ledger.rows)
            if row.kind == "table"
            and row.resource == table_id
            and row.end > ledger.now
            and not (row.owner[0] == "hold" and ledger.is_dead(ledger.keeps[row.owner[1]]))
        ]
        if using:
            raise Wrong(InUse, kind="table", id=table_id)
    if floor == ledger.floor:
        return
    ledger.floor = floor
    ledger.floor_version += 1
    ledger.tell(EventType.FLOOR_CHANGED)


def edit_policy(ledger: Ledger, policy: Policy, expected: int | None) -> None:
    check_version("policy", expected, ledger.policy_version)
    if policy != ledger.policy:
        ledger.policy = policy
        _count(ledger)


def edit_restaurant(ledger: Ledger, restaurant: Restaurant, expected: int | None) -> None:
    check_version("policy", expected, ledger.policy_version)
    if restaurant != ledger.restaurant:
        ledger.restaurant = restaurant
        _count(ledger)


def _count(ledger: Ledger) -> None:
    ledger.policy_version += 1
    ledger.tell(EventType.POLICY_CHANGED)


def check_version(kind: str, expected: int | None, found: int) -> None:
    """Raise the error of a version that is not the present one; ``None``: any version will do."""
    if expected is not None and expected != found:
        raise Wrong(StaleVersion, kind=kind, expected=expected, found=found)
