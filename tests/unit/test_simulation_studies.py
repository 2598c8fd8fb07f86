"""Studies: paired differences, joint intervals, verdicts, tables, and the usual questions."""

from __future__ import annotations

import pickle
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from math import inf, sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, cast

import attrs
import pytest

from fourtop import InvalidInput, NotFound, PacingRule, ServicePeriod, sketch_floor
from fourtop.model.booking_rules import BookingWindow
from fourtop.model.service_period import Bands, TurnBand
from fourtop.simulation import METRICS, Metric, Scenario, Stays, compare, simulate
from fourtop.simulation.estimates import Estimate, student_quantile
from fourtop.simulation.studies import (
    Effect,
    Study,
    Variant,
    accept_rules,
    buffers,
    minimum_parties,
    mixes_of_seats,
    notice,
    pacing,
    study,
    table_mix,
    turn_times,
    worth_of_joins,
)
from fourtop.simulation.studies.effect import widened
from fourtop.simulation.studies.verdict import sentence_of, verdict_of
from tests.evening import a_house, five_tables
from tests.unit.studied_house import DEMAND, HOUSE, no_small_parties
from tests.unit.svg_page import Page
from tests.unit.test_plotting_pictures import overlaps

BOTH = {"as now": attrs.evolve(HOUSE, demand=DEMAND.scaled(0.4)), "busier": HOUSE}


@pytest.fixture(scope="module")
def buffered() -> Study:
    return buffers(HOUSE, (15, 60), evenings=6, seed=3)


# ---- the numbers


def test_a_study_pairs_the_evenings_of_two_runs(buffered: Study) -> None:
    """By hand: two simulations, their covers evening by evening, and Student's t."""
    period = attrs.evolve(HOUSE.house.policy.periods[0], buffer_after_minutes=60)
    house = attrs.evolve(HOUSE.house, policy=HOUSE.house.policy.with_period(period))
    before, after = (
        [each.covers for each in simulate(one, DEMAND, evenings=6, seed=3)]
        for one in (HOUSE.house, house)
    )
    differences = [two - one for one, two in zip(before, after, strict=True)]
    effect = buffered.effect("60-minute buffer")
    assert fmean(differences) < 0
    assert effect.alone.mean == pytest.approx(7 * fmean(differences))
    half_width = 7 * 2.570582 * stdev(differences) / sqrt(6)
    assert effect.alone.half_width == pytest.approx(half_width, rel=1e-6)
    # Two comparisons: 1.25 % in each tail.
    assert effect.joint.half_width == pytest.approx(half_width * 3.163381 / 2.570582, rel=1e-6)
    assert effect.evenings_changed == sum(each != 0 for each in differences)
    assert buffered.value("the present house").mean == pytest.approx(7 * fmean(before))
    assert effect.joint.unit == "covers a week"


def test_the_span_of_a_total_is_a_week_or_an_evening() -> None:
    weekly, nightly = (study(BOTH, evenings=2, per=per) for per in ("week", "evening"))
    assert weekly.evenings_a_week == 7
    assert weekly.effect("busier").alone.mean == 7 * nightly.effect("busier").alone.mean
    assert nightly.effect("busier").alone.unit == "covers an evening"
    for metric in ("refused_percent", "longest_wait_minutes"):
        assert weekly.effect("busier", metric) == nightly.effect("busier", metric)
    assert weekly.effect("busier", "refused_percent").alone.unit == "percentage points"


def test_a_week_has_the_weekdays_of_the_dates() -> None:
    weekend = attrs.evolve(HOUSE, dates=["2030-05-10", "2030-05-11", "2030-05-17"])
    found = study({"as now": weekend, "again": weekend}, evenings=3)
    assert found.evenings_a_week == 2
    assert found.sentence == (
        "again changed no evening of as now (95 %, 3 evenings with the same guests)."
    )


def test_a_metric_of_your_own_can_be_studied() -> None:
    large = Metric("large", "large parties", "parties", _large_parties)
    found = study(BOTH, evenings=2, metric=large, per="evening")
    counts = [[_large_parties(each) for each in played] for played in found.simulations]
    assert found.effect("busier").alone.mean == fmean(counts[1]) - fmean(counts[0])


def _large_parties(evening: Any) -> int:
    return sum(each.party_size >= 6 and each.outcome == "seated" for each in evening.visits)


