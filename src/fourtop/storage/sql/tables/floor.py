"""Tables of a floor: zones, tables, adjacencies and the capacities of sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs
from sqlalchemy import Index

from fourtop.model.distances import Aisle, KeptApart
from fourtop.model.floor import Floor, Join
from fourtop.model.house import House
from fourtop.model.restaurant import Zone
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Position, Table
from fourtop.model.table_label import NumberScope
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.part import Entries, Part, Rows
from fourtop.storage.sql.tables.values import Row

ZONE: Final = ("id", "name", "sort_order", "area")
TABLE: Final = (
    "id",
    "number",
    "capacity",
    "zone_id",
    "min_party",
    "max_party",
    "section",
    "category",
    "seating",
    "mobility",
    "out_of_service",
    "active",
    "features",
    "position",
    "notes",
    "shape",
    "length_cm",
    "width_cm",
)
INVENTORY: Final = (*TABLE, "number_scope")
ADJACENCY: Final = ("first_table_id", "second_table_id", "seat_loss")
SET_CAPACITY: Final = ("id", "capacity", "min_party")
SET_MEMBER: Final = ("set_id", "table_id")
KEPT_APART: Final = ("first_table_id", "second_table_id")
AISLE: Final = ("aisle_id", "table_id", "is_joined")


def _zone_row(zone: Zone) -> Row:
    return {"id": zone.id, "name": zone.name, "sort_order": zone.order, "area": zone.area.value}


def _zone_of(row: list[Any]) -> Zone:
    id_, name, order, area = row
    return Zone(id_, name, order=order, area=area)


@attrs.frozen
class _Numbered:
    """A table, and the scope in which its number is unique.

    Args:
        table: The table.
        number_scope: The zone of the table, or empty: its number is unique in the restaurant.
    """

    table: Table
    number_scope: str

    @property
    def number(self) -> str:
        """The number."""
        return self.table.number


def _inventory(house: House) -> Entries:
    floor = house.floor
    is_by_zone = floor.numbers_unique_in is NumberScope.ZONE
    return {
        (table.id,): _Numbered(table, table.zone_id if is_by_zone else "") for table in floor.tables
    }


def _table_row(entry: _Numbered) -> Row:
    table = entry.table
    at = table.position
    return {
        **{name: getattr(table, name) for name in TABLE},
        "mobility": table.mobility.value,
        "features": sorted(table.features),
        "position": None if at is None else {"x": at.x, "y": at.y, "rotation": at.rotation},
        "shape": None if table.shape is None else table.shape.value,
        "number_scope": entry.number_scope,
    }


def _table_of(row: list[Any]) -> Table:
    *own, _ = row
    found = dict(zip(TABLE, own, strict=True))
    found["out_of_service"] = bool(found["out_of_service"])
    found["active"] = bool(found["active"])
    at = found["position"]
    found["position"] = None if at is None else Position(**at)
    return Table(**found)


def _join_row(join: Join) -> Row:
    first, second = join.tables
    return {"first_table_id": first, "second_table_id": second, "seat_loss": join.seat_loss}


def _join_of(row: list[Any]) -> Join:
    first, second, seat_loss = row
    return Join((first, second), seat_loss)


def _set_id(each: SetCapacity) -> str:
    # No table id has a plus sign, so that different sets have different ids.
    return "+".join(sorted(each.tables))


def _set_row(each: SetCapacity) -> Row:
    return {"id": _set_id(each), "capacity": each.capacity, "min_party": each.min_party}


def _set_members(house: House) -> Entries:
    return {
        (_set_id(each), table_id): None
        for each in house.floor.set_capacities
        for table_id in each.tables
    }


def _sets_of(rows: list[list[Any]], members: list[list[Any]]) -> list[SetCapacity]:
    tables: dict[str, list[str]] = {}
    for set_id, table_id in members:
        tables.setdefault(set_id, []).append(table_id)
    return [SetCapacity(tables[id_], capacity, least) for id_, capacity, least in rows]


def _aisle_id(each: Aisle) -> str:
    return "+".join(sorted(each.joined))


def _aisle_members(house: House) -> Entries:
    return {
        (_aisle_id(each), table_id): table_id in each.joined
        for each in house.floor.aisles
        for table_id in each.joined | each.closes
    }


def _aisles_of(rows: list[list[Any]]) -> list[Aisle]:
    found: dict[str, tuple[set[str], set[str]]] = {}
    for aisle_id, table_id, is_joined in rows:
        closes, joined = found.setdefault(aisle_id, (set(), set()))
        (joined if is_joined else closes).add(table_id)
    return [Aisle(joined=joined, closes=closes) for closes, joined in found.values()]


def floor_of(rows: Rows, *, joins_within_zone: bool, numbers_unique_in: str) -> Floor:
    """Return the floor of the rows of its parts."""
    return Floor(
        [_table_of(row) for row in rows["table_inventory"]],
        zones=[_zone_of(row) for row in rows["zones"]],
        joins=[_join_of(row) for row in rows["table_adjacencies"]],
        set_capacities=_sets_of(rows["table_set_capacities"], rows["table_set_members"]),
        joins_within_zone=joins_within_zone,
        kept_apart=[KeptApart(row) for row in rows["table_distances"]],
        aisles=_aisles_of(rows["table_aisles"]),
        numbers_unique_in=numbers_unique_in,
    )


def _by_id(values: Sequence[Any]) -> Entries:
    return {(each.id,): each for each in values}


# Each part comes after the parts that it refers to.
FLOOR_PARTS: Final = (
    Part(
        "zones",
        ZONE,
        ("id",),
        lambda house: _by_id(house.floor.zones),
        lambda _, zone: _zone_row(zone),
        unique=("name",),
    ),
    Part(
        "table_inventory",
        INVENTORY,
        ("id",),
        _inventory,
        lambda _, entry: _table_row(entry),
        unique=("number", "number_scope"),
    ),
    Part(
        "table_adjacencies",
        ADJACENCY,
        ADJACENCY[:2],
        lambda house: {join.tables: join for join in house.floor.joins},
        lambda _, join: _join_row(join),
    ),
    Part(
        "table_set_capacities",
        SET_CAPACITY,
        ("id",),
        lambda house: {(_set_id(each),): each for each in house.floor.set_capacities},
        lambda _, each: _set_row(each),
    ),
    Part(
        "table_set_members",
        SET_MEMBER,
        SET_MEMBER,
        _set_members,
        lambda key, _: dict(zip(SET_MEMBER, key, strict=True)),
    ),
    Part(
        "table_distances",
        KEPT_APART,
        KEPT_APART,
        lambda house: {each.tables: None for each in house.floor.kept_apart},
        lambda key, _: dict(zip(KEPT_APART, key, strict=True)),
    ),
    Part(
        "table_aisles",
        AISLE,
        AISLE[:2],
        _aisle_members,
        lambda key, is_joined: dict(zip(AISLE, (*key, is_joined), strict=True)),
    ),
)


def floor_tables(make: TableBuilder) -> None:
    """Add the tables of floors."""
    _zone_table(make)
    _inventory_table(make)
    _adjacency_table(make)
    _set_tables(make)
    _distance_tables(make)


def _zone_table(make: TableBuilder) -> None:
    make.house_table(
        "zones",
        ("id",),
        make.key("id"),
        make.words("name"),
        make.small("sort_order"),
        make.words("area"),
        make.check("zones_area_check", "area IN ('indoor', 'outdoor', 'bar')"),
        make.lower_index("zones_name", "name"),
    )


def _inventory_table(make: TableBuilder) -> None:
    name = "table_inventory"
    columns = (
        make.key("id"),
        make.words("number"),
        make.small("capacity"),
        make.key("zone_id"),
        make.small("min_party"),
        make.small("max_party", null=True),
        make.words("section", null=True),
        make.words("category"),
        make.words("seating"),
        make.words("mobility"),
        make.flag("out_of_service"),
        make.flag("active"),
        make.document("features"),
        make.document("position", null=True),
        make.words("notes", null=True),
        make.words("shape", null=True),
        make.small("length_cm", null=True),
        make.small("width_cm", null=True),
        make.key("number_scope", default=""),
    )
    make.house_table(
        name,
        ("id",),
        *columns,
        make.house_reference(f"{name}_zone_fkey", "zone_id", "zones"),
        make.check(f"{name}_capacity_check", "capacity > 0"),
        make.check(
            f"{name}_party_check",
            "min_party >= 1 AND (max_party IS NULL OR max_party >= min_party)",
        ),
        make.check(f"{name}_mobility_check", "mobility IN ('movable', 'fixed')"),
        make.check(
            f"{name}_shape_check",
            "shape IN ('round', 'oval', 'square', 'rectangle')",
        ),
        make.check(f"{name}_length_check", "length_cm > 0"),
        make.check(f"{name}_width_check", "width_cm > 0"),
        make.lower_index(f"{name}_number", "number", "number_scope"),
        Index(f"{name}_zone", "restaurant_id", "zone_id"),
    )


def _adjacency_table(make: TableBuilder) -> None:
    name = "table_adjacencies"
    make.house_table(
        name,
        ADJACENCY[:2],
        make.key("first_table_id"),
        make.key("second_table_id"),
        make.small("seat_loss"),
        make.house_reference(f"{name}_first_fkey", "first_table_id", "table_inventory"),
        make.house_reference(f"{name}_second_fkey", "second_table_id", "table_inventory"),
        make.check(f"{name}_pair_check", "first_table_id < second_table_id"),
        make.check(f"{name}_seat_loss_check", "seat_loss BETWEEN -100 AND 100"),
        Index(f"{name}_second", "restaurant_id", "second_table_id"),
    )


def _set_tables(make: TableBuilder) -> None:
    name = "table_set_capacities"
    make.house_table(
        name,
        ("id",),
        make.key("id"),
        make.small("capacity"),
        make.small("min_party", null=True),
        make.check(f"{name}_capacity_check", "capacity > 0"),
        make.check(
            f"{name}_party_check",
            "min_party IS NULL OR (min_party >= 1 AND min_party <= capacity)",
        ),
    )
    make.house_table(
        "table_set_members",
        SET_MEMBER,
        make.key("set_id"),
        make.key("table_id"),
        make.house_reference("table_set_members_set_fkey", "set_id", name),
        make.house_reference("table_set_members_table_fkey", "table_id", "table_inventory"),
        Index("table_set_members_table", "restaurant_id", "table_id"),
    )


def _distance_tables(make: TableBuilder) -> None:
    name = "table_distances"
    make.house_table(
        name,
        KEPT_APART,
        make.key("first_table_id"),
        make.key("second_table_id"),
        make.house_reference(f"{name}_first_fkey", "first_table_id", "table_inventory"),
        make.house_reference(f"{name}_second_fkey", "second_table_id", "table_inventory"),
        make.check(f"{name}_pair_check", "first_table_id < second_table_id"),
        Index(f"{name}_second", "restaurant_id", "second_table_id"),
    )
    name = "table_aisles"
    make.house_table(
        name,
        AISLE[:2],
        make.key("aisle_id"),
        make.key("table_id"),
        make.flag("is_joined"),
        make.house_reference(f"{name}_table_fkey", "table_id", "table_inventory"),
        Index(f"{name}_table", "restaurant_id", "table_id"),
    )
