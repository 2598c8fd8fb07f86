"""iCalendar: bookings as events of a calendar, for the calendars that people already read.

The text follows RFC 5545: lines end with CR LF and are folded at 75 octets, texts are escaped, and
times are in UTC, so that no time zone has to be described.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from fourtop.formats.booking_row import removed_number
from fourtop.model import validators
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.house import House
from fourtop.model.window import from_micros

_OCTETS: Final = 75
_LINE: Final = "\r\n"
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})

_S = BookingStatus
_STATUS: Final = {
    _S.CANCELLED: "CANCELLED",
    _S.NO_SHOW: "CANCELLED",
    _S.PENDING: "TENTATIVE",
    _S.PENDING_ALLOCATION: "TENTATIVE",
    _S.WAITLISTED: "TENTATIVE",
    _S.PRIORITY_WAITLIST: "TENTATIVE",
    _S.SHADOW: "TENTATIVE",
}


def dumps_icalendar(bookings: Iterable[Booking], house: House) -> str:
    """Encode bookings as an iCalendar text: one event for each, in their order.

    An event has the dining time, the party size, the numbers of the tables and the status. Its UID
    and SEQUENCE follow from the booking and its version, so that a calendar updates it.

    Args:
        bookings: The bookings.
        house: Their house, for its name and the numbers of its tables.

    Raises:
        InvalidInput: If a value is not a booking.
    """
    restaurant = house.restaurant
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//fourtop//fourtop//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(restaurant.name)}",
        f"X-WR-TIMEZONE:{_text(restaurant.timezone)}",
    ]
    for booking in validators.as_instances("bookings", bookings, Booking):
        lines += _event(booking, house)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}{_LINE}" for line in lines for part in _folded(line))


def _event(booking: Booking, house: House) -> list[str]:
    dining = booking.stay.dining
    labels = house.floor.labels
    tables = ", ".join(labels.get(each) or removed_number(each) for each in booking.tables)
    party = f"Party of {booking.party_size}"
    status = booking.status.value.replace("_", " ")
    lines = [
        "BEGIN:VEVENT",
        f"UID:{booking.id}@{booking.restaurant_id}",
        f"DTSTAMP:{_utc(booking.updated_us)}",
        f"SEQUENCE:{booking.version}",
        f"DTSTART:{_utc(dining.start_us)}",
        f"DTEND:{_utc(dining.end_us)}",
        f"SUMMARY:{_text(f'{party}, {_tables(booking, tables)}')}",
        f"DESCRIPTION:{_text(f'{status}, {booking.stay.period}, booking {booking.id}')}",
        f"STATUS:{_STATUS.get(booking.status, 'CONFIRMED')}",
        f"CATEGORIES:{_text(status)}",
    ]
    if tables:
        lines.append(f"LOCATION:{_text(tables)}")
    return [*lines, "END:VEVENT"]


def _tables(booking: Booking, tables: str) -> str:
    noun = "table" if len(booking.tables) == 1 else "tables"
    return f"{noun} {tables}" if tables else "no tables"


def _utc(micros: int) -> str:
    return from_micros(micros).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    return value.translate(_ESCAPED)


def _folded(line: str) -> Iterator[str]:
    """Yield the parts of a line, of at most 75 octets each; a space continues a line.

    A character is never cut, although it may have several octets.
    """
    part, octets = "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > _OCTETS:
            yield part
            part, octets = " ", 1
        part += character
        octets += size
    yield part
