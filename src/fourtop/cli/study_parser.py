"""Study parser: the arguments of ``fourtop simulate`` and ``fourtop study``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from fourtop.cli.answer import Answer
from fourtop.cli.arguments import Add, add_store, database, whole
from fourtop.cli.desk import Source
from fourtop.cli.inputs import SAMPLE, WrongInput
from fourtop.cli.named_function import imports_from_here, named_function
from fourtop.cli.scenario import DemandSource, open_scenario
from fourtop.cli.simulate import RunOptions, simulate_scenario
from fourtop.cli.study import show_study
from fourtop.simulation import Scenario
from fourtop.simulation.studies import (
    Per,
    Study,
    StudyOptions,
    accept_rules,
    buffers,
    minimum_parties,
    mixes_of_seats,
    notice,
    pacing,
    table_mix,
    turn_times,
    worth_of_joins,
)
from fourtop.simulation.studies.runs import DEFAULT_EVENINGS

_Study = Callable[..., Study]
# The studies of one number: the command, its function, its summary, and the meaning of a value.
_OF_NUMBERS: Final[tuple[tuple[str, _Study, str, str], ...]] = (
    ("turn-times", turn_times, "other turn times, with stays as now", "minutes for all parties"),
    ("buffers", buffers, "time kept free after each party", "minutes"),
    ("pacing", pacing, "a cap on the covers of each interval", "covers in an interval"),
    ("minimum-parties", minimum_parties, "a smallest party for big tables", "the smallest party"),
    ("notice", notice, "the least time between booking and start", "minutes"),
)


def add_simulate(add: Add) -> None:
    """Add the command that plays many evenings."""
    one = add("simulate", _run_simulate, "play many evenings of a house, with intervals")
    _add_scenario(one)
    _add_run(one)


def add_studies(add: Add) -> None:
    """Add the studies, each a command below ``study``."""
    parsers = {}
    for name, study, summary, value in _OF_NUMBERS:
        parsers[name] = one = add(name, partial(_run_numbers, study), summary)
        one.add_argument(
            "--value",
            dest="values",
            type=whole,
            action="append",
            metavar="NUMBER",
            help=f"{value}; repeatable",
        )
    parsers["turn-times"].add_argument(
        "--stays-follow", action="store_true", help="guests stay as long as the plan says"
    )
    parsers["pacing"].add_argument(
        "--interval", dest="interval_minutes", type=whole, default=15, metavar="MINUTES"
    )
    parsers["minimum-parties"].add_argument(
        "--seats-from", type=whole, default=6, metavar="SEATS", help="(default: %(default)s)"
    )
    parsers["joins"] = one = add("joins", _run_joins, "what each join is worth, and further ones")
    one.add_argument(
        "--join",
        action="append",
        metavar="TABLES",
        help="a pair such as 7+8; repeatable (default: each pair of movable tables of a zone)",
    )
    one.add_argument("--only-new", action="store_true", help="take no join away")
    parsers["table-mix"] = one = add("table-mix", _run_mix, "which tables to buy, by search")
    one.add_argument(
        "--seats", type=whole, metavar="NUMBER", help="of all tables (default: as now)"
    )
    one.add_argument(
        "--size",
        dest="sizes",
        type=whole,
        action="append",
        metavar="SEATS",
        help="of a table; repeatable (default: 2, 4 and 6)",
    )
    one.add_argument(
        "--gap",
        type=whole,
        default=10,
        metavar="NUMBER",
        help="the search may miss a mix that is better by so much (default: %(default)s)",
    )
    parsers["accept-rules"] = one = add("accept-rules", _run_accept, "rules to take a request")
    one.add_argument(
        "--rule",
        action="append",
        required=True,
        metavar="FUNCTION",
        help="package.module:function that gets the guest and the desk; repeatable",
    )
    for one in parsers.values():
        _add_scenario(one)
        _add_run(one)
        _add_measure(one)


def _add_scenario(parser: ArgumentParser) -> None:
    parser.add_argument(
        "floor",
        nargs="?",
        metavar="FLOOR",
        help=f"a house document, or pub for the sample (default: {SAMPLE})",
    )
    parser.add_argument("--restaurant", metavar="ID", help="a restaurant of the database instead")
    add_store(parser, "database of the restaurant")
    parser.add_argument(
        "--demand",
        metavar="FILE",
        help="a demand document, or pub for that of the sample (default: pub)",
    )
    parser.add_argument(
        "--bookings", metavar="FILE", help="past bookings to fit the demand to: CSV or JSON"
    )
    parser.add_argument(
        "--requests", type=whole, metavar="NUMBER", help="requests on a date, on average"
    )


def _add_run(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--evenings", type=whole, default=DEFAULT_EVENINGS, help="(default: %(default)s)"
    )
    parser.add_argument("--seed", type=whole, default=1, help="draws the guests (default: 1)")
    parser.add_argument(
        "--processes", type=whole, metavar="NUMBER", help="worker processes (default: processors)"
    )
    parser.add_argument("--html", metavar="FILE", help="write a page with pictures into this file")


def _add_measure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--metric", default="covers", metavar="NAME", help="such as refused (default: %(default)s)"
    )
    parser.add_argument(
        "--per",
        choices=tuple(Per),
        default=Per.WEEK.value,
        help="the span of totals (default: %(default)s)",
    )


# ---- commands


def _scenario(found: Namespace) -> Scenario:
    is_stored = found.floor is None and bool(found.restaurant or found.store)
    source = Source(None if is_stored else found.floor or SAMPLE, restaurant_id=found.restaurant)
    source.check(found.store)
    demand = DemandSource(found.demand, found.bookings, found.requests)
    return open_scenario(source, database(found) if is_stored else None, demand)


def _options(found: Namespace) -> RunOptions:
    return RunOptions(found.evenings, found.seed, found.processes, found.html)


def _run_simulate(found: Namespace) -> Answer:
    return simulate_scenario(_scenario(found), _options(found))


def _run(found: Namespace, study: Callable[[StudyOptions], Study]) -> Answer:
    measure: StudyOptions = {"metric": found.metric, "per": found.per}
    return show_study(study, _options(found), measure)


def _run_numbers(study: _Study, found: Namespace) -> Answer:
    names = ("stays_follow", "interval_minutes", "seats_from")
    own: dict[str, Any] = {name: getattr(found, name) for name in names if hasattr(found, name)}
    values = () if found.values is None else (found.values,)
    scenario = _scenario(found)
    return _run(found, lambda options: study(scenario, *values, **own, **options))


def _run_joins(found: Namespace) -> Answer:
    scenario = _scenario(found)
    pairs = None if found.join is None else [_pair(text) for text in found.join]
    existing = not found.only_new
    return _run(
        found, lambda options: worth_of_joins(scenario, pairs, existing=existing, **options)
    )


def _pair(text: str) -> tuple[str, ...]:
    return tuple(number.strip() for number in text.split("+"))


def _run_mix(found: Namespace) -> Answer:
    scenario = _scenario(found)
    now = sum(table.capacity for table in scenario.house.floor.tables)
    # An odd number of seats has no mix of tables for two, four and six.
    seats = now - now % 2 if found.seats is None else found.seats
    mixes = mixes_of_seats(seats, found.sizes or (2, 4, 6))
    return _run(found, lambda options: table_mix(scenario, mixes, gap=found.gap, **options))


def _run_accept(found: Namespace) -> Answer:
    scenario = _scenario(found)
    with imports_from_here():
        rules = {name.rpartition(":")[2]: named_function(name, "--rule") for name in found.rule}
        if len(rules) < len(found.rule):
            raise WrongInput("--rule: must name functions of different names")
        return _run(found, lambda options: accept_rules(scenario, rules, **options))
