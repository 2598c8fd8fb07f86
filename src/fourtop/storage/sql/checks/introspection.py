"""Ask a database for the facts that the start-up check judges, in at most three statements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final

import attrs

from fourtop.storage.sql.statement import Cursor, Statement
from fourtop.storage.sql.tables.catalog import VERSION_TABLE
from fourtop.storage.sql.tables.columns import quoted
from fourtop.storage.sql.tables.security import JOBS_ROLE
from fourtop.storage.sql.tables.values import loads

Facts = dict[str, Any]

# At most this many restaurants without a capacity rule are named.
NAMED: Final = 10


@attrs.frozen(kw_only=True)
class Contents:
    """The contents of the tables that the check needs.

    Args:
        revision: The revision in the version table, or empty; ``None``: the login may not read it.
        uncapped: Active restaurants without a capacity rule, at most ``NAMED``; ``None``: the login
            may not read them.
    """

    revision: str | None = None
    uncapped: tuple[str, ...] | None = None


class Introspector(ABC):
    """Asks a database for facts. It does not judge them.

    Args:
        schema: The schema that holds the tables on PostgreSQL.
        role: The role of the transactions; ``None``: the role of the login.
    """

    _FACTS: ClassVar[str]
    _NAMES: ClassVar[str]
    """Gathers ids into a JSON list."""

    def __init__(self, schema: str, role: str | None) -> None:
        self._prefix = self._prefix_of(schema)
        self._names = {"schema": schema, "role": role, "jobs": JOBS_ROLE, "version": VERSION_TABLE}
        self._facts = Statement(
            "inspect_database",
            self._FACTS,
            "Read settings, roles, and what the catalog of the database says about the tables.",
        )

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of a check in the order in which they run."""
        return self._facts, _SET_ROLE, self._contents_statement(reads_rules=True)

    @staticmethod
    @abstractmethod
    def _prefix_of(schema: str) -> str:
        """Return the prefix of a table name."""

    @abstractmethod
    def _parameters(self) -> dict[str, Any]:
        """Return the parameters of the statement of facts."""

    def facts(self, cursor: Cursor) -> Facts:
        """Read the facts that any login may know."""
        ((text,),) = cursor.rows(self._facts, self._parameters())
        facts: Facts = loads(text)
        return facts

    def contents(self, cursor: Cursor, role: str | None, *, reads_rules: bool) -> Contents:
        """Read the contents of tables in a role that may read them."""
        if role is not None:
            cursor.rows(_SET_ROLE, {"role": role})
        ((revision, names),) = cursor.rows(self._contents_statement(reads_rules=reads_rules))
        return Contents(revision=revision, uncapped=None if names is None else tuple(loads(names)))

    def _contents_statement(self, *, reads_rules: bool) -> Statement:
        table = f"{self._prefix}{VERSION_TABLE}"
        # Our own names, no input.
        revision = f"(SELECT coalesce(max(version_num), '') FROM {table})"  # noqa: S608  # Ours.
        uncapped = self._uncapped() if reads_rules else "NULL"
        return Statement(
            "inspect_contents",
            f"SELECT {revision}, {uncapped}",
            "Read the revision of the tables, and active restaurants without a capacity rule.",
        )

    def _uncapped(self) -> str:
        return f"""(SELECT {self._NAMES} FROM (
            SELECT id FROM {self._prefix}restaurants WHERE is_active AND NOT EXISTS (
                SELECT 1 FROM {self._prefix}restaurant_capacity_rules
                WHERE restaurant_id = restaurants.id
            ) ORDER BY id LIMIT {NAMED}
        ) AS uncapped)"""  # noqa: S608  # Our names.


_SET_ROLE: Final = Statement(
    "inspect_as_role",
    "SELECT set_config('role', %(role)s, true)",
    "Take a role until the end of the transaction.",
)


