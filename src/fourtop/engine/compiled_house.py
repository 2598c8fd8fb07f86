"""Compiled houses: the calendar and planner of each restaurant, kept between requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial
from typing import Any, Final

import attrs

from fourtop.model.calendar import Calendar
from fourtop.model.capacity_rules import Spread
from fourtop.model.enforcement import EnforcementMode
from fourtop.model.floor import Floor
from fourtop.model.hold import Fingerprint, fingerprint_of
from fourtop.model.house import House
from fourtop.model.service_period import ServicePeriod
from fourtop.model.stay import Stay
from fourtop.planner import Planner, PlanRequest
from fourtop.planner.table_order import TableOrder
from fourtop.ports import View

KEPT_HOUSES: Final = 64
KEPT_FINGERPRINTS: Final = 256

_NO_TABLES: Final = 0


@attrs.frozen(eq=False)
class CompiledHouse:
    """A house with its calendar and its planner.

    Args:
        house: The house.
        calendar: Its calendar.
        planner: Its planner.
        versions: Of its floor and policy; ``None``: it was compiled before a view told them.
        counts_by_party: Whether a rule of the house needs each party of a service by itself.
        counts_totals: Whether the rules need no more than the totals of a service.
        sees_evening: Whether the ranking of plans depends on the stays beside the party's own.
        spares_waiting: Whether plans cost more that leave a waiting party without tables.
        lifts_adjacency: Whether tables need not be pushed together in some services.
        kept: Values that other modules derive from the house and keep with it, by name.
    """

    house: House
    calendar: Calendar
    planner: Planner
    versions: tuple[int, int] | None = None
    sees_evening: bool = attrs.field(init=False)
    spares_waiting: bool = attrs.field(init=False)
    lifts_adjacency: bool = attrs.field(init=False)
    kept: dict[str, Any] = attrs.field(factory=dict, init=False, repr=False)
    counts_by_party: bool = attrs.field(init=False)
    counts_totals: bool = attrs.field(init=False)
    _fingerprints: Callable[[_FingerprintKey], Fingerprint] = attrs.field(init=False)

    @_fingerprints.default
    def _cached(self) -> Callable[[_FingerprintKey], Fingerprint]:
        made = partial(_fingerprint, self.house, self.versions)
        return lru_cache(maxsize=KEPT_FINGERPRINTS)(made)

    @counts_by_party.default
    def _needs_parties(self) -> bool:
        policy = self.house.policy
        return (
            bool(policy.channel_shares)
            or any(rule.zone is not None for rule in policy.capacity_rules)
            or any(rule.spread is Spread.MEAL for rule in policy.pacing_rules)
        )

    @counts_totals.default
    def _needs_totals(self) -> bool:
        return not (self.counts_by_party or self.house.policy.pacing_rules)

    @sees_evening.default
    def _weighs_evening(self) -> bool:
        # A fixed order leaves the evening out.
        return self.planner.order is None and self.house.policy.planning.weights.sees_evening

    @spares_waiting.default
    def _weighs_waiting(self) -> bool:
        return self.house.policy.planning.weights.parties_starved > 0

    @lifts_adjacency.default
    def _does_not_enforce(self) -> bool:
        policy = self.house.policy
        is_lifted = policy.enforcement.adjacency_modes != {EnforcementMode.ENFORCED}
        return policy.planning.adjacency_required and is_lifted

    def is_joined(self, period: str, day: date) -> bool:
        """Tell whether the house enforces its rule of adjacency in a service."""
        if not self.lifts_adjacency:
            return True
        enforcement, restaurant = self.house.policy.enforcement, self.house.restaurant
        mode = enforcement.adjacency_on(restaurant.id, period, day)
        return mode is EnforcementMode.ENFORCED

    def fingerprint(
        self, tables: tuple[str, ...], terms: tuple[ServicePeriod, Stay], party_size: int
    ) -> Fingerprint:
        """Return the fingerprint of a hold of these tables today.

        Args:
            tables: The tables, in table order.
            terms: The service period and the stay.
            party_size: The party's size; it selects the adjacency mode.
        """
        period, stay = terms
        buffers = (period.buffer_before_minutes, period.buffer_after_minutes)
        minutes = (stay.turn_minutes, *buffers)
        is_joined = self.is_joined(period.key, stay.service_date)
        return self._fingerprints(_FingerprintKey(tables, party_size, minutes, is_joined, terms))


@attrs.frozen
class _FingerprintKey:
    """The arguments of a fingerprint; the terms count by their minutes only."""

    tables: tuple[str, ...]
    party_size: int
    minutes: tuple[int, int, int]
    is_joined: bool
    terms: tuple[ServicePeriod, Stay] = attrs.field(eq=False)


def _fingerprint(
    house: House, versions: tuple[int, int] | None, key: _FingerprintKey
) -> Fingerprint:
    planning = house.policy.planning
    if not key.is_joined:
        planning = attrs.evolve(planning, adjacency_required=False)
    fingerprint = fingerprint_of(
        house.floor,
        planning,
        key.tables,
        terms=key.terms,
        party_size=key.party_size,
    )
    return fingerprint if versions is None else fingerprint.with_versions(*versions)


@attrs.define(eq=False)
class _Latest:
    """The latest house of a restaurant, as far as an engine knows it.

    Args:
        restaurant_id: The restaurant.
        house: The house; ``None``: no request has seen it yet.
        compiled: A compiled house, of this house or of one before it.
        prepared: The planner that has compiled its sets.
    """

    restaurant_id: str
    house: House | None = None
    compiled: CompiledHouse | None = None
    prepared: Planner | None = None


class CompiledHouses:
    """Keeps the latest compiled house of the ``KEPT_HOUSES`` restaurants used last.

    The bound for a whole engine: 64 calendars, 64 planners, 64 × 256 fingerprints of 1 kB, and for
    availabilities 64 × 16 × 128 times the spots or refusals of a few sizes.
    A planner of an ordinary floor takes about 1 MB, and of the densest floor about 30 MB: 16 MiB of
    rankings and 2 × 20,000 sets. An edit drops its predecessor.

    A change of the restaurant or its policy compiles the calendar again; a change of a fact that
    plans depend on compiles the planner. An edit of notes or of a position compiles nothing. Safe
    for threads without a lock: no thread waits while another compiles.

    Args:
        order: A fixed order of the tables in all houses; ``None``: each house ranks them.
    """

    def __init__(self, order: TableOrder | None = None) -> None:
        self._order = order
        self._latest = lru_cache(maxsize=KEPT_HOUSES)(_Latest)

    def get(self, view: View) -> CompiledHouse:
        """Return the compiled house of a view."""
        house, read = view.house, view.versions
        versions = (read.floor, read.policy)
        latest = self._latest(house.restaurant.id)
        known = latest.compiled
        if known is not None and known.house is house and known.versions == versions:
            return known
        latest.house = house
        compiled = latest.compiled = attrs.evolve(
            compile_house(house, known, self._order), versions=versions
        )
        return compiled

    def expect(self, house: House) -> None:
        """Note the house that the next request of a restaurant will see; compile nothing yet."""
        self._latest(house.restaurant.id).house = house

    def find_latest(self, restaurant_id: str) -> CompiledHouse | None:
        """Return the compiled house that the next request of a restaurant will probably see.

        It compiles the planner's sets before the request enters its transaction.
        """
        latest = self._latest(restaurant_id)
        house, compiled = latest.house, latest.compiled
        if house is None:
            return None
        if compiled is None or compiled.house is not house:
            compiled = latest.compiled = compile_house(house, compiled, self._order)
        if latest.prepared is not compiled.planner:
            _prepare(compiled)
            latest.prepared = compiled.planner
        return compiled


def compile_house(
    house: House, known: CompiledHouse | None, order: TableOrder | None = None
) -> CompiledHouse:
    """Compile a house.

    Args:
        house: The house.
        known: A compiled house of the restaurant in the same order of tables; the parts that do not
            differ are kept.
        order: A fixed order of the tables; ``None``: the house ranks them.
    """
    calendar, planner = None, None
    if known is not None:
        before = known.house
        if before == house:
            return attrs.evolve(known, house=house)
        if before.restaurant == house.restaurant and before.policy == house.policy:
            calendar = known.calendar
        if _plans_alike(before, house):
            planner = known.planner
    return CompiledHouse(
        house,
        calendar or Calendar(house.restaurant, house.policy),
        planner or Planner(house.floor, house.policy.planning, order=order),
    )


def _prepare(compiled: CompiledHouse) -> None:
    """Compile the sets of every adjacency mode: small and large parties may differ in it."""
    largest = max((table.largest_party for table in compiled.house.floor.tables), default=1)
    for party_size in {1, largest}:
        compiled.planner.is_seatable(PlanRequest(party_size), _NO_TABLES)


def _plans_alike(before: House, house: House) -> bool:
    if before.policy.planning != house.policy.planning:
        return False
    floors = (before.floor, house.floor)
    return floors[0] == floors[1] or _plan_facts(floors[0]) == _plan_facts(floors[1])


def _plan_facts(floor: Floor) -> tuple[Any, ...]:
    """Return the facts of a floor that plans depend on, in table order."""
    tables = tuple(
        (
            *(table.id, table.number, table.zone_id, table.kind, table.mobility),
            *(table.active, table.out_of_service),
            *(table.min_party, table.largest_party, table.features),
        )
        for table in floor.tables
    )
    areas = tuple((zone.id, zone.area) for zone in floor.zones)
    return tables, areas, floor.joins, floor.set_capacities, floor.joins_within_zone
