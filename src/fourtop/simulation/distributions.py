"""Distributions of counts and minutes, drawn by their inverse from one uniform number.

A draw is ``distribution.quantile(random())``. Each draw takes exactly one uniform number, so two
variants of a house that share their uniform numbers share their guests (common random numbers), and
the same seed gives the same draws on every version of Python.

Source: L. Devroye, Non-Uniform Random Variate Generation (1986), chapter II.2, inversion.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import accumulate
from math import exp, inf, isfinite, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import Any, Final, Protocol, Self, runtime_checkable

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of
from fourtop.model import validators

# The largest value that a distribution may have: a million, in minutes almost two years.
LARGEST: Final = 1_000_000.0
# A share of 0 or 1 lies at infinity in some distributions; this one lies just inside.
_TINY: Final = 2.0**-53
_STANDARD: Final = NormalDist()


@runtime_checkable
class Distribution(Protocol):
    """A distribution of a number. Your own class needs these three members and must be frozen."""

    @property
    def expected(self) -> float:
        """The expected value."""
        ...

    def quantile(self, share: float) -> float:
        """Return the value that a share (0–1) of all draws does not exceed. It never falls."""
        ...

    def scaled(self, factor: float) -> Distribution:
        """Return the distribution with its expected value multiplied by a factor (0 or more)."""
        ...


def as_distribution(value: Distribution | float) -> Distribution:
    """Convert a number to a ``Constant``; return a distribution unchanged.

    Raises:
        InvalidInput: If it is neither.
    """
    if isinstance(value, Distribution):
        return value
    return Constant(value)


def _check_share(share: float) -> float:
    """Return a share moved just inside of 0 and 1.

    Raises:
        InvalidInput: If it is not a number from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise InvalidInput("share", "must be a number from 0 to 1", safe_repr(share))
    return min(max(share, _TINY), 1 - _TINY)


def draw(field: str, distribution: Distribution, share: float) -> float:
    """Return a quantile of a distribution that may be a class of the host's own.

    Raises:
        InvalidInput: If it is not a finite number; names the field.
    """
    value = distribution.quantile(share)
    if type(value) not in (int, float) or not isfinite(value):
        raise InvalidInput(field, "must draw finite numbers", safe_repr(value))
    return value


def check_factor(factor: float) -> float:
    """Return a factor if it is a finite number of 0 or more.

    Raises:
        InvalidInput: If it is anything else.
    """
    if type(factor) not in (int, float) or not 0 <= factor <= LARGEST:
        raise InvalidInput(
            "factor", f"must be a number from 0 to {LARGEST:,.0f}", safe_repr(factor)
        )
    return factor


_value: Final = validators.number(-LARGEST, LARGEST)
_not_negative: Final = validators.number(0, LARGEST)
_positive: Final = validators.number(1e-9, LARGEST)


def _number(validator: validators.Validator, default: Any = attrs.NOTHING) -> Any:
    return attrs.field(default=default, converter=validators.as_number, validator=validator)


@attrs.frozen(repr=False)
class Constant:
    """Always the same value.

    Args:
        value: The value (up to a million, either sign).

    Raises:
        InvalidInput: If it is not a finite number in that range.
    """

    value: float = _number(_value)

    @property
    def expected(self) -> float:
        """The value."""
        return self.value

    def quantile(self, share: float) -> float:
        """Return the value."""
        _check_share(share)
        return self.value

    def scaled(self, factor: float) -> Self:
        """Return the value multiplied by a factor."""
        return attrs.evolve(self, value=self.value * check_factor(factor))

    def __repr__(self) -> str:
        return brief(self, f"{self.value:.4g}")


