"""Plans in the order of an evening: by hand, and against brute force on a few evenings."""

from __future__ import annotations

import pickle
import random
from copy import copy
from functools import partial
from itertools import pairwise
from string import ascii_uppercase

import attrs
import pytest

from fourtop.model.floor import Floor, Join
from fourtop.model.plan import Score, Term
from fourtop.model.planning_rules import Planning, Weights
from fourtop.model.restaurant import Zone
from fourtop.model.table import Table
from fourtop.planner import MAX_COMPILED_SETS, Evening, EveningPart, Planner, PlanRequest
from fourtop.planner.evening_rankings import MIN_SUMMED
from tests.property.evening_oracle import (
    evening_answers,
    evening_case_of,
    planner_evening,
)

MINUTE_US = 60_000_000
NOON_US = 1_000_000 * MINUTE_US


def floor_of(*capacities: int, joins: tuple[str, ...] = ()) -> Floor:
    """Tables A, B, C and so on; a join is written ``AB``."""
    tables = [
        Table(name, name, seats, "main")
        for name, seats in zip(ascii_uppercase, capacities, strict=False)
    ]
    return Floor(tables, zones=[Zone("main", "Main")], joins=[Join(tuple(each)) for each in joins])


def minutes(value: int) -> int:
    return NOON_US + value * MINUTE_US


def evening_of(
    *beside: tuple[int | None, int | None], free: int | None = None, length: int = 90
) -> Evening:
    """A party from minute 120 on, in a house that is open from 0 to 360, on tables in their order.

    Each pair is the end of the stay before and the start of the stay after it, in minutes.
    """
    before = {bit: minutes(one) for bit, (one, _) in enumerate(beside) if one is not None}
    after = {bit: minutes(two) for bit, (_, two) in enumerate(beside) if two is not None}
    everything = (1 << len(beside)) - 1
    part = EveningPart(everything, minutes(120), minutes(120 + length), before, after)
    return Evening(
        (part,),
        everything if free is None else free,
        opens_us=minutes(0),
        closes_us=minutes(360),
        shortest_us=90 * MINUTE_US,
    )


def order(planner: Planner, size: int, evening: Evening) -> list[str]:
    found = planner.plans(PlanRequest(size), evening.free, evening=lambda: evening)
    return ["".join(plan.tables) for plan in found]


def costs(planner: Planner, tables: str, evening: Evening) -> tuple[float, ...]:
    score = planner.measure(PlanRequest(4), list(tables), evening).score
    return tuple(score.cost(name) for name in ("joins_closed", "dead_time", "idle_time"))


def test_each_side_of_a_stay_is_dead_or_idle() -> None:
    planner = Planner(floor_of(4, 4, 4, 4, 4), Planning())
    evening = evening_of((None, None), (90, 240), (120, 210), (30, 300), (-60, 360))
    # The whole evening; half an hour on both sides; none; an hour and a half on both sides.
    assert [costs(planner, name, evening)[1:] for name in "ABCDE"] == [
        (0, pytest.approx(4 * 270 / 5)),
        (4 * 60, 0),
        (0, 0),
        (0, pytest.approx(4 * 180 / 5)),
        # A stay that ended before the service, and one that begins after it, are out of sight.
        (0, pytest.approx(4 * 270 / 5)),
    ]
    assert order(planner, 4, evening) == ["C", "D", "A", "E", "B"]


def test_a_stay_that_ends_after_the_service_has_no_time_behind_it() -> None:
    planner = Planner(floor_of(4), Planning())
    late = attrs.evolve(evening_of((None, None)), closes_us=minutes(200), opens_us=minutes(150))
    assert costs(planner, "A", late) == (0, 0, 0)


def test_joins_close_while_the_neighbour_is_free() -> None:
    planner = Planner(floor_of(4, 4, 4, joins=("AB", "BC")), Planning())
    nothing = [(120, 210)] * 3
    every = evening_of(*nothing)
    assert [costs(planner, name, every)[0] for name in ("A", "B", "C", "AB", "ABC")] == [
        67.5,
        135,
        67.5,
        67.5,
        0,
    ]
    without_c = evening_of(*nothing, free=0b011)
    assert [costs(planner, name, without_c)[0] for name in ("A", "B", "AB")] == [67.5, 67.5, 0]
    alone = Planner(floor_of(4, 4, joins=("AB",)), Planning(max_tables=1))
    assert costs(alone, "A", evening_of((120, 210), (120, 210)))[0] == 0


def test_finding_04_a_two_leaves_the_fours_to_the_fours() -> None:
    planner = Planner(floor_of(2, 4, 4, 4), Planning())
    evening = evening_of(*[(None, None)] * 4)
    for make in (None, lambda: None, lambda: evening):
        free = 0b1111
        seated: list[str] = []
        for size in (2, 4, 4, 4):
            plan = planner.best(PlanRequest(size), free, (), make)
            assert plan is not None
            free &= ~planner.floor.mask(plan.tables)
            seated += plan.tables
        assert seated == ["A", "B", "C", "D"]


