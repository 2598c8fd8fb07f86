"""Conflicts of an import: the rows that cannot come in beside other rows or beside the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from operator import itemgetter
from typing import Any

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.import_rows import ReadRow
from fourtop.engine.overlaps import overlapping_pairs
from fourtop.engine.rivals import find_all_rivals
from fourtop.errors import Code, RowProblem
from fourtop.errors.row_problem import place_of
from fourtop.model.allocation import Allocation, ResourceType
from fourtop.model.booking import BookingStatus
from fourtop.model.window import Window
from fourtop.ports import SeatedParty, View


@attrs.frozen
class Conflict:
    """A row in conflict with a record of the store, or with another row.

    Args:
        read: The row.
        problem: The conflict as a problem.
        with_row: The number of the other row; ``None``: a record of the store.
    """

    read: ReadRow
    problem: RowProblem
    with_row: int | None = None


@attrs.frozen
class Sorted:
    """The rows of an import that may come in, and the problems of the others."""

    kept: tuple[ReadRow, ...]
    problems: tuple[RowProblem, ...]


def sort_out(
    view: View, compiled: CompiledHouse, read: Sequence[ReadRow], *, skip: bool, shadow: bool
) -> Sorted:
    """Find the rows that are in conflict.

    Without ``skip`` each conflict is a problem. With it, rows are taken in their order: one is left
    out if it conflicts with the store or with a row that was taken before.

    Args:
        view: Covers the windows and the bookings of the rows.
        compiled: The house.
        read: The rows, in order.
        skip: Whether a row in conflict makes room for later rows.
        shadow: Whether rows may overlap anything.
    """
    conflicts: dict[int, list[Conflict]] = {}
    for each in () if shadow else _Conflicts(view, compiled).of_tables(read):
        conflicts.setdefault(each.read.number, []).append(each)
    taken: dict[str, ReadRow] = {}
    numbers: set[int] = set()
    kept: list[ReadRow] = []
    problems: list[RowProblem] = []
    for row in read:
        found = [
            *_double_id(view, row, taken),
            *[
                each.problem
                for each in conflicts.get(row.number, ())
                if not skip or each.with_row is None or each.with_row in numbers
            ],
        ]
        problems += found
        if not (found and skip):
            taken.setdefault(row.booking.id, row)
            numbers.add(row.number)
            kept.append(row)
    return Sorted(tuple(kept), tuple(problems))


def _double_id(view: View, row: ReadRow, taken: dict[str, ReadRow]) -> Iterator[RowProblem]:
    booking_id = row.booking.id
    if view.find_booking(booking_id) is not None:
        text = f"the booking {booking_id} exists already"
        yield _problem(row, Code.ALREADY_EXISTS, text, column="id", rival=f"booking {booking_id}")
    elif booking_id in taken:
        place = _place(taken[booking_id])
        text = f"the booking {booking_id} stands in {place} already"
        yield _problem(row, Code.ALREADY_EXISTS, text, column="id", rival=place)


class _Conflicts:
    """Finds the conflicts of tables; it names tables by number and times in the local zone."""

    def __init__(self, view: View, compiled: CompiledHouse) -> None:
        self._view = view
        self._zone: tzinfo = compiled.calendar.zone
        self._labels = compiled.house.floor.labels

    def of_tables(self, read: Sequence[ReadRow]) -> Iterator[Conflict]:
        """Yield the conflicts with the store, between rows, and of parties that sit together."""
        taken: dict[str, list[tuple[Window, ReadRow]]] = {}
        for each in read:
            for row in _tables_of(each):
                taken.setdefault(row.resource_id, []).append((row.window, each))
                for rival in find_all_rivals(self._view, (row.resource_id,), row.window):
                    owner = f"{rival.owner_kind.value} {rival.owner_id}"
                    yield self._taken(each, row.resource_id, rival.window, owner)
        for table_id, stays in taken.items():
            stays.sort(key=_by_time)
            for pair in overlapping_pairs(stays, itemgetter(0)):
                (window, first), (_, second) = sorted(pair, key=lambda stay: stay[1].number)
                yield self._taken(second, table_id, window, _place(first), first.number)
        yield from self._seated_together(read)

    def _taken(
        self, read: ReadRow, table_id: str, window: Window, rival: str, with_row: int | None = None
    ) -> Conflict:
        number, local = self._labels[table_id], window.brief(self._zone)
        text = f"table {number} is taken by {rival} in {local}"
        facts = {"column": "tables", "table": number, "local_time": local, "rival": rival}
        return Conflict(read, _problem(read, Code.ALLOCATIONS_OVERLAP, text, **facts), with_row)

    def _sits(self, read: ReadRow, row: Allocation, who: str, with_row: int | None) -> Conflict:
        number = self._labels[row.resource_id]
        facts = {
            "column": "tables",
            "table": number,
            "local_time": row.window.brief(self._zone),
            "rival": who,
        }
        text = f"{who} sits at table {number}"
        return Conflict(read, _problem(read, Code.TABLE_OCCUPIED, text, **facts), with_row)

    def _seated_together(self, read: Sequence[ReadRow]) -> Iterator[Conflict]:
        """Yield the parties that would sit with another party, although no rows overlap."""
        seated = [
            (each, row)
            for each in read
            if each.booking.status is BookingStatus.CHECKED_IN
            for row in _tables_of(each)
        ]
        if not seated:
            return
        view = self._view
        parties = {table_id: party for party in view.seated_parties() for table_id in party.tables}
        earlier: dict[str, list[tuple[ReadRow, Allocation]]] = {}
        for each, row in seated:
            party = parties.get(row.resource_id)
            if party is not None and not _meet(view, party, row):
                yield self._sits(each, row, f"booking {party.booking.id}", None)
            for other, taken in earlier.setdefault(row.resource_id, []):
                if not taken.window.overlaps(row.window):
                    yield self._sits(each, row, _place(other), other.number)
            earlier[row.resource_id].append((each, row))


def _problem(read: ReadRow, code: Code, text: str, **facts: Any) -> RowProblem:
    return RowProblem(read.number, code, text, line=read.row.line, **facts)


def _place(read: ReadRow) -> str:
    return place_of(read.number, read.row.line)


def _tables_of(read: ReadRow) -> Iterable[Allocation]:
    return (row for row in read.allocations if row.resource_type is ResourceType.TABLE)


def _meet(view: View, party: SeatedParty, row: Allocation) -> bool:
    rivals = find_all_rivals(view, (row.resource_id,), row.window)
    return any(rival.owner == party.owner for rival in rivals)


def _by_time(stay: tuple[Window, ReadRow]) -> tuple[int, int, int]:
    window, read = stay
    return window.start_us, window.end_us, read.number
