"""Ids of new records."""

from __future__ import annotations

import secrets
import time
from itertools import count
from typing import Protocol

from fourtop.errors import InvalidIdentifier, safe_repr
from fourtop.errors.display import brief
from fourtop.model.validators import check_identifier

_MILLISECONDS_BITS = 48
_LONGEST_PREFIX = 32


class IdSource(Protocol):
    """Makes ids. Thread-safe."""

    def next(self) -> str:
        """Return an id that was never returned before: 1–48 of ``A–Z a–z 0–9 . _ : -``."""
        ...


class TimeOrderedIds:
    """UUIDs of version 7, which sort by the millisecond of their making (RFC 9562, section 5.7).

    >>> len(TimeOrderedIds().next())
    36
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return brief(self)

    def next(self) -> str:
        """Return a new UUID as text."""
        milliseconds = time.time_ns() // 1_000_000 & ((1 << _MILLISECONDS_BITS) - 1)
        random = secrets.randbits(74)
        high, low = random >> 62, random & ((1 << 62) - 1)
        digits = f"{milliseconds << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low:032x}"
        parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        return "-".join(parts)


class CountedIds:
    """Ids that count up: the same calls give the same ids. For tests and simulations.

    Args:
        prefix: The start of every id; at most 32 characters.

    Raises:
        InvalidIdentifier: If the prefix is malformed or longer.

    >>> ids = CountedIds("n")
    >>> ids.next(), ids.next()
    ('n1', 'n2')
    """

    __slots__ = ("_count", "_prefix")

    def __init__(self, prefix: str = "id-") -> None:
        self._prefix = check_identifier("prefix", prefix)
        if len(prefix) > _LONGEST_PREFIX:
            raise InvalidIdentifier(
                "prefix", f"must be at most {_LONGEST_PREFIX} characters", safe_repr(prefix)
            )
        self._count = count(1)

    def __repr__(self) -> str:
        return brief(self, f"prefix {self._prefix!r}")

    def next(self) -> str:
        """Return the prefix and the next number."""
        # next() on itertools.count is one step of the interpreter, hence thread-safe.
        return f"{self._prefix}{next(self._count)}"
