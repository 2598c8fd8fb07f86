"""The gains of the engine on a house: its ranking, its re-seating and its steering, each alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from html import escape
from typing import Any, Final, Unpack

import attrs

from fourtop.engine.reseat import MAX_RESEATED
from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of, html_table
from fourtop.model import validators
from fourtop.model.offers import OfferTerms
from fourtop.plotting import Picture, interval_chart
from fourtop.simulation.behaviour import TakeAlternative
from fourtop.simulation.estimates import Estimate, ratio_of
from fourtop.simulation.metrics import Metric
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.studies.effect import Effect, widened
from fourtop.simulation.studies.quality_cases import ONE_BETTER, WILLINGNESS, Part, QualityCases
from fourtop.simulation.studies.runs import Per, StudyOptions, Terms, play_scenarios
from fourtop.simulation.studies.scenario_text import floor_of, load_of, order_of, setting_of
from fourtop.simulation.studies.study import Study, check_spend
from fourtop.simulation.studies.variant import Variant
from fourtop.simulation.studies.verdict import terms_of
from fourtop.simulation.table import TidyTable

NOT_ADDED: Final = (
    "The gains do not add up: the parts find some of the same covers. Each was measured alone, on"
    " its own base."
)
_DETAILS: Final = ("half_width", "evenings_changed", "evenings", "seed")


@attrs.frozen(repr=False)
class Gain:
    """What one part of the engine changes in one metric, on the same evenings.

    Args:
        part: The part.
        study: The base and the variant with the part.
        comparisons: The number of gains whose joint intervals hold together.
    """

    part: Part
    study: Study
    comparisons: int

    @property
    def name(self) -> str:
        """The variant and its base."""
        return f"{self.variant} against {self.base}"

    @property
    def variant(self) -> str:
        """The name of the variant."""
        return self.study.variants[1].name

    @property
    def base(self) -> str:
        """The name of the base."""
        return self.study.base.name

    @cached_property
    def effect(self) -> Effect:
        """The difference from the base; the joint interval is for all gains of the study."""
        found = self.study.effects[0]
        return attrs.evolve(found, joint=widened(found.alone, self.comparisons))

    @property
    def before(self) -> Estimate:
        """The value of the base."""
        return self.study.value(self.base)

    @cached_property
    def percent(self) -> Estimate | None:
        """The difference in percent of the base, with its joint interval.

        ``None``: the metric is a ratio, or the base has none of it.
        """
        base, variant = (
            self.study.metric.numbers(each.evenings) for each in self.study.simulations
        )
        if base[1] is not None or not sum(base[0]):
            return None
        parts = [100 * (two - one) for one, two in zip(base[0], variant[0], strict=True)]
        return widened(ratio_of(parts, base[0], "%"), self.comparisons)

    @property
    def setting(self) -> str:
        """The floor, the load and the order of the requests."""
        return setting_of(self.study.base.scenario)

    @property
    def sentence(self) -> str:
        """The gain, its interval and its base, with the floor, the load and the order."""
        terms = f"{terms_of(self.effect, self.comparisons)}; {self.setting}"
        if not self.effect.evenings_changed:
            return f"{self.variant} changed no evening of {self.base} ({terms})."
        percent = self.percent
        share = "" if percent is None else f" ({percent.signed_text} %)"
        doubt = "; the interval contains 0" if self.effect.doubt else ""
        return (
            f"{self.variant}: {self.effect.text}{share} against {self.base}, which has"
            f" {self.before.mean:.1f} ({terms}{doubt})."
        )

    def __repr__(self) -> str:
        return brief(self, self.name, self.effect.text, self.effect.doubt)


@attrs.frozen(repr=False)
class QualityStudy:
    """The gains of the engine on one house and demand: each part alone, never their sum.

    Args:
        title: What was studied.
        gains: The gains: ranking, re-seating, steering.
        notes: What the numbers assume.
    """

    title: str
    gains: tuple[Gain, ...]
    notes: tuple[str, ...] = ()

    @property
    def scenario(self) -> Scenario:
        """The house with the default ranking, and its demand."""
        return self.gains[0].study.variants[1].scenario

    @property
    def metric(self) -> Metric:
        """The metric that is compared."""
        return self.gains[0].study.metric

    @property
    def evenings(self) -> int:
        """The number of evenings of each variant."""
        return self.gains[0].study.evenings

    @property
    def seed(self) -> int:
        """The seed of the guests."""
        return self.gains[0].study.simulations[0].seed

    @property
    def setting(self) -> str:
        """The floor, the load and the order of the requests, which all gains share."""
        return self.gains[0].setting

    def gain(self, variant: str, base: str | None = None) -> Gain:
        """Return the gain of a variant.

        Args:
            variant: The name of the variant, such as ``"the default ranking"``.
            base: The name of its base; ``None``: the first one.

        Raises:
            InvalidInput: If there is no such gain.
        """
        for each in self.gains:
            if each.variant == variant and base in (None, each.base):
                return each
        field, given = ("variant", variant) if base is None else ("base", base)
        raise InvalidInput(field, "must be one of a gain of this study", safe_repr(given))

    @property
    def sentence(self) -> str:
        """How many gains are established, on which floor, at which load and in which order."""
        sure = sum(each.effect.is_established and each.effect.gain > 0 for each in self.gains)
        lost = sum(each.effect.is_established and each.effect.gain < 0 for each in self.gains)
        losses = f", {count_of(lost, 'loss', 'losses')}" if lost else ""
        return (
            f"{sure} of {count_of(len(self.gains), 'gain')} established{losses}"
            f" ({terms_of(self.gains[0].effect, len(self.gains))}; {self.setting})."
        )

    @property
    def sentences(self) -> Mapping[str, str]:
        """One sentence for each gain, complete in itself, by the variant and its base."""
        return {each.name: each.sentence for each in self.gains}

    def table(self, *, details: bool = False) -> TidyTable:
        """Return one row for each gain.

        Columns: ``part``, ``variant``, ``base``, ``floor``, ``load``, ``order``, ``metric``,
        ``unit``, ``before`` (of the base), ``difference``, ``joint_half_width`` (95 % for all gains
        together), ``percent`` of the base, ``percent_half_width`` (joint, too) and
        ``is_established``. With details also ``half_width`` (95 % for this gain alone),
        ``evenings_changed``, ``evenings`` and ``seed``.

        Args:
            details: Whether to add the columns of details.
        """
        rows = [self._row(each) for each in self.gains]
        names = [name for name in rows[0] if details or name not in _DETAILS]
        return TidyTable({name: [row[name] for row in rows] for name in names}, self.title)

    def picture(self) -> Picture:
        """Draw each gain with its joint interval. One evening has no intervals."""
        rows = [each.effect.row(each.name) for each in self.gains]
        demand, first = self.scenario.demand, self.gains[0].effect
        intervals = f"joint intervals of 95 %, {count_of(self.evenings, 'evening')}"
        return interval_chart(
            rows,
            title=f"Seating quality: {floor_of(self.scenario)}",
            unit=first.joint.unit or self.metric.label,
            reference=0,
            note=f"{load_of(demand)}, {order_of(demand)}; {intervals}",
        )

    def __len__(self) -> int:
        return len(self.gains)

    def __repr__(self) -> str:
        return brief(
            self,
            self.title,
            count_of(len(self.gains), "gain"),
            count_of(self.evenings, "evening"),
        )

    def _repr_html_(self) -> str:
        unit = self.gains[0].before.unit or self.metric.label
        rows = [
            (
                each.part.value,
                each.variant,
                each.base,
                each.before.text,
                each.effect.difference,
                "" if each.percent is None else each.percent.signed_text,
                each.effect.doubt,
            )
            for each in self.gains
        ]
        columns = ("part", "variant", "base", f"base, {unit}", "difference", "percent", "interval")
        table = html_table(f"{self.title} ({self.setting})", columns, rows)
        texts = "".join(f"<p>{escape(text)}</p>" for text in (self.sentence, *self.notes))
        return f"{texts}{self.picture().svg}{table}"

    def _row(self, gain: Gain) -> dict[str, Any]:
        effect, percent, scenario = gain.effect, gain.percent, gain.study.base.scenario
        return {
            "part": gain.part.value,
            "variant": gain.variant,
            "base": gain.base,
            "floor": floor_of(scenario),
            "load": load_of(scenario.demand),
            "order": order_of(scenario.demand),
            "metric": self.metric.name,
            "unit": gain.before.unit,
            "before": gain.before.mean,
            "difference": effect.alone.mean,
            "half_width": effect.alone.half_width,
            "joint_half_width": effect.joint.half_width,
            "percent": percent and percent.mean,
            "percent_half_width": percent and percent.half_width,
            "is_established": effect.is_established,
            "evenings_changed": effect.evenings_changed,
            "evenings": effect.joint.count,
            "seed": self.seed,
        }


def seating_quality(
    base: Scenario,
    *,
    most_moves: int = 2,
    offers: OfferTerms = ONE_BETTER,
    take: TakeAlternative = WILLINGNESS,
    **options: Unpack[StudyOptions],
) -> QualityStudy:
    """Study what each part of the engine brings to a house, with its own floor and demand.

    - *Ranking*: the default weights against alphabetical order, islands first and the reference
      weights, and against the weights of the house if it has others. The two orders give a party
      the first free set, see ``TableOrder``.
    - *Re-seating*: the default weights with at most ``most_moves`` moves for a party, against the
      same without moves.
    - *Steering*: what the house offers by its policy, with a forecast of the very demand and
      without one, against the wish and, after a no, the nearest starts.

    The same guests come in each case, so that the differences are paired. The gains do not add up.

    Args:
        base: The house as it is, with its demand.
        most_moves: The most bookings that move for a party (0–5); 0: no re-seating.
        offers: The starts around a wish, and the policy. The forecast is that of the demand. By
            default 30 minutes, and one better start that saves more than 0.3 covers.
        take: How willing guests are to take another start: an assumption. By default they do with
            the probability 0.7 up to 15 minutes away, and with 0.4 up to 30.
        options: ``StudyOptions``; totals are those of an evening unless ``per`` says otherwise.

    Raises:
        InvalidInput: If the behaviour of the base chooses or books tables itself, the floor has
            more than 20,000 sets of tables, or an option is wrong.
        SweepFailed: If the executor failed.

    >>> from fourtop import sample
    >>> from fourtop.simulation import Scenario
    >>> base = Scenario(sample.pub(), sample.pub_demand())
    >>> seating_quality(base, evenings=2, seed=1)
    <QualityStudy Seating quality: The Pub, 6 gains, 2 evenings>
    """
    given: StudyOptions = {"per": Per.EVENING, **options}
    terms = Terms(**given)
    validators.check_instance("base", base, Scenario)
    validators.check_instance("offers", offers, OfferTerms)
    validators.check_integer("most_moves", most_moves, 0, MAX_RESEATED)
    check_spend(terms.metric, [base])
    cases = QualityCases(base, most_moves, offers, take)
    scenarios, comparisons = cases.scenarios(), tuple(cases.comparisons())
    played = dict(zip(scenarios, play_scenarios(list(scenarios.values()), terms), strict=True))
    gains = []
    for each in comparisons:
        names = (each.base, each.variant)
        study = Study(
            f"{each.variant} against {each.base}",
            tuple(Variant(name, scenarios[name]) for name in names),
            tuple(played[name] for name in names),
            terms.metric,
            terms.per,
        )
        gains.append(Gain(each.part, study, len(comparisons)))
    title = f"Seating quality: {base.house.restaurant.name}"
    return QualityStudy(title, tuple(gains), (NOT_ADDED, cases.assumption))
