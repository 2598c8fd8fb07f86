"""A demand is fitted to bookings that a known demand has made."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from random import Random
from statistics import NormalDist, fmean
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRow,
    House,
    InvalidInput,
    InvalidRows,
    dumps_rows_csv,
    loads_rows_csv,
    sample,
    sketch_floor,
    sketch_house,
)
from fourtop.simulation import (
    AS_PLANNED,
    Demand,
    Distribution,
    Empirical,
    Exponential,
    FittedDemand,
    Lognormal,
    Normal,
    Poisson,
    Scenario,
    Stays,
    fit_demand,
    play_evening,
)
from fourtop.simulation.goodness import fit_distribution

FIRST = date(2030, 4, 1)
DAYS = 42
TRUE = Demand(
    Poisson(18),
    {2: 0.6, 4: 0.3, 6: 0.1},
    {"18:00": 1, "19:00": 2, "20:00": 1},
    channels={"web": 0.5, "phone": 0.3, "walk_in": 0.2},
    lead_minutes=Exponential(3_000),
    cancel_share=0.1,
    no_show_share=0.05,
    late_minutes=Normal(4, 9),
    stays=Stays({2: Lognormal(70, 15), None: Lognormal(100, 20)}),
    weekday_factors={"friday": 1.5, "monday": 0.5},
)


def large_house() -> House:
    """A house with room for everybody, so that no request is refused."""
    tables = {f"{size}-{place}": size for size in (2, 4, 6) for place in range(1, 25)}
    return sketch_house(
        "Hall",
        sketch_floor(tables),
        timezone="Europe/Berlin",
        periods={"evening": "17:00-23:30"},
        turn_minutes={2: 90, None: 120},
    )


@cache
def history() -> tuple[BookingRow, ...]:
    dates = [FIRST + timedelta(days=place) for place in range(DAYS)]
    scenario = Scenario(large_house(), TRUE, dates=dates)
    return tuple(
        row
        for number in range(1, DAYS + 1)
        for row in play_evening(scenario, number, seed=3).rows()
    )


@cache
def fitted() -> FittedDemand:
    return fit_demand(history(), large_house())


@pytest.mark.slow
def test_counts_and_shares_are_those_of_the_rows() -> None:
    found, rows = fitted(), history()
    count = len(rows)
    assert (found.rows, found.dates) == (count, DAYS)
    assert found.demand.requests.expected == pytest.approx(count / DAYS)
    sizes = Counter(row.party_size for row in rows)
    assert found.demand.party_weights == tuple(sorted(sizes.items()))
    channels = Counter(row.channel or "web" for row in rows)
    for channel, share in found.demand.channels:
        assert share == pytest.approx(channels[channel] / count)
        assert found.part(f"channel {channel}").count == channels[channel]
    booked = [row for row in rows if row.channel != "walk_in"]
    cancelled = sum(row.status == "cancelled" for row in booked)
    assert found.demand.cancel_share == pytest.approx(cancelled / len(booked))


@pytest.mark.slow
def test_the_truth_is_found_again() -> None:
    demand = fitted().demand
    expected = TRUE.requests.expected * (1.5 + 0.5 + 5) / 7
    assert abs(demand.requests.expected - expected) < 2.5 * (expected / DAYS) ** 0.5
    assert isinstance(demand.requests, Poisson)
    factors = dict(demand.weekday_factors)
    assert factors["friday"] / factors["monday"] == pytest.approx(3, rel=0.4)  # type: ignore[index]  # A weekday is a text.
    assert abs(demand.cancel_share - 0.1) < 0.04
    assert abs(demand.no_show_share - 0.05) < 0.03
    for channel, share in TRUE.channels:
        assert dict(demand.channels)[channel] == pytest.approx(share, abs=0.05)
    assert demand.late_minutes.expected == pytest.approx(4, abs=1.5)
    assert demand.lead_minutes.expected == pytest.approx(3_000, rel=0.15)
    (two, twos), (_, others) = demand.stays.lengths
    assert two == 2
    assert twos.expected == pytest.approx(70, rel=0.05)
    assert others.expected == pytest.approx(100, rel=0.05)
    assert not demand.stays.of_plan


@pytest.mark.slow
def test_the_report_shows_each_part_with_its_rows() -> None:
    found = fitted()
    names = [part.name for part in found.parts]
    assert names[0] == "requests of a date"
    assert {"lead, minutes", "late, minutes", "party size", "cancelled", "no-shows"} <= {*names}
    lead = found.part("lead, minutes")
    booked = [row for row in history() if row.channel != "walk_in"]
    assert lead.count == len(booked)
    assert lead.share == pytest.approx(len(booked) / found.rows)
    assert lead.fit.startswith("Exponential")
    assert lead.goodness.startswith("fits, distance 0.0")
    assert found.table()["name"] == tuple(names)
    html = found._repr_html_()
    assert "Exponential mean" in html
    assert "goodness" in html
    assert repr(found).startswith("<FittedDemand")
    with pytest.raises(InvalidInput, match="late, minutes"):
        found.part("weather")


@pytest.mark.slow
def test_a_csv_file_gives_the_same_demand() -> None:
    rows = loads_rows_csv(dumps_rows_csv(history()))
    assert fit_demand(rows, large_house()).demand == fitted().demand


@pytest.mark.slow
def test_a_fitted_demand_can_be_simulated() -> None:
    result = play_evening(Scenario(large_house(), fitted().demand), 1).result
    assert result.requests > 5
    assert result.refused == 0


# ---- bare and awkward rows


def row(number: int, day: int = 6, start: str = "19:00", **more: Any) -> BookingRow:
    return BookingRow(f"b{number}", 2, f"2030-05-{day:02d}T{start}", **more)


def test_rows_without_a_history_leave_the_defaults() -> None:
    demand = fit_demand([row(1), row(2, start="20:10")], sample.pub()).demand
    bare = Demand(1, {2: 1}, {"19:00": 1})
    assert demand.stays == AS_PLANNED
    assert demand.lead_minutes == bare.lead_minutes
    assert demand.late_minutes == bare.late_minutes
    assert demand.channels == (("web", 1.0),)
    # 20:10 is not on the raster of quarters of an hour.
    assert [at.isoformat("minutes") for at, _ in demand.starts] == ["19:00", "20:00"]
    assert demand.requests.expected == 2
    phone = fit_demand([row(1)], sample.pub(), default_channel="phone").demand
    assert phone.channels == (("phone", 1.0),)


def test_dates_without_a_booking_count_if_the_house_was_open() -> None:
    rows = [row(1, 6), row(2, 6), row(3, 9)]
    found = fit_demand(rows, sample.pub())
    assert (found.dates, found.demand.requests.expected) == (4, 0.75)
    closed = sample.pub()
    closed = attrs.evolve(
        closed, policy=attrs.evolve(closed.policy, closures=["2030-05-07", "2030-05-08"])
    )
    assert fit_demand(rows, closed).dates == 2


def test_counts_that_vary_too_much_are_kept_as_observed() -> None:
    rows, number = [], 0
    for day in range(1, 29):
        for _ in range(30 if day % 2 else 2):
            number += 1
            rows.append(row(number, day))
    found = fit_demand(rows, sample.pub())
    assert isinstance(found.demand.requests, Empirical)
    assert found.demand.requests.expected == pytest.approx(16)
    assert found.demand.requests.quantile(0.1) < 6
    assert "variance" in found.part("requests of a date").goodness


def test_a_band_with_few_rows_takes_the_stays_of_all() -> None:
    sat: dict[str, Any] = {"status": "completed", "seated": "2030-05-06T19:00"}
    rows = [row(each, left=f"2030-05-06T20:{each % 60:02d}", **sat) for each in range(25)]
    large = attrs.evolve(row(99, left="2030-05-06T22:00", **sat), party_size=8)
    found = fit_demand([*rows, large], sample.pub()).demand.stays
    lengths = dict(found.lengths)
    assert lengths[2].expected == pytest.approx(72)
    assert lengths[None].expected == pytest.approx((25 * 72 + 180) / 26)


def test_wrong_rows_are_listed() -> None:
    rows = [
        row(1),
        row(2, seated="2030-05-06T19:00", left="2030-05-06T18:00", status="completed"),
        BookingRow("b3", 2, "2030-03-31T01:30"),
    ]
    with pytest.raises(InvalidRows) as refused:
        fit_demand(rows, sample.pub())
    assert [(each.row, each.column) for each in refused.value.problems] == [
        (2, "left"),
        (3, "start"),
    ]


@pytest.mark.parametrize(
    ("rows", "house", "options", "field"),
    [
        ([], sample.pub(), {}, "rows"),
        ([row(1, status="waitlisted")], sample.pub(), {}, "rows"),
        ([3], sample.pub(), {}, "rows"),
        ([row(1)], 3, {}, "house"),
        ([row(1)], sample.pub(), {"default_channel": "a b"}, "default_channel"),
    ],
)
def test_wrong_arguments_of_a_fit_are_refused(
    rows: Any, house: Any, options: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        fit_demand(rows, house, **options)
    assert refused.value.field == field


# ---- the choice of a distribution


@pytest.mark.slow
@pytest.mark.parametrize("true", [Exponential(40), Lognormal(80, 25), Normal(-5, 10)], ids=repr)
def test_a_formula_is_recognised_in_99_of_100_samples(true: Distribution) -> None:
    kinds = Counter[type]()
    for number in range(60):
        draw = Random(f"formula {number}")
        observed = [true.quantile(draw.random()) for _ in range(300)]
        fit = fit_distribution(observed)
        kinds[type(fit.distribution)] += 1
        assert fit.distribution.expected == pytest.approx(fmean(observed), rel=0.05)
    assert kinds[type(true)] >= 57
    assert set(kinds) <= {type(true), Empirical}


def test_a_formula_that_does_not_fit_is_not_used() -> None:
    two_peaks = [30.0 + place % 5 for place in range(300)] + [
        120.0 + place % 5 for place in range(300)
    ]
    fit = fit_distribution(two_peaks)
    assert isinstance(fit.distribution, Empirical)
    assert fit.distribution.expected == pytest.approx(fmean(two_peaks))


def test_few_or_equal_values_are_kept() -> None:
    assert fit_distribution([5.0, 7.0]).distribution == Empirical([5, 7])
    assert fit_distribution([4.0] * 100).distribution == Empirical({4: 100})


def test_many_values_are_kept_as_quantiles() -> None:
    values = [place**2 / 1_000 for place in range(5_000)] + [9e4] * 3_000
    fit = fit_distribution(values)
    assert isinstance(fit.distribution, Empirical)
    assert len(fit.distribution.values) <= 500
    assert fit.distribution.expected == pytest.approx(fmean(values), rel=0.02)


def test_the_distance_is_that_of_every_step() -> None:
    draw = Random("steps")
    observed = sorted(draw.random() ** 2 for _ in range(200))
    fit = fit_distribution([each - 1 for each in observed])
    normal = NormalDist.from_samples(observed)
    count = len(observed)
    scale = (count - 1) / count
    normal = NormalDist(normal.mean, normal.stdev * scale**0.5)
    steps = [
        abs(normal.cdf(value) - sum(each <= value for each in observed) / count)
        for value in observed
    ]
    before = [
        abs(normal.cdf(value) - sum(each < value for each in observed) / count)
        for value in observed
    ]
    assert fit.distance == pytest.approx(max(steps + before))
