"""Study command: run ``fourtop simulate`` and ``fourtop study`` with their parsed arguments.

The parser imports this module on use, because most commands simulate nothing.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import Any, Final

from fourtop import OfferTerms, SteeringPolicy
from fourtop.cli.answer import Answer
from fourtop.cli.arguments import database
from fourtop.cli.desk import Source
from fourtop.cli.inputs import SAMPLE, WrongInput
from fourtop.cli.named_function import imports_from_here, named_function
from fourtop.cli.quality import show_quality
from fourtop.cli.scenario import DemandSource, open_scenario
from fourtop.cli.simulate import RunOptions, simulate_scenario
from fourtop.cli.study import show_study
from fourtop.simulation import Scenario
from fourtop.simulation.studies import (
    Study,
    StudyOptions,
    accept_rules,
    buffers,
    minimum_parties,
    mixes_of_seats,
    notice,
    pacing,
    seating_quality,
    table_mix,
    turn_times,
    worth_of_joins,
)

_OF_NUMBERS: Final[dict[str, Callable[..., Study]]] = {
    "turn-times": turn_times,
    "buffers": buffers,
    "pacing": pacing,
    "minimum-parties": minimum_parties,
    "notice": notice,
}


def run_command(name: str, found: Namespace) -> Answer:
    """Run ``simulate`` or the study of a name.

    Args:
        name: ``simulate``, or the name of a study.
        found: The parsed arguments.

    Raises:
        WrongInput: If arguments contradict each other, or a file cannot be read.
        InvalidInput: If a value is out of range.
        SweepFailed: If the worker processes died.
    """
    study = _OF_NUMBERS.get(name)
    return _COMMANDS[name](found) if study is None else _numbers(study, found)


def _scenario(found: Namespace) -> Scenario:
    is_stored = found.floor is None and bool(found.restaurant or found.store)
    source = Source(None if is_stored else found.floor or SAMPLE, restaurant_id=found.restaurant)
    source.check(found.store)
    demand = DemandSource(found.demand, found.bookings, found.requests)
    return open_scenario(source, database(found) if is_stored else None, demand)


def _options(found: Namespace) -> RunOptions:
    return RunOptions(found.evenings, found.seed, found.processes, found.html)


def _simulate(found: Namespace) -> Answer:
    return simulate_scenario(_scenario(found), _options(found))


def _run(found: Namespace, study: Callable[[StudyOptions], Study]) -> Answer:
    measure: StudyOptions = {"metric": found.metric, "per": found.per}
    return show_study(study, _options(found), measure)


def _numbers(study: Callable[..., Study], found: Namespace) -> Answer:
    names = ("stays_follow", "interval_minutes", "seats_from")
    own: dict[str, Any] = {name: getattr(found, name) for name in names if hasattr(found, name)}
    values = () if found.values is None else (found.values,)
    scenario = _scenario(found)
    return _run(found, lambda options: study(scenario, *values, **own, **options))


def _joins(found: Namespace) -> Answer:
    scenario = _scenario(found)
    pairs = None if found.join is None else [_pair(text) for text in found.join]
    existing = not found.only_new
    return _run(
        found, lambda options: worth_of_joins(scenario, pairs, existing=existing, **options)
    )


def _pair(text: str) -> tuple[str, ...]:
    return tuple(number.strip() for number in text.split("+"))


def _mix(found: Namespace) -> Answer:
    scenario = _scenario(found)
    now = sum(table.capacity for table in scenario.house.floor.tables)
    # An odd number of seats has no mix of tables for two, four and six.
    seats = now - now % 2 if found.seats is None else found.seats
    mixes = mixes_of_seats(seats, found.sizes or (2, 4, 6))
    return _run(found, lambda options: table_mix(scenario, mixes, gap=found.gap, **options))


def _quality(found: Namespace) -> Answer:
    scenario = _scenario(found)
    measure: StudyOptions = {"metric": found.metric, "per": found.per}
    steering = SteeringPolicy("one_better", saves_more_than=found.better)
    offers = OfferTerms(found.flexible_minutes, steering=steering)
    return show_quality(
        lambda options: seating_quality(scenario, most_moves=found.moves, offers=offers, **options),
        _options(found),
        measure,
    )


def _accept(found: Namespace) -> Answer:
    scenario = _scenario(found)
    with imports_from_here():
        rules = {name.rpartition(":")[2]: named_function(name, "--rule") for name in found.rule}
        if len(rules) < len(found.rule):
            raise WrongInput("--rule: must name functions of different names")
        return _run(found, lambda options: accept_rules(scenario, rules, **options))


_COMMANDS: Final[dict[str, Callable[[Namespace], Answer]]] = {
    "simulate": _simulate,
    "joins": _joins,
    "table-mix": _mix,
    "accept-rules": _accept,
    "quality": _quality,
}
