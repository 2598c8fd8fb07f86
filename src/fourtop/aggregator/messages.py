"""The requests of the booking server, in JSON.

Numbers of 64 bits may be texts, as protocol buffers write them. Unknown keys are ignored. Personal
data has no rules, so that no error repeats it.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from fourtop.model.validators import MAX_PARTY

MOST_SLOTS: Final = 1_000
CANCELED: Final = "CANCELED"

# From 1970 to 2199, and up to ten hours.
Seconds = Annotated[int, Field(ge=0, lt=7_258_118_400)]
Duration = Annotated[int, Field(ge=60, le=36_000, multiple_of=60)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
PartySize = Annotated[int, Field(ge=1, le=MAX_PARTY)]


class Resources(BaseModel):
    """The resources of a slot: the people of the party."""

    model_config = ConfigDict(extra="allow")

    party_size: PartySize


class SlotTime(BaseModel):
    """A start for which the aggregator asks."""

    model_config = ConfigDict(extra="allow")

    service_id: Id
    start_sec: Seconds
    duration_sec: Duration | None = None
    resource_ids: Resources

    def echo(self) -> dict[str, Any]:
        """Return it as it came, with 64-bit numbers as texts."""
        found = self.model_dump(exclude_unset=True)
        return with_texts(found)


class BatchAvailabilityLookupRequest(BaseModel):
    """Which of these starts can be booked?"""

    merchant_id: Id
    slot_time: Annotated[list[SlotTime], Field(max_length=MOST_SLOTS)] = []


class Slot(BaseModel):
    """The slot of a new booking."""

    merchant_id: Id
    service_id: Id
    start_sec: Seconds
    duration_sec: Duration | None = None
    resources: Resources


class PaymentInformation(BaseModel):
    """The payment of a slot. The server takes no payments."""

    prepayment_status: str = ""


class CreateBookingRequest(BaseModel):
    """Book a slot, once for each token."""

    slot: Slot
    idempotency_token: Annotated[str, Field(min_length=1, max_length=4_096)]
    user_information: dict[str, Any] = {}
    additional_request: Any = ""
    payment_information: PaymentInformation = PaymentInformation()


class SlotChange(BaseModel):
    """The part of a slot that changes."""

    start_sec: Seconds | None = None
    duration_sec: Duration | None = None
    resources: Resources | None = None


class BookingPatch(BaseModel):
    """A booking, and what changes about it."""

    booking_id: Id
    slot: SlotChange | None = None
    status: str | None = None


class UpdateBookingRequest(BaseModel):
    """Change a booking, or cancel it."""

    booking: BookingPatch


class GetBookingStatusRequest(BaseModel):
    """How does a booking stand?"""

    booking_id: Id


class ListBookingsRequest(BaseModel):
    """Which bookings does a user have ahead?"""

    user_id: Id


def with_texts(data: dict[str, Any]) -> dict[str, Any]:
    """Return a slot with its seconds as texts, as protocol buffers write 64-bit numbers.

    >>> with_texts({"start_sec": 1606467600, "resources": {"party_size": 2}})
    {'start_sec': '1606467600', 'resources': {'party_size': 2}}
    """
    return {
        key: str(value) if key in ("start_sec", "duration_sec") and value is not None else value
        for key, value in data.items()
    }
