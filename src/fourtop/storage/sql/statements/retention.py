"""Maintaining: the statements that find, archive and delete what is over, of all restaurants together.

Each takes the oldest rows up to a limit. On PostgreSQL it passes over those that somebody else has
locked, so that of several at once each takes others; they are found, locked and taken away in one
statement, on one snapshot.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Delete,
    FromClause,
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
from fourtop.storage.sql.connection.transaction import Line
from fourtop.storage.sql.statements.dialect import Idiom, Statement, as_word, at_most, restaurant
from fourtop.storage.sql.statements.selects import moment
from fourtop.storage.sql.tables import codec
from fourtop.storage.sql.tables.codec import loads

_KEYS: Final = frozenset({"restaurant_id", "id", "command", "idempotency_key", "sequence"})
_MOVED: Final = ("restaurant_id", *codec.ALLOCATION)


class Maintainer:
    """Takes away what is over. Safe for threads."""

    def __init__(self, idiom: Idiom) -> None:
        self._idiom = idiom
        tables = idiom.tables
        self._allocations, self._archive = tables["allocations"], tables["allocations_archive"]
        self._results, self._answers = (
            tables["booking_confirmation_results"],
            tables["command_results"],
        )
        self._holds, self._members = tables["table_holds"], tables["table_hold_members"]
        self._outbox = tables["capacity_outbox"]
        self._expired = idiom.compiled(self._expiring())
        self._archived = idiom.compiled(self._archived_rows())
        self._archiving = tuple(map(idiom.compiled, self._archive_statements()))
        self._deleting = {
            name: tuple(map(idiom.compiled, statements))
            for name, statements in {
                "confirmations": [self._gone(self._results, self._old_results())],
                "stored_results": [self._gone(self._answers, self._old_answers())],
                "holds": self._hold_statements(),
                "events": [self._gone(self._outbox, self._old_events())],
            }.items()
        }

    def expired_holds(self, line: Line, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return the active holds that expire at an instant or before: restaurant and id, in order."""
        return tuple(
            (here, id_)
            for here, id_ in line.rows(self._expired, {"before_us": before_us, "limit": limit})
        )

    def archive(self, line: Line, now_us: int, before_us: int, limit: int) -> int:
        """Move allocations that end at an instant or before into the archive; return how many."""
        return self._touched(
            line, self._archiving, {"now_us": now_us, "before_us": before_us, "limit": limit}
        )

    def archived(self, line: Line, restaurant_id: str, window: Window) -> tuple[Allocation, ...]:
        """Return the archived allocations of a restaurant that overlap a window, by ``order_key``."""
        about = {"restaurant": restaurant_id, "start_us": window.start_us, "end_us": window.end_us}
        rows = (
            codec.allocation_of(restaurant_id, loads(text))
            for (text,) in line.rows(self._archived, about)
        )
        return tuple(sorted(rows, key=lambda row: row.order_key))

    def delete(self, line: Line, what: str, before_us: int, limit: int) -> int:
        """Delete ``confirmations``, ``stored_results``, ``holds`` or ``events`` that are old enough; return how many."""
        return self._touched(line, self._deleting[what], {"before_us": before_us, "limit": limit})

    @staticmethod
    def _touched(line: Line, statements: tuple[Statement, ...], given: dict[str, int]) -> int:
        """Execute statements that find the same rows; return how many the last one has touched."""
        return [
            line.touched(each, {name: given[name] for name in each.parameters})
            for each in statements
        ][-1]

    # ---- what is old, oldest first

    def _expiring(self) -> Select[Any]:
        row = self._holds.c
        found = select(row.restaurant_id, row.id).where(
            row.state == as_word("active"), row.expires_us <= _BEFORE
        )
        return found.order_by(row.expires_us, row.restaurant_id, row.id).limit(at_most())

    def _old_allocations(self, *names: str) -> Select[Any]:
        row = self._allocations.c
        return self._oldest(self._allocations, row.end_us, names).where(row.hold_id.is_(None))

    def _old_results(self) -> Select[Any]:
        return self._oldest(self._results, self._results.c.checked_us, ("restaurant_id", "id"))

    def _old_answers(self) -> Select[Any]:
        row, result = self._answers.c, self._results.c
        kept_keys = select(result.restaurant_id, result.idempotency_key).where(result.confirmed)
        # No index has them. Skipping nothing keeps them together: listed once, and not looked
        # through for each answer.
        kept = kept_keys.offset(literal_column("0")).subquery("kept")
        refers = and_(
            kept.c.restaurant_id == row.restaurant_id, kept.c.idempotency_key == row.idempotency_key
        )
        found = self._oldest(
            self._answers, row.stored_us, ("restaurant_id", "command", "idempotency_key")
        )
        return found.select_from(outerjoin(self._answers, kept, refers)).where(
            kept.c.restaurant_id.is_(None)
        )

    def _old_holds(self) -> Select[Any]:
        row, taken, result = self._holds.c, self._allocations.c, self._results.c
        owns = select(_ONE).where(taken.restaurant_id == row.restaurant_id, taken.hold_id == row.id)
        refers = select(_ONE).where(
            result.restaurant_id == row.restaurant_id, result.hold_id == row.id
        )
        return self._oldest(self._holds, row.created_us, ("restaurant_id", "id")).where(
            row.state != as_word("active"),
            row.occupied_end_us <= _BEFORE,
            ~owns.exists(),
            ~refers.exists(),
        )

    def _old_events(self) -> Select[Any]:
        """An event is delivered or dead: the oldest of both are found along two indexes, and of those the oldest."""
        keys = ("restaurant_id", "sequence")
        both = (self._outbox.c.delivered_us, self._outbox.c.dead_us)
        arms = (
            self._oldest(self._outbox, each, keys, each.label("settled_us")).subquery()
            for each in both
        )
        first, second = (select(*arm.c) for arm in arms)
        settled = first.union_all(second).subquery("settled")
        here = tuple(settled.c[name] for name in keys)
        return select(*here).order_by(settled.c.settled_us, *here).limit(at_most())

    def _oldest(
        self,
        table: Table,
        age: ColumnElement[Any],
        names: tuple[str, ...],
        *more: ColumnElement[Any],
    ) -> Select[Any]:
        """Find the oldest rows of a table, up to the limit: some of their columns, which begin with the key."""
        key = [table.c[name] for name in names if name in _KEYS]
        found = select(*(table.c[name] for name in names), *more).where(age <= _BEFORE)
        return (
            found.order_by(age, *key).limit(at_most()).with_for_update(skip_locked=True, of=table)
        )

    # ---- what becomes of it

    def _gone(self, table: Table, found: Select[Any]) -> Delete:
        return _deleted(table, self._once(found))

    def _once(self, found: Select[Any]) -> Any:
        """Find rows once, whatever is done with them. Python counts nothing in SQLite where a statement begins WITH."""
        return found.cte("found") if self._idiom.is_postgresql else found.subquery("found")

    def _hold_statements(self) -> list[Any]:
        """The tables of a hold go with it."""
        found = self._once(self._old_holds())
        members = _deleted(self._members, found, ("restaurant_id", "hold_id"))
        holds = _deleted(self._holds, found)
        if self._idiom.is_postgresql:
            return [holds.add_cte(members.cte("members"))]
        return [members, holds]

    def _archive_statements(self) -> list[Any]:
        source, columns = self._allocations, [*_MOVED, "archived_us"]
        now_us = moment("now_us")
        found = self._once(self._old_allocations("restaurant_id", "id"))
        if self._idiom.is_postgresql:
            gone = (
                _deleted(source, found).returning(*(source.c[name] for name in _MOVED)).cte("gone")
            )
            return [insert(self._archive).from_select(columns, select(*gone.c, now_us))]
        copied = self._old_allocations(*_MOVED).add_columns(now_us)
        return [insert(self._archive).from_select(columns, copied), _deleted(source, found)]

    def _archived_rows(self) -> Select[Any]:
        row = self._archive.c
        packed = self._idiom.as_text(self._idiom.packed(*(row[name] for name in codec.ALLOCATION)))
        # No row is longer, so that the index need not be read from its beginning.
        reach = moment("start_us") - literal_column(str(MAX_WINDOW_US))
        return select(packed).where(
            row.restaurant_id == restaurant(),
            row.start_us > reach,
            row.start_us < moment("end_us"),
            row.end_us > moment("start_us"),
        )


_BEFORE: Final = moment("before_us")
_ONE: Final[ColumnElement[int]] = literal_column("1")


def _deleted(table: Table, found: FromClause, names: tuple[str, ...] | None = None) -> Delete:
    """Delete the rows of a table whose key was found."""
    keys = names or tuple(found.c.keys())
    return delete(table).where(tuple_(*(table.c[name] for name in keys)).in_(select(*found.c)))
