"""Converters and validators of the model; they raise fourtop's typed errors.

A converter's annotation is the type that a constructor accepts, as mypy and pyright see it. A
converter of one value returns a value of the wrong type unchanged: the validator refuses it then,
because attrs tells the field's name to validators only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import Enum
from operator import index
from typing import Any, Protocol, SupportsIndex, TypeVar, cast

from fourtop.errors import InvalidIdentifier, InvalidInput, safe_repr
from fourtop.errors.display import IDENTIFIER, hidden

MAX_PARTY = 1_000
MAX_COUNT = 2**62
# The fewest bytes of a key of digests, as a random one has them.
MIN_SECRET = 16
_COLLECTIONS = frozenset((tuple, list, set, frozenset))
_TEXTS = (str, bytes)

_E = TypeVar("_E", bound=Enum)
_T = TypeVar("_T")
Validator = Callable[[Any, Any, Any], None]


class Named(Protocol):
    """The part of ``attrs.Attribute`` that a validator needs."""

    name: str


# ---- checks: return the value, or raise ----------------------------------------------------------


def check_identifier(field: str, value: object) -> str:
    """Return ``value`` if it is an id: 1 to 64 characters of ``A–Z a–z 0–9 . _ : -``.

    Raises:
        InvalidIdentifier: If it is anything else. Nothing is trimmed or folded, and the error
            does not repeat the value, which may be personal data.
    """
    if type(value) is not str or IDENTIFIER.fullmatch(value) is None:
        rule = "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"
        raise InvalidIdentifier(field, rule, hidden(value))
    return value


def check_integer(field: str, value: object, low: int, high: int) -> int:
    """Return ``value`` as an ``int`` if it is an integer from ``low`` to ``high``.

    Integers of other libraries, such as numpy's, are accepted; bools and floats are not.

    Raises:
        InvalidInput: If it is anything else.
    """
    number = value if type(value) is int else as_index(value)
    if type(number) is not int or not low <= number <= high:
        raise InvalidInput(field, f"must be a whole number from {low} to {high}", safe_repr(value))
    return number


def is_number(value: Any, low: float, high: float) -> bool:
    """Tell whether ``value`` is a finite number from ``low`` to ``high``, and no bool."""
    # NaN and the infinities fail the comparison.
    return type(value) in (int, float) and low <= value <= high


def check_party(value: object, field: str = "party_size") -> int:
    """Return ``value`` if it is a party size: a whole number from 1 to 1,000.

    Raises:
        InvalidInput: If it is anything else (0, True, 2.5, NaN …).
    """
    return check_integer(field, value, 1, MAX_PARTY)


def check_text(field: str, value: object, longest: int) -> str:
    """Return ``value`` if it is a printable text of 1 to ``longest`` characters.

    Raises:
        InvalidInput: If it is anything else, or has spaces around it.
    """
    if (
        type(value) is not str
        or not 1 <= len(value) <= longest
        or value != value.strip()
        or not value.isprintable()
    ):
        rule = f"must be 1 to {longest} printable characters without spaces around them"
        raise InvalidInput(field, rule, safe_repr(value))
    return value


def check_secret(field: str, value: object) -> bytes:
    """Return ``value`` if it is a key of at least 16 bytes. The error never repeats it.

    Raises:
        InvalidInput: If it is anything else.
    """
    if not isinstance(value, bytes) or len(value) < MIN_SECRET:
        raise InvalidInput(field, f"must be at least {MIN_SECRET} bytes", hidden(value))
    return value


def check_private_text(field: str, value: object, longest: int) -> str:
    """Return ``value`` if ``check_text`` accepts it. The error never repeats the text.

    Raises:
        InvalidInput: If it is anything else.
    """
    try:
        return check_text(field, value, longest)
    except InvalidInput as fault:
        raise InvalidInput(field, fault.rule, hidden(value)) from None


def check_instance(field: str, value: object, kind: type[_T]) -> _T:
    """Return ``value`` if it is of that type.

    Raises:
        InvalidInput: If it is not.
    """
    if not isinstance(value, kind):
        raise InvalidInput(field, f"must be of type {kind.__name__}", safe_repr(value))
    return value


def check_identifiers(field: str, value: object) -> tuple[str, ...]:
    """Return the ids of a collection, sorted, without duplicates.

    Raises:
        InvalidInput: If it is not a collection.
        InvalidIdentifier: If a member is not an id.
    """
    return tuple(sorted(set(as_members(field, value, lambda each: check_identifier(field, each)))))


def check_tables(field: str, value: object) -> tuple[str, ...]:
    """Return the table ids of a collection, in its order.

    Raises:
        InvalidInput: If it is not a collection, or is empty.
        InvalidIdentifier: If a member is not an id.
    """
    tables = as_members(field, value, lambda each: check_identifier(field, each))
    if not tables:
        raise InvalidInput(field, "must name at least one table", safe_repr(value))
    return tables


def check_named_once(field: str, booking_ids: Collection[str]) -> None:
    """Check that no booking is named twice.

    Raises:
        InvalidInput: If one is.
    """
    if len(set(booking_ids)) < len(booking_ids):
        raise InvalidInput(field, "must not name a booking twice", safe_repr(booking_ids))


def casefold(text: str) -> str:
    """Fold a name for comparison: case, full-width forms and ligatures do not count."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


# ---- converters ----------------------------------------------------------------------------------


