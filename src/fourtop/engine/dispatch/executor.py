"""Executors: hand requests to a store, and decide again after a lost race."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, TypeVar

from fourtop.engine.compiled_house import CompiledHouses
from fourtop.engine.dispatch.requests import Command, OnLost, Query
from fourtop.engine.invocation import FailedWithEvidence
from fourtop.engine.observation import Observed, Observer, RequestKind, is_observed
from fourtop.errors import (
    AllocationsOverlap,
    AlreadyExists,
    FourtopError,
    OutcomeUnknown,
    Refusal,
    Refused,
    StaleVersion,
)
from fourtop.model.house import House
from fourtop.model.window import Window
from fourtop.ports import AsyncStore, Changes, Decision, Scope, Store, View

T = TypeVar("T")
StoredKey = frozenset[tuple[str, str]]
Transact = Callable[[Scope, Callable[[View], Any]], Awaitable[Any]]
Ask = Callable[[Query[Any]], Awaitable[Any]]

MAX_TRIES = 4
NO_KEY: Final[StoredKey] = frozenset()


class Executor:
    """Runs queries and commands on a store. Its only state is the compiled houses.

    Args:
        store: The store.
        houses: Keeps the compiled houses; ``None``: the executor's own.
        observer: Is told of each request; ``None``: only the log is.
    """

    def __init__(
        self,
        store: Store,
        houses: CompiledHouses | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.store = store
        self._houses = CompiledHouses() if houses is None else houses
        self._observer = observer

    def query(self, query: Query[T]) -> T:
        """Return the answer of a query.

        Raises:
            FourtopError: Any error of the query or of the store.
        """
        if not is_observed(self._observer):
            return self._query(query)
        with _watched(self._observer, query) as observed:
            result = self._query(query)
            observed.returned(result)
            return result

    def execute(self, command: Command[T]) -> T:
        """Return the result of a command after its changes are in place.

        If another transaction was faster, the store refuses at the commit; the command is then
        decided again on the new state, at most three times more.

        Raises:
            OutcomeUnknown: If the reply to the commit was lost; names the command. Retry once with
                the same key to learn the result.
            FourtopError: Any refusal of the decision or of the store.
        """
        if not is_observed(self._observer):
            return at_once(_execute(command, self._houses, self._transact, self._ask))
        with _watched(self._observer, command) as observed:
            result = at_once(_execute(command, self._houses, self._transact, self._ask))
            observed.returned(result)
            return result

    def _query(self, query: Query[T]) -> T:
        houses = self._houses
        result: T = self.store.read(_scope_of(query, houses), _asking(query, houses))
        return result if query.finish is None else query.finish(result)

    async def _ask(self, query: Query[Any]) -> Any:
        return self._query(query)

    async def _transact(self, scope: Scope, decide: Callable[[View], Any]) -> Any:
        return self.store.transact(scope, decide)


class AsyncExecutor:
    """Runs queries and commands on an async store, as ``Executor`` does on a sync one.

    Args:
        store: The store.
        houses: Keeps the compiled houses; ``None``: the executor's own.
        observer: Is told of each request; ``None``: only the log is.
    """

    def __init__(
        self,
        store: AsyncStore,
        houses: CompiledHouses | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.store = store
        self._houses = CompiledHouses() if houses is None else houses
        self._observer = observer

    async def query(self, query: Query[T]) -> T:
        """Return the answer of a query.

        Raises:
            FourtopError: As ``Executor.query``.
        """
        if not is_observed(self._observer):
            return await self._query(query)
        with _watched(self._observer, query) as observed:
            result = await self._query(query)
            observed.returned(result)
            return result

    async def _query(self, query: Query[T]) -> T:
        houses = self._houses
        result: T = await self.store.read(_scope_of(query, houses), _asking(query, houses))
        if query.finish is None:
            return result
        from asyncio import to_thread  # noqa: PLC0415  # Slow to import, and seldom needed.

        # The work takes long. Another thread does it, so that other tasks go on.
        return await to_thread(query.finish, result)

    async def execute(self, command: Command[T]) -> T:
        """Return the result of a command after its changes are in place.

        A cancelled command has either changed everything that it decided or nothing.

        Raises:
            FourtopError: As ``Executor.execute``.
        """
        if not is_observed(self._observer):
            return await _execute(command, self._houses, self.store.transact, self._query)
        with _watched(self._observer, command) as observed:
            result = await _execute(command, self._houses, self.store.transact, self._query)
            observed.returned(result)
            return result


def _watched(observer: Observer | None, request: Command[Any] | Query[Any]) -> Observed:
    restaurant_id = request.scope.restaurant_id
    if isinstance(request, Query):
        return Observed(observer, RequestKind.QUERY, request.name, restaurant_id)
    name = request.invocation.command
    return Observed(observer, RequestKind.COMMAND, name, restaurant_id)


def _scope_of(
    request: Command[Any] | Query[Any], houses: CompiledHouses, key: StoredKey = NO_KEY
) -> Scope:
    """Return the scope that a request will probably need; the decision asks for the rest."""
    scope = request.scope
    windows: tuple[Window, ...] = ()
    headcounts: tuple[Window, ...] = ()
    counted_parties: tuple[Window, ...] = ()
    if request.prefetch is not None:
        known = houses.find_latest(scope.restaurant_id)
        if known is not None:
            windows, headcounts = request.prefetch(known)
            if known.counts_by_party:
                headcounts, counted_parties = (), headcounts
    if not (windows or headcounts or counted_parties or key):
        return scope
    return scope.extended(windows, headcounts, counted_parties, key)


def _asking(query: Query[Any], houses: CompiledHouses) -> Callable[[View], Any]:
    return lambda view: query.ask(view, houses.get(view))


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, so that sync and async stores share the code below."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("work on a sync store has nothing to wait for")


async def _execute(command: Command[T], houses: CompiledHouses, transact: Transact, ask: Ask) -> T:
    try:
        result = await _settled(command, houses, transact, ask)
    except OutcomeUnknown as error:
        # The store knows that a reply was lost, but not the command.
        raise OutcomeUnknown(command.invocation.command) from error.__cause__
    if isinstance(result, FailedWithEvidence):
        raise result.error
    if isinstance(result, House):
        # The next request compiles the new floor before its transaction, outside any lock.
        houses.expect(result)
    answer: T = result
    return answer


async def _settled(
    command: Command[Any], houses: CompiledHouses, transact: Transact, ask: Ask
) -> Any:
    """Return the result of a command; after a refusal, that of its recourse, if it has any.

    The answer of the recourse may be stale when its command is decided. Then it asks again.
    """
    recourse = command.recourse
    if recourse is None:
        return await _decided(command, houses, transact)
    with suppress(Refused):
        return await _decided(command, houses, transact)
    tries = 0
    while True:
        tries += 1
        answer = await ask(recourse.query)
        if isinstance(answer, Refusal):
            raise Refused(answer)
        try:
            return await _decided(recourse.follow(answer), houses, transact)
        except (Refused, StaleVersion):
            if tries == MAX_TRIES:
                raise


async def _decided(command: Command[Any], houses: CompiledHouses, transact: Transact) -> Any:
    invocation = command.invocation
    key = NO_KEY if invocation.key is None else frozenset({(invocation.command, invocation.key)})
    scope = _scope_of(command, houses, key)
    decide = _deciding(command, houses)
    tries = 0
    while True:
        tries += 1
        try:
            return await transact(scope, decide)
        except (AllocationsOverlap, AlreadyExists, StaleVersion) as error:
            if tries < MAX_TRIES and _is_lost_race(command, error):
                continue
            if command.on_lost is not None:
                await transact(scope, _evidence(command.on_lost, houses, error))
            raise


def _deciding(command: Command[Any], houses: CompiledHouses) -> Callable[[View], Any]:
    """Return a decision that replays the stored result of a known key, and stores a new success.

    It adds nothing to a decision that stores its result itself. A failure is not stored, nor is
    the answer that there was nothing to do.
    """
    invocation = command.invocation
    key = invocation.key
    if key is None:
        return lambda view: command.decide(view, houses.get(view))

    def decide(view: View) -> Any:
        replay = invocation.find_replay(view)
        if replay is not None:
            return Decision(replay)
        decided = command.decide(view, houses.get(view))
        if (
            not isinstance(decided, Decision)
            or isinstance(decided.result, FailedWithEvidence)
            or decided.result is None
            or decided.changes.stored_results
        ):
            return decided
        stored = invocation.stored(decided.result, view.now_us, key)
        return Decision(decided.result, decided.changes + Changes(stored_results=(stored,)))

    return decide


def _evidence(
    on_lost: OnLost, houses: CompiledHouses, error: FourtopError
) -> Callable[[View], Any]:
    return lambda view: on_lost(view, houses.get(view), error)


def _is_lost_race(command: Command[Any], error: FourtopError) -> bool:
    if isinstance(error, AlreadyExists):
        # A rival stored a result under the same key meanwhile; deciding again replays it.
        return error.kind == "result"
    # Deciding again cannot satisfy a version that the caller named, or that a search has read.
    is_fixed = command.is_fixed or command.invocation.request.get("expected") is not None
    return not (isinstance(error, StaleVersion) and is_fixed)
