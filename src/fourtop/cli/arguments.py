"""Arguments that several commands share: the house, the database, numbers and dates."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from datetime import date
from importlib import metadata
from typing import Final

from fourtop import InvalidInput
from fourtop.cli.answer import Answer
from fourtop.cli.database import DEFAULT_SCHEMA, VARIABLE, Database
from fourtop.cli.inputs import WrongInput
from fourtop.errors import safe_repr
from fourtop.model.service_period import check_date

Add = Callable[[str, Callable[[Namespace], Answer], str], ArgumentParser]

_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")


def add_house(parser: ArgumentParser, *, is_optional: bool = False) -> None:
    """Add the house of a file, with its bookings and the present time."""
    count = "?" if is_optional else None
    parser.add_argument(
        "floor", nargs=count, metavar="FLOOR", help="a house document, or pub for the sample"
    )
    rows = "existing bookings: CSV, or JSON if the name ends in .json"
    parser.add_argument("--bookings", metavar="FILE", help=rows)
    parser.add_argument("--now", metavar="TIME", help="current time (default: the machine's clock)")


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


def add_store(parser: ArgumentParser, what: str | None = None) -> None:
    """Add the location of the database; no default is shown, because it may hold a password."""
    parser.add_argument(
        "--store", metavar="URL", help=what or f"the database (default: {VARIABLE})"
    )
    schema = "schema of the tables on PostgreSQL (default: %(default)s)"
    parser.add_argument("--schema", metavar="NAME", default=DEFAULT_SCHEMA, help=schema)


def whole(text: str) -> int:
    """Return a whole number.

    Raises:
        ArgumentTypeError: If it is none.
    """
    if _WHOLE.fullmatch(text) is None:
        raise ArgumentTypeError(f"must be a whole number (got {safe_repr(text)})")
    return int(text)


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


def installed_version() -> str:
    """Return the version of the package."""
    try:
        return metadata.version("fourtop")
    except metadata.PackageNotFoundError:
        return "(not installed)"
