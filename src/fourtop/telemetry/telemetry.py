"""Telemetry: what an engine and its store tell OpenTelemetry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextvars import Token
from functools import lru_cache
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
from fourtop.ports import STATEMENTS, TracedStatements
from fourtop.telemetry.instruments import EXCEEDED, Instruments

S = TypeVar("S")

_SCOPE: Final = "fourtop"
_FAILED: Final = Status(StatusCode.ERROR)
_MILLISECONDS: Final = 1_000
_ADMITTED: Final = "ADMITTED"
_INTERNAL: Final = "INTERNAL"
# As OpenTelemetry limits the summary of a query.
_LONGEST_TITLE: Final = 255


class _Mark(NamedTuple):
    """What ``begin`` has set, for ``end`` to take back."""

    span: Span
    context: Context
    attached: Token[Context]
    statements: Token[list[TracedStatements] | None]


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
                for each in statements:
                    self._trace_statements(each, mark.context)
            if observed.is_replay:
                span.set_attribute("fourtop.replayed", value=True)
            if observed.code is not None:
                span.set_attribute("fourtop.code", observed.code.value)
            if observed.is_failure:
                span.set_status(_FAILED)
        span.end()
        self._count(observed, mark.context)

    def _trace_statements(self, traced: TracedStatements, within: Context) -> None:
        attributes: dict[str, str | int] = {"db.system.name": traced.system}
        if traced.executed > 1:
            attributes["db.operation.batch.size"] = traced.executed
        if traced.failed:
            attributes["fourtop.failed_statement"] = traced.failed
            # The class only: a driver's text shows the values of rows.
            attributes["error.type"] = traced.error
        span = self._tracer.start_span(
            _title(traced.names), within, SpanKind.CLIENT, attributes, start_time=traced.start_ns
        )
        if traced.failed:
            span.set_status(_FAILED)
        span.end(traced.end_ns)

    def _count(self, observed: Observed, within: Context) -> None:
        """Note the measurements of a request."""
        instruments, check, code = self._instruments, observed.check, observed.code
        name, note = observed.name, instruments.note
        if check is not None:
            outcome = _ADMITTED if check.code is None else check.code.value
            milliseconds = check.seconds * _MILLISECONDS
            note(instruments.check_ms.record, milliseconds, _of(name, outcome), within)
        if code in EXCEEDED:
            note(instruments.exceeded.add, 1, _of(name, code.value), within)
        if observed.kind is RequestKind.QUERY:
            if name == "availability":
                milliseconds = observed.seconds * _MILLISECONDS
                note(instruments.availability_ms.record, milliseconds, None, within)
        elif observed.is_replay and name == "confirm":
            note(instruments.replays.add, 1, None, within)
        if observed.is_failure:
            failure = _INTERNAL if code is None else code.value
            note(instruments.failures.add, 1, _of(name, failure), within)

    def _counts(self) -> tuple[int, int, Counter[str]]:
        """Return the commits, refusals and retries of all stores."""
        found = [store.metrics for store in self._stores]
        retried: Counter[str] = Counter()
        for each in found:
            retried.update(each.retried)
        return sum(each.committed for each in found), sum(each.refused for each in found), retried


# There are as many sets of attributes as requests and codes, and few names of round trips.
@lru_cache(maxsize=1_024)
def _of(request: str, code: str) -> Mapping[str, str]:
    """Return the attributes of a measurement."""
    return {"request": request, "code": code}


@lru_cache(maxsize=256)
def _title(names: tuple[str, ...]) -> str:
    """Return the name of a span of statements: as many names as fit into it.

    >>> _title(("lock_restaurant", "load_scope"))
    'lock_restaurant, load_scope'
    >>> _title(tuple(f"insert_the_rows_of_table_{number}" for number in range(100)))[-30:]
    'insert_the_rows_of_table_8, …'
    """
    text = ", ".join(names)
    if len(text) <= _LONGEST_TITLE:
        return text
    return f"{text[: text.rindex(', ', 0, _LONGEST_TITLE - 2)]}, …"
