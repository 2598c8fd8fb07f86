"""Late release: mark the parties that did not come as no-shows, so that their tables are free."""

from __future__ import annotations

import logging
from typing import Final

import attrs

from fourtop.engine.commands.status import end_booking
from fourtop.engine.dispatch.executor import AsyncExecutor
from fourtop.engine.dispatch.requests import Command, Query
from fourtop.engine.invocation import Invocation
from fourtop.errors import NotFound, StoreUnavailable
from fourtop.jobs.awaited import at_once, awaited, check_awaited
from fourtop.jobs.batches import MAX_BATCH
from fourtop.jobs.sweep import JOB
from fourtop.model import validators
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.ports import (
    NO_CHANGES,
    AsyncMaintainedStore,
    Decision,
    Listing,
    MaintainedStore,
    Scope,
    View,
)

_LOG: Final = logging.getLogger("fourtop.jobs")

# Bookings that began earlier are left to the staff.
_REACH_MINUTES: Final = 24 * 60


@attrs.frozen
class ReleasedLate:
    """The bookings that a run marked as no-shows.

    Args:
        bookings: Number of bookings.
    """

    bookings: int = 0


def release_late(store: MaintainedStore, *, after_minutes: int, limit: int = 100) -> ReleasedLate:
    """Mark the confirmed bookings whose party has not come as no-shows; their tables are free.

    It looks at starts of the last 24 hours. A party that comes after all gets its table back by
    ``undo``, while the table is free. Nothing calls this job unless you do. Two runs at once mark
    each booking once.

    Args:
        store: The store.
        after_minutes: How long after its start a party is waited for (1–1,439); not less than the
            house's ``SeatingRules.no_show_after_minutes``.
        limit: The largest number of bookings that one run marks (1–10,000).

    Raises:
        InvalidInput: If a number is outside its range, or the store is asynchronous; await
            ``async_release_late`` then.
        StoreUnavailable: If the store, or a restaurant in it, cannot be reached. Bookings of all
            other restaurants are marked; run the job again.
    """
    return at_once(_release_late(awaited(store, "now_us"), after_minutes, limit))


async def async_release_late(
    store: AsyncMaintainedStore, *, after_minutes: int, limit: int = 100
) -> ReleasedLate:
    """Mark late parties as no-shows in an asynchronous store, as ``release_late`` does.

    Args:
        store: The store.
        after_minutes: As for ``release_late``.
        limit: As for ``release_late``.

    Raises:
        InvalidInput: If a number is outside its range, or the store is synchronous.
        StoreUnavailable: As ``release_late``.
    """
    return await _release_late(check_awaited(store, "now_us"), after_minutes, limit)


async def _release_late(
    store: AsyncMaintainedStore, after_minutes: int, limit: int
) -> ReleasedLate:
    validators.check_integer("after_minutes", after_minutes, 1, _REACH_MINUTES - 1)
    validators.check_integer("limit", limit, 1, MAX_BATCH)
    runner, unavailable, total = AsyncExecutor(store), None, 0
    for restaurant_id in await store.restaurant_ids():
        if total >= limit:
            break
        try:
            listing = _listing(await store.now_us(), after_minutes, limit - total)
            late = await runner.query(_late_query(restaurant_id, listing, after_minutes))
            if late:
                total += await runner.execute(_command(restaurant_id, late, after_minutes))
        except StoreUnavailable as error:
            unavailable = unavailable or error
        except NotFound:
            # The restaurant was removed meanwhile.
            continue
    if unavailable is not None:
        raise unavailable
    _LOG.info("released %d bookings of parties that did not come", total)
    return ReleasedLate(total)


def _listing(now_us: int, after_minutes: int, limit: int) -> Listing:
    """Return the first bookings that may be late: the confirmed ones alone."""
    since_us = now_us - _REACH_MINUTES * MICROSECONDS_PER_MINUTE
    until_us = now_us - after_minutes * MICROSECONDS_PER_MINUTE + 1
    return Listing(since_us, until_us, limit, frozenset((BookingStatus.CONFIRMED,)))


def _late_query(restaurant_id: str, listing: Listing, after_minutes: int) -> Query[tuple[str, ...]]:
    """Return the read of the bookings whose party is late, by start, then id."""

    def ask(view: View, _: object) -> tuple[str, ...]:
        # A house may wait longer. Then the first ones are late before those after them.
        found = view.listed(listing)
        return tuple(booking.id for booking in found if _is_late(view, booking, after_minutes))

    return Query(Scope(restaurant_id, listing=listing), ask)


def _is_late(view: View, booking: Booking, after_minutes: int) -> bool:
    minutes = max(after_minutes, view.house.policy.seating.no_show_after_minutes)
    late_us = booking.stay.dining.start_us + minutes * MICROSECONDS_PER_MINUTE
    return booking.status is BookingStatus.CONFIRMED and late_us <= view.now_us


def _command(restaurant_id: str, booking_ids: tuple[str, ...], after_minutes: int) -> Command[int]:
    # No row gets its id from this call, and each event's key comes from its booking.
    call = Invocation(restaurant_id, "release_late", "release-late", JOB, None, {})
    scope = Scope(restaurant_id, bookings=frozenset(booking_ids))
    return Command(call, scope, lambda view, _: _released(call, view, booking_ids, after_minutes))


def _released(
    call: Invocation, view: View, booking_ids: tuple[str, ...], after_minutes: int
) -> Decision[int]:
    changes = NO_CHANGES
    for booking_id in booking_ids:
        booking = view.find_booking(booking_id)
        if booking is not None and _is_late(view, booking, after_minutes):
            changes += end_booking(call, view, booking, BookingStatus.NO_SHOW).changes
    return Decision(len(changes.bookings), changes)
