"""Rows of an import: read each as a booking with the allocations that its tables had."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

import attrs

from fourtop.engine.allocations import allocate
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.invocation import Invocation
from fourtop.errors import InvalidInput, InvalidWindow, Refusal, RowProblem, safe_repr
from fourtop.errors.input_errors import LEFT_OUT
from fourtop.errors.row_errors import problem_of
from fourtop.formats.booking_row import (
    BASE_COLUMNS,
    FIELDS,
    BookingRow,
    Moment,
    find_removed_id,
    iso_text,
)
from fourtop.model.allocation import Allocation, OwnerKind
from fourtop.model.booking import Assignment, Booking, BookingStatus, Step
from fourtop.model.stay import Stay
from fourtop.model.waitlist_terms import Waiting
from fourtop.model.window import MAX_WINDOW_DAYS, MAX_WINDOW_US, MICROSECONDS_PER_MINUTE, Window

SHADOW_PREFIX: Final = "shadow:"
_LONGEST_SHADOWED: Final = 64 - len(SHADOW_PREFIX)
_OUTSIDE_SERVICE: Final = "outside-service"

_S = BookingStatus
_WITHOUT_TABLES: Final = frozenset(
    {_S.PENDING, _S.PENDING_ALLOCATION, _S.WAITLISTED, _S.PRIORITY_WAITLIST}
)
_SEATED: Final = frozenset({_S.CHECKED_IN, _S.COMPLETED})
_ENDED_EARLY: Final = frozenset({_S.CANCELLED, _S.NO_SHOW})
_LIVED: Final = _SEATED | _ENDED_EARLY | {_S.WAITLISTED}
_PAST: Final = _ENDED_EARLY | {_S.COMPLETED}
# The statuses of the bookings that may have each fact of their history.
_HISTORY: Final = {
    "seated": _SEATED | {_S.NO_SHOW},
    "left": frozenset({_S.COMPLETED}),
    "ended": _ENDED_EARLY,
}
_MORE_FIELDS: Final = tuple(each for each in FIELDS if each.name not in BASE_COLUMNS)
_MORE: Final = attrgetter(*(each.name for each in _MORE_FIELDS))
_NO_MORE: Final = tuple(each.default for each in _MORE_FIELDS)


@attrs.frozen
class ReadRow:
    """A row that was read.

    Args:
        number: The number of the row, from 1.
        row: The row.
        booking: Its booking.
        allocations: Of its tables, for the time that they are or were taken.
    """

    number: int
    row: BookingRow
    booking: Booking
    allocations: tuple[Allocation, ...]

    @property
    def window(self) -> Window:
        """The time of its allocations; its occupied window if it has none."""
        return self.allocations[0].window if self.allocations else self.booking.stay.occupied


@attrs.frozen
class _Times:
    """The times of a row.

    Args:
        stay: Its stay.
        seated_us: When the party sat down, if it did.
        left_us: When the party left, if it did.
        ended_us: When the booking was cancelled or given up, if a time is known.
        created_us: When it was made.
        planned: The time for which its tables are assigned.
        taken: The time for which its tables are or were taken; ``None``: never.
        waiting: How it waits or waited on the waitlist, if it did.
    """

    stay: Stay
    seated_us: int | None
    left_us: int | None
    ended_us: int | None
    created_us: int
    planned: Window
    taken: Window | None
    waiting: Waiting | None = None


class RowReader:
    """Reads rows one by one and collects their problems.

    Args:
        invocation: For the ids of allocations and the actor.
        now_us: The time of the import, in microseconds.
        compiled: The house.
    """

    def __init__(self, invocation: Invocation, now_us: int, compiled: CompiledHouse) -> None:
        self._invocation = invocation
        self._now_us = now_us
        self._compiled = compiled
        self._calendar = compiled.calendar
        self.problems: list[RowProblem] = []

    def read(self, number: int, row: BookingRow) -> ReadRow | None:
        """Return the row's booking and allocations; ``None`` adds a problem."""
        start_us = None
        try:
            start_us = self._calendar.instant(row.start, "start")
            self._check_status(row)
            tables = self._tables(row)
            times = self._times(row, start_us)
        except InvalidInput as fault:
            self._add(number, row, fault, start_us)
            return None
        return self._booked(number, row, times, tables)

    def read_shadow(self, number: int, row: BookingRow) -> ReadRow | None:
        """Return the row as a shadow booking; ``None`` adds a problem."""
        if len(row.id) > _LONGEST_SHADOWED:
            rule = f"must be at most {_LONGEST_SHADOWED} characters long for a shadow"
            self._add(number, row, InvalidInput("id", rule, str(len(row.id))), None)
            return None
        read = self.read(number, row)
        if read is None:
            return None
        shadow_id = f"{SHADOW_PREFIX}{row.id}"
        return ReadRow(
            number,
            row,
            attrs.evolve(read.booking, id=shadow_id, status=BookingStatus.SHADOW),
            tuple(attrs.evolve(each, owner_id=shadow_id, shadow=True) for each in read.allocations),
        )

    def _add(self, number: int, row: BookingRow, fault: InvalidInput, start_us: int | None) -> None:
        problem = problem_of(fault, number, row.line)
        if start_us is not None:
            problem = attrs.evolve(problem, local_time=self._calendar.local_text(start_us))
        if fault.field == "tables":
            problem = attrs.evolve(problem, table=self._unknown_table(row))
        self.problems.append(problem)

    # ---- tables and status

    def _unknown_table(self, row: BookingRow) -> str | None:
        """Return the first number of no table; history may name tables that were removed."""
        floor = self._compiled.house.floor
        unknown = (each for each in row.tables if floor.find_table_numbered(each) is None)
        may_be_gone = row.status in _PAST
        return next((n for n in unknown if not may_be_gone or find_removed_id(n) is None), None)

    def _tables(self, row: BookingRow) -> tuple[str, ...]:
        floor = self._compiled.house.floor
        found = [floor.find_table_numbered(number) for number in row.tables]
        if None not in found:
            return floor.in_order(table.id for table in found if table is not None)
        unknown = self._unknown_table(row)
        if unknown is not None:
            rule = "must be numbers of tables on the floor"
            raise InvalidInput("tables", rule, safe_repr(unknown))
        removed = [find_removed_id(n) for n in row.tables if floor.find_table_numbered(n) is None]
        present = floor.in_order(table.id for table in found if table is not None)
        return (*present, *[each for each in removed if each is not None])

    @staticmethod
    def _check_status(row: BookingRow) -> None:
        status = row.status
        if status is _S.SHADOW:
            rule = "must be that of the booking; import the rows with shadow=True"
            raise InvalidInput("status", rule, status.value)
        if status.occupies and not row.tables:
            raise InvalidInput("tables", f"must be given for a {status.value} booking", LEFT_OUT)
        if row.tables and status in _WITHOUT_TABLES:
            rule = f"must be empty for a {status.value} booking"
            raise InvalidInput("tables", rule, safe_repr(row.tables))
        if _is_bare(row):
            return
        for name, statuses in _HISTORY.items():
            if getattr(row, name) is not None and status not in statuses:
                rule = f"must be empty for a {status.value} booking"
                raise InvalidInput(name, rule, safe_repr(iso_text(getattr(row, name))))

    # ---- times

    def _times(self, row: BookingRow, start_us: int) -> _Times:
        stay = self._stay(row, start_us)
        if row.status not in _LIVED and _is_bare(row):
            occupied = stay.occupied
            return _Times(stay, None, None, None, self._now_us, occupied, occupied)
        seated_us, left_us = self._optional(row, "seated"), self._optional(row, "left")
        if row.status in _SEATED and seated_us is None:
            seated_us = stay.dining.start_us
        if row.status is _S.COMPLETED and left_us is None:
            left_us = stay.dining.end_us
        ended_us, created_us = self._optional(row, "ended"), self._optional(row, "created")
        first_us = self._optional(row, "tables_start")
        if first_us is None:
            first_us = min(stay.occupied.start_us, seated_us or stay.occupied.start_us)
        last_us = self._optional(row, "tables_end")
        if last_us is None:
            last_us = _last_us(stay, first_us, left_us, ended_us)
        planned = self._span("tables_end", first_us, last_us)
        times = _Times(
            stay=stay,
            seated_us=seated_us,
            left_us=left_us,
            ended_us=ended_us,
            created_us=self._now_us if created_us is None else created_us,
            planned=planned,
            taken=_taken(row.status, stay, planned, left_us, ended_us),
            waiting=self._waiting(row, start_us),
        )
        self._check_times(row, times)
        return times

    def _waiting(self, row: BookingRow, start_us: int) -> Waiting | None:
        until_us = self._optional(row, "waits_until")
        if until_us is None:
            if row.status is not _S.WAITLISTED:
                return None
            until_us = start_us
        from_us, to_us = self._optional(row, "waits_from"), self._optional(row, "waits_to")
        return Waiting(
            start_us if from_us is None else from_us,
            start_us if to_us is None else to_us,
            until_us,
            row.offers,
        )

    def _check_times(self, row: BookingRow, times: _Times) -> None:
        """Check that the history of a row lies in the past, in its order."""
        text, stay = self._calendar.local_text, times.stay
        for name in ("seated", "left", "ended", "created"):
            at_us = self._optional(row, name)
            if at_us is not None and at_us > self._now_us:
                raise InvalidInput(name, "must lie in the past", text(at_us))
        if row.left is None and row.status is _S.COMPLETED and stay.occupied.end_us > self._now_us:
            rule = "must not be completed before the stay has ended"
            raise InvalidInput("status", rule, text(stay.occupied.end_us))
        if row.status is _S.CHECKED_IN and times.planned.start_us > self._now_us:
            rule = "must not be checked_in before the stay has begun"
            raise InvalidInput("status", rule, text(times.planned.start_us))
        if times.left_us is not None and times.left_us < (times.seated_us or 0):
            rule = "must not lie before the party sat down"
            raise InvalidInput("left", rule, text(times.left_us))

    def _optional(self, row: BookingRow, name: str) -> int | None:
        moment: Moment | None = getattr(row, name)
        return None if moment is None else self._calendar.instant(moment, name)

    def _span(self, field: str, start_us: int, end_us: int) -> Window:
        if end_us <= start_us:
            rule = "must lie after the start"
            raise InvalidWindow(field, rule, self._calendar.local_text(end_us))
        if end_us - start_us > MAX_WINDOW_US:
            rule = f"must lie at most {MAX_WINDOW_DAYS} days after the start"
            raise InvalidWindow(field, rule, self._calendar.local_text(end_us))
        return Window.of_micros(start_us, end_us)

    def _stay(self, row: BookingRow, start_us: int) -> Stay:
        calendar = self._calendar
        if row.end is None and row.minutes is None:
            stay = calendar.stay(start_us, row.party_size, row.occasion)
            if isinstance(stay, Refusal):
                raise InvalidInput("end", f"must be given, for {stay}", "empty")
        else:
            end_us = self._optional(row, "end")
            if end_us is None:
                end_us = start_us + (row.minutes or 0) * MICROSECONDS_PER_MINUTE
            stay = self._stay_until(row, self._span("end", start_us, end_us))
        return stay if _is_bare(row) else self._as_decided(row, stay)

    def _stay_until(self, row: BookingRow, dining: Window) -> Stay:
        calendar, start_us = self._calendar, dining.start_us
        service = calendar.find_service(start_us)
        period = None if service is None else service.period
        before = 0 if period is None else period.buffer_before_minutes * MICROSECONDS_PER_MINUTE
        after = 0 if period is None else period.buffer_after_minutes * MICROSECONDS_PER_MINUTE
        return Stay(
            period=_OUTSIDE_SERVICE if period is None else period.key,
            service_date=calendar.local_date(start_us) if service is None else service.date,
            occasion=row.occasion,
            dining=dining,
            occupied=dining
            if before == after == 0
            else self._span("end", start_us - before, dining.end_us + after),
            turn_minutes=dining.minutes,
        )

    def _as_decided(self, row: BookingRow, stay: Stay) -> Stay:
        """Return a stay with the facts that a row has of its own: those of an export."""
        own: dict[str, Any] = {
            "period": row.period,
            "service_date": row.service_date,
            "occasion": row.stay_occasion,
            "turn_minutes": row.turn_minutes,
            "is_clamped": row.is_clamped or None,
        }
        start_us = self._optional(row, "occupied_start")
        end_us = self._optional(row, "occupied_end")
        if start_us is not None or end_us is not None:
            default = stay.occupied
            occupied = self._span(
                "occupied_end",
                default.start_us if start_us is None else start_us,
                default.end_us if end_us is None else end_us,
            )
            if not occupied.contains(stay.dining):
                text = self._calendar.local_text(occupied.end_us)
                raise InvalidInput("occupied_end", "must not lie inside the stay", text)
            own["occupied"] = occupied
        given = {name: value for name, value in own.items() if value is not None}
        return attrs.evolve(stay, **given) if given else stay

    # ---- the booking

    def _told(self, row: BookingRow, start_us: int) -> str:
        return iso_text(row.local_start) or self._calendar.local_text(start_us)

    def _booked(
        self, number: int, row: BookingRow, times: _Times, tables: tuple[str, ...]
    ) -> ReadRow:
        invocation, now_us = self._invocation, self._now_us
        allocations: tuple[Allocation, ...] = ()
        assignment = None
        if tables:
            owner = (OwnerKind.BOOKING, row.id)
            taken = times.taken or times.planned
            # A table that was removed can be taken no more: only the booking still names it.
            known = self._compiled.house.floor.positions
            present = tuple(each for each in tables if each in known)
            placing = allocate(invocation, owner, present, taken, part=f"{number}.")
            allocations = placing.rows if times.taken else ()
            assignment = Assignment(
                tables, times.planned, placing.merge_group_id, now_us, invocation.actor
            )
        booking = Booking(
            id=row.id,
            restaurant_id=invocation.restaurant_id,
            party_size=row.party_size,
            status=row.status,
            stay=times.stay,
            assignment=assignment,
            version=1,
            created_us=times.created_us,
            updated_us=now_us,
            actor=invocation.actor,
            past_reason=row.past_reason,
            must=row.must,
            wish=row.wish,
            names_tables=row.names_tables,
            occasion=row.occasion,
            channel=row.channel,
            minutes=row.minutes,
            reference=row.reference,
            local_start=self._told(row, times.stay.dining.start_us),
            seated_us=times.seated_us,
            left_us=times.left_us,
            last_step=_last_step(times, assignment),
            is_pinned=row.is_pinned,
            overrides=row.overrides,
            would_refuse=row.would_refuse,
            waiting=times.waiting,
        )
        return ReadRow(number, row, booking, allocations)


