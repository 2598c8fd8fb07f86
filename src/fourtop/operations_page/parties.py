"""Parties: bookings as the page shows them, with the steps that each one may take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from fourtop.errors import Reason
from fourtop.errors.display import short_id
from fourtop.model.booking import Booking, BookingStatus
from fourtop.operations_page.screen import ID, Screen
from fourtop.operations_page.words import STATUSES, clock_text, sentence

_S = BookingStatus


@attrs.frozen
class Step:
    """A step of a booking that is a button.

    Args:
        name: The last part of its address.
        label: The text of the button.
        fields: Further fields of its form.
    """

    name: str
    label: str
    fields: Mapping[str, str] = attrs.field(factory=dict)


_SEAT: Final = Step("seat", "Seat")
_NO_SHOW: Final = Step("no-show", "No-show")
_COMPLETE: Final = Step("complete", "Left")
_LONGER: Final = Step("prolong", "+15 min", {"minutes": "15"})
_CANCEL: Final = Step("cancel", "Cancel")
_ASSIGN: Final = Step("assign", "Best tables")
_UNDO: Final = Step("undo", "Undo")
_STEPS: Final[Mapping[BookingStatus, tuple[Step, ...]]] = {
    _S.PENDING_ALLOCATION: (_ASSIGN, _CANCEL),
    _S.CONFIRMED: (_SEAT, _NO_SHOW, _CANCEL),
    _S.CHECKED_IN: (_COMPLETE, _LONGER),
    _S.WAITLISTED: (_CANCEL,),
    _S.PRIORITY_WAITLIST: (_CANCEL,),
}


@attrs.frozen
class Party:
    """A booking as the page shows it.

    Args:
        booking: The booking.
        title: The name that the host gives, its reference, or the end of its id.
        tables: The numbers of its tables; empty without tables.
        start: The local time when it sits down.
        end: The local time when it leaves.
    """

    booking: Booking
    title: str
    tables: str
    start: str
    end: str

    @property
    def id(self) -> str:
        """The id of the booking."""
        return self.booking.id

    @property
    def status(self) -> str:
        """The status for people."""
        return STATUSES[self.booking.status]

    @property
    def look(self) -> str:
        """The word of the status for style sheets."""
        return self.booking.status.value

    @property
    def steps(self) -> Sequence[Step]:
        """The steps that it may take, the likeliest first."""
        found = _STEPS.get(self.booking.status, ())
        return (*found, _UNDO) if self.booking.last_step is not None else found

    @property
    def seen(self) -> str:
        """Its facts as one text, by which a stale form tells the change."""
        facts = (self.status, str(self.booking.party_size), self.start, self.end, self.tables)
        return "\t".join(facts)

    @property
    def text(self) -> str:
        """A line about it."""
        where = f"at {self.tables}" if self.tables else "without a table"
        return f"{self.start} {self.title}, party of {self.booking.party_size}, {where}"


def party_of(screen: Screen, booking: Booking, names: Mapping[str, str]) -> Party:
    """Return a booking as the page shows it."""
    calendar = screen.calendar
    dining = booking.stay.dining
    end_us = dining.end_us if booking.left_us is None else booking.left_us
    return Party(
        booking,
        names.get(booking.id) or booking.reference or short_id(booking.id),
        screen.tables_text(booking.tables),
        clock_text(booking.local_start or calendar.local_text(dining.start_us)),
        clock_text(calendar.local_text(end_us)),
    )


async def reasons_told(screen: Screen, reasons: Iterable[Reason]) -> list[str]:
    """Return the reasons of a refusal as sentences, with the titles of the parties in the way."""
    found = list(reasons)
    rows = (row for each in found for row in each.details.get("in_the_way", ()))
    bookings = await screen.bookings(row["owner_id"] for row in rows)
    titles = {each.id: each.title for each in await parties_of(screen, bookings.values())}
    texts = [screen.words(str(each)) for each in found]
    return [sentence(ID.sub(lambda word: titles.get(word[0], word[0]), text)) for text in texts]


async def parties_of(screen: Screen, bookings: Iterable[Booking]) -> list[Party]:
    """Return bookings as the page shows them, with the names that the host gives."""
    found = list(bookings)
    names = await screen.names(each.id for each in found)
    return [party_of(screen, each, names) for each in found]
