"""Findings: what may be wrong with a database, what it means for the store, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import attrs


class Severity(StrEnum):
    """What a finding means for a store: it refuses to work, or it works and says so in the log."""

    REFUSE = "refuse"
    WARN = "warn"


@attrs.frozen
class Finding:
    """Something that is not as it has to be.

    Args:
        code: Which of the kinds in the table of ``docs/how-to/check-a-store.md``.
        severity: What it means.
        text: What was found, in one sentence.
        remedy: What to do about it.
    """

    code: str
    severity: Severity
    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.text} ({self.code}): {self.remedy}"


_REFUSE, _WARN = Severity.REFUSE, Severity.WARN
_AS_MIGRATED: Final = (
    "make it again as the migration does; how stands in docs/how-to/migrate-the-database.md"
)

# Every kind of finding, in the order in which they are reported.
KINDS: Final[Mapping[str, tuple[Severity, str]]] = {
    "schema_missing": (_REFUSE, "run: fourtop migrate"),
    "schema_old": (_REFUSE, "run: fourtop migrate"),
    "schema_new": (_REFUSE, "install the version of fourtop that has migrated it, or a later one"),
    "table_missing": (
        _REFUSE,
        "restore the database from a backup; what was in the table is in no other",
    ),
    "column_missing": (
        _REFUSE,
        "restore the database from a backup; what was in the column is in no other",
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
        "drop it, or be sure that it shows nobody the rows of another restaurant",
    ),
    "grant_missing": (_REFUSE, _AS_MIGRATED),
    "role_missing": (_REFUSE, "run fourtop migrate, or name a role that is there"),
    "role_not_granted": (_REFUSE, "GRANT the role TO the login"),
    "role_unbound": (
        _REFUSE,
        "run transactions in fourtop_app; ALTER ROLE … NOSUPERUSER NOBYPASSRLS",
    ),
    "role_owns_tables": (_REFUSE, "let another role own the tables: ALTER TABLE … OWNER TO"),
    "login_superuser": (
        _WARN,
        "log in as a role that is no superuser, and a member of fourtop_app",
    ),
    "login_inherits": (
        _WARN,
        "ALTER ROLE … NOINHERIT, so that a login has no rights before it takes a role",
    ),
    "commit_not_waited_for": (_WARN, "set synchronous_commit to on, for the login at least"),
    "disk_not_waited_for": (_WARN, "set fsync and full_page_writes to on"),
    "foreign_keys_off": (
        _REFUSE,
        "let nobody but the store set PRAGMA foreign_keys on its connections",
    ),
    "journal_off": (_REFUSE, "PRAGMA journal_mode = WAL, on a disk of this machine"),
    "journal_not_wal": (_WARN, "PRAGMA journal_mode = WAL, on a disk of this machine"),
    "synchronous_low": (
        _WARN,
        "PRAGMA synchronous = FULL, unless losing the last seconds is all right",
    ),
    "wal_defect": (
        _WARN,
        "use SQLite 3.51.3 or later, or one of 3.50.7 and 3.44.6 with the same correction",
    ),
    "server_old": (_WARN, "use PostgreSQL 15 or later, or SQLite 3.40 or later"),
    "clock_injected": (_WARN, "leave the clock to the database: SqlStore(…) without clock"),
    "clock_ahead": (
        _WARN,
        "correct the clock, or, if it is right, run: fourtop clock reset --restaurant ID",
    ),
    "restaurant_uncapped": (_WARN, "give it a capacity rule, or let it be inactive"),
}


def found(code: str, text: str) -> Finding:
    """Return a finding of a kind."""
    severity, remedy = KINDS[code]
    return Finding(code, severity, text, remedy)
