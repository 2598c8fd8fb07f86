"""The call of a route: its actor, its desk, its idempotency key and its precondition."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, TypeVar

import attrs
from fastapi import Depends, Header, HTTPException, Path
from starlette.requests import Request

from fourtop.engine import AsyncDesk, AsyncEngine, Engine
from fourtop.errors import FourtopError, InvalidInput, OutcomeUnknown, Refused
from fourtop.http_api.awaited_engine import awaited_desk, awaited_events, check_engine
from fourtop.http_api.entity_tag import versions_of
from fourtop.http_api.event_feed import EventFeeds
from fourtop.http_api.idempotency_key import stored_key
from fourtop.http_api.options import ApiOptions
from fourtop.http_api.problem import RefusedWithAlternatives
from fourtop.http_api.rate_limit import RateLimits
from fourtop.http_api.request_body import ID_PATTERN
from fourtop.http_api.roles import Level, level_of
from fourtop.model.actor import Actor
from fourtop.model.alternatives import Alternative
from fourtop.model.request import BookingRequest

T = TypeVar("T")
# Returns the actor of a request; FastAPI fills in its parameters.
ActorOf = Callable[..., Any]

RestaurantId = Annotated[
    str, Path(description="The restaurant.", pattern=ID_PATTERN, examples=["the-pub"])
]

_CONFLICT: Final = 409
_LONGEST_KEY: Final = 4_096


@attrs.frozen(eq=False)
class Service:
    """An engine as the routes see it.

    Args:
        engine: The engine, sync or async.
        options: What the host decided.

    Raises:
        InvalidInput: If it is not an engine, or an option breaks a rule.
    """

    engine: Engine | AsyncEngine = attrs.field(converter=check_engine)
    options: ApiOptions
    rates: RateLimits = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: RateLimits(self.options), takes_self=True),
    )
    feeds: EventFeeds = attrs.field(
        init=False, default=attrs.Factory(lambda self: self._feeds(), takes_self=True)
    )

    def _feeds(self) -> EventFeeds:
        options = self.options
        return EventFeeds(
            awaited_events(self.engine), options.event_poll_seconds, options.is_stopping
        )


@attrs.frozen(eq=False)
class Gate:
    """What a route lets in: actors of a level and those above, guests at a rate.

    Args:
        service: The engine and its options.
        level: The least that an actor must be.
        rate: The rate against which the requests of guests count, if any.
    """

    service: Service
    level: Level = Level.GUEST
    rate: str | None = None

    async def admit(self, request: Request, actor: object) -> Actor:
        """Note the service and the actor of a request, and return the actor, if it may go on.

        Raises:
            InvalidInput: If the host's login has returned something else than an actor.
            HTTPException: 403 below the level, and 429 above the rate.
        """
        if not isinstance(actor, Actor):
            raise InvalidInput("actor", "must return an Actor", type(actor).__name__)
        request.state.fourtop_service = self.service
        request.state.fourtop_actor = actor
        _check_level(actor, self.service, self.level)
        if self.rate is not None and actor.is_guest:
            await _count(request, self.service, self.rate)
        return actor


def binding(
    service: Service, actor_of: ActorOf, level: Level = Level.GUEST, rate: str | None = None
) -> Callable[..., Awaitable[None]]:
    """Return the dependency that every route has first: it names the service and the actor.

    It is one dependency with three tasks, because FastAPI solves each anew for every request.

    Args:
        service: The engine and its options.
        actor_of: The login of the host.
        level: The least that an actor must be.
        rate: The rate against which the requests of guests count, if any.

    Raises:
        InvalidInput, HTTPException: As ``Gate.admit``, by the dependency.
    """
    gate = Gate(service, level, rate)

    async def bind(request: Request, actor: Annotated[Actor, Depends(actor_of)]) -> None:
        await gate.admit(request, actor)

    # The annotation names a local value, which FastAPI cannot resolve from its text.
    bind.__annotations__["actor"] = Annotated[Actor, Depends(actor_of)]
    return bind


def _check_level(actor: Actor, service: Service, level: Level) -> None:
    if level_of(actor, service.options.admin_roles) < level:
        raise HTTPException(403, f"only {level.name.lower()} may do this")


async def _count(request: Request, service: Service, rate: str) -> None:
    seconds = await service.rates.seconds_to_wait(request, rate)
    if seconds:
        headers = {"Retry-After": str(seconds)}
        raise HTTPException(429, f"too many requests; try again in {seconds} s", headers)


def service_of(request: Request) -> Service:
    """Return the service of a request."""
    service: Service = request.state.fourtop_service
    return service


def actor_of_request(request: Request) -> Actor:
    """Return the actor of a request."""
    actor: Actor = request.state.fourtop_actor
    return actor


def needs(level: Level) -> Callable[[Request], None]:
    """Return the dependency that refuses actors below a level.

    Raises:
        HTTPException: 403, by the dependency.
    """

    async def check(request: Request) -> None:
        _check_level(actor_of_request(request), service_of(request), level)

    return check  # type: ignore[return-value]  # FastAPI takes coroutine functions as well.


async def desk_of(
    request: Request,
    restaurant_id: RestaurantId,
) -> AsyncDesk:
    """Return the desk of the restaurant in the path, for the actor of the request."""
    return awaited_desk(service_of(request).engine, restaurant_id, actor_of_request(request))


async def key_of_request(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=_LONGEST_KEY,
            description=(
                "Makes the command idempotent: the same key with the same request returns the"
                " first success. Any text; a random one for each click."
            ),
        ),
    ] = None,
) -> str | None:
    """Return the key of the store for the header ``Idempotency-Key``."""
    return stored_key(idempotency_key, actor_of_request(request))


def note_precondition(request: Request, if_match: str | None, *, of_house: bool = False) -> None:
    """Note that the request asks for a version of a booking or of the house.

    A route calls it only if it compares the version.
    """
    if if_match is not None:
        request.state.fourtop_precondition = "house" if of_house else "booking"


def precondition_of(request: Request) -> str | None:
    """Return which record a request asks for a version of: ``booking``, ``house`` or ``None``."""
    found: str | None = getattr(request.state, "fourtop_precondition", None)
    return found


async def expected_version(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The `ETag` of the record that the client saw; at another version, 412.",
        ),
    ] = None,
) -> int | None:
    """Return the version of a record that the header ``If-Match`` asks for; ``None``: any."""
    note_precondition(request, if_match)
    found = versions_of(if_match)
    return None if found is None else found[0]


async def settled(key: str | None, call: Callable[[], Awaitable[T]]) -> T:
    """Give a command; with a key, give it once more if the reply to its commit was lost.

    Raises:
        OutcomeUnknown: If it has no key, or the second reply was lost, too.
    """
    try:
        return await call()
    except OutcomeUnknown:
        if key is None:
            raise
        return await call()


async def or_alternatives(
    desk: AsyncDesk,
    party: BookingRequest | Callable[[], Awaitable[BookingRequest]],
    call: Awaitable[T],
    exclude: str | None = None,
) -> T:
    """Await a command for a party. A refusal for lack of room tells what the party can have.

    Args:
        desk: The desk.
        party: The party, or what reads it after a refusal.
        call: The command.
        exclude: The party's own booking; its tables are free for it.

    Raises:
        RefusedWithAlternatives: If tables or covers are lacking.
    """
    try:
        return await call
    except Refused as refused:
        if refused.http_status != _CONFLICT:
            raise
        found = await _alternatives(desk, party, exclude)
        raise RefusedWithAlternatives(refused, found) from refused


async def _alternatives(
    desk: AsyncDesk,
    party: BookingRequest | Callable[[], Awaitable[BookingRequest]],
    exclude: str | None,
) -> tuple[Alternative, ...]:
    try:
        request = party if isinstance(party, BookingRequest) else await party()
        return (await desk.alternatives(request, exclude=exclude)).found
    except FourtopError:
        # The refusal is the answer; alternatives are an addition to it.
        return ()


@attrs.frozen
class Change:
    """The headers of a command that changes a record.

    Args:
        key: The key of the store, if any.
        expected: The version of the record that the client saw, if any.
    """

    key: str | None
    expected: int | None


async def change_of(
    key: Annotated[str | None, Depends(key_of_request)],
    expected: Annotated[int | None, Depends(expected_version)],
) -> Change:
    """Return the headers of a command that changes a record."""
    return Change(key, expected)


OfDesk = Annotated[AsyncDesk, Depends(desk_of)]
Key = Annotated[str | None, Depends(key_of_request)]
ChangeCall = Annotated[Change, Depends(change_of)]
