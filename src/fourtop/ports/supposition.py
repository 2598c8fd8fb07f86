"""Suppositions: the rows of a restaurant as they would be after a booking or some moves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from fourtop.model.allocation import Allocation, Owner, OwnerKind
from fourtop.model.booking import Booking
from fourtop.ports.headcount import Headcount, counted_parties_of, headcounts_of
from fourtop.ports.records import LoadedRecords, Records
from fourtop.ports.scope import Scope


@attrs.frozen
class Supposition:
    """Changes that are not written: a new booking, moved ones, and the owners that give up rows.

    Args:
        booking: The new booking; it counts by its status. ``None``: there is none.
        rows: The allocations of the new booking and of the moved ones.
        released: These owners have no rows but those; their bookings and holds count as before.
        moved: Bookings that have other tables. They count as before, at these.
        known: Other bookings that the view is to know with their rows, as they are stored.
    """

    booking: Booking | None = None
    rows: tuple[Allocation, ...] = ()
    released: tuple[Owner, ...] = ()
    moved: tuple[Booking, ...] = ()
    known: tuple[Booking, ...] = ()

    def applied(self, source: Records, scope: Scope, now_us: int) -> LoadedRecords:
        """Return the rows of a scope that admission reads, as if the booking were among them.

        ``source`` stays unchanged. Dead holds and their rows are left out. O(rows of the scope).

        Args:
            source: The rows.
            scope: The rows that may be asked for. Its windows, counts and bookings are copied.
            now_us: The time of the view, in microseconds.
        """
        windows = scope.windows
        new = () if self.booking is None else (self.booking,)
        seated = list(source.seated()) if scope.sees_seated(now_us) else []
        named = [each for each in map(source.find_booking, scope.bookings) if each is not None]
        held = [each for one in scope.headcounts for each in source.held_covers(one, now_us)]
        parties = [
            each for one in scope.counted_parties for each in source.counted_parties(one, now_us)
        ]
        dead = [hold for one in windows for hold in source.expired_holds(now_us, one)]
        left_out = {*self.released, *(Owner(OwnerKind.HOLD, hold.id) for hold in dead)}
        found = [row for one in windows for row in source.overlapping(one)]
        found += [row for each in seated for row in source.of_owner(OwnerKind.BOOKING, each.id)]
        kept = [row for row in found if row.owner not in left_out]
        expected = list(source.promises.values())
        expected += [each for one in windows for each in source.waiting(one)]
        counted = {each.owner: each for each in parties}
        for party in counted_parties_of((), {each.id: each for each in self.moved}, now_us):
            if party.owner in counted:
                counted[party.owner] = party
        return LoadedRecords(
            house=source.house,
            versions=source.versions,
            allocations=_by_id([*kept, *self.rows]),
            bookings=_by_id([*seated, *self.known, *named, *expected, *self.moved, *new]),
            # A party without tables that has a live hold has those of the hold.
            holds=_by_id(hold for each in expected for hold in source.holds_for(each.id)),
            counted=_counted(source, scope, new),
            claimed=list({each.hold_id: each for each in held}.values()),
            parties=[
                *counted.values(),
                *counted_parties_of((), {each.id: each for each in new}, now_us),
            ],
        )


def _by_id(records: Iterable[Any]) -> list[Any]:
    return list({each.id: each for each in records}.values())


def _counted(source: Records, scope: Scope, bookings: Iterable[Booking]) -> list[Headcount]:
    found = {
        each.start_us: each for window in scope.headcounts for each in source.headcounts(window)
    }
    for new in headcounts_of(bookings):
        old = found.get(new.start_us, Headcount(new.start_us, 0, 0))
        found[new.start_us] = Headcount(
            new.start_us, old.covers + new.covers, old.parties + new.parties
        )
    return list(found.values())
