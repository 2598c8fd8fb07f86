"""Build the SELECTs that load a scope. Each uses one index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import (
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
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.window import MAX_WINDOW_US
from fourtop.ports import WAITING, WAITING_REACH_US
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.expressions import (
    microseconds,
    number_literal,
    restaurant,
    text_literal,
)
from fourtop.storage.sql.statements.projections import Projections
from fourtop.storage.sql.statements.scope_shape import ScopeShape, interval_names
from fourtop.storage.sql.tables.allocation import ALLOCATION, SHORT_US
from fourtop.storage.sql.tables.plain_table import PlainTable
from fourtop.storage.sql.tables.result import RESULT

_COUNTED: Final = tuple(status.value for status in BookingStatus if status.counts_covers)
_WAITING: Final = tuple(status.value for status in BookingStatus if status in WAITING)


class ScopeSelects:
    """The SELECTs that load a scope of one shape, by kind of record. Each uses one index."""

    def __init__(self, dialect: Dialect, projections: Projections, shape: ScopeShape) -> None:
        self._dialect = dialect
        self._projections = projections
        self._shape = shape

    def by_kind(self) -> dict[str, list[Select[Any]]]:
        """Return the SELECTs of each kind; the kinds in the order in which they are loaded."""
        found = {
            "allocations": self.allocations(),
            "bookings": self.bookings(),
            "holds": self.holds(),
            "headcounts": self.headcounts(),
            "held_covers": self.held_covers(),
            "counted_parties": self.counted_parties(),
            "alive": self.alive(),
            **{name: self.plain(name, each) for name, each in self._projections.plain.items()},
            "confirmations": self.confirmations(),
            "stored_results": self.stored_results(),
            "extent": self.extent(),
        }
        return {kind: selects for kind, each in found.items() if (selects := list(each))}

    def _has(self, name: str) -> bool:
        return name in self._shape.named

    def _any_of(self, value: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        return self._dialect.any_of(value, name, is_one=name in self._shape.single)

    # ---- allocations

    def allocations(self) -> Iterable[Select[Any]]:
        """Select those of the windows, the named owners and the seated parties, and the last ones.

        The last ones are those of the named tables.
        """
        row = self._projections.allocations.c
        base = self._projections.of_allocations()
        for start, end in self._spans("w", self._shape.windows):
            for conditions in self._within(start, end):
                yield base.where(*conditions)
        for owner in ("booking", "hold", "block"):
            if self._has(f"{owner}s"):
                yield base.where(self._any_of(row[f"{owner}_id"], f"{owner}s"))
        if self._has("bookings"):
            hold = self._projections.holds.c
            active = select(hold.id).where(
                hold.restaurant_id == restaurant(),
                self._any_of(hold.booking_id, "bookings"),
                _is_active(hold),
            )
            yield base.where(row.hold_id.in_(active))
        if self._shape.has_seated:
            booking = self._projections.bookings.c
            seated = select(booking.id).where(
                booking.restaurant_id == restaurant(), _is_seated(booking)
            )
            yield base.where(row.booking_id.in_(seated))
        if self._has("tables"):
            yield self._last()

    def _within(
        self, start: ColumnElement[int], end: ColumnElement[int]
    ) -> Iterable[tuple[ColumnElement[bool], ...]]:
        """Yield the conditions of the short and of the long allocations in a window."""
        row = self._projections.allocations.c
        length = row.end_us - row.start_us
        for reach, is_of_length in (
            (SHORT_US, length <= number_literal(SHORT_US)),
            (MAX_WINDOW_US, length > number_literal(SHORT_US)),
        ):
            begins = row.start_us > start - number_literal(reach), row.start_us < end
            yield *begins, row.end_us > start, is_of_length

    def _owners_within(
        self, owner: str, start: ColumnElement[int], end: ColumnElement[int]
    ) -> Iterable[Select[Any]]:
        """Yield the selects of the ids of the owners of a kind in a window."""
        row = self._projections.allocations.c
        owner_id = row[f"{owner}_id"]
        for conditions in self._within(start, end):
            yield select(owner_id).where(
                row.restaurant_id == restaurant(), *conditions, owner_id.is_not(None)
            )

    def _last(self) -> Select[Any]:
        """Select the live row of each named table that ends last, without those of dead holds.

        Live rows of a table do not overlap, so the last to end is the last to begin. The index
        finds it without reading earlier rows.
        """
        row, hold = self._projections.allocations.alias("latest").c, self._projections.holds.c
        alive = select(hold.id).where(
            hold.restaurant_id == row.restaurant_id,
            hold.id == row.hold_id,
            _is_active(hold),
            hold.expires_us > self._dialect.now(),
        )
        named = self._dialect.id_table("tables")
        latest = (
            select(self._dialect.json_array(*(row[name] for name in ALLOCATION)))
            .where(
                row.restaurant_id == restaurant(),
                row.resource_type == text_literal("table"),
                row.resource_id == named.c.value,
                # The text of the index condition: SQLite recognises no other form of it.
                text("NOT latest.shadow"),
                or_(row.hold_id.is_(None), alive.exists()),
            )
            .order_by(row.start_us.desc())
            .limit(number_literal(1))
            .scalar_subquery()
        )
        found = select(latest.label("last")).select_from(named).subquery()
        return select(found.c.last).where(found.c.last.is_not(None))

    # ---- bookings and holds

    def bookings(self) -> Iterable[Select[Any]]:
        """Select the named ones, those that sit down in the sittings, and the seated ones.

        Also those that were promised tables in the windows or wait for some there, those that the
        windows show, and those of the listing.
        """
        row, base = self._projections.bookings.c, self._projections.of_bookings()
        if self._has("bookings"):
            yield base.where(self._any_of(row.id, "bookings"))
        for start, end in self._spans("s", self._shape.sittings):
            yield base.where(*_sits_in(row, start, end))
        for start, end in self._spans("w", self._shape.windows):
            yield base.where(*_is_promised_in(row, start, end))
            yield base.where(*_waits_in(row, start, end))
        if self._shape.has_seated:
            yield base.where(_is_seated(row))
        if self._has("has_owners"):
            yield from self._bookings_within()
        if self._shape.listing is not None:
            yield from self._listed(self._shape.listing)

    def _bookings_within(self) -> Iterable[Select[Any]]:
        """Select the bookings that sit down in the windows, and others with allocations there."""
        row, base = self._projections.bookings.c, self._projections.of_bookings()
        at = row.dining_start_us
        for start, end in self._spans("w", self._shape.windows):
            yield base.where(*_sits_in(row, start, end))
            for owners in self._owners_within("booking", start, end):
                yield base.where(or_(at < start, at >= end), row.id.in_(owners))

    def _listed(self, conditions: tuple[str, ...]) -> Iterable[Select[Any]]:
        """Select the bookings of the listing: the first ones after its place, of each status.

        An index has the bookings of one status in the order of the listing, so the history of the
        others costs nothing. The first ones of all statuses are among those of each.
        """
        row, base = self._projections.bookings.c, self._projections.of_bookings()
        at = row.dining_start_us
        first, end = microseconds("l_first"), microseconds("l_end")
        is_after = or_(
            at > microseconds("l_after_us"), row.id > bindparam("l_after_id", type_=Text())
        )
        found = base.where(*_sits_in(row, first, end), is_after)
        if "reference" in conditions:
            found = found.where(row.reference == bindparam("l_reference", type_=Text()))
        (each,) = found.selected_columns
        limited = found.with_only_columns(each.label("each")).order_by(at, row.id)
        limited = limited.limit(microseconds("l_limit"))
        statuses = [
            limited.where(row.status == bindparam(f"l_status{number}", type_=Text()))
            for number in range(conditions.count("status"))
        ]
        for of_status in statuses or [limited]:
            yield select(of_status.subquery().c.each)

    def holds(self) -> Iterable[Select[Any]]:
        """Select the named ones, those of the named bookings, and the active ones of windows."""
        row, base = self._projections.holds.c, self._projections.of_holds()
        if self._has("holds"):
            yield base.where(self._any_of(row.id, "holds"))
        if self._has("bookings"):
            yield base.where(self._any_of(row.booking_id, "bookings"))
        for start, end in self._spans("w", self._shape.windows):
            yield base.where(*_is_active_in(row, start, end))

    # ---- counts

    def headcounts(self) -> Iterable[Select[Any]]:
        """Count the parties and guests that sit down, by time, of bookings that count."""
        row, json_array = self._projections.bookings.c, self._dialect.json_array
        at = row.dining_start_us
        for start, end in self._spans("c", self._shape.headcounts):
            counted = select(json_array(at, func.sum(row.party_size), func.count()))
            yield counted.where(
                row.restaurant_id == restaurant(), *_sits_in(row, start, end), _counts(row)
            ).group_by(at)

    def held_covers(self) -> Iterable[Select[Any]]:
        """Select the covers of live holds.

        A hold for a booking that counts comes with the time at which that booking sits down.
        """
        row = self._projections.holds.c
        covers = self._dialect.json_array(
            row.dining_start_us, row.id, row.party_size, self._counted_us()
        )
        for start, end in self._spans("c", self._shape.headcounts):
            yield select(covers).where(*_is_held(row, start, end, self._dialect.now()))

    def counted_parties(self) -> Iterable[Select[Any]]:
        """Select each booking that counts, and each live hold, with its tables."""
        booking, hold = self._projections.bookings.c, self._projections.holds.c
        of_booking = self._projections.tables_of_bookings()
        of_hold = self._projections.tables_of_holds()
        for start, end in self._spans("p", self._shape.counted_parties):
            booked = self._dialect.json_array(*_party(booking, "booking"), null(), of_booking)
            yield select(booked).where(
                booking.restaurant_id == restaurant(),
                *_sits_in(booking, start, end),
                _counts(booking),
            )
            held = self._dialect.json_array(*_party(hold, "hold"), self._counted_us(), of_hold)
            yield select(held).where(*_is_held(hold, start, end, self._dialect.now()))

    def _counted_us(self) -> Any:
        """Return the start of the booking that a hold was made for, if that booking counts."""
        row, booking = self._projections.holds.c, self._projections.bookings.c
        is_its = booking.restaurant_id == row.restaurant_id, booking.id == row.booking_id
        return select(booking.dining_start_us).where(*is_its, _counts(booking)).scalar_subquery()

    @staticmethod
    def _spans(letter: str, number: int) -> Iterable[tuple[ColumnElement[int], ColumnElement[int]]]:
        """Yield the start and end of each interval of one kind."""
        for start, end in interval_names(letter, number):
            yield microseconds(start), microseconds(end)

    def alive(self) -> Iterable[Select[Any]]:
        """Count the live holds, in all and by session."""
        row, json_array = self._projections.holds.c, self._dialect.json_array
        alive = (
            row.restaurant_id == restaurant(),
            _is_active(row),
            row.expires_us > self._dialect.now(),
        )
        if self._has("counts_holds"):
            yield select(json_array(null(), func.count())).where(*alive)
        if self._has("sessions"):
            found = select(json_array(row.session, func.count())).where(*alive)
            yield found.where(self._any_of(row.session, "sessions")).group_by(row.session)

    # ---- records without a time

    def plain(self, name: str, plain: PlainTable) -> Iterable[Select[Any]]:
        """Select the named ones of one kind, and those that own allocations in the windows.

        Also the booking slots that start in the intervals of slots.
        """
        id_, base = self._projections.of_plain(plain)
        if self._has(name):
            yield base.where(self._any_of(id_, name))
        owner = plain.kind.owner
        if self._has("has_owners") and owner is not None:
            for start, end in self._spans("w", self._shape.windows):
                for owners in self._owners_within(owner.value, start, end):
                    yield base.where(id_.in_(owners))
        if plain.record is BookingSlot:
            at = self._dialect.tables[plain.name].c.start_us
            for start, end in self._spans("o", self._shape.slot_starts):
                yield base.where(at >= start, at < end)

    def confirmations(self) -> Iterable[Select[Any]]:
        """Select those of the named holds."""
        if self._has("holds"):
            table = self._projections.confirmations
            base = self._projections.of_confirmations()
            yield base.where(self._any_of(table.c.hold_id, "holds"))

    def stored_results(self) -> Iterable[Select[Any]]:
        """Select the named ones."""
        table = self._projections.stored_results
        for number in range(self._shape.stored_results):
            command, key = (
                bindparam(f"a{number}_{each}", type_=Text()) for each in ("command", "key")
            )
            base = self._projections.rows_of(table, RESULT)
            yield base.where(table.c.command == command, table.c.idempotency_key == key)

    def extent(self) -> Iterable[Select[Any]]:
        """Select the first and the last instant of any row."""
        if self._has("has_extent"):
            row, booking, json_array = (
                self._projections.allocations.c,
                self._projections.bookings.c,
                self._dialect.json_array,
            )
            rows = select(json_array(func.min(row.start_us), func.max(row.end_us)))
            yield rows.where(row.restaurant_id == restaurant())
            sits = booking.dining_start_us
            sitting = select(json_array(func.min(sits), func.max(sits) + number_literal(1)))
            yield sitting.where(booking.restaurant_id == restaurant())


def _sits_in(
    row: Any, start: ColumnElement[int], end: ColumnElement[int]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that the party of a booking or hold sits down in a window."""
    return row.dining_start_us >= start, row.dining_start_us < end


