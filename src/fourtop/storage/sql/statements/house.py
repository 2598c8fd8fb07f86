"""Housing: a house as rows of the tables that configure it, and back."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, column, delete, insert, select, update

from fourtop.formats.house_document import FORMAT, house_from_data, house_to_data
from fourtop.model.house import House
from fourtop.model.restaurant import Restaurant
from fourtop.model.results import Versions
from fourtop.storage.sql.statements.dialect import Idiom, Statement, restaurant
from fourtop.storage.sql.statements.reader import Cursor
from fourtop.storage.sql.tables.codec import dumps, loads

# The parts of a house document that have tables of their own, one row an entry, in their order.
_FLOOR: Final = {"zones": "zones", "tables": "table_inventory", "joins": "table_adjacencies"}
_POLICY: Final = {
    "periods": "restaurant_service_periods",
    "capacity_rules": "restaurant_capacity_rules",
}
_IN_FLOOR: Final = ("joins_within_zone", "set_capacities")
_KEPT_HOUSES: Final = 1_024
_RESTAURANT: Final = ("slug", "name", "timezone", "is_active")


class Housing:
    """Reads and writes houses. Safe for threads."""

    def __init__(self, idiom: Idiom) -> None:
        tables = idiom.tables
        self._idiom = idiom
        # What a house is read from: columns for any statement that names the restaurant.
        self.columns = self._columns()
        self._load = idiom.compiled(select(*self.columns))
        self._deletes = {
            name: idiom.compiled(
                delete(tables[name]).where(tables[name].c.restaurant_id == restaurant())
            )
            for name in (*_FLOOR.values(), *_POLICY.values())
        }
        self._inserts = {name: self._inserting(name) for name in self._deletes}
        columns = (
            "id",
            *_RESTAURANT,
            "floor_version",
            "policy_version",
            "occupancy_version",
            "latest_us",
        )
        self._new = idiom.compiled(
            insert(tables["restaurants"]).values(
                {name: bindparam(f"new_{name}") for name in columns}
            )
        )
        self._renew = idiom.compiled(
            update(tables["restaurants"])
            .values({name: bindparam(f"new_{name}") for name in _RESTAURANT})
            .where(tables["restaurants"].c.id == restaurant()),
        )
        self._new_policy, self._renew_policy, self._renew_floor = self._policies()

    def load(self, cursor: Cursor, restaurant_id: str) -> House:
        """Load the house of a restaurant that is there."""
        (found,) = cursor.rows(self._load, {"restaurant": restaurant_id})
        return self.house_of(found)

    def house_of(self, found: Sequence[str | None]) -> House:
        """Make a house of what its columns say."""
        parts = [loads(text) if text is not None else [] for text in found]
        ((restaurant_data, policy, floor),) = parts[0]
        data: dict[str, Any] = {
            "format": FORMAT,
            "restaurant": restaurant_data,
            "policy": policy,
            **floor,
        }
        lists = [
            [document for _, document in sorted(rows)] if rows else []
            for rows in map(_numbered, parts[1:])
        ]
        for target, name, documents in zip(
            (data, data, data, policy, policy), (*_FLOOR, *_POLICY), lists, strict=True
        ):
            target[name] = documents
        return house_from_data(data)

    def write_new(self, cursor: Cursor, house: House) -> None:
        """Write the house of a new restaurant."""
        id_ = house.restaurant.id
        counts = {
            "new_floor_version": 1,
            "new_policy_version": 1,
            "new_occupancy_version": 0,
            "new_latest_us": 0,
        }
        cursor.touched(self._new, {"new_id": id_, **_restaurant_row(house.restaurant), **counts})
        restaurant_data, policy, floor = _documents(house)
        documents = {
            "restaurant": dumps(restaurant_data),
            "policy": dumps(policy),
            "floor": dumps(floor),
        }
        cursor.touched(
            self._new_policy,
            {"new_id": id_, **{f"new_{key}": each for key, each in documents.items()}},
        )
        self._write_parts(cursor, house, _FLOOR)
        self._write_parts(cursor, house, _POLICY)

    def write_floor(self, cursor: Cursor, house: House) -> None:
        """Put a house's floor in the place of the stored one."""
        _, _, floor = _documents(house)
        cursor.touched(
            self._renew_floor, {"restaurant": house.restaurant.id, "new_floor": dumps(floor)}
        )
        self._write_parts(cursor, house, _FLOOR)

    def write_policy(self, cursor: Cursor, house: House) -> None:
        """Put a house's restaurant and policy in the place of the stored ones."""
        id_ = house.restaurant.id
        restaurant_data, policy, _ = _documents(house)
        cursor.touched(self._renew, {"restaurant": id_, **_restaurant_row(house.restaurant)})
        new = {"new_restaurant": dumps(restaurant_data), "new_policy": dumps(policy)}
        cursor.touched(self._renew_policy, {"restaurant": id_, **new})
        self._write_parts(cursor, house, _POLICY)

    def _write_parts(self, cursor: Cursor, house: House, names: dict[str, str]) -> None:
        data = house_to_data(house)
        source = data if names is _FLOOR else data["policy"]
        for key, name in names.items():
            cursor.touched(self._deletes[name], {"restaurant": house.restaurant.id})
            rows = [
                {"ordinal": place, "document": each}
                for place, each in enumerate(source.get(key, ()))
            ]
            if rows:
                cursor.touched(
                    self._inserts[name], {"restaurant": house.restaurant.id, name: dumps(rows)}
                )

    # ---- statements

    def _columns(self) -> tuple[ColumnElement[Any], ...]:
        tables, packed = self._idiom.tables, self._idiom.packed
        policies = tables["restaurant_policies"]
        columns = [policies.c.restaurant, policies.c.policy, policies.c.floor]
        arms = [select(packed(*columns)).where(policies.c.restaurant_id == restaurant())]
        for name in (*_FLOOR.values(), *_POLICY.values()):
            row = tables[name].c
            arms.append(
                select(packed(row.position, row.document)).where(row.restaurant_id == restaurant())
            )
        return tuple(self._idiom.gathered(arm) for arm in arms)

    def _inserting(self, name: str) -> Statement:
        table = self._idiom.tables[name]
        rows = self._idiom.rows(name, [column("document", table.c.document.type)])
        found = select(restaurant(), rows.c.ordinal, rows.c.document)
        return self._idiom.compiled(
            insert(table).from_select(["restaurant_id", "position", "document"], found)
        )

    def _policies(self) -> tuple[Statement, Statement, Statement]:
        table = self._idiom.tables["restaurant_policies"]
        new: dict[str, Any] = {
            name: bindparam(f"new_{name}") for name in ("restaurant", "policy", "floor")
        }
        here = table.c.restaurant_id == restaurant()
        made = (
            insert(table).values({"restaurant_id": bindparam("new_id"), **new}),
            update(table)
            .values({"restaurant": new["restaurant"], "policy": new["policy"]})
            .where(here),
            update(table).values({"floor": new["floor"]}).where(here),
        )
        first, second, third = (self._idiom.compiled(each) for each in made)
        return first, second, third


