"""Parser: the commands of ``fourtop`` and their arguments."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Final, NoReturn

from fourtop import DayPlanTerms, MonthTerms, Objective
from fourtop.cli.answer import Answer
from fourtop.cli.arguments import (
    Add,
    add_command,
    add_conditions,
    add_group,
    add_house,
    add_html,
    add_source,
    add_store,
    conditions,
    database,
    day,
    desk_of,
    installed_version,
    whole,
)
from fourtop.cli.audit import audit, audit_database
from fourtop.cli.availability import availability
from fourtop.cli.clock import reset_clock
from fourtop.cli.database import VARIABLE
from fourtop.cli.dates import add_days, days
from fourtop.cli.day import show_day
from fourtop.cli.desk import staff_desk
from fourtop.cli.doctor import doctor
from fourtop.cli.file_parser import add_files
from fourtop.cli.house import PutOptions, export_house, put_house, show_house
from fourtop.cli.inputs import WrongInput, open_desk, open_document, open_house, read_bookings
from fourtop.cli.job_parser import add_jobs
from fourtop.cli.migration import LATEST, NOTHING, migrate, standing, take_back
from fourtop.cli.month import as_month, show_month
from fourtop.cli.offers import forecast_of
from fourtop.cli.plan_day import plan_day, read_values
from fourtop.cli.preview import preview_house
from fourtop.cli.request_parser import add_requests
from fourtop.cli.rules import check_house_rules
from fourtop.cli.seat import Arrival, seat
from fourtop.cli.serve_parser import add_serve
from fourtop.cli.shadow import show_shadow
from fourtop.cli.slot_parser import add_slots
from fourtop.cli.study_parser import add_simulate, add_studies
from fourtop.cli.waitlist import make_offer, show_waitlist
from fourtop.formats.json_schema import house_schema
from fourtop.model.day_plan import NODE_BUDGET

_DESCRIPTION: Final = (
    "Find tables for a party, play an evening of a pub, and maintain databases of bookings."
)
_EPILOG: Final = """\
FLOOR is the path of a house document (see `fourtop schema`), or the word pub for the sample.
Times are ISO 8601; without an offset they are local times of the restaurant.
URL is sqlite:///night.db (relative), sqlite:////var/night.db (absolute), or
postgresql://user@host/name.
FOURTOP_STORE is the default URL of every command that takes one, except for the demo.

exit codes: 0 yes: a plan exists, a start is bookable, the audit is clean, or the job is done
            1 no
            2 wrong input, or the database cannot be used; one line on stderr names the fault
