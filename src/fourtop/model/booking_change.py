"""Changes of a booking: what a reschedule changes, and what it keeps."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Any, Final, SupportsIndex

import attrs

from fourtop.errors.display import brief
from fourtop.model import validators
from fourtop.model.booking import Booking
from fourtop.model.override import Override, as_overrides, merged, standing
from fourtop.model.request import (
    ANY_TABLE,
    BookingRequest,
    Preference,
    Relaxation,
    as_relaxations,
    as_start,
    as_table_ids,
    stay_minutes,
)
from fourtop.model.window import brief_iso, from_micros


class Keep(Enum):
    """The value of a field that a change keeps."""

    KEEP = "keep"

    def __repr__(self) -> str:
        return "KEEP"


KEEP: Final = Keep.KEEP


def _start(value: datetime | Keep) -> int | Keep:
    return value if isinstance(value, Keep) else as_start(value)


def _party_size(value: SupportsIndex | Keep) -> int | Keep:
    return value if isinstance(value, Keep) else validators.as_integer(value)


def _minutes(value: SupportsIndex | Keep | None) -> int | Keep | None:
    return value if isinstance(value, Keep) else validators.as_optional_integer(value)


def _tables(value: Iterable[str] | Keep) -> tuple[str, ...] | Keep:
    return value if isinstance(value, Keep) else as_table_ids(value)


def _kept_or(validator: validators.Validator) -> validators.Validator:
    def validate(instance: object, attribute: validators.Named, value: object) -> None:
        if not isinstance(value, Keep):
            validator(instance, attribute, value)

    return validate


def _relax(value: Iterable[Relaxation | str] | Keep) -> tuple[Relaxation, ...] | Keep:
    return value if isinstance(value, Keep) else as_relaxations(value)


def _overrides(value: Iterable[Override] | Keep) -> tuple[Override, ...] | Keep:
    return value if isinstance(value, Keep) else as_overrides(value)


_identifier: Final = _kept_or(validators.optional(validators.identifier))
_preference: Final = _kept_or(validators.one_of(Preference))


@attrs.frozen(repr=False)
class BookingChange:
    """A change of a booking. A field that is not given keeps the booking's value.

    ``None`` or an empty value is a value: ``must=Preference()`` drops the required conditions,
    ``tables=()`` the promise of tables, ``minutes=None`` the length of its own.

    Args:
        start: The new time when they sit down. An aware datetime of any zone.
        party_size: The new number of people (1–1,000).
        occasion: Key of an occasion of the house; ``None``: the period's default.
        must: Conditions that every table must meet.
        wish: Conditions that add to the score.
        tables: Exactly these tables; empty: the planner chooses.
        channel: The way by which the change comes (an id), or ``None``.
        minutes: The length of the stay (1–600); ``None``: the policy decides.
        reference: The host's own id of the booking, or ``None``.
        past_reason: The host's code (an id) for accepting a start in the past; only for staff. Not
            given, the booking's code stays while its start stays.
        relax: Rules of the house to lift for this change if the answer is a no, as in
            ``BookingRequest.relax``; only for staff. A booking keeps no relaxation.
        overrides: Rules of the house that staff break for this change, besides those of tables that
            the booking breaks already; only for staff.

    Raises:
        InvalidInput: Naming the field and the rule.
        NaiveDatetime: If the start has no time zone.

    >>> change = BookingChange(party_size=3)
    >>> sorted(change.given)
    ['party_size']
    """

    start_us: int | Keep = attrs.field(default=KEEP, alias="start", kw_only=True, converter=_start)
    party_size: int | Keep = attrs.field(
        default=KEEP,
        kw_only=True,
        converter=_party_size,
        validator=_kept_or(validators.party_size),
    )
    occasion: str | Keep | None = attrs.field(default=KEEP, kw_only=True, validator=_identifier)
    must: Preference | Keep = attrs.field(default=KEEP, kw_only=True, validator=_preference)
    wish: Preference | Keep = attrs.field(default=KEEP, kw_only=True, validator=_preference)
    tables: tuple[str, ...] | Keep = attrs.field(default=KEEP, kw_only=True, converter=_tables)
    channel: str | Keep | None = attrs.field(default=KEEP, kw_only=True, validator=_identifier)
    minutes: int | Keep | None = attrs.field(
        default=KEEP, kw_only=True, converter=_minutes, validator=_kept_or(stay_minutes)
    )
    reference: str | Keep | None = attrs.field(default=KEEP, kw_only=True, validator=_identifier)
    past_reason: str | Keep | None = attrs.field(default=KEEP, kw_only=True, validator=_identifier)
    relax: tuple[Relaxation, ...] | Keep = attrs.field(default=KEEP, kw_only=True, converter=_relax)
    overrides: tuple[Override, ...] | Keep = attrs.field(
        default=KEEP, kw_only=True, converter=_overrides
    )

    @property
    def given(self) -> dict[str, Any]:
        """The fields that it changes, by the name of the attribute."""
        return {
            name: value
            for name, value in attrs.asdict(self, recurse=False).items()
            if not isinstance(value, Keep)
        }

    def applied_to(self, booking: Booking) -> BookingRequest:
        """Return the whole request of a booking after this change."""
        before, given = request_of(booking), self.given
        start_us = given.pop("start_us", before.start_us)
        if start_us != before.start_us:
            given = {"start": from_micros(start_us), "past_reason": None, **given}
        # What the booking breaks already stands as long as it has its tables.
        kept: tuple[Override, ...] = ()
        if given.get("tables", before.tables) == before.tables:
            is_same_size = given.get("party_size", before.party_size) == before.party_size
            kept = standing(before.overrides, is_same_size=is_same_size)
        given["overrides"] = merged(kept, given.get("overrides", ()))
        return before.replaced(**given)

    def __repr__(self) -> str:
        given = self.given
        if "start_us" in given:
            given["start_us"] = brief_iso(given["start_us"])
        return brief(self, *(f"{name.removesuffix('_us')} {each}" for name, each in given.items()))


def request_of(booking: Booking) -> BookingRequest:
    """Return the request that a booking answers, with the conditions and promises that it keeps.

    A pinned booking keeps its tables, too.
    """
    keeps_tables = booking.names_tables or booking.is_pinned
    return BookingRequest(
        booking.party_size,
        booking.start,
        occasion=booking.occasion,
        must=booking.must,
        wish=booking.wish,
        tables=booking.tables if keeps_tables else (),
        channel=booking.channel,
        minutes=booking.minutes,
        reference=booking.reference,
        past_reason=booking.past_reason,
        overrides=standing(booking.overrides, is_same_size=True) if keeps_tables else (),
    )


def with_promises(request: BookingRequest, booking: Booking) -> BookingRequest:
    """Return a request for a booking: what it does not name, it takes from the booking."""
    kept = {
        name: getattr(booking, name)
        for name in ("must", "wish", "occasion", "channel", "minutes", "reference")
        if getattr(request, name) in (None, ANY_TABLE)
    }
    return request.replaced(**kept)


def seats_alike(one: BookingRequest, other: BookingRequest) -> bool:
    """Tell whether two requests ask for the same seats: all but the host's own notes agree."""
    return all(getattr(one, name) == getattr(other, name) for name in _OF_SEATS)


_OF_SEATS: Final = tuple(
    field.name
    for field in attrs.fields(BookingRequest)
    if field.name not in ("reference", "past_reason", "relax", "overrides")
)
