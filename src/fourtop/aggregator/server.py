"""The booking server: the methods by which the aggregator asks, books, changes and cancels.

Each method is a route of its own. A failure of the house's rules is an answer of status 200, as the
aggregator demands; only wrong requests and faults of the server have another status.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Final

import attrs
from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request

from fourtop.aggregator.answers import (
    NOT_PREPAID,
    booking_data,
    error_answer,
    failure,
    parts_of,
    refused_request,
    status_of,
    unavailable,
    unchangeable,
)
from fourtop.aggregator.lookup import Wanted, bookable_starts, wished_minutes
from fourtop.aggregator.merchant import Merchant, Merchants
from fourtop.aggregator.messages import (
    CANCELED,
    BatchAvailabilityLookupRequest,
    BookingPatch,
    CreateBookingRequest,
    GetBookingStatusRequest,
    ListBookingsRequest,
    SlotChange,
    UpdateBookingRequest,
)
from fourtop.aggregator.options import ServerOptions
from fourtop.aggregator.user import User, awaited, is_of_aggregator, reference_of
from fourtop.engine import AsyncDesk, AsyncEngine, Engine
from fourtop.errors import FourtopError, IllegalTransition, InvalidInput, KeyReused, Refused
from fourtop.http_api.awaited_engine import awaited_desk
from fourtop.http_api.call import ActorOf, Service, actor_of_request, binding, settled
from fourtop.http_api.idempotency_key import stored_key
from fourtop.http_api.limited_body import limited
from fourtop.http_api.options import DEFAULTS
from fourtop.model.actor import GUEST, Actor
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.booking_change import BookingChange
from fourtop.model.booking_list import MAX_PAGE, BookingFilter
from fourtop.model.request import BookingRequest
from fourtop.model.window import MICROSECONDS_PER_SECOND, from_micros, to_micros

PREFIX: Final = "/v3"
SECONDS_PER_MINUTE: Final = 60

_NEVER_STORED: Final = {"Cache-Control": "no-store"}
_UNPAID: Final = frozenset({"", NOT_PREPAID, "PREPAYMENT_STATUS_UNSPECIFIED"})
# The bookings that a user has ahead: those that may still be kept.
_AHEAD: Final = (BookingStatus.PENDING, BookingStatus.PENDING_ALLOCATION, BookingStatus.CONFIRMED)
_USER_FIELDS: Final = tuple(
    each.name for each in attrs.fields(User) if each.name != "additional_request"
)


@attrs.frozen(eq=False)
class BookingServer:
    """An engine as the aggregator sees it.

    Args:
        engine: The engine, sync or async.
        merchants: The restaurants that the aggregator shows.
        options: What the host decided.
    """

    engine: Engine | AsyncEngine
    merchants: Merchants
    options: ServerOptions

    def merchant(self, merchant_id: str, *services: str) -> Merchant:
        """Return the merchant with an id, if it has the services.

        Raises:
            HTTPException: 400 otherwise.
        """
        found = self.merchants.find(merchant_id)
        if found is None:
            raise refused_request("merchant_id: the merchant is unknown")
        if any(each != found.service_id for each in services):
            raise refused_request("service_id: the merchant has no such service")
        return found

    def desk(self, merchant: Merchant, actor: Actor) -> AsyncDesk:
        """Return the desk of a merchant."""
        return awaited_desk(self.engine, merchant.restaurant_id, actor)

    async def user(self, booking: Booking) -> User | None:
        """Return the personal data that the host keeps of a booking."""
        find = self.options.find_user
        return None if find is None else await awaited(find(booking))

    async def shown(self, merchant: Merchant, booking: Booking) -> dict[str, Any]:
        """Return the answer that shows a booking."""
        return booking_data(merchant, booking, await self.user(booking))


class _ServerRoute(APIRoute):
    """A route that answers its errors with the statuses that the aggregator knows."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(limited(request))
            except (FourtopError, HTTPException, RequestValidationError) as error:
                return error_answer(error, getattr(request.state, "fourtop_actor", GUEST))

        return answer


