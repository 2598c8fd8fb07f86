"""Write changes, and detect that a decision was based on rows that have changed since."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

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

from fourtop.ports import Changes
from fourtop.storage.sql.statement import Cursor, Statement
from fourtop.storage.sql.statements.dialect import EACH, Dialect, GivenRows
from fourtop.storage.sql.statements.expressions import microseconds, restaurant
from fourtop.storage.sql.statements.row_changes import (
    RowChange,
    RowCountMismatch,
    row_changes_of,
)
from fourtop.storage.sql.tables.allocation import ALLOCATION
from fourtop.storage.sql.tables.booking import BOOKING
from fourtop.storage.sql.tables.confirmation import CONFIRMATION, CONFIRMATION_TABLE
from fourtop.storage.sql.tables.event import EVENT
from fourtop.storage.sql.tables.hold import HOLD, HOLD_CHANGE
from fourtop.storage.sql.tables.plain_table import PlainTable
from fourtop.storage.sql.tables.result import RESULT
from fourtop.storage.sql.tables.values import Row, listed, plain

# At most this many rows are one parameter. A parameter has a size limit, which an import of years
# would exceed.
LARGEST: Final = 5_000
_KEPT_STATEMENTS: Final = 512
_OLD: Final = tuple(name for name in ALLOCATION if name != "id")


@attrs.frozen
class VersionCounts:
    """The changes of the restaurant's own row, written together with all other changes.

    Args:
        now_us: The time of the transaction; it never goes back.
        floor: By how much the version of the floor rises: 1 or 0.
        policy: By how much the version of the policy rises.
        occupancy: By how much the version of the occupancy rises.
    """

    now_us: int
    floor: int = 0
    policy: int = 0
    occupancy: int = 0

    @classmethod
    def of(cls, changes: Changes, now_us: int) -> VersionCounts:
        """Return the counts of changes at the time of their transaction."""
        return cls(
            now_us=now_us,
            floor=int(changes.floor is not None),
            policy=int(changes.policy is not None),
            occupancy=int(changes.touches_occupancy),
        )

    def parameters(self, restaurant_id: str) -> dict[str, Any]:
        """Return the parameters of the statement that changes the row of a restaurant."""
        return {
            "restaurant": restaurant_id,
            "now_us": self.now_us,
            "floor": self.floor,
            "policy": self.policy,
            "occupancy": self.occupancy,
        }


class WriteKey(NamedTuple):
    """Which statement writes a row change: the key under which it is cached.

    Args:
        name: The name of the row change.
        is_one: Whether all rows that it changes or removes have one id.
    """

    name: str
    is_one: bool = False


class Writer(ABC):
    """Writes changes. Keeps compiled statements. Thread-safe."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._plain = dialect.tables.plain
        self._statements = _WriteStatements(dialect)

    @abstractmethod
    def write(
        self, cursor: Cursor, restaurant_id: str, changes: Changes, counts: VersionCounts
    ) -> None:
        """Write all changes except for those of the house.

        Raises:
            RowCountMismatch: A row that the decision was based on is not there any more. The
                commit may raise it, too.
            Exception: The driver's error if a constraint refuses a row.
        """


