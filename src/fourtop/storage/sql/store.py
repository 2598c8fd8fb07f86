"""The SQL store: the database stores decisions, and its constraints check them again."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar

from sqlalchemy import Engine

from fourtop.errors import AlreadyExists, InUse, NotFound
from fourtop.errors.display import brief
from fourtop.model.allocation import Allocation
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.model.window import Window
from fourtop.ports import (
    MAX_NEEDS,
    NO_CHANGES,
    Changes,
    Clock,
    Decision,
    EventPage,
    Need,
    Scope,
    View,
)
from fourtop.storage.sql.changed_house import changed_house
from fourtop.storage.sql.checks.findings import Finding, Severity
from fourtop.storage.sql.checks.rules import clock_ahead, ordered
from fourtop.storage.sql.checks.startup import CHECKING, StartCheck
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.engine import as_engine
from fourtop.storage.sql.connection.forks import guard_forks
from fourtop.storage.sql.connection.host.home import Home
from fourtop.storage.sql.connection.host.source import HostSource, host_source
from fourtop.storage.sql.connection.host.transaction import HostTransactions
from fourtop.storage.sql.connection.jobs import JobTransactions
from fourtop.storage.sql.connection.reentrancy import ReentrancyGuard
from fourtop.storage.sql.connection.tenant import StoreOptions, TenantAccess
from fourtop.storage.sql.connection.transaction import (
    ConstraintViolation,
    StoreMetrics,
    TransactionRunner,
    check_lock_timeout,
)
from fourtop.storage.sql.connection.write_queue import WriteQueues, whole_seconds
from fourtop.storage.sql.hosted_store import HostedStore
from fourtop.storage.sql.job_calls import JobCalls
from fourtop.storage.sql.snapshot import Snapshot, Snapshots
from fourtop.storage.sql.statements.registry import statements_for
from fourtop.storage.sql.statements.row_changes import RowCountMismatch
from fourtop.storage.sql.statements.writer import VersionCounts
from fourtop.storage.sql.tables.catalog import DEFAULT_SCHEMA
from fourtop.storage.sql.tables.security import APP_ROLE, EVERY_RESTAURANT

if TYPE_CHECKING:
    from fourtop.storage.sql.connection.host.source import HostConnection

T = TypeVar("T")

_EXPECTING_READS: Final = 2
# How many questions of one read get a transaction each; the next ones share one.
_SEPARATE_READS: Final = 2
_TOO_MANY_NEEDS: Final = "a decision asked for more than three times"
_FOREIGN_KEY: Final = "a row of another table, by a foreign key"


class SqlStore(JobCalls):
    """Store restaurants in SQLite or PostgreSQL.

    Thread-safe, and safe for any number of processes on one database; a forked process gets
    connections of its own. ``fourtop migrate`` makes the tables. The first call checks the
    database: it raises ``StoreMisconfigured`` if the store cannot keep its promises on it, and logs
    warnings to ``fourtop.store``. Each call is one transaction on a connection of its own and
    leaves nothing in the session, so a pooler may sit in between. SQLAlchemy's cursor events on the
    engine see every statement.

    Args:
        source: A URL (``sqlite:///night.db``, ``postgresql://…``), or an engine of the host.
        clock: Tells the time; ``None``: the database does, and for SQLite this machine. Give one in
            tests and simulations. The time of a restaurant never goes back, even if the clock does.
        schema: The schema that holds the tables on PostgreSQL.
        role: The role that each transaction takes on PostgreSQL, so that row-level security applies
            to any login; the login must be a member. ``None``: the login's own role.
        lock_timeout_seconds: How long a transaction waits for a restaurant before it is retried, on
            SQLite for the file (0.001–3,600). A call waits at most five times as long, plus 0.7 s
            in pauses, before it raises ``StoreUnavailable`` with the seconds to wait.

    Raises:
        InvalidInput: The source is not a URL or engine of a supported database and driver, or the
            timeout is out of range.
    """

    def __init__(
        self,
        source: str | Engine,
        *,
        clock: Clock | None = None,
        schema: str = DEFAULT_SCHEMA,
        role: str | None = APP_ROLE,
        lock_timeout_seconds: float = 5.0,
    ) -> None:
        engine, database = as_engine(source)
        self.engine: Engine = engine
        check_lock_timeout(lock_timeout_seconds)
        statements = statements_for(database, schema)
        options = StoreOptions(clock=clock, role=role, lock_timeout_seconds=lock_timeout_seconds)
        self._transactions = TransactionRunner(
            self.engine, lock_timeout_seconds=lock_timeout_seconds
        )
        self._queues = WriteQueues(
            most_inside=statements.dialect.most_writers,
            patience_seconds=self._transactions.patience_seconds,
            retry_after_seconds=whole_seconds(lock_timeout_seconds),
        )
        # A call in a transaction of the host has a connection already.
        self._is_queued = True
        self._start = StartCheck(statements.dialect, options, self._transactions)
        self._transactions.before = self._start
        jobs = JobTransactions(statements.dialect, options, self._transactions)
        super().__init__(jobs, statements.retention, statements.outbox)
        self._tenant = TenantAccess(statements.dialect, options)
        self._house_rows = statements.house
        self._snapshots = Snapshots(
            statements.dialect, self._tenant, statements.reader, statements.house
        )
        self._writer = statements.writer
        self._explainer = statements.explainer
        self._events = statements.events
        self._removal = statements.removal
        self._home = Home(statements.dialect, self._transactions)
        self._guard = ReentrancyGuard()
        # For each attempt of a command: whether it loads the rows that it changes, to explain a
        # refusal.
        self._explains: tuple[bool, ...] = (False, True)
        guard_forks(
            self,
            engine,
            (self._tenant.lock, self._snapshots.houses.lock, self.metrics.lock, CHECKING),
            queues=self._queues,
        )

    def __repr__(self) -> str:
        return brief(self, self.engine.url.set(query={}).render_as_string(hide_password=True))

    @property
    def metrics(self) -> StoreMetrics:
        """Counts of commits, retries and refusals since the store was made."""
        return self._transactions.metrics

    def inspect(self) -> tuple[Finding, ...]:
        """Check the database as ``fourtop doctor`` does, and change nothing.

        Raises:
            StoreUnavailable: The database cannot be reached; try again.
            StoreMisconfigured: The database cannot be checked; the text says why.
        """
        findings = self._start.inspector.inspect()
        if any(each.severity is Severity.REFUSE for each in findings):
            return findings
        ahead = self._transactions.run(
            self._tenant.read_mode, self._tenant.restaurants_ahead, "inspect"
        )
        return ordered((*findings, *(clock_ahead(each) for each in ahead)))

    def within(self, connection: HostConnection) -> HostedStore:
        """Return this store inside the open transaction of a host. It does not touch the database.

        Args:
            connection: The host's connection to the same database: a Connection or Session of
                SQLAlchemy, or a connection of psycopg 3 or sqlite3. Where a statement of the host
                would begin a transaction, a call does, too.

        Raises:
            InvalidInput: The value is no such connection, or is of another database or driver.
        """
        home = self._home
        return self._within(host_source(connection, home.driver, home.database), is_async=False)

    def _within(self, source: HostSource, *, is_async: bool) -> HostedStore:
        transactions = HostTransactions(source, self._home, is_async=is_async)
        checking = HostTransactions(source, self._home, is_async=is_async)
        if self._transactions.before is not None:
            transactions.before = self._start.within(checking)
        return HostedStore(self, transactions)

    def close(self) -> None:
        """Close the pooled connections. The engine of a host stays usable and connects again."""
        self.engine.dispose()

    def ping(self) -> None:
        """Read from the database once. The first call of a store also checks the schema.

        Raises:
            StoreUnavailable: If the database cannot be reached. Try again later.
            StoreMisconfigured: If the schema or the role is not as the store needs it. Run
                ``fourtop doctor``.
        """

        def work(connection: Connection) -> None:
            # No restaurant has this id, so the look finds no row, whatever the database holds.
            with suppress(NotFound):
                self._tenant.look_up_restaurant(connection, EVERY_RESTAURANT, is_last=True)

        self._transactions.run(self._tenant.read_mode, work, "ping")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ---- the port

    def add_restaurant(self, house: House) -> None:
        """Add a restaurant with floor and policy at version 1 and every table free.

        Raises:
            AlreadyExists: A restaurant has that id or that slug; nothing was changed.
            StoreUnavailable: The store cannot be reached; nothing was changed, try again.
            OutcomeUnknown: The reply to the commit was lost; look whether the restaurant exists.
        """

        def work(connection: Connection) -> None:
            self._tenant.set_tenant(connection, house.restaurant.id)
            self._house_rows.write_new(connection, house)

        try:
            self._write_alone(house.restaurant.id, work, "add_restaurant")
        except ConstraintViolation as violation:
            restaurant = house.restaurant
            # The databases differ in which of two constraints they report.
            if violation.is_slug_taken and restaurant.id not in self.restaurant_ids():
                raise AlreadyExists("slug", restaurant.slug) from violation
            raise AlreadyExists("restaurant", restaurant.id) from violation

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        """Remove a restaurant with everything that is stored for it, once ``check`` has passed.

        Archived allocations, stored results and events that wait for delivery are removed too. The
        id may be added again. Another process may have the removed house in its cache: it uses it
        for a new restaurant of the same id with the same versions, so restart it first.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached; nothing was removed.
            OutcomeUnknown: If the reply to the commit was lost. Call again: ``NotFound`` means that
                the restaurant was removed.
            FourtopError: Any error of ``check``, unchanged; nothing is removed.
        """
        restaurant_id = scope.restaurant_id

        def work(connection: Connection) -> None:
            self._decide(connection, scope, self._snapshots.lock(connection, scope), check)
            self._removal.remove(connection, restaurant_id)

        self._guard.check(restaurant_id)
        try:
            self._write_alone(restaurant_id, work, "remove_restaurant")
        except ConstraintViolation as violation:
            # Our own tables are deleted in the order of their foreign keys.
            raise InUse("restaurant", restaurant_id, by=_FOREIGN_KEY) from violation
        finally:
            self._snapshots.houses.remove(restaurant_id)

    def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted.

        Raises:
            StoreUnavailable: The store cannot be reached; try again.
        """
        return self._transactions.run(
            self._tenant.read_mode, self._tenant.restaurant_ids, "restaurant_ids"
        )

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return the result of ``ask`` on one consistent view.

        Raises:
            NotFound: The restaurant does not exist.
            StoreUnavailable: The store cannot be reached; try again.
            FourtopError: An error that ``ask`` raises, unchanged.
        """
        self._guard.check(scope.restaurant_id)
        separate = _SEPARATE_READS if self._snapshots.expects else 0
        for _ in range(separate):
            answer = self._ask(self._snapshot(scope), scope, ask)
            if not isinstance(answer, Need):
                return answer
            # The transaction is over, so that everything is read again, of one moment.
            scope |= answer.scope
        # A question about the present moment may need more at each later one. A transaction has
        # one moment.
        return self._transactions.run(
            self._tenant.read_mode,
            lambda connection: self._decide(
                connection,
                scope,
                self._snapshots.look_up(connection, scope),
                ask,
                most_needs=MAX_NEEDS - separate,
            ),
            "read",
        )

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Store the changes that ``decide`` decides, all or none, and return its result.

        Raises:
            NotFound: The restaurant does not exist, or a change names a record that does not.
            AllocationsOverlap: Live allocations would overlap.
            ForeignTenant: A change is of another restaurant.
            AlreadyExists: An id, key or de-duplication key exists, or another restaurant has the
                new slug.
            StaleVersion: A version is not the stored one plus one; decide again.
            StoreUnavailable: The store cannot be reached; nothing was changed, try again.
            OutcomeUnknown: The reply to the commit was lost; repeat it with the same key.
            FourtopError: An error that ``decide`` raises, unchanged.
        """
        self._guard.check(scope.restaurant_id)
        refusal: Exception | None = None
        slug, edits = "", False
        for explains in self._explains:

            def work(connection: Connection, *, explains: bool = explains) -> T:
                nonlocal slug, edits
                snapshot = self._snapshots.lock(connection, scope)
                decision = self._decide(connection, scope, snapshot, decide)
                changes = decision.changes
                if changes is not NO_CHANGES and changes != NO_CHANGES:
                    slug = "" if changes.policy is None else changes.policy.restaurant.slug
                    self._write(connection, snapshot, changes, explains=explains)
                    edits = edits or changes.floor is not None or changes.policy is not None
                return decision.result

            try:
                result = self._write_alone(scope.restaurant_id, work, "transact")
            except (ConstraintViolation, RowCountMismatch) as error:
                # The rows are not as the decision assumed. Decide once more, and explain a refusal
                # by the rows themselves.
                refusal = error
            else:
                if edits:
                    # The next call knows that it must read the house.
                    self._snapshots.houses.drop(scope.restaurant_id)
                return result
        if isinstance(refusal, ConstraintViolation) and refusal.is_slug_taken:
            # No row of this restaurant explains it, and the rows of others are out of sight.
            raise AlreadyExists("slug", slug) from refusal
        raise AssertionError("the database refuses what its rows allow") from refusal

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the stored events of a restaurant in the order in which they were written.

        Raises:
            NotFound: The restaurant does not exist.
            StoreUnavailable: The store cannot be reached; try again.
        """

        def work(connection: Connection) -> tuple[Event, ...]:
            reads = (self._events.all_of(restaurant_id),)
            found = self._tenant.look_up_restaurant(connection, restaurant_id, reads, is_last=True)
            return self._events.events_of(restaurant_id, found.reads[0])

        self._guard.check(restaurant_id)
        return self._transactions.run(self._tenant.read_mode, work, "events")

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        """Return the next events of a restaurant after a sequence. It takes no lock and no lease.

        Raises:
            NotFound: The restaurant does not exist.
            StoreUnavailable: The store cannot be reached; try again.
        """
        call = self._events.page(restaurant_id, sequence, limit)

        def work(connection: Connection) -> EventPage:
            found = self._tenant.look_up_restaurant(
                connection, restaurant_id, (call,), is_last=True
            )
            return self._events.page_of(call, found.reads[0], found.now_us)

        self._guard.check(restaurant_id)
        return self._transactions.run(self._tenant.read_mode, work, "events_after")

    def reset_clock(self, restaurant_id: str) -> int:
        """Set the time of a restaurant back to the clock's, where the clock is far behind it.

        Returns:
            By how many microseconds; 0 where the clock is at most five minutes behind.

        Raises:
            NotFound: The restaurant does not exist.
            StoreUnavailable: The store cannot be reached; nothing was changed. Try again.
        """
        self._guard.check(restaurant_id)
        return self._write_alone(
            restaurant_id,
            lambda connection: self._tenant.reset_clock(connection, restaurant_id),
            "reset_clock",
        )

    def archived(self, restaurant_id: str, window: Window) -> tuple[Allocation, ...]:
        """Return the archived allocations that overlap a window, by ``order_key``.

        Raises:
            NotFound: The restaurant does not exist.
        """

        def work(connection: Connection) -> tuple[Allocation, ...]:
            self._tenant.look_up_restaurant(connection, restaurant_id)
            return self._retention.archived(connection, restaurant_id, window)

        return self._transactions.run(self._tenant.read_mode, work, "archived")

    # ---- the steps of a call: read and decide, then write

    def _write_alone(self, restaurant_id: str, work: Callable[[Connection], T], name: str) -> T:
        """Run work that locks a restaurant, after earlier calls of this process have done so.

        Until then it holds no connection, so that the calls at one restaurant never fill the pool.
        """
        if not self._is_queued:
            return self._transactions.run(self._tenant.write_mode, work, name)
        deadline = monotonic() + self._transactions.patience_seconds
        key = "" if self._tenant.locks_database else restaurant_id
        with self._queues.place(key) as has_waited:
            if not has_waited:
                deadline = math.inf
            return self._transactions.run(self._tenant.write_mode, work, name, deadline)

    def _snapshot(self, scope: Scope) -> Snapshot:
        """Read a scope in one transaction; in another one if an expectation of it failed.

        The failure corrects the expectation. The last try has none.
        """
        for _ in range(_EXPECTING_READS):
            found = self._transactions.run(
                self._tenant.read_mode,
                lambda connection: self._snapshots.expect(connection, scope),
                "read",
            )
            if found is not None:
                return found
        return self._transactions.run(
            self._tenant.read_mode,
            lambda connection: self._snapshots.look_up(connection, scope),
            "read",
        )

    def _ask(self, snapshot: Snapshot, scope: Scope, ask: Callable[[View], T | Need]) -> T | Need:
        view = snapshot.view(scope)
        try:
            return self._guard.run(scope.restaurant_id, ask, view)
        finally:
            view.close()

    def _decide(
        self,
        connection: Connection,
        scope: Scope,
        snapshot: Snapshot,
        decide: Callable[[View], T | Need],
        *,
        most_needs: int = MAX_NEEDS,
    ) -> T:
        """Decide; load more where the decision needs more."""
        for _ in range(most_needs + 1):
            answer = self._ask(snapshot, scope, decide)
            if not isinstance(answer, Need):
                return answer
            scope |= answer.scope
            # The owners are those of all windows, whichever of the two named them first.
            missing = scope if scope.has_owners else answer.scope
            self._snapshots.load(connection, missing, snapshot)
        raise AssertionError(_TOO_MANY_NEEDS)

    def _write(
        self, connection: Connection, snapshot: Snapshot, changes: Changes, *, explains: bool
    ) -> None:
        locked, house = snapshot.found, snapshot.house
        restaurant_id, versions = house.restaurant.id, locked.versions
        if explains:
            self._explainer.explain(connection, changes, house, versions)
        after = changed_house(house, versions, changes)
        if after is not house:
            self._house_rows.write_changes(connection, house, after)
        counts = VersionCounts.of(changes, locked.now_us)
        self._writer.write(connection, restaurant_id, changes, counts)
