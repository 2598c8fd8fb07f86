"""Batches: the bounds that every job shares."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Final

from fourtop.model import validators

MAX_BATCH: Final = 10_000


def check_batch(batch: int) -> int:
    """Return a batch size that lies within its bounds."""
    return validators.check_integer("batch", batch, 1, MAX_BATCH)


def rounds(max_batches: int | None) -> Iterable[None]:
    """Return one item per batch that a job may run; endless where there is no limit."""
    if max_batches is None:
        return repeat(None)
    return repeat(None, validators.check_integer("max_batches", max_batches, 1, 2**31))
