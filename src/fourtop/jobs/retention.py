"""Retention: archive old allocations and delete old results, holds and events.

Each job works in batches. It may run at any time and several times at once, and may be killed at
any point: the next run continues. No job changes an answer; without them, tables only grow.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final

import attrs

from fourtop.jobs.awaited import at_once, awaited, check_awaited
from fourtop.jobs.batches import check_batch, rounds
from fourtop.model import validators
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.ports import AsyncMaintenance, Maintenance

# Commands may still need rows that ended within the last day, so no job touches those.
DAYS: Final = (1, 3_650)

Clear = Callable[[int, int], Awaitable[int]]

_DAY_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE
_LOG: Final = logging.getLogger("fourtop.jobs")


@attrs.frozen(kw_only=True)
class Pruned:
    """The rows that a pruning job moved or deleted.

    Args:
        allocations: Allocations moved to the archive.
        confirmations: Confirmation results deleted.
        stored_results: Stored results deleted, with their keys.
        holds: Records of ended holds deleted.
        events: Events deleted.
    """

    allocations: int = 0
    confirmations: int = 0
    stored_results: int = 0
    holds: int = 0
    events: int = 0


def prune_allocations(
    store: Maintenance, *, days: int = 30, batch: int = 500, max_batches: int | None = None
) -> Pruned:
    """Move allocations that ended long ago to the archive, to keep their table small.

    Bookings and blocks stay. Archived allocations no longer conflict: a command or an import for
    such an old time does not see that the table was taken.

    Args:
        store: The store.
        days: Age in days of the end of a window, at least (1–3,650).
        batch: Rows moved in one transaction (1–10,000).
        max_batches: Batches after which the job stops; ``None``: when no row is left.

    Raises:
        InvalidInput: If a number is outside its range, or the store is asynchronous; await
            ``async_prune_allocations`` then.
        StoreUnavailable: If the store cannot be reached. Earlier batches stay moved; run the job
            again.
    """
    face = awaited(store, "archive_allocations")
    return at_once(_prune_allocations(face, days, batch, max_batches))


def prune_confirmations(
    store: Maintenance, *, days: int = 30, batch: int = 500, max_batches: int | None = None
) -> Pruned:
    """Delete old confirmation results, stored results and records of ended holds, in this order.

    The order matters: a stored result must outlive the confirmation result that refers to it, and
    a hold must outlive its results. Afterwards a key can be used again, and confirming the hold
    once more raises ``HoldEnded`` or ``NotFound``.

    Args:
        store: The store.
        days: Age in days since a row was written, at least (1–3,650); the window of a hold must
            have ended, too.
        batch: Rows deleted in one transaction (1–10,000).
        max_batches: Batches of each kind after which the job stops; ``None``: when no row is left.

    Raises:
        InvalidInput: If a number is outside its range, or the store is asynchronous; await
            ``async_prune_confirmations`` then.
        StoreUnavailable: If the store cannot be reached. Earlier batches stay deleted; run the job
            again.
    """
    face = awaited(store, "delete_confirmations")
    return at_once(_prune_confirmations(face, days, batch, max_batches))


def prune_outbox(
    store: Maintenance, *, days: int = 30, batch: int = 500, max_batches: int | None = None
) -> Pruned:
    """Delete events that were delivered or given up long ago. Waiting events stay at any age.

    Args:
        store: The store.
        days: Age in days since delivery or since the event was given up, at least (1–3,650).
        batch: Events deleted in one transaction (1–10,000).
        max_batches: Batches after which the job stops; ``None``: when no event is left.

    Raises:
        InvalidInput: If a number is outside its range, or the store is asynchronous; await
            ``async_prune_outbox`` then.
        StoreUnavailable: If the store cannot be reached. Earlier batches stay deleted; run the job
            again.
    """
    return at_once(_prune_outbox(awaited(store, "delete_events"), days, batch, max_batches))


async def async_prune_allocations(
    store: AsyncMaintenance, *, days: int = 30, batch: int = 500, max_batches: int | None = None
) -> Pruned:
    """Archive old allocations in an asynchronous store, as ``prune_allocations`` does.

    Args:
        store: The store.
        days: As for ``prune_allocations``.
        batch: As for ``prune_allocations``.
        max_batches: As for ``prune_allocations``.

    Raises:
        InvalidInput: If a number is outside its range, or the store is synchronous.
        StoreUnavailable: As ``prune_allocations``.
    """
    face = check_awaited(store, "archive_allocations")
    return await _prune_allocations(face, days, batch, max_batches)


async def async_prune_confirmations(
    store: AsyncMaintenance, *, days: int = 30, batch: int = 500, max_batches: int | None = None
) -> Pruned:
    """Delete old results and holds in an asynchronous store, as ``prune_confirmations`` does.

    Args:
        store: The store.
        days: As for ``prune_confirmations``.
        batch: As for ``prune_confirmations``.
        max_batches: As for ``prune_confirmations``.

    Raises:
        InvalidInput: If a number is outside its range, or the store is synchronous.
        StoreUnavailable: As ``prune_confirmations``.
    """
    face = check_awaited(store, "delete_confirmations")
    return await _prune_confirmations(face, days, batch, max_batches)


async def async_prune_outbox(
    store: AsyncMaintenance, *, days: int = 30, batch: int = 500, max_batches: int | None = None
) -> Pruned:
    """Delete old settled events in an asynchronous store, as ``prune_outbox`` does.

    Args:
        store: The store.
        days: As for ``prune_outbox``.
        batch: As for ``prune_outbox``.
        max_batches: As for ``prune_outbox``.

    Raises:
        InvalidInput: If a number is outside its range, or the store is synchronous.
        StoreUnavailable: As ``prune_outbox``.
    """
    return await _prune_outbox(check_awaited(store, "delete_events"), days, batch, max_batches)


async def _prune_allocations(
    store: AsyncMaintenance, days: int, batch: int, max_batches: int | None
) -> Pruned:
    before_us = await _before(store, days)
    cleared = await _cleared(store.archive_allocations, before_us, batch, max_batches)
    pruned = Pruned(allocations=cleared)
    _LOG.info("archived %d allocations", pruned.allocations)
    return pruned


async def _prune_confirmations(
    store: AsyncMaintenance, days: int, batch: int, max_batches: int | None
) -> Pruned:
    before_us = await _before(store, days)
    pruned = Pruned(
        confirmations=await _cleared(store.delete_confirmations, before_us, batch, max_batches),
        stored_results=await _cleared(store.delete_stored_results, before_us, batch, max_batches),
        holds=await _cleared(store.delete_holds, before_us, batch, max_batches),
    )
    _LOG.info(
        "deleted %d confirmations, %d stored results, %d holds",
        pruned.confirmations,
        pruned.stored_results,
        pruned.holds,
    )
    return pruned


async def _prune_outbox(
    store: AsyncMaintenance, days: int, batch: int, max_batches: int | None
) -> Pruned:
    before_us = await _before(store, days)
    pruned = Pruned(events=await _cleared(store.delete_events, before_us, batch, max_batches))
    _LOG.info("deleted %d events", pruned.events)
    return pruned


async def _cleared(clear: Clear, before_us: int, batch: int, max_batches: int | None) -> int:
    """Clear batches until one is not full; return the number of rows."""
    limit = check_batch(batch)
    total = 0
    for _ in rounds(max_batches):
        cleared = await clear(before_us, limit)
        total += cleared
        if cleared < limit:
            break
    return total


async def _before(store: AsyncMaintenance, days: int) -> int:
    now_us = await store.now_us()
    return now_us - validators.check_integer("days", days, *DAYS) * _DAY_US