def test_joint_intervals_are_those_of_bonferroni() -> None:
    estimate = Estimate(3, 2, 11)
    assert widened(estimate, 1) == estimate
    factor = student_quantile(1 - 0.05 / 40, 10) / student_quantile(0.975, 10)
    assert widened(estimate, 20).half_width == pytest.approx(2 * factor)
    assert widened(Estimate(3, inf, 1), 20).half_width == inf


# ---- any executor, the same result


@pytest.mark.slow
def test_processes_play_the_same_evenings(tmp_path: Path) -> None:
    """Threads, processes of the host, and a file that is resumed."""
    rules = {"no small parties": no_small_parties}
    alone = accept_rules(HOUSE, rules, evenings=3)
    executors: tuple[Executor, ...] = (ThreadPoolExecutor(2), ProcessPoolExecutor(1))
    for executor in executors:
        with executor:
            assert accept_rules(HOUSE, rules, evenings=3, executor=executor) == alone
    told: list[tuple[int, int]] = []
    for _ in range(2):
        resumed = accept_rules(
            HOUSE,
            rules,
            evenings=3,
            resume=tmp_path / "evenings",
            progress=lambda done, total: told.append((done, total)),
        )
        assert resumed == alone
    assert told[0] == (0, 6)
    assert told[-1] == (6, 6)
    assert told.count((6, 6)) == 2
    assert pickle.loads(pickle.dumps(alone)) == alone  # noqa: S301  # Our own bytes.


# ---- verdicts


def effect(name: str, mean: float, half_width: float, *, less_is_better: bool = False) -> Effect:
    estimate = Estimate(mean, half_width, 200, "covers a week")
    return Effect(name, estimate, estimate, 0 if mean == 0 else 50, less_is_better)


GUESTS = "200 evenings with the same guests"
ONE = f"(95 %, {GUESTS}"
TWO = f"(95 % for all 2 comparisons together, {GUESTS})"
THREE = f"(95 % for all 3 comparisons together, {GUESTS})"


@pytest.mark.parametrize(
    ("effects", "best", "rivals", "sentence"),
    [
        (
            [effect("a join", 3, 1)],
            "a join",
            [],
            f"a join: +3.0 ± 1.0 covers a week against as now {ONE}).",
        ),
        (
            [effect("a join", 1, 3)],
            "as now",
            [],
            f"a join: +1.0 ± 3.0 covers a week against as now {ONE}; the interval contains 0).",
        ),
        (
            [effect("x", 5, 1), effect("y", 4, 2), effect("z", 0, 0)],
            "x",
            ["y"],
            (
                f"x is the best of 3 variants: +5.0 ± 1.0 covers a week against as now {THREE};"
                " y may be as good."
            ),
        ),
        (
            [effect("x", 1, 3), effect("y", -4, 2)],
            "as now",
            ["x"],
            (
                "None of 2 variants is established to be better than as now; the worst, y, has"
                f" -4.0 ± 2.0 covers a week {TWO}."
            ),
        ),
        (
            [effect("x", 1, 3), effect("y", -2, 2.5)],
            "as now",
            ["x", "y"],
            (
                "None of 2 variants is established to differ from as now; the largest difference,"
                f" y, is -2.0 ± 2.5 covers a week and its interval contains 0 {TWO}."
            ),
        ),
        (
            [effect("x", 0, 0), effect("y", 0, 0)],
            "as now",
            ["x", "y"],
            f"None of 2 variants changed an evening of as now {TWO}.",
        ),
    ],
)
def test_a_verdict_says_no_more_than_the_intervals(
    effects: list[Effect], best: str, rivals: list[str], sentence: str
) -> None:
    assert verdict_of(effects, "as now", best, rivals) == sentence


def test_each_variant_has_a_sentence(buffered: Study) -> None:
    assert list(buffered.sentences) == ["15-minute buffer", "60-minute buffer"]
    found = buffered.effect("60-minute buffer")
    assert buffered.sentences["60-minute buffer"] == sentence_of(found, "the present house", 2)
    assert f"{found.joint.text} covers a week" in buffered.sentences["60-minute buffer"]


