"""Row problems: the faults of the rows of a file or of an import, as data."""

# Annotations are real objects here: formats.results reads stored problems back by their types.
import attrs

from fourtop.errors.code import Code
from fourtop.errors.display import brief


@attrs.frozen(repr=False)
class RowProblem:
    """A fault of one row; ``str`` returns it as a sentence with its place.

    Args:
        row: The number of the row, from 1; the header of a file is not counted.
        code: The stable code of the fault.
        text: The fault as a sentence, without its place.
        line: The line of the CSV file, from 1; ``None``: the row came from elsewhere.
        column: The field at fault; ``None``: the row as a whole.
        value: The rejected value as text, shortened; never one that may be personal data.
        table: The number of the table that is taken.
        local_time: The start of the row or the time of the conflict, in the restaurant's zone.
        rival: The record or row in the way, such as ``booking b7`` or ``row 3``.
    """

    row: int
    code: Code
    text: str
    line: int | None = attrs.field(default=None, kw_only=True)
    column: str | None = attrs.field(default=None, kw_only=True)
    value: str | None = attrs.field(default=None, kw_only=True)
    table: str | None = attrs.field(default=None, kw_only=True)
    local_time: str | None = attrs.field(default=None, kw_only=True)
    rival: str | None = attrs.field(default=None, kw_only=True)

    @property
    def place(self) -> str:
        """The place of the row: its line, or its number without one."""
        return place_of(self.row, self.line)

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"

    def __repr__(self) -> str:
        return brief(self, str(self))


def place_of(row: int, line: int | None) -> str:
    """Name a row by its line in the file, or by its number.

    >>> place_of(2, None), place_of(2, 3)
    ('row 2', 'line 3')
    """
    return f"row {row}" if line is None else f"line {line}"
