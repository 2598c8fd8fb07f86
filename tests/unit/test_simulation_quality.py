"""The study of quality: each part against its own base, and the settings that it names."""

from __future__ import annotations

import pickle
from functools import cache
from statistics import fmean
from typing import Any

import attrs
import pytest

from fourtop import Booking, BookingRequest, Desk, InvalidInput, OfferTerms, TableOrder, Weights
from fourtop.simulation import Behaviour, Demand, Scenario, TakeByDistance, simulate
from fourtop.simulation.studies import (
    WILLINGNESS,
    Gain,
    Part,
    QualityStudy,
    seating_quality,
)
from fourtop.simulation.studies.quality import NOT_ADDED
from fourtop.simulation.studies.quality_cases import ONE_BETTER, with_weights
from fourtop.simulation.studies.scenario_text import load_of, order_of
from tests.unit.studied_house import HOUSE
from tests.unit.svg_page import Page
from tests.unit.test_plotting_pictures import overlaps

ALL = [
    (Part.RANKING, "alphabetical order", "the default ranking"),
    (Part.RANKING, "islands first", "the default ranking"),
    (Part.RANKING, "the reference weights", "the default ranking"),
    (Part.RESEATING, "the default ranking", "re-seating with at most 2 moves"),
    (Part.STEERING, "the nearest starts", "steering without a forecast"),
    (Part.STEERING, "the nearest starts", "steering with a forecast"),
]
EVENINGS = 3
SEED = 4


@cache
def found() -> QualityStudy:
    return seating_quality(HOUSE, evenings=EVENINGS, seed=SEED)


def names(study: QualityStudy) -> list[tuple[Part, str, str]]:
    return [(each.part, each.base, each.variant) for each in study.gains]


def covers(behaviour: Behaviour, weights: Weights | None = None) -> list[int]:
    """The covers of the evenings by a plain simulation."""
    house = with_weights(HOUSE, weights or Weights()).house
    played = simulate(
        house, HOUSE.demand, evenings=EVENINGS, seed=SEED, behaviour=behaviour, dates=HOUSE.dates
    )
    return [each.covers for each in played]


def played(gain: Gain, place: int) -> list[int]:
    return [each.covers for each in gain.study.simulations[place]]


@pytest.mark.slow
def test_each_part_is_compared_with_its_own_base() -> None:
    study = found()
    assert names(study) == ALL
    default = covers(Behaviour())
    alphabetical, islands, reference, moved, *steered = study.gains
    for gain, expected in (
        (alphabetical, covers(Behaviour(table_order=TableOrder.ALPHABETICAL))),
        (islands, covers(Behaviour(table_order=TableOrder.ISLANDS_FIRST))),
        (reference, covers(Behaviour(), Weights.reference())),
    ):
        assert (played(gain, 0), played(gain, 1)) == (expected, default)
    assert (played(moved, 0), played(moved, 1)) == (default, covers(Behaviour(most_moves=2)))
    nearest = covers(Behaviour(offers=OfferTerms(30), take=WILLINGNESS))
    blind = covers(Behaviour(offers=ONE_BETTER, take=WILLINGNESS))
    assert [played(each, 0) for each in steered] == [nearest, nearest]
    assert played(steered[0], 1) == blind


@pytest.mark.slow
def test_a_gain_is_the_paired_difference_with_a_joint_interval() -> None:
    gain = found().gain("the default ranking", "islands first")
    before, after = played(gain, 0), played(gain, 1)
    assert gain.before.mean == pytest.approx(fmean(before))
    assert gain.effect.joint.mean == pytest.approx(fmean(after) - fmean(before))
    assert gain.effect.joint.half_width >= gain.effect.alone.half_width
    assert gain.percent is not None
    assert gain.percent.mean == pytest.approx(100 * (fmean(after) / fmean(before) - 1))
    assert gain.percent.unit == "%"
    assert found().gain("steering with a forecast").base == "the nearest starts"


@pytest.mark.slow
def test_each_sentence_names_floor_load_order_and_base() -> None:
    study = found()
    assert list(study.sentences) == [f"{after} against {before}" for _, before, after in ALL]
    for (_, base, variant), sentence in zip(ALL, study.sentences.values(), strict=True):
        assert sentence.startswith(variant)
        for part in (
            base,
            "House, 5 tables, 18 seats",
            "16 requests for 62 covers a date",
            "20% at the door by start, the others in advance",
            "95 % for all 6 comparisons together, 3 evenings with the same guests",
        ):
            assert part in sentence
    assert study.sentence.endswith(f"{study.setting}).")
    assert NOT_ADDED in study.notes


