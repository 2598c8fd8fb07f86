"""Calls: what every command carries, and how its answer is stored and replayed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache, cached_property
from typing import Any, TypeVar

import attrs

from fourtop.errors import FourtopError, KeyReused
from fourtop.model.actor import Actor
from fourtop.model.hold import canonical
from fourtop.ports import NO_CHANGES, Changes, StoredResult, View

T = TypeVar("T")


def digest_of(request: Mapping[str, Any]) -> str:
    """Return a digest in which every value of a request counts, at every depth."""
    return hashlib.sha256(canonical(plain(request)).encode()).hexdigest()


def plain(value: Any) -> Any:
    """Return a value as plain data, which any store keeps as it is: dictionaries, lists, text, numbers."""
    kind: Any = type(value)
    if kind in _AS_THEY_ARE:
        return value
    names = _names_of(kind)
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(str(each) for each in value)
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else value


_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


@cache
def _names_of(kind: type) -> tuple[str, ...] | None:
    """Return the names of the attributes of a class of values; ``None`` for any other class."""
    return tuple(field.name for field in attrs.fields(kind)) if attrs.has(kind) else None


@attrs.frozen
class Invocation:
    """One call of a command.

    Args:
        restaurant_id: The tenant.
        command: Its name.
        id: Drawn once for the call; the ids of new rows derive from it, so that deciding again
            changes none.
        actor: Who gives it.
        key: The idempotency key, if there is one.
        request: What was asked, for telling one request under a key from another.
    """

    restaurant_id: str
    command: str
    id: str
    actor: Actor
    key: str | None
    request: Mapping[str, Any] = attrs.field(hash=False)

    def row_id(self, ordinal: int | str) -> str:
        """Return the id of the call's row of that ordinal."""
        return f"{self.id}.{ordinal}"

    @cached_property
    def fingerprint(self) -> str:
        """The digest of the request; empty without a key, since it is compared under the key only."""
        return "" if self.key is None else digest_of(self.request)

    def find_replay(self, view: View) -> Any | None:
        """Return the stored answer under the call's key, if there is one.

        Raises:
            KeyReused: If it answers another request.
        """
        if self.key is None:
            return None
        answer = view.find_stored_result(self.command, self.key)
        if answer is None:
            return None
        if answer.fingerprint != self.fingerprint:
            raise KeyReused(self.command, self.key)
        return as_replay(answer.outcome)

    def answered(self, outcome: Any, now_us: int, *, key: str | None = None) -> Changes:
        """Return the change that stores an answer under the call's key (or another), if there is one."""
        under = self.key if key is None else key
        if under is None:
            return NO_CHANGES
        answer = StoredResult(
            self.restaurant_id, self.command, under, self.fingerprint, outcome, now_us
        )
        return Changes(stored_results=(answer,))


def as_replay(result: Any) -> Any:
    """Return a stored result, marked as a replay."""
    if isinstance(result, tuple):
        return tuple(as_replay(each) for each in result)
    if hasattr(result, "receipt"):
        return attrs.evolve(result, receipt=attrs.evolve(result.receipt, replayed=True))
    return attrs.evolve(result, replayed=True)


@attrs.frozen
class FailedWithEvidence:
    """The result of a decision that writes its evidence and then raises."""

    error: FourtopError
