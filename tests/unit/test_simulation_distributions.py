"""Draws by inversion, against sums and integrals that share no code with them."""

from __future__ import annotations

import pickle
from fractions import Fraction
from math import exp, factorial, inf, nan
from statistics import fmean, pstdev
from typing import Any

import pytest

from fourtop import InvalidInput
from fourtop.simulation import (
    Constant,
    Distribution,
    Empirical,
    Exponential,
    Lognormal,
    Normal,
    Poisson,
    Stays,
    Triangular,
    Uniform,
)

ALL: tuple[Distribution, ...] = (
    Constant(3),
    Uniform(-5, 10),
    Exponential(20),
    Normal(90, 15),
    Normal(0, 10, -5, 20),
    Normal(10, 5, low=0),
    Lognormal(75, 30),
    Triangular(10, 20, 60),
    Triangular(10, 10, 60),
    Triangular(7, 7, 7),
    Poisson(0),
    Poisson(0.3),
    Poisson(20),
    Poisson(900),
    Empirical([60, 60, 90, 120]),
    Empirical({45: 0.25, 90: 0.5, 150: 0.25}),
)
GRID = 4_000


@pytest.mark.parametrize("distribution", ALL, ids=repr)
def test_the_mean_of_many_quantiles_is_the_expected_value(distribution: Distribution) -> None:
    drawn = [distribution.quantile((place + 0.5) / GRID) for place in range(GRID)]
    assert drawn == sorted(drawn)
    spread = pstdev(drawn) or 1.0
    assert abs(fmean(drawn) - distribution.expected) < 0.02 * spread


@pytest.mark.parametrize("distribution", ALL, ids=repr)
def test_ends_of_a_distribution_are_finite(distribution: Distribution) -> None:
    low, high = distribution.quantile(0), distribution.quantile(1)
    assert -inf < low <= high < inf
    for share in (-0.1, 1.1, nan):
        with pytest.raises(InvalidInput, match="share"):
            distribution.quantile(share)


@pytest.mark.parametrize("distribution", ALL, ids=repr)
def test_a_scaled_distribution_has_a_scaled_mean(distribution: Distribution) -> None:
    assert distribution.scaled(2).expected == pytest.approx(2 * distribution.expected)
    assert distribution.scaled(0).expected == 0
    assert distribution.scaled(1) == distribution
    for factor in (-1, nan, inf):
        with pytest.raises(InvalidInput, match="factor"):
            distribution.scaled(factor)


@pytest.mark.parametrize("distribution", ALL, ids=repr)
def test_a_distribution_is_a_plain_value(distribution: Distribution) -> None:
    copy = pickle.loads(pickle.dumps(distribution))  # noqa: S301  # Our own bytes.
    assert (copy, hash(copy), repr(copy)) == (distribution, hash(distribution), repr(distribution))


@pytest.mark.parametrize("mean", [0.3, 4, 20])
def test_a_poisson_quantile_is_the_first_number_that_reaches_the_share(mean: float) -> None:
    def below(number: int) -> float:
        return exp(-mean) * float(
            sum(Fraction(mean) ** each / factorial(each) for each in range(number + 1))
        )

    for share in (0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999):
        found = next(number for number in range(200) if below(number) >= share)
        assert Poisson(mean).quantile(share) == found


def test_a_cut_normal_keeps_its_bounds_and_its_shape() -> None:
    cut, whole = Normal(50, 10, 40, 70), Normal(50, 10)
    inside = [whole.quantile(place / 50_000) for place in range(1, 50_000)]
    inside = [each for each in inside if 40 <= each <= 70]
    for share in (0.1, 0.5, 0.9):
        assert abs(cut.quantile(share) - inside[int(share * len(inside))]) < 0.02
    assert cut.quantile(0) == pytest.approx(40, abs=1e-9)
    assert cut.quantile(1) == pytest.approx(70, abs=1e-9)


def test_observations_come_as_often_as_they_were_made() -> None:
    counts = Empirical([60, 90, 60, 120])
    drawn = [counts.quantile((place + 0.5) / 400) for place in range(400)]
    assert [drawn.count(each) for each in (60, 90, 120)] == [200, 100, 100]


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Constant(nan), "value"),
        (lambda: Constant("4"), "value"),  # type: ignore[arg-type]  # Wrong on purpose.
        (lambda: Uniform(2, 1), "high"),
        (lambda: Exponential(0), "mean"),
        (lambda: Exponential(-3), "mean"),
        (lambda: Exponential(True), "mean"),  # noqa: FBT003  # Wrong on purpose.
        (lambda: Normal(0, -1), "sd"),
        (lambda: Normal(0, 1, 3, 2), "high"),
        (lambda: Normal(0, 1, 40, 50), "low"),
        (lambda: Normal(0, 1, nan), "low"),
        (lambda: Lognormal(-1, 3), "mean"),
        (lambda: Lognormal(inf, 3), "mean"),
        (lambda: Triangular(0, 5, 4), "high"),
        (lambda: Triangular(6, 5, 8), "mode"),
        (lambda: Poisson(-1), "mean"),
        (lambda: Poisson(1e9), "mean"),
        (lambda: Empirical([]), "values"),
        (lambda: Empirical("60"), "values"),  # type: ignore[arg-type]  # The same.
        (lambda: Empirical([60, nan]), "values"),
        (lambda: Empirical({60: -1, 90: 2}), "values"),
        (lambda: Empirical({60: 0}), "values"),
        (lambda: Empirical([(60, 1, 2)]), "values"),  # type: ignore[arg-type]  # The same.
        (lambda: Stays(nan), "value"),
        (lambda: Stays({2: 60}), "lengths"),
        (lambda: Stays({0: 60, None: 90}), "lengths"),
        (lambda: Stays(60, until_close_share=1.5), "until_close_share"),
    ],
)
def test_bad_parameters_are_refused_by_name(make: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make()
    assert refused.value.field == field


def test_stays_go_by_size_and_by_the_plan() -> None:
    stays = Stays({2: Uniform(40, 80), 4: 95, None: 120})
    lengths = [stays.minutes(size, planned=10, share=0.5) for size in (1, 2, 3, 4, 5, 60)]
    assert lengths == [60, 60, 95, 95, 120, 120]
    of_plan = Stays(Uniform(0.5, 1.5), of_plan=True)
    assert [of_plan.minutes(2, planned=90, share=share) for share in (0.25, 0.5, 0.75)] == [
        67.5,
        90,
        112.5,
    ]
    assert Stays(Normal(0, 30)).minutes(2, planned=90, share=0.1) == 1
    assert Stays(Normal(0, 3000)).minutes(2, planned=90, share=0.9) == 600
