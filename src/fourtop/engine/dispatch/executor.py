"""The runners: give orders to a store, decide anew when a race was lost, raise what was refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fourtop.engine.compiled_house import CompiledHouses
from fourtop.engine.dispatch.requests import Command, OnLost, Query, scope_of
from fourtop.engine.invocation import FailedWithEvidence, idempotent
from fourtop.errors import (
    AllocationsOverlap,
    AlreadyExists,
    FourtopError,
    OutcomeUnknown,
    StaleVersion,
)
from fourtop.ports import AsyncStore, Scope, Store, View

T = TypeVar("T")
Transact = Callable[[Scope, Callable[[View], Any]], Awaitable[Any]]

MAX_TRIES = 4


class Executor:
    """Carries orders and questions to a store. Holds no state of its own but compiled rules.

    Args:
        store: Where the restaurants are kept.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._rules = CompiledHouses()

    def put(self, question: Query[T]) -> T:
        """Return what a question answers on a view.

        Raises:
            FourtopError: Whatever the question or the store raised.
        """
        answer: T = self.store.read(scope_of(question, self._rules), _ruled(question, self._rules))
        return answer

    def run(self, order: Command[T]) -> T:
        """Return what an order decides, once it is in place.

        A store that finds at the commit that somebody was faster lets the command be decided anew,
        on what is there now, at most three times more.

        Raises:
            OutcomeUnknown: If the reply to the commit was lost; names the command. One retry with
                its key settles it.
            FourtopError: Whatever the decision or the store refused with.
        """

        async def transact(scope: Scope, decide: Callable[[View], Any]) -> Any:
            return self.store.transact(scope, decide)

        return _at_once(_carry_out(order, self._rules, transact))


class AsyncExecutor:
    """Carries orders and questions to an awaited store, as ``Executor`` does to another.

    Args:
        store: Where the restaurants are kept.
    """

    def __init__(self, store: AsyncStore) -> None:
        self.store = store
        self._rules = CompiledHouses()

    async def put(self, question: Query[T]) -> T:
        """Return what a question answers on a view.

        Raises:
            FourtopError: As ``Executor.put``.
        """
        answer: T = await self.store.read(
            scope_of(question, self._rules), _ruled(question, self._rules)
        )
        return answer

    async def run(self, order: Command[T]) -> T:
        """Return what an order decides, once it is in place.

        Cancelled, it leaves the restaurant as it was before the order or as it is after it, never
        between.

        Raises:
            FourtopError: As ``Executor.run``.
        """
        return await _carry_out(order, self._rules, self.store.transact)


def _ruled(question: Query[Any], rules: CompiledHouses) -> Callable[[View], Any]:
    return lambda view: question.ask(view, rules.get(view))


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run work that never waits to its end, so that the text below serves called and awaited stores alike."""
    try:
        work.send(None)
    except StopIteration as done:
        answer: T = done.value
        return answer
    raise AssertionError("work on a store that is called has nothing to wait for")


async def _carry_out(order: Command[T], rules: CompiledHouses, transact: Transact) -> T:
    try:
        result = await _decided(order, rules, transact)
    except OutcomeUnknown as error:
        # The store knows that a reply was lost, and not whose.
        raise OutcomeUnknown(order.call.command) from error.__cause__
    if isinstance(result, FailedWithEvidence):
        raise result.error
    answer: T = result
    return answer


async def _decided(order: Command[Any], rules: CompiledHouses, transact: Transact) -> Any:
    scope = scope_of(order, rules) | order.call.scope
    decide = idempotent(order.call, lambda view: order.decide(view, rules.get(view)))
    tries = 0
    while True:
        tries += 1
        try:
            return await transact(scope, decide)
        except (AllocationsOverlap, AlreadyExists, StaleVersion) as error:
            if tries < MAX_TRIES and _is_lost_race(order, error):
                continue
            if order.on_lost is not None:
                await transact(scope, _evidence(order.on_lost, rules, error))
            raise


def _evidence(on_lost: OnLost, rules: CompiledHouses, error: FourtopError) -> Callable[[View], Any]:
    return lambda view: on_lost(view, rules.get(view), error)


def _is_lost_race(order: Command[Any], error: FourtopError) -> bool:
    if isinstance(error, AlreadyExists):
        # Somebody stored an answer under the same key meanwhile; deciding anew replays it.
        return error.kind == "answer"
    # A version that the caller named cannot become right by deciding again.
    return not isinstance(error, StaleVersion) or order.call.request.get("expected") is None
