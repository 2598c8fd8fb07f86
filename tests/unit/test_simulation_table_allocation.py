from __future__ import annotations

from itertools import product
from statistics import fmean
from typing import Any

import pytest

from fourtop import InvalidInput
from fourtop.simulation.estimates import mean_of
from fourtop.simulation.table_allocation import (
    DEFAULT_MIX,
    Arrival,
    Mix,
    TableAllocation,
    table_mixes,
)

PROBLEMS = [
    TableAllocation(hours, demand=demand, has_published_clock=clock)
    for hours, demand, clock in product((3, 5), (1, 2), (False, True))
]


def revenue_by_scan(problem: TableAllocation, mix: Mix, arrivals: tuple[Arrival, ...]) -> int:
    """Scan all tables for each party, as the published code does."""
    free_from = [(seats, [0.0] * count) for seats, count in zip((2, 4, 6, 8), mix, strict=True)]
    revenue = 0
    for minute, size, stay in arrivals:
        found = next(
            (
                (times, table)
                for seats, times in free_from
                if seats >= size
                for table, time in enumerate(times)
                if time < minute
            ),
            None,
        )
        if found is not None:
            times, table = found
            times[table] = (times[table] if problem.has_published_clock else minute) + stay
            revenue += 15 * size
    return revenue


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_each_evening_is_that_of_a_scan_over_all_tables(problem: TableAllocation) -> None:
    for evening, mix in product(range(4), (DEFAULT_MIX, (5, 5, 3, 4), (0, 0, 0, 10), (1, 0, 2, 0))):
        arrivals = problem.arrivals(evening, seed=3)
        served = problem.serve(mix, arrivals)
        assert served.revenue == revenue_by_scan(problem, mix, arrivals)
        assert served.parties == len(arrivals)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hours", "is_published", "revenue", "rate"),
    [
        (3, True, 3055.9, 0.982),
        (3, False, 2857.4, 0.946),
        (5, True, 5083.6, 0.983),
        (5, False, 4659.0, 0.940),
    ],
)
def test_the_published_figures_are_met(
    hours: int, revenue: float, rate: float, *, is_published: bool
) -> None:
    problem = TableAllocation(hours, has_published_clock=is_published)
    served = [problem.serve(DEFAULT_MIX, problem.arrivals(n, seed=5)) for n in range(400)]
    found = mean_of([float(each.revenue) for each in served])
    assert abs(found.mean - revenue) < 1.5 * found.half_width
    assert found.half_width < 0.02 * revenue
    assert fmean(each.service_rate for each in served) == pytest.approx(rate, abs=0.008)


def test_evenings_have_the_stated_demand() -> None:
    evenings = [TableAllocation(3).arrivals(n, seed=1) for n in range(300)]
    parties = mean_of([float(len(each)) for each in evenings])
    assert abs(parties.mean - 62) < 1.5 * parties.half_width
    stays = mean_of([each.stay for arrivals in evenings for each in arrivals if each[1] == 8])
    assert abs(stays.mean - 60) < 1.5 * stays.half_width
    assert all(list(each) == sorted(each) and each[-1].minute < 180 for each in evenings)
    assert {each.party_size for arrivals in evenings for each in arrivals} == {*range(1, 9)}


def test_two_mixes_get_the_same_parties() -> None:
    problem = TableAllocation(3)
    assert problem.arrivals(4, seed=1) == problem.arrivals(4, seed=1)
    assert problem.arrivals(4, seed=1) != problem.arrivals(4, seed=2)
    enough = (70, 70, 70, 70)
    asked = [15 * sum(each.party_size for each in problem.arrivals(n, seed=1)) for n in range(5)]
    assert problem.revenues(enough, range(5), seed=1) == asked


def test_an_evening_without_parties_is_served_completely() -> None:
    assert TableAllocation(3).serve(DEFAULT_MIX, ()).service_rate == 1


def test_mixes_have_exactly_the_seats_of_the_room() -> None:
    mixes = table_mixes(80)
    by_force = [
        mix
        for mix in product(range(41), range(21), range(14), range(11))
        if sum(n * seats for n, seats in zip(mix, (2, 4, 6, 8), strict=True)) == 80
    ]
    assert mixes == by_force
    assert len(mixes) == 632
    # Three limits leave the 524 mixes of the case.
    limits = ((0, 19), (1, 9), (3, 4))
    assert [sum(mix[kind] <= most for mix in mixes) for kind, most in limits] == [524, 524, 524]


@pytest.mark.parametrize("mix", [(1, 2, 3), (1, 2, 3, -1), (1, 2, 3, 4.0), "1234", None])
def test_a_mix_that_is_none_is_refused(mix: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        TableAllocation(3).serve(mix, ())
    assert caught.value.field == "mix"


@pytest.mark.parametrize("arguments", [{"hours": 0}, {"demand": -1}, {"has_published_clock": 2}])
def test_a_wrong_problem_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        TableAllocation(**arguments)
    assert [caught.value.field] == list(arguments)
