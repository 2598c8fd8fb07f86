"""The search for moves, step by step: chains, bounds, and what an answer claims."""

from __future__ import annotations

from fourtop.model.window import Window
from fourtop.planner.reseat_search import (
    NO_OPTIONS,
    MovableParty,
    Options,
    Placement,
    RankedSets,
    ReseatingProblem,
    find_reseating,
)

EVENING = Window.of_micros(0, 90)
LATER = Window.of_micros(90, 180)


def at(tables: int, cost: float = 0.0, window: Window = EVENING) -> Placement:
    return Placement(tables, window, cost)


def any_of(*placements: Placement, is_complete: bool = True) -> Options:
    sets = RankedSets.of((each.tables, each.cost) for each in placements)
    return Options(sets, -1, lambda _: EVENING, is_complete=is_complete)


def party(present: int, *options: Placement, is_complete: bool = True) -> MovableParty:
    return MovableParty(at(present), lambda: any_of(*options, is_complete=is_complete))


def problem(newcomer: int, *parties: MovableParty) -> ReseatingProblem:
    return ReseatingProblem(any_of(at(newcomer)), parties)


def test_a_chain_moves_each_party_to_the_tables_of_the_next() -> None:
    chain = problem(0b001, party(0b001, at(0b010)), party(0b010, at(0b100)))
    answer = find_reseating(chain, 2)
    assert answer.solution is not None
    assert answer.solution.moves == ((0, at(0b010)), (1, at(0b100)))
    assert answer.is_proven


def test_a_refusal_says_whether_more_moves_might_help() -> None:
    chain = problem(0b001, party(0b001, at(0b010)), party(0b010, at(0b100)))
    within = find_reseating(chain, 1)
    assert (within.solution, within.is_proven, within.is_final) == (None, True, False)
    stuck = find_reseating(problem(0b001, party(0b001)), 5)
    assert (stuck.solution, stuck.is_proven, stuck.is_final) == (None, True, True)


def test_a_refusal_at_the_bound_of_nodes_proves_nothing() -> None:
    chain = problem(0b001, party(0b001, at(0b010)), party(0b010, at(0b100)))
    answer = find_reseating(chain, 2, max_nodes=1)
    assert (answer.solution, answer.is_proven, answer.is_final) == (None, False, False)
    assert answer.nodes == 1


def test_a_solution_at_the_bound_of_nodes_is_not_proven_the_best() -> None:
    # The cheapest set contains the least one, which the search tries first.
    one = problem(0b001, party(0b001, at(0b010, 5), at(0b110, 1)))
    assert find_reseating(one, 1).is_proven
    answer = find_reseating(one, 1, max_nodes=2)
    assert answer.solution is not None
    assert answer.solution.moves == ((0, at(0b010, 5)),)
    assert not answer.is_proven


def test_options_that_are_not_all_prove_nothing() -> None:
    answer = find_reseating(problem(0b001, party(0b001, is_complete=False)), 1)
    assert (answer.solution, answer.is_proven, answer.is_final) == (None, False, False)


def test_the_cheapest_of_equally_few_moves_wins() -> None:
    one = problem(0b001, party(0b001, at(0b010, 7), at(0b100, 2), at(0b1000, 4)))
    answer = find_reseating(one, 3)
    assert answer.solution is not None
    assert answer.solution.moves == ((0, at(0b100, 2)),)


def test_parties_at_other_times_stay() -> None:
    later = MovableParty(at(0b001, window=LATER), lambda: NO_OPTIONS)
    answer = find_reseating(problem(0b001, later), 1)
    assert answer.solution is not None
    assert answer.solution.moves == ()


def test_a_chain_runs_on_in_time() -> None:
    # The second party is later than the newcomer, and may even have its tables.
    between = Window.of_micros(60, 120)
    first = RankedSets.of([(0b010, 0.0)])
    second = RankedSets.of([(0b001, 0.0)])
    parties = (
        MovableParty(at(0b001, window=between), lambda: Options(first, -1, lambda _: between)),
        MovableParty(at(0b010, window=LATER), lambda: Options(second, -1, lambda _: LATER)),
    )
    answer = find_reseating(ReseatingProblem(any_of(at(0b001)), parties), 2)
    assert answer.solution is not None
    assert [number for number, _ in answer.solution.moves] == [0, 1]


def test_a_rule_about_the_whole_may_ask_for_further_moves() -> None:
    bystander = party(0b010, at(0b100))
    ruled = ReseatingProblem(
        any_of(at(0b001)),
        (bystander,),
        accepts=lambda found: len(found.moves) == 1,
    )
    answer = find_reseating(ruled, 1)
    assert answer.solution is not None
    assert answer.solution.moves == ((0, at(0b100)),)
    refused = ReseatingProblem(any_of(at(0b001)), (bystander,), accepts=lambda _: False)
    answer = find_reseating(refused, 2)
    assert (answer.solution, answer.is_proven, answer.is_final) == (None, True, False)


def test_tables_that_are_too_close_displace_parties() -> None:
    def pairs(tables: int) -> int:
        return tables | (tables & 0b01) << 1 | (tables & 0b10) >> 1

    close = ReseatingProblem(any_of(at(0b001)), (party(0b010, at(0b100)),), keeps_from=pairs)
    answer = find_reseating(close, 1)
    assert answer.solution is not None
    assert answer.solution.moves == ((0, at(0b100)),)


def test_the_least_sets_contain_no_other_set() -> None:
    ranked = RankedSets.of([(0b011, 1.0), (0b001, 3.0), (0b110, 2.0), (0b111, 0.0)])
    assert [mask for mask, _ in ranked.every] == [0b111, 0b011, 0b110, 0b001]
    assert [mask for mask, _ in ranked.least] == [0b110, 0b001]


def test_a_party_takes_free_tables_and_no_barred_set() -> None:
    sets = RankedSets.of([(0b001, 0.0), (0b010, 1.0), (0b101, 2.0), (0b110, 3.0)])
    options = Options(sets, 0b111, lambda _: EVENING, (0b101,))
    assert [each.tables for each in options.among(sets.every)] == [0b001, 0b010, 0b110]
    fewer = Options(sets, 0b110, lambda _: EVENING)
    assert [each.tables for each in fewer.among(sets.every)] == [0b010, 0b110]
