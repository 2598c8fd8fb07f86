"""Import bookings: take over bookings of another system with their tables, all or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, Final, Literal

import attrs

from fourtop.engine.allocations import expire_holds
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, Query
from fourtop.engine.events import imported_event, shadow_event
from fourtop.engine.import_conflicts import sort_out
from fourtop.engine.import_rows import ReadRow, RowReader
from fourtop.engine.invocation import Invocation
from fourtop.errors import ImportRejected, InvalidInput, RowProblem, safe_repr
from fourtop.formats.booking_row import BookingRow
from fourtop.model import validators
from fourtop.model.event import EventType
from fourtop.model.results import ImportReport
from fourtop.model.window import MAX_WINDOW_US, Window
from fourtop.ports import NO_CHANGES, Changes, Decision, Need, Scope, View

MAX_IMPORT_ROWS: Final = 2_000_000

OnConflict = Literal["refuse", "skip"]

_ON_CONFLICT: Final = ("refuse", "skip")
# An import sorts very many windows: these keys are several times as fast as their own order.
_BOUNDS: Final = attrgetter("start_us", "end_us")


@attrs.frozen
class ImportTerms:
    """The terms of an import.

    Args:
        shadow: Whether the rows become shadow bookings.
        on_conflict: ``refuse``: one problem refuses all rows. ``skip``: rows with a problem are
            left out, and the report lists them.
    """

    shadow: bool
    on_conflict: OnConflict

    @property
    def skips(self) -> bool:
        """Whether rows with a problem are left out."""
        return self.on_conflict == "skip"


@attrs.frozen
class _Judged:
    """The rows that come in, and the problems of the others."""

    kept: tuple[ReadRow, ...]
    problems: tuple[RowProblem, ...]

    @property
    def report(self) -> ImportReport:
        """The report of the import of these rows."""
        rows = sum(len(each.allocations) for each in self.kept)
        return ImportReport(len(self.kept), rows, problems=self.problems)


def command(
    caller: Caller, rows: Sequence[BookingRow], terms: ImportTerms, *, key: str | None
) -> Command[ImportReport]:
    """Build the command.

    Raises:
        InvalidInput: If the number of rows is not 1 to 2,000,000, a row is of another type, or a
            term is invalid.
        InvalidIdentifier: If the key is malformed.
    """
    checked = _checked(rows, terms)
    # Without a term, the digest of a request is the one of earlier versions.
    request: dict[str, Any] = {"rows": checked}
    if terms.shadow:
        request["shadow"] = True
    if terms.skips:
        request["on_conflict"] = terms.on_conflict
    invocation = caller.invocation("import", key, request)
    return Command(
        invocation,
        Scope(caller.restaurant_id),
        lambda view, compiled: import_bookings(invocation, view, compiled, checked, terms),
    )


def check(caller: Caller, rows: Sequence[BookingRow], terms: ImportTerms) -> Query[ImportReport]:
    """Build the query for the report that the import would return; it writes nothing.

    Raises:
        InvalidInput: As ``command``.
    """
    checked = _checked(rows, terms)
    invocation = caller.invocation("import", None, {})

    def ask(view: View, compiled: CompiledHouse) -> ImportReport | Need:
        judged = judge(invocation, view, compiled, checked, terms)
        return judged if isinstance(judged, Need) else judged.report

    return Query(Scope(caller.restaurant_id), ask)


def _checked(rows: Sequence[BookingRow], terms: ImportTerms) -> Sequence[BookingRow]:
    checked = validators.as_instances("rows", rows, BookingRow)
    if not 1 <= len(checked) <= MAX_IMPORT_ROWS:
        raise InvalidInput(
            "rows", f"must be 1 to {MAX_IMPORT_ROWS} booking rows", f"{len(checked)} rows"
        )
    validators.check_instance("shadow", terms.shadow, bool)
    if terms.on_conflict not in _ON_CONFLICT:
        raise InvalidInput("on_conflict", "must be refuse or skip", safe_repr(terms.on_conflict))
    return checked


def import_bookings(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    rows: Sequence[BookingRow],
    terms: ImportTerms,
) -> Decision[ImportReport] | Need:
    """Decide an import.

    Admission does not check these bookings: they exist. Overlaps, unknown tables, duplicate ids and
    impossible times are all listed.
    """
    judged = judge(invocation, view, compiled, rows, terms)
    if isinstance(judged, Need):
        return judged
    report, kept = judged.report, judged.kept
    allocations = tuple(row for each in kept for row in each.allocations)
    bookings = tuple(each.booking for each in kept)
    if terms.shadow:
        counts = (report.bookings, report.allocations)
        event = shadow_event(invocation, EventType.SHADOWS_WRITTEN, counts, view.now_us)
        changes = Changes(added=allocations, bookings=bookings, events=(event,))
        return Decision(report, changes if kept else NO_CHANGES)
    events = tuple(imported_event(invocation, booking) for booking in bookings)
    changes = Changes(added=allocations, bookings=bookings, events=events)
    if view.has_expired_holds():
        windows = {each.window for each in kept if each.allocations}
        changes = expire_holds(invocation, view, *sorted(windows, key=_BOUNDS)) + changes
    return Decision(report, changes)


def judge(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    rows: Sequence[BookingRow],
    terms: ImportTerms,
) -> _Judged | Need:
    """Return the rows that can come in and the problems of the others.

    Raises:
        ImportRejected: If there is a problem, and the terms skip none.
    """
    reader = RowReader(invocation, view.now_us, compiled)
    read_one = reader.read_shadow if terms.shadow else reader.read
    read = [each for number, row in enumerate(rows, 1) if (each := read_one(number, row))]
    need = _missing(view, read, shadow=terms.shadow)
    if need is not None:
        return need
    found = sort_out(view, compiled, read, skip=terms.skips, shadow=terms.shadow)
    problems = sorted([*reader.problems, *found.problems], key=attrgetter("row"))
    if problems and not terms.skips:
        raise ImportRejected(tuple(problems))
    return _Judged(found.kept, tuple(problems))


def _missing(view: View, read: list[ReadRow], *, shadow: bool) -> Need | None:
    ids = frozenset(each.booking.id for each in read)
    windows: tuple[Window, ...] = ()
    if not shadow:
        windows = tuple(_cover(sorted((each.window for each in read), key=_BOUNDS)))
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
