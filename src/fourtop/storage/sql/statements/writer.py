"""Writing: the statements that put changes in place, and that find out when a change was made from a lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Insert,
    Table,
    Update,
    column,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from fourtop.ports import Changes
from fourtop.storage.sql.statements.dialect import EACH, Given, Idiom, Statement, restaurant
from fourtop.storage.sql.statements.reader import Cursor
from fourtop.storage.sql.statements.row_changes import Mismatch, Part, parts_of
from fourtop.storage.sql.statements.selects import moment
from fourtop.storage.sql.tables import codec
from fourtop.storage.sql.tables.codec import Row, listed, plain
from fourtop.storage.sql.tables.confirmation import CONFIRMATION_TABLE

# So many rows of a kind are one parameter; an import of years has more, and a parameter a limit of
# its own.
LARGEST: Final = 5_000
_OLD: Final = tuple(name for name in codec.ALLOCATION if name != "id")


@attrs.frozen
class Count:
    """What is written of the restaurant itself, with everything else.

    Args:
        now_us: The time that it was; it never goes back.
        floor: How much the floor's version rises: 1 or 0.
        policy: How much the policy's version rises.
        occupancy: How much the occupancy's version rises.
    """

    now_us: int
    floor: int = 0
    policy: int = 0
    occupancy: int = 0


@attrs.frozen
class _Kind:
    """How the statement of a part reads.

    Args:
        name: Of the part.
        is_one: Whether what it changes or removes is all of one id.
    """

    name: str
    is_one: bool = False


# The restaurant's own row, among the parts.
RESTAURANT: Final = _Kind("restaurant")


class Writer:
    """Puts changes in place. Keeps the statements that it has compiled. Safe for threads."""

    def __init__(self, idiom: Idiom) -> None:
        self._idiom = idiom
        self._statements = _Statements(idiom)
        self._known: dict[tuple[_Kind, ...], Statement] = {}
        self._columns: dict[str, tuple[tuple[str, str], ...]] = {}

    def write(self, cursor: Cursor, restaurant_id: str, changes: Changes, count: Count) -> None:
        """Put all changes in place, short of the house's own.

        Raises:
            Mismatch: If a row that a change was made from is not there as it says.
            Exception: Whatever the driver raises when a constraint is broken.
        """
        parts = parts_of(changes, moves_in_place=self._idiom.is_postgresql)
        parameters = {"restaurant": restaurant_id, **attrs.asdict(count)}
        if not self._idiom.is_postgresql:
            for part in parts:
                self._write_each(cursor, part, restaurant_id)
            cursor.touched(self._compiled((RESTAURANT,)), parameters)
            return
        if _has_order(changes) or any(len(part.rows) > LARGEST for part in parts):
            for part in parts:
                self._write_part(cursor, part, restaurant_id)
            parts = []
        self._write_all(cursor, parts, parameters)

    def _write_all(self, cursor: Cursor, parts: Sequence[Part], parameters: dict[str, Any]) -> None:
        """Write all rows of all parts in one statement, judged at its end."""
        kinds = [RESTAURANT]
        for part in parts:
            kind, given = self._given(part.name, part.rows)
            kinds.append(kind)
            parameters |= given
        statement = self._compiled(tuple(kinds))
        ((_, *touched),) = cursor.rows(statement, parameters)
        if touched != [part.expected for part in parts if part.expected is not None]:
            raise Mismatch

    def _write_part(self, cursor: Cursor, part: Part, restaurant_id: str) -> None:
        """Write the rows of a part by a statement of its own, or by several where they are very many."""
        touched = 0
        for rows in batched(part.rows, LARGEST):
            kind, given = self._given(part.name, rows)
            touched += cursor.touched(
                self._compiled((kind,)), {"restaurant": restaurant_id, **given}
            )
        if part.expected not in (None, touched):
            raise Mismatch

    def _given(self, name: str, rows: Sequence[Row]) -> tuple[_Kind, dict[str, Any]]:
        """Return the kind and the parameters of a part that is written all at once."""
        key = KEYS.get(name)
        given = {name: listed(rows)}
        if key is None:
            return _Kind(name), given
        ids = {row[key] for row in rows}
        kind = _Kind(name, is_one=len(ids) == 1)
        return kind, {**given, f"{name}_ids": self._idiom.ids(ids, is_one=kind.is_one)}

    def _write_each(self, cursor: Cursor, part: Part, restaurant_id: str) -> None:
        """Write the rows of a part one by one."""
        statement = self._compiled((_Kind(part.name),))
        # Each parameter is a column of the row, or the tenant; a document is the text that SQLite
        # keeps of it.
        columns = self._columns_of(part.name, statement)
        given = [{name: plain(row.get(column_)) for name, column_ in columns} for row in part.rows]
        for each in given:
            each["restaurant"] = restaurant_id
        touched = cursor.touched(statement, *given)
        if part.expected not in (None, touched):
            raise Mismatch

    def _columns_of(self, part: str, statement: Statement) -> tuple[tuple[str, str], ...]:
        known = self._columns.get(part)
        if known is None:
            names = (name for name in statement.parameters if name.startswith(EACH))
            known = self._columns[part] = tuple((name, name.removeprefix(EACH)) for name in names)
        return known

    def _compiled(self, kinds: tuple[_Kind, ...]) -> Statement:
        known = self._known.get(kinds)
        if known is None:
            known = self._known[kinds] = self._statements.compiled(kinds)
        return known


def _has_order(changes: Changes) -> bool:
    """Tell whether a row takes the id of one that goes: it comes after it, and a statement has no order."""
    return bool({row.id for row in changes.added} & {row.id for row in changes.removed})


def batched(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """Cut rows into batches of a size; the last may be smaller."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


