"""The start-up check finds each fault in a real database, and none in a good one."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from sqlalchemy import Boolean, Column, Engine, Text, create_engine, event

import fourtop
from fourtop import (
    AsyncSqlStore,
    BookingRequest,
    CapacityRule,
    ClockBehind,
    Finding,
    ManualClock,
    SqlStore,
    StoreMisconfigured,
    SystemClock,
)
from fourtop.ports import Scope
from fourtop.storage.sql.checks import rules as check_rules
from fourtop.storage.sql.checks.findings import KINDS
from fourtop.storage.sql.checks.startup import inspect_store as inspect
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.statement import Call
from fourtop.storage.sql.tables.catalog import catalog
from tests.contract.broken_sql import POSTGRESQL, SQLITE
from tests.database.furnished import postgresql_database, sqlite_url
from tests.database.session import bouncer, cluster
from tests.docs.test_tables import rows
from tests.evening import NOW, a_house, open_desk

# So are the tests' own cluster, which need not survive a power cut, and the SQLite of most
# machines.
OF_THIS_MACHINE: Final = {"disk_not_waited_for", "wal_defect"}
PAGE: Final = "operations/check-a-store.md"


@pytest.fixture
def database() -> Iterator[str]:
    with postgresql_database() as name:
        yield name


@pytest.fixture
def file(tmp_path: Path) -> Path:
    sqlite_url(tmp_path / "night.db")
    return tmp_path / "night.db"


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [each.code for each in findings if each.code not in OF_THIS_MACHINE]


def in_database(database: str, **how: Any) -> list[str]:
    return codes(inspect(cluster().url(database, user="service"), **how))


def run(database: str, sql: str) -> None:
    cluster().execute(sql, database=database)


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


# ---- what the page says --------------------------------------------------------------------------


def test_the_table_of_the_page_is_the_table_of_the_code() -> None:
    listed = [(cells[0], cells[1]) for cells in rows(PAGE, "code")]
    assert listed == [(code, severity) for code, (severity, _) in KINDS.items()]


# ---- PostgreSQL ----------------------------------------------------------------------------------


def test_a_database_as_it_has_to_be_is_found_good(database: str, file: Path) -> None:
    assert in_database(database) == []
    assert codes(inspect(bouncer().url(database, user="service"))) == []
    assert codes(inspect(f"sqlite:///{file}")) == []


FAULTS: Final = {
    "DROP SCHEMA fourtop CASCADE": ["schema_missing"],
    "UPDATE fourtop.fourtop_version SET version_num = '0002'": ["schema_old"],
    "DELETE FROM fourtop.fourtop_version": ["schema_old"],
    "UPDATE fourtop.fourtop_version SET version_num = '0099'": ["schema_new"],
    "DROP TABLE fourtop.allocations_archive": ["table_missing"],
    "ALTER TABLE fourtop.bookings DROP COLUMN past_reason": ["column_missing"],
    "ALTER TABLE fourtop.allocations DROP CONSTRAINT allocations_no_overlap": [
        "constraint_missing"
    ],
    "ALTER TABLE fourtop.allocations DROP CONSTRAINT allocations_window_check": [
        "constraint_missing"
    ],
    "ALTER TABLE fourtop.allocations DISABLE TRIGGER ALL": ["constraint_missing"] * 4,
    "DROP INDEX fourtop.booking_confirmation_results_once": ["constraint_missing"],
    "DROP INDEX fourtop.allocations_start": ["index_missing"],
    "ALTER TABLE fourtop.bookings DISABLE ROW LEVEL SECURITY": ["row_security_off"],
    "ALTER TABLE fourtop.bookings NO FORCE ROW LEVEL SECURITY": ["row_security_off"],
    "DROP POLICY tenant ON fourtop.bookings": ["policy_missing"],
    "DROP POLICY listing ON fourtop.restaurants": ["policy_missing"],
    "DROP POLICY jobs_delete ON fourtop.allocations": ["policy_missing"],
    "CREATE POLICY open_house ON fourtop.bookings USING (true)": ["policy_unknown"],
    "REVOKE UPDATE ON fourtop.bookings FROM fourtop_app": ["grant_missing"],
    "REVOKE SELECT ON fourtop.fourtop_version FROM fourtop_app": ["grant_missing"],
    "REVOKE USAGE ON SCHEMA fourtop FROM fourtop_app": ["grant_missing"],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_postgresql_is_found(database: str, fault: str) -> None:
    run(database, fault)
    assert in_database(database) == FAULTS[fault]


@pytest.mark.parametrize("name", POSTGRESQL)
def test_a_database_of_postgresql_that_breaks_a_promise_is_refused(
    database: str, name: str
) -> None:
    for statement in POSTGRESQL[name][0]:
        run(database, statement)
    assert "constraint_missing" in in_database(database)


def test_a_constraint_that_was_never_validated_is_found(database: str) -> None:
    run(
        database,
        """ALTER TABLE fourtop.allocations DROP CONSTRAINT allocations_booking_fkey, ADD CONSTRAINT
        allocations_booking_fkey FOREIGN KEY (restaurant_id, booking_id)
        REFERENCES fourtop.bookings NOT VALID""",
    )
    assert in_database(database) == ["constraint_missing"]


@pytest.fixture
def stranger() -> Iterator[str]:
    cluster().execute("CREATE ROLE stranger LOGIN")
    yield "stranger"
    cluster().execute("DROP ROLE stranger")


def test_who_logs_in_and_who_transactions_run_as_is_looked_at(database: str, stranger: str) -> None:
    url = cluster().url(database, user=stranger)
    assert codes(inspect(url)) == ["role_not_granted", "jobs_not_granted"]
    assert codes(inspect(url, role="nobody")) == ["role_missing", "jobs_not_granted"]
    run(database, "GRANT fourtop_app TO stranger")
    assert codes(inspect(url)) == ["login_inherits", "jobs_not_granted"]
    run(database, "ALTER ROLE stranger NOINHERIT")
    assert codes(inspect(url)) == ["jobs_not_granted"]
    run(database, "ALTER ROLE stranger BYPASSRLS")
    assert codes(inspect(url)) == ["jobs_not_granted"]
    run(database, "GRANT fourtop_jobs TO stranger")
    assert codes(inspect(url)) == []
    assert "role_unbound" in codes(inspect(url, role=None))


def test_a_login_that_is_its_own_role_may_not_see_what_the_jobs_see(
    database: str, stranger: str
) -> None:
    url = cluster().url(database, user=stranger)
    run(database, "GRANT fourtop_app, fourtop_jobs TO stranger")
    assert "role_unbound" in codes(inspect(url, role=None))
    run(database, "ALTER ROLE stranger NOINHERIT")
    assert "role_unbound" not in codes(inspect(url, role=None))


def test_a_superuser_may_log_in_but_no_transaction_runs_as_one(database: str) -> None:
    assert codes(inspect(cluster().url(database))) == ["login_superuser"]
    assert codes(inspect(cluster().url(database), role=None)) == ["role_unbound"]


def test_no_transaction_runs_as_the_owner(database: str, stranger: str) -> None:
    run(
        database,
        f"ALTER TABLE fourtop.bookings OWNER TO {stranger}; GRANT {stranger} TO fourtop_app",
    )
    assert in_database(database) == ["role_owns_tables"]
    run(
        database,
        f"ALTER TABLE fourtop.bookings OWNER TO postgres; REVOKE {stranger} FROM fourtop_app",
    )


def test_a_commit_that_is_not_waited_for_is_a_warning(database: str) -> None:
    run(database, f"ALTER DATABASE {database} SET synchronous_commit = off")
    assert in_database(database) == ["commit_not_waited_for"]


def test_a_cluster_that_does_not_wait_for_the_disk_is_a_warning(database: str) -> None:
    found = inspect(cluster().url(database, user="service"))
    assert [(each.code, each.severity) for each in found] == [("disk_not_waited_for", "warn")]


def test_a_server_that_nobody_has_tried_is_a_warning(
    database: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_rules, "OLDEST_POSTGRESQL", 990_000)
    monkeypatch.setattr(check_rules, "OLDEST_SQLITE", (99, 0))
    assert in_database(database) == ["server_old"]
    assert codes(inspect(f"sqlite:///{file}")) == ["server_old"]


# ---- SQLite --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("DROP TABLE fourtop_version", ["schema_missing"]),
        ("UPDATE fourtop_version SET version_num = '0002'", ["schema_old"]),
        ("DELETE FROM fourtop_version", ["schema_old"]),
        ("UPDATE fourtop_version SET version_num = '0099'", ["schema_new"]),
        ("DROP TABLE allocations_archive", ["table_missing"]),
        ("DROP TABLE restaurant_capacity_rules", ["table_missing"]),
        ("ALTER TABLE bookings DROP COLUMN past_reason", ["column_missing"]),
        ("DROP TRIGGER allocations_no_overlap_insert", ["constraint_missing"]),
        ("DROP TRIGGER allocations_no_overlap_update", ["constraint_missing"]),
        ("DROP INDEX booking_confirmation_results_once", ["constraint_missing"]),
        ("DROP INDEX allocations_no_overlap", ["index_missing"]),
    ],
)
def test_a_fault_in_sqlite_is_found(file: Path, fault: str, expected: list[str]) -> None:
    change(file, fault)
    assert codes(inspect(f"sqlite:///{file}")) == expected


def test_finding_22_a_column_that_was_added_stops_no_store(file: Path, database: str) -> None:
    change(file, "ALTER TABLE bookings ADD COLUMN note TEXT")
    run(database, "ALTER TABLE fourtop.bookings ADD COLUMN note text")
    for url in (f"sqlite:///{file}", cluster().url(database, user="service")):
        assert codes(inspect(url)) == []


def test_finding_22_a_column_of_ours_that_a_migration_adds_is_found(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqlStore(f"sqlite:///{file}")
    rules: Any = store._start.inspector._rules
    # The tables as a later version of fourtop describes them. The statements are shared, so the
    # column goes to a catalog of its own.
    later = catalog("sqlite")
    later["bookings"].append_column(Column("note", Text()))
    later["bookings"].append_column(Column("is_vip", Boolean(create_constraint=False)))
    monkeypatch.setattr(rules, "_catalog", later)
    assert codes(store.inspect()) == ["column_missing", "column_missing"]
    change(
        file,
        "ALTER TABLE bookings ADD COLUMN note TEXT",
        "ALTER TABLE bookings ADD COLUMN is_vip INTEGER GENERATED ALWAYS AS (version > 1) VIRTUAL",
    )
    assert codes(store.inspect()) == []
    assert open_desk(store).restaurant_id == "house"
    store.close()


@pytest.mark.parametrize("name", SQLITE)
def test_a_database_of_sqlite_that_breaks_a_promise_is_refused(file: Path, name: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT sql FROM sqlite_schema WHERE name = 'allocations_no_overlap_insert'"
        ((trigger,),) = connection.execute(query).fetchall()
    change(file, *SQLITE[name][0](trigger))
    assert codes(inspect(f"sqlite:///{file}")) == ["constraint_missing"]


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        ("foreign_keys = OFF", ["foreign_keys_off"]),
        ("journal_mode = MEMORY", ["journal_off"]),
        ("journal_mode = OFF", ["journal_off"]),
        ("journal_mode = DELETE", ["journal_not_wal"]),
        ("synchronous = NORMAL", ["synchronous_low"]),
        ("synchronous = OFF", ["synchronous_low"]),
        ("synchronous = EXTRA", []),
    ],
)
def test_a_connection_that_promises_less_is_found(
    file: Path, pragma: str, expected: list[str]
) -> None:
    engine = create_engine(f"sqlite:///{file}")
    # The store's own listener comes first at its first use of the engine; the host's is heard after
    # it.
    inspect(engine)
    event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}"))
    engine.dispose()
    assert codes(inspect(engine)) == expected
    engine.dispose()


@pytest.mark.parametrize(
    ("version", "is_mended"),
    [
        ("3.40.1", False),
        ("3.44.5", False),
        ("3.44.6", True),
        ("3.45.3", False),
        ("3.50.6", False),
        ("3.50.7", True),
        ("3.51.2", False),
        ("3.51.3", True),
        ("3.53.0", True),
    ],
)
def test_the_defect_of_the_log_is_known_by_the_version(version: str, *, is_mended: bool) -> None:
    facts = {"version": version, "foreign_keys": 1, "journal_mode": "wal", "synchronous": 2}
    found = [each.code for each in check_rules._of_file(facts)]
    assert found == ([] if is_mended else ["wal_defect"])


# ---- what the tables hold, and the clock ---------------------------------------------------------


def test_an_active_restaurant_without_a_capacity_rule_is_a_warning(
    database: str, file: Path
) -> None:
    for url in (cluster().url(database, user="service"), f"sqlite:///{file}"):
        store = SqlStore(url)
        open_desk(store, a_house(name="Ann"))
        open_desk(store, a_house(name="Ben", capacity_rules=(CapacityRule(max_covers=9),)))
        idle = a_house(name="Cat")
        open_desk(store, attrs.evolve(idle, restaurant=attrs.evolve(idle.restaurant, active=False)))
        found = [each for each in store.inspect() if each.code == "restaurant_uncapped"]
        assert [each.text for each in found] == [
            "restaurant ann is active and has no capacity rule"
        ]
        store.close()


@pytest.mark.parametrize(
    ("clock", "of_postgresql", "of_sqlite"),
    [
        (None, [], []),
        (ManualClock(NOW), ["clock_injected"], ["clock_injected"]),
        (SystemClock(), ["clock_injected"], []),
    ],
)
def test_a_clock_that_is_not_the_databases_is_a_warning(
    database: str, file: Path, clock: Any, of_postgresql: list[str], of_sqlite: list[str]
) -> None:
    for url, expected in (
        (cluster().url(database, user="service"), of_postgresql),
        (f"sqlite:///{file}", of_sqlite),
    ):
        store = SqlStore(url, clock=clock)
        assert codes(store.inspect()) == expected
        store.close()


def test_finding_17_a_clock_that_once_ran_ahead_is_found_and_set_back(
    database: str, file: Path
) -> None:
    for url in (cluster().url(database, user="service"), f"sqlite:///{file}"):
        store = SqlStore(url)
        rules = (CapacityRule(max_covers=9),)
        open_desk(store, a_house(name="Ann", capacity_rules=rules))
        open_desk(store, a_house(name="Ben", capacity_rules=rules))
        assert codes(store.inspect()) == []
        ahead = "UPDATE {}restaurants SET latest_us = {} WHERE id = 'ann'"
        year_us = store.now_us() + 365 * 24 * 3_600 * 1_000_000
        if url.startswith("sqlite"):
            change(file, ahead.format("", year_us))
        else:
            run(database, ahead.format("fourtop.", year_us))
        desks = fourtop.Engine(store).desk("ann"), fourtop.Engine(store).desk("ben")
        assert codes(store.inspect()) == ["clock_ahead"]
        (found,) = (each for each in store.inspect() if each.code == "clock_ahead")
        assert found.severity.value == "warn"
        assert "restaurant ann " in found.text
        for call in (desks[0].house, partial(desks[0].release_hold, "h")):
            with pytest.raises(ClockBehind) as caught:
                call()
            assert caught.value.restaurant_id == "ann"
        assert desks[1].house().restaurant.id == "ben"
        assert store.reset_clock("ben") == 0
        day_us = 24 * 3_600 * 1_000_000
        assert 364 * day_us < store.reset_clock("ann") <= 365 * day_us
        assert store.reset_clock("ann") == 0
        assert desks[0].house().restaurant.id == "ann"
        assert codes(store.inspect()) == []
        store.close()


def test_finding_17_another_process_that_was_told_the_future_goes_back_with_the_reset(
    file: Path,
) -> None:
    clock = ManualClock(NOW + timedelta(days=365))
    one, other = (SqlStore(f"sqlite:///{file}", clock=clock) for _ in range(2))
    desk = open_desk(one)
    desk.book(BookingRequest(2, NOW + timedelta(days=366, hours=7)))
    assert fourtop.Engine(other).restaurant_ids() == ("house",)
    assert fourtop.Engine(other).desk("house").versions().floor == 1
    clock.move_to(NOW)
    with pytest.raises(ClockBehind):
        fourtop.Engine(other).desk("house").house()
    assert one.reset_clock("house") > 0
    assert other.read(Scope("house"), lambda view: view.now_us) == clock.now_us()
    one.close()
    other.close()


# ---- the first call ------------------------------------------------------------------------------


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Everything that the driver of SQLite is told in this process."""
    told: list[str] = []

    def listen(connection: Any, _: object) -> None:
        connection.set_trace_callback(told.append)

    event.listen(Engine, "connect", listen)
    yield told
    event.remove(Engine, "connect", listen)


