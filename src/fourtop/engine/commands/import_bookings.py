"""Import bookings: take over bookings of another system with their tables, all or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter, itemgetter

import attrs

from fourtop.engine.allocations import allocate, expire_holds
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command
from fourtop.engine.events import imported_event, shadow_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.overlaps import overlapping_pairs
from fourtop.engine.rivals import find_all_rivals
from fourtop.errors import FourtopError, ImportRejected, InvalidInput, Refusal, safe_repr
from fourtop.formats.booking_rows import BookingRow
from fourtop.model import validators
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.calendar import Stay
from fourtop.model.event import EventType
from fourtop.model.results import ImportReport
from fourtop.model.window import MAX_WINDOW_US, MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import Changes, Decision, Need, Scope, SeatedParty, View

MAX_IMPORT_ROWS = 2_000_000
SHADOW_PREFIX = "shadow:"
_LONGEST_SHADOWED = 64 - len(SHADOW_PREFIX)

_WITH_TABLES = frozenset(
    {BookingStatus.CONFIRMED, BookingStatus.CHECKED_IN, BookingStatus.COMPLETED}
)
_SEATED = frozenset({BookingStatus.CHECKED_IN, BookingStatus.COMPLETED})
_OUTSIDE_SERVICE = "outside-service"
# An import sorts very many windows: these keys are several times as fast as their own order.
_BOUNDS = attrgetter("start_us", "end_us")

# The number of a row, and its fault.
_Problem = tuple[int, str]


@attrs.frozen
class _Read:
    """A row that was read: its number, its booking and the allocations of its tables."""

    number: int
    booking: Booking
    rows: tuple[Allocation, ...]


def command(
    caller: Caller, rows: Sequence[BookingRow], *, shadow: bool, key: str | None
) -> Command[ImportReport]:
    """Build the command.

    Raises:
        InvalidInput: If the number of rows is not 1 to 2,000,000, a row is of another type, or
            ``shadow`` is not a bool.
        InvalidIdentifier: If the key is malformed.
    """
    checked = validators.as_instances("rows", rows, BookingRow)
    if not 1 <= len(checked) <= MAX_IMPORT_ROWS:
        raise InvalidInput(
            "rows", f"must be 1 to {MAX_IMPORT_ROWS} booking rows", f"{len(checked)} rows"
        )
    validators.check_instance("shadow", shadow, bool)
    # Without the flag, the digest of a request is the one of earlier versions.
    request = {"rows": checked, "shadow": True} if shadow else {"rows": checked}
    invocation = caller.invocation("import", key, request)
    decide = import_shadows if shadow else import_bookings
    return Command(
        invocation,
        Scope(caller.restaurant_id),
        lambda view, compiled: decide(invocation, view, compiled, checked),
    )


def import_bookings(
    invocation: Invocation, view: View, compiled: CompiledHouse, rows: Sequence[BookingRow]
) -> Decision[ImportReport] | Need:
    """Decide an import. It refuses impossible rows only, and imports all rows or none.

    Admission does not check these bookings: they exist. Overlaps, unknown tables, duplicate ids and
    impossible times are all listed.
    """
    reader = _Reader(invocation, view.now_us, compiled)
    read = [each for number, row in enumerate(rows, 1) if (each := reader.read(number, row))]
    problems = reader.problems
    need = _missing(view, read)
    if need is not None:
        return need
    _reject([*problems, *_double_ids(view, read), *_overlaps(view, read)])
    allocations = tuple(row for each in read for row in each.rows)
    bookings = tuple(each.booking for each in read)
    windows = {each.booking.stay.occupied for each in read if each.rows}
    events = tuple(imported_event(invocation, booking) for booking in bookings)
    changes = Changes(added=allocations, bookings=bookings, events=events)
    if view.has_expired_holds():
        changes = expire_holds(invocation, view, *sorted(windows, key=_BOUNDS)) + changes
    return Decision(ImportReport(len(bookings), len(allocations)), changes)


def import_shadows(
    invocation: Invocation, view: View, compiled: CompiledHouse, rows: Sequence[BookingRow]
) -> Decision[ImportReport] | Need:
    """Decide an import of shadow bookings: as an import, but they conflict with nothing."""
    reader = _Reader(invocation, view.now_us, compiled)
    read = [
        _as_shadow(each)
        for number, row in enumerate(rows, 1)
        if reader.may_be_shadow(number, row) and (each := reader.read(number, row))
    ]
    ids = frozenset(each.booking.id for each in read)
    if not ids <= view.scope.bookings:
        return Need(Scope(view.scope.restaurant_id, bookings=ids))
    _reject([*reader.problems, *_double_ids(view, read)])
    allocations = tuple(row for each in read for row in each.rows)
    counts = (len(read), len(allocations))
    event = shadow_event(invocation, EventType.SHADOWS_WRITTEN, counts, view.now_us)
    bookings = tuple(each.booking for each in read)
    changes = Changes(added=allocations, bookings=bookings, events=(event,))
    return Decision(ImportReport(*counts), changes)


def _reject(problems: list[_Problem]) -> None:
    if problems:
        in_order = sorted(problems, key=itemgetter(0))
        raise ImportRejected(tuple(f"row {number}: {what}" for number, what in in_order))


def _as_shadow(read: _Read) -> _Read:
    shadow_id = f"{SHADOW_PREFIX}{read.booking.id}"
    booking = attrs.evolve(read.booking, id=shadow_id, status=BookingStatus.SHADOW)
    rows = tuple(attrs.evolve(row, owner_id=shadow_id, shadow=True) for row in read.rows)
    return _Read(read.number, booking, rows)


# ---- one row


class _Reader:
    """Reads rows one by one and collects their faults."""

    def __init__(self, invocation: Invocation, now_us: int, compiled: CompiledHouse) -> None:
        self._invocation = invocation
        self._now_us = now_us
        self._compiled = compiled
        self.problems: list[_Problem] = []

    def read(self, number: int, row: BookingRow) -> _Read | None:
        """Return the row's booking and allocations; ``None`` adds a problem."""
        try:
            stay = self._stay(row)
            tables = self._tables(row)
        except FourtopError as error:
            self.problems.append((number, str(error)))
            return None
        trouble = _trouble(row.status, stay, tables, self._now_us)
        if trouble is not None:
            self.problems.append((number, trouble))
            return None
        return self._booked(number, row, stay, tables)

    def may_be_shadow(self, number: int, row: BookingRow) -> bool:
        """Tell whether the row's id fits into that of a shadow; otherwise add a problem."""
        if len(row.id) <= _LONGEST_SHADOWED:
            return True
        rule = f"must be at most {_LONGEST_SHADOWED} characters long for a shadow"
        self.problems.append((number, f"id: {rule} (got {len(row.id)})"))
        return False

    def _booked(self, number: int, row: BookingRow, stay: Stay, tables: tuple[str, ...]) -> _Read:
        invocation, now_us = self._invocation, self._now_us
        rows: tuple[Allocation, ...] = ()
        assignment = None
        if tables:
            placing = allocate(
                invocation, (OwnerKind.BOOKING, row.id), tables, stay.occupied, part=f"{number}."
            )
            rows = placing.rows
            assignment = Assignment(
                tables, stay.occupied, placing.merge_group_id, now_us, invocation.actor
            )
        booking = Booking(
            id=row.id,
            restaurant_id=invocation.restaurant_id,
            party_size=row.party_size,
            status=row.status,
            stay=stay,
            assignment=assignment,
            version=1,
            created_us=now_us,
            updated_us=now_us,
            actor=invocation.actor,
            seated_us=stay.dining.start_us if row.status in _SEATED else None,
            left_us=stay.dining.end_us if row.status is BookingStatus.COMPLETED else None,
            occasion=row.occasion,
            channel=row.channel,
            reference=row.reference,
            local_start=self._compiled.calendar.local_text(stay.dining.start_us),
        )
        return _Read(number, booking, rows)

    def _stay(self, row: BookingRow) -> Stay:
        calendar = self._compiled.calendar
        start_us = calendar.instant(row.start, "start")
        if row.end is None:
            stay = calendar.stay(start_us, row.party_size, row.occasion)
            if isinstance(stay, Refusal):
                raise InvalidInput("end", f"must be given, for {stay}", "empty")
            return stay
        service = calendar.find_service(start_us)
        period = None if service is None else service.period
        before = 0 if period is None else period.buffer_before_minutes * MICROSECONDS_PER_MINUTE
        after = 0 if period is None else period.buffer_after_minutes * MICROSECONDS_PER_MINUTE
        dining = Window.of_micros(start_us, calendar.instant(row.end, "end"))
        return Stay(
            period=_OUTSIDE_SERVICE if period is None else period.key,
            service_date=calendar.local_date(start_us) if service is None else service.date,
            occasion=row.occasion,
            dining=dining,
            occupied=Window.of_micros(dining.start_us - before, dining.end_us + after),
            turn_minutes=dining.minutes,
        )

    def _tables(self, row: BookingRow) -> tuple[str, ...]:
        floor = self._compiled.house.floor
        found = [(number, floor.find_table_numbered(number)) for number in row.tables]
        unknown = next((number for number, table in found if table is None), None)
        if unknown is not None:
            raise InvalidInput(
                "tables", "must be numbers of tables on the floor", safe_repr(unknown)
            )
        return floor.in_order(table.id for _, table in found if table is not None)


