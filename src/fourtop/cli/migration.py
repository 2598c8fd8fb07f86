"""``fourtop migrate``: create, upgrade and downgrade the schema of a database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fourtop import StoreMisconfigured
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database, extras_needed

LATEST: Final = "head"
NOTHING: Final = "base"


@extras_needed()
def migrate(database: Database, revision: str = LATEST) -> Answer:
    """Upgrade the schema to a revision; the answer is yes even if nothing changed.

    Raises:
        InvalidInput: If the URL or the revision is invalid.
        StoreMisconfigured: If the present schema cannot be migrated.
        StoreUnavailable: If the database cannot be reached; nothing was changed.
    """
    migrations = _migrations()
    database.require_place()
    ran = migrations.migrate(database.url, schema=database.schema, revision=revision)
    return _done(database, ran, "up")


@extras_needed()
def take_back(database: Database, revision: str) -> Answer:
    """Downgrade the schema to a revision; data that the revision cannot hold is deleted.

    Raises:
        InvalidInput: If the URL or the revision is invalid.
        StoreMisconfigured: If the present schema cannot be downgraded.
        StoreUnavailable: If the database cannot be reached; nothing was changed.
    """
    migrations = _migrations()
    database.require_there()
    gone = migrations.downgrade(database.url, schema=database.schema, revision=revision)
    return _done(database, gone, "back")


@extras_needed()
def standing(database: Database) -> Answer:
    """Show the revision of the schema; the answer is ``NO`` if it is not the latest.

    Raises:
        InvalidInput: If the URL is invalid.
        StoreMisconfigured: If the login may not read the revision.
        StoreUnavailable: If the database cannot be reached.
    """
    database.require_there()
    return _standing(database)


@extras_needed()
def is_made(database: Database) -> bool:
    """Return whether the schema exists, as far as this login can see.

    Raises:
        InvalidInput: If the URL is invalid.
        StoreUnavailable: If the database cannot be reached.
    """
    try:
        return _migrations().current(database.url, schema=database.schema) is not None
    except StoreMisconfigured:
        # A login may be allowed to use the tables but not to read the revision. The store reports
        # any other fault.
        return True


def _migrations() -> Any:
    from fourtop.storage.sql.migrations import migrate as found  # noqa: PLC0415  # An extra.

    return found


def _done(database: Database, steps: Sequence[str], way: str) -> Answer:
    says = {each.id: each.says for each in _migrations().history()}
    answer = _standing(database)
    lines = [f"{way}  {step}  {says.get(step, '')}".rstrip() for step in steps] or ["nothing to do"]
    return Answer("\n".join([*lines, answer.text]), {"steps": list(steps), **answer.data})


def _standing(database: Database) -> Answer:
    migrations = _migrations()
    now = migrations.current(database.url, schema=database.schema)
    latest = migrations.history()[-1].id
    if now is None:
        text = f"the database has no schema; the latest revision is {latest}"
    elif now == latest:
        text = f"the schema is at revision {now}, the latest"
    else:
        text = f"the schema is at revision {now}; the latest is {latest}"
    data = {"revision": now, "latest": latest}
    return Answer(text, data, ExitCode.YES if now == latest else ExitCode.NO)
