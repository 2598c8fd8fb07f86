"""Judge whether a database is as the stores need it, by the facts that introspection found."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from fourtop.clock import SystemClock
from fourtop.storage.sql.checks.findings import KINDS, Finding, found
from fourtop.storage.sql.checks.introspection import (
    NAMED,
    Contents,
    Facts,
    Introspector,
    PostgresIntrospector,
    SqliteIntrospector,
)
from fourtop.storage.sql.connection.connection import Connection
from fourtop.storage.sql.connection.tenant import StoreOptions
from fourtop.storage.sql.connection.transaction import TransactionRunner
from fourtop.storage.sql.statement import Statement
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.tables.allocation import NO_OVERLAP
from fourtop.storage.sql.tables.catalog import REVISION, VERSION_TABLE
from fourtop.storage.sql.tables.columns import Database
from fourtop.storage.sql.tables.security import JOBS_ROLE, RIGHTS, guards

OLDEST_POSTGRESQL: Final = 150_000
OLDEST_SQLITE: Final = (3, 40)
# A checkpoint that begins while another connection restarts the log may count a part of the log as
# done, and the database loses it. Fixed in 3.51.3, then in two older lines
# (sqlite.org/wal.html#walresetbug).
MENDED_SQLITE: Final = (3, 51, 3)
MENDED_LINES: Final = ((3, 44, 6), (3, 50, 7))
FULL: Final = 2

_ORDER: Final = {code: place for place, code in enumerate(KINDS)}
_NO_OVERLAP_TEXT: Final = (
    "EXCLUDE USING gist (restaurant_id WITH =, resource_type WITH =, resource_id WITH =,"
    ' "window" WITH &&) WHERE (NOT shadow) DEFERRABLE'
)
_KINDS: Final[dict[type[Constraint], str]] = {
    PrimaryKeyConstraint: "p",
    ForeignKeyConstraint: "f",
    UniqueConstraint: "u",
    CheckConstraint: "c",
}
_NOT_AS_MADE: Final = "is missing, disabled, or not as the migration made it"


class Inspector:
    """Judges whether a database is as the stores need it.

    It changes nothing; but connecting to SQLite makes the file.

    Args:
        dialect: The dialect of the database.
        options: The options of the store.
        transactions: Runs the one transaction of an inspection.
    """

    def __init__(
        self, dialect: Dialect, options: StoreOptions, transactions: TransactionRunner
    ) -> None:
        self._dialect = dialect
        self._options = options
        self._transactions = transactions
        self._rules = _RULES[dialect.database](dialect, options)

    def within(self, transactions: TransactionRunner) -> Inspector:
        """Return an inspector with the same rules whose transactions are those of a host."""
        other = copy(self)
        other._transactions = transactions  # noqa: SLF001  # A copy of this object.
        return other

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of an inspection in the order in which they run."""
        return self._rules.introspector.statements

    def inspect(self) -> tuple[Finding, ...]:
        """Return the findings: refusals first, then in the order of ``KINDS``.

        It takes one transaction of at most three statements.

        Raises:
            StoreUnavailable: The database cannot be reached; try again.
            StoreMisconfigured: The database cannot be checked; the text says why.
        """
        return self._transactions.run(self._dialect.read_mode, self._inspect, "inspect")

    def _inspect(self, connection: Connection) -> tuple[Finding, ...]:
        rules = self._rules
        facts = rules.introspector.facts(connection)
        findings = [*rules.of_place(facts), *clock_findings(self._dialect, self._options)]
        if VERSION_TABLE not in (facts["tables"] or {}):
            findings.append(found("schema_missing", "the database has no tables of fourtop"))
        else:
            contents = rules.contents(connection, facts)
            findings += [
                *_of_revision(contents.revision),
                *rules.of_tables(facts),
                *_of_contents(contents),
            ]
        return ordered(findings)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in order: refusals first, then in the order of ``KINDS``."""
    return tuple(sorted(findings, key=lambda each: (each.severity.rank, _ORDER[each.code])))


def clock_ahead(restaurant_id: str) -> Finding:
    """Return the finding of a restaurant with a told time far ahead of the clock."""
    return found(
        "clock_ahead",
        f"restaurant {restaurant_id} was told a time more than five minutes ahead of the clock",
    )


def clock_findings(dialect: Dialect, options: StoreOptions) -> Iterator[Finding]:
    """Yield the findings about a store's clock; they need no statement."""
    clock = options.clock
    # Without a clock of its own, SQLite uses that of this machine anyway.
    is_usual = dialect.server_clock is None and isinstance(clock, SystemClock)
    if clock is not None and not is_usual:
        yield found("clock_injected", f"a {type(clock).__name__} tells the time, not the database")


