"""Day: all that takes the tables on a date, with local times, in one read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from fourtop.engine.admission import Admission
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.queries.availability import missing_from
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.block import Block
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.calendar import Calendar
from fourtop.model.day import Day, DayEntry, DayTable
from fourtop.model.hold import Hold
from fourtop.model.service_period import check_date
from fourtop.model.window import Window
from fourtop.ports import Need, PlainRecord, Scope, View

_WAITING = frozenset({BookingStatus.PENDING, BookingStatus.PENDING_ALLOCATION})
_NOT_SHOWN = frozenset({BookingStatus.SHADOW})


def query(caller: Caller, on: date) -> Query[Day]:
    """Build the query.

    Raises:
        InvalidInput: If it is not a date of the years 1971 to 2198.
    """
    day = check_date("on", on)
    return Query(
        Scope(caller.restaurant_id, has_owners=True),
        lambda view, compiled: _day(Admission(view, compiled, caller.actor), day),
        prefetch=partial(_expected_windows, day),
        name="day",
    )


def _expected_windows(
    on: date, compiled: CompiledHouse
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    reach = _reach(compiled, on)
    return reach.windows, reach.headcounts


def _reach(compiled: CompiledHouse, on: date) -> Scope:
    """Return the window of a date, to the end of its last service, and its services."""
    services = compiled.calendar.services_on(on)
    bounds = [compiled.calendar.midnight_us(each) for each in (on, on + timedelta(days=1))]
    ends = [each.window.end_us for each in services]
    window = Window.of_micros(bounds[0], max([bounds[1], *ends]))
    counted = tuple(each.window for each in services)
    return Scope(compiled.house.restaurant.id, windows=(window,), headcounts=counted)


def _day(admission: Admission, on: date) -> Day | Need:
    view, compiled = admission.view, admission.compiled
    reach = _reach(compiled, on)
    need = missing_from(admission, reach)
    if need is not None:
        return need
    (window,) = reach.windows
    board = _Board(view, compiled.calendar)
    tables = board.tables(window)
    bookings = [each for each in view.bookings_starting(window) if is_of_date(compiled, each, on)]
    alone = [each for each in bookings if each.id not in board.placed]
    services = compiled.calendar.services_on(on)
    return Day(
        on,
        tables,
        tuple(board.without_tables(alone, waiting=True)),
        tuple(board.without_tables(alone, waiting=False)),
        tuple(admission.usage(service) for service in services),
        view.versions,
        view.now_us,
        compiled.house.restaurant.timezone,
        shadows=board.shadows(window),
    )


def is_of_date(compiled: CompiledHouse, booking: Booking, on: date) -> bool:
    """Tell whether a booking is of a date: of a service of it, or outside all services."""
    start_us = booking.stay.dining.start_us
    service = compiled.calendar.find_service(start_us)
    day = compiled.calendar.local_date(start_us) if service is None else service.date
    return day == on and booking.status not in _NOT_SHOWN


class _Board:
    """The entries of a day.

    Args:
        view: Shows the window of the day with its owners.
        calendar: For the local times.
    """

    def __init__(self, view: View, calendar: Calendar) -> None:
        self._view = view
        self._calendar = calendar
        self._numbers = view.house.floor.labels
        self._zones = {zone.id: zone.name for zone in view.house.floor.zones}
        # The bookings that have tables, or a live hold that keeps some for them.
        self.placed: set[str] = set()

    def tables(self, window: Window) -> tuple[DayTable, ...]:
        """Return the tables with all that takes them in a window."""
        entries = sorted(self._placed_in(window), key=_by_start)
        taken: dict[str, list[DayEntry]] = {table_id: [] for table_id in self._numbers}
        for entry in entries:
            for table_id in entry.tables:
                taken.setdefault(table_id, []).append(entry)
        return tuple(self._table(table_id, tuple(found)) for table_id, found in taken.items())

    def _table(self, table_id: str, entries: tuple[DayEntry, ...]) -> DayTable:
        table = self._view.house.floor.find_table(table_id)
        if table is None:
            return DayTable(table_id, table_id, None, entries)
        return DayTable(
            table_id,
            self._number_of(table_id),
            table.zone_id,
            entries,
            zone_name=self._zones[table.zone_id],
            seats=table.capacity,
        )

    def shadows(self, window: Window) -> tuple[DayEntry, ...]:
        """Return the entries of the shadow rows of tables in a window."""
        rows = [row for row in self._view.allocations(window) if row.shadow]
        found = [self._placed(group, self._view.owner_of(group[0])) for group in _groups(rows)]
        return tuple(sorted(found, key=_by_start))

    def without_tables(self, bookings: Iterable[Booking], *, waiting: bool) -> Iterator[DayEntry]:
        """Return the entries of bookings without tables: of those that wait, or of the others."""
        for booking in bookings:
            if (booking.status in _WAITING) is waiting:
                yield self._entry(OwnerKind.BOOKING, booking.id, (), booking.stay.occupied, booking)

    def _placed_in(self, window: Window) -> Iterator[DayEntry]:
        """Yield the entries of the owners of the live rows of tables."""
        kept = {row.id: row for row in self._view.overstays(window)}
        # The row of an overstay takes the place of the stored one.
        stored = (row for row in self._view.allocations(window) if row.id not in kept)
        for group in _groups(row for row in (*stored, *kept.values()) if not row.shadow):
            owner = self._view.owner_of(group[0])
            if isinstance(owner, Hold) and not owner.is_alive(self._view.now_us):
                continue
            self._note(group[0].owner_kind, owner)
            yield self._placed(group, owner)

    def _placed(self, rows: Sequence[Allocation], owner: Booking | Hold | PlainRecord) -> DayEntry:
        """Return the entry of rows of one owner and window."""
        tables = self._in_table_order(row.resource_id for row in rows)
        return self._entry(rows[0].owner_kind, rows[0].owner_id, tables, rows[0].window, owner)

    def _note(self, kind: OwnerKind, owner: Booking | Hold | PlainRecord) -> None:
        if isinstance(owner, Hold):
            if owner.booking_id is not None:
                self.placed.add(owner.booking_id)
        elif kind is OwnerKind.BOOKING:
            self.placed.add(owner.id)

    def _in_table_order(self, table_ids: Iterable[str]) -> tuple[str, ...]:
        places = {table_id: place for place, table_id in enumerate(self._numbers)}
        last = len(places)
        return tuple(sorted(table_ids, key=lambda each: (places.get(each, last), each)))

    def _number_of(self, table_id: str) -> str:
        return self._numbers.get(table_id, table_id)

    def _entry(
        self,
        kind: OwnerKind,
        owner_id: str,
        tables: tuple[str, ...],
        taken: Window,
        owner: Booking | Hold | PlainRecord,
    ) -> DayEntry:
        return DayEntry(
            kind,
            owner_id,
            tables,
            tuple(map(self._number_of, tables)),
            taken.start_us,
            taken.end_us,
            self._calendar.local_text(taken.start_us),
            self._calendar.local_text(taken.end_us),
            **_facts_of(owner, taken),
        )


def _by_start(entry: DayEntry) -> tuple[int, str]:
    return entry.start_us, entry.id


def _groups(rows: Iterable[Allocation]) -> Iterable[list[Allocation]]:
    """Return the rows of tables that one owner has for one window, together."""
    groups: dict[tuple[OwnerKind, str, Window], list[Allocation]] = {}
    for row in rows:
        if row.resource_type is ResourceType.TABLE:
            groups.setdefault((row.owner_kind, row.owner_id, row.window), []).append(row)
    return groups.values()


def _facts_of(owner: Booking | Hold | PlainRecord, taken: Window) -> dict[str, Any]:
    """Return the fields of an entry that its owner fills."""
    names: tuple[str, ...]
    facts: dict[str, Any] = {}
    if isinstance(owner, Booking):
        names = ("party_size", "status", "reference")
        if owner.status is BookingStatus.CHECKED_IN and owner.assignment is not None:
            due_us = owner.assignment.window.end_us
            facts["due_us"] = due_us if due_us < taken.end_us else None
    elif isinstance(owner, Hold):
        names = ("party_size", "reference", "booking_id", "expires_us")
    else:
        assert isinstance(owner, Block), "a new kind of owner needs its facts here"
        names = ("reason",)
    return facts | {name: getattr(owner, name) for name in names}
