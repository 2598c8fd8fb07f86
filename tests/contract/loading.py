"""A store whose views hold the rows of their scope and no others, as one in a database does."""

from __future__ import annotations

from typing import Any

import attrs

from fourtop import Allocation, Booking, Hold, MemoryStore, Owner, OwnerKind
from fourtop.ports import PLAIN_KINDS, LoadedRecords, Scope, View
from fourtop.storage.memory.state import RestaurantState


class LoadingStore(MemoryStore):
    """It loads what the scope names, by the words of ``Scope``."""

    def _new_view(self, state: RestaurantState, scope: Scope, now_us: int) -> View:
        return View(loaded(state, scope, now_us), scope, now_us)


def arguments_of(scope: Scope) -> dict[str, Any]:
    """The arguments that make a scope again."""
    return attrs.asdict(scope, recurse=False, filter=lambda field, _: field.init)


def loaded(state: RestaurantState, scope: Scope, now_us: int) -> LoadedRecords:
    holds = {hold.id: hold for hold in _holds(state, scope)}
    seated = list(state.seated()) if scope.sees_seated(now_us) else []
    promised = [
        booking
        for booking in state.promises.values()
        if any(booking.stay.occupied.overlaps(window) for window in scope.windows)
    ]
    waiting = [booking for window in scope.windows for booking in state.waiting(window)]
    known = [*_bookings(state, scope), *seated, *promised, *waiting]
    bookings = {booking.id: booking for booking in known}
    rows = [row for each in seated for row in state.occupancy.of_owner(OwnerKind.BOOKING, each.id)]
    named = [state.find_record(*ref) for ref in scope.records]
    for kind in PLAIN_KINDS:
        if kind.owner is not None:
            owners = sorted(_owned(state, scope, kind.owner))
            named += [state.find_record(kind.record, each) for each in owners]
    named += [each for window in scope.slot_starts for each in state.slots_starting(window)]
    stored_results = [state.find_stored_result(*each) for each in sorted(scope.stored_results)]
    return LoadedRecords(
        house=state.house,
        versions=state.versions,
        allocations=list(
            {
                row.id: row for row in [*_allocations(state, scope, list(holds), now_us), *rows]
            }.values()
        ),
        bookings=list(bookings.values()),
        holds=list(holds.values()),
        records=list({(type(each), each.id): each for each in named if each is not None}.values()),
        confirmations=[
            each for hold_id in sorted(scope.holds) for each in state.confirmations_of(hold_id)
        ],
        stored_results=[each for each in stored_results if each is not None],
        whole=state.extent(),
    )


def _holds(state: RestaurantState, scope: Scope) -> list[Hold]:
    found = [
        hold
        for window in (*scope.windows, *scope.headcounts, *scope.counted_parties)
        for hold in state.active_holds(window)
    ]
    found += [hold for booking_id in scope.bookings for hold in state.holds_for(booking_id)]
    found += [hold for hold in state.holds._active if hold.session in scope.sessions]
    found += [hold for hold in map(state.find_hold, scope.holds) if hold is not None]
    if scope.counts_holds:
        found += list(state.holds._active)
    return found


def _owned(state: RestaurantState, scope: Scope, kind: OwnerKind) -> set[str]:
    """The owners of a kind that the windows show."""
    windows = scope.windows if scope.has_owners else ()
    rows = [row for window in windows for row in state.occupancy.overlapping(window)]
    return {row.owner_id for row in rows if row.owner_kind is kind}


def _bookings(state: RestaurantState, scope: Scope) -> list[Booking]:
    counted = (*scope.headcounts, *scope.counted_parties)
    shown = scope.windows if scope.has_owners else ()
    windows = (*scope.sittings, *counted, *shown)
    found = [booking for window in windows for booking in state.bookings_starting(window)]
    holds = [hold for window in counted for hold in state.active_holds(window)]
    ids = scope.bookings | {hold.booking_id for hold in holds if hold.booking_id is not None}
    ids |= _owned(state, scope, OwnerKind.BOOKING)
    if scope.listing is not None:
        found += state.listed(scope.listing)
    return found + [
        booking for booking in map(state.find_booking, sorted(ids)) if booking is not None
    ]


def _allocations(
    state: RestaurantState, scope: Scope, holds: list[str], now_us: int
) -> list[Allocation]:
    occupancy = state.occupancy
    found = [row for window in scope.windows for row in occupancy.overlapping(window)]
    owners = [(OwnerKind.BOOKING, scope.bookings), (OwnerKind.HOLD, {*scope.holds, *holds})]
    plain = [(kind.owner, ids) for kind, ids in scope.record_ids.items() if kind.owner is not None]
    for kind, ids in (*owners, *plain):
        found += [row for owner_id in ids for row in occupancy.of_owner(kind, owner_id)]
    dead = [
        Owner(OwnerKind.HOLD, hold.id) for hold in state.holds._active if not hold.is_alive(now_us)
    ]
    last = (occupancy.find_last(table_id, dead) for table_id in scope.tables)
    return found + [row for row in last if row is not None]
