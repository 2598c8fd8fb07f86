"""Lists of bookings: what a list shows, and its pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of
from fourtop.model import validators
from fourtop.model.booking import Booking, Bookings, BookingStatus
from fourtop.model.window import LATEST_US, as_micros, brief_iso, from_micros

MAX_PAGE: Final = 500

# Microseconds since 1970 and the id of a booking; no id contains a tilde.
_CURSOR: Final = re.compile(r"([0-9]{1,16})~([A-Za-z0-9._:-]{1,64})")


def _start(value: datetime | None) -> int:
    return 0 if value is None else as_micros(value, "start", unbounded_us=0)


def _end(value: datetime | None) -> int:
    return LATEST_US if value is None else as_micros(value, "end", unbounded_us=LATEST_US)


def _statuses(value: Iterable[BookingStatus | str]) -> frozenset[BookingStatus]:
    return frozenset(
        validators.as_members(
            "statuses", value, lambda each: validators.as_enum(BookingStatus, "statuses", each)
        )
    )


@attrs.frozen(repr=False)
class BookingFilter:
    """The bookings that a list shows: those that meet all that is named.

    Args:
        start: The first start; ``None``: without a bound. Any length of time is allowed.
        end: The end of the starts, which it excludes; ``None``: without a bound.
        statuses: One of these statuses; none admits all.
        reference: The host's own id.

    Raises:
        InvalidInput: Naming the field and the rule.
        InvalidIdentifier: If the reference is malformed.
        NaiveDatetime: If a bound has no time zone.

    >>> BookingFilter(statuses=["confirmed"], reference="order-17")
    <BookingFilter confirmed, reference order-17>
    """

    start_us: int = attrs.field(default=None, alias="start", converter=_start)
    end_us: int = attrs.field(default=None, alias="end", converter=_end)
    statuses: frozenset[BookingStatus] = attrs.field(default=(), kw_only=True, converter=_statuses)
    reference: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )

    def __attrs_post_init__(self) -> None:
        if self.end_us <= self.start_us:
            given = f"{brief_iso(self.start_us)} and {brief_iso(self.end_us)}"
            raise InvalidInput("end", "must be after the start", given)

    @property
    def start(self) -> datetime:
        """The first start, in UTC."""
        return from_micros(self.start_us)

    @property
    def end(self) -> datetime:
        """The end of the starts, in UTC."""
        return from_micros(self.end_us)

    def __repr__(self) -> str:
        return brief(
            self,
            f"from {brief_iso(self.start_us)}" if self.start_us else "",
            f"to {brief_iso(self.end_us)}" if self.end_us < LATEST_US else "",
            " or ".join(sorted(self.statuses)),
            "" if self.reference is None else f"reference {self.reference}",
        )


ALL_BOOKINGS: Final = BookingFilter()


def cursor_of(booking: Booking) -> str:
    """Return the place of a booking in every list, as text."""
    return f"{booking.stay.dining.start_us}~{booking.id}"


def place_of(cursor: object) -> tuple[int, str]:
    """Return the start and the id of a cursor.

    Raises:
        InvalidInput: If no page has returned it.
    """
    found = _CURSOR.fullmatch(cursor) if isinstance(cursor, str) else None
    if found is None:
        raise InvalidInput("after", "must be the next_page of a page", safe_repr(cursor))
    return int(found[1]), found[2]


@attrs.frozen(repr=False)
class BookingPage:
    """A page of a list of bookings, by start, then id.

    Args:
        bookings: The bookings.
        next_page: Give it as ``after`` to read the next page; ``None``: this is the last one.
    """

    bookings: Bookings
    next_page: str | None

    def __iter__(self) -> Iterator[Booking]:
        return iter(self.bookings)

    def __len__(self) -> int:
        return len(self.bookings)

    def __repr__(self) -> str:
        more = "the last page" if self.next_page is None else "more follow"
        return brief(self, count_of(len(self.bookings), "booking"), more)

    def _repr_html_(self) -> str:
        return self.bookings._repr_html_()
