"""Telemetry that is kept in memory, and read back as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from fourtop.telemetry import Telemetry

Attributes = frozenset[tuple[str, Any]]


class Recorder:
    """A telemetry with exporters in memory."""

    def __init__(self, **how: float) -> None:
        self._spans = InMemorySpanExporter()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self._metrics = InMemoryMetricReader()
        self.tracers: TracerProvider = tracers
        self.telemetry: Telemetry = Telemetry(
            tracer_provider=tracers, meter_provider=MeterProvider([self._metrics]), **how
        )

    def spans(self) -> list[ReadableSpan]:
        """Return the spans that have ended since the last call."""
        found = list(self._spans.get_finished_spans())
        self._spans.clear()
        return found

    def metrics(self) -> dict[str, dict[Attributes, Any]]:
        """Return the points of each metric: a value, or the count of a histogram."""
        found: dict[str, dict[Attributes, Any]] = {}
        data = self._metrics.get_metrics_data()
        if data is None:
            return found
        for resource in data.resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    points = found.setdefault(metric.name, {})
                    for point in metric.data.data_points:
                        value = point.value if hasattr(point, "value") else point.count
                        points[frozenset((point.attributes or {}).items())] = value
        return found

    def value(self, name: str, **attributes: str) -> Any:
        """Return one point of a metric; ``None`` if it has none with these attributes."""
        return self.metrics().get(name, {}).get(frozenset(attributes.items()))

    def text(self) -> str:
        """Return all that the telemetry holds, as one text to search."""
        spans: list[Mapping[str, Any]] = [
            {"name": span.name, "attributes": dict(span.attributes or {}), "events": span.events}
            for span in self._spans.get_finished_spans()
        ]
        descriptions = [(name, sorted(map(str, points))) for name, points in self.metrics().items()]
        return f"{spans} {descriptions}"
