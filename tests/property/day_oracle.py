"""The oracle of day plans: every assignment of a small day, and a checker, written with loops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from fourtop.planner.day_problem import DayParty, DayProblem, Option

Chosen = tuple[int | None, ...]


def draw_day(draw: Random) -> DayProblem:
    """Draw a small day: parties that wait, parties that have tables, blocks and limits."""
    tables = draw.randint(2, 4)
    limits = (draw.randint(2, 7),) if draw.random() < 0.4 else ()

    def option(*, is_limited: bool) -> Option:
        start = draw.randint(0, 8)
        mask = 0
        for _ in range(draw.choice((1, 1, 2))):
            mask |= 1 << draw.randrange(tables)
        uses = ((0, draw.randint(1, 3)),) if is_limited else ()
        return Option(mask, start, start + draw.randint(1, 5), uses)

    taken = tuple(option(is_limited=False) for _ in range(draw.randint(0, 2)))
    parties: list[DayParty] = []
    present: list[Option] = []
    left = limits[0] if limits else 0
    for _ in range(draw.randint(0, 6)):
        is_limited = bool(limits) and draw.random() < 0.5
        options = tuple(option(is_limited=is_limited) for _ in range(draw.randint(0, 4)))
        place = None
        if options and draw.random() < 0.5:
            used = sum(amount for _, amount in options[0].uses)
            if used <= left and not any(options[0].conflicts(each) for each in (*taken, *present)):
                place, left = 0, left - used
                present.append(options[0])
        parties.append(DayParty(draw.randint(0, 6), options, place))
    return DayProblem(tuple(parties), taken, limits)


def flaws(problem: DayProblem, chosen: Chosen) -> Iterator[str]:
    """Yield what is wrong with an assignment, minute by minute and table by table."""
    rows = [("taken", row) for row in problem.taken]
    for number, (party, place) in enumerate(zip(problem.parties, chosen, strict=True)):
        if place is not None:
            rows.append((f"party {number}", party.options[place]))
        elif party.present is not None:
            yield f"party {number} lost its tables"
    yield from _overlaps(rows)
    for limit, most in enumerate(problem.limits):
        spent = [amount for _, row in rows for place, amount in row.uses if place == limit]
        if sum(spent) > most:
            yield f"limit {limit}: {sum(spent)} of {most}"


def _overlaps(rows: list[tuple[str, Option]]) -> Iterator[str]:
    had: dict[tuple[int, int], str] = {}
    for name, row in rows:
        tables = [
            table for table in range(row.resources.bit_length()) if row.resources >> table & 1
        ]
        for minute in range(row.start_us, row.end_us):
            for table in tables:
                other = had.setdefault((minute, table), name)
                if other != name:
                    yield f"{other} and {name} at table {table} in minute {minute}"


def best_by_brute_force(problem: DayProblem) -> tuple[int, int]:
    """Return the greatest value, and the fewest moves that reach it."""
    found = [
        (_value(problem, chosen), -_moves(problem, chosen))
        for chosen in _all(problem.parties)
        if next(flaws(problem, chosen), None) is None
    ]
    value, moves = max(found)
    return value, -moves


def _all(parties: Sequence[DayParty]) -> Iterator[Chosen]:
    if not parties:
        yield ()
        return
    for rest in _all(parties[1:]):
        for place in (None, *range(len(parties[0].options))):
            yield (place, *rest)


def _value(problem: DayProblem, chosen: Chosen) -> int:
    total = 0
    for number, place in enumerate(chosen):
        if place is not None:
            total += problem.parties[number].value
    return total


def _moves(problem: DayProblem, chosen: Chosen) -> int:
    count = 0
    for number, place in enumerate(chosen):
        present = problem.parties[number].present
        if present is not None and place != present:
            count += 1
    return count
