"""Answers: what a command says, for people and for machines."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import attrs


class ExitCode(IntEnum):
    """What a command ends with."""

    YES = 0
    NO = 1
    WRONG_INPUT = 2


@attrs.frozen
class Answer:
    """What a command says.

    Args:
        text: For people; lines of at most 100 columns where names are of a usual length.
        data: For machines: plain data whose keys stay the same.
        code: Yes, or no. Wrong input is no answer but an error.
    """

    text: str
    data: dict[str, Any]
    code: ExitCode = ExitCode.YES