def counted(told: list[str]) -> list[str]:
    found = [each for each in told if not each.startswith(("BEGIN", "COMMIT", "PRAGMA", "--"))]
    told.clear()
    return found


def test_the_first_call_asks_two_more_statements_of_sqlite_and_later_calls_none(
    file: Path, statements: list[str]
) -> None:
    store = SqlStore(f"sqlite:///{file}")
    store.restaurant_ids()
    first = counted(statements)
    store.restaurant_ids()
    second = counted(statements)
    assert len(second) == 1
    assert first[-1:] == second
    assert len(first) == 3
    other = SqlStore(store.engine)
    other.restaurant_ids()
    assert counted(statements) == second
    store.close()


def test_the_first_call_asks_three_more_statements_of_postgresql(database: str) -> None:
    asked: list[str] = []
    store = SqlStore(cluster().url(database, user="service"))
    step = Connection._step

    def noted(self: Connection, call: Call) -> Any:
        asked.append(call.statement.text)
        return step(self, call)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "_step", noted)
        store.restaurant_ids()
        first = len(asked)
        store.restaurant_ids()
        assert (first, len(asked) - first) == (3 + 2, 2)
    store.close()


def test_a_store_refuses_until_its_database_is_mended(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT sql FROM sqlite_schema WHERE name = 'allocations_no_overlap_insert'"
        ((trigger,),) = connection.execute(query).fetchall()
    change(file, "DROP TRIGGER allocations_no_overlap_insert")
    store = SqlStore(f"sqlite:///{file}")
    for _ in range(2):
        with pytest.raises(StoreMisconfigured) as error:
            open_desk(store)
        assert ["constraint_missing" in each for each in error.value.problems] == [True]
    change(file, trigger)
    assert open_desk(store).restaurant_id == "house"
    store.close()


def test_an_empty_database_is_refused_with_the_line_to_type(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'night.db'}")
    with pytest.raises(StoreMisconfigured, match="run: fourtop migrate"):
        store.restaurant_ids()
    store.close()


def test_an_awaited_store_looks_too(database: str) -> None:
    run(database, "DROP POLICY tenant ON fourtop.bookings")

    async def look() -> list[str]:
        store = AsyncSqlStore(cluster().url(database, user="service"))
        with pytest.raises(StoreMisconfigured, match="policy tenant of bookings is missing"):
            await store.restaurant_ids()
        found = codes(await store.inspect())
        await store.close()
        return found

    assert asyncio.run(look()) == ["policy_missing"]


def test_warnings_are_logged_once_a_store(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="fourtop.store"):
        store = SqlStore(f"sqlite:///{file}", clock=ManualClock(NOW))
        store.restaurant_ids()
        store.restaurant_ids()
        SqlStore(store.engine, clock=ManualClock(NOW)).restaurant_ids()
    assert sum("clock_injected" in each.getMessage() for each in caplog.records) == 2
    store.close()


def test_the_check_does_not_count_as_work_of_the_store(file: Path) -> None:
    store = SqlStore(f"sqlite:///{file}")
    store.restaurant_ids()
    assert store.metrics.committed == 1
    store.close()
