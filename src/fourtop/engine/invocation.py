"""Calls: what every command carries, and how its answer is stored and replayed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

import attrs

from fourtop.errors import FourtopError, KeyReused
from fourtop.formats.results import deferred, loads_result, to_data
from fourtop.model.actor import Actor
from fourtop.model.event import Event, EventType
from fourtop.model.hold import canonical
from fourtop.ports import NO_CHANGES, Changes, Decision, Scope, StoredResult, View

T = TypeVar("T")


def digest_of(request: Mapping[str, Any]) -> str:
    """Return a digest in which every value of a request counts, at every depth."""
    return hashlib.sha256(canonical(to_data(request)).encode()).hexdigest()


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
        """Digest of the request."""
        return digest_of(self.request)

    @property
    def scope(self) -> Scope:
        """What every decision of this call looks at: its stored answer, if it has a key."""
        stored_results = frozenset() if self.key is None else frozenset({(self.command, self.key)})
        return Scope(self.restaurant_id, stored_results=stored_results)

    def find_replay(self, view: View) -> Any | None:
        """Return the stored result under the call's key, marked as a replay; ``None`` without one.

        Raises:
            KeyReused: If the key was used for another request. Draw a new key.
        """
        if self.key is None:
            return None
        stored = view.find_stored_result(self.command, self.key)
        if stored is None:
            return None
        if stored.fingerprint != self.fingerprint:
            raise KeyReused(self.command, self.key)
        return as_replay(stored.result)

    def answered(self, result: Any, now_us: int, *, key: str | None = None) -> Changes:
        """Return the change that stores a result; no change if the call has no key.

        Args:
            result: The result of the command.
            now_us: The time, in microseconds.
            key: The key to store it under; ``None``: the call's own.
        """
        under = self.key if key is None else key
        if under is None:
            return NO_CHANGES
        stored = StoredResult(
            self.restaurant_id, self.command, under, self.fingerprint, deferred(result), now_us
        )
        return Changes(stored_results=(stored,))

    def event(self, kind: EventType, subject: str, now_us: int, **about: Any) -> Event:
        """Return an event of this call; its de-duplication key is the kind and the subject.

        Args:
            kind: What happened.
            subject: What it happened to, so that it can happen only once: an id, with a version if
                need be.
            now_us: When.
            about: ``booking_id``, ``hold_id``, and ``data`` of ids, numbers and instants.
        """
        data = to_data(about.pop("data", {}))
        return Event(
            type=kind,
            dedupe_key=f"{kind.value}:{subject}",
            restaurant_id=self.restaurant_id,
            at_us=now_us,
            actor=self.actor,
            data=data,
            **about,
        )


def as_replay(text: str) -> Any:
    """Return the result that a stored text says, marked as a replay.

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


@attrs.frozen
class FailedWithEvidence:
    """The result of a decision that writes its evidence and then raises."""

    error: FourtopError


def idempotent(call: Invocation, decide: Callable[[View], Any]) -> Callable[[View], Any]:
    """Wrap a decision so that a known key replays its answer, and a success is stored under the key.

    A decision that stores its answer itself, replays one or failed is left alone.
    """

    def decide_once(view: View) -> Any:
        replay = call.find_replay(view)
        if replay is not None:
            return Decision(replay)
        decided = decide(view)
        if (
            not isinstance(decided, Decision)
            or isinstance(decided.result, FailedWithEvidence)
            or decided.changes.stored_results
        ):
            return decided
        return Decision(
            decided.result, decided.changes + call.answered(decided.result, view.now_us)
        )

    return decide_once
