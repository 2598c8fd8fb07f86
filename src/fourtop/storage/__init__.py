"""Stores: adapters of the storage port."""

from fourtop.storage.memory import AsyncMemoryStore, MemoryStore

__all__ = ["AsyncMemoryStore", "MemoryStore"]