@pytest.mark.slow
def test_the_study_shows_each_gain_and_no_sum() -> None:
    study = found()
    table = study.table(details=True)
    assert len(table) == len(study) == 6
    assert set(study.table().columns) < set(table.columns)
    assert table["seed"] == (SEED,) * 6
    assert list(table["base"]) == [base for _, base, _ in ALL]
    page = Page(study.picture())
    assert not overlaps(page)
    assert repr(study) == "<QualityStudy Seating quality: House, 6 gains, 3 evenings>"
    assert repr(study.gains[0]).startswith("<Gain the default ranking against alphabetical order")
    html = study._repr_html_()  # What a notebook calls.
    assert NOT_ADDED in html
    for _, base, variant in ALL:
        assert base in html
        assert variant in html
    total = sum(each.effect.joint.mean for each in study.gains)
    assert f"{total:+.2f}" not in html
    assert pickle.loads(pickle.dumps(study)).sentences == study.sentences  # noqa: S301  # Our own.


@pytest.mark.slow
def test_a_house_with_weights_of_its_own_is_a_further_base() -> None:
    own = with_weights(HOUSE, Weights(overage=3))
    study = seating_quality(own, evenings=2, most_moves=0, metric="refused_percent")
    assert names(study) == [
        *ALL[:3],
        (Part.RANKING, "the weights of the house", "the default ranking"),
        *ALL[4:],
    ]
    # A share has no percentage of itself.
    assert [each.percent for each in study.gains] == [None] * 6
    assert study.gains[3].study.base.scenario == own
    assert study.scenario.house.policy.planning.weights == Weights()


@pytest.mark.slow
def test_a_part_that_changes_nothing_says_so() -> None:
    door = HOUSE.demand.replaced(channels={"walk_in": 1})
    study = seating_quality(attrs.evolve(HOUSE, demand=door), evenings=2)
    gain = study.gain("re-seating with at most 2 moves")
    assert gain.sentence.startswith(
        "re-seating with at most 2 moves changed no evening of the default ranking ("
    )
    assert "all at the door by start" in study.setting


@pytest.mark.slow
def test_a_policy_that_shows_all_starts_is_named() -> None:
    offers = attrs.evolve(
        ONE_BETTER, flexible_minutes=15, steering=attrs.evolve(ONE_BETTER.steering, mode="order")
    )
    study = seating_quality(HOUSE, evenings=2, offers=offers, take=_never, most_moves=0)
    assert "all starts, those of the least cost first, within 15 minutes" in study.notes[1]
    assert "a rule of the caller" in study.notes[1]
    assert not study.gain("steering with a forecast").effect.evenings_changed


def _never(_guest: object, _alternative: object) -> float:
    return 0.0


def _book(desk: Desk, request: BookingRequest) -> Booking:
    return desk.book(request)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"most_moves": 6}, "most_moves: must be a whole number from 0 to 5"),
        ({"offers": OfferTerms(30)}, "offers: must have a policy that steers"),
        ({"offers": 30}, "offers: must be of type OfferTerms"),
        ({"metric": "revenue"}, "metric: needs a demand with spend_per_cover"),
        ({"per": "year"}, "per: "),
    ],
)
def test_wrong_options_name_the_field(options: dict[str, Any], message: str) -> None:
    poor = attrs.evolve(HOUSE, demand=HOUSE.demand.replaced(spend_per_cover=None))
    with pytest.raises(InvalidInput, match=f"^{message}"):
        seating_quality(poor, evenings=2, **options)


@pytest.mark.parametrize(
    "behaviour",
    [Behaviour(book=_book), Behaviour(table_order="alphabetical")],
)
def test_a_behaviour_that_chooses_tables_is_refused(behaviour: Behaviour) -> None:
    with pytest.raises(InvalidInput, match=r"^base: must have no (book|table_order) in its behav"):
        seating_quality(attrs.evolve(HOUSE, behaviour=behaviour), evenings=2)


@pytest.mark.slow
def test_an_unknown_gain_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^variant: must be one of a gain"):
        found().gain("magic")
    with pytest.raises(InvalidInput, match=r"^base: must be one of a gain"):
        found().gain("the default ranking", "magic")


def test_a_setting_is_said_in_words() -> None:
    demand = Demand(1, {2: 1}, {"19:00": 1}, channels={"web": 1})
    assert (load_of(demand), order_of(demand)) == (
        "1 request for 2 covers a date",
        "all in advance",
    )


def test_the_benchmarks_share_the_assumption_on_guests() -> None:
    assert TakeByDistance({15: 0.7, 30: 0.4}) == WILLINGNESS
    assert isinstance(HOUSE, Scenario)