class BatchWriter(Writer):
    """Writes all rows of all tables in one statement; constraints are checked at its end."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(dialect)
        self._statement_for = lru_cache(maxsize=_KEPT_STATEMENTS)(self._statements.compile_batch)
        self._single_for = lru_cache(maxsize=_KEPT_STATEMENTS)(self._statements.compile_one)

    def write(
        self, cursor: Cursor, restaurant_id: str, changes: Changes, counts: VersionCounts
    ) -> None:
        """Write in one statement, or one per row change where the order or the size demands it."""
        row_changes = row_changes_of(changes, self._plain, moves_in_place=True)
        most = max([len(each.rows) for each in row_changes], default=0)
        if most > LARGEST or _has_order(changes):
            for row_change in row_changes:
                self._write_single(cursor, row_change, restaurant_id)
            row_changes = []
        self._write_batch(cursor, row_changes, counts.parameters(restaurant_id))

    def _write_batch(
        self, cursor: Cursor, row_changes: Sequence[RowChange], parameters: dict[str, Any]
    ) -> None:
        keys = []
        for each in row_changes:
            keys.append(self._add_parameters(parameters, each.name, each.rows))
            if each.expected is not None:
                parameters[_expected(each.name)] = each.expected
        # Together with the COMMIT: the statement itself refuses other numbers of rows.
        cursor.later(self._statement_for(tuple(keys)), parameters)

    def _write_single(self, cursor: Cursor, row_change: RowChange, restaurant_id: str) -> None:
        """Write one row change, in several statements if it has very many rows."""
        touched = 0
        for rows in batched(row_change.rows, LARGEST):
            parameters: dict[str, Any] = {"restaurant": restaurant_id}
            key = self._add_parameters(parameters, row_change.name, rows)
            touched += cursor.touched(self._single_for(key), parameters)
        if row_change.expected not in (None, touched):
            raise RowCountMismatch

    def _add_parameters(
        self, parameters: dict[str, Any], name: str, rows: Sequence[Row]
    ) -> WriteKey:
        """Add the parameters of some rows; return the key of the statement that writes them."""
        parameters[name] = listed(rows)
        id_column = self._statements.keys.get(name)
        if id_column is None:
            return WriteKey(name)
        ids = {row[id_column] for row in rows}
        is_one = len(ids) == 1
        parameters[f"{name}_ids"] = self._dialect.id_parameter(ids, is_one=is_one)
        return WriteKey(name, is_one=is_one)


class RowWriter(Writer):
    """Writes row by row, as SQLite's triggers and Python's driver require."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(dialect)
        self._versions = self._statements.compile_versions()
        self._statement_for = lru_cache(maxsize=_KEPT_STATEMENTS)(self._compile)

    def write(
        self, cursor: Cursor, restaurant_id: str, changes: Changes, counts: VersionCounts
    ) -> None:
        """Write the rows of each change, then the restaurant's own row."""
        for row_change in row_changes_of(changes, self._plain, moves_in_place=False):
            self._write_rows(cursor, row_change, restaurant_id)
        cursor.touched(self._versions, counts.parameters(restaurant_id))

    def _write_rows(self, cursor: Cursor, row_change: RowChange, restaurant_id: str) -> None:
        statement, columns = self._statement_for(row_change.name)
        # A parameter is a column of the row or the tenant. SQLite stores a document as text.
        given = [
            {name: plain(row.get(column_)) for name, column_ in columns} for row in row_change.rows
        ]
        for each in given:
            each["restaurant"] = restaurant_id
        touched = cursor.touched(statement, *given)
        if row_change.expected not in (None, touched):
            raise RowCountMismatch

    def _compile(self, name: str) -> tuple[Statement, tuple[tuple[str, str], ...]]:
        """Return the statement of a row change, and which parameter holds which column."""
        statement = self._statements.compile_one(WriteKey(name))
        names = (each for each in statement.parameters if each.startswith(EACH))
        return statement, tuple((each, each.removeprefix(EACH)) for each in names)


def writer_for(dialect: Dialect) -> Writer:
    """Return the writer that suits a database."""
    return BatchWriter(dialect) if dialect.writes_in_one_statement else RowWriter(dialect)


def _expected(name: str) -> str:
    """Return the name of the parameter that holds how many rows a row change must touch."""
    return f"{name}_expected"


def _has_order(changes: Changes) -> bool:
    """Whether a new row takes the id of a removed one: one statement cannot order the two."""
    if not (changes.added and changes.removed):
        return False
    return bool({row.id for row in changes.added} & {row.id for row in changes.removed})


