"""Stores: adapters of the storage port."""

from fourtop.storage.async_memory import AsyncMemoryStore
from fourtop.storage.memory import MemoryStore

__all__ = ["AsyncMemoryStore", "MemoryStore"]
