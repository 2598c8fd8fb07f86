"""Arms: the selects that a scope is made of, each along an index, and the shape that says which of them there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    bindparam,
    func,
    null,
    or_,
    select,
    text,
)

from fourtop.model.booking import BookingStatus
from fourtop.model.window import MAX_WINDOW_US
from fourtop.ports import IntervalSet, Scope
from fourtop.storage.sql.statements.dialect import Idiom, as_number, as_word, restaurant
from fourtop.storage.sql.tables import codec
from fourtop.storage.sql.tables.catalog import SHORT_US

# More stretches than these are loaded as the one that holds them all: an import of a year, mostly
# full of rows.
MAX_SPANS: Final = 4
# The parts of a scope that are ids, of which a statement says whether there is one or several.
_LOOKED_UP: Final = ("bookings", "holds", "blocks", "sessions")
_COUNTED: Final = tuple(status.value for status in BookingStatus if status.counts_covers)


@attrs.frozen
class Shape:
    """Which parts of a scope there are: what decides how the statement reads, without any value in it.

    Args:
        windows: How many stretches of windows.
        sittings: How many stretches of sittings.
        headcounts: How many stretches in which heads are counted.
        stored_results: How many answers.
        named: The other parts that there are, by name.
        single: Those of them that are one id.
        has_house: Whether the house is read as well.
    """

    windows: int
    sittings: int
    headcounts: int
    stored_results: int
    named: tuple[str, ...]
    single: tuple[str, ...]
    has_house: bool

    @classmethod
    def of(cls, scope: Scope, *, has_house: bool) -> Shape:
        """Return the shape of a scope."""
        named = ("bookings", "holds", "blocks", "tables", "sessions", "counts_holds", "has_extent")
        return cls(
            windows=len(stretches(scope.spans)),
            sittings=len(stretches(scope.sitting_spans)),
            headcounts=len(stretches(scope.headcount_spans)),
            stored_results=len(scope.stored_results),
            named=tuple(name for name in named if getattr(scope, name)),
            single=tuple(name for name in _LOOKED_UP if len(getattr(scope, name)) == 1),
            has_house=has_house,
        )

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to read."""
        spans = self.windows or self.sittings or self.headcounts
        return not (spans or self.stored_results or self.named or self.has_house)


def stretches(spans: IntervalSet) -> list[tuple[int, int]]:
    """Return the stretches to load, as pairs of start and end."""
    if len(spans.starts_us) > MAX_SPANS:
        return [(spans.starts_us[0], spans.ends_us[-1])]
    return list(zip(spans.starts_us, spans.ends_us, strict=True))


class Columns:
    """The packed row of each table, in the order in which the codec reads it."""

    def __init__(self, idiom: Idiom) -> None:
        tables = idiom.tables
        self.allocations = tables["allocations"]
        self.bookings = tables["bookings"]
        self.holds = tables["table_holds"]
        self.blocks = tables["table_blocks"]
        self.confirmations = tables["booking_confirmation_results"]
        self.stored_results = tables["command_results"]
        self._idiom = idiom
        self._given = tables["booking_table_assignments"]
        self._held = tables["table_hold_members"]
        self._seen = tables["booking_confirmation_tables"]

    def packed(self, table: Any, names: Iterable[str], *more: ColumnElement[Any]) -> Select[Any]:
        """Select the packed rows of a table of the restaurant."""
        columns = [table.c[name] for name in names]
        return select(self._idiom.packed(*columns, *more)).where(
            table.c.restaurant_id == restaurant()
        )

    def of_allocations(self) -> Select[Any]:
        """Select allocations."""
        return self.packed(self.allocations, codec.ALLOCATION)

    def of_bookings(self) -> Select[Any]:
        """Select bookings, with their tables."""
        given, booking = self._given.c, self.bookings.c
        where = (given.restaurant_id == booking.restaurant_id) & (given.booking_id == booking.id)
        return self.packed(
            self.bookings, codec.BOOKING, self._idiom.listed(given.table_id, where, given.position)
        )

    def of_holds(self) -> Select[Any]:
        """Select holds, with their tables."""
        held, hold = self._held.c, self.holds.c
        where = (held.restaurant_id == hold.restaurant_id) & (held.hold_id == hold.id)
        return self.packed(
            self.holds, codec.HOLD, self._idiom.listed(held.table_id, where, held.position)
        )

    def of_confirmations(self) -> Select[Any]:
        """Select confirmation results, with the ids and the capacities of their tables."""
        seen, result = self._seen.c, self.confirmations.c
        where = (seen.restaurant_id == result.restaurant_id) & (seen.result_id == result.id)
        lists = (
            self._idiom.listed(each, where, seen.position)
            for each in (seen.table_id, seen.capacity)
        )
        return self.packed(self.confirmations, codec.CONFIRMATION, *lists)


