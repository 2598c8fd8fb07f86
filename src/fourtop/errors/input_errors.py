"""Errors of the caller's input: a value, a document, a time or a key."""

# Annotations are real objects here, as in ``exceptions``.
from typing import Final

import attrs

from fourtop.errors.code import Code
from fourtop.errors.exceptions import FourtopError

LEFT_OUT: Final = "left out"  # The ``given`` of a value that is missing.


@attrs.define(slots=False, eq=False, repr=False)
class InvalidInput(FourtopError):
    """A value breaks a rule. Nothing was changed; mend the value that ``field`` names.

    Args:
        field: The name of the parameter or attribute, or its path in a document.
        rule: The rule that the value breaks.
        given: The rejected value as text, shortened.
    """

    field: str
    rule: str
    given: str

    def __str__(self) -> str:
        return f"{self.field}: {self.rule}{self._got}"

    @property
    def _got(self) -> str:
        return "" if self.given == LEFT_OUT else f" (got {self.given})"


@attrs.define(slots=False, eq=False, repr=False)
class InvalidIdentifier(InvalidInput):
    """An id is not 1–64 characters out of ``A–Z a–z 0–9 . _ : -``."""

    default_code = Code.INVALID_IDENTIFIER


@attrs.define(slots=False, eq=False, repr=False)
class InvalidWindow(InvalidInput):
    """A window is empty, reversed, longer than 31 days, or outside the years 1970–2200."""

    default_code = Code.INVALID_WINDOW


@attrs.define(slots=False, eq=False, repr=False)
class NaiveDatetime(InvalidInput):
    """A datetime has no time zone. Pass an aware datetime; fourtop never guesses a zone."""

    default_code = Code.NAIVE_DATETIME


@attrs.define(slots=False, eq=False, repr=False)
class NonexistentTime(InvalidInput):
    """The clocks go forward past this local time, so it does not exist. Choose ``next_valid``.

    Args:
        next_valid: The first valid local time after it, in ISO 8601 with offset.
    """

    default_code = Code.NONEXISTENT_TIME

    next_valid: str

    def __str__(self) -> str:
        return f"{self.field}: the local time does not exist; use {self.next_valid}{self._got}"


@attrs.define(slots=False, eq=False, repr=False)
class AmbiguousTime(InvalidInput):
    """This local time happens twice, because the clocks go back. Pass one of ``candidates``.

    Args:
        candidates: Both instants, in ISO 8601 with offset, the earlier first.
    """

    default_code = Code.AMBIGUOUS_TIME

    candidates: tuple[str, str]

    def __str__(self) -> str:
        earlier, later = self.candidates
        return f"{self.field}: the local time occurs twice; use {earlier} or {later}{self._got}"


@attrs.define(slots=False, eq=False, repr=False)
class InvalidDocument(InvalidInput):
    """A document breaks its schema; ``field`` is the path, such as ``tables[3].capacity``.

    Args:
        line: The line (from 1) of a CSV row, or of text that is not valid JSON.
    """

    default_code = Code.INVALID_DOCUMENT

    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line is not None else ""
        return f"{where}{self.field}: {self.rule}{self._got}"


@attrs.define(slots=False, eq=False, repr=False)
class KeyReused(FourtopError):
    """An idempotency key was used before with another request. Use a new key for a new request.

    Args:
        command: The command that the key belongs to.
        key: The key.
    """

    default_code = Code.KEY_REUSED

    command: str
    key: str

    def __str__(self) -> str:
        return f"the key {self.key!r} of {self.command} belongs to another request"
