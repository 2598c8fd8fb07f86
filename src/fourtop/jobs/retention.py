"""Housekeeping: the jobs that sweep dead holds and put away what is over.

Each works in batches and may be run at any time, by several at once, and be killed anywhere: the next run does what
is left. None of them changes an answer; while none runs, there are only more rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Final

import attrs

from fourtop.engine.allocations import ended
from fourtop.engine.dispatch.executor import Runner
from fourtop.engine.dispatch.requests import Order
from fourtop.engine.events import hold_event
from fourtop.engine.invocation import Call
from fourtop.errors import StoreUnavailable
from fourtop.model import validators
from fourtop.model.actor import Actor
from fourtop.model.event import EventType
from fourtop.model.hold import HoldState
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.ports import NO_CHANGES, Decision, MaintainedStore, Maintenance, Scope, View

JOB: Final = Actor("fourtop", "job")
MAX_BATCH: Final = 10_000
# A command may still have something to do with what was over a day ago; nothing is put away before that.
DAYS: Final = (1, 3_650)

_DAY_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE
_LOG: Final = logging.getLogger("fourtop.jobs")


@attrs.frozen
class Swept:
    """What a sweep did.

    Args:
        holds: How many dead holds this run has ended.
    """

    holds: int = 0


@attrs.frozen(kw_only=True)
class Pruned:
    """What a pruning job did, in rows.

    Args:
        allocations: Moved into the archive.
        confirmations: Confirmation results deleted.
        answers: Stored answers deleted, with their keys.
        holds: Records of ended holds deleted.
        events: Events deleted.
    """

    allocations: int = 0
    confirmations: int = 0
    answers: int = 0
    holds: int = 0
    events: int = 0


def sweep_holds(store: MaintainedStore, *, batch: int = 100, max_batches: int | None = None) -> Swept:
    """End the holds that have expired: their rows go, and each is told of by one ``capacity.hold.expired``.

    Commands do the same with the dead holds that they come across. So this job frees nothing that is not free
    already; it keeps the rows few and the events timely. A hold that was extended, confirmed or swept since it was
    found is left alone.

    Args:
        store: Where.
        batch: How many holds are looked up at once (1–10,000); those of one restaurant end in one transaction.
        max_batches: After how many batches to stop; ``None``: when nothing is left.

    Raises:
        InvalidInput: If a number is out of its range.
        StoreUnavailable: If the store, or a restaurant in it, cannot be reached. What was swept is swept, of all other
            restaurants too; run it again.
    """
    limit = _check_batch(batch)
    runner = Runner(store)
    total = 0
    for _ in _rounds(max_batches):
        found = store.expired_holds(store.now_us(), limit)
        swept = _sweep_all(runner, found)
        total += swept
        # If others have ended all of these first, they are at work on the rest too.
        if len(found) < limit or not swept:
            break
    _LOG.info("swept %d holds", total)
    return Swept(total)


def _sweep_all(runner: Runner, found: Iterable[tuple[str, str]]) -> int:
    """Sweep the restaurants one by one; one that somebody keeps locked is in no other's way."""
    swept, unavailable = 0, None
    for restaurant_id, hold_ids in _by_restaurant(found):
        try:
            swept += runner.run(_sweep_order(restaurant_id, hold_ids))
        except StoreUnavailable as error:
            unavailable = unavailable or error
    if unavailable is not None:
        raise unavailable
    return swept


def _by_restaurant(found: Iterable[tuple[str, str]]) -> Iterable[tuple[str, tuple[str, ...]]]:
    holds: dict[str, tuple[str, ...]] = {}
    for restaurant_id, hold_id in found:
        holds[restaurant_id] = (*holds.get(restaurant_id, ()), hold_id)
    return holds.items()


