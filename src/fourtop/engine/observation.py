"""Observation: what a host may see of a request: its check, its outcome and its time.

Where nobody observes, the watch is ``None`` and costs one look at a variable. No answer depends on
an observation, and it holds ids, dates, numbers and codes only: no key, session, name or text.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar, Token
from enum import StrEnum
from time import perf_counter
from types import TracebackType
from typing import Any, Final, Protocol, Self

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.errors import Code, FourtopError, Refusal

LOG: Final = logging.getLogger("fourtop.checks")

_SERVER_ERROR: Final = 500
# Queries that answer one request, as a command does. A search checks many parties.
_CHECKING_QUERIES: Final = frozenset({"quote", "validate"})


class RequestKind(StrEnum):
    """The two kinds of requests."""

    COMMAND = "command"
    QUERY = "query"


@attrs.frozen
class Check:
    """One run of the checks for one party.

    Args:
        start: Local start of the party, in ISO 8601.
        booked: The covers that count in its service without it; ``None``: no rule needed them.
        maximum: The most that the decisive rule allows; ``None``: no such rule.
        code: The code of the refusal; ``None``: the party was admitted.
        seconds: How long the checks took.
    """

    start: str
    booked: int | None
    maximum: int | None
    code: Code | None
    seconds: float

    @property
    def date(self) -> str:
        """The local date of the start."""
        return self.start[:10]

    @property
    def time(self) -> str:
        """The local time of the start."""
        return self.start[11:16]


class Observer(Protocol):
    """Is told of every request of an engine, in its own thread or task."""

    def begin(self, observed: Observed) -> Any:
        """Return a mark for the end of the request."""
        ...

    def end(self, observed: Observed, mark: Any) -> None:
        """Take note of a request that has ended."""
        ...


class Observed:
    """A request while it is observed; ``with`` marks its length.

    Attributes:
        kind: Whether it is a command or a query.
        name: Its name, such as ``hold`` or ``availability``.
        restaurant_id: The tenant.
        check: The last run of the checks, which decided; ``None``: nothing was checked.
        code: The code of the error that it raised; ``None``: it succeeded.
        is_failure: Whether the error means that the service fails, and not a refusal.
        is_replay: Whether a stored result answered.
        seconds: How long it took, with all transactions and waits.
    """

    __slots__ = (
        "_began",
        "_mark",
        "_observer",
        "_token",
        "check",
        "code",
        "is_failure",
        "is_replay",
        "kind",
        "name",
        "restaurant_id",
        "seconds",
    )

    def __init__(
        self, observer: Observer | None, kind: RequestKind, name: str, restaurant_id: str
    ) -> None:
        self._observer = observer
        self.kind: RequestKind = kind
        self.name: str = name
        self.restaurant_id: str = restaurant_id
        self.check: Check | None = None
        self.code: Code | None = None
        self.is_failure: bool = False
        self.is_replay: bool = False
        self.seconds: float = 0.0

    def __enter__(self) -> Self:
        self._token: Token[Observed | None] = WATCH.set(self)
        self._mark = None if self._observer is None else self._observer.begin(self)
        self._began = perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.seconds = perf_counter() - self._began
        WATCH.reset(self._token)
        if isinstance(error, FourtopError):
            self.code = error.code
        # A cancelled task and Ctrl-C are no exceptions in this sense.
        self.is_failure = isinstance(error, Exception) and (
            not isinstance(error, FourtopError) or error.http_status >= _SERVER_ERROR
        )
        if LOG.isEnabledFor(logging.INFO):
            self._log()
        if self._observer is not None:
            self._observer.end(self, self._mark)

    def returned(self, result: Any) -> None:
        """Take note of the result of the request."""
        if isinstance(result, Refusal):
            self.code = result.code
        self.is_replay = getattr(result, "replayed", False) is True

    def note(
        self, compiled: CompiledHouse, start_us: int, answer: object, began: float, booked: Any
    ) -> None:
        """Take note of a run of the checks.

        Args:
            compiled: The rules.
            start_us: The start of the party.
            answer: The refusal, if it is one.
            began: When the checks began, by ``perf_counter``.
            booked: The covers of the service and the cap on them, each ``None`` if unknown.
        """
        covers, maximum = booked
        code = None
        if isinstance(answer, Refusal):
            code = answer.code
            facts = answer.reasons[0].details
            if "booked" in facts:
                covers, maximum = facts["booked"], facts.get("limit")
        start = compiled.calendar.local_text(start_us)
        self.check = Check(start, covers, maximum, code, perf_counter() - began)

    def _log(self) -> None:
        """Write the record of the check, or of a refusal without one."""
        is_asked = self.kind is RequestKind.COMMAND or self.name in _CHECKING_QUERIES
        if not is_asked or (self.check is None and self.code is None):
            return
        check = self.check
        code = self.code or (None if check is None else check.code)
        facts = {
            "command": self.name,
            "restaurant": self.restaurant_id,
            "date": None if check is None else check.date,
            "time": None if check is None else check.time,
            "booked": None if check is None else check.booked,
            "max": None if check is None else check.maximum,
            "code": "ADMITTED" if code is None else code.value,
        }
        text = " ".join(f"{name}=%({name})s" for name in facts)
        LOG.info(text, facts, extra=facts)


# The request that the running thread or task is about, while somebody observes it.
WATCH: Final[ContextVar[Observed | None]] = ContextVar("fourtop.watch", default=None)


def is_observed(observer: Observer | None) -> bool:
    """Tell whether a request must be observed: for an observer, or for the log."""
    return observer is not None or LOG.isEnabledFor(logging.INFO)