@attrs.frozen(repr=False)
class Uniform:
    """Every value between two bounds, equally likely.

    Args:
        low: The lower bound.
        high: The upper bound; not below ``low``.

    Raises:
        InvalidInput: If a bound is not a finite number, or they are exchanged.

    >>> Uniform(10, 20).quantile(0.25)
    12.5
    """

    low: float = _number(_value)
    high: float = _number(_value)

    def __attrs_post_init__(self) -> None:
        _check_order("high", self.low, self.high)

    @property
    def expected(self) -> float:
        """The middle of the bounds."""
        return (self.low + self.high) / 2

    def quantile(self, share: float) -> float:
        """Return the value at a share of the way from ``low`` to ``high``."""
        return self.low + (self.high - self.low) * _check_share(share)

    def scaled(self, factor: float) -> Self:
        """Return the bounds multiplied by a factor."""
        check_factor(factor)
        return attrs.evolve(self, low=self.low * factor, high=self.high * factor)

    def __repr__(self) -> str:
        return brief(self, f"{self.low:.4g} to {self.high:.4g}")


@attrs.frozen(repr=False)
class Exponential:
    """Waiting times without memory.

    Args:
        mean: The expected value; above 0.

    Raises:
        InvalidInput: If the mean is not a positive finite number.

    >>> round(Exponential(20).quantile(0.5), 2)
    13.86
    """

    mean: float = _number(_positive)

    @property
    def expected(self) -> float:
        """The mean."""
        return self.mean

    def quantile(self, share: float) -> float:
        """Return ``-mean · ln(1 − share)``."""
        return -self.mean * log1p(-_check_share(share))

    def scaled(self, factor: float) -> Exponential | Constant:
        """Return the mean multiplied by a factor; by 0, the constant 0."""
        return attrs.evolve(self, mean=self.mean * factor) if check_factor(factor) else Constant(0)

    def __repr__(self) -> str:
        return brief(self, f"mean {self.mean:.4g}")


@attrs.frozen(repr=False)
class Normal:
    """The normal distribution, cut at bounds if any are given.

    Args:
        mean: The mean before the cut.
        sd: The standard deviation before the cut; above 0.
        low: The least value; ``None``: no bound.
        high: The greatest value; ``None``: no bound.

    Raises:
        InvalidInput: If a value is not a finite number, the bounds are exchanged, or they leave
            less than a millionth of the distribution.

    >>> Normal(90, 15).quantile(0.5), round(Normal(90, 15, low=90).quantile(0.5), 2)
    (90.0, 100.12)
    """

    mean: float = _number(_value)
    sd: float = _number(_positive)
    low: float | None = attrs.field(default=None, validator=validators.optional(_value))
    high: float | None = attrs.field(default=None, validator=validators.optional(_value))

    def __attrs_post_init__(self) -> None:
        if self.low is not None and self.high is not None:
            _check_order("high", self.low, self.high)
        low, high = self._shares()
        if high - low < 1e-6:
            raise InvalidInput("low", "and high must leave a part of the distribution", repr(self))

    def _shares(self) -> tuple[float, float]:
        """Return the shares of the uncut distribution below each bound."""
        low = 0.0 if self.low is None else _STANDARD.cdf((self.low - self.mean) / self.sd)
        high = 1.0 if self.high is None else _STANDARD.cdf((self.high - self.mean) / self.sd)
        return low, high

    @property
    def expected(self) -> float:
        """The expected value after the cut."""
        low, high = self._shares()
        left, right = (self._density(bound) for bound in (self.low, self.high))
        return self.mean + self.sd * (left - right) / (high - low)

    def _density(self, bound: float | None) -> float:
        return 0.0 if bound is None else _STANDARD.pdf((bound - self.mean) / self.sd)

    def quantile(self, share: float) -> float:
        """Return the value at a share of what the bounds leave (Wichura's AS 241, 1988)."""
        low, high = self._shares()
        inside = _check_share(low + (high - low) * _check_share(share))
        value = self.mean + self.sd * _STANDARD.inv_cdf(inside)
        # Rounding must not carry a value over a bound.
        value = value if self.low is None else max(value, self.low)
        return value if self.high is None else min(value, self.high)

    def scaled(self, factor: float) -> Normal | Constant:
        """Return all parameters multiplied by a factor; by 0, the constant 0."""
        if not check_factor(factor):
            return Constant(0)
        low, high = (each if each is None else each * factor for each in (self.low, self.high))
        return Normal(self.mean * factor, self.sd * factor, low, high)

    def __repr__(self) -> str:
        return brief(
            self,
            f"mean {self.mean:.4g}",
            f"sd {self.sd:.4g}",
            "" if self.low is None else f"from {self.low:.4g}",
            "" if self.high is None else f"to {self.high:.4g}",
        )


