"""Effects: the paired difference of a variant from the base, with two intervals.

A study compares several variants with one base. Each interval of 95 % misses the true difference in
one study of twenty, so among many variants a few seem to differ by chance alone. The joint interval
is wider: all joint intervals of a study together hold the true differences with at least 95 %.

Source: O. J. Dunn, Multiple Comparisons Among Means, Journal of the American Statistical
Association 56 (1961): Bonferroni's inequality, with Student's t.
"""

from __future__ import annotations

from typing import Final

import attrs

from fourtop.errors.display import brief, count_of
from fourtop.plotting import IntervalRow
from fourtop.simulation.estimates import CONFIDENCE, Estimate, student_quantile

_TAIL: Final = (1 - CONFIDENCE) / 2


@attrs.frozen(repr=False)
class Effect:
    """By how much a variant differs from the base, on the same evenings with the same guests.

    Args:
        variant: The name of the variant.
        alone: The difference with an interval of 95 % for this comparison alone.
        joint: The same with an interval of 95 % for all comparisons of the study together.
        evenings_changed: The evenings on which the two differ.
        less_is_better: Whether a negative difference is a gain.
    """

    variant: str
    alone: Estimate
    joint: Estimate
    evenings_changed: int
    less_is_better: bool = False

    @property
    def is_established(self) -> bool:
        """Whether the joint interval excludes 0: the sign of the difference is then established."""
        return self.joint.excludes_zero

    @property
    def gain(self) -> float:
        """The difference, positive if the variant is better than the base."""
        return -self.joint.mean if self.less_is_better else self.joint.mean

    @property
    def difference(self) -> str:
        """The difference with its joint interval, without unit; ``no change`` without any."""
        is_change = self.joint.mean or self.joint.half_width
        return self.joint.signed_text if is_change else "no change"

    def row(self, name: str) -> IntervalRow:
        """Return the difference with its joint interval for a picture; one evening has none."""
        mean, width = self.joint.mean, self.joint.half_width if self.joint.count > 1 else 0.0
        return IntervalRow(name, mean, mean - width, mean + width)

    @property
    def text(self) -> str:
        """The difference with its joint interval and unit."""
        return f"{self.joint.signed_text} {self.joint.unit}".rstrip()

    @property
    def doubt(self) -> str:
        """``contains 0`` if there is a change that is not established."""
        is_change = self.joint.mean or self.joint.half_width
        return "contains 0" if is_change and not self.is_established else ""

    def __repr__(self) -> str:
        changed = f"{count_of(self.evenings_changed, 'evening')} of {self.joint.count:,} changed"
        return brief(self, self.variant, self.text, changed)


def widened(estimate: Estimate, comparisons: int) -> Estimate:
    """Return an estimate with the half-width that holds for several comparisons together.

    Args:
        estimate: With an interval of 95 % for itself alone.
        comparisons: Their number, from 1.
    """
    if comparisons == 1 or estimate.count < 2:
        return estimate
    freedom = estimate.count - 1
    alone = student_quantile(1 - _TAIL, freedom)
    factor = student_quantile(1 - _TAIL / comparisons, freedom) / alone
    return attrs.evolve(estimate, half_width=estimate.half_width * factor)
