"""Ids of new records."""

from __future__ import annotations

import time
from itertools import count
from os import urandom
from typing import Protocol

from fourtop.errors import InvalidIdentifier, safe_repr
from fourtop.errors.display import brief
from fourtop.model.validators import check_identifier

# The digit of the variant, by a random digit: two of its bits are random.
_VARIANT = "89ab" * 4
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
        at = f"{time.time_ns() // 1_000_000:012x}"
        random = urandom(10).hex()
        variant = _VARIANT[int(random[3], 16)]
        return f"{at[:8]}-{at[8:]}-7{random[:3]}-{variant}{random[4:7]}-{random[7:19]}"


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
