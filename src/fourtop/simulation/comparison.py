"""Comparisons: the same guests in two variants of a house, evening by evening."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from fourtop.errors import InvalidInput
from fourtop.errors.display import brief, count_of, html_table
from fourtop.model import validators
from fourtop.simulation.estimates import Estimate, difference_of
from fourtop.simulation.metrics import METRICS, Metric, get_metric
from fourtop.simulation.simulation import Simulation


@attrs.frozen(repr=False)
class Comparison:
    """Two simulations of the same evenings, and their paired differences.

    Args:
        first: The simulation to compare with.
        second: The other one. A difference is the second minus the first.
    """

    first: Simulation
    second: Simulation

    def difference(self, metric: str | Metric) -> Estimate:
        """Return by how much a metric of the second exceeds that of the first.

        Args:
            metric: A name of ``METRICS``, or a metric of your own.

        Raises:
            InvalidInput: If no metric has that name.
        """
        found = get_metric(metric) if isinstance(metric, str) else metric
        return difference_of(
            found.numbers(self.first.evenings), found.numbers(self.second.evenings), found.unit
        )

    @property
    def differences(self) -> Mapping[str, Estimate]:
        """The differences of all metrics, in the order of ``METRICS``."""
        return {each.name: self.difference(each) for each in METRICS}

    def sentence(self, metric: str = "covers") -> str:
        """Say in one sentence by how much the second differs, with its interval.

        Raises:
            InvalidInput: If no metric has that name.
        """
        found, difference = get_metric(metric), self.difference(metric)
        before, after = self.first.estimate(metric), self.second.estimate(metric)
        verdict = "" if difference.excludes_zero else "; the interval contains 0"
        unit = "percentage points" if found.unit == "%" else found.unit
        amount = f"{difference.signed_text} {unit}".rstrip()
        # A ratio is of all evenings, not of one.
        per = " an evening" if found.whole is None else ""
        change = f"from {before.mean:,.2f} to {after.mean:,.2f}"
        count = count_of(difference.count, "evening")
        return f"{found.label}: {amount}{per}, {change} (95 %, {count}{verdict})"

    def __repr__(self) -> str:
        covers, count = self.difference("covers"), len(self.first)
        return brief(self, f"{covers.signed_text} covers an evening", f"{count:,} evenings")

    def _repr_html_(self) -> str:
        rows = []
        for metric in METRICS:
            before, after = self.first.estimate(metric), self.second.estimate(metric)
            if before.mean or after.mean:
                difference = self.difference(metric)
                rows.append(
                    (
                        metric.label,
                        before.text,
                        after.text,
                        difference.signed_text,
                        metric.unit,
                        _verdict(difference),
                    )
                )
        caption = f"The same guests on {count_of(len(self.first), 'evening')}, mean ± 95 %"
        columns = ("an evening", "first", "second", "difference", "unit", "the interval")
        return html_table(caption, columns, rows)


def _verdict(difference: Estimate) -> str:
    """Say what the interval of a difference tells."""
    if not difference.mean and not difference.half_width:
        return "no difference"
    return "excludes 0" if difference.excludes_zero else "contains 0"


def compare(first: Simulation, second: Simulation) -> Comparison:
    """Compare two simulations of the same evenings.

    Both have the same guests, so the differences of single evenings have little noise.

    Args:
        first: The simulation to compare with.
        second: The other one.

    Raises:
        InvalidInput: If they differ in their seeds, their number of evenings or their dates.
    """
    validators.check_instance("first", first, Simulation)
    validators.check_instance("second", second, Simulation)
    for field, one, two in (
        ("seed", first.seed, second.seed),
        ("evenings", len(first), len(second)),
        ("dates", [each.on for each in first], [each.on for each in second]),
    ):
        if one != two:
            got = f"{one} and {two}" if field != "dates" else "other dates"
            raise InvalidInput(field, "must be the same in both simulations", got)
    return Comparison(first, second)
