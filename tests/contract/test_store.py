"""The contract, kept by every store of ours."""

from __future__ import annotations

import inspect
import re

import pytest

from fourtop import MemoryStore
from fourtop.ports import Store
from fourtop.testing import MakeStore, StoreContract, broken_promises, promises
from tests.stores import STORES


class TestStores(StoreContract):
    @pytest.fixture(params=list(STORES))
    def make_store(self, request: pytest.FixtureRequest) -> MakeStore:
        return STORES[request.param]


def test_a_good_store_breaks_no_promise() -> None:
    assert broken_promises(MemoryStore) == {}


def test_every_promise_is_stated_in_words() -> None:
    stated = promises()
    assert len(stated) >= 85
    assert all(len(words) > 30 and words.endswith(".") for words in stated.values())


def test_no_promise_is_defined_twice() -> None:
    suites = [suite for suite in StoreContract.__mro__ if suite is not object]
    names = [name for suite in suites for name in vars(suite) if name.startswith("test_")]
    assert sorted(names) == list(promises())


@pytest.mark.parametrize("method", [Store.open, Store.read, Store.transact, Store.events])
def test_every_error_that_the_port_names_has_a_promise(method: object) -> None:
    # A store that cannot be reached, or loses a reply, is no store that a suite can make.
    beyond = {"StoreUnavailable", "OutcomeUnknown"}
    raised = set(re.findall(r"^ +(\w+): (?:If|Whatever)", inspect.getdoc(method) or "", re.MULTILINE)) - beyond
    tried = "\n".join(inspect.getsource(suite) for suite in StoreContract.__mro__[1:-1])
    assert raised
    assert [name for name in raised if name != "FourtopError" and name not in tried] == []


def test_a_suite_that_is_not_told_how_to_make_a_store_says_so() -> None:
    with pytest.raises(LookupError, match="make_store"):
        StoreContract.make_store.__wrapped__(StoreContract())  # type: ignore[attr-defined]  # what the fixture wraps