def test_the_best_variant_is_better_beyond_chance() -> None:
    """More guests bring more covers, and more refusals."""
    found = study(BOTH, evenings=6)
    assert (found.best.name, found.rivals) == ("busier", ())
    assert found.sentence.startswith("busier: +")
    refused = study(BOTH, evenings=6, metric="refused")
    assert refused.effect("busier").gain < 0
    assert refused.best.name == "as now"
    assert (refused.ranking, refused.effects[0].less_is_better) == (refused.effects, True)


def test_an_equal_variant_is_a_rival() -> None:
    same = {**BOTH, "again": BOTH["as now"], "busier again": HOUSE}
    found = study(same, evenings=6, base="again")
    assert (found.base.name, found.best.name) == ("again", "busier")
    assert [each.name for each in found.rivals] == ["busier again"]
    assert [each.variant for each in found.ranking] == ["busier", "busier again", "as now"]


# ---- tables and texts


def test_a_table_has_a_row_per_variant_and_metric(buffered: Study) -> None:
    table = buffered.table("covers", "late")
    assert list(table.columns) == [
        "variant",
        "buffer_minutes",
        "metric",
        "unit",
        "value",
        "difference",
        "half_width",
        "joint_half_width",
        "joint_low",
        "joint_high",
        "is_established",
        "evenings_changed",
        "evenings",
    ]
    rows = list(table.rows())
    assert [(row["metric"], row["buffer_minutes"]) for row in rows] == [
        (metric, minutes) for metric in ("covers", "late") for minutes in (None, 15, 60)
    ]
    assert {row["difference"] for row in rows if row["buffer_minutes"] is None} == {None}
    last = rows[2]
    found = buffered.effect("60-minute buffer")
    assert last["difference"] == found.alone.mean
    assert (last["joint_low"], last["joint_high"]) == (found.joint.low, found.joint.high)
    assert (last["is_established"], last["evenings"]) == (found.is_established, 6)
    assert len(buffered.table()) == len(buffered) == 3


def test_a_study_shows_itself(buffered: Study) -> None:
    assert repr(buffered) == (
        f"<Study Buffers: House, 3 variants, 6 evenings, best: {buffered.best.name}>"
    )
    html = buffered._repr_html_()
    assert buffered.sentence in html
    assert "<td>60-minute buffer</td>" in html
    noted = attrs.evolve(buffered, notes=("a < b",))
    assert "<p>a &lt; b</p>" in noted._repr_html_()
    name = "60-minute buffer"
    assert repr(buffered.effect(name)).startswith("<Effect 60-minute buffer, -")
    assert repr(buffered.variants[1]) == "<Variant 15-minute buffer, buffer_minutes 15>"


def test_the_picture_has_a_row_per_effect(buffered: Study) -> None:
    picture = buffered.picture()
    page = Page(picture)
    words = [text.words for text in page.texts]
    assert [each for each in words if each.endswith("-minute buffer")] == [
        each.variant for each in buffered.ranking
    ]
    assert overlaps(page) == []
    assert picture.title == buffered.title
    assert picture.svg in buffered._repr_html_()
    # One evening has no interval: the picture shows its difference alone.
    lonely = study(BOTH, evenings=1)
    assert lonely.effects[0].joint.half_width == inf
    assert "busier" in lonely.picture().description


# ---- the usual questions


def policies(found: Study) -> list[Any]:
    return [each.scenario.house.policy for each in found.variants]


def test_turn_times_keep_the_stays_of_the_guests() -> None:
    plans: dict[str, int | Bands] = {"flat 120": 120, "by size": [(2, 60), (None, 90)]}
    found = turn_times(HOUSE, plans, evenings=1)
    assert [each.turn_bands for each in policies(found)[1:]] == [
        (TurnBand(None, 120),),
        (TurnBand(2, 60), TurnBand(None, 90)),
    ]
    assert [each.settings for each in found.variants] == [
        {},
        {"turn_minutes": "120"},
        {"turn_minutes": "60, 90"},
    ]
    for each in found.variants:
        assert each.scenario.demand.stays.minutes(4, planned=500, share=0.5) == 90
    assert [_stays(each) for each in found.simulations] == [{90}, {90}, {90}]
    following = turn_times(HOUSE, (120,), stays_follow=True, evenings=1)
    assert [_stays(each) for each in following.simulations] == [{90}, {120}]


