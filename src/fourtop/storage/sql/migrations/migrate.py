"""Create the tables in a database, change them with each version of the package, drop them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

import attrs
from alembic.config import Config
from alembic.runtime.migration import MigrationContext, MigrationStep, RevisionStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from fourtop.errors import FourtopError, InvalidInput, OutcomeUnknown, StoreMisconfigured, safe_repr
from fourtop.storage.sql.connection.engine import as_engine
from fourtop.storage.sql.connection.errors import Fault, as_ours, code_of, fault_of
from fourtop.storage.sql.connection.transaction import WAITS_SECONDS, pause
from fourtop.storage.sql.migrations.step import Step
from fourtop.storage.sql.tables.catalog import DEFAULT_SCHEMA, VERSION_TABLE, catalog
from fourtop.storage.sql.tables.columns import quoted
from fourtop.storage.sql.tables.security import APP_ROLE, JOBS_ROLE

T = TypeVar("T")

_BASE: Final = "base"
_HEAD: Final = "head"
# Two databases of one server may be migrated at once. The second migration then gets one of two
# errors, because the role exists.
_MAKE_ROLE: Final = """DO $$ BEGIN
    CREATE ROLE {role} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$"""


@attrs.frozen
class Revision:
    """A step of the schema.

    Args:
        id: The revision's name in the version table.
        says: What the revision does, in a line.
    """

    id: str
    says: str


def migrate(
    source: str | Engine, *, schema: str = DEFAULT_SCHEMA, revision: str = _HEAD
) -> tuple[str, ...]:
    """Upgrade a database to a revision, in one transaction: all of it or nothing.

    A second call does nothing. Of two processes at once, the second waits for the first. The rows
    stay. On PostgreSQL the login must own the schema or have the right to create it. It must also
    have the right to create the extension ``btree_gist`` and the roles ``fourtop_app`` and
    ``fourtop_jobs`` where they are missing.

    Args:
        source: A URL, or an engine of the host.
        schema: The schema on PostgreSQL.
        revision: The target, ``"head"`` for the newest. An older one than the database has does
            nothing.

    Returns:
        The revisions that were run, oldest first. Empty if the database was up to date.

    Raises:
        InvalidInput: The source or the revision is invalid; pass another.
        StoreMisconfigured: The database cannot be migrated; the error says what to repair.
        StoreUnavailable: The database cannot be reached or is locked; nothing was changed, try
            again.
        OutcomeUnknown: The reply to the commit was lost; call again.
    """
    scripts = _Scripts()
    goal = scripts.place(revision)

    def work(connection: Connection) -> tuple[str, ...]:
        if connection.dialect.name == "postgresql":
            _prepare(connection, schema)
        return _run(
            connection, schema, lambda now: scripts.up(scripts.place(now, is_stored=True), goal)
        )

    return _transact(source, schema, work)


def downgrade(
    source: str | Engine, *, schema: str = DEFAULT_SCHEMA, revision: str
) -> tuple[str, ...]:
    """Downgrade a database to a revision, in one transaction: all of it or nothing.

    ``"base"`` drops everything that fourtop made, with all data: the tables, the version table and
    the schema, unless the schema holds other objects. The extension and the roles stay, because
    other databases may use them.

    Args:
        source: A URL, or an engine of the host.
        schema: The schema on PostgreSQL.
        revision: The target. A newer one than the database has does nothing.

    Returns:
        The revisions that were undone, newest first.

    Raises:
        InvalidInput: The source or the revision is invalid; pass another.
        StoreMisconfigured: The database cannot be changed; the error says what to repair.
        StoreUnavailable: The database cannot be reached or is locked; nothing was changed, try
            again.
        OutcomeUnknown: The reply to the commit was lost; call again.
    """
    scripts = _Scripts()
    goal = scripts.place(revision)

    def work(connection: Connection) -> tuple[str, ...]:
        if not _has_version(connection, schema):
            return ()
        gone = _run(
            connection, schema, lambda now: scripts.down(scripts.place(now, is_stored=True), goal)
        )
        if goal == 0:
            _clear(connection, schema)
        return gone

    return _transact(source, schema, work)


def current(source: str | Engine, *, schema: str = DEFAULT_SCHEMA) -> str | None:
    """Return the revision of a database; ``None`` if it has no tables of fourtop.

    Raises:
        InvalidInput: The source is invalid; pass another.
        StoreMisconfigured: The login may not read the version table; use another login.
        StoreUnavailable: The database cannot be reached; try again.
    """
    return _transact(
        source, schema, lambda connection: _context(connection, schema).get_current_revision()
    )


def history() -> tuple[Revision, ...]:
    """Return all revisions of this package, oldest first."""
    return tuple(Revision(each.revision, each.doc) for each in _Scripts().all)


def exclude_fourtop(
    connection: Connection, schema: str = DEFAULT_SCHEMA
) -> Callable[[str | None, str, Mapping[Any, str | None]], bool]:
    """Return a hook that hides our tables from the autogenerate of a host's own Alembic.

    Pass it to ``context.configure`` in the host's ``env.py`` as
    ``include_name=exclude_fourtop(connection)``. On PostgreSQL it hides our schema, on SQLite our
    tables by their names.

    Args:
        connection: The host's connection to the database.
        schema: The schema of our tables on PostgreSQL.
    """
    ours = {*catalog("sqlite").names, VERSION_TABLE}
    # Alembic gives no name to the default schema of a login.
    is_default = (
        connection.dialect.name != "postgresql" or connection.dialect.default_schema_name == schema
    )

    def include_name(name: str | None, kind: str, parents: Mapping[Any, str | None]) -> bool:
        if kind == "schema":
            return name != schema
        place = parents.get("schema_name")
        table = name if kind == "table" else parents.get("table_name")
        return place != schema and not (is_default and place is None and table in ours)

    return include_name


# ---- one transaction, alone ----------------------------------------------------------------------


def _transact(source: str | Engine, schema: str, work: Callable[[Connection], T]) -> T:
    engine, database = as_engine(source)
    try:
        for wait in (*WAITS_SECONDS, None):
            try:
                with _begun(engine, None if database == "sqlite" else schema) as connection:
                    return work(connection)
            except Exception as error:
                fault = fault_of(error)
                if fault is None:
                    raise
                if fault is not Fault.TRANSIENT or wait is None:
                    raise _as_ours(error, fault) from error
                pause(wait * random.uniform(0.5, 1.0))  # noqa: S311  # Nothing here is secret.
    finally:
        if not isinstance(source, Engine):
            engine.dispose()
    raise AssertionError("the last try returns or raises")


@contextmanager
def _begun(engine: Engine, schema: str | None) -> Iterator[Connection]:
    """Yield a connection in a transaction of our own, which excludes every other migration."""
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql(
            "BEGIN IMMEDIATE" if schema is None else "BEGIN ISOLATION LEVEL READ COMMITTED"
        )
        try:
            if schema is not None:
                # The lock ends with the transaction, so that a pooler works.
                lock = "SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))"
                connection.exec_driver_sql(lock, {"name": f"fourtop.migrate {schema}"})
            yield connection
        except BaseException:
            # A lost connection has ended the transaction.
            with suppress(Exception):
                connection.exec_driver_sql("ROLLBACK")
            raise
        try:
            connection.exec_driver_sql("COMMIT")
        except Exception as error:
            if fault_of(error) is Fault.LOST:
                raise OutcomeUnknown("migrate") from error
            raise


def _as_ours(error: Exception, fault: Fault) -> FourtopError:
    if fault is Fault.MISCONFIGURED:
        why = "the database refuses a statement of the migration"
        return StoreMisconfigured(
            (f"{why} ({code_of(error)}): the login may not do it, or something is in its way",)
        )
    return as_ours(error, fault)


# ---- inside the transaction ----------------------------------------------------------------------


class _Scripts:
    """The revisions in their order."""

    def __init__(self) -> None:
        config = Config()
        config.set_main_option("script_location", "fourtop.storage.sql:migrations")
        config.set_main_option("path_separator", "os")
        self._directory = ScriptDirectory.from_config(config)
        self.all: Sequence[Script] = list(reversed(list(self._directory.walk_revisions())))

    def place(self, revision: str | None, *, is_stored: bool = False) -> int:
        """Return how many revisions a database at this revision has run.

        Raises:
            InvalidInput: No revision has this name.
            StoreMisconfigured: A database has a revision that this package does not know.
        """
        if revision in (None, _BASE):
            return 0
        ids = [each.revision for each in self.all]
        if revision == _HEAD:
            return len(ids)
        if revision in ids:
            return ids.index(revision) + 1
        if is_stored:
            why = f"a later version of fourtop made the schema's revision, {safe_repr(revision)}"
            raise StoreMisconfigured((f"{why}: install that version",))
        raise InvalidInput(
            "revision", f"must be {_BASE}, {_HEAD} or one of {', '.join(ids)}", safe_repr(revision)
        )

    def up(self, now: int, goal: int) -> list[RevisionStep]:
        """Return the steps up."""
        known = self._directory.revision_map
        return [MigrationStep.upgrade_from_script(known, each) for each in self.all[now:goal]]

    def down(self, now: int, goal: int) -> list[RevisionStep]:
        """Return the steps down."""
        known = self._directory.revision_map
        return [
            MigrationStep.downgrade_from_script(known, each)
            for each in reversed(self.all[goal:now])
        ]


def _run(
    connection: Connection, schema: str, plan: Callable[[str | None], list[RevisionStep]]
) -> tuple[str, ...]:
    steps: list[RevisionStep] = []

    def planned(heads: tuple[str, ...], _: MigrationContext) -> list[RevisionStep]:
        steps.extend(plan(heads[0] if heads else None))
        return steps

    is_postgresql = connection.dialect.name == "postgresql"
    context = _context(connection, schema, fn=planned)
    context.run_migrations(step=Step(connection, quoted(schema) if is_postgresql else ""))
    return tuple(each.revision.revision for each in steps)


def _context(connection: Connection, schema: str, **options: Any) -> MigrationContext:
    place = schema if connection.dialect.name == "postgresql" else None
    options |= {"version_table": VERSION_TABLE, "version_table_schema": place}
    return MigrationContext.configure(connection, opts=options)


def _has_version(connection: Connection, schema: str) -> bool:
    place = schema if connection.dialect.name == "postgresql" else None
    return inspect(connection).has_table(VERSION_TABLE, schema=place)


# ---- schema, extension and roles -----------------------------------------------------------------


def _prepare(connection: Connection, schema: str) -> None:
    """Create the schema, the extension and the roles where they are missing.

    Raises:
        StoreMisconfigured: The login may not; the error has the statements for an administrator.
    """
    missing = {
        f"CREATE SCHEMA {quoted(schema)}": f"CREATE SCHEMA {quoted(schema)}",
        "CREATE EXTENSION btree_gist": "CREATE EXTENSION IF NOT EXISTS btree_gist",
        **{
            f"CREATE ROLE {role} NOLOGIN": _MAKE_ROLE.format(role=role)
            for role in (APP_ROLE, JOBS_ROLE)
        },
    }
    there = connection.exec_driver_sql(
        """SELECT 'CREATE SCHEMA ' || quote_ident(nspname) FROM pg_namespace
        UNION ALL SELECT 'CREATE EXTENSION ' || extname FROM pg_extension
        UNION ALL SELECT 'CREATE ROLE ' || rolname || ' NOLOGIN' FROM pg_roles"""
    )
    for (line,) in there:
        missing.pop(line, None)
    refused = [line for line, statement in missing.items() if not _may(connection, statement)]
    if refused:
        lines = " ".join(f"{line};" for line in refused)
        raise StoreMisconfigured(
            (f"the login may not create what is missing; ask an administrator to run: {lines}",)
        )


def _may(connection: Connection, statement: str) -> bool:
    """Run a statement and return whether the login may; if not, the transaction goes on."""
    connection.exec_driver_sql("SAVEPOINT shared")
    try:
        connection.exec_driver_sql(statement)
    except Exception as error:
        if fault_of(error) is not Fault.MISCONFIGURED:
            raise
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT shared")
        return False
    connection.exec_driver_sql("RELEASE SAVEPOINT shared")
    return True


def _clear(connection: Connection, schema: str) -> None:
    """Drop the version table, and the schema unless it holds other objects."""
    step = Step(connection, quoted(schema))
    step.drop(VERSION_TABLE)
    if step.is_postgresql and not _is_used(connection, schema):
        step.run("DROP SCHEMA {schema} RESTRICT")


def _is_used(connection: Connection, schema: str) -> bool:
    """Return whether a schema holds anything: every object in it depends on it."""
    found = connection.exec_driver_sql(
        """SELECT FROM pg_depend JOIN pg_namespace ON pg_namespace.oid = refobjid
        WHERE refclassid = 'pg_namespace'::regclass AND nspname = %(schema)s LIMIT 1""",
        {"schema": schema},
    )
    return bool(found.fetchall())
