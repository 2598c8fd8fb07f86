"""``fourtop shadow``: the bookings that rules in shadow mode would have refused."""

from __future__ import annotations

from collections.abc import Iterator

from fourtop import Booking, Calendar, Desk, ShadowReport
from fourtop.cli.answer import Answer
from fourtop.cli.dates import Days
from fourtop.cli.format import WIDTH, Formatter, counted, day
from fourtop.errors.display import clip
from fourtop.formats.results import to_data


def show_shadow(desk: Desk, days: Days) -> Answer:
    """Show the refusals of each rule, then the bookings that would have been refused.

    Raises:
        WrongInput: If the dates are in the wrong order.
    """
    house = desk.house()
    calendar = Calendar(house.restaurant, house.policy)
    found = desk.shadow_report(*days.windows(calendar))
    head = f"{house.restaurant.name}, {_dates(days)}"
    lines = [head, "", _summary(found)]
    lines += [
        f"  {each.code.value}: {_amounts(each.bookings, each.covers)}" for each in found.by_code
    ]
    lines += ["", *_lines(found, Formatter(house))] if found.refused else []
    data = {
        "restaurant": house.restaurant.id,
        "from": days.first.isoformat(),
        "to": days.last.isoformat(),
        **to_data(found),
        "refused_covers": found.refused_covers,
        "percent": found.percent,
    }
    return Answer("\n".join(lines), data)


def _dates(days: Days) -> str:
    first = day(days.first)
    return first if days.first == days.last else f"{first} to {day(days.last)}"


def _summary(found: ShadowReport) -> str:
    would = _amounts(len(found.refused), found.refused_covers)
    everything = _amounts(found.bookings, found.covers)
    return f"{would} of {everything} would have been refused, {found.percent} %"


def _amounts(bookings: int, covers: int) -> str:
    return f"{counted(bookings, 'booking')} ({counted(covers, 'cover')})"


def _lines(found: ShadowReport, formatter: Formatter) -> Iterator[str]:
    for booking in found.refused:
        yield clip(_line(booking, formatter), WIDTH)


def _line(booking: Booking, formatter: Formatter) -> str:
    start = formatter.moment(booking.stay.dining.start_us)
    rules = ", ".join(code.value for code in booking.would_refuse)
    return f"{start}  party of {booking.party_size} ({booking.id}), {booking.status.value}: {rules}"
