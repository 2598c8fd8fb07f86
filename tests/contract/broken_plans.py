"""States that write a part of a plan: each one line away from the good one."""

from __future__ import annotations

import attrs

from fourtop.ports import Changes
from fourtop.storage.memory.state import RestaurantState


class SeatsTheNewcomerOnly(RestaurantState):
    """It writes no moved booking beside a new one."""

    def _write_records(self, changes: Changes) -> None:
        new = tuple(each for each in changes.bookings if each.version == 1)
        super()._write_records(attrs.evolve(changes, bookings=new or changes.bookings))


class MovesBeforeItSeats(RestaurantState):
    """It moves the parties that have tables, and then seats those that have none."""

    def apply(self, changes: Changes) -> None:
        movers = {row.owner_id for row in changes.removed}
        moves = Changes(
            removed=changes.removed,
            added=tuple(row for row in changes.added if row.owner_id in movers),
            bookings=tuple(each for each in changes.bookings if each.id in movers),
        )
        super().apply(moves)
        others = tuple(row for row in changes.added if row.owner_id not in movers)
        seats = tuple(each for each in changes.bookings if each.id not in movers)
        super().apply(attrs.evolve(changes, removed=(), added=others, bookings=seats))


class ChecksTheFirstBookingOnly(RestaurantState):
    """It trusts the versions of all bookings but the first."""

    def _check_bookings(self, changes: Changes) -> None:
        super()._check_bookings(attrs.evolve(changes, bookings=changes.bookings[:1]))


class WritesTenBookings(RestaurantState):
    """It writes the first ten bookings of a set of changes."""

    def _write_records(self, changes: Changes) -> None:
        super()._write_records(attrs.evolve(changes, bookings=changes.bookings[:10]))
