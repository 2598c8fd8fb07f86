"""Inputs: read the files that a command names, and load them into a memory store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from fourtop import (
    BookingRow,
    Calendar,
    CountedIds,
    CsvFormat,
    Desk,
    Engine,
    FourtopError,
    House,
    InvalidInput,
    InvalidRows,
    ManualClock,
    MemoryStore,
    RowFile,
    SystemClock,
    loads_house,
    read_rows,
    sample,
)
from fourtop.model.window import from_micros
from fourtop.ports import Clock

if TYPE_CHECKING:
    from fourtop.simulation import Demand

T = TypeVar("T")

SAMPLE: Final = "pub"
_NOT_A_PATH: Final = "FLOOR, FILE, --bookings: must be paths of files"
MAX_CHARACTERS: Final = 100_000_000


class WrongInput(Exception):
    """Input that cannot be used; the text is one line for the person who typed it."""


def open_house(floor: str) -> House:
    """Return the house of a document, or the sample.

    Args:
        floor: Path of a house document, or ``pub``.

    Raises:
        WrongInput: If the document cannot be read or breaks a rule; names the line, or the path
            inside the document.
    """
    if floor == SAMPLE:
        return sample.pub()
    return _read(floor, loads_house, f"neither a file nor the sample ({SAMPLE})")


def open_document(path: str) -> House:
    """Return the house of a document.

    Raises:
        WrongInput: As ``open_house``.
    """
    return _read(path, loads_house)


def open_demand(path: str) -> Demand:
    """Return the demand of a demand document.

    Raises:
        WrongInput: As ``open_house``.
    """
    # Most commands simulate nothing, and need not wait for this import.
    from fourtop.simulation.demand_document import loads_demand  # noqa: PLC0415  # As said above.

    return _read(path, loads_demand)


def read_bookings(path: str) -> tuple[BookingRow, ...]:
    """Return the booking rows of a file, read as JSON if its name ends in ``.json``, else as CSV.

    Raises:
        WrongInput: If the file cannot be read or a row is wrong; names the line, or the path
            inside the document.
    """
    file = read_file(path)
    try:
        return file.checked()
    except InvalidRows as error:
        raise WrongInput(f"{path}: {error}") from None


def read_file(path: str, form: CsvFormat | None = None) -> RowFile:
    """Return the rows of a file and their problems.

    Args:
        path: The file: JSON if its name ends in ``.json``, else CSV.
        form: The form of a CSV file; what it does not say is recognised.

    Raises:
        WrongInput: If the file cannot be read, is of another kind, or allows two readings.
    """
    try:
        return read_rows(path, form)
    except InvalidInput as error:
        cause = error.__cause__
        if isinstance(cause, OSError):
            raise WrongInput(f"{path}: {cause.strerror}") from None
        if error.field == "path":
            raise WrongInput(_NOT_A_PATH) from None
        raise WrongInput(f"{path}: {error}") from None


def open_desk(house: House, *, now: str | None = None, bookings: str | None = None) -> Desk:
    """Add a house to a new memory store and return its desk.

    Args:
        house: The house.
        now: Current time in ISO 8601; local time if it has no offset; ``None``: the machine's time.
        bookings: Path of a file of bookings to import first.

    Raises:
        InvalidInput: If ``now`` is not a time.
        WrongInput: If the bookings cannot be read or imported.
    """
    clock: Clock = SystemClock()
    if now is not None:
        clock = ManualClock(
            from_micros(Calendar(house.restaurant, house.policy).instant(now, "now"))
        )
    desk = Engine(MemoryStore(clock), ids=CountedIds("n")).add_restaurant(house)
    rows = () if bookings is None else read_bookings(bookings)
    if rows:
        try:
            desk.import_bookings(rows)
        except FourtopError as error:
            raise WrongInput(f"{bookings}: {error}") from None
    return desk


def _read(path: str, decode: Callable[[str], T], missing: str = "") -> T:
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            text = file.read(MAX_CHARACTERS + 1)
    except FileNotFoundError as error:
        raise WrongInput(f"{path}: {missing or error.strerror}") from None
    except OSError as error:
        raise WrongInput(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise WrongInput(f"{path}: must be UTF-8 (got another byte at {error.start + 1})") from None
    except ValueError:
        # The path contains a NUL character.
        raise WrongInput(_NOT_A_PATH) from None
    if len(text) > MAX_CHARACTERS:
        raise WrongInput(f"{path}: must be at most {MAX_CHARACTERS} characters long")
    try:
        return decode(text)
    except FourtopError as error:
        raise WrongInput(f"{path}: {error}") from None
