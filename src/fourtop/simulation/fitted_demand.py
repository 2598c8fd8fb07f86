"""Fit a demand to the rows of past bookings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from statistics import fmean, pstdev
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, RowProblem
from fourtop.errors.display import brief, count_of, html_table
from fourtop.errors.row_errors import invalid_rows, problem_of
from fourtop.formats.booking_row import BookingRow, Moment
from fourtop.model import validators
from fourtop.model.booking import BookingStatus
from fourtop.model.booking_rules import WALK_IN
from fourtop.model.calendar import Calendar
from fourtop.model.house import House
from fourtop.model.service_period import NIGHT_ENDS, Weekday
from fourtop.model.window import MICROSECONDS_PER_MINUTE, from_micros
from fourtop.simulation.demand import Demand
from fourtop.simulation.distributions import Distribution, Empirical, Poisson
from fourtop.simulation.goodness import (
    LEAST_OBSERVATIONS,
    Fit,
    chi_square_share,
    dispersion,
    fit_distribution,
)
from fourtop.simulation.stays import AS_PLANNED, Stays
from fourtop.simulation.table import TidyTable

_SEATED: Final = frozenset({BookingStatus.CHECKED_IN, BookingStatus.COMPLETED})
_REJECTED: Final = 0.01
_DAY: Final = timedelta(days=1)


@attrs.frozen(repr=False)
class FittedPart:
    """A part of a demand, and the rows that it rests on.

    Args:
        name: The part, such as ``"late, minutes"``.
        count: The number of rows, or of dates, that it was fitted to.
        share: What part of all rows these are, or the share itself for a share.
        mean: The mean of the observations; ``None`` for a share.
        spread: Their standard deviation; ``None`` for a share.
        fit: The distribution that was chosen.
        goodness: How well it fits, in words; empty if that was not tested.
    """

    name: str
    count: int
    share: float
    mean: float | None = None
    spread: float | None = None
    fit: str = ""
    goodness: str = ""

    def __repr__(self) -> str:
        mean = "" if self.mean is None else f"mean {self.mean:.4g}"
        spread = "" if self.spread is None else f"spread {self.spread:.4g}"
        return brief(self, self.name, f"{self.count} rows", f"share {self.share:.3g}", mean, spread)


@attrs.frozen(repr=False)
class FittedDemand:
    """A demand that was fitted to past bookings.

    Args:
        demand: The demand, ready to be simulated.
        parts: What it was fitted from, and how well it fits.
        rows: The number of rows.
        dates: The number of dates with a service, from the first row to the last.
    """

    demand: Demand
    parts: tuple[FittedPart, ...]
    rows: int
    dates: int

    def part(self, name: str) -> FittedPart:
        """Return the part of a name.

        Raises:
            InvalidInput: If no part has that name; the error lists the names.
        """
        found = next((each for each in self.parts if each.name == name), None)
        if found is None:
            names = "; ".join(each.name for each in self.parts)
            raise InvalidInput("name", f"must be one of {names}", name)
        return found

    def table(self) -> TidyTable:
        """Return one row a part: its rows, share, mean, spread, fit and goodness."""
        names = [each.name for each in attrs.fields(FittedPart)]
        return TidyTable(
            {name: [getattr(each, name) for each in self.parts] for name in names},
            "Parts of the demand",
        )

    def __repr__(self) -> str:
        return brief(
            self,
            count_of(self.rows, "row"),
            count_of(self.dates, "date"),
            f"{self.demand.requests.expected:.1f} requests a date",
            f"{self.demand.covers_per_party:.1f} covers a party",
        )

    def _repr_html_(self) -> str:
        rows = [
            (
                each.name,
                each.count,
                f"{each.share:.1%}",
                "" if each.mean is None else f"{each.mean:,.1f}",
                "" if each.spread is None else f"{each.spread:,.1f}",
                each.fit,
                each.goodness,
            )
            for each in self.parts
        ]
        columns = ("part", "rows", "share", "mean", "spread", "fit", "goodness")
        caption = f"Demand from {count_of(self.rows, 'row')} of {count_of(self.dates, 'date')}"
        return html_table(caption, columns, rows)


def fit_demand(
    rows: Iterable[BookingRow], house: House, *, default_channel: str = "web"
) -> FittedDemand:
    """Fit a demand to the rows of past bookings.

    - The number of requests is that of all dates with a service from the first row to the last,
      with a factor for each weekday if each has two dates or more. It is a Poisson number unless
      the counts contradict that at the level of 1 %; then it is as observed.
    - Sizes, start times (rounded down to the interval of the house) and channels are as observed.
    - Lead times need ``created``, lateness ``seated``, and stays ``seated`` and ``left``. Each of
      them is an exponential, lognormal or normal distribution if one fits at the level of 1 %, and
      otherwise as observed. Stays go by the turn bands of the policy; a band with fewer than 20
      rows uses all rows. Rows without these times leave the defaults of ``Demand``.
    - Cancelled rows and no-shows are shares of all rows that are no walk-ins.

    Rows are the bookings that the house took. Guests who were refused or never asked are missing,
    so the fitted demand is the least that there was.

    Args:
        rows: The bookings. Waiting and shadow bookings are left out.
        house: For its time zone, its services, its interval and its turn bands.
        default_channel: The channel of rows that name none.

    Raises:
        InvalidInput: If no row is left, or an argument is of the wrong type.
        InvalidRows: If rows are wrong; lists the problems of all.
    """
    validators.check_instance("house", house, House)
    validators.check_identifier("default_channel", default_channel)
    given = validators.as_instances("rows", rows, BookingRow)
    facts = _Facts.read(given, Calendar(house.restaurant, house.policy), default_channel)
    return _DemandFit(house, facts).fitted()


_LEFT_OUT: Final = frozenset(
    {BookingStatus.WAITLISTED, BookingStatus.PRIORITY_WAITLIST, BookingStatus.SHADOW}
)


@attrs.frozen
class _Fact:
    """What a row says, with times in minutes."""

    party_size: int
    on: date
    start: time
    channel: str
    status: BookingStatus
    lead: float | None
    late: float | None
    stayed: float | None

    @property
    def is_walk_in(self) -> bool:
        return self.channel == WALK_IN


class _Facts:
    """Read rows, and collect their problems."""

    def __init__(self, calendar: Calendar, default_channel: str) -> None:
        self._calendar = calendar
        self._default_channel = default_channel

    @classmethod
    def read(
        cls, rows: Iterable[BookingRow], calendar: Calendar, default_channel: str
    ) -> tuple[_Fact, ...]:
        reader, found, problems = cls(calendar, default_channel), [], list[RowProblem]()
        for number, row in enumerate(rows, 1):
            if row.status in _LEFT_OUT:
                continue
            try:
                found.append(reader._fact(row))
            except InvalidInput as fault:
                problems.append(problem_of(fault, number, row.line))
        if problems:
            raise invalid_rows(tuple(problems))
        if not found:
            raise InvalidInput("rows", "must have at least one booking", "none")
        return tuple(found)

    def _fact(self, row: BookingRow) -> _Fact:
        start_us = self._calendar.instant(row.start, "start")
        local = from_micros(start_us).astimezone(self._calendar.zone)
        channel = row.channel or self._default_channel
        seated_us, left_us = self._optional(row.seated, "seated"), self._optional(row.left, "left")
        if seated_us is not None and left_us is not None and left_us < seated_us:
            text = self._calendar.local_text(left_us)
            raise InvalidInput("left", "must not lie before the party sat down", text)
        created_us = self._optional(row.created, "created")
        lead = None if created_us is None else _minutes(start_us - created_us)
        late = None if seated_us is None else _minutes(seated_us - start_us)
        stayed = None
        if seated_us is not None and left_us is not None and row.status in _SEATED:
            stayed = _minutes(left_us - seated_us)
        return _Fact(
            party_size=row.party_size,
            on=local.date() - _DAY if local.time() < NIGHT_ENDS else local.date(),
            start=local.time(),
            channel=channel,
            status=row.status,
            lead=None if channel == WALK_IN or lead is None else max(lead, 0),
            late=None if channel == WALK_IN or row.status not in _SEATED else late,
            stayed=stayed,
        )

    def _optional(self, moment: Moment | None, field: str) -> int | None:
        return None if moment is None else self._calendar.instant(moment, field)


def _minutes(micros: int) -> float:
    return micros / MICROSECONDS_PER_MINUTE


class _DemandFit:
    """The fit of each part of a demand."""

    def __init__(self, house: House, facts: Sequence[_Fact]) -> None:
        self._house, self._facts = house, facts
        self._parts: list[FittedPart] = []
        self._calendar = Calendar(house.restaurant, house.policy)
        days = {fact.on for fact in facts}
        span = (max(days) - min(days)).days + 1
        every = (min(days) + timedelta(days=place) for place in range(span))
        # A date with rows counts, even if the calendar of today has no service on it.
        self._dates = [day for day in every if day in days or self._calendar.services_on(day)]

    def fitted(self) -> FittedDemand:
        """Return the demand with its parts."""
        requests, factors = self._requests()
        fields: dict[str, Any] = {"weekday_factors": factors, **self._shares()}
        for name, label, values in (
            ("lead_minutes", "lead, minutes", self._of(lambda fact: fact.lead)),
            ("late_minutes", "late, minutes", self._of(lambda fact: fact.late)),
        ):
            if values:
                fields[name] = self._fit(label, values)
        demand = Demand(
            requests,
            self._weights("party size", lambda fact: fact.party_size),
            self._weights("start, minutes after midnight", self._start, as_number=_of_day),
            stays=self._stays(),
            **fields,
        )
        return FittedDemand(demand, tuple(self._parts), len(self._facts), len(self._dates))

    def _of(self, fact: Callable[[_Fact], float | None]) -> list[float]:
        found = (fact(each) for each in self._facts)
        return [each for each in found if each is not None]

    # ---- counts

    def _requests(self) -> tuple[Distribution, Mapping[Weekday, float]]:
        """Fit the number of requests of a date and the factors of the weekdays."""
        by_date = Counter(fact.on for fact in self._facts)
        counts = [by_date[day] for day in self._dates]
        mean = fmean(counts)
        by_weekday = defaultdict[Weekday, list[int]](list)
        for day, number in zip(self._dates, counts, strict=True):
            by_weekday[Weekday.of(day)].append(number)
        # A factor rests on two dates or more.
        has_factors = all(len(each) > 1 for each in by_weekday.values())
        factors = (
            {day: fmean(numbers) / mean for day, numbers in by_weekday.items()}
            if has_factors and len(by_weekday) > 1
            else {}
        )
        means = [mean * factors.get(Weekday.of(day), 1.0) for day in self._dates]
        value, terms = dispersion(counts, means)
        freedom = terms - max(len(factors), 1)
        is_poisson, goodness = True, "too few dates to test"
        if freedom > 0:
            above = chi_square_share(value, freedom)
            is_poisson = _REJECTED / 2 <= above <= 1 - _REJECTED / 2
            goodness = f"variance {value / freedom:.2f} × mean, p {min(above, 1 - above) * 2:.2g}"
        requests: Distribution = Poisson(mean)
        if not is_poisson:
            pairs = zip(counts, means, strict=True)
            requests = Empirical([mean * each / own for each, own in pairs if own > 0])
        self._part("requests of a date", counts, requests, goodness, of=len(self._dates))
        return requests, factors

    def _part(
        self, name: str, values: Sequence[float], fit: object, goodness: str, *, of: int
    ) -> None:
        text = repr(fit).strip("<>") if fit else ""
        share = len(values) / of
        self._parts.append(
            FittedPart(name, len(values), share, fmean(values), pstdev(values), text, goodness)
        )

    def _weights(
        self,
        name: str,
        key: Callable[[_Fact], Any],
        *,
        as_number: Callable[[Any], float] = float,
    ) -> dict[Any, float]:
        """Count the rows by a key, and note the part."""
        found = [key(each) for each in self._facts]
        values = [as_number(each) for each in found]
        self._part(name, values, None, "as observed", of=len(self._facts))
        return {each: float(number) for each, number in sorted(Counter(found).items())}

    def _start(self, fact: _Fact) -> time:
        """Return a start, rounded down to the interval of the house."""
        step = self._house.restaurant.reservation_interval_minutes
        minute = (fact.start.hour * 60 + fact.start.minute) // step * step
        return time(minute // 60, minute % 60)

    def _shares(self) -> dict[str, Any]:
        """Count channels, cancelled bookings and no-shows."""
        count = len(self._facts)
        channels = Counter(fact.channel for fact in self._facts)
        for channel, number in sorted(channels.items()):
            self._parts.append(FittedPart(f"channel {channel}", number, number / count))
        booked = [fact for fact in self._facts if not fact.is_walk_in]
        shares = {}
        for name, label, status in (
            ("cancel_share", "cancelled", BookingStatus.CANCELLED),
            ("no_show_share", "no-shows", BookingStatus.NO_SHOW),
        ):
            number = sum(fact.status is status for fact in booked)
            shares[name] = number / len(booked) if booked else 0.0
            self._parts.append(FittedPart(label, number, shares[name]))
        parts = {channel: number / count for channel, number in sorted(channels.items())}
        return {"channels": parts, **shares}

    # ---- minutes

    def _fit(self, name: str, values: Sequence[float]) -> Distribution:
        """Fit a distribution, and note the part."""
        fit = fit_distribution(values)
        self._part(name, values, fit.distribution, _goodness(fit), of=len(self._facts))
        return fit.distribution

    def _stays(self) -> Stays:
        """Fit the stays of each turn band of the policy."""
        seated = [fact for fact in self._facts if fact.stayed is not None]
        if not seated:
            return AS_PLANNED
        bands = [band.max_party for band in self._house.policy.turn_bands] or [None]
        lengths: dict[int | None, Distribution] = {}
        of_all, low = [fact.stayed or 0.0 for fact in seated], 0
        for largest in (*bands, *([] if None in bands else [None])):
            inside = [
                fact.stayed or 0.0
                for fact in seated
                if low < fact.party_size and (largest is None or fact.party_size <= largest)
            ]
            size = "all parties" if len(bands) == 1 else f"parties of {low + 1} or more"
            if largest is not None:
                size, low = f"parties of {low + 1} to {largest}", largest
            is_enough = len(inside) >= LEAST_OBSERVATIONS
            lengths[largest] = self._fit(
                f"stay of {size}, minutes", inside if is_enough else of_all
            )
        return Stays(lengths)


def _of_day(at: time) -> float:
    """Return the minutes from 05:00, where a night ends, to a time, from midnight on."""
    minutes = at.hour * 60 + at.minute
    return float(minutes if at >= NIGHT_ENDS else minutes + 24 * 60)


def _goodness(fit: Fit) -> str:
    if fit.distance is None or fit.limit is None:
        return "too few values to test"
    verdict = "fits" if fit.distance <= fit.limit else "no formula fits: as observed"
    return f"{verdict}, distance {fit.distance:.3f} (limit {fit.limit:.3f})"