class _Statements:
    """The statement of each part, which is given its rows by the part's name."""

    def __init__(self, idiom: Idiom) -> None:
        tables = idiom.tables
        self._idiom = idiom
        self._allocations = tables["allocations"]
        self._bookings = tables["bookings"]
        self._assignments = tables["booking_table_assignments"]
        self._holds = tables["table_holds"]
        self._blocks = tables["table_blocks"]
        self._restaurants = tables["restaurants"]
        self._inserted: dict[str, tuple[Table, tuple[str, ...]]] = {
            "added": (self._allocations, codec.ALLOCATION),
            "bookings_added": (self._bookings, codec.BOOKING),
            "holds_added": (self._holds, codec.HOLD),
            "members": (tables["table_hold_members"], ("hold_id", "position", "table_id")),
            "blocks_added": (self._blocks, codec.BLOCK),
            "confirmations": (tables["booking_confirmation_results"], codec.CONFIRMATION),
            "confirmation_tables": (tables["booking_confirmation_tables"], CONFIRMATION_TABLE),
            "stored_results": (tables["command_results"], codec.ANSWER),
            "events": (tables["capacity_outbox"], (*codec.EVENT, "subject")),
        }
        self._others: dict[str, Callable[[_Kind], Insert | Update | Delete]] = {
            "removed": self._removed,
            "replaced": self._replaced,
            "bookings_changed": self._bookings_changed,
            "assignments_over": self._assignments_over,
            "assignments": self._assigned,
            "holds_changed": lambda kind: self._update(kind, self._holds, codec.HOLD_CHANGE),
            "blocks_changed": lambda kind: self._update(kind, self._blocks, codec.BLOCK),
            "blocks_removed": self._blocks_removed,
        }

    def compiled(self, kinds: tuple[_Kind, ...]) -> Statement:
        """Compile a part, or the restaurant's own count with any parts beside it."""
        if kinds[0] != RESTAURANT:
            return self._idiom.compiled(self._one(kinds[0]))
        counted: Any = self._counted()
        if not self._idiom.is_postgresql:
            return self._idiom.compiled(counted)
        stored_results: list[ColumnElement[Any]] = [self._restaurants.c.id]
        for kind in kinds[1:]:
            part: Any = self._one(kind)
            if kind.name in COUNTED:
                touched = part.returning(part.table.c.id).cte(f"did_{kind.name}")
                stored_results.append(select(func.count()).select_from(touched).scalar_subquery())
            else:
                counted = counted.add_cte(part.cte(f"did_{kind.name}"))
        return self._idiom.compiled(counted.returning(*stored_results))

    def _one(self, kind: _Kind) -> Insert | Update | Delete:
        known = self._inserted.get(kind.name)
        return self._others[kind.name](kind) if known is None else self._insert(kind.name, *known)

    # ---- what comes

    def _insert(self, name: str, table: Table, names: tuple[str, ...]) -> Insert:
        given = self._idiom.given(name, [table.c[each] for each in names])
        made: Insert = self._idiom.inserted(table, names, given)
        return made

    def _assigned(self, _: _Kind) -> Insert:
        table, names = self._assignments, ("booking_id", "position", "table_id")
        given = self._idiom.given("assignments", [table.c[each] for each in names])
        make: Any = postgresql_insert if self._idiom.is_postgresql else sqlite_insert
        new = self._idiom.inserted(table, names, given, make)
        upsert: Insert = new.on_conflict_do_update(
            index_elements=["restaurant_id", "booking_id", "position"],
            set_={"table_id": new.excluded.table_id},
            where=table.c.table_id != new.excluded.table_id,
        )
        return upsert

    # ---- what changes

    def _update(
        self,
        kind: _Kind,
        table: Table,
        names: tuple[str, ...],
        *,
        old: Iterable[ColumnElement[Any]] = (),
        if_: Callable[[Given], Iterable[ColumnElement[bool]]] = lambda _: (),
    ) -> Update:
        given = self._idiom.given(kind.name, [*(table.c[each] for each in names), *old])
        new = {table.c[each]: given[each] for each in names if each != "id"}
        here = *self._here(kind, table), table.c.id == given["id"]
        return update(table).values(new).where(*here, *if_(given))

    def _here(self, kind: _Kind, table: Table) -> tuple[ColumnElement[bool], ...]:
        """Say which rows of a table a part is about, by their ids.

        Where many rows are given at once, PostgreSQL sees how many ids there are, and looks them
        up: of a list in JSON it would think that it is so long that all rows had better be read.
        """
        of_tenant = table.c.restaurant_id == restaurant()
        if not self._idiom.is_postgresql:
            return (of_tenant,)
        return of_tenant, self._idiom.any_of(
            table.c[KEYS[kind.name]], f"{kind.name}_ids", is_one=kind.is_one
        )

    def _replaced(self, kind: _Kind) -> Update:
        old = self._old_columns()
        return self._update(
            kind, self._allocations, codec.ALLOCATION, old=old, if_=self._is_as_stored
        )

    def _bookings_changed(self, kind: _Kind) -> Update:
        version = self._bookings.c.version
        old: list[ColumnElement[Any]] = [column("old_version", BigInteger())]
        names = codec.BOOKING
        return self._update(
            kind,
            self._bookings,
            names,
            old=old,
            if_=lambda given: [version == given["old_version"]],
        )

    def _counted(self) -> Update:
        row = self._restaurants.c
        new = {
            row.floor_version: row.floor_version + moment("floor"),
            row.policy_version: row.policy_version + moment("policy"),
            row.occupancy_version: row.occupancy_version + moment("occupancy"),
            row.latest_us: moment("now_us"),
        }
        return update(self._restaurants).values(new).where(row.id == restaurant())

    # ---- what goes

    def _removed(self, kind: _Kind) -> Delete:
        row = self._allocations.c
        given = self._idiom.given("removed", [row.id, *self._old_columns()])
        stored = given.has(row.id == given["id"], *self._is_as_stored(given))
        return delete(self._allocations).where(*self._here(kind, self._allocations), stored)

    def _assignments_over(self, kind: _Kind) -> Delete:
        row = self._assignments.c
        given = self._idiom.given("assignments_over", [row.booking_id, row.position])
        over = given.has(row.booking_id == given["booking_id"], row.position >= given["position"])
        return delete(self._assignments).where(*self._here(kind, self._assignments), over)

    def _blocks_removed(self, kind: _Kind) -> Delete:
        row = self._blocks.c
        given = self._idiom.given("blocks_removed", [row.id])
        here = self._here(kind, self._blocks)
        return delete(self._blocks).where(*here, given.has(row.id == given["id"]))

    def _old_columns(self) -> list[ColumnElement[Any]]:
        return [column(f"old_{name}", self._allocations.c[name].type) for name in _OLD]

    def _is_as_stored(self, given: Given) -> list[ColumnElement[bool]]:
        return [
            self._allocations.c[name].is_not_distinct_from(given[f"old_{name}"]) for name in _OLD
        ]


# The parts that change or remove rows, and the column that says which.
KEYS: Final[Mapping[str, str]] = {
    "removed": "id",
    "replaced": "id",
    "bookings_changed": "id",
    "assignments_over": "booking_id",
    "holds_changed": "id",
    "blocks_changed": "id",
    "blocks_removed": "id",
}
# The parts that tell how many rows they have touched.
COUNTED: Final = frozenset(
    {"removed", "replaced", "bookings_changed", "holds_changed", "blocks_changed", "blocks_removed"}
)
