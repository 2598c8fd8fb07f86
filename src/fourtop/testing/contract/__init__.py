"""The contract of stores: every promise that a store makes, as a test."""

from fourtop.testing.contract.job import JobTrial, MakeMaintained
from fourtop.testing.contract.suite import (
    MaintenanceContract,
    OutboxContract,
    StoreContract,
    broken_promises,
    promises,
)
from fourtop.testing.contract.trial import MakeStore, Trial

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
