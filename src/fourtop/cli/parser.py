"""Parser: the commands of ``fourtop`` and their arguments."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Final, NoReturn

from fourtop import AlternativeTerms, DayPlanTerms, MonthTerms, Objective, OfferTerms
from fourtop.cli.alternatives import alternatives
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
    add_wanted,
    conditions,
    database,
    day,
    desk_of,
    installed_version,
    number,
    wanted,
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
from fourtop.cli.job import (
    DAYS_AHEAD,
    DEFAULT_DAYS,
    JOBS,
    NOBODY,
    JobOptions,
    run_jobs,
    run_local_times,
    run_measure,
    run_release_late,
)
from fourtop.cli.migration import LATEST, NOTHING, migrate, standing, take_back
from fourtop.cli.month import as_month, show_month
from fourtop.cli.offers import forecast_of, offers, policy_of
from fourtop.cli.plan import explain, plan
from fourtop.cli.plan_day import plan_day, read_values
from fourtop.cli.preview import preview_house
from fourtop.cli.rules import check_house_rules
from fourtop.cli.seat import Arrival, seat
from fourtop.cli.shadow import show_shadow
from fourtop.cli.slot_parser import add_slots
from fourtop.cli.study_parser import add_simulate, add_studies
from fourtop.cli.waitlist import make_offer, run_waitlist, show_waitlist
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
    _add_asking(add)
    _add_looking(add)
    add_simulate(add)
    add_studies(add_group(commands, "study", "NAME", "what a change of a house is worth"))
    _add_keeping(add)
    add_files(add)
    add_slots(commands)
    _add_houses(commands)
    _add_rules(commands)
    _add_jobs(commands)
    add("schema", _run_schema, "the JSON Schema of the house document")
    return parser


def _add_asking(add: Add) -> None:
    """Add the commands that play an evening or answer a question."""
    one = add("demo", _run_demo, "play an evening of a pub, from the first request to the audit")
    one.add_argument(
        "--seed", type=whole, default=_DEMO_SEED, help="draws the guests (default: %(default)s)"
    )
    one.add_argument(
        "--on", type=day, default=_DEMO_DATE, metavar="DATE", help="(default: %(default)s)"
    )
    add_store(one, "database to play in and keep (default: in memory)")
    one = add(
        "plan", _run_plan, "the tables that a party would get, with the score, or the refusal"
    )
    add_house(one)
    add_wanted(one)
    after_a_no = one.add_mutually_exclusive_group()
    after_a_no.add_argument(
        "--explain", action="store_true", help="after a no, every reason and what would work"
    )
    after_a_no.add_argument(
        "--moves",
        type=whole,
        default=0,
        metavar="NUMBER",
        help="after a no, the fewest moves of bookings that make room, at most this many",
    )
    add_html(one)
    one = add(
        "alternatives", _run_alternatives, "other times for a party; zones, a stay or a split"
    )
    add_source(one)
    add_wanted(one)
    _add_terms(one)
    one = add(
        "offers", _run_offers_of_starts, "the starts around a wish, with their cost in covers"
    )
    add_source(one)
    add_wanted(one)
    _add_steering(one)
    add_html(one)


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


def _add_jobs(commands: Any) -> None:
    add = add_group(commands, "jobs", "JOB", "run the jobs once, for cron, or a relay that stays")
    for name, summary in (
        ("sweep", "end the holds that have expired"),
        ("relay", "publish waiting events; exit code 1 means that publishing failed"),
        ("prune", "move old allocations to the archive"),
        ("retain", "delete old confirmation results, stored results, holds and events"),
        ("all", "all four, in this order"),
    ):
        one = add(name, _run_jobs, summary)
        one.set_defaults(jobs=JOBS if name == "all" else (name,), publish=None, days=DEFAULT_DAYS)
        one.set_defaults(forever=False, idle_seconds=None)
        add_store(one)
        one.add_argument(
            "--batch", type=whole, metavar="ROWS", help="rows per batch (default: 100 or 500)"
        )
        if name in ("relay", "all"):
            target = f"package.module:function that gets each event, or {NOBODY}"
            one.add_argument("--publish", required=True, metavar="FUNCTION", help=target)
        if name == "relay":
            one.add_argument(
                "--forever", action="store_true", help="keep running until SIGTERM or Ctrl-C"
            )
            one.add_argument(
                "--idle-seconds",
                type=number,
                default=1.0,
                metavar="SECONDS",
                help="with --forever: the pause while no event waits (default: %(default)s)",
            )
        if name in ("prune", "retain", "all"):
            one.add_argument(
                "--days", type=whole, default=DEFAULT_DAYS, help="(default: %(default)s)"
            )
    one = add("release-late", _run_release_late, "mark parties that did not come as no-shows")
    add_store(one)
    one.add_argument(
        "--after-minutes",
        type=whole,
        required=True,
        metavar="MINUTES",
        help="how long after its start a party is waited for",
    )
    one.add_argument(
        "--limit", type=whole, default=100, metavar="BOOKINGS", help="(default: %(default)s)"
    )
    one = add("waitlist", _run_offers, "offer free tables to the parties on the waitlists")
    add_store(one)
    one.add_argument("--days", type=whole, default=7, help="days ahead (default: %(default)s)")
    one.add_argument(
        "--limit", type=whole, default=100, metavar="OFFERS", help="(default: %(default)s)"
    )
    one = add(
        "measure", _run_measure, "count holds, risks, overbookings and events; change nothing"
    )
    add_store(one)
    one.add_argument("--days", type=whole, default=1, help="days ahead (default: %(default)s)")
    summary = "list bookings whose local time is not the one that was told; exit code 1 if some are"
    one = add("local-times", _run_local_times, summary)
    add_store(one)
    one.add_argument(
        "--days", type=whole, default=DAYS_AHEAD, help="days ahead (default: %(default)s)"
    )


def _add_terms(parser: ArgumentParser) -> None:
    """Add the alternatives that a party accepts."""
    parser.add_argument(
        "--minutes",
        type=whole,
        action="append",
        metavar="MINUTES",
        help="a distance in time; repeatable (default: 15, 30, 60 and 120)",
    )
    parser.add_argument("--no-times", action="store_true", help="no other times")
    parser.add_argument("--zones", action="store_true", help="other zones")
    parser.add_argument("--shorter-stay", action="store_true", help="a shorter stay")
    parser.add_argument("--split", action="store_true", help="two parties at one start")
    parser.add_argument(
        "--limit", type=whole, default=5, metavar="NUMBER", help="of each kind (default: 5)"
    )


def _add_steering(parser: ArgumentParser) -> None:
    """Add the starts to offer, the demand that is expected, and the policy of the house."""
    parser.add_argument(
        "--flexible",
        dest="flexible_minutes",
        type=whole,
        default=30,
        metavar="MINUTES",
        help="the greatest distance of a start (default: 30)",
    )
    parser.add_argument(
        "--demand",
        metavar="FILE",
        help="a demand document, or pub for that of the sample (default: from the seats taken)",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--order", action="store_true", help="offer the starts of least cost first")
    which.add_argument(
        "--better",
        type=number,
        metavar="COVERS",
        help="offer one other start if it saves more covers than this",
    )


# ---- commands


def _run_demo(found: Namespace) -> Answer:
    from fourtop.cli.demo import demo  # noqa: PLC0415  # Most commands play no evening.

    # The variable names a database of real restaurants; the sample pub does not belong there.
    return demo(found.seed, found.on, database(found) if found.store else None)


def _run_plan(found: Namespace) -> Answer:
    desk = open_desk(open_house(found.floor), now=found.now, bookings=found.bookings)
    if found.explain:
        return explain(desk, wanted(found))
    return plan(desk, wanted(found), found.moves, found.html)


def _run_alternatives(found: Namespace) -> Answer:
    terms = AlternativeTerms(
        *(() if found.minutes is None else (found.minutes,)),
        limit=found.limit,
        times=not found.no_times,
        zones=found.zones,
        shorter_stay=found.shorter_stay,
        split=found.split,
    )
    with desk_of(found) as desk:
        return alternatives(desk, wanted(found), terms)


def _run_offers_of_starts(found: Namespace) -> Answer:
    policy = policy_of(is_ordered=found.order, better=found.better)
    with desk_of(found) as desk:
        forecast = forecast_of(found.demand, desk.house())
        terms = OfferTerms(found.flexible_minutes, forecast=forecast, steering=policy)
        return offers(desk, wanted(found), terms, found.html)


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


def _run_offers(found: Namespace) -> Answer:
    return run_waitlist(database(found), days=found.days, limit=found.limit)


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


def _run_jobs(found: Namespace) -> Answer:
    options = JobOptions(
        batch=found.batch,
        days=found.days,
        publish=found.publish,
        idle_seconds=found.idle_seconds if found.forever else None,
    )
    return run_jobs(database(found), found.jobs, options)


def _run_release_late(found: Namespace) -> Answer:
    return run_release_late(database(found), found.after_minutes, found.limit)


def _run_measure(found: Namespace) -> Answer:
    return run_measure(database(found), days=found.days)


def _run_local_times(found: Namespace) -> Answer:
    return run_local_times(database(found), days=found.days)


def _run_schema(_found: Namespace) -> Answer:
    return Answer("", house_schema())
