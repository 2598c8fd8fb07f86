"""Outgoing: the statements that give out the events of all restaurants, and that write down what became of them."""

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

from fourtop.ports import DeadLetter, Delivery
from fourtop.storage.sql.connection.transaction import Line
from fourtop.storage.sql.statements.dialect import EACH, Idiom, Statement, at_most
from fourtop.storage.sql.statements.selects import moment
from fourtop.storage.sql.tables import codec
from fourtop.storage.sql.tables.codec import Row, listed, loads

_PLACE: Final = ("restaurant_id", "sequence", "attempts")
_ROWS: Final = "letters"
_NOW: Final = moment("now_us")


class Sender:
    """Gives out events and settles them. Safe for threads.

    Who claims has to be alone with that; who settles may be beside others who do. Else a claim
    could be given the second event of a booking while somebody writes down that the first one
    rests: its row is locked, and what the claim knows of it is from before.
    """

    def __init__(self, idiom: Idiom) -> None:
        self._idiom = idiom
        self._outbox = idiom.tables["capacity_outbox"]
        row = self._outbox.c
        free: dict[Any, Any] = {row.lease: null(), row.leased_until_us: null()}
        failed = {**free, row.attempts: row.attempts + 1}
        self._claim = idiom.compiled(self._claiming())
        self._done = idiom.compiled(self._settling({**free, row.delivered_us: _NOW}))
        self._release = idiom.compiled(self._settling(free))
        self._rest = idiom.compiled(
            self._settling({**failed, row.next_us: _NOW + moment("wait_us")})
        )
        self._die = idiom.compiled(self._settling({**failed, row.dead_us: _NOW}))
        self._dead = idiom.compiled(self._dying())
        self._revive = idiom.compiled(self._reviving())

    def claim(self, line: Line, now_us: int, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events, as ``Outbox.claim``."""
        lease = secrets.token_hex(16)
        given = {"now_us": now_us, "limit": limit, "until_us": now_us + lease_us, "lease": lease}
        found = (loads(text) for (text,) in line.rows(self._claim, given))
        deliveries = (Delivery(_event(row), row[1], row[2], lease) for row in found)
        # What an update answers has no order.
        return tuple(sorted(deliveries, key=lambda each: (each.sequence, each.event.restaurant_id)))

    def done(self, line: Line, now_us: int, deliveries: Collection[Delivery]) -> int:
        """Write down that events were published; return how many were still the holder's."""
        return self._touched(line, self._done, map(_leased, deliveries), now_us=now_us)

    def release(self, line: Line, deliveries: Collection[Delivery]) -> int:
        """End leases; return how many were still the holder's."""
        return self._touched(line, self._release, map(_leased, deliveries))

    def fail(self, line: Line, now_us: int, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt; tell whether the event was still the holder's."""
        row = [_leased(delivery)]
        if wait_us is None:
            return self._touched(line, self._die, row, now_us=now_us) == 1
        return self._touched(line, self._rest, row, now_us=now_us, wait_us=wait_us) == 1

    def dead_letters(self, line: Line, limit: int) -> tuple[DeadLetter, ...]:
        """Return the events that were given up, by when, restaurant and place."""
        found = (loads(text) for (text,) in line.rows(self._dead, {"limit": limit}))
        return tuple(DeadLetter(_event(row), row[1], row[2], row[3]) for row in found)

    def revive(self, line: Line, letters: Collection[DeadLetter]) -> int:
        """Let dead events wait again; return how many were still dead."""
        rows = (
            {"restaurant_id": each.event.restaurant_id, "sequence": each.sequence}
            for each in letters
        )
        return self._touched(line, self._revive, rows)

    def _touched(self, line: Line, statement: Statement, rows: Iterable[Row], **given: int) -> int:
        """Execute a statement on rows, in their order by place, so that no two wait for each other."""
        ordered = sorted(rows, key=lambda row: (row["sequence"], row["restaurant_id"]))
        if self._idiom.is_postgresql:
            return line.touched(statement, {_ROWS: listed(ordered), **given})
        each = ({f"{EACH}{name}": value for name, value in row.items()} for row in ordered)
        return line.touched(statement, *({**row, **given} for row in each))

    # ---- statements

    def _claiming(self) -> Update:
        """Of each subject the first waiting events, or none; of all those the oldest.

        One that has no earlier one in the way has, before it, only such as are taken too: the first
        so many of them are therefore closed, too.
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
        # Skipping nothing keeps PostgreSQL from making a join of it: where it believes that little
        # waits, it would compare all with all. So each is looked up along the index.
        looked_up = in_the_way.offset(literal_column("0"))
        # In the words of the index that has what is next.
        is_waiting = func.coalesce(row.delivered_us, row.dead_us).is_(None)
        first = select(row.restaurant_id, row.sequence).where(
            is_waiting, _is_free(row), ~looked_up.exists()
        )
        oldest = first.order_by(row.sequence, row.restaurant_id).limit(at_most())
        # Found once, whatever way the rows are then gone to.
        found = oldest.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
        new = {
            row.lease: bindparam("lease", type_=row.lease.type),
            row.leased_until_us: moment("until_us"),
        }
        here = tuple_(row.restaurant_id, row.sequence).in_(select(*found.c))
        return update(self._outbox).values(new).where(here).returning(self._packed(*_PLACE))

    def _settling(self, new: dict[Any, Any]) -> Update:
        """Only what waits has a lease."""
        row = self._outbox.c
        given = self._idiom.given(_ROWS, [row.restaurant_id, row.sequence, row.lease])
        here = (row[name] == given[name] for name in ("restaurant_id", "sequence", "lease"))
        return update(self._outbox).values(new).where(*here)

    def _dying(self) -> Select[Any]:
        row = self._outbox.c
        dead = select(self._packed(*_PLACE, "dead_us")).where(row.dead_us.is_not(None))
        return dead.order_by(row.dead_us, row.restaurant_id, row.sequence).limit(at_most())

    def _reviving(self) -> Update:
        row = self._outbox.c
        given = self._idiom.given(_ROWS, [row.restaurant_id, row.sequence])
        here = (row[name] == given[name] for name in ("restaurant_id", "sequence"))
        new: dict[Any, Any] = {row.attempts: 0, row.next_us: 0, row.dead_us: null()}
        return update(self._outbox).values(new).where(*here, row.dead_us.is_not(None))

    def _packed(self, *names: str) -> ColumnElement[str]:
        row = self._outbox.c
        packed = self._idiom.packed(*(row[name] for name in (*names, *codec.EVENT)))
        return self._idiom.as_text(packed)


def _is_free(row: Any) -> ColumnElement[bool]:
    """A lease that ran out is over at its very end, and so is a rest."""
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
    return codec.event_of(row[0], row[-len(codec.EVENT) :])
