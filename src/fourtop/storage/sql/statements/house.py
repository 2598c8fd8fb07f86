"""Read a house from its tables, and write only the rows that an edit changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, Final

import attrs
from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.storage.sql.statement import Cursor, Statement
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.expressions import restaurant
from fourtop.storage.sql.tables.house import (
    PARTS,
    RESTAURANT,
    house_of,
    parts_between,
    restaurant_row,
)
from fourtop.storage.sql.tables.part import Entries, Key, Part
from fourtop.storage.sql.tables.values import Row, loads, plain

_MAX_HOUSES: Final = 1_024
_COUNTERS: Final = {
    "floor_version": 1,
    "policy_version": 1,
    "occupancy_version": 0,
    "latest_us": 0,
}
# No name or number has a control character, so a parked one is in no other row's way.
_PARKED: Final = "\x01"


@attrs.frozen
class _Difference:
    """The rows of one part that an edit deletes and writes.

    Args:
        part: The part.
        gone: The keys of the rows to delete.
        changed: The new and changed entries, by their keys.
        stored: The entries before the edit.
    """

    part: Part
    gone: list[Key]
    changed: dict[Key, Any]
    stored: Entries


class HouseMapper:
    """Read and write the houses of a database. Thread-safe."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        # Any statement that names the restaurant can read a house with these columns.
        self.columns: tuple[Any, ...] = self._columns()
        self._load = dialect.compile(
            select(*self.columns), "load_house", "Load a house: the rows of each of its tables."
        )
        self._upserts = {part.table: self._upsertion(part) for part in PARTS}
        # A part without a key has one row, which stays.
        self._deletes = {part.table: self._deletion(part) for part in PARTS if part.key}
        table = dialect.tables["restaurants"]
        values: dict[str, Any] = {
            name: bindparam(f"new_{name}") for name in (*RESTAURANT, *_COUNTERS)
        }
        self._insert = dialect.compile(
            insert(table).values(values),
            "insert_restaurant",
            "Insert a restaurant with its first versions.",
        )
        values = {name: values[name] for name in RESTAURANT if name != "id"}
        self._update = dialect.compile(
            update(table).values(values).where(table.c.id == restaurant()),
            "update_restaurant",
            "Update the name and the other facts of a restaurant.",
        )

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements of this class."""
        parts = (*self._upserts.values(), *self._deletes.values())
        return self._load, self._insert, self._update, *parts

    # ---- reading

    def load(self, cursor: Cursor, restaurant_id: str) -> House:
        """Load the house of a stored restaurant."""
        (found,) = cursor.rows(self._load, {"restaurant": restaurant_id})
        return self.house_of(found)

    def house_of(self, found: Sequence[str | None]) -> House:
        """Return the house that ``columns`` have read."""
        (own,), *parts = ([] if text is None else loads(text) for text in found)
        return house_of(own, dict(zip(self._upserts, parts, strict=True)))

    def _columns(self) -> tuple[ColumnElement[Any], ...]:
        """Make one column for the restaurant and one for each part: the rows as a JSON list."""
        dialect = self._dialect
        own = dialect.tables["restaurants"].c
        row = dialect.json_array(*(own[name] for name in RESTAURANT))
        selects = [select(row).where(own.id == restaurant())]
        for part in PARTS:
            column = dialect.tables[part.table].c
            row = dialect.json_array(*(column[name] for name in part.columns))
            selects.append(select(row).where(column.restaurant_id == restaurant()))
        return tuple(dialect.json_rows(each) for each in selects)

    # ---- writing

    def write_new(self, cursor: Cursor, house: House) -> None:
        """Write the house of a new restaurant."""
        row = {**restaurant_row(house.restaurant), **_COUNTERS}
        cursor.later(self._insert, {f"new_{name}": value for name, value in row.items()})
        new = [_Difference(part, [], dict(part.entries(house)), {}) for part in PARTS]
        self._write(cursor, house.restaurant.id, new)

    def write_changes(self, cursor: Cursor, old: House, new: House) -> None:
        """Write the rows in which a new house differs from the stored one."""
        restaurant_id = new.restaurant.id
        if old.restaurant != new.restaurant:
            row = restaurant_row(new.restaurant)
            given = {f"new_{name}": row[name] for name in RESTAURANT if name != "id"}
            cursor.later(self._update, {"restaurant": restaurant_id, **given})
        self._write(cursor, restaurant_id, _differences(old, new))

    def _write(
        self, cursor: Cursor, restaurant_id: str, differences: Sequence[_Difference]
    ) -> None:
        """Write the rows: first every row that goes, so that its name is free for another."""
        for each in reversed(differences):
            self._delete(cursor, restaurant_id, each)
        for each in differences:
            part = each.part
            rows = [part.row(key, entry) for key, entry in each.changed.items()]
            if not self._dialect.writes_in_one_statement:
                rows = [{name: plain(value) for name, value in row.items()} for row in rows]
            parked = _parked(each, rows)
            if parked:
                self._execute(cursor, self._upserts, restaurant_id, part, parked)
            if rows:
                self._execute(cursor, self._upserts, restaurant_id, part, rows)

    def _delete(self, cursor: Cursor, restaurant_id: str, difference: _Difference) -> None:
        part, keys = difference.part, difference.gone
        if part.is_replaced:
            keys = [*keys, *(key for key in difference.changed if key in difference.stored)]
        if keys:
            rows = [dict(zip(part.key, key, strict=True)) for key in keys]
            self._execute(cursor, self._deletes, restaurant_id, part, rows)

    def _execute(
        self,
        cursor: Cursor,
        statements: Mapping[str, Statement],
        restaurant_id: str,
        part: Part,
        rows: Sequence[Row],
    ) -> None:
        others = {"restaurant": restaurant_id}
        sets = self._dialect.parameter_sets(part.table, rows, others)
        if len(sets) == 1:
            cursor.later(statements[part.table], sets[0])
        else:
            cursor.touched(statements[part.table], *sets)

    def _deletion(self, part: Part) -> Statement:
        table = self._dialect.tables[part.table]
        given = self._dialect.given_rows(part.table, [table.c[name] for name in part.key])
        named = given.has(*(table.c[name] == given[name] for name in part.key))
        return self._dialect.compile(
            delete(table).where(table.c.restaurant_id == restaurant(), named),
            f"delete_{part.table}",
            f"Delete the rows of {part.table} that an edit of the house removes.",
        )

    def _upsertion(self, part: Part) -> Statement:
        table = self._dialect.tables[part.table]
        given = self._dialect.given_rows(part.table, [table.c[name] for name in part.columns])
        new: Any = self._dialect.insert_rows(table, part.columns, given)
        others = [name for name in part.columns if name not in part.key]
        keys = ["restaurant_id", *part.key]
        values = {name: new.excluded[name] for name in others}
        return self._dialect.compile(
            new.on_conflict_do_update(index_elements=keys, set_=values)
            if values
            else new.on_conflict_do_nothing(index_elements=keys),
            f"write_{part.table}",
            f"Insert or update the rows of {part.table} that an edit of the house changes.",
        )


def _differences(old: House, new: House) -> list[_Difference]:
    """Return the parts that differ, compared entry by entry."""
    found = []
    parts = parts_between(old, new)
    pairs = [(part, part.entries(old), part.entries(new)) for part in parts]
    for part, stored, wanted in pairs:
        if stored == wanted:
            continue
        gone = [key for key in stored if key not in wanted]
        changed = {
            key: entry for key, entry in wanted.items() if key not in stored or stored[key] != entry
        }
        found.append(_Difference(part, gone, changed, stored))
    return found


def _parked(difference: _Difference, rows: Sequence[Row]) -> list[Row]:
    """Return the stored rows among several changed ones, with a name that no other row wants.

    Two tables may exchange their numbers. Written one after the other, the first would collide with
    the second.
    """
    unique = difference.part.unique
    if not unique or len(rows) < 2:
        return []
    stored = difference.stored
    return [
        {**row, unique[0]: f"{_PARKED}{row['id']}"}
        for row in rows
        if (row["id"],) in stored
        and any(getattr(stored[row["id"],], name) != row[name] for name in unique)
    ]


class HouseCache:
    """Keep houses by their versions. Time plays no part. Thread-safe."""

    def __init__(self) -> None:
        self._houses: dict[str, tuple[int, int, House]] = {}
        self._barred: set[str] = set()
        self.lock = Lock()

    def has(self, restaurant_id: str) -> bool:
        """Whether the cache has any house of a restaurant, of whatever versions."""
        return restaurant_id in self._houses

    def find(self, restaurant_id: str, versions: Versions) -> House | None:
        """Return the house at these versions if the cache has it."""
        found = self._houses.get(restaurant_id)
        if found is None or found[:2] != (versions.floor, versions.policy):
            return None
        return found[2]

    def drop(self, restaurant_id: str) -> None:
        """Forget the house of a restaurant."""
        with self.lock:
            self._houses.pop(restaurant_id, None)

    def remove(self, restaurant_id: str) -> None:
        """Forget the house of a restaurant that was removed."""
        self.drop(restaurant_id)

    def bar(self, restaurant_id: str) -> None:
        """Forget the house of a restaurant, and keep none of it from now on.

        A host may have removed the restaurant, and may add it again with the same versions.
        """
        with self.lock:
            self._barred.add(restaurant_id)
            self._houses.pop(restaurant_id, None)

    def keep(self, restaurant_id: str, versions: Versions, house: House) -> None:
        """Keep a house that was loaded at these versions."""
        with self.lock:
            if restaurant_id in self._barred:
                return
            self._houses.pop(restaurant_id, None)
            self._houses[restaurant_id] = (versions.floor, versions.policy, house)
            while len(self._houses) > _MAX_HOUSES:
                del self._houses[next(iter(self._houses))]


class BorrowedHouses(HouseCache):
    """The houses of a transaction of the host, on top of a cache of committed ones.

    A house that the host may roll back is kept until the end of the call only.

    Args:
        cache: The cache of the store.
        are_committed: Tells whether the houses that the running call sees are committed ones.
    """

    def __init__(self, cache: HouseCache, are_committed: Callable[[], bool]) -> None:
        super().__init__()
        self._cache = cache
        self._are_committed = are_committed

    def find(self, restaurant_id: str, versions: Versions) -> House | None:
        """Return the house at these versions, of this call or of the store's cache.

        The transaction of the host may have raised the versions. It then holds the lock, so that no
        other transaction can have committed a house at these versions.
        """
        return super().find(restaurant_id, versions) or self._cache.find(restaurant_id, versions)

    def remove(self, restaurant_id: str) -> None:
        """Forget the house of a restaurant for good: the removal may be committed later."""
        self.drop(restaurant_id)
        self._cache.bar(restaurant_id)

    def keep(self, restaurant_id: str, versions: Versions, house: House) -> None:
        """Keep a house for this call, and a committed one for all."""
        super().keep(restaurant_id, versions, house)
        if self._are_committed():
            self._cache.keep(restaurant_id, versions, house)

    def end_call(self) -> None:
        """Forget the houses that the call has loaded."""
        self._houses.clear()
