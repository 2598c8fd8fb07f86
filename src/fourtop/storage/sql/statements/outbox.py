"""Lease the events of all restaurants to relays, and store the outcome of each delivery."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    bindparam,
    func,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    update,
)

from fourtop.ports import Backlog, DeadLetter, Delivery
from fourtop.storage.sql.statement import Cursor, Statement
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.expressions import microseconds, row_limit
from fourtop.storage.sql.tables.event import EVENT, event_of
from fourtop.storage.sql.tables.values import Row, loads

_POSITION: Final = ("restaurant_id", "sequence", "attempts")
_ROWS: Final = "deliveries"
_NOW: Final = microseconds("now_us")


class OutboxStatements:
    """Leases events and settles deliveries. Thread-safe.

    A claim needs the exclusive lock on the outbox, settling the shared one. Without the locks a
    claim could lease the second event of a booking while another transaction postpones the first:
    that row is locked, and the claim sees its old version.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._outbox = dialect.tables["capacity_outbox"]
        row = self._outbox.c
        free: dict[Any, Any] = {row.lease: null(), row.leased_until_us: null()}
        failed = {**free, row.attempts: row.attempts + 1}
        postponed = {**failed, row.next_us: _NOW + microseconds("wait_us")}
        compile_ = dialect.compile
        self._claim = compile_(
            self._claim_statement(),
            "claim_events",
            "Lease waiting events: of each subject the first ones or none, oldest first.",
        )
        self._done = compile_(
            self._settle_statement({**free, row.delivered_us: _NOW}),
            "settle_delivered",
            "Mark leased events as delivered.",
        )
        self._release = compile_(
            self._settle_statement(free), "release_leases", "End leases without an attempt."
        )
        self._postpone = compile_(
            self._settle_statement(postponed),
            "settle_failed",
            "Count a failed attempt, end the lease and postpone the next attempt.",
        )
        self._give_up = compile_(
            self._settle_statement({**failed, row.dead_us: _NOW}),
            "settle_dead",
            "Count a failed attempt and give the event up.",
        )
        self._dead = compile_(
            self._dead_statement(), "list_dead_letters", "List the events that were given up."
        )
        self._backlog = compile_(
            self._backlog_statement(),
            "count_backlog",
            "Count the waiting and the dead events, and find the oldest waiting one.",
        )
        self._revive = compile_(
            self._revive_statement(),
            "revive_dead_letters",
            "Let events that were given up wait again, with no attempt counted.",
        )

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements of this class."""
        settled = self._done, self._release, self._postpone, self._give_up
        return self._claim, *settled, self._dead, self._backlog, self._revive

    def claim(self, cursor: Cursor, now_us: int, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events, as ``Outbox.claim`` says."""
        lease = secrets.token_hex(16)
        given = {"now_us": now_us, "limit": limit, "until_us": now_us + lease_us, "lease": lease}
        found = (loads(text) for (text,) in cursor.rows(self._claim, given))
        deliveries = (Delivery(_event(row), row[1], row[2], lease) for row in found)
        # UPDATE … RETURNING returns rows in any order.
        return tuple(sorted(deliveries, key=lambda each: (each.sequence, each.event.restaurant_id)))

    def done(self, cursor: Cursor, now_us: int, deliveries: Collection[Delivery]) -> int:
        """Mark events as published; return how many the holder still had."""
        return self._touched(cursor, self._done, map(_leased, deliveries), now_us=now_us)

    def release(self, cursor: Cursor, deliveries: Collection[Delivery]) -> int:
        """End leases; return how many the holder still had."""
        return self._touched(cursor, self._release, map(_leased, deliveries))

    def fail(self, cursor: Cursor, now_us: int, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt; return whether the holder still had the event."""
        row = [_leased(delivery)]
        if wait_us is None:
            return self._touched(cursor, self._give_up, row, now_us=now_us) == 1
        return self._touched(cursor, self._postpone, row, now_us=now_us, wait_us=wait_us) == 1

    def dead_letters(self, cursor: Cursor, limit: int) -> tuple[DeadLetter, ...]:
        """Return the events that were given up, by time, restaurant and position."""
        found = (loads(text) for (text,) in cursor.rows(self._dead, {"limit": limit}))
        return tuple(DeadLetter(_event(row), row[1], row[2], row[3]) for row in found)

    def backlog(self, cursor: Cursor) -> Backlog:
        """Return how much waits, as ``Outbox.backlog`` says."""
        ((waiting, oldest_us, dead),) = cursor.rows(self._backlog, {})
        return Backlog(int(waiting), oldest_us, int(dead))

    def revive(self, cursor: Cursor, letters: Collection[DeadLetter]) -> int:
        """Let events that were given up wait again; return how many still were."""
        rows = (
            {"restaurant_id": each.event.restaurant_id, "sequence": each.sequence}
            for each in letters
        )
        return self._touched(cursor, self._revive, rows)

    def _touched(
        self, cursor: Cursor, statement: Statement, rows: Iterable[Row], **given: int
    ) -> int:
        """Execute a statement on rows, sorted by position to avoid a deadlock."""
        ordered = sorted(rows, key=lambda row: (row["sequence"], row["restaurant_id"]))
        return cursor.touched(statement, *self._dialect.parameter_sets(_ROWS, ordered, given))

    # ---- statements

    def _claim_statement(self) -> Update:
        """Lease of each subject the first waiting events or none, and of all those the oldest.

        An event is free if no earlier event of its subject is leased or postponed. The events
        before a free one are free, too, so the oldest of all include the earlier ones of a subject.
        """
        row, earlier = self._outbox.c, self._outbox.alias("earlier").c
        in_the_way = select(earlier.sequence).where(
            earlier.restaurant_id == row.restaurant_id,
            earlier.subject == row.subject,
            earlier.sequence < row.sequence,
            earlier.delivered_us.is_(None),
            earlier.dead_us.is_(None),
            ~_is_free(earlier),
        )
        # OFFSET 0 keeps PostgreSQL from turning this into a join. Where it estimates that few
        # events wait, it would compare all with all; so it looks each one up in the index.
        looked_up = in_the_way.offset(literal_column("0"))
        # The text of the index condition of ``capacity_outbox_next``.
        is_waiting = func.coalesce(row.delivered_us, row.dead_us).is_(None)
        first = select(row.restaurant_id, row.sequence).where(
            is_waiting, _is_free(row), ~looked_up.exists()
        )
        oldest = first.order_by(row.sequence, row.restaurant_id).limit(row_limit())
        # Evaluated once, whichever join the UPDATE uses.
        found = oldest.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
        new = {
            row.lease: bindparam("lease", type_=row.lease.type),
            row.leased_until_us: microseconds("until_us"),
        }
        here = tuple_(row.restaurant_id, row.sequence).in_(select(*found.c))
        return update(self._outbox).values(new).where(here).returning(self._json_row(*_POSITION))

    def _settle_statement(self, new: dict[Any, Any]) -> Update:
        """Update events by their lease; only waiting events have one."""
        row = self._outbox.c
        given = self._dialect.given_rows(_ROWS, [row.restaurant_id, row.sequence, row.lease])
        here = (row[name] == given[name] for name in ("restaurant_id", "sequence", "lease"))
        return update(self._outbox).values(new).where(*here)

    def _dead_statement(self) -> Select[Any]:
        row = self._outbox.c
        dead = select(self._json_row(*_POSITION, "dead_us")).where(row.dead_us.is_not(None))
        return dead.order_by(row.dead_us, row.restaurant_id, row.sequence).limit(row_limit())

    def _backlog_statement(self) -> Select[Any]:
        """Count by two indexes: the settled events, which are many, are not read."""
        row = self._outbox.c
        # The texts of the index conditions of ``capacity_outbox_next`` and of the dead.
        is_waiting = func.coalesce(row.delivered_us, row.dead_us).is_(None)
        counted = func.count().label("waiting"), func.min(row.at_us).label("oldest_us")
        waiting = select(*counted).where(is_waiting).subquery("backlog")
        dead = select(func.count()).where(row.dead_us.is_not(None)).scalar_subquery()
        return select(*waiting.c, dead.label("dead"))

    def _revive_statement(self) -> Update:
        row = self._outbox.c
        given = self._dialect.given_rows(_ROWS, [row.restaurant_id, row.sequence])
        here = (row[name] == given[name] for name in ("restaurant_id", "sequence"))
        new: dict[Any, Any] = {row.attempts: 0, row.next_us: 0, row.dead_us: null()}
        return update(self._outbox).values(new).where(*here, row.dead_us.is_not(None))

    def _json_row(self, *names: str) -> ColumnElement[str]:
        row = self._outbox.c
        array = self._dialect.json_array(*(row[name] for name in (*names, *EVENT)))
        return self._dialect.as_text(array)


def _is_free(row: Any) -> ColumnElement[bool]:
    """Return the condition that an event is neither leased nor postponed; both exclude the end."""
    is_unleased = or_(row.lease.is_(None), row.leased_until_us <= _NOW)
    return and_(is_unleased, row.next_us <= _NOW)


def _leased(delivery: Delivery) -> Row:
    event = delivery.event
    return {
        "restaurant_id": event.restaurant_id,
        "sequence": delivery.sequence,
        "lease": delivery.lease,
    }


def _event(row: list[Any]) -> Any:
    return event_of(row[0], row[-len(EVENT) :])
