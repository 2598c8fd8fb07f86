"""The calls of the jobs on a SQL store: maintenance and the outbox."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from fourtop.ports import Backlog, DeadLetter, Delivery
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.jobs import JobTransactions, OutboxLock
from fourtop.storage.sql.statements.outbox import OutboxStatements
from fourtop.storage.sql.statements.retention import RetentionStatements

T = TypeVar("T")


class JobCalls:
    """What ``Maintenance`` and ``Outbox`` say, on SQL: each call runs in the role of the jobs."""

    def __init__(
        self, jobs: JobTransactions, retention: RetentionStatements, outbox: OutboxStatements
    ) -> None:
        self._jobs = jobs
        self._retention = retention
        self._outbox = outbox

    # ---- maintenance

    def now_us(self) -> int:
        """Return the time of the store's clock in microseconds since 1970 (UTC)."""
        return self._jobs.read(self._jobs.now_us, "now_us")

    def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return expired active holds: (restaurant id, hold id), by expiry, restaurant and id."""
        return self._jobs.read(
            lambda connection: self._retention.expired_holds(connection, before_us, limit),
            "expired_holds",
        )

    def archive_allocations(self, before_us: int, limit: int) -> int:
        """Archive ended allocations, by end, restaurant and id; return how many."""

        def work(connection: Connection) -> int:
            now_us = self._jobs.now_us(connection)
            return self._retention.archive(connection, now_us, before_us, limit)

        return self._jobs.write(work, "archive_allocations")

    def delete_confirmations(self, before_us: int, limit: int) -> int:
        """Delete confirmation results, by time, restaurant and id; return how many."""
        return self._delete("confirmations", before_us, limit)

    def delete_stored_results(self, before_us: int, limit: int) -> int:
        """Delete stored results without evidence; return how many.

        The order is by time, restaurant, command and key.
        """
        return self._delete("stored_results", before_us, limit)

    def delete_holds(self, before_us: int, limit: int) -> int:
        """Delete ended holds, by creation, restaurant and id; return how many."""
        return self._delete("holds", before_us, limit)

    def delete_events(self, before_us: int, limit: int) -> int:
        """Delete settled events, by that time, restaurant and position; return how many."""
        return self._delete("events", before_us, limit)

    def _delete(self, kind: str, before_us: int, limit: int) -> int:
        return self._jobs.write(
            lambda connection: self._retention.delete(connection, kind, before_us, limit),
            f"delete_{kind}",
        )

    # ---- the outbox

    def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events to the caller, oldest first; the first of each subject, or none."""

        def work(connection: Connection) -> tuple[Delivery, ...]:
            now_us = self._jobs.now_us(connection)
            return self._outbox.claim(connection, now_us, limit, lease_us)

        return self._jobs.write(work, "claim", OutboxLock.EXCLUSIVE)

    def done(self, deliveries: Collection[Delivery]) -> int:
        """Mark deliveries as published; return how many of them the caller still had."""
        if not deliveries:
            return 0

        def work(connection: Connection) -> int:
            return self._outbox.done(connection, self._jobs.now_us(connection), deliveries)

        return self._settle(work, "done")

    def release(self, deliveries: Collection[Delivery]) -> int:
        """Give deliveries back without an attempt; return how many the caller still had."""
        if not deliveries:
            return 0
        return self._settle(
            lambda connection: self._outbox.release(connection, deliveries), "release"
        )

    def fail(self, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt and end the lease; return whether the caller still had it."""

        def work(connection: Connection) -> bool:
            return self._outbox.fail(connection, self._jobs.now_us(connection), delivery, wait_us)

        return self._settle(work, "fail")

    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return the events that were given up, by that time and then by position."""
        return self._jobs.read(
            lambda connection: self._outbox.dead_letters(connection, limit), "dead_letters"
        )

    def backlog(self) -> Backlog:
        """Return how much waits in all restaurants together, and how many events are dead."""
        return self._jobs.read(self._outbox.backlog, "backlog")

    def revive(self, letters: Collection[DeadLetter]) -> int:
        """Let dead events wait again with no attempt counted; return how many were still dead."""
        if not letters:
            return 0
        return self._settle(lambda connection: self._outbox.revive(connection, letters), "revive")

    def _settle(self, work: Callable[[Connection], T], name: str) -> T:
        return self._jobs.write(work, name, OutboxLock.SHARED)