@attrs.frozen(repr=False)
class Lognormal:
    """Positive values with a long tail to the right, such as the length of a meal.

    Args:
        mean: The expected value; above 0. Not that of the logarithm.
        sd: The standard deviation; above 0. Not that of the logarithm.

    Raises:
        InvalidInput: If one is not a positive finite number.

    >>> meal = Lognormal(90, 20)
    >>> [round(meal.quantile(share)) for share in (0.05, 0.5, 0.95)]
    [61, 88, 126]
    """

    mean: float = _number(_positive)
    sd: float = _number(_positive)

    @property
    def expected(self) -> float:
        """The mean."""
        return self.mean

    def quantile(self, share: float) -> float:
        """Return the exponential of a quantile of the normal distribution."""
        variance = log1p((self.sd / self.mean) ** 2)
        centre = log(self.mean) - variance / 2
        return exp(centre + sqrt(variance) * _STANDARD.inv_cdf(_check_share(share)))

    def scaled(self, factor: float) -> Lognormal | Constant:
        """Return the mean and the standard deviation multiplied by a factor."""
        if not check_factor(factor):
            return Constant(0)
        return Lognormal(self.mean * factor, self.sd * factor)

    def __repr__(self) -> str:
        return brief(self, f"mean {self.mean:.4g}", f"sd {self.sd:.4g}")


@attrs.frozen(repr=False)
class Triangular:
    """An estimate of three points: the least, the most likely and the greatest value.

    Args:
        low: The least value.
        mode: The most likely value.
        high: The greatest value.

    Raises:
        InvalidInput: If a value is not a finite number, or they are not in this order.

    >>> Triangular(0, 5, 10).quantile(0.5)
    5.0
    """

    low: float = _number(_value)
    mode: float = _number(_value)
    high: float = _number(_value)

    def __attrs_post_init__(self) -> None:
        _check_order("mode", self.low, self.mode)
        _check_order("high", self.mode, self.high)

    @property
    def expected(self) -> float:
        """The mean of the three values."""
        return (self.low + self.mode + self.high) / 3

    def quantile(self, share: float) -> float:
        """Return the value that a share of the draws does not exceed."""
        inside = _check_share(share)
        width = self.high - self.low
        if width == 0:
            return self.low
        if inside < (self.mode - self.low) / width:
            return self.low + sqrt(inside * width * (self.mode - self.low))
        return self.high - sqrt((1 - inside) * width * (self.high - self.mode))

    def scaled(self, factor: float) -> Self:
        """Return the three values multiplied by a factor."""
        low, mode, high = (each * check_factor(factor) for each in (self.low, self.mode, self.high))
        return attrs.evolve(self, low=low, mode=mode, high=high)

    def __repr__(self) -> str:
        return brief(self, f"{self.low:.4g} to {self.high:.4g}", f"most likely {self.mode:.4g}")


