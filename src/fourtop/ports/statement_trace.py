"""The trace of statements: which statements a store executed for a request, and when.

An observer sets the trace before a request and reads it afterwards. A store adds to it if it is
there; without a trace the store reads no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from contextvars import ContextVar
from typing import Final


class TracedStatements:
    """Statements that are executed together: over a network, in one round trip.

    Args:
        system: The database, as OpenTelemetry names it: ``postgresql`` or ``sqlite``.
        sent: The names of the statements; ``docs/evidence/statements-*.sql`` has their texts. A
            ``COMMIT`` that ends a command is the last of them.
        start_ns: When they were sent, in nanoseconds since 1970.

    Attributes:
        end_ns: When their rows had come; 0: they are under way.
        error: The class of the error of the last of them; empty: none failed.
    """

    __slots__ = ("end_ns", "error", "sent", "start_ns", "system")

    def __init__(self, system: str, sent: Sequence[str], start_ns: int) -> None:
        self.system: str = system
        self.sent: Sequence[str] = sent
        self.start_ns: int = start_ns
        self.end_ns: int = 0
        self.error: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names, each once, in the order of the first execution."""
        return tuple(dict.fromkeys(self.sent))

    @property
    def failed(self) -> str:
        """The name of the statement that failed; empty: none did."""
        return self.sent[-1] if self.error else ""

    def fail(self, executed: int, error: BaseException) -> None:
        """Note an error: the statements after the failed one were not executed, or nobody knows.

        Args:
            executed: How many were executed before.
            error: The error.
        """
        self.sent = self.sent[: executed + 1]
        self.error = type(error).__name__


class StatementTrace:
    """The statements of one request. The thread or task of the request uses it, and no other.

    Attributes:
        executed: The statements, in order; the last of them may be under way.
    """

    __slots__ = ("executed",)

    def __init__(self) -> None:
        self.executed: list[TracedStatements] = []

    def work(self) -> None:
        """Do the work of an observer that must not wait for the end of the request; none here."""

    def work_while_committing(self) -> None:
        """Let the observer work. A store calls it when it has sent a COMMIT and has to wait.

        An error of the observer is ignored: the outcome of the COMMIT must become known.
        """
        with suppress(Exception):
            self.work()


# The statements of the request that the running thread or task is about, while it is traced.
STATEMENTS: Final[ContextVar[StatementTrace | None]] = ContextVar(
    "fourtop.statements", default=None
)
