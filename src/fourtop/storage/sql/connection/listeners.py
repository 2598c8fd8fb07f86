"""Dispatch a host's SQLAlchemy events around our statements.

The stores execute on the driver's cursor, past SQLAlchemy's ``Connection.execute``. Where a host
listens to ``before_cursor_execute``, ``after_cursor_execute`` or ``handle_error`` on the engine,
this module calls its listeners as SQLAlchemy would. Without listeners nothing of it runs.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Engine

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
    """Executes statements on a driver's cursor and tells the listeners of an engine about them.

    Args:
        connection: The SQLAlchemy connection that listeners receive.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(
        self, cursor: Any, statement: Statement, text: str, parameters: Any, *, many: bool = False
    ) -> None:
        """Execute a statement between the "before" and the "after" listeners."""
        engine: Any = self._connection.engine
        connection: Any = self._connection
        context = StatementContext(connection, cursor, statement, executemany=many)
        # A listener may return another text, for instance with a comment for tracing.
        for listener in connection.dispatch.before_cursor_execute:
            text, parameters = listener(connection, cursor, text, parameters, context, many)
        context.statement, context.parameters = text, parameters
        try:
            (cursor.executemany if many else cursor.execute)(text, parameters)
        except Exception as error:
            for listener in engine.dialect.dispatch.handle_error:
                listener(ErrorContext(context, error))
            raise
        for listener in connection.dispatch.after_cursor_execute:
            listener(connection, cursor, text, parameters, context, many)


def has_listeners(engine: Engine) -> bool:
    """Whether a host listens to the statements of an engine."""
    dispatch: Any = engine.dispatch
    return bool(
        dispatch.before_cursor_execute
        or dispatch.after_cursor_execute
        or engine.dialect.dispatch.handle_error
    )
