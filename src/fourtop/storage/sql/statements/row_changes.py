"""Parts: what changes write to each table, as rows, and how many rows have to be there for that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from fourtop.model.allocation import Allocation
from fourtop.model.booking import Booking
from fourtop.model.event import Event
from fourtop.model.hold import Hold
from fourtop.ports import Changes
from fourtop.ports.outbox import subject_of
from fourtop.storage.sql.tables import codec
from fourtop.storage.sql.tables.codec import Row
from fourtop.storage.sql.tables.confirmation import confirmation_table_rows


class Mismatch(Exception):  # It never leaves the store: what was wrong is found out by the judge.
    """A statement touched other rows than the decision believed there were."""


@attrs.frozen
class Part:
    """The rows of one kind that changes write, and how many rows of the table have to be there for that.

    Args:
        name: Which statement writes them; see ``writing``.
        rows: The rows.
        expected: How many rows it has to touch; ``None``: the table's own constraints judge.
    """

    name: str
    rows: list[Row]
    expected: int | None = None


def parts_of(changes: Changes, *, moves_in_place: bool) -> list[Part]:
    """Return what changes write, in the order in which it is written: what goes, what changes, what comes.

    Args:
        changes: The changes.
        moves_in_place: Whether a replaced row is updated. Where the rows are judged one by one
            (SQLite), it has to go with the others that go, and come with those that come.
    """
    removed, added = list(changes.removed), list(changes.added)
    replaced = list(changes.replaced)
    if not moves_in_place:
        removed += [old for old, _ in replaced]
        added = [new for _, new in replaced] + added
        replaced = []
    parts = [
        _counted("removed", removed, _gone_row),
        _counted("replaced", replaced, _replaced_row),
        *_booking_parts(changes.bookings),
        *_hold_parts(changes),
        _part("blocks_added", changes.blocks_added, codec.block_row),
        _counted(
            "blocks_changed",
            _last_of(changes.blocks_changed, changes.blocks_removed),
            codec.block_row,
        ),
        _part("added", added, codec.allocation_row),
        _counted("blocks_removed", changes.blocks_removed, _id_row),
        _part("confirmations", changes.confirmations, codec.confirmation_row),
        _part(
            "confirmation_tables",
            [row for each in changes.confirmations for row in confirmation_table_rows(each)],
            dict,
        ),
        _part("stored_results", changes.stored_results, codec.answer_row),
        _part("events", changes.events, _event_row),
    ]
    return [part for part in parts if part is not None]


def _part(name: str, values: Sequence[Any], encode: Callable[[Any], Row]) -> Part | None:
    return Part(name, [encode(each) for each in values]) if values else None


def _counted(name: str, values: Sequence[Any], encode: Callable[[Any], Row]) -> Part | None:
    return Part(name, [encode(each) for each in values], len(values)) if values else None


def _event_row(event: Event) -> Row:
    return {**codec.event_row(event), "subject": subject_of(event)}


def _id_row(id_: str) -> Row:
    return {"id": id_}


def _gone_row(row: Allocation) -> Row:
    return {
        f"old_{name}" if name != "id" else name: value
        for name, value in codec.allocation_row(row).items()
    }


def _replaced_row(pair: tuple[Allocation, Allocation]) -> Row:
    old, new = pair
    return {**codec.allocation_row(new), **_gone_row(old)}


def _last_of(values: Sequence[Any], removed: Sequence[str]) -> list[Any]:
    """Return the last state of each, without those that are removed in the end."""
    return [each for id_, each in {each.id: each for each in values}.items() if id_ not in removed]


# ---- bookings


def _booking_parts(bookings: Sequence[Booking]) -> list[Part | None]:
    """New ones and changed ones; of one that is made and changed at once, only the last state is written."""
    states: dict[str, list[Booking]] = {}
    for booking in bookings:
        states.setdefault(booking.id, []).append(booking)
    for changed in states.values():
        versions = [each.version for each in changed]
        if versions != list(range(versions[0], versions[0] + len(versions))):
            raise Mismatch
    first = {id_: changed[0].version for id_, changed in states.items()}
    last = [changed[-1] for changed in states.values()]
    new = [each for each in last if first[each.id] == 1]
    known = [each for each in last if first[each.id] != 1]

    def known_row(booking: Booking) -> Row:
        return {**codec.booking_row(booking), "old_version": first[booking.id] - 1}

    seats = [
        (each.id, place, table_id) for each in last for place, table_id in enumerate(each.tables)
    ]
    sizes = [(each.id, len(each.tables)) for each in known]
    return [
        _part("bookings_added", new, codec.booking_row),
        _counted("bookings_changed", known, known_row),
        _part("assignments_over", sizes, lambda size: {"booking_id": size[0], "position": size[1]}),
        _part("assignments", seats, _assignment_row),
    ]


def _assignment_row(seat: tuple[str, int, str]) -> Row:
    booking_id, position, table_id = seat
    return {"booking_id": booking_id, "position": position, "table_id": table_id}


# ---- holds


def _hold_parts(changes: Changes) -> list[Part | None]:
    members = [
        (each.id, place, table_id)
        for each in changes.holds_added
        for place, table_id in enumerate(each.tables)
    ]
    changed: list[Hold] = _last_of(changes.holds_changed, ())
    return [
        _part("holds_added", changes.holds_added, codec.hold_row),
        _part(
            "members",
            members,
            lambda seat: {"hold_id": seat[0], "position": seat[1], "table_id": seat[2]},
        ),
        _counted("holds_changed", changed, codec.hold_change_row),
    ]
