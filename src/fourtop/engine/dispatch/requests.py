"""Requests: the values that a desk hands to the executor, and the caller who makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.ids import IdSource
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_booking
from fourtop.errors import FourtopError, InvalidInput, safe_repr
from fourtop.model import validators
from fourtop.model.actor import Actor
from fourtop.model.booking import Booking
from fourtop.model.direct_init import direct_init
from fourtop.model.override import check_may_override
from fourtop.model.request import BookingRequest
from fourtop.model.window import Window
from fourtop.ports import Decision, Need, Scope, View

T = TypeVar("T")

_LATEST: Final = 2**62

# Returns the windows, and the windows of headcounts, that a request will read by a house's rules.
Prefetch = Callable[[CompiledHouse], tuple[tuple[Window, ...], tuple[Window, ...]]]
OnLost = Callable[[View, CompiledHouse, FourtopError], Decision[None] | Need]


@direct_init
@attrs.frozen(eq=False)
class Command(Generic[T]):
    """A command, ready for a store; it returns a ``T``.

    Args:
        invocation: The call: its id, actor and idempotency key.
        scope: The records that the decision reads, besides the stored result of the key.
        decide: The decision.
        on_lost: Decides the evidence of a command that lost its last race; it is written in a
            transaction of its own.
        prefetch: Returns the windows that the decision will read under the rules that the engine
            saw last.
        recourse: What to try after a refusal.
        is_fixed: Whether it relies on versions that a search has read: at others it is not decided
            again.
    """

    invocation: Invocation
    scope: Scope
    decide: Callable[[View, CompiledHouse], Any]
    on_lost: OnLost | None = None
    prefetch: Prefetch | None = None
    recourse: Recourse[T] | None = None
    is_fixed: bool = False


@attrs.frozen(eq=False)
class Recourse(Generic[T]):
    """What a refused command tries next: a read, and the command that follows from its answer.

    Args:
        query: The read. A refusal that it returns is that of the command.
        follow: Returns the command for any other answer.
    """

    query: Query[Any]
    follow: Callable[[Any], Command[T]]


@attrs.frozen(eq=False)
class Query(Generic[T]):
    """A read, ready for a store; it returns a ``T``.

    Args:
        scope: The records that it reads.
        ask: The read.
        prefetch: Returns the windows that it will read under the rules that the engine saw last.
        finish: Returns the answer for the result of the read. It runs after the read, outside any
            lock, and on an event loop in its pool of threads: a long search. ``None``: the result
            of the read is the answer.
        name: Its name in traces and metrics.
    """

    scope: Scope
    ask: Callable[[View, CompiledHouse], Any]
    prefetch: Prefetch | None = None
    finish: Callable[[Any], T] | None = None
    name: str = "read"


class Caller:
    """An actor at one restaurant. Makes the invocations of its commands; touches no store.

    Args:
        restaurant_id: The tenant.
        actor: Acts in every command.
        ids: Makes the ids of invocations.

    Raises:
        InvalidIdentifier: If the restaurant's id is malformed.
    """

    __slots__ = ("_ids", "_nothing", "actor", "restaurant_id")

    def __init__(self, restaurant_id: str, actor: Actor, ids: IdSource) -> None:
        self.restaurant_id: str = validators.check_identifier("restaurant_id", restaurant_id)
        self.actor: Actor = actor
        self._ids = ids
        self._nothing = Scope(self.restaurant_id)

    def scope(self, booking_id: str | None = None) -> Scope:
        """Return the scope of a booking; ``None``: of no record."""
        if booking_id is None:
            return self._nothing
        return Scope(self.restaurant_id, bookings=frozenset((booking_id,)))

    def invocation(self, command: str, key: str | None, request: Mapping[str, Any]) -> Invocation:
        """Return a new invocation of a command.

        Args:
            command: The command's name.
            key: The idempotency key, if any.
            request: The arguments of the call. The same key with other arguments is an error.

        Raises:
            InvalidIdentifier: If the key is malformed.
        """
        checked = optional_id("key", key)
        return Invocation(
            self.restaurant_id, command, self._ids.next(), self.actor, checked, request
        )


@attrs.frozen
class BookingCall:
    """The arguments of a command on one booking.

    Args:
        booking_id: The booking.
        expected: The version of it that the caller saw, if any.
        key: The idempotency key, if any.
    """

    booking_id: str
    expected: int | None
    key: str | None


def booking_command(
    caller: Caller,
    name: str,
    call: BookingCall,
    decide: Callable[[Invocation, View, CompiledHouse, Booking], Decision[Booking] | Need],
) -> Command[Booking]:
    """Build a command on one booking that takes no other arguments.

    Args:
        caller: The actor at a restaurant.
        name: The command's name.
        call: The arguments of the call.
        decide: The decision; it receives the booking, in the version that the caller expects.

    Raises:
        InvalidIdentifier: If the id or the key is malformed.
        InvalidInput: If the version is out of range.
    """
    booking_id, expected = call.booking_id, optional_version(call.expected)
    arguments = with_expected({"booking_id": booking_id}, expected)
    invocation = caller.invocation(name, call.key, arguments)
    validators.check_identifier("booking_id", booking_id)
    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=frozenset((booking_id,))),
        lambda view, compiled: decide(
            invocation, view, compiled, get_booking(view, booking_id, expected)
        ),
    )


def check_request(caller: Caller, request: object) -> None:
    """Check that a caller gave a request, and may override what it overrides.

    Raises:
        InvalidInput: If it is anything else, or a guest overrides a rule.
    """
    if not isinstance(request, BookingRequest):
        raise InvalidInput("request", "must be of type BookingRequest", safe_repr(request))
    if request.overrides:
        check_may_override(caller.actor, request.overrides)


def optional_id(field: str, value: str | None) -> str | None:
    """Return an id that may be missing.

    Raises:
        InvalidIdentifier: If it is malformed.
    """
    return None if value is None else validators.check_identifier(field, value)


def optional_version(value: int | None) -> int | None:
    """Return the version of a record that the caller saw, if any.

    Raises:
        InvalidInput: If it is out of range.
    """
    return None if value is None else validators.check_integer("expected", value, 1, _LATEST)


def with_expected(arguments: Mapping[str, Any], expected: Any) -> Mapping[str, Any]:
    """Return the arguments of a call with the versions that the caller saw, if it named any.

    Without them the digest of the call stays as it was before calls could name versions.
    """
    return arguments if expected is None else {**arguments, "expected": expected}


def one_or_none(value: str | None) -> frozenset[str]:
    """Return an optional id as a set for a scope."""
    return frozenset() if value is None else frozenset((value,))