def test_case_13_small_parties_spare_the_only_cluster_that_seats_seven() -> None:
    planner = Planner(floor_of(4, 4, 4, 4, joins=("AB",)), Planning())
    evening = evening_of(*[(None, None)] * 4)
    assert order(planner, 2, evening)[:4] == ["C", "D", "A", "B"]
    # A dead quarter of an hour costs less than the join, and a whole dead hour more.
    assert (
        order(planner, 2, evening_of((None, None), (None, None), (105, 210), (105, 210)))[0] == "C"
    )


def test_case_48_a_gap_is_a_cost_and_excludes_nothing() -> None:
    planner = Planner(floor_of(4, 4), Planning())
    gap = evening_of((119, 211), (119, 211))
    assert order(planner, 4, gap) == ["A", "B"]


def test_equal_costs_are_in_the_order_of_equals() -> None:
    free = Weights(**{field.name: 0 for field in attrs.fields(Weights)})
    planner = Planner(
        floor_of(2, 4, 2, 6, 4, joins=("AC", "AB")), Planning(weights=attrs.evolve(free, wish=1))
    )
    static = ["".join(plan.tables) for plan in planner.plans(PlanRequest(4), 0b11111)]
    evening = evening_of(*[(None, None)] * 5)
    assert order(planner, 4, evening) == static
    best = planner.best(PlanRequest(4), 0b11111, (), lambda: evening)
    assert best is not None
    assert "".join(best.tables) == static[0]


def test_zones_with_stays_of_their_own_have_costs_of_their_own() -> None:
    planner = Planner(floor_of(5, 5), Planning())
    usual = evening_of((120, 210), (120, 210))
    short = EveningPart(0b10, minutes(120), minutes(150), {1: minutes(120)}, {1: minutes(150)})
    long = attrs.evolve(usual.parts[0], tables=0b01)
    mixed = attrs.evolve(usual, parts=(long, short))
    assert mixed.least_minutes == 30
    found = planner.plans(PlanRequest(4), 0b11, evening=lambda: mixed)
    assert [(plan.tables, plan.score.total) for plan in found] == [(("B",), 30), (("A",), 90)]
    # Tables of both, which staff may name, are kept for the longer stay.
    assert planner.measure(PlanRequest(9), ["A", "B"], mixed).score.cost("overage") == 90