def _stays(played: Any) -> set[float]:
    return {
        (each.left_us - each.seated_us) / 60_000_000
        for evening in played
        for each in evening.visits
        if each.seated_us is not None
    }


def test_stays_of_the_plan_become_minutes_by_size() -> None:
    policy = attrs.evolve(HOUSE.house.policy, turn_bands=[(2, 60), (6, 100)])
    demand = DEMAND.replaced(stays=Stays({4: 1, None: 1.5}, of_plan=True))
    base = Scenario(attrs.evolve(HOUSE.house, policy=policy), demand)
    stays = turn_times(base, (75,), evenings=1).base.scenario.demand.stays
    for size, minutes in ((1, 60), (2, 60), (3, 100), (4, 100), (5, 150), (6, 150), (9, 150)):
        assert stays.minutes(size, planned=500, share=0.5) == minutes
    assert not stays.of_plan


def test_stays_of_several_plans_cannot_stay_the_same() -> None:
    lunch = ServicePeriod("lunch", "12:00", "15:00", turn_bands=[(None, 60)])
    policy = HOUSE.house.policy.with_period(lunch)
    base = attrs.evolve(HOUSE, house=attrs.evolve(HOUSE.house, policy=policy))
    with pytest.raises(InvalidInput, match=r"stays: must be in minutes for a house with several"):
        turn_times(base, (120,), evenings=1)
    assert turn_times(base, (120,), stays_follow=True, evenings=1)
    minutes = attrs.evolve(base, demand=DEMAND.replaced(stays=Stays(80)))
    found = turn_times(minutes, (120,), evenings=1)
    assert found.base.scenario == minutes
    assert all(each.turn_bands == () for each in policies(found)[1].periods)


def test_pacing_and_notice_and_buffers_change_the_policy_alone() -> None:
    paced = pacing(HOUSE, (6,), interval_minutes=30, spread="meal", evenings=1)
    (rule,) = policies(paced)[1].pacing_rules
    assert rule == PacingRule(30, max_covers=6, spread="meal")
    assert paced.variants[1].name == "6 covers each 30 minutes"
    buffered = buffers(HOUSE, (20,), evenings=1)
    assert [each.buffer_after_minutes for each in policies(buffered)[1].periods] == [20]
    noticed = notice(HOUSE, (90,), evenings=1)
    assert policies(noticed)[1].booking_windows == (BookingWindow(notice_minutes=90),)


def test_notice_keeps_the_other_limits() -> None:
    windows = (
        BookingWindow(notice_minutes=30, min_party=6),
        BookingWindow(notice_minutes=60, horizon_days=30),
    )
    policy = attrs.evolve(HOUSE.house.policy, booking_windows=windows)
    base = attrs.evolve(HOUSE, house=attrs.evolve(HOUSE.house, policy=policy))
    found = notice(base, (0, 120), evenings=1)
    without, longer = (each.booking_windows for each in policies(found)[1:])
    assert without == (BookingWindow(min_party=6), BookingWindow(horizon_days=30))
    assert [each.notice_minutes for each in longer] == [120, 120]
    assert [each.scope for each in longer] == [each.scope for each in windows]
    own = attrs.evolve(policy, booking_windows=windows[:1])
    base = attrs.evolve(HOUSE, house=attrs.evolve(HOUSE.house, policy=own))
    longer = policies(notice(base, (120,), evenings=1))[1].booking_windows
    assert [each.scope for each in longer] == [(None, 6, None), (None, 1, None)]


def test_minimum_parties_bind_the_big_tables() -> None:
    found = minimum_parties(HOUSE, (3,), seats_from=6, evenings=2)
    floor = found.variants[1].scenario.house.floor
    assert [each.min_party for each in floor.tables] == [1, 1, 1, 1, 3]
    seats = {
        visit.party_size
        for evening in found.simulations[1]
        for visit in evening.visits
        if "5" in visit.tables
    }
    assert seats
    assert min(seats) >= 3


def test_accept_rules_refuse_as_the_rule_says() -> None:
    found = accept_rules(HOUSE, {"no small parties": no_small_parties}, evenings=2)
    small = [
        visit.outcome
        for evening in found.simulations[1]
        for visit in evening.visits
        if visit.party_size < 3
    ]
    assert set(small) == {"refused"}


