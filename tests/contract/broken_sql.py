"""SQL stores that each break a promise: a fault in their database, or in how they use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import current_thread, main_thread
from typing import Any, Final

import attrs
from sqlalchemy import ColumnElement, event

from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.ports import Changes, Clock, Scope
from fourtop.storage.sql import SqlStore
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.tenant import LockedRestaurant, TenantAccess
from fourtop.storage.sql.connection.transaction import TransactionRunner
from fourtop.storage.sql.snapshot import Snapshot
from fourtop.storage.sql.statement import Call, Cursor, TransactionMode
from fourtop.storage.sql.statements.house import HouseCache
from fourtop.storage.sql.statements.postgres_dialect import PostgresDialect
from fourtop.storage.sql.statements.row_changes import RowCountMismatch
from fourtop.storage.sql.statements.writer import VersionCounts, writer_for
from fourtop.storage.sql.tables.catalog import DEFAULT_SCHEMA
from tests.contract.chance import HAS_COME

# ---- what is missing in the database: statements of its owner ------------------------------------

_DROP: Final = "ALTER TABLE fourtop.{} DROP CONSTRAINT {}"
_NO_OVERLAP: Final = _DROP.format("allocations", "allocations_no_overlap")
_TENANT, _TYPE, _RESOURCE = "restaurant_id WITH =", "resource_type WITH =", "resource_id WITH ="
_WINDOW: Final = '"window" WITH &&'


def _guarded_by(
    *columns: str, where: str = "WHERE (NOT shadow)", when: str = "DEFERRABLE"
) -> tuple[str, ...]:
    """Put another constraint in the place of the true one."""
    others = f"EXCLUDE USING gist ({', '.join(columns)}) {where} {when}"
    return (
        _NO_OVERLAP,
        f"ALTER TABLE fourtop.allocations ADD CONSTRAINT allocations_no_overlap {others}",
    )


POSTGRESQL: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "no constraint": ((_NO_OVERLAP,), "test_a_row_over_a_live_row_is_refused"),
    "a constraint judged row by row": (
        _guarded_by(_TENANT, _TYPE, _RESOURCE, _WINDOW, when=""),
        "test_two_rows_swap_in_one_set_of_changes",
    ),
    "a constraint for all tenants": (
        _guarded_by(_TYPE, _RESOURCE, _WINDOW),
        "test_restaurants_with_the_same_ids_do_not_see_each_other",
    ),
    "a constraint that mixes types": (
        _guarded_by(_TENANT, _RESOURCE, _WINDOW),
        "test_a_merge_group_overlaps_as_a_table_does",
    ),
    "a constraint on shadows too": (
        _guarded_by(_TENANT, _TYPE, _RESOURCE, _WINDOW, where=""),
        "test_shadow_rows_overlap_anything",
    ),
    "a constraint with closed ends": (
        _guarded_by(_TENANT, _TYPE, _RESOURCE, "int8range(start_us, end_us, '[]') WITH &&"),
        "test_overlap_is_exact_to_the_microsecond",
    ),
    "a constraint short of a microsecond": (
        _guarded_by(_TENANT, _TYPE, _RESOURCE, "int8range(start_us, end_us - 1) WITH &&"),
        "test_overlap_is_exact_to_the_microsecond",
    ),
    "no key of bookings": (
        (_DROP.format("allocations", "allocations_booking_fkey"),),
        "test_an_owner_exists",
    ),
    "no key of holds": (
        (_DROP.format("allocations", "allocations_hold_fkey"),),
        "test_an_owner_exists",
    ),
    "no key of blocks": (
        (_DROP.format("allocations", "allocations_block_fkey"),),
        "test_a_block_leaves_no_rows_behind",
    ),
    "holds confirmed twice": (
        ("DROP INDEX fourtop.booking_confirmation_results_once",),
        "test_a_hold_is_confirmed_once",
    ),
    "a key for a hold": (
        ("DROP INDEX fourtop.booking_confirmation_results_key",),
        "test_a_key_confirms_a_booking_once",
    ),
    "restaurants without an index of slugs": (
        ("DROP INDEX fourtop.restaurants_slug",),
        "test_a_restaurant_does_not_change_to_a_slug_of_another",
    ),
    "answers without a key": (
        (_DROP.format("command_results", "command_results_pkey"),),
        "test_an_id_or_key_that_is_there_is_refused",
    ),
    "events told twice": (
        (_DROP.format("capacity_outbox", "capacity_outbox_dedupe_key"),),
        "test_an_id_or_key_that_is_there_is_refused",
    ),
}

_TRIGGER: Final = "allocations_no_overlap_insert"


def _changed(old: str, new: str) -> Callable[[str], tuple[str, ...]]:
    """Make the trigger anew with other words in it."""

    def change(trigger: str) -> tuple[str, ...]:
        assert old in trigger, f"the trigger does not say {old}"
        return f"DROP TRIGGER {_TRIGGER}", trigger.replace(old, new)

    return change


# Each makes statements out of the text of the trigger that judges new rows.
SQLITE: Final[dict[str, tuple[Callable[[str], tuple[str, ...]], str]]] = {
    "no trigger": (
        lambda _: (f"DROP TRIGGER {_TRIGGER}",),
        "test_a_row_over_a_live_row_is_refused",
    ),
    "a trigger for all tenants": (
        _changed("restaurant_id = NEW.restaurant_id AND ", ""),
        "test_restaurants_with_the_same_ids_do_not_see_each_other",
    ),
    "a trigger that mixes types": (
        _changed("resource_type = NEW.resource_type", "true"),
        "test_a_merge_group_overlaps_as_a_table_does",
    ),
    "a trigger on shadows too": (
        _changed("AND NOT shadow ", ""),
        "test_shadow_rows_overlap_anything",
    ),
    "a trigger with closed ends": (
        _changed("start_us < NEW.end_us", "start_us <= NEW.end_us"),
        "test_overlap_is_exact_to_the_microsecond",
    ),
    "a trigger short of a microsecond": (
        _changed("> NEW.start_us", "> NEW.start_us + 1"),
        "test_overlap_is_exact_to_the_microsecond",
    ),
    "holds confirmed twice": (
        lambda _: ("DROP INDEX booking_confirmation_results_once",),
        "test_a_hold_is_confirmed_once",
    ),
    "a key for a hold": (
        lambda _: ("DROP INDEX booking_confirmation_results_key",),
        "test_a_key_confirms_a_booking_once",
    ),
    "restaurants without an index of slugs": (
        lambda _: ("DROP INDEX restaurants_slug",),
        "test_a_restaurant_is_not_added_with_a_slug_of_another",
    ),
}


class Unchecked(SqlStore):
    """It does not look at its database before the first work; else it would refuse those above."""

    def __init__(self, source: str, clock: Clock) -> None:
        super().__init__(source, clock=clock)
        self._transactions.before = None


# ---- what is wrong in how the database is used ---------------------------------------------------


class NeverLocks(SqlStore):
    """It reads the restaurant's row where it has to lock it."""

    def __init__(self, source: str, clock: Clock) -> None:
        super().__init__(source, clock=clock)
        self._tenant._lock = self._tenant._look


