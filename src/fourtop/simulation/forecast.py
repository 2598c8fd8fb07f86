"""Forecasts: the covers that a demand, or the rows of past bookings, let a house expect."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from fourtop.errors import Refusal
from fourtop.formats.booking_row import BookingRow
from fourtop.model import validators
from fourtop.model.calendar import Calendar
from fourtop.model.forecast import MOST_LEAD_MINUTES, USUAL_STAY_MINUTES, DemandForecast
from fourtop.model.house import House
from fourtop.model.service_period import WEEK
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.simulation.demand import Demand
from fourtop.simulation.distributions import draw
from fourtop.simulation.fitted_demand import fit_demand
from fourtop.simulation.scenario import FIRST_MONDAY

# The lead times are read at this many shares, and interpolated between them.
_SHARES: Final = 20


def demand_forecast(demand: Demand, house: House) -> DemandForecast:
    """Return the covers that a demand lets a house expect for each start of a week.

    - Covers are those that ask and come: without the shares of cancellations and no-shows. The
      house may have no tables for them.
    - The stay is the time for which the policy of the house occupies tables, on average over the
      covers.
    - A walk-in asks at its start.

    Args:
        demand: The demand.
        house: For its hours and stays, in the week of Monday, 6 May 2030.

    Raises:
        InvalidInput: If an argument is of the wrong type, or a distribution of your own draws
            anything but a finite number.
    """
    validators.check_instance("demand", demand, Demand)
    validators.check_instance("house", house, House)
    calendar = Calendar(house.restaurant, house.policy)
    week = [FIRST_MONDAY + timedelta(days=number) for number in range(len(WEEK))]
    open_days = [on for on in week if calendar.services_on(on)]
    shares = [each / sum(demand.start_weights) for each in demand.start_weights]
    come = max(1 - demand.cancel_share - demand.no_show_share, 0.0)
    covers = {}
    for on in open_days:
        total = demand.requests_on(on).expected * demand.covers_per_party * come
        starts = [(at, total * share) for (at, _), share in zip(demand.starts, shares, strict=True)]
        covers[WEEK[on.weekday()]] = starts
    return DemandForecast(
        covers,
        stay_minutes=_stay_minutes(demand, calendar, open_days),
        lead_shares=_lead_shares(demand),
    )


def fit_forecast(
    rows: Iterable[BookingRow], house: House, *, default_channel: str = "web"
) -> DemandForecast:
    """Return the covers that the rows of past bookings let a house expect.

    It is the forecast of ``fit_demand``: weekdays differ in their number of covers and share the
    weights of start times. Guests who were refused left no row, so a full house expects too few.

    Args:
        rows: The bookings.
        house: For its time zone, its hours and its stays.
        default_channel: The channel of rows that name none.

    Raises:
        InvalidInput: As ``fit_demand``.
        InvalidRows: As ``fit_demand``.
    """
    return demand_forecast(fit_demand(rows, house, default_channel=default_channel).demand, house)


def _stay_minutes(demand: Demand, calendar: Calendar, days: list[date]) -> int:
    """Return the planned stay of a cover, on average over sizes, starts and days."""
    weights, minutes = 0.0, 0.0
    for on in days:
        for at, start_weight in demand.starts:
            start_us = calendar.night_us(on, at)
            for size, weight in demand.party_weights:
                stay = calendar.stay(start_us, size)
                if isinstance(stay, Refusal):
                    continue
                share, window = size * weight * start_weight, stay.occupied
                weights += share
                minutes += share * (window.end_us - window.start_us) / MICROSECONDS_PER_MINUTE
    return round(minutes / weights) if weights else USUAL_STAY_MINUTES


def _lead_shares(demand: Demand) -> dict[int, float]:
    """Return the shares of the covers that ask at most so many minutes before their start."""
    at_the_door = demand.walk_in_share
    found = {0: at_the_door}
    for number in range(_SHARES + 1):
        share = number / _SHARES
        lead = draw("lead_minutes", demand.lead_minutes, share)
        minutes = round(min(max(lead, 0), MOST_LEAD_MINUTES))
        found[minutes] = at_the_door + (1 - at_the_door) * share
    return found
