"""The runner: gives a decision to the store, decides anew when a race was lost, raises what was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fourtop.engine.call import Call, Failed, keyed
from fourtop.engine.identity import Ids
from fourtop.engine.rules import RuleCache, Rules
from fourtop.errors import AllocationsOverlap, FourtopError, StaleVersion
from fourtop.model import rule
from fourtop.model.actor import Actor
from fourtop.ports import Decision, Need, Scope, Store, View

T = TypeVar("T")

MAX_TRIES = 4


class Runner:
    """Carries calls to a store. Holds no state of its own but compiled rules.

    Args:
        store: Where the restaurants are kept.
        ids: Makes the ids of calls.
    """

    def __init__(self, store: Store, ids: Ids) -> None:
        self.store = store
        self._ids = ids
        self._rules = RuleCache()

    def call(
        self, restaurant_id: str, command: str, actor: Actor, *, key: str | None, request: Mapping[str, Any]
    ) -> Call:
        """Make a call with a new id.

        Raises:
            InvalidIdentifier: If the key is no id.
        """
        if key is not None:
            rule.check_identifier("key", key)
        return Call(restaurant_id, command, self._ids.next(), actor, key, request)

    def read(self, scope: Scope, ask: Callable[[View, Rules], T | Need]) -> T:
        """Return what a question answers on a view."""
        return self.store.read(scope, lambda view: ask(view, self._rules.get(view)))

    def transact(
        self,
        call: Call,
        scope: Scope,
        decide: Callable[[View, Rules], Decision[Any] | Need],
        *,
        on_lost: Callable[[View, Rules, FourtopError], Decision[Any] | Need] | None = None,
    ) -> Any:
        """Return what a command decides, once it is in place.

        A store that finds at the commit that somebody was faster lets the command be decided anew, on what
        is there now, at most three times more.

        Args:
            call: The call.
            scope: What it looks at, besides its stored answer.
            decide: The decision.
            on_lost: Writes evidence in a transaction of its own when the store refused to the last.

        Raises:
            FourtopError: Whatever the decision or the store refused with.
        """
        asked = keyed(call, lambda view: decide(view, self._rules.get(view)))
        for left in reversed(range(MAX_TRIES)):
            try:
                result = self.store.transact(scope | call.scope, asked)
            except (AllocationsOverlap, StaleVersion) as error:
                if left and not _is_callers(call, error):
                    continue
                if on_lost is not None:
                    self._write_evidence(scope | call.scope, on_lost, error)
                raise
            if isinstance(result, Failed):
                raise result.error
            return result
        raise AssertionError("the last try returns or raises")

    def _write_evidence(
        self, scope: Scope, on_lost: Callable[[View, Rules, FourtopError], Decision[Any] | Need], error: FourtopError
    ) -> None:
        def decide(view: View) -> Decision[Any] | Need:
            return on_lost(view, self._rules.get(view), error)

        self.store.transact(scope, decide)


def _is_callers(call: Call, error: FourtopError) -> bool:
    # A version that the caller named cannot become right by deciding again.
    return isinstance(error, StaleVersion) and call.request.get("expected") is not None
