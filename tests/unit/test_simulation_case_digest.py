from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from operator import add, sub
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fourtop import InvalidInput, sample
from fourtop.simulation.sweeps.case_digest import sweep_digest
from tests.unit.sweep_case import Light, Variant, covers


def digest(value: Any) -> str:
    return sweep_digest(covers, [value])


def test_different_cases_have_different_digests() -> None:
    values: list[Any] = [
        None, True, 1, 1.0, "1", b"1", 1j,
        (1, 2), [1, 2], (2, 1), ((1,), 2), ("ab", "c"), ("a", "bc"),
        {1, 2}, frozenset({1, 2}), {1: 2}, {2: 1}, {1: (2,)},
        Variant(1), Variant(2), Variant(1, tables=5), Light.ON, "ON",
        date(2026, 5, 1), date(2026, 5, 2), datetime(2026, 5, 1, tzinfo=UTC),
        Decimal(1), Fraction(1), Fraction(1, 2), ZoneInfo("Europe/London"), ZoneInfo("UTC"),
        range(2), range(3), covers, add, sub, "ab".upper, "ac".upper, Variant(1).__eq__,
        Variant, partial(add, 1), partial(add, 2),
        sample.pub(),
    ]  # fmt: skip
    assert len({digest(value) for value in values}) == len(values)


def test_equal_cases_have_equal_digests() -> None:
    window, again = (name.lower() for name in ("WINDOW", "WINDOW"))
    assert window is not again
    pairs: list[tuple[Any, Any]] = [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"x", "y", "z"}, {"z", "y", "x"}),
        # Pickle writes a text that is met again in another way than an equal one.
        ([window, window], [window, again]),
        (sample.pub(), sample.pub()),
        (partial(add, 1), partial(add, 1)),
        (Variant(1), Variant(1, 4)),
    ]
    assert [digest(one) == digest(other) for one, other in pairs] == [True] * len(pairs)


def test_functions_and_the_order_of_cases_count() -> None:
    digests = {
        sweep_digest(covers, [1, 2]),
        sweep_digest(covers, [2, 1]),
        sweep_digest(covers, [(1, 2)]),
        sweep_digest(abs, [1, 2]),
        sweep_digest(partial(add, 1), [1, 2]),
    }
    assert len(digests) == 5


def test_what_has_no_name_or_no_content_is_refused() -> None:
    with pytest.raises(InvalidInput, match="function: must use functions and classes that a mod"):
        sweep_digest(lambda number: number, [1])
    with pytest.raises(InvalidInput, match="cases: must be made of values that can be pickled"):
        sweep_digest(covers, [Lock()])
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(InvalidInput, match="cases: must not contain themselves"):
        sweep_digest(covers, endless)
