"""Classify errors of a driver or of the pool, and translate them into ours."""

from __future__ import annotations

from typing import Final

from sqlalchemy import exc

from fourtop.errors import FourtopError, StoreMisconfigured, StoreUnavailable
from fourtop.storage.sql.connection.driver import Driver, Fault
from fourtop.storage.sql.connection.psycopg import STALE, PsycopgDriver
from fourtop.storage.sql.connection.sqlite import SqliteDriver

__all__ = ["DRIVERS", "STALE", "Fault", "as_ours", "code_of", "fault_of", "is_slug_taken"]

DRIVERS: Final[tuple[Driver, ...]] = (PsycopgDriver(), SqliteDriver())
_UNREACHABLE: Final = "the database cannot be reached, or the connection broke; check the server"
_CAUSES: Final = {
    Fault.TRANSIENT: "other transactions conflicted at every attempt; try again later",
    Fault.LOST: _UNREACHABLE,
}
_GAVE_UP: Final = "the database failed; its log says why"


def fault_of(error: BaseException) -> Fault | None:
    """Classify an error of a driver or of the pool; ``None``: it is neither's."""
    if isinstance(error, exc.TimeoutError):
        return Fault.OTHER
    original = _original(error)
    driver = _driver_of(original)
    if driver is not None:
        return driver.fault_of(original)
    return Fault.OTHER if isinstance(original, exc.DBAPIError) else None


def is_slug_taken(error: BaseException) -> bool:
    """Whether a driver's error says that another restaurant has the slug."""
    original = _original(error)
    driver = _driver_of(original)
    return driver is not None and driver.is_slug_taken(original)


def code_of(error: BaseException) -> str:
    """Return the code of an error for logs and messages; never the words of a server."""
    error = _original(error)
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return str(code) if code else type(error).__name__


def as_ours(
    error: BaseException, fault: Fault, retry_after_seconds: int | None = None
) -> FourtopError:
    """Return our error for one that no retry has cured.

    Args:
        error: The driver's or the pool's.
        fault: Its meaning.
        retry_after_seconds: How long to wait if other transactions conflicted.
    """
    original = _original(error)
    driver = _driver_of(original)
    advice = None if driver is None else driver.advice(original)
    code = code_of(original)
    if fault in (Fault.MISCONFIGURED, Fault.LOGIN):
        problem = advice or "the database refuses a statement; run: fourtop doctor"
        return StoreMisconfigured((f"{problem} ({code})",))
    wait = retry_after_seconds if fault is Fault.TRANSIENT else None
    why = f"{advice or _CAUSES.get(fault, _GAVE_UP)} ({code})"
    return StoreUnavailable(why, retry_after_seconds=wait)


def _original(error: BaseException) -> BaseException:
    """Return the driver's error inside of SQLAlchemy's."""
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        return error.orig
    return error


def _driver_of(error: BaseException) -> Driver | None:
    return next((each for each in DRIVERS if each.owns(error)), None)
