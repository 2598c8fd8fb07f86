"""The store in memory, sync and async."""

from fourtop.storage.memory.async_store import AsyncMemoryStore
from fourtop.storage.memory.store import MemoryStore

__all__ = ["AsyncMemoryStore", "MemoryStore"]
