"""Read the stored events of one restaurant, without a lease."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select

from fourtop.model.event import Event
from fourtop.ports import EventPage, StoredEvent, page_after
from fourtop.storage.sql.statement import Call, Statement
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.expressions import number_literal, restaurant, row_limit
from fourtop.storage.sql.tables.event import EVENT, event_of
from fourtop.storage.sql.tables.values import loads


class EventStatements:
    """Reads events by their sequence. Thread-safe."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._outbox = dialect.tables["capacity_outbox"]
        row = self._outbox.c
        after = bindparam("sequence", type_=row.sequence.type)
        # SQLite would find all events of the restaurant by their keys, and sort them. The sequence
        # is the row id there, so that a walk along the table meets the last events first.
        tenant = dialect.unsearched(row.restaurant_id)
        compile_ = dialect.compile
        self._all = compile_(
            self._select(*EVENT).where(row.restaurant_id == restaurant()).order_by(row.sequence),
            "list_events",
            "Read the events of a restaurant in the order in which they were written.",
        )
        self._after = compile_(
            self._select("sequence", *EVENT)
            .where(tenant == restaurant(), row.sequence >= after)
            .order_by(row.sequence)
            .limit(row_limit()),
            "list_events_after",
            "Read the events of a restaurant from a sequence on, to follow them without a lease.",
        )
        self._newest = compile_(
            self._select("sequence")
            .where(tenant == restaurant())
            .order_by(row.sequence.desc())
            .limit(number_literal(1)),
            "find_newest_event",
            "Find the sequence of the newest event of a restaurant.",
        )

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements of this class."""
        return self._all, self._after, self._newest

    def all_of(self, restaurant_id: str) -> Call:
        """Return the call that reads all events; ``events_of`` takes its rows."""
        return Call(self._all, {"restaurant": restaurant_id})

    def events_of(self, restaurant_id: str, rows: Sequence[Any]) -> tuple[Event, ...]:
        """Return the events in the rows of ``all_of``."""
        return tuple(event_of(restaurant_id, loads(text)) for (text,) in rows)

    def page(self, restaurant_id: str, sequence: int | None, limit: int) -> Call:
        """Return the call that reads a page; ``page_of`` takes its rows."""
        given: dict[str, Any] = {"restaurant": restaurant_id}
        if sequence is None:
            return Call(self._newest, given)
        # The event with the sequence itself shows that it is kept.
        return Call(self._after, {**given, "sequence": sequence, "limit": limit + 1})

    def page_of(self, call: Call, rows: Sequence[Any], now_us: int) -> EventPage:
        """Return the page in the rows of a call of ``page``."""
        parsed = [loads(text) for (text,) in rows]
        if call.statement is self._newest:
            position = parsed[0][0] if parsed else 0
            return EventPage((), position, has_gap=False)
        restaurant_id = call.parameters["restaurant"]
        found = [StoredEvent(event_of(restaurant_id, row[1:]), row[0]) for row in parsed]
        after, limit = call.parameters["sequence"], call.parameters["limit"] - 1
        return page_after(after, found, now_us=now_us, limit=limit)

    def _select(self, *names: str) -> Select[Any]:
        columns = (self._outbox.c[name] for name in names)
        return select(self._dialect.as_text(self._dialect.json_array(*columns)))
