"""Estimates: a mean over evenings with its confidence interval of 95 %.

Sources: A. M. Law, Simulation Modeling and Analysis (5th edition, 2015), section 9.4 (terminating
simulations) and 10.2 (paired differences); W. G. Cochran, Sampling Techniques (3rd edition, 1977),
chapter 6 (ratios).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import atan, cos, fsum, inf, pi, sqrt
from statistics import NormalDist
from typing import Final

import attrs

from fourtop.errors import InvalidInput
from fourtop.errors.display import brief

CONFIDENCE: Final = 0.95
# From this many degrees of freedom on, the expansion is exact to six digits.
_MANY: Final = 30


@attrs.frozen(repr=False)
class Estimate:
    """A mean and the half-width of its confidence interval of 95 %.

    Args:
        mean: The mean over the evenings, or a ratio of two sums.
        half_width: Half of the interval; infinite if one evening was played.
        count: The number of evenings.
        unit: The unit, such as ``"covers"`` or ``"%"``.
    """

    mean: float
    half_width: float
    count: int
    unit: str = ""

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.mean + self.half_width

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 lies outside the interval: the sign of the mean is then established."""
        return self.low > 0 or self.high < 0

    @property
    def text(self) -> str:
        """The mean and the half-width, rounded to two digits of the half-width."""
        return self._text("")

    @property
    def signed_text(self) -> str:
        """The same with a sign, for a difference."""
        return self._text("+")

    def _text(self, sign: str) -> str:
        digits = _digits(self.half_width)
        # A rounded zero has no sign of its own.
        mean = round(self.mean, digits) + 0.0
        half = "∞" if self.half_width == inf else f"{self.half_width:,.{digits}f}"
        return f"{mean:{sign},.{digits}f} ± {half}"

    def __str__(self) -> str:
        return f"{self.text} {self.unit}".rstrip()

    def __repr__(self) -> str:
        return brief(self, f"{self}", f"{self.count:,} evenings")


def _digits(half_width: float) -> int:
    """Return the decimals that show two digits of a half-width, at most 4."""
    if not 0 < half_width < inf:
        return 2
    digits = 0
    while half_width < 10 and digits < 4:
        half_width *= 10
        digits += 1
    return digits


def mean_of(values: Sequence[float], unit: str = "") -> Estimate:
    """Estimate the mean of independent evenings.

    Args:
        values: One number an evening.
        unit: The unit.

    Raises:
        InvalidInput: If no evening is given.

    >>> mean_of([3.0, 5.0, 4.0])
    <Estimate 4.0 ± 2.5, 3 evenings>
    """
    count = _check_count(values)
    mean = fsum(values) / count
    return Estimate(mean, _half_width([each - mean for each in values]), count, unit)


def ratio_of(parts: Sequence[float], wholes: Sequence[float], unit: str = "") -> Estimate:
    """Estimate the ratio of two sums over independent evenings, such as a share of all requests.

    Its standard error is that of ``part − ratio × whole``, in units of the mean whole (the
    linearised estimator of a ratio).

    Args:
        parts: One number an evening.
        wholes: One number an evening, in the same order.
        unit: The unit.

    Raises:
        InvalidInput: If no evening is given, or the numbers of evenings differ.
    """
    count = _check_count(parts)
    if len(wholes) != count:
        raise InvalidInput("wholes", f"must have {count} numbers", f"{len(wholes)}")
    residuals, ratio = ratio_residuals(parts, wholes)
    return Estimate(ratio, _half_width(residuals), count, unit)


def ratio_residuals(
    parts: Sequence[float], wholes: Sequence[float]
) -> tuple[Sequence[float], float]:
    """Return the residuals of a ratio of sums in units of the ratio, and the ratio.

    If all wholes are 0, both are 0.
    """
    whole = fsum(wholes) / len(wholes)
    if whole == 0:
        return [0.0] * len(parts), 0.0
    ratio = fsum(parts) / fsum(wholes)
    residuals = [(part - ratio * each) / whole for part, each in zip(parts, wholes, strict=True)]
    return residuals, ratio