def give_tenant(store: SqlStore, tenant: TenantAccess) -> None:
    """Let a store enter restaurants in another way."""
    store._tenant = store._snapshots.tenant = tenant


class AsksTheClockFirst(SqlStore):
    """It tells the time before it waits for the restaurant."""

    def __init__(self, source: str, clock: Clock) -> None:
        super().__init__(source, clock=clock)
        give_tenant(self, _HastyAccess(self._tenant._dialect, self._tenant._options))

    def transact(self, scope: Scope, decide: Callable[[Any], Any]) -> Any:
        assert self._tenant._clock is not None
        _HastyAccess.asked_us = self._tenant._clock.now_us()
        if current_thread() is not main_thread():
            HAS_COME.set()
        return super().transact(scope, decide)


class _HastyAccess(TenantAccess):
    asked_us = 0

    def lock_restaurant(
        self, cursor: Cursor, restaurant_id: str, reads: Sequence[Call] = ()
    ) -> LockedRestaurant:
        early_us = self.asked_us
        return attrs.evolve(super().lock_restaurant(cursor, restaurant_id, reads), now_us=early_us)


class LetsTimeGoBack(SqlStore):
    """It tells whatever the clock says."""

    def __init__(self, source: str, clock: Clock) -> None:
        super().__init__(source, clock=clock)
        give_tenant(self, _CarelessAccess(self._tenant._dialect, self._tenant._options))


class _CarelessAccess(TenantAccess):
    def _entered(self, *found: Any) -> LockedRestaurant:
        assert self._clock is not None
        return attrs.evolve(super()._entered(*found), now_us=self._clock.now_us())


class TrustsTenants(SqlStore):
    """It writes whatever a decision says is its restaurant's."""

    def _write(
        self, connection: Connection, snapshot: Snapshot, changes: Changes, *, explains: bool
    ) -> None:
        trusted = _Trusted(
            **{field.name: getattr(changes, field.name) for field in attrs.fields(Changes)}
        )
        super()._write(connection, snapshot, trusted, explains=explains)


@attrs.frozen(kw_only=True)
class _Trusted(Changes):
    def is_of(self, restaurant_id: str) -> bool:
        del restaurant_id
        return True


