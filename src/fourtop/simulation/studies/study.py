"""Studies: variants of a house compared on the same evenings, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from html import escape
from typing import Any, Final, Unpack

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of, html_table
from fourtop.model import validators
from fourtop.model.service_period import Weekday
from fourtop.plotting import Picture, interval_chart
from fourtop.simulation.comparison import compare
from fourtop.simulation.estimates import Estimate
from fourtop.simulation.metrics import Metric, get_metric
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.simulation import Simulation
from fourtop.simulation.studies.effect import Effect, widened
from fourtop.simulation.studies.runs import Per, StudyOptions, Terms, play_scenarios
from fourtop.simulation.studies.variant import Variant, as_variants
from fourtop.simulation.studies.verdict import sentence_of, terms_of, verdict_of
from fourtop.simulation.table import TidyTable

LONGEST_TITLE: Final = 200
_OF_SPEND: Final = ("revenue", "revpash")
_DETAILS: Final = ("half_width", "joint_low", "joint_high", "evenings_changed", "evenings")


@attrs.frozen(repr=False)
class Study:
    """Variants compared with a base: the same guests, evening by evening.

    A difference is that of a variant minus the base. The verdicts, ``sentence``, ``best`` and the
    picture use the joint intervals; see ``Effect``.

    Args:
        title: What was studied.
        variants: The base, then the others in their order.
        simulations: The evenings of each variant, in the same order.
        metric: The metric that is compared.
        per: The span of totals: a week or an evening.
        notes: Further sentences, such as how the variants were found.
    """

    title: str
    variants: tuple[Variant, ...]
    simulations: tuple[Simulation, ...]
    metric: Metric
    per: Per = Per.WEEK
    notes: tuple[str, ...] = ()

    # ---- numbers

    @property
    def base(self) -> Variant:
        """The variant that the others are compared with."""
        return self.variants[0]

    @property
    def evenings(self) -> int:
        """The number of evenings of each variant."""
        return len(self.simulations[0])

    @cached_property
    def evenings_a_week(self) -> int:
        """The evenings of a week: the number of weekdays among the dates of the base."""
        return len({Weekday.of(day) for day in self.base.scenario.dates})

    def value(self, variant: str, metric: str | Metric | None = None) -> Estimate:
        """Return a metric of a variant, with its interval of 95 %.

        Args:
            variant: The name of the variant.
            metric: A metric; ``None``: that of the study.

        Raises:
            InvalidInput: If the study has no such variant, or no metric has that name.
        """
        found = self._metric(metric)
        return self._in_span(found, self.simulations[self._place(variant)].estimate(found))

    def effect(self, variant: str, metric: str | Metric | None = None) -> Effect:
        """Return by how much a variant differs from the base.

        Args:
            variant: The name of a variant other than the base.
            metric: A metric; ``None``: that of the study.

        Raises:
            InvalidInput: If the study has no such variant, or no metric has that name.
        """
        place = self._place(variant)
        if not place:
            rule = "must be another variant than the base"
            raise InvalidInput("variant", rule, safe_repr(variant))
        return self._effect(place, self._metric(metric))

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """The effect of each variant on the study's metric, in the order of the variants."""
        return tuple(self._effect(place, self.metric) for place in range(1, len(self.variants)))

    @property
    def ranking(self) -> tuple[Effect, ...]:
        """The effects from the greatest gain to the greatest loss; equal ones in their order."""
        return tuple(sorted(self.effects, key=lambda effect: -effect.gain))

    # ---- verdicts

    @property
    def best(self) -> Variant:
        """The variant with the greatest gain if the gain is established; otherwise the base."""
        first = self.ranking[0]
        is_better = first.is_established and first.gain > 0
        return self.variants[self._place(first.variant)] if is_better else self.base

    @cached_property
    def rivals(self) -> tuple[Variant, ...]:
        """The other variants that may be as good as the best one, in their order.

        The difference of each from the best one has an interval that contains 0. The intervals hold
        for all pairs of variants together, because the best one was chosen by the same evenings.
        """
        best = self._place(self.best.name)
        count = len(self.variants)
        pairs = count * (count - 1) // 2
        others = (place for place in range(count) if place != best)
        return tuple(
            self.variants[place]
            for place in others
            if not widened(self._difference(best, place, self.metric), pairs).excludes_zero
        )

    @property
    def sentence(self) -> str:
        """The result in one sentence, with its interval."""
        rivals = [each.name for each in self.rivals]
        return verdict_of(self.ranking, self.base.name, self.best.name, rivals)

    @property
    def sentences(self) -> Mapping[str, str]:
        """One sentence per variant other than the base, with its joint interval, by name."""
        count = len(self.effects)
        return {each.variant: sentence_of(each, self.base.name, count) for each in self.effects}

    # ---- tables and pictures

    def table(self, *metrics: str | Metric, details: bool = False) -> TidyTable:
        """Return one row per variant and metric, the base first.

        Columns: ``variant``; one per setting of the variants; ``metric``, ``unit``, ``value`` (the
        mean), ``difference`` from the base, ``joint_half_width`` (95 % for all comparisons
        together) and ``is_established`` (whether the joint interval excludes 0). With details also
        ``half_width`` (95 % for this comparison alone), ``joint_low``, ``joint_high``,
        ``evenings_changed`` and ``evenings``. The differences of the base are ``None``.

        Args:
            metrics: The metrics; none: that of the study.
            details: Whether to add the columns of details.

        Raises:
            InvalidInput: If no metric has that name.
        """
        chosen = [self._metric(each) for each in metrics] or [self.metric]
        settings = tuple(dict.fromkeys(key for each in self.variants for key in each.settings))
        rows = [
            self._row(place, metric, settings)
            for metric in chosen
            for place in range(len(self.variants))
        ]
        names = [name for name in rows[0] if details or name not in _DETAILS]
        return TidyTable({name: [row[name] for row in rows] for name in names}, self.title)

    def picture(self) -> Picture:
        """Draw the effects from the greatest gain to the greatest loss, with joint intervals.

        An open dot marks an effect that is not established. One evening has no intervals.
        """
        rows = [each.row(each.variant) for each in self.ranking]
        return interval_chart(
            rows,
            title=self.title,
            unit=self.effects[0].joint.unit or self.metric.label,
            reference=0,
            note=f"difference from {self.base.name}, {terms_of(self.effects[0], len(rows))}",
        )

    def __len__(self) -> int:
        return len(self.variants)

    def __repr__(self) -> str:
        return brief(
            self,
            self.title,
            count_of(len(self.variants), "variant"),
            count_of(self.evenings, "evening"),
            f"best: {self.best.name}",
        )

    def _repr_html_(self) -> str:
        rows = [
            (
                each.name,
                self.value(each.name).text,
                "base" if each is self.base else self.effect(each.name).difference,
                "" if each is self.base else self.effect(each.name).doubt,
            )
            for each in self.variants
        ]
        unit = self.value(self.base.name).unit
        columns = ("variant", unit or self.metric.label, "difference", "interval")
        table = html_table(self.title, columns, rows)
        texts = "".join(f"<p>{escape(text)}</p>" for text in (self.sentence, *self.notes))
        return f"{texts}{self.picture().svg}{table}"

    # ---- inside

    def _place(self, variant: str) -> int:
        names = [each.name for each in self.variants]
        if variant not in names:
            raise InvalidInput("variant", "must be the name of a variant", safe_repr(variant))
        return names.index(variant)

    def _metric(self, metric: str | Metric | None) -> Metric:
        if metric is None:
            return self.metric
        return metric if isinstance(metric, Metric) else get_metric(metric)

    def _in_span(self, metric: Metric, estimate: Estimate) -> Estimate:
        """Return an estimate per evening in the span of the study, with the unit's text."""
        if not metric.adds_up:
            return estimate
        factor = self.evenings_a_week if self.per is Per.WEEK else 1
        article = "an" if self.per is Per.EVENING else "a"
        return attrs.evolve(
            estimate,
            mean=factor * estimate.mean,
            half_width=factor * estimate.half_width,
            unit=f"{metric.unit} {article} {self.per.value}".strip(),
        )

    def _difference(self, first: int, second: int, metric: Metric) -> Estimate:
        compared = compare(self.simulations[first], self.simulations[second])
        difference = compared.difference(metric)
        if metric.unit == "%":
            difference = attrs.evolve(difference, unit="percentage points")
        return self._in_span(metric, difference)

    def _effect(self, place: int, metric: Metric) -> Effect:
        alone = self._difference(0, place, metric)
        before, after = (
            list(zip(parts, wholes or parts, strict=True))
            for parts, wholes in (
                metric.numbers(self.simulations[each].evenings) for each in (0, place)
            )
        )
        changed = sum(one != two for one, two in zip(before, after, strict=True))
        joint = widened(alone, len(self.variants) - 1)
        name = self.variants[place].name
        return Effect(name, alone, joint, changed, metric.less_is_better)

    def _row(self, place: int, metric: Metric, settings: tuple[str, ...]) -> dict[str, Any]:
        variant = self.variants[place]
        value = self.value(variant.name, metric)
        effect = self._effect(place, metric) if place else None
        return {
            "variant": variant.name,
            **{name: variant.settings.get(name) for name in settings},
            "metric": metric.name,
            "unit": value.unit,
            "value": value.mean,
            "difference": effect and effect.alone.mean,
            "half_width": effect and effect.alone.half_width,
            "joint_half_width": effect and effect.joint.half_width,
            "joint_low": effect and effect.joint.low,
            "joint_high": effect and effect.joint.high,
            "is_established": effect and effect.is_established,
            "evenings_changed": effect and effect.evenings_changed,
            "evenings": value.count,
        }


