"""Spans of SQL statements, from the cursor events that every store dispatches."""

from __future__ import annotations

from typing import Any, Final

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer
from sqlalchemy import Engine, event

# The execution option in which the stores name a statement to listeners.
_NAME: Final = "fourtop_statement"
_SPAN: Final = "fourtop_span"
_FAILED: Final = Status(StatusCode.ERROR)
# As OpenTelemetry's conventions for databases name them.
_OF_SYSTEM: Final = {name: {"db.system.name": name} for name in ("postgresql", "sqlite")}


class StatementSpans:
    """Makes a span of each statement that runs inside a recorded request.

    A span has the name of the statement, under which ``docs/evidence/statements-*.sql`` lists its
    text. It has no parameter, so no personal data.

    Args:
        tracer: Makes the spans.
    """

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def listen(self, engine: Engine) -> None:
        """Listen to the statements on an engine; a second call changes nothing."""
        if not event.contains(engine, "before_cursor_execute", self._begin):
            event.listen(engine, "before_cursor_execute", self._begin)
            event.listen(engine, "after_cursor_execute", self._end)
            event.listen(engine, "handle_error", self._fail)

    def _begin(self, connection: Any, _cursor: Any, *call: Any) -> None:
        context = call[2]
        name = context.execution_options.get(_NAME)
        # A statement of the host itself is not ours to trace.
        if name is None or not trace.get_current_span().is_recording():
            return
        attributes = _OF_SYSTEM[connection.engine.dialect.name]
        span = self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes)
        setattr(context, _SPAN, span)

    def _end(self, _connection: Any, _cursor: Any, *call: Any) -> None:
        span: Span | None = getattr(call[2], _SPAN, None)
        if span is not None:
            span.end()

    def _fail(self, failure: Any) -> None:
        span: Span | None = getattr(failure.execution_context, _SPAN, None)
        if span is not None:
            # The class only: a driver's text shows the values of rows.
            span.set_attribute("error.type", type(failure.original_exception).__name__)
            span.set_status(_FAILED)
            span.end()
