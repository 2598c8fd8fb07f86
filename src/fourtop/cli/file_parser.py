"""File parser: the arguments of ``fourtop import`` and ``fourtop export``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from fourtop.cli.answer import Answer
from fourtop.cli.arguments import Add, add_store, database, whole
from fourtop.cli.dates import add_days, days
from fourtop.cli.export_bookings import FORMATS, export_file
from fourtop.cli.feeds import write_feed_files
from fourtop.cli.import_bookings import FormOptions, ImportOptions, import_file


def add_files(add: Add) -> None:
    """Add the commands that bring bookings in from files, and out again."""
    one = add("import", _run_import, "bring the bookings of a file into a restaurant")
    one.add_argument("file", metavar="FILE", help="CSV, or JSON if the name ends in .json")
    _add_restaurant(one)
    add_store(one)
    one.add_argument("--dry-run", action="store_true", help="only say what would be imported")
    one.add_argument(
        "--on-conflict",
        choices=("refuse", "skip"),
        default="refuse",
        help="skip: leave out rows with a problem, and list them (default: %(default)s)",
    )
    one.add_argument("--shadow", action="store_true", help="as shadow bookings, for a trial")
    one.add_argument("--key", metavar="KEY", help="the import happens once under this key")
    known = "what is not given is recognised"
    one.add_argument("--delimiter", metavar="CHARACTER", help=f"of a CSV file, or tab; {known}")
    one.add_argument("--encoding", metavar="NAME", help=f"such as latin-1; {known}")
    one.add_argument("--dates", metavar="ORDER", help=f"day-first or month-first; {known}")
    one.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME=FIELD",
        help="a column and its field, or NAME= to leave it out; repeatable",
    )
    one.add_argument("--ignore-columns", action="store_true", help="leave out unknown columns")
    one = add("export", _run_export, "the bookings of some dates; import takes them back")
    _add_restaurant(one)
    add_store(one)
    add_days(one)
    one.add_argument(
        "--format", choices=FORMATS, default="csv", help="ics: a calendar (default: %(default)s)"
    )
    one.add_argument("-o", "--output", metavar="FILE", help="write them into this file")
    one = add("feeds", _run_feeds, "write the feeds of an aggregator: merchants, services, spots")
    one.add_argument("file", metavar="FILE", help="a merchants document")
    one.add_argument("-o", "--output", metavar="FOLDER", required=True, help="an existing folder")
    one.add_argument(
        "--days", type=whole, default=30, metavar="DAYS", help="from today (default: %(default)s)"
    )
    one.add_argument(
        "--party",
        dest="party_sizes",
        type=whole,
        action="append",
        default=[],
        metavar="SIZE",
        help="may be repeated (default: 1 to 10)",
    )
    add_store(one)


def _add_restaurant(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--restaurant", metavar="ID", help="may be left out if the database has only one"
    )


def _run_import(found: Namespace) -> Answer:
    form = FormOptions(
        delimiter=found.delimiter,
        encoding=found.encoding,
        dates=found.dates,
        columns=found.column,
        ignores_others=found.ignore_columns,
    ).form
    options = ImportOptions(
        skips=found.on_conflict == "skip",
        is_shadow=found.shadow,
        is_dry_run=found.dry_run,
        key=found.key,
    )
    return import_file(database(found), found.file, found.restaurant, form, options)


def _run_export(found: Namespace) -> Answer:
    return export_file(database(found), found.restaurant, days(found), found.format, found.output)


def _run_feeds(found: Namespace) -> Answer:
    there = database(found)
    return write_feed_files(there, found.file, found.output, found.days, found.party_sizes)
