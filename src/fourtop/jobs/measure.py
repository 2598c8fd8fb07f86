"""Measure: count holds, risks, overbookings and events in all restaurants of a store."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Final

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.executor import AsyncExecutor
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.ids import CountedIds
from fourtop.engine.queries import at_risk, utilisation
from fourtop.engine.queries.audit import overlaps_of
from fourtop.errors import NotFound, StoreUnavailable
from fourtop.errors.display import brief, count_of
from fourtop.jobs.awaited import at_once, awaited, check_awaited
from fourtop.jobs.sweep import JOB
from fourtop.model import validators
from fourtop.model.window import MICROSECONDS_PER_MINUTE, MICROSECONDS_PER_SECOND, Window
from fourtop.ports import AsyncMaintainedStore, MaintainedStore, Scope, View

_LOG: Final = logging.getLogger("fourtop.jobs")

_DAY_US: Final = 24 * 60 * MICROSECONDS_PER_MINUTE
_MOST_DAYS: Final = 28


@attrs.frozen(kw_only=True, repr=False)
class Measured:
    """The state of a store, in numbers, over all its restaurants.

    Args:
        restaurants: Number of restaurants.
        holds_alive: Holds that are alive.
        parties_at_risk: Bookings whose table another party is expected to leave too late.
        overlaps: Pairs of allocations that give one table to two parties, from yesterday to the end
            of the days that were looked at. It must be 0.
        services_overbooked: Services of those days with more covers or parties than a rule allows.
        events_waiting: Events that are neither delivered nor dead.
        oldest_event_seconds: Age of the oldest of them; 0 if none waits.
        dead_letters: Events that were given up.
    """

    restaurants: int = 0
    holds_alive: int = 0
    parties_at_risk: int = 0
    overlaps: int = 0
    services_overbooked: int = 0
    events_waiting: int = 0
    oldest_event_seconds: float = 0.0
    dead_letters: int = 0

    def __repr__(self) -> str:
        return brief(
            self,
            count_of(self.restaurants, "restaurant"),
            count_of(self.holds_alive, "hold"),
            f"{self.parties_at_risk} at risk",
            count_of(self.overlaps, "overlap"),
            f"{self.services_overbooked} overbooked",
            f"{self.events_waiting} events waiting",
        )


@attrs.frozen
class _Seen:
    """What one read of a restaurant shows."""

    today: date
    holds_alive: int
    overlaps: int


def measure_store(store: MaintainedStore, *, days: int = 1) -> Measured:
    """Count holds, parties at risk, overbookings and waiting events; change nothing.

    It makes three reads of each restaurant and more for each further day, and one of the outbox.
    Give the result to ``Telemetry.record``, for instance every minute.

    Args:
        store: The store.
        days: How many days are looked at, from the local date of each restaurant on (1–28).

    Raises:
        InvalidInput: If a number is outside its range, or the store is asynchronous; await
            ``async_measure_store`` then.
        StoreUnavailable: If the store, or a restaurant in it, cannot be reached; run it again.
    """
    return at_once(_measure(awaited(store, "backlog"), days))


async def async_measure_store(store: AsyncMaintainedStore, *, days: int = 1) -> Measured:
    """Count the same in an asynchronous store, as ``measure_store`` does.

    Args:
        store: The store.
        days: As for ``measure_store``.

    Raises:
        InvalidInput: If a number is outside its range, or the store is synchronous.
        StoreUnavailable: As ``measure_store``.
    """
    return await _measure(check_awaited(store, "backlog"), days)


async def _measure(store: AsyncMaintainedStore, days: int) -> Measured:
    validators.check_integer("days", days, 1, _MOST_DAYS)
    runner, total, now_us = AsyncExecutor(store), Measured(), await store.now_us()
    unavailable: StoreUnavailable | None = None
    for restaurant_id in await store.restaurant_ids():
        try:
            seen = await runner.query(_query(restaurant_id, now_us, days))
            total = await _with_restaurant(runner, restaurant_id, (seen, days), total)
        except StoreUnavailable as error:
            unavailable = unavailable or error
        except NotFound:
            # The restaurant was removed meanwhile.
            continue
    if unavailable is not None:
        raise unavailable
    backlog = await store.backlog()
    age_us = 0 if backlog.oldest_us is None else max(now_us - backlog.oldest_us, 0)
    total = attrs.evolve(
        total,
        events_waiting=backlog.waiting,
        oldest_event_seconds=age_us / MICROSECONDS_PER_SECOND,
        dead_letters=backlog.dead,
    )
    _LOG.info("measured %d restaurants, %d holds alive", total.restaurants, total.holds_alive)
    return total


async def _with_restaurant(
    runner: AsyncExecutor, restaurant_id: str, looked_at: tuple[_Seen, int], total: Measured
) -> Measured:
    """Return the total with the numbers of one restaurant more."""
    seen, days = looked_at
    caller = Caller(restaurant_id, JOB, CountedIds())
    at_risk_now = await runner.query(at_risk.query(caller))
    overbooked = 0
    for number in range(days):
        day = seen.today + timedelta(days=number)
        found = await runner.query(utilisation.query(caller, day))
        overbooked += sum(period.is_overbooked for period in found.periods)
    return attrs.evolve(
        total,
        restaurants=total.restaurants + 1,
        holds_alive=total.holds_alive + seen.holds_alive,
        parties_at_risk=total.parties_at_risk + len({each.booking.id for each in at_risk_now}),
        overlaps=total.overlaps + seen.overlaps,
        services_overbooked=total.services_overbooked + overbooked,
    )


def _query(restaurant_id: str, now_us: int, days: int) -> Query[_Seen]:
    window = Window.of_micros(now_us - _DAY_US, now_us + days * _DAY_US)

    def ask(view: View, compiled: CompiledHouse) -> _Seen:
        today = date.fromisoformat(compiled.calendar.local_text(view.now_us)[:10])
        overlaps = sum(1 for _ in overlaps_of(view.allocations(window)))
        return _Seen(today, view.count_live_holds(), overlaps)

    return Query(Scope(restaurant_id, windows=(window,), counts_holds=True), ask, name="measure")
