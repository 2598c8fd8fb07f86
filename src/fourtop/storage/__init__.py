"""Stores: adapters of the storage port."""

from fourtop.storage.memory import MemoryStore

__all__ = ["MemoryStore"]
