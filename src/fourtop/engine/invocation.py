"""Invocations: one call of a command, its stored result and its replay."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import attrs

from fourtop.errors import FourtopError, KeyReused
from fourtop.formats.results import deferred, loads_result, to_data
from fourtop.model.actor import Actor
from fourtop.model.direct_init import direct_init
from fourtop.model.hold import canonical
from fourtop.ports import StoredResult, View


def _fingerprint_of(invocation: Invocation) -> str:
    return "" if invocation.key is None else digest_of(invocation.request)


@direct_init
@attrs.frozen
class Invocation:
    """One call of a command.

    Args:
        restaurant_id: The tenant.
        command: The name of the command.
        id: Drawn once for the call. The ids of new records derive from it, so that deciding again
            changes none.
        actor: The actor of the call.
        key: The idempotency key, if any.
        request: The arguments; they tell one request under a key from another.
        fingerprint: The digest of the request; empty without a key, because nothing is compared
            then.
    """

    restaurant_id: str
    command: str
    id: str
    actor: Actor
    key: str | None
    request: Mapping[str, Any] = attrs.field(hash=False)
    fingerprint: str = attrs.field(default=attrs.Factory(_fingerprint_of, takes_self=True))

    def row_id(self, ordinal: int | str) -> str:
        """Return the id of a new record of the call."""
        return f"{self.id}.{ordinal}"

    def find_replay(self, view: View) -> Any | None:
        """Return the stored result under the call's key, marked as a replay; ``None`` without one.

        Raises:
            KeyReused: If the key was used for another request. Draw a new key.
        """
        assert self.key is not None, "a call without a key is not replayed"
        stored = view.find_stored_result(self.command, self.key)
        if stored is None:
            return None
        if stored.fingerprint != self.fingerprint:
            raise KeyReused(self.command, self.key)
        return as_replay(stored.result)

    def stored(self, result: Any, now_us: int, key: str) -> StoredResult:
        """Return the stored result of the call.

        Args:
            result: The result of the command.
            now_us: The time, in microseconds.
            key: The call's key, or one that derives from its subject.
        """
        return StoredResult(
            self.restaurant_id, self.command, key, self.fingerprint, deferred(result), now_us
        )


@attrs.frozen
class FailedWithEvidence:
    """The result of a decision that writes its evidence and then raises."""

    error: FourtopError


def digest_of(request: Mapping[str, Any]) -> str:
    """Return a digest in which every value of a request counts, at every depth."""
    return hashlib.sha256(canonical(to_data(request)).encode()).hexdigest()


def as_replay(text: str) -> Any:
    """Return the result of a stored text, marked as a replay.

    Raises:
        InvalidDocument: If the text is not a stored result.
    """
    result = loads_result(text)
    if isinstance(result, tuple):
        return tuple(_marked(each) for each in result)
    return _marked(result)


def _marked(result: Any) -> Any:
    if hasattr(result, "receipt"):
        return attrs.evolve(result, receipt=attrs.evolve(result.receipt, replayed=True))
    return attrs.evolve(result, replayed=True)
