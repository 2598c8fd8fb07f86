"""The contracts of maintenance and outbox, kept by every store of ours that jobs run on."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fourtop import AsyncMemoryStore, MemoryStore
from fourtop.testing import (
    MaintenanceContract,
    MakeMaintained,
    OutboxContract,
    as_sync,
    broken_promises,
    promises,
)
from fourtop.testing.contract.suite import Contract
from tests.contract.broken_job import BROKEN_KEEPING, BROKEN_OUTGOING, Kind, maker
from tests.contract.loading import LoadingStore

KEPT: Mapping[str, MakeMaintained] = {
    "memory": MemoryStore,
    "loading": LoadingStore,
    "memory, awaited": as_sync(AsyncMemoryStore),
}
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


CASES = [
    pytest.param(contract, kind, name, id=f"{kind.__name__}-{name}")
    for contract, broken in (
        (MaintenanceContract, BROKEN_KEEPING),
        (OutboxContract, BROKEN_OUTGOING),
    )
    for kind, names in broken.items()
    for name in names
]


@pytest.mark.parametrize(("contract", "kind", "name"), CASES)
def test_a_broken_store_is_found_by_the_promise_to_jobs_that_it_breaks(
    contract: Contract, kind: Kind, name: str
) -> None:
    assert list(broken_promises(maker(kind), [name], contract=contract)) == [name]


@pytest.mark.parametrize(
    ("contract", "broken"),
    [(MaintenanceContract, BROKEN_KEEPING), (OutboxContract, BROKEN_OUTGOING)],
)
def test_every_promise_to_jobs_is_broken_by_some_store(
    contract: Contract, broken: Mapping[Kind, tuple[str, ...]]
) -> None:
    assert {name for names in broken.values() for name in names} == set(promises(contract))
