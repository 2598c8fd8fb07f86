"""Distances: answers equal a list with loops, on random floors with random parties."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Final

import attrs
import pytest

from fourtop import (
    Aisle,
    Booking,
    Desk,
    Floor,
    KeptApart,
    Plan,
    Quote,
    Refused,
    sketch_floor,
)
from fourtop.planner import Planner, PlanRequest
from fourtop.ports import Store
from tests.evening import FRIDAY, STAFF, a_house, at, open_desk, party_size

NAMES: Final = ("1", "2", "3", "4", "5", "6")
STARTS: Final = ("18:00", "19:00", "20:30")


def floor_of(draw: random.Random) -> Floor:
    joins = [pair for pair in combinations(NAMES, 2) if draw.random() < 0.4]
    apart = [pair for pair in combinations(NAMES, 2) if draw.random() < 0.15]
    aisles = {}
    for _ in range(draw.choice((0, 1, 2))):
        first, second, third, fourth = draw.sample(NAMES, 4)
        closes = {third, fourth} if draw.random() < 0.5 else {third}
        aisles[frozenset((first, second))] = closes
    return attrs.evolve(
        sketch_floor({name: draw.choice((2, 2, 4)) for name in NAMES}, joins=joins),
        kept_apart=[KeptApart(pair) for pair in apart],
        aisles=[Aisle(joined=joined, closes=closes) for joined, closes in aisles.items()],
    )


def keeps(floor: Floor, tables: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two parties of one time may have these tables, rule by rule."""
    if tables & other:
        return False
    for pair in floor.kept_apart:
        for one, two in (pair.tables, pair.tables[::-1]):
            if one in tables and two in other:
                return False
    for each in floor.aisles:
        for own, its in ((tables, other), (other, tables)):
            if each.joined <= own and each.closes & its:
                return False
    return True


def others_at(parties: list[Booking], text: str) -> list[frozenset[str]]:
    return [
        frozenset(each.tables)
        for each in parties
        if abs((each.start - at(text)).total_seconds()) < 90 * 60
    ]


def fitting(floor: Floor, desk: Desk, size: int, others: list[frozenset[str]]) -> list[Plan]:
    every = (1 << len(floor.tables)) - 1
    plans = Planner(floor, desk.house().policy.planning).plans(PlanRequest(size), every)
    return [
        plan
        for plan in plans
        if all(keeps(floor, frozenset(plan.tables), other) for other in others)
    ]


def cost(desk: Desk, size: int, text: str, tables: tuple[str, ...]) -> float:
    """Return the score of some tables, which the house would give to the party if it named them."""
    answer = desk.quote(party_size(size, text, tables=tables))
    assert isinstance(answer, Quote)
    return answer.plan.score.total


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_case_42_every_answer_keeps_the_distances(store: Store, seed: int) -> None:
    draw = random.Random(seed)
    floor = floor_of(draw)
    desk = open_desk(store, a_house(floor), actor=STAFF)
    parties: list[Booking] = []
    for _ in range(7):
        size, text = draw.randint(1, 8), draw.choice(STARTS)
        others = others_at(parties, text)
        wanted = fitting(floor, desk, size, others)
        slots = desk.availability(FRIDAY, [size]).slots
        assert any(slot.start == at(text) and slot.spots > 0 for slot in slots) == bool(wanted)
        answer = desk.quote(party_size(size, text))
        costs = {plan.tables: cost(desk, size, text, plan.tables) for plan in wanted}
        assert (answer.plan.score.total if isinstance(answer, Quote) else None) == min(
            costs.values(), default=None
        )
        assert not isinstance(answer, Quote) or answer.plan.tables in costs
        named = draw.sample(NAMES, draw.choice((1, 2)))
        named_answer = desk.quote(party_size(size, text, tables=named))
        assert isinstance(named_answer, Quote) == any(
            set(plan.tables) == set(named) for plan in wanted
        )
        if wanted:
            parties.append(desk.book(party_size(size, text)))
    for booking in parties:
        assert set(booking.tables) <= set(NAMES)


@pytest.mark.slow
def test_spots_are_as_many_as_can_be_booked_one_after_another(store: Store) -> None:
    for seed in range(4):
        draw = random.Random(seed)
        house = attrs.evolve(a_house(floor_of(draw), name=f"House {seed}"))
        desk = open_desk(store, house)
        size = draw.randint(1, 6)
        slots = desk.availability(FRIDAY, [size]).slots
        spots = next((slot.spots for slot in slots if slot.start == at("19:00")), 0)
        for _ in range(spots):
            desk.book(party_size(size))
        with pytest.raises(Refused):
            desk.book(party_size(size))


@pytest.mark.parametrize("seed", range(30))
def test_the_planner_gives_no_plan_all_tables_of_a_barred_set(seed: int) -> None:
    draw = random.Random(seed)
    floor = floor_of(draw)
    barred = [
        floor.mask(draw.sample(NAMES, draw.choice((2, 2, 3)))) for _ in range(draw.randint(1, 3))
    ]
    every = (1 << len(floor.tables)) - 1
    request = PlanRequest(draw.randint(1, 8))
    planner = Planner(floor, a_house().policy.planning)
    wanted = [
        plan
        for plan in planner.plans(request, every)
        if all(each & ~floor.mask(plan.tables) for each in barred)
    ]
    for each in (planner, attrs.evolve(planner, max_sets=0)):
        assert list(each.plans(request, every, None, barred)) == wanted
        assert each.best(request, every, barred) == (wanted[0] if wanted else None)
