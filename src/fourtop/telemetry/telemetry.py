"""Telemetry: what an engine and its store tell OpenTelemetry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextvars import Token
from functools import lru_cache
from importlib.metadata import version
from time import time_ns
from typing import Any, Final, TypeVar
from weakref import WeakSet

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.metrics import MeterProvider, get_meter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider, get_tracer

from fourtop.engine.observation import Observed, RequestKind
from fourtop.errors.display import brief, count_of
from fourtop.jobs.measure import Measured
from fourtop.ports import STATEMENTS, StatementTrace, TracedStatements
from fourtop.telemetry.instruments import EXCEEDED, Instruments

S = TypeVar("S")

_SCOPE: Final = "fourtop"
_FAILED: Final = Status(StatusCode.ERROR)
_MILLISECONDS: Final = 1_000
_ADMITTED: Final = "ADMITTED"
_INTERNAL: Final = "INTERNAL"
_COMMIT: Final = "COMMIT"
# As OpenTelemetry limits the summary of a query.
_LONGEST_TITLE: Final = 255


class _Mark(StatementTrace):
    """A request between ``begin`` and ``end``, with its statements.

    Attributes:
        name: The name of its span.
        restaurant_id: The tenant.
        start_ns: When it began.
        outside: The context in which it began.
        token: Ends the collection of its statements.
        span: Its span, once it is made.
        inside: The context of the span.
        traced: How many entries of ``executed`` have their span.
        open_span: The span of the last of these, while its statements are under way.
    """

    __slots__ = (
        *("_telemetry", "inside", "name", "open_span", "outside"),
        *("restaurant_id", "span", "start_ns", "token", "traced"),
    )

    def __init__(self, telemetry: Telemetry, observed: Observed) -> None:
        super().__init__()
        self._telemetry = telemetry
        self.name: str = f"fourtop.{observed.name}"
        self.restaurant_id: str = observed.restaurant_id
        self.start_ns: int = time_ns()
        self.outside: Context = context.get_current()
        self.token: Token[StatementTrace | None] = STATEMENTS.set(self)
        self.span: Span | None = None
        self.inside: Context = self.outside
        self.traced: int = 0
        self.open_span: Span | None = None

    def work(self) -> None:
        """Make the spans that can be made by now."""
        self._telemetry._trace_early(self)  # noqa: SLF001  # Both are one module's.


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
        """Note when a request begins, and collect its statements."""
        return _Mark(self, observed)

    def end(self, observed: Observed, mark: _Mark) -> None:
        """Trace a request with its statements, and count it."""
        end_ns = time_ns()
        STATEMENTS.reset(mark.token)
        span = mark.span or self._start(mark)
        if span.is_recording():
            is_slow = observed.seconds * _MILLISECONDS >= self._statements_from_ms
            if is_slow or observed.is_failure:
                self._trace_executed(mark)
            if observed.is_replay:
                span.set_attribute("fourtop.replayed", value=True)
            if observed.code is not None:
                span.set_attribute("fourtop.code", observed.code.value)
            if observed.is_failure:
                span.set_status(_FAILED)
        span.end(end_ns)
        self._count(observed, mark.inside)

    def _trace_early(self, mark: _Mark) -> None:
        """Make the spans that can be made while the server commits.

        To make them takes a tenth of the time of a command: nobody has to wait for that then.
        """
        span = mark.span or self._start(mark)
        if self._statements_from_ms <= 0 and span.is_recording():
            self._trace_executed(mark)

    def _start(self, mark: _Mark) -> Span:
        span = self._tracer.start_span(
            mark.name,
            mark.outside,
            attributes={"fourtop.restaurant_id": mark.restaurant_id},
            start_time=mark.start_ns,
        )
        mark.span, mark.inside = span, trace.set_span_in_context(span, mark.outside)
        return span

    def _trace_executed(self, mark: _Mark) -> None:
        """Make the spans of statements that have none, and end those of statements that have."""
        if mark.open_span is not None:
            _end(mark.open_span, mark.executed[mark.traced - 1])
            mark.open_span = None
        for traced in mark.executed[mark.traced :]:
            mark.traced += 1
            attributes: dict[str, str | int] = {"db.system.name": traced.system}
            count = _count_of(traced)
            if count > 1:
                attributes["db.operation.batch.size"] = count
            span = self._tracer.start_span(
                _title(traced.names),
                mark.inside,
                SpanKind.CLIENT,
                attributes,
                start_time=traced.start_ns,
            )
            if traced.end_ns:
                _end(span, traced)
            else:
                mark.open_span = span

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


def _end(span: Span, traced: TracedStatements) -> None:
    """End the span of statements."""
    if traced.error:
        # It may have begun before the error, with the names of all that were sent.
        span.update_name(_title(traced.names))
        span.set_attribute("db.operation.batch.size", _count_of(traced))
        span.set_attribute("fourtop.failed_statement", traced.failed)
        # The class only: a driver's text shows the values of rows.
        span.set_attribute("error.type", traced.error)
        span.set_status(_FAILED)
    span.end(traced.end_ns)


def _count_of(traced: TracedStatements) -> int:
    """Return how many statements were sent, without the COMMIT."""
    return len(traced.sent) - (traced.sent[-1] == _COMMIT)


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
    >>> _title(tuple(f"insert_the_rows_of_table_{number}" for number in range(100)))[-29:]
    'insert_the_rows_of_table_8, …'
    """
    text = ", ".join(names)
    if len(text) <= _LONGEST_TITLE:
        return text
    return f"{text[: text.rindex(', ', 0, _LONGEST_TITLE - 2)]}, …"
