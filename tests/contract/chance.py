"""The chance of a rival to show a fault of a broken store: until it is through, or must wait.

The suite gives it a moment, which is enough on an idle machine: a store in use is not to wait for
longer. Here it gets as long as it takes, so that none is too slow for a fault to show.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from threading import Event as Signal
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Any, Final

import pytest

from fourtop import MemoryStore
from fourtop.testing.contract.harness import Beside

# The suite's own moment, made long; nothing else waits for so long.
CHANCE_SECONDS: Final = 59.5
_POLL_SECONDS: Final = 0.001
# The rival that was started last has come as far as it can.
HAS_COME: Final = Signal()


class _AnnouncedLock(AbstractContextManager[None]):
    """A lock of whom is known that somebody waits for it."""

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            HAS_COME.set()
            self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()


def give_every_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each rival come as far as it can, however busy the machine is."""
    start, is_over_within = Beside.__init__, Beside.is_over_within

    def started(rival: Beside, call: Any) -> None:
        HAS_COME.clear()
        start(rival, call)

    def has_come_within(rival: Beside, seconds: float) -> bool:
        if seconds != CHANCE_SECONDS:
            return is_over_within(rival, seconds)
        deadline = monotonic() + seconds
        while not is_over_within(rival, _POLL_SECONDS):
            if HAS_COME.is_set() or monotonic() > deadline:
                return False
        return True

    monkeypatch.setattr("fourtop.testing.contract.isolation.CHANCE_SECONDS", CHANCE_SECONDS)
    monkeypatch.setattr("fourtop.testing.contract.restaurants._CHANCE_SECONDS", CHANCE_SECONDS)
    monkeypatch.setattr(Beside, "__init__", started)
    monkeypatch.setattr(Beside, "is_over_within", has_come_within)
    monkeypatch.setattr(MemoryStore, "_new_lock", lambda _: _AnnouncedLock())
