"""Databases: the store that a URL names, opened for a command and closed after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from logging import NullHandler, getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from fourtop.cli.inputs import WrongInput
from fourtop.ports import Clock

if TYPE_CHECKING:
    from fourtop import SqlStore

VARIABLE: Final = "FOURTOP_STORE"
DEFAULT_SCHEMA: Final = "fourtop"


@attrs.frozen
class Database:
    """Where a store is.

    Args:
        url: ``sqlite:///evening.db`` or ``postgresql://…``. It may hold a password, so that nothing
            shows it.
        schema: The schema of the tables on PostgreSQL.
    """

    url: str = attrs.field(repr=False)
    schema: str = DEFAULT_SCHEMA

    @contextmanager
    def opened(self, clock: Clock | None = None) -> Iterator[SqlStore]:
        """Open the store, and close its connections in the end. What it warns of at its start is not printed.

        Args:
            clock: Tells the store the time; ``None``: the database does.

        Raises:
            InvalidInput: If the URL is none.
            WrongInput: If what is to be installed for it is not.
            StoreMisconfigured: If the schema is not there, or the login may not use it.
            StoreUnavailable: If it cannot be reached.
        """
        with extras_needed():
            from fourtop.storage.sql import SqlStore  # noqa: PLC0415  # An extra, and only some commands need it.

            store = SqlStore(self.url, clock=clock, schema=self.schema)
        # A command that cron starts every minute need not complain every minute: that is for
        # fourtop doctor.
        silence = NullHandler()
        log = getLogger("fourtop.store")
        log.addHandler(silence)
        try:
            yield store
        finally:
            log.removeHandler(silence)
            store.close()

    def find_file(self) -> Path | None:
        """Return the file that a URL of SQLite names; ``None``: it is not SQLite's, or is SQLite's own kind of URI.

        Raises:
            InvalidInput: If the URL is none.
            WrongInput: If what is to be installed for it is not.
        """
        with extras_needed():
            from fourtop.storage.sql.connection.engine import as_url  # noqa: PLC0415  # The same.
        url = as_url(self.url)
        if (
            url.get_backend_name() != "sqlite"
            or url.database in (None, "", ":memory:")
            or "uri" in url.query
        ):
            return None
        return Path(str(url.database))

    def require_there(self) -> None:
        """Refuse a file that is not there: to open it would make an empty one.

        Raises:
            InvalidInput: If the URL is none.
            WrongInput: If there is no such file.
        """
        file = self.find_file()
        if file is not None and not file.exists():
            raise WrongInput(f"{file}: there is no such file; fourtop migrate makes it")

    def require_place(self) -> None:
        """Refuse a file for which there is no directory, because none is made.

        Raises:
            InvalidInput: If the URL is none.
            WrongInput: If there is no such directory.
        """
        file = self.find_file()
        if file is not None and not file.parent.is_dir():
            raise WrongInput(f"{file.parent}: there is no such directory")


@contextmanager
def extras_needed() -> Iterator[None]:
    """Say what to install where an import fails.

    Raises:
        WrongInput: If one does.
    """
    try:
        yield
    except ImportError as error:
        raise WrongInput(str(error)) from None
