"""``fourtop simulate``: many evenings of a house, in numbers with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import attrs

from fourtop.cli.answer import Answer
from fourtop.cli.page_file import with_page
from fourtop.cli.progress import shown_progress
from fourtop.cli.simulation_page import simulation_page
from fourtop.errors.display import count_of
from fourtop.simulation import METRICS, Estimate, Metric, Scenario, Simulation
from fourtop.simulation.simulation import Progress
from fourtop.simulation.studies.runs import StudyOptions, Terms, play_scenarios
from fourtop.simulation.sweeps.workers import default_processes

# A worker process takes about as long to start as this many evenings take to play.
_EVENINGS_A_PROCESS: Final = 50


@attrs.frozen
class RunOptions:
    """How a command plays evenings, as typed.

    Args:
        evenings: The number of evenings.
        seed: The seed of the guests.
        processes: Worker processes; ``None``: one per processor, and fewer for few evenings.
        html: The file of the page; ``None``: no page.
    """

    evenings: int
    seed: int
    processes: int | None = None
    html: str | None = None

    def terms(self, progress: Progress | None) -> StudyOptions:
        """Return the options of a study or a simulation."""
        processes = self.processes
        if processes is None:
            processes = max(min(default_processes(), self.evenings // _EVENINGS_A_PROCESS), 1)
        return {
            "evenings": self.evenings,
            "seed": self.seed,
            "processes": processes,
            "progress": progress,
        }


def simulate_scenario(scenario: Scenario, options: RunOptions) -> Answer:
    """Play evenings of a scenario; show each metric with its interval.

    Raises:
        InvalidInput: If an option is out of range, or the page cannot be written.
        SweepFailed: If the worker processes died.
    """
    with shown_progress() as progress:
        (played,) = play_scenarios([scenario], Terms(**options.terms(progress)))
    lines = [*_head(played), "", *_rows(_shown(played))]
    refusals = list(played.refusals.items())
    if refusals:
        lines += ["", "refused, by the decisive reason:", *_rows(refusals)]
    answer = Answer("\n".join(lines), _data(played))
    return with_page(answer, lambda: simulation_page(played), options.html)


def _head(played: Simulation) -> Iterator[str]:
    scenario, demand = played.scenario, played.scenario.demand
    floor = scenario.house.floor.summary()
    yield f"{scenario.house.restaurant.name}: {floor}"
    yield (
        f"{count_of(len(played), 'evening')} with {demand.requests.expected:g} requests and"
        f" {demand.covers_per_party:.1f} covers a party on average, seed {played.seed};"
        " mean of an evening ± 95 %"
    )


def _shown(played: Simulation) -> list[tuple[str, Estimate]]:
    """Return the metrics that occurred, by label."""
    found = ((_metric(name).label, each) for name, each in played.estimates.items())
    return [(label, each) for label, each in found if each.mean or each.half_width]


def _metric(name: str) -> Metric:
    return next(each for each in METRICS if each.name == name)


def _rows(rows: Sequence[tuple[str, Estimate]]) -> Iterable[str]:
    width = max((len(label) for label, _ in rows), default=0)
    numbers = max((len(estimate.text) for _, estimate in rows), default=0)
    for label, estimate in rows:
        yield f"  {label:<{width}}  {estimate.text:>{numbers}}  {estimate.unit}".rstrip()


def _data(played: Simulation) -> dict[str, Any]:
    return {
        "restaurant": played.scenario.house.restaurant.id,
        "evenings": len(played),
        "seed": played.seed,
        "metrics": {name: estimate_data(each) for name, each in played.estimates.items()},
        "refusals": {code: estimate_data(each) for code, each in played.refusals.items()},
    }


def estimate_data(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as data; an infinite half-width, that of one evening, is ``None``."""
    is_finite = estimate.half_width != float("inf")
    return {
        "mean": estimate.mean,
        "half_width": estimate.half_width if is_finite else None,
        "unit": estimate.unit,
    }