def test_each_join_is_taken_away_or_added() -> None:
    floor = sketch_floor({"1": 2, "2": 2, "3": 4, "9": 4}, joins=["1-2", "3-9"])
    base = Scenario(a_house(floor), DEMAND)
    found = worth_of_joins(base, evenings=2)
    assert [each.name for each in found.variants] == [
        "the present house",
        "join 1 + 3",
        "join 1 + 9",
        "join 2 + 3",
        "join 2 + 9",
        "without 1 + 2",
        "without 3 + 9",
    ]
    joins = [
        {each.tables for each in variant.scenario.house.floor.joins} for variant in found.variants
    ]
    assert joins[1] - joins[0] == {("1", "3")}
    assert joins[0] - joins[-1] == {("3", "9")}
    assert found.variants[1].settings == {"change": "added", "join": "1 + 3"}
    assert found.variants[6].settings == {"change": "taken away", "join": "3 + 9"}
    only = worth_of_joins(base, [("2", "3")], existing=False, evenings=1)
    assert [each.name for each in only.variants] == ["the present house", "join 2 + 3"]


def test_a_join_for_eight_seats_parties_of_eight() -> None:
    """Without 3 + 9 no party of eight can sit: the study shows all of their covers as lost."""
    floor = sketch_floor({"1": 2, "3": 4, "9": 4}, joins=["3-9"])
    demand = DEMAND.replaced(party_weights={8: 1}, requests=4)
    found = worth_of_joins(Scenario(a_house(floor), demand), [], evenings=3)
    effect = found.effect("without 3 + 9")
    assert effect.alone.mean == -found.value("the present house").mean < 0
    assert effect.evenings_changed == 3


# ---- the table mix


def test_mixes_have_the_seats() -> None:
    found = mixes_of_seats(12, (4, 2, 6))
    assert len(found) == len({tuple(each.items()) for each in found}) == 7
    assert all(sum(size * count for size, count in each.items()) == 12 for each in found)
    counts = (
        (two, four, six)
        for two in range(41)
        for four in range(21)
        for six in range(14)
        if 2 * two + 4 * four + 6 * six <= 80 and (2 * two + 4 * four + 6 * six) % 8 == 0
    )
    assert len(mixes_of_seats(80)) == sum(1 for _ in counts)


@pytest.mark.slow
def test_the_search_finds_the_tables_that_the_guests_need() -> None:
    """Parties of four only: tables for two are useless, and larger ones waste seats."""
    demand = DEMAND.replaced(party_weights={4: 1}, requests=12)
    base = Scenario(a_house(sketch_floor({"1": 2, "2": 2, "3": 4})), demand)
    found = table_mix(base, mixes_of_seats(8, (2, 4, 8)), gap=70, evenings=4)
    assert found.best.name == "2 × 4"
    assert [each.name for each in found.variants[:2]] == ["the present house", "2 × 4"]
    assert len(found.variants) == 4
    assert found.best.settings == {"tables_of_2": 0, "tables_of_4": 2, "tables_of_8": 0}
    assert found.notes[0].startswith("A search of 4 mixes in ")
    assert "none is better than 2 × 4 by more than" in found.notes[0]


# ---- bad input


def bad(field: str) -> Any:
    return pytest.raises(InvalidInput, match=rf"^{field}: ")


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("evenings", {"evenings": 0}),
        ("evenings", {"evenings": 2.5}),
        ("seed", {"seed": -1}),
        ("metric", {"metric": "fun"}),
        ("metric", {"metric": 7}),
        ("per", {"per": "month"}),
        ("processes", {"processes": 0}),
        ("processes", {"processes": 2, "executor": ThreadPoolExecutor(1)}),
        ("executor", {"executor": "pool"}),
        ("progress", {"progress": 3}),
        ("resume", {"resume": 3}),
        ("title", {"title": ""}),
        ("base", {"base": "nobody"}),
    ],
)
def test_a_wrong_option_is_refused(field: str, options: dict[str, Any]) -> None:
    with bad(field):
        study(BOTH, **{"evenings": 1, **options})


@pytest.mark.parametrize(
    "variants",
    [
        {"as now": HOUSE},
        {},
        {"as now": HOUSE, "none": None},
        [Variant("a", HOUSE), Variant("a", HOUSE)],
        {"as now": HOUSE, "later": attrs.evolve(HOUSE, dates=["2030-05-11"])},
        3,
    ],
)
def test_wrong_variants_are_refused(variants: Any) -> None:
    with pytest.raises(InvalidInput):
        study(variants, evenings=1)


