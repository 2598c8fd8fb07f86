"""Random evenings for the random floors, and the plans of an evening by brute force.

An evening is a list of stays, in whole minutes. Each free stretch beside a party is found by
looking at every stay, and costs are exact fractions.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

import attrs

from fourtop.engine.lookahead import Lookahead
from fourtop.engine.promises import Part, Promise
from fourtop.model.request import Preference
from fourtop.model.window import Window
from fourtop.planner import Planner, PlanRequest
from fourtop.planner.evening import Evening, EveningPart
from tests.property.planner_oracle import (
    TERMS,
    Answer,
    Case,
    answers,
    case_of,
    joins_outward,
)

EVENING_TERMS = (*TERMS, "joins_closed", "dead_time", "idle_time", "parties_starved")
MINUTE_US = 60_000_000
_DAY = 20_000

# Tables, and the time for which a waiting party would take them, in minutes.
Option = tuple[tuple[str, ...], tuple[int, int]]


@attrs.frozen
class WaitingStay:
    """A stay that a waiting party would take.

    Args:
        party_size: The number of people.
        must: The conditions on the tables.
        window: Its start and its end, in minutes.
        free: The tables that are free for it.
    """

    party_size: int
    must: Preference
    window: tuple[int, int]
    free: frozenset[str]


@attrs.frozen
class EveningCase:
    """A case, and the evening around it. Times are in minutes.

    Args:
        case: The floor, its rules and the request. Its free tables are those that the party may
            have.
        free: The tables that are free for the stay.
        stays: The other stays, by table: pairs of start and end.
        windows: For each table the start and the end of the party's stay there.
        opens: The start of the service.
        now: The time.
        closes: The end of the service.
        shortest: The shortest stay.
        waiting: The parties that wait for tables, each with its stays.
    """

    case: Case
    free: frozenset[str]
    stays: dict[str, list[tuple[int, int]]]
    windows: dict[str, tuple[int, int]]
    opens: int
    now: int
    closes: int
    shortest: int
    waiting: tuple[tuple[WaitingStay, ...], ...] = ()


def evening_case_of(seed: int) -> EveningCase:
    """Make a floor, a request and an evening; the same for the same seed."""
    draw = random.Random(seed + 1_000_000)
    case = case_of(seed)
    names = [table.id for table in case.floor.tables]
    opens, closes = _DAY, _DAY + 15 * draw.randint(16, 28)
    start = draw.randrange(opens, closes, 15) if draw.random() < 0.9 else opens
    usual = (start, start + draw.choice((45, 90, 105)))
    # Zones may have stays of their own.
    bar = (start, start + 60) if draw.random() < 0.2 else usual
    windows = {table.id: bar if table.zone_id == "bar" else usual for table in case.floor.tables}
    stays = {name: stays_of(draw, opens, closes) for name in names}
    free = frozenset(
        name
        for name in names
        if not any(one < windows[name][1] and windows[name][0] < two for one, two in stays[name])
    )
    # A generator of its own: the other draws stay as they were.
    more = random.Random(seed + 2_000_000)
    starving = more.choice((100, 0.5, 3))
    weights = attrs.evolve(case.planning.weights, parties_starved=starving)
    planning = attrs.evolve(case.planning, weights=weights)
    waiting = [waiting_of(more, case, start) for _ in range(more.choice((0, 1, 2, 4)))]
    return EveningCase(
        attrs.evolve(case, planning=planning, free=case.free & free),
        free,
        stays,
        windows,
        opens=opens,
        now=draw.choice((opens - 600, opens - 600, opens + 40, start, start + 5)),
        closes=closes,
        shortest=draw.choice((30, 60, 90)),
        waiting=tuple(waiting),
    )


def waiting_of(draw: random.Random, case: Case, start: int) -> tuple[WaitingStay, ...]:
    """Return the stays of a party that waits: up to two starts within an hour of a start."""
    size, length = draw.randint(2, 6), draw.choice((60, 90, 105))
    must = case.must if draw.random() < 0.3 else Preference()
    names = sorted(table.id for table in case.floor.tables)
    found = []
    for at in draw.sample(range(start - 60, start + 61, 15), draw.randint(1, 2)):
        # Few tables suit it, so that one plan often takes them all.
        few = min(draw.choice((1, 2, 2, 3, 8)), len(names))
        free = frozenset(draw.sample(names, few))
        found.append(WaitingStay(size, must, (at, at + length), free))
    return tuple(found)


def stays_of(draw: random.Random, opens: int, closes: int) -> list[tuple[int, int]]:
    """Return some stays at one table that do not overlap, a few of them beside the service."""
    found, at = [], opens - 120
    while at < closes + 60:
        at += draw.choice((0, 15, 30, 75, 150, 240))
        length = draw.choice((60, 90, 105))
        if draw.random() < 0.5:
            found.append((at, at + length))
        at += length
    return found


def planner_evening(case: EveningCase) -> Evening:
    """Return the evening as the planner takes it."""
    floor = case.case.floor
    parts = []
    for window in sorted(set(case.windows.values())):
        tables = [name for name in floor.positions if case.windows[name] == window]
        found = [beside(case.stays[name], window) for name in floor.positions]
        parts.append(
            EveningPart(
                floor.mask(tables),
                window[0] * MINUTE_US,
                window[1] * MINUTE_US,
                {bit: one * MINUTE_US for bit, (one, _) in enumerate(found) if one is not None},
                {bit: two * MINUTE_US for bit, (_, two) in enumerate(found) if two is not None},
            )
        )
    ahead = lookahead(case, tuple((part.tables, window_of(part)) for part in parts))
    return Evening(
        tuple(parts),
        floor.mask(case.free),
        max(case.opens, case.now) * MINUTE_US,
        case.closes * MINUTE_US,
        case.shortest * MINUTE_US,
        starved=None if ahead is None else ahead.starved,
    )


def window_of(part: EveningPart) -> Window:
    return Window.of_micros(part.start_us, part.end_us)


def lookahead(case: EveningCase, stays: tuple[tuple[int, Window], ...]) -> Lookahead | None:
    """Return the parties that wait as the engine has them: those that could have tables."""
    floor = case.case.floor
    parties = []
    for party in case.waiting:
        promises = []
        for each in party:
            start_us, end_us = (minute * MINUTE_US for minute in each.window)
            part = Part(floor.mask(each.free), Window.of_micros(start_us, end_us))
            ask = PlanRequest(each.party_size, must=each.must)
            promises.append(Promise("waiting", ask, (part,)))
        if options(case, party):
            parties.append(tuple(promises))
    planner = Planner(floor, case.case.planning)
    return Lookahead(planner, stays, tuple(parties)) if parties else None


def beside(
    stays: Sequence[tuple[int, int]], window: tuple[int, int]
) -> tuple[int | None, int | None]:
    """Return the end of the last stay before a window, and the start of the next one after it."""
    before = [end for _, end in stays if end <= window[0]]
    after = [start for start, _ in stays if start >= window[1]]
    return max(before, default=None), min(after, default=None)


# ---- brute force


def evening_answers(case: EveningCase) -> list[Answer]:
    """Return all plans of free tables with all terms, the best first."""
    waiting = [found for party in case.waiting if (found := options(case, party))]
    return sorted((_with_evening(case, each, waiting) for each in answers(case.case)), key=_order)


def _order(answer: Answer) -> tuple[object, ...]:
    return answer.order


def _with_evening(case: EveningCase, answer: Answer, waiting: Sequence[Sequence[Option]]) -> Answer:
    floor, planning = case.case.floor, case.case.planning
    weights = {name: Fraction(str(value)) for name, value in attrs.asdict(planning.weights).items()}
    minutes = max(end - start for start, end in (case.windows[name] for name in answer.tables))
    ends = [name for name in joins_outward(floor, answer.tables) if name in case.free]
    joins = len(ends) if planning.max_tables > 1 else 0
    dead = idle = Fraction(0)
    for table in floor.tables:
        if table.id in answer.tables:
            for length, is_dead in stretches(case, table.id):
                dead += table.capacity * length * is_dead
                idle += table.capacity * length * (not is_dead)
    starved = sum(all(clashes(case, answer, *option) for option in found) for found in waiting)
    costs = (
        *(minutes * each for each in answer.costs),
        joins * weights["joins_closed"] * minutes,
        dead * weights["dead_time"],
        idle * weights["idle_time"],
        starved * weights["parties_starved"] * minutes,
    )
    return attrs.evolve(answer, costs=costs, order=(round(sum(costs), 6), *answer.order[1:]))


def options(case: EveningCase, party: tuple[WaitingStay, ...]) -> list[Option]:
    """Return all tables that a waiting party could have, each with the time."""
    return [
        (answer.tables, each.window)
        for each in party
        for answer in answers(
            attrs.evolve(case.case, party_size=each.party_size, must=each.must, free=each.free)
        )
    ]


def clashes(
    case: EveningCase, answer: Answer, tables: tuple[str, ...], window: tuple[int, int]
) -> bool:
    """Tell whether a plan takes a table that another party would have, at some time of its stay."""
    start, end = max((case.windows[name] for name in answer.tables), key=lambda each: each[1])
    overlap = start < window[1] and window[0] < end
    return overlap and bool(set(tables) & set(answer.tables))


def stretches(case: EveningCase, name: str) -> list[tuple[int, bool]]:
    """Return how long a table stands empty before and after the stay, and whether it is dead."""
    start, end = case.windows[name]
    before, after = beside(case.stays[name], (start, end))
    begins = max(case.opens, case.now)
    found = []
    if before is not None and before >= begins:
        found.append((start - before, start - before < case.shortest))
    else:
        found.append((max(start - begins, 0), False))
    if after is not None and after < case.closes:
        found.append((after - end, after - end < case.shortest))
    else:
        found.append((max(case.closes - end, 0), False))
    return found
