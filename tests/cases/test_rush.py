"""A rush: everybody asks at once, and each no is proved by trying every set of tables that was left at that moment.

Races by chance prove little about a lock; every order of two calls is tried elsewhere. This is the load, with a judge.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations, count
from typing import Any, TypeVar

import attrs
import pytest

from fourtop import CapacityRule, Code, Confirmed, Desk, FourtopError, Proof, Refused, sample, sketch_floor
from fourtop.ports import Decision, Need, Scope, Store, View
from tests.evening import MONTH, a_house, at_once, open_desk, party, table_rows

T = TypeVar("T")

BOOKERS = 160
COLUMNS, ROWS = 8, 5
CAPACITIES = (2, 2, 2, 4, 4, 6)
LARGEST_SET, SLACK = 3, 4

Sets = Mapping[frozenset[str], int]


@attrs.define
class Ordered:
    """A store that notes what became of its transactions, in the order in which they were decided."""

    store: Store
    ticks: Iterator[int] = attrs.field(factory=count)
    turns: dict[int, Any] = attrs.field(factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        turn = -1

        def decide_in_turn(view: View) -> Decision[T] | Need:
            # Inside the transaction, so that nobody decides between this tick and the commit.
            nonlocal turn
            turn = next(self.ticks)
            return decide(view)

        try:
            result = self.store.transact(scope, decide_in_turn)
        except FourtopError as error:
            self.turns[turn] = error
            raise
        self.turns[turn] = result
        return result

    def turn_of(self, outcome: object) -> int:
        return next(turn for turn, each in self.turns.items() if each is outcome)


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads change places far more often than they would by themselves."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


# ---- the judge: sets of tables by brute force ------------------------------------------------------------


def grid() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Capacities by table and pairs of neighbours of eight columns and five rows."""
    places = [(column, row) for row in range(ROWS) for column in range(COLUMNS)]
    names = {place: f"{'abcdefgh'[place[0]]}{place[1]}" for place in places}
    seats = {names[place]: CAPACITIES[number % len(CAPACITIES)] for number, place in enumerate(places)}
    pairs = [
        (names[one], names[two])
        for one, two in combinations(places, 2)
        if abs(one[0] - two[0]) + abs(one[1] - two[1]) == 1
    ]
    return seats, pairs


def all_sets(seats: Mapping[str, int], pairs: Sequence[tuple[str, str]]) -> Sets:
    """Every set of up to three tables that hangs together, with its seats: all of them are tried."""
    joined = {frozenset(pair) for pair in pairs}
    found = {}
    for size in range(1, LARGEST_SET + 1):
        for names in combinations(seats, size):
            # Of up to three tables one less than their number of joins, or more, is needed and enough.
            if sum(frozenset(pair) in joined for pair in combinations(names, 2)) >= size - 1:
                found[frozenset(names)] = sum(seats[name] for name in names)
    return found


def may_sit(sets: Sets, size: int, tables: frozenset[str]) -> bool:
    seats = sets.get(tables, 0)
    return seats >= size and (len(tables) == 1 or seats - size <= SLACK)


def judge(sets: Sets, history: Sequence[tuple[int, object]]) -> int:
    """Go through what was answered to parties, in order, and return how many have tables in the end."""
    free = {name for names in sets for name in names}
    seated = 0
    for size, outcome in history:
        if isinstance(outcome, FourtopError):
            left = [names for names in sets if names <= free and may_sit(sets, size, names)]
            assert left == [], f"{size} were refused though {left[0]} was free"
            assert isinstance(outcome, Refused)
            assert (outcome.code, outcome.refusal.proof) == (Code.TABLES_TAKEN, Proof.NO_FREE_PLAN)
        else:
            tables = frozenset(tables_of(outcome))
            assert tables <= free, f"{tables} were given away twice"
            assert may_sit(sets, size, tables), f"{size} do not fit at {tables}"
            free -= tables
            seated += 1
    return seated


def tables_of(outcome: Any) -> tuple[str, ...]:
    kept = outcome.hold if hasattr(outcome, "hold") else outcome.booking
    tables: tuple[str, ...] = kept.tables
    return tables


# ---- 160 at once -----------------------------------------------------------------------------------------


def party_sizes(seed: int) -> list[int]:
    sizes, weights = zip(*sample.pub_demand().party_weights, strict=True)
    return random.Random(seed).choices(sizes, weights, k=BOOKERS)


def rush(store: Ordered, command: str, sizes: Sequence[int]) -> tuple[Desk, list[Any]]:
    seats, pairs = grid()
    desk = open_desk(store, a_house(sketch_floor(seats, joins=pairs)))
    return desk, at_once([partial(getattr(desk, command), party(size)) for size in sizes])


