"""The house after changes, once they were checked against what their transaction has read."""

from __future__ import annotations

from fourtop.model.allocation import ResourceType
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.ports import Changes
from fourtop.storage.sql.statements.row_changes import RowCountMismatch


def changed_house(house: House, versions: Versions, changes: Changes) -> House:
    """Return the house after changes; where they do not edit it, the same object.

    Args:
        house: The house before.
        versions: Its versions.
        changes: The changes.

    Raises:
        RowCountMismatch: If the changes are of another restaurant, were made from other versions,
            or name a table that is not on the floor.
    """
    if not changes.is_of(house.restaurant.id):
        raise RowCountMismatch
    after = _edited(house, versions, changes)
    if not _tables_are_on(after, changes):
        raise RowCountMismatch
    return after


def _edited(house: House, versions: Versions, changes: Changes) -> House:
    floor, policy = changes.floor, changes.policy
    if floor is not None and floor.expected != versions.floor:
        raise RowCountMismatch
    if policy is not None and policy.expected != versions.policy:
        raise RowCountMismatch
    if floor is None and policy is None:
        return house
    return House(
        house.restaurant if policy is None else policy.restaurant,
        house.floor if floor is None else floor.floor,
        house.policy if policy is None else policy.policy,
    )


def _tables_are_on(house: House, changes: Changes) -> bool:
    """Whether every table of a new row is on the floor; old rows outlive the table."""
    positions = house.floor.positions
    tables = (row for row in changes.come if row.resource_type is ResourceType.TABLE)
    return all(row.resource_id in positions for row in tables)