# ---- revision and contents -----------------------------------------------------------------------


def _of_revision(revision: str | None) -> Iterator[Finding]:
    if revision is not None and revision < REVISION:
        place = f"at revision {revision}" if revision else "at no revision"
        yield found("schema_old", f"the schema is {place}, before {REVISION}")
    elif revision is not None and revision > REVISION:
        yield found("schema_new", f"the schema is at revision {revision}, after {REVISION}")


def _of_contents(contents: Contents) -> Iterator[Finding]:
    for number, id_ in enumerate(contents.uncapped or ()):
        more = ", and it is not the only one" if number == NAMED - 1 else ""
        yield found(
            "restaurant_uncapped", f"restaurant {id_} is active and has no capacity rule{more}"
        )


# ---- tables --------------------------------------------------------------------------------------


class _Rules(ABC):
    """The rules for one database."""

    introspector: Introspector

    def __init__(self, dialect: Dialect, options: StoreOptions) -> None:
        self._catalog = dialect.tables
        self._options = options

    @abstractmethod
    def contents(self, connection: Connection, facts: Facts) -> Contents:
        """Read the contents of tables as far as the login may."""

    def of_tables(self, facts: Facts) -> Iterator[Finding]:
        """Yield the faults of the tables."""
        for name in self._catalog.names:
            yield from self._of_table(facts, self._catalog[name])
        yield from self._of_guards(facts)

    @abstractmethod
    def of_place(self, facts: Facts) -> Iterator[Finding]:
        """Yield the faults of the server or the file."""

    def _of_table(self, facts: Facts, table: Table) -> Iterator[Finding]:
        if table.name not in facts["tables"]:
            yield found("table_missing", f"table {table.name} is missing")
            return
        columns = facts["tables"][table.name]["columns"]
        for column in table.columns:
            if column.name not in columns:
                yield found("column_missing", f"column {column.name} of {table.name} is missing")
        for constraint in sorted(table.constraints, key=lambda each: str(each.name)):
            if constraint.name is not None and not self._has_constraint(facts, table, constraint):
                yield found(
                    "constraint_missing",
                    f"constraint {constraint.name} of {table.name} {_NOT_AS_MADE}",
                )
        indexes = facts["indexes"] or ()
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            if index.name not in indexes:
                code = "constraint_missing" if index.unique else "index_missing"
                yield found(code, f"index {index.name} of {table.name} is missing")

    @abstractmethod
    def _has_constraint(self, facts: Facts, table: Table, constraint: Constraint) -> bool:
        """Whether a table has a constraint as the migration made it."""

    @abstractmethod
    def _of_guards(self, facts: Facts) -> Iterator[Finding]:
        """Yield the faults of triggers or of rights on the schema."""


