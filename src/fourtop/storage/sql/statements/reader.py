"""Reading: one statement that loads all that a scope names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

import attrs
from sqlalchemy import ColumnElement, select

from fourtop.model.allocation import Allocation
from fourtop.model.block import Block
from fourtop.model.booking import Booking
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.hold import Hold
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.ports import Headcount, HeldCover, LoadedRecords, Scope, StoredResult, joined_extent
from fourtop.storage.sql.statements.dialect import Idiom, Statement
from fourtop.storage.sql.statements.selects import Arms, Columns, Shape, stretches
from fourtop.storage.sql.tables import codec
from fourtop.storage.sql.tables.codec import loads

T = TypeVar("T")


class Cursor(Protocol):
    """What carries a statement to the database."""

    def rows(self, statement: Statement, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the rows that a statement answers."""
        ...

    def touched(self, statement: Statement, *parameters: Mapping[str, Any]) -> int:
        """Return how many rows a statement has touched, executed once for each of some sets of parameters."""
        ...


@attrs.define
class Loaded:
    """What was loaded of one restaurant so far, in one transaction.

    Args:
        restaurant_id: The tenant.
        alive: How many holds are alive, by session; under ``None``: of the whole restaurant.
        headcounts: How many sit down, by when.
        held_covers: The claims of live holds, by the hold's id.
        whole: The extent of the whole restaurant, once it was asked for.
        wants_house: Whether the house is to be loaded with whatever is loaded first.
        house: What its columns said.
    """

    restaurant_id: str
    allocations: dict[str, Allocation] = attrs.field(factory=dict)
    bookings: dict[str, Booking] = attrs.field(factory=dict)
    holds: dict[str, Hold] = attrs.field(factory=dict)
    blocks: dict[str, Block] = attrs.field(factory=dict)
    confirmations: dict[str, ConfirmationResult] = attrs.field(factory=dict)
    stored_results: dict[tuple[str, str], StoredResult] = attrs.field(factory=dict)
    alive: dict[str | None, int] = attrs.field(factory=dict)
    headcounts: dict[int, Headcount] = attrs.field(factory=dict)
    held_covers: dict[str, HeldCover] = attrs.field(factory=dict)
    whole: tuple[int, int] | None = None
    wants_house: bool = False
    house: tuple[str | None, ...] = ()

    def add(self, kind: str, rows: list[Any]) -> None:
        """Add the rows of one kind, as the statement answered them."""
        if kind == "alive":
            self.alive.update(dict(rows))
        elif kind == "headcounts":
            self.headcounts.update((row[0], Headcount(*row)) for row in rows)
        elif kind == "held_covers":
            self.held_covers.update((row[1], HeldCover(*row)) for row in rows)
        elif kind == "extent":
            self.whole = joined_extent(
                *((first, last) for first, last in rows if first is not None)
            )
        elif kind == "stored_results":
            for row in rows:
                self.stored_results[row[0], row[1]] = codec.answer_of(self.restaurant_id, row)
        else:
            found, decode = getattr(self, kind), _DECODERS[kind]
            # The first column is the id. What two parts of a scope name is loaded twice, and kept
            # once.
            found.update(
                (row[0], decode(self.restaurant_id, row)) for row in rows if row[0] not in found
            )

    def source(self, house: House, versions: Versions) -> LoadedRecords:
        """Return the rows as a source for a view."""
        return LoadedRecords(
            house=house,
            versions=versions,
            allocations=tuple(self.allocations.values()),
            bookings=tuple(self.bookings.values()),
            holds=tuple(self.holds.values()),
            blocks=tuple(self.blocks.values()),
            confirmations=tuple(self.confirmations.values()),
            stored_results=tuple(self.stored_results.values()),
            whole=self.whole,
            counted=tuple(self.headcounts.values()),
            claimed=tuple(self.held_covers.values()),
            alive=self.alive,
        )


_DECODERS: Final[dict[str, Callable[[str, list[Any]], Any]]] = {
    "allocations": codec.allocation_of,
    "bookings": codec.booking_of,
    "holds": codec.hold_of,
    "blocks": codec.block_of,
    "confirmations": codec.confirmation_of,
}


class Reader:
    """Loads what scopes name. Keeps the statements that it has compiled. Safe for threads.

    Args:
        idiom: The database's.
        house: The columns that a house is read from, to be loaded by the same statement where it is
            wanted.
    """

    def __init__(self, idiom: Idiom, house: Sequence[ColumnElement[Any]] = ()) -> None:
        self._idiom = idiom
        self._house = house
        self._columns = Columns(idiom)
        self._statements: dict[Shape, tuple[Statement, tuple[str, ...]]] = {}

    def load(self, cursor: Cursor, scope: Scope, now_us: int, into: Loaded) -> None:
        """Load what a scope names, in one statement; nothing is asked where it names nothing."""
        shape = Shape.of(scope, has_house=into.wants_house and not into.house)
        if shape.is_empty:
            return
        known = self._statements.get(shape)
        if known is None:
            known = self._statements[shape] = self._compiled(shape)
        statement, kinds = known
        (found,) = cursor.rows(statement, self._parameters(shape, scope, now_us))
        # Those of the house come last.
        for kind, rows in zip(kinds, found, strict=False):
            if rows is not None:
                into.add(kind, loads(rows))
        if shape.has_house:
            into.house = tuple(found[len(kinds) :])

    def _parameters(self, shape: Shape, scope: Scope, now_us: int) -> dict[str, Any]:
        parameters: dict[str, Any] = {"restaurant": scope.restaurant_id, "now_us": now_us}
        for letter, spans in (
            ("w", scope.spans),
            ("s", scope.sitting_spans),
            ("c", scope.headcount_spans),
        ):
            for number, (start_us, end_us) in enumerate(stretches(spans)):
                parameters |= {f"{letter}{number}_start": start_us, f"{letter}{number}_end": end_us}
        for number, (command, key) in enumerate(sorted(scope.stored_results)):
            parameters |= {f"a{number}_command": command, f"a{number}_key": key}
        for name in shape.named:
            if name not in ("counts_holds", "has_extent"):
                parameters[name] = self._idiom.ids(
                    getattr(scope, name), is_one=name in shape.single
                )
        return parameters

    def _compiled(self, shape: Shape) -> tuple[Statement, tuple[str, ...]]:
        arms = Arms(self._idiom, self._columns, shape)
        parts = {
            "allocations": list(arms.allocations()),
            "bookings": list(arms.bookings()),
            "holds": list(arms.holds()),
            "headcounts": list(arms.headcounts()),
            "held_covers": list(arms.held_covers()),
            "alive": list(arms.alive()),
            "blocks": list(arms.blocks()),
            "confirmations": list(arms.confirmations()),
            "stored_results": list(arms.stored_results()),
            "extent": list(arms.extent()),
        }
        kinds = tuple(kind for kind, selects in parts.items() if selects)
        columns = [self._idiom.gathered(*parts[kind]).label(kind) for kind in kinds]
        house = self._house if shape.has_house else ()
        return self._idiom.compiled(select(*columns, *house)), kinds
