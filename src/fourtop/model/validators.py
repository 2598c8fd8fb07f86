"""Rules of single values, as attrs converters and validators that raise our typed errors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, Protocol, TypeVar

from fourtop.errors import InvalidIdentifier, InvalidInput, safe_repr

T = TypeVar("T")

MAX_PARTY = 1_000
_IDENTIFIER = re.compile(r"[A-Za-z0-9._:-]{1,64}")

_E = TypeVar("_E", bound=Enum)
_T = TypeVar("_T")
Validator = Callable[[Any, Any, Any], None]


class Named(Protocol):
    """What we need of an ``attrs.Attribute``."""

    name: str


def check_identifier(field: str, value: object) -> str:
    """Return ``value`` if it is an id of ours or a host's: 1–64 of ``A–Z a–z 0–9 . _ : -``.

    Raises:
        InvalidIdentifier: If it is anything else. Nothing is trimmed or folded.
    """
    if type(value) is not str or _IDENTIFIER.fullmatch(value) is None:
        raise InvalidIdentifier(
            field, "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -", safe_repr(value)
        )
    return value


def check_integer(field: str, value: object, low: int, high: int) -> int:
    """Return ``value`` if it is an ``int`` (no bool, no float) from ``low`` to ``high``.

    Raises:
        InvalidInput: If it is anything else.
    """
    if type(value) is not int or not low <= value <= high:
        raise InvalidInput(field, f"must be a whole number from {low} to {high}", safe_repr(value))
    return value


def check_party(value: object, field: str = "party_size") -> int:
    """Return ``value`` if it is a party size: a whole number from 1 to 1,000.

    Raises:
        InvalidInput: If it is anything else (0, True, 2.5, NaN …).
    """
    return check_integer(field, value, 1, MAX_PARTY)


def check_text(field: str, value: object, longest: int) -> str:
    """Return ``value`` if it is a text of 1 to ``longest`` printable characters without outer spaces.

    Raises:
        InvalidInput: If it is anything else.
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


def check_private_text(field: str, value: object, longest: int) -> str:
    """Return ``value`` if it is a text as ``check_text`` takes it; what people wrote is never in the error.

    Raises:
        InvalidInput: If it is anything else.
    """
    try:
        return check_text(field, value, longest)
    except InvalidInput as fault:
        given = (
            f"a text of {len(value)}"
            if isinstance(value, str)
            else f"a value of type {type(value).__name__}"
        )
        raise InvalidInput(field, fault.rule, given) from None


def check_instance(field: str, value: object, kind: type[T]) -> T:
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
        InvalidInput: If it is no collection.
        InvalidIdentifier: If a member is no id.
    """
    return tuple(sorted(set(as_members(field, value, lambda each: check_identifier(field, each)))))


def casefold(text: str) -> str:
    """Fold a name for comparison: case and look-alike forms (full width, ligatures) do not count."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def identifier(_instance: object, attribute: Named, value: Any) -> None:
    """Validate an id."""
    check_identifier(attribute.name, value)


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
    """Make a validator of texts of 1 to ``longest`` characters that are in no error."""

    def validate(_instance: object, attribute: Named, value: object) -> None:
        check_private_text(attribute.name, value, longest)

    return validate


def number(low: float, high: float) -> Validator:
    """Make a validator of finite numbers from ``low`` to ``high``."""

    def validate(_instance: object, attribute: Named, value: Any) -> None:
        # NaN and the infinities fail the comparison.
        if type(value) not in (int, float) or not low <= value <= high:
            raise InvalidInput(
                attribute.name, f"must be a number from {low:g} to {high:g}", safe_repr(value)
            )

    return validate


def optional(validator: Validator) -> Validator:
    """Make a validator that lets ``None`` pass."""

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


def as_enum(kind: type[_E], field: str, value: object) -> _E:
    """Return the member of the enum ``kind`` that ``value`` is, or is the value of.

    Raises:
        InvalidInput: If there is none.
    """
    try:
        return kind(value)
    except ValueError:
        names = ", ".join(str(member.value) for member in kind)
        raise InvalidInput(field, f"must be one of {names}", safe_repr(value)) from None


def as_members(field: str, value: Any, convert: Callable[[Any], _T]) -> tuple[_T, ...]:
    """Convert each member of a collection; a text is none.

    Raises:
        InvalidInput: If it is no collection, or a member is refused.
    """
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise InvalidInput(field, "must be a collection", safe_repr(value))
    return tuple(convert(each) for each in value)


def as_instances(field: str, value: Any, kind: type[_T]) -> tuple[_T, ...]:
    """Return the members of a collection, all of type ``kind``, as a tuple.

    Raises:
        InvalidInput: If it is no collection, or a member is of another type.
    """

    def check(member: Any) -> _T:
        if not isinstance(member, kind):
            raise InvalidInput(field, f"must hold {kind.__name__} only", safe_repr(member))
        return member

    return as_members(field, value, check)