class IgnoresWhatIsNotThere(SqlStore):
    """It does not look at how many rows were changed or removed."""

    def __init__(self, source: str, clock: Clock) -> None:
        super().__init__(source, clock=clock)
        if self._tenant._dialect.writes_in_one_statement:
            # There the statement itself looks at the numbers.
            self._writer = writer_for(_Uncounted(DEFAULT_SCHEMA))
            return
        true = self._writer

        class Careless:
            def write(
                self,
                connection: Connection,
                restaurant_id: str,
                changes: Changes,
                counts: VersionCounts,
            ) -> None:
                try:
                    true.write(connection, restaurant_id, changes, counts)
                except RowCountMismatch:
                    return

        self._writer = Careless()  # type: ignore[assignment]  # A store is broken on purpose.


class _Uncounted(PostgresDialect):
    def expected_count(self, count: ColumnElement[int], name: str) -> ColumnElement[int]:
        del name
        return count


class KeepsAHouseForEver(SqlStore):
    """It takes the house from its cache whatever the versions are."""

    def __init__(self, source: str, clock: Clock) -> None:
        super().__init__(source, clock=clock)

        class Forever(HouseCache):
            def find(self, restaurant_id: str, versions: Versions) -> House | None:
                del versions
                kept = self._houses.get(restaurant_id)
                return None if kept is None else kept[-1]

            def drop(self, restaurant_id: str) -> None:
                del restaurant_id

        self._snapshots.houses = Forever()


class JudgesNobody(SqlStore):
    """It does not say what was wrong with what the database has refused."""

    def __init__(self, source: str, clock: Clock) -> None:
        super().__init__(source, clock=clock)

        class Mute:
            def explain(self, *_: object) -> None:
                return

        self._explainer = Mute()  # type: ignore[assignment]  # A store is broken on purpose.


class CommitsWhatFailed(SqlStore):
    """It commits what was written before something was found wrong."""

    def __init__(self, source: str, clock: Clock) -> None:
        super().__init__(source, clock=clock)
        in_one = self._tenant._dialect.writes_in_one_statement
        self._transactions = _WritesAgain(self) if in_one else _Swallows(self.engine)


class _Swallows(TransactionRunner):
    """It commits although the work has found something wrong."""

    def run(
        self,
        mode: TransactionMode,
        work: Callable[[Connection], Any],
        name: str,
        deadline: float = 0.0,
    ) -> Any:
        raised: list[RowCountMismatch] = []

        def kept(connection: Connection) -> Any:
            try:
                return work(connection)
            except RowCountMismatch as error:
                raised.append(error)

        result = super().run(mode, kept, name, deadline)
        if raised:
            raise raised[0]
        return result


class _WritesAgain(TransactionRunner):
    """It writes once more without looking at the numbers: the statement itself has failed."""

    def __init__(self, store: SqlStore) -> None:
        super().__init__(store.engine)
        self._store = store

    def run(
        self,
        mode: TransactionMode,
        work: Callable[[Connection], Any],
        name: str,
        deadline: float = 0.0,
    ) -> Any:
        try:
            return super().run(mode, work, name, deadline)
        except RowCountMismatch:
            true, self._store._writer = self._store._writer, writer_for(_Uncounted(DEFAULT_SCHEMA))
            super().run(mode, work, name, deadline)
            self._store._writer = true
            raise


class ForgetsForeignKeys(Unchecked):
    """It leaves SQLite as it comes: foreign keys are not looked at."""

    def __init__(self, source: str, clock: Clock) -> None:
        super().__init__(source, clock=clock)
        event.listen(
            self.engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA foreign_keys = OFF"),
        )


Kind = Any  # Makes a store at an address, on a clock.

_ON_BOTH: Final[dict[type[SqlStore], str]] = {
    AsksTheClockFirst: "test_time_is_told_after_the_wait",
    LetsTimeGoBack: "test_the_time_of_a_restaurant_never_goes_back",
    TrustsTenants: "test_a_row_of_another_restaurant_is_refused",
    IgnoresWhatIsNotThere: "test_a_row_that_goes_is_the_stored_one",
    KeepsAHouseForEver: "test_a_floor_change_rearranges_the_masks",
    JudgesNobody: "test_a_row_over_a_live_row_is_refused",
    CommitsWhatFailed: "test_a_row_that_goes_is_the_stored_one",
}
BROKEN: Final[list[tuple[Kind, str, str]]] = [
    *((kind, "sqlite", promise) for kind, promise in _ON_BOTH.items()),
    *((kind, "postgresql", promise) for kind, promise in _ON_BOTH.items()),
    # SQLite finds out by itself that another has written since a transaction has read.
    (NeverLocks, "postgresql", "test_a_transaction_waits_for_the_one_before_it"),
    (ForgetsForeignKeys, "sqlite", "test_an_owner_exists"),
]
