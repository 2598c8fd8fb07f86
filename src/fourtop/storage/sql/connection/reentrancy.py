"""Asking: who is inside of a question, so that it cannot wait for itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local


class Asking:
    """Knows which restaurants the decisions and questions of a thread are about, while they run.

    A decision that asked its own restaurant would wait for the lock that its own transaction holds,
    or be answered from before it. Safe for threads; for awaited stores too, since nothing is
    awaited inside of a question.
    """

    def __init__(self) -> None:
        self._mine = local()

    def check(self, restaurant_id: str) -> None:
        """Assert that no decision of this thread is about a restaurant."""
        inside: tuple[str, ...] = getattr(self._mine, "inside", ())
        assert restaurant_id not in inside, "a decision or change must not ask its own restaurant"

    @contextmanager
    def about(self, restaurant_id: str) -> Iterator[None]:
        """Run a question about a restaurant."""
        before: tuple[str, ...] = getattr(self._mine, "inside", ())
        self._mine.inside = (*before, restaurant_id)
        try:
            yield
        finally:
            self._mine.inside = before
