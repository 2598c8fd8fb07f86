"""The error of a sweep that gave up."""

from typing import ClassVar

import attrs

from fourtop.errors.code import Code
from fourtop.errors.exceptions import FourtopError


@attrs.define(slots=False, eq=False, repr=False)
class SweepFailed(FourtopError):
    """A chunk of a sweep failed in each attempt. With a resume file, no other result is lost.

    The exception of the function or of the executor is the ``__cause__``. If ``case`` is ``None``,
    the executor died or could not run the chunk: repair it, then run the sweep again. Otherwise the
    function raised: mend it or the case.

    Args:
        first: The position of the chunk's first case, from 0.
        last: The position of its last case.
        attempts: How often the chunk was tried.
        error: The name of the exception's class.
        case: The position of the case that raised; ``None``: no case raised.
    """

    default_code: ClassVar[Code] = Code.SWEEP_FAILED

    first: int
    last: int
    attempts: int
    error: str
    case: int | None = None

    def __str__(self) -> str:
        chunk = f"cases {self.first} to {self.last}"
        times = "once" if self.attempts == 1 else f"{self.attempts} times"
        if self.case is None:
            return f"{chunk}: the executor failed {times} ({self.error})"
        return f"{chunk}: case {self.case} raised {self.error}; the chunk was tried {times}"
