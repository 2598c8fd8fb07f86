"""The parser: which commands there are, and what they take."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from importlib import metadata
from typing import Any, Final, NoReturn

from fourtop import InvalidInput
from fourtop.cli.answer import Answer
from fourtop.cli.audit import audit
from fourtop.cli.availability import availability
from fourtop.cli.demo import demo
from fourtop.cli.evening import DEFAULT_DATE, DEFAULT_SEED
from fourtop.cli.opening import WrongInput, open_desk, open_house, read_bookings
from fourtop.cli.plan import Conditions, Wanted, plan
from fourtop.errors import shown
from fourtop.model.policy import as_date
from fourtop.model.schema import house_schema

_DESCRIPTION: Final = "Answer which tables a party gets, and play an evening of a pub."
_EPILOG: Final = """\
FLOOR is the path of a house document (see `fourtop schema`), or the word pub for the sample.
Times are ISO 8601; without an offset they are local times of the restaurant.

exit codes: 0 the answer is yes (there is a plan, a start can be booked, the audit is clean)
            1 the answer is no
            2 the input is wrong: one line on stderr says what and where
"""
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")

Run = Callable[[], Answer]


class _Parser(ArgumentParser):
    """Reports wrong input in one line, without the usage around it."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong, for ``main`` to print."""
        raise WrongInput(message)


def parse(arguments: Sequence[str]) -> tuple[Run, bool]:
    """Return what a command line asks for, ready to run, and whether the answer is for a machine.

    Raises:
        WrongInput: If it asks for nothing that there is.
        SystemExit: After ``--help``.
    """
    found = _parser().parse_args(arguments)
    return partial(found.run, found), found.json


def _parser() -> ArgumentParser:
    parser = _Parser(
        prog="fourtop",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"fourtop {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands", required=True)
    add = partial(_add, commands)
    one = add("demo", _run_demo, "play an evening of a pub, from the first request to the audit")
    one.add_argument("--seed", type=_whole, default=DEFAULT_SEED, help="draws the guests (default: %(default)s)")
    one.add_argument("--on", type=_date, default=DEFAULT_DATE, metavar="DATE", help="(default: %(default)s)")
    one = add("plan", _run_plan, "the tables that a party would get, with the score; or why not")
    _add_house(one)
    one.add_argument("--party", type=_whole, required=True, metavar="SIZE")
    one.add_argument("--at", required=True, metavar="TIME", help="such as 2026-05-01T19:00")
    one.add_argument("--occasion", metavar="KEY", help="an occasion of the house")
    one.add_argument("--table", action="append", default=[], metavar="NUMBER", help="this table; may be repeated")
    _add_conditions(one)
    one = add("availability", _run_availability, "the start times of a date, each bookable or why not")
    _add_house(one)
    one.add_argument("--on", type=_date, required=True, metavar="DATE")
    one.add_argument("--party", type=_whole, action="append", required=True, metavar="SIZE", help="may be repeated")
    _add_conditions(one)
    one = add("audit", _run_audit, "whether bookings can all be true at once")
    _add_house(one, needs_bookings=True)
    add("schema", _run_schema, "the JSON Schema of the house document")
    return parser


def _version() -> str:
    try:
        return metadata.version("fourtop")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _add(commands: Any, name: str, run: Callable[[Namespace], Answer], summary: str) -> ArgumentParser:
    description = f"{summary[0].upper()}{summary[1:]}."
    parser: ArgumentParser = commands.add_parser(name, help=summary, description=description, allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="answer for machines")
    parser.set_defaults(run=run)
    return parser


def _add_house(parser: ArgumentParser, *, needs_bookings: bool = False) -> None:
    parser.add_argument("floor", metavar="FLOOR", help="a house document, or pub for the sample")
    rows = "bookings that exist: CSV, or JSON if the name ends in .json"
    parser.add_argument("--bookings", metavar="FILE", required=needs_bookings, help=rows)
    parser.add_argument("--now", metavar="TIME", help="what time it is (default: as the machine's clock says)")


def _add_conditions(parser: ArgumentParser) -> None:
    for name, what in (
        ("zone", "the tables stand in this zone"),
        ("setting", "indoor, outdoor or bar"),
        ("seating", "a seating type, such as booth"),
        ("feature", "such as step-free"),
    ):
        parser.add_argument(f"--{name}", action="append", default=[], metavar=name.upper(), help=f"{what}; repeatable")


# ---- arguments


def _whole(text: str) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise ArgumentTypeError(f"must be a whole number, not {shown(text)}")
    return int(text)


def _date(text: str) -> date:
    try:
        return as_date(text)
    except InvalidInput as error:
        raise ArgumentTypeError(f"{error.rule}, not {error.given}") from None


def _conditions(found: Namespace) -> Conditions:
    return Conditions(found.zone, found.setting, found.seating, found.feature)


# ---- commands


def _run_demo(found: Namespace) -> Answer:
    return demo(found.seed, found.on)


def _run_plan(found: Namespace) -> Answer:
    desk = open_desk(open_house(found.floor), now=found.now, bookings=found.bookings)
    return plan(desk, Wanted(found.party, found.at, _conditions(found), found.occasion, found.table))


def _run_availability(found: Namespace) -> Answer:
    house = open_house(found.floor)
    desk = open_desk(house, now=found.now, bookings=found.bookings)
    return availability(desk, found.on, found.party, _conditions(found).of(house))


def _run_audit(found: Namespace) -> Answer:
    return audit(open_desk(open_house(found.floor), now=found.now), read_bookings(found.bookings))


def _run_schema(_found: Namespace) -> Answer:
    return Answer("", house_schema())
