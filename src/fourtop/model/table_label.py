"""The label of a table: its number, with its zone where two zones have the number."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from fourtop.model import validators
from fourtop.model.restaurant import Zone
from fourtop.model.table import Table


class NumberScope(StrEnum):
    """Where the number of a table is unique: in the restaurant, or only in its zone."""

    RESTAURANT = "restaurant"
    ZONE = "zone"


def labels_of(tables: Sequence[Table], zones: Sequence[Zone], scope: NumberScope) -> list[str]:
    """Return the label of each table: the number, or ``Terrace/4`` where two zones have a 4."""
    if scope is NumberScope.RESTAURANT:
        return [table.number for table in tables]
    names = {zone.id: zone.name for zone in zones}
    used = Counter(validators.casefold(table.number) for table in tables)
    return [
        table.number
        if used[validators.casefold(table.number)] == 1
        else f"{names.get(table.zone_id)}/{table.number}"
        for table in tables
    ]
