"""The contract as one suite, for pytest and for a program."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import ClassVar

from fourtop.testing.contract.conflicts import IdentityPromises, OverlapPromises
from fourtop.testing.contract.floors import FloorPromises
from fourtop.testing.contract.followed_events import (
    FollowedEventPromises,
    FollowedOutboxPromises,
)
from fourtop.testing.contract.harness import MakeStore, Trial, raised_by
from fourtop.testing.contract.headcounts import HeadcountPromises
from fourtop.testing.contract.isolation import IsolationPromises
from fourtop.testing.contract.job import JobTrial, MakeMaintained
from fourtop.testing.contract.lists import ListPromises
from fourtop.testing.contract.outbox import ClaimingPromises, SettlingPromises
from fourtop.testing.contract.plans import PlanPromises
from fourtop.testing.contract.policies import PolicyPromises
from fourtop.testing.contract.reads import SightPromises
from fourtop.testing.contract.restaurants import OpeningPromises
from fourtop.testing.contract.retention import (
    ArchivingPromises,
    JobPromises,
    RetentionPromises,
    SweepingPromises,
)
from fourtop.testing.contract.scopes import GuardingPromises
from fourtop.testing.contract.seated import SeatedPromises
from fourtop.testing.contract.unallocated import UnallocatedPromises
from fourtop.testing.contract.versions import CountingPromises
from fourtop.testing.contract.waitlisted import WaitlistedPromises
from fourtop.testing.contract.writes import WritingPromises

try:
    import pytest
except ImportError as _error:
    raise ImportError("the contract suite needs pytest: install fourtop[testing]") from _error

__all__ = ["MaintenanceContract", "OutboxContract", "StoreContract", "broken_promises", "promises"]

_UNTOLD = "override the fixture make_store: it returns a function that makes your store on a clock"


class StoreContract(
    OpeningPromises,
    PolicyPromises,
    FloorPromises,
    GuardingPromises,
    SightPromises,
    FollowedEventPromises,
    SeatedPromises,
    ListPromises,
    UnallocatedPromises,
    WaitlistedPromises,
    HeadcountPromises,
    WritingPromises,
    PlanPromises,
    OverlapPromises,
    IdentityPromises,
    CountingPromises,
    IsolationPromises,
):
    """What every store promises, as tests: derive from it, and say how to make your store.

    Each test is one promise, which its docstring states. A promise that does not suit a store is a
    fault of the store: to skip or override one is to break the contract.

    ::

        class TestMyStore(StoreContract):
            @pytest.fixture
            def make_store(self, tmp_path):
                return lambda clock: MyStore(tmp_path, clock)

    ``make_store`` returns a function that makes an *empty* store, which tells the time by the clock
    it is given.
    """

    _trial: ClassVar[type[Trial]] = Trial

    @pytest.fixture
    def make_store(self) -> MakeStore:
        """Return a function that makes an empty store on a clock; override it."""
        raise LookupError(_UNTOLD)

    @pytest.fixture
    def trial(self, make_store: MakeStore) -> Trial:
        """A store with two restaurants in it, on a clock that stands at noon."""
        return Trial(make_store)


class MaintenanceContract(SweepingPromises, ArchivingPromises, RetentionPromises, JobPromises):
    """The contract of stores with jobs that sweep, archive and delete; see ``StoreContract``."""

    _trial: ClassVar[type[Trial]] = JobTrial

    @pytest.fixture
    def make_store(self) -> MakeMaintained:
        """Return a function that makes an empty store on a clock; override it."""
        raise LookupError(_UNTOLD)

    @pytest.fixture
    def trial(self, make_store: MakeMaintained) -> JobTrial:
        """A store with two restaurants in it, on a clock that stands at noon."""
        return JobTrial(make_store)


class OutboxContract(ClaimingPromises, SettlingPromises, FollowedOutboxPromises):
    """What a store promises to those who publish its events: to be used as ``StoreContract`` is."""

    _trial: ClassVar[type[Trial]] = JobTrial

    @pytest.fixture
    def make_store(self) -> MakeMaintained:
        """Return a function that makes an empty store on a clock; override it."""
        raise LookupError(_UNTOLD)

    @pytest.fixture
    def trial(self, make_store: MakeMaintained) -> JobTrial:
        """A store with two restaurants in it, on a clock that stands at noon."""
        return JobTrial(make_store)


Contract = type[StoreContract] | type[MaintenanceContract] | type[OutboxContract]


def promises(contract: Contract = StoreContract) -> dict[str, str]:
    """Return the promises of a contract: name to description, sorted by name."""
    return {name: (getattr(contract, name).__doc__ or "").strip() for name in _names(contract)}


def broken_promises(
    make_store: MakeStore,
    names: Collection[str] | None = None,
    *,
    contract: Contract = StoreContract,
) -> dict[str, Exception]:
    """Try the promises of a contract on a store, without pytest.

    Args:
        make_store: Makes an empty store on a clock; called once for each promise.
        names: Which promises to try; ``None``: all.
        contract: Which contract: that of stores, of their maintenance or of their outbox.

    Returns:
        The broken promises by name, each with its exception; empty for a good
            store.

    >>> from fourtop import MemoryStore
    >>> broken_promises(MemoryStore)
    {}
    """
    suite = contract()
    wanted = _names(contract) if names is None else sorted(names)
    tried = {name: raised_by(_attempt(suite, name, make_store)) for name in wanted}
    return {name: error for name, error in tried.items() if error is not None}


def _attempt(suite: object, name: str, make_store: MakeStore) -> Callable[[], None]:
    promise = getattr(suite, name)
    trial = getattr(suite, "_trial")  # noqa: B009  # Each suite has its own.
    return lambda: promise(trial(make_store))


def _names(contract: Contract) -> list[str]:
    return [name for name in dir(contract) if name.startswith("test_")]