def booking_server(
    engine: Engine | AsyncEngine,
    merchants: Iterable[Merchant],
    actor_of: ActorOf,
    options: ServerOptions,
) -> APIRouter:
    """Return the routes of the booking server, for ``app.include_router`` of a host.

    Args:
        engine: The engine. Commands of a sync engine run in the threads of the server.
        merchants: The restaurants that the aggregator shows.
        actor_of: A dependency of FastAPI that returns the ``Actor`` of a request, such as
            ``basic_login``, and raises ``HTTPException`` for other clients.
        options: The secret of user ids, and what happens with personal data.

    Raises:
        InvalidInput: If an argument is of another type, or two merchants have one id.
    """
    if not isinstance(options, ServerOptions):
        raise InvalidInput("options", "must be ServerOptions", type(options).__name__)
    service = Service(engine, DEFAULTS)
    server = BookingServer(service.engine, Merchants(merchants), options)
    made = APIRouter(
        prefix=PREFIX,
        route_class=_ServerRoute,
        tags=["booking server"],
        dependencies=[Depends(binding(service, actor_of)), Depends(_naming(server))],
    )
    methods: tuple[tuple[str, str, Callable[..., Awaitable[Response]]], ...] = (
        ("GET", "HealthCheck", _health_check),
        ("POST", "BatchAvailabilityLookup", _batch_availability_lookup),
        ("POST", "CreateBooking", _create_booking),
        ("POST", "UpdateBooking", _update_booking),
        ("POST", "GetBookingStatus", _get_booking_status),
        ("POST", "ListBookings", _list_bookings),
    )
    for method, name, run in methods:
        # The aggregator's own documentation writes a slash at the end; a redirect would cost time.
        for path in (f"/{name}/", f"/{name}"):
            is_documented = path.endswith("/")
            made.add_api_route(
                path,
                run,
                methods=[method],
                name=name,
                operation_id=name if is_documented else None,
                include_in_schema=is_documented,
            )
    return made


def _naming(server: BookingServer) -> Callable[[Request], Awaitable[None]]:
    """Return the dependency that names the server of a request."""

    async def name(request: Request) -> None:
        request.state.fourtop_server = server

    return name


def _bound(request: Request) -> tuple[BookingServer, Actor]:
    return request.state.fourtop_server, actor_of_request(request)


def _answered(data: Any) -> Response:
    return JSONResponse(data, headers=_NEVER_STORED)


# ---- methods


async def _health_check(request: Request) -> Response:
    """Answer 200 while the store can be read: the first merchant stands for all."""
    server, actor = _bound(request)
    await server.desk(next(iter(server.merchants)), actor).versions()
    return Response(headers=_NEVER_STORED)


async def _batch_availability_lookup(
    request: Request, asked: BatchAvailabilityLookupRequest
) -> Response:
    """Say of each start whether it can be booked now, in the order of the request."""
    server, actor = _bound(request)
    slots = asked.slot_time
    merchant = server.merchant(asked.merchant_id, *(each.service_id for each in slots))
    wanted = [
        _wanted(each.start_sec, each.resource_ids.party_size, each.duration_sec) for each in slots
    ]
    is_bookable = await bookable_starts(server.desk(merchant, actor), merchant, wanted)
    try:
        found = [
            {"slot_time": each.echo(), "available": available}
            for each, available in zip(slots, is_bookable, strict=True)
        ]
        return _answered({"slot_time_availability": found})
    except (ValueError, RecursionError):
        # Unknown keys are repeated, too, and Python reads more than it writes: NaN, for example.
        raise refused_request("slot_time: must be JSON of UTF-8 texts and finite numbers") from None


async def _create_booking(request: Request, asked: CreateBookingRequest) -> Response:
    """Book a slot. The same token with the same request returns the same booking."""
    server, actor = _bound(request)
    slot = asked.slot
    merchant = server.merchant(slot.merchant_id, slot.service_id)
    if asked.payment_information.prepayment_status not in _UNPAID:
        return _answered(failure("PAYMENT_OPTION_NOT_VALID", "the house takes no payments"))
    user, desk = _user_of(asked), server.desk(merchant, actor)
    wanted = _wanted(slot.start_sec, slot.resources.party_size, slot.duration_sec)
    party = BookingRequest(
        wanted.party_size,
        from_micros(wanted.start_us),
        minutes=await wished_minutes(desk, merchant, wanted),
        channel=merchant.channel,
        reference=reference_of(user.user_id, server.options.user_secret),
    )
    key = stored_key(asked.idempotency_token, actor)
    try:
        booking = await _book_once(desk, party, wanted, key)
    except Refused as refused:
        return _answered(unavailable(refused.code))
    if server.options.keep_user is not None:
        await awaited(server.options.keep_user(booking, user))
    return _answered({"booking": booking_data(merchant, booking, user)})


async def _book_once(
    desk: AsyncDesk, party: BookingRequest, wanted: Wanted, key: str | None
) -> Booking:
    """Book a party, or return the booking that the same request has made before.

    Whether a length is that of the policy or a wish depends on the policy of today, which may have
    changed since the first request. The aggregator's request is the same in both forms.

    Raises:
        KeyReused: If the key was used for another slot.
    """
    try:
        return await settled(key, lambda: desk.book(party, key=key))
    except KeyReused:
        if wanted.minutes is None:
            raise
    other_form = party.replaced(minutes=wanted.minutes if party.minutes is None else None)
    return await settled(key, lambda: desk.book(other_form, key=key))


