"""``fourtop migrate``: the tables in a database, made, changed and taken back."""

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
    """Bring the schema up to a revision; a yes also where nothing was to be done.

    Raises:
        InvalidInput: If the URL or the revision is none.
        StoreMisconfigured: If the database cannot be migrated as it is.
        StoreUnavailable: If it cannot be reached; nothing was changed.
    """
    migrations = _migrations()
    database.require_place()
    ran = migrations.migrate(database.url, schema=database.schema, revision=revision)
    return _done(database, ran, "up")


@extras_needed()
def take_back(database: Database, revision: str) -> Answer:
    """Take the schema back to a revision, with the data for which it has no room.

    Raises:
        InvalidInput: If the URL or the revision is none.
        StoreMisconfigured: If the database cannot be changed as it is.
        StoreUnavailable: If it cannot be reached; nothing was changed.
    """
    migrations = _migrations()
    database.require_there()
    gone = migrations.downgrade(database.url, schema=database.schema, revision=revision)
    return _done(database, gone, "back")


@extras_needed()
def standing(database: Database) -> Answer:
    """Say which revision the schema is at. A no means that it is not the latest.

    Raises:
        InvalidInput: If the URL is none.
        StoreMisconfigured: If the login may not look.
        StoreUnavailable: If it cannot be reached.
    """
    database.require_there()
    return _standing(database)


@extras_needed()
def is_made(database: Database) -> bool:
    """Tell whether somebody has made the schema, as far as this login may know.

    Raises:
        InvalidInput: If the URL is none.
        StoreUnavailable: If it cannot be reached.
    """
    try:
        return _migrations().current(database.url, schema=database.schema) is not None
    except StoreMisconfigured:
        # A login that may use the tables need not be one that may look at the version. If it is
        # something else, the store will say so.
        return True


def _migrations() -> Any:
    from fourtop.storage.sql.migrations import migrate as found  # noqa: PLC0415  # An extra, and only some commands need it.

    return found


def _done(database: Database, steps: Sequence[str], way: str) -> Answer:
    says = {each.id: each.says for each in _migrations().history()}
    answer = _standing(database)
    lines = [f"{way}  {step}  {says.get(step, '')}".rstrip() for step in steps] or [
        "nothing was to be done"
    ]
    return Answer("\n".join([*lines, answer.text]), {"steps": list(steps), **answer.data})


def _standing(database: Database) -> Answer:
    migrations = _migrations()
    now = migrations.current(database.url, schema=database.schema)
    latest = migrations.history()[-1].id
    if now is None:
        text = f"there is no schema; the latest revision is {latest}"
    elif now == latest:
        text = f"the schema is at revision {now}, the latest"
    else:
        text = f"the schema is at revision {now}; the latest is {latest}"
    data = {"revision": now, "latest": latest}
    return Answer(text, data, ExitCode.YES if now == latest else ExitCode.NO)
