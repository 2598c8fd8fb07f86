"""The timeline of a night: every table with its parties, to be moved by drag and drop."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from fourtop.model.booking import BookingStatus
from fourtop.operations_page.access import views
from fourtop.operations_page.night import read_night
from fourtop.operations_page.screen import OfScreen
from fourtop.operations_page.words import long_day
from fourtop.plotting import night_chart

TIMELINE: Final = views()

# Parties that may get other tables.
_MOVABLE: Final = (
    BookingStatus.PENDING_ALLOCATION,
    BookingStatus.CONFIRMED,
    BookingStatus.CHECKED_IN,
)


@TIMELINE.get("/timeline", name="timeline")
async def show_timeline(screen: OfScreen, on: str = "") -> Response:
    """Show the timeline of a night."""
    night = await read_night(screen, on)
    links = {key: screen.places.to("bookings", key) for key in night.parties}
    return screen.page(
        "timeline.html",
        night=night,
        # Without parties, the rows are still targets.
        picture=night_chart(night.day, links=links),
        movable=night.parties_at(*_MOVABLE),
        tables=screen.house.floor.tables,
        labels=screen.house.floor.labels,
        heading=long_day(night.day.on),
    )
