"""Load everything that a scope names in one statement."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import attrs
from sqlalchemy import ColumnElement, select

from fourtop.model.allocation import Allocation, Owner, OwnerKind
from fourtop.model.booking import Booking
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.hold import Hold
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.ports import (
    CountedParty,
    Headcount,
    HeldCover,
    Listing,
    LoadedRecords,
    PlainRecord,
    RecordRef,
    Scope,
    StoredResult,
    joined_extent,
)
from fourtop.storage.sql.statement import Call, Cursor, Statement
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.projections import Projections
from fourtop.storage.sql.statements.scope_shape import (
    ScopeShape,
    interval_names,
    intervals,
    named_ids,
)
from fourtop.storage.sql.statements.selects import ScopeSelects
from fourtop.storage.sql.tables.allocation import allocation_of
from fourtop.storage.sql.tables.booking import booking_of
from fourtop.storage.sql.tables.confirmation import confirmation_of
from fourtop.storage.sql.tables.hold import hold_of
from fourtop.storage.sql.tables.plain_table import PlainTable
from fourtop.storage.sql.tables.result import result_of

_KEPT_STATEMENTS: Final = 512
# The database writes the text: nothing stands before or after it, which ``json.loads`` looks for.
_read: Final = json.JSONDecoder().raw_decode


@attrs.define
class Loaded:
    """The records of one restaurant that one transaction has loaded so far.

    Args:
        restaurant_id: The tenant.
        allocations: By id, as the other records.
        records: The plain records, by class and id.
        stored_results: By command and key.
        alive: The number of live holds by session; under ``None`` that of the whole restaurant.
        headcounts: By the time at which the guests sit down.
        held_covers: The covers of live holds, by the hold's id.
        counted_parties: By kind and id of their owner.
        whole: The extent of the whole restaurant, if it was loaded.
        wants_house: Whether the next load reads the house, too.
        house: The columns of the house as they were read.
    """

    restaurant_id: str
    allocations: dict[str, Allocation] = attrs.field(factory=dict)
    bookings: dict[str, Booking] = attrs.field(factory=dict)
    holds: dict[str, Hold] = attrs.field(factory=dict)
    records: dict[RecordRef, PlainRecord] = attrs.field(factory=dict)
    confirmations: dict[str, ConfirmationResult] = attrs.field(factory=dict)
    stored_results: dict[tuple[str, str], StoredResult] = attrs.field(factory=dict)
    alive: dict[str | None, int] = attrs.field(factory=dict)
    headcounts: dict[int, Headcount] = attrs.field(factory=dict)
    held_covers: dict[str, HeldCover] = attrs.field(factory=dict)
    counted_parties: dict[tuple[str, str], CountedParty] = attrs.field(factory=dict)
    whole: tuple[int, int] | None = None
    wants_house: bool = False
    house: tuple[str | None, ...] = ()

    def add(self, kind: str, rows: list[Any], plain: PlainTable | None = None) -> None:
        """Add the rows of one kind as the statement returned them.

        Args:
            kind: The name of the kind.
            rows: The rows.
            plain: Their table, if they are plain records.
        """
        if plain is not None:
            for row in rows:
                self.records[plain.record, row[0]] = plain.record_of(self.restaurant_id, row)
        elif kind == "alive":
            self.alive.update(dict(rows))
        elif kind == "headcounts":
            self.headcounts |= {row[0]: Headcount(*row) for row in rows}
        elif kind == "held_covers":
            self.held_covers.update((row[1], HeldCover(*row)) for row in rows)
        elif kind == "counted_parties":
            self.counted_parties.update(((row[2], row[3]), _party_of(row)) for row in rows)
        elif kind == "extent":
            self.whole = joined_extent(
                *((first, last) for first, last in rows if first is not None)
            )
        elif kind == "stored_results":
            for row in rows:
                self.stored_results[row[0], row[1]] = result_of(self.restaurant_id, row)
        else:
            self._add_records(getattr(self, kind), rows, _DECODERS[kind])

    def _add_records(
        self, found: dict[str, Any], rows: list[Any], decode: Callable[[str, list[Any]], Any]
    ) -> None:
        restaurant_id = self.restaurant_id
        for row in rows:
            # The first column is the id. A record that two parts of a scope name is loaded twice.
            id_ = row[0]
            if id_ not in found:
                found[id_] = decode(restaurant_id, row)

    def source(self, house: House, versions: Versions) -> LoadedRecords:
        """Return the records for a view."""
        return LoadedRecords(
            house=house,
            versions=versions,
            allocations=tuple(self.allocations.values()),
            bookings=tuple(self.bookings.values()),
            holds=tuple(self.holds.values()),
            records=tuple(self.records.values()),
            confirmations=tuple(self.confirmations.values()),
            stored_results=tuple(self.stored_results.values()),
            whole=self.whole,
            counted=tuple(self.headcounts.values()),
            claimed=tuple(self.held_covers.values()),
            parties=tuple(self.counted_parties.values()),
            alive=self.alive,
        )


_DECODERS: Final[dict[str, Callable[[str, list[Any]], Any]]] = {
    "allocations": allocation_of,
    "bookings": booking_of,
    "holds": hold_of,
    "confirmations": confirmation_of,
}


def _party_of(row: list[Any]) -> CountedParty:
    start_us, end_us, kind, owner_id, party_size, channel, counted_us, tables = row
    return CountedParty(
        start_us,
        end_us,
        Owner(OwnerKind(kind), owner_id),
        party_size,
        channel,
        tables=tuple(tables or ()),
        counted_us=counted_us,
    )


class Reader:
    """Loads scopes. Keeps compiled statements by the shape of the scope. Thread-safe.

    Args:
        dialect: The dialect of the database.
        house: The columns of a house; the same statement loads them where they are wanted.
    """

    def __init__(self, dialect: Dialect, house: Sequence[ColumnElement[Any]] = ()) -> None:
        self._dialect = dialect
        self._house = house
        self._projections = Projections(dialect)
        self._statement_for = lru_cache(maxsize=_KEPT_STATEMENTS)(self._compile)

    def load(self, cursor: Cursor, scope: Scope, now_us: int, into: Loaded) -> None:
        """Load a scope in one statement; an empty scope needs no statement.

        Args:
            cursor: Executes the statement.
            scope: The scope.
            now_us: The restaurant's time; where the dialect keeps it, it was told before.
            into: Receives the records.
        """
        has_house = into.wants_house and not into.house
        shape = ScopeShape.of(scope, has_house=has_house, has_seated=scope.sees_seated(now_us))
        if not shape.is_empty:
            call = self.call(shape, scope, now_us)
            self.take(shape, cursor.rows(call.statement, call.parameters), into)

    def call(self, shape: ScopeShape, scope: Scope, now_us: int = 0) -> Call:
        """Return the statement that loads a scope of some shape, with its parameters."""
        statement, _ = self._statement_for(shape)
        return Call(statement, self._parameters(shape, scope, now_us))

    def take(self, shape: ScopeShape, rows: Sequence[Any], into: Loaded) -> None:
        """Add what that statement has returned."""
        _, kinds = self._statement_for(shape)
        (found,) = rows
        plain = self._projections.plain
        # The columns of the house come last.
        for kind, of_kind in zip(kinds, found, strict=False):
            if of_kind is not None:
                into.add(kind, _read(of_kind)[0], plain.get(kind))
        if shape.has_house:
            into.house = tuple(found[len(kinds) :])

    def _parameters(self, shape: ScopeShape, scope: Scope, now_us: int) -> dict[str, Any]:
        parameters: dict[str, Any] = {"restaurant": scope.restaurant_id, "now_us": now_us}
        for letter, windows, spans in (
            ("w", scope.windows, "spans"),
            ("s", scope.sittings, "sitting_spans"),
            ("c", scope.headcounts, "headcount_spans"),
            ("p", scope.counted_parties, "party_spans"),
            ("o", scope.slot_starts, "slot_spans"),
        ):
            if windows:
                loaded = intervals(getattr(scope, spans))
                names = interval_names(letter, len(loaded))
                for (first, last), bounds in zip(names, loaded, strict=True):
                    parameters[first], parameters[last] = bounds
        for number, (command, key) in enumerate(sorted(scope.stored_results)):
            parameters |= {f"a{number}_command": command, f"a{number}_key": key}
        if scope.listing is not None:
            parameters |= self._listing_parameters(scope.listing)
        for name, ids in named_ids(scope).items():
            parameters[name] = self._dialect.id_parameter(ids, is_one=name in shape.single)
        return parameters

    def _listing_parameters(self, listing: Listing) -> dict[str, Any]:
        after_us, after_id = listing.after
        parameters: dict[str, Any] = {
            "l_first": listing.first_us,
            "l_end": listing.end_us,
            "l_after_us": after_us,
            "l_after_id": after_id,
            "l_limit": listing.limit,
        }
        if listing.reference is not None:
            parameters["l_reference"] = listing.reference
        for number, status in enumerate(sorted(each.value for each in listing.statuses)):
            parameters[f"l_status{number}"] = status
        return parameters

    def _compile(self, shape: ScopeShape) -> tuple[Statement, tuple[str, ...]]:
        parts = ScopeSelects(self._dialect, self._projections, shape).by_kind()
        columns = [self._dialect.json_rows(*selects).label(kind) for kind, selects in parts.items()]
        house = self._house if shape.has_house else ()
        loaded = ", ".join([*parts, *(["house"] if shape.has_house else [])])
        statement = self._dialect.compile(
            select(*columns, *house),
            "load_scope",
            "Load what a decision asks for, as one JSON list per kind of record. The text depends"
            f" on what that is; here: {loaded}.",
        )
        return statement, tuple(parts)
