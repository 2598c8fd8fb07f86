"""A store whose views hold the rows of their scope and no others, as one in a database does."""

from __future__ import annotations

from fourtop import Allocation, Booking, Hold, MemoryStore, Owner, OwnerKind
from fourtop.ports import LoadedRecords, Scope, View
from fourtop.storage.memory.state import Shelf


class LoadingStore(MemoryStore):
    """It loads what the scope names, by the words of ``Scope``."""

    def _new_view(self, shelf: Shelf, scope: Scope, now_us: int) -> View:
        return View(loaded(shelf, scope, now_us), scope, now_us)


def loaded(shelf: Shelf, scope: Scope, now_us: int) -> LoadedRecords:
    holds = {hold.id: hold for hold in _holds(shelf, scope)}
    bookings = {booking.id: booking for booking in _bookings(shelf, scope)}
    named = [shelf.find_block(block_id) for block_id in sorted(scope.blocks)]
    stored_results = [shelf.find_stored_result(*each) for each in sorted(scope.stored_results)]
    return LoadedRecords(
        house=shelf.house,
        versions=shelf.versions,
        allocations=list(
            {row.id: row for row in _allocations(shelf, scope, list(holds), now_us)}.values()
        ),
        bookings=list(bookings.values()),
        holds=list(holds.values()),
        blocks=[each for each in named if each is not None],
        confirmations=[
            each for hold_id in sorted(scope.holds) for each in shelf.confirmations_of(hold_id)
        ],
        stored_results=[each for each in stored_results if each is not None],
        whole=shelf.extent(),
    )


def _holds(shelf: Shelf, scope: Scope) -> list[Hold]:
    found = [
        hold
        for window in (*scope.windows, *scope.headcounts)
        for hold in shelf.active_holds(window)
    ]
    found += [hold for booking_id in scope.bookings for hold in shelf.holds_for(booking_id)]
    found += [hold for hold in shelf._active if hold.session in scope.sessions]
    found += [hold for hold in map(shelf.find_hold, scope.holds) if hold is not None]
    if scope.counts_holds:
        found += list(shelf._active)
    return found


def _bookings(shelf: Shelf, scope: Scope) -> list[Booking]:
    windows = (*scope.sittings, *scope.headcounts)
    found = [booking for window in windows for booking in shelf.bookings_starting(window)]
    holds = [hold for window in scope.headcounts for hold in shelf.active_holds(window)]
    ids = scope.bookings | {hold.booking_id for hold in holds if hold.booking_id is not None}
    return found + [
        booking for booking in map(shelf.find_booking, sorted(ids)) if booking is not None
    ]


def _allocations(shelf: Shelf, scope: Scope, holds: list[str], now_us: int) -> list[Allocation]:
    occupancy = shelf.occupancy
    found = [row for window in scope.windows for row in occupancy.overlapping(window)]
    owners = [(OwnerKind.BOOKING, scope.bookings), (OwnerKind.HOLD, {*scope.holds, *holds})]
    for kind, ids in (*owners, (OwnerKind.BLOCK, scope.blocks)):
        found += [row for owner_id in ids for row in occupancy.of_owner(kind, owner_id)]
    dead = [Owner(OwnerKind.HOLD, hold.id) for hold in shelf._active if not hold.is_alive(now_us)]
    last = (occupancy.find_last(table_id, dead) for table_id in scope.tables)
    return found + [row for row in last if row is not None]
