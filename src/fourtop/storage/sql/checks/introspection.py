"""Surveying: the few statements that ask a database for all that an inspection judges."""

from __future__ import annotations

from typing import Any, Final

import attrs

from fourtop.storage.sql.connection.transaction import Line
from fourtop.storage.sql.statements.dialect import Idiom, Statement
from fourtop.storage.sql.tables.catalog import VERSION_TABLE, quoted
from fourtop.storage.sql.tables.codec import loads
from fourtop.storage.sql.tables.security import JOBS_ROLE

Facts = dict[str, Any]

# So many restaurants without a rule are named; of more, one learns nothing new.
NAMED: Final = 10


@attrs.frozen(kw_only=True)
class Contents:
    """What stands in the tables, as far as the transaction may read it.

    Args:
        revision: What the version table says, and empty if it says nothing; ``None``: nobody may
            look.
        uncapped: Active restaurants without a capacity rule, at most ``NAMED``; ``None``: nobody
            may look.
    """

    revision: str | None = None
    uncapped: tuple[str, ...] | None = None


class Surveyor:
    """Asks a database what there is. Three statements at most; knows nothing of what should be.

    Args:
        idiom: The database's.
        schema: The schema that the tables live in.
        role: The role that transactions run in; ``None``: the login's own.
    """

    def __init__(self, idiom: Idiom, schema: str, role: str | None) -> None:
        self._idiom = idiom
        self._names = {"schema": schema, "role": role, "jobs": JOBS_ROLE, "version": VERSION_TABLE}
        self._place = f"{quoted(schema)}." if idiom.is_postgresql else ""
        self._facts = Statement(_POSTGRESQL if idiom.is_postgresql else _SQLITE)

    def facts(self, line: Line) -> Facts:
        """Ask for everything that anybody may know: settings, roles, and what the catalog says of the tables."""
        ((text,),) = line.rows(self._facts, self._names if self._idiom.is_postgresql else {})
        facts: Facts = loads(text)
        return facts

    def contents(self, line: Line, role: str | None, *, reads_rules: bool) -> Contents:
        """Ask for what stands in the tables, in a role that may read it."""
        if role is not None:
            line.rows(Statement("SELECT set_config('role', %(role)s, true)"), {"role": role})
        table = f"{self._place}{VERSION_TABLE}"
        revision = f"(SELECT coalesce(max(version_num), '') FROM {table})"  # noqa: S608  # Our own names.
        uncapped = self._uncapped() if reads_rules else "NULL"
        ((found, names),) = line.rows(Statement(f"SELECT {revision}, {uncapped}"))
        return Contents(revision=found, uncapped=None if names is None else tuple(loads(names)))

    def _uncapped(self) -> str:
        gather = (
            "coalesce(json_agg(id ORDER BY id), '[]'::json)::text"
            if self._place
            else "json_group_array(id)"
        )
        return f"""(SELECT {gather} FROM (
            SELECT id FROM {self._place}restaurants WHERE is_active AND NOT EXISTS (
                SELECT 1 FROM {self._place}restaurant_capacity_rules WHERE restaurant_id = restaurants.id
            ) ORDER BY id LIMIT {NAMED}
        ) AS uncapped)"""  # noqa: S608  # Our own names.


# What is asked in the catalog needs no right to the tables, or to the schema.
_POSTGRESQL: Final = """
WITH
place AS (SELECT oid FROM pg_namespace WHERE nspname = %(schema)s),
acting AS (SELECT * FROM pg_roles WHERE rolname = coalesce(CAST(%(role)s AS text), session_user)),
jobs AS (SELECT * FROM pg_roles WHERE rolname = %(jobs)s),
taking AS (SELECT CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END AS how),
ours AS (SELECT pg_class.* FROM pg_class JOIN place ON relnamespace = place.oid WHERE relkind IN ('r', 'p'))
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
        'is_owned', (SELECT NOT rolsuper AND pg_has_role(acting.oid, relowner, 'MEMBER') FROM acting),
        'verbs', (
            SELECT json_agg(verb) FROM acting, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS verb
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
            SELECT json_agg(attname ORDER BY place_of) FROM unnest(conkey) WITH ORDINALITY AS keyed (attnum, place_of)
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

_SQLITE: Final = """
SELECT json_object(
    'version', sqlite_version(),
    'foreign_keys', (SELECT foreign_keys FROM pragma_foreign_keys),
    'journal_mode', (SELECT journal_mode FROM pragma_journal_mode),
    'synchronous', (SELECT synchronous FROM pragma_synchronous),
    'tables', (SELECT json_group_object(name, sql) FROM sqlite_master WHERE type = 'table'),
    'triggers', (SELECT json_group_object(name, sql) FROM sqlite_master WHERE type = 'trigger'),
    'indexes', (SELECT json_group_array(name) FROM sqlite_master WHERE type = 'index')
)"""
