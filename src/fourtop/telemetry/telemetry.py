"""Telemetry: what an engine and its store tell OpenTelemetry."""

from __future__ import annotations

from collections import Counter
from contextvars import Token
from importlib.metadata import version
from typing import Any, Final, NamedTuple, TypeVar
from weakref import WeakSet

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.metrics import MeterProvider, get_meter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider, get_tracer

from fourtop.engine.observation import Observed, RequestKind
from fourtop.errors.display import brief, count_of
from fourtop.jobs.measure import Measured
from fourtop.ports import STATEMENTS, TracedStatement
from fourtop.telemetry.instruments import EXCEEDED, Instruments

S = TypeVar("S")

_SCOPE: Final = "fourtop"
_FAILED: Final = Status(StatusCode.ERROR)
_MILLISECONDS: Final = 1_000
_ADMITTED: Final = "ADMITTED"


class _Mark(NamedTuple):
    """What ``begin`` has set, for ``end`` to take back."""

    span: Span
    context: Context
    attached: Token[Context]
    statements: Token[list[TracedStatement] | None]


class Telemetry:
    """Spans and metrics of engines and stores. Thread-safe, and safe for tasks of event loops.

    Give it to ``Engine`` or ``AsyncEngine`` as ``observer``, and its store to ``watch``. Spans and
    metrics hold the restaurant's id, names of commands and statements, numbers and codes: no name,
    address, note, session or key.

    Args:
        tracer_provider: Makes the spans; ``None``: the global one of the process.
        meter_provider: Makes the metrics; ``None``: the global one of the process.
        statements_from_ms: Statements get spans in requests that take at least so many
            milliseconds, and in those that fail; 0: in all requests.

    >>> from fourtop import Engine, MemoryStore, sample
    >>> telemetry = Telemetry()
    >>> engine = Engine(telemetry.watch(MemoryStore()), observer=telemetry)
    >>> engine.add_restaurant(sample.pub()).restaurant_id
    'the-pub'
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        statements_from_ms: float = 0.0,
    ) -> None:
        self._statements_from_ms = statements_from_ms
        release = version("fourtop")
        self._tracer = get_tracer(_SCOPE, release, tracer_provider)
        meter = get_meter(_SCOPE, release, meter_provider)
        self._stores: WeakSet[Any] = WeakSet()
        self._measured: Measured | None = None
        self._instruments = Instruments(meter, self._counts, lambda: self._measured)

    def __repr__(self) -> str:
        return brief(self, f"watches {count_of(len(self._stores), 'store')}")

    def watch(self, store: S) -> S:
        """Count the transactions of a store, and return it.

        A store in memory counts none. A second call changes nothing. Statements are traced whether
        a store is watched or not.

        Args:
            store: The store, sync or async.
        """
        if hasattr(store, "metrics"):
            self._stores.add(store)
        return store

    def record(self, measured: Measured) -> None:
        """Show the result of ``measure_store`` in the gauges, until the next one.

        Args:
            measured: The result.
        """
        self._measured = measured

    # ---- as the engine's observer

    def begin(self, observed: Observed) -> _Mark:
        """Start the span of a request, and collect its statements."""
        span = self._tracer.start_span(
            f"fourtop.{observed.name}",
            kind=SpanKind.INTERNAL,
            attributes={"fourtop.restaurant_id": observed.restaurant_id},
        )
        within = trace.set_span_in_context(span)
        statements = STATEMENTS.set([] if span.is_recording() else None)
        return _Mark(span, within, context.attach(within), statements)

    def end(self, observed: Observed, mark: _Mark) -> None:
        """End the span of a request, add those of its statements, and count it."""
        context.detach(mark.attached)
        statements = STATEMENTS.get()
        STATEMENTS.reset(mark.statements)
        span = mark.span
        if statements is not None:
            is_slow = observed.seconds * _MILLISECONDS >= self._statements_from_ms
            if is_slow or observed.is_failure:
                # After the transaction, so that no lock waits for it.
                for statement in statements:
                    self._trace_statement(statement, mark.context)
            if observed.is_replay:
                span.set_attribute("fourtop.replayed", value=True)
            if observed.code is not None:
                span.set_attribute("fourtop.code", observed.code.value)
            if observed.is_failure:
                span.set_status(_FAILED)
        span.end()
        self._count(observed)

    def _trace_statement(self, statement: TracedStatement, within: Context) -> None:
        span = self._tracer.start_span(
            statement.name,
            within,
            SpanKind.CLIENT,
            {"db.system.name": statement.system},
            start_time=statement.start_ns,
        )
        if statement.error:
            # The class only: a driver's text shows the values of rows.
            span.set_attribute("error.type", statement.error)
            span.set_status(_FAILED)
        span.end(statement.end_ns)

    def _count(self, observed: Observed) -> None:
        instruments, check, code = self._instruments, observed.check, observed.code
        of_request = {"request": observed.name}
        if check is not None:
            outcome = _ADMITTED if check.code is None else check.code.value
            instruments.check_ms.record(
                check.seconds * _MILLISECONDS, {**of_request, "code": outcome}
            )
        if code in EXCEEDED:
            instruments.exceeded.add(1, {**of_request, "code": code.value})
        if observed.kind is RequestKind.QUERY:
            if observed.name == "availability":
                instruments.availability_ms.record(observed.seconds * _MILLISECONDS)
        elif observed.is_replay and observed.name == "confirm":
            instruments.replays.add(1)
        if observed.is_failure:
            name = "INTERNAL" if code is None else code.value
            instruments.failures.add(1, {**of_request, "code": name})

    def _counts(self) -> tuple[int, int, Counter[str]]:
        """Return the commits, refusals and retries of all stores."""
        found = [store.metrics for store in self._stores]
        retried: Counter[str] = Counter()
        for each in found:
            retried.update(each.retried)
        return sum(each.committed for each in found), sum(each.refused for each in found), retried