class PostgresRules(_Rules):
    """The rules for PostgreSQL, above all for constraints, policies and roles."""

    def __init__(self, dialect: Dialect, options: StoreOptions) -> None:
        super().__init__(dialect, options)
        self.introspector: PostgresIntrospector = PostgresIntrospector(
            dialect.tables.metadata.schema or "", options.role
        )

    def contents(self, connection: Connection, facts: Facts) -> Contents:
        """Read as the jobs if the login may be one of them, else only the revision."""
        role, jobs = facts["role"], facts["jobs"]
        if jobs and jobs["may_be_taken"] and jobs["reads"] and self._options.role is not None:
            return self.introspector.contents(connection, JOBS_ROLE, reads_rules=True)
        is_readable = (
            "SELECT" in (facts["tables"][VERSION_TABLE]["verbs"] or ()) and role["enters_schema"]
        )
        if role and role["may_be_taken"] and is_readable:
            return self.introspector.contents(connection, self._options.role, reads_rules=False)
        return Contents()

    def of_place(self, facts: Facts) -> Iterator[Finding]:
        """Yield the faults of the server, the login and its roles."""
        yield from _of_login(facts, self._options.role)
        yield from _of_server(facts)

    def _has_constraint(self, facts: Facts, table: Table, constraint: Constraint) -> bool:
        there = (facts["constraints"] or {}).get(constraint.name)
        if there is None or not there["is_on"] or there["table"] != table.name:
            return False
        if there["is_deferred"] != (getattr(constraint, "initially", None) == "DEFERRED"):
            return False
        if constraint.name == NO_OVERLAP:
            return _squeezed(there["says"]) == _squeezed(_NO_OVERLAP_TEXT)
        kind = _KINDS[type(constraint)]
        # Each version of the server prints the condition of a CHECK in its own way.
        columns = [column.name for column in getattr(constraint, "columns", ())]
        return there["kind"] == kind and (kind == "c" or there["columns"] == columns)

    def _of_table(self, facts: Facts, table: Table) -> Iterator[Finding]:
        yield from super()._of_table(facts, table)
        there = facts["tables"].get(table.name)
        if there is None:
            return
        if not there["is_secured"]:
            yield found(
                "row_security_off",
                f"row-level security of {table.name} is off, or does not apply to its owner",
            )
        expected = {"tenant", *(f"jobs_{verb.lower()}" for verb in RIGHTS[table.name].jobs)}
        expected |= {"listing"} if table.name == "restaurants" else set()
        policies = set(there["policies"] or ())
        for name in sorted(expected - policies):
            yield found("policy_missing", f"policy {name} of {table.name} is missing")
        for name in sorted(policies - expected):
            yield found("policy_unknown", f"policy {name} of {table.name} is not fourtop's")
        if facts["role"] is None:
            return
        for verb in sorted(set(RIGHTS[table.name].app) - set(there["verbs"] or ())):
            yield found("grant_missing", f"{facts['role']['name']} may not {verb} in {table.name}")

    def _of_guards(self, facts: Facts) -> Iterator[Finding]:
        role = facts["role"]
        if role is not None and not role["enters_schema"]:
            yield found("grant_missing", f"{role['name']} may not use the schema")
        if role is not None and "SELECT" not in (facts["tables"][VERSION_TABLE]["verbs"] or ()):
            yield found("grant_missing", f"{role['name']} may not SELECT in {VERSION_TABLE}")


class SqliteRules(_Rules):
    """The rules for SQLite, above all for triggers and pragmas."""

    def __init__(self, dialect: Dialect, options: StoreOptions) -> None:
        super().__init__(dialect, options)
        self.introspector: SqliteIntrospector = SqliteIntrospector("", None)

    def contents(self, connection: Connection, facts: Facts) -> Contents:
        """Read the revision, and the rules if their table is there."""
        has_rules = {"restaurants", "restaurant_capacity_rules"} <= facts["tables"].keys()
        return self.introspector.contents(connection, None, reads_rules=has_rules)

    def of_place(self, facts: Facts) -> Iterator[Finding]:
        """Yield the faults of the file and its connection."""
        return _of_file(facts)

    def _has_constraint(self, facts: Facts, table: Table, constraint: Constraint) -> bool:
        return f"CONSTRAINT {constraint.name} " in facts["tables"][table.name]["text"]

    def _of_guards(self, facts: Facts) -> Iterator[Finding]:
        for statement in guards(self._catalog):
            name = statement.split(maxsplit=3)[2]
            if _squeezed((facts["triggers"] or {}).get(name, "")) != _squeezed(statement):
                yield found("constraint_missing", f"trigger {name} of allocations {_NOT_AS_MADE}")


