"""Let few commands of a restaurant hold a connection at once; the others wait without one.

Commands at one restaurant run one after the other in any case. If each held a connection while it
waits for the lock, those of one slow restaurant would fill the pool, and stall all the others.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from threading import Event, Lock
from types import TracebackType
from typing import Final, Protocol

import attrs

from fourtop.errors import StoreUnavailable

# More wait only for a place that comes too late. Each is a thread or a task of the host's.
MOST_WAITING: Final = 1_000


class Signal(Protocol):
    """Wakes one caller who waits."""

    def wait(self, seconds: float) -> bool:
        """Wait until it is set, at most for some seconds; return whether it is."""
        ...

    def set(self) -> bool:
        """Wake the caller, from any thread; return ``False`` if the caller is gone."""
        ...


class ThreadSignal:
    """Wakes a thread."""

    def __init__(self) -> None:
        self._event = Event()

    def wait(self, seconds: float) -> bool:
        """Wait until it is set, at most for some seconds; return whether it is."""
        return self._event.wait(seconds)

    def set(self) -> bool:
        """Wake the thread."""
        self._event.set()
        return True


@attrs.define(eq=False)
class _Line:
    """The commands at one restaurant.

    Args:
        inside: Those that may hold a connection.
        waiting: The others, in the order in which they came, with the signal of each.
    """

    inside: set[Place] = attrs.field(factory=set)
    waiting: deque[tuple[Place, Signal]] = attrs.field(factory=deque)


class WriteQueues:
    """Gives places to commands, first come, first served. Thread-safe.

    Args:
        most_inside: How many commands of a restaurant hold a connection at once. On a network two:
            while one ends, the next waits at the lock already.
        patience_seconds: How long a command waits for a place.
        retry_after_seconds: What an error tells the caller to wait.
    """

    def __init__(
        self, *, most_inside: int, patience_seconds: float, retry_after_seconds: int
    ) -> None:
        self._most_inside = most_inside
        self._patience = patience_seconds
        self._retry_after = retry_after_seconds
        self._lines: dict[str, _Line] = {}
        self.lock = Lock()
        # An async store sets another one, which does not block the event loop.
        self.make_signal: Callable[[], Signal] = ThreadSignal

    def forget(self) -> None:
        """Forget all commands: those of the parent of a forked process, which has a copy."""
        self._lines = {}

    def place(self, key: str) -> Place:
        """Return a place, to be taken by ``with``: commands of one key wait for each other."""
        return Place(self, key)

    def enter(self, place: Place) -> bool:
        """Take a place, or wait for one; return whether it had to wait.

        Raises:
            StoreUnavailable: No place became free in time, or very many wait already. Nothing was
                changed; try again after ``retry_after_seconds``.
        """
        with self.lock:
            line = self._lines.setdefault(place.key, _Line())
            if len(line.inside) < self._most_inside:
                line.inside.add(place)
                return False
            signal = self.make_signal() if len(line.waiting) < MOST_WAITING else None
            if signal is not None:
                line.waiting.append((place, signal))
        if signal is None:
            raise self._busy(f"{MOST_WAITING} commands wait for the restaurant already")
        # The place may have become free in the moment in which the patience ended.
        if not signal.wait(self._patience) and place not in line.inside:
            raise self._busy("other commands at the restaurant took too long")
        return True

    def leave(self, place: Place) -> None:
        """Give a place back, or stop waiting for one. Doing it twice is harmless."""
        with self.lock:
            line = self._lines.get(place.key)
            if line is None:
                return
            if place not in line.inside:
                line.waiting = deque(each for each in line.waiting if each[0] is not place)
            line.inside.discard(place)
            while line.waiting and len(line.inside) < self._most_inside:
                following, signal = line.waiting.popleft()
                if signal.set():
                    line.inside.add(following)
            if not line.inside:
                del self._lines[place.key]

    def _busy(self, why: str) -> StoreUnavailable:
        return StoreUnavailable(why, retry_after_seconds=self._retry_after)


@attrs.frozen(eq=False)
class Place:
    """The place of one command among those of its restaurant.

    Args:
        queues: The queues of the store.
        key: Which commands wait for each other.
    """

    queues: WriteQueues
    key: str

    def __enter__(self) -> bool:
        try:
            return self.queues.enter(self)
        except BaseException:
            # Also if the caller is interrupted or cancelled while it waits.
            self.queues.leave(self)
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.queues.leave(self)


def whole_seconds(seconds: float) -> int:
    """Return a time to wait in whole seconds, at least one."""
    return max(1, math.ceil(seconds))
