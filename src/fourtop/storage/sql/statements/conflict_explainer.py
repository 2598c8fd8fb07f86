"""Judging: what exactly was wrong with changes that the database, or a count, has refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from fourtop.model.allocation import Allocation, OwnerKind
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.ports import Changes, Scope
from fourtop.storage.memory.state import RestaurantState
from fourtop.storage.sql.statements.dialect import Idiom, Statement
from fourtop.storage.sql.statements.reader import Cursor, Loaded, Reader
from fourtop.storage.sql.statements.selects import Columns
from fourtop.storage.sql.tables import codec
from fourtop.storage.sql.tables.codec import listed, loads


class Judge:
    """Judges changes by the rows that they touch, with the judge of the memory store: so errors are the same.

    Only asked after a refusal; a database has no words of its own for most lies.
    """

    def __init__(self, idiom: Idiom, reader: Reader) -> None:
        self._idiom = idiom
        self._reader = reader
        self._columns = Columns(idiom)
        self._statement = self._compiled()

    def judge(self, cursor: Cursor, changes: Changes, house: House, versions: Versions) -> None:
        """Raise what is wrong with changes.

        Raises:
            FourtopError: As ``Store.transact`` lists them; nothing if nothing is wrong.
        """
        restaurant_id = house.restaurant.id
        loaded = Loaded(restaurant_id)
        stored_results = frozenset(
            (answer.command, answer.key) for answer in changes.stored_results
        )
        self._reader.load(cursor, Scope(restaurant_id, stored_results=stored_results), 0, loaded)
        (found,) = cursor.rows(self._statement, self._parameters(restaurant_id, changes))
        *rows, event_keys = [loads(text) if text is not None else [] for text in found]
        for kind, of_kind in zip(
            ("allocations", "bookings", "holds", "blocks", "confirmations"), rows, strict=True
        ):
            loaded.add(kind, of_kind)
        state = RestaurantState.of(
            house,
            versions,
            allocations=loaded.allocations.values(),
            bookings=loaded.bookings.values(),
            holds=loaded.holds.values(),
            blocks=loaded.blocks.values(),
            confirmations=loaded.confirmations.values(),
            stored_results=loaded.stored_results.values(),
            event_keys=[key for (key,) in event_keys],
        )
        state.apply(changes)

    def _parameters(self, restaurant_id: str, changes: Changes) -> dict[str, Any]:
        come = [*(new for _, new in changes.replaced), *changes.added]
        gone = [*changes.removed, *(old for old, _ in changes.replaced)]
        ids = self._idiom.ids
        return {
            "restaurant": restaurant_id,
            "taken": listed(codec.allocation_row(row) for row in come),
            "rows": ids({row.id for row in (*come, *gone)}),
            "bookings": ids(
                {each.id for each in changes.bookings} | _owners(come, OwnerKind.BOOKING)
            ),
            "holds": ids(
                {each.id for each in (*changes.holds_added, *changes.holds_changed)}
                | _owners(come, OwnerKind.HOLD)
            ),
            "blocks": ids(
                {each.id for each in (*changes.blocks_added, *changes.blocks_changed)}
                | set(changes.blocks_removed)
                | _owners(come, OwnerKind.BLOCK)
            ),
            "removed_blocks": ids(set(changes.blocks_removed)),
            "results": ids({each.id for each in changes.confirmations}),
            "confirmed_holds": ids({each.hold_id for each in changes.confirmations}),
            "confirmed_bookings": ids({str(each.booking_id) for each in changes.confirmations}),
            "events": ids({each.dedupe_key for each in changes.events}),
        }

    def _compiled(self) -> Statement:
        columns, any_of, gathered = self._columns, self._idiom.any_of, self._idiom.gathered
        outbox = self._idiom.tables["capacity_outbox"]
        result = columns.confirmations.c
        confirmations = columns.packed(columns.confirmations, codec.CONFIRMATION)
        arms: tuple[Select[Any], ...] = (
            columns.of_allocations().where(self._is_touched()),
            columns.of_bookings().where(any_of(columns.bookings.c.id, "bookings")),
            columns.of_holds().where(any_of(columns.holds.c.id, "holds")),
            columns.packed(columns.blocks, codec.BLOCK).where(
                any_of(columns.blocks.c.id, "blocks")
            ),
            confirmations.where(
                or_(
                    any_of(result.id, "results"),
                    any_of(result.hold_id, "confirmed_holds"),
                    and_(result.confirmed, any_of(result.booking_id, "confirmed_bookings")),
                )
            ),
            columns.packed(outbox, ["dedupe_key"]).where(any_of(outbox.c.dedupe_key, "events")),
        )
        return self._idiom.compiled(select(*(gathered(arm) for arm in arms)))

    def _is_touched(self) -> ColumnElement[bool]:
        """Allocations that are named, that a removed block owns, or that lie where others come."""
        row, any_of = self._columns.allocations.c, self._idiom.any_of
        names = ("resource_type", "resource_id", "start_us", "end_us")
        come = self._idiom.rows("taken", [row[name] for name in names])
        overlaps = select(come.c.ordinal).where(
            come.c.resource_type == row.resource_type,
            come.c.resource_id == row.resource_id,
            come.c.start_us < row.end_us,
            come.c.end_us > row.start_us,
        )
        return or_(
            any_of(row.id, "rows"), any_of(row.block_id, "removed_blocks"), overlaps.exists()
        )


def _owners(rows: Iterable[Allocation], kind: OwnerKind) -> set[str]:
    return {row.owner_id for row in rows if row.owner_kind is kind}