def batched(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """Split rows into batches; the last may be smaller."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


class _WriteStatements:
    """Builds the statement of each row change."""

    def __init__(self, dialect: Dialect) -> None:
        tables = dialect.tables
        self._dialect = dialect
        self._allocations = tables["allocations"]
        self._bookings = tables["bookings"]
        self._assignments = tables["booking_table_assignments"]
        self._holds = tables["table_holds"]
        self._restaurants = tables["restaurants"]
        self._inserts: dict[str, tuple[Table, tuple[str, ...]]] = {
            "added": (self._allocations, ALLOCATION),
            "bookings_added": (self._bookings, BOOKING),
            "holds_added": (self._holds, HOLD),
            "members": (tables["table_hold_members"], ("hold_id", "position", "table_id")),
            "confirmations": (tables["booking_confirmation_results"], CONFIRMATION),
            "confirmation_tables": (tables["booking_confirmation_tables"], CONFIRMATION_TABLE),
            "stored_results": (tables["command_results"], RESULT),
            "events": (tables["capacity_outbox"], (*EVENT, "subject")),
        }
        self._others: dict[str, Callable[[WriteKey], Insert | Update | Delete]] = {
            "removed": self._remove_allocations,
            "replaced": self._replace_allocations,
            "bookings_changed": self._change_bookings,
            "assignments_over": self._remove_assignments,
            "assignments": self._assign,
            "holds_changed": lambda key: self._update(key, self._holds, HOLD_CHANGE),
            "bookings_removed": partial(self._remove, table=self._bookings),
        }
        self._comments = dict(_COMMENTS)
        # The changes that find stored rows, and the column by which they find them.
        self.keys: dict[str, str] = dict(_KEYS)
        for each in tables.plain:
            self._add_plain(each, tables[each.name])

    def _add_plain(self, plain: PlainTable, table: Table) -> None:
        """Add the three row changes of a kind of plain record."""
        plural = plain.kind.plural
        words = plural.replace("_", " ")
        added, changed, removed = (f"{plural}_{each}" for each in ("added", "changed", "removed"))
        self._inserts[added] = (table, plain.columns)
        self._others[changed] = partial(self._update, table=table, names=plain.columns)
        self._others[removed] = partial(self._remove, table=table)
        self._comments |= {
            added: f"insert {words}",
            changed: f"update {words}",
            removed: f"delete {words}",
        }
        self.keys |= {changed: "id", removed: "id"}

    def compile_one(self, key: WriteKey) -> Statement:
        """Compile the statement of one row change."""
        return self._dialect.compile(
            self._build(key), f"write_{key.name}", f"{self._comments[key.name].capitalize()}."
        )

    def compile_versions(self) -> Statement:
        """Compile the statement that raises the versions and does nothing else."""
        return self._dialect.compile(self._raise_versions(), "raise_versions", f"{_RAISES}.")

    def compile_batch(self, keys: tuple[WriteKey, ...]) -> Statement:
        """Compile the statement that raises the versions and writes some row changes with them."""
        count: Any = self._raise_versions()
        returned: list[ColumnElement[Any]] = [self._restaurants.c.id]
        for key in keys:
            change: Any = self._build(key)
            if key.name in self.keys and key.name != _UNCOUNTED:
                touched = change.returning(change.table.c.id).cte(f"did_{key.name}")
                found = select(func.count()).select_from(touched).scalar_subquery()
                returned.append(self._dialect.expected_count(found, _expected(key.name)))
            else:
                count = count.add_cte(change.cte(f"did_{key.name}"))
        done = "; ".join(f"{self._comments[key.name]} ({key.name})" for key in keys)
        return self._dialect.compile(
            count.returning(*returned),
            "write_changes",
            f"{_RAISES}; in the same statement: {done or 'nothing else'}. Fail if a removal or an"
            " update has touched another number of rows than expected.",
        )

    def _build(self, key: WriteKey) -> Insert | Update | Delete:
        known = self._inserts.get(key.name)
        return self._others[key.name](key) if known is None else self._insert(key.name, *known)

    # ---- inserts

    def _insert(self, name: str, table: Table, names: tuple[str, ...]) -> Insert:
        given = self._dialect.given_rows(name, [table.c[each] for each in names])
        new: Insert = self._dialect.insert_rows(table, names, given)
        return new

    def _assign(self, _: WriteKey) -> Insert:
        table, names = self._assignments, ("booking_id", "position", "table_id")
        given = self._dialect.given_rows("assignments", [table.c[each] for each in names])
        new = self._dialect.insert_rows(table, names, given)
        upsert: Insert = new.on_conflict_do_update(
            index_elements=["restaurant_id", "booking_id", "position"],
            set_={"table_id": new.excluded.table_id},
            where=table.c.table_id != new.excluded.table_id,
        )
        return upsert

    # ---- updates

    def _update(
        self,
        key: WriteKey,
        table: Table,
        names: tuple[str, ...],
        *,
        old: Iterable[ColumnElement[Any]] = (),
        if_: Callable[[GivenRows], Iterable[ColumnElement[bool]]] = lambda _: (),
    ) -> Update:
        given = self._dialect.given_rows(key.name, [*(table.c[each] for each in names), *old])
        new = {table.c[each]: given[each] for each in names if each != "id"}
        where = *self._of_tenant(key, table), table.c.id == given["id"]
        return update(table).values(new).where(*where, *if_(given))

    def _of_tenant(self, key: WriteKey, table: Table) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions that find the rows of a change by tenant and ids."""
        narrowed = self._dialect.narrow_to_ids(
            table.c[self.keys[key.name]], f"{key.name}_ids", is_one=key.is_one
        )
        return table.c.restaurant_id == restaurant(), *narrowed

    def _replace_allocations(self, key: WriteKey) -> Update:
        old = self._old_columns()
        return self._update(key, self._allocations, ALLOCATION, old=old, if_=self._is_as_stored)

    def _change_bookings(self, key: WriteKey) -> Update:
        version = self._bookings.c.version
        old: list[ColumnElement[Any]] = [column("old_version", BigInteger())]
        return self._update(
            key,
            self._bookings,
            BOOKING,
            old=old,
            if_=lambda given: [version == given["old_version"]],
        )

    def _raise_versions(self) -> Update:
        row = self._restaurants.c
        new = {
            row.floor_version: row.floor_version + microseconds("floor"),
            row.policy_version: row.policy_version + microseconds("policy"),
            row.occupancy_version: row.occupancy_version + microseconds("occupancy"),
            row.latest_us: microseconds("now_us"),
        }
        return update(self._restaurants).values(new).where(row.id == restaurant())

    # ---- deletes

    def _remove_allocations(self, key: WriteKey) -> Delete:
        row = self._allocations.c
        given = self._dialect.given_rows("removed", [row.id, *self._old_columns()])
        stored = given.has(row.id == given["id"], *self._is_as_stored(given))
        return delete(self._allocations).where(*self._of_tenant(key, self._allocations), stored)

    def _remove_assignments(self, key: WriteKey) -> Delete:
        row = self._assignments.c
        given = self._dialect.given_rows("assignments_over", [row.booking_id, row.position])
        over = given.has(row.booking_id == given["booking_id"], row.position >= given["position"])
        return delete(self._assignments).where(*self._of_tenant(key, self._assignments), over)

    def _remove(self, key: WriteKey, table: Table) -> Delete:
        given = self._dialect.given_rows(key.name, [table.c.id])
        here = self._of_tenant(key, table)
        return delete(table).where(*here, given.has(table.c.id == given["id"]))

    def _old_columns(self) -> list[ColumnElement[Any]]:
        return [column(f"old_{name}", self._allocations.c[name].type) for name in _OLD]

    def _is_as_stored(self, given: GivenRows) -> list[ColumnElement[bool]]:
        return [
            self._allocations.c[name].is_not_distinct_from(given[f"old_{name}"]) for name in _OLD
        ]


_RAISES: Final = "Raise the restaurant's versions and store its time"
# What each row change does, in the order of writing. Those of plain records come before "added",
# their removals after it.
_COMMENTS: Final[Mapping[str, str]] = {
    "removed": "delete allocations, if they are stored as the decision read them",
    "replaced": "update allocations, if they are stored as the decision read them",
    "bookings_added": "insert bookings",
    "bookings_changed": "update bookings, if they have the version that the decision read",
    "assignments_over": "delete the table assignments of bookings beyond their new number",
    "assignments": "insert or update the table assignments of bookings",
    "holds_added": "insert holds",
    "members": "insert the tables of holds",
    "holds_changed": "update the state and expiry of holds",
    "added": "insert allocations; the database refuses an overlap",
    "bookings_removed": "delete bookings",
    "confirmations": "insert the evidence of confirmations",
    "confirmation_tables": "insert the tables that the evidence is about",
    "stored_results": "insert the stored results of commands",
    "events": "insert events into the outbox",
}
_KEYS: Final[Mapping[str, str]] = {
    "removed": "id",
    "replaced": "id",
    "bookings_changed": "id",
    "assignments_over": "booking_id",
    "holds_changed": "id",
    "bookings_removed": "id",
}
# The change that finds stored rows and does not return how many it touched: it may touch none.
_UNCOUNTED: Final = "assignments_over"
