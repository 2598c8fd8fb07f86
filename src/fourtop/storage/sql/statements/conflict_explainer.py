"""Find out why the database, or a row count, has refused changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from fourtop.model.allocation import Allocation, OwnerKind
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.ports import Changes, Scope, by_kind, owner_refs
from fourtop.storage.memory.state import RestaurantState
from fourtop.storage.sql.statement import Cursor, Statement
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.projections import Projections
from fourtop.storage.sql.statements.reader import Loaded, Reader
from fourtop.storage.sql.tables.allocation import allocation_row
from fourtop.storage.sql.tables.plain_table import PlainTable
from fourtop.storage.sql.tables.values import listed, loads


class ConflictExplainer:
    """Checks changes against the rows that they touch, with the checks of the memory store.

    So both stores raise the same errors. It runs after a refusal: the database says that a
    constraint was violated, seldom by which of the changes. Inside a transaction of the host it
    runs before the changes are written on SQLite, which checks foreign keys at the commit.
    """

    def __init__(self, dialect: Dialect, reader: Reader) -> None:
        self._dialect = dialect
        self._reader = reader
        self._projections = Projections(dialect)
        selects = self._selects()
        self._kinds = tuple(selects)
        self.statement: Statement = dialect.compile(
            select(*(dialect.json_rows(each) for each in selects.values())),
            "explain_conflict",
            "Read all rows that refused changes touch or overlap, to find the cause. Runs after a"
            " refusal, and on SQLite before each write in a transaction of the host.",
        )

    def explain(self, cursor: Cursor, changes: Changes, house: House, versions: Versions) -> None:
        """Raise the error that names the cause; return if the changes are correct.

        Raises:
            FourtopError: As ``Store.transact`` lists them.
        """
        restaurant_id = house.restaurant.id
        loaded = Loaded(restaurant_id)
        stored_results = frozenset(
            (answer.command, answer.key) for answer in changes.stored_results
        )
        self._reader.load(cursor, Scope(restaurant_id, stored_results=stored_results), 0, loaded)
        (found,) = cursor.rows(self.statement, self._parameters(restaurant_id, changes))
        rows = {
            kind: loads(text) if text is not None else []
            for kind, text in zip(self._kinds, found, strict=True)
        }
        event_keys = rows.pop("events")
        for kind, of_kind in rows.items():
            loaded.add(kind, of_kind, self._projections.plain.get(kind))
        state = RestaurantState.of(
            house,
            versions,
            allocations=loaded.allocations.values(),
            bookings=loaded.bookings.values(),
            holds=loaded.holds.values(),
            records=loaded.records.values(),
            confirmations=loaded.confirmations.values(),
            stored_results=loaded.stored_results.values(),
            event_keys=[key for (key,) in event_keys],
        )
        state.apply(changes)

    def _parameters(self, restaurant_id: str, changes: Changes) -> dict[str, Any]:
        come, gone = changes.come, changes.gone
        ids = self._dialect.id_parameter
        return {
            "restaurant": restaurant_id,
            "taken": listed(allocation_row(row) for row in come),
            "rows": ids({row.id for row in (*come, *gone)}),
            "bookings": ids(
                {each.id for each in changes.bookings}
                | set(changes.bookings_removed)
                | _owners(come, OwnerKind.BOOKING)
            ),
            "holds": ids(
                {each.id for each in (*changes.holds_added, *changes.holds_changed)}
                | _owners(come, OwnerKind.HOLD)
            ),
            **self._plain_parameters(changes, come),
            "removed_bookings": ids(set(changes.bookings_removed)),
            "results": ids({each.id for each in changes.confirmations}),
            "confirmed_holds": ids({each.hold_id for each in changes.confirmations}),
            "confirmed_bookings": ids({str(each.booking_id) for each in changes.confirmations}),
            "events": ids({each.dedupe_key for each in changes.events}),
        }

    def _plain_parameters(self, changes: Changes, come: Collection[Allocation]) -> dict[str, Any]:
        """Return the ids of the plain records of each kind, and of the removed owners."""
        ids = self._dialect.id_parameter
        written = (*changes.records_added, *changes.records_changed)
        named = by_kind(
            {
                *((type(each), each.id) for each in written),
                *changes.records_removed,
                *owner_refs(come),
            }
        )
        removed = by_kind(set(changes.records_removed))
        kinds = [each.kind for each in self._projections.plain.values()]
        return {
            **{kind.plural: ids(named.get(kind, ())) for kind in kinds},
            **{
                f"removed_{kind.plural}": ids(removed.get(kind, ()))
                for kind in kinds
                if kind.owner is not None
            },
        }

    def _selects(self) -> dict[str, Select[Any]]:
        """Return the select of each kind of record."""
        projections, any_of = self._projections, self._dialect.any_of
        outbox = self._dialect.tables["capacity_outbox"]
        result = projections.confirmations.c
        return {
            "allocations": projections.of_allocations().where(self._is_touched()),
            "bookings": projections.of_bookings().where(
                any_of(projections.bookings.c.id, "bookings")
            ),
            "holds": projections.of_holds().where(any_of(projections.holds.c.id, "holds")),
            **{name: self._plain_select(name, each) for name, each in projections.plain.items()},
            "confirmations": projections.of_confirmations().where(
                or_(
                    any_of(result.id, "results"),
                    any_of(result.hold_id, "confirmed_holds"),
                    and_(result.confirmed, any_of(result.booking_id, "confirmed_bookings")),
                )
            ),
            "events": projections.rows_of(outbox, ["dedupe_key"]).where(
                any_of(outbox.c.dedupe_key, "events")
            ),
        }

    def _plain_select(self, name: str, plain: PlainTable) -> Select[Any]:
        id_, base = self._projections.of_plain(plain)
        return base.where(self._dialect.any_of(id_, name))

    def _is_touched(self) -> ColumnElement[bool]:
        """Return the condition on allocations: named, of a removed owner, or overlapped."""
        row, any_of = self._projections.allocations.c, self._dialect.any_of
        names = ("resource_type", "resource_id", "start_us", "end_us")
        come = self._dialect.row_table("taken", [row[name] for name in names])
        overlaps = select(come.c.ordinal).where(
            come.c.resource_type == row.resource_type,
            come.c.resource_id == row.resource_id,
            come.c.start_us < row.end_us,
            come.c.end_us > row.start_us,
        )
        kinds = [each.kind for each in self._projections.plain.values()]
        owned = [
            any_of(row[f"{kind.owner}_id"], f"removed_{kind.plural}")
            for kind in kinds
            if kind.owner is not None
        ]
        return or_(
            any_of(row.id, "rows"),
            any_of(row.booking_id, "removed_bookings"),
            *owned,
            overlaps.exists(),
        )


def _owners(rows: Iterable[Allocation], kind: OwnerKind) -> set[str]:
    return {row.owner_id for row in rows if row.owner_kind is kind}
