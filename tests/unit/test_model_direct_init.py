"""Direct init: values that assign their fields are like those that attrs makes."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import attrs
import pytest

from fourtop import Allocation, Booking, Event, Hold, Receipt, Stay, Usage
from fourtop.model.direct_init import direct_init
from fourtop.ports import Changes, Scope


def doubled(point: Any) -> int:
    return 2 * int(point.x)


def declared(kind: type[Any]) -> type[Any]:
    """Return an attrs class with every sort of field that a value may have."""

    class Point:
        x: int
        y: int = 0
        names: Mapping[str, int] = attrs.field(factory=dict, hash=False)
        twice: int = attrs.field(default=attrs.Factory(doubled, takes_self=True))
        _hidden: str = "h"
        kept: list[int] = attrs.field(factory=list, init=False, eq=False)
        note: str = attrs.field(default="", eq=False, kw_only=True)

    Point.__qualname__ = kind.__name__
    made: type[Any] = attrs.frozen(Point)
    return made


class Plain:
    """Names the class that attrs makes alone."""


class Direct:
    """Names the class that is made directly."""


PLAIN: Final = declared(Plain)
DIRECT: Final = direct_init(declared(Direct))
VALUES: Final = (Allocation, Booking, Changes, Event, Hold, Receipt, Scope, Stay, Usage)
CALLS: Final[tuple[tuple[tuple[Any, ...], dict[str, Any]], ...]] = (
    ((1,), {}),
    ((1, 2), {"note": "n"}),
    ((), {"x": 3, "names": {"a": 1}}),
    ((1, 2, {"a": 1}, 7, "hidden"), {}),
    ((1,), {"twice": 9, "hidden": "g"}),
)


def fields_of(value: Any) -> dict[str, Any]:
    return attrs.asdict(value, recurse=False)


@pytest.mark.parametrize(("args", "named"), CALLS)
def test_the_fields_are_those_that_attrs_sets(args: tuple[Any, ...], named: dict[str, Any]) -> None:
    made = DIRECT(*args, **named)
    assert type(made) is DIRECT
    assert fields_of(made) == fields_of(PLAIN(*args, **named))
    assert made == DIRECT(*args, **named)


@pytest.mark.parametrize(
    ("args", "named"), [((), {}), ((1, 2, {}, 3, "h", "n"), {}), ((1,), {"kept": []})]
)
def test_wrong_arguments_are_refused_as_attrs_refuses_them(
    args: tuple[Any, ...], named: dict[str, Any]
) -> None:
    for kind in (PLAIN, DIRECT):
        with pytest.raises(TypeError):
            kind(*args, **named)


def test_the_signature_is_that_of_attrs() -> None:
    plain, direct = inspect.signature(PLAIN), inspect.signature(DIRECT)
    assert str(direct) == str(plain)
    assert DIRECT.__init__.__annotations__ == PLAIN.__init__.__annotations__


def test_a_factory_makes_a_new_default_for_each_value() -> None:
    assert DIRECT(1).kept is not DIRECT(1).kept


def test_a_made_value_is_frozen() -> None:
    made = DIRECT(1)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.x = 2
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del made.x


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_every_value_that_is_made_directly_is_frozen(kind: type[Any]) -> None:
    bare = object.__new__(kind)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        bare.restaurant_id = "pub"


def test_a_copy_is_an_equal_frozen_value() -> None:
    made = DIRECT(1, names={"a": 1}, note="n")
    copied = copy.copy(made)
    assert copied is not made
    assert type(copied) is DIRECT
    assert fields_of(copied) == fields_of(made)
    assert copied.names is made.names
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        copied.x = 2


def test_evolve_and_pickle_keep_the_class() -> None:
    usage = Usage("dinner", date(2026, 5, 1), 12, 3)
    assert attrs.evolve(usage, booked_covers=13).booked_covers == 13
    restored = pickle.loads(pickle.dumps(usage))  # noqa: S301  # We have written it.
    assert type(restored) is Usage
    assert restored == usage


def test_a_subclass_is_made_and_copied_as_itself() -> None:
    class Wide(DIRECT):  # type: ignore[misc, valid-type]  # The class has no name for mypy.
        """Has a dict, which the class does not have."""

    made = Wide(1, note="n")
    assert type(made) is Wide
    assert fields_of(made) == fields_of(DIRECT(1, note="n"))
    assert type(copy.copy(made)) is Wide


@pytest.mark.parametrize(
    "field",
    [attrs.field(converter=int), attrs.field(validator=attrs.validators.instance_of(int))],
    ids=["converter", "validator"],
)
def test_a_class_that_checks_its_fields_is_a_broken_invariant(field: Any) -> None:
    kind = attrs.make_class("Checked", {"x": field}, frozen=True)
    with pytest.raises(AssertionError, match="not stored as it is given"):
        direct_init(kind)


def test_a_class_that_does_more_when_it_is_made_is_a_broken_invariant() -> None:
    @attrs.frozen
    class Checked:
        x: int

        def __attrs_post_init__(self) -> None:
            assert self.x

    @attrs.frozen(cache_hash=True)
    class Hashed:
        x: int

    @attrs.frozen
    class Constant:
        x: int = attrs.field(default=0, init=False)

    for kind in (Checked, Hashed, Constant):
        with pytest.raises(AssertionError):
            direct_init(kind)
