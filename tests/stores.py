"""The stores that keep every promise: tests of the engine run on each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fourtop import MemoryStore
from fourtop.ports import Clock, Store
from tests.contract.loading import LoadingStore

STORES: Final[Mapping[str, Callable[[Clock], Store]]] = {"memory": MemoryStore, "loading": LoadingStore}