def _occupies(
    row: Any, start: ColumnElement[int], end: ColumnElement[int]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that the stay of a booking or hold overlaps a window.

    The index of starts serves them.
    """
    begins = (
        row.occupied_start_us > start - number_literal(MAX_WINDOW_US),
        row.occupied_start_us < end,
    )
    return *begins, row.occupied_end_us > start


def _is_seated(booking: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = booking.status == text_literal(BookingStatus.CHECKED_IN.value)
    return found


def _is_promised_in(
    booking: Any, start: ColumnElement[int], end: ColumnElement[int]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a booking waits for promised tables in a window."""
    status = text_literal(BookingStatus.PENDING_ALLOCATION.value)
    return booking.status == status, *_occupies(booking, start, end)


def _waits_in(
    booking: Any, start: ColumnElement[int], end: ColumnElement[int]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of ``fourtop.ports.waits_in``. An index of its parties serves them."""
    at = booking.dining_start_us
    first = func.coalesce(booking.wait_earliest_us, at) - (at - booking.occupied_start_us)
    last = func.coalesce(booking.wait_latest_us, at) + (booking.occupied_end_us - at)
    return (
        booking.status.in_([text_literal(each) for each in _WAITING]),
        at > start - number_literal(WAITING_REACH_US),
        at < end + number_literal(WAITING_REACH_US),
        booking.assigned_us.is_(None),
        first < end,
        last > start,
    )


def _is_active(hold: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = hold.state == text_literal("active")
    return found


def _is_active_in(
    hold: Any, start: ColumnElement[int], end: ColumnElement[int]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a hold is active and overlaps a window."""
    return _is_active(hold), *_occupies(hold, start, end)


def _is_held(
    hold: Any, start: ColumnElement[int], end: ColumnElement[int], now: ColumnElement[int]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a live hold's guests sit down in a window."""
    is_alive = *_is_active_in(hold, start, end), hold.expires_us > now
    return hold.restaurant_id == restaurant(), *is_alive, *_sits_in(hold, start, end)


def _party(row: Any, kind: str) -> tuple[ColumnElement[Any], ...]:
    """Return the columns that a counted party has of a booking and of a hold."""
    return (
        row.dining_start_us,
        row.dining_end_us,
        text_literal(kind),
        row.id,
        row.party_size,
        row.channel,
    )


def _counts(booking: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = booking.status.in_([text_literal(each) for each in _COUNTED])
    return found
