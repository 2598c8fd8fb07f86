"""Compiled rules of a house, one set for each version."""

from __future__ import annotations

from threading import Lock

import attrs

from fourtop.model.calendar import Calendar
from fourtop.model.house import House
from fourtop.planner import Planner
from fourtop.ports import View

_KEPT = 1_024


@attrs.frozen
class CompiledHouse:
    """A house, and what follows from it."""

    house: House
    calendar: Calendar
    planner: Planner


class CompiledHouses:
    """Keeps the compiled rules of recent houses. Keyed by version, never by time. Safe for threads."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int, int], CompiledHouse] = {}
        self._latest: dict[str, CompiledHouse] = {}
        self._lock = Lock()

    def get(self, view: View) -> CompiledHouse:
        """Return the rules at the versions of a view."""
        versions = view.versions
        house = view.house
        key = (house.restaurant.id, versions.floor, versions.policy)
        with self._lock:
            # Taken out and put back, so that the least recently used one is the first.
            rules = self._kept.pop(key, None)
            if rules is None or rules.house is not house:
                rules = self._compiled(house, key, rules)
            self._kept[key] = rules
            self._latest.pop(house.restaurant.id, None)
            self._latest[house.restaurant.id] = rules
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
            while len(self._latest) > _KEPT:
                del self._latest[next(iter(self._latest))]
        return rules

    def find_latest(self, restaurant_id: str) -> CompiledHouse | None:
        """Return the rules that a restaurant had when it was last asked, to foresee what will be looked at."""
        return self._latest.get(restaurant_id)

    def _compiled(
        self, house: House, key: tuple[str, int, int], known: CompiledHouse | None
    ) -> CompiledHouse:
        if known is not None and known.house == house:
            return attrs.evolve(known, house=house)
        return CompiledHouse(
            house, Calendar(house.restaurant, house.policy), self._planner(house, key)
        )

    def _planner(self, house: House, key: tuple[str, int, int]) -> Planner:
        # An edit of the policy that leaves the choice of tables alone keeps the compiled
        # combinations.
        for (restaurant_id, _, _), rules in reversed(self._kept.items()):
            known = rules.house
            is_same_choice = (
                known.floor == house.floor and known.policy.planning == house.policy.planning
            )
            if restaurant_id == key[0] and is_same_choice:
                return rules.planner
        return Planner(house.floor, house.policy.planning)
