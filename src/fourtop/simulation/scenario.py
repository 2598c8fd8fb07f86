"""Scenarios: a house, its demand and its behaviour, ready to be simulated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from typing import Final

import attrs

from fourtop.clock import ManualClock
from fourtop.engine import Engine
from fourtop.errors import InvalidInput
from fourtop.errors.display import brief, count_of
from fourtop.model import validators
from fourtop.model.calendar import Calendar
from fourtop.model.house import House
from fourtop.model.service_period import check_date
from fourtop.simulation.behaviour import USUAL, Behaviour
from fourtop.simulation.demand import Demand
from fourtop.storage import MemoryStore

# A week without changes of clocks in most time zones.
FIRST_MONDAY: Final = date(2030, 5, 6)


def _as_dates(value: Iterable[date | str]) -> tuple[date, ...]:
    dates = validators.as_members("dates", value, partial(check_date, "dates"))
    if not dates:
        raise InvalidInput("dates", "must name at least one date", "none")
    return dates


@attrs.frozen(repr=False)
class Scenario:
    """A house, its demand and its behaviour. It pickles if its callables do.

    Args:
        house: The restaurant, its floor and its policy.
        demand: The requests of one date.
        behaviour: What the house and its guests do beyond the policy.
        dates: The dates of the evenings, in turn. By default the days with a service in the week
            of Monday, 6 May 2030.
        warm_up_minutes: Requests for the first minutes of a date are played and not counted
            (0–1,440). For houses that are never empty: a simulated date begins empty.

    Raises:
        InvalidInput: If the house has no table or no service on those dates; or naming the field
            and the rule.
    """

    house: House = attrs.field(validator=validators.one_of(House))
    demand: Demand = attrs.field(validator=validators.one_of(Demand))
    behaviour: Behaviour = attrs.field(default=USUAL, validator=validators.one_of(Behaviour))
    dates: tuple[date, ...] = attrs.field(kw_only=True, converter=_as_dates)
    warm_up_minutes: int = attrs.field(
        default=0,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, 24 * 60),
    )

    @dates.default
    def _open_days(self) -> tuple[date, ...]:
        # A default is computed before the validators run.
        house = validators.check_instance("house", self.house, House)
        calendar = Calendar(house.restaurant, house.policy)
        week = [FIRST_MONDAY + timedelta(days=day) for day in range(7)]
        found = tuple(day for day in week if calendar.services_on(day))
        if not found:
            rule = f"must have a service in the week of {FIRST_MONDAY}, unless dates are given"
            raise InvalidInput("house", rule, "none")
        return found

    def __attrs_post_init__(self) -> None:
        if not self.house.floor.tables:
            raise InvalidInput("house", "must have at least one table", "none")

    @cached_property
    def engine(self) -> Engine:
        """An engine with the compiled, empty house; each evening has one on a store of its own."""
        store = MemoryStore(ManualClock(datetime(2030, 1, 1, tzinfo=UTC)))
        engine = Engine(store, table_order=self.behaviour.table_order)
        engine.add_restaurant(self.house)
        return engine

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar of the house."""
        return Calendar(self.house.restaurant, self.house.policy)

    @cached_property
    def _offered(self) -> dict[date, tuple[float, ...]]:
        return {}

    def seat_hours_offered(self, on: date) -> tuple[float, ...]:
        """Return the seats on offer times the hours of each service of a date, by start.

        They are those of ``Desk.utilisation``, and do not depend on the guests.
        """
        found = self._offered.get(on)
        if found is None:
            periods = self.engine.desk(self.house.restaurant.id).utilisation(on).periods
            found = tuple(period.seat_hours_offered for period in periods)
            # Two threads may both find it; they find the same.
            self._offered[on] = found
        return found

    def date_of(self, number: int) -> date:
        """Return the date of an evening; evenings are numbered from 1."""
        return self.dates[(number - 1) % len(self.dates)]

    def __repr__(self) -> str:
        return brief(
            self,
            self.house.restaurant.name,
            count_of(len(self.house.floor.tables), "table"),
            f"{self.demand.requests.expected:.4g} requests",
            count_of(len(self.dates), "date"),
        )
