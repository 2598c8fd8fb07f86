"""Many evenings: seeds, intervals, comparisons, behaviours and tables."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from hashlib import sha256
from math import nan
from statistics import fmean
from typing import Any

import attrs
import pytest

from fourtop import (
    Alternative,
    AlternativeTerms,
    Desk,
    InvalidInput,
    MissingPackage,
    Quote,
    ServicePeriod,
    sample,
    sketch_floor,
    sketch_house,
)
from fourtop.model.calendar import Calendar
from fourtop.simulation import (
    METRICS,
    Behaviour,
    Constant,
    Demand,
    EveningResult,
    Exponential,
    Guest,
    Metric,
    Normal,
    Outcome,
    Scenario,
    Simulation,
    Stays,
    TidyTable,
    compare,
    draw_guests,
    play_evening,
    simulate,
    simulate_evening,
)
from tests.other_process import printed

LIVELY = sample.pub_demand().replaced(
    requests=30,
    late_minutes=Normal(3, 12, -30, 60),
    stays=Stays(Normal(1.05, 0.25, low=0.3), of_plan=True),
    patience_minutes=Exponential(20),
    spend_per_cover=Normal(25, 8, low=5),
)
# The trace of three evenings with every kind of draw. It is the same on each version of Python and
# with each hash seed. A change of it changes every published figure: say so in the changelog.
TRACE = "c2bfcd5e721fc7668efbfb6391757ed6e2ca7f293238d647528d127ce9475ba4"
SCRIPT = "from tests.unit.test_simulation_runs import trace; print(trace())"
EVERY_DRAW = LIVELY.replaced(
    channels={"web": 0.5, "phone": 0.2, "walk_in": 0.3},
    cancel_share=0.1,
    no_show_share=0.05,
    abandon_shares={"web": 0.1},
)


def trace_of(evening: EveningResult) -> list[str]:
    return [
        f"{each!r} {each.asked_us} {each.arrived_us} {each.seated_us} {each.left_us} "
        f"{each.booking_ids} {each.was_at_risk} {each.moves} {each.alternative}"
        for each in evening.visits
    ]


def every_draw() -> Scenario:
    terms = AlternativeTerms((30, 60), split=True)
    return Scenario(sample.pub(), EVERY_DRAW, Behaviour(alternatives=terms, prolongs=True))


def trace() -> str:
    """The digest of three evenings, visit by visit."""
    scenario = every_draw()
    evenings = [simulate_evening(scenario, number, seed=5) for number in (1, 2, 3)]
    return sha256(
        "\n".join(line for each in evenings for line in trace_of(each)).encode()
    ).hexdigest()


def take_half(_guest: Guest, _alternative: Alternative) -> float:
    return 0.5


def large_parties(guest: Guest, _desk: Desk) -> bool:
    return guest.party_size >= 3


def last_of(_guest: Guest, quote: Quote) -> Sequence[str]:
    return [quote.plan, *quote.others][-1].tables


# ---- the same seed, the same evenings


def test_the_same_seed_gives_the_same_evenings() -> None:
    first, second = (simulate(sample.pub(), LIVELY, evenings=2, seed=4) for _ in range(2))
    assert first == second
    assert first.evenings[0].visits != first.evenings[1].visits
    assert simulate(sample.pub(), LIVELY, evenings=2, seed=5).evenings != first.evenings


def test_the_first_evenings_do_not_depend_on_how_many_follow() -> None:
    assert (
        simulate(sample.pub(), LIVELY, evenings=3).evenings[:2]
        == simulate(sample.pub(), LIVELY, evenings=2).evenings
    )


def test_threads_and_pickles_give_the_same_evenings() -> None:
    scenario = pickle.loads(pickle.dumps(Scenario(sample.pub(), LIVELY)))  # noqa: S301  # Ours.
    one = partial(simulate_evening, scenario, seed=4)
    with ThreadPoolExecutor(3) as executor:
        found = tuple(executor.map(one, range(1, 5)))
    assert found == simulate(sample.pub(), LIVELY, evenings=4, seed=4).evenings


def test_a_simulation_pickles_after_it_was_played() -> None:
    run = simulate(sample.pub(), LIVELY, evenings=2, seed=4)
    copy = pickle.loads(pickle.dumps(run))  # noqa: S301  # Our own bytes.
    assert copy == run
    assert simulate_evening(copy.scenario, 1, seed=4) == run.evenings[0]


def test_a_trace_is_the_same_on_every_version_of_python() -> None:
    assert trace() == TRACE
    evenings = [simulate_evening(every_draw(), number, seed=5) for number in (1, 2, 3)]
    visits = [visit for evening in evenings for visit in evening.visits]
    assert {visit.outcome for visit in visits} == set(Outcome)
    assert any(visit.is_split for visit in visits)


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", ["0", "77", "4294967295"])
def test_hash_seeds_do_not_change_a_trace(hash_seed: str) -> None:
    assert printed("-c", SCRIPT, hash_seed=hash_seed).strip() == TRACE


def test_the_draws_of_the_pub_stay_as_they_are() -> None:
    """A change of these lines changes every published figure: say so in the changelog."""
    result = simulate_evening(Scenario(sample.pub(), sample.pub_demand()), 1)
    assert (result.requests, result.parties, result.covers) == (20, 17, 48)
    assert [visit.party_size for visit in result.visits[:6]] == [4, 1, 4, 2, 6, 2]


# ---- estimates and comparisons


def test_estimates_are_means_over_the_evenings() -> None:
    run = simulate(sample.pub(), LIVELY, evenings=8, seed=2)
    assert run.covers.mean == pytest.approx(fmean(each.covers for each in run))
    refused, asked = (sum(getattr(each, name) for each in run) for name in ("refused", "requests"))
    assert run.refused_percent.mean == pytest.approx(100 * refused / asked)
    seat_hours = sum(each.seat_hours_offered for each in run)
    assert run.revpash.mean == pytest.approx(sum(each.revenue for each in run) / seat_hours)
    codes = {code: estimate.mean * 8 for code, estimate in run.refusals.items()}
    assert sum(codes.values()) == pytest.approx(refused)
    assert set(run.estimates) == {metric.name for metric in METRICS}
    own = Metric("big", "parties of 5 or more", "parties", big_parties)
    assert run.estimate(own).mean == fmean(big_parties(each) for each in run)


def big_parties(result: Any) -> float:
    return float(sum(visit.party_size >= 5 for visit in result.visits))


@pytest.mark.slow
def test_more_evenings_make_the_interval_narrower() -> None:
    few = simulate(sample.pub(), LIVELY, evenings=4, seed=2).covers
    many = simulate(sample.pub(), LIVELY, evenings=16, seed=2).covers
    assert many.half_width < few.half_width


@pytest.mark.slow
def test_a_comparison_pairs_the_evenings() -> None:
    house = sample.pub()
    smaller = attrs.evolve(house, floor=house.floor.without_table("big-bay"))
    first, second = (simulate(each, LIVELY, evenings=12, seed=2) for each in (house, smaller))
    found = compare(first, second)
    differences = [two.covers - one.covers for one, two in zip(first, second, strict=True)]
    assert found.difference("covers").mean == pytest.approx(fmean(differences))
    assert found.difference("covers").mean < 0
    assert found.difference("covers").half_width < first.covers.half_width
    assert found.difference("requests").half_width == 0
    assert found.differences["covers"] == found.difference("covers")
    assert found.sentence().startswith("covers seated: -")


def test_equal_simulations_have_no_difference() -> None:
    run = simulate(sample.pub(), LIVELY, evenings=2, seed=2)
    text = f"covers seated: no difference, {run.covers.mean:,.2f} in both (2 evenings)"
    assert compare(run, run).sentence() == text


def test_only_simulations_of_the_same_evenings_compare() -> None:
    first = simulate(sample.pub(), LIVELY, evenings=2, seed=2)
    for field, second in (
        ("seed", simulate(sample.pub(), LIVELY, evenings=2, seed=3)),
        ("evenings", simulate(sample.pub(), LIVELY, evenings=1, seed=2)),
        ("dates", simulate(sample.pub(), LIVELY, evenings=2, seed=2, dates=["2030-05-10"])),
        ("second", 3),
    ):
        with pytest.raises(InvalidInput) as refused:
            compare(first, second)  # type: ignore[arg-type]  # One is wrong on purpose.
        assert refused.value.field == field


def test_progress_counts_every_evening() -> None:
    seen: list[tuple[int, int]] = []
    simulate(
        sample.pub(), LIVELY, evenings=3, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_evenings_take_their_dates_in_turn() -> None:
    friday, saturday = date(2030, 5, 10), date(2030, 5, 11)
    run = simulate(sample.pub(), LIVELY, evenings=3, dates=[friday, "2030-05-11"])
    assert [each.on for each in run] == [friday, saturday, friday]
    week = Scenario(sample.pub(), LIVELY).dates
    assert [day.weekday() for day in week] == list(range(7))


def test_closed_weekdays_have_no_evenings_unless_dates_are_given() -> None:
    floor = sketch_floor({"1": 2})
    house = sketch_house("Weekend", floor, timezone="UTC")
    period = ServicePeriod("day", "12:00", "23:00", weekdays=("saturday", "sunday"))
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, periods=[period]))
    assert [day.weekday() for day in Scenario(house, LIVELY).dates] == [5, 6]


# ---- behaviours


def covers_with(behaviour: Behaviour, demand: Demand = LIVELY) -> Simulation:
    return simulate(sample.pub(), demand, evenings=6, seed=3, behaviour=behaviour)


def test_an_accept_rule_refuses_by_its_own_code() -> None:
    run = covers_with(Behaviour(accept=large_parties))
    assert set(run.refusals) >= {"NOT_ACCEPTED"}
    for evening in run:
        for visit in evening.visits:
            assert (visit.code == "NOT_ACCEPTED") == (visit.party_size < 3)


@pytest.mark.slow
def test_a_choice_of_tables_is_obeyed() -> None:
    usual, other = covers_with(Behaviour()), covers_with(Behaviour(choose=last_of))
    assert usual.evenings != other.evenings
    first = other.evenings[0].visits[0]
    evening = play_evening(usual.scenario, 1, seed=3)
    assert first.tables != evening.result.visits[0].tables


@pytest.mark.slow
def test_alternatives_are_taken_with_their_probability() -> None:
    terms = AlternativeTerms((15, 30, 60, 120), limit=1)
    none = covers_with(Behaviour())
    never = covers_with(Behaviour(alternatives=terms, take=lambda _guest, _other: 0))
    half = covers_with(Behaviour(alternatives=terms, take=take_half))
    always = covers_with(Behaviour(alternatives=terms))
    taken = [each.estimate("alternatives_taken").mean for each in (never, half, always)]
    assert never.evenings == none.evenings
    assert 0 == taken[0] < taken[1] < taken[2]
    assert always.covers.mean > none.covers.mean
    for evening in always:
        for visit in evening.visits:
            assert not visit.took_alternative or visit.outcome != "refused"


def test_a_guest_takes_what_is_more_probable_than_its_flexibility() -> None:
    scenario = Scenario(sample.pub(), LIVELY)
    calendar = Calendar(scenario.house.restaurant, scenario.house.policy)
    run = covers_with(
        Behaviour(alternatives=AlternativeTerms((15, 30, 60, 120), limit=1), take=take_half)
    )
    taken = 0
    for evening in run:
        drawn = draw_guests(LIVELY, calendar, evening.on, seed=3, evening=evening.number)
        flexible = {guest.number for guest in drawn if guest.flexibility < 0.5}
        takers = {visit.number for visit in evening.visits if visit.took_alternative}
        assert takers <= flexible
        taken += len(takers)
    assert taken > 0


@pytest.mark.parametrize("chance", [-0.1, 1.1, nan, "often", None])
def test_a_wrong_probability_is_refused(chance: Any) -> None:
    terms = AlternativeTerms((15, 30, 60, 120), limit=1)
    behaviour = Behaviour(alternatives=terms, take=lambda _guest, _other: chance)
    with pytest.raises(InvalidInput, match="take"):
        covers_with(behaviour, LIVELY.replaced(requests=60))


def test_the_queue_decides_who_sits_down_first() -> None:
    demand = Demand(
        12,
        {1: 1, 2: 1},
        {"18:00": 1},
        channels={"walk_in": 1},
        stays=Stays(30),
        patience_minutes=Constant(45),
    )
    house = sketch_house("Bar", sketch_floor({"1": 2}), timezone="UTC", turn_minutes=30)
    for sign in (1, -1):
        run = simulate(
            house,
            demand,
            evenings=3,
            behaviour=Behaviour(queue=lambda guest, sign=sign: sign * guest.party_size),  # type: ignore[misc]  # A default binds the sign.
        )
        for evening in run:
            waited = [visit for visit in evening.with_outcome("seated") if visit.wait_minutes]
            sizes = {visit.party_size for visit in evening.visits}
            assert sizes == {1, 2}
            first = min(waited, key=lambda visit: visit.seated_us or 0)
            assert first.party_size == (1 if sign == 1 else 2)


# ---- what people see


def test_a_simulation_reads_well() -> None:
    run = simulate(sample.pub(), LIVELY, evenings=2, seed=2)
    for value in (
        run,
        compare(run, run),
        run.scenario,
        run.evenings[0],
        run.evenings[0].visits[0],
        run.covers,
        LIVELY,
        LIVELY.stays,
        Behaviour(accept=large_parties),
        run.table(),
    ):
        assert repr(value).startswith("<")
        assert len(repr(value)) <= 100
    html = run._repr_html_()
    assert "covers seated" in html
    assert "TABLES_TAKEN" in html
    assert "RevPASH" in html
    assert "party sizes" in LIVELY._repr_html_()
    assert "RevPASH" not in simulate(sample.pub(), sample.pub_demand(), evenings=2)._repr_html_()
    assert "+0.00 ± 0.00" in compare(run, run)._repr_html_()


def test_tables_have_a_row_an_evening_and_a_row_a_visit() -> None:
    run = simulate(sample.pub(), LIVELY, evenings=3, seed=2)
    table, visits = run.table(), run.visits()
    assert len(table) == 3
    assert table["covers"] == tuple(each.covers for each in run)
    assert [row["evening"] for row in table.rows()] == [1, 2, 3]
    assert len(visits) == sum(each.requests for each in run)
    assert sum(outcome == "seated" for outcome in visits["outcome"]) == sum(table["parties"])
    assert "(the first 30 of" in visits._repr_html_()


def test_a_table_becomes_a_data_frame_if_the_library_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = TidyTable({"seats": [40, 44], "covers": [51.5, 53.0]}, "Seats")
    for name in ("pandas", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(MissingPackage, match=name):
            getattr(table, f"to_{name}")()
    with pytest.raises(InvalidInput, match="one length"):
        TidyTable({"seats": [1], "covers": []})


def test_an_unknown_metric_lists_the_known_ones() -> None:
    run = simulate(sample.pub(), LIVELY, evenings=1)
    with pytest.raises(InvalidInput, match="covers, parties"):
        run.estimate("happiness")
