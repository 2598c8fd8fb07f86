"""The trace of statements: which statements a store executed for a request, and when.

An observer sets the list before a request and reads it afterwards. A store adds to it if it is
there; without a list the store reads no clock.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final, NamedTuple


class TracedStatement(NamedTuple):
    """One executed statement.

    Args:
        system: The database, as OpenTelemetry names it: ``postgresql`` or ``sqlite``.
        name: The name of the statement; ``docs/evidence/statements-*.sql`` has its text.
        start_ns: When it was sent, in nanoseconds since 1970.
        end_ns: When its rows had come.
        error: The class of the error that it raised; empty: none.
    """

    system: str
    name: str
    start_ns: int
    end_ns: int
    error: str = ""


# The statements of the request that the running thread or task is about, while it is traced.
STATEMENTS: Final[ContextVar[list[TracedStatement] | None]] = ContextVar(
    "fourtop.statements", default=None
)
