"""``fourtop jobs``: one run of the jobs, for cron; or a relay that keeps running."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

import attrs

from fourtop import (
    Event,
    LocalTime,
    RelayOptions,
    Swept,
    check_local_times,
    measure_store,
    prune_allocations,
    prune_confirmations,
    prune_outbox,
    relay_forever,
    relay_outbox,
    release_late,
    sweep_holds,
)
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.format import counted
from fourtop.cli.named_function import imports_from_here, named_function
from fourtop.cli.stop_signals import StopSignals
from fourtop.ports import MaintainedStore

NOBODY: Final = "nobody"
DEFAULT_DAYS: Final = 30
DAYS_AHEAD: Final = 731
_SWEEP_BATCH: Final = 100
_PRUNE_BATCH: Final = 500

Publish = Callable[[Event], object]


@attrs.frozen(kw_only=True)
class JobOptions:
    """The options of one run of the jobs.

    Args:
        batch: Rows per batch; ``None``: the default of each job.
        days: Days for which old rows are kept.
        publish: Function that gets the relayed events, as ``package.module:function``; the word
            ``NOBODY`` discards them.
        idle_seconds: How long the relay waits where no event may be published, and goes on;
            ``None``: it ends there.
    """

    batch: int | None = None
    days: int = DEFAULT_DAYS
    publish: str | None = None
    idle_seconds: float | None = None


def run_jobs(database: Database, names: Sequence[str], options: JobOptions) -> Answer:
    """Run jobs in order, each until it is done; the answer is ``NO`` if publishing failed.

    Raises:
        WrongInput: If the function to publish with is invalid. No job has run.
        InvalidInput: If a number is outside its range.
        StoreUnavailable: If the store cannot be reached. Finished batches stay; run it again.
    """
    database.require_there()
    with (
        imports_from_here(),
        _publishing(options.publish) as publish,
        database.opened() as store,
    ):
        done = {name: _JOBS[name](store, options, publish) for name in names}
    lines = [f"{name}: {_SAYS[name](numbers)}" for name, numbers in done.items()]
    relayed = done.get("relay", {})
    is_delivered = not (relayed.get("failed") or relayed.get("dead"))
    return Answer("\n".join(lines), dict(done), ExitCode.YES if is_delivered else ExitCode.NO)


def run_release_late(database: Database, after_minutes: int, limit: int) -> Answer:
    """Mark the parties that did not come as no-shows.

    Raises:
        InvalidInput: If a number is outside its range.
        StoreUnavailable: If the store cannot be reached. Bookings marked by then stay marked.
    """
    database.require_there()
    with database.opened() as store:
        released = release_late(store, after_minutes=after_minutes, limit=limit)
    text = f"release-late: {counted(released.bookings, 'booking')} marked as no-show"
    return Answer(text, {"release-late": attrs.asdict(released)})


def run_local_times(database: Database, *, days: int) -> Answer:
    """Compare the local times of bookings; the answer is ``NO`` if some differ.

    Raises:
        InvalidInput: If the number of days is outside its range.
        StoreUnavailable: If the store cannot be reached.
    """
    database.require_there()
    with database.opened() as store:
        found = check_local_times(store, days=days)
    lines = [line_of(each) for each in found.differing]
    lines.append(f"{counted(found.checked, 'booking')} compared, {len(lines)} differ")
    data = {"checked": found.checked, "differing": [attrs.asdict(each) for each in found.differing]}
    return Answer("\n".join(lines), data, ExitCode.NO if found.differing else ExitCode.YES)


def run_measure(database: Database, *, days: int) -> Answer:
    """Count holds, risks, overbookings and events; the answer is ``NO`` if a table is given twice.

    Raises:
        InvalidInput: If the number of days is outside its range.
        StoreUnavailable: If the store cannot be reached.
    """
    database.require_there()
    with database.opened() as store:
        found = measure_store(store, days=days)
    numbers = attrs.asdict(found)
    width = max(map(len, numbers))
    lines = [f"{name:{width}}  {value:g}" for name, value in numbers.items()]
    return Answer("\n".join(lines), numbers, ExitCode.NO if found.overlaps else ExitCode.YES)


def line_of(found: LocalTime) -> str:
    """Return the line of a booking whose local time differs."""
    return (
        f"booking {found.booking_id} of {found.restaurant_id}:"
        f" told {found.told}, now {found.present}"
    )


Numbers = Mapping[str, int]


def _sweep(store: MaintainedStore, options: JobOptions, _publish: Publish) -> Numbers:
    swept: Swept = sweep_holds(
        store, batch=_SWEEP_BATCH if options.batch is None else options.batch
    )
    return attrs.asdict(swept)


def _relay(store: MaintainedStore, options: JobOptions, publish: Publish) -> Numbers:
    terms = RelayOptions() if options.batch is None else RelayOptions(batch=options.batch)
    if options.idle_seconds is None:
        return attrs.asdict(relay_outbox(store, publish, terms))
    terms = attrs.evolve(terms, idle_seconds=options.idle_seconds)
    with StopSignals.caught() as stop:
        return attrs.asdict(relay_forever(store, publish, terms, stop=stop))


def _prune(store: MaintainedStore, options: JobOptions, _publish: Publish) -> Numbers:
    pruned = prune_allocations(store, days=options.days, batch=_prune_batch(options))
    return {"allocations": pruned.allocations}


def _retain(store: MaintainedStore, options: JobOptions, _publish: Publish) -> Numbers:
    how = {"days": options.days, "batch": _prune_batch(options)}
    results, outbox = prune_confirmations(store, **how), prune_outbox(store, **how)
    return {
        "confirmations": results.confirmations,
        "stored_results": results.stored_results,
        "holds": results.holds,
        "events": outbox.events,
    }


def _prune_batch(options: JobOptions) -> int:
    return _PRUNE_BATCH if options.batch is None else options.batch


_JOBS: Final[Mapping[str, Callable[[MaintainedStore, JobOptions, Publish], Numbers]]] = (
    MappingProxyType({"sweep": _sweep, "relay": _relay, "prune": _prune, "retain": _retain})
)
JOBS: Final = tuple(_JOBS)

_SAYS: Final[Mapping[str, Callable[[Numbers], str]]] = MappingProxyType(
    {
        "sweep": lambda did: f"{counted(did['holds'], 'hold')} ended",
        "relay": lambda did: (
            f"{counted(did['published'], 'event')} published, "
            f"{counted(did['failed'], 'attempt')} failed, "
            f"{did['dead']} given up, {did['lost']} to be published twice"
        ),
        "prune": lambda did: f"{counted(did['allocations'], 'row')} archived",
        "retain": lambda did: (
            f"{counted(did['confirmations'], 'confirmation result')}, "
            f"{counted(did['stored_results'], 'stored result')}, "
            f"{counted(did['holds'], 'hold')} and {counted(did['events'], 'event')} deleted"
        ),
    }
)


# ---- the function to publish with


@contextmanager
def _publishing(name: str | None) -> Iterator[Publish]:
    """Import the function of a name; a coroutine function is awaited on one loop for all events.

    Raises:
        WrongInput: If the name is not that of a function.
    """
    if name is None or name == NOBODY:
        yield _to_nobody
        return
    found = named_function(name, "--publish", NOBODY, may_be_coroutine=True)
    if not inspect.iscoroutinefunction(found):
        yield found
        return
    from asyncio import Runner  # noqa: PLC0415  # Slow to import, and seldom needed.

    with Runner() as loop:
        yield lambda event: loop.run(found(event))


def _to_nobody(_event: Event) -> None:
    """Discard an event."""