def study(
    variants: Mapping[str, Scenario] | Iterable[Variant],
    *,
    title: str = "Study",
    base: str | None = None,
    **options: Unpack[StudyOptions],
) -> Study:
    """Compare variants with a base: the same guests meet each of them on the same evenings.

    The n-th guest of an evening is the same in all variants (common random numbers), so the
    differences have little noise. Source: A. M. Law, Simulation Modeling and Analysis (5th edition,
    2015), sections 10.2 and 11.2.

    Args:
        variants: The scenarios by name, or values of ``Variant``; 2 to 200, all with the
            same dates.
        title: What is studied (1–200 characters).
        base: The name of the variant to compare with; ``None``: the first one.
        options: ``StudyOptions``: evenings, seed, metric, per, processes, executor, resume,
            progress.

    Raises:
        InvalidInput: If an argument is wrong, or a callable of a scenario returns a wrong answer.
        SweepFailed: If the executor failed.

    >>> from fourtop import sample
    >>> from fourtop.simulation import Scenario
    >>> from fourtop.simulation.studies import study
    >>> pub, demand = sample.pub(), sample.pub_demand()
    >>> scenarios = {"as now": Scenario(pub, demand), "busier": Scenario(pub, demand.scaled(2))}
    >>> found = study(scenarios, evenings=5, metric="refused")
    >>> found
    <Study Study, 2 variants, 5 evenings, best: as now>
    """
    validators.check_text("title", title, LONGEST_TITLE)
    terms = Terms(**options)
    found = as_variants(variants, base)
    check_spend(terms.metric, [each.scenario for each in found])
    played = play_scenarios([each.scenario for each in found], terms)
    return Study(title, found, played, terms.metric, terms.per)


def check_spend(metric: Metric, scenarios: Iterable[Scenario]) -> None:
    """Check that each demand has a spend if a metric needs one.

    Raises:
        InvalidInput: If one has not.
    """
    if metric.name in _OF_SPEND and any(each.demand.spend_per_cover is None for each in scenarios):
        rule = f"needs a demand with spend_per_cover for {metric.name}"
        raise InvalidInput("metric", rule, "none")
