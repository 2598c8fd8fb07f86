"""How well a distribution fits observations, and the choice between several.

Sources: H. W. Lilliefors, On the Kolmogorov-Smirnov Test for Normality with Mean and Variance
Unknown (1967), and for the Exponential Distribution with Mean Unknown (1969), in the Journal of the
American Statistical Association: the largest distances at the level of 1 %. E. B. Wilson and M. M.
Hilferty, The Distribution of Chi-Square (1931). On when to use observations instead of a formula:
A. M. Law, Simulation Modeling and Analysis (5th edition, 2015), section 6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, expm1, fsum, inf, log, sqrt
from statistics import NormalDist, fmean, pstdev
from typing import Final

import attrs

from fourtop.simulation.distributions import (
    Distribution,
    Empirical,
    Exponential,
    Lognormal,
    Normal,
)

# With fewer observations, no formula is tried.
LEAST_OBSERVATIONS: Final = 20
# More values than this are kept as quantiles.
MOST_VALUES: Final = 1_000
_QUANTILES: Final = 500
_NORMAL_LIMIT: Final = 1.031
_EXPONENTIAL_LIMIT: Final = 1.25


@attrs.frozen
class Fit:
    """A distribution that was fitted to observations.

    Args:
        distribution: The distribution: a formula, or the observations if no formula fits.
        distance: The largest distance between the shares of the best formula and those observed
            (Kolmogorov and Smirnov); ``None``: no formula was tried.
        limit: The distance that observations of that formula exceed once in a hundred times.
    """

    distribution: Distribution
    distance: float | None = None
    limit: float | None = None


@attrs.frozen
class _Candidate:
    distribution: Distribution
    share_below: Callable[[float], float]
    limit: float


def fit_distribution(observed: Sequence[float]) -> Fit:
    """Fit an exponential, lognormal or normal distribution, or keep the observations.

    The formula with the least distance, as a part of its limit, is taken if that is within the
    limit. Otherwise the observations say more than any of the three.

    Args:
        observed: At least one number.
    """
    values = sorted(float(each) for each in observed)
    if len(values) < LEAST_OBSERVATIONS or values[0] == values[-1]:
        return Fit(as_observed(values))
    best, distance = None, inf
    for candidate in _candidates(values):
        found = _distance(values, candidate.share_below)
        if best is None or found / candidate.limit < distance / best.limit:
            best, distance = candidate, found
    assert best is not None, "a normal distribution can always be fitted"
    chosen = best.distribution if distance <= best.limit else as_observed(values)
    return Fit(chosen, distance, best.limit)


def as_observed(values: Sequence[float]) -> Empirical:
    """Return sorted observations as a distribution; many are kept as 500 quantiles."""
    if len(set(values)) <= MOST_VALUES:
        return Empirical(values)
    places = (int((place + 0.5) / _QUANTILES * len(values)) for place in range(_QUANTILES))
    return Empirical([values[place] for place in places])


def _candidates(values: Sequence[float]) -> list[_Candidate]:
    root, mean, sd = sqrt(len(values)), fmean(values), pstdev(values)
    normal = NormalDist(mean, sd)
    found = [_Candidate(Normal(mean, sd), normal.cdf, _NORMAL_LIMIT / root)]
    if values[0] >= 0:
        found.append(
            _Candidate(
                Exponential(mean), lambda value: -expm1(-value / mean), _EXPONENTIAL_LIMIT / root
            )
        )
    if values[0] > 0:
        logs = [log(each) for each in values]
        of_logs = NormalDist(fmean(logs), pstdev(logs))
        lognormal_mean = exp(of_logs.mean + of_logs.variance / 2)
        found.append(
            _Candidate(
                Lognormal(lognormal_mean, lognormal_mean * sqrt(expm1(of_logs.variance))),
                lambda value: of_logs.cdf(log(value)),
                _NORMAL_LIMIT / root,
            )
        )
    return found


def _distance(values: Sequence[float], share_below: Callable[[float], float]) -> float:
    """Return the largest distance between a formula and sorted observations."""
    count = len(values)
    return max(
        max(share - place / count, (place + 1) / count - share)
        for place, value in enumerate(values)
        for share in (share_below(value),)
    )


def chi_square_share(value: float, freedom: int) -> float:
    """Return the share of the chi-square distribution above a value (Wilson and Hilferty).

    >>> [round(chi_square_share(value, 10), 2) for value in (3.94, 9.34, 18.31)]
    [0.95, 0.5, 0.05]
    """
    spread = 2 / (9 * freedom)
    return 1 - NormalDist().cdf(((value / freedom) ** (1 / 3) - 1 + spread) / sqrt(spread))


def dispersion(counts: Sequence[float], means: Sequence[float]) -> tuple[float, int]:
    """Return the sum of squared deviations in units of the means, as a chi-square value.

    Args:
        counts: The counts.
        means: The expected count of each.

    Returns:
        The value, and the number of its terms.
    """
    terms = [
        (each - mean) ** 2 / mean for each, mean in zip(counts, means, strict=True) if mean > 0
    ]
    return fsum(terms), len(terms)
