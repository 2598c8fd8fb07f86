"""The instruments of a meter: every metric, with its name and its meaning."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions, Meter, Observation

from fourtop.errors import Code
from fourtop.jobs.measure import Measured

# A check takes a fraction of a millisecond, an availability some of them.
_BOUNDARIES_MS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500)

# The refusals that say that the house is full: of people, or of tables.
EXCEEDED: Final = frozenset(
    {
        Code.CAPACITY_EXCEEDED,
        Code.ZONE_CAPACITY_EXCEEDED,
        Code.PACING_EXCEEDED,
        Code.CHANNEL_SHARE_HELD_BACK,
        Code.SLOT_FULL,
        Code.TABLES_TAKEN,
        Code.TABLES_PROMISED,
        Code.NO_RESEATING,
    }
)

Observations = Callable[[], Iterable[Observation]]

# So many measurements are passed on together.
_MOST_PENDING: Final = 32


class Record(Protocol):
    """A method of an instrument that takes a measurement."""

    def __call__(
        self, amount: float, attributes: Mapping[str, str] | None, context: Context, /
    ) -> None:
        """Take a measurement."""
        ...


class Instruments:
    """The instruments of one meter. Thread-safe.

    Measurements of requests are noted, and passed on to the meter 32 at a time, and before each
    scrape. In a row, each takes a fifth of the time that it takes between two requests.

    Args:
        meter: Makes them.
        counts: Returns the counts of the watched stores: commits, refusals by a constraint, and
            retries by code.
        measured: Returns the last measurement of the store, if there is one.
    """

    def __init__(
        self,
        meter: Meter,
        counts: Callable[[], tuple[int, int, Counter[str]]],
        measured: Callable[[], Measured | None],
    ) -> None:
        self.check_ms = meter.create_histogram(
            "booking.capacity_check.duration_ms",
            description="Duration of the checks that decide whether a party may sit down",
            explicit_bucket_boundaries_advisory=_BOUNDARIES_MS,
        )
        self.availability_ms = meter.create_histogram(
            "availability.check.duration_ms",
            description="Duration of an availability with its read",
            explicit_bucket_boundaries_advisory=_BOUNDARIES_MS,
        )
        self.exceeded = meter.create_counter(
            "booking.capacity_exceeded.count",
            description="Requests refused because the house is full",
        )
        self.replays = meter.create_counter(
            "booking.confirmation.replay.count",
            description="Confirmations that a stored result answered",
        )
        self.failures = meter.create_counter(
            "booking.request.failure.count",
            description="Requests that failed for a reason of the service, not of the house",
        )
        self._pending: deque[tuple[Record, float, Mapping[str, str] | None, Context]] = deque()
        self._add_counts(meter, counts)
        self._add_gauges(meter, measured)

    def note(
        self, record: Record, amount: float, attributes: Mapping[str, str] | None, context: Context
    ) -> None:
        """Note a measurement, for the next scrape at the latest.

        Args:
            record: Takes it.
            amount: The measured amount.
            attributes: Its attributes; they must not change.
            context: The context of the request, for exemplars.
        """
        pending = self._pending
        pending.append((record, amount, attributes, context))
        if len(pending) >= _MOST_PENDING:
            self._pass_on()

    def _pass_on(self) -> None:
        """Pass the noted measurements on to the meter."""
        take = self._pending.popleft
        while True:
            try:
                record, amount, attributes, context = take()
            except IndexError:
                # No more, or another thread has taken the rest.
                return
            record(amount, attributes, context)

    def _add_counts(
        self, meter: Meter, counts: Callable[[], tuple[int, int, Counter[str]]]
    ) -> None:
        meter.create_observable_counter(
            "booking.transaction.retry.count",
            [
                self._calling(
                    lambda: [Observation(n, {"code": code}) for code, n in counts()[2].items()]
                )
            ],
            description="Transactions that were tried again, by the code of the database",
        )
        meter.create_observable_counter(
            "booking.constraint_violation.count",
            [self._calling(lambda: [Observation(counts()[1])])],
            description="Attempts that a constraint of the database refused",
        )
        meter.create_observable_counter(
            "booking.transaction.commit.count",
            [self._calling(lambda: [Observation(counts()[0])])],
            description="Transactions that were committed",
        )

    def _add_gauges(self, meter: Meter, measured: Callable[[], Measured | None]) -> None:
        for name, description, read in _GAUGES:

            def observe(
                read: Callable[[Measured], Sequence[Observation]] = read,
            ) -> Iterable[Observation]:
                found = measured()
                return [] if found is None else read(found)

            meter.create_observable_gauge(name, [self._calling(observe)], description=description)

    def _calling(self, observe: Observations) -> Callable[[CallbackOptions], Iterable[Observation]]:
        """Return a callback of an observable instrument, which a scrape calls."""

        def call(_options: CallbackOptions) -> Iterable[Observation]:
            self._pass_on()
            return observe()

        return call


_GAUGES: Final[tuple[tuple[str, str, Callable[[Measured], Sequence[Observation]]], ...]] = (
    (
        "booking.overbooking.detected",
        "Overbookings that exist: tables given twice, and services above a limit",
        lambda found: [
            Observation(found.overlaps, {"kind": "table"}),
            Observation(found.services_overbooked, {"kind": "service"}),
        ],
    ),
    (
        "booking.holds.alive",
        "Holds that are alive",
        lambda found: [Observation(found.holds_alive)],
    ),
    (
        "booking.at_risk.parties",
        "Bookings whose table another party is expected to leave too late",
        lambda found: [Observation(found.parties_at_risk)],
    ),
    (
        "booking.outbox.age_seconds",
        "Age of the oldest event that waits for delivery; 0 if none waits",
        lambda found: [Observation(found.oldest_event_seconds)],
    ),
    (
        "booking.outbox.waiting",
        "Events that wait for delivery",
        lambda found: [Observation(found.events_waiting)],
    ),
    (
        "booking.outbox.dead_letters",
        "Events that were given up",
        lambda found: [Observation(found.dead_letters)],
    ),
)
