"""Find, archive and delete old rows of all restaurants.

Each statement takes the oldest rows up to a limit. On PostgreSQL it skips rows that others have
locked, so several jobs at once take different rows; it finds, locks and removes them in one
statement, on one snapshot.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Delete,
    FromClause,
    Insert,
    Select,
    Table,
    and_,
    delete,
    insert,
    literal_column,
    outerjoin,
    select,
    tuple_,
)

from fourtop.model.allocation import Allocation
from fourtop.model.window import MAX_WINDOW_US, Window
from fourtop.storage.sql.statement import Cursor, Statement
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.expressions import (
    microseconds,
    number_literal,
    restaurant,
    row_limit,
    text_literal,
)
from fourtop.storage.sql.tables.allocation import ALLOCATION, allocation_of
from fourtop.storage.sql.tables.values import loads

_KEYS: Final = frozenset({"restaurant_id", "id", "command", "idempotency_key", "sequence"})
_MOVED: Final = ("restaurant_id", *ALLOCATION)
_BEFORE: Final = microseconds("before_us")
_ONE: Final[ColumnElement[int]] = literal_column("1")
# What each deletion deletes.
_COMMENTS: Final = {
    "confirmations": "Delete the oldest evidence of confirmations.",
    "stored_results": "Delete the oldest stored results to which no evidence refers.",
    "holds": "Delete the oldest ended holds, to which neither rows nor evidence refer.",
    "events": "Delete the oldest events that were delivered or given up.",
}


class RetentionStatements:
    """Finds, archives and deletes old rows. Thread-safe."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        tables = dialect.tables
        self._allocations, self._archive = tables["allocations"], tables["allocations_archive"]
        self._confirmations = tables["booking_confirmation_results"]
        self._stored_results = tables["command_results"]
        self._holds, self._members = tables["table_holds"], tables["table_hold_members"]
        self._outbox = tables["capacity_outbox"]
        self._expired = dialect.compile(
            self._expired_holds(), "list_expired_holds", "List active holds that have expired."
        )
        self._archived = dialect.compile(
            self._archived_rows(),
            "list_archived",
            "Read archived allocations that overlap a window.",
        )
        self._archiving = self._compile(
            self._archive_statements(),
            "archive_allocations",
            "Move the oldest allocations that have ended to the archive.",
        )
        self.deletions: dict[str, tuple[Statement, ...]] = {
            name: self._compile(statements, f"delete_{name}", _COMMENTS[name])
            for name, statements in {
                "confirmations": [self._delete_found(self._confirmations, self._old_evidence())],
                "stored_results": [self._delete_found(self._stored_results, self._old_results())],
                "holds": self._hold_statements(),
                "events": [self._delete_found(self._outbox, self._old_events())],
            }.items()
        }

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements of this class."""
        deletions = (each for found in self.deletions.values() for each in found)
        return self._expired, self._archived, *self._archiving, *deletions

    def expired_holds(
        self, cursor: Cursor, before_us: int, limit: int
    ) -> tuple[tuple[str, str], ...]:
        """Return active holds that expire at or before an instant: restaurant and id, in order."""
        found = cursor.rows(self._expired, {"before_us": before_us, "limit": limit})
        return tuple((restaurant_id, id_) for restaurant_id, id_ in found)

    def archive(self, cursor: Cursor, now_us: int, before_us: int, limit: int) -> int:
        """Archive allocations that end at or before an instant; return how many."""
        given = {"now_us": now_us, "before_us": before_us, "limit": limit}
        return _touched(cursor, self._archiving, given)

    def archived(
        self, cursor: Cursor, restaurant_id: str, window: Window
    ) -> tuple[Allocation, ...]:
        """Return archived allocations of a restaurant that overlap a window, by ``order_key``."""
        given = {"restaurant": restaurant_id, "start_us": window.start_us, "end_us": window.end_us}
        rows = (
            allocation_of(restaurant_id, loads(text))
            for (text,) in cursor.rows(self._archived, given)
        )
        return tuple(sorted(rows, key=lambda row: row.order_key))

    def delete(self, cursor: Cursor, kind: str, before_us: int, limit: int) -> int:
        """Delete the old rows of a kind; return how many.

        The kinds are ``confirmations``, ``stored_results``, ``holds`` and ``events``.
        """
        return _touched(cursor, self.deletions[kind], {"before_us": before_us, "limit": limit})

    def _compile(self, statements: list[Any], name: str, comment: str) -> tuple[Statement, ...]:
        """Compile the statements of one step; several of them are numbered."""
        if len(statements) == 1:
            return (self._dialect.compile(statements[0], name, comment),)
        return tuple(
            self._dialect.compile(
                each, f"{name}_{number}", f"{comment} Step {number} of {len(statements)}."
            )
            for number, each in enumerate(statements, 1)
        )

    # ---- old rows, oldest first

    def _expired_holds(self) -> Select[Any]:
        row = self._holds.c
        found = select(row.restaurant_id, row.id).where(
            row.state == text_literal("active"), row.expires_us <= _BEFORE
        )
        return found.order_by(row.expires_us, row.restaurant_id, row.id).limit(row_limit())

    def _old_allocations(self, *names: str) -> Select[Any]:
        row = self._allocations.c
        return self._oldest(self._allocations, row.end_us, names).where(row.hold_id.is_(None))

    def _old_evidence(self) -> Select[Any]:
        table = self._confirmations
        return self._oldest(table, table.c.checked_us, ("restaurant_id", "id"))

    def _old_results(self) -> Select[Any]:
        row, evidence = self._stored_results.c, self._confirmations.c
        kept_keys = select(evidence.restaurant_id, evidence.idempotency_key).where(
            evidence.confirmed
        )
        # No index has these keys. OFFSET 0 keeps the subquery whole, so it runs once and not once
        # per stored result.
        kept = kept_keys.offset(literal_column("0")).subquery("kept")
        refers = and_(
            kept.c.restaurant_id == row.restaurant_id, kept.c.idempotency_key == row.idempotency_key
        )
        keys = ("restaurant_id", "command", "idempotency_key")
        found = self._oldest(self._stored_results, row.stored_us, keys)
        joined = outerjoin(self._stored_results, kept, refers)
        return found.select_from(joined).where(kept.c.restaurant_id.is_(None))

    def _old_holds(self) -> Select[Any]:
        row, taken, evidence = self._holds.c, self._allocations.c, self._confirmations.c
        owns = select(_ONE).where(taken.restaurant_id == row.restaurant_id, taken.hold_id == row.id)
        refers = select(_ONE).where(
            evidence.restaurant_id == row.restaurant_id, evidence.hold_id == row.id
        )
        return self._oldest(self._holds, row.created_us, ("restaurant_id", "id")).where(
            row.state != text_literal("active"),
            # Of both bounds, PostgreSQL expects few rows even before it has counted any: it then
            # reads along the index of ended holds and not the whole table.
            row.created_us >= number_literal(0),
            row.occupied_end_us <= _BEFORE,
            ~owns.exists(),
            ~refers.exists(),
        )

    def _old_events(self) -> Select[Any]:
        """Select settled events: one index finds those delivered, another those dead."""
        keys = ("restaurant_id", "sequence")
        both = (self._outbox.c.delivered_us, self._outbox.c.dead_us)
        oldest = (
            self._oldest(self._outbox, each, keys, each.label("settled_us")).subquery()
            for each in both
        )
        delivered, dead = (select(*each.c) for each in oldest)
        settled = delivered.union_all(dead).subquery("settled")
        found = tuple(settled.c[name] for name in keys)
        return select(*found).order_by(settled.c.settled_us, *found).limit(row_limit())

    def _oldest(
        self,
        table: Table,
        age: ColumnElement[Any],
        names: tuple[str, ...],
        *more: ColumnElement[Any],
    ) -> Select[Any]:
        """Select columns of the oldest rows of a table, up to the limit; the key comes first."""
        key = [table.c[name] for name in names if name in _KEYS]
        found = select(*(table.c[name] for name in names), *more).where(age <= _BEFORE)
        ordered = found.order_by(age, *key).limit(row_limit())
        return ordered.with_for_update(skip_locked=True, of=table)

    # ---- removing them

    def _delete_found(self, table: Table, found: Select[Any]) -> Delete:
        return _delete(table, self._dialect.found_rows(found))

    def _hold_statements(self) -> list[Any]:
        """Delete holds together with their tables."""
        found = self._dialect.found_rows(self._old_holds())
        members = _delete(self._members, found, ("restaurant_id", "hold_id"))
        return self._dialect.in_sequence(members, _delete(self._holds, found))

    def _archive_statements(self) -> list[Any]:
        found = self._dialect.found_rows(self._old_allocations("restaurant_id", "id"))

        def into_archive(rows: Select[Any]) -> Insert:
            stamped = rows.add_columns(microseconds("now_us"))
            return insert(self._archive).from_select([*_MOVED, "archived_us"], stamped)

        return self._dialect.move_rows(
            _delete(self._allocations, found), self._old_allocations(*_MOVED), into_archive
        )

    def _archived_rows(self) -> Select[Any]:
        row = self._archive.c
        array = self._dialect.json_array(*(row[name] for name in ALLOCATION))
        # No row is longer, so the index is not read from its beginning.
        reach = microseconds("start_us") - number_literal(MAX_WINDOW_US)
        return select(self._dialect.as_text(array)).where(
            row.restaurant_id == restaurant(),
            row.start_us > reach,
            row.start_us < microseconds("end_us"),
            row.end_us > microseconds("start_us"),
        )


def _touched(cursor: Cursor, statements: tuple[Statement, ...], given: dict[str, int]) -> int:
    """Execute statements that find the same rows; return how many the last one touched."""
    touched = [
        cursor.touched(each, {name: given[name] for name in each.parameters}) for each in statements
    ]
    return touched[-1]


def _delete(table: Table, found: FromClause, names: tuple[str, ...] | None = None) -> Delete:
    """Delete the rows of a table by the keys that were found."""
    keys = names or tuple(found.c.keys())
    return delete(table).where(tuple_(*(table.c[name] for name in keys)).in_(select(*found.c)))
