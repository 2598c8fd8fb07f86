"""Detect a decision that calls back into its own restaurant; it would deadlock."""

from __future__ import annotations

from collections.abc import Callable
from threading import local
from typing import TypeVar

from fourtop.ports import View

T = TypeVar("T")


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

    def run(self, restaurant_id: str, decide: Callable[[View], T], view: View) -> T:
        """Return the decision of a view of a restaurant. Until then it is marked as running."""
        mine = self._mine
        before: tuple[str, ...] = getattr(mine, "running", ())
        mine.running = (*before, restaurant_id)
        try:
            return decide(view)
        finally:
            mine.running = before