"""

# As in fourtop.simulation.demo.evening, which most commands need not import.
_DEMO_SEED: Final = 21
_DEMO_DATE: Final = date(2026, 5, 1)

Run = Callable[[], Answer]


class _Parser(ArgumentParser):
    """Report wrong input in one line, without the usage text."""

    def error(self, message: str) -> NoReturn:
        """Raise the message as wrong input, for ``main`` to print."""
        raise WrongInput(message)


def parse(arguments: Sequence[str]) -> tuple[Run, bool]:
    """Return the command of a command line, ready to run, and whether it prints JSON.

    Without arguments the help with its list of commands is printed.

    Raises:
        WrongInput: If the arguments name no command or are invalid.
        SystemExit: After printing the help or the version.
    """
    found = _parser().parse_args(arguments or ["--help"])
    return partial(found.run, found), found.json


def _parser() -> ArgumentParser:
    parser = _Parser(
        prog="fourtop",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"fourtop {installed_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands", required=True)
    add = partial(add_command, commands)
    _add_demo(add)
    add_requests(add)
    _add_looking(add)
    add_simulate(add)
    add_studies(add_group(commands, "study", "NAME", "what a change of a house is worth"))
    _add_keeping(add)
    add_files(add)
    add_slots(commands)
    _add_houses(commands)
    _add_rules(commands)
    add_jobs(commands)
    add("schema", _run_schema, "the JSON Schema of the house document")
    return parser


def _add_demo(add: Add) -> None:
    one = add("demo", _run_demo, "play an evening of a pub, from the first request to the audit")
    one.add_argument(
        "--seed", type=whole, default=_DEMO_SEED, help="draws the guests (default: %(default)s)"
    )
    one.add_argument(
        "--on", type=day, default=_DEMO_DATE, metavar="DATE", help="(default: %(default)s)"
    )
    add_store(one, "database to play in and keep (default: in memory)")
    add_serve(add)


def _add_looking(add: Add) -> None:
    """Add the commands that show the dates of a house."""
    one = add("day", _run_day, "the tables of a date, with all that takes them by time")
    add_source(one)
    one.add_argument("--on", type=day, required=True, metavar="DATE")
    one = add("month", _run_month, "the days of a month, bookable, full or closed")
    add_source(one)
    one.add_argument("--month", required=True, metavar="MONTH", help="such as 2026-05")
    one.add_argument("--party", dest="party_size", type=whole, required=True, metavar="SIZE")
    one.add_argument("--occasion", metavar="KEY", help="an occasion of the house")
    add_conditions(one)
    one = add("shadow", _run_shadow, "the bookings that rules in shadow mode would have refused")
    add_source(one)
    add_days(one)
    one = add("availability", _run_availability, "the start times of a date, bookable or refused")
    add_house(one)
    one.add_argument("--on", type=day, required=True, metavar="DATE")
    one.add_argument(
        "--party",
        dest="party_size",
        type=whole,
        action="append",
        required=True,
        metavar="SIZE",
        help="may be repeated",
    )
    one.add_argument(
        "--costs", action="store_true", help="show the cost of each start in covers, too"
    )
    one.add_argument(
        "--demand",
        metavar="FILE",
        help="with --costs: a demand document, or pub for that of the sample",
    )
    add_conditions(one)


def _add_keeping(add: Add) -> None:
    """Add the commands that check databases and change their schema."""
    one = add(
        "audit",
        _run_audit,
        "check the bookings of a file or of a database for contradictions",
    )
    add_house(one, is_optional=True)
    add_store(one, f"database to audit (default without FLOOR: {VARIABLE})")
    one.add_argument(
        "--restaurant", action="append", default=[], metavar="ID", help="only this one; repeatable"
    )
    one = add(
        "migrate", _run_migrate, "create or upgrade the schema of a database; safe to run twice"
    )
    add_store(one)
    which = one.add_mutually_exclusive_group()
    which.add_argument(
        "--to", default=LATEST, metavar="REVISION", help="upgrade to it (default: the latest)"
    )
    back = f"downgrade to it and delete data that it cannot hold; {NOTHING} removes everything"
    which.add_argument("--down", metavar="REVISION", help=back)
    which.add_argument("--current", action="store_true", help="only show the present revision")
    one = add(
        "doctor", _run_doctor, "check a database; exit code 1 means that stores refuse to use it"
    )
    add_store(one)
    one = add("seat", _run_seat, "seat the party of a booking, or a party at the door, now")
    one.add_argument("id", metavar="ID", help="a restaurant of the database")
    one.add_argument("booking", nargs="?", metavar="BOOKING", help="the id of a booking")
    one.add_argument(
        "--walk-in", dest="party_size", type=whole, metavar="SIZE", help="a party without one"
    )
    one.add_argument(
        "--table", action="append", default=[], metavar="NUMBER", help="this table; may be repeated"
    )
    one.add_argument(
        "--moves",
        type=whole,
        default=0,
        metavar="NUMBER",
        help="move at most this many later bookings to make room for a party at the door",
    )
    add_store(one)
    one = add(
        "preview", _run_preview, "the bookings and holds that a new house strands, and the ways out"
    )
    one.add_argument("file", metavar="FILE", help="a house document")
    add_store(one)
    one = add("waitlist", _run_waitlist, "the parties that wait for tables on a date")
    one.add_argument("id", metavar="ID", help="a restaurant of the database")
    one.add_argument("--on", type=day, required=True, metavar="DATE")
    one.add_argument(
        "--offer", action="store_true", help="keep tables for the first that can be seated"
    )
    add_store(one)
    _add_day_plan(add)
    one = add("clock", _run_clock, "set the time of a restaurant back after a clock ran ahead")
    one.add_argument("action", choices=("reset",), help="reset: to the clock of the database")
    one.add_argument(
        "--restaurant", action="append", required=True, metavar="ID", help="this one; repeatable"
    )
    add_store(one)


def _add_day_plan(add: Add) -> None:
    one = add("plan-day", _run_day_plan, "tables for all bookings of a date, as moves")
    one.add_argument("id", metavar="RESTAURANT", help="a restaurant of the database")
    one.add_argument("on", type=day, metavar="DATE")
    one.add_argument(
        "--objective",
        default=Objective.COVERS.value,
        metavar="NAME",
        help="covers, revenue or priority (default: %(default)s)",
    )
    one.add_argument(
        "--values", metavar="FILE", help="the amount or priority by booking id, as a JSON object"
    )
    one.add_argument(
        "--optimum", action="store_true", help="look for the optimum; needs fourtop[optimize]"
    )
    one.add_argument(
        "--nodes",
        type=whole,
        default=NODE_BUDGET,
        metavar="NUMBER",
        help="the node budget of the search (default: %(default)s)",
    )
    one.add_argument("--seed", type=whole, default=0, help="of the search (default: %(default)s)")
    one.add_argument("--commit", action="store_true", help="make the moves")
    add_html(one)
    add_store(one)


def _add_houses(commands: Any) -> None:
    """Add the commands that put houses into a database and read them back."""
    add = add_group(commands, "house", "ACTION", "put, show or export the house of a restaurant")
    one = add("put", _run_put, "add a restaurant, or replace its whole house in one step")
    one.add_argument("file", metavar="FILE", help="a house document")
    one.add_argument(
        "--expected",
        metavar="VERSIONS",
        help="replace only this version of floor and policy, such as 3,2; see house show",
    )
    one.add_argument("--dry-run", action="store_true", help="only say what would change")
    add_store(one)
    one = add("show", _run_show, "the zones, tables, joins, hours, rules and versions of a house")
    one.add_argument("id", metavar="ID", help="a restaurant of the database")
    add_store(one)
    one = add("export", _run_export, "the house document of a restaurant; house put takes it back")
    one.add_argument("id", metavar="ID", help="a restaurant of the database")
    one.add_argument("-o", "--output", metavar="FILE", help="write it into this file")
    add_store(one)


def _add_rules(commands: Any) -> None:
    add = add_group(commands, "rules", "ACTION", "check the rules of a house")
    one = add("check", _run_rules, "rules that contradict each other or never apply")
    one.add_argument("floor", metavar="FLOOR", help="a house document, or pub for the sample")


# ---- commands


def _run_demo(found: Namespace) -> Answer:
    from fourtop.cli.demo import demo  # noqa: PLC0415  # Most commands play no evening.

    # The variable names a database of real restaurants; the sample pub does not belong there.
    return demo(found.seed, found.on, database(found) if found.store else None)


def _run_day(found: Namespace) -> Answer:
    with desk_of(found) as desk:
        return show_day(desk, found.on)


def _run_month(found: Namespace) -> Answer:
    month = as_month(found.month)
    with desk_of(found) as desk:
        must = conditions(found).of(desk.house())
        terms = MonthTerms(must=must, occasion=found.occasion)
        return show_month(desk, month, found.party_size, terms)


def _run_shadow(found: Namespace) -> Answer:
    asked = days(found)
    with desk_of(found) as desk:
        return show_shadow(desk, asked)


def _run_availability(found: Namespace) -> Answer:
    house = open_house(found.floor)
    if found.demand is not None and not found.costs:
        raise WrongInput("--demand: needs --costs")
    desk = open_desk(house, now=found.now, bookings=found.bookings)
    costs = forecast_of(found.demand, house) or found.costs
    must = conditions(found).of(house)
    return availability(desk, found.on, found.party_size, must, costs=costs)


def _run_audit(found: Namespace) -> Answer:
    if found.floor is None:
        if found.bookings is not None or found.now is not None:
            raise WrongInput("--bookings, --now: need a FLOOR; a database has its own bookings")
        return audit_database(database(found), found.restaurant)
    if found.store or found.restaurant:
        raise WrongInput("--store, --restaurant: name a database; leave out the FLOOR")
    if found.bookings is None:
        raise WrongInput("the following arguments are required: --bookings")
    return audit(open_desk(open_house(found.floor), now=found.now), read_bookings(found.bookings))


def _run_migrate(found: Namespace) -> Answer:
    there = database(found)
    if found.current:
        return standing(there)
    return migrate(there, found.to) if found.down is None else take_back(there, found.down)


def _run_doctor(found: Namespace) -> Answer:
    return doctor(database(found))


def _run_seat(found: Namespace) -> Answer:
    arrival = Arrival(found.booking, found.party_size, found.table, found.moves)
    return seat(database(found), found.id, arrival)


def _run_preview(found: Namespace) -> Answer:
    return preview_house(database(found), open_document(found.file))


def _run_waitlist(found: Namespace) -> Answer:
    run = make_offer if found.offer else show_waitlist
    return run(database(found), found.id, found.on)


def _run_day_plan(found: Namespace) -> Answer:
    terms = DayPlanTerms(
        objective=found.objective,
        values={} if found.values is None else read_values(found.values),
        node_budget=found.nodes,
        seed=found.seed,
        optimum=found.optimum,
    )
    with staff_desk(database(found), found.id) as desk:
        return plan_day(desk, found.on, terms, commits=found.commit, html=found.html)


def _run_clock(found: Namespace) -> Answer:
    return reset_clock(database(found), found.restaurant)


def _run_put(found: Namespace) -> Answer:
    options = PutOptions(expected=found.expected, is_dry_run=found.dry_run)
    return put_house(database(found), open_document(found.file), options)


def _run_show(found: Namespace) -> Answer:
    return show_house(database(found), found.id)


def _run_export(found: Namespace) -> Answer:
    return export_house(database(found), found.id, found.output)


def _run_rules(found: Namespace) -> Answer:
    return check_house_rules(open_house(found.floor))


def _run_schema(_found: Namespace) -> Answer:
    return Answer("", house_schema())
