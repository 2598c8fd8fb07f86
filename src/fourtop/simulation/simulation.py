"""Simulations: many evenings of one scenario, with confidence intervals."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final, TypedDict, Unpack

import attrs

from fourtop.errors.display import brief, count_of, html_table
from fourtop.model import validators
from fourtop.model.house import House
from fourtop.simulation.behaviour import Behaviour
from fourtop.simulation.demand import Demand
from fourtop.simulation.estimates import Estimate, mean_of, ratio_of
from fourtop.simulation.evening import EveningResult
from fourtop.simulation.evening_play import MOST_EVENINGS, check_seed, simulate_evening
from fourtop.simulation.metrics import METRICS, Metric, get_metric
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.table import TidyTable

Progress = Callable[[int, int], object]
"""Is told how many evenings are done, and of how many."""


class ScenarioOptions(TypedDict, total=False):
    """The options of a ``Scenario``, for ``simulate``.

    Args:
        behaviour: What the house and its guests do beyond the policy.
        dates: The dates of the evenings, in turn.
        warm_up_minutes: Requests for the first minutes of a date are played and not counted.
    """

    behaviour: Behaviour
    dates: Collection[date | str]
    warm_up_minutes: int


@attrs.frozen(repr=False)
class Simulation:
    """The evenings of a scenario. Each metric is an attribute, and an ``Estimate``.

    Args:
        scenario: The house, its demand and its behaviour.
        seed: The seed of the guests.
        evenings: The results, by number.

    >>> from fourtop import sample
    >>> played = simulate(sample.pub(), sample.pub_demand(), evenings=2, seed=7)
    >>> played.covers.count, played.covers == played.estimate("covers")
    (2, True)
    """

    scenario: Scenario
    seed: int
    evenings: tuple[EveningResult, ...]

    def estimate(self, metric: str | Metric) -> Estimate:
        """Return a metric with its confidence interval.

        Args:
            metric: A name of ``METRICS``, or a metric of your own.

        Raises:
            InvalidInput: If no metric has that name.
        """
        found = get_metric(metric) if isinstance(metric, str) else metric
        parts, wholes = found.numbers(self.evenings)
        if wholes is None:
            return mean_of(parts, found.unit)
        return ratio_of(parts, wholes, found.unit)

    @property
    def estimates(self) -> Mapping[str, Estimate]:
        """All metrics with their confidence intervals, in the order of ``METRICS``."""
        return {each.name: self.estimate(each) for each in self._shown}

    @property
    def covers(self) -> Estimate:
        """The people that sat down on an evening."""
        return self.estimate("covers")

    @property
    def turned_away_percent(self) -> Estimate:
        """The parties that wanted a table and got none, in percent of those that asked."""
        return self.estimate("turned_away_percent")

    @property
    def refused_percent(self) -> Estimate:
        """The refused parties in percent of those that asked."""
        return self.estimate("refused_percent")

    @property
    def seat_percent(self) -> Estimate:
        """The used seat-hours in percent of those on offer."""
        return self.estimate("seat_percent")

    @property
    def revpash(self) -> Estimate:
        """The revenue per available seat-hour; 0 if the demand has no spend."""
        return self.estimate("revpash")

    @property
    def refusals(self) -> Mapping[str, Estimate]:
        """The refused parties of an evening by the code of the decisive reason, by code."""
        codes = sorted({code for each in self.evenings for code in each.refusals})
        counts = [each.refusals for each in self.evenings]
        return {
            code: mean_of([float(each.get(code, 0)) for each in counts], "parties")
            for code in codes
        }

    @property
    def _shown(self) -> tuple[Metric, ...]:
        has_spend = self.scenario.demand.spend_per_cover is not None
        return tuple(each for each in METRICS if has_spend or each.name not in _OF_SPEND)

    def table(self) -> TidyTable:
        """Return one row an evening, with a column for its number, its date and each number."""
        columns: dict[str, Any] = {
            "evening": [each.number for each in self.evenings],
            "date": [each.on for each in self.evenings],
        }
        for name in _COLUMNS:
            columns[name] = [getattr(each, name) for each in self.evenings]
        return TidyTable(columns, "Evenings")

    def visits(self) -> TidyTable:
        """Return one row a visit: who asked for what, and how it ended."""
        columns: dict[str, list[Any]] = {"evening": []}
        for name in _OF_VISITS:
            columns[name] = []
        for evening in self.evenings:
            for visit in evening.visits:
                columns["evening"].append(evening.number)
                for name in _OF_VISITS:
                    value = getattr(visit, name)
                    columns[name].append("+".join(value) if name == "tables" else value)
        return TidyTable(columns, "Visits")

    def __len__(self) -> int:
        return len(self.evenings)

    def __iter__(self) -> Iterator[EveningResult]:
        return iter(self.evenings)

    def __repr__(self) -> str:
        return brief(
            self,
            self.scenario.house.restaurant.name,
            count_of(len(self.evenings), "evening"),
            f"{self.covers}",
            f"{self.turned_away_percent} turned away",
        )

    def _repr_html_(self) -> str:
        rows = []
        for metric in self._shown:
            estimate = self.estimate(metric)
            if estimate.mean or metric.name == "covers":
                rows.append((metric.label, estimate.text, metric.unit))
            if metric.name == "refused":
                rows += [
                    (f"refused: {code}", each.text, each.unit)
                    for code, each in self.refusals.items()
                ]
        name = self.scenario.house.restaurant.name
        caption = f"{name}: mean of {count_of(len(self), 'evening')} ± half of the 95 % interval"
        return html_table(caption, ("an evening", "mean", "unit"), rows)


_OF_SPEND: Final = frozenset({"revenue", "revpash"})
_COLUMNS: Final = (
    "requests",
    "covers_requested",
    "parties",
    "covers",
    "turned_away",
    "covers_turned_away",
    "refused",
    "covers_refused",
    "alternatives_taken",
    "cancelled",
    "no_shows",
    "gave_up",
    "released",
    "seat_hours_offered",
    "seat_hours_used",
    "revenue",
    "waited",
    "wait_minutes",
    "overstays",
    "at_risk",
    "late",
    "moves",
    "splits",
    "abandoned",
)
_OF_VISITS: Final = (
    "number",
    "channel",
    "party_size",
    "wished",
    "outcome",
    "code",
    "tables",
    "wait_minutes",
    "was_at_risk",
    "moves",
    "revenue",
    "alternative",
)


def simulate(
    house: House,
    demand: Demand,
    *,
    evenings: int = 100,
    seed: int = 1,
    progress: Progress | None = None,
    **options: Unpack[ScenarioOptions],
) -> Simulation:
    """Simulate evenings of a house: the engine answers every request.

    The evenings are independent: each one has a store of its own. The n-th guest of an evening
    depends on the seed and the two numbers only, so two simulations with the same seed and demand
    have the same guests, whatever the houses do; ``compare`` uses that.

    Args:
        house: The restaurant, its floor and its policy.
        demand: The requests of one date.
        evenings: How many (1 to a million). The half-width of an interval falls with the root.
        seed: The seed of the guests (0 or more).
        progress: Called after each evening with the numbers of evenings done and in all.
        options: ``ScenarioOptions``: ``behaviour``, ``dates`` and ``warm_up_minutes``.

    Raises:
        InvalidInput: If an argument is of the wrong type or out of range, or the house has no table
            or no service.
    """
    validators.check_integer("evenings", evenings, 1, MOST_EVENINGS)
    check_seed(seed)
    scenario = Scenario(house, demand, **options)
    played = []
    for number in range(1, evenings + 1):
        played.append(simulate_evening(scenario, number, seed=seed))
        if progress is not None:
            progress(number, evenings)
    return Simulation(scenario, seed, tuple(played))