def test_revenue_needs_a_spend() -> None:
    free = attrs.evolve(HOUSE, demand=DEMAND.replaced(spend_per_cover=None))
    with bad("metric"):
        study({"as now": free, "again": free}, evenings=1, metric="revpash")
    assert study(BOTH, evenings=2, metric="revenue").effect("busier").alone.mean > 0


def test_a_study_has_no_effect_of_its_base(buffered: Study) -> None:
    for name in ("the present house", "another"):
        with bad("variant"):
            buffered.effect(name)
    with bad("metric"):
        buffered.effect("15-minute buffer", "fun")


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("base", lambda: buffers(cast("Any", HOUSE.house))),
        ("buffer_after_minutes", lambda: buffers(HOUSE, (500,))),
        ("buffer_minutes", lambda: buffers(HOUSE, (-1,))),
        ("buffer_minutes", lambda: buffers(HOUSE, cast("Any", (1.5,)))),
        ("minutes", lambda: turn_times(HOUSE, (0,))),
        ("variants", lambda: turn_times(HOUSE, ())),
        ("interval_minutes", lambda: pacing(HOUSE, (4,), interval_minutes=0)),
        ("spread", lambda: pacing(HOUSE, (4,), spread="wide")),
        ("seats_from", lambda: minimum_parties(HOUSE, (4,), seats_from=7)),
        ("accept", lambda: accept_rules(HOUSE, cast("Any", {"a": 3}))),
        ("rules", lambda: accept_rules(HOUSE, cast("Any", [no_small_parties]))),
        ("candidates", lambda: worth_of_joins(HOUSE, [("1", "77")])),
        ("candidates", lambda: worth_of_joins(HOUSE, [("1", "2")])),
        ("candidates", lambda: worth_of_joins(HOUSE, cast("Any", ["12"]))),
        ("candidates", lambda: worth_of_joins(HOUSE, [], existing=False)),
        ("mixes", lambda: table_mix(HOUSE, [])),
        ("mixes", lambda: table_mix(HOUSE, [{2: 0}])),
        ("mixes", lambda: table_mix(HOUSE, cast("Any", [{"a": 1}]))),
        ("mixes", lambda: table_mix(HOUSE, cast("Any", [(2, 1)]))),
        ("gap", lambda: table_mix(HOUSE, [{2: 1}], gap=0)),
        ("metric", lambda: table_mix(HOUSE, [{2: 1}], metric="refused_percent")),
        ("seats", lambda: mixes_of_seats(7, (2, 4))),
        pytest.param("seats", lambda: mixes_of_seats(800, (2, 4, 6)), marks=pytest.mark.slow),
        ("sizes", lambda: mixes_of_seats(8, (0, 2))),
    ],
)
def test_a_wrong_argument_is_refused(field: str, make: Any) -> None:
    with bad(field):
        make()


def test_many_pairs_are_not_studied_by_default() -> None:
    base = Scenario(a_house(sketch_floor({f"{n}": 2 for n in range(12)})), DEMAND)
    with pytest.raises(InvalidInput, match=r"candidates: must be given .* \(got 66 pairs\)"):
        worth_of_joins(base)


def test_a_wrong_answer_of_a_rule_is_named() -> None:
    """The error of the scenario, and not that of the sweep."""
    wrong = attrs.evolve(HOUSE.behaviour, choose=lambda _guest, _quote: ["77"])
    with pytest.raises(NotFound, match="77"):
        study({"a": HOUSE, "b": attrs.evolve(HOUSE, behaviour=wrong)}, evenings=1)


def test_lambdas_cannot_travel_to_processes() -> None:
    with bad("function"):
        accept_rules(HOUSE, {"all": lambda _guest, _desk: True}, evenings=2, processes=2)


def test_every_metric_knows_its_good_direction() -> None:
    less = {each.name for each in METRICS if each.less_is_better}
    assert {"refused", "late", "wait_minutes", "no_shows"} <= less
    assert not {"covers", "parties", "revenue", "revpash", "seat_percent", "requests"} & less
    assert compare(*study(BOTH, evenings=1).simulations).difference("covers").half_width == inf
    assert five_tables().tables
