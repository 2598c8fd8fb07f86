"""Send several statements to PostgreSQL together and read their results in one round trip.

It uses psycopg's wrapper of libpq directly. psycopg's own pipelines cost more time of the processor
than statements one by one; these cost a third of that.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import cache, lru_cache
from types import ModuleType
from typing import Any, Final

import attrs

from fourtop.ports import STATEMENTS, StatementTrace
from fourtop.storage.sql.connection.driver import Outcome, Ran, Step
from fourtop.storage.sql.statement import Statement

# A named parameter in psycopg's style, or an escaped percent sign.
_PARAMETER: Final = re.compile(r"%(?:\((\w+)\)s|%)")
# The key of a pooled connection's ``info`` under which its prepared statements are.
_PREPARED: Final = "fourtop.prepared"
# The key under which the converter of its values is, with the encoding that it converts to.
_TRANSFORMER: Final = "fourtop.transformer"
# At most this many texts are remembered for each connection, whether prepared or not.
_MOST_TEXTS: Final = 256
# The errors with which a server itself ends a session. Others may come from a pooler that has lost
# its server, and then the server may have executed whatever was sent.
_ENDS_SESSION: Final = ("57", "25")


@attrs.define
class PreparedStatements:
    """The statements that are prepared on one connection.

    A statement is prepared at its first execution after as many as psycopg's ``prepare_threshold``
    says. The texts used last are remembered; the name of a forgotten one is never used again.
    """

    _names: OrderedDict[str, bytes | int] = attrs.field(factory=OrderedDict)
    _made: int = 0
    # Whether the server has prepared a statement since the last time that it lost them.
    has_any: bool = False

    def find(self, text: str, threshold: int | None) -> tuple[bytes | None, bool]:
        """Return the name of a statement, and whether it must be prepared under it now.

        Args:
            text: The text of the statement.
            threshold: After how many executions it is prepared; ``None``: never.
        """
        if threshold is None:
            return None, False
        known = self._names.pop(text, 0)
        if isinstance(known, bytes):
            self._names[text] = known
            return known, False
        if known < threshold:
            self._names[text] = known + 1
            return None, False
        self._names[text] = known
        self._made += 1
        return b"fourtop_%d" % self._made, True

    def forget(self) -> None:
        """Note that the server has lost them, or some of them."""
        self._names.clear()
        self.has_any = False

    def keep(self, text: str, name: bytes) -> None:
        """Note that the server has prepared a statement."""
        self._names[text] = name
        self.has_any = True

    def superfluous(self) -> list[bytes]:
        """Forget the texts beyond the most that are remembered; return the names to give up."""
        names = []
        while len(self._names) > _MOST_TEXTS:
            _, name = self._names.popitem(last=False)
            if isinstance(name, bytes):
                names.append(name)
        return names


# A message that awaits its result: its step, or the text and the name of the statement that it
# prepares. A message without either gives up a statement.
_Sent = tuple[Step | None, str, bytes]
_GIVEN_UP: Final[_Sent] = (None, "", b"")
# The outcome of a command that begins or ends the transaction. No caller asks for it.
_OF_COMMAND: Final = Outcome([], 0)


class PipelineCursor:
    """Executes steps in pipelines on a connection of psycopg, for one transaction.

    The connection is in libpq's pipeline mode only while steps run, so that whatever else uses it
    finds it as psycopg left it.

    Args:
        pooled: The pooled connection.
    """

    __slots__ = (
        *("_connection", "_cursor", "_had_prepared", "_is_broken"),
        *("_pgconn", "_pooled", "_prepared", "_transformer"),
    )

    is_manual = True

    def __init__(self, pooled: Any) -> None:
        self._pooled = pooled
        self._connection: Any = pooled.driver_connection
        self._pgconn: Any = self._connection.pgconn
        self._cursor: Any = None
        self._is_broken = False
        info = pooled.info
        self._transformer = self._kept_transformer(info)
        prepared = info.get(_PREPARED)
        if prepared is None:
            prepared = info[_PREPARED] = PreparedStatements()
        self._prepared: PreparedStatements = prepared
        self._had_prepared: bool = self._prepared.has_any

    def _kept_transformer(self, info: dict[Any, Any]) -> Any:
        """Return the transformer of the connection.

        A new one would look up the conversion of each type again. It knows the encoding of the
        client from when it was made; a host may change it.
        """
        encoding = self._pgconn.parameter_status(b"client_encoding")
        known, transformer = info.get(_TRANSFORMER, (None, None))
        if transformer is None or known != encoding:
            transformer = _psycopg().adapt.Transformer(self._connection)
            info[_TRANSFORMER] = (encoding, transformer)
        return transformer

    @property
    def cursor(self) -> Any:
        """A cursor of psycopg's, made when a listener of the host's asks for it."""
        if self._cursor is None:
            self._cursor = self._pooled.cursor()
        return self._cursor

    def bind(self, statement: Statement, parameters: Mapping[str, Any]) -> tuple[str, Any]:
        """Return numbered parameters."""
        constants = statement.constants
        values = {**constants, **parameters} if constants else parameters
        text, names = numbered(statement.text)
        return text, [values[name] for name in names]

    @property
    def is_aborted(self) -> bool:
        """Whether a statement failed, so that COMMIT would roll back."""
        return bool(self._pgconn.transaction_status == _psycopg().pq.TransactionStatus.INERROR)

    def forget_statements(self) -> bool:
        """Forget the prepared statements, for instance after a DEALLOCATE ALL of the host.

        psycopg sends one after a ROLLBACK on a connection that has prepared statements of the host.
        """
        self._prepared.forget()
        return self._had_prepared

    def run(self, steps: Sequence[Step]) -> Ran:
        """Execute steps in order, in one round trip; stop at the first error."""
        psycopg, pgconn = _psycopg(), self._pgconn
        if self._is_broken:
            return Ran([], psycopg.OperationalError("the connection is in the midst of a pipeline"))
        # An interrupt in the midst leaves it so, and the connection is of no use any more.
        self._is_broken = True
        sent: list[_Sent] = []
        trace = None
        try:
            if steps[-1].text == "COMMIT":
                trace = STATEMENTS.get()
                # A connection that died while the decision ran is found before the COMMIT is sent.
                # The first call reads the last words of the server, the second finds the end.
                pgconn.consume_input()
                pgconn.consume_input()
        except psycopg.Error as lost:
            return Ran([], lost, is_sent=False)
        try:
            pgconn.enter_pipeline_mode()
            self._send(steps, sent)
            results, error = self._wait(len(sent), trace)
            if error is None:
                pgconn.exit_pipeline_mode()
                self._is_broken = False
        except psycopg.Error as failed:
            # A value that cannot be sent, for instance, or a connection that is lost.
            is_sent = any(step is steps[-1] for step, _, _ in sent)
            return Ran([], failed, is_answered=not is_sent, is_sent=is_sent)
        return self._ran(sent, results, error)

    # ---- sending

    def _send(self, steps: Sequence[Step], sent: list[_Sent]) -> None:
        """Buffer the messages of steps, and note each of them as sent."""
        pgconn = self._pgconn
        threshold = self._connection.prepare_threshold
        prepared = self._prepared
        for step in steps:
            if step.values is None:
                pgconn.send_query_params(step.text.encode(), None)
                sent.append((step, "", b""))
                continue
            name, is_new = prepared.find(step.text, threshold)
            if name is not None and is_new:
                pgconn.send_prepare(name, step.text.encode())
                sent.append((None, step.text, name))
            # As text without types: the casts in our statements say what they are.
            values = self._transformer.dump_sequence(step.values, _formats(len(step.values)))
            if name is None:
                pgconn.send_query_params(step.text.encode(), values)
            else:
                pgconn.send_query_prepared(name, values)
            sent.append((step, "", b""))
        # After the transaction: an error would abort it.
        for name in prepared.superfluous() if steps[-1].text == "COMMIT" else ():
            pgconn.send_query_params(b"DEALLOCATE " + name, None)
            sent.append(_GIVEN_UP)
        pgconn.pipeline_sync()

    # ---- receiving

    def _wait(self, count: int, trace: StatementTrace | None) -> tuple[list[Any], Exception | None]:
        """Wait for the results of some messages; an error says that the connection is lost."""
        psycopg = _psycopg()
        waiting = self._connection.wait(self._communicate(count, trace))
        if isinstance(self._connection, psycopg.AsyncConnection):
            from sqlalchemy.util import await_only  # noqa: PLC0415  # It needs greenlet.

            found: tuple[list[Any], Exception | None] = await_only(waiting)
        else:
            found = waiting
        return found

    def _communicate(
        self, count: int, trace: StatementTrace | None
    ) -> Generator[Any, Any, tuple[list[Any], Exception | None]]:
        """Send the buffered messages, and receive the result of each message and of the Sync."""
        psycopg, pgconn = _psycopg(), self._pgconn
        results: list[Any] = []
        try:
            # ``pipeline_sync`` has sent what the socket took at once: nearly always everything.
            if pgconn.flush():
                yield from psycopg.generators.send(pgconn)
            if trace is not None:
                # The server commits, and gives up its locks without us.
                trace.work_while_committing()
            fetch_many = psycopg.generators.fetch_many
            for _ in range(count + 1):
                found = yield from fetch_many(pgconn)
                if not found:
                    return results, psycopg.OperationalError("the connection is lost")
                results.append(found[0])
        except psycopg.Error as error:
            return results, error
        return results, None

    def _ran(self, sent: Sequence[_Sent], results: Sequence[Any], error: Exception | None) -> Ran:
        psycopg = _psycopg()
        status = psycopg.pq.ExecStatus
        has_rows, is_done = status.TUPLES_OK, status.COMMAND_OK
        transformer = self._transformer
        outcomes: list[Outcome] = []
        for (step, text, name), result in zip(sent, results, strict=False):
            found = result.status
            if found == has_rows:
                transformer.set_pgresult(result)
                rows = transformer.load_rows(0, result.ntuples, tuple)
                outcomes.append(Outcome(rows, result.command_tuples or 0))
            elif found != is_done:
                if step is None and not text:
                    # The server has lost a statement that we wanted to give up, or a pooler has
                    # given it another name.
                    continue
                failed = psycopg.errors.error_from_result(result)
                is_complete = len(results) > len(sent)
                return Ran(outcomes, failed, is_complete or _ends_session(failed))
            elif step is None:
                if name:
                    self._prepared.keep(text, name)
            elif result.command_status == b"ROLLBACK" and step.text == "COMMIT":
                return Ran(outcomes, psycopg.errors.InFailedSqlTransaction("nothing to commit"))
            elif step.values is None:
                outcomes.append(_OF_COMMAND)
            else:
                outcomes.append(Outcome([], result.command_tuples or 0))
        if len(results) <= len(sent):
            return Ran(outcomes, error, is_answered=False)
        return Ran(outcomes)


def _ends_session(error: Any) -> bool:
    """Whether an error says that the server has ended the session, and executes nothing more."""
    return error.sqlstate is not None and error.sqlstate.startswith(_ENDS_SESSION)


@lru_cache(maxsize=4_096)
def numbered(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text with PostgreSQL's numbered parameters, and their names in that order."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"${names.setdefault(found[1], len(names) + 1)}" if found[1] else "%"

    return _PARAMETER.sub(number, text), tuple(names)


@cache
def supports_pipelines() -> bool:
    """Whether the libpq that psycopg uses can send statements in pipelines."""
    is_able: Callable[[], bool] = _psycopg().capabilities.has_pipeline
    return is_able()


@cache
def _formats(count: int) -> list[Any]:
    return [_psycopg().adapt.PyFormat.TEXT] * count


@cache
def _psycopg() -> ModuleType:
    import psycopg  # noqa: PLC0415  # An extra of its own: SQLite works without it.
    import psycopg.generators  # noqa: PLC0415  # As above.

    return psycopg
