"""Compiled houses: the calendar and the planner of each restaurant, kept from request to request."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache, partial
from typing import Any, Final

import attrs

from fourtop.model.calendar import Calendar, Stay
from fourtop.model.floor import Floor
from fourtop.model.hold import Fingerprint, fingerprint_of
from fourtop.model.house import House
from fourtop.model.planning import Planning
from fourtop.model.policy import ServicePeriod
from fourtop.planner import Planner, PlanRequest
from fourtop.ports import View

KEPT_HOUSES: Final = 64
KEPT_FINGERPRINTS: Final = 1_024

_NO_TABLES: Final = 0


@attrs.define(eq=False)
class _LazyPlanner:
    """The planner of a floor and its planning rules, compiled on first use.

    Safe for threads: at worst two of them compile the same planner.
    """

    floor: Floor
    planning: Planning
    _is_prepared: bool = attrs.field(default=False, init=False)

    @cached_property
    def planner(self) -> Planner:
        """The planner."""
        return Planner(self.floor, self.planning)

    def prepare(self) -> None:
        """Compile the sets of every adjacency mode, once: small and large parties may differ in it."""
        if self._is_prepared:
            return
        largest = max((table.largest_party for table in self.floor.tables), default=1)
        for party_size in {1, largest}:
            self.planner.is_seatable(PlanRequest(party_size), _NO_TABLES)
        self._is_prepared = True


@attrs.frozen(eq=False)
class CompiledHouse:
    """A house with its calendar and its planner."""

    house: House
    calendar: Calendar
    lazy_planner: _LazyPlanner
    _fingerprints: Callable[[_FingerprintKey], Fingerprint] = attrs.field(init=False)

    @_fingerprints.default
    def _cached(self) -> Callable[[_FingerprintKey], Fingerprint]:
        return lru_cache(maxsize=KEPT_FINGERPRINTS)(partial(_fingerprint, self.house))

    @property
    def planner(self) -> Planner:
        """The planner of the floor and the planning rules."""
        return self.lazy_planner.planner

    def fingerprint(
        self, tables: tuple[str, ...], terms: tuple[ServicePeriod, Stay] | None, party_size: int
    ) -> Fingerprint:
        """Return the fingerprint of a hold of these tables today.

        Args:
            tables: The tables, in table order.
            terms: The service period and the stay; ``None`` if there is no such service.
            party_size: The party's size; it selects the adjacency mode.
        """
        minutes = None
        if terms is not None:
            period, stay = terms
            buffers = (period.buffer_before_minutes, period.buffer_after_minutes)
            minutes = (stay.turn_minutes, *buffers)
        return self._fingerprints(_FingerprintKey(tables, party_size, minutes, terms))


@attrs.frozen
class _FingerprintKey:
    """The arguments of a fingerprint; the terms count by their minutes only."""

    tables: tuple[str, ...]
    party_size: int
    minutes: tuple[int, int, int] | None
    terms: tuple[ServicePeriod, Stay] | None = attrs.field(eq=False)


def _fingerprint(house: House, key: _FingerprintKey) -> Fingerprint:
    return fingerprint_of(
        house.floor,
        house.policy.planning,
        key.tables,
        terms=key.terms,
        party_size=key.party_size,
    )


@attrs.define(eq=False)
class _Latest:
    """The compiled house that a restaurant had at the last request."""

    restaurant_id: str
    compiled: CompiledHouse | None = None


class CompiledHouses:
    """Keeps the latest compiled house of the ``KEPT_HOUSES`` restaurants used last.

    The bound for a whole engine: 64 calendars, 64 planners and 64 × 1,024 fingerprints (about
    1 kB each). A planner of an ordinary floor takes about 1 MB; the densest takes 16 MiB of
    rankings and 2 × 20,000 sets. An edit drops its predecessor. A calendar is compiled again if the restaurant or its policy changes, a planner if
    a fact changes that plans depend on; an edit of notes or of a position compiles nothing. Safe
    for threads without a lock: no thread waits while another compiles.
    """

    def __init__(self) -> None:
        self._latest = lru_cache(maxsize=KEPT_HOUSES)(_Latest)

    def get(self, view: View) -> CompiledHouse:
        """Return the compiled house of a view."""
        return self.compiled(view.house)

    def compiled(self, house: House) -> CompiledHouse:
        """Return a house compiled; the next request of the restaurant starts from it."""
        latest = self._latest(house.restaurant.id)
        known = latest.compiled
        if known is not None and known.house is house:
            return known
        compiled = latest.compiled = _compile(house, known)
        return compiled

    def find_latest(self, restaurant_id: str) -> CompiledHouse | None:
        """Return the compiled house of a restaurant's last request, to predict what the next reads.

        It compiles the planner's sets before the request enters its transaction.
        """
        compiled = self._latest(restaurant_id).compiled
        if compiled is not None:
            compiled.lazy_planner.prepare()
        return compiled


def _compile(house: House, known: CompiledHouse | None) -> CompiledHouse:
    calendar, planner = None, None
    if known is not None:
        before = known.house
        if before.restaurant == house.restaurant and before.policy == house.policy:
            calendar = known.calendar
        if _plans_alike(before, house):
            planner = known.lazy_planner
    return CompiledHouse(
        house,
        calendar or Calendar(house.restaurant, house.policy),
        planner or _LazyPlanner(house.floor, house.policy.planning),
    )


def _plans_alike(before: House, house: House) -> bool:
    if before.policy.planning != house.policy.planning:
        return False
    floors = (before.floor, house.floor)
    return floors[0] == floors[1] or _plan_facts(floors[0]) == _plan_facts(floors[1])


def _plan_facts(floor: Floor) -> tuple[Any, ...]:
    """Return the facts of a floor that plans depend on, in table order."""
    tables = tuple(
        (
            *(table.id, table.number, table.zone_id, table.kind, table.mobility, table.is_offered),
            *(table.min_party, table.largest_party, table.features),
        )
        for table in floor.tables
    )
    areas = tuple((zone.id, zone.area) for zone in floor.zones)
    return tables, areas, floor.joins, floor.set_capacities, floor.joins_within_zone