@attrs.frozen(repr=False)
class Poisson:
    """The number of independent events, such as the requests for an evening.

    Args:
        mean: The expected number (0–10,000).

    Raises:
        InvalidInput: If the mean is not a number in that range.

    >>> [Poisson(20).quantile(share) for share in (0.05, 0.5, 0.95)]
    [13, 20, 28]
    """

    mean: float = _number(validators.number(0, 10_000))

    @property
    def expected(self) -> float:
        """The mean."""
        return self.mean

    def quantile(self, share: float) -> int:
        """Return the least number that a share of the draws does not exceed.

        It adds up probabilities from ten standard deviations below the mean: O(√mean).
        """
        inside, mean = _check_share(share), self.mean
        if mean == 0:
            return 0
        number = max(0, int(mean - 10 * sqrt(mean) - 10))
        chance = exp(number * log(mean) - mean - lgamma(number + 1))
        total, last = chance, mean + 10 * sqrt(mean) + 50
        while total < inside and number < last:
            number += 1
            chance *= mean / number
            total += chance
        return number

    def scaled(self, factor: float) -> Self:
        """Return the mean multiplied by a factor."""
        return attrs.evolve(self, mean=self.mean * check_factor(factor))

    def __repr__(self) -> str:
        return brief(self, f"mean {self.mean:.4g}")


def _as_weighted(
    value: Mapping[float, float] | Iterable[float] | Iterable[tuple[float, float]],
) -> tuple[tuple[float, float], ...]:
    """Convert observations, or values with weights, to values with weights, by value."""
    given = value.items() if isinstance(value, Mapping) else value
    weights: dict[float, float] = {}
    for number, weight in validators.as_members("values", given, _weighted):
        weights[number] = weights.get(number, 0.0) + weight
    if not 0 < sum(weights.values()) < inf:
        raise InvalidInput("values", "must have a weight above 0", safe_repr(value))
    return tuple(sorted((each, weight) for each, weight in weights.items() if weight))


def _weighted(each: Any) -> tuple[float, float]:
    pair = each if isinstance(each, tuple) else (each, 1.0)
    if len(pair) == 2:
        number, weight = (validators.as_number(one) for one in pair)
        is_number = type(number) in (int, float) and -LARGEST <= number <= LARGEST
        if is_number and type(weight) in (int, float) and 0 <= weight < inf:
            return number, weight
    rule = f"must be numbers up to {LARGEST:,.0f}, with weights of 0 or more if any"
    raise InvalidInput("values", rule, safe_repr(each))


@attrs.frozen(repr=False)
class Empirical:
    """The values that were observed, as often as they were.

    Args:
        values: Observations, or a mapping of values to weights, or pairs of both. Weights need not
            add up to 1. Kept as pairs, by value.

    Raises:
        InvalidInput: If one is not a finite number, a weight is negative, or all are 0.

    >>> Empirical([60, 60, 90, 120]).quantile(0.5)
    60
    >>> Empirical({60: 0.2, 90: 0.8}).expected
    84.0
    """

    values: tuple[tuple[float, float], ...] = attrs.field(converter=_as_weighted)
    _sums: tuple[float, ...] = attrs.field(init=False, eq=False)

    @_sums.default
    def _add_up(self) -> tuple[float, ...]:
        return tuple(accumulate(weight for _, weight in self.values))

    @property
    def expected(self) -> float:
        """The weighted mean of the values."""
        return sum(value * weight for value, weight in self.values) / self._sums[-1]

    def quantile(self, share: float) -> float:
        """Return the least value that a share of the observations does not exceed: O(log n)."""
        place = bisect_left(self._sums, _check_share(share) * self._sums[-1])
        return self.values[min(place, len(self.values) - 1)][0]

    def scaled(self, factor: float) -> Empirical:
        """Return the values multiplied by a factor."""
        check_factor(factor)
        return Empirical(tuple((value * factor, weight) for value, weight in self.values))

    def __repr__(self) -> str:
        low, high = self.values[0][0], self.values[-1][0]
        return brief(
            self,
            count_of(len(self.values), "value"),
            f"{low:.4g} to {high:.4g}",
            f"mean {self.expected:.4g}",
        )


def _check_order(field: str, low: float, high: float) -> None:
    if high < low:
        raise InvalidInput(field, f"must not be below {low:.4g}", safe_repr(high))
