"""States that trust a decision, check too early, or are not atomic: each one line from the good."""

from __future__ import annotations

from itertools import chain
from typing import Any

import attrs

from fourtop import (
    AlreadyExists,
    Booking,
    FourtopError,
    NotFound,
    OwnerKind,
)
from fourtop.ports import Changes
from fourtop.storage.memory.state import RestaurantState


class TrustsTenants(RestaurantState):
    def _check_tenant(self, changes: Changes) -> None:
        pass


class ChecksTheFirstTenantOnly(RestaurantState):
    def _check_tenant(self, changes: Changes) -> None:
        super()._check_tenant(attrs.evolve(changes, bookings=changes.bookings[:1]))


class TrustsHouseVersions(RestaurantState):
    def _check_house(self, changes: Changes) -> None:
        pass


class TrustsBookingVersions(RestaurantState):
    def _check_bookings(self, changes: Changes) -> None:
        pass


class TakesAnyNewerBooking(RestaurantState):
    def _check_bookings(self, changes: Changes) -> None:
        newer = [each for each in changes.bookings if each.version > self._version_of(each)]
        old = tuple(each for each in changes.bookings if each not in newer)
        super()._check_bookings(attrs.evolve(changes, bookings=old))

    def _version_of(self, booking: Booking) -> int:
        stored = self.find_booking(booking.id)
        return 0 if stored is None else stored.version


class IgnoresAbsentRemovals(RestaurantState):
    def _check_gone(self, changes: Changes) -> None:
        pass

    def _write_allocations(self, changes: Changes) -> None:
        there = tuple(row for row in set(changes.removed) if self.occupancy.find(row.id) == row)
        moved = tuple(
            pair for pair in changes.replaced if self.occupancy.find(pair[0].id) == pair[0]
        )
        super()._write_allocations(attrs.evolve(changes, removed=there, replaced=moved))


class TrustsNewIds(RestaurantState):
    def _check_new(self, changes: Changes) -> None:
        pass


class TakesAKeyTwice(RestaurantState):
    def _check_new(self, changes: Changes) -> None:
        super()._check_new(attrs.evolve(changes, stored_results=()))


class TakesAKeyOfOneCommandOnly(RestaurantState):
    def _check_new(self, changes: Changes) -> None:
        super()._check_new(changes)
        if {each.key for each in changes.stored_results} & {
            key for _, key in self.confirmations.stored_results
        }:
            raise AlreadyExists("result", changes.stored_results[0].key)


class TakesAnEventTwice(RestaurantState):
    def _check_new(self, changes: Changes) -> None:
        super()._check_new(attrs.evolve(changes, events=()))


class ConfirmsTwice(RestaurantState):
    def _check_new(self, changes: Changes) -> None:
        failed = [attrs.evolve(each, confirmed=False) for each in changes.confirmations]
        super()._check_new(attrs.evolve(changes, confirmations=tuple(failed)))


class TakesAKeyForAHold(RestaurantState):
    def _check_new(self, changes: Changes) -> None:
        others = [attrs.evolve(each, key=each.id) for each in changes.confirmations]
        super()._check_new(attrs.evolve(changes, confirmations=tuple(others)))


class TrustsOwners(RestaurantState):
    def _check_references(self, changes: Changes) -> None:
        try:
            super()._check_references(changes)
        except NotFound as error:
            if (
                error.kind == "table"
                or changes.records_removed
                or changes.records_changed
                or changes.holds_changed
            ):
                raise


class TrustsTables(RestaurantState):
    def _check_references(self, changes: Changes) -> None:
        try:
            super()._check_references(changes)
        except NotFound as error:
            if error.kind != "table":
                raise


class LeavesRowsBehind(RestaurantState):
    def _check_left_behind(self, changes: Changes, kind: OwnerKind, removed: Any) -> None:
        if kind is not OwnerKind.BLOCK:
            super()._check_left_behind(changes, kind, removed)


class LeavesRowsOfBookingsBehind(RestaurantState):
    def _check_left_behind(self, changes: Changes, kind: OwnerKind, removed: Any) -> None:
        if kind is OwnerKind.BLOCK:
            super()._check_left_behind(changes, kind, removed)


class KeepsWhatItPlaced(RestaurantState):
    def _write_allocations(self, changes: Changes) -> None:
        for row in chain(changes.removed, (old for old, _ in changes.replaced)):
            self.occupancy.remove(row)
        for row in chain((new for _, new in changes.replaced), changes.added):
            self.occupancy.add(row)


class WritesRecordsBeforeItJudgesRows(RestaurantState):
    def _write_allocations(self, changes: Changes) -> None:
        self._write_records(changes)
        super()._write_allocations(changes)

    def apply(self, changes: Changes) -> None:
        self._check_tenant(changes)
        self._check_house(changes)
        self._check_bookings(changes)
        self._check_gone(changes)
        self._check_new(changes)
        self._check_references(changes)
        self._write_allocations(changes)
        self._write_house(changes)
        self._count(changes)


class TellsOfWhatItRefused(RestaurantState):
    def apply(self, changes: Changes) -> None:
        try:
            super().apply(changes)
        except FourtopError:
            self.outbox.extend(changes.events)
            raise


class RemembersRefusedKeys(RestaurantState):
    def apply(self, changes: Changes) -> None:
        self._check_new(changes)
        self.outbox.keys.update(event.dedupe_key for event in changes.events)
        super().apply(attrs.evolve(changes, events=()))
        self.outbox.extend(changes.events)


class JudgesEachMoveAlone(RestaurantState):
    def _write_allocations(self, changes: Changes) -> None:
        for pair in changes.replaced:
            super()._write_allocations(Changes(replaced=(pair,)))
        super()._write_allocations(attrs.evolve(changes, replaced=()))


class AddsBeforeItRemoves(RestaurantState):
    def _write_allocations(self, changes: Changes) -> None:
        super()._write_allocations(attrs.evolve(changes, removed=()))
        super()._write_allocations(Changes(removed=changes.removed))


class AddsBeforeItReplaces(RestaurantState):
    def _write_allocations(self, changes: Changes) -> None:
        super()._write_allocations(attrs.evolve(changes, replaced=()))
        super()._write_allocations(Changes(replaced=changes.replaced))


class RemovesNoBlockThatHadRows(RestaurantState):
    def _check_left_behind(self, changes: Changes, kind: OwnerKind, removed: Any) -> None:
        kept = changes if kind is OwnerKind.BOOKING else attrs.evolve(changes, removed=())
        super()._check_left_behind(kept, kind, removed)


class CountsTheRefused(RestaurantState):
    def apply(self, changes: Changes) -> None:
        self._count(Changes())
        try:
            super().apply(changes)
        except FourtopError:
            self._count(changes)
            raise
