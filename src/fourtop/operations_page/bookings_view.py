"""The list of bookings, with search, filter and sort, and the page of one booking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Final

import attrs
from fastapi import HTTPException, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from fourtop.http_api.query_values import Id
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.booking_list import MAX_PAGE, BookingFilter
from fourtop.model.floor import number_key
from fourtop.model.service_period import NIGHT_ENDS, check_date, check_time
from fourtop.model.window import from_micros
from fourtop.operations_page.access import views
from fourtop.operations_page.night import today_of
from fourtop.operations_page.parties import Party, parties_of
from fourtop.operations_page.screen import OfScreen, Screen
from fourtop.operations_page.words import STATUSES, long_day

BOOKINGS: Final = views()

# A list reads at most so many bookings. The page says so where it ends.
_MOST: Final = 4 * MAX_PAGE
_SPANS: Final = (1, 7, 31)
_SORTS: Final[Mapping[str, Callable[[Party], Any]]] = {
    "start": lambda party: (party.booking.stay.dining.start_us, party.id),
    "party": lambda party: (party.title.casefold(), party.id),
    "size": lambda party: (party.booking.party_size, party.id),
    "tables": lambda party: (not party.tables, number_key(party.tables), party.id),
    "status": lambda party: (list(BookingStatus).index(party.booking.status), party.id),
}


@attrs.frozen
class Wanted:
    """What a list shows.

    Args:
        on: Its first date.
        days: How many dates.
        statuses: One of these statuses; none admits all.
        search: A text of the name, the reference, the id or the tables.
        sort: The key of the order; with a minus, from the last to the first.
        since: Only parties that sit down from this local time on, on one date.
        until: Only parties that sit down before this local time.
        is_present: Whether parties that came before count, too, if they are still at their tables.
    """

    on: date
    days: int
    statuses: frozenset[BookingStatus]
    search: str
    sort: str
    since: str = ""
    until: str = ""
    is_present: bool = False

    def sorted(self, parties: Sequence[Party]) -> list[Party]:
        """Return parties in the order of the list."""
        key = _SORTS[self.sort.removeprefix("-")]
        return sorted(parties, key=key, reverse=self.sort.startswith("-"))

    def admits(self, party: Party) -> bool:
        """Tell whether the search finds a party."""
        texts = (party.title, party.id, party.booking.reference or "", party.tables)
        text = self.search.casefold()
        return not text or any(text in each.casefold() for each in texts)

    def link(self, key: str) -> dict[str, str]:
        """Return the order that a click on the head of a column gives."""
        return {"sort": f"-{key}" if self.sort == key else key}

    def direction(self, key: str) -> str:
        """Return the order of a column for ``aria-sort``."""
        if self.sort.removeprefix("-") != key:
            return "none"
        return "descending" if self.sort.startswith("-") else "ascending"


def _filter(screen: Screen, wanted: Wanted) -> BookingFilter:
    """Return the filter of the nights of a list: from early morning to early morning."""
    calendar = screen.calendar
    start_us = calendar.local_us(wanted.on, NIGHT_ENDS)
    end_us = calendar.local_us(wanted.on + timedelta(days=wanted.days), NIGHT_ENDS)
    if wanted.since and not wanted.is_present:
        start_us = calendar.night_us(wanted.on, check_time("since", wanted.since))
    if wanted.until:
        end_us = calendar.night_us(wanted.on, check_time("until", wanted.until))
    return BookingFilter(from_micros(start_us), from_micros(end_us), statuses=wanted.statuses)


async def read_bookings(screen: Screen, wanted: BookingFilter) -> tuple[list[Booking], bool]:
    """Return the bookings of a filter, and whether more follow."""
    found: list[Booking] = []
    after = None
    while len(found) < _MOST:
        page = await screen.desk.list_bookings(wanted, limit=MAX_PAGE, after=after)
        found += page.bookings
        after = page.next_page
        if after is None:
            return found, False
    return found, True


class ListQuery(BaseModel):
    """The fields of the list's form."""

    on: str = ""
    days: int = 1
    status: list[str] = []
    q: Annotated[str, Field(max_length=100)] = ""
    sort: str = "start"
    since: str = ""
    until: str = ""
    present: bool = False

    def wanted(self, today: date) -> Wanted:
        """Return what the list shows.

        Raises:
            HTTPException: 422 for an unknown span or order.
            InvalidInput: If the date or a status is malformed.
        """
        if self.days not in _SPANS or self.sort.removeprefix("-") not in _SORTS:
            raise HTTPException(422, "the list has no such span or order")
        first = check_date("on", self.on) if self.on else today
        # A form sends an empty text for "all".
        statuses = BookingFilter(statuses=[each for each in self.status if each]).statuses
        search, since, until = self.q.strip(), self.since, self.until
        return Wanted(first, self.days, statuses, search, self.sort, since, until, self.present)


