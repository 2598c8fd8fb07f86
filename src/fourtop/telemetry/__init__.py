"""Traces and metrics of an engine and its store, through the API of OpenTelemetry.

It needs the extra ``otel``. Nothing of this package runs unless a host makes a ``Telemetry``.
"""

try:
    from fourtop.telemetry.telemetry import Telemetry
except ImportError as _error:
    if (_error.name or "").partition(".")[0] != "opentelemetry":
        raise
    raise ImportError("telemetry needs opentelemetry-api: install fourtop[otel]") from _error

__all__ = ["Telemetry"]

# Tracebacks and documentation name the class by its public module.
Telemetry.__module__ = __name__