def difference_of(
    first: tuple[Sequence[float], Sequence[float] | None],
    second: tuple[Sequence[float], Sequence[float] | None],
    unit: str = "",
) -> Estimate:
    """Estimate the paired difference, second minus first, of two means or two ratios.

    Args:
        first: One number an evening, and the wholes of a ratio or ``None``.
        second: The same of the other variant, evening by evening.
        unit: The unit.

    Raises:
        InvalidInput: If no evening is given, or the numbers of evenings differ.
    """
    count = _check_count(first[0])
    if len(second[0]) != count:
        raise InvalidInput("second", f"must have {count} numbers", f"{len(second[0])}")
    sides = []
    for parts, wholes in (first, second):
        if wholes is None:
            mean = fsum(parts) / count
            sides.append(([each - mean for each in parts], mean))
        else:
            residuals, ratio = ratio_residuals(parts, wholes)
            sides.append((list(residuals), ratio))
    (before, base), (after, other) = sides
    residuals = [two - one for one, two in zip(before, after, strict=True)]
    return Estimate(other - base, _half_width(residuals), count, unit)


def _check_count(values: Sequence[float]) -> int:
    if not values:
        raise InvalidInput("values", "must have at least one evening", "none")
    return len(values)


def _half_width(residuals: Sequence[float]) -> float:
    """Return the half-width of the interval of 95 % of a mean, from residuals that add up to 0."""
    count = len(residuals)
    if count < 2:
        return inf
    variance = fsum(each * each for each in residuals) / (count - 1)
    return student_quantile((1 + CONFIDENCE) / 2, count - 1) * sqrt(variance / count)


@lru_cache(maxsize=256)
def student_quantile(share: float, freedom: int) -> float:
    """Return a quantile of Student's t distribution.

    Args:
        share: The share of draws below it (0–1, exclusive).
        freedom: The degrees of freedom, from 1.

    Raises:
        InvalidInput: If an argument is out of range.

    Source: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and
    26.7.4, solved by bisection; from 30 degrees of freedom on, the expansion 26.7.5.

    >>> [round(student_quantile(0.975, freedom), 3) for freedom in (1, 4, 29, 30, 199)]
    [12.706, 2.776, 2.045, 2.042, 1.972]
    """
    if not 0 < share < 1 or freedom < 1:
        rule = "must lie between 0 and 1, with one degree of freedom or more"
        raise InvalidInput("share", rule, f"{share!r} and {freedom!r}")
    if share < 0.5:
        return -student_quantile(1 - share, freedom)
    if freedom >= _MANY:
        return _expanded(NormalDist().inv_cdf(share), freedom)
    low, high = 0.0, 1.0
    while _student_share(high, freedom) < share:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _student_share(middle, freedom) < share else (low, middle)
    return high


def _student_share(t: float, freedom: int) -> float:
    """Return the share of Student's t distribution below a value of 0 or more (26.7.3 and 4)."""
    angle = atan(t / sqrt(freedom))
    sine, cosine = t / sqrt(freedom + t * t), cos(angle)
    total, term = 0.0, cosine if freedom % 2 else 1.0
    for step in range(freedom % 2, freedom - 1, 2):
        total += term
        term *= cosine * cosine * (step + 1) / (step + 2)
    inside = 2 / pi * (angle + sine * total) if freedom % 2 else sine * total
    return (1 + inside) / 2


def _expanded(normal: float, freedom: int) -> float:
    """Return the quantile from that of the normal distribution (26.7.5)."""
    terms = (
        (normal**3 + normal) / 4,
        (5 * normal**5 + 16 * normal**3 + 3 * normal) / 96,
        (3 * normal**7 + 19 * normal**5 + 17 * normal**3 - 15 * normal) / 384,
        (79 * normal**9 + 776 * normal**7 + 1482 * normal**5 - 1920 * normal**3 - 945 * normal)
        / 92160,
    )
    return normal + fsum(term / freedom**power for power, term in enumerate(terms, 1))
