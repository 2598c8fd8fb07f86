"""The contract finds every broken store, by the promise that it breaks; and no promise is idle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import Booking, Hold, MemoryStore
from fourtop.ports import Changes, Decision, Need, Scope, View
from fourtop.storage.memory.state import RestaurantState
from fourtop.testing import broken_promises, promises
from tests.contract.broken import BROKEN, Kind, maker
from tests.contract.broken_judge import ConfirmsTwice
from tests.contract.broken_occupancy import TakesTouchingForOverlap
from tests.contract.broken_store import ForgetsTheLock
from tests.contract.chance import give_every_chance


@pytest.fixture(autouse=True)
def _every_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    give_every_chance(monkeypatch)


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in BROKEN.items() for name in names]
)
def test_a_broken_store_is_found_by_the_promise_that_it_breaks(kind: Kind, name: str) -> None:
    assert list(broken_promises(maker(kind), [name])) == [name]


def loses(kind: type[Booking | Hold], name: str) -> Kind:
    """Return a state that writes bookings or holds without one of their fields."""
    default: Any = next(each for each in attrs.fields(kind) if each.name == name).default
    attribute = "bookings" if kind is Booking else "holds_added"

    class Loses(RestaurantState):
        def _write_records(self, changes: Changes) -> None:
            lost = tuple(
                attrs.evolve(
                    each,
                    **{name: default.factory(each) if hasattr(default, "factory") else default},
                )
                for each in getattr(changes, attribute)
            )
            fields: dict[str, Any] = {attribute: lost}
            super()._write_records(attrs.evolve(changes, **fields))

    return Loses


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *((Booking, each) for each in ("must", "wish", "names_tables", "occasion", "channel")),
        *((Booking, each) for each in ("minutes", "reference", "local_start", "seated_us")),
        *((Booking, each) for each in ("left_us", "last_step", "waiting")),
        *((Hold, each) for each in ("channel", "minutes", "reference", "life_start_us")),
    ],
)
def test_finding_03_a_store_that_loses_a_field_is_found(
    kind: type[Booking | Hold], name: str
) -> None:
    promise = "test_rows_of_every_kind_come_back_as_they_were_written"
    assert list(broken_promises(maker(loses(kind, name)), [promise])) == [promise]


def test_every_promise_is_broken_by_some_store() -> None:
    assert {name for names in BROKEN.values() for name in names} == set(promises())


def test_there_are_many_broken_stores() -> None:
    assert len(BROKEN) >= 70
    assert len({kind.__name__ for kind in BROKEN}) == len(BROKEN)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [ConfirmsTwice, TakesTouchingForOverlap, ForgetsTheLock])
def test_a_store_that_breaks_one_promise_keeps_most_others(kind: Kind) -> None:
    assert 1 <= len(broken_promises(maker(kind))) <= 6


def test_a_store_that_hangs_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hangs(MemoryStore):
        def transact(self, scope: Scope, decide: Callable[[View], Decision[Any] | Need]) -> Any:
            transact = super().transact
            return self._inside(scope.restaurant_id, lambda _: transact(scope, decide))

    monkeypatch.setattr("fourtop.testing.contract.harness.PATIENCE_SECONDS", 0.05)
    assert "test_a_view_is_consistent" in broken_promises(Hangs, ["test_a_view_is_consistent"])
