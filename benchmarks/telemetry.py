"""The price of telemetry on a hold on PostgreSQL: on, with an exporter in memory, and off.

Run ``python -m benchmarks.telemetry`` at the project's root; it needs the SDK of OpenTelemetry.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle
from time import perf_counter, thread_time
from typing import Any, Final

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from benchmarks.bar import HEADING, Bar, Note
from benchmarks.durable import furnished_with, opened, parties, pub, url, warm
from fourtop import BookingRequest, Desk, Engine
from fourtop.engine.dispatch.executor import Executor, _execute, at_once
from fourtop.engine.dispatch.requests import Caller, Command
from fourtop.engine.ids import TimeOrderedIds
from fourtop.model.actor import GUEST
from fourtop.ports import Store
from fourtop.telemetry import Telemetry

ROUNDS: Final = 41
HOLDS: Final = 20
ROOM: Final = "room"


class Unwatched(Executor):
    """Runs commands without asking whether anybody observes them."""

    def execute(self, command: Command[Any]) -> Any:
        """Run a command as before there was telemetry."""
        return at_once(_execute(command, self._houses, self._transact, self._ask))


class Sides:
    """Desks of one restaurant that hold in turns, so that all find the same tables taken.

    Args:
        store: The store.
    """

    def __init__(self, store: Store) -> None:
        self._spans = InMemorySpanExporter()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        meters = MeterProvider([InMemoryMetricReader()])
        telemetry = Telemetry(tracer_provider=tracers, meter_provider=meters)
        slow_only = Telemetry(
            tracer_provider=tracers, meter_provider=meters, statements_from_ms=1_000
        )
        caller = Caller(ROOM, GUEST, TimeOrderedIds())
        self.desks: Mapping[str, Desk] = {
            "unwatched": Desk(Unwatched(store), caller),
            "off": Engine(store).desk(ROOM),
            "on": Engine(telemetry.watch(store), observer=telemetry).desk(ROOM),
            "slow only": Engine(store, observer=slow_only).desk(ROOM),
        }
        self._cleaner = Engine(store).desk(ROOM)
        for desk in self.desks.values():
            warm(desk, pairs=0)
            desk.quote(parties(1)[0])

    def round(
        self, requests: Sequence[BookingRequest], order: Sequence[str]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Hold each party once on each side; return the seconds of each, and its processor time."""
        seconds = dict.fromkeys(self.desks, 0.0)
        busy = dict.fromkeys(self.desks, 0.0)
        gc.collect(1)
        for request in requests:
            for name in order:
                desk = self.desks[name]
                begun, busy_before = perf_counter(), thread_time()
                held = desk.hold(request)
                busy[name] += thread_time() - busy_before
                seconds[name] += perf_counter() - begun
                self._cleaner.release_hold(held.id)
        self._spans.clear()
        return seconds, busy


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Compare holds with telemetry on, off, and without the question whether it is on."""
    logging.getLogger("fourtop").setLevel(logging.ERROR)
    rounds = 5 if is_quick else ROUNDS
    with furnished_with([pub(ROOM)]) as name, opened(url(name)) as engine:
        sides = Sides(engine.store)
        names = list(sides.desks)
        orders = cycle([names, names[::-1], names[2:] + names[:2]])
        requests = parties(HOLDS)
        found: dict[str, list[float]] = {each: [] for each in names}
        busy: dict[str, list[float]] = {each: [] for each in names}
        for _, order in zip(range(rounds), orders, strict=False):
            times, processor_times = sides.round(requests, order)
            for each in names:
                found[each].append(times[each])
                busy[each].append(processor_times[each])

    def line(title: str, upper: str, lower: str, at_most: float) -> Bar:
        return Bar(title, found[upper], found[lower], HOLDS, at_most=at_most)

    yield line("hold on PostgreSQL: telemetry on, exporter in memory / off", "on", "off", 1.08)
    yield Bar(
        "  the same, time of the processor: spans made during the COMMIT count, too",
        busy["on"],
        busy["off"],
        HOLDS,
    )
    yield Bar(
        "  the same, statements traced in requests of a second and more",
        found["slow only"],
        found["off"],
        HOLDS,
    )
    yield line("hold on PostgreSQL: telemetry off / never asked for", "off", "unwatched", 1.01)
    yield Bar("  the same, time of the processor", busy["off"], busy["unwatched"], HOLDS)


def main(show: Callable[[object], None] = print) -> None:
    """Print the bars."""
    show(HEADING)
    for bar in bars():
        show(bar)


if __name__ == "__main__":
    main()
