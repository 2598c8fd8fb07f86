"""Opening a house: the files that a command names, read and put in place in a store of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from fourtop import (
    BookingRow,
    Calendar,
    CountedIds,
    Desk,
    Engine,
    FourtopError,
    House,
    ManualClock,
    MemoryStore,
    SystemClock,
    loads_house,
    loads_rows_csv,
    loads_rows_json,
    sample,
)
from fourtop.model.window import from_micros
from fourtop.ports import Clock

T = TypeVar("T")

SAMPLE: Final = "pub"
MAX_CHARACTERS: Final = 100_000_000


class WrongInput(Exception):
    """What was given cannot be used; its text is one line for the person who gave it."""


def open_house(floor: str) -> House:
    """Return the house of a document, or the sample.

    Args:
        floor: The path of a house document, or ``pub``.

    Raises:
        WrongInput: If it cannot be read, or breaks a rule; with the path in the document or the
            line.
    """
    return sample.pub() if floor == SAMPLE else _read(floor, loads_house)


def read_bookings(path: str) -> tuple[BookingRow, ...]:
    """Return the booking rows of a file: JSON if its name ends so, else CSV.

    Raises:
        WrongInput: If it cannot be read, or a row is wrong; with the line or the path in the
            document.
    """
    return _read(path, loads_rows_json if path.lower().endswith(".json") else loads_rows_csv)


def open_desk(house: House, *, now: str | None = None, bookings: str | None = None) -> Desk:
    """Open a house in a memory store, and return its desk.

    Args:
        house: The house.
        now: What time it is, ISO 8601; without an offset it is local time; ``None``: as the
            machine's clock says.
        bookings: The path of a file of bookings to import first.

    Raises:
        InvalidInput: If ``now`` is no such time.
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


def _read(path: str, decode: Callable[[str], T]) -> T:
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            text = file.read(MAX_CHARACTERS + 1)
    except OSError as error:
        raise WrongInput(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise WrongInput(f"{path}: must be UTF-8, but byte {error.start + 1} is not") from None
    except ValueError:
        # A path with a NUL.
        raise WrongInput("FLOOR and --bookings must be paths of files") from None
    if len(text) > MAX_CHARACTERS:
        raise WrongInput(f"{path}: must be at most {MAX_CHARACTERS} characters long")
    try:
        return decode(text)
    except FourtopError as error:
        raise WrongInput(f"{path}: {error}") from None
