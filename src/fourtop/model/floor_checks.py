"""Checks of a floor as a whole: unique numbers, names and ids, and known tables and zones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Final

from fourtop.errors import InvalidInput, safe_repr
from fourtop.model import validators
from fourtop.model.table_label import NumberScope, labels_of

if TYPE_CHECKING:
    from fourtop.model.floor import Floor

MAX_TABLES_ON_FLOOR: Final = 2_000


def check_floor(floor: Floor) -> None:
    """Check the floor as a whole.

    Raises:
        InvalidInput: Naming the field and the rule.
    """
    if len(floor.tables) > MAX_TABLES_ON_FLOOR:
        raise InvalidInput(
            "tables", f"must be at most {MAX_TABLES_ON_FLOOR}", str(len(floor.tables))
        )
    # Numbers and names come first, because ids are often derived from them: the error then
    # names the text that a person wrote.
    _check_numbers(floor)
    _refuse_duplicates("tables", "must have different ids", (table.id for table in floor.tables))
    _refuse_duplicates(
        "zones",
        "must have different names, whatever the case",
        (validators.casefold(zone.name) for zone in floor.zones),
    )
    _refuse_duplicates("zones", "must have different ids", (zone.id for zone in floor.zones))
    _refuse_duplicates("joins", "must not name a pair twice", (join.tables for join in floor.joins))
    _refuse_duplicates(
        "set_capacities",
        "must not name a set twice",
        (each.tables for each in floor.set_capacities),
    )
    _refuse_duplicates(
        "kept_apart", "must not name a pair twice", (each.tables for each in floor.kept_apart)
    )
    _refuse_duplicates(
        "aisles", "must not name joined tables twice", (each.joined for each in floor.aisles)
    )
    _check_references(floor)


def _check_numbers(floor: Floor) -> None:
    if floor.numbers_unique_in is NumberScope.RESTAURANT:
        numbers = [table.number for table in floor.tables]
        rule_text = "must have different numbers, whatever the case"
        _refuse_duplicates("tables", rule_text, map(validators.casefold, numbers))
        return
    full = [(table.zone_id, validators.casefold(table.number)) for table in floor.tables]
    _refuse_duplicates("tables", "must have different numbers in a zone, whatever the case", full)
    labels = labels_of(floor.tables, floor.zones, floor.numbers_unique_in)
    rule_text = "must have numbers other than the label of another table"
    _refuse_duplicates("tables", rule_text, map(validators.casefold, labels))


def _check_references(floor: Floor) -> None:
    zones = {zone.id for zone in floor.zones}
    for table in floor.tables:
        if table.zone_id not in zones:
            raise InvalidInput("zone_id", "must be a zone of this floor", safe_repr(table.zone_id))
    for join in floor.joins:
        _check_members(floor, "joins", join.tables)
        first, second = (floor.get_table(id_) for id_ in join.tables)
        if floor.joins_within_zone and first.zone_id != second.zone_id:
            raise InvalidInput(
                "joins", "must stay within a zone on this floor", safe_repr(join.tables)
            )
    for each in floor.set_capacities:
        _check_members(floor, "set_capacities", sorted(each.tables))
    for pair in floor.kept_apart:
        _check_members(floor, "kept_apart", pair.tables)
    for aisle in floor.aisles:
        _check_members(floor, "aisles", sorted(aisle.joined | aisle.closes))


def _check_members(floor: Floor, field: str, ids: Collection[str]) -> None:
    for id_ in ids:
        if id_ not in floor.positions:
            raise InvalidInput(field, "must name tables of this floor", safe_repr(id_))


def _refuse_duplicates(field: str, rule_text: str, values: Iterable[Any]) -> None:
    seen = Counter(values)
    double = next((value for value, count in seen.items() if count > 1), None)
    if double is not None:
        raise InvalidInput(field, rule_text, safe_repr(double))
