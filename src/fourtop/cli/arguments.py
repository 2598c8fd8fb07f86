"""Arguments: those that several commands share."""

from __future__ import annotations

from argparse import ArgumentParser
from importlib import metadata


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


def installed_version() -> str:
    """Return the version of the package."""
    try:
        return metadata.version("fourtop")
    except metadata.PackageNotFoundError:
        return "(not installed)"
