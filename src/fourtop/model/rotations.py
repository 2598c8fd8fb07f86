"""Rotations: how often each table can be seated in a service, by its hours and stays alone."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import attrs

from fourtop.errors import Refusal
from fourtop.errors.display import brief, count_of, html_table
from fourtop.model.calendar import Calendar
from fourtop.model.house import House
from fourtop.model.service import Service
from fourtop.model.service_period import check_date
from fourtop.model.stay import Stay
from fourtop.model.table import Table

_LONG_AGO_US: Final = -1


@attrs.frozen(repr=False)
class TableRotations:
    """How often one table can be seated in a service.

    Args:
        table_id: The table.
        party_size: The largest party that it seats alone.
        parties: How many such parties can sit at it one after another.
    """

    table_id: str
    party_size: int
    parties: int

    @property
    def covers(self) -> int:
        """The people of those parties."""
        return self.party_size * self.parties

    def __repr__(self) -> str:
        return brief(self, f"table {self.table_id}: {self.parties} × {self.party_size}")


@attrs.frozen(repr=False)
class PeriodRotations:
    """How often the tables can be seated in one service.

    Args:
        period: Key of the service period.
        service_date: The date that it starts on.
        tables: One each, in table order; tables that are not offered are left out.
    """

    period: str
    service_date: date
    tables: tuple[TableRotations, ...]

    @property
    def parties(self) -> int:
        """The parties of all tables."""
        return sum(each.parties for each in self.tables)

    @property
    def covers(self) -> int:
        """The people of all tables."""
        return sum(each.covers for each in self.tables)

    def find_table(self, table_id: str) -> TableRotations | None:
        """Return the rotations of a table; ``None`` without any."""
        return next((each for each in self.tables if each.table_id == table_id), None)

    def __repr__(self) -> str:
        counts = f"{count_of(self.parties, 'party', 'parties')}, {count_of(self.covers, 'cover')}"
        return brief(self, f"{self.period} on {self.service_date}", counts)


@attrs.frozen(repr=False)
class Rotations:
    """How often the tables can be seated on a date, at most.

    Args:
        on: The service date.
        periods: One for each service, by start.
        closed: Why the date has no service; ``None``: it has one.
    """

    on: date
    periods: tuple[PeriodRotations, ...]
    closed: Refusal | None = None

    def find_period(self, key: str) -> PeriodRotations | None:
        """Return the rotations of a service; ``None`` without one."""
        return next((each for each in self.periods if each.period == key), None)

    def __repr__(self) -> str:
        covers = [f"{each.period} {count_of(each.covers, 'cover')}" for each in self.periods]
        return brief(self, f"on {self.on}", *(covers or ["closed"]))

    def _repr_html_(self) -> str:
        rows = [
            (period.period, each.table_id, each.party_size, each.parties, each.covers)
            for period in self.periods
            for each in period.tables
        ]
        columns = ("period", "table", "party", "parties", "covers")
        return html_table(f"Rotations on {self.on}", columns, rows)


def estimate_rotations(house: House, on: date) -> Rotations:
    """Return how often each table of a house can be seated on a date, at most.

    A table is seated at the first start on offer after it is free again, for the stay and the
    buffers of the largest party that it seats alone. Each service begins with empty tables. Caps,
    pacing and bookings do not count. O(services × tables × starts).

    Args:
        house: The house.
        on: The service date.

    Raises:
        InvalidInput: If it is not a date.

    >>> from fourtop import sample
    >>> estimate_rotations(sample.pub(), date(2030, 5, 3))
    <Rotations on 2030-05-03, dinner 130 covers>
    """
    return rotations_of(house, Calendar(house.restaurant, house.policy), check_date("on", on))


def rotations_of(house: House, calendar: Calendar, on: date) -> Rotations:
    """Return the rotations of a house with its calendar; see ``estimate_rotations``."""
    starts: dict[str, list[int]] = {}
    for start_us, service in calendar.starts_on(on):
        starts.setdefault(service.period.key, []).append(start_us)
    services = calendar.services_on(on)
    periods = tuple(
        _of_period(house, calendar, service, starts.get(service.period.key, ()))
        for service in services
    )
    return Rotations(on, periods, None if services else calendar.closed_on(on))


def _of_period(
    house: House, calendar: Calendar, service: Service, starts: Sequence[int]
) -> PeriodRotations:
    tables = tuple(
        _of_table(house, calendar, table, starts)
        for table in house.floor.tables
        if table.is_offered
    )
    return PeriodRotations(service.period.key, service.date, tables)


def _of_table(
    house: House, calendar: Calendar, table: Table, starts: Sequence[int]
) -> TableRotations:
    party_size = table.largest_party
    zone = house.policy.find_zone_rule(table.zone_id)
    parties, free_us = 0, _LONG_AGO_US
    for start_us in starts if table.seats_alone(party_size) else ():
        stay = calendar.stay(start_us, party_size, zone=zone)
        if isinstance(stay, Stay) and stay.occupied.start_us >= free_us:
            parties, free_us = parties + 1, stay.occupied.end_us
    return TableRotations(table.id, party_size, parties)
