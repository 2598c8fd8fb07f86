"""Detect a decision that calls back into its own restaurant; it would deadlock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local


class ReentrancyGuard:
    """Knows the restaurants that the running decisions of each thread are about.

    A decision that called its own restaurant would wait for the lock of its own transaction, or
    read the state before it. Thread-safe; also for async stores, because a decision
    awaits nothing.
    """

    def __init__(self) -> None:
        self._mine = local()

    def check(self, restaurant_id: str) -> None:
        """Assert that no running decision of this thread is about a restaurant."""
        running: tuple[str, ...] = getattr(self._mine, "running", ())
        assert restaurant_id not in running, "a decision or change must not ask its own restaurant"

    @contextmanager
    def running(self, restaurant_id: str) -> Iterator[None]:
        """Mark a decision about a restaurant as running."""
        before: tuple[str, ...] = getattr(self._mine, "running", ())
        self._mine.running = (*before, restaurant_id)
        try:
            yield
        finally:
            self._mine.running = before