def _is_bare(row: BookingRow) -> bool:
    """Tell whether a row has neither history nor what fourtop decided: it is read faster."""
    return _MORE(row) == _NO_MORE


def _last_us(stay: Stay, first_us: int, left_us: int | None, ended_us: int | None) -> int:
    """Return until when the tables of a row without an end of its own were taken."""
    last_us = stay.occupied.end_us
    if left_us is not None:
        cleaned_us = left_us + last_us - stay.dining.end_us
        # A party that left late keeps no buffer: the next one may have had the table by then.
        last_us = max(left_us, min(last_us, cleaned_us))
    elif ended_us is not None and first_us < ended_us:
        last_us = min(last_us, ended_us)
    return last_us if last_us > first_us else stay.occupied.end_us


def _last_step(times: _Times, given: Assignment | None) -> Step | None:
    """Return the state before a booking ended early, so that its end can be undone."""
    if times.ended_us is None:
        return None
    if given is None:
        return Step(_S.PENDING_ALLOCATION, None, times.ended_us)
    last_us = max(times.planned.end_us, times.stay.occupied.end_us)
    window = Window.of_micros(times.planned.start_us, last_us)
    before = _S.CONFIRMED if times.seated_us is None else _S.CHECKED_IN
    return Step(before, window, times.ended_us)


def _taken(
    status: BookingStatus, stay: Stay, planned: Window, left_us: int | None, ended_us: int | None
) -> Window | None:
    """Return the time for which the tables of a booking are or were taken, if they were at all."""
    if status in _ENDED_EARLY:
        if ended_us is None or ended_us <= planned.start_us:
            return None
        return Window.of_micros(planned.start_us, min(planned.end_us, ended_us))
    after_us = stay.occupied.end_us - stay.dining.end_us
    # A party that left in its first instant took nothing.
    return None if left_us is not None and left_us + after_us <= planned.start_us else planned