@BOOKINGS.get("/bookings", name="bookings")
async def show_bookings(screen: OfScreen, query: Annotated[ListQuery, Query()]) -> Response:
    """Show a list of bookings."""
    today, _ = await today_of(screen)
    wanted = query.wanted(today)
    found, has_more = await read_bookings(screen, _filter(screen, wanted))
    if wanted.is_present and wanted.since:
        since_us = screen.calendar.night_us(wanted.on, check_time("since", wanted.since))
        found = [each for each in found if each.stay.dining.end_us > since_us]
    parties = [each for each in await parties_of(screen, found) if wanted.admits(each)]
    return screen.page(
        "bookings.html",
        wanted=wanted,
        today=today,
        parties=wanted.sorted(parties),
        has_more=has_more,
        statuses=STATUSES,
        spans=_SPANS,
        columns=(
            *(("start", "Time"), ("party", "Party"), ("size", "People")),
            *(("tables", "Tables"), ("status", "Status")),
        ),
        covers=sum(e.booking.party_size for e in parties if e.booking.status.counts_covers),
        heading=long_day(wanted.on),
    )


@BOOKINGS.get("/bookings/{booking_id}", name="booking")
async def show_booking(booking_id: Id, screen: OfScreen) -> Response:
    """Show a booking with all its steps."""
    booking = await screen.desk.get_booking(booking_id)
    (party,) = await parties_of(screen, [booking])
    dining = booking.stay.dining
    return screen.page(
        "booking.html",
        party=party,
        booking=booking,
        on=screen.calendar.local_date(dining.start_us),
        heading=long_day(booking.stay.service_date),
        facts=_facts(screen, booking),
        tables=screen.house.floor.tables,
        labels=screen.house.floor.labels,
        statuses=BookingStatus,
    )


def _facts(screen: Screen, booking: Booking) -> list[tuple[str, str]]:
    """Return the facts of a booking that it has, with their names."""
    moments = (
        ("Booked", booking.created_us),
        ("Seated", booking.seated_us),
        ("Left", booking.left_us),
        ("Last change", booking.updated_us),
    )
    facts = [
        (name, screen.calendar.local_text(at)[:16].replace("T", " "))
        for name, at in moments
        if at is not None
    ]
    facts += [
        ("Changed by", booking.actor.id),
        ("Service", booking.stay.period),
        ("Occasion", booking.stay.occasion or ""),
        ("Channel", booking.channel or ""),
        ("Reference", booking.reference or ""),
        ("Asks for", _conditions(booking)),
        ("Overrides", ", ".join(f"{each.rule}: {each.reason}" for each in booking.overrides)),
        ("Id", booking.id),
    ]
    return [(name, text) for name, text in facts if text]


def _conditions(booking: Booking) -> str:
    found = booking.must.values_of(booking.must.kinds)
    return "; ".join(f"{kind}: {', '.join(values)}" for kind, values in found.items())
