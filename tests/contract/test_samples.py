"""The samples of the contract leave no attribute at its default, so that no store can lose one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs
import pytest

from fourtop.model.receipt import Receipt
from fourtop.ports import PLAIN_KINDS, Changes, View
from fourtop.testing.contract.floors import a_floor
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.policies import a_policy
from fourtop.testing.contract.samples import (
    HERE,
    changed_records,
    every_record,
    plain_records,
)
from tests.stores import making

# They write no new record.
CHANGES_ONLY: Final = frozenset(
    {
        "removed",
        "replaced",
        "bookings_removed",
        "holds_changed",
        "records_changed",
        "records_removed",
        "floor",
        "policy",
    }
)


def values_of(value: Any) -> Iterator[Any]:
    """Yield a value and every attrs value inside it; no receipts, which no store keeps."""
    if isinstance(value, Receipt):
        return
    if isinstance(value, tuple | frozenset):
        for each in value:
            yield from values_of(each)
    elif attrs.has(type(value)):
        yield value
        for field in attrs.fields(type(value)):
            yield from values_of(getattr(value, field.name))


def default_of(field: attrs.Attribute[Any], value: Any) -> Any:
    default: Any = field.default
    if type(default).__name__ == "Factory":
        default = default.factory(value) if default.takes_self else default.factory()
    convert: Any = field.converter
    return default if convert is None else convert(default)


def left_at_default(values: list[Any]) -> set[str]:
    """Name the attributes that every one of some values leaves at its default."""
    at_default: dict[str, bool] = {}
    for value in values:
        for field in attrs.fields(type(value)):
            if field.default is attrs.NOTHING or field.type in (Receipt, "Receipt"):
                continue
            name = f"{type(value).__name__}.{field.name}"
            is_default = getattr(value, field.name) == default_of(field, value)
            at_default[name] = at_default.get(name, True) and is_default
    return {name for name, is_default in at_default.items() if is_default}


def test_finding_23_the_samples_have_every_kind_of_record() -> None:
    kinds = {field.name for field in attrs.fields(Changes)} - CHANGES_ONLY
    assert every_record().keys() == kinds


def test_the_samples_have_every_plain_kind() -> None:
    kinds = [kind.record for kind in PLAIN_KINDS]
    for samples in (plain_records("x"), changed_records("x")):
        assert [type(each) for each in samples] == kinds
        assert {each.id for each in samples} == {"x"}


def test_finding_23_no_attribute_is_left_at_its_default_in_every_sample() -> None:
    values = [each for records in every_record().values() for each in values_of(records)]
    assert left_at_default(values) == set()


def test_finding_23_no_attribute_of_a_policy_is_left_at_its_default() -> None:
    assert left_at_default(list(values_of(a_policy()))) == set()


def test_no_attribute_of_a_floor_is_left_at_its_default() -> None:
    assert left_at_default(list(values_of(a_floor()))) == set()


def test_finding_23_an_attribute_that_no_sample_sets_is_found() -> None:
    @attrs.frozen
    class Booking:
        id: str
        note: str | None = None
        tags: tuple[str, ...] = attrs.field(factory=tuple)

    assert left_at_default([Booking("b1"), Booking("b2", tags=("vip",))]) == {"Booking.note"}


@pytest.fixture
def trial(store_name: str) -> Iterator[Trial]:
    with making(store_name) as make_store:
        yield Trial(make_store)


def test_finding_23_every_attribute_of_every_record_is_read_back(trial: Trial) -> None:
    written = every_record()
    plain = [(type(each), each.id) for each in written["records_added"]]
    trial.write(HERE, **written)

    def read(view: View) -> dict[str, tuple[Any, ...]]:
        (booking,), (hold,) = (written[name] for name in ("bookings", "holds_added"))
        return {
            "added": view.allocations(written["added"][0].window),
            "bookings": (view.find_booking(booking.id),),
            "holds_added": (view.find_hold(hold.id),),
            "records_added": tuple(view.find_record(*ref) for ref in plain),
            "confirmations": view.confirmations_of(hold.id),
            "stored_results": tuple(
                view.find_stored_result(each.command, each.key)
                for each in written["stored_results"]
            ),
        }

    found = trial.ask(
        read,
        windows=(written["added"][0].window,),
        bookings=frozenset({"b1"}),
        holds=frozenset({"h1"}),
        records=frozenset(plain),
        stored_results=frozenset((each.command, each.key) for each in written["stored_results"]),
    )
    assert {**found, "events": trial.store.events(HERE)} == written