def _numbered(rows: list[Any]) -> list[tuple[int, Any]]:
    return [(position, document) for position, document in rows]


def _restaurant_row(restaurant_: Restaurant) -> dict[str, Any]:
    return {
        "new_slug": restaurant_.slug,
        "new_name": restaurant_.name,
        "new_timezone": restaurant_.timezone,
        "new_is_active": restaurant_.active,
    }


def _documents(house: House) -> tuple[Any, Any, Any]:
    """Return what a house has besides the parts that are rows: of the restaurant, the policy and the floor."""
    data = house_to_data(house)
    policy = {key: value for key, value in data["policy"].items() if key not in _POLICY}
    floor = {key: data[key] for key in _IN_FLOOR if key in data}
    return data["restaurant"], policy, floor


class HouseCache:
    """Keeps houses by their versions, never by time. Safe for threads."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, int, House]] = {}
        self._lock = Lock()

    def find(self, restaurant_id: str, versions: Versions) -> House | None:
        """Return the house at these versions, if it is kept."""
        kept = self._kept.get(restaurant_id)
        if kept is None or kept[:2] != (versions.floor, versions.policy):
            return None
        return kept[2]

    def drop(self, restaurant_id: str) -> None:
        """Forget the house of a restaurant."""
        with self._lock:
            self._kept.pop(restaurant_id, None)

    def keep(self, restaurant_id: str, versions: Versions, house: House) -> None:
        """Keep a house that was loaded at these versions."""
        with self._lock:
            self._kept.pop(restaurant_id, None)
            self._kept[restaurant_id] = (versions.floor, versions.policy, house)
            while len(self._kept) > _KEPT_HOUSES:
                del self._kept[next(iter(self._kept))]
