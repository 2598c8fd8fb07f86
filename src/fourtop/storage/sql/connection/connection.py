"""The connection that executes the statements of one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from fourtop.ports import STATEMENTS, StatementTrace, TracedStatements
from fourtop.storage.sql.connection.driver import DriverCursor, Outcome, Ran, Step
from fourtop.storage.sql.connection.listeners import ListenedConnection
from fourtop.storage.sql.statement import NO_PARAMETERS, Call, Statement, TransactionMode

_COMMIT: Final = "COMMIT"


class Connection:
    """Executes statements in one transaction.

    It begins the transaction together with the first statement.

    Args:
        cursor: The driver's cursor.
        mode: How the transaction begins.
        listened: Tells the host's listeners about each statement; ``None``: without listeners.
        system: The name of the database in a trace.
    """

    __slots__ = (
        *("_cursor", "_listened", "_mode", "_system", "_trace", "_waiting"),
        *("has_begun", "has_run", "is_over", "is_refused"),
    )

    def __init__(
        self,
        cursor: DriverCursor,
        mode: TransactionMode,
        listened: ListenedConnection | None = None,
        system: str = "",
    ) -> None:
        self._cursor = cursor
        self._mode = mode
        self._listened = listened
        self._system = system
        self._trace = STATEMENTS.get()
        self._waiting: list[Call] = []
        # Whether anything was sent, whether the server has begun the transaction, and whether it
        # has committed it.
        self.has_run: bool = False
        self.has_begun: bool = False
        self.is_over: bool = False
        # Whether a COMMIT did nothing: a statement before it was refused, or it was not sent.
        self.is_refused: bool = False

    def later(self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS, /) -> None:
        """Execute a statement together with the next one, or with the commit."""
        self._waiting.append(Call(statement, parameters))

    def rows(
        self, statement: Statement, parameters: Mapping[str, Any] = NO_PARAMETERS, /
    ) -> list[Any]:
        """Execute a statement and return its rows."""
        return self._run((Call(statement, parameters),))[-1].rows

    def fetch(self, calls: Sequence[Call], *, is_last: bool = False) -> list[list[Any]]:
        """Execute statements in one round trip, if the driver can; return the rows of each.

        Args:
            calls: The statements.
            is_last: Whether the transaction, which only reads, ends with them.
        """
        assert self._mode.is_read_only or not is_last, "only a read ends with its last statement"
        outcomes = self._run(calls, is_last=is_last)
        return [each.rows for each in outcomes[len(outcomes) - len(calls) :]]

    def touched(self, statement: Statement, /, *parameters: Mapping[str, Any]) -> int:
        """Execute a statement once per parameter set and return the number of rows it touched."""
        if len(parameters) == 1 or self._cursor.is_manual:
            outcomes = self._run([Call(statement, each) for each in parameters])
            return sum(each.touched for each in outcomes[len(outcomes) - len(parameters) :])
        self.flush()
        text: str = statement.text
        sets: Any = [{**statement.constants, **each} for each in parameters]
        if self._listened is not None:
            text, sets = self._listened.before(statement, text, sets, many=True)
        cursor = self._cursor.cursor

        def run() -> Ran:
            try:
                cursor.executemany(text, sets)
            except Exception as error:  # noqa: BLE001  # Raised below.
                return Ran([], error)
            return Ran([Outcome([], cursor.rowcount)])

        ran = run() if self._trace is None else self._traced(self._trace, [statement.name], run)
        if self._listened is not None:
            self._listened.after(len(ran.outcomes), ran.error)
        if ran.error is not None:
            raise ran.error
        return ran.outcomes[0].touched

    def flush(self) -> None:
        """Begin the transaction if it has not begun, and execute the statements that wait."""
        if self._waiting or not self.has_begun:
            self._run(())

    def commit(self) -> None:
        """Execute the statements that wait, and commit."""
        self._run((), is_last=True)

    def command(self, text: str) -> None:
        """Execute a command by itself, such as ROLLBACK."""
        ran = self._cursor.run((Step(text),))
        if ran.error is not None:
            raise ran.error

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not (self.has_begun or self._waiting)

    def forget_statements(self) -> bool:
        """Forget the prepared statements; return whether an earlier transaction had any."""
        return self._cursor.forget_statements()

    @property
    def is_aborted(self) -> bool:
        """Whether the database has aborted the transaction, so that COMMIT would roll back."""
        return self._cursor.is_aborted

    def _run(self, calls: Sequence[Call], *, is_last: bool = False) -> list[Outcome]:
        """Execute the statements that wait and some more; return the outcome of each."""
        calls = (*self._waiting, *calls)
        self._waiting = []
        called = [self._step(each) for each in calls]
        begin = () if self.has_begun else (_command(self._mode.command),)
        end = (_command(_COMMIT),) if is_last else ()
        self.has_run = True
        steps = (*begin, *called, *end)
        if self._trace is None:
            ran = self._cursor.run(steps)
        else:
            names = [each.statement.name for each in calls]
            if is_last and not self._mode.is_read_only:
                names.append(_COMMIT)
            ran = self._traced(self._trace, names, lambda: self._cursor.run(steps))
        executed = len(ran.outcomes) - len(begin)
        self.has_begun = self.has_begun or executed >= 0
        if self._listened is not None:
            self._listened.after(max(executed, 0), ran.error)
        if ran.error is not None:
            self.is_refused = ran.is_answered and (executed < len(called) or not ran.is_sent)
            raise ran.error
        self.is_over = is_last
        return ran.outcomes[len(begin) : len(begin) + len(called)]

    def _traced(self, trace: StatementTrace, names: list[str], run: Callable[[], Ran]) -> Ran:
        """Run statements, and note when, and the error of the one that failed."""
        if not names:
            return run()
        traced = TracedStatements(self._system, names, time.time_ns())
        trace.executed.append(traced)
        try:
            ran = run()
            if ran.error is not None:
                traced.fail(max(0, len(ran.outcomes) - (not self.has_begun)), ran.error)
        except BaseException as interrupt:
            traced.fail(0, interrupt)
            raise
        finally:
            traced.end_ns = time.time_ns()
        return ran

    def _step(self, call: Call) -> Step:
        text, values = self._cursor.bind(call.statement, call.parameters)
        if self._listened is not None:
            text, values = self._listened.before(call.statement, text, values)
        return Step(text, values)


@cache
def _command(text: str) -> Step:
    """Return the step that begins or ends a transaction. There are few."""
    return Step(text)
