"""Database: open the store that a URL names for the time of one command."""

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
    """The location of a store.

    Args:
        url: ``sqlite:///evening.db`` or ``postgresql://…``. No output shows it, because it may
            hold a password.
        schema: Schema of the tables on PostgreSQL.
    """

    url: str = attrs.field(repr=False)
    schema: str = DEFAULT_SCHEMA

    @contextmanager
    def opened(self, clock: Clock | None = None) -> Iterator[SqlStore]:
        """Open the store and close its connections at the end, without printing its warnings.

        Args:
            clock: Clock of the store; ``None``: the database's clock.

        Raises:
            InvalidInput: If the URL is invalid.
            WrongInput: If an extra is not installed; the text names it.
            StoreMisconfigured: If the schema is missing, or the login may not use it.
            StoreUnavailable: If the database cannot be reached.
        """
        with extras_needed():
            from fourtop.storage.sql import SqlStore  # noqa: PLC0415  # An optional extra.

            store = SqlStore(self.url, clock=clock, schema=self.schema)
        # Cron starts some commands every minute; only fourtop doctor prints the warnings.
        silence = NullHandler()
        log = getLogger("fourtop.store")
        log.addHandler(silence)
        try:
            yield store
        finally:
            log.removeHandler(silence)
            store.close()

    def find_file(self) -> Path | None:
        """Return the file that a SQLite URL names; ``None`` for other databases and SQLite URIs.

        Raises:
            InvalidInput: If the URL is invalid.
            WrongInput: If an extra is not installed; the text names it.
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
        """Refuse a missing file, because opening it would create an empty one.

        Raises:
            InvalidInput: If the URL is invalid.
            WrongInput: If the file does not exist.
        """
        file = self.find_file()
        if file is not None and not file.exists():
            raise WrongInput(f"{file}: the file does not exist; create it with fourtop migrate")

    def require_place(self) -> None:
        """Refuse a file in a missing directory, because no command creates directories.

        Raises:
            InvalidInput: If the URL is invalid.
            WrongInput: If the directory does not exist.
        """
        file = self.find_file()
        if file is not None and not file.parent.is_dir():
            raise WrongInput(f"{file.parent}: the directory does not exist")


@contextmanager
def extras_needed() -> Iterator[None]:
    """Turn a failed import into wrong input that names the extra to install.

    Raises:
        WrongInput: If an import fails.
    """
    try:
        yield
    except ImportError as error:
        raise WrongInput(str(error)) from None
