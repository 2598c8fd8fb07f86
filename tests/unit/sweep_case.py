"""Functions for sweeps. Worker processes import this module."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import Enum
from random import Random

import attrs

FATAL = 13


@attrs.frozen
class Variant:
    """A case with two variables."""

    seed: int
    tables: int = 4


class Light(Enum):
    ON = "on"


class PickyError(Exception):
    """An exception that does not survive pickling."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(number)
        self.reason = reason


def covers(seed: int) -> int:
    """A seeded draw, so equal in every process."""
    draw = Random(seed)
    return sum(1 + int(8 * draw.random()) for _ in range(20))


def outcome(variant: Variant) -> dict[str, int]:
    return {"covers": covers(variant.seed), "tables": variant.tables + 1}


def raise_at_13(number: int) -> int:
    if number == FATAL:
        raise PickyError(number, "unlucky")
    return number


def die_at_13(number: int) -> int:
    if number == FATAL:
        os._exit(3)
    return number


def return_a_lambda(number: int) -> Callable[[], int]:
    return lambda: number
