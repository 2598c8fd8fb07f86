"""Profiles: when guests sit and tables are taken on an evening, and who is turned away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import ceil
from typing import Final

import attrs

from fourtop.errors.display import brief, count_of
from fourtop.model import validators
from fourtop.model.calendar import Calendar
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.plotting import HeatRow, LineSeries, Picture, heat_map, line_chart
from fourtop.simulation.estimates import Estimate, ratio_of
from fourtop.simulation.evening import EveningResult
from fourtop.simulation.simulation import Simulation
from fourtop.simulation.table import TidyTable
from fourtop.simulation.visit import TURNED_AWAY, Visit

_BUSY_SHARE: Final = 0.9


@attrs.frozen(repr=False)
class EveningProfile:
    """The course of an evening, by local time. A notebook shows the use of the tables.

    Args:
        starts: The starts of the intervals, ``HH:MM``; hours after midnight belong to the night.
        minutes: The length of an interval.
        evenings: The number of evenings.
        guests: The mean number of people at tables in each interval.
        busy_guests: The number that nine of ten evenings do not exceed.
        table_percent: By the label of a table: the percentage of each interval in which it is
            taken.
    """

    starts: tuple[str, ...]
    minutes: int
    evenings: int
    guests: tuple[float, ...]
    busy_guests: tuple[float, ...]
    table_percent: Mapping[str, tuple[float, ...]]

    def table(self) -> TidyTable:
        """Return one row per table and interval: ``table``, ``start``, ``percent``."""
        cells = [
            (label, start, percent)
            for label, percents in self.table_percent.items()
            for start, percent in zip(self.starts, percents, strict=True)
        ]
        labels, starts, percents = zip(*cells, strict=True) if cells else ((), (), ())
        columns = {"table": labels, "start": starts, "percent": percents}
        return TidyTable(columns, "Use of the tables")

    def table_picture(self) -> Picture:
        """Draw how long each table is taken in each interval."""
        rows = [HeatRow(label, percents) for label, percents in self.table_percent.items()]
        return heat_map(
            rows,
            self.starts,
            title="Share of time in which a table is taken, percent",
            row_title="table",
            column_title="local time",
        )

    def guest_picture(self) -> Picture:
        """Draw the people at tables over the evening."""
        series = [
            LineSeries("mean evening", self.guests),
            LineSeries("busy evening (1 of 10)", self.busy_guests),
        ]
        return line_chart(
            series,
            self.starts,
            title="Guests at tables",
            x_title="local time",
            y_title="people",
        )

    def __repr__(self) -> str:
        peak = max(self.guests, default=0.0)
        return brief(
            self,
            count_of(self.evenings, "evening"),
            f"{count_of(len(self.starts), 'interval')} of {self.minutes} minutes",
            f"at most {peak:.1f} people at tables",
        )

    def _repr_svg_(self) -> str:
        return self.table_picture().svg


def evening_profile(played: Simulation, minutes: int = 30) -> EveningProfile:
    """Return the course of a mean evening: from the first service of its dates to the last end.

    Only parties at tables count: a table that is kept for a booking is free here.

    Args:
        played: The simulation.
        minutes: The length of an interval (5–120).

    Raises:
        InvalidInput: If the length is out of range.

    >>> from fourtop import sample
    >>> from fourtop.simulation import simulate
    >>> played = simulate(sample.pub(), sample.pub_demand(), evenings=2)
    >>> evening_profile(played, 60).starts
    ('17:00', '18:00', '19:00', '20:00', '21:00', '22:00', '23:00')
    """
    validators.check_integer("minutes", minutes, 5, 120)
    clock = _Clock(played)
    count = max(ceil((clock.last - clock.first) / minutes), 0)
    labels = played.scenario.house.floor.labels
    taken = {table_id: [0.0] * count for table_id in labels}
    guests: list[list[float]] = [[] for _ in range(count)]
    for evening in played:
        people = [0.0] * count
        for visit in evening.visits:
            for place, share in clock.shares(evening, visit, minutes):
                if place < count:
                    people[place] += visit.party_size * share
                    for table_id in visit.tables:
                        taken[table_id][place] += share
        for place, number in enumerate(people):
            guests[place].append(number)
    evenings = len(played)
    return EveningProfile(
        tuple(_time(clock.first + place * minutes) for place in range(count)),
        minutes,
        evenings,
        tuple(sum(each) / evenings for each in guests),
        tuple(_quantile(each, _BUSY_SHARE) for each in guests),
        {
            labels[table_id]: tuple(100 * each / evenings for each in shares)
            for table_id, shares in taken.items()
        },
    )


class _Clock:
    """The local minutes of a simulation's evenings, after the midnight before their services."""

    def __init__(self, played: Simulation) -> None:
        house = played.scenario.house
        calendar = Calendar(house.restaurant, house.policy)
        self._midnights: dict[object, int] = {}
        spans = []
        for day in dict.fromkeys(each.on for each in played):
            services = calendar.services_on(day)
            if services:
                first, _ = services[0].period.span_minutes
                spans += [service.period.span_minutes for service in services]
                begins_us = services[0].window.start_us
                self._midnights[day] = begins_us - first * MICROSECONDS_PER_MINUTE
        self.first = min((start for start, _ in spans), default=0)
        self.last = max((end for _, end in spans), default=0)

    def shares(
        self, evening: EveningResult, visit: Visit, minutes: int
    ) -> Iterator[tuple[int, float]]:
        """Yield the intervals in which a party sits, each with the share of it."""
        if visit.seated_us is None or visit.left_us is None:
            return
        zero_us = self._midnights[evening.on] + self.first * MICROSECONDS_PER_MINUTE
        length_us = minutes * MICROSECONDS_PER_MINUTE
        since, until = (max(each - zero_us, 0) for each in (visit.seated_us, visit.left_us))
        for place in range(since // length_us, ceil(until / length_us)):
            start = place * length_us
            yield place, (min(until, start + length_us) - max(since, start)) / length_us


def _time(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    return f"{hour % 24:02}:{rest:02}"


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[ceil(share * len(values)) - 1]


def turned_away_by_size(played: Simulation) -> Mapping[int, Estimate]:
    """Return the percentage of parties turned away by party size, each with its interval.

    Args:
        played: The simulation.
    """
    asked: defaultdict[int, list[float]] = defaultdict(lambda: [0.0] * len(played))
    lost: defaultdict[int, list[float]] = defaultdict(lambda: [0.0] * len(played))
    for place, evening in enumerate(played):
        for visit in evening.visits:
            asked[visit.party_size][place] += 1
            lost[visit.party_size][place] += 100 * (visit.outcome in TURNED_AWAY)
    return {size: ratio_of(lost[size], asked[size], "%") for size in sorted(asked)}
