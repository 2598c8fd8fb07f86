"""The contract of stores: every promise that a store makes, as a test."""

from fourtop.testing.contract.suite import StoreContract, broken_promises, promises
from fourtop.testing.contract.trial import MakeStore, Trial

__all__ = ["MakeStore", "StoreContract", "Trial", "broken_promises", "promises"]