def _wanted(start_sec: int, party_size: int, duration_sec: int | None) -> Wanted:
    minutes = None if duration_sec is None else duration_sec // SECONDS_PER_MINUTE
    return Wanted(start_sec * MICROSECONDS_PER_SECOND, party_size, minutes)


def _user_of(asked: CreateBookingRequest) -> User:
    given: dict[str, Any] = {
        **{name: asked.user_information.get(name) for name in _USER_FIELDS},
        "additional_request": asked.additional_request,
    }
    texts = {name: value for name, value in given.items() if isinstance(value, str)}
    return User(**{name: _encodable(value) for name, value in texts.items()})


def _encodable(text: str) -> str:
    """Replace lone surrogates, which JSON can escape and no answer can hold."""
    return text.encode("utf-8", "replace").decode()


async def _update_booking(request: Request, asked: UpdateBookingRequest) -> Response:
    """Cancel a booking, or give it another time or party size. A repeated request changes nothing.

    It has no token: the state that it asks for makes it idempotent.
    """
    server, actor = _bound(request)
    merchant, booking = await _find(server, actor, asked.booking.booking_id)
    desk = server.desk(merchant, actor)
    try:
        if asked.booking.status is not None:
            if asked.booking.status != CANCELED:
                raise refused_request(f"status: must be {CANCELED}")
            changed = await desk.cancel(booking.id)
        else:
            change = await _change_of(desk, merchant, booking, asked.booking)
            changed = await desk.reschedule(booking.id, change)
    except Refused as refused:
        return _answered(unavailable(refused.code))
    except IllegalTransition as error:
        return _answered(unchangeable(error))
    return _answered({"booking": await server.shown(merchant, changed)})


async def _change_of(
    desk: AsyncDesk, merchant: Merchant, booking: Booking, patch: BookingPatch
) -> BookingChange:
    slot = SlotChange() if patch.slot is None else patch.slot
    given: dict[str, Any] = {}
    if slot.start_sec is not None:
        given["start"] = from_micros(slot.start_sec * MICROSECONDS_PER_SECOND)
    if slot.resources is not None:
        given["party_size"] = slot.resources.party_size
    if slot.duration_sec is not None:
        start = given.get("start", booking.start)
        size = given.get("party_size", booking.party_size)
        wanted = Wanted(
            to_micros(start, "start_sec"), size, slot.duration_sec // SECONDS_PER_MINUTE
        )
        if _has_slot(booking, wanted):
            # The policy may give another length by now; the booking has the one that is wanted.
            given |= {"start": booking.start, "party_size": booking.party_size}
        else:
            given["minutes"] = await wished_minutes(desk, merchant, wanted)
    if not given:
        raise refused_request("booking: must have a status, or a slot with what changes")
    return BookingChange(**given)


def _has_slot(booking: Booking, wanted: Wanted) -> bool:
    dining = booking.stay.dining
    length = (dining.end_us - dining.start_us) // (SECONDS_PER_MINUTE * MICROSECONDS_PER_SECOND)
    return wanted == Wanted(dining.start_us, booking.party_size, length)


async def _get_booking_status(request: Request, asked: GetBookingStatusRequest) -> Response:
    """Return the status of a booking."""
    server, actor = _bound(request)
    _, booking = await _find(server, actor, asked.booking_id)
    return _answered(
        {
            "booking_id": asked.booking_id,
            "booking_status": status_of(booking),
            "prepayment_status": NOT_PREPAID,
        }
    )


async def _list_bookings(request: Request, asked: ListBookingsRequest) -> Response:
    """Return the coming bookings of a user at all merchants, without cancelled ones.

    Complexity: one read for each merchant, because a restaurant sees no other.
    """
    server, actor = _bound(request)
    wanted = BookingFilter(
        from_micros(server.options.clock.now_us()),
        statuses=_AHEAD,
        reference=reference_of(asked.user_id, server.options.user_secret),
    )
    found = [
        await server.shown(merchant, booking)
        for merchant in server.merchants
        for booking in await server.desk(merchant, actor).list_bookings(wanted, limit=MAX_PAGE)
    ]
    return _answered({"bookings": found})


async def _find(server: BookingServer, actor: Actor, booking_id: str) -> tuple[Merchant, Booking]:
    """Return a booking that the aggregator made, and its merchant.

    Raises:
        HTTPException: 400 for any other booking.
    """
    merchant_id, found_id = parts_of(booking_id)
    merchant = server.merchants.find(merchant_id)
    if merchant is None:
        raise refused_request("booking_id: the booking is unknown")
    found = await server.desk(merchant, actor).find_booking(found_id)
    if found is None or not is_of_aggregator(found):
        raise refused_request("booking_id: the booking is unknown")
    return merchant, found