@pytest.fixture(params=[0, MIN_SUMMED], ids=["sums", "walks"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planner sums blocks for small floors as well, or it walks through their candidates."""
    monkeypatch.setattr("fourtop.planner.evening_rankings.MIN_SUMMED", request.param)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("seed", range(40))
def test_both_ways_of_searching_equal_brute_force_on_a_few_evenings(seed: int) -> None:
    case = evening_case_of(seed)
    party, evening = case.case, planner_evening(case)
    ask = PlanRequest(party.party_size, must=party.must, wish=party.wish)
    free = party.floor.mask(party.free)
    expected = [answer.tables for answer in evening_answers(case)]
    for most in (MAX_COMPILED_SETS, 0):
        planner = Planner(party.floor, party.planning, max_sets=most)
        for limit in (None, 1, 2):
            plans = planner.plans(ask, free, limit, evening=lambda: evening)
            assert [plan.tables for plan in plans] == expected[:limit]
        best = planner.best(ask, free, (), lambda: evening)
        assert (best and best.tables) == (expected[0] if expected else None)


# ---- scores that are made later


def test_a_score_is_made_when_it_is_read() -> None:
    made = []

    def make() -> tuple[Term, ...]:
        made.append(1)
        return (Term("overage", 1, 5.0),)

    given = Score((Term("overage", 1, 5.0),))
    later = Score.deferred(make)
    assert not made
    assert later.total == 5
    assert (later, hash(later), repr(later)) == (given, hash(given), repr(given))
    assert made == [1]
    text = pickle.dumps(Score.deferred(make))
    assert pickle.loads(text) == copy(Score.deferred(make)) == given  # noqa: S301  # Made here.
    with pytest.raises(AttributeError, match="nothing"):
        _ = later.nothing


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("seed", range(6))
def test_a_walk_that_stops_early_finds_the_first_plans_of_the_whole_order(seed: int) -> None:
    draw = random.Random(seed)
    sizes = [draw.choice((2, 2, 4, 6)) for _ in range(24)]
    planning = Planning(adjacency_required=False, max_tables=2, slack_budget=None)
    planner = Planner(floor_of(*sizes), planning)
    beside = [(draw.choice((None, 0, 60, 100)), draw.choice((None, 240, 300))) for _ in sizes]
    evening = evening_of(*beside)
    for size in (1, 2, 5, 8):
        ask, free = PlanRequest(size), draw.getrandbits(24) | draw.getrandbits(24)
        everything = planner.plans(ask, free, evening=lambda: evening)
        assert len(everything) > 16
        for limit in (1, 3):
            assert planner.plans(ask, free, limit, evening=lambda: evening) == everything[:limit]
        assert planner.best(ask, free, (), lambda: evening) == everything[0]


def hall(draw: random.Random) -> Floor:
    """24 tables in four rows of six, each joined to its neighbours."""
    rows = ["".join(ascii_uppercase[first : first + 6]) for first in range(0, 24, 6)]
    along = [row[at : at + 2] for row in rows for at in range(5)]
    across = [
        one + two for row, other in pairwise(rows) for one, two in zip(row, other, strict=True)
    ]
    return floor_of(*(draw.choice((2, 2, 4, 6)) for _ in range(24)), joins=(*along, *across))


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("seed", range(8))
def test_the_first_plans_of_a_hall_are_those_of_the_whole_order(seed: int) -> None:
    draw = random.Random(seed)
    planner = Planner(hall(draw), Planning(max_tables=3, slack_budget=None))
    befores, afters = (None, None, None, 0, 60, 100, 120), (None, None, None, 210, 240, 300)
    for size in (2, 5, 8):
        beside = [(draw.choice(befores), draw.choice(afters)) for _ in range(24)]
        free = draw.getrandbits(24) | draw.getrandbits(24) | draw.getrandbits(24)
        evening = evening_of(*beside, free=free)
        # A party may have fewer tables than are free, and not all of some together.
        usable = draw.choice((free, free & draw.getrandbits(24), draw.getrandbits(24)))
        for barred in ((), (0b11, 0b1000001)):
            make = partial(copy, evening)
            search = partial(planner.plans, PlanRequest(size), usable, evening=make)
            everything = search(None, barred)
            assert all(
                each & ~planner.floor.mask(plan.tables) for each in barred for plan in everything
            )
            for limit in (1, 5, 16, 17):
                assert search(limit, barred) == everything[:limit]


@pytest.mark.usefixtures("few")
def test_sets_that_no_sum_of_tables_can_make_cheap_are_left_out() -> None:
    planner = Planner(
        floor_of(8, 4, 4, 2, joins=("BC",)), Planning(weights=Weights(joins_closed=0))
    )
    # A dead gap of twelve minutes at A, the whole evening free at B and C, and none of it at D.
    evening = evening_of((108, 210), (None, None), (None, None), (120, 210))
    assert order(planner, 7, evening) == ["A", "BC"]
    best = planner.best(PlanRequest(7), 0b1111, (), lambda: evening)
    assert best is not None
    assert (best.tables, best.score.total) == (("A",), 90 + 8 * 12)


def test_a_kept_answer_is_the_answer_of_a_new_planner() -> None:
    floor, planning = floor_of(2, 4, 4, 2, joins=("AB", "CD")), Planning()
    planner, ask = Planner(floor, planning), PlanRequest(2)
    pairs = [(before, after) for before in range(0, 120, 20) for after in range(210, 360, 24)]
    first = evening_of(pairs[0], (None, None), (60, 300), (None, 240))
    # A longer answer replaces a shorter one, and gives shorter ones.
    for limit in (1, 3, 2, 1, 4, 17, None):
        expected = Planner(floor, planning).plans(ask, 0b1111, evening=lambda: first)
        assert planner.plans(ask, 0b1111, limit, evening=lambda: first) == expected[:limit]
    # More evenings than answers are kept, twice; some differ in one table or in what is free.
    for before, after in pairs * 2:
        for free in (0b1111, 0b1101):
            evening = evening_of((before, after), (None, None), (60, 300), (None, 240), free=free)
            make, new = partial(copy, evening), Planner(floor, planning)
            found = planner.plans(ask, free, 2, evening=make)
            assert found == new.plans(ask, free, evening=make)[:2]
    (ranking,) = planner._rankings.values()
    assert len(ranking.evening._answers) == 32


def test_an_answer_with_waiting_parties_is_not_kept() -> None:
    planner, ask = Planner(floor_of(2, 2), Planning()), PlanRequest(2)
    calm = evening_of((None, None), (None, None))
    for starving, best in ((0b01, "B"), (0b10, "A")):
        starved = attrs.evolve(calm, starved=partial(int.__and__, starving))
        plan = planner.best(ask, 0b11, (), partial(copy, starved))
        assert plan is not None
        assert plan.tables == (best,)
    (ranking,) = planner._rankings.values()
    assert not ranking.evening._answers


def test_the_time_beside_is_that_of_the_stay_at_each_table() -> None:
    parts = [
        EveningPart(
            mask, minutes(120), minutes(end), {1: minutes(100)}, {0: minutes(240), 1: minutes(300)}
        )
        for mask, end in ((0b01, 200), (0b10, 230))
    ]
    evening = attrs.evolve(evening_of((None, None), (None, None)), parts=tuple(parts))
    assert evening.beside(0) == (40 * MINUTE_US, 120 * MINUTE_US)
    assert evening.beside(1) == ((20 + 70) * MINUTE_US, 0)
