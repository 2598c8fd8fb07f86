"""Migrations and metadata make the same tables, keys, indexes, policies, triggers and rights."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourtop.storage.sql import migrate
from fourtop.storage.sql.connection.engine import as_engine
from fourtop.storage.sql.tables.catalog import catalog
from fourtop.storage.sql.tables.columns import Database
from fourtop.storage.sql.tables.security import guards
from tests.migration.anatomy import anatomy
from tests.migration.place import BOTH, Place, empty


def create(place: Place) -> None:
    """Make the tables as the metadata say."""
    engine, database = as_engine(place.url)
    tables = catalog(database)
    with engine.begin() as connection:
        if database == "postgresql":
            connection.exec_driver_sql("CREATE EXTENSION btree_gist")
            connection.exec_driver_sql("CREATE SCHEMA fourtop")
        tables.metadata.create_all(connection)
        for statement in guards(tables):
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("database", BOTH)
def test_migrations_and_metadata_make_the_same_catalog(database: Database, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    with empty(database, tmp_path) as migrated, empty(database, tmp_path / "made") as made:
        migrate(migrated.url)
        create(made)
        found = anatomy(migrated)
        assert found == anatomy(made)
    assert len([line for line in found if line.startswith("table")]) >= 17
    assert any("allocations_no_overlap" in line for line in found)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE fourtop.bookings ADD COLUMN late text",
        'ALTER TABLE fourtop.bookings ALTER COLUMN status TYPE text COLLATE "C"',
        "ALTER TABLE fourtop.bookings ALTER COLUMN occasion SET NOT NULL",
        "ALTER TABLE fourtop.bookings DROP COLUMN starts_at",
        "ALTER TABLE fourtop.allocations DROP CONSTRAINT allocations_window_check",
        "ALTER TABLE fourtop.allocations DROP CONSTRAINT allocations_no_overlap",
        "ALTER TABLE fourtop.capacity_outbox ALTER COLUMN attempts DROP DEFAULT",
        "ALTER TABLE fourtop.bookings NO FORCE ROW LEVEL SECURITY",
        "CREATE POLICY late ON fourtop.bookings USING (true)",
        "DROP POLICY jobs_select ON fourtop.table_holds",
        "ALTER POLICY jobs_update ON fourtop.table_holds WITH CHECK (true)",
        "GRANT TRUNCATE ON fourtop.bookings TO fourtop_app",
        "GRANT SELECT (name) ON fourtop.restaurants TO fourtop_jobs",
        "GRANT CREATE ON SCHEMA fourtop TO fourtop_app",
        "CREATE INDEX late ON fourtop.bookings (id)",
        "DROP INDEX fourtop.table_holds_expiry",
        "CREATE FUNCTION fourtop.late() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        (
            "CREATE OR REPLACE FUNCTION fourtop.tenant() RETURNS text LANGUAGE sql"
            " AS $$ SELECT 'ann' $$"
        ),
        "CREATE TYPE fourtop.late AS ENUM ('late')",
    ],
)
def test_a_difference_in_postgresql_is_seen(server: Place, change: str) -> None:
    migrate(server.url)
    before = anatomy(server)
    server.execute(change)
    assert anatomy(server) != before


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE bookings ADD COLUMN late text",
        "DROP TRIGGER allocations_no_overlap_update",
        "DROP INDEX booking_confirmation_results_once",
        "CREATE INDEX late ON bookings (id)",
        "CREATE TABLE late (id text)",
    ],
)
def test_a_difference_in_sqlite_is_seen(file: Place, change: str) -> None:
    migrate(file.url)
    before = anatomy(file)
    file.execute(change)
    assert anatomy(file) != before