def _trouble(status: BookingStatus, stay: Stay, tables: tuple[str, ...], now_us: int) -> str | None:
    if status is BookingStatus.SHADOW:
        return "status: must be that of the booking; import the rows with shadow=True (got shadow)"
    if status.occupies and not tables:
        return f"a {status.value} booking needs tables"
    if tables and status not in _WITH_TABLES:
        return f"a {status.value} booking has no tables"
    if status is BookingStatus.COMPLETED and stay.occupied.end_us > now_us:
        return "a completed booking lies in the past"
    if status is BookingStatus.CHECKED_IN and stay.occupied.start_us > now_us:
        return "a checked_in booking has begun"
    return None


# ---- all rows together


def _missing(view: View, read: list[_Read]) -> Need | None:
    windows = tuple(_cover(sorted((each.booking.stay.occupied for each in read), key=_BOUNDS)))
    ids = frozenset(each.booking.id for each in read)
    missing = tuple(window for window in windows if not view.scope.covers(window))
    if missing or not ids <= view.scope.bookings:
        return Need(Scope(view.scope.restaurant_id, windows=missing, bookings=ids))
    return None


def _cover(windows: list[Window]) -> Iterable[Window]:
    """Yield windows of at most 31 days that together cover every window; they come sorted."""
    start_us = end_us = -1
    for window in windows:
        if start_us >= 0 and window.end_us - start_us <= MAX_WINDOW_US:
            end_us = max(end_us, window.end_us)
            continue
        if start_us >= 0:
            yield Window.of_micros(start_us, end_us)
        start_us, end_us = window.start_us, window.end_us
    if start_us >= 0:
        yield Window.of_micros(start_us, end_us)


