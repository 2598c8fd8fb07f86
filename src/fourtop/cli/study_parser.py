"""Study parser: the arguments of ``fourtop simulate`` and ``fourtop study``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from fourtop.cli.answer import Answer
from fourtop.cli.arguments import Add, add_store, database, whole
from fourtop.cli.desk import Source
from fourtop.cli.inputs import SAMPLE
from fourtop.cli.scenario import DemandSource, open_scenario
from fourtop.cli.simulate import RunOptions, simulate_scenario
from fourtop.simulation import Scenario
from fourtop.simulation.studies.runs import DEFAULT_EVENINGS


def add_simulations(add: Add) -> None:
    """Add the commands that play many evenings."""
    one = add("simulate", _run_simulate, "play many evenings of a house, with intervals")
    _add_scenario(one)
    _add_run(one)


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
        default=SAMPLE,
        metavar="FILE",
        help="a demand document, or pub for that of the sample (default: %(default)s)",
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


def _scenario(found: Namespace) -> Scenario:
    is_stored = found.floor is None and (found.restaurant or found.store)
    source = Source(None if is_stored else found.floor or SAMPLE, restaurant_id=found.restaurant)
    source.check(found.store)
    demand = DemandSource(found.demand, found.requests)
    return open_scenario(source, database(found) if is_stored else None, demand)


def _options(found: Namespace) -> RunOptions:
    return RunOptions(found.evenings, found.seed, found.processes, found.html)


def _run_simulate(found: Namespace) -> Answer:
    return simulate_scenario(_scenario(found), _options(found))
