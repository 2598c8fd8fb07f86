"""The plain records of one restaurant: for each kind a dictionary by id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import chain
from typing import Any, TypeVar

from fourtop.errors import AlreadyExists, NotFound
from fourtop.ports import Changes, PlainRecord, RecordRef, kind_of, records_by_kind

P = TypeVar("P", bound=PlainRecord)


class PlainRecords:
    """The plain records of one restaurant, of all kinds. Not thread-safe."""

    def __init__(self) -> None:
        self._by_class: defaultdict[type[PlainRecord], dict[str, Any]] = defaultdict(dict)

    def find(self, record: type[P], record_id: str) -> P | None:
        """Return the record of that class and id, or ``None``."""
        found: P | None = self._by_class[record].get(record_id)
        return found

    def ids(self, record: type[PlainRecord]) -> Collection[str]:
        """Return the ids of the records of a class."""
        return self._by_class[record].keys()

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
            self._by_class[type(each)][each.id] = each
        for record, record_id in changes.records_removed:
            del self._by_class[record][record_id]

    def stored_before(self, changes: Changes) -> Iterator[tuple[dict[str, Any], str, Any]]:
        """Yield (dictionary, id, stored record or ``None``) of each record that changes touch."""
        written = (*changes.records_added, *changes.records_changed)
        for record, record_id in chain(
            ((type(each), each.id) for each in written), changes.records_removed
        ):
            records = self._by_class[record]
            yield records, record_id, records.get(record_id)
