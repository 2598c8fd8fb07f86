"""Checks of the values that a picture is made from; they raise fourtop's typed errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, Final, TypeVar

from fourtop.errors import InvalidInput, safe_repr

MAX_TEXT: Final = 200
MAX_ADDRESS: Final = 2_000

_T = TypeVar("_T")


def check_text(field: str, value: object, *, may_be_empty: bool = False) -> str:
    """Return a text of at most 200 characters.

    Raises:
        InvalidInput: If it is no text, is empty, or is too long.
    """
    if not isinstance(value, str):
        raise InvalidInput(field, "must be a text", safe_repr(value))
    if not (value.strip() or may_be_empty):
        raise InvalidInput(field, "must not be empty", safe_repr(value))
    if len(value) > MAX_TEXT:
        raise InvalidInput(field, f"must have at most {MAX_TEXT} characters", safe_repr(value))
    return value


def check_address(value: object) -> str:
    """Return the address of a link.

    Raises:
        InvalidInput: If it is no text, is empty, or is too long.
    """
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ADDRESS:
        rule = f"must be addresses of at most {MAX_ADDRESS:,} characters"
        raise InvalidInput("links", rule, safe_repr(value))
    return value


def check_links(value: object) -> dict[str, str]:
    """Return addresses by id; ``None``: none.

    Raises:
        InvalidInput: If it is no mapping of texts, or an address is empty or too long.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidInput("links", "must be a mapping of ids to addresses", safe_repr(value))
    return {str(key): check_address(each) for key, each in value.items()}


def check_number(field: str, value: object) -> float:
    """Return a finite number; numbers of other libraries, such as numpy's, become a float.

    Raises:
        InvalidInput: If it is a bool, no number, NaN or infinite.
    """
    if not isinstance(value, bool):
        try:
            number = float(value)  # type: ignore[arg-type]  # Others raise an error.
        except (TypeError, ValueError, OverflowError):
            pass
        else:
            if isfinite(number) and not isinstance(value, str | bytes):
                return number
    raise InvalidInput(field, "must be a finite number", safe_repr(value))


def check_members(field: str, value: Any, kind: type[_T], most: int) -> tuple[_T, ...]:
    """Return the members of a collection, all of one type.

    Args:
        field: The name for errors.
        value: The collection.
        kind: The type of each member.
        most: The largest number of members.

    Raises:
        InvalidInput: If it is no collection, has a member of another type, or has too many.
    """
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise InvalidInput(field, "must be a collection", safe_repr(value))
    members = tuple(value)
    for each in members:
        if not isinstance(each, kind):
            raise InvalidInput(field, f"must hold {kind.__name__} only", safe_repr(each))
    if len(members) > most:
        raise InvalidInput(field, f"must hold at most {most:,} values", str(len(members)))
    return members


def check_shape(field: str, value: Any, names: Iterable[str]) -> None:
    """Check that a value has the attributes that a picture reads.

    Raises:
        InvalidInput: If it has not.
    """
    missing = [name for name in names if not hasattr(value, name)]
    if missing:
        raise InvalidInput(field, f"must have {', '.join(missing)}", safe_repr(value))
