"""The error of a name that the house does not have."""

# Annotations are real objects here, as in ``exceptions``.
from collections.abc import Iterable
from typing import Self

import attrs

from fourtop.errors.display import safe_repr, some
from fourtop.errors.input_errors import InvalidInput


@attrs.define(slots=False, eq=False, repr=False)
class UnknownName(InvalidInput):
    """The house does not have what a condition, an occasion or a channel names.

    Args:
        known: The names that the house has, sorted.
    """

    known: tuple[str, ...] = ()

    @classmethod
    def of(cls, field: str, name: str, known: Iterable[str]) -> Self:
        """Return the error of a name that is none of the known ones."""
        names = tuple(sorted(known))
        rule = f"must be one of {some(names, most=10)}" if names else "the house has none"
        return cls(field, rule, safe_repr(name), names)
