"""The kinds of findings about a database, their consequences and remedies."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import attrs

from fourtop.errors.display import brief


class Severity(StrEnum):
    """The consequence of a finding: the store refuses to work, logs a warning, or does neither."""

    REFUSE = "refuse"
    WARN = "warn"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """The position among the severities, the gravest first."""
        return tuple(Severity).index(self)


@attrs.frozen(repr=False)
class Finding:
    """A difference between a database and what the stores need.

    Args:
        code: The kind of finding.
        severity: The consequence for a store.
        text: The finding in one sentence.
        remedy: How to repair it.
    """

    code: str
    severity: Severity
    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.text} ({self.code}): {self.remedy}"

    def __repr__(self) -> str:
        return brief(self, f"{self.severity.value}: {self.text} ({self.code})")


_REFUSE, _WARN, _NOTE = Severity
_AS_MIGRATED: Final = (
    "make it again with the statement of the migration: create an empty database, run fourtop"
    " migrate on it, and copy the definition from there (pg_dump --schema-only, or .schema)"
)

# Every kind of finding in the order of reports.
KINDS: Final[Mapping[str, tuple[Severity, str]]] = {
    "schema_missing": (_REFUSE, "run: fourtop migrate"),
    "schema_old": (_REFUSE, "run: fourtop migrate"),
    "schema_new": (
        _REFUSE,
        "install the version of fourtop that migrated the database, or a later one",
    ),
    "table_missing": (
        _REFUSE,
        "restore the database from a backup; no other table holds the lost rows",
    ),
    "column_missing": (
        _REFUSE,
        "restore the database from a backup; no other column holds the lost values",
    ),
    "constraint_missing": (_REFUSE, _AS_MIGRATED),
    "index_missing": (_WARN, _AS_MIGRATED),
    "row_security_off": (
        _REFUSE,
        "ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    ),
    "policy_missing": (_REFUSE, _AS_MIGRATED),
    "policy_unknown": (
        _WARN,
        "drop it, or make sure that it shows no rows of another restaurant",
    ),
    "grant_missing": (_REFUSE, _AS_MIGRATED),
    "role_missing": (_REFUSE, "run fourtop migrate, or name a role that exists"),
    "role_not_granted": (_REFUSE, "GRANT the role TO the login"),
    "role_unbound": (
        _REFUSE,
        "run transactions in fourtop_app; ALTER ROLE … NOSUPERUSER NOBYPASSRLS",
    ),
    "role_owns_tables": (_REFUSE, "let another role own the tables: ALTER TABLE … OWNER TO"),
    "login_superuser": (
        _WARN,
        "use a login that is a member of fourtop_app and not a superuser",
    ),
    "login_inherits": (
        _WARN,
        "ALTER ROLE … NOINHERIT, so that a login has no rights before it takes a role",
    ),
    "jobs_not_granted": (
        _NOTE,
        (
            "serve with this login, and run fourtop jobs with a login that is a member of"
            " fourtop_jobs, or: GRANT fourtop_jobs TO the login"
        ),
    ),
    "commit_not_waited_for": (_WARN, "set synchronous_commit to on, for the login at least"),
    "disk_not_waited_for": (_WARN, "set fsync and full_page_writes to on"),
    "foreign_keys_off": (
        _REFUSE,
        "find the listener that sets PRAGMA foreign_keys on the store's connections; remove it",
    ),
    "journal_off": (_REFUSE, "PRAGMA journal_mode = WAL, on a local disk"),
    "journal_not_wal": (_WARN, "PRAGMA journal_mode = WAL, on a local disk"),
    "synchronous_low": (
        _WARN,
        "PRAGMA synchronous = FULL, unless you may lose the last seconds",
    ),
    "wal_defect": (
        _WARN,
        "use SQLite 3.51.3 or later, or 3.50.7 or 3.44.6, which have the same correction",
    ),
    "server_old": (_WARN, "use PostgreSQL 15 or later, or SQLite 3.40 or later"),
    "clock_injected": (_WARN, "leave the clock to the database: SqlStore(…) without clock"),
    "clock_ahead": (
        _WARN,
        "correct the clock, or, if it is right, run: fourtop clock reset --restaurant ID",
    ),
    "restaurant_uncapped": (_WARN, "give it a capacity rule, or make it inactive"),
}


def found(code: str, text: str) -> Finding:
    """Return a finding of a kind."""
    severity, remedy = KINDS[code]
    return Finding(code, severity, text, remedy)
