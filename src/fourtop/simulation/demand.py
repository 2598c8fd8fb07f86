"""The demand of guests: how many ask, for how many, when and how, and how they behave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any, Final, Self

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, html_table
from fourtop.model import validators
from fourtop.model.booking_rules import WALK_IN
from fourtop.model.service_period import Weekday, as_weekday, check_time, of_the_night
from fourtop.simulation.distributions import (
    LARGEST,
    Constant,
    Distribution,
    Exponential,
    as_distribution,
)
from fourtop.simulation.stays import AS_PLANNED, Stays

# Shares that were rounded when they were measured may miss 1 by this much.
ROUNDING: Final = 0.02

_share: Final = validators.number(0, 1)


def _pairs(
    field: str, value: Mapping[Any, float] | Iterable[tuple[Any, float]]
) -> dict[Any, float]:
    """Convert a mapping, or pairs, to a dict of weights: finite and not negative."""
    found: dict[Any, float] = {}
    for each in validators.as_pairs(field, value, "must be a mapping, or pairs, of weights"):
        key, weight = each[0], validators.as_number(each[1])
        if not validators.is_number(weight, 0, LARGEST):
            rule = f"must have weights from 0 to {LARGEST:,.0f}"
            raise InvalidInput(field, rule, safe_repr(each))
        if key in found:
            raise InvalidInput(field, "must name each once", safe_repr(key))
        found[key] = weight
    return found


def _weights(
    field: str, value: Mapping[Any, float] | Iterable[tuple[Any, float]]
) -> dict[Any, float]:
    """Convert weights as ``_pairs`` does; they must not all be 0."""
    found = _pairs(field, value)
    if not sum(found.values()):
        raise InvalidInput(field, "must have a weight above 0", safe_repr(value))
    return found


def _as_party_weights(value: Mapping[int, float]) -> tuple[tuple[int, float], ...]:
    found = _weights("party_weights", value)
    return tuple(
        sorted(
            (validators.check_party(size, "party_weights"), each) for size, each in found.items()
        )
    )


def _as_starts(value: Mapping[time, float] | Mapping[str, float]) -> tuple[tuple[time, float], ...]:
    found = _weights("starts", value)
    times = _weights(
        "starts", [(check_time("starts", each), weight) for each, weight in found.items()]
    )
    return tuple(sorted(times.items(), key=lambda each: of_the_night(each[0])))


def _as_channels(value: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    found = _weights("channels", value)
    for channel in found:
        validators.check_identifier("channels", channel)
    total = sum(found.values())
    if abs(total - 1) > ROUNDING:
        rule = f"must have shares that add up to 1, give or take {ROUNDING:g} for rounding"
        raise InvalidInput("channels", rule, f"{total:g}")
    return tuple(found.items())


def _as_weekday_factors(
    value: Mapping[Weekday, float] | Mapping[str, float],
) -> tuple[tuple[Weekday, float], ...]:
    if not value:
        return ()
    found = {as_weekday(day): each for day, each in _weights("weekday_factors", value).items()}
    return tuple((day, found[day]) for day in Weekday if day in found)


def _as_abandon_shares(value: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    found = _pairs("abandon_shares", value)
    for channel, share in found.items():
        validators.check_identifier("abandon_shares", channel)
        if share > 1:
            raise InvalidInput("abandon_shares", "must have shares from 0 to 1", f"{share:g}")
    return tuple(found.items())


def _as_spend(value: Distribution | float | None) -> Distribution | None:
    return None if value is None else as_distribution(value)


_TWO_DAYS_MINUTES: Final = 2 * 24 * 60


@attrs.frozen(repr=False)
class Demand:
    """The requests of the guests of one date, and how these guests behave.

    It knows nothing of the house: the same demand meets every variant of it. Weights need not add
    up; shares must.

    Args:
        requests: How many parties ask: a number, or a distribution such as ``Poisson(62)``.
            Fractions are rounded, halves up.
        party_weights: Party sizes with their weights. Kept as pairs, by size.
        starts: Wished local start times, such as ``"19:00"``, with their weights. Kept as pairs, by
            time; times before 05:00 belong to the night before. A walk-in comes at any whole minute
            from such a time to the next.
        channels: The channels of the requests, with their shares (their sum is 1 within 0.02).
            ``"walk_in"`` comes to the door, ``"phone"`` is booked by staff; all others, such as
            ``"web"``, book online.
        lead_minutes: How long before its start a party asks, for all channels but walk-ins.
        cancel_share: The share of booked parties that cancel (0–1), at any time between booking
            and start, equally likely.
        no_show_share: The share of booked parties that do not come (0–1). Together with
            ``cancel_share`` at most 1.
        abandon_shares: By channel, the share of the guests that hold a table and never confirm
            (0–1). They keep others from the table until the hold expires, and do not come back.
            Guests without a hold do not abandon it: those that staff or code of your own book for.
            Kept as pairs.
        late_minutes: How late a booked party comes; negative: early.
        stays: How long parties stay.
        patience_minutes: How long a walk-in waits for a table at the door.
        booked_patience_minutes: How long a booked party waits if its table is not free.
        spend_per_cover: The revenue of each guest; ``None``: unknown.
        weekday_factors: The number of requests on a weekday, as a multiple of ``requests``;
            1 for a weekday without a factor. Kept as pairs, by weekday.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> Demand(20, {2: 3, 4: 1}, {"19:00": 2, "20:00": 1})
    <Demand 20 requests, 2.5 covers a party, 19:00 to 20:00, 20% at the door>
    """

    requests: Distribution = attrs.field(converter=as_distribution)
    party_weights: tuple[tuple[int, float], ...] = attrs.field(converter=_as_party_weights)
    starts: tuple[tuple[time, float], ...] = attrs.field(converter=_as_starts)
    channels: tuple[tuple[str, float], ...] = attrs.field(
        default=(("web", 0.6), ("phone", 0.2), (WALK_IN, 0.2)),
        kw_only=True,
        converter=_as_channels,
    )
    lead_minutes: Distribution = attrs.field(
        default=Exponential(_TWO_DAYS_MINUTES), kw_only=True, converter=as_distribution
    )
    cancel_share: float = attrs.field(
        default=0.0, kw_only=True, converter=validators.as_number, validator=_share
    )
    no_show_share: float = attrs.field(
        default=0.0, kw_only=True, converter=validators.as_number, validator=_share
    )
    abandon_shares: tuple[tuple[str, float], ...] = attrs.field(
        default=(), kw_only=True, converter=_as_abandon_shares
    )
    late_minutes: Distribution = attrs.field(
        default=Constant(0), kw_only=True, converter=as_distribution
    )
    stays: Stays = attrs.field(default=AS_PLANNED, kw_only=True, validator=validators.one_of(Stays))
    patience_minutes: Distribution = attrs.field(
        default=Constant(0), kw_only=True, converter=as_distribution
    )
    booked_patience_minutes: Distribution = attrs.field(
        default=Constant(30), kw_only=True, converter=as_distribution
    )
    spend_per_cover: Distribution | None = attrs.field(
        default=None, kw_only=True, converter=_as_spend
    )
    weekday_factors: tuple[tuple[Weekday, float], ...] = attrs.field(
        default=(), kw_only=True, converter=_as_weekday_factors
    )

    def __attrs_post_init__(self) -> None:
        if self.requests.quantile(0.001) < 0:
            raise InvalidInput("requests", "must not be negative", repr(self.requests))
        if self.cancel_share + self.no_show_share > 1:
            rule = "must not exceed 1 together with cancel_share"
            raise InvalidInput("no_show_share", rule, f"{self.no_show_share:g}")
        known = {channel for channel, _ in self.channels} - {WALK_IN}
        for channel, _ in self.abandon_shares:
            if channel not in known:
                rule = "must name channels of the demand that hold a table"
                raise InvalidInput("abandon_shares", rule, safe_repr(channel))

    @property
    def start_weights(self) -> tuple[float, ...]:
        """The weights of the start times, by time."""
        return tuple(weight for _, weight in self.starts)

    @property
    def covers_per_party(self) -> float:
        """The mean party size."""
        total = sum(weight for _, weight in self.party_weights)
        return sum(size * weight for size, weight in self.party_weights) / total

    @property
    def walk_in_share(self) -> float:
        """The share of the requests at the door, of all channels."""
        shares = dict(self.channels)
        return shares.get(WALK_IN, 0.0) / sum(shares.values())

    def requests_on(self, day: date) -> Distribution:
        """Return the distribution of the number of requests on a date."""
        factor = dict(self.weekday_factors).get(Weekday.of(day), 1.0)
        return self.requests if factor == 1 else self.requests.scaled(factor)

    def scaled(self, factor: float) -> Self:
        """Return the demand with its number of requests multiplied by a factor.

        Raises:
            InvalidInput: If the factor is not a finite number of 0 or more.

        >>> Demand(20, {2: 1}, {"19:00": 1}).scaled(2).requests
        <Constant 40>
        """
        return attrs.evolve(self, requests=self.requests.scaled(factor))

    def replaced(self, **fields: Any) -> Self:
        """Return this demand with other values of some fields.

        Raises:
            InvalidInput: Naming the field and the rule.
        """
        return attrs.evolve(self, **fields)

    def __repr__(self) -> str:
        first, last = self.starts[0][0], self.starts[-1][0]
        door = dict(self.channels).get(WALK_IN, 0.0)
        return brief(
            self,
            f"{self.requests.expected:.4g} requests",
            f"{self.covers_per_party:.1f} covers a party",
            f"{first:%H:%M} to {last:%H:%M}",
            f"{door:.0%} at the door" if door else "",
        )

    def _repr_html_(self) -> str:
        starts = [(f"{at:%H:%M}", weight) for at, weight in self.starts]
        rows: list[tuple[str, object]] = [
            ("requests", _plain(self.requests)),
            ("party sizes", _shares(self.party_weights)),
            ("starts", _shares(starts)),
            ("channels", _shares(self.channels)),
            ("lead, minutes", _plain(self.lead_minutes)),
            ("cancelled", f"{self.cancel_share:.1%} of the booked parties"),
            ("no-shows", f"{self.no_show_share:.1%} of the booked parties"),
            ("late, minutes", _plain(self.late_minutes)),
            ("stays", _plain(self.stays)),
            ("patience at the door, minutes", _plain(self.patience_minutes)),
            ("patience with a booking, minutes", _plain(self.booked_patience_minutes)),
        ]
        if self.weekday_factors:
            factors = ", ".join(f"{day.value} × {each:.2f}" for day, each in self.weekday_factors)
            rows.insert(1, ("requests of a weekday", factors))
        if self.abandon_shares:
            parts = ", ".join(f"{channel}: {each:.1%}" for channel, each in self.abandon_shares)
            rows.insert(-4, ("abandoned holds", parts))
        if self.spend_per_cover is not None:
            rows.append(("spend per cover", _plain(self.spend_per_cover)))
        return html_table("Demand of a date", ("part", "value"), rows)


def _plain(value: object) -> str:
    """Return the repr of a value without its brackets."""
    return repr(value).strip("<>")


def _shares(pairs: Iterable[tuple[object, float]]) -> str:
    """List weights as shares of their sum."""
    listed = list(pairs)
    total = sum(weight for _, weight in listed)
    return ", ".join(f"{each}: {weight / total:.1%}" for each, weight in listed)
