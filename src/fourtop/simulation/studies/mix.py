"""Table mix: how many tables of which size serve the guests best, by search and simulation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final, Unpack

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import count_of
from fourtop.model import validators
from fourtop.model.floor import Floor
from fourtop.model.floor_checks import MAX_TABLES_ON_FLOOR
from fourtop.model.table import MAX_CAPACITY, Table
from fourtop.simulation.evening_play import simulate_evening
from fourtop.simulation.metrics import Metric
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.selection import Search, SearchTerms, search
from fourtop.simulation.simulation import Progress
from fourtop.simulation.studies.rules import BASE
from fourtop.simulation.studies.runs import Per, StudyOptions, Terms, opened_executor, plain_faults
from fourtop.simulation.studies.study import Study, study
from fourtop.simulation.studies.variant import Variant

MOST_MIXES: Final = 10_000
_FINALISTS: Final = 3
_FIRST_EVENINGS: Final = 32
_MOST_EVENINGS: Final = 1_024

Mix = Mapping[int, int]
"""The number of tables by their seats."""
_Pairs = tuple[tuple[int, int], ...]
MakeFloor = Callable[[Mix], Floor]


def mixes_of_seats(seats: int, sizes: Iterable[int] = (2, 4, 6, 8)) -> tuple[dict[int, int], ...]:
    """Return all mixes of tables that have so many seats together, small tables first.

    Args:
        seats: The seats of all tables together (1–100,000).
        sizes: The seats of a table.

    Raises:
        InvalidInput: If a number is out of range, no mix has so many seats, or there are more than
            10,000.

    >>> mixes_of_seats(8, (2, 4))
    ({2: 4}, {2: 2, 4: 1}, {4: 2})
    """
    validators.check_integer("seats", seats, 1, 100_000)
    listed = validators.as_members("sizes", sizes, _as_seats)
    found: list[dict[int, int]] = []
    for mix in _mixes(seats, sorted(set(listed))):
        if len(found) == MOST_MIXES:
            raise InvalidInput("seats", f"must allow at most {MOST_MIXES:,} mixes", f"{seats}")
        found.append({size: count for size, count in mix if count})
    if not found:
        raise InvalidInput("seats", f"must be a sum of {listed}", f"{seats}")
    return tuple(found)


def _as_seats(value: Any) -> int:
    return validators.check_integer("sizes", value, 1, MAX_CAPACITY)


def _mixes(seats: int, sizes: list[int]) -> Iterator[_Pairs]:
    if not sizes:
        if not seats:
            yield ()
        return
    for count in range(seats // sizes[0], -1, -1):
        for others in _mixes(seats - count * sizes[0], sizes[1:]):
            yield ((sizes[0], count), *others)


def table_mix(
    base: Scenario,
    mixes: Iterable[Mix],
    *,
    gap: float = 1.0,
    make_floor: MakeFloor | None = None,
    **options: Unpack[StudyOptions],
) -> Study:
    """Study which tables to buy: search among many mixes, then play the best on fresh evenings.

    The search races the mixes with common random numbers (``search``) on evenings after those of
    the study, so the study judges its finalists without the luck that chose them. ``notes`` says
    what the search proves. The study compares its three best mixes with the base.

    Args:
        base: The house as it is, with its demand; its policy serves every mix.
        mixes: The candidates, such as ``mixes_of_seats(80)``.
        gap: The search may miss a mix that is better by this much, in the units of the study:
            covers a week. A smaller one takes more evenings.
        make_floor: Makes the floor of a mix; ``None``: tables without joins in the first zone.
        options: ``StudyOptions``. The metric must be a mean per evening, and no ratio.

    Raises:
        InvalidInput: If a mix, the gap or an option is wrong, or the policy does not suit a floor.
        SweepFailed: If the executor failed.
    """
    validators.check_instance("base", base, Scenario)
    terms = Terms(**options)
    if terms.metric.whole is not None:
        rule = "must be a mean per evening, such as covers, for a search"
        raise InvalidInput("metric", rule, terms.metric.name)
    make = partial(plain_floor, base.house.floor) if make_floor is None else make_floor
    listed = validators.as_members("mixes", mixes, _as_mix)
    if not listed:
        raise InvalidInput("mixes", "must have at least one member", "none")
    houses = _MixHouse(base, make)
    for mix in listed:
        houses.scenario(mix)
    week = len({day.weekday() for day in base.dates}) if terms.per is Per.WEEK else 1
    gap_an_evening = validators.as_number(gap) / (week if terms.metric.adds_up else 1)
    found = _searched(houses, dict.fromkeys(listed), gap_an_evening, terms)
    sizes = sorted({size for mix in listed for size, _ in mix})
    finalists = [
        Variant(_name(mix), houses.scenario(mix), _settings(mix, sizes))
        for mix in (each.candidate for each in found.standings[:_FINALISTS])
    ]
    title = f"Table mix: {base.house.restaurant.name}"
    result = study([Variant(BASE, base), *finalists], title=title, **options)
    return attrs.evolve(result, notes=(_note(found, week, terms),))


def _note(found: Search[_Pairs], week: int, terms: Terms) -> str:
    factor, span = (week, f" a {terms.per.value}") if terms.metric.adds_up else (1, "")
    mixes = count_of(len(found.standings), "mix", "mixes")
    unit = terms.metric.unit or terms.metric.label
    return (
        f"A search of {mixes} in {found.evenings:,} other evenings: none is better than"
        f" {_name(found.best)} by more than {factor * found.gap:.2g} {unit}{span} (95 %)."
    )


def plain_floor(floor: Floor, mix: Mix) -> Floor:
    """Return the floor of a mix: tables without joins, in the first zone of a floor.

    Args:
        floor: The present floor, for its zones.
        mix: The number of tables by their seats.

    Raises:
        InvalidInput: If the floor has no zone, or would have more than 2,000 tables.
    """
    if not floor.zones:
        raise InvalidInput("base", "must have a zone for the tables", "none")
    tables = [
        Table(f"t{size}-{number}", f"{size}-{number}", size, floor.zones[0].id)
        for size, count in mix.items()
        for number in range(1, count + 1)
    ]
    return Floor(tables, zones=floor.zones)


def _as_mix(value: Any) -> _Pairs:
    if not isinstance(value, Mapping):
        raise InvalidInput("mixes", "must be mappings of seats to tables", safe_repr(value))
    pairs = sorted((size, count) for size, count in value.items())
    for size, count in pairs:
        validators.check_integer("mixes", size, 1, MAX_CAPACITY)
        validators.check_integer("mixes", count, 0, MAX_TABLES_ON_FLOOR)
    found = tuple((size, count) for size, count in pairs if count)
    if not found:
        raise InvalidInput("mixes", "must have a table each", safe_repr(value))
    return found


def _name(mix: _Pairs) -> str:
    return ", ".join(f"{count} × {size}" for size, count in mix)


def _settings(mix: _Pairs, sizes: Iterable[int]) -> dict[str, int]:
    counts = dict(mix)
    return {f"tables_of_{size}": counts.get(size, 0) for size in sizes}


@attrs.frozen
class _MixHouse:
    """The scenario of each mix, made where it is played."""

    base: Scenario
    make_floor: MakeFloor

    def scenario(self, mix: _Pairs) -> Scenario:
        """Return the scenario of a mix.

        Raises:
            InvalidInput: If its floor does not suit the policy.
        """
        floor = self.make_floor(dict(mix))
        return attrs.evolve(self.base, house=attrs.evolve(self.base.house, floor=floor))


def _searched(
    houses: _MixHouse, mixes: Collection[_Pairs], gap: float, terms: Terms
) -> Search[_Pairs]:
    """Search the best mix on evenings after those of the study."""
    evaluate = partial(_scores, houses, terms.metric, terms.seed)
    rule = SearchTerms(gap, first=_FIRST_EVENINGS, limit=_MOST_EVENINGS, start=terms.evenings + 1)
    with plain_faults(), opened_executor(terms, evaluate) as executor:
        return search(evaluate, mixes, rule, executor=executor, progress=_progress_of(terms))


def _progress_of(terms: Terms) -> Progress | None:
    """Return the progress of a search: evenings played, and those with the next rung."""
    progress = terms.progress
    if progress is None:
        return None
    rung = _FIRST_EVENINGS

    def report(undecided: int, evenings: int) -> None:
        nonlocal rung
        progress(evenings, evenings + undecided * rung)
        rung *= 2

    return report


def _scores(
    houses: _MixHouse, metric: Metric, seed: int, mix: _Pairs, evenings: range
) -> list[float]:
    scenario = houses.scenario(mix)
    played = [simulate_evening(scenario, number, seed=seed) for number in evenings]
    numbers, _ = metric.numbers(played)
    return [-each if metric.less_is_better else each for each in numbers]
