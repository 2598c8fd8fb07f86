"""The contract of stores: every promise that a store makes, as a test."""

from fourtop.testing.contract.harness import MakeStore, Trial
from fourtop.testing.contract.job import JobTrial, MakeMaintained
from fourtop.testing.contract.suite import (
    MaintenanceContract,
    OutboxContract,
    StoreContract,
    broken_promises,
    promises,
)

__all__ = [
    "JobTrial",
    "MaintenanceContract",
    "MakeMaintained",
    "MakeStore",
    "OutboxContract",
    "StoreContract",
    "Trial",
    "broken_promises",
    "promises",
]
