"""Turn ``Changes`` into rows per table, with the number of rows that each write must touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from fourtop.model.allocation import Allocation
from fourtop.model.booking import Booking
from fourtop.model.event import Event
from fourtop.model.hold import Hold
from fourtop.ports import Changes, by_kind, records_by_kind
from fourtop.ports.outbox import subject_of
from fourtop.storage.sql.tables.allocation import allocation_row
from fourtop.storage.sql.tables.booking import booking_row
from fourtop.storage.sql.tables.confirmation import confirmation_row, confirmation_table_rows
from fourtop.storage.sql.tables.event import event_row
from fourtop.storage.sql.tables.hold import hold_change_row, hold_row
from fourtop.storage.sql.tables.plain_table import PlainTable
from fourtop.storage.sql.tables.result import result_row
from fourtop.storage.sql.tables.values import Row


class RowCountMismatch(Exception):
    """A statement touched another number of rows than the decision expected.

    It never leaves the store: ``ConflictExplainer`` finds the cause.
    """


@attrs.frozen
class RowChange:
    """The rows that one statement writes.

    Args:
        name: The statement; see ``writer``.
        rows: The rows.
        expected: The number of rows that it must touch; ``None``: constraints check the rows.
    """

    name: str
    rows: list[Row]
    expected: int | None = None


def row_changes_of(
    changes: Changes, plain: Sequence[PlainTable], *, moves_in_place: bool
) -> list[RowChange]:
    """Return the row changes in the order of writing: removed, changed, added.

    Args:
        changes: The changes.
        plain: The tables of plain records.
        moves_in_place: Whether a replaced row is updated. SQLite checks row by row for overlaps,
            so there a replaced row is removed with the others and added again with the others.
    """
    removed, added = list(changes.removed), list(changes.added)
    replaced = list(changes.replaced)
    if not moves_in_place:
        removed += [old for old, _ in replaced]
        added = [new for _, new in replaced] + added
        replaced = []
    row_changes = [
        _expected("removed", removed, _gone_row),
        _expected("replaced", replaced, _replaced_row),
        *_booking_changes(changes),
        *_hold_changes(changes),
        *_plain_changes(changes, plain),
        _unchecked("added", added, allocation_row),
        _expected("bookings_removed", changes.bookings_removed, _id_row),
        *_plain_removals(changes),
        _unchecked("confirmations", changes.confirmations, confirmation_row),
        _unchecked(
            "confirmation_tables",
            [row for each in changes.confirmations for row in confirmation_table_rows(each)],
            dict,
        ),
        _unchecked("stored_results", changes.stored_results, result_row),
        _unchecked("events", changes.events, _event_row),
    ]
    return [each for each in row_changes if each is not None]


def _unchecked(name: str, values: Sequence[Any], encode: Callable[[Any], Row]) -> RowChange | None:
    return RowChange(name, [encode(each) for each in values]) if values else None


def _expected(name: str, values: Sequence[Any], encode: Callable[[Any], Row]) -> RowChange | None:
    return RowChange(name, [encode(each) for each in values], len(values)) if values else None


def _event_row(event: Event) -> Row:
    row = event_row(event)
    row["subject"] = subject_of(event)
    return row


def _id_row(id_: str) -> Row:
    return {"id": id_}


def _gone_row(row: Allocation) -> Row:
    return {
        f"old_{name}" if name != "id" else name: value
        for name, value in allocation_row(row).items()
    }


def _replaced_row(pair: tuple[Allocation, Allocation]) -> Row:
    old, new = pair
    return {**allocation_row(new), **_gone_row(old)}


def _last_of(values: Sequence[Any], removed: Sequence[str]) -> list[Any]:
    """Return the last state of each record, without those that the changes remove."""
    return [each for id_, each in {each.id: each for each in values}.items() if id_ not in removed]


# ---- plain records


def _plain_changes(changes: Changes, plain: Sequence[PlainTable]) -> list[RowChange | None]:
    if not (changes.records_added or changes.records_changed):
        return []
    rows = {each.record: each.row for each in plain}
    removed = by_kind(changes.records_removed)
    new = {(type(each), each.id) for each in changes.records_added}
    known = (*((type(each), each.id) for each in changes.records_changed), *changes.records_removed)
    if not new.isdisjoint(known):
        # SQLite writes one row after the other, and would find a row that the changes add.
        raise RowCountMismatch
    return [
        *(
            _unchecked(f"{kind.plural}_added", records, rows[kind.record])
            for kind, records in records_by_kind(changes.records_added).items()
        ),
        *(
            _expected(
                f"{kind.plural}_changed",
                _last_of(records, removed.get(kind, ())),
                rows[kind.record],
            )
            for kind, records in records_by_kind(changes.records_changed).items()
        ),
    ]


def _plain_removals(changes: Changes) -> list[RowChange | None]:
    if not changes.records_removed:
        return []
    return [
        _expected(f"{kind.plural}_removed", ids, _id_row)
        for kind, ids in by_kind(changes.records_removed).items()
    ]


# ---- bookings


def _booking_changes(changes: Changes) -> list[RowChange | None]:
    """Return the changes of new and of changed bookings; of several states only the last counts.

    The assignments of a removed booking go with those that other bookings have lost.
    """
    if not (changes.bookings or changes.bookings_removed):
        return []
    states: dict[str, list[Booking]] = {}
    if {each.id for each in changes.bookings} & set(changes.bookings_removed):
        raise RowCountMismatch
    for booking in changes.bookings:
        states.setdefault(booking.id, []).append(booking)
    for changed in states.values():
        versions = [each.version for each in changed]
        if versions != list(range(versions[0], versions[0] + len(versions))):
            raise RowCountMismatch
    first = {id_: changed[0].version for id_, changed in states.items()}
    last = [changed[-1] for changed in states.values()]
    new = [each for each in last if first[each.id] == 1]
    known = [each for each in last if first[each.id] != 1]

    def changed_row(booking: Booking) -> Row:
        return {**booking_row(booking), "old_version": first[booking.id] - 1}

    seats = [
        (each.id, place, table_id) for each in last for place, table_id in enumerate(each.tables)
    ]
    sizes = [(each.id, len(each.tables)) for each in known]
    sizes += [(booking_id, 0) for booking_id in changes.bookings_removed]
    return [
        _unchecked("bookings_added", new, booking_row),
        _expected("bookings_changed", known, changed_row),
        _unchecked(
            "assignments_over", sizes, lambda size: {"booking_id": size[0], "position": size[1]}
        ),
        _unchecked("assignments", seats, _assignment_row),
    ]


def _assignment_row(seat: tuple[str, int, str]) -> Row:
    booking_id, position, table_id = seat
    return {"booking_id": booking_id, "position": position, "table_id": table_id}


# ---- holds


def _hold_changes(changes: Changes) -> list[RowChange | None]:
    if not (changes.holds_added or changes.holds_changed):
        return []
    members = [
        (each.id, place, table_id)
        for each in changes.holds_added
        for place, table_id in enumerate(each.tables)
    ]
    changed: list[Hold] = _last_of(changes.holds_changed, ())
    return [
        _unchecked("holds_added", changes.holds_added, hold_row),
        _unchecked(
            "members",
            members,
            lambda seat: {"hold_id": seat[0], "position": seat[1], "table_id": seat[2]},
        ),
        _expected("holds_changed", changed, hold_change_row),
    ]
