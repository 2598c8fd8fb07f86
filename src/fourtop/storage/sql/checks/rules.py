"""Inspecting: whether a database is as the stores need it, judged by what was asked of it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from fourtop.clock import SystemClock
from fourtop.storage.sql.checks.finding import KINDS, Finding, found
from fourtop.storage.sql.checks.introspection import NAMED, Contents, Facts, Surveyor
from fourtop.storage.sql.connection.tenant import Terms
from fourtop.storage.sql.connection.transaction import Line, Sessions
from fourtop.storage.sql.statements.dialect import Idiom
from fourtop.storage.sql.tables.catalog import NO_OVERLAP, REVISION, VERSION_TABLE
from fourtop.storage.sql.tables.security import JOBS_ROLE, RIGHTS, guards

OLDEST_POSTGRESQL: Final = 150_000
OLDEST_SQLITE: Final = (3, 40)
# A checkpoint that begins while another connection starts the log anew may take a part of it for
# done: the database loses it. Corrected in 3.51.3, and after that in two older lines
# (sqlite.org/wal.html#walresetbug).
MENDED_SQLITE: Final = (3, 51, 3)
MENDED_LINES: Final = ((3, 44, 6), (3, 50, 7))
FULL: Final = 2

_ORDER: Final = {code: place for place, code in enumerate(KINDS)}
_SAYS: Final = (
    'EXCLUDE USING gist (restaurant_id WITH =, resource_type WITH =, resource_id WITH =, "window" WITH &&)'
    " WHERE (NOT shadow) DEFERRABLE"
)
_KINDS: Final[dict[type[Constraint], str]] = {
    PrimaryKeyConstraint: "p",
    ForeignKeyConstraint: "f",
    UniqueConstraint: "u",
    CheckConstraint: "c",
}


class Inspector:
    """Judges whether a database is as the stores need it. Changes nothing in it; connecting to SQLite makes the file.

    Args:
        idiom: The database's.
        terms: On what terms transactions run.
        sessions: Where the one transaction of an inspection is run.
    """

    def __init__(self, idiom: Idiom, terms: Terms, sessions: Sessions) -> None:
        self._idiom = idiom
        self._terms = terms
        self._sessions = sessions
        self._surveyor = Surveyor(idiom, idiom.tables.metadata.schema or "", terms.role)
        self._begin = (
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if idiom.is_postgresql else "BEGIN"
        )

    def inspect(self) -> tuple[Finding, ...]:
        """Return what is not as it has to be: refusals, then warnings, each in the order of the table of kinds.

        One transaction of at most three statements.

        Raises:
            StoreUnavailable: If the database cannot be reached.
            StoreMisconfigured: If it does not let itself be asked.
        """
        return self._sessions.run(self._begin, self._inspected, "inspect")

    def _inspected(self, line: Line) -> tuple[Finding, ...]:
        facts = self._surveyor.facts(line)
        tables = facts["tables"] or {}
        if VERSION_TABLE not in tables:
            findings = [
                found("schema_missing", "the database has no tables of ours"),
                *self._of_place(facts),
            ]
        else:
            contents = self._contents(line, facts)
            findings = [
                *_of_revision(contents.revision),
                *self._of_tables(facts),
                *self._of_place(facts),
                *_of_contents(contents),
            ]
        return ordered(findings)

    def _contents(self, line: Line, facts: Facts) -> Contents:
        if not self._idiom.is_postgresql:
            has_rules = {"restaurants", "restaurant_capacity_rules"} <= facts["tables"].keys()
            return self._surveyor.contents(line, None, reads_rules=has_rules)
        role, jobs = facts["role"], facts["jobs"]
        if jobs and jobs["may_be_taken"] and jobs["reads"] and self._terms.role is not None:
            return self._surveyor.contents(line, JOBS_ROLE, reads_rules=True)
        is_readable = (
            "SELECT" in (facts["tables"][VERSION_TABLE]["verbs"] or ()) and role["enters_schema"]
        )
        if role and role["may_be_taken"] and is_readable:
            return self._surveyor.contents(line, self._terms.role, reads_rules=False)
        return Contents()

    def _of_tables(self, facts: Facts) -> Iterator[Finding]:
        judge = _PostgresqlTables if self._idiom.is_postgresql else _SqliteTables
        tables = judge(facts, self._idiom)
        for name in self._idiom.tables.names:
            yield from tables.of(self._idiom.tables[name])
        yield from tables.of_guards()

    def _of_place(self, facts: Facts) -> Iterator[Finding]:
        yield from (
            _of_server(facts, self._terms.role) if self._idiom.is_postgresql else _of_file(facts)
        )
        yield from clock_findings(self._idiom, self._terms)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in their order: refusals, then warnings, each in the order of the kinds."""
    return tuple(sorted(findings, key=lambda each: (each.severity, _ORDER[each.code])))


