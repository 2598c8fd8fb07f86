"""Who may do what with which table: every role, every table, every verb."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from fourtop.storage.sql.migrations.migrate import migrate
from tests.database.session import cluster, fresh_database
from tests.isolation.ward import (
    NEW,
    OURS,
    TABLES,
    THEIRS,
    Connection,
    a_row,
    acting,
    archive,
    counts,
    insertion,
    settle,
    tenant_column,
)

# For decisions, and for jobs: select, insert, update, delete.
EXPECTED: Final = {
    "restaurants": ("SIUD", "S"),
    "restaurant_policies": ("SIUD", ""),
    "zones": ("SIUD", ""),
    "table_inventory": ("SIUD", ""),
    "table_adjacencies": ("SIUD", ""),
    "table_set_capacities": ("SIUD", ""),
    "table_set_members": ("SIUD", ""),
    "table_distances": ("SIUD", ""),
    "table_aisles": ("SIUD", ""),
    "restaurant_occasions": ("SIUD", ""),
    "restaurant_service_periods": ("SIUD", ""),
    "restaurant_period_occasions": ("SIUD", ""),
    "restaurant_capacity_rules": ("SIUD", "S"),
    "restaurant_booking_windows": ("SIUD", ""),
    "restaurant_date_exceptions": ("SIUD", ""),
    "restaurant_pacing_rules": ("SIUD", ""),
    "restaurant_channel_shares": ("SIUD", ""),
    "restaurant_zone_rules": ("SIUD", ""),
    "restaurant_walk_in_rules": ("SIUD", ""),
    "restaurant_walk_in_tables": ("SIUD", ""),
    "restaurant_demand_profiles": ("SIUD", ""),
    "bookings": ("SIUD", ""),
    "booking_table_assignments": ("SIUD", ""),
    "table_blocks": ("SIUD", ""),
    "booking_slots": ("SIUD", ""),
    "table_holds": ("SIUD", "SD"),
    "table_hold_members": ("SID", "SD"),
    "allocations": ("SIUD", "SD"),
    "allocations_archive": ("SD", "I"),
    "booking_confirmation_results": ("SID", "SD"),
    "booking_confirmation_tables": ("SID", ""),
    "command_results": ("SID", "SD"),
    "capacity_outbox": ("SID", "SUD"),
}
# What jobs lock before they take it away. PostgreSQL wants the right to update for that; they
# cannot make use of it.
LOCKED: Final = {"table_holds", "allocations", "booking_confirmation_results", "command_results"}
NO_RIGHT: Final = "permission denied"
NO_TENANT: Final = "no restaurant is named"
NOT_ALLOWED: Final = "violates row-level security policy"

Tried = dict[str, int] | str


def tried(
    connection: Connection, table: str, verb: str, row: dict[str, Any] | None = None
) -> Tried:
    """Try a verb on all rows of a table, or insert one; return the rows reached, or why not."""
    key = Identifier(tenant_column(table))
    changed = Identifier("attempts") if table == "capacity_outbox" else key
    if verb == "I":
        assert row is not None
        query = insertion(table, row)
    elif verb == "S":
        query = SQL("SELECT {1} FROM fourtop.{0}").format(Identifier(table), key)
    elif verb == "U":
        query = SQL("UPDATE fourtop.{0} SET {2} = {2} RETURNING {1}").format(
            Identifier(table), key, changed
        )
    else:
        query = SQL("DELETE FROM fourtop.{0} RETURNING {1}").format(Identifier(table), key)
    try:
        done = connection.execute(query, row)
    except psycopg.errors.InsufficientPrivilege as error:
        (reason,) = [each for each in (NO_RIGHT, NO_TENANT, NOT_ALLOWED) if each in str(error)]
        return reason
    return (
        {row[tenant_column(table)]: done.rowcount}
        if row
        else Counter(whose for (whose,) in done.fetchall())
    )


@pytest.fixture
def stored(database: str, table: str) -> dict[str, int]:
    with closing(cluster().connect(database)) as connection:
        found = counts(connection, table)
    assert found.keys() == {OURS, THEIRS}
    return found


def new_row(database: str, table: str, *, of: str = NEW) -> dict[str, Any]:
    with closing(cluster().connect(database)) as connection:
        return a_row(connection, table, of=of)


def outcomes(database: str, table: str, *, insert_as: str | None, **who: Any) -> dict[str, Tried]:
    """Try each verb, in a transaction of its own that is taken back."""
    found: dict[str, Tried] = {}
    row = new_row(database, table)
    for verb in "SIUD":
        tenant = insert_as if verb == "I" else who["tenant"]
        with acting(database, **{**who, "tenant": tenant}) as connection:
            found[verb] = tried(connection, table, verb, row if verb == "I" else None)
    return found


def per_verb(
    allowed: str, reached: Tried, inserted: Tried, *, refused: str = NO_RIGHT
) -> dict[str, Tried]:
    """What is expected of each verb: where it is allowed, what it reaches."""
    return {
        verb: refused if verb not in allowed else inserted if verb == "I" else reached
        for verb in "SIUD"
    }


def test_the_matrix_has_every_table() -> None:
    assert sorted(EXPECTED) == sorted(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_a_decision_reaches_the_rows_of_the_restaurant_that_it_names(
    database: str, table: str, stored: dict[str, int]
) -> None:
    found = outcomes(database, table, insert_as=NEW, role="fourtop_app", tenant=OURS, is_loose=True)
    assert found == per_verb(EXPECTED[table][0], {OURS: stored[OURS]}, {NEW: 1})


@pytest.mark.parametrize("table", TABLES)
def test_a_decision_writes_no_row_of_another_restaurant(database: str, table: str) -> None:
    for tenant in (OURS, "*"):
        with acting(database, role="fourtop_app", tenant=tenant, is_loose=True) as connection:
            found = tried(connection, table, "I", new_row(database, table))
        assert found == (NOT_ALLOWED if "I" in EXPECTED[table][0] else NO_RIGHT)


@pytest.mark.parametrize("table", [table for table, (app, _) in EXPECTED.items() if "U" in app])
def test_a_decision_gives_no_row_to_another_restaurant(database: str, table: str) -> None:
    given = SQL("UPDATE fourtop.{} SET {} = %s").format(
        Identifier(table), Identifier(tenant_column(table))
    )
    with (
        acting(database, role="fourtop_app", tenant=OURS, is_loose=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match=NOT_ALLOWED),
    ):
        connection.execute(given, (NEW,))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("tenant", [None, ""])
def test_without_a_tenant_every_statement_is_an_error(
    database: str, table: str, tenant: str | None
) -> None:
    found = outcomes(
        database, table, insert_as=tenant, role="fourtop_app", tenant=tenant, is_loose=True
    )
    assert found == per_verb(EXPECTED[table][0], NO_TENANT, NO_TENANT)


def test_a_tenant_ends_with_its_transaction(database: str) -> None:
    with closing(cluster().connect(database, user="service")) as connection:
        with connection.transaction():
            connection.execute("SELECT set_config('role', 'fourtop_app', true)")
            connection.execute("SELECT set_config('fourtop.restaurant_id', %s, true)", (OURS,))
            assert tried(connection, "bookings", "S") == {OURS: 3}
        with connection.transaction(force_rollback=True):
            assert connection.execute(
                "SELECT current_setting('fourtop.restaurant_id')"
            ).fetchall() == [("",)]
            connection.execute("SELECT set_config('role', 'fourtop_app', true)")
            assert tried(connection, "bookings", "S") == NO_TENANT


@pytest.mark.parametrize("table", TABLES)
def test_only_who_asks_for_every_restaurant_lists_them_and_sees_nothing_else(
    database: str, table: str, stored: dict[str, int]
) -> None:
    found = outcomes(database, table, insert_as="*", role="fourtop_app", tenant="*", is_loose=True)
    expected = per_verb(EXPECTED[table][0], {}, NOT_ALLOWED)
    if table == "restaurants":
        expected["S"] = stored
    assert found == expected


@pytest.mark.parametrize("table", TABLES)
def test_jobs_reach_the_rows_of_all_restaurants_in_the_tables_that_they_tidy(
    database: str, table: str, stored: dict[str, int]
) -> None:
    found = outcomes(
        database, table, insert_as=None, role="fourtop_jobs", tenant=None, is_loose=True
    )
    expected = per_verb(EXPECTED[table][1], stored, {NEW: 1})
    if table in LOCKED:
        expected["U"] = NOT_ALLOWED
    assert found == expected


@pytest.mark.parametrize("table", sorted(LOCKED))
def test_jobs_lock_what_they_take_away(database: str, table: str, stored: dict[str, int]) -> None:
    with acting(database, role="fourtop_jobs", tenant=None) as connection:
        locked = connection.execute(
            SQL("SELECT FROM fourtop.{} FOR UPDATE").format(Identifier(table))
        )
        assert locked.rowcount == sum(stored.values())


@pytest.mark.parametrize(
    "beyond",
    [
        "UPDATE fourtop.capacity_outbox SET data = '{}'",
        "UPDATE fourtop.capacity_outbox SET restaurant_id = 'ben'",
        "SELECT name FROM fourtop.restaurants",
        "SELECT max_covers FROM fourtop.restaurant_capacity_rules",
    ],
)
def test_jobs_have_a_right_to_some_columns_only(database: str, beyond: str) -> None:
    with (
        acting(database, role="fourtop_jobs", tenant=None) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match=NO_RIGHT),
    ):
        connection.execute(beyond.encode())


@pytest.mark.parametrize("table", TABLES)
def test_a_login_that_takes_no_role_has_no_rights(database: str, table: str) -> None:
    found = outcomes(database, table, insert_as=OURS, role=None, tenant=OURS, login="service")
    assert found == per_verb("", NO_RIGHT, NO_RIGHT)


@pytest.fixture(scope="module")
def kept(database: str) -> Iterator[str]:
    """The same as ``database``, but the tables are those of an owner who is no superuser."""
    server = cluster()
    assert database
    server.execute("CREATE ROLE keeper LOGIN")
    with fresh_database() as name:
        server.execute(f"GRANT CREATE ON DATABASE {name} TO keeper")
        migrate(server.url(name, user="keeper"))
        settle(server.url(name, user="service"))
        archive(name)
        yield name
    server.execute("DROP ROLE keeper")


@pytest.mark.parametrize("table", TABLES)
def test_policies_bind_the_owner_too(kept: str, table: str) -> None:
    found = outcomes(kept, table, insert_as=NEW, role=None, tenant=OURS, login="keeper")
    assert found == per_verb("SIUD", {}, NOT_ALLOWED)