def _sweep_order(restaurant_id: str, hold_ids: tuple[str, ...]) -> Order[int]:
    # No row gets an id of this call, and an event's key is its hold's, so that every sweep may be called the same.
    call = Call(restaurant_id, "sweep", "sweep", JOB, None, {})
    scope = Scope(restaurant_id, holds=frozenset(hold_ids))
    return Order(call, scope, lambda view, _: _swept(call, view, hold_ids))


def _swept(call: Call, view: View, hold_ids: tuple[str, ...]) -> Decision[int]:
    changes = NO_CHANGES
    for hold_id in hold_ids:
        hold = view.find_hold(hold_id)
        if hold is not None and hold.state is HoldState.ACTIVE and not hold.is_alive(view.now_us):
            event = hold_event(call, EventType.HOLD_EXPIRED, hold, view.now_us)
            changes += ended(hold, HoldState.EXPIRED, view.rows_of(hold), event)
    return Decision(len(changes.holds_changed), changes)


def prune_allocations(
    store: Maintenance, *, days: int = 30, batch: int = 500, max_batches: int | None = None
) -> Pruned:
    """Move the allocations whose window ended long ago into the archive, so that the living table stays small.

    Bookings and blocks stay. What is archived is compared with nothing any more: who records a party for a time
    that long ago, or imports bookings of it, is not told that the table was taken then.

    Args:
        store: Where.
        days: How many days ago the window has to have ended (1–3,650).
        batch: How many rows are moved in one transaction (1–10,000).
        max_batches: After how many batches to stop; ``None``: when nothing is left.

    Raises:
        InvalidInput: If a number is out of its range.
        StoreUnavailable: If the store cannot be reached. What was moved is moved; run it again.
    """
    pruned = Pruned(allocations=_cleared(store.archive_allocations, _before(store, days), batch, max_batches))
    _LOG.info("archived %d allocations", pruned.allocations)
    return pruned


def prune_confirmations(
    store: Maintenance, *, days: int = 30, batch: int = 500, max_batches: int | None = None
) -> Pruned:
    """Delete the confirmation results, stored answers and records of ended holds whose retention time is over.

    In that order, because an answer has to outlive the result that refers to it, and a hold its results. After it
    a key is as good as new, and who confirms the hold once more is told that it has ended.

    Args:
        store: Where.
        days: How many days ago they have to have been written (1–3,650); of a hold, the window has to be over as well.
        batch: How many rows are deleted in one transaction (1–10,000).
        max_batches: After how many batches of each kind to stop; ``None``: when nothing is left.

    Raises:
        InvalidInput: If a number is out of its range.
        StoreUnavailable: If the store cannot be reached. What was deleted is deleted; run it again.
    """
    before_us = _before(store, days)
    pruned = Pruned(
        confirmations=_cleared(store.delete_confirmations, before_us, batch, max_batches),
        answers=_cleared(store.delete_answers, before_us, batch, max_batches),
        holds=_cleared(store.delete_holds, before_us, batch, max_batches),
    )
    _LOG.info("deleted %d confirmations, %d answers, %d holds", pruned.confirmations, pruned.answers, pruned.holds)
    return pruned


def prune_outbox(store: Maintenance, *, days: int = 30, batch: int = 500, max_batches: int | None = None) -> Pruned:
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


def _cleared(clear: Callable[[int, int], int], before_us: int, batch: int, max_batches: int | None) -> int:
    """Clear batch after batch until one is not full, and return how many rows there were."""
    limit = _check_batch(batch)
    total = 0
    for _ in _rounds(max_batches):
        cleared = clear(before_us, limit)
        total += cleared
        if cleared < limit:
            break
    return total


def _before(store: Maintenance, days: int) -> int:
    return store.now_us() - validators.check_whole("days", days, *DAYS) * _DAY_US


def _check_batch(batch: int) -> int:
    return validators.check_whole("batch", batch, 1, MAX_BATCH)


def _rounds(max_batches: int | None) -> Iterable[None]:
    if max_batches is None:
        return repeat(None)
    return repeat(None, validators.check_whole("max_batches", max_batches, 1, 2**31))