def _double_ids(view: View, read: list[_Read]) -> Iterable[_Problem]:
    seen: dict[str, int] = {}
    for each in read:
        booking_id = each.booking.id
        if view.find_booking(booking_id) is not None:
            yield each.number, f"the booking {booking_id} exists already"
        elif booking_id in seen:
            yield each.number, f"the booking {booking_id} stands in row {seen[booking_id]} already"
        seen.setdefault(booking_id, each.number)


def _overlaps(view: View, read: list[_Read]) -> Iterable[_Problem]:
    taken: dict[str, list[tuple[Window, int]]] = {}
    for each in read:
        for row in each.rows:
            if row.resource_type is ResourceType.TABLE:
                taken.setdefault(row.resource_id, []).append((row.window, each.number))
                for rival in find_all_rivals(view, (row.resource_id,), row.window):
                    owner = f"{rival.owner_kind.value} {rival.owner_id}"
                    text = f"table {row.resource_id} is taken by {owner} in {rival.window}"
                    yield each.number, text
    for table_id, stays in taken.items():
        stays.sort(key=_by_time)
        yield from _overlapping_rows(table_id, stays)
    yield from _shared_tables(view, read)


def _shared_tables(view: View, read: list[_Read]) -> Iterable[_Problem]:
    """Find the parties that would sit where another party sits, although no rows overlap."""
    seated = [
        (each, row)
        for each in read
        if each.booking.status is BookingStatus.CHECKED_IN
        for row in each.rows
        if row.resource_type is ResourceType.TABLE
    ]
    if not seated:
        return
    parties = {table_id: party for party in view.seated_parties() for table_id in party.tables}
    earlier: dict[str, list[tuple[_Read, Allocation]]] = {}
    for each, row in seated:
        table_id = row.resource_id
        party = parties.get(table_id)
        if party is not None and not _meet(view, party, row):
            yield each.number, f"booking {party.booking.id} sits at table {table_id}"
        for other, taken in earlier.setdefault(table_id, []):
            if not taken.window.overlaps(row.window):
                yield each.number, f"row {other.number} sits at table {table_id}"
        earlier[table_id].append((each, row))


def _meet(view: View, party: SeatedParty, row: Allocation) -> bool:
    rivals = find_all_rivals(view, (row.resource_id,), row.window)
    return any(rival.owner == party.owner for rival in rivals)


def _by_time(stay: tuple[Window, int]) -> tuple[int, int, int]:
    window, number = stay
    return window.start_us, window.end_us, number


def _overlapping_rows(table_id: str, stays: list[tuple[Window, int]]) -> Iterable[_Problem]:
    for pair in overlapping_pairs(stays, itemgetter(0)):
        (taken, first), (_, second) = sorted(pair, key=itemgetter(1))
        yield second, f"table {table_id} is taken by row {first} in {taken}"
