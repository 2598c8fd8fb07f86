"""Arguments that several commands share: the house, the party, the database, numbers and dates."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from importlib import metadata
from typing import Any, Final

from fourtop import Desk, InvalidInput
from fourtop.cli.answer import Answer
from fourtop.cli.database import DEFAULT_SCHEMA, VARIABLE, Database
from fourtop.cli.desk import Source, opened_desk
from fourtop.cli.inputs import WrongInput
from fourtop.cli.plan import Conditions, Wanted
from fourtop.errors import safe_repr
from fourtop.model.service_period import check_date

Add = Callable[[str, Callable[[Namespace], Answer], str], ArgumentParser]

_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")


# ---- commands


def add_command(
    commands: Any, name: str, run: Callable[[Namespace], Answer], summary: str
) -> ArgumentParser:
    """Add a command, and return the parser of its arguments."""
    description = f"{summary[0].upper()}{summary[1:]}."
    parser: ArgumentParser = commands.add_parser(
        name, help=summary, description=description, allow_abbrev=False
    )
    parser.add_argument("--json", action="store_true", help="answer for machines")
    parser.set_defaults(run=run)
    return parser


def add_group(commands: Any, name: str, metavar: str, summary: str) -> Add:
    """Add a command with commands of its own; return the function that adds one."""
    group = commands.add_parser(
        name, help=summary, description=f"{summary.capitalize()}.", allow_abbrev=False
    )
    below = group.add_subparsers(metavar=metavar, title=f"{metavar.lower()}s", required=True)
    return partial(add_command, below)


# ---- their arguments


def add_house(parser: ArgumentParser, *, is_optional: bool = False) -> None:
    """Add the house of a file, with its bookings and the present time."""
    count = "?" if is_optional else None
    parser.add_argument(
        "floor", nargs=count, metavar="FLOOR", help="a house document, or pub for the sample"
    )
    rows = "existing bookings: CSV, or JSON if the name ends in .json"
    parser.add_argument("--bookings", metavar="FILE", help=rows)
    parser.add_argument("--now", metavar="TIME", help="current time (default: the machine's clock)")


def add_source(parser: ArgumentParser) -> None:
    """Add the house that a command reads: a floor, or a restaurant of a database."""
    add_house(parser, is_optional=True)
    parser.add_argument("--restaurant", metavar="ID", help="a restaurant of the database")
    add_store(parser, f"database of the restaurant (default without FLOOR: {VARIABLE})")


def add_wanted(parser: ArgumentParser) -> None:
    """Add the request of a party."""
    parser.add_argument("--party", dest="party_size", type=whole, required=True, metavar="SIZE")
    parser.add_argument("--at", required=True, metavar="TIME", help="such as 2026-05-01T19:00")
    parser.add_argument("--occasion", metavar="KEY", help="an occasion of the house")
    parser.add_argument(
        "--table", action="append", default=[], metavar="NUMBER", help="this table; may be repeated"
    )
    add_conditions(parser)


def add_conditions(parser: ArgumentParser) -> None:
    """Add the conditions on the tables."""
    for name, what in (
        ("zone", "the tables stand in this zone"),
        ("area", "indoor, outdoor or bar"),
        ("seating", "a seating type, such as booth"),
        ("feature", "such as step-free"),
    ):
        parser.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar=name.upper(),
            help=f"{what}; repeatable",
        )


def add_html(parser: ArgumentParser) -> None:
    """Add the file of a page."""
    parser.add_argument("--html", metavar="FILE", help="write a page with pictures into this file")


def add_store(parser: ArgumentParser, what: str | None = None) -> None:
    """Add the location of the database; no default is shown, because it may hold a password."""
    parser.add_argument(
        "--store", metavar="URL", help=what or f"the database (default: {VARIABLE})"
    )
    schema = "schema of the tables on PostgreSQL (default: %(default)s)"
    parser.add_argument("--schema", metavar="NAME", default=DEFAULT_SCHEMA, help=schema)


# ---- their values


def whole(text: str) -> int:
    """Return a whole number.

    Raises:
        ArgumentTypeError: If it is none.
    """
    if _WHOLE.fullmatch(text) is None:
        raise ArgumentTypeError(f"must be a whole number (got {safe_repr(text)})")
    return int(text)


def number(text: str) -> float:
    """Return a number, such as 0.5.

    Raises:
        ArgumentTypeError: If it is none.
    """
    if _NUMBER.fullmatch(text) is None:
        raise ArgumentTypeError(f"must be a number such as 0.5 (got {safe_repr(text)})")
    return float(text)


def day(text: str) -> date:
    """Return a date.

    Raises:
        ArgumentTypeError: If it is none.
    """
    try:
        return check_date("date", text)
    except InvalidInput as error:
        raise ArgumentTypeError(f"{error.rule} (got {error.given})") from None


def database(found: Namespace) -> Database:
    """Return the database that the arguments or the variable name.

    Raises:
        WrongInput: If neither does.
    """
    url = found.store or os.environ.get(VARIABLE)
    if not url:
        raise WrongInput(
            f"the following arguments are required: --store, or the variable {VARIABLE}"
        )
    return Database(url, found.schema)


def conditions(found: Namespace) -> Conditions:
    """Return the conditions on the tables."""
    return Conditions(found.zone, found.area, found.seating, found.feature)


def wanted(found: Namespace) -> Wanted:
    """Return the request of a party."""
    return Wanted(found.party_size, found.at, conditions(found), found.occasion, found.table)


def desk_of(found: Namespace) -> AbstractContextManager[Desk]:
    """Return the desk of the house that a command reads; it is opened on entry.

    Raises:
        WrongInput: If the options do not belong together; names them.
    """
    source = Source(found.floor, found.bookings, found.now, found.restaurant)
    source.check(found.store)
    return opened_desk(source, database(found) if source.is_stored else None)


def installed_version() -> str:
    """Return the version of the package."""
    try:
        return metadata.version("fourtop")
    except metadata.PackageNotFoundError:
        return "(not installed)"
