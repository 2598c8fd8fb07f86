"""The runner: gives orders to the store, decides anew when a race was lost, raises what was refused."""

from __future__ import annotations

from typing import Any, TypeVar

from fourtop.engine.call import Failed, keyed
from fourtop.engine.order import Order, Question
from fourtop.engine.rules import RuleCache
from fourtop.errors import AllocationsOverlap, AlreadyExists, FourtopError, StaleVersion
from fourtop.ports import Store, View

T = TypeVar("T")

MAX_TRIES = 4


class Runner:
    """Carries orders and questions to a store. Holds no state of its own but compiled rules.

    Args:
        store: Where the restaurants are kept.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._rules = RuleCache()

    def put(self, question: Question[T]) -> T:
        """Return what a question answers on a view."""
        answer: T = self.store.read(question.scope, lambda view: question.ask(view, self._rules.get(view)))
        return answer

    def run(self, order: Order[T]) -> T:
        """Return what an order decides, once it is in place.

        A store that finds at the commit that somebody was faster lets the command be decided anew, on what
        is there now, at most three times more.

        Raises:
            FourtopError: Whatever the decision or the store refused with.
        """
        asked = keyed(order.call, lambda view: order.decide(view, self._rules.get(view)))
        tries = 0
        while True:
            tries += 1
            try:
                result = self.store.transact(order.scope | order.call.scope, asked)
            except (AllocationsOverlap, AlreadyExists, StaleVersion) as error:
                if tries < MAX_TRIES and _is_lost_race(order, error):
                    continue
                self._write_evidence(order, error)
                raise
            if isinstance(result, Failed):
                raise result.error
            answer: T = result
            return answer

    def _write_evidence(self, order: Order[Any], error: FourtopError) -> None:
        on_lost = order.on_lost
        if on_lost is not None:

            def decide(view: View) -> Any:
                return on_lost(view, self._rules.get(view), error)

            self.store.transact(order.scope | order.call.scope, decide)


def _is_lost_race(order: Order[Any], error: FourtopError) -> bool:
    if isinstance(error, AlreadyExists):
        # Somebody stored an answer under the same key meanwhile; deciding anew replays it.
        return error.kind == "answer"
    # A version that the caller named cannot become right by deciding again.
    return not isinstance(error, StaleVersion) or order.call.request.get("expected") is None
