"""The heat map: how full each slot of a week is. A click lists the bookings of a slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import attrs
from fastapi import HTTPException
from starlette.responses import Response

from fourtop.model.receipt import percent_of
from fourtop.model.service_period import check_date, check_time, of_the_night
from fourtop.model.utilisation import PeriodUtilisation, SlotUtilisation, Utilisation
from fourtop.operations_page.access import views
from fourtop.operations_page.night import today_of
from fourtop.operations_page.room_view import overbooked
from fourtop.operations_page.screen import OfScreen, Screen
from fourtop.operations_page.words import long_day, short_day
from fourtop.plotting import HeatRow, Picture, heat_map

HEAT: Final = views()

_DAYS: Final = 7
_MEASURES: Final[Mapping[str, str]] = {
    "seats": "people at tables, in percent of the seats",
    "rules": "percent of the pacing rules",
}


@attrs.frozen
class Service:
    """A service of the week as a row of the table below the map."""

    day: str
    period: str
    text: str
    percent: int | None
    is_overbooked: bool


@HEAT.get("/heat", name="heat")
async def show_heat(screen: OfScreen, on: str = "", of: str = "") -> Response:
    """Show how full the slots of seven days are."""
    if of not in ("", *_MEASURES):
        raise HTTPException(422, "the map has no such measure")
    today, _ = await today_of(screen)
    first = check_date("on", on) if on else today
    week = [await screen.desk.utilisation(first + timedelta(days=at)) for at in range(_DAYS)]
    measure = of or ("rules" if _has_pacing(week) else "seats")
    return screen.page(
        "heat.html",
        first=first,
        today=today,
        measure=measure,
        measures=_MEASURES,
        picture=_picture(screen, week, measure),
        services=[_service(each.on, period) for each in week for period in each.periods],
        warnings=[(long_day(each.on), line) for each in week for line in overbooked(each, screen)],
    )


def _has_pacing(week: Sequence[Utilisation]) -> bool:
    return any(slot.pacing for each in week for period in each.periods for slot in period.slots)


def _picture(screen: Screen, week: Sequence[Utilisation], measure: str) -> Picture:
    slots = [_slots(screen, each) for each in week]
    clocks = {clock for each in slots for clock in each}
    columns = sorted(clocks, key=lambda clock: of_the_night(check_time("clock", clock)))
    rows = [
        _row(screen, each.on, [found.get(column) for column in columns], measure)
        for each, found in zip(week, slots, strict=True)
    ]
    return heat_map(
        rows if columns else [],
        columns,
        title=f"How full it is: {_MEASURES[measure]}",
        row_title="day",
        column_title="slot from",
    )


def _slots(screen: Screen, found: Utilisation) -> dict[str, SlotUtilisation]:
    """Return the slots of a day by their local start."""
    return {screen.clock(slot.start_us): slot for period in found.periods for slot in period.slots}


def _row(
    screen: Screen, on: date, slots: Sequence[SlotUtilisation | None], measure: str
) -> HeatRow:
    seats = sum(table.capacity for table in screen.house.floor.tables if table.is_offered)

    def value(slot: SlotUtilisation | None) -> int | None:
        if slot is None:
            return None
        is_paced = measure == "rules"
        return slot.utilisation_percent if is_paced else percent_of(slot.present_covers, seats)

    def link(slot: SlotUtilisation | None) -> str | None:
        if slot is None:
            return None
        since, until = screen.clock(slot.start_us), screen.clock(slot.end_us)
        # The seats are taken by parties that came earlier, too.
        present = None if measure == "rules" else 1
        return screen.places.to("bookings", on=on, since=since, until=until, present=present)

    return HeatRow(short_day(on), map(value, slots), links=map(link, slots))


def _service(on: date, found: PeriodUtilisation) -> Service:
    percent, usage = found.utilisation_percent, found.usage
    percent = found.seat_percent if percent is None else percent
    return Service(short_day(on), found.period, usage.summary(), percent, found.is_overbooked)
