"""Answer: the output of a command as text and as data."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import attrs


class ExitCode(IntEnum):
    """The exit code of a command."""

    YES = 0
    NO = 1
    WRONG_INPUT = 2


@attrs.frozen
class Answer:
    """The output of a command.

    Args:
        text: Text for people, at most 100 columns wide for names of usual length.
        data: Plain data for programs, with stable keys.
        code: ``YES`` or ``NO``. Wrong input raises instead.
    """

    text: str
    data: dict[str, Any]
    code: ExitCode = ExitCode.YES
