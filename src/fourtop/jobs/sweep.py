"""Sweep: end the holds that have expired."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

import attrs

from fourtop.engine.allocations import end_hold
from fourtop.engine.dispatch.executor import AsyncExecutor
from fourtop.engine.dispatch.requests import Command
from fourtop.engine.events import hold_event
from fourtop.engine.invocation import Invocation
from fourtop.errors import NotFound, StoreUnavailable
from fourtop.jobs.awaited import at_once, awaited, check_awaited
from fourtop.jobs.batches import check_batch, rounds
from fourtop.model.actor import Actor
from fourtop.model.event import EventType
from fourtop.model.hold import HoldState
from fourtop.ports import (
    NO_CHANGES,
    AsyncMaintainedStore,
    Decision,
    MaintainedStore,
    Scope,
    View,
)

_LOG: Final = logging.getLogger("fourtop.jobs")

JOB: Final = Actor("fourtop", "job")


@attrs.frozen
class Swept:
    """The holds that a sweep ended.

    Args:
        holds: Number of expired holds that this run ended.
    """

    holds: int = 0


def sweep_holds(
    store: MaintainedStore, *, batch: int = 100, max_batches: int | None = None
) -> Swept:
    """End expired holds: delete their rows and write one ``capacity.hold.expired`` event for each.

    An expired hold blocks no party, swept or not, and commands sweep the ones that they meet. This
    job keeps the rows few and the events timely. It skips a hold that was extended, confirmed or
    swept since the job found it.

    Args:
        store: The store.
        batch: Holds looked up at once (1–10,000). Holds of one restaurant end in one transaction.
        max_batches: Batches after which the job stops; ``None``: when no hold is left.

    Raises:
        InvalidInput: If a number is outside its range, or the store is asynchronous; await
            ``async_sweep_holds`` then.
        StoreUnavailable: If the store, or a restaurant in it, cannot be reached. Holds of all other
            restaurants are swept; run the job again.
    """
    return at_once(_sweep(awaited(store, "expired_holds"), batch, max_batches))


async def async_sweep_holds(
    store: AsyncMaintainedStore, *, batch: int = 100, max_batches: int | None = None
) -> Swept:
    """End expired holds in an asynchronous store, as ``sweep_holds`` does.

    Args:
        store: The store.
        batch: As for ``sweep_holds``.
        max_batches: As for ``sweep_holds``.

    Raises:
        InvalidInput: If a number is outside its range, or the store is synchronous.
        StoreUnavailable: As ``sweep_holds``.
    """
    return await _sweep(check_awaited(store, "expired_holds"), batch, max_batches)


async def _sweep(store: AsyncMaintainedStore, batch: int, max_batches: int | None) -> Swept:
    limit = check_batch(batch)
    runner = AsyncExecutor(store)
    total = 0
    for _ in rounds(max_batches):
        found = await store.expired_holds(await store.now_us(), limit)
        swept = await _sweep_all(runner, found)
        total += swept
        # If another sweep ended all of these first, it is working on the rest, too.
        if len(found) < limit or not swept:
            break
    _LOG.info("swept %d holds", total)
    return Swept(total)


async def _sweep_all(runner: AsyncExecutor, found: Iterable[tuple[str, str]]) -> int:
    """Sweep one restaurant after the other; a locked restaurant does not stop the rest."""
    swept, unavailable = 0, None
    for restaurant_id, hold_ids in _by_restaurant(found):
        try:
            swept += await runner.execute(_sweep_order(restaurant_id, hold_ids))
        except StoreUnavailable as error:
            unavailable = unavailable or error
        except NotFound:
            # The restaurant was removed meanwhile, with its holds.
            continue
    if unavailable is not None:
        raise unavailable
    return swept


def _by_restaurant(found: Iterable[tuple[str, str]]) -> Iterable[tuple[str, tuple[str, ...]]]:
    holds: dict[str, tuple[str, ...]] = {}
    for restaurant_id, hold_id in found:
        holds[restaurant_id] = (*holds.get(restaurant_id, ()), hold_id)
    return holds.items()


def _sweep_order(restaurant_id: str, hold_ids: tuple[str, ...]) -> Command[int]:
    # No row gets its id from this call, and each event's key comes from its hold; so every sweep
    # may use the same id.
    call = Invocation(restaurant_id, "sweep", "sweep", JOB, None, {})
    scope = Scope(restaurant_id, holds=frozenset(hold_ids))
    return Command(call, scope, lambda view, _: _swept(call, view, hold_ids))


def _swept(call: Invocation, view: View, hold_ids: tuple[str, ...]) -> Decision[int]:
    changes = NO_CHANGES
    for hold_id in hold_ids:
        hold = view.find_hold(hold_id)
        if hold is not None and hold.state is HoldState.ACTIVE and not hold.is_alive(view.now_us):
            event = hold_event(call, EventType.HOLD_EXPIRED, hold, view.now_us)
            changes += end_hold(hold, HoldState.EXPIRED, view.rows_of(hold), event)
    return Decision(len(changes.holds_changed), changes)
