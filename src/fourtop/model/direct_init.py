"""Direct init: a constructor that assigns the fields of a frozen class instead of setting them.

attrs sets each field of a frozen class with slots through ``object.__setattr__``, which takes ten
times as long as an assignment. A command makes a dozen values with a hundred fields, so that a
quarter of its time went there.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Final, TypeVar

import attrs

T = TypeVar("T")

# No argument of a class begins with an underscore, so that no other name can be one.
_TEXT: Final = """
def __init__(self, {parameters}):
    if _type(self) is not _frozen:
        return _generated(self, {arguments})
    _set_attribute(self, "__class__", _assignable)
    {assignments}
    self.__class__ = _frozen

def __copy__(self):
    if _type(self) is not _frozen:
        return _evolve(self)
    made = _new(_assignable)
    {copies}
    made.__class__ = _frozen
    return made
"""


def direct_init(kind: type[T]) -> type[T]:
    """Give a frozen attrs class with slots an ``__init__`` that assigns its fields.

    It takes the arguments of the one that attrs has generated, which a subclass keeps. While it
    runs, the object is of a subclass that may assign; no other code has the object yet. It pays off
    from five fields on. ``copy.copy`` assigns the fields, too.

    Args:
        kind: A class whose fields are stored as they are given: without converters and validators,
            without ``__attrs_post_init__`` and a cached hash.

    >>> @direct_init
    ... @attrs.frozen
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(1)
    Point(x=1, y=0)
    """
    fields: Any = attrs.fields(kind)  # type: ignore[arg-type]  # A class of attrs.
    assert not any(each.converter or each.validator for each in fields), (
        "a field is not stored as it is given"
    )
    assert not hasattr(kind, "__attrs_post_init__"), "the class has more to do"
    assert not hasattr(kind, "_attrs_cached_hash"), "the class has more to store"
    generated: Any = kind.__init__
    code = generated.__code__
    positional = code.co_varnames[1 : code.co_argcount]
    keywords = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    text = _TEXT.format(
        parameters=", ".join((*positional, *(("*", *keywords) if keywords else ()))),
        arguments=", ".join((*positional, *(f"{each}={each}" for each in keywords))),
        assignments="; ".join(f"self.{each.name} = {_value_of(each)}" for each in fields),
        copies="; ".join(f"made.{each.name} = self.{each.name}" for each in fields),
    )
    factories = {each.name: getattr(each.default, "factory", None) for each in fields}
    scope: dict[str, Any] = {f"_make_{name}": factory for name, factory in factories.items()}
    scope |= {"_frozen": kind, "_assignable": _assignable(kind), "_type": type}
    scope |= {"_generated": generated, "_set_attribute": object.__setattr__}
    scope |= {"_missing": attrs.NOTHING, "_new": object.__new__, "_evolve": attrs.evolve}
    body = compile(text, f"<direct init of {kind.__qualname__}>", "exec")
    exec(body, scope)  # noqa: S102  # The text is made of the names of fields, as that of attrs.
    made: Any = update_wrapper(scope["__init__"], generated)
    made.__defaults__, made.__kwdefaults__ = generated.__defaults__, generated.__kwdefaults__
    kind.__init__ = made  # type: ignore[method-assign]  # The purpose of this function.
    kind.__copy__ = scope["__copy__"]  # type: ignore[attr-defined]  # As above.
    return kind


def _value_of(field: "attrs.Attribute[Any]") -> str:
    """Return the expression of a field's value: the argument, or the default that is made."""
    default: Any = field.default
    if not hasattr(default, "factory"):
        assert field.init, "a field without an argument has a factory"
        return str(field.alias)
    made = f"_make_{field.name}({'self' if default.takes_self else ''})"
    return f"{made} if {field.alias} is _missing else {field.alias}" if field.init else made


def _assignable(kind: type[T]) -> type[T]:
    """Return a subclass of the same layout that is not frozen."""
    setters: dict[str, Callable[..., None]] = {
        "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__,
    }
    return type(f"Assignable{kind.__name__}", (kind,), {"__slots__": (), **setters})
