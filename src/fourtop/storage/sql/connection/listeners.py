"""Dispatch a host's SQLAlchemy events around our statements.

The stores execute on the driver's cursor, past SQLAlchemy's ``Connection.execute``. Where a host
listens to ``before_cursor_execute``, ``after_cursor_execute`` or ``handle_error`` on the engine,
this module calls its listeners as SQLAlchemy would. Without listeners nothing of it runs.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Engine

from fourtop.storage.sql.connection.driver import DriverCursor
from fourtop.storage.sql.statement import Statement

# The execution option that carries the name of the statement to listeners.
STATEMENT_NAME: Final = "fourtop_statement"


class StatementContext:
    """The context that a listener receives: the used part of an ``ExecutionContext``.

    Listeners may set attributes of their own on it between "before" and "after".
    """

    compiled = None

    def __init__(
        self, connection: Connection, cursor: Any, statement: Statement, *, executemany: bool
    ) -> None:
        self.root_connection = connection
        self.engine: Any = connection.engine
        self.dialect: Any = connection.dialect
        self.cursor = cursor
        self.statement: str = statement.text
        self.parameters: Any = None
        self.executemany = executemany
        self.execution_options: dict[str, str] = {STATEMENT_NAME: statement.name}


class ErrorContext:
    """The context that a ``handle_error`` listener receives, as SQLAlchemy's ``ExceptionContext``.

    A listener may observe the error, not replace it: the store classifies the driver's own.
    """

    sqlalchemy_exception = None
    chained_exception = None
    is_disconnect = False
    invalidate_pool_on_disconnect = False
    is_pre_ping = False

    def __init__(self, context: StatementContext, error: BaseException) -> None:
        self.connection: Any = context.root_connection
        self.engine: Any = context.engine
        self.dialect: Any = context.dialect
        self.cursor: Any = context.cursor
        self.statement: str = context.statement
        self.parameters: Any = context.parameters
        self.original_exception = error
        self.execution_context = context


class ListenedConnection:
    """Tells the listeners of an engine about the statements that run on a driver's cursor.

    Args:
        connection: The SQLAlchemy connection that listeners receive.
        cursor: The cursor.
    """

    def __init__(self, connection: Connection, cursor: DriverCursor) -> None:
        self._connection: Any = connection
        self._cursor = cursor
        self._contexts: list[tuple[StatementContext, bool]] = []

    def before(
        self, statement: Statement, text: str, parameters: Any, *, many: bool = False
    ) -> tuple[str, Any]:
        """Announce a statement; return the text and the parameters that the listeners want.

        A listener may return another text, for instance with a comment for tracing.
        """
        connection, cursor = self._connection, self._cursor.cursor
        context = StatementContext(connection, cursor, statement, executemany=many)
        for listener in connection.dispatch.before_cursor_execute:
            text, parameters = listener(connection, cursor, text, parameters, context, many)
        context.statement, context.parameters = text, parameters
        self._contexts.append((context, many))
        return text, parameters

    def after(self, executed: int, error: BaseException | None) -> None:
        """Report the announced statements.

        Args:
            executed: How many of them were executed, from the first on.
            error: The error of the next one; the others after it were not executed either.
        """
        connection: Any = self._connection
        contexts, self._contexts = self._contexts, []
        for context, many in contexts[:executed]:
            for listener in connection.dispatch.after_cursor_execute:
                listener(
                    connection, context.cursor, context.statement, context.parameters, context, many
                )
        if error is None:
            return
        for context, _ in contexts[executed:]:
            for listener in connection.engine.dialect.dispatch.handle_error:
                listener(ErrorContext(context, error))


def has_listeners(engine: Engine) -> bool:
    """Whether a host listens to the statements of an engine."""
    dispatch: Any = engine.dispatch
    return bool(
        dispatch.before_cursor_execute
        or dispatch.after_cursor_execute
        or engine.dialect.dispatch.handle_error
    )
