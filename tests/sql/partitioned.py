"""Partition tables of a database by hash of the restaurant: the script, made from the catalog.

``python -m tests.sql.partitioned`` writes the script for a new database to
``docs/evidence/partition-postgresql.sql``. It keeps every constraint, index, policy and right under
its name, so that a store finds all that it checks at its start.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.database.cluster import Cluster
from tests.database.furnished import postgresql_database
from tests.database.session import cluster, fresh_database

EVIDENCE: Final = Path(__file__).parents[2] / "docs" / "evidence" / "partition-postgresql.sql"
SCHEMA: Final = "fourtop"
PARTS: Final = 4
# The tables that grow with every booking. ``allocations`` needs PostgreSQL 17: an exclusion
# constraint on a partitioned table is new there.
TABLES: Final = (
    "bookings",
    "booking_table_assignments",
    "booking_confirmation_results",
    "booking_confirmation_tables",
    "command_results",
    "capacity_outbox",
    "table_holds",
    "table_hold_members",
)
_RANK: Final = {"p": 0, "u": 1, "c": 2, "f": 3}


class Catalog:
    """What the catalog of a database says of its tables."""

    def __init__(self, server: Cluster, database: str) -> None:
        self._server = server
        self._database = database

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self._server.execute(sql, *parameters, database=self._database)

    def constraints(self, table: str) -> list[tuple[Any, ...]]:
        """Return name, kind and text of the constraints of a table, keys first."""
        found = self.rows(
            "SELECT conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'c', 'f')",
            f"{SCHEMA}.{table}",
        )
        return sorted(found, key=lambda each: (_RANK[each[1]], each[0]))

    def references(self, table: str) -> list[tuple[Any, ...]]:
        """Return table, name and text of the foreign keys of other tables to a table."""
        return self.rows(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE confrelid = %s::regclass AND contype = 'f' ORDER BY 1, 2",
            f"{SCHEMA}.{table}",
        )

    def indexes(self, table: str) -> list[str]:
        """Return the texts of the indexes that belong to no constraint."""
        found = self.rows(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1",
            f"{SCHEMA}.{table}",
        )
        return [text for (text,) in found]

    def policies(self, table: str) -> Iterator[str]:
        """Yield the statements that make the policies of a table."""
        for name, command, roles, qual, check in self.rows(
            "SELECT policyname, cmd, array_to_string(roles, ', '), qual, with_check"
            " FROM pg_policies WHERE schemaname = %s AND tablename = %s ORDER BY 1",
            SCHEMA,
            table,
        ):
            rule = "" if qual is None else f" USING ({qual})"
            rule += "" if check is None else f" WITH CHECK ({check})"
            yield f"CREATE POLICY {name} ON {SCHEMA}.{table} FOR {command} TO {roles}{rule}"

    def rights(self, table: str) -> Iterator[str]:
        """Yield the statements that give the rights on a table and on its columns."""
        place = f"{SCHEMA}.{table}"
        for role, verbs in self.rows(
            "SELECT grantee::regrole::text, string_agg(privilege_type, ', ' ORDER BY 1)"
            " FROM pg_class, aclexplode(relacl)"
            " WHERE pg_class.oid = %s::regclass AND grantee <> relowner GROUP BY 1 ORDER BY 1",
            place,
        ):
            yield f"GRANT {verbs} ON {place} TO {role}"
        for role, verb, columns in self.rows(
            "SELECT grantee::regrole::text, privilege_type,"
            " string_agg(quote_ident(attname), ', ' ORDER BY attnum)"
            " FROM pg_attribute, aclexplode(attacl) WHERE attrelid = %s::regclass"
            " GROUP BY 1, 2 ORDER BY 1, 2",
            place,
        ):
            yield f"GRANT {verb} ({columns}) ON {place} TO {role}"

    def columns(self, table: str) -> list[tuple[Any, ...]]:
        """Return the columns that hold values of their own: name and kind of identity."""
        return self.rows(
            "SELECT quote_ident(attname), attidentity::text FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = '' ORDER BY attnum",
            f"{SCHEMA}.{table}",
        )


def script(catalog: Catalog, tables: tuple[str, ...] = TABLES, parts: int = PARTS) -> list[str]:
    """Return the statements that partition tables by hash of the restaurant."""
    statements = ["BEGIN"]
    # Foreign keys among the tables come back when all of them are partitioned.
    references = sorted({each for table in tables for each in catalog.references(table)})
    statements += [f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, name, _ in references]
    late = [f"ALTER TABLE {table} ADD CONSTRAINT {name} {text}" for table, name, text in references]
    kept = {name for _, name, _ in references}
    for table in tables:
        statements += _of_table(catalog, table, parts, kept)
    return [*statements, *late, "COMMIT"]


def _of_table(catalog: Catalog, table: str, parts: int, kept: set[str]) -> Iterator[str]:
    place, plain = f"{SCHEMA}.{table}", f"{SCHEMA}.{table}_plain"
    columns = catalog.columns(table)
    names = ", ".join(name for name, _ in columns)
    yield f"ALTER TABLE {place} RENAME TO {table}_plain"
    yield (
        f"CREATE TABLE {place} (LIKE {plain} INCLUDING DEFAULTS INCLUDING GENERATED)"
        " PARTITION BY HASH (restaurant_id)"
    )
    for part in range(parts):
        yield (
            f"CREATE TABLE {place}_{part} PARTITION OF {place}"
            f" FOR VALUES WITH (MODULUS {parts}, REMAINDER {part})"
        )
    for name, identity in columns:
        if identity:
            # PostgreSQL 15 has no identity column on a partitioned table.
            yield f"CREATE SEQUENCE {place}_{name} OWNED BY {place}.{name}"
            yield (
                f"SELECT setval('{place}_{name}', max({name}))"  # noqa: S608  # Our names.
                f" FROM {plain} HAVING max({name}) IS NOT NULL"
            )
            yield f"ALTER TABLE {place} ALTER {name} SET DEFAULT nextval('{place}_{name}')"
    yield f"INSERT INTO {place} ({names}) SELECT {names} FROM {plain}"  # noqa: S608  # As above.
    rights, policies = list(catalog.rights(table)), list(catalog.policies(table))
    indexes, constraints = catalog.indexes(table), catalog.constraints(table)
    yield f"DROP TABLE {plain}"
    for name, _, text in constraints:
        if name not in kept:
            yield f"ALTER TABLE {place} ADD CONSTRAINT {name} {text}"
    yield from indexes
    yield f"ALTER TABLE {place} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {place} FORCE ROW LEVEL SECURITY"
    yield from policies
    yield from rights
    for name, identity in columns:
        if identity:
            yield f"GRANT USAGE ON SEQUENCE {place}_{name} TO fourtop_app"


def partition(server: Cluster, database: str) -> None:
    """Partition the tables of a database, in one transaction."""
    server.execute(";".join(script(Catalog(server, database))), database=database)


@cache
def _template() -> str:
    name = "partitioned"
    with postgresql_database() as furnished:
        cluster().create_database(name, template=furnished)
    partition(cluster(), name)
    return name


@contextmanager
def partitioned_database() -> Iterator[str]:
    """Give the name of an empty database with partitions; it is dropped at the end."""
    with fresh_database(template=_template()) as name:
        yield name


def evidence() -> str:
    """Return the text of the script for a new database."""
    with postgresql_database() as name:
        statements = script(Catalog(cluster(), name))
    head = (
        "-- Partition the tables that grow by hash of the restaurant, on PostgreSQL 15 and later.\n"
        "-- Written by: python -m tests.sql.partitioned. Run it as the owner of the tables while\n"
        "-- no process of fourtop runs.\n"
    )
    return head + "".join(f"{each};\n" for each in statements)


if __name__ == "__main__":
    EVIDENCE.write_text(evidence(), "utf-8")
