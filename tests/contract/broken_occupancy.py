"""Occupancies that do not see what overlaps: each one line away from the good one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs

from fourtop import (
    Allocation,
    AllocationsOverlap,
    OwnerKind,
    ResourceType,
    Window,
)
from fourtop.timeline import Occupancy

HOUR_US: Final = 3_600_000_000


class LosesTheLastMicrosecond(Occupancy):
    def add(self, allocation: Allocation) -> None:
        start_us, end_us = allocation.window.start_us, allocation.window.end_us
        if end_us - start_us == 1:
            return super().add(allocation)
        try:
            super().add(allocation)
        except AllocationsOverlap:
            super().add(attrs.evolve(allocation, window=Window.of_micros(start_us + 1, end_us - 1)))
        return None


class TakesTouchingForOverlap(Occupancy):
    def add(self, allocation: Allocation) -> None:
        for touching_us in (allocation.window.start_us - 1, allocation.window.end_us):
            touching = Window.of_micros(touching_us, touching_us + 1)
            rival = self.find_in_the_way(allocation.resource_type, allocation.resource_id, touching)
            if rival is not None and not allocation.shadow:
                raise overlap_with(rival)
        super().add(allocation)


class CountsShadows(Occupancy):
    def add(self, allocation: Allocation) -> None:
        super().add(attrs.evolve(allocation, shadow=False))


class ForgetsLongRows(Occupancy):
    def overlapping(self, window: Window) -> tuple[Allocation, ...]:
        recent = window.start_us - 24 * HOUR_US
        return tuple(row for row in super().overlapping(window) if row.window.start_us > recent)


class GuardsTablesOnly(Occupancy):
    def add(self, allocation: Allocation) -> None:
        try:
            super().add(allocation)
        except AllocationsOverlap:
            if allocation.resource_type is ResourceType.TABLE:
                raise


class RoundsQuestionsToMinutes(Occupancy):
    def busy_mask(self, window: Window, without: Any = ()) -> int:
        return super().busy_mask(rounded_out(window), without)


class LooksBeyondTheTimeAround(Occupancy):
    def find_beside(
        self, window: Window, around: Window, without: Any = ()
    ) -> tuple[dict[int, int], dict[int, int]]:
        return super().find_beside(window, Window.of_micros(0, around.end_us + HOUR_US), without)


class CountsBitsFromTheEnd(Occupancy):
    def arrange(self, table_ids: Sequence[str]) -> None:
        super().arrange(table_ids[::-1])


class InventsAnExtent(Occupancy):
    def extent(self) -> tuple[int, int]:
        return super().extent() or (0, 0)


class NamesNobody(Occupancy):
    def add(self, allocation: Allocation) -> None:
        try:
            super().add(allocation)
        except AllocationsOverlap as error:
            raise AllocationsOverlap(
                error.resource_type,
                error.resource_id,
                allocation.id,
                error.owner_kind,
                error.owner_id,
                error.start,
                error.end,
            ) from error


class ConfusesOwners(Occupancy):
    def of_owner(self, kind: OwnerKind, owner_id: str) -> tuple[Allocation, ...]:
        assert kind in OwnerKind
        found = (
            row
            for each in OwnerKind
            for row in super(ConfusesOwners, self).of_owner(each, owner_id)
        )
        return tuple(sorted(found, key=lambda row: row.order_key))


class TakesTheOldestForTheLast(Occupancy):
    def find_last(self, table_id: str, without: Any = ()) -> Allocation | None:
        rows = (
            row
            for row in self.allocations()
            if row.resource_id == table_id and row.owner not in without
        )
        return next(rows, None)


def rounded_out(window: Window) -> Window:
    minute_us = 60_000_000
    return Window.of_micros(
        window.start_us // minute_us * minute_us, -(-window.end_us // minute_us) * minute_us
    )


def overlap_with(row: Allocation) -> AllocationsOverlap:
    kind, start, end = (
        row.owner_kind.value,
        row.window.start.isoformat(),
        row.window.end.isoformat(),
    )
    return AllocationsOverlap(
        row.resource_type.value, row.resource_id, row.id, kind, row.owner_id, start, end
    )