def clock_ahead(restaurant_id: str) -> Finding:
    """Return the finding of a restaurant whose told time is far ahead of the clock."""
    return found(
        "clock_ahead",
        f"restaurant {restaurant_id} was told a time more than five minutes ahead of the clock",
    )


def clock_findings(idiom: Idiom, terms: Terms) -> Iterator[Finding]:
    """Yield what is to be said of a store's clock; it needs no question to the database."""
    # SQLite has no clock of its own: this machine's is what it would be told anyway.
    if terms.clock is not None and (
        idiom.is_postgresql or not isinstance(terms.clock, SystemClock)
    ):
        yield found(
            "clock_injected",
            f"the time is told by a {type(terms.clock).__name__}, not by the database",
        )


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


class _Tables(ABC):
    """What is there of the tables, and what should be."""

    def __init__(self, facts: Facts, idiom: Idiom) -> None:
        self._tables: dict[str, Any] = facts["tables"]
        self._indexes = set(facts["indexes"] or ())
        self._facts = facts
        self._idiom = idiom

    def of(self, table: Table) -> Iterator[Finding]:
        """Yield what is wrong with a table."""
        if table.name not in self._tables:
            yield found("table_missing", f"table {table.name} is missing")
            return
        for column in table.columns:
            if not self.has_column(table.name, column.name):
                yield found("column_missing", f"column {column.name} of {table.name} is missing")
        for constraint in sorted(table.constraints, key=lambda each: str(each.name)):
            if constraint.name is not None and not self.has_constraint(table, constraint):
                yield found(
                    "constraint_missing",
                    f"constraint {constraint.name} of {table.name} {_NOT_AS_MADE}",
                )
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            if index.name not in self._indexes:
                code = "constraint_missing" if index.unique else "index_missing"
                yield found(code, f"index {index.name} of {table.name} is missing")

    @abstractmethod
    def has_column(self, table: str, name: str) -> bool:
        """Tell whether a table has a column."""

    @abstractmethod
    def has_constraint(self, table: Table, constraint: Constraint) -> bool:
        """Tell whether a table has a constraint, as it was made."""

    @abstractmethod
    def of_guards(self) -> Iterator[Finding]:
        """Yield what is wrong with what guards the tables besides."""


_NOT_AS_MADE: Final = "is missing, switched off, or not as it was made"


class _PostgresqlTables(_Tables):
    def has_column(self, table: str, name: str) -> bool:
        return name in self._tables[table]["columns"]

    def has_constraint(self, table: Table, constraint: Constraint) -> bool:
        there = (self._facts["constraints"] or {}).get(constraint.name)
        if there is None or not there["is_on"] or there["table"] != table.name:
            return False
        if constraint.name == NO_OVERLAP:
            return _bare(there["says"]) == _bare(_SAYS)
        kind = _KINDS[type(constraint)]
        # What a check says is written anew by each version of the server.
        columns = [column.name for column in getattr(constraint, "columns", ())]
        return there["kind"] == kind and (kind == "c" or there["columns"] == columns)

    def of(self, table: Table) -> Iterator[Finding]:
        yield from super().of(table)
        there = self._tables.get(table.name)
        if there is None:
            return
        if not there["is_secured"]:
            yield found(
                "row_security_off",
                f"row level security of {table.name} is off, or does not bind its owner",
            )
        expected = {"tenant", *(f"jobs_{verb.lower()}" for verb in RIGHTS[table.name].jobs)}
        expected |= {"listing"} if table.name == "restaurants" else set()
        policies = set(there["policies"] or ())
        for name in sorted(expected - policies):
            yield found("policy_missing", f"policy {name} of {table.name} is missing")
        for name in sorted(policies - expected):
            yield found("policy_unknown", f"policy {name} of {table.name} is none of ours")
        if self._facts["role"] is None:
            return
        for verb in sorted(set(RIGHTS[table.name].app) - set(there["verbs"] or ())):
            yield found(
                "grant_missing", f"{self._facts['role']['name']} may not {verb} in {table.name}"
            )

    def of_guards(self) -> Iterator[Finding]:
        role = self._facts["role"]
        if role is not None and not role["enters_schema"]:
            yield found("grant_missing", f"{role['name']} may not use the schema")
        if role is not None and "SELECT" not in (self._tables[VERSION_TABLE]["verbs"] or ()):
            yield found("grant_missing", f"{role['name']} may not SELECT in {VERSION_TABLE}")