_RULES: Final[Mapping[Database, type[PostgresRules | SqliteRules]]] = {
    "postgresql": PostgresRules,
    "sqlite": SqliteRules,
}


def _squeezed(text: str) -> str:
    """Return a statement without spaces, brackets and quotation marks, which servers vary."""
    return re.sub(r'[\s()";]', "", text)


# ---- server and file -----------------------------------------------------------------------------


def _of_login(facts: Facts, wanted: str | None) -> Iterator[Finding]:
    role, login, jobs = facts["role"], facts["login"], facts["jobs"]
    if role is None:
        yield found("role_missing", f"the role {wanted} does not exist")
    else:
        yield from _of_role(facts, role, wanted)
    if wanted is None:
        if jobs and jobs["is_inherited"] and not facts["login_is_superuser"]:
            yield found(
                "role_unbound",
                f"transactions run as {login}, which sees every restaurant as the jobs do",
            )
        return
    if facts["login_is_superuser"]:
        yield found(
            "login_superuser",
            f"{login} is a superuser: a statement that takes no role sees everything",
        )
    elif any(each and each["is_inherited"] for each in (role, jobs)):
        yield found("login_inherits", f"{login} has the rights of its roles before it takes one")
    if jobs and not jobs["may_be_taken"]:
        yield found("jobs_not_granted", f"{login} is not a member of {JOBS_ROLE}")


def _of_server(facts: Facts) -> Iterator[Finding]:
    if facts["synchronous_commit"] == "off":
        yield found(
            "commit_not_waited_for",
            "synchronous_commit is off: a crash of the server may lose confirmed bookings",
        )
    if "off" in (facts["fsync"], facts["full_page_writes"]):
        yield found(
            "disk_not_waited_for",
            "fsync or full_page_writes is off: a power cut may lose the whole database",
        )
    if facts["version"] < OLDEST_POSTGRESQL:
        version = facts["version"] // 10_000
        yield found("server_old", f"the server's version is {version}, which is not tested")


def _of_role(facts: Facts, role: Facts, wanted: str | None) -> Iterator[Finding]:
    name = role["name"]
    if wanted is not None and not role["may_be_taken"]:
        yield found("role_not_granted", f"{facts['login']} is not a member of {name}")
    if role["is_unbound"]:
        yield found(
            "role_unbound", f"transactions run as {name}, which bypasses row-level security"
        )
    if any(table["is_owned"] for table in (facts["tables"] or {}).values()):
        yield found(
            "role_owns_tables",
            f"transactions run as {name}, which owns tables and may drop their policies",
        )


def _of_file(facts: Facts) -> Iterator[Finding]:
    if not facts["foreign_keys"]:
        yield found("foreign_keys_off", "foreign keys are off on a connection of the store")
    mode = facts["journal_mode"]
    if mode in ("off", "memory"):
        yield found("journal_off", f"the journal mode is {mode}: a crash may destroy the file")
    elif mode != "wal":
        yield found("journal_not_wal", f"the journal mode is {mode}: readers wait for writers")
    if facts["synchronous"] < FULL:
        yield found(
            "synchronous_low",
            "synchronous is below FULL: a power cut may lose the last confirmed bookings",
        )
    version = tuple(map(int, facts["version"].split(".")))
    is_mended = version >= MENDED_SQLITE or any(
        version[:2] == line[:2] and version >= line for line in MENDED_LINES
    )
    if mode == "wal" and not is_mended:
        yield found(
            "wal_defect",
            f"SQLite {facts['version']} may, very rarely, lose part of the log at a checkpoint",
        )
    if version < OLDEST_SQLITE:
        yield found("server_old", f"SQLite is {facts['version']}, which is not tested")
