"""The contract of a store, kept inside of transactions that a host begins and ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

import pytest

from fourtop import TransactionConflict
from fourtop.model.event import Event
from fourtop.model.house import House
from fourtop.ports import Decision, EventPage, Need, Scope, Store, View
from fourtop.testing import MakeStore, StoreContract
from tests.within.host import Place, Service, serving

T = TypeVar("T")


class CommittingHost:
    """A host that gives each call a transaction of its own.

    It runs the whole transaction again after a conflict, as the error asks it to. Jobs and the
    outbox stay with the store.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service.sql_store, name)

    def _run(self, call: Callable[[Store], T]) -> T:
        while True:
            host = self._service.connect()
            try:
                result = call(host.within())
                host.commit()
            except TransactionConflict:
                continue
            else:
                return result
            finally:
                host.rollback()
                host.close()

    def add_restaurant(self, house: House) -> None:
        self._run(lambda store: store.add_restaurant(house))

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        self._run(lambda store: store.remove_restaurant(scope, check))

    def restaurant_ids(self) -> tuple[str, ...]:
        return self._run(lambda store: store.restaurant_ids())

    def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        return self._run(lambda store: store.read(scope, ask))

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        return self._run(lambda store: store.transact(scope, decide))

    def events(self, restaurant_id: str) -> tuple[Event, ...]:
        return self._run(lambda store: store.events(restaurant_id))

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        return self._run(lambda store: store.events_after(restaurant_id, sequence, limit))


class TestHostedStores(StoreContract):
    @pytest.fixture
    def make_store(self, place: Place) -> Iterator[MakeStore]:
        with ExitStack() as stack:
            yield lambda clock: CommittingHost(stack.enter_context(serving(place, "driver", clock)))
