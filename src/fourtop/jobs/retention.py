"""Retention: archive old allocations and delete old results, holds and events.

Each works in batches and may be run at any time, by several at once, and be killed anywhere: the
next run does what is left. None of them changes an answer; while none runs, there are only more
rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import attrs

from fourtop.jobs.batches import check_batch, rounds
from fourtop.model import validators
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.ports import Maintenance

# A command may still have something to do with what was over a day ago; nothing is put away before
# that.
DAYS: Final = (1, 3_650)

_DAY_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE
_LOG: Final = logging.getLogger("fourtop.jobs")


@attrs.frozen(kw_only=True)
class Pruned:
    """What a pruning job did, in rows.

    Args:
        allocations: Moved into the archive.
        confirmations: Confirmation results deleted.
        stored_results: Stored answers deleted, with their keys.
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
    """Move the allocations whose window ended long ago into the archive, so that the living table stays small.

    Bookings and blocks stay. What is archived is compared with nothing any more: who records a
    party for a time that long ago, or imports bookings of it, is not told that the table was taken
    then.

    Args:
        store: Where.
        days: How many days ago the window has to have ended (1–3,650).
        batch: How many rows are moved in one transaction (1–10,000).
        max_batches: After how many batches to stop; ``None``: when nothing is left.

    Raises:
        InvalidInput: If a number is out of its range.
        StoreUnavailable: If the store cannot be reached. What was moved is moved; run it again.
    """
    pruned = Pruned(
        allocations=_cleared(store.archive_allocations, _before(store, days), batch, max_batches)
    )
    _LOG.info("archived %d allocations", pruned.allocations)
    return pruned


def prune_confirmations(
    store: Maintenance, *, days: int = 30, batch: int = 500, max_batches: int | None = None
) -> Pruned:
    """Delete the confirmation results, stored answers and records of ended holds whose retention time is over.

    In that order, because an answer has to outlive the result that refers to it, and a hold its
    results. After it a key is as good as new, and who confirms the hold once more is told that it
    has ended.

    Args:
        store: Where.
        days: How many days ago they have to have been written (1–3,650); of a hold, the window has
            to be over as well.
        batch: How many rows are deleted in one transaction (1–10,000).
        max_batches: After how many batches of each kind to stop; ``None``: when nothing is left.

    Raises:
        InvalidInput: If a number is out of its range.
        StoreUnavailable: If the store cannot be reached. What was deleted is deleted; run it again.
    """
    before_us = _before(store, days)
    pruned = Pruned(
        confirmations=_cleared(store.delete_confirmations, before_us, batch, max_batches),
        stored_results=_cleared(store.delete_stored_results, before_us, batch, max_batches),
        holds=_cleared(store.delete_holds, before_us, batch, max_batches),
    )
    _LOG.info(
        "deleted %d confirmations, %d stored results, %d holds",
        pruned.confirmations,
        pruned.stored_results,
        pruned.holds,
    )
    return pruned


def prune_outbox(
    store: Maintenance, *, days: int = 30, batch: int = 500, max_batches: int | None = None
) -> Pruned:
    """Delete the events that were delivered, or given up, long ago. One that waits stays, however old it is.

    Args:
        store: Where.
        days: How many days ago they have to have been delivered or given up (1–3,650).
        batch: How many events are deleted in one transaction (1–10,000).
        max_batches: After how many batches to stop; ``None``: when nothing is left.

    Raises:
        InvalidInput: If a number is out of its range.
        StoreUnavailable: If the store cannot be reached. What was deleted is deleted; run it again.
    """
    pruned = Pruned(events=_cleared(store.delete_events, _before(store, days), batch, max_batches))
    _LOG.info("deleted %d events", pruned.events)
    return pruned


def _cleared(
    clear: Callable[[int, int], int], before_us: int, batch: int, max_batches: int | None
) -> int:
    """Clear batch after batch until one is not full, and return how many rows there were."""
    limit = check_batch(batch)
    total = 0
    for _ in rounds(max_batches):
        cleared = clear(before_us, limit)
        total += cleared
        if cleared < limit:
            break
    return total


def _before(store: Maintenance, days: int) -> int:
    return store.now_us() - validators.check_integer("days", days, *DAYS) * _DAY_US