def as_index(value: object) -> object:
    """Turn an integer of any library into an ``int``; return anything else unchanged.

    >>> as_index(4), as_index(True), as_index(4.0)
    (4, True, 4.0)
    """
    if isinstance(value, bool):
        return value
    try:
        return index(value)  # type: ignore[arg-type]  # A TypeError is the answer for the rest.
    except TypeError:
        return value


def as_integer(value: SupportsIndex) -> int:
    """Convert an integer field; see ``as_index``."""
    return value if type(value) is int else cast("int", as_index(value))


def as_optional_integer(value: SupportsIndex | None) -> int | None:
    """Convert an integer field that may be ``None``; see ``as_index``."""
    return None if value is None else as_integer(value)


def as_number(value: float | SupportsIndex) -> float:
    """Convert a field of any number; a subclass of float, such as numpy's, becomes a float."""
    if type(value) in (int, float):
        return value  # type: ignore[return-value]  # It is an int or a float.
    return float(value) if isinstance(value, float) else as_integer(value)


def as_enum(kind: type[_E], field: str, value: object) -> _E:
    """Return the member of the enum ``kind`` that equals ``value`` or has it as its value.

    Raises:
        InvalidInput: If no member does.
    """
    if type(value) is kind:
        return value
    try:
        return kind(value)
    except ValueError:
        names = ", ".join(str(member.value) for member in kind)
        raise InvalidInput(field, f"must be one of {names}", safe_repr(value)) from None


def as_members(field: str, value: Any, convert: Callable[[Any], _T]) -> tuple[_T, ...]:
    """Convert each member of a collection. A text does not count as a collection.

    Raises:
        InvalidInput: If it is not a collection, or ``convert`` refuses a member.
    """
    # The usual types first: the check of others is slow.
    if type(value) not in _COLLECTIONS and (
        isinstance(value, _TEXTS) or not isinstance(value, Iterable)
    ):
        raise InvalidInput(field, "must be a collection", safe_repr(value))
    return tuple([convert(each) for each in value])


def as_pairs(
    field: str, value: Any, rule: str = "must be a mapping, or pairs"
) -> tuple[tuple[Any, Any], ...]:
    """Convert a mapping, or a collection of pairs, to pairs.

    Raises:
        InvalidInput: If it is not a collection, or a member is not a pair.
    """

    def check(member: Any) -> tuple[Any, Any]:
        if not isinstance(member, tuple) or len(member) != 2:
            raise InvalidInput(field, rule, safe_repr(member))
        return member

    return as_members(field, value.items() if isinstance(value, Mapping) else value, check)


def as_instances(field: str, value: Any, kind: type[_T]) -> tuple[_T, ...]:
    """Return the members of a collection, all of type ``kind``, as a tuple.

    Raises:
        InvalidInput: If it is not a collection, or a member is of another type.
    """

    def check(member: Any) -> _T:
        if not isinstance(member, kind):
            raise InvalidInput(field, f"must hold {kind.__name__} only", safe_repr(member))
        return member

    return as_members(field, value, check)


# ---- validators for attrs ------------------------------------------------------------------------


def identifier(_instance: object, attribute: Named, value: Any) -> None:
    """Validate an id."""
    check_identifier(attribute.name, value)


def secret(_instance: object, attribute: Named, value: Any) -> None:
    """Validate the key of a keyed digest."""
    check_secret(attribute.name, value)


def function(_instance: object, attribute: Named, value: Any) -> None:
    """Validate a function."""
    if not callable(value):
        raise InvalidInput(attribute.name, "must be a function", hidden(value))


def party_size(_instance: object, attribute: Named, value: Any) -> None:
    """Validate a party size."""
    check_party(value, attribute.name)


def flag(_instance: object, attribute: Named, value: Any) -> None:
    """Validate a bool."""
    if type(value) is not bool:
        raise InvalidInput(attribute.name, "must be true or false", safe_repr(value))


def integer(low: int, high: int) -> Validator:
    """Make a validator of whole numbers from ``low`` to ``high``."""

    def validate(_instance: object, attribute: Named, value: object) -> None:
        check_integer(attribute.name, value, low, high)

    return validate


def text(longest: int) -> Validator:
    """Make a validator of texts of 1 to ``longest`` characters."""

    def validate(_instance: object, attribute: Named, value: object) -> None:
        check_text(attribute.name, value, longest)

    return validate


def private_text(longest: int) -> Validator:
    """Make a validator of texts of 1 to ``longest`` characters; its errors hide the text."""

    def validate(_instance: object, attribute: Named, value: object) -> None:
        check_private_text(attribute.name, value, longest)

    return validate


def number(low: float, high: float) -> Validator:
    """Make a validator of finite numbers from ``low`` to ``high``."""

    def validate(_instance: object, attribute: Named, value: Any) -> None:
        if not is_number(value, low, high):
            raise InvalidInput(
                attribute.name, f"must be a number from {low:g} to {high:g}", safe_repr(value)
            )

    return validate


def optional(validator: Validator) -> Validator:
    """Make a validator that also accepts ``None``."""

    def validate(instance: object, attribute: Named, value: object) -> None:
        if value is not None:
            validator(instance, attribute, value)

    return validate


def one_of(kind: type) -> Validator:
    """Make a validator of instances of ``kind``."""

    def validate(_instance: object, attribute: Named, value: object) -> None:
        if not isinstance(value, kind):
            raise InvalidInput(attribute.name, f"must be of type {kind.__name__}", safe_repr(value))

    return validate


count = integer(0, MAX_COUNT)
version = integer(1, MAX_COUNT)
