"""The words of the page: notes, statuses, and times as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from fourtop.model.booking import BookingStatus
from fourtop.model.floor import Floor
from fourtop.model.service_period import Weekday
from fourtop.plotting.time_axis import day_text

# What a page says after a form, by the word in its address.
NOTES: Final[Mapping[str, str]] = {
    "seat": "The party sits at its tables.",
    "complete": "The party has left.",
    "no-show": "The party did not come. Its tables are free.",
    "cancel": "The booking is cancelled.",
    "undo": "The last step is taken back.",
    "prolong": "The party stays longer.",
    "resize": "The party has another size.",
    "reschedule": "The booking is changed.",
    "pin": "The booking keeps its tables.",
    "unpin": "The booking may move again.",
    "assign": "The booking has tables.",
    "unassign": "The booking waits for tables.",
    "move": "The party has other tables.",
    "book": "The booking is confirmed.",
    "walk-in": "The party is seated.",
    "wait": "The party is on the waitlist.",
    "offer": "Tables are kept for a party.",
    "no-offer": "No party that waits can have tables now.",
    "accept": "The party has its tables.",
    "not-yet": "The party has its tables, but it cannot sit down yet.",
    "withdraw": "The offer has ended. The party keeps its place.",
    "leave": "The party waits no longer.",
    "block": "The tables are blocked.",
    "unblock": "The block has ended.",
    "house": "The change is saved.",
    "repair": "The change is saved, and the parties are kept.",
    "same": "Nothing had to change.",
}
STATUSES: Final[Mapping[BookingStatus, str]] = {
    BookingStatus.PENDING: "on hold",
    BookingStatus.PENDING_ALLOCATION: "waits for tables",
    BookingStatus.CONFIRMED: "expected",
    BookingStatus.CHECKED_IN: "seated",
    BookingStatus.COMPLETED: "left",
    BookingStatus.CANCELLED: "cancelled",
    BookingStatus.NO_SHOW: "did not come",
    BookingStatus.WAITLISTED: "on the waitlist",
    BookingStatus.PRIORITY_WAITLIST: "on the waitlist, first",
    BookingStatus.SHADOW: "shadow",
}


def sentence(text: str) -> str:
    """Return a text with a capital letter at its start and a full stop at its end.

    >>> sentence("table 4 is taken at that time")
    'Table 4 is taken at that time.'
    """
    text = text.strip()
    stop = "" if text.endswith((".", "!", "?")) else "."
    return f"{text[:1].upper()}{text[1:]}{stop}" if text else ""


def clock_text(local: str) -> str:
    """Return the time of day of a local time in ISO 8601.

    >>> clock_text("2026-05-01T19:30:00+01:00")
    '19:30'
    """
    return local[11:16]


def long_day(on: date) -> str:
    """Return a date for people.

    >>> long_day(date(2026, 5, 1))
    'Friday 1 May 2026'
    """
    return day_text(on)


def short_day(on: date) -> str:
    """Return a date without its year.

    >>> short_day(date(2026, 5, 1))
    'Fri 1 May'
    """
    weekday, day, month, _ = day_text(on).split()
    return f"{weekday[:3]} {day} {month[:3]}"


def weekday_text(day: Weekday) -> str:
    """Return the short name of a day of the week.

    >>> weekday_text(Weekday.MONDAY)
    'Mon'
    """
    return day.value[:3].capitalize()


def month_text(on: date) -> str:
    """Return the month of a date.

    >>> month_text(date(2026, 5, 1))
    'May 2026'
    """
    return " ".join(day_text(on).split()[2:])


def tables_text(floor: Floor, tables: Iterable[str]) -> str:
    """Return the numbers of tables; one that the floor does not have keeps its id.

    >>> from fourtop import sketch_floor
    >>> tables_text(sketch_floor({"1": 2, "2": 2}), ["1", "7"])
    '1 + 7'
    """
    return " + ".join(floor.labels.get(each, each) for each in tables)
