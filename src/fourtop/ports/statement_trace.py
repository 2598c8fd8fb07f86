"""The trace of statements: which statements a store executed for a request, and when.

An observer sets the list before a request and reads it afterwards. A store adds to it if it is
there; without a list the store reads no clock.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final, NamedTuple


class TracedStatements(NamedTuple):
    """Statements that were executed together: over a network, in one round trip.

    Args:
        system: The database, as OpenTelemetry names it: ``postgresql`` or ``sqlite``.
        names: The names of the statements, each once, in the order of their first execution;
            ``docs/evidence/statements-*.sql`` has their texts. A ``COMMIT`` that ends a command is
            the last of them. Those after a statement that failed are left out.
        executed: How many statements were executed, without the ``COMMIT``.
        start_ns: When they were sent, in nanoseconds since 1970.
        end_ns: When their rows had come.
        failed: The name of the statement that failed; empty: none did.
        error: The class of its error.
    """

    system: str
    names: tuple[str, ...]
    executed: int
    start_ns: int
    end_ns: int
    failed: str = ""
    error: str = ""


# The statements of the request that the running thread or task is about, while it is traced.
STATEMENTS: Final[ContextVar[list[TracedStatements] | None]] = ContextVar(
    "fourtop.statements", default=None
)