@pytest.mark.slow
@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("command", ["book", "hold"])
def test_rush_of_160_bookers_at_once_is_exactly_right_and_each_refusal_proved(
    store: Store, command: str, seed: int
) -> None:
    ordered = Ordered(store)
    sizes = party_sizes(seed)
    desk, answers = rush(ordered, command, sizes)
    turns = sorted((ordered.turn_of(answer), size, answer) for size, answer in zip(sizes, answers, strict=True))
    assert len({turn for turn, _, _ in turns}) == len(ordered.turns) == BOOKERS
    seated = judge(all_sets(*grid()), [(size, answer) for _, size, answer in turns])
    assert 0 < seated < BOOKERS

    # The store says the same as the answers.
    given = sorted(name for answer in answers if not isinstance(answer, Refused) for name in tables_of(answer))
    assert sorted(row.resource_id for row in table_rows(desk)) == given
    owners = {row.owner_id for row in table_rows(desk)}
    assert len(owners) == seated
    assert desk.audit().is_clean


@pytest.mark.slow
@pytest.mark.usefixtures("hasty")
def test_rush_of_160_who_hold_and_confirm_at_once_loses_nobody(store: Store) -> None:
    seats, pairs = grid()
    desk = open_desk(store, a_house(sketch_floor(seats, joins=pairs)))
    sizes = party_sizes(4)

    def hold_and_confirm(size: int) -> Confirmed:
        return desk.confirm(desk.hold(party(size)).hold.id)

    answers = at_once([partial(hold_and_confirm, size) for size in sizes])
    booked = {answer.booking.id: answer.booking for answer in answers if not isinstance(answer, FourtopError)}
    refused = [size for size, answer in zip(sizes, answers, strict=True) if isinstance(answer, FourtopError)]
    assert len(booked) + len(refused) == BOOKERS
    assert booked == {booking.id: booking for booking in desk.bookings(MONTH)}
    assert Counter(booking.party for booking in booked.values()) + Counter(refused) == Counter(sizes)
    # Nobody gave anything back, so what is free in the end was free whenever somebody was refused.
    sets = all_sets(seats, pairs)
    free = set(seats) - {row.resource_id for row in table_rows(desk)}
    assert not [size for size in refused for names in sets if names <= free and may_sit(sets, size, names)]
    assert desk.audit().is_clean


@pytest.mark.slow
def test_rush_is_judged_by_a_judge_who_finds_faults(store: Store) -> None:
    ordered = Ordered(store)
    sizes = party_sizes(1)
    _, answers = rush(ordered, "book", sizes)
    turns = sorted((ordered.turn_of(answer), size, answer) for size, answer in zip(sizes, answers, strict=True))
    history = [(size, answer) for _, size, answer in turns]
    sets = all_sets(*grid())
    first_no = next(place for place, (_, answer) in enumerate(history) if isinstance(answer, Refused))
    with pytest.raises(AssertionError, match="was free"):
        judge(sets, [history[first_no], *history])
    with pytest.raises(AssertionError, match="given away twice"):
        judge(sets, [history[0], *history])
    with pytest.raises(AssertionError, match="do not fit"):
        judge(sets, [(13, history[0][1])])


def test_rush_is_judged_by_all_sets_of_the_grid() -> None:
    sets = all_sets(*grid())
    # 40 tables, 67 pairs of neighbours, and threes: a row of 8 has 6, a column of 5 has 3, each small square four.
    assert Counter(map(len, sets)) == {1: 40, 2: 67, 3: 5 * 6 + 8 * 3 + 4 * 7 * 4}


# ---- 100 parties of four into 40 covers ------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("command", ["book", "hold", "later"])
def test_rush_of_100_fours_into_40_covers_seats_exactly_10(store: Store, command: str) -> None:
    ordered = Ordered(store)
    floor = sketch_floor({str(number): 4 for number in range(120)})
    desk = open_desk(ordered, a_house(floor, capacity_rules=[CapacityRule(max_covers=40)]))
    ask: dict[str, Callable[[], Any]] = {
        "book": lambda: desk.book(party(4)),
        "hold": lambda: desk.confirm(desk.hold(party(4)).hold.id),
        "later": lambda: desk.book(party(4), tables="later"),
    }
    answers = at_once([ask[command]] * 100)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert (len(answers) - len(refused), len(refused)) == (10, 90)
    assert sum(booking.party for booking in desk.bookings(MONTH)) == 40
    for answer in refused:
        (reason,) = answer.refusal.reasons
        assert (reason.code, answer.refusal.proof) == (Code.CAPACITY_EXCEEDED, Proof.RULE)
        facts = reason.details
        assert (facts["limit"], facts["unit"], facts["booked"], facts["requested"]) == (40, "covers", 40, 4)
    # And that was so when they were refused: ten had been let in before the first of them.
    first_no = min(ordered.turn_of(answer) for answer in refused)
    let_in = [turn for turn, outcome in ordered.turns.items() if turn < first_no and hasattr(outcome, _MADE[command])]
    assert len(let_in) == 10
    assert desk.audit().is_clean


_MADE = {"book": "booking", "hold": "hold", "later": "booking"}
