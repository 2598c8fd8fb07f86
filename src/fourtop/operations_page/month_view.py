"""The month: which days a party can book, and how many parties are booked on each."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from typing import Annotated, Final

import attrs
from fastapi import Query
from starlette.responses import Response

from fourtop.http_api.query_values import PartySize, month_of
from fourtop.model.booking_list import BookingFilter
from fourtop.model.month import BookableDay
from fourtop.model.service_period import NIGHT_ENDS, WEEK
from fourtop.model.window import from_micros
from fourtop.operations_page.access import views
from fourtop.operations_page.bookings_view import read_bookings
from fourtop.operations_page.night import today_of
from fourtop.operations_page.screen import OfScreen, Screen
from fourtop.operations_page.words import month_text, weekday_text

MONTH: Final = views()

_MonthText = Annotated[str, Query(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]
_COUPLE: Final = 2


@attrs.frozen
class MonthDay:
    """A day of the month: its starts on offer and its bookings."""

    found: BookableDay
    parties: int
    covers: int


@MONTH.get("/month", name="month")
async def show_month(
    screen: OfScreen, month: _MonthText = "", party_size: PartySize = _COUPLE
) -> Response:
    """Show the days of a month for a party."""
    today, _ = await today_of(screen)
    year, number = month_of(month) if month else (today.year, today.month)
    found = await screen.desk.month(year, number, party_size)
    parties, covers, has_more = await _booked(screen, date(year, number, 1))
    days = [MonthDay(each, parties[each.on], covers[each.on]) for each in found]
    first, last = days[0].found.on, days[-1].found.on
    return screen.page(
        "month.html",
        days=days,
        blanks=first.weekday(),
        week=[weekday_text(each) for each in WEEK],
        today=today,
        party_size=party_size,
        month=f"{first:%Y-%m}",
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{last + timedelta(days=1):%Y-%m}",
        heading=month_text(first),
        has_more=has_more,
    )


async def _booked(screen: Screen, first: date) -> tuple[Counter[date], Counter[date], bool]:
    """Return the parties and the covers of each service date of a month."""
    after = first + timedelta(days=monthrange(first.year, first.month)[1])
    start, end = (from_micros(screen.calendar.local_us(day, NIGHT_ENDS)) for day in (first, after))
    bookings, has_more = await read_bookings(screen, BookingFilter(start, end))
    parties: Counter[date] = Counter()
    covers: Counter[date] = Counter()
    for each in bookings:
        if each.status.counts_covers:
            parties[each.stay.service_date] += 1
            covers[each.stay.service_date] += each.party_size
    return parties, covers, has_more
