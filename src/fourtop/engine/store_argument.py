"""Check the store that an engine is given."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import Any, Final

from fourtop.errors import InvalidInput
from fourtop.ports import AsyncStore, Store

_METHODS: Final = (
    "add_restaurant",
    "remove_restaurant",
    "restaurant_ids",
    "read",
    "transact",
    "events",
    "events_after",
)

_IN_DATABASE: Final = "must be a store in a database, to run inside a transaction of yours"


def check_store(store: Any) -> Store:
    """Return a store for ``Engine``.

    Raises:
        InvalidInput: If the value lacks a method of ``Store``, or its methods are asynchronous.
    """
    if _is_asynchronous(store):
        raise InvalidInput(
            "store", "must be a Store; an AsyncStore needs AsyncEngine", _name(store)
        )
    checked: Store = _checked(store, "must be a Store such as MemoryStore() or SqlStore(url)")
    return checked


def check_async_store(store: Any) -> AsyncStore:
    """Return a store for ``AsyncEngine``.

    Raises:
        InvalidInput: If the value lacks a method of ``AsyncStore``, or its methods are not
            asynchronous.
    """
    checked: AsyncStore = _checked(store, "must be an AsyncStore such as AsyncMemoryStore()")
    if not _is_asynchronous(store):
        raise InvalidInput("store", "must be an AsyncStore; a Store needs Engine", _name(store))
    return checked


def hosted_store(store: Store, connection: object) -> Store:
    """Return a store inside the transaction of a host.

    Raises:
        InvalidInput: If the store has no transactions of a database.
    """
    within = getattr(store, "within", None)
    if within is None:
        raise InvalidInput("store", _IN_DATABASE, _name(store))
    found: Store = within(connection)
    return found


def async_hosted_store(store: AsyncStore, connection: object) -> AsyncStore:
    """Return an asynchronous store inside the transaction of a host.

    Raises:
        InvalidInput: As ``hosted_store``.
    """
    within = getattr(store, "within", None)
    if within is None:
        raise InvalidInput("store", _IN_DATABASE, _name(store))
    found: AsyncStore = within(connection)
    return found


def _is_asynchronous(store: Any) -> bool:
    return iscoroutinefunction(getattr(store, "read", None))


def _checked(store: Any, rule: str) -> Any:
    is_store = all(callable(getattr(store, name, None)) for name in _METHODS)
    if not is_store or isinstance(store, type):
        raise InvalidInput("store", rule, _name(store))
    return store


def _name(store: Any) -> str:
    """Return the name of the class. A URL may hold a password, so the value is not shown."""
    return store.__name__ if isinstance(store, type) else type(store).__name__