def moment(name: str) -> ColumnElement[int]:
    """Return a parameter of microseconds."""
    return bindparam(name, type_=BigInteger())


class Arms:
    """The selects that a shape of a scope is made of, each along an index."""

    def __init__(self, idiom: Idiom, columns: Columns, shape: Shape) -> None:
        self._idiom = idiom
        self._columns = columns
        self._shape = shape

    def _has(self, name: str) -> bool:
        return name in self._shape.named

    def _any_of(self, value: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        return self._idiom.any_of(value, name, is_one=name in self._shape.single)

    # ---- allocations

    def allocations(self) -> Iterable[Select[Any]]:
        """Those of the windows, those of the named owners, and the last of each named table."""
        row = self._columns.allocations.c
        base = self._columns.of_allocations()
        length = row.end_us - row.start_us
        for number in range(self._shape.windows):
            start, end = moment(f"w{number}_start"), moment(f"w{number}_end")
            for reach, is_of_length in (
                (SHORT_US, length <= as_number(SHORT_US)),
                (MAX_WINDOW_US, length > as_number(SHORT_US)),
            ):
                begins = row.start_us > start - as_number(reach), row.start_us < end
                yield base.where(*begins, row.end_us > start, is_of_length)
        for owner in ("booking", "hold", "block"):
            if self._has(f"{owner}s"):
                yield base.where(self._any_of(row[f"{owner}_id"], f"{owner}s"))
        if self._has("bookings"):
            hold = self._columns.holds.c
            active = select(hold.id).where(
                hold.restaurant_id == restaurant(),
                self._any_of(hold.booking_id, "bookings"),
                _is_active(hold),
            )
            yield base.where(row.hold_id.in_(active))
        if self._has("tables"):
            yield self._last()

    def _last(self) -> Select[Any]:
        """The live row of each named table that ends last, the rows of dead holds left out.

        Live rows of a table do not overlap, so that it is the one that begins last; from there it
        is found without reading what was before.
        """
        row, hold = self._columns.allocations.alias("latest").c, self._columns.holds.c
        alive = select(hold.id).where(
            hold.restaurant_id == row.restaurant_id,
            hold.id == row.hold_id,
            _is_active(hold),
            hold.expires_us > moment("now_us"),
        )
        named = self._idiom.each("tables")
        latest = (
            select(self._idiom.packed(*(row[name] for name in codec.ALLOCATION)))
            .where(
                row.restaurant_id == restaurant(),
                row.resource_type == as_word("table"),
                row.resource_id == named.c.value,
                # In the words of SQLite's index, which it would not recognise in others.
                text("NOT latest.shadow"),
                or_(row.hold_id.is_(None), alive.exists()),
            )
            .order_by(row.start_us.desc())
            .limit(as_number(1))
            .scalar_subquery()
        )
        found = select(latest.label("packed")).select_from(named).subquery()
        return select(found.c.packed).where(found.c.packed.is_not(None))

    # ---- bookings and holds

    def bookings(self) -> Iterable[Select[Any]]:
        """The named ones, and those that sit down in the sittings."""
        row, base = self._columns.bookings.c, self._columns.of_bookings()
        if self._has("bookings"):
            yield base.where(self._any_of(row.id, "bookings"))
        for number in range(self._shape.sittings):
            start, end = moment(f"s{number}_start"), moment(f"s{number}_end")
            yield base.where(row.dining_start_us >= start, row.dining_start_us < end)

    def holds(self) -> Iterable[Select[Any]]:
        """The named ones, those made for the named bookings, and the active ones of the windows."""
        row, base = self._columns.holds.c, self._columns.of_holds()
        if self._has("holds"):
            yield base.where(self._any_of(row.id, "holds"))
        if self._has("bookings"):
            yield base.where(self._any_of(row.booking_id, "bookings"))
        for number in range(self._shape.windows):
            yield base.where(
                *_is_active_in(row, moment(f"w{number}_start"), moment(f"w{number}_end"))
            )

    # ---- who counts

    def headcounts(self) -> Iterable[Select[Any]]:
        """How many of the bookings that count sit down, by when."""
        row, packed = self._columns.bookings.c, self._idiom.packed
        at = row.dining_start_us
        for number in range(self._shape.headcounts):
            start, end = moment(f"c{number}_start"), moment(f"c{number}_end")
            counted = select(packed(at, func.sum(row.party_size), func.count()))
            yield counted.where(
                row.restaurant_id == restaurant(), at >= start, at < end, _counts(row)
            ).group_by(at)

    def held_covers(self) -> Iterable[Select[Any]]:
        """What the live holds lay claim to, with when the bookings that they are for sit down, if those count."""
        row, booking = self._columns.holds.c, self._columns.bookings.c
        is_its = booking.restaurant_id == row.restaurant_id, booking.id == row.booking_id
        of_booking = (
            select(booking.dining_start_us).where(*is_its, _counts(booking)).scalar_subquery()
        )
        packed = self._idiom.packed(row.dining_start_us, row.id, row.party_size, of_booking)
        for number in range(self._shape.headcounts):
            start, end = moment(f"c{number}_start"), moment(f"c{number}_end")
            sits = row.dining_start_us >= start, row.dining_start_us < end
            is_alive = *_is_active_in(row, start, end), row.expires_us > moment("now_us")
            yield select(packed).where(row.restaurant_id == restaurant(), *is_alive, *sits)

    def alive(self) -> Iterable[Select[Any]]:
        """How many holds are alive."""
        row, packed = self._columns.holds.c, self._idiom.packed
        alive = (
            row.restaurant_id == restaurant(),
            _is_active(row),
            row.expires_us > moment("now_us"),
        )
        if self._has("counts_holds"):
            yield select(packed(null(), func.count())).where(*alive)
        if self._has("sessions"):
            found = select(packed(row.session, func.count())).where(*alive)
            yield found.where(self._any_of(row.session, "sessions")).group_by(row.session)

    # ---- what has no time

    def blocks(self) -> Iterable[Select[Any]]:
        """The named ones."""
        if self._has("blocks"):
            row = self._columns.blocks.c
            yield self._columns.packed(self._columns.blocks, codec.BLOCK).where(
                self._any_of(row.id, "blocks")
            )

    def confirmations(self) -> Iterable[Select[Any]]:
        """Those of the named holds."""
        if self._has("holds"):
            table = self._columns.confirmations
            base = self._columns.of_confirmations()
            yield base.where(self._any_of(table.c.hold_id, "holds"))

    def stored_results(self) -> Iterable[Select[Any]]:
        """The named ones."""
        table = self._columns.stored_results
        for number in range(self._shape.stored_results):
            command, key = (
                bindparam(f"a{number}_{each}", type_=Text()) for each in ("command", "key")
            )
            base = self._columns.packed(table, codec.ANSWER)
            yield base.where(table.c.command == command, table.c.idempotency_key == key)

    def extent(self) -> Iterable[Select[Any]]:
        """From when to when there is anything."""
        if self._has("has_extent"):
            row, booking, packed = (
                self._columns.allocations.c,
                self._columns.bookings.c,
                self._idiom.packed,
            )
            rows = select(packed(func.min(row.start_us), func.max(row.end_us)))
            yield rows.where(row.restaurant_id == restaurant())
            sits = booking.dining_start_us
            sitting = select(packed(func.min(sits), func.max(sits) + as_number(1)))
            yield sitting.where(booking.restaurant_id == restaurant())


def _is_active(hold: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = hold.state == as_word("active")
    return found


def _is_active_in(
    hold: Any, start: ColumnElement[int], end: ColumnElement[int]
) -> tuple[ColumnElement[bool], ColumnElement[bool], ColumnElement[bool], ColumnElement[bool]]:
    """Whether a hold is active and its block window overlaps a window; along the index of their starts."""
    begins = hold.occupied_start_us > start - as_number(MAX_WINDOW_US), hold.occupied_start_us < end
    return _is_active(hold), *begins, hold.occupied_end_us > start


def _counts(booking: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = booking.status.in_([as_word(each) for each in _COUNTED])
    return found