class PostgresIntrospector(Introspector):
    """Reads the system catalog of PostgreSQL, which needs no rights on the tables."""

    _NAMES = "coalesce(json_agg(id ORDER BY id), '[]'::json)::text"

    @staticmethod
    def _prefix_of(schema: str) -> str:
        return f"{quoted(schema)}."

    def _parameters(self) -> dict[str, Any]:
        return self._names

    _FACTS = """
WITH
place AS (SELECT oid FROM pg_namespace WHERE nspname = %(schema)s),
acting AS (SELECT * FROM pg_roles WHERE rolname = coalesce(CAST(%(role)s AS text), session_user)),
jobs AS (SELECT * FROM pg_roles WHERE rolname = %(jobs)s),
taking AS (
    SELECT CASE
        WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER'
    END AS how
),
ours AS (
    SELECT pg_class.* FROM pg_class JOIN place ON relnamespace = place.oid
    WHERE relkind IN ('r', 'p') AND NOT relispartition
)
SELECT json_build_object(
    'version', current_setting('server_version_num')::int,
    'login', session_user,
    'login_is_superuser', (SELECT rolsuper FROM pg_roles WHERE rolname = session_user),
    'synchronous_commit', current_setting('synchronous_commit'),
    'fsync', current_setting('fsync'),
    'full_page_writes', current_setting('full_page_writes'),
    'role', (SELECT json_build_object(
        'name', rolname,
        'is_unbound', rolsuper OR rolbypassrls,
        'may_be_taken', pg_has_role(session_user, oid, how),
        'is_inherited', pg_has_role(session_user, oid, 'USAGE'),
        'enters_schema', (SELECT has_schema_privilege(acting.oid, place.oid, 'USAGE') FROM place)
    ) FROM acting, taking),
    'jobs', (SELECT json_build_object(
        'may_be_taken', pg_has_role(session_user, oid, how),
        'is_inherited', pg_has_role(session_user, oid, 'USAGE'),
        'reads', (
            SELECT bool_and(has_any_column_privilege(jobs.oid, ours.oid, 'SELECT')) FROM ours
            WHERE relname IN ('restaurants', 'restaurant_capacity_rules', %(version)s)
        )
    ) FROM jobs, taking),
    'tables', (SELECT json_object_agg(relname, json_build_object(
        'is_secured', relrowsecurity AND relforcerowsecurity,
        'is_owned', (
            SELECT NOT rolsuper AND pg_has_role(acting.oid, relowner, 'MEMBER') FROM acting
        ),
        'verbs', (
            SELECT json_agg(verb) FROM acting,
                unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS verb
            WHERE has_table_privilege(acting.oid, ours.oid, verb)
        ),
        'columns', (
            SELECT json_agg(attname) FROM pg_attribute
            WHERE attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
        ),
        'policies', (SELECT json_agg(polname) FROM pg_policy WHERE polrelid = ours.oid)
    )) FROM ours),
    'constraints', (SELECT json_object_agg(conname, json_build_object(
        'table', relname,
        'kind', contype,
        'columns', (
            SELECT json_agg(attname ORDER BY place_of)
            FROM unnest(conkey) WITH ORDINALITY AS keyed (attnum, place_of)
            JOIN pg_attribute USING (attnum) WHERE attrelid = conrelid
        ),
        'says', pg_get_constraintdef(pg_constraint.oid),
        'is_deferred', condeferred,
        'is_on', convalidated AND NOT EXISTS (
            SELECT FROM pg_trigger WHERE tgconstraint = pg_constraint.oid AND tgenabled <> 'O'
        )
    )) FROM pg_constraint JOIN ours ON ours.oid = conrelid),
    'indexes', (
        SELECT json_agg(pg_class.relname) FROM pg_index
        JOIN ours ON ours.oid = indrelid JOIN pg_class ON pg_class.oid = indexrelid WHERE indisvalid
    )
)::text"""


class SqliteIntrospector(Introspector):
    """Reads the schema table and the pragmas of SQLite.

    ``pragma_table_xinfo`` lists all columns, generated ones and those added later included. The
    text of CREATE TABLE serves for the names of constraints only.
    """

    _NAMES = "json_group_array(id)"

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of a check; SQLite has no roles."""
        return self._facts, self._contents_statement(reads_rules=True)

    @staticmethod
    def _prefix_of(schema: str) -> str:
        del schema
        return ""

    def _parameters(self) -> dict[str, Any]:
        return {}

    _FACTS = """
SELECT json_object(
    'version', sqlite_version(),
    'foreign_keys', (SELECT foreign_keys FROM pragma_foreign_keys),
    'journal_mode', (SELECT journal_mode FROM pragma_journal_mode),
    'synchronous', (SELECT synchronous FROM pragma_synchronous),
    'tables', (SELECT json_group_object(master.name, json_object(
        'text', master.sql,
        'columns', (SELECT json_group_array(name) FROM pragma_table_xinfo(master.name))
    )) FROM sqlite_master AS master WHERE master.type = 'table'),
    'triggers', (SELECT json_group_object(name, sql) FROM sqlite_master WHERE type = 'trigger'),
    'indexes', (SELECT json_group_array(name) FROM sqlite_master WHERE type = 'index')
)"""
