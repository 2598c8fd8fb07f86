"""Demand forecasts: the covers that are expected to ask for each start of a week."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Final, Self

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of, html_table
from fourtop.model import validators
from fourtop.model.service_period import WEEK, Weekday, as_weekday, check_time, of_the_night

MOST_COVERS: Final = 100_000
MOST_LEAD_MINUTES: Final = 3_650 * 24 * 60
STAY_MINUTES: Final = (1, 1_440)
USUAL_STAY_MINUTES: Final = 105

Starts = tuple[tuple[time, float], ...]
_GivenStarts = Mapping[time, float] | Mapping[str, float] | Iterable[tuple[time, float]]
_GivenCovers = (
    Mapping[Weekday, _GivenStarts]
    | Mapping[str, _GivenStarts]
    | Iterable[tuple[Weekday, _GivenStarts]]
)


def _covers(value: _GivenCovers) -> tuple[tuple[Weekday, Starts], ...]:
    found: dict[Weekday, Starts] = {}
    for key, starts in validators.as_pairs("covers", value):
        day = as_weekday(key)
        if day in found:
            raise InvalidInput("covers", "must name each weekday once", day.value)
        found[day] = _starts(starts)
    return tuple((day, found[day]) for day in WEEK if day in found)


def _starts(value: _GivenStarts) -> Starts:
    found: dict[time, float] = {}
    for key, given in validators.as_pairs("covers", value):
        at, covers = check_time("covers", key), validators.as_number(given)
        if not validators.is_number(covers, 0, MOST_COVERS):
            rule = f"must have numbers from 0 to {MOST_COVERS:,}"
            raise InvalidInput("covers", rule, safe_repr(given))
        if at in found:
            raise InvalidInput("covers", "must name each start of a weekday once", f"{at:%H:%M}")
        found[at] = covers
    return tuple(sorted(found.items(), key=lambda each: of_the_night(each[0])))


def _lead_shares(
    value: Mapping[int, float] | Iterable[tuple[int, float]],
) -> tuple[tuple[int, float], ...]:
    found: dict[int, float] = {}
    for minutes, given in validators.as_pairs("lead_shares", value):
        lead = validators.check_integer("lead_shares", minutes, 0, MOST_LEAD_MINUTES)
        share = validators.as_number(given)
        if not validators.is_number(share, 0, 1):
            rule = "must have shares from 0 to 1"
            raise InvalidInput("lead_shares", rule, safe_repr(given))
        found[lead] = share
    pairs = tuple(sorted(found.items()))
    shares = [share for _, share in pairs]
    if shares != sorted(shares):
        rule = "must not have a share below that of a shorter lead"
        raise InvalidInput("lead_shares", rule, safe_repr(dict(pairs)))
    return pairs


@attrs.frozen(repr=False)
class DemandForecast:
    """The covers that are expected to ask for each start of a week, whether or not they fit.

    A host writes it down, or gets it from ``fourtop.simulation.demand_forecast``.

    Args:
        covers: For each weekday the people expected, counted as seats, for each local start, such
            as ``{"friday": {"19:00": 12.5}}`` (0–100,000). Kept as pairs, by time. The weekday is
            that of the service date; times before 05:00 belong to the night before. A weekday or
            start without a number expects nobody.
        stay_minutes: How long a cover occupies its seat, on average (1–1,440).
        lead_shares: The share of the covers of a start (0–1) that ask at most so many minutes
            before it, such as ``{0: 0.4, 1440: 0.7, 10080: 1}``. Shares do not fall. Between two
            leads the share is interpolated; beyond them that of the nearest counts. Without any,
            all covers are still expected until their start.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> evening = {"friday": {"19:00": 12, "20:00": 8}}
    >>> forecast = DemandForecast(evening, lead_shares={0: 0.25, 60: 1})
    >>> forecast
    <DemandForecast friday 20 covers, 105 minutes each>
    >>> forecast.share_to_come(30)
    0.625
    """

    covers: tuple[tuple[Weekday, Starts], ...] = attrs.field(converter=_covers)
    stay_minutes: int = attrs.field(
        default=USUAL_STAY_MINUTES,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(*STAY_MINUTES),
    )
    lead_shares: tuple[tuple[int, float], ...] = attrs.field(
        default=(), kw_only=True, converter=_lead_shares
    )

    def starts_on(self, day: date) -> Starts:
        """Return the covers of each local start of a service date, by time."""
        return dict(self.covers).get(Weekday.of(day), ())

    def share_to_come(self, lead_minutes: float) -> float:
        """Return the share of a start's covers that has not asked yet.

        Args:
            lead_minutes: The minutes from now to the start; negative: the start has passed, and
                none is to come.
        """
        if lead_minutes < 0:
            return 0.0
        if not self.lead_shares:
            return 1.0
        place = bisect_left(self.lead_shares, lead_minutes, key=lambda each: each[0])
        if place == len(self.lead_shares):
            return self.lead_shares[-1][1]
        after, share = self.lead_shares[place]
        if not place:
            return share
        before, least = self.lead_shares[place - 1]
        return least + (share - least) * (lead_minutes - before) / (after - before)

    def scaled(self, factor: float) -> Self:
        """Return the forecast with all covers multiplied by a factor.

        Raises:
            InvalidInput: If the factor is not a number of 0 or more, or covers become too many.
        """
        if not validators.is_number(factor, 0, MOST_COVERS):
            rule = f"must be a number from 0 to {MOST_COVERS:,}"
            raise InvalidInput("factor", rule, safe_repr(factor))
        covers = [
            (day, [(at, each * factor) for at, each in starts]) for day, starts in self.covers
        ]
        return attrs.evolve(self, covers=covers)

    def __repr__(self) -> str:
        totals = {day: sum(each for _, each in starts) for day, starts in self.covers}
        days = [f"{day.value} {total:.4g} covers" for day, total in totals.items()]
        if len(days) > 1:
            days = [f"{sum(totals.values()):.4g} covers on {count_of(len(days), 'weekday')}"]
        return brief(self, *days, f"{self.stay_minutes} minutes each")

    def _repr_html_(self) -> str:
        times = sorted({at for _, starts in self.covers for at, _ in starts}, key=of_the_night)
        days = [(day.value, dict(starts)) for day, starts in self.covers]
        rows = [
            (f"{at:%H:%M}", *(f"{starts.get(at, 0.0):.1f}" for _, starts in days)) for at in times
        ]
        caption = f"Covers expected, {self.stay_minutes} minutes each"
        return html_table(caption, ("start", *(day for day, _ in days)), rows)
