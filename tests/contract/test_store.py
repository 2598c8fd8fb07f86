"""The contract, kept by every store of ours."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

from fourtop import MemoryStore, testing
from fourtop.ports import Store, View
from fourtop.testing import MakeStore, StoreContract, broken_promises, promises
from fourtop.testing.contract import scopes
from fourtop.testing.contract.samples import EVENING
from tests.contract.loading import LoadingStore
from tests.stores import STORES


class TestStores(StoreContract):
    @pytest.fixture(params=list(STORES))
    def make_store(self, request: pytest.FixtureRequest) -> MakeStore:
        return STORES[request.param]


class TestLoadingStore(StoreContract):
    @pytest.fixture
    def make_store(self) -> MakeStore:
        return LoadingStore


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


@pytest.mark.parametrize("method", [Store.add_restaurant, Store.read, Store.transact, Store.events])
def test_every_error_that_the_port_names_has_a_promise(method: object) -> None:
    # A store that cannot be reached, or loses a reply, is no store that a suite can make.
    beyond = {"StoreUnavailable", "OutcomeUnknown"}
    raised = (
        set(re.findall(r"^ +(\w+): (?:If|Whatever)", inspect.getdoc(method) or "", re.MULTILINE))
        - beyond
    )
    tried = "\n".join(inspect.getsource(suite) for suite in StoreContract.__mro__[1:-1])
    assert raised
    assert [name for name in raised if name != "FourtopError" and name not in tried] == []


def test_a_suite_that_is_not_told_how_to_make_a_store_says_so() -> None:
    with pytest.raises(LookupError, match="make_store"):
        StoreContract.make_store.__wrapped__(StoreContract())  # type: ignore[attr-defined]  # what the fixture wraps


def test_a_name_that_the_package_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'StoreContracts'"):
        _ = testing.StoreContracts


@pytest.mark.slow
def test_without_pytest_the_suite_says_what_to_install_and_the_rest_works() -> None:
    program = """
import sys
sys.modules["pytest"] = None
import fourtop.testing
print(fourtop.testing.SteppedStore.__name__)
try:
    fourtop.testing.StoreContract
except ImportError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "SteppedStore\nthe contract suite needs pytest: install fourtop[testing]\n"


def test_every_question_of_a_view_is_put_outside_its_scope_or_is_always_allowed() -> None:
    everything = (*scopes._questions(EVENING, "1"), *scopes._FLAGGED, *scopes._ALWAYS)
    asked = {name.split()[0] for name in everything}
    questions = {name for name in vars(View) if not name.startswith("_")} - {
        "close",
        "has_promises",
        # It answers with a view of the same scope.
        "supposing",
        "now_us",
        "scope",
        # The scope has no name for it: see test_a_far_view_does_not_see_the_seated_parties.
        "seated_parties",
        # Its argument is a row: see test_a_window_shows_the_owners_of_its_allocations.
        "owner_of",
    }
    assert asked == questions
