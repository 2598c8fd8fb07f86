"""Intervals, against integrals of the density and against many samples."""

from __future__ import annotations

from math import exp, inf, lgamma, log, pi, sqrt
from random import Random
from statistics import fmean, stdev

import pytest

from fourtop import InvalidInput
from fourtop.simulation import Estimate
from fourtop.simulation.estimates import difference_of, mean_of, ratio_of, student_quantile


def share_below(t: float, freedom: int, steps: int = 4_000) -> float:
    """Integrate the density of Student's t by Simpson's rule."""

    def density(x: float) -> float:
        top = lgamma((freedom + 1) / 2) - lgamma(freedom / 2)
        return exp(top - (freedom + 1) / 2 * log(1 + x * x / freedom)) / sqrt(freedom * pi)

    width = t / steps
    inner = sum((4 if place % 2 else 2) * density(place * width) for place in range(1, steps))
    return 0.5 + width / 3 * (density(0) + inner + density(t))


@pytest.mark.parametrize("freedom", [1, 2, 3, 8, 29, 30, 31, 200, 5_000])
@pytest.mark.parametrize("share", [0.6, 0.975, 0.995])
def test_a_quantile_of_student_has_its_share_below_it(freedom: int, share: float) -> None:
    quantile = student_quantile(share, freedom)
    assert share_below(quantile, freedom) == pytest.approx(share, abs=2e-6)
    assert student_quantile(1 - share, freedom) == pytest.approx(-quantile)


def test_a_quantile_needs_a_share_and_a_degree_of_freedom() -> None:
    for share, freedom in ((0, 3), (1, 3), (0.5, 0)):
        with pytest.raises(InvalidInput):
            student_quantile(share, freedom)


def test_intervals_of_a_mean_contain_the_truth_19_times_out_of_20() -> None:
    draw = Random("coverage")
    hits = 0
    for _ in range(1_000):
        sample = [sum(draw.random() for _ in range(4)) for _ in range(12)]
        found = mean_of(sample)
        hits += found.low <= 2 <= found.high
    assert 930 <= hits <= 970


def test_intervals_of_a_ratio_contain_the_truth_19_times_out_of_20() -> None:
    draw = Random("ratios")
    hits = 0
    for _ in range(600):
        wholes = [float(10 + int(draw.random() * 20)) for _ in range(60)]
        parts = [float(sum(draw.random() < 0.2 for _ in range(int(each)))) for each in wholes]
        found = ratio_of(parts, wholes)
        hits += found.low <= 0.2 <= found.high
    assert 555 <= hits <= 585


def test_a_paired_difference_is_the_mean_of_the_differences() -> None:
    draw = Random("pairs")
    first = [draw.random() * 10 for _ in range(40)]
    second = [each + draw.random() for each in first]
    found = difference_of((first, None), (second, None))
    each = [two - one for one, two in zip(first, second, strict=True)]
    assert found.mean == pytest.approx(fmean(each))
    assert found.half_width == pytest.approx(
        student_quantile(0.975, 39) * stdev(each) / len(each) ** 0.5
    )
    # Without pairs, the spread of the evenings would hide the difference.
    assert found.half_width < 0.2 * mean_of(first).half_width


def test_a_ratio_with_equal_wholes_is_a_mean() -> None:
    parts = [3.0, 5.0, 4.0, 8.0]
    ratio, mean = ratio_of(parts, [10.0] * 4), mean_of([each / 10 for each in parts])
    assert ratio.mean == pytest.approx(mean.mean)
    assert ratio.half_width == pytest.approx(mean.half_width)


def test_a_ratio_of_nothing_is_zero() -> None:
    assert ratio_of([0.0, 0.0], [0.0, 0.0]) == Estimate(0.0, 0.0, 2)


def test_one_evening_has_no_interval() -> None:
    found = mean_of([42.0], "covers")
    assert (found.half_width, str(found)) == (inf, "42.00 ± ∞ covers")
    assert not found.excludes_zero


@pytest.mark.parametrize(
    ("mean", "half_width", "text"),
    [
        (45.2178, 2.618, "45.2 ± 2.6"),
        (1234.5, 123.4, "1,234 ± 123"),
        (0.01234, 0.00051, "0.0123 ± 0.0005"),
        (3.0, 0.0, "3.00 ± 0.00"),
    ],
)
def test_an_estimate_shows_two_digits_of_its_half_width(
    mean: float, half_width: float, text: str
) -> None:
    assert str(Estimate(mean, half_width, 10)) == text


def test_wrong_samples_are_refused() -> None:
    with pytest.raises(InvalidInput):
        mean_of([])
    with pytest.raises(InvalidInput):
        ratio_of([1.0], [1.0, 2.0])
    with pytest.raises(InvalidInput):
        difference_of(([1.0], None), ([1.0, 2.0], None))
