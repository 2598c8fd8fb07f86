"""A refused command with a recourse: it asks again while answers are stale, and ends at a bound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import Code, CountedIds, ManualClock, MemoryStore, Refusal, Refused, StaleVersion
from fourtop.engine.dispatch.executor import MAX_TRIES, Executor
from fourtop.engine.dispatch.requests import Caller, Command, Query, Recourse
from fourtop.ports import Decision, View
from tests.evening import NOW, STAFF, open_desk

NO = Refused(Refusal.by_rule(Code.CLOSED, date="2026-05-01"))
STALE = StaleVersion("occupancy", 1, 2)


def raises(error: Exception) -> Callable[..., Any]:
    def decide(*_: object) -> Any:
        raise error

    return decide


@attrs.define
class Answers:
    """What the command of the recourse does, call by call, and how often the query was asked."""

    outcomes: list[Exception | str]
    answer: Any = "an answer"
    asked: int = 0

    def ask(self, _view: View, _compiled: object) -> Any:
        self.asked += 1
        return self.answer

    def decide(self, _view: View, _compiled: object) -> Decision[str]:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return Decision(outcome)


def executed(answers: Answers) -> Any:
    store = MemoryStore(ManualClock(NOW))
    open_desk(store)
    caller = Caller("house", STAFF, CountedIds("x"))
    invocation, scope = caller.invocation("book", None, {}), caller.scope()
    followed = Command[str](invocation, scope, answers.decide, is_fixed=True)
    recourse = Recourse[str](Query(scope, answers.ask), lambda _: followed)
    command = Command[str](invocation, scope, raises(NO), recourse=recourse)
    return Executor(store).execute(command)


def test_the_command_of_the_answer_is_decided() -> None:
    answers = Answers(["done"])
    assert executed(answers) == "done"
    assert answers.asked == 1


def test_a_stale_answer_is_asked_for_again() -> None:
    answers = Answers([STALE, NO, "done"])
    assert executed(answers) == "done"
    assert answers.asked == 3


def test_a_refusal_of_the_query_is_that_of_the_command() -> None:
    refusal = Refusal.by_rule(Code.CLOSED, date="2026-05-02")
    with pytest.raises(Refused) as caught:
        executed(Answers([], answer=refusal))
    assert caught.value.refusal is refusal


def test_the_recourse_ends_at_a_bound() -> None:
    answers = Answers([STALE] * MAX_TRIES)
    with pytest.raises(StaleVersion):
        executed(answers)
    assert answers.asked == MAX_TRIES
