"""Study parser: the arguments of ``fourtop simulate`` and ``fourtop study``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from functools import partial
from typing import Final

from fourtop.cli.answer import Answer
from fourtop.cli.arguments import Add, add_html, add_store, number, whole
from fourtop.cli.inputs import SAMPLE

_EVENINGS: Final = 200
# The studies of one number: the command, its summary, and the meaning of a value.
_OF_NUMBERS: Final = (
    ("turn-times", "other turn times, with stays as now", "minutes for all parties"),
    ("buffers", "time kept free after each party", "minutes"),
    ("pacing", "a cap on the covers of each interval", "covers in an interval"),
    ("minimum-parties", "a smallest party for big tables", "the smallest party"),
    ("notice", "the least time between booking and start", "minutes"),
)


def add_simulate(add: Add) -> None:
    """Add the command that plays many evenings."""
    _add(add, "simulate", "play many evenings of a house, with intervals")


def add_studies(add: Add) -> None:
    """Add the studies, each a command below ``study``."""
    parsers = {name: _add_of_numbers(add, name, *texts) for name, *texts in _OF_NUMBERS}
    parsers["turn-times"].add_argument(
        "--stays-follow", action="store_true", help="guests stay as long as the plan says"
    )
    parsers["pacing"].add_argument(
        "--interval",
        dest="interval_minutes",
        type=whole,
        default=15,
        metavar="MINUTES",
        help="(default: %(default)s)",
    )
    parsers["minimum-parties"].add_argument(
        "--seats-from", type=whole, default=6, metavar="SEATS", help="(default: %(default)s)"
    )
    _add_joins(_add_study(add, "joins", "what each join is worth, and further ones"))
    _add_mix(_add_study(add, "table-mix", "which tables to buy, by search"))
    _add_quality(_add_study(add, "quality", "what the default ranking, moves and steering bring"))
    _add_study(add, "accept-rules", "rules to take a request").add_argument(
        "--rule",
        action="append",
        required=True,
        metavar="FUNCTION",
        help="package.module:function that gets the guest and the desk; repeatable",
    )


def _add_of_numbers(add: Add, name: str, summary: str, value: str) -> ArgumentParser:
    parser = _add_study(add, name, summary)
    parser.add_argument(
        "--value",
        dest="values",
        type=whole,
        action="append",
        metavar="NUMBER",
        help=f"{value}; repeatable",
    )
    return parser


def _add_joins(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--join",
        action="append",
        metavar="TABLES",
        help="a pair such as 7+8; repeatable (default: each pair of movable tables of a zone)",
    )
    parser.add_argument("--only-new", action="store_true", help="take no join away")


def _add_mix(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--seats", type=whole, metavar="NUMBER", help="of all tables (default: as now)"
    )
    parser.add_argument(
        "--size",
        dest="sizes",
        type=whole,
        action="append",
        metavar="SEATS",
        help="of a table; repeatable (default: 2, 4 and 6)",
    )
    parser.add_argument(
        "--gap",
        type=whole,
        default=10,
        metavar="NUMBER",
        help="the search may miss a mix that is better by so much (default: %(default)s)",
    )


def _add_quality(parser: ArgumentParser) -> None:
    parser.set_defaults(per="evening")
    parser.add_argument(
        "--moves",
        type=whole,
        default=2,
        metavar="NUMBER",
        help="re-seating moves at most so many bookings for a party (default: %(default)s)",
    )
    parser.add_argument(
        "--flexible",
        dest="flexible_minutes",
        type=whole,
        default=30,
        metavar="MINUTES",
        help="steering offers starts so far from the wish (default: %(default)s)",
    )
    parser.add_argument(
        "--better",
        type=number,
        default=0.3,
        metavar="COVERS",
        help="steering offers one start that saves more than this (default: %(default)s)",
    )


def _add_study(add: Add, name: str, summary: str) -> ArgumentParser:
    parser = _add(add, name, summary)
    parser.add_argument(
        "--metric",
        default="covers",
        metavar="NAME",
        help="such as turned_away (default: %(default)s)",
    )
    parser.add_argument(
        "--per",
        choices=("week", "evening"),
        default="week",
        help="the span of totals (default: %(default)s)",
    )
    return parser


def _add(add: Add, name: str, summary: str) -> ArgumentParser:
    """Add a command with the arguments that all of them have."""
    parser = add(name, partial(_run, name), summary)
    _add_scenario(parser)
    _add_run(parser)
    return parser


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
    parser.add_argument("--evenings", type=whole, default=_EVENINGS, help="(default: %(default)s)")
    parser.add_argument("--seed", type=whole, default=1, help="draws the guests (default: 1)")
    parser.add_argument(
        "--processes", type=whole, metavar="NUMBER", help="worker processes (default: processors)"
    )
    add_html(parser)


def _run(name: str, found: Namespace) -> Answer:
    from fourtop.cli.study_command import run_command  # noqa: PLC0415  # Most simulate nothing.

    return run_command(name, found)