class _SqliteTables(_Tables):
    def has_column(self, table: str, name: str) -> bool:
        return re.search(rf'^\s*"?{name}"? ', self._tables[table], re.MULTILINE) is not None

    def has_constraint(self, table: Table, constraint: Constraint) -> bool:
        return f"CONSTRAINT {constraint.name} " in self._tables[table.name]

    def of_guards(self) -> Iterator[Finding]:
        for statement in guards(self._idiom.tables):
            name = statement.split(maxsplit=3)[2]
            if _bare((self._facts["triggers"] or {}).get(name, "")) != _bare(statement):
                yield found("constraint_missing", f"trigger {name} of allocations {_NOT_AS_MADE}")


def _bare(text: str) -> str:
    """Return the words of a statement without what each writes as it likes: spaces, brackets, quotation marks."""
    return re.sub(r'[\s()";]', "", text)


# ---- server and file -----------------------------------------------------------------------------


def _of_server(facts: Facts, wanted: str | None) -> Iterator[Finding]:
    role, login = facts["role"], facts["login"]
    if role is None:
        yield found("role_missing", f"there is no role {wanted}")
    else:
        yield from _of_role(facts, role, wanted)
    jobs = facts["jobs"]
    if wanted is None and jobs and jobs["is_inherited"] and not facts["login_is_superuser"]:
        yield found(
            "role_unbound",
            f"transactions run as {login}, who sees every restaurant by the rights of the jobs",
        )
    if wanted is not None and facts["login_is_superuser"]:
        yield found(
            "login_superuser", f"{login} is a superuser: what does not take a role sees everything"
        )
    elif wanted is not None and any(
        each and each["is_inherited"] for each in (role, facts["jobs"])
    ):
        yield found("login_inherits", f"{login} has the rights of its roles before it takes one")
    if facts["synchronous_commit"] == "off":
        yield found(
            "commit_not_waited_for",
            "synchronous_commit is off: a crash of the server loses what was promised",
        )
    if "off" in (facts["fsync"], facts["full_page_writes"]):
        yield found(
            "disk_not_waited_for",
            "fsync or full_page_writes is off: a power cut may lose the whole database",
        )
    if facts["version"] < OLDEST_POSTGRESQL:
        yield found(
            "server_old",
            f"the server's version is {facts['version'] // 10_000}, which nobody has tried",
        )


def _of_role(facts: Facts, role: Facts, wanted: str | None) -> Iterator[Finding]:
    name = role["name"]
    if wanted is not None and not role["may_be_taken"]:
        yield found("role_not_granted", f"{facts['login']} is no member of {name}")
    if role["is_unbound"]:
        yield found("role_unbound", f"transactions run as {name}, whom no policy binds")
    if any(table["is_owned"] for table in (facts["tables"] or {}).values()):
        yield found(
            "role_owns_tables",
            f"transactions run as {name}, who owns tables and may lift their policies",
        )


def _of_file(facts: Facts) -> Iterator[Finding]:
    if not facts["foreign_keys"]:
        yield found("foreign_keys_off", "foreign keys are off on a connection of the store")
    mode = facts["journal_mode"]
    if mode in ("off", "memory"):
        yield found("journal_off", f"the journal mode is {mode}: a crash may destroy the file")
    elif mode != "wal":
        yield found(
            "journal_not_wal", f"the journal mode is {mode}: who reads waits for who writes"
        )
    if facts["synchronous"] < FULL:
        yield found(
            "synchronous_low", "synchronous is below FULL: a power cut loses what was promised last"
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
        yield found("server_old", f"SQLite is {facts['version']}, which nobody has tried")
