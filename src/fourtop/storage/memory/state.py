"""The state of one restaurant in the memory store: its records, and the changes to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Any, Final, Self, TypeVar, Unpack

from fourtop.errors import AllocationsOverlap, AlreadyExists, ForeignTenant, NotFound, StaleVersion
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.ports import Changes, by_kind, owner_class
from fourtop.storage.memory.repair import nothing, restored
from fourtop.storage.memory.restaurant_records import RestaurantRecords
from fourtop.storage.memory.stored_records import StoredRecords, changes_of

R = TypeVar("R")

_ID: Final = attrgetter("id")
_EVENT_KEY: Final = attrgetter("dedupe_key")
_COMMAND_AND_KEY: Final = attrgetter("command", "key")


class RestaurantState(RestaurantRecords):
    """The records of one restaurant, and the judge of changes.

    Not thread-safe: the store's lock is held around every call.
    """

    def __init__(self, house: House) -> None:
        super().__init__(house)
        # Restores the records while a write is under way; the store repairs where one is left over.
        self.undo: Callable[[], None] | None = None
        # The slug before the last write: an undo restores it.
        self._slug_before: str = house.restaurant.slug

    @classmethod
    def of(cls, house: House, versions: Versions, **kept: Unpack[StoredRecords]) -> Self:
        """Return a state with the rows that a store has loaded to check changes.

        The rows must include all that the changes touch: the rows of the tables and windows that
        they take and of the owners that they name, and all rows with one of their ids or keys. The
        caller keeps its lists.

        Args:
            house: The restaurant, its floor and policy.
            versions: The three counters.
            kept: The rows, by kind and in any order; a kind left out is empty.

        Raises:
            AllocationsOverlap: If live rows overlap: the store is corrupt.
            AlreadyExists: If two allocations have one id.
        """
        state = cls(house)
        state.versions = versions
        for row in kept.get("allocations", ()):
            state.occupancy.add(row)
        state._write_records(changes_of(kept))
        state.outbox.keys.update(kept.get("event_keys", ()))
        return state

    @property
    def slugs(self) -> tuple[str, ...]:
        """The slug; after an interrupt also the one that ``repair`` will restore."""
        slug = self.house.restaurant.slug
        return (slug,) if self.undo is None else (slug, self._slug_before)

    # ---- ended records, for jobs

    def holds_expired(self, before_us: int) -> Iterator[tuple[int, str]]:
        """Yield (expiry, id) of the active holds that expired by an instant, in this order."""
        return self.holds.expired_by(before_us)

    def holds_over(self, before_us: int) -> Iterator[tuple[int, str]]:
        """Return (creation, id) of the ended holds of an instant or earlier without references."""
        return self.holds.unused(self.confirmations, self.occupancy, before_us)

    def archive_allocation(self, row_id: str) -> None:
        """Move a row into the archive."""
        row = self.occupancy.find(row_id)
        assert row is not None, "a row to archive has just been found"
        self.run(
            lambda: self.archive.take(self.occupancy, row_id),
            partial(self._undo_archiving, row, len(self.archive)),
        )

    def _undo_archiving(self, row: Allocation, archived: int) -> None:
        self.archive.shorten(archived)
        self._restore_allocations(gone=(row,), come=())

    def drop_hold(self, hold_id: str) -> None:
        """Forget the record of an ended hold."""
        self.run(partial(self.holds.drop, hold_id))

    def drop_result(self, result_id: str) -> None:
        """Forget a confirmation result."""
        self.run(lambda: self.confirmations.drop_result(result_id))

    def drop_event(self, sequence: int) -> None:
        """Forget a settled event and its key."""
        self.run(lambda: self.outbox.drop(sequence))

    # ---- interrupts: a signal may end any write between two bytecodes

    def run(self, write: Callable[[], R], undo: Callable[[], None] = nothing) -> R:
        """Run a write of several steps, and undo it if anything but an overlap ends it.

        What the write has done by then is undone here, or, if a second interrupt ends that too, by
        ``repair`` when the restaurant is entered next.

        Args:
            write: Change the records and their indexes; each record in one step.
            undo: Restore the records. It may run several times. The indexes of the records follow
                by themselves, those of the allocations excepted.
        """
        self._slug_before = self.house.restaurant.slug
        self.undo = undo
        try:
            result = write()
        except (AllocationsOverlap, AlreadyExists):
            self.undo = None  # ``_write_allocations`` has taken back its own steps.
            raise
        except BaseException:
            self.repair()
            raise
        self.undo = None
        return result

    def repair(self) -> None:
        """Undo a write that an interrupt ended. O(records)."""
        assert self.undo is not None, "no write is under way"
        self.undo()
        self._index_records()
        self.undo = None

    def _undo_of(self, changes: Changes) -> Callable[[], None]:
        """Return a function that restores the records that the changes touch."""
        bookings, holds = self.bookings.by_id, self.holds.by_id
        before: list[tuple[dict[str, Any], str, Any]] = [
            (bookings, each.id, bookings.get(each.id)) for each in changes.bookings
        ]
        if changes.holds_added or changes.holds_changed:
            ids = [each.id for each in (*changes.holds_added, *changes.holds_changed)]
            before += [(holds, each, holds.get(each)) for each in ids]
        if changes.bookings_removed:
            before += [(bookings, each, bookings.get(each)) for each in changes.bookings_removed]
        if changes.records_added or changes.records_changed or changes.records_removed:
            before += self.plain.stored_before(changes)
        return partial(self._restore, changes, before, self.house, self.versions)

    def _restore(
        self,
        changes: Changes,
        before: list[tuple[dict[str, Any], str, Any]],
        house: House,
        versions: Versions,
    ) -> None:
        for records, record_id, record in before:
            if record is None:
                records.pop(record_id, None)
            else:
                records[record_id] = record
        self.confirmations.retract(changes.confirmations, changes.stored_results)
        self.outbox.retract(changes.events)
        self.house, self.versions = house, versions
        self._restore_allocations(
            gone=changes.gone,
            come=changes.come,
        )

    def _restore_allocations(
        self, *, gone: Collection[Allocation], come: Collection[Allocation]
    ) -> None:
        tables = [table.id for table in self.house.floor.tables]
        self.occupancy = restored(self.occupancy, tables, gone=gone, come=come)

    def _index_records(self) -> None:
        """Make the indexes of all records anew."""
        self.bookings.index()
        self.holds.index()
        self.plain.index()
        self.confirmations.index()
        self.outbox.index()

    # ---- writing: check everything, then write; only overlaps are found while writing

    def apply(self, changes: Changes) -> None:
        """Apply all changes, or raise and change nothing.

        Raises:
            FourtopError: As ``Store.transact``.
        """
        self.check(changes)
        self.run(partial(self._write_all, changes), self._undo_of(changes))

    def check(self, changes: Changes) -> None:
        """Refuse changes that this restaurant does not allow, except for overlaps.

        Raises:
            FourtopError: As ``Store.transact``.
        """
        self._check_tenant(changes)
        self._check_house(changes)
        self._check_bookings(changes)
        self._check_gone(changes)
        self._check_new(changes)
        self._check_references(changes)

    def _write_all(self, changes: Changes) -> None:
        self._write_allocations(changes)
        self._write_records(changes)
        self._write_house(changes)
        self._count(changes)

    def _check_tenant(self, changes: Changes) -> None:
        if not changes.is_of(self.house.restaurant.id):
            raise ForeignTenant(self.house.restaurant.id)

    def _check_house(self, changes: Changes) -> None:
        if changes.floor is not None and changes.floor.expected != self.versions.floor:
            raise StaleVersion("floor", changes.floor.expected, self.versions.floor)
        if changes.policy is not None and changes.policy.expected != self.versions.policy:
            raise StaleVersion("policy", changes.policy.expected, self.versions.policy)

    def _check_bookings(self, changes: Changes) -> None:
        versions: dict[str, int] = {}
        for booking in changes.bookings:
            stored = self.bookings.by_id.get(booking.id)
            found = versions.get(booking.id, 0 if stored is None else stored.version)
            if found and booking.version == 1:
                raise AlreadyExists("booking", booking.id)
            if booking.version != found + 1:
                raise StaleVersion("booking", booking.version - 1, found)
            versions[booking.id] = booking.version

    def _check_gone(self, changes: Changes) -> None:
        if not (changes.removed or changes.replaced):
            return
        gone: set[str] = set()
        for row in changes.gone:
            stored = self.occupancy.find(row.id)
            # Nearly always it is the stored row itself, and equality takes longer to find out.
            if row.id in gone or (stored is not row and stored != row):
                raise StaleVersion("allocation", 1, 0)
            gone.add(row.id)

    def _check_new(self, changes: Changes) -> None:
        if changes.holds_added:
            _refuse_known("hold", map(_ID, changes.holds_added), self.holds.by_id)
        if changes.records_added:
            self.plain.check_new(changes.records_added)
        if changes.events:
            _refuse_known("event", map(_EVENT_KEY, changes.events), self.outbox.keys)
        if changes.confirmations:
            self.confirmations.check_results(changes.confirmations)
        if changes.stored_results:
            new = map(_COMMAND_AND_KEY, changes.stored_results)
            _refuse_known("result", new, self.confirmations.stored_results)

    def _check_references(self, changes: Changes) -> None:
        if changes.records_changed or changes.records_removed:
            self._check_known_records(changes)
        if changes.bookings_removed:
            self._check_removed_bookings(changes)
        floor = self.house.floor if changes.floor is None else changes.floor.floor
        tables = floor.positions
        known: dict[OwnerKind, tuple[Container[str], Container[str]]] = {}
        for row in changes.come:
            kind = row.owner_kind
            if kind not in known:
                known[kind] = self._owners_after(changes, kind)
            stored, new = known[kind]
            if row.owner_id not in stored and row.owner_id not in new:
                raise NotFound(kind.value, row.owner_id)
            if row.resource_type is ResourceType.TABLE and row.resource_id not in tables:
                raise NotFound("table", row.resource_id)
        for hold in changes.holds_changed:
            if hold.id not in self.holds.by_id:
                raise NotFound("hold", hold.id)

    def _owners_after(
        self, changes: Changes, kind: OwnerKind
    ) -> tuple[Container[str], Container[str]]:
        """Return the ids of the owners of a kind after the changes: the stored and the new ones."""
        if kind is OwnerKind.BOOKING:
            return self.bookings.by_id, {each.id for each in changes.bookings}
        if kind is OwnerKind.HOLD:
            return self.holds.by_id, {each.id for each in changes.holds_added}
        record = owner_class(kind)
        added = {each.id for each in changes.records_added if type(each) is record}
        return self.plain.ids(record), added

    def _check_known_records(self, changes: Changes) -> None:
        """Refuse to change or remove a plain record that is missing or would leave rows behind."""
        self.plain.check_known(changes.records_changed, changes.records_removed)
        for kind, ids in by_kind(changes.records_removed).items():
            if kind.owner is not None:
                self._check_left_behind(changes, kind.owner, ids)

    def _check_removed_bookings(self, changes: Changes) -> None:
        """Refuse to remove a booking that is missing, named twice or changed at the same time."""
        changed = {booking.id for booking in changes.bookings}
        removed: set[str] = set()
        for booking_id in changes.bookings_removed:
            if (
                booking_id in removed
                or booking_id in changed
                or booking_id not in self.bookings.by_id
            ):
                raise NotFound("booking", booking_id)
            removed.add(booking_id)
        self._check_left_behind(changes, OwnerKind.BOOKING, removed)

    def _check_left_behind(
        self, changes: Changes, kind: OwnerKind, removed: Collection[str]
    ) -> None:
        """Refuse to remove an owner if rows of it would remain."""
        stored = (
            row for owner_id in sorted(removed) for row in self.occupancy.of_owner(kind, owner_id)
        )
        gone = {row.id for row in changes.gone}
        left = (row for row in stored if row.id not in gone)
        for row in chain(left, changes.come):
            if row.owner_kind is kind and row.owner_id in removed:
                raise NotFound(kind.value, row.owner_id)

    def _write_allocations(self, changes: Changes) -> None:
        gone, come = changes.gone, changes.come
        for row in gone:
            self.occupancy.remove(row)
        placed: list[Allocation] = []
        try:
            for row in come:
                self.occupancy.add(row)
                placed.append(row)
        except (AllocationsOverlap, AlreadyExists):
            for row in placed:
                self.occupancy.remove(row)
            for row in gone:
                self.occupancy.add(row)
            raise

    def _write_records(self, changes: Changes) -> None:
        if changes.bookings or changes.bookings_removed:
            self._write_bookings(changes)
        if changes.holds_added or changes.holds_changed:
            self.holds.extend(changes.holds_added)
            self.holds.replace(changes.holds_changed)
        if changes.records_added or changes.records_changed or changes.records_removed:
            self.plain.write(changes)
        if changes.confirmations or changes.stored_results:
            self.confirmations.extend(changes.confirmations, changes.stored_results)
        if changes.events:
            self.outbox.extend(changes.events)

    def _write_bookings(self, changes: Changes) -> None:
        self.bookings.write(changes.bookings)
        self.bookings.remove(changes.bookings_removed)

    def _write_house(self, changes: Changes) -> None:
        if changes.floor is None and changes.policy is None:
            return
        restaurant, floor, policy = self.house.restaurant, self.house.floor, self.house.policy
        if changes.floor is not None:
            floor = changes.floor.floor
            self.occupancy.arrange([table.id for table in floor.tables])
        if changes.policy is not None:
            restaurant, policy = changes.policy.restaurant, changes.policy.policy
        self.house = House(restaurant, floor, policy)

    def _count(self, changes: Changes) -> None:
        before = self.versions
        self.versions = Versions(
            before.floor + (changes.floor is not None),
            before.policy + (changes.policy is not None),
            before.occupancy + changes.touches_occupancy,
        )


def _refuse_known(kind: str, new: Iterable[Any], known: Container[Any]) -> None:
    seen: set[Any] = set()
    for each in new:
        if each in known or each in seen:
            raise AlreadyExists(kind, each if isinstance(each, str) else each[-1])
        seen.add(each)
