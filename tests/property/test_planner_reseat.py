"""The search for moves equals brute force, in its solutions and in its refusals.

Brute force tries every set of parties at every combination of their options.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations, product
from typing import Final

import attrs
import pytest

from fourtop.model.window import Window
from fourtop.planner.reseat_search import (
    MovableParty,
    Options,
    Placement,
    RankedSets,
    Reseated,
    ReseatingProblem,
    find_reseating,
)

PROBLEMS: Final = 1_000
OF_ONE_TEST: Final = 100
MOST_MOVES: Final = 3


@attrs.frozen
class Case:
    """A small evening: what is where, and what each party may have."""

    newcomer: tuple[Placement, ...]
    present: tuple[Placement, ...]
    options: tuple[tuple[Placement, ...], ...]
    apart: frozenset[tuple[int, int]]
    capped: int
    cap: int

    def problem(self) -> ReseatingProblem:
        def movable(number: int) -> MovableParty:
            return MovableParty(self.present[number], lambda: options_of(self.options[number]))

        return ReseatingProblem(
            options_of(self.newcomer),
            tuple(map(movable, range(len(self.present)))),
            keeps_from=self.keeps_from,
            accepts=self.accepts if self.cap else None,
        )

    def keeps_from(self, tables: int) -> int:
        kept = tables
        for one, other in self.apart:
            if tables >> one & 1:
                kept |= 1 << other
            if tables >> other & 1:
                kept |= 1 << one
        return kept

    def seated(self, found: Reseated) -> list[Placement]:
        moves = dict(found.moves)
        stay = [moves.get(number, each) for number, each in enumerate(self.present)]
        return [found.newcomer, *stay]

    def accepts(self, found: Reseated) -> bool:
        return sum(each.tables & self.capped != 0 for each in self.seated(found)) <= self.cap

    def cost(self, found: Reseated) -> float:
        changes = (new.cost - self.present[number].cost for number, new in found.moves)
        return round(found.newcomer.cost + sum(changes), 6)


def options_of(placements: tuple[Placement, ...]) -> Options:
    window = placements[0].window if placements else Window.of_micros(0, 1)
    sets = RankedSets.of((each.tables, each.cost) for each in placements)
    return Options(sets, -1, lambda _: window)


def a_case(seed: int) -> Case:
    draw = random.Random(seed)
    tables = draw.randint(2, 5)

    def mask() -> int:
        size = draw.choice((1, 1, 1, 2))
        return sum(1 << bit for bit in draw.sample(range(tables), min(size, tables)))

    def window() -> Window:
        start = draw.randrange(0, 6)
        return Window.of_micros(start, start + draw.randint(1, 4))

    def placement(at: Window) -> Placement:
        return Placement(mask(), at, draw.randint(0, 9))

    apart: set[tuple[int, int]] = set()
    if draw.random() < 0.4:
        one, other = draw.sample(range(tables), 2)
        apart.add((one, other))
    case = Case((), (), (), frozenset(apart), draw.randrange(1, 1 << tables), 0)
    present: list[Placement] = []
    for _ in range(draw.randint(1, 6)):
        each = placement(window())
        if not any(conflict(case, each, other) for other in present):
            present.append(each)
    options = tuple(
        tuple(distinct(placement(each.window) for _ in range(draw.randint(0, 4))))
        for each in present
    )
    at = window()
    newcomer = tuple(distinct(placement(at) for _ in range(draw.randint(1, 3))))
    cap = draw.choice((0, 0, 0, 1, 2, 3))
    return attrs.evolve(case, newcomer=newcomer, present=tuple(present), options=options, cap=cap)


def distinct(placements: Iterator[Placement]) -> Iterator[Placement]:
    """Yield placements, of each set of tables the first one, as a planner ranks them."""
    seen = set()
    for each in placements:
        if each.tables not in seen:
            seen.add(each.tables)
            yield each


def conflict(case: Case, one: Placement, other: Placement) -> bool:
    if one.window.end_us <= other.window.start_us or other.window.end_us <= one.window.start_us:
        return False
    tables = [[bit for bit in range(5) if each.tables >> bit & 1] for each in (one, other)]
    return any(
        a == b or (a, b) in case.apart or (b, a) in case.apart
        for a, b in product(tables[0], tables[1])
    )


# ---- brute force


def every_solution(case: Case, most: int) -> Iterator[Reseated]:
    """Yield each seating with that many moves, or fewer, in which all parties sit."""
    for moves in range(most + 1):
        for moved in combinations(range(len(case.present)), moves):
            yield from seatings(case, moved)


def seatings(case: Case, moved: tuple[int, ...]) -> Iterator[Reseated]:
    elsewhere = [
        [each for each in case.options[number] if each.tables != case.present[number].tables]
        for number in moved
    ]
    for newcomer, *new in product(case.newcomer, *elsewhere):
        found = Reseated(newcomer, tuple(zip(moved, new, strict=True)))
        others = [each for number, each in enumerate(case.present) if number not in moved]
        placed = [newcomer, *new]
        clash = any(conflict(case, one, other) for one, other in combinations(placed, 2))
        clash = clash or any(conflict(case, one, other) for one, other in product(placed, others))
        if not clash and (not case.cap or case.accepts(found)):
            yield found


@pytest.mark.parametrize("first", range(0, PROBLEMS, OF_ONE_TEST))
def test_the_search_equals_brute_force_both_ways(first: int) -> None:
    for seed in range(first, first + OF_ONE_TEST):
        case = a_case(seed)
        answer = find_reseating(case.problem(), MOST_MOVES)
        expected = list(every_solution(case, MOST_MOVES))
        assert answer.is_proven
        if not expected:
            assert answer.solution is None, seed
            if answer.is_final:
                assert not any(every_solution(case, len(case.present))), seed
            continue
        fewest = min(len(each.moves) for each in expected)
        cost = min(case.cost(each) for each in expected if len(each.moves) == fewest)
        assert answer.solution is not None, seed
        assert answer.solution in expected, seed
        found = answer.solution
        assert (len(found.moves), case.cost(found)) == (fewest, cost), seed


def test_the_cases_hold_each_kind_of_answer() -> None:
    cases = [a_case(seed) for seed in range(PROBLEMS)]
    answers = [find_reseating(case.problem(), MOST_MOVES) for case in cases]
    kinds = {
        (
            each.solution is not None,
            each.is_final,
            0 if each.solution is None else len(each.solution.moves),
        )
        for each in answers
    }
    assert {(True, False, 1), (True, False, 2), (True, False, 3)} <= kinds
    assert {(False, True, 0), (False, False, 0)} <= kinds
