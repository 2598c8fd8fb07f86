"""Faults: what an error of a driver means, by its code and never by its words."""

from __future__ import annotations

import sqlite3
from enum import Enum, auto

from sqlalchemy import exc

from fourtop.errors import FourtopError, StoreMisconfigured, StoreUnavailable


class Fault(Enum):
    """What an error of a driver means for a transaction."""

    TRANSIENT = auto()
    """Somebody else was in the way: the same transaction may succeed when it is tried again."""
    CLASH = auto()
    """A constraint was broken: what was to be written is not true."""
    LOST = auto()
    """The connection is gone, and with it the reply to whatever was sent last."""
    MISCONFIGURED = auto()
    """What has to be there is not, or may not be touched by this role."""
    OTHER = auto()
    """Anything else, such as a full disk."""


# Serialization failure, deadlock, lock not available: the only ones that a retry may mend.
TRANSIENT = frozenset({"40001", "40P01", "55P03"})
# What the server has prepared is not what the driver believes: somebody has reset the session, or
# tables have changed.
STALE = frozenset({"26000", "42P05", "0A000"})
# The server went away, or ends the session. In reply to a COMMIT none of these says whether it
# happened.
_LOST = frozenset({"57P01", "57P02", "57P03", "57P05", "58000", "25P03", "25P04"})
# The last: a role that is not there is a wrong value of the setting that names it.
_MISCONFIGURED = frozenset(
    {"42P01", "42703", "42883", "42501", "3F000", "3D000", "28000", "28P01", "42704", "22023"}
)

# With all their special cases: recovery, snapshot, shared cache.
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


def fault_of(error: BaseException) -> Fault | None:
    """Say what an error of a driver or of the pool means; ``None``: it is none of theirs."""
    if isinstance(error, sqlite3.Error):
        return _sqlite_fault(error)
    if isinstance(error, exc.TimeoutError):
        return Fault.OTHER
    if isinstance(error, exc.DBAPIError):
        return fault_of(error.orig) if error.orig is not None else Fault.OTHER
    if any(base.__module__.split(".")[0] == "psycopg" for base in type(error).__mro__):
        return _postgresql_fault(error)
    return None


def _sqlite_fault(error: sqlite3.Error) -> Fault:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(_BUSY):
        return Fault.TRANSIENT
    if isinstance(error, sqlite3.IntegrityError):
        return Fault.CLASH
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return Fault.LOST
    if name in {
        "SQLITE_ERROR",
        "SQLITE_READONLY",
        "SQLITE_CANTOPEN",
        "SQLITE_NOTADB",
        "SQLITE_PERM",
    }:
        return Fault.MISCONFIGURED
    return Fault.OTHER


def _postgresql_fault(error: BaseException) -> Fault:
    state = getattr(error, "sqlstate", None)
    if state is None or state.startswith("08") or state in _LOST:
        return Fault.LOST
    if state in TRANSIENT:
        return Fault.TRANSIENT
    if state.startswith("23"):
        return Fault.CLASH
    return Fault.MISCONFIGURED if state in _MISCONFIGURED else Fault.OTHER


def code_of(error: BaseException) -> str:
    """Return the code by which a database names an error, for logs and texts: no words of the server's."""
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        error = error.orig
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return str(code) if code else type(error).__name__


def as_ours(error: BaseException, fault: Fault) -> FourtopError:
    """Return the error of ours for one that no retry has mended."""
    code = code_of(error)
    if fault is Fault.MISCONFIGURED:
        return StoreMisconfigured(
            (f"the database refuses a statement ({code}); run fourtop doctor",)
        )
    why = {
        Fault.TRANSIENT: "others were in the way at every try",
        Fault.LOST: "the connection is lost or cannot be made",
    }.get(fault, "the database gave up")
    return StoreUnavailable(f"{why} ({code})")
