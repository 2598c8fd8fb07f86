"""The errors that list the problems of rows: of a file that is read, and of an import."""

# Annotations are real objects here, as in exceptions.
from typing import Any

import attrs

from fourtop.errors.code import Code
from fourtop.errors.exceptions import FourtopError
from fourtop.errors.input_errors import LEFT_OUT, InvalidDocument, InvalidInput
from fourtop.errors.row_problem import RowProblem

_TOLD = 3


@attrs.define(slots=False, eq=False, repr=False)
class InvalidRows(InvalidDocument):
    """Rows of a file are wrong. ``field``, ``rule``, ``given`` and ``line`` are of the first one.

    ``read_rows`` returns the other rows beside the problems instead.

    Args:
        problems: Every problem, in the order of the lines.
    """

    problems: tuple[RowProblem, ...] = ()

    @property
    def details(self) -> dict[str, Any]:
        """The facts as plain data, ready for JSON."""
        return {**super().details, "problems": _data(self.problems)}

    def __str__(self) -> str:
        more = len(self.problems) - 1
        return super().__str__() + (f"; and {more} more" if more > 0 else "")


@attrs.define(slots=False, eq=False, repr=False)
class ImportRejected(FourtopError):
    """Rows of an import are invalid or overlap. Every problem is listed; nothing was imported.

    Args:
        problems: Every problem, in the order of the rows; ``str`` of one is a sentence.
    """

    default_code = Code.IMPORT_REJECTED

    problems: tuple[RowProblem, ...]

    @property
    def details(self) -> dict[str, Any]:
        """The facts as plain data, ready for JSON."""
        return {"problems": _data(self.problems)}

    def __str__(self) -> str:
        first = "; ".join(str(each) for each in self.problems[:_TOLD])
        rest = len(self.problems) - _TOLD
        more = f"; and {rest} more" if rest > 0 else ""
        return f"nothing was imported: {first}{more}"


def problem_of(fault: InvalidInput, row: int, line: int | None = None) -> RowProblem:
    """Return the problem of a row whose value was refused."""
    value = None if fault.given == LEFT_OUT else fault.given
    return RowProblem(row, fault.code, str(fault), line=line, column=fault.field, value=value)


def invalid_rows(problems: tuple[RowProblem, ...]) -> InvalidRows:
    """Return the error of a file with problems; its own field, rule and value are of the first."""
    first = problems[0]
    given = LEFT_OUT if first.value is None else first.value
    field, _, rule = first.text.removesuffix(f" (got {given})").partition(": ")
    return InvalidRows(field, rule, given, first.line, problems)


def _data(problems: tuple[RowProblem, ...]) -> list[dict[str, Any]]:
    return [{**attrs.asdict(each), "code": each.code.value} for each in problems]
