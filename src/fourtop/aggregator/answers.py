"""The answers of the booking server, in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import attrs
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from fourtop.aggregator.merchant import Merchant
from fourtop.aggregator.messages import CANCELED, with_texts
from fourtop.aggregator.user import User
from fourtop.errors import Code, IllegalTransition
from fourtop.http_api.problem import problem, problem_of
from fourtop.model.actor import Actor
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.window import MICROSECONDS_PER_SECOND

# No id of a merchant or booking contains a tilde.
_SEPARATOR: Final = "~"
NOT_PREPAID: Final = "PREPAYMENT_NOT_PROVIDED"
SYNCHRONOUS: Final = "CONFIRMATION_MODE_SYNCHRONOUS"
_S: Final = BookingStatus
_STATUS: Final[Mapping[BookingStatus, str]] = {
    _S.CANCELLED: CANCELED,
    _S.NO_SHOW: "NO_SHOW",
    _S.PENDING: "PENDING_MERCHANT_CONFIRMATION",
    _S.PENDING_ALLOCATION: "PENDING_MERCHANT_CONFIRMATION",
    _S.WAITLISTED: "PENDING_MERCHANT_CONFIRMATION",
    _S.PRIORITY_WAITLIST: "PENDING_MERCHANT_CONFIRMATION",
}
# The aggregator counts a wrong value and an unknown record as a malformed request.
_MALFORMED: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY})


def booking_id_of(merchant: Merchant, booking: Booking) -> str:
    """Return the id of a booking for the aggregator, which names its merchant.

    The methods that take a booking name no merchant.
    """
    return f"{merchant.id}{_SEPARATOR}{booking.id}"


def parts_of(booking_id: str) -> tuple[str, str]:
    """Return the ids of the merchant and of the booking.

    >>> parts_of("the-pub~n7")
    ('the-pub', 'n7')
    """
    merchant_id, _, found = booking_id.partition(_SEPARATOR)
    return merchant_id, found


def status_of(booking: Booking) -> str:
    """Return the status of a booking in the words of the aggregator."""
    return _STATUS.get(booking.status, "CONFIRMED")


def booking_data(merchant: Merchant, booking: Booking, user: User | None) -> dict[str, Any]:
    """Return a booking, with the personal data that the host keeps."""
    dining = booking.stay.dining
    seconds = (dining.end_us - dining.start_us) // MICROSECONDS_PER_SECOND
    slot = {
        "merchant_id": merchant.id,
        "service_id": merchant.service_id,
        "start_sec": dining.start_us // MICROSECONDS_PER_SECOND,
        "duration_sec": seconds,
        "resources": {"party_size": booking.party_size},
        "confirmation_mode": SYNCHRONOUS,
    }
    found = {
        "booking_id": booking_id_of(merchant, booking),
        "slot": with_texts(slot),
        "status": status_of(booking),
        "payment_information": {"prepayment_status": NOT_PREPAID},
    }
    return found if user is None else {**found, "user_information": _user_data(user)}


def _user_data(user: User) -> dict[str, str]:
    found: dict[str, str] = attrs.asdict(user)
    del found["additional_request"]
    return {key: value for key, value in found.items() if value}


def failure(cause: str, description: str) -> dict[str, Any]:
    """Return a failure of the house's rules, which is an answer of status 200."""
    return {"booking_failure": {"cause": cause, "description": description}}


def unchangeable(error: IllegalTransition) -> dict[str, Any]:
    """Return the failure of a change that the booking's life cycle does not allow."""
    is_cancelled = error.status == BookingStatus.CANCELLED.value
    cause = "BOOKING_ALREADY_CANCELLED" if is_cancelled else "BOOKING_NOT_CANCELLABLE"
    return failure(cause, f"the booking is {error.status}")


def unavailable(code: Code) -> dict[str, Any]:
    """Return the failure of a slot that the house cannot give, by the code of the refusal."""
    return failure("SLOT_UNAVAILABLE", code.value)


def error_answer(error: Exception, actor: Actor) -> JSONResponse:
    """Return the answer to an error, with a status that the aggregator knows."""
    found = problem_of(error, actor, has_precondition=False)
    assert found is not None, "every error that is caught has its problem"
    if found.status_code not in _MALFORMED:
        return found
    said = json.loads(bytes(found.body))
    return problem(HTTPStatus.BAD_REQUEST.value, said["code"], said["detail"], {})


def refused_request(rule: str) -> HTTPException:
    """Return the error of a request that names something unknown or contradicts itself."""
    return HTTPException(HTTPStatus.BAD_REQUEST.value, rule)
