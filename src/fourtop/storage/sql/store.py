"""The SQL store: the same decisions, kept by a database that enforces them again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import chain
from typing import Final, TypeVar

from sqlalchemy import Engine

from fourtop.errors import AlreadyExists, InvalidInput, safe_repr
from fourtop.model.allocation import Allocation, ResourceType
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.model.window import Window
from fourtop.ports import (
    MAX_NEEDS,
    NO_CHANGES,
    Changes,
    Clock,
    DeadLetter,
    Decision,
    Delivery,
    Need,
    Scope,
    View,
)
from fourtop.storage.sql.checks.finding import Finding, Severity
from fourtop.storage.sql.checks.rules import clock_ahead, ordered
from fourtop.storage.sql.checks.startup import StartCheck
from fourtop.storage.sql.connection.engine import as_engine
from fourtop.storage.sql.connection.jobs import JobGate, Turn
from fourtop.storage.sql.connection.reentrancy import Asking
from fourtop.storage.sql.connection.tenant import Entry, Gate, Terms
from fourtop.storage.sql.connection.transaction import Clash, Line, Sessions, Tally
from fourtop.storage.sql.statements.house import HouseCache
from fourtop.storage.sql.statements.reader import Loaded
from fourtop.storage.sql.statements.registry import script_of
from fourtop.storage.sql.statements.row_changes import Mismatch
from fourtop.storage.sql.statements.writer import Count
from fourtop.storage.sql.tables import codec
from fourtop.storage.sql.tables.catalog import DEFAULT_SCHEMA
from fourtop.storage.sql.tables.codec import loads
from fourtop.storage.sql.tables.security import APP_ROLE

T = TypeVar("T")

_LOCK_TIMEOUT_SECONDS: Final = (0.001, 3_600)


class SqlStore:
    """Keeps restaurants in SQLite or PostgreSQL. Safe for threads, and for any number of processes.

    The schema has to be there: ``fourtop migrate`` makes it. The first call looks whether
    everything is as it has to be, and raises ``StoreMisconfigured`` if not; what should be
    otherwise is logged. Each call is one transaction on a connection of its own, and leaves no
    state in the session, so that a pooler may stand between.

    Args:
        source: A URL (``sqlite:///night.db``, ``postgresql://…``), or an engine of the host's.
        clock: Tells the time; ``None``: the database does, and for SQLite this machine. In
            simulations and tests an injected one. A restaurant's time never goes back, even if the
            clock does.
        schema: The schema that the tables live in on PostgreSQL.
        role: The role that each transaction takes on PostgreSQL. Row level security binds it,
            whatever the login may do; the login has to be a member. ``None``: the login's own.
        lock_timeout_seconds: How long a transaction waits for a restaurant before it is tried again
            (0.001–3,600).

    Raises:
        InvalidInput: If the URL is none, or of a database that is neither; an engine's driver is
            another; or the time is out of its range.
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
        self.engine, database = as_engine(source)
        _check_timeout(lock_timeout_seconds)
        script = script_of(database, schema)
        terms = Terms(clock=clock, role=role, lock_timeout_seconds=lock_timeout_seconds)
        self._sessions = Sessions(self.engine)
        self._start = StartCheck(script.idiom, terms, self._sessions)
        self._sessions.before = self._start
        self._gate = Gate(script.idiom, terms)
        self._jobs = JobGate(script.idiom, terms, self._sessions)
        self._maintainer = script.maintainer
        self._sender = script.sender
        self._housing = script.housing
        self._reader = script.reader
        self._writer = script.writer
        self._judge = script.judge
        self._events = script.events
        self._houses = HouseCache()
        self._asking = Asking()

    def wait_with(self, wait: Callable[[float], None]) -> None:
        """Wait before another try in this way; an awaited store has its own."""
        self._sessions.wait = wait

    @property
    def tally(self) -> Tally:
        """What happened to its transactions so far."""
        return self._sessions.tally

    def inspect(self) -> tuple[Finding, ...]:
        """Return what is not as it has to be, as ``fourtop doctor`` does; no row is changed.

        Raises:
            StoreUnavailable: If the store cannot be reached.
            StoreMisconfigured: If it does not let itself be asked.
        """
        findings = self._start.inspector.inspect()
        if any(each.severity is Severity.REFUSE for each in findings):
            return findings
        ahead = self._sessions.run(
            self._gate.begin_reading, self._gate.restaurants_ahead, "inspect"
        )
        return ordered((*findings, *(clock_ahead(each) for each in ahead)))

    def close(self) -> None:
        """Close the connections that lie in the pool; a host's engine may go on, and connects anew."""
        self.engine.dispose()

    # ---- the port

    def add_restaurant(self, house: House) -> None:
        """Put a new restaurant in place, with floor and policy at version 1 and nothing taken.

        Raises:
            AlreadyExists: If there is a restaurant of that id; nothing is changed.
            StoreUnavailable: If the store cannot be reached; nothing was changed.
            OutcomeUnknown: If the reply to the commit was lost.
        """

        def work(line: Line) -> None:
            self._gate.name_tenant(line, house.restaurant.id)
            self._housing.write_new(line, house)

        try:
            self._sessions.run(self._gate.begin_writing, work, "add_restaurant")
        except Clash as clash:
            raise AlreadyExists("restaurant", house.restaurant.id) from clash

    def restaurant_ids(self) -> tuple[str, ...]:
        """Return the ids of all restaurants, sorted.

        Raises:
            StoreUnavailable: If the store cannot be reached.
        """
        return self._sessions.run(
            self._gate.begin_reading, self._gate.restaurant_ids, "restaurant_ids"
        )

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        """Return what ``ask`` answers on one consistent view.

        Raises:
            NotFound: If there is no such restaurant.
            StoreUnavailable: If the store cannot be reached.
            FourtopError: Whatever ``ask`` raises, unchanged.
        """

        def work(line: Line) -> T:
            entry = self._gate.enter(line, scope.restaurant_id, is_writing=False)
            return self._asked(line, scope, entry, ask)

        self._asking.check(scope.restaurant_id)
        return self._sessions.run(self._gate.begin_reading, work, "read")

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Return what ``decide`` decides, once all its changes are in place; or change nothing.

        Raises:
            NotFound: If there is no such restaurant, or a change names what is not there.
            AllocationsOverlap: If live allocations would overlap.
            ForeignTenant: If a change is of another restaurant.
            AlreadyExists: If an id, key or de-duplication key is there already.
            StaleVersion: If a version is not the stored one plus one.
            StoreUnavailable: If the store cannot be reached; nothing was changed.
            OutcomeUnknown: If the reply to the commit was lost.
            FourtopError: Whatever ``decide`` raises, unchanged.
        """
        self._asking.check(scope.restaurant_id)
        refusal: Exception | None = None
        for is_judged in (False, True):

            def work(line: Line, is_judged: bool = is_judged) -> T:  # noqa: FBT001  # Bound for this try; no flag of anybody's.
                entry = self._gate.enter(line, scope.restaurant_id, is_writing=True)
                decision = self._asked(line, scope, entry, decide)
                if decision.changes is not NO_CHANGES and decision.changes != NO_CHANGES:
                    self._write(line, scope, entry, decision.changes, is_judged=is_judged)
                return decision.result

            try:
                return self._sessions.run(self._gate.begin_writing, work, "transact")
            except (Clash, Mismatch) as error:
                # Something was not as the decision believed. Decided once more, it is judged by the
                # rows themselves.
                refusal = error
        raise AssertionError("the database refuses what its rows allow") from refusal

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        """Return the events of a restaurant in the order in which they were written, as far as they are kept.

        Raises:
            NotFound: If there is no such restaurant.
            StoreUnavailable: If the store cannot be reached.
        """

        def work(line: Line) -> tuple[Event, ...]:
            self._gate.enter(line, restaurant_id, is_writing=False)
            rows = line.rows(self._events, {"restaurant": restaurant_id})
            return tuple(codec.event_of(restaurant_id, loads(text)) for (text,) in rows)

        self._asking.check(restaurant_id)
        return self._sessions.run(self._gate.begin_reading, work, "events")

    # ---- maintenance: as ``Maintenance`` says, in the role of the jobs

    def now_us(self) -> int:
        """Return the time of the store's clock, in microseconds since 1970 (UTC)."""
        return self._jobs.read(self._jobs.now_us, "now_us")

    def reset_clock(self, restaurant_id: str) -> int:
        """Set the time of a restaurant back to the clock's, where the clock is far behind it.

        Returns:
            By how many microseconds; 0 where the clock is at most five minutes behind.

        Raises:
            NotFound: If there is no such restaurant.
            StoreUnavailable: If the store cannot be reached; nothing was changed.
        """
        self._asking.check(restaurant_id)
        return self._sessions.run(
            self._gate.begin_writing,
            lambda line: self._gate.reset_clock(line, restaurant_id),
            "reset_clock",
        )

    def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        """Return which active holds have expired: (restaurant id, hold id), by expiry, restaurant and id."""
        return self._jobs.read(
            lambda line: self._maintainer.expired_holds(line, before_us, limit), "expired_holds"
        )

    def archive_allocations(self, before_us: int, limit: int) -> int:
        """Move the allocations that are over into the archive, by end, restaurant and id; return how many."""

        def work(line: Line) -> int:
            return self._maintainer.archive(line, self._jobs.now_us(line), before_us, limit)

        return self._jobs.write(work, "archive_allocations")

    def archived(self, restaurant_id: str, window: Window) -> tuple[Allocation, ...]:
        """Return the archived allocations of a restaurant that overlap a window, by ``order_key``.

        Raises:
            NotFound: If there is no such restaurant.
        """

        def work(line: Line) -> tuple[Allocation, ...]:
            self._gate.enter(line, restaurant_id, is_writing=False)
            return self._maintainer.archived(line, restaurant_id, window)

        return self._sessions.run(self._gate.begin_reading, work, "archived")

    def delete_confirmations(self, before_us: int, limit: int) -> int:
        """Delete confirmation results, by time, restaurant and id; return how many."""
        return self._delete("confirmations", before_us, limit)

    def delete_stored_results(self, before_us: int, limit: int) -> int:
        """Delete stored answers to which no result refers, by time, restaurant, command and key; return how many."""
        return self._delete("stored_results", before_us, limit)

    def delete_holds(self, before_us: int, limit: int) -> int:
        """Delete the records of holds that have ended, by creation, restaurant and id; return how many."""
        return self._delete("holds", before_us, limit)

    def delete_events(self, before_us: int, limit: int) -> int:
        """Delete events that are delivered or dead, by when they were, restaurant and place; return how many."""
        return self._delete("events", before_us, limit)

    def _delete(self, what: str, before_us: int, limit: int) -> int:
        return self._jobs.write(
            lambda line: self._maintainer.delete(line, what, before_us, limit), f"delete_{what}"
        )

    # ---- the outbox: as ``Outbox`` says, in the role of the jobs

    def claim(self, limit: int, lease_us: int) -> tuple[Delivery, ...]:
        """Lease waiting events to the caller, oldest first; of one subject the first ones or none."""

        def work(line: Line) -> tuple[Delivery, ...]:
            return self._sender.claim(line, self._jobs.now_us(line), limit, lease_us)

        return self._jobs.write(work, "claim", Turn.ALONE)

    def done(self, deliveries: Collection[Delivery]) -> int:
        """Write down that these were published; return how many of them were still the caller's."""
        if not deliveries:
            return 0
        return self._settle(
            lambda line: self._sender.done(line, self._jobs.now_us(line), deliveries), "done"
        )

    def release(self, deliveries: Collection[Delivery]) -> int:
        """Give these back untried; return how many of them were still the caller's."""
        if not deliveries:
            return 0
        return self._settle(lambda line: self._sender.release(line, deliveries), "release")

    def fail(self, delivery: Delivery, wait_us: int | None) -> bool:
        """Count a failed attempt and end the lease; tell whether the delivery was still the caller's."""
        return self._settle(
            lambda line: self._sender.fail(line, self._jobs.now_us(line), delivery, wait_us), "fail"
        )

    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Return the events that were given up, first those that died first, then by place."""
        return self._jobs.read(lambda line: self._sender.dead_letters(line, limit), "dead_letters")

    def revive(self, letters: Collection[DeadLetter]) -> int:
        """Let dead events wait again, with no attempt counted; return how many were still dead."""
        return (
            self._settle(lambda line: self._sender.revive(line, letters), "revive")
            if letters
            else 0
        )

    def _settle(self, work: Callable[[Line], T], name: str) -> T:
        return self._jobs.write(work, name, Turn.BESIDE)

    # ---- the steps of a call, once a restaurant is entered: read, then write

    def _asked(
        self, line: Line, scope: Scope, entry: Entry, question: Callable[[View], T | Need]
    ) -> T:
        house = self._houses.find(scope.restaurant_id, entry.versions)
        loaded = Loaded(scope.restaurant_id, wants_house=house is None)
        missing = scope
        for _ in range(MAX_NEEDS + 1):
            self._reader.load(line, missing, entry.now_us, loaded)
            if house is None:
                house = self._housing.house_of(loaded.house)
                self._houses.keep(scope.restaurant_id, entry.versions, house)
            view = View(loaded.source(house, entry.versions), scope, entry.now_us)
            try:
                with self._asking.about(scope.restaurant_id):
                    answer = question(view)
            finally:
                view.close()
            if not isinstance(answer, Need):
                return answer
            missing = answer.scope
            scope |= missing
        raise AssertionError("a decision asked for more than three times")

    def _house(self, line: Line, restaurant_id: str, versions: Versions) -> House:
        house = self._houses.find(restaurant_id, versions)
        if house is None:
            house = self._housing.load(line, restaurant_id)
            self._houses.keep(restaurant_id, versions, house)
        return house

    def _write(
        self, line: Line, scope: Scope, entry: Entry, changes: Changes, *, is_judged: bool
    ) -> None:
        restaurant_id, versions = scope.restaurant_id, entry.versions
        house = self._house(line, restaurant_id, versions)
        if is_judged:
            self._judge.judge(line, changes, house, versions)
        if not changes.is_of(restaurant_id):
            raise Mismatch
        house = _changed_house(house, versions, changes)
        if not _tables_are_on(house, changes):
            raise Mismatch
        if changes.floor is not None:
            self._housing.write_floor(line, house)
        if changes.policy is not None:
            self._housing.write_policy(line, house)
        count = Count(
            now_us=entry.now_us,
            floor=int(changes.floor is not None),
            policy=int(changes.policy is not None),
            occupancy=int(changes.touches_occupancy),
        )
        self._writer.write(line, restaurant_id, changes, count)


def _check_timeout(seconds: object) -> None:
    low, high = _LOCK_TIMEOUT_SECONDS
    # PostgreSQL takes no time at all for no limit at all, and so would wait for ever.
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, int | float)
        or not low <= seconds <= high
    ):
        raise InvalidInput(
            "lock_timeout_seconds", f"must be a number from {low} to {high}", safe_repr(seconds)
        )


def _changed_house(house: House, versions: Versions, changes: Changes) -> House:
    floor, policy = changes.floor, changes.policy
    if floor is not None and floor.expected != versions.floor:
        raise Mismatch
    if policy is not None and policy.expected != versions.policy:
        raise Mismatch
    if floor is None and policy is None:
        return house
    return House(
        house.restaurant if policy is None else policy.restaurant,
        house.floor if floor is None else floor.floor,
        house.policy if policy is None else policy.policy,
    )


def _tables_are_on(house: House, changes: Changes) -> bool:
    """Tell whether every table that is taken stands on the floor; a row of its past may stay when it goes."""
    positions = house.floor.positions
    come = chain(changes.added, (new for _, new in changes.replaced))
    return all(
        row.resource_id in positions for row in come if row.resource_type is ResourceType.TABLE
    )
