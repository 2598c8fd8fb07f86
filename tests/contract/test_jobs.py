"""The contracts of maintenance and outbox, kept by every store of ours that jobs run on."""

from __future__ import annotations

import pytest

from fourtop import MemoryStore
from fourtop.testing import MaintenanceContract, MakeMaintained, OutboxContract, broken_promises, promises
from fourtop.testing.contract.suite import Contract
from tests.contract.loading import LoadingStore

KEPT = {"memory": MemoryStore, "loading": LoadingStore}
CONTRACTS: tuple[Contract, ...] = (MaintenanceContract, OutboxContract)


class TestMaintenance(MaintenanceContract):
    @pytest.fixture(params=list(KEPT))
    def make_store(self, request: pytest.FixtureRequest) -> MakeMaintained:
        return KEPT[request.param]


class TestOutbox(OutboxContract):
    @pytest.fixture(params=list(KEPT))
    def make_store(self, request: pytest.FixtureRequest) -> MakeMaintained:
        return KEPT[request.param]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_good_store_breaks_no_promise_to_its_jobs(contract: Contract) -> None:
    assert broken_promises(MemoryStore, contract=contract) == {}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_promise_to_jobs_is_stated_in_words(contract: Contract) -> None:
    assert all(len(words) > 30 and words.endswith(".") for words in promises(contract).values())


@pytest.mark.parametrize("contract", CONTRACTS)
def test_no_promise_to_jobs_is_defined_twice(contract: Contract) -> None:
    suites = [suite for suite in contract.__mro__ if suite is not object]
    names = [name for suite in suites for name in vars(suite) if name.startswith("test_")]
    assert sorted(names) == list(promises(contract))


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_suite_of_jobs_that_is_not_told_how_to_make_a_store_says_so(contract: Contract) -> None:
    with pytest.raises(LookupError, match="make_store"):
        contract.make_store.__wrapped__(contract())  # type: ignore[attr-defined]  # what the fixture wraps
