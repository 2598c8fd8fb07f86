"""Job parser: the arguments of ``fourtop jobs``."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from fourtop.cli.answer import Answer
from fourtop.cli.arguments import add_group, add_store, database, number, whole
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
from fourtop.cli.waitlist import run_waitlist


def add_jobs(commands: Any) -> None:
    """Add the jobs that cron runs, and the relay that stays."""
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
    one = add("waitlist", _run_waitlist, "offer free tables to the parties on the waitlists")
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


# ---- commands


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


def _run_waitlist(found: Namespace) -> Answer:
    return run_waitlist(database(found), days=found.days, limit=found.limit)


def _run_measure(found: Namespace) -> Answer:
    return run_measure(database(found), days=found.days)


def _run_local_times(found: Namespace) -> Answer:
    return run_local_times(database(found), days=found.days)
