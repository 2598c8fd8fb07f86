"""Scenarios in words: the floor, the load and the order of the requests, beside each figure."""

from __future__ import annotations

from fourtop.errors.display import count_of
from fourtop.simulation.demand import Demand
from fourtop.simulation.scenario import Scenario


def setting_of(scenario: Scenario) -> str:
    """Return the floor, the load and the order of the requests of a scenario as text."""
    demand = scenario.demand
    return f"{floor_of(scenario)}; {load_of(demand)}; {order_of(demand)}"


def floor_of(scenario: Scenario) -> str:
    """Return the restaurant with its tables and seats as text."""
    tables = scenario.house.floor.tables
    seats = sum(each.capacity for each in tables)
    counts = f"{count_of(len(tables), 'table')}, {count_of(seats, 'seat')}"
    return f"{scenario.house.restaurant.name}, {counts}"


def load_of(demand: Demand) -> str:
    """Return the requests and covers that ask for a date, on average, as text.

    >>> load_of(Demand(20, {2: 1}, {"19:00": 1}))
    '20 requests for 40 covers a date'
    """
    requests = demand.requests.expected
    counted = f"{requests:.4g} {'request' if requests == 1 else 'requests'}"
    return f"{counted} for {requests * demand.covers_per_party:.0f} covers a date"


def order_of(demand: Demand) -> str:
    """Return the order of the requests as text: in advance, at the door, or both.

    >>> order_of(Demand(20, {2: 1}, {"19:00": 1}))
    '20% at the door by start, the others in advance'
    """
    door = demand.walk_in_share
    if not door:
        return "all in advance"
    if door == 1:
        return "all at the door by start"
    return f"{door:.0%} at the door by start, the others in advance"
