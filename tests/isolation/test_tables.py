"""Every table of ours has row level security, and so must every table that is added later."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.database.furnished import postgresql_database
from tests.database.session import cluster

# A policy of ours is for one of the two roles, and that for decisions speaks of the tenant. The
# version table has no rows of restaurants; there, grants say who may read, and FORCE is for the
# rule's sake.
UNGUARDED = """
    SELECT relname FROM pg_class AS table_
    WHERE relnamespace = 'fourtop'::regnamespace AND relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT (
        relkind = 'r' AND relrowsecurity AND relforcerowsecurity AND (
            relname = 'fourtop_version' OR EXISTS (
                SELECT FROM pg_policy
                WHERE polrelid = table_.oid AND polpermissive AND polcmd = '*'
                    AND polroles = ARRAY['fourtop_app'::regrole::oid]
                    AND pg_get_expr(polqual, polrelid) LIKE '%tenant()%'
                    AND pg_get_expr(polwithcheck, polrelid) LIKE '%tenant()%'
            )
        )
        AND NOT EXISTS (
            SELECT FROM pg_policy
            WHERE polrelid = table_.oid
                AND NOT polroles <@ ARRAY['fourtop_app'::regrole::oid, 'fourtop_jobs'::regrole]
                AND relname <> 'fourtop_version'
        )
    )
    ORDER BY relname"""
LATE = (
    "CREATE TABLE fourtop.late (restaurant_id text);"
    " ALTER TABLE fourtop.late ENABLE ROW LEVEL SECURITY;"
)
RENAME = "ALTER TABLE fourtop.bookings RENAME TO late;"
POLICY = "CREATE POLICY tenant ON fourtop.late TO fourtop_app"
# The one exception: a slug is unique among all restaurants, as their ids are.
SHARED_KEYS = ["fourtop.restaurants_slug"]
KEYS_WITHOUT_TENANT = """
    SELECT conname FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE connamespace = 'fourtop'::regnamespace AND contype IN ('p', 'u', 'f', 'x')
        AND attname <> CASE conrelid::regclass::text
            WHEN 'fourtop.restaurants' THEN 'id' ELSE 'restaurant_id' END
        AND conrelid <> 'fourtop.fourtop_version'::regclass
    UNION ALL
    SELECT indexrelid::regclass::text FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid
    JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
    WHERE relnamespace = 'fourtop'::regnamespace AND indisunique AND relname <> 'fourtop_version'
        AND attname <> CASE relname WHEN 'restaurants' THEN 'id' ELSE 'restaurant_id' END"""


@pytest.fixture
def fresh() -> Iterator[str]:
    with postgresql_database() as name:
        yield name


def names(database: str, query: str) -> list[str]:
    return [name for (name,) in cluster().execute(query, database=database)]


def test_every_table_shows_rows_by_tenant_to_its_owner_too(database: str) -> None:
    assert names(database, UNGUARDED) == []


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE fourtop.late (restaurant_id text)",
        "CREATE VIEW fourtop.late AS SELECT * FROM fourtop.bookings",
        (
            f"{LATE} ALTER TABLE fourtop.late FORCE ROW LEVEL SECURITY;"
            f" {POLICY} USING (true) WITH CHECK (true)"
        ),
        (
            f"{LATE} {POLICY} USING (restaurant_id = fourtop.tenant())"
            " WITH CHECK (restaurant_id = fourtop.tenant())"
        ),
        f"{RENAME} ALTER TABLE fourtop.late NO FORCE ROW LEVEL SECURITY",
        f"{RENAME} ALTER TABLE fourtop.late DISABLE ROW LEVEL SECURITY",
        f"{RENAME} DROP POLICY tenant ON fourtop.late",
        f"{RENAME} CREATE POLICY all_ ON fourtop.late USING (true)",
    ],
)
def test_a_table_that_is_not_guarded_is_found(fresh: str, change: str) -> None:
    cluster().execute(change, database=fresh)
    assert names(fresh, UNGUARDED) == ["late"]


def test_the_tenant_comes_first_in_every_key_but_that_of_slugs(database: str) -> None:
    assert names(database, KEYS_WITHOUT_TENANT) == SHARED_KEYS


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "ALTER TABLE fourtop.bookings ADD CONSTRAINT late UNIQUE (id, restaurant_id)",
            ["late", "fourtop.late"],
        ),
        ("CREATE UNIQUE INDEX late ON fourtop.bookings (id)", ["fourtop.late"]),
        ("ALTER TABLE fourtop.zones ADD CONSTRAINT late EXCLUDE (sort_order WITH =)", ["late"]),
    ],
)
def test_a_key_without_the_tenant_is_found(fresh: str, change: str, found: list[str]) -> None:
    cluster().execute(change, database=fresh)
    assert sorted(names(fresh, KEYS_WITHOUT_TENANT)) == sorted([*SHARED_KEYS, *found])
