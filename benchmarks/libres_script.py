"""Forty tables in libres, as its documentation uses it: one allocation with a quota of forty.

Runs in an environment of its own, without fourtop; ``benchmarks.foreign`` starts it. Prints JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import libres
from libres.modules.errors import LibresError

NAMED = "table"
ANY = "any of forty"


def scheduler(dsn: str, name: str) -> Any:
    """Return the scheduler of a resource."""
    known = libres.registry.is_existing_context("pub")
    context = (
        libres.registry.get_context("pub") if known else libres.registry.register_context("pub")
    )
    if not known:
        context.set_setting("dsn", dsn)
    return libres.new_scheduler(context, name, timezone="UTC")


def offer(dsn: str, nights: list[str], hours: int) -> None:
    """Make the tables, and offer each of them on these nights, from the hour of the night on."""
    tables = scheduler(dsn, ANY)
    tables.setup_database()
    tables.commit()
    for resource, quota in ((tables, 40), (scheduler(dsn, NAMED), 1)):
        for night in map(datetime.fromisoformat, nights):
            resource.allocate(
                (night, night + timedelta(hours=hours)),
                partly_available=True,
                raster=15,
                quota=quota,
            )
        resource.commit()


def book(resource: Any, start: datetime) -> str:
    """Reserve, approve and commit, as the documentation does; say what came of it."""
    try:
        token = resource.reserve(
            email="guest@example.org", dates=(start, start + timedelta(minutes=90))
        )
        resource.approve_reservations(token)
        resource.commit()
    except LibresError:
        resource.rollback()
        return "refused"
    except Exception as error:  # noqa: BLE001  # Whatever surfaces is counted by its name.
        resource.rollback()
        return type(error).__name__
    return "seated"


def single(dsn: str, name: str, starts: list[str]) -> dict[str, Any]:
    """Let one client book for one party after the other."""
    resource = scheduler(dsn, name)
    # The first one connects, and SQLAlchemy compiles.
    list(resource.allocations_in_range(*map(datetime.fromisoformat, (starts[0], starts[0]))))
    begun = perf_counter()
    answers = [book(resource, each) for each in map(datetime.fromisoformat, starts)]
    return {"seconds": perf_counter() - begun, "answers": answers}


def _share(dsn: str, starts: list[str], barrier: Any, answered: Any) -> None:
    resource = scheduler(dsn, ANY)
    list(resource.allocations_in_range(*map(datetime.fromisoformat, (starts[0], starts[0]))))
    resource.rollback()
    barrier.wait()
    begun = perf_counter()
    answers = [book(resource, each) for each in map(datetime.fromisoformat, starts)]
    answered.put((begun, perf_counter(), answers))


def rush(dsn: str, starts: list[str], processes: int) -> dict[str, Any]:
    """Let processes book at once, each for its share of the parties."""
    context = multiprocessing.get_context("spawn")
    barrier, answered = context.Barrier(processes), context.Queue()
    workers = [
        context.Process(target=_share, args=(dsn, starts[number::processes], barrier, answered))
        for number in range(processes)
    ]
    for each in workers:
        each.start()
    spans = [answered.get(timeout=120) for _ in workers]
    for each in workers:
        each.join()
    seconds = max(ended for _, ended, _ in spans) - min(begun for begun, _, _ in spans)
    return {"seconds": seconds, "answers": [each for _, _, answers in spans for each in answers]}


def main() -> None:
    """Do what the JSON on the command line says."""
    name, arguments = json.loads(sys.argv[1])
    print(json.dumps({"offer": offer, "single": single, "rush": rush}[name](*arguments)))


if __name__ == "__main__":
    main()
