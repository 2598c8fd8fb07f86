"""The digest of a sweep: a file of results belongs to one function and one list of cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from functools import partial
from hashlib import sha256
from types import BuiltinFunctionType, FunctionType, ModuleType, NoneType
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, safe_repr

_PLAIN: Final = (NoneType, bool, int, float, complex, str, bytes)


def sweep_digest(function: Callable[[Any], Any], cases: Sequence[Any]) -> str:
    """Return a digest of a function, by its name, and of the values of the cases.

    It is the same in every process. Two values have the same digest if they have the same class and
    equal content. The code of the function does not count.

    Raises:
        InvalidInput: If the function has no name of its own, or a value cannot be pickled or
            contains itself.
    """
    try:
        parts = _digest("function", function) + _digest("cases", tuple(cases))
    except RecursionError as error:
        raise InvalidInput("cases", "must not contain themselves", safe_repr(cases)) from error
    return sha256(parts).hexdigest()


def _digest(field: str, value: Any) -> bytes:
    """Return the digest of one value, from the digests of its parts."""
    kind = type(value)
    if kind in _PLAIN:
        return _hash(kind.__name__, repr(value).encode())
    if _is_named(value):
        return _hash("name", _name(field, value).encode())
    if isinstance(value, partial):
        parts: tuple[Any, ...] = (value.func, value.args, value.keywords)
    elif isinstance(value, Enum):
        parts = (value.name,)
    elif kind in (tuple, list):
        parts = tuple(value)
    elif isinstance(value, AbstractSet):
        # A set has another order in each process.
        return _hash(_name(field, kind), *sorted(_digest(field, each) for each in value))
    elif isinstance(value, Mapping):
        pairs = (_digest(field, pair) for pair in value.items())
        return _hash(_name(field, kind), *sorted(pairs))
    elif attrs.has(kind):
        # Equality decides: what a value has cached does not count.
        compared = (each.name for each in attrs.fields(kind) if each.eq)
        parts = tuple(getattr(value, name) for name in compared)
    else:
        parts = _reduced(field, value)
    return _hash(_name(field, kind), *(_digest(field, part) for part in parts))


def _is_named(value: object) -> bool:
    """Tell whether the value is a class, or a function that is no method."""
    if isinstance(value, BuiltinFunctionType):
        return isinstance(value.__self__, ModuleType)
    return isinstance(value, type | FunctionType)


def _reduced(field: str, value: Any) -> tuple[Any, ...]:
    """Return the parts that pickle would write."""
    try:
        reduced = value.__reduce_ex__(4)
    except Exception as error:
        rule = "must be made of values that can be pickled, to resume a sweep"
        raise InvalidInput(field, rule, safe_repr(value)) from error
    if isinstance(reduced, str):
        return (reduced,)
    return tuple(
        part if part is None or index < 3 else tuple(part) for index, part in enumerate(reduced)
    )


def _name(field: str, value: Any) -> str:
    """Return module and name of a function or class.

    Raises:
        InvalidInput: If it is a lambda or was defined in a function: others have the same name.
    """
    name = f"{value.__module__}.{value.__qualname__}"
    if "<" in name:
        rule = "must use functions and classes that a module defines, to resume a sweep"
        raise InvalidInput(field, rule, safe_repr(value))
    return name


def _hash(*parts: str | bytes) -> bytes:
    found = sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        # With their lengths, so that ("ab", "c") and ("a", "bc") differ.
        found.update(len(data).to_bytes(8, "big") + data)
    return found.digest()
