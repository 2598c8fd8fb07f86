"""The plain records of one restaurant, by id, with an index of the starts of booking slots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any, TypeVar

from sortedcontainers import SortedList

from fourtop.errors import AlreadyExists, NotFound
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.window import Window
from fourtop.ports import Changes, PlainRecord, RecordRef, kind_of, records_by_kind

P = TypeVar("P", bound=PlainRecord)


class PlainRecords:
    """The plain records of one restaurant, of all kinds. Not thread-safe."""

    def __init__(self) -> None:
        self._by_class: defaultdict[type[PlainRecord], dict[str, Any]] = defaultdict(dict)
        # Start and id of each booking slot.
        self._slot_starts: SortedList[tuple[int, str]] = SortedList()

    def find(self, record: type[P], record_id: str) -> P | None:
        """Return the record of that class and id, or ``None``."""
        found: P | None = self._by_class[record].get(record_id)
        return found

    def ids(self, record: type[PlainRecord]) -> Collection[str]:
        """Return the ids of the records of a class."""
        return self._by_class[record].keys()

    def slots_starting(self, window: Window) -> Iterator[BookingSlot]:
        """Yield the booking slots that start inside a window, by start, then id. O(log n + k)."""
        slots = self._by_class[BookingSlot]
        first, end = (window.start_us, ""), (window.end_us, "")
        for _, slot_id in self._slot_starts.irange(first, end, inclusive=(True, False)):
            yield slots[slot_id]

    # ---- writing

    def check_new(self, added: Collection[PlainRecord]) -> None:
        """Refuse a new record with a stored id, and a second one with its id.

        Raises:
            AlreadyExists: Names the kind and the id.
        """
        for kind, records in records_by_kind(added).items():
            seen: set[str] = set()
            for each in records:
                if each.id in self._by_class[kind.record] or each.id in seen:
                    raise AlreadyExists(kind.name, each.id)
                seen.add(each.id)

    def check_known(self, changed: Collection[PlainRecord], removed: Collection[RecordRef]) -> None:
        """Refuse to change or remove a record that is not stored, or to remove one twice.

        Raises:
            NotFound: Names the kind and the id.
        """
        for each in changed:
            if each.id not in self._by_class[type(each)]:
                raise NotFound(kind_of(type(each)).name, each.id)
        gone: set[RecordRef] = set()
        for record, record_id in removed:
            if (record, record_id) in gone or record_id not in self._by_class[record]:
                raise NotFound(kind_of(record).name, record_id)
            gone.add((record, record_id))

    def write(self, changes: Changes) -> None:
        """Add, change and remove records; the changes have been checked."""
        for each in (*changes.records_added, *changes.records_changed):
            records = self._by_class[type(each)]
            self._note(records.get(each.id), each)
            records[each.id] = each
        for record, record_id in changes.records_removed:
            self._note(self._by_class[record].pop(record_id))

    def _note(self, before: PlainRecord | None, after: PlainRecord | None = None) -> None:
        """Keep the start of a slot in place of that before."""
        if isinstance(before, BookingSlot):
            self._slot_starts.remove((before.start_us, before.id))
        if isinstance(after, BookingSlot):
            self._slot_starts.add((after.start_us, after.id))

    def index(self) -> None:
        """Make the index of the starts anew."""
        slots: Iterable[BookingSlot] = self._by_class[BookingSlot].values()
        self._slot_starts = SortedList((each.start_us, each.id) for each in slots)

    def stored_before(self, changes: Changes) -> Iterator[tuple[dict[str, Any], str, Any]]:
        """Yield (dictionary, id, stored record or ``None``) of each record that changes touch."""
        written = (*changes.records_added, *changes.records_changed)
        for record, record_id in chain(
            ((type(each), each.id) for each in written), changes.records_removed
        ):
            records = self._by_class[record]
            yield records, record_id, records.get(record_id)
