"""Seat-hours: how much of a house's seats and hours its guests use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.simulation.party import Party
from fourtop.simulation.scenario import Scenario

_HOUR_US: Final = 60 * MICROSECONDS_PER_MINUTE


class SeatHours:
    """The seat-hours of the services of a date, after the warm-up.

    Args:
        scenario: For its house and its warm-up.
        on: The date.
    """

    def __init__(self, scenario: Scenario, on: date) -> None:
        self._on, self._scenario = on, scenario
        self._services = scenario.calendar.services_on(on)
        first_us = self._services[0].window.start_us if self._services else 0
        self._begins_us = first_us + scenario.warm_up_minutes * MICROSECONDS_PER_MINUTE
        self._has_warm_up = scenario.warm_up_minutes > 0

    def counts(self, start_us: int) -> bool:
        """Tell whether a request for a start counts."""
        return not self._has_warm_up or start_us >= self._begins_us

    @property
    def offered(self) -> float:
        """The seats on offer times the hours of service, as ``Utilisation`` counts them."""
        hours = self._scenario.seat_hours_offered(self._on)
        return sum(
            each * self._rest(service.window.start_us, service.window.end_us)
            for each, service in zip(hours, self._services, strict=True)
        )

    def _rest(self, start_us: int, end_us: int) -> float:
        """Return the share of a service that lies after the warm-up."""
        return max(end_us - max(start_us, self._begins_us), 0) / (end_us - start_us)

    def used(self, parties: Iterable[Party]) -> float:
        """Return the time of each person at a table within the service of its start, in hours.

        ``Utilisation`` counts the same: a party that sits on into the next service uses none of it.
        """
        used_us = 0
        for party in parties:
            service = self._scenario.calendar.find_service(party.start_us)
            if party.seated_us is None or party.left_us is None or service is None:
                continue
            if any(service.is_same(each) for each in self._services):
                since_us = max(party.seated_us, service.window.start_us, self._begins_us)
                until_us = min(party.left_us, service.window.end_us)
                used_us += party.guest.party_size * max(until_us - since_us, 0)
        return used_us / _HOUR_US
